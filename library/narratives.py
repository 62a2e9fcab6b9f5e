"""Narratives and the claims that belong to them: recorded in neutral sentences of ours, edited upon a version."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.capabilities import Capability
from chain.actors import Actor
from chain.errors import Invalid, NotFound
from library.models import Claim, Concept, Distortion, Narrative, NarrativeKind
from library.registers import LANGUAGES, Reader, add, choice, edit, house_of, in_language, line, prose, read, scale

NARRATIVE: dict[str, Reader] = {
    **dict.fromkeys((f"title_{code}" for code in LANGUAGES), line(160)),
    "title_ar": line(160, missing=_("Give the narrative a neutral title, in Arabic.")),
    **dict.fromkeys((f"summary_{code}" for code in LANGUAGES), prose(5_000)),
    "kind": choice(NarrativeKind),
}


def concept(name: str, value: Any) -> Concept:
    if not isinstance(value, Concept):
        raise Invalid(_("Say which concept it is about."), code="concept_missing", field=name)
    return value


def narrative(name: str, value: Any) -> Narrative | None:
    if value is not None and not isinstance(value, Narrative):
        raise Invalid(_("Choose one of the recorded narratives."), code="bad_choice", field=name)
    return value


CLAIM: dict[str, Reader] = {
    **dict.fromkeys((f"text_{code}" for code in LANGUAGES), line(300)),
    "text_ar": line(300, missing=_("Write the claim in one neutral sentence, in Arabic.")),
    "concept": concept,
    "narrative": narrative,
    "distortion": choice(Distortion, blank=True),
    "prevalence": scale,
    "harm": scale,
}


def title_taken() -> Invalid:
    return Invalid(_("This narrative is recorded already."), code="narrative_exists", field="title_ar")


def claim_taken() -> Invalid:
    return Invalid(_("This claim is recorded already."), code="claim_exists", field="text_ar")


def add_narrative(*, actor: Actor, **given: Any) -> Narrative:
    house = house_of(actor, Capability.EDIT_KNOWLEDGE)
    found = read(NARRATIVE, {"title_ar": "", "kind": "", **given})
    return add(Narrative(organisation=house, **found), title_taken(), actor=actor)


def edit_narrative(*, narrative: Narrative, changes: Mapping[str, Any], version: int, actor: Actor) -> Narrative:
    actor.require(Capability.EDIT_KNOWLEDGE, on=narrative)
    return edit(narrative, read(NARRATIVE, changes), title_taken(), version=version, actor=actor)


def add_claim(*, actor: Actor, **given: Any) -> Claim:
    """A claim that we answer, in one neutral sentence of ours. Raises Invalid where it stands already."""
    house = house_of(actor, Capability.EDIT_KNOWLEDGE, Capability.IMPORT_CONTENTS)
    found = read(CLAIM, {"concept": None, "text_ar": "", **given})
    refuse_foreign(found, house.pk)
    return add(Claim(organisation=house, **found), claim_taken(), actor=actor)


def edit_claim(*, claim: Claim, changes: Mapping[str, Any], version: int, actor: Actor) -> Claim:
    actor.require(Capability.EDIT_KNOWLEDGE, on=claim)
    found = read(CLAIM, changes)
    refuse_foreign(found, claim.organisation_id)
    return edit(claim, found, claim_taken(), version=version, actor=actor)


def refuse_foreign(given: Mapping[str, Any], organisation_id: int) -> None:
    named = [row for row in (given.get("concept"), given.get("narrative")) if row is not None]
    if any(row.organisation_id != organisation_id for row in named):
        raise NotFound


def claim_text(claim: Claim, language: str) -> str:
    """The claim in that language, else in Arabic."""
    return in_language(claim, "text", language)


def narrative_title(narrative: Narrative, language: str) -> str:
    return in_language(narrative, "title", language)
