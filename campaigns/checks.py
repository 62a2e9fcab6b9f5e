"""What stands between a text and its signatures: each finding says what, how to mend it and where.

A finding blocks the submission or warns; what is sound is listed too, so that a writer sees what was looked at.
"""

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from campaigns.documents import Document, Text
from campaigns.lifecycle import VariantState
from campaigns.models import Content, Payload, Remark, Variant
from campaigns.rendering import Material, Rendering, document_of, material_for, render_document, words_of
from library.citing import is_as_cited, label_of
from library.models import CitationKind
from networks.errors import ProblemCode
from networks.types import Problem, Severity

Said = str | Promise


@dataclass(frozen=True)
class Check:
    """`level` is block, warn or ok; `place` the id of what to mend on the page ('' for the whole)."""

    code: str
    level: str
    what: Said
    how: Said = ""
    place: str = ""
    variant_id: int | None = None


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
        if citation.kind == CitationKind.WORK and citation.verified_at is None:
            yield Check(
                "citation_unverified",
                "block",
                format_lazy(_("A source awaits verification: {work}"), work=label_of(citation)),
                _("Somebody other than the person who added it compares it with the print."),
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


Telling = tuple[Said, Said]
PROBLEMS: dict[str, Telling] = {
    ProblemCode.TEXT_TOO_LONG: (
        _("Too long for {channel}: {length} where {limit} are allowed, {over} too many"),
        _("Shorten your own words: a verse is never cut."),
    ),
    ProblemCode.TEXT_TOO_MANY_BYTES: (
        _("Too heavy for {channel}: {length} bytes where {limit} are allowed"),
        _("Shorten your own words: a verse is never cut."),
    ),
    ProblemCode.MEDIA_TOO_MANY: (
        _("{count} pictures for {channel}, which takes {limit}"),
        _("Take some out."),
    ),
    ProblemCode.MEDIA_TYPE_NOT_ACCEPTED: (
        _("{channel} does not take pictures of this kind ({mime_type})"),
        _("Save the picture as JPEG or PNG and add it again."),
    ),
    ProblemCode.MEDIA_TOO_LARGE: (
        _("A picture is too heavy for {channel}"),
        _("Save it smaller and add it again."),
    ),
    ProblemCode.MEDIA_TOO_MANY_PIXELS: (
        _("A picture is too large for {channel}"),
        _("Save it smaller and add it again."),
    ),
    ProblemCode.ALT_TEXT_MISSING: (
        _("A picture has no description on {channel}"),
        _("Write a sentence for those who cannot see it."),
    ),
    ProblemCode.ALT_TEXT_TOO_LONG: (
        _("A picture's description is too long for {channel}: {length} where {limit} are allowed"),
        _("Shorten the description."),
    ),
    ProblemCode.VISIBILITY_NOT_OFFERED: (
        _("{channel} does not offer this visibility"),
        _("Tell your administrator: this text cannot go out there."),
    ),
    ProblemCode.CONTENT_WARNING_NOT_OFFERED: (
        _("{channel} has no content notice"),
        _("Empty the content notice for this channel."),
    ),
    ProblemCode.REPLY_NOT_OFFERED: (
        _("{channel} offers no replies"),
        _("Keep it to a single post there."),
    ),
}
UNKNOWN: Telling = (_("{channel} does not accept this text ({code})"), _("Ask a coordinator what the network says."))


def of_problem(problem: Problem, document: Document, variant: Variant) -> Check:
    what, how = PROBLEMS.get(problem.code, UNKNOWN)
    params = {**problem.params, "channel": variant.channel.handle, "code": problem.code}
    level = "block" if problem.severity == Severity.BLOCK else "warn"
    place = place_of(problem, document, variant)
    return Check(str(problem.code), level, format_lazy(str(what), **params), how, place, variant.pk)


def place_of(problem: Problem, document: Document, variant: Variant) -> str:
    kind, _dot, rest = problem.field.partition(".")
    pictures = document.of(variant.pk).media
    position = rest.partition(".")[0]
    if kind == "media" and position.isdecimal() and int(position) < len(pictures):
        return f"alt-{variant.pk}-{pictures[int(position)].media}"
    return f"v-{variant.pk}"


def about_copies(variants: list[Variant], rendered: Mapping[int, Rendering]) -> Iterator[Check]:
    """The same words on two accounts of one network: what readers and networks take for a campaign of puppets."""
    published = texts_elsewhere(variants, rendered)
    for variant in variants:
        text, network = rendered[variant.pk].parts[0].post.text, variant.channel.network
        here = {
            other.channel.handle
            for other in variants
            if other.channel_id != variant.channel_id
            and other.channel.network == network
            and rendered[other.pk].parts[0].post.text == text
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
        needle = json.dumps(rendered[variant.pk].parts[0].post.text, ensure_ascii=False)[1:-1][:NEEDLE]
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
            key = (payload.variant.channel.network, json.loads(payload.canonical)["parts"][0]["text"])
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
        yield from unless({"citation_unverified"}, "sources", _("Every work was compared with the print"))
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
