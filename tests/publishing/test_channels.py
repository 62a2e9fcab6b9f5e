"""A channel is connected by a token that the network confirms; what opens it is sealed and never shown."""

import logging
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from campaigns.models import Campaign
from chain.actors import Actor
from chain.errors import DomainError, Invalid, NotAllowed, SecondFactorNeeded
from chain.models import Event, Notice
from publishing import channels, credentials, offers, publisher, tasks
from publishing.disclosing import Disclosure
from publishing.lifecycle import ChannelState, DeliveryState, HoldReason
from publishing.models import Channel, Credential, Delivery
from sandbox.testing import SandboxClient
from tests.people import People, actor_of, api_client, sign_in, stale, token_actor_of, token_client
from tests.publishing.conftest import HANDLE, TOKEN

pytestmark = pytest.mark.django_db(transaction=True)
Due = Callable[..., Delivery]
STATED = {"owner": "رابطة العلماء", "sender": "مركز معان", "funder": "وقف الرابطة"}
SECRET = "a-secret-that-nobody-may-see-4711"


def connect(desk: SandboxClient, actor: Actor, **fields: Any) -> Channel:
    given = {**typed(desk), **fields}
    stated = {name: given.pop(name) for name in STATED}
    return channels.connect(actor=actor, disclosure=Disclosure(**stated), **given)


@pytest.fixture
def account(network: SandboxClient, people: People) -> None:
    """The institution's own account on the network."""
    show(network, people.rabita.name)


def show(network: SandboxClient, name: str, bio: str = "", token: str = TOKEN) -> None:
    network.add_account(network="mastodon", handle=HANDLE, display_name=name, bio=bio, token=token, scopes="read write")


def typed(desk: SandboxClient, **fields: str) -> dict[str, str]:
    given = {"network": "mastodon", "server_url": desk.base("mastodon"), "token": TOKEN, "language": "ar"}
    return {**given, **STATED, **fields}


def as_json(desk: SandboxClient, **fields: str) -> dict[str, Any]:
    given: dict[str, Any] = typed(desk, **fields)
    return {**given, "disclosure": {name: given.pop(name) for name in STATED}}


# Connecting


def test_connecting_asks_the_network_and_keeps_what_it_said(
    people: People, network: SandboxClient, account: None
) -> None:
    channel = connect(network, actor_of(people.carla))
    assert channel.state == ChannelState.CONNECTED
    assert channel.handle.lstrip("@").startswith(HANDLE)
    assert channel.display_name == people.rabita.name
    assert channel.remote_id
    assert channel.limits["max_text"] == 500
    assert Event.objects.get(verb="channel.created").user == people.carla
    assert Disclosure.of(channel) == Disclosure(**STATED)


def test_what_opens_a_channel_is_sealed_in_the_database(people: People, network: SandboxClient, account: None) -> None:
    channel = connect(network, actor_of(people.carla))
    assert TOKEN.encode() not in bytes(Credential.objects.get().sealed)
    assert credentials.reveal(channel) == {"access_token": TOKEN}


def test_connecting_the_same_account_again_makes_no_second_channel(
    people: People, network: SandboxClient, account: None
) -> None:
    first = connect(network, actor_of(people.carla))
    show(network, people.rabita.name, token=SECRET)
    assert connect(network, actor_of(people.carla), token=SECRET).pk == first.pk
    assert credentials.reveal(first) == {"access_token": SECRET}


def test_an_empty_value_never_overwrites_what_we_hold(people: People, network: SandboxClient, account: None) -> None:
    channel = connect(network, actor_of(people.carla))
    credentials.store(channel, {"access_token": "", "refresh_token": "another"})
    assert credentials.reveal(channel) == {"access_token": TOKEN, "refresh_token": "another"}
    with pytest.raises(Invalid):
        connect(network, actor_of(people.carla), token="  ")
    assert credentials.reveal(channel)["access_token"] == TOKEN


def wrong_token(network: SandboxClient) -> dict[str, str]:
    return {"token": "nobody-made-this"}


def foreign_address(network: SandboxClient) -> dict[str, str]:
    return {"server_url": "http://127.0.0.1:1/mastodon"}


