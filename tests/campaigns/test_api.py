"""/api/v1/ for campaigns and the library: the road of the pages, the same refusals as problem details."""

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from accounts.capabilities import Capability
from accounts.models import User
from campaigns.lifecycle import VariantState
from campaigns.models import Campaign, Content, Variant
from campaigns.questions import QUESTIONS
from library.models import Claim
from library.scripture import passage, surahs
from publishing.models import Channel
from tests.campaigns.conftest import BRIEF, make_picture, own, sheet
from tests.knowledge import LATER
from tests.people import api_client, stale, token_client

API = "/api/v1"

ANSWERS = [code for questions in QUESTIONS.values() for code, _text in questions]


def send(client: APIClient, path: str, body: Any = None, *, method: str = "post", status: int = 200) -> Any:
    answer = getattr(client, method)(f"{API}{path}", body if body is not None else {}, format="json")
    assert answer.status_code == status, answer.content.decode()
    if status >= 400:
        assert answer["Content-Type"].startswith("application/problem+json")
    return answer.json() if answer.content else None


def read(client: APIClient, path: str, status: int = 200) -> Any:
    answer = client.get(f"{API}{path}")
    assert answer.status_code == status, answer.content.decode()
    return answer.json()


def test_the_whole_road_goes_through_the_api(
    channel: Channel, alice: User, bob: User, basma: User, carla: User, mounir: User
) -> None:
    coordinator, manager, author = api_client(carla), api_client(mounir), api_client(alice)
    brief = {**BRIEF, "starts_on": "2027-02-01", "ends_on": "2027-03-01"}
    segment = {"name": "شباب", "description": "شباب", "languages": ["ar"]}
    speaker = {"public_name": "باحث", "basis": "ثقة", "consent_on": "2026-01-01", "consent_scope": "كلها"}
    registers = {
        "segments": [send(coordinator, "/segments/", segment, status=201)["id"]],
        "messengers": [send(coordinator, "/messengers/", speaker, status=201)["id"]],
    }
    wish = {"title": "حملة", "code": "api", **brief, **LATER, **registers}
    made = send(coordinator, "/campaigns/", wish, status=201)
    waiting = send(coordinator, f"/campaigns/{made['id']}/submit/")
    signed = send(manager, f"/campaigns/{made['id']}/sign/", {"digest": waiting["digest"]})
    assert signed["state"] == "signed"

    concept = send(author, "/concepts/", {"name_ar": "الجهاد"}, status=201)
    claim = send(author, "/claims/", {"concept": concept["id"], "text_ar": "دعوى"}, status=201)
    verse = send(author, "/citations/verses/", {"surah": 29, "ayah_from": 69})
    body = {"campaign": made["id"], "claim": claim["id"], "title": "عنوان", "channels": [channel.pk]}
    content = send(author, "/contents/", body, status=201)
    document = sheet("  نص بفراغ قبله\n", verses=[verse["id"]])
    saved = send(author, f"/contents/{content['id']}/draft/", {"document": document, "base_version": 0}, method="put")
    assert saved["version"] == 1
    variant = content["variants"][0]["id"]
    shown = read(author, f"/variants/{variant}/rendering/")
    assert shown["parts"][0]["text"].startswith(f"  نص بفراغ قبله\n\n\n﴿{passage(29, 69).text}﴾")
    assert shown["limit"] == 500

    up = send(author, f"/variants/{variant}/submit/", {"base_version": 1})
    assert up["digest"] == shown["digest"]
    for client, gate in ((api_client(bob), "scientific"), (api_client(basma), "language")):
        up = send(client, f"/variants/{variant}/sign/", {"gate": gate, "digest": up["digest"], "answers": ANSWERS})
    assert up["state"] == "approved"
    decisions = read(author, f"/variants/{variant}/decisions/")
    assert [each["name"] for each in decisions] == ["Bob", "Basma"]
    asked = read(author, "/variants/questions/")
    kept = [{"code": each["code"], "text": each["text"]} for each in asked if each["gate"] == "scientific"]
    assert decisions[0]["answers"] == kept


def test_a_signature_without_its_answers_is_refused(in_review: Variant, bob: User) -> None:
    wish = {"gate": "scientific", "digest": in_review.digest, "answers": ANSWERS[:2]}
    assert send(api_client(bob), f"/variants/{in_review.pk}/sign/", wish, status=422)["code"] == "unanswered"


def test_a_stale_save_answers_409_by_whom(content: Content, alice: User, carla: User) -> None:
    path = f"/contents/{content.pk}/draft/"
    send(api_client(carla), path, {"document": sheet("نص"), "base_version": 0}, method="put")
    refused = send(api_client(alice), path, {"document": sheet("نصي"), "base_version": 0}, method="put", status=409)
    assert refused["code"] == "edited_by_another"
    assert "Carla" in refused["detail"]


