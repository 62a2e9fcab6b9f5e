"""The assisted channel over /api/v1/: what waits in whose hands, the package, the answers, the figures read off it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.capabilities import Capability
from analytics.models import Snapshot
from publishing.checking import claim_checks
from publishing.handing import hand_over
from publishing.lifecycle import DeliveryState, PartState
from publishing.models import Channel, Delivery, Handover, Poster
from publishing.tasks import check_channel
from tests.deliveries import make_campaign, make_channel, make_delivery, make_variant, mark_published, sign
from tests.people import People, api_client, make_person, token_client
from tests.publishing.test_by_hand import screenshot

pytestmark = pytest.mark.django_db
LINK = "https://whatsapp.com/channel/0029VaRabita"
Hand = Callable[[], Delivery]


@pytest.fixture(autouse=True)
def _as_with_the_simulator(settings: Any) -> None:
    """The client of a thread outlives a test: the one made here must serve the tests that come after."""
    settings.NETWORKS_ALLOW_PRIVATE_HOSTS = True
    settings.PUBLISHING_CONNECT_TIMEOUT = settings.PUBLISHING_READ_TIMEOUT = 1.0


@pytest.fixture
def channel(people: People) -> Channel:
    channel = make_channel(people.rabita, people.carla, network="whatsapp", handle="قناة", profile_url=LINK)
    for position, user in enumerate((people.alice, people.carla)):
        Poster.objects.create(channel=channel, user=user, position=position)
    return channel


@pytest.fixture
def delivery(people: People, channel: Channel) -> Delivery:
    """In Alice's hands since its time came."""
    variant = make_variant(make_campaign(people.rabita, people.carla), channel, people.alice)
    made = make_delivery(sign(variant, people.bob, people.basma), people.carla, reason="by_hand")
    Delivery.objects.filter(pk=made.pk).update(state=DeliveryState.PROCESSING)
    made.parts.update(state=PartState.PROCESSING)
    with transaction.atomic():
        hand_over(made, made.parts.get())
    made.refresh_from_db()
    return made


def at(delivery: Delivery, act: str = "") -> str:
    return f"/api/v1/hands/{delivery.pk}/{act}"


def test_a_program_lists_what_waits_and_opens_the_signed_words(delivery: Delivery, people: People) -> None:
    alice = token_client(people.alice, "post_by_hand", "view_deliveries")
    listed = alice.get(f"/api/v1/hands/?person={people.alice.pk}").json()["results"]
    assert [(one["delivery"], one["name"]) for one in listed] == [(delivery.pk, people.alice.name)]
    package = alice.get(at(delivery)).json()
    assert package["is_waiting"]
    assert package["text"] == "الرفق في القول أبلغ من الغلظة فيه."
    assert [one["id"] for one in package["others"]] == [people.carla.pk]
    assert alice.get(f"/api/v1/hands/?person={people.carla.pk}").json()["count"] == 0


def test_others_find_nothing_or_may_not(delivery: Delivery, people: People) -> None:
    for client, status in (
        (api_client(people.charlie), 404),
        (api_client(make_person("omar", ["author"], people.rabita)), 403),
        (api_client(people.nadia), 403),
        (token_client(people.alice, "view_deliveries"), 403),
    ):
        assert client.get(at(delivery)).status_code == status
        assert client.post(at(delivery, "posted/"), {"permalink": f"{LINK}/1"}, format="json").status_code == status
    assert api_client(people.charlie).get("/api/v1/hands/").json()["count"] == 0
    assert Delivery.objects.get().state == DeliveryState.PROCESSING


def test_it_is_confirmed_by_its_link_once(delivery: Delivery, people: People) -> None:
    alice = token_client(people.alice, "post_by_hand", "view_deliveries")
    done = alice.post(at(delivery, "posted/"), {"permalink": f"{LINK}/131"}, format="json")
    assert (done.status_code, done.json()["state"]) == (200, "published")
    again = alice.post(at(delivery, "posted/"), {"permalink": f"{LINK}/131"}, format="json")
    assert (again.status_code, again.json()["code"]) == (409, "answered")
    assert alice.get(at(delivery)).json()["is_waiting"] is False


def test_it_is_confirmed_by_a_picture_of_the_screen(delivery: Delivery, people: People) -> None:
    shot = SimpleUploadedFile("screen.png", screenshot().read(), content_type="image/png")
    done = api_client(people.alice).post(at(delivery, "posted/"), {"picture": shot})
    assert (done.status_code, done.json()["state"]) == (200, "published")
    assert Handover.objects.get().evidence is not None


@pytest.mark.parametrize(
    ("act", "body", "field"),
    [("posted/", {}, "permalink"), ("could-not/", {"why": " "}, "why"), ("pass-on/", {"to": 2**40}, "to")],
)
def test_an_answer_that_says_nothing_is_refused_by_its_field(
    delivery: Delivery, people: People, act: str, body: dict[str, Any], field: str
) -> None:
    answer = api_client(people.alice).post(at(delivery, act), body, format="json")
    assert (answer.status_code, [*answer.json()["errors"]]) == (422, [field])


