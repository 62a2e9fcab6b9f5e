"""`manage.py demo`: lay the demonstration, or complete one that was interrupted; what stands is left alone."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import translation

from chain.errors import DomainError
from demo import cast, channels, people, story


class Command(BaseCommand):
    help = "Lay the demonstration: an institution, its people, two accounts, a campaign. Needs the sandbox running."

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("This is a production machine: the demonstration is not laid here.")
        with translation.override("ar"):
            try:
                told = lay()
            except DomainError as error:
                raise CommandError(str(error.message)) from error
        self.stdout.write("The demonstration is laid." if told else "The demonstration stands already.")


def lay() -> bool:
    """True when the story was played now."""
    password = people.choose_password()
    institution = people.seat_everyone(password)
    opened = channels.accounts(institution)
    people.write({"people": people.entries(password), "accounts": opened})
    channels.connect_all(institution, opened, actor=people.actor_of(institution, cast.COORDINATOR))
    return story.tell(institution)
