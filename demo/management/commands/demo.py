"""`manage.py demo`: lay the demonstration, or complete one that was interrupted; what stands is left alone."""

from collections.abc import Callable
from contextlib import ExitStack
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone, translation

from accounts.models import Organisation
from chain.errors import DomainError
from demo import cast, channels, clock, machine, past, people, story
from demo.clock import Networks

Say = Callable[[str], object]


class Command(BaseCommand):
    help = "Lay the demonstration: an institution, its people, its accounts, a programme. Needs the sandbox running."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--networks", default="", help="address of the simulated networks, to play a past on them")
        parser.add_argument("--past-days", type=int, default=past.DAYS, help="how long the past is")

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("This is a production machine: the demonstration is not laid here.")
        with translation.override("ar"):
            try:
                told = lay(options["networks"], options["past_days"], self.stdout.write)
            except DomainError as error:
                raise CommandError(str(error.message)) from error
        self.stdout.write("The demonstration is laid." if told else "The demonstration stands already.")


def lay(networks: str, days: int, say: Say) -> bool:
    """True when the story was played now."""
    institution = Organisation.objects.filter(slug=cast.SLUG).first()
    if institution and story.stands(institution):
        open_house()
        return False
    if networks and days:
        lay_with_past(Networks(networks), days, say)
    else:
        story.tell(open_house())
    return True


def open_house() -> Organisation:
    """The institution with its people and its channels; what is there already stays as it is."""
    password = people.choose_password()
    institution = people.seat_everyone(password)
    opened = channels.accounts(institution)
    people.write({"people": people.entries(password), "accounts": opened})
    coordinator = people.actor_of(institution, cast.COORDINATOR)
    channels.connect_all(institution, opened, actor=coordinator)
    channels.connect_by_hand(institution, actor=coordinator)
    return institution


def lay_with_past(networks: Networks, days: int, say: Say) -> None:
    """The past under a moved clock, then the present under the real one.

    People and channels stay when it is interrupted; the rest is one transaction, and begins anew the next time.
    """
    networks.forget()
    with ExitStack() as moved:
        times = moved.enter_context(clock.moved_to(timezone.now() - timedelta(days=days), networks))
        institution = open_house()
        with transaction.atomic():
            ground, campaign = past.play(institution, times, days, say)
            machine.drop_hints()
            moved.close()
            say("Counting the figures of the past, and planning the coming weeks")
            machine.count_figures()
            story.present(ground, campaign)
