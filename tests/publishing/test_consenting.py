"""A channel is connected by consent on the network's own page; the code is spent once, and only by who began."""

import logging
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone, translation

from chain.actors import Actor
from chain.errors import DomainError, Invalid, NotAllowed, NotFound, SecondFactorNeeded
from chain.models import Event
from networks.adapters.mastodon import Mastodon
from networks.base import Capability
from networks.types import Account, Tokens
from publishing import applications, consenting, credentials
from publishing.access import consent_or_404
from publishing.disclosing import Disclosure
from publishing.lifecycle import ChannelState
from publishing.models import Application, Channel, Consent
from sandbox.testing import SandboxClient
from tests.people import People, actor_of, api_client, sign_in, token_actor_of
from tests.publishing.conftest import HANDLE, TOKEN
from tests.publishing.consents import BACK, allow, register

pytestmark = pytest.mark.django_db(transaction=True)
STATED = Disclosure("رابطة العلماء", "مركز معان", "وقف الرابطة")


@pytest.fixture
def coordinator(people: People) -> Actor:
    return actor_of(people.carla)


@pytest.fixture
def application(network: SandboxClient, people: People, coordinator: Actor) -> Application:
    """An account on the network, and the institution's application there."""
    network.add_account(
        network="mastodon", handle=HANDLE, display_name=people.rabita.name, bio="", token=TOKEN, scopes="read write"
    )
    server = network.base("mastodon")
    return applications.set_application(actor=coordinator, network="mastodon", server_url=server, **register(network))


def begin(application: Application, actor: Actor) -> Consent:
    return consenting.begin(actor=actor, network="mastodon", server_url=application.server_url, redirect_uri=BACK)


def consented(application: Application, actor: Actor) -> Consent:
    back = allow(consenting.address_of(begin(application, actor)), HANDLE)
    return consenting.accept(actor=actor, **back)


def finish(consent: Consent, actor: Actor) -> Channel:
    chosen = consenting.choices(consent)[0].remote_id
    return consenting.finish(actor=actor, consent=consent, remote_id=chosen, disclosure=STATED)


# The way there and back


def test_a_consent_connects_the_account_that_was_allowed(application: Application, coordinator: Actor) -> None:
    channel = finish(consented(application, coordinator), coordinator)
    assert (channel.state, channel.handle.split("@")[1]) == (ChannelState.CONNECTED, HANDLE)
    assert Disclosure.of(channel) == STATED
    assert credentials.reveal(channel)["access_token"] != TOKEN
    assert not Consent.objects.exists()


def test_the_code_is_spent_once_and_only_by_who_began(
    application: Application, people: People, coordinator: Actor
) -> None:
    back = allow(consenting.address_of(begin(application, coordinator)), HANDLE)
    for stranger in (actor_of(people.mounir), actor_of(people.charlie)):
        with pytest.raises(Invalid) as refused:
            consenting.accept(actor=stranger, **back)
        assert refused.value.code == "state"
    granted = consenting.accept(actor=coordinator, **back)
    with pytest.raises(Invalid):
        consenting.accept(actor=coordinator, **back)
    assert consenting.choices(Consent.objects.get()) == consenting.choices(granted)
    for stranger in (actor_of(people.mounir), actor_of(people.charlie)):
        with pytest.raises(NotFound):
            consent_or_404(stranger, granted.pk)


def test_a_consent_ends_by_itself(application: Application, coordinator: Actor) -> None:
    back = allow(consenting.address_of(begin(application, coordinator)), HANDLE)
    Consent.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    with pytest.raises(Invalid):
        consenting.accept(actor=coordinator, **back)


def test_a_wrong_code_connects_nothing_and_says_so(application: Application, coordinator: Actor) -> None:
    back = allow(consenting.address_of(begin(application, coordinator)), HANDLE)
    with pytest.raises(Invalid) as refused:
        consenting.accept(actor=coordinator, state=back["state"], code="another")
    assert refused.value.code == "code_refused"
    with translation.override("en"):
        assert str(refused.value).endswith("start again.")
    assert not Consent.objects.exists()


def test_a_code_that_was_asked_for_by_another_verifier_is_refused(application: Application, coordinator: Actor) -> None:
    other, mine = begin(application, coordinator), begin(application, coordinator)
    stolen = allow(consenting.address_of(other), HANDLE)["code"]
    state = credentials.unseal(mine.sealed)["state"]
    with pytest.raises(Invalid):
        consenting.accept(actor=coordinator, state=state, code=stolen)


