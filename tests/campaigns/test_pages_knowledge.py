"""Concepts, narratives and claims: what the pages and the API show, keep and refuse."""

from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from campaigns.models import Content, Variant
from library.concepts import edit_concept
from library.models import Claim, Concept, Narrative
from tests.knowledge import make_claim, make_concept
from tests.people import actor_of, api_client, sign_in

pytestmark = pytest.mark.django_db


def text_of(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return answer.content.decode()


def test_a_concept_is_recorded_edited_and_shown_with_its_terms(client: Client, alice: User) -> None:
    sign_in(client, alice)
    made = client.post(
        "/concepts/new/", {"name_ar": "الجهاد", "say_ar": "بذل الجهد\n\nالمجاهدة", "avoid_fr": "guerre sainte"}
    )
    concept = Concept.objects.get()
    assert made["Location"] == f"/concepts/{concept.pk}/"
    assert concept.say == {"ar": ["بذل الجهد", "المجاهدة"]}
    page = text_of(client, f"/concepts/{concept.pk}/")
    assert "المجاهدة" in page
    assert "guerre sainte" not in page
    typed = {"name_ar": "الجهاد", "definition_ar": "بذل الوسع", "version": "1"}
    assert client.post(f"/concepts/{concept.pk}/edit/", typed).status_code == 302
    stale = client.post(f"/concepts/{concept.pk}/edit/", {**typed, "definition_ar": "ما كتبته أنا"})
    assert stale.status_code == 409
    assert "ما كتبته أنا" in stale.content.decode()
    assert Concept.objects.get().definition_ar == "بذل الوسع"


def test_a_narrative_shows_which_of_its_claims_nobody_answered(client: Client, approved: Variant, alice: User) -> None:
    sign_in(client, alice)
    client.post("/narratives/new/", {"kind": "political", "title_ar": "سردية المواجهة"})
    narrative = Narrative.objects.get()
    answered, waiting = approved.content.claim, make_claim(alice, "دعوى لم يجب عنها أحد")
    for claim in (answered, waiting):
        typed = {
            "text_ar": claim.text_ar,
            "concept": claim.concept_id,
            "narrative": narrative.pk,
            "version": 1,
            "harm": 4,
        }
        assert client.post(f"/claims/{claim.pk}/edit/", typed).status_code == 302
    page = text_of(client, f"/narratives/{narrative.pk}/")
    assert page.index(waiting.text_ar) < page.index(answered.text_ar)
    only_open = text_of(client, "/claims/?open=1")
    assert waiting.text_ar in only_open
    assert answered.text_ar not in only_open


@pytest.mark.parametrize("words", ["الجهاد", "جِهاد", "ٱلجهاد"])
def test_a_list_is_searched_without_vowels(client: Client, alice: User, words: str) -> None:
    concept = make_concept(alice, "اَلْجِهَادُ")
    make_concept(alice, "الشورى")
    page = text_of(sign_in(client, alice), f"/concepts/?q={words}")
    assert concept.name_ar in page
    assert "الشورى" not in page


def test_what_to_say_and_to_avoid_stands_beside_the_sheet_and_the_signature(
    client: Client, in_review: Variant, alice: User, bob: User
) -> None:
    concept = in_review.content.claim.concept
    edit_concept(concept=concept, changes={"avoid": {"ar": ["القتال المقدس"]}}, version=1, actor=actor_of(alice))
    assert "القتال المقدس" in text_of(sign_in(client, alice), f"/contents/{in_review.content_id}/")
    assert "القتال المقدس" in text_of(sign_in(client, bob), f"/review/{in_review.pk}/")


def test_who_only_reads_is_offered_no_form(client: Client, claim: Claim, nadia: User) -> None:
    sign_in(client, nadia, second_factor=False)
    page = text_of(client, "/claims/")
    assert 'name="text_ar"' not in page
    assert client.get(f"/claims/{claim.pk}/edit/").status_code == 403


def test_the_api_records_edits_filters_and_finds(claim: Claim, alice: User, content: Content) -> None:
    api = api_client(alice)

    def call(method: str, path: str, body: Any = None, status: int = 200) -> Any:
        answer = getattr(api, method)(f"/api/v1/{path}", body, format="json")
        assert answer.status_code == status, answer.content
        return answer.json()

    concept = call("post", "concepts/", {"name_ar": "الجِزْيَة", "avoid": {"ar": ["إذلال"]}}, 201)
    narrative = call("post", "narratives/", {"title_ar": "سردية", "kind": "historical"}, 201)
    made = call("post", "claims/", {"concept": concept["id"], "text_ar": "دعوى أخرى", "harm": 3}, 201)
    edited = call("patch", f"claims/{made['id']}/", {"version": 1, "narrative": narrative["id"], "harm": None})
    assert (edited["narrative"], edited["harm"], edited["version"]) == (narrative["id"], None, 2)
    assert call("patch", f"claims/{made['id']}/", {"version": 1, "harm": 5}, 409)["code"] == "edited_by_another"
    assert [row["id"] for row in call("get", f"claims/?narrative={narrative['id']}")["results"]] == [made["id"]]
    assert [row["id"] for row in call("get", "claims/?q=دعوي اخري")["results"]] == [made["id"]]
    assert [row["id"] for row in call("get", "concepts/?q=الجزيه")["results"]] == [concept["id"]]
    assert call("get", "narratives/?kind=political")["count"] == 0
    assert call("patch", f"concepts/{concept['id']}/", {"version": 1, "name_en": "Jizya"})["name_en"] == "Jizya"
    assert call("patch", f"narratives/{narrative['id']}/", {"version": 1, "title_fr": "Récit"})["title_fr"] == "Récit"


def test_another_institutions_concept_is_not_found_by_its_id(claim: Claim, charlie: User) -> None:
    answer = api_client(charlie).post("/api/v1/claims/", {"concept": claim.concept_id, "text_ar": "x"}, format="json")
    assert answer.status_code == 404
