"""Citing: verses by reference, works to be verified by a second person, and the claims that are answered.

A verse needs no verification: it comes from the installed text, and its hash says which bytes were meant.
"""

import hashlib

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.capabilities import Capability
from accounts.models import Organisation
from chain.actors import Actor
from chain.errors import Invalid, NotAllowed, StaleState
from chain.trail import canonical, record
from library import scripture
from library.models import Citation, CitationKind, Claim


def house_of(actor: Actor, *capabilities: str) -> Organisation:
    """The actor's institution, once the actor may do one of these things in it."""
    organisation = Organisation.objects.get(pk=actor.organisation_id or 0) if actor.organisation_id else None
    if organisation is None:
        raise NotAllowed
    usable = [capability for capability in capabilities if capability in actor.capabilities]
    actor.require(usable[0] if usable else capabilities[0], on=organisation)
    return organisation


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
        defaults={"sha256": found.sha256, "created_by_id": actor.user_id or 0, "created_at": timezone.now()},
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


@transaction.atomic
def cite_work(*, author: str, title: str, locator: str = "", actor: Actor) -> Citation:
    """A work, to be verified: until another person compared it with the print, nothing that rests on it goes out."""
    house = house_of(actor, Capability.EDIT_KNOWLEDGE)
    author, title, locator = short(author, "author", 200), short(title, "title", 300), locator.strip()
    if not title:
        raise Invalid(_("Name the work."), code="title_missing", field="title")
    if len(locator) > 120:
        raise Invalid(_("This is too long: keep it under 120 characters."), code="too_long", field="locator")
    citation = Citation(
        organisation=house, kind=CitationKind.WORK, author=author, title=title, locator=locator,
        created_by_id=actor.user_id or 0, created_at=timezone.now(),
    )  # fmt: skip
    citation.sha256 = hashlib.sha256(canonical([author, title, locator])).hexdigest()
    citation.save(force_insert=True)
    record("citation.created", citation, actor=actor, data={"title": title, "sha256": citation.sha256})
    return citation


@transaction.atomic
def verify_citation(*, citation: Citation, actor: Actor) -> Citation:
    """Say that one compared a work with the print. Never by the person who added it; a second click changes nothing."""
    actor.require(Capability.EDIT_KNOWLEDGE, on=citation)
    if citation.kind != CitationKind.WORK:
        raise Invalid(_("A verse comes from the installed text: there is nothing to verify."), code="not_a_work")
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


@transaction.atomic
def add_claim(*, concept: str, text_ar: str, text_fr: str = "", text_en: str = "", actor: Actor) -> Claim:
    """A claim that we answer, in one neutral sentence of ours. Raises Invalid where it stands already."""
    house = house_of(actor, Capability.EDIT_KNOWLEDGE, Capability.IMPORT_CONTENTS)
    concept, text_ar = short(concept, "concept", 80), short(text_ar, "text_ar", 300)
    text_fr, text_en = short(text_fr, "text_fr", 300), short(text_en, "text_en", 300)
    if not concept:
        raise Invalid(_("Say which concept it is about."), code="concept_missing", field="concept")
    if not text_ar:
        raise Invalid(_("Write the claim in one neutral sentence, in Arabic."), code="text_missing", field="text_ar")
    claim = Claim(
        organisation=house, concept=concept, text_ar=text_ar, text_fr=text_fr, text_en=text_en,
        created_by_id=actor.user_id or 0, created_at=timezone.now(),
    )  # fmt: skip
    try:
        with transaction.atomic():
            claim.save(force_insert=True)
    except IntegrityError as error:
        raise Invalid(_("This claim is recorded already."), code="claim_exists", field="text_ar") from error
    record("claim.created", claim, actor=actor, data={"text": text_ar})
    return claim


def short(text: str, field: str, limit: int) -> str:
    """One line of ours, trimmed. Raises Invalid when it is longer than the register holds."""
    text = text.strip()
    if len(text) > limit or "\x00" in text:
        raise Invalid(
            _("This is too long, or has characters that no text has. Shorten it."), code="too_long", field=field
        )
    return text


def claim_text(claim: Claim, language: str) -> str:
    """The claim in that language, else in Arabic."""
    return {"fr": claim.text_fr, "en": claim.text_en}.get(language, "") or claim.text_ar


def label_of(citation: Citation) -> str:
    """How a citation is named in a list: the verses' reference, or author, work and place."""
    if citation.kind == CitationKind.QURAN:
        found = passage_of(citation)
        return f"{found.surah_name}: {found.ayat}"
    return ", ".join(part for part in (citation.author, citation.title, citation.locator) if part)
