"""Citing: verses by reference; hadiths, works and pages, to be verified by a second person.

A verse needs no verification: it comes from the installed text, and its hash says which bytes were meant.
"""

import hashlib
import re
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.capabilities import Capability
from chain.actors import Actor
from chain.errors import Invalid, NotAllowed, StaleState
from chain.trail import canonical, record
from library import scripture
from library.folding import fold
from library.models import Citation, CitationKind, Grade
from library.registers import Reader, choice, house_of, line, read


@transaction.atomic
def cite_verse(*, surah: int, ayah_from: int, ayah_to: int | None = None, actor: Actor) -> Citation:
    """The institution's citation of these verses: made once, and the same one ever after."""
    house = house_of(actor, Capability.WRITE_CONTENT, Capability.EDIT_KNOWLEDGE, Capability.IMPORT_CONTENTS)
    found = scripture.passage(surah, ayah_from, ayah_to)
    citation, is_new = Citation.objects.get_or_create(
        organisation=house,
        kind=CitationKind.QURAN,
        riwaya=found.riwaya_code,
        surah=found.surah,
        ayah_from=found.ayah_from,
        ayah_to=found.ayah_to,
        defaults={
            "sha256": found.sha256,
            "folded": fold(found.surah_name, found.key, found.text),
            "created_by_id": actor.user_id or 0,
            "created_at": timezone.now(),
        },
    )
    if is_new:
        record("citation.created", citation, actor=actor, data={"passage": found.key, "sha256": found.sha256})
    return citation


def passage_of(citation: Citation) -> scripture.Passage:
    """The verses that a citation names, from the installed text. Raises Invalid for a work."""
    if citation.kind != CitationKind.QURAN:
        raise Invalid(_("This source is not a verse."), code="not_a_verse")
    first = citation.ayah_from or 0
    return scripture.passage(citation.surah or 0, first, citation.ayah_to or first, citation.riwaya)


def is_as_cited(citation: Citation) -> bool:
    """Whether the installed text still has the bytes that were cited."""
    return passage_of(citation).sha256 == citation.sha256


def cite_work(*, actor: Actor, **given: Any) -> Citation:
    return cite_source(kind=CitationKind.WORK, actor=actor, **given)


@transaction.atomic
def cite_source(*, kind: str, actor: Actor, **given: Any) -> Citation:
    """A hadith, work or page, to be verified: until another person compared it, nothing that rests on it goes out."""
    house = house_of(actor, Capability.EDIT_KNOWLEDGE)
    if kind not in SOURCES:
        raise Invalid(_("Choose what kind of source it is."), code="bad_kind", field="kind")
    found = read(SOURCES[kind], {"title": "", **NEEDED.get(kind, {}), **given})
    if found.get("grade") and not found.get("graded_by"):
        raise Invalid(_("Say who graded it so."), code="grader_missing", field="graded_by")
    citation = Citation(
        organisation=house, kind=kind, **found, created_by_id=actor.user_id or 0, created_at=timezone.now()
    )
    citation.sha256, citation.folded = digest_of(citation), searched(citation)
    citation.save(force_insert=True)
    said = {"kind": kind, "title": citation.title, "sha256": citation.sha256}
    record("citation.created", citation, actor=actor, data=said)
    return citation


def digest_of(citation: Citation) -> str:
    """sha256 (hex) over all that names the source. A work without an edition: over its author, title and place."""
    fields = {name: getattr(citation, name) for name in SOURCES[citation.kind] if getattr(citation, name)}
    if citation.kind == CitationKind.WORK and not citation.edition:
        return hashlib.sha256(canonical([citation.author, citation.title, citation.locator])).hexdigest()
    if citation.accessed_on:
        fields["accessed_on"] = citation.accessed_on.isoformat()
    return hashlib.sha256(canonical({"kind": citation.kind, **fields})).hexdigest()


def searched(citation: Any) -> str:
    """What a search looks through: the verses' own words, or all that names the source."""
    if citation.kind == CitationKind.QURAN:
        found = passage_of(citation)
        return fold(found.surah_name, found.key, found.text)
    names = ("author", "title", "locator", "edition", "graded_by", "link")
    return fold(*(getattr(citation, name) for name in names))


@transaction.atomic
def verify_citation(*, citation: Citation, actor: Actor) -> Citation:
    """Say that one compared a source with its original. Never by who added it; a second click changes nothing."""
    actor.require(Capability.EDIT_KNOWLEDGE, on=citation)
    if citation.kind == CitationKind.QURAN:
        raise Invalid(_("A verse comes from the installed text: there is nothing to verify."), code="nothing_to_verify")
    if actor.user_id is None or citation.created_by_id == actor.user_id:
        raise NotAllowed(_("You added this source: somebody else compares it with the print."), code="own_work")
    now = timezone.now()
    if (
        Citation.objects.filter(pk=citation.pk, verified_at=None).update(verified_by_id=actor.user_id, verified_at=now)
        != 1
    ):
        raise StaleState(_("This source was verified already."), code="already_verified")
    record("citation.verified", citation, actor=actor, data={"sha256": citation.sha256})
    citation.refresh_from_db()
    return citation


def label_of(citation: Citation) -> str:
    """How a citation is named in a list: the verses' reference, or all that tells which source and where in it."""
    if citation.kind == CitationKind.QURAN:
        found = passage_of(citation)
        return f"{found.surah_name}: {found.ayat}"
    grade = f"{citation.get_grade_display()} ({citation.graded_by})" if citation.grade else ""
    named = (citation.author, citation.title, citation.edition, citation.locator, grade)
    return ", ".join(part for part in named if part)


def told_of(citation: Citation) -> str:
    """The same, saying so where nobody verified it yet."""
    label = label_of(citation)
    return label if citation.is_verified else gettext("%(source)s (to be verified)") % {"source": label}


# What each kind of source has


def web_address(name: str, value: Any) -> str:
    address = line(2_000)(name, value)
    if address and not re.fullmatch(r"https?://[^\s/]+\.[^\s]+", address):
        raise Invalid(_("Write the address in full, beginning with https://."), code="bad_link", field=name)
    return str(address)


def page_address(name: str, value: Any) -> str:
    if not web_address(name, value):
        raise Invalid(_("Give the address of the page."), code="link_missing", field=name)
    return web_address(name, value)


def day(name: str, value: Any) -> date:
    if type(value) is not date:
        raise Invalid(_("Say on which day the page was read."), code="date_missing", field=name)
    return value


SOURCES: dict[str, dict[str, Reader]] = {
    CitationKind.WORK: {
        "author": line(200), "title": line(300, missing=_("Name the work.")), "edition": line(120),
        "locator": line(120), "link": web_address,
    },
    CitationKind.HADITH: {
        "title": line(300, missing=_("Name the collection.")), "locator": line(120),
        "grade": choice(Grade, blank=True), "graded_by": line(200), "link": web_address,
    },
    CitationKind.PAGE: {
        "author": line(200), "title": line(300, missing=_("Give the title of the page.")), "locator": line(120),
        "link": page_address, "accessed_on": day,
    },
}  # fmt: skip
NEEDED: dict[str, dict[str, Any]] = {CitationKind.PAGE: {"link": "", "accessed_on": None}}