def address_of_something_else(network: SandboxClient) -> dict[str, str]:
    return {"server_url": f"{network.url}/elsewhere"}


def not_a_network(network: SandboxClient) -> dict[str, str]:
    return {"network": "nonsense"}


def undisclosed(network: SandboxClient) -> dict[str, str]:
    show(network, "Just a friend", "I like tea")
    return {}


REFUSED = [
    (wrong_token, "token"),
    (foreign_address, "server_url"),
    (address_of_something_else, "server_url"),
    (undisclosed, "token"),
    (not_a_network, "network"),
]


@pytest.mark.parametrize(("prepare", "field"), REFUSED)
def test_what_cannot_be_connected_has_a_sentence_beside_its_field_and_nothing_is_kept(
    people: People,
    network: SandboxClient,
    account: None,
    prepare: Callable[[SandboxClient], dict[str, str]],
    field: str,
) -> None:
    fields = prepare(network)
    with pytest.raises(Invalid) as refused, translation.override("en"):
        connect(network, actor_of(people.carla), **fields)
    assert refused.value.field == field
    assert str(refused.value.message).endswith(".")
    assert not Channel.objects.exists()
    assert not Credential.objects.exists()
    assert TOKEN not in str(refused.value)


@pytest.mark.parametrize("prepare", [wrong_token, foreign_address, address_of_something_else, undisclosed])
def test_the_page_keeps_what_was_typed_and_says_what_to_mend(
    client: Client,
    people: People,
    network: SandboxClient,
    account: None,
    prepare: Callable[[SandboxClient], dict[str, str]],
) -> None:
    fields = typed(network, **prepare(network))
    page = sign_in(client, people.carla).post("/channels/connect/mastodon/", fields)
    assert page.status_code == 422
    assert fields["server_url"] in page.content.decode()
    assert not Channel.objects.exists()


def test_a_private_address_is_refused_where_it_is_not_allowed(
    people: People, network: SandboxClient, account: None, settings: Any
) -> None:
    settings.NETWORKS_ALLOW_PRIVATE_HOSTS = False
    del offers._clients.__dict__["client"]
    try:
        with pytest.raises(Invalid) as refused:
            connect(network, actor_of(people.carla))
    finally:
        del offers._clients.__dict__["client"]
    assert refused.value.code == "address_refused"


def test_the_name_may_stand_in_the_words_of_the_profile_in_any_of_its_languages(
    people: People, network: SandboxClient, account: None
) -> None:
    show(network, "rabita.ma", f"Official account of the {people.rabita.name_en}")
    assert connect(network, actor_of(people.carla)).state == ChannelState.CONNECTED


# Who may


def test_connecting_is_refused_to_the_author_a_token_and_a_stale_second_factor(
    people: People, network: SandboxClient, account: None
) -> None:
    refusals: list[tuple[Actor, type[DomainError]]] = [
        (actor_of(people.alice), NotAllowed),
        (token_actor_of(people.carla, "connect_channel", "view_channels"), NotAllowed),
        (actor_of(people.carla, second_factor=False), SecondFactorNeeded),
    ]
    for actor, error in refusals:
        with pytest.raises(error):
            connect(network, actor)
    assert not Channel.objects.exists()


def test_the_pages_of_a_channel_do_not_exist_for_the_outsider(client: Client, people: People, channel: Channel) -> None:
    charlie = sign_in(client, people.charlie)
    assert HANDLE not in charlie.get("/channels/").content.decode()
    for path in ("disconnect", "check"):
        assert charlie.post(f"/channels/{channel.pk}/{path}/").status_code == 404
    assert api_client(people.charlie).get(f"/api/v1/channels/{channel.pk}/").status_code == 404
    channel.refresh_from_db()
    assert channel.state == ChannelState.CONNECTED


def test_the_page_refuses_the_author_and_asks_for_a_second_factor_that_lapsed(
    client: Client, people: People, network: SandboxClient, account: None
) -> None:
    assert sign_in(client, people.alice).post("/channels/connect/mastodon/", typed(network)).status_code == 403
    lapsed = stale(sign_in(Client(), people.carla)).post("/channels/connect/mastodon/", typed(network))
    assert lapsed.status_code != 200
    assert not Channel.objects.exists()


