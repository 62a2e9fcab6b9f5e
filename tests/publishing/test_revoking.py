"""The access of a disconnected channel is ended on its network too: what nobody uses must open nothing."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from django.utils import timezone

from chain.actors import Actor
from chain.models import Event
from networks.adapters.mastodon import Mastodon
from networks.errors import NeedsReconnect, NetworkError, Unreachable
from networks.types import Tokens
from publishing import applications, channels, consenting, credentials, revoking, tasks
from publishing.access_models import EndedAccess
from publishing.disclosing import Disclosure
from publishing.models import Channel
from sandbox.testing import SandboxClient
from tests.people import People, actor_of
from tests.publishing.conftest import HANDLE, TOKEN
from tests.publishing.consents import BACK, allow, register

pytestmark = pytest.mark.django_db(transaction=True)
STATED = Disclosure("رابطة العلماء", "مركز معان", "وقف الرابطة")
Answers = Callable[[NetworkError | None], list[str]]


@pytest.fixture
def coordinator(people: People) -> Actor:
    return actor_of(people.carla)


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> Answers:
    """What the network answers when it is asked to end an access; the tokens it was asked for are listed."""

    def answer(error: NetworkError | None) -> list[str]:
        asked: list[str] = []

        def how(adapter: Mastodon) -> None:
            asked.append(adapter.connection.access_token)
            if error is not None:
                raise error

        monkeypatch.setattr(Mastodon, "revoke_token", how)
        return asked

    return answer


def verbs(channel: Channel) -> list[tuple[str, Any]]:
    found = Event.objects.filter(
        verb__startswith="channel.access_", subject_type="publishing.channel", subject_id=channel.pk
    ).order_by("pk")
    return [(event.verb, event.data.get("code", "")) for event in found]


def answer_to(server: str, token: str) -> int:
    """The status with which the network answers whoever shows this token."""
    access = {"Authorization": f"Bearer {token}"}
    try:
        with urlopen(Request(f"{server}/api/v1/accounts/verify_credentials", headers=access)) as answer:
            return int(answer.status)
    except HTTPError as refused:
        return refused.code


def disconnected(channel: Channel, coordinator: Actor) -> EndedAccess:
    channels.disconnect(channel=channel, actor=coordinator)
    assert not credentials.reveal(channel)
    return EndedAccess.objects.get()


def test_a_token_opens_nothing_on_the_network_once_its_channel_is_disconnected(
    network: SandboxClient, people: People, coordinator: Actor
) -> None:
    network.add_account(
        network="mastodon", handle=HANDLE, display_name=people.rabita.name, bio="", token=TOKEN, scopes="read write"
    )
    server = network.base("mastodon")
    applications.set_application(actor=coordinator, network="mastodon", server_url=server, **register(network))
    begun = consenting.begin(actor=coordinator, network="mastodon", server_url=server, redirect_uri=BACK)
    consent = consenting.accept(actor=coordinator, **allow(consenting.address_of(begun), HANDLE))
    chosen = consenting.choices(consent)[0].remote_id
    channel = consenting.finish(actor=coordinator, consent=consent, remote_id=chosen, disclosure=STATED)
    token = credentials.reveal(channel)["access_token"]
    assert answer_to(server, token) == 200
    disconnected(channel, coordinator)
    tasks.revoke_ended.apply()
    for ended_id in EndedAccess.objects.values_list("pk", flat=True):
        tasks.revoke(ended_id)
    assert answer_to(server, token) == 401
    assert not EndedAccess.objects.exists()
    assert verbs(channel) == [("channel.access_revoked", "")]


def test_one_worker_asks_and_a_network_that_is_away_is_asked_again(
    channel: Channel, coordinator: Actor, answers: Answers
) -> None:
    asked = answers(Unreachable("unreachable"))
    ended = disconnected(channel, coordinator)
    assert revoking.claim() == [ended.pk]
    assert revoking.claim() == []
    revoking.revoke(ended.pk)
    assert (asked, verbs(channel), revoking.claim()) == ([TOKEN], [], [])
    EndedAccess.objects.update(ask_after=timezone.now())
    answers(None)
    revoking.revoke(*revoking.claim())
    assert (EndedAccess.objects.count(), verbs(channel)) == (0, [("channel.access_revoked", "")])
    revoking.revoke(ended.pk)
    assert len(verbs(channel)) == 1


def test_an_access_that_its_network_would_not_end_for_two_days_is_named_in_the_trail(
    channel: Channel, coordinator: Actor, answers: Answers
) -> None:
    answers(Unreachable("unreachable"))
    ended = disconnected(channel, coordinator)
    EndedAccess.objects.update(ended_at=timezone.now() - timedelta(days=2))
    revoking.revoke(ended.pk)
    assert (EndedAccess.objects.count(), verbs(channel)) == (0, [("channel.access_not_revoked", "unreachable")])


def test_one_that_had_ended_already_has_ended(channel: Channel, coordinator: Actor, answers: Answers) -> None:
    answers(NeedsReconnect("revoked"))
    revoking.revoke(disconnected(channel, coordinator).pk)
    assert (EndedAccess.objects.count(), verbs(channel)) == (0, [("channel.access_revoked", "revoked")])


def test_a_pasted_token_of_a_network_that_ends_only_its_applications_tokens_is_left_to_a_person(
    channel: Channel, coordinator: Actor
) -> None:
    revoking.revoke(disconnected(channel, coordinator).pk)
    assert (EndedAccess.objects.count(), verbs(channel)) == (0, [("channel.access_not_revoked", "not_supported")])


def test_a_token_that_was_pasted_again_meanwhile_is_in_use(
    channel: Channel, coordinator: Actor, answers: Answers
) -> None:
    asked = answers(None)
    ended = disconnected(channel, coordinator)
    credentials.keep(channel, Tokens(TOKEN, None, None))
    revoking.revoke(ended.pk)
    assert (asked, EndedAccess.objects.count(), verbs(channel)) == ([], 0, [])


def test_a_channel_whose_network_is_no_longer_installed_can_be_disconnected(
    channel: Channel, coordinator: Actor
) -> None:
    channel.network = "gone"
    channel.save(update_fields=["network"])
    channels.disconnect(channel=channel, actor=coordinator)
    assert not credentials.reveal(channel)
    assert not EndedAccess.objects.exists()


def test_a_network_that_was_taken_out_meanwhile_is_left_to_a_person(channel: Channel, coordinator: Actor) -> None:
    ended = disconnected(channel, coordinator)
    Channel.objects.update(network="gone")
    revoking.revoke(ended.pk)
    assert (EndedAccess.objects.count(), verbs(channel)) == (0, [("channel.access_not_revoked", "not_supported")])
