"""Breakers: what is a server's fault stops all of its channels, what is one channel's stops that one alone."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from campaigns.models import Campaign
from publishing import breaking, publisher
from publishing.lifecycle import DeliveryState
from publishing.models import Channel, Delivery, HostBreaker
from sandbox.testing import SandboxClient
from tests.deliveries import TEXT, make_channel, make_delivery, make_variant, sign
from tests.people import People, sign_in

pytestmark = pytest.mark.django_db(transaction=True)
Due = Callable[..., Delivery]


@pytest.fixture
def channels(people: People, channel: Channel, network: SandboxClient) -> list[Channel]:
    """Four accounts on one server."""
    made = [channel]
    for number in range(3):
        handle, token = f"second{number}", f"token-{number}"
        network.add_account(network="mastodon", handle=handle, display_name="x", token=token, scopes="read write")
        made.append(
            make_channel(people.rabita, people.carla, server_url=channel.server_url, token=token, remote_id=handle)
        )
    return made


@pytest.fixture
def due_on(people: People, campaign: Campaign) -> Due:
    def make(channel: Channel, text: str = TEXT) -> Delivery:
        variant = sign(make_variant(campaign, channel, people.alice, texts=(text,)), people.bob, people.basma)
        return make_delivery(variant, people.carla)

    return make


def after_publishing(delivery: Delivery) -> Delivery:
    publisher.publish(delivery.pk)
    delivery.refresh_from_db()
    return delivery


def test_three_failures_over_any_channels_of_a_server_stop_them_all_and_one_answer_lets_all_go(
    channels: list[Channel], due_on: Due, network: SandboxClient, people: People, client: Client
) -> None:
    network.arm_fault("server_error", count=None, accepted=False)
    for channel in channels[:3]:
        after_publishing(due_on(channel))
    waiting = after_publishing(due_on(channels[3]))
    assert (waiting.state, waiting.reason, waiting.attempts_made) == (DeliveryState.PENDING, "host_breaker_open", 0)
    HostBreaker.objects.update(probe_after=waiting.due_at)
    (host,) = breaking.hosts_to_probe()
    assert breaking.hosts_to_probe() == []
    assert breaking.probe_host(host) is False
    page = sign_in(client, people.carla).get(reverse("channels"))
    assert page.status_code == 200
    network.disarm()
    assert breaking.probe_host(host) is True
    waiting.refresh_from_db()
    assert (waiting.reason, waiting.not_before) == ("", None)
    assert after_publishing(waiting).state == DeliveryState.PUBLISHED


def test_trouble_of_one_channel_alone_never_stops_its_neighbours(
    channels: list[Channel], due_on: Due, network: SandboxClient
) -> None:
    bad, good = channels[0], channels[1]
    for _ in range(3):
        assert after_publishing(due_on(bad, "س" * 600)).state == DeliveryState.FAILED
    for code in ("answer_unreadable", "unexpected", "token_invalid"):
        breaking.note_failure(bad, code)
    assert after_publishing(due_on(bad)).reason == "breaker_open"
    assert after_publishing(due_on(good)).state == DeliveryState.PUBLISHED


def test_an_answer_of_the_server_begins_the_count_anew(channel: Channel) -> None:
    for _ in range(2):
        breaking.note_failure(channel, "connection_refused")
    breaking.note_answer(channel)
    breaking.note_failure(channel, "connection_refused")
    assert not HostBreaker.objects.filter(opened_at__isnull=False).exists()
