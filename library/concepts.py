"""Concepts: recorded and edited by those who keep the knowledge, found by their name in any of the three languages."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.capabilities import Capability
from chain.actors import Actor
from chain.errors import Invalid
from library.folding import fold
from library.models import Concept
from library.registers import LANGUAGES, Reader, add, edit, house_of, in_language, line, prose, read, terms

READERS: dict[str, Reader] = {
    **dict.fromkeys((f"name_{code}" for code in LANGUAGES), line(80)),
    "name_ar": line(80, missing=_("Name the concept in Arabic.")),
    **dict.fromkeys((f"definition_{code}" for code in LANGUAGES), prose(5_000)),
    "say": terms,
    "avoid": terms,
}


def taken() -> Invalid:
    return Invalid(_("This concept is recorded already."), code="concept_exists", field="name_ar")


def add_concept(*, actor: Actor, **given: Any) -> Concept:
    """Record a concept. Raises Invalid with the field to mend, or where one of that name stands already."""
    house = house_of(actor, Capability.EDIT_KNOWLEDGE)
    return add(Concept(organisation=house, **read(READERS, {"name_ar": "", **given})), taken(), actor=actor)


def edit_concept(*, concept: Concept, changes: Mapping[str, Any], version: int, actor: Actor) -> Concept:
    actor.require(Capability.EDIT_KNOWLEDGE, on=concept)
    return edit(concept, read(READERS, changes), taken(), version=version, actor=actor)


def concept_named(organisation_id: int, name: str) -> Concept | None:
    """The concept of that name in any language, compared folded; the first where two are written alike."""
    wanted = fold(name)
    found = Concept.objects.filter(organisation_id=organisation_id).order_by("id") if wanted else ()
    return next((c for c in found if wanted in {fold(c.name_ar), fold(c.name_fr), fold(c.name_en)}), None)


def concept_name(concept: Concept, language: str) -> str:
    return in_language(concept, "name", language)
