"""A simulator of the network for publishing's tests, and a delivery that is signed and due."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from campaigns.models import Campaign
from publishing import channels
from publishing.disclosing import Disclosure
from publishing.models import Channel, Delivery
from sandbox.testing import SandboxClient, running_sandbox
from tests.deliveries import make_campaign, make_delivery, make_variant, sign
from tests.people import People, actor_of

HANDLE = "rabita"
TOKEN = "token-of-the-tests"


@pytest.fixture(scope="session")
def simulator() -> Iterator[SandboxClient]:
    """For all tests of a run, which within five minutes ask one account's network more often than one institution."""
    with running_sandbox(rate_limit=1_000_000) as running:
        yield running


@pytest.fixture
def network(simulator: SandboxClient, settings: Any) -> SandboxClient:
    """The simulator, empty, with every time of publishing shortened."""
    simulator.reset()
    settings.NETWORKS_ALLOW_PRIVATE_HOSTS = True
    settings.PUBLISHING_CONNECT_TIMEOUT = 1.0
    settings.PUBLISHING_READ_TIMEOUT = 1.0
    settings.PUBLISHING_RETRY_SECONDS = 30.0
    return simulator


@pytest.fixture
def channel(people: People, network: SandboxClient) -> Channel:
    """Connected as a coordinator does it: the network is asked whose token it is."""
    network.add_account(
        network="mastodon",
        handle=HANDLE,
        display_name=people.rabita.name,
        bio="حساب رسمي",
        token=TOKEN,
        scopes="read write",
    )
    return channels.connect(
        actor=actor_of(people.carla),
        network="mastodon",
        server_url=network.base("mastodon"),
        token=TOKEN,
        disclosure=Disclosure.proposed(people.rabita),
    )


@pytest.fixture
def campaign(people: People) -> Campaign:
    campaign = make_campaign(people.rabita, people.carla)
    campaign.contributors.add(people.carla)
    return campaign


@pytest.fixture
def due(people: People, channel: Channel, campaign: Campaign) -> Callable[..., Delivery]:
    """Make a signed delivery that is due."""

    def make(**fields: Any) -> Delivery:
        texts = fields.pop("texts", None)
        variant = make_variant(campaign, channel, people.alice, **({"texts": texts} if texts else {}))
        sign(variant, people.bob, people.basma)
        return make_delivery(variant, people.carla, **fields)

    return make


def lapse(delivery: Delivery) -> None:
    """Let the lease of a delivery be over."""
    Delivery.objects.filter(pk=delivery.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
