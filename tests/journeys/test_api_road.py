"""The whole road through /api/v1/: signed in with password and code, from a claim to the figures of what went out."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone
from rest_framework.test import APIClient

from campaigns.models import Payload
from campaigns.questions import QUESTIONS
from library import scripture
from sandbox.testing import SandboxClient
from tests.journeys.conftest import (
    PASSWORD,
    TOKEN,
    House,
    Traveller,
    collect_figures,
    send_what_is_due,
    until,
)
from tests.knowledge import LATER
from tests.people import sign_in, stale, token_client

pytestmark = pytest.mark.django_db(transaction=True)
Json = dict[str, Any]
OPENING = "في سورة العنكبوت وعد لمن بذل جهده ابتغاء وجه الله:"
CLOSING = "فالمجاهدة هنا بذل الوسع في طاعة الله، وهي في وسع كل واحد منا."
VOWELLED = CLOSING.replace("وسع", "وُسع", 1)
DISCLOSURE = "تنشره رابطة العلماء."
ANSWERS = [code for questions in QUESTIONS.values() for code, _text in questions]


class Browser:
    """A person's session on the API, with the CSRF check in force as in a browser."""

    def __init__(self, person: Traveller) -> None:
        self.client = APIClient(enforce_csrf_checks=True)
        self.person = person
        self._form("/account/login/", login=person.email, password=PASSWORD)
        self._form("/account/2fa/authenticate/", code=person.code())
        assert self.get("me/")["user"]["email"] == person.email

    def _form(self, path: str, **fields: str) -> None:
        self.client.get(path)
        token = self.client.cookies["csrftoken"].value
        answer = self.client.post(path, {**fields, "csrfmiddlewaretoken": token}, format="multipart")
        assert answer.status_code == 302, answer.content.decode()[:500]

    def get(self, path: str) -> Json:
        answer = self.client.get(f"/api/v1/{path}")
        assert answer.status_code == 200, answer.content.decode()[:500]
        found: Json = answer.json()
        return found

    def send(self, path: str, body: Json | None = None, method: str = "post") -> Any:
        """The bare answer, for what should be refused."""
        headers = {"X-CSRFToken": self.client.cookies["csrftoken"].value}
        return getattr(self.client, method)(f"/api/v1/{path}", body or {}, format="json", headers=headers)

    def post(self, path: str, body: Json | None = None, method: str = "post") -> Json:
        answer = self.send(path, body, method)
        assert answer.status_code in (200, 201), (path, answer.status_code, answer.content.decode()[:800])
        found: Json = answer.json()
        return found


class Road:
    """One campaign with everybody signed in, walked over the API alone."""

    def __init__(self, house: House, network: SandboxClient) -> None:
        self.house, self.network = house, network
        self.author = Browser(house.author)
        self.scientific = Browser(house.scientific)
        self.language = Browser(house.language)
        self.coordinator = Browser(house.coordinator)
        self.manager = Browser(house.manager)
        self.channel = self.connect()
        self.campaign = self.sign_campaign()
        concept = self.author.post("concepts/", {"name_ar": "الجهاد"})["id"]
        self.claim = self.author.post(
            "claims/", {"concept": concept, "text_ar": "دعوى أن الجهاد لا معنى له إلا القتال."}
        )["id"]

    def connect(self) -> int:
        disclosure = dict.fromkeys(("owner", "sender", "funder"), "الرابطة")
        body = {
            "network": "mastodon",
            "server_url": self.network.base("mastodon"),
            "token": TOKEN,
            "disclosure": disclosure,
        }
        return int(self.coordinator.post("channels/", body)["id"])

    def sign_campaign(self) -> int:
        today = timezone.now().date()
        prose = dict.fromkeys(("goal", "segment", "message", "messenger", "call_to_action"), "جملة واحدة.")
        brief = {
            **prose,
            "title": "معان أصيلة",
            "languages": ["ar"],
            "disclosure": {"ar": DISCLOSURE},
            "starts_on": today.isoformat(),
            "ends_on": (today + timedelta(days=30)).isoformat(),
        }
        segment = self.coordinator.post("segments/", {"name": "شباب", "description": "شباب"})["id"]
        speaker = {"public_name": "باحث", "basis": "ثقة", "consent_on": "2026-01-01", "consent_scope": "كلها"}
        messenger = self.coordinator.post("messengers/", speaker)["id"]
        made = self.coordinator.post("campaigns/", {**brief, **LATER, "segments": [segment], "messengers": [messenger]})
        up = self.coordinator.post(f"campaigns/{made['id']}/submit/")
        signed = self.manager.post(f"campaigns/{made['id']}/sign/", {"digest": up["digest"]})
        assert signed["state"] == "signed"
        return int(made["id"])

    def write(self, closing: str = CLOSING) -> Json:
        content = self.author.post(
            "contents/",
            {"campaign": self.campaign, "claim": self.claim, "title": "باب واسع", "channels": [self.channel]},
        )
        return self.save(content, closing)

    def save(self, content: Json, closing: str) -> Json:
        verse = self.author.post("citations/verses/", {"surah": 29, "ayah_from": 69})
        own = {"blocks": None, "media": [], "link": "", "tags": ["الجهاد"], "content_warning": ""}
        document = {
            "title": content["title"],
            "body": [
                {"type": "text", "text": OPENING},
                {"type": "verse", "citation": verse["id"]},
                {"type": "text", "text": closing},
            ],
            "variants": {str(content["variants"][0]["id"]): own},
        }
        now = self.author.get(f"contents/{content['id']}/")
        body = {"document": document, "base_version": now["draft_version"]}
        self.author.post(f"contents/{content['id']}/draft/", body, method="put")
        return self.author.get(f"contents/{content['id']}/")

    def sign(self, content: Json) -> Json:
        submitted = self.author.send(f"contents/{content['id']}/submit/")
        assert submitted.status_code == 200, submitted.content.decode()
        variant: Json = submitted.json()[0]
        for reader, gate in ((self.scientific, "scientific"), (self.language, "language")):
            variant = reader.post(
                f"variants/{variant['id']}/sign/", {"gate": gate, "digest": variant["digest"], "answers": ANSWERS}
            )
        assert variant["state"] == "approved"
        return variant

    def release(self, variant: Json) -> Json:
        body = {"variant": variant["id"], "due_at": timezone.now().isoformat()}
        return self.coordinator.post("deliveries/", body)

    def texts(self) -> list[str]:
        return [str(post["text"]) for post in self.network.posts("mastodon")]


