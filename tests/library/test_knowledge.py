"""Concepts, narratives and claims: recorded once, edited upon a version, of one institution."""

from typing import Any

import pytest

from accounts.models import Organisation, User
from chain.errors import Invalid, NotAllowed, NotFound, StaleState
from chain.models import Event
from library import access
from library.concepts import add_concept, concept_name, concept_named, edit_concept
from library.models import Concept
from library.narratives import add_claim, add_narrative, claim_text, edit_claim, edit_narrative
from tests.knowledge import make_claim, make_concept
from tests.people import actor_of

pytestmark = pytest.mark.django_db


def test_a_concept_is_recorded_once_and_named_in_the_readers_language(alice: User, bob: User) -> None:
    made = add_concept(name_ar="الجهاد", name_fr="Jihad", actor=actor_of(alice))
    assert (concept_name(made, "fr"), concept_name(made, "en")) == ("Jihad", "الجهاد")
    with pytest.raises(Invalid) as refused:
        add_concept(name_ar="الجهاد", actor=actor_of(bob))
    assert refused.value.code == "concept_exists"


@pytest.mark.embedded
def test_a_concept_is_found_by_any_of_its_names(alice: User, rabita: Organisation) -> None:
    made = add_concept(name_ar="الحاكمية", name_fr="Hakimiyya", actor=actor_of(alice))
    for name in ("الحاكميّه", "HAKIMIYYA", " الحاكمية "):
        assert concept_named(rabita.pk, name) == made
    assert concept_named(rabita.pk, "") is None


@pytest.mark.embedded
def test_an_edit_upon_an_old_version_changes_nothing(alice: User, bob: User) -> None:
    made = make_concept(alice)
    edit_concept(concept=made, changes={"say": {"ar": ["بذل الجهد", " "]}}, version=1, actor=actor_of(alice))
    assert Concept.objects.get().say == {"ar": ["بذل الجهد"]}
    with pytest.raises(StaleState):
        edit_concept(concept=made, changes={"name_fr": "Jihad"}, version=1, actor=actor_of(bob))
    assert Concept.objects.get().name_fr == ""
    assert Event.objects.get(verb="concept.edited").data == {"fields": ["say"], "version": 2}


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"name_ar": " "}, "name_ar"),
        ({"name_ar": "ا" * 81}, "name_ar"),
        ({"name_ar": "x", "say": {"de": []}}, "say"),
        ({"name_ar": "x", "avoid": {"ar": ["x" * 121]}}, "avoid_ar"),
        ({"name_ar": "x", "avoid": {"ar": ["x"] * 41}}, "avoid_ar"),
        ({"name_ar": "x", "owner": "y"}, "owner"),
    ],
)
def test_a_concepts_faults_are_told_by_field(alice: User, given: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        add_concept(actor=actor_of(alice), **given)
    assert refused.value.field == field


def test_a_claim_is_recorded_once(alice: User, bob: User) -> None:
    concept = make_concept(alice)
    claim = add_claim(concept=concept, text_ar="دعوى", text_fr="Une thèse", prevalence=2, harm=5, actor=actor_of(alice))
    assert claim_text(claim, "fr") == "Une thèse"
    assert claim_text(claim, "en") == "دعوى"
    with pytest.raises(Invalid) as refused:
        add_claim(concept=concept, text_ar="دعوى", actor=actor_of(bob))
    assert refused.value.code == "claim_exists"


@pytest.mark.parametrize(
    ("fields", "field"),
    [({"concept": None}, "concept"), ({"text_ar": " "}, "text_ar"), ({"text_ar": "ن" * 301}, "text_ar"),
     ({"text_fr": "a\x00"}, "text_fr"), ({"harm": 6}, "harm"), ({"prevalence": True}, "prevalence"),
     ({"distortion": "lie"}, "distortion"), ({"narrative": 7}, "narrative")],
)  # fmt: skip
def test_a_claim_s_faults_are_told_by_field(alice: User, fields: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        add_claim(**{"concept": make_concept(alice), "text_ar": "t", **fields}, actor=actor_of(alice))
    assert refused.value.field == field


def test_a_claim_joins_a_narrative_and_is_found_by_its_new_words(alice: User) -> None:
    claim, actor = make_claim(alice), actor_of(alice)
    narrative = add_narrative(title_ar="سردية المواجهة", kind="political", actor=actor)
    done = edit_claim(claim=claim, changes={"narrative": narrative, "text_fr": "Thèse"}, version=1, actor=actor)
    assert (done.narrative, done.version) == (narrative, 2)
    assert "these" in done.folded


def test_an_analyst_records_nothing(nadia: User, alice: User) -> None:
    for act in (
        lambda: add_concept(name_ar="x", actor=actor_of(nadia)),
        lambda: add_narrative(title_ar="x", kind="political", actor=actor_of(nadia)),
        lambda: edit_claim(claim=make_claim(alice), changes={"harm": 1}, version=1, actor=actor_of(nadia)),
    ):
        with pytest.raises(NotAllowed):
            act()


def test_the_outsider_finds_and_changes_nothing_of_ours(alice: User, charlie: User) -> None:
    claim, outsider = make_claim(alice), actor_of(charlie)
    narrative = add_narrative(title_ar="سردية", kind="historical", actor=actor_of(alice))
    for act in (
        lambda: access.claim_or_404(outsider, claim.pk),
        lambda: access.concept_or_404(outsider, claim.concept_id),
        lambda: access.narrative_or_404(outsider, narrative.pk),
        lambda: edit_concept(concept=claim.concept, changes={"name_fr": "x"}, version=1, actor=outsider),
        lambda: edit_narrative(narrative=narrative, changes={"title_fr": "x"}, version=1, actor=outsider),
        lambda: edit_claim(claim=claim, changes={"harm": 1}, version=1, actor=outsider),
        lambda: add_claim(concept=claim.concept, text_ar="x", actor=outsider),
    ):
        with pytest.raises(NotFound):
            act()
    assert not access.claims_of(outsider).exists()