def test_it_is_taken_over_put_off_and_given_back_with_a_reason(delivery: Delivery, people: People) -> None:
    carla = api_client(people.carla)
    taken = carla.post(at(delivery, "pass-on/"), {"to": people.carla.pk}, format="json")
    assert taken.json()["hand"]["person"] == people.carla.pk
    before = Handover.objects.get().until
    assert carla.post(at(delivery, "later/")).status_code == 200
    assert before is not None
    assert (Handover.objects.get().until or before) > before
    failed = carla.post(at(delivery, "could-not/"), {"why": "الهاتف معطل"}, format="json")
    assert (failed.json()["state"], failed.json()["reason"]) == ("failed", "by_hand_could_not")


# Figures that were read off it


@pytest.fixture
def out(delivery: Delivery) -> Delivery:
    return mark_published(delivery, at=timezone.now() - timedelta(hours=3))


def read(client: APIClient, delivery: Delivery, **figures: int | None) -> Any:
    body = {"read_at": (timezone.now() - timedelta(minutes=5)).isoformat(), "figures": figures}
    return client.post(f"/api/v1/deliveries/{delivery.pk}/figures/", body, format="json")


def test_figures_are_entered_and_a_blank_stays_unknown(out: Delivery, people: People) -> None:
    kept = read(token_client(people.alice, "post_by_hand", "view_deliveries"), out, views=120, shares=None)
    assert (kept.status_code, kept.json()["views"], kept.json()["shares"]) == (201, 120, None)
    assert kept.json()["missing"]["shares"] == "not_entered"
    assert read(api_client(people.alice), out, clicks=1).json()["code"] == "bad_figure"


def test_the_outsider_enters_no_figures(out: Delivery, channel: Channel, people: People) -> None:
    charlie = api_client(people.charlie)
    assert read(charlie, out, views=1).status_code == 404
    answer = charlie.post(f"/api/v1/channels/{channel.pk}/figures/", {"content": "x"}, format="json")
    assert answer.status_code == 404
    assert not Snapshot.objects.exists()


def test_a_file_is_looked_over_and_then_kept_whole(out: Delivery, channel: Channel, people: People) -> None:
    at, link = (timezone.now() - timedelta(minutes=5)).isoformat(), out.parts.get().permalink
    content = f"permalink,read_at,views,reactions,shares\n{link},{at},7,,\n"
    alice, address = api_client(people.alice), f"/api/v1/channels/{channel.pk}/figures/"
    looked = alice.post(address, {"content": content}, format="json").json()
    assert (looked["is_sound"], looked["is_kept"], Snapshot.objects.count()) == (True, False, 0)
    assert looked["lines"][0]["figures"] == {"views": 7, "reactions": None, "shares": None}
    wrong = alice.post(address, {"content": f"{content}{link},{at},many,,\n", "keep": True}, format="json").json()
    assert (wrong["is_kept"], bool(wrong["lines"][1]["said"])) == (False, True)
    file = SimpleUploadedFile("figures.csv", content.encode(), content_type="text/csv")
    assert alice.post(address, {"file": file, "keep": True}).json()["is_kept"] is True
    assert Snapshot.objects.get().views == 7


def test_a_campaigns_file_is_for_those_who_export(out: Delivery, people: People) -> None:
    address = f"/api/v1/campaigns/{out.campaign_id}/figures/file/"
    answer = token_client(people.nadia, "export_figures").get(address, headers={"Accept": "text/csv"})
    assert answer.headers["Content-Type"].startswith("text/csv")
    assert out.parts.get().permalink in b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]
    assert api_client(people.alice).get(address).status_code == 403
    assert api_client(people.charlie).get(address).status_code == 404


# The channels themselves


def test_such_a_channel_is_connected_in_a_session_and_looked_at_by_its_people(people: People) -> None:
    wanted = {
        "network": "whatsapp", "name": "قناة الرابطة", "link": LINK, "people": [people.alice.pk], "is_disclosed": True,
        "disclosure": {"owner": "الرابطة", "sender": "الرابطة", "funder": "الرابطة"},
    }  # fmt: skip
    refused = token_client(people.carla, "post_by_hand").post("/api/v1/channels/by-hand/", wanted, format="json")
    assert (refused.status_code, refused.json()["code"]) == (403, "not_by_token")
    made = api_client(people.carla).post("/api/v1/channels/by-hand/", wanted, format="json")
    assert (made.status_code, made.json()["people"]) == (201, [people.alice.pk])
    address = f"/api/v1/channels/{made.json()['id']}/disclosed/"
    assert api_client(people.charlie).post(address).status_code == 404
    assert token_client(people.alice, "post_by_hand", "view_channels").post(address).status_code == 200


def test_what_each_network_can_do_is_told(people: People) -> None:
    found = api_client(people.nadia).get("/api/v1/networks/").json()
    assert {"mastodon", "whatsapp"} <= {one["slug"] for one in found}
    assert all(feature["label"] for one in found for feature in one["features"])


def test_a_look_at_a_channel_is_asked_for_in_a_session_and_waits_where_the_broker_is_away(
    channel: Channel, people: People, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    def away(*_: Any, **__: Any) -> None:
        raise check_channel.OperationalError

    monkeypatch.setattr(check_channel, "apply_async", away)
    Channel.objects.update(check_after=timezone.now() + timedelta(days=7))
    address = f"/api/v1/channels/{channel.pk}/check/"
    with django_capture_on_commit_callbacks(execute=True):
        assert api_client(people.carla).post(address).status_code == 202
    assert channel.pk in claim_checks()
    assert api_client(people.charlie).post(address).status_code == 404
    assert token_client(people.carla, *Capability).post(address).json()["code"] == "not_by_token"
