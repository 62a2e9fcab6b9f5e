"""library.citing: one citation per passage, works verified by another person, claims recorded once."""

import pytest

from accounts.models import Organisation, User
from chain.errors import Invalid, NotAllowed, NotFound, StaleState
from chain.models import Event
from library import access, citing, scripture
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


def test_a_claim_is_recorded_once(alice: User, bob: User) -> None:
    claim = citing.add_claim(concept="الجهاد", text_ar="دعوى", text_fr="Une thèse", actor=actor_of(alice))
    assert citing.claim_text(claim, "fr") == "Une thèse"
    assert citing.claim_text(claim, "en") == "دعوى"
    with pytest.raises(Invalid) as refused:
        citing.add_claim(concept="x", text_ar="دعوى", actor=actor_of(bob))
    assert refused.value.code == "claim_exists"


@pytest.mark.parametrize(
    ("fields", "field"),
    [({"concept": ""}, "concept"), ({"text_ar": " "}, "text_ar"), ({"text_ar": "ن" * 301}, "text_ar"),
     ({"text_fr": "a\x00"}, "text_fr")],
)  # fmt: skip
def test_a_claim_s_faults_are_told_by_field(alice: User, fields: dict[str, str], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        citing.add_claim(**{"concept": "c", "text_ar": "t", **fields}, actor=actor_of(alice))
    assert refused.value.field == field


def test_claims_of_another_institution_are_not_found(alice: User, charlie: User, rabita: Organisation) -> None:
    claim = citing.add_claim(concept="c", text_ar="t", actor=actor_of(alice))
    assert access.claim_or_404(actor_of(alice), claim.pk) == claim
    with pytest.raises(NotFound):
        access.claim_or_404(actor_of(charlie), claim.pk)
    assert not access.claims_of(actor_of(charlie)).exists()