@pytest.fixture
def road(make_house: Callable[[str], House], network: SandboxClient) -> Road:
    return Road(make_house("ar"), network)


def test_a_text_signed_by_two_goes_out_once_and_its_figures_come_back(road: Road) -> None:
    variant = road.sign(road.write())
    delivery = road.release(variant)
    send_what_is_due()
    send_what_is_due()

    verse = scripture.passage(29, 69)
    text = "\n\n".join([OPENING, verse.quoted("ar"), CLOSING, DISCLOSURE])
    assert [sent.startswith(text) for sent in road.texts()] == [True]
    told = road.coordinator.get(f"deliveries/{delivery['id']}/")
    assert told["state"] == "published"
    assert told["digest"] == variant["digest"]

    def engagement() -> Json:
        board = road.manager.get(f"campaigns/{road.campaign}/figures/")
        return next(figure for figure in board["engagement"] if figure["value"])

    def has_grown() -> bool:
        board = road.manager.get(f"campaigns/{road.campaign}/figures/")
        return any(figure["value"] for figure in board["engagement"])

    until(has_grown, do=collect_figures)
    figure = engagement()
    assert figure["as_of"]
    assert (figure["known"], figure["published"]) == (1, 1)
    snapshots = road.manager.get(f"deliveries/{delivery['id']}/snapshots/")["results"]
    assert all(snapshot["views"] is None for snapshot in snapshots)


def test_a_vowel_changed_after_signing_is_held_and_never_goes_out(road: Road) -> None:
    content = road.write()
    delivery = road.release(road.sign(content))
    road.save(content, VOWELLED)
    send_what_is_due()
    told = road.coordinator.get(f"deliveries/{delivery['id']}/")
    assert (told["state"], told["hold_reason"]) == ("held", "approval_void")
    assert told["reason_text"]
    assert told["next_step"]
    assert road.texts() == []


def test_the_new_version_goes_out_once_it_is_signed_anew(road: Road) -> None:
    content = road.write()
    road.release(road.sign(content))
    road.release(road.sign(road.save(content, VOWELLED)))
    send_what_is_due()
    assert [VOWELLED in sent for sent in road.texts()] == [True]


def test_a_vowel_changed_by_sql_is_refused_by_the_database_or_held(road: Road) -> None:
    delivery = road.release(road.sign(road.write()))
    changed = "UPDATE campaigns_payload SET canonical = replace(canonical, %s, %s)"
    values = [json.dumps(CLOSING, ensure_ascii=False)[1:-1], json.dumps(VOWELLED, ensure_ascii=False)[1:-1]]
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(changed, values)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(changed, values)
    assert VOWELLED in Payload.objects.get().canonical
    send_what_is_due()
    told = road.coordinator.get(f"deliveries/{delivery['id']}/")
    assert (told["state"], told["reason"]) == ("held", "bytes_changed")
    assert road.texts() == []


def test_nobody_signs_their_own_text_nor_two_gates_nor_without_a_fresh_code(road: Road) -> None:
    content = road.write()
    variant = road.author.send(f"contents/{content['id']}/submit/").json()[0]
    path, body = (
        f"variants/{variant['id']}/sign/",
        {"gate": "scientific", "digest": variant["digest"], "answers": ANSWERS},
    )
    assert road.author.send(path, body).status_code == 403
    lapsed = stale(sign_in(APIClient(), road.house.scientific.user))
    refused = lapsed.post(f"/api/v1/{path}", body, format="json")
    assert (refused.status_code, refused.json()["code"]) == (403, "second_factor_needed")
    token = token_client(road.house.scientific.user, "view_contents", "comment")
    assert token.post(f"/api/v1/{path}", body, format="json").status_code == 403
    road.scientific.post(path, body)
    second = road.scientific.send(path, {**body, "gate": "language"})
    assert (second.status_code, second.json()["code"]) == (403, "two_gates")
    assert second.headers["Content-Type"] == "application/problem+json"
