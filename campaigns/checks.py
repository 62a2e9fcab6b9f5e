"""What stands between a text and its signatures: each finding says what, how to mend it and where.

A finding blocks the submission or warns; what is sound is listed too, so that a writer sees what was looked at.
"""

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from django.db.models import Q
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from campaigns.documents import Document, Text
from campaigns.lifecycle import CampaignState, VariantState
from campaigns.models import Content, Payload, Remark, Variant
from campaigns.problems import Said, told
from campaigns.rendering import PARAGRAPH, Material, Rendering, document_of, material_for, render_document, words_of
from library.citing import is_as_cited, label_of
from library.models import Citation, CitationKind, Grade
from networks.errors import ProblemCode
from networks.types import Problem, Severity


@dataclass(frozen=True)
class Check:
    """`level` is block, warn or ok; `place` the id of what to mend on the page ('' for the whole).

    `others` are the channels of which the same is said, each with its place.
    """

    code: str
    level: str
    what: Said
    how: Said = ""
    place: str = ""
    variant_id: int | None = None
    others: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Checks:
    """`mend` has blocks first; `renderings` are by variant id, so that nothing is rendered twice."""

    mend: list[Check] = field(default_factory=list)
    sound: list[Check] = field(default_factory=list)
    renderings: Mapping[int, Rendering] = field(default_factory=dict)

    @property
    def blocks(self) -> list[Check]:
        return [check for check in self.mend if check.level == "block"]

    @property
    def warnings(self) -> list[Check]:
        return [check for check in self.mend if check.level == "warn"]

    def blocking(self, variant_id: int) -> list[Check]:
        """What stands in this variant's way: its own obstacles and those of the whole sheet."""
        return [check for check in self.blocks if check.variant_id in (None, variant_id)]


RULING_AR = re.compile(r"(?:^|\W)[وف]?(?:نفتي|أفتي|نفتيكم|أفتيكم|حكم الشرع|حكم شرعي|الحكم الشرعي|فتوانا|فتواي)(?:$|\W)")
RULING_LATIN = re.compile(r"\b(?:fatwas?|avis juridique|notre fatwa|we rule that|our ruling)\b", re.IGNORECASE)
NEEDLE = 400
"""So much of a text is looked for in the database; the whole is compared afterwards."""


def check(content: Content, document: Document | None = None) -> Checks:
    """Look at a sheet (the saved one unless given) on all its channels. Raises Invalid for a document not its own."""
    document = document or document_of(content)
    material = material_for(content.organisation_id, document)
    variants = in_play(content)
    rendered = {variant.pk: render_document(document, variant, material) for variant in variants}
    found = [*about_sheet(content, document, material), *about_remarks(content)]
    for variant in variants:
        found += about_variant(document, variant, rendered[variant.pk])
    found += about_copies(variants, rendered)
    mend = sorted((each for each in found if each.level != "ok"), key=lambda each: each.level != "block")
    return Checks(mend, [*sound(found, document, variants)], rendered)


def read_once(found: Checks, handles: Mapping[int, str]) -> Checks:
    """A warning that several channels share is one line: seven networks that lack one thing are one thing to know."""
    lines: dict[tuple[str, str], Check] = {}
    for check in found.warnings:
        handle = handles.get(check.variant_id or 0, "")
        key = (str(check.what).replace(handle, "…") if handle else str(check.what), str(check.how))
        first = lines.setdefault(key, check)
        if handle and check.variant_id != first.variant_id:
            lines[key] = replace(first, others=(*first.others, (handle, check.place)))
    return replace(found, mend=[*found.blocks, *lines.values()])


def in_play(content: Content) -> list[Variant]:
    """The content's variants that are not withdrawn, each with its channel and this very content."""
    variants = [v for v in content.variants.select_related("channel", "payload") if v.state != VariantState.WITHDRAWN]
    for variant in variants:
        variant.content = content
    return variants


