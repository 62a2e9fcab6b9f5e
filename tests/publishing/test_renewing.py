"""Tokens are renewed ahead of their end by one worker; where only a person can, those who can are told a week ahead."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from chain.models import Notice
from networks.adapters.mastodon import Mastodon
from networks.base import Capability
from networks.errors import Code, NeedsReconnect, NetworkError, NotSupported, Unreachable
from networks.types import Tokens
from publishing import applications, credentials, publisher, renewing, tasks
from publishing.lifecycle import ChannelState, DeliveryState
from publishing.models import Channel, Credential, Delivery
from sandbox.testing import SandboxClient
from tests.people import People, actor_of
from tests.publishing.conftest import TOKEN

pytestmark = pytest.mark.django_db(transaction=True)
Answer = Callable[[Mastodon], Tokens]


def hours(number: float) -> datetime:
    return timezone.now() + timedelta(hours=number)


@pytest.fixture
def renews(monkeypatch: pytest.MonkeyPatch, channel: Channel) -> Callable[[Answer], Credential]:
    """Let the network renew tokens, answering so; the channel's access ends in a minute."""

    def answer(how: Answer, ends: float = 1 / 60) -> Credential:
        monkeypatch.setattr(Mastodon, "capabilities", Mastodon.capabilities | {Capability.REFRESH_TOKEN})
        monkeypatch.setattr(Mastodon, "refresh_token", how)
        credentials.keep(channel, Tokens(TOKEN, "refresh-1", hours(ends)))
        Credential.objects.update(renew_at=hours(-1))
        return Credential.objects.get()

    return answer


def fails(error: NetworkError) -> Answer:
    def how(adapter: Mastodon) -> Tokens:
        raise error

    return how


def test_the_time_to_renew_is_a_quarter_of_the_life_ahead_and_a_week_at_most() -> None:
    now = timezone.now()
    assert abs(credentials.renewal_of(now + timedelta(hours=2)) - (now + timedelta(minutes=90))) < timedelta(seconds=5)
    assert credentials.renewal_of(now + timedelta(days=60)) == now + timedelta(days=53)


def test_two_workers_renew_once_and_the_new_refresh_token_is_kept(
    renews: Callable[[Answer], Credential], channel: Channel, people: People
) -> None:
    asked: list[Any] = []

    def how(adapter: Mastodon) -> Tokens:
        asked.append(adapter.connection)
        assert renewing.renew(held.pk) is False
        return Tokens("access-2", "refresh-2", hours(2))

    held = renews(how)
    actor, server = actor_of(people.carla), channel.server_url
    applications.set_application(
        actor=actor, network="mastodon", server_url=server, client_id="id", client_secret="hidden"
    )
    assert renewing.renew(held.pk) is True
    assert renewing.renew(held.pk) is False
    assert [(one.refresh_token, one.app_credentials.client_id) for one in asked] == [("refresh-1", "id")]
    assert credentials.reveal(channel) == {"access_token": "access-2", "refresh_token": "refresh-2"}
    held.refresh_from_db()
    assert held.renewing_until is None
    assert held.renew_at is not None
    assert held.renew_at > timezone.now()


def test_an_answer_without_a_refresh_token_keeps_the_one_we_have(
    renews: Callable[[Answer], Credential], channel: Channel
) -> None:
    renewing.renew(renews(lambda adapter: Tokens("access-2", None, hours(2))).pk)
    assert credentials.reveal(channel) == {"access_token": "access-2", "refresh_token": "refresh-1"}


def test_a_passing_failure_is_no_disconnection_and_is_tried_again(
    renews: Callable[[Answer], Credential], channel: Channel
) -> None:
    held = renews(fails(Unreachable(Code.SERVER_ERROR)))
    assert renewing.renew(held.pk) is False
    channel.refresh_from_db()
    held.refresh_from_db()
    assert channel.state == ChannelState.CONNECTED
    assert credentials.reveal(channel)["refresh_token"] == "refresh-1"
    assert not renewing.due().exists()
    Credential.objects.update(renewing_until=hours(-1))
    assert renewing.due().exists()


def test_a_refused_renewal_waits_for_a_person_who_is_told(
    renews: Callable[[Answer], Credential], channel: Channel, people: People
) -> None:
    renewing.renew(renews(fails(NeedsReconnect(Code.TOKEN_INVALID))).pk)
    channel.refresh_from_db()
    assert channel.state == ChannelState.RECONNECT
    assert Notice.objects.filter(user=people.carla, kind="channel").count() == 1
    assert not renewing.due().exists()


def test_a_post_waits_while_an_access_that_ended_is_renewed(
    renews: Callable[..., Credential], channel: Channel, due: Callable[..., Delivery], network: SandboxClient
) -> None:
    delivery = due()
    held = renews(lambda adapter: Tokens(TOKEN, "refresh-2", hours(2)), ends=-1)
    Credential.objects.update(renew_at=hours(-2))
    publisher.publish(delivery.pk)
    delivery.refresh_from_db()
    channel.refresh_from_db()
    assert (delivery.state, delivery.reason) == (DeliveryState.PENDING, "renewing_access")
    assert channel.state == ChannelState.CONNECTED
    renewing.renew(held.pk)
    Delivery.objects.update(not_before=None, dispatched_until=None)
    publisher.publish(delivery.pk)
    assert len(network.posts("mastodon")) == 1


def test_an_end_that_no_worker_can_move_is_told_once_a_week_ahead(
    channel: Channel, due: Callable[..., Delivery], people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    people.carla.language = "en"
    people.carla.save()
    due()
    credentials.keep(channel, Tokens(TOKEN, None, hours(24 * 8)))
    renewing.tell_of_ends()
    assert not Notice.objects.exists()
    credentials.keep(channel, Tokens(TOKEN, None, hours(24 * 6 + 1)))
    for _tick in range(2):
        renewing.tell_of_ends()
    notice = Notice.objects.get(user=people.carla)
    assert "ends in 6 days" in notice.title
    assert "1 post depends on it" in notice.body
    assert not Notice.objects.filter(user=people.alice).exists()


def test_a_network_that_cannot_renew_after_all_is_not_asked_again(renews: Callable[[Answer], Credential]) -> None:
    held = renews(fails(NotSupported("refresh_token")))
    renewing.renew(held.pk)
    held.refresh_from_db()
    assert held.renew_at is None


def test_the_beat_hands_each_due_renewal_to_a_worker(
    renews: Callable[[Answer], Credential], monkeypatch: pytest.MonkeyPatch
) -> None:
    held = renews(lambda adapter: Tokens("access-2", "refresh-2", hours(2)))
    handed: list[int] = []
    monkeypatch.setattr(tasks.renew_token, "delay", handed.append)
    tasks.renew_tokens()
    assert handed == [held.pk]