def test_a_bad_document_names_the_field(content: Content, alice: User) -> None:
    body = {"document": {"title": "x"}, "base_version": 0}
    refused = send(api_client(alice), f"/contents/{content.pk}/draft/", body, method="put", status=422)
    assert refused["code"] == "bad_document"
    assert "document" in refused["errors"]


def test_an_unready_text_answers_what_is_in_the_way(content: Content, variant: Variant, alice: User) -> None:
    client = api_client(alice)
    assert send(client, f"/variants/{variant.pk}/submit/", status=422)["code"] == "text_empty"
    assert send(client, f"/contents/{content.pk}/submit/", status=422)["code"] == "text_empty"
    assert "text_empty" in {each["code"] for each in read(client, f"/contents/{content.pk}/checks/")}


def test_a_token_writes_and_submits_but_never_signs(content: Content, variant: Variant, alice: User, bob: User) -> None:
    program = token_client(alice, "write_content", "view_contents")
    body = {"document": sheet("نص"), "base_version": 0}
    send(program, f"/contents/{content.pk}/draft/", body, method="put")
    digest = send(program, f"/variants/{variant.pk}/submit/")["digest"]
    signer = token_client(bob, *Capability)
    wish = {"gate": "scientific", "digest": digest, "answers": ANSWERS}
    assert send(signer, f"/variants/{variant.pk}/sign/", wish, status=403)["code"] == "not_by_token"
    assert Variant.objects.get(pk=variant.pk).state == VariantState.IN_REVIEW


def test_signing_asks_for_a_fresh_second_factor(in_review: Variant, bob: User) -> None:
    wish = {"gate": "scientific", "digest": in_review.digest, "answers": ANSWERS}
    client = stale(api_client(bob))
    assert send(client, f"/variants/{in_review.pk}/sign/", wish, status=403)["code"] == "second_factor_needed"


def test_a_second_click_on_sign_answers_409(in_review: Variant, bob: User) -> None:
    wish = {"gate": "scientific", "digest": in_review.digest, "answers": ANSWERS}
    client = api_client(bob)
    send(client, f"/variants/{in_review.pk}/sign/", wish)
    assert send(client, f"/variants/{in_review.pk}/sign/", wish, status=409)["code"] == "already_signed"


def test_an_author_s_own_signature_is_refused(in_review: Variant, bob: User) -> None:
    in_review.content.contributors.add(bob)
    wish = {"gate": "scientific", "digest": in_review.digest, "answers": ANSWERS}
    assert send(api_client(bob), f"/variants/{in_review.pk}/sign/", wish, status=403)["code"] == "own_work"


def test_changes_remarks_and_withdrawal_go_by_the_api(approved: Variant, alice: User, bob: User) -> None:
    reviewer, author = api_client(bob), api_client(alice)
    decision = next(d for d in read(author, f"/variants/{approved.pk}/decisions/") if d["user"] == bob.pk)
    wish = {"decision": decision["id"], "why": "خطأ"}
    assert send(reviewer, f"/variants/{approved.pk}/withdraw-signature/", wish)["state"] == "revoked"
    up = send(author, f"/variants/{approved.pk}/submit/")
    wish = {"gate": "scientific", "digest": up["digest"], "note": "أصلح"}
    assert send(reviewer, f"/variants/{approved.pk}/request-changes/", wish)["state"] == "changes_requested"
    said = send(reviewer, "/remarks/", {"variant": approved.pk, "text": "وهنا"}, status=201)
    assert send(author, f"/remarks/{said['id']}/settle/")["settled_by"] == alice.pk
    assert len(read(author, f"/remarks/?variant={approved.pk}")["results"]) == 2
    assert send(author, f"/variants/{approved.pk}/withdraw/")["state"] == "withdrawn"
    assert read(author, f"/variants/{approved.pk}/rendering/", 404)["code"] == "not_found"
    assert send(author, f"/variants/{approved.pk}/copy/", status=201)["state"] == "draft"


def test_a_brief_is_edited_upon_its_version(campaign: Campaign, carla: User) -> None:
    path, client = f"/campaigns/{campaign.pk}/", api_client(carla)
    edited = send(client, path, {"version": campaign.version, "goal": " هدف \n"}, method="patch")
    assert (edited["state"], edited["goal"]) == ("draft", " هدف \n")
    refused = send(client, path, {"version": campaign.version, "goal": "x"}, method="patch", status=409)
    assert refused["code"] == "edited_by_another"


