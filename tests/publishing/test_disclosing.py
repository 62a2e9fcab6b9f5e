"""Who stands behind a channel is stated when it is connected, public, changed by an administrator only, never empty."""

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from chain.actors import Actor
from chain.errors import DomainError, Invalid, NotAllowed, NotFound, SecondFactorNeeded
from chain.models import Event
from networks.limits import Limits
from networks.types import Profile
from publishing.disclosing import Disclosure, disclose, names_institution
from publishing.models import Channel
from tests.deliveries import make_channel
from tests.people import People, actor_of, api_client, sign_in, token_actor_of

pytestmark = pytest.mark.django_db
NEW = Disclosure("رابطة العلماء", "مركز معان", "وقف الرابطة")


@pytest.fixture
def channel(people: People) -> Channel:
    return make_channel(people.rabita, people.carla)


def test_an_administrator_restates_it_and_the_trail_keeps_both_wordings(people: People, channel: Channel) -> None:
    before = Disclosure.of(channel)
    disclose(channel=channel, actor=actor_of(people.adil), disclosure=NEW)
    assert Disclosure.of(Channel.objects.get()) == NEW
    event = Event.objects.get(verb="channel.disclosure_changed")
    assert (event.user, event.data["from"]["funder"], event.data["to"]["funder"]) == (
        people.adil, before.funder, NEW.funder,
    )  # fmt: skip


def test_it_is_refused_to_everybody_else(people: People, channel: Channel) -> None:
    refusals: list[tuple[Actor, type[DomainError]]] = [
        (actor_of(people.carla), NotAllowed),
        (actor_of(people.alice), NotAllowed),
        (actor_of(people.charlie), NotFound),
        (token_actor_of(people.adil, "view_channels"), NotAllowed),
        (actor_of(people.adil, second_factor=False), SecondFactorNeeded),
    ]
    for actor, error in refusals:
        with pytest.raises(error):
            disclose(channel=channel, actor=actor, disclosure=NEW)
    assert Disclosure.of(Channel.objects.get()) == Disclosure.proposed(people.rabita)


def test_no_line_can_be_empty_neither_by_the_act_nor_in_the_database(people: People, channel: Channel) -> None:
    with pytest.raises(Invalid) as refused:
        disclose(channel=channel, actor=actor_of(people.adil), disclosure=Disclosure("x", "y", "  "))
    assert refused.value.field == "funder"
    with pytest.raises(IntegrityError), transaction.atomic():
        Channel.objects.update(funder="")


def test_the_page_and_the_api_restate_it_and_everyone_here_reads_it(
    people: People, channel: Channel, client: Client
) -> None:
    adil = sign_in(client, people.adil)
    address = f"/channels/{channel.pk}/disclosure/"
    refused = adil.post(address, {"owner": "x", "sender": "y", "funder": ""})
    assert refused.status_code == 422
    assert adil.post(address, {"owner": "x", "sender": "y", "funder": "z"})["Location"] == "/channels/"
    body = {"owner": "x", "sender": "y", "funder": NEW.funder}
    answer = api_client(people.adil).post(f"/api/v1/channels/{channel.pk}/disclosure/", body, format="json")
    assert answer.json()["funder"] == NEW.funder
    assert NEW.funder in sign_in(Client(), people.alice).get("/channels/").content.decode()
    assert api_client(people.charlie).post(f"/api/v1/channels/{channel.pk}/disclosure/", body).status_code == 404


def profile(bio: str = "", link: str = "") -> Profile:
    links = (link,) if link else ()
    return Profile("1", "@x", "x", bio, "https://social.test/@x", links, Limits(max_text=500), "")


@pytest.mark.parametrize(
    ("told", "is_named"),
    [
        ({"bio": "حساب رابطة العلماء"}, True),
        ({"link": "https://sanad.test/ledger/rabita/"}, True),
        ({"link": "https://SANAD.test"}, True),
        ({"bio": "من نحن: https://sanad.test/ledger/"}, True),
        ({"link": "https://sanad.test.elsewhere.example/ledger/"}, False),
        ({"bio": "من شباب إلى شباب"}, False),
    ],
)
def test_a_profile_names_the_institution_or_its_ledger(
    people: People, settings: object, told: dict[str, str], is_named: bool
) -> None:
    settings.BASE_URL = "https://sanad.test/"  # type: ignore[attr-defined]  # pytest-django's wrapper
    assert names_institution(profile(**told), people.rabita) is is_named
