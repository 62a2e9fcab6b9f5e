"""The document: what an author writes, as JSON on a content's draft and frozen on a revision.

    {"title": str, "body": [block…], "sources": [citation id…],
     "variants": {"<variant id>": {"blocks": [block…] | null, "media": [{"media": int, "alt": str}],
                                   "link": str, "tags": [str], "content_warning": str}}}

A block is {"type": "text", "text": str} or {"type": "verse", "citation": int}; null blocks follow the body. `sources`
are works; where a save leaves it out, they stay. Owns the strict reading: unknown keys, wrong types and sizes are
refused, and CRLF/CR become LF. That is the only change ever made to what was typed.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from chain.errors import Invalid

MAX_TITLE = 160
MAX_TEXT = 20_000
MAX_BLOCKS = 200
MAX_WHOLE = 100_000
MAX_ALT = 3_000
MAX_LINK = 2_000
MAX_WARNING = 500
MAX_TAG = 100
MAX_MANY = 30


@dataclass(frozen=True)
class Text:
    text: str


@dataclass(frozen=True)
class Verse:
    citation: int


Block = Text | Verse


@dataclass(frozen=True)
class Picture:
    media: int
    alt: str


@dataclass(frozen=True)
class OwnText:
    """What one channel says of its own; `blocks` None follows the body."""

    blocks: tuple[Block, ...] | None = None
    media: tuple[Picture, ...] = ()
    link: str = ""
    tags: tuple[str, ...] = ()
    content_warning: str = ""


@dataclass(frozen=True)
class Document:
    """`sources` None means that the writer said nothing about them."""

    title: str
    body: tuple[Block, ...] = ()
    variants: Mapping[int, OwnText] = field(default_factory=dict)
    sources: tuple[int, ...] | None = None

    def of(self, variant_id: int) -> OwnText:
        return self.variants.get(variant_id, OwnText())

    def blocks_for(self, variant_id: int) -> tuple[Block, ...]:
        own = self.of(variant_id).blocks
        return self.body if own is None else own

    def verse_ids(self) -> list[int]:
        """Citations of all verses, on the sheet and in the channels' own texts, in order, once each."""
        own = [block for variant in self.variants.values() for block in variant.blocks or ()]
        return list(dict.fromkeys(block.citation for block in (*self.body, *own) if isinstance(block, Verse)))

    def citation_ids(self) -> list[int]:
        return list(dict.fromkeys([*self.verse_ids(), *(self.sources or ())]))

    def media_ids(self) -> list[int]:
        return list(dict.fromkeys(picture.media for own in self.variants.values() for picture in own.media))

    def to_json(self) -> dict[str, Any]:
        return {
            "title": self.title,
            "body": [block_json(block) for block in self.body],
            "sources": list(self.sources or ()),
            "variants": {str(number): own_json(own) for number, own in sorted(self.variants.items())},
        }


def block_json(block: Block) -> dict[str, Any]:
    if isinstance(block, Verse):
        return {"type": "verse", "citation": block.citation}
    return {"type": "text", "text": block.text}


def own_json(own: OwnText) -> dict[str, Any]:
    return {
        "blocks": None if own.blocks is None else [block_json(block) for block in own.blocks],
        "media": [{"media": picture.media, "alt": picture.alt} for picture in own.media],
        "link": own.link,
        "tags": list(own.tags),
        "content_warning": own.content_warning,
    }


def parse(value: Any) -> Document:
    """Read a document strictly. Raises Invalid naming the field ('title', 'body.2', 'variants.7.link'…)."""
    whole = table(value, "document", {"title", "body", "variants"}, {"sources"})
    sources = whole.get("sources")
    document = Document(
        title=text(whole["title"], "title", MAX_TITLE),
        body=blocks(whole["body"], "body"),
        variants=dict(variants(whole["variants"])),
        sources=None
        if sources is None
        else tuple(number(item, "sources") for item in many(sources, "sources", MAX_BLOCKS)),
    )
    if "\n" in document.title:
        raise shape("title")
    if sum(len(piece) for piece in all_texts(document)) > MAX_WHOLE:
        raise too_long("body", MAX_WHOLE)
    return document


