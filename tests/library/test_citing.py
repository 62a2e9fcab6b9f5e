"""library.citing: one citation per passage, works verified by another person, claims recorded once."""

from datetime import date
from typing import Any

import pytest
from django.utils import translation

from accounts.models import User
from chain.errors import Invalid, NotAllowed, NotFound, StaleState
from chain.models import Event
from library import access, citing, scripture
from library.folding import matching
from library.models import Citation
from tests.people import actor_of, token_actor_of


def test_the_same_verses_give_the_same_citation(alice: User, bob: User) -> None:
    first = citing.cite_verse(surah=2, ayah_from=256, actor=actor_of(alice))
    second = citing.cite_verse(surah=2, ayah_from=256, ayah_to=256, actor=actor_of(bob))
    assert first == second
    assert first.sha256 == scripture.passage(2, 256).sha256
    assert Event.objects.filter(verb="citation.created").count() == 1


def test_each_institution_has_citations_of_its_own(alice: User, charlie: User) -> None:
    mine = citing.cite_verse(surah=2, ayah_from=256, actor=actor_of(alice))
    citing.cite_verse(surah=2, ayah_from=256, actor=actor_of(charlie))
    with pytest.raises(NotFound):
        access.citation_or_404(actor_of(charlie), mine.pk)


def test_an_analyst_cites_nothing(nadia: User) -> None:
    with pytest.raises(NotAllowed):
        citing.cite_verse(surah=2, ayah_from=256, actor=actor_of(nadia))


def test_a_token_may_cite(alice: User) -> None:
    assert citing.cite_verse(surah=1, ayah_from=1, actor=token_actor_of(alice, "write_content")).pk


def test_a_citation_knows_when_the_installed_text_is_no_longer_the_cited_one(alice: User) -> None:
    citation = citing.cite_verse(surah=1, ayah_from=1, actor=actor_of(alice))
    assert citing.is_as_cited(citation)
    Citation.objects.filter(pk=citation.pk).update(sha256="0" * 64)
    citation.refresh_from_db()
    assert not citing.is_as_cited(citation)


def test_a_work_is_verified_by_another_person_once(alice: User, bob: User, basma: User) -> None:
    work = citing.cite_work(author="ابن رشد", title="المقدمات الممهدات", actor=actor_of(alice))
    assert work.verified_at is None
    with pytest.raises(NotAllowed) as own:
        citing.verify_citation(citation=work, actor=actor_of(alice))
    assert own.value.code == "own_work"
    assert citing.verify_citation(citation=work, actor=actor_of(bob)).verified_by == bob
    with pytest.raises(StaleState):
        citing.verify_citation(citation=work, actor=actor_of(basma))


def test_the_outsider_verifies_nothing(alice: User, charlie: User) -> None:
    work = citing.cite_work(author="", title="كتاب", actor=actor_of(alice))
    with pytest.raises(NotFound):
        citing.verify_citation(citation=work, actor=actor_of(charlie))


def test_a_verse_has_nothing_to_verify(alice: User, bob: User) -> None:
    verse = citing.cite_verse(surah=1, ayah_from=1, actor=actor_of(alice))
    with pytest.raises(Invalid):
        citing.verify_citation(citation=verse, actor=actor_of(bob))


def test_a_work_needs_a_name(alice: User) -> None:
    with pytest.raises(Invalid) as refused:
        citing.cite_work(author="ابن رشد", title=" ", actor=actor_of(alice))
    assert refused.value.field == "title"


def test_a_hadith_waits_for_its_verifier_and_shows_its_grade_with_the_critic(alice: User, bob: User) -> None:
    made = citing.cite_source(kind="hadith", title="مجموع", grade="sahih", graded_by="ناقد", actor=actor_of(alice))
    with translation.override("en"):
        assert citing.told_of(made) == "مجموع, Sound (ناقد) (to be verified)"
        assert citing.told_of(citing.verify_citation(citation=made, actor=actor_of(bob))) == "مجموع, Sound (ناقد)"


def test_all_that_names_a_source_is_under_its_hash(alice: User) -> None:
    page = {"title": "صفحة", "link": "https://example.org/a", "accessed_on": date(2026, 11, 2)}
    first = citing.cite_source(kind="page", **page, actor=actor_of(alice))
    other = citing.cite_source(kind="page", **{**page, "accessed_on": date(2026, 11, 3)}, actor=actor_of(alice))
    assert len({first.sha256, other.sha256}) == 2


@pytest.mark.parametrize(
    ("kind", "given", "field"),
    [
        ("hadith", {"title": " "}, "title"),
        ("hadith", {"title": "x", "grade": "sahih"}, "graded_by"),
        ("hadith", {"title": "x", "grade": "perfect"}, "grade"),
        ("page", {"title": "x", "accessed_on": date(2026, 11, 2)}, "link"),
        ("page", {"title": "x", "link": "https://example.org"}, "accessed_on"),
        ("page", {"title": "x", "link": "javascript:alert(1)", "accessed_on": date(2026, 11, 2)}, "link"),
        ("work", {"title": "x", "grade": "sahih"}, "grade"),
        ("quran", {"title": "x"}, "kind"),
    ],
)
def test_a_sources_faults_are_told_by_field(alice: User, kind: str, given: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        citing.cite_source(kind=kind, actor=actor_of(alice), **given)
    assert refused.value.field == field


@pytest.mark.embedded
def test_a_source_is_found_by_its_words_and_a_verse_by_its_own(alice: User) -> None:
    verse = citing.cite_verse(surah=2, ayah_from=256, actor=actor_of(alice))
    work = citing.cite_work(author="ابن رُشد", title="المقدّمات", actor=actor_of(alice))
    assert list(matching(Citation.objects.all(), "لا اكراه في الدين")) == [verse]
    assert list(matching(Citation.objects.all(), "مقدمات ابن رشد")) == [work]
