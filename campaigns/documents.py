"""The document: what an author writes, as JSON on a content's draft and frozen on a revision.

    {"title": str, "body": [block…], "sources": [citation id…],
     "variants": {"<variant id>": {"blocks": [block…] | null,
                                   "media": [{"media": int, "alt": str, "captions": int?, "focus": [int, int]?}],
                                   "link": str, "tags": [str], "content_warning": str,
                                   "visibility": str, "language": str, "options": {name: str}}}}

The last three say how it goes out on that network; they may be left out, and are where they say nothing.
A block is {"type": "text", "text": str} or {"type": "verse", "citation": int}; null blocks follow the body. Between the
blocks of a channel's own text {"type": "break"} begins the next post of a thread. `sources` are works; where a save
leaves it out, they stay. Owns the strict reading: unknown keys, wrong types and sizes are refused, and CRLF/CR become
LF. That is the only change ever made to what was typed.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from accounts.models import Language
from chain.errors import Invalid
from networks.types import Visibility

MAX_TITLE = 160
MAX_TEXT = 20_000
MAX_BLOCKS = 200
MAX_WHOLE = 100_000
MAX_ALT = 3_000
MAX_LINK = 2_000
MAX_WARNING = 500
MAX_TAG = 100
MAX_MANY = 30
MAX_POSTS = 25
MAX_OPTION = 5_000
OPTION_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
OWN_NEEDED = {"blocks", "media", "link", "tags", "content_warning"}
OWN_LATER = {"visibility", "language", "options"}
CENTRE = (50, 50)


@dataclass(frozen=True)
class Text:
    text: str


@dataclass(frozen=True)
class Verse:
    citation: int


@dataclass(frozen=True)
class Break:
    """Where the next post of a thread begins; a first one leaves the pictures a post of their own."""


Block = Text | Verse | Break


@dataclass(frozen=True)
class Picture:
    """A picture or video. `captions` is a file of a video's words; `focus` the point of a picture that a crop keeps, in
    hundredths of its width from the left and of its height from the top."""

    media: int
    alt: str
    captions: int | None = None
    focus: tuple[int, int] = CENTRE


@dataclass(frozen=True)
class OwnText:
    """What one channel says of its own; `blocks` None follows the body.

    `visibility` and `language` are empty where it is public and in the content's language; `options` are what its
    network lets one choose (Adapter.options).
    """

    blocks: tuple[Block, ...] | None = None
    media: tuple[Picture, ...] = ()
    link: str = ""
    tags: tuple[str, ...] = ()
    content_warning: str = ""
    visibility: str = ""
    language: str = ""
    options: Mapping[str, str] = field(default_factory=dict)


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
        """All files that are named: pictures, videos and captions."""
        pictures = [picture for own in self.variants.values() for picture in own.media]
        captions = [picture.captions for picture in pictures if picture.captions is not None]
        return list(dict.fromkeys([*(picture.media for picture in pictures), *captions]))

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
    if isinstance(block, Break):
        return {"type": "break"}
    return {"type": "text", "text": block.text}


def picture_json(picture: Picture) -> dict[str, Any]:
    """What is as usual is left out."""
    told: dict[str, Any] = {"media": picture.media, "alt": picture.alt}
    if picture.captions is not None:
        told["captions"] = picture.captions
    if picture.focus != CENTRE:
        told["focus"] = list(picture.focus)
    return told


def own_json(own: OwnText) -> dict[str, Any]:
    later = {"visibility": own.visibility, "language": own.language, "options": dict(sorted(own.options.items()))}
    return {
        "blocks": None if own.blocks is None else [block_json(block) for block in own.blocks],
        "media": [picture_json(picture) for picture in own.media],
        "link": own.link,
        "tags": list(own.tags),
        "content_warning": own.content_warning,
        **{name: value for name, value in later.items() if value},
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


def words_in(draft: Any) -> list[str]:
    """All that was typed on a sheet, as it is stored: for searching."""
    parts = [draft or {}, *(draft or {}).get("variants", {}).values()]
    blocks = [block for part in parts for block in part.get("body") or part.get("blocks") or []]
    return [block["text"] for block in blocks if block["type"] == "text"]


def variants(value: Any) -> Iterator[tuple[int, OwnText]]:
    if not isinstance(value, dict) or len(value) > MAX_BLOCKS:
        raise shape("variants")
    for key, own in value.items():
        if not isinstance(key, str) or not key.isascii() or not key.isdecimal() or len(key) > 18:
            raise shape("variants")
        yield int(key), own_text(own, f"variants.{key}")


def own_text(value: Any, where: str) -> OwnText:
    given = table(value, where, OWN_NEEDED, OWN_LATER)
    visibility = one_of(given.get("visibility", ""), f"{where}.visibility", Visibility)
    return OwnText(
        blocks=None if given["blocks"] is None else thread(given["blocks"], f"{where}.blocks"),
        media=tuple(picture(item, f"{where}.media") for item in many(given["media"], f"{where}.media", MAX_MANY)),
        link=link(given["link"], f"{where}.link"),
        tags=tuple(tag(item, f"{where}.tags") for item in many(given["tags"], f"{where}.tags", MAX_MANY)),
        content_warning=text(given["content_warning"], f"{where}.content_warning", MAX_WARNING),
        visibility="" if visibility == Visibility.PUBLIC else visibility,
        language=one_of(given.get("language", ""), f"{where}.language", Language.values),
        options=dict(options(given.get("options", {}), f"{where}.options")),
    )


def options(value: Any, where: str) -> Iterator[tuple[str, str]]:
    if not isinstance(value, dict) or len(value) > MAX_MANY:
        raise shape(where)
    for name, chosen in value.items():
        if not isinstance(name, str) or not OPTION_NAME.fullmatch(name):
            raise shape(where)
        if given := text(chosen, f"{where}.{name}", MAX_OPTION):
            yield name, given


def one_of(value: Any, where: str, offered: Iterable[str]) -> str:
    """One of those offered, or nothing."""
    if value == "" or value in list(offered):
        return str(value)
    raise shape(where)


def blocks(value: Any, where: str) -> tuple[Block, ...]:
    return tuple(block(item, f"{where}.{place}") for place, item in enumerate(many(value, where, MAX_BLOCKS)))


def thread(value: Any, where: str) -> tuple[Block, ...]:
    """Blocks of a channel's own text: here a break may stand."""
    found = tuple(
        Break() if item == {"type": "break"} else block(item, f"{where}.{place}")
        for place, item in enumerate(many(value, where, MAX_BLOCKS))
    )
    if found.count(Break()) >= MAX_POSTS:
        raise too_long(where, MAX_POSTS)
    return found


def block(value: Any, where: str) -> Block:
    kind = value.get("type") if isinstance(value, dict) else None
    if kind == "verse":
        return Verse(number(table(value, where, {"type", "citation"}, set())["citation"], where))
    if kind == "text":
        return Text(text(table(value, where, {"type", "text"}, set())["text"], where, MAX_TEXT))
    raise shape(where)


def picture(value: Any, where: str) -> Picture:
    given = table(value, where, {"media", "alt"}, {"captions", "focus"})
    captions = given.get("captions")
    return Picture(
        number(given["media"], where),
        text(given["alt"], where, MAX_ALT),
        None if captions is None else number(captions, where),
        focus(given.get("focus", list(CENTRE)), where),
    )


def focus(value: Any, where: str) -> tuple[int, int]:
    if not isinstance(value, list) or len(value) != 2:
        raise shape(where)
    if any(not isinstance(part, int) or isinstance(part, bool) or not 0 <= part <= 100 for part in value):
        raise shape(where)
    return value[0], value[1]


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