def about_sheet(content: Content, document: Document, material: Material) -> Iterator[Check]:
    if not document.title.strip():
        yield Check("title_missing", "block", _("The sheet has no title"), _("Give it one line."), "body")
    if not content.campaign.disclosure.get(content.language, "").strip():
        yield Check(
            "disclosure_missing",
            "block",
            _("The brief has no disclosure line in this language"),
            _("A coordinator writes it in the campaign's brief: readers must see who speaks."),
        )
    if content.campaign.state != CampaignState.SIGNED:
        yield Check("brief_not_signed", "warn", _("The brief is not signed yet"), _("Nothing goes out before it is."))
    yield from about_citations(material)
    yield from about_wording(document)


def about_citations(material: Material) -> Iterator[Check]:
    for citation in material.citations.values():
        if citation.kind == CitationKind.QURAN and not is_as_cited(citation):
            yield Check(
                "verse_changed",
                "block",
                format_lazy(_("The installed text of {verse} is no longer the one cited"), verse=label_of(citation)),
                _("Take the verse out and lay it in again, then read it."),
                "body",
            )
        if not citation.is_verified:
            yield Check(
                "citation_unverified",
                "block",
                format_lazy(_("A source awaits verification: {work}"), work=label_of(citation)),
                _("Somebody other than the person who added it compares it with the print."),
                "sources",
            )
        yield from about_grade(citation)


def about_grade(citation: Citation) -> Iterator[Check]:
    if citation.grade == Grade.MAWDU:
        what = format_lazy(_("A fabricated hadith is cited: {source}"), source=label_of(citation))
        yield Check("hadith_fabricated", "block", what, _("Take it out: nothing rests on it."), "sources")
    if citation.grade == Grade.DAIF:
        what = format_lazy(_("A weak hadith is cited: {source}"), source=label_of(citation))
        yield Check(
            "hadith_weak", "warn", what, _("Say its grade in the text, or rest on a stronger source."), "sources"
        )


def about_wording(document: Document) -> Iterator[Check]:
    own = [block for variant in document.variants.values() for block in variant.blocks or ()]
    for block in (*document.body, *own):
        if isinstance(block, Text) and reads_like_ruling(block.text):
            yield Check(
                "ruling_wording",
                "warn",
                _("This reads like a religious ruling"),
                _("Rulings belong to the competent council: say it as explanation, or refer to it."),
                "body",
            )
            return


def reads_like_ruling(text: str) -> bool:
    """Compared without vowels and tatweel; the text itself is left alone."""
    bare = "".join(s for s in text if unicodedata.category(s) != "Mn" and s != "ـ")
    return bool(RULING_AR.search(bare) or RULING_LATIN.search(text))


def about_remarks(content: Content) -> Iterator[Check]:
    open_ones = Remark.objects.filter(variant__content=content, settled_at=None).select_related("author")
    for remark in open_ones[:20]:
        yield Check(
            "open_remark",
            "warn",
            format_lazy(_("Open remark by {name}"), name=str(remark.author)),
            remark.text[:200],
            variant_id=remark.variant_id,
        )


def about_variant(document: Document, variant: Variant, rendering: Rendering) -> Iterator[Check]:
    place = f"v-{variant.pk}"
    if not words_of(document, variant) and not rendering.verses:
        yield Check(
            "text_empty",
            "block",
            format_lazy(_("Nothing is written for {channel}"), channel=variant.channel.handle),
            _("Write the text, or withdraw this channel."),
            place,
            variant.pk,
        )
    for problem in rendering.problems:
        if problem.code != ProblemCode.TEXT_EMPTY:
            yield of_problem(problem, document, variant)


def of_problem(problem: Problem, document: Document, variant: Variant) -> Check:
    what, how = told(problem, variant.channel.handle)
    level = "block" if problem.severity == Severity.BLOCK else "warn"
    place = place_of(problem, document, variant)
    return Check(str(problem.code), level, what, how, place, variant.pk)


