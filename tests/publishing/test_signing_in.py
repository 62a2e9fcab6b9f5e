"""A pasted word that the network exchanges for a session: the session is kept and renewed, the word is not."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.utils import timezone

from campaigns.models import Campaign
from chain.errors import Invalid
from publishing import channels, credentials, publisher, renewing
from publishing.disclosing import Disclosure
from publishing.lifecycle import ChannelState, DeliveryState
from publishing.models import Channel, Credential, Delivery
from sandbox.testing import ManualClock, SandboxClient, running_sandbox
from tests.deliveries import make_delivery, make_variant, sign
from tests.people import People, actor_of

pytestmark = pytest.mark.django_db(transaction=True)
PASSWORD = "abcd-efgh-ijkl-mnop"
NETWORK = "bluesky"


@pytest.fixture
def clock() -> ManualClock:
    """The network's own, which may be ahead of ours."""
    return ManualClock(time.time())


@pytest.fixture
def network(clock: ManualClock, settings: Any) -> Iterator[SandboxClient]:
    settings.NETWORKS_ALLOW_PRIVATE_HOSTS = True
    with running_sandbox(clock=clock) as running:
        yield running


@pytest.fixture
def connect(people: People, network: SandboxClient) -> Callable[..., Channel]:
    network.add_account(
        network=NETWORK, handle="rabita", display_name=people.rabita.name, bio="حساب رسمي", token=PASSWORD
    )

    def connected(token: str = PASSWORD) -> Channel:
        return channels.connect(
            actor=actor_of(people.carla),
            network=NETWORK,
            server_url=network.base(NETWORK),
            account="@rabita",
            token=token,
            disclosure=Disclosure.proposed(people.rabita),
        )

    return connected


@pytest.fixture
def due(people: People, campaign: Campaign) -> Callable[[Channel], Delivery]:
    def make(channel: Channel) -> Delivery:
        variant = make_variant(campaign, channel, people.alice)
        sign(variant, people.bob, people.basma)
        return make_delivery(variant, people.carla)

    return make


def test_the_session_is_kept_and_what_was_pasted_is_not(connect: Callable[..., Channel]) -> None:
    channel = connect()
    held = credentials.reveal(channel)
    assert PASSWORD not in held.values()
    assert held["access_token"]
    assert held["refresh_token"]
    kept = Credential.objects.get()
    assert kept.renew_at is not None
    assert timezone.now() < kept.renew_at < (kept.expires_at or kept.renew_at)
    assert channel.remote_id.startswith("did:")


def test_a_word_that_the_network_refuses_is_told_beside_its_field(connect: Callable[..., Channel]) -> None:
    with pytest.raises(Invalid) as caught:
        connect(token="wrong-word-wrong-word")
    assert (caught.value.field, caught.value.code) == ("token", "token_invalid")
    assert not Channel.objects.exists()


def test_connecting_again_takes_a_new_session_and_keeps_the_channel(connect: Callable[..., Channel]) -> None:
    first = connect()
    before = credentials.reveal(first)
    again = connect()
    assert again.pk == first.pk
    assert credentials.reveal(again)["refresh_token"] != before["refresh_token"]


def test_the_session_is_renewed_ahead_of_its_end(connect: Callable[..., Channel]) -> None:
    channel = connect()
    before = credentials.reveal(channel)
    Credential.objects.update(renew_at=timezone.now())
    assert renewing.renew(Credential.objects.get().pk) is True
    after = credentials.reveal(channel)
    assert after["refresh_token"] != before["refresh_token"]
    channels.adapter_for(channel).probe()


def test_an_access_that_ended_before_its_time_is_renewed_and_the_post_goes_out(
    connect: Callable[..., Channel], due: Callable[[Channel], Delivery], network: SandboxClient, clock: ManualClock
) -> None:
    channel = connect()
    delivery = due(channel)
    clock.advance(3 * 3600)
    publisher.publish(delivery.pk)
    delivery.refresh_from_db()
    channel.refresh_from_db()
    assert (delivery.state, delivery.reason) == (DeliveryState.PENDING, "renewing_access")
    assert channel.state == ChannelState.CONNECTED
    assert renewing.renew(Credential.objects.get().pk) is True
    Delivery.objects.update(not_before=None, dispatched_until=None)
    Channel.objects.update(not_before=None)
    publisher.publish(delivery.pk)
    assert len(network.posts(NETWORK)) == 1