def all_texts(document: Document) -> Iterator[str]:
    own = [block for variant in document.variants.values() for block in variant.blocks or ()]
    yield from (block.text for block in (*document.body, *own) if isinstance(block, Text))


def variants(value: Any) -> Iterator[tuple[int, OwnText]]:
    if not isinstance(value, dict) or len(value) > MAX_BLOCKS:
        raise shape("variants")
    for key, own in value.items():
        if not isinstance(key, str) or not key.isascii() or not key.isdecimal() or len(key) > 18:
            raise shape("variants")
        yield int(key), own_text(own, f"variants.{key}")


def own_text(value: Any, where: str) -> OwnText:
    given = table(value, where, {"blocks", "media", "link", "tags", "content_warning"}, set())
    return OwnText(
        blocks=None if given["blocks"] is None else blocks(given["blocks"], f"{where}.blocks"),
        media=tuple(picture(item, f"{where}.media") for item in many(given["media"], f"{where}.media", MAX_MANY)),
        link=link(given["link"], f"{where}.link"),
        tags=tuple(tag(item, f"{where}.tags") for item in many(given["tags"], f"{where}.tags", MAX_MANY)),
        content_warning=text(given["content_warning"], f"{where}.content_warning", MAX_WARNING),
    )


def blocks(value: Any, where: str) -> tuple[Block, ...]:
    return tuple(block(item, f"{where}.{place}") for place, item in enumerate(many(value, where, MAX_BLOCKS)))


def block(value: Any, where: str) -> Block:
    kind = value.get("type") if isinstance(value, dict) else None
    if kind == "verse":
        return Verse(number(table(value, where, {"type", "citation"}, set())["citation"], where))
    if kind == "text":
        return Text(text(table(value, where, {"type", "text"}, set())["text"], where, MAX_TEXT))
    raise shape(where)


def picture(value: Any, where: str) -> Picture:
    given = table(value, where, {"media", "alt"}, set())
    return Picture(number(given["media"], where), text(given["alt"], where, MAX_ALT))


def link(value: Any, where: str) -> str:
    """An address that begins with http:// or https://, or nothing. Kept as typed."""
    address = text(value, where, MAX_LINK)
    if not address:
        return address
    try:
        parts = urlsplit(address)
        is_sound = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        is_sound = False
    if not is_sound or any(sign.isspace() for sign in address):
        raise Invalid(_("A link begins with https:// and has no spaces."), code="bad_link", field=where)
    return address


def tag(value: Any, where: str) -> str:
    name = text(value, where, MAX_TAG)
    if not name or "#" in name or any(sign.isspace() for sign in name):
        raise Invalid(_("Write each tag as one word, without the # sign."), code="bad_tag", field=where)
    return name


def text(value: Any, where: str, limit: int) -> str:
    if not isinstance(value, str):
        raise shape(where)
    given = value.replace("\r\n", "\n").replace("\r", "\n")
    if len(given) > limit:
        raise too_long(where, limit)
    if "\x00" in given or any("\ud800" <= sign <= "\udfff" for sign in given):
        raise Invalid(
            _("The text holds a character that no text has (often from a damaged copy). Paste it again."),
            code="bad_character",
            field=where,
        )
    return given


def number(value: Any, where: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value < 2**63:
        raise shape(where)
    return value


def many(value: Any, where: str, limit: int) -> Sequence[Any]:
    if not isinstance(value, list):
        raise shape(where)
    if len(value) > limit:
        raise too_long(where, limit)
    return value


def table(value: Any, where: str, needed: set[str], optional: set[str]) -> dict[str, Any]:
    if not isinstance(value, dict) or not needed <= set(value) <= needed | optional:
        raise shape(where)
    return value


def shape(where: str) -> Invalid:
    return Invalid(
        format_lazy(_("The sheet was not sent as Sanad writes it ({where}). Load the page again."), where=where),
        code="bad_document",
        field=where,
    )


def too_long(where: str, limit: int) -> Invalid:
    return Invalid(
        format_lazy(_("This is longer than a sheet holds: at most {limit}. Shorten it."), limit=limit),
        code="too_long",
        field=where,
    )