def test_permissions_left_out_are_named(
    application: Application, coordinator: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Mastodon, "scopes", (*Mastodon.scopes, "read:notifications"))
    with pytest.raises(Invalid) as refused:
        consented(application, coordinator)
    assert "read:notifications" in str(refused.value)
    assert not Consent.objects.exists()


def test_a_profile_can_be_mended_before_the_account_is_connected(
    application: Application, coordinator: Actor, network: SandboxClient, people: People
) -> None:
    consent = consented(application, coordinator)
    show = {"network": "mastodon", "handle": HANDLE, "bio": "", "token": TOKEN, "scopes": "read write"}
    network.add_account(**show, display_name="Just a friend")
    with pytest.raises(Invalid) as refused:
        finish(consent, coordinator)
    assert refused.value.code == "undisclosed"
    network.add_account(**show, display_name=people.rabita.name)
    assert finish(consent, coordinator).state == ChannelState.CONNECTED


def test_connecting_again_by_consent_keeps_the_channel(
    application: Application, coordinator: Actor, channel: Channel
) -> None:
    Channel.objects.filter(pk=channel.pk).update(state=ChannelState.RECONNECT)
    again = finish(consented(application, coordinator), coordinator)
    assert (again.pk, again.state) == (channel.pk, ChannelState.CONNECTED)
    assert Disclosure.of(again) == Disclosure.of(channel)