def test_the_api_connects_by_session_and_refuses_tokens(people: People, network: SandboxClient, account: None) -> None:
    refused = token_client(people.carla, "view_channels").post("/api/v1/channels/", as_json(network), format="json")
    assert refused.status_code == 403
    answer = api_client(people.carla).post("/api/v1/channels/", as_json(network), format="json")
    assert answer.status_code == 201
    assert TOKEN not in answer.content.decode()


# The secret stays one


def test_the_token_stands_on_no_page_in_no_answer_error_trail_or_log(
    client: Client, people: People, network: SandboxClient, account: None, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    show(network, people.rabita.name, token=SECRET)
    carla = sign_in(client, people.carla)
    assert carla.post("/channels/connect/mastodon/", typed(network, token=SECRET)).status_code == 302
    network.arm_fault("server_error", route="*", status=500)
    api = api_client(people.carla)
    refused = api.post("/api/v1/channels/", as_json(network, token=SECRET), format="json")
    assert refused.status_code == 422
    shown: list[Any] = [
        carla.get("/channels/"),
        carla.get("/channels/connect/mastodon/"),
        api.get("/api/v1/channels/"),
        refused,
    ]
    assert [answer.status_code for answer in shown] == [200, 200, 200, 422]
    assert not any(SECRET in answer.content.decode() for answer in shown)
    assert not any(SECRET in str(data) for data in Event.objects.values_list("data", "why"))
    assert SECRET not in caplog.text


def test_a_token_refused_while_sending_is_not_kept_in_the_attempt(due: Due, network: SandboxClient) -> None:
    delivery = due()
    network.arm_fault("revoked_token", route="publish")
    publisher.publish(delivery.pk)
    attempt = delivery.attempts.get()
    assert TOKEN not in f"{attempt.answer}{attempt.detail}{attempt.saved}"


# Leaving and coming back


def test_disconnecting_forgets_the_token_and_due_posts_are_held(
    people: People, channel: Channel, due: Due, network: SandboxClient
) -> None:
    delivery = due()
    channels.disconnect(channel=channel, actor=actor_of(people.carla))
    assert not Credential.objects.exists()
    publisher.publish(delivery.pk)
    delivery.refresh_from_db()
    assert (delivery.state, delivery.hold_reason) == (DeliveryState.HELD, HoldReason.CHANNEL)
    assert network.posts("mastodon") == []


def test_connecting_again_puts_back_what_waited_for_the_channel_and_nothing_else(
    people: People, channel: Channel, due: Due, network: SandboxClient
) -> None:
    waiting, aside = due(), due()
    channels.disconnect(channel=channel, actor=actor_of(people.carla))
    publisher.publish(waiting.pk)
    Delivery.objects.filter(pk=aside.pk).update(state=DeliveryState.HELD, hold_reason=HoldReason.PERSON)
    connect(network, actor_of(people.carla))
    waiting.refresh_from_db()
    aside.refresh_from_db()
    assert (waiting.state, waiting.hold_reason) == (DeliveryState.PENDING, "")
    assert (aside.state, aside.hold_reason) == (DeliveryState.HELD, HoldReason.PERSON)
    publisher.publish(waiting.pk)
    assert len(network.posts("mastodon")) == 1


def test_disconnecting_is_refused_to_author_token_and_stale_second_factor(people: People, channel: Channel) -> None:
    for actor in (
        actor_of(people.alice),
        actor_of(people.charlie),
        token_actor_of(people.carla, "connect_channel"),
        actor_of(people.carla, second_factor=False),
    ):
        with pytest.raises(DomainError):
            channels.disconnect(channel=channel, actor=actor)
    channel.refresh_from_db()
    assert channel.state == ChannelState.CONNECTED


# The hourly look


def look(channel: Channel) -> Channel:
    tasks.check_channel(channel.pk)
    channel.refresh_from_db()
    return channel


def test_a_profile_that_no_longer_names_the_institution_holds_the_channel_and_its_posts(
    people: People, channel: Channel, due: Due, network: SandboxClient
) -> None:
    delivery = due()
    show(network, "Just a friend")
    assert look(channel).state == ChannelState.HELD
    assert Notice.objects.filter(user=people.carla, kind="channel").count() == 1
    publisher.publish(delivery.pk)
    delivery.refresh_from_db()
    assert (delivery.state, delivery.hold_reason) == (DeliveryState.HELD, HoldReason.DISCLOSURE)
    assert network.posts("mastodon") == []


def test_a_profile_that_names_it_again_frees_the_channel_and_its_posts(
    people: People, channel: Channel, due: Due, network: SandboxClient
) -> None:
    delivery = due()
    show(network, "Just a friend")
    look(channel)
    publisher.publish(delivery.pk)
    show(network, people.rabita.name)
    assert look(channel).state == ChannelState.CONNECTED
    publisher.publish(delivery.pk)
    delivery.refresh_from_db()
    assert delivery.state == DeliveryState.PUBLISHED


def test_one_check_without_an_answer_changes_nothing(channel: Channel, network: SandboxClient) -> None:
    checked_at = channel.checked_at
    network.arm_fault("server_error", route="*", count=None)
    assert look(channel).state == ChannelState.CONNECTED
    assert channel.checked_at == checked_at


def test_a_refused_token_asks_a_person_once_to_connect_again(
    people: People, channel: Channel, network: SandboxClient
) -> None:
    network.arm_fault("revoked_token", route="*", count=None)
    assert look(channel).state == ChannelState.RECONNECT
    look(channel)
    assert Notice.objects.filter(user=people.carla, kind="channel").count() == 1


def test_a_key_that_was_changed_asks_for_the_channel_to_be_connected_again(channel: Channel, settings: Any) -> None:
    from cryptography.fernet import Fernet

    old, settings.CREDENTIALS_KEY = settings.CREDENTIALS_KEY, Fernet.generate_key().decode()
    with pytest.raises(Invalid) as refused:
        credentials.reveal(channel)
    assert refused.value.code == "sealed"
    settings.CREDENTIALS_KEY = f"{settings.CREDENTIALS_KEY},{old}"
    assert credentials.reveal(channel) == {"access_token": TOKEN}


def test_after_a_lost_key_posts_wait_and_the_channel_can_be_connected_again(
    people: People, channel: Channel, due: Due, network: SandboxClient, settings: Any
) -> None:
    from cryptography.fernet import Fernet

    delivery = due()
    settings.CREDENTIALS_KEY = Fernet.generate_key().decode()
    publisher.publish(delivery.pk)
    delivery.refresh_from_db()
    assert (delivery.state, delivery.hold_reason) == (DeliveryState.HELD, HoldReason.CHANNEL)
    assert Channel.objects.get().state_reason == "sealed"
    assert connect(network, actor_of(people.carla)).state == ChannelState.CONNECTED
    publisher.publish(delivery.pk)
    delivery.refresh_from_db()
    assert delivery.state == DeliveryState.PUBLISHED


def test_disconnecting_twice_is_one_act(people: People, channel: Channel) -> None:
    for _click in range(2):
        channels.disconnect(channel=Channel.objects.get(), actor=actor_of(people.carla))
    assert Event.objects.filter(verb="channel.disconnected").count() == 1


def test_only_channels_that_could_publish_are_looked_at(
    people: People, channel: Channel, campaign: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    Channel.objects.update(check_after=None)
    monkeypatch.setattr(tasks.check_channel, "delay", asked.append)
    tasks.check_channels()
    Channel.objects.update(state=ChannelState.DISCONNECTED, check_after=None)
    tasks.check_channels()
    assert asked == [channel.pk]


def test_a_client_made_while_private_hosts_were_refused_is_not_used_once_they_are_let_in(
    settings: Any,
) -> None:
    settings.NETWORKS_ALLOW_PRIVATE_HOSTS = False
    refused = offers.http_client()
    settings.NETWORKS_ALLOW_PRIVATE_HOSTS = True
    assert offers.http_client() is not refused
    assert offers.http_client() is offers.http_client()
