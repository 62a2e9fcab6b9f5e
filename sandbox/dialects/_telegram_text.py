"""Owns a message's text as the simulated Telegram reads it: HTML mark-up into entities, offsets and lengths in UTF-16.

Source: https://core.telegram.org/bots/api#formatting-options, #html-style and #messageentity (read 2026-11).
"""

from __future__ import annotations

import html
from collections.abc import Iterator
from html.parser import HTMLParser

from sandbox.dialects._telegram_access import Json, Refused
from sandbox.posttext import HASHTAG, MENTION, URL

TEXT_LENGTH = 4096
CAPTION_LENGTH = 1024
KINDS = {
    "b": "bold", "strong": "bold", "i": "italic", "em": "italic", "u": "underline", "ins": "underline",
    "s": "strikethrough", "strike": "strikethrough", "del": "strikethrough", "tg-spoiler": "spoiler",
    "span": "spoiler", "a": "text_link", "code": "code", "pre": "pre", "blockquote": "blockquote",
}  # fmt: skip


def units(text: str) -> int:
    """Length in UTF-16 code units, in which the documentation gives every offset and length."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def read(text: str, parse_mode: str, given: list[Json]) -> tuple[str, list[Json]]:
    """The plain text and its entities: from mark-up, else as given, with what the network finds by itself."""
    mode = parse_mode.lower()
    if mode not in {"", "html"}:
        raise Refused(501, f"The sandbox does not imitate parse_mode {parse_mode}")
    if mode == "html":
        reader = _Markup()
        reader.feed(text)
        reader.close()
        text, given = reader.finished()
    marked = sorted([*given, *_found(text)], key=lambda entity: (entity["offset"], -entity["length"]))
    return text, marked


def checked(text: str, limit: int, *, name: str) -> str:
    """1 to `limit` characters after entities parsing; raises the network's refusals."""
    if name == "text" and not text.strip():
        raise Refused(400, "Bad Request: message text is empty")
    if units(text) > limit:
        raise Refused(400, f"Bad Request: message {'caption ' if name == 'caption' else ''}is too long")
    return text


def _found(text: str) -> Iterator[Json]:
    """Links, hashtags and mentions, which are marked without being asked for."""
    for pattern, kind in ((URL, "url"), (HASHTAG, "hashtag"), (MENTION, "mention")):
        for match in pattern.finditer(text):
            yield {"type": kind, "offset": units(text[: match.start()]), "length": units(match[0])}


class _Markup(HTMLParser):
    """Only the documented tags; anything else is refused, as the network does."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.parts: list[str] = []
        self.open: list[tuple[str, int, Json]] = []
        self.entities: list[Json] = []

    def finished(self) -> tuple[str, list[Json]]:
        if self.open:
            raise _unparsed(f'Can\'t find end tag corresponding to start tag "{self.open[-1][0]}"')
        return "".join(self.parts), self.entities

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in KINDS:
            raise _unparsed(f'Unsupported start tag "{tag}"')
        values = dict(attrs)
        entity: Json = {"type": KINDS[tag]}
        if tag == "a" and values.get("href"):
            entity["url"] = values["href"]
        if tag == "blockquote" and "expandable" in values:
            entity["type"] = "expandable_blockquote"
        self.open.append((tag, units("".join(self.parts)), entity))

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open[-1][0] != tag:
            raise _unparsed(f'Unexpected end tag "{tag}"')
        _tag, offset, entity = self.open.pop()
        length = units("".join(self.parts)) - offset
        if length and (entity["type"] != "text_link" or "url" in entity):
            self.entities.append({**entity, "offset": offset, "length": length})

    def handle_data(self, data: str) -> None:
        self.parts.append(data)

    def handle_entityref(self, name: str) -> None:
        known = name in {"lt", "gt", "amp", "quot"}
        self.parts.append(html.unescape(f"&{name};") if known else f"&{name};")

    def handle_charref(self, name: str) -> None:
        self.parts.append(html.unescape(f"&#{name};"))


def _unparsed(why: str) -> Refused:
    return Refused(400, f"Bad Request: can't parse entities: {why}")
