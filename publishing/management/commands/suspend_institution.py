"""`manage.py suspend_institution SLUG --by EMAIL --why SENTENCE`, and back with `--reinstate`."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.models import Organisation, User
from chain.errors import DomainError
from publishing import suspending


class Command(BaseCommand):
    help = "Freeze an institution as a whole and let its people only read; --reinstate lets them work again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug")
        parser.add_argument("--by", metavar="EMAIL", help="the account of whoever orders it")
        parser.add_argument("--why", required=True, help="a sentence; everyone of the institution reads it")
        parser.add_argument("--reinstate", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        organisation = Organisation.objects.filter(slug=options["slug"]).first()
        if organisation is None:
            raise CommandError(f"No institution is called {options['slug']}.")
        try:
            self.stdout.write((self.reinstate if options["reinstate"] else self.suspend)(organisation, options))
        except DomainError as error:
            raise CommandError(str(error.message)) from error

    def suspend(self, organisation: Organisation, options: dict[str, Any]) -> str:
        person = User.objects.filter(email__iexact=options["by"] or "", is_active=True).first()
        if person is None:
            raise CommandError("Name with --by the account of whoever orders it.")
        hold = suspending.suspend(organisation=organisation, ordered_by=person, why=options["why"])
        in_send = f"{len(hold.already_in)} posts were in the send and are recorded as they end"
        return f"{organisation.slug} is suspended and frozen; {in_send}."

    def reinstate(self, organisation: Organisation, options: dict[str, Any]) -> str:
        suspending.reinstate(organisation=organisation, why=options["why"])
        return f"{organisation.slug} works again. It is still frozen: two of its people lift that, under the freeze."
