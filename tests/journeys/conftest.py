"""What a whole journey needs: people who really sign in, a simulator, and the workers' task bodies."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.core.cache import cache

from accounts.models import Organisation, User
from analytics import collecting, rollups
from publishing import dispatching, publisher
from sandbox.people import totp
from sandbox.testing import SandboxClient, running_sandbox
from tests.people import give_second_factor, make_institution, make_person

PASSWORD = "نور على طريق طويل 27"
TOKEN = "token-of-the-journeys"
HANDLE = "rabita_journeys"
SOON = 4
QUICK = 36_000.0
"""To the simulated readers a second counts as ten hours: figures grow while a test looks on."""


@dataclass(frozen=True)
class Traveller:
    """Someone with a password and an authenticator app of their own."""

    user: User
    secret: str

    @property
    def email(self) -> str:
        return self.user.email

    def code(self) -> str:
        """What the app shows now; near the end of its half minute one waits for the next, as people do."""
        code, left = totp(self.secret, time.time())
        while left <= SOON:
            time.sleep(0.2)
            code, left = totp(self.secret, time.time())
        return code


@dataclass(frozen=True)
class House:
    organisation: Organisation
    author: Traveller
    scientific: Traveller
    language: Traveller
    coordinator: Traveller
    manager: Traveller


@pytest.fixture(autouse=True)
def _nobody_tried_before(transactional_db: None) -> None:
    """Sign-ins of the journey before count against nobody."""
    cache.clear()


@pytest.fixture(scope="session")
def simulator() -> Iterator[SandboxClient]:
    with running_sandbox(speed=QUICK) as running:
        yield running


@pytest.fixture
def network(simulator: SandboxClient, settings: Any) -> SandboxClient:
    """The simulator with nothing on its timelines, and the account that will be connected."""
    simulator.reset()
    settings.NETWORKS_ALLOW_PRIVATE_HOSTS = True
    settings.NETWORK_URLS = {"mastodon": simulator.base("mastodon")}
    settings.METRICS_CADENCE_SPEED = QUICK
    simulator.add_account(
        network="mastodon", handle=HANDLE, display_name="رابطة العلماء", bio="", token=TOKEN, scopes="read write"
    )
    return simulator


@pytest.fixture
def make_house(db: None) -> Callable[[str], House]:
    """An institution whose people all work in one language."""

    def make(language: str) -> House:
        house = make_institution(
            "journeys", name_fr="Ligue des oulémas", name_en="League of Scholars", default_language=language
        )

        def traveller(name: str, role: str, secret: str) -> Traveller:
            user = make_person(name, [role], house, language=language, password=PASSWORD, second_factor=False)
            give_second_factor(user, secret)
            return Traveller(user, secret)

        return House(
            house,
            author=traveller("Mariam", "author", "MARIAMAAAAAAAAAAAAAAAAAAAAAAAAAA"),
            scientific=traveller("Idriss", "reviewer", "IDRISSAAAAAAAAAAAAAAAAAAAAAAAAAA"),
            language=traveller("Salma", "reviewer", "SALMAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
            coordinator=traveller("Younes", "coordinator", "YOUNESAAAAAAAAAAAAAAAAAAAAAAAAAA"),
            manager=traveller("Hadi", "manager", "HADIAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
        )

    return make


def send_what_is_due() -> int:
    """What beat and a publishing worker do; how many deliveries were taken up."""
    ids = dispatching.mark_due()
    for pk in ids:
        publisher.publish(pk)
    return len(ids)


def collect_figures() -> None:
    """What beat and a metrics worker do."""
    for channel_id in collecting.due_channels():
        collecting.collect(channel_id)
    while rollups.fill_stale():
        pass


def until(happened: Callable[[], bool], *, seconds: float = 20.0, do: Callable[[], Any] = lambda: None) -> None:
    """Do something until it had its effect; fails when that takes too long."""
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline, "it did not happen in time"
        do()
        time.sleep(0.05)