def place_of(problem: Problem, document: Document, variant: Variant) -> str:
    kind, _dot, rest = problem.field.partition(".")
    pictures = document.of(variant.pk).media
    position = rest.partition(".")[0]
    if kind == "options":
        return f"option-{variant.pk}-{rest}"
    if kind == "media" and position.isdecimal() and int(position) < len(pictures):
        return f"alt-{variant.pk}-{pictures[int(position)].media}"
    return f"v-{variant.pk}"


def about_copies(variants: list[Variant], rendered: Mapping[int, Rendering]) -> Iterator[Check]:
    """The same words on two accounts of one network: what readers and networks take for a campaign of puppets."""
    published = texts_elsewhere(variants, rendered)
    for variant in variants:
        text, network = rendered[variant.pk].text, variant.channel.network
        here = {
            other.channel.handle
            for other in variants
            if other.channel_id != variant.channel_id
            and other.channel.network == network
            and rendered[other.pk].text == text
        }
        for handle in sorted(here | published.get((network, text), set()) - {variant.channel.handle}):
            yield Check(
                "same_text",
                "block",
                format_lazy(
                    _("{channel} would say the same words as {other}"), channel=variant.channel.handle, other=handle
                ),
                _("Give one of them its own text, or withdraw it."),
                f"v-{variant.pk}",
                variant.pk,
            )


def texts_elsewhere(variants: list[Variant], rendered: Mapping[int, Rendering]) -> dict[tuple[str, str], set[str]]:
    """Handles of our other channels of the same network on which one of these texts is under review, signed or out."""
    wanted = Q(pk__in=[])
    for variant in variants:
        parts = rendered[variant.pk].parts
        needle = json.dumps(next((part.post.text for part in parts if part.post.text), ""), ensure_ascii=False)
        needle = needle[1:-1][:NEEDLE]
        same_network = Q(variant__channel__network=variant.channel.network, canonical__contains=needle)
        wanted |= same_network & ~Q(variant__channel_id=variant.channel_id)
    if not variants:
        return {}
    house, own = variants[0].organisation_id, [variant.pk for variant in variants]
    up = Payload.objects.filter(wanted, organisation_id=house, variant__payload_id__isnull=False)
    found: dict[tuple[str, str], set[str]] = {}
    for payload in (
        up.exclude(variant_id__in=own).exclude(variant__state=VariantState.WITHDRAWN).select_related("variant__channel")
    ):
        if payload.variant.payload_id == payload.pk:
            key = (
                payload.variant.channel.network,
                PARAGRAPH.join(filter(None, (part["text"] for part in json.loads(payload.canonical)["parts"]))),
            )
            found.setdefault(key, set()).add(payload.variant.channel.handle)
    return found


def sound(found: Iterable[Check], document: Document, variants: list[Variant]) -> Iterator[Check]:
    """What was looked at and is as it should be."""
    bad = {check.code for check in found}

    def unless(codes: set[str], code: str, what: Said) -> Iterator[Check]:
        if not codes & bad:
            yield Check(code, "ok", what)

    yield Check("claim", "ok", _("It answers a claim"))
    yield from unless({"disclosure_missing"}, "disclosure", _("Who speaks stands in every version"))
    if document.verse_ids():
        yield from unless(
            {"verse_changed"}, "verses", _("The verses are those of the installed text, letter for letter")
        )
    if document.sources:
        yield from unless({"citation_unverified"}, "sources", _("Every source was compared with its original"))
    if variants:
        too_long = {str(ProblemCode.TEXT_TOO_LONG), str(ProblemCode.TEXT_TOO_MANY_BYTES)}
        yield from unless(too_long, "length", _("No version is too long"))
    if document.media_ids():
        yield from unless({str(ProblemCode.ALT_TEXT_MISSING)}, "alt", _("Every picture is described"))


def as_json(check: Check) -> dict[str, Any]:
    return {
        "code": check.code,
        "level": check.level,
        "what": str(check.what),
        "how": str(check.how),
        "place": check.place,
        "variant": check.variant_id,
    }