def test_one_of_several_accounts_is_chosen_by_name_and_its_own_tokens_are_kept(
    application: Application, coordinator: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    soon = timezone.now() + timedelta(days=60)
    own = {account.remote_id: account for account in consenting.choices(consented(application, coordinator))}
    remote_id = next(iter(own))

    def two(adapter: Mastodon, tokens: Tokens) -> Sequence[Account]:
        return [
            Account("1", "@other", "أخرى", Tokens("token-of-another")),
            Account(remote_id, f"@{HANDLE}", "الرابطة", Tokens(tokens.access_token, None, soon)),
        ]

    monkeypatch.setattr(Mastodon, "capabilities", Mastodon.capabilities | {Capability.CHOOSE_ACCOUNT})
    monkeypatch.setattr(Mastodon, "get_accounts", two)
    consent = consented(application, coordinator)
    assert [account.display_name for account in consenting.choices(consent)] == ["أخرى", "الرابطة"]
    with pytest.raises(Invalid) as refused:
        consenting.finish(actor=coordinator, consent=consent, remote_id="99", disclosure=STATED)
    assert refused.value.field == "remote_id"
    channel = consenting.finish(actor=coordinator, consent=consent, remote_id=remote_id, disclosure=STATED)
    assert channel.credential.expires_at == soon


# Who may


def test_each_step_is_refused_to_the_author_a_token_and_a_stale_second_factor(
    application: Application, people: People, coordinator: Actor
) -> None:
    refusals: list[tuple[Actor, type[DomainError]]] = [
        (actor_of(people.alice), NotAllowed),
        (token_actor_of(people.carla, "connect_channel"), NotAllowed),
        (actor_of(people.carla, second_factor=False), SecondFactorNeeded),
    ]
    consent = begin(application, coordinator)
    back = allow(consenting.address_of(consent), HANDLE)
    for actor, error in refusals:
        with pytest.raises(error):
            begin(application, actor)
        with pytest.raises(DomainError):
            consenting.accept(actor=actor, **back)
        with pytest.raises(error):
            applications.set_application(actor=actor, network="mastodon", client_id="x", client_secret="y")
        with pytest.raises(error):
            applications.forget_application(application=application, actor=actor)
    with pytest.raises(NotFound):
        consenting.finish(actor=actor_of(people.charlie), consent=consent, remote_id="1", disclosure=STATED)
    with pytest.raises(NotFound):
        applications.forget_application(application=application, actor=actor_of(people.charlie))
    assert Application.objects.exists()


# Applications


def test_an_application_is_sealed_replaced_and_told_to_nobody(
    application: Application, coordinator: Actor, people: People, client: Client
) -> None:
    server = application.server_url
    given = {"client_id": "id-4711", "client_secret": "secret-4711"}
    applications.set_application(actor=coordinator, network="mastodon", server_url=server, **given)
    kept = Application.objects.get()
    assert b"4711" not in bytes(kept.sealed)
    opened = applications.application_of(people.rabita.pk, "mastodon", server)
    assert opened is not None
    assert opened.client_secret == "secret-4711"
    page = sign_in(client, people.carla).get("/channels/connect/mastodon/application/").content.decode()
    told = api_client(people.carla).get("/api/v1/applications/").content.decode()
    assert server in page
    assert server in told
    assert "4711" not in page + told + str(list(Event.objects.values_list("data", "why")))
    assert api_client(people.charlie).get("/api/v1/applications/").json()["results"] == []


def test_half_an_application_is_refused_and_a_network_without_one_asks_for_it(
    application: Application, coordinator: Actor
) -> None:
    with pytest.raises(Invalid) as refused:
        applications.set_application(
            actor=coordinator, network="mastodon", server_url=application.server_url, client_id="x", client_secret=" "
        )
    assert refused.value.field == "client_secret"
    applications.forget_application(application=application, actor=coordinator)
    with pytest.raises(Invalid) as asked:
        begin(application, coordinator)
    assert asked.value.code == "no_application"


def test_a_new_first_key_seals_everything_again(
    application: Application, coordinator: Actor, channel: Channel, settings: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    from cryptography.fernet import Fernet

    old, new = settings.CREDENTIALS_KEY, Fernet.generate_key().decode()
    settings.CREDENTIALS_KEY = f"{new},{old}"
    call_command("reencrypt_credentials")
    assert "2 accesses" in capsys.readouterr().out
    settings.CREDENTIALS_KEY = new
    assert credentials.reveal(channel)["access_token"] == TOKEN
    assert applications.application_for(channel) is not None
    settings.CREDENTIALS_KEY = Fernet.generate_key().decode()
    with pytest.raises(CommandError):
        call_command("reencrypt_credentials")


# Pages and API


def test_the_pages_lead_there_and_back(
    application: Application, client: Client, people: People, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    carla = sign_in(client, people.carla)
    begun = carla.post("/channels/connect/mastodon/consent/", {"server_url": application.server_url})
    page = carla.get(begun["Location"]).content.decode()
    address = consenting.address_of(Consent.objects.get())
    assert address.replace("&", "&amp;") in page
    back = allow(address, HANDLE)
    returned = carla.get("/channels/consented/", back)
    assert returned["Location"] == begun["Location"]
    choice = carla.get(begun["Location"]).content.decode()
    account = consenting.choices(Consent.objects.get())[0]
    assert account.handle in choice
    body = {"remote_id": account.remote_id, "language": "ar", "owner": "x", "sender": "y", "funder": "z"}
    assert carla.post(begun["Location"], {**body, "funder": ""}).status_code == 422
    assert carla.post(begun["Location"], body)["Location"] == "/channels/"
    assert account.tokens.access_token not in page + choice + caplog.text
    assert back["code"] not in caplog.text


def test_a_refusal_on_the_networks_page_is_a_sentence_and_what_else_was_sent_is_not_repeated(
    application: Application, client: Client, people: People, coordinator: Actor
) -> None:
    people.carla.language = "en"
    people.carla.save()
    state = credentials.unseal(begin(application, coordinator).sealed)["state"]
    browser = sign_in(client, people.carla)
    sent = {"error": "access_denied", "error_description": "call 555-0100", "state": state}
    page = browser.get("/channels/consented/", sent, follow=True).content.decode()
    assert "You did not allow it" in page
    assert "555-0100" not in page
    assert not Consent.objects.exists()


def test_without_an_application_the_page_asks_for_it_first(
    network: SandboxClient, client: Client, people: People
) -> None:
    carla = sign_in(client, people.carla)
    page = carla.get("/channels/connect/mastodon/").content.decode()
    assert "/channels/connect/mastodon/application/" in page
    asked = carla.post("/channels/connect/mastodon/consent/", {"server_url": network.base("mastodon")})
    assert asked["Location"] == "/channels/connect/mastodon/application/"
    given = {"server_url": network.base("mastodon"), **register(network)}
    kept = carla.post("/channels/connect/mastodon/application/", given)
    assert kept["Location"] == "/channels/connect/mastodon/"
    assert carla.get("/channels/connect/nonsense/").status_code == 404


def test_the_api_goes_the_same_way(application: Application, people: People) -> None:
    api = api_client(people.carla)
    wanted = {"network": "mastodon", "server_url": application.server_url}
    begun = api.post("/api/v1/consents/", wanted, format="json").json()
    back = allow(begun["address"], HANDLE)
    granted = api.post("/api/v1/consents/accept/", back, format="json").json()
    assert (granted["id"], granted["address"]) == (begun["id"], "")
    assert set(granted["accounts"][0]) == {"remote_id", "handle", "display_name"}
    body = {
        "remote_id": granted["accounts"][0]["remote_id"],
        "disclosure": {"owner": "x", "sender": "y", "funder": "z"},
    }
    made = api.post(f"/api/v1/consents/{begun['id']}/finish/", body, format="json")
    assert (made.status_code, made.json()["funder"]) == (201, "z")
