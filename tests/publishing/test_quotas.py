"""What a network says of its quota is kept, shown, not run against; it binds the channel or the whole application."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from networks.errors import Code, NotSent
from networks.graph import usage
from networks.types import RateLimit
from publishing import publisher, quotas, recording
from publishing.lifecycle import DeliveryState
from publishing.models import Channel, Delivery
from sandbox.testing import SandboxClient, running_sandbox
from tests.deliveries import make_channel
from tests.people import People, make_institution, sign_in

Due = Callable[..., Delivery]
pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def simulator() -> Iterator[SandboxClient]:
    """With the quota of the network itself."""
    with running_sandbox() as running:
        yield running


def said(remaining: int, *, minutes: float = 5) -> RateLimit:
    return RateLimit(remaining, 300, timezone.now() + timedelta(minutes=minutes))


def noted(channel: Channel, rate: RateLimit) -> Channel:
    quotas.note(channel, rate)
    channel.refresh_from_db()
    return channel


def test_each_answer_tells_how_much_is_left(due: Due, channel: Channel, network: SandboxClient) -> None:
    publisher.publish(due().pk)
    channel.refresh_from_db()
    assert channel.quota_of == 300
    assert channel.quota_share is not None
    assert 0.9 < channel.quota_share < 1


def test_while_plenty_is_left_nothing_waits(channel: Channel) -> None:
    assert quotas.next_call(noted(channel, said(40))) is None


def test_the_last_tenth_is_spread_over_what_is_left_of_its_time(due: Due, channel: Channel) -> None:
    noted(channel, said(9))
    delivery = due()
    publisher.publish(delivery.pk)
    delivery.refresh_from_db()
    assert (delivery.state, delivery.reason) == (DeliveryState.PENDING, "quota_spread")
    assert delivery.not_before is not None
    assert 25 <= (delivery.not_before - timezone.now()).total_seconds() <= 30


def test_when_nothing_is_left_nothing_is_sent_before_the_network_takes_calls_again(
    due: Due, channel: Channel, network: SandboxClient
) -> None:
    noted(channel, said(0))
    delivery = due()
    publisher.publish(delivery.pk)
    delivery.refresh_from_db()
    channel.refresh_from_db()
    assert delivery.not_before == channel.quota_until
    assert not network.posts()


def test_a_quota_that_is_over_binds_nobody(due: Due, channel: Channel) -> None:
    noted(channel, said(0, minutes=-1))
    delivery = due()
    publisher.publish(delivery.pk)
    delivery.refresh_from_db()
    assert delivery.state == DeliveryState.PUBLISHED
    channel.quota_until = timezone.now()
    assert channel.quota_share is None


def test_plenty_is_not_written_down_again_and_again(channel: Channel) -> None:
    first = noted(channel, said(290)).quota_at
    assert noted(channel, said(289)).quota_at == first
    assert noted(channel, said(20)).quota_left == 20


def test_above_the_last_tenth_it_is_written_once_a_second_and_within_it_each_time(channel: Channel) -> None:
    """All posts of a channel that go out together would wait for one row."""
    with time_machine.travel(timezone.now(), tick=False) as clock:
        noted(channel, said(100))
        assert noted(channel, said(99)).quota_left == 100
        clock.shift(1.1)
        assert noted(channel, said(98)).quota_left == 98
        assert noted(channel, said(30)).quota_left == 30
        assert noted(channel, said(29)).quota_left == 29


def test_one_channel_s_quota_leaves_the_others_alone_and_the_application_s_binds_all(
    channel: Channel, people: People
) -> None:
    same = {"server_url": channel.server_url, "network": channel.network}
    organisation = make_institution("third", "رابطة ثالثة")
    sister = make_channel(people.rabita, people.carla, remote_id="2", handle="@sister", **same)
    foreign = make_channel(organisation, people.carla, remote_id="3", handle="@foreign", **same)
    noted(channel, said(0))
    sister.refresh_from_db()
    assert sister.quota_left is None
    noted(channel, replace(said(0), of_application=True))
    left = dict(Channel.objects.values_list("handle", "quota_left"))
    assert (left[sister.handle], left[foreign.handle]) == (0, None)


@pytest.mark.parametrize("of_all", [True, False])
def test_a_refusal_for_the_application_holds_all_its_channels(
    of_all: bool, due: Due, channel: Channel, people: People
) -> None:
    same = {"server_url": channel.server_url, "network": channel.network}
    sister = make_channel(people.rabita, people.carla, remote_id="2", handle="@sister", **same)
    attempt, entered = publisher.take(due().pk)
    assert attempt is not None
    assert entered is not None
    error = NotSent(Code.RATE_LIMITED, retry_after=900, of_application=of_all)
    recording.record_not_sent(attempt, entered.part, error)
    sister.refresh_from_db()
    assert (sister.not_before is not None) is of_all


@pytest.mark.parametrize(
    ("pages", "application", "left", "of_all"), [(80, 20, 20, False), (10, 95, 5, True), (None, 50, 50, True)]
)
def test_shares_of_a_page_and_of_the_application_are_told_apart(
    pages: int | None, application: int, left: int, of_all: bool
) -> None:
    business = f'{{"1": [{{"call_count": {pages}}}]}}' if pages is not None else "{}"
    headers = {"X-Business-Use-Case-Usage": business, "X-App-Usage": f'{{"call_count": {application}}}'}
    found = usage(headers)
    assert found is not None
    assert (found.remaining, found.of_application) == (left, of_all)


def test_what_is_left_stands_on_the_channel_and_where_it_is_little_on_the_calendar(
    client: Client, channel: Channel, people: People
) -> None:
    sign_in(client, people.carla)
    noted(channel, said(150))
    assert "50" in client.get(reverse("channels")).content.decode()
    assert channel.display_name not in tight(client)
    noted(channel, said(12))
    assert channel.display_name in tight(client)


def tight(client: Client) -> set[str]:
    return {one.display_name for one in client.get(reverse("calendar")).context["tight"]}
