"""`manage.py found_institution SLUG NAME --admin EMAIL NAME --manager EMAIL NAME`: its first people."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.founding import Founder, found_institution
from accounts.models import Language
from chain.errors import Invalid


class Command(BaseCommand):
    help = "Found an institution with its first administrator and manager; they set a password by 'forgotten password'."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug")
        parser.add_argument("name")
        parser.add_argument("--admin", nargs=2, metavar=("EMAIL", "NAME"), required=True)
        parser.add_argument("--manager", nargs=2, metavar=("EMAIL", "NAME"), required=True)
        parser.add_argument("--language", choices=Language.values, default="ar")

    def handle(self, *args: Any, **options: Any) -> None:
        admin, manager = Founder(*options["admin"]), Founder(*options["manager"])
        try:
            found_institution(
                slug=options["slug"], name=options["name"], admin=admin, manager=manager, language=options["language"]
            )
        except Invalid as error:
            raise CommandError(str(error.message)) from error
        self.stdout.write(f"{options['name']}: {admin.email}, {manager.email}. /account/password/reset/")