def test_a_picture_is_uploaded_and_only_its_institution_opens_it(
    content: Content, variant: Variant, alice: User, charlie: User
) -> None:
    author = api_client(alice)
    file = SimpleUploadedFile("p.png", make_picture(), content_type="image/png")
    answer = author.post(f"{API}/media/", {"file": file})
    assert answer.status_code == 201, answer.content
    picture = answer.json()
    got = author.get(f"{API}/media/{picture['id']}/file/")
    assert got["Content-Type"] == "image/png"
    assert len(b"".join(got.streaming_content)) == picture["size"]  # type: ignore[attr-defined]
    assert api_client(charlie).get(f"{API}/media/{picture['id']}/file/").status_code == 404
    document = sheet("نص", variants={str(variant.pk): own(media=[{"media": picture["id"], "alt": "لوحة"}])})
    send(author, f"/contents/{content.pk}/draft/", {"document": document, "base_version": 0}, method="put")


def test_a_broken_picture_is_a_problem_on_its_field(alice: User) -> None:
    file = SimpleUploadedFile("p.png", b"not a picture", content_type="image/png")
    answer = api_client(alice).post(f"{API}/media/", {"file": file})
    assert answer.status_code == 422
    assert (answer.json()["code"], list(answer.json()["errors"])) == ("media_broken", ["file"])


def test_works_are_verified_by_another_person(alice: User, bob: User) -> None:
    work = send(api_client(alice), "/citations/works/", {"title": "كتاب"}, status=201)
    assert not work["is_verified"]
    path = f"/citations/{work['id']}/verify/"
    assert send(api_client(alice), path, status=403)["code"] == "own_work"
    assert send(api_client(bob), path)["is_verified"]


def test_the_api_gives_every_surah_s_last_verse_byte_for_byte(alice: User) -> None:
    client = api_client(alice)
    for surah in surahs():
        answer = client.get(f"{API}/verses/{surah.number}/{surah.ayat}/")
        assert json.loads(answer.content)["text"] == passage(surah.number, surah.ayat).text
    both = read(client, "/verses/112/1-2/")
    assert both["text"] == passage(112, 1, 2).text
    assert read(client, "/verses/1/99/", 422)["code"] == "no_such_ayah"


def test_an_outsider_finds_nothing_at_any_address(
    approved: Variant, campaign: Campaign, claim: Claim, charlie: User
) -> None:
    client = api_client(charlie)
    content = approved.content_id
    for path in (
        f"/campaigns/{campaign.pk}/", f"/contents/{content}/", f"/contents/{content}/checks/",
        f"/variants/{approved.pk}/", f"/variants/{approved.pk}/rendering/", f"/variants/{approved.pk}/decisions/",
        f"/claims/{claim.pk}/",
    ):  # fmt: skip
        assert read(client, path, 404)["code"] == "not_found"
    for path in ("/campaigns/", "/contents/", "/variants/", "/claims/", "/citations/", "/remarks/", "/media/"):
        assert read(client, path)["results"] == []
    wish = {"digest": approved.digest, "gate": "scientific", "answers": ANSWERS}
    send(client, f"/variants/{approved.pk}/sign/", wish, status=404)
    send(client, f"/campaigns/{campaign.pk}/sign/", {"digest": campaign.digest}, status=404)
    send(client, f"/variants/{approved.pk}/withdraw/", status=404)
    body = {"document": sheet("x"), "base_version": 0}
    send(client, f"/contents/{content}/draft/", body, method="put", status=404)


def test_a_stranger_is_asked_who_they_are(db: None) -> None:
    assert APIClient().get(f"{API}/contents/").status_code in (401, 403)


@pytest.mark.parametrize("path", ["/contents/", "/variants/", "/campaigns/", "/claims/", "/citations/"])
def test_lists_ask_as_much_for_many_as_for_one(
    path: str, in_review: Variant, campaign: Campaign, channel: Channel, alice: User, carla: User
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from campaigns import briefs, drafting
    from tests.campaigns.conftest import verse
    from tests.knowledge import make_claim
    from tests.people import actor_of

    client = api_client(alice)
    read(client, path)
    with CaptureQueriesContext(connection) as few:
        read(client, path)
    for number in range(3):
        claim = make_claim(alice, f"دعوى {number}")
        drafting.create_content(campaign=campaign, claim=claim, title="x", channels=[channel], actor=actor_of(alice))
        briefs.create_campaign(title="x", actor=actor_of(carla))
        verse(alice, 3, number + 1)
    with CaptureQueriesContext(connection) as many:
        read(client, path)
    assert len(many) == len(few)


def test_a_sheet_is_measured_before_it_is_saved(alice: User, nadia: User, charlie: User, content: Content) -> None:
    version, document = content.draft_version, sheet("كلمات لم تُحفظ بعد")
    found = send(api_client(alice), f"/contents/{content.pk}/measure/", {"document": document})
    assert found["variants"][0]["parts"][0]["text"].startswith("كلمات لم تُحفظ بعد")
    assert {"code", "level"} <= found["checks"][0].keys()
    content.refresh_from_db()
    assert content.draft_version == version
    send(api_client(nadia), f"/contents/{content.pk}/measure/", {"document": document}, status=403)
    send(api_client(charlie), f"/contents/{content.pk}/measure/", {"document": document}, status=404)
