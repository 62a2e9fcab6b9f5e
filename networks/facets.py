"""Links, mentions and hashtags of a text, marked by byte offsets for a network that draws them from marks alone.

Written from https://docs.bsky.app/docs/about-bluesky-content/post-richtext and the lexicon app.bsky.richtext.facet
(read 2026-11): offsets count the bytes of the text's UTF-8, the end is exclusive, and marks do not overlap.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

import regex

from networks.length import URL, graphemes, utf8_bytes

TAG_GRAPHEMES, TAG_BYTES = 64, 640

# A handle is a domain name (https://atproto.com/specs/handle, read 2026-11). Arabic joins "and", "by" and "for" to the
# word that follows, so that a letter other than a Latin one may stand before it.
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_MENTION = regex.compile(
    rf"(?<![a-z0-9_.@/=-])@(?P<handle>(?:{_LABEL}\.)+[a-z](?:[a-z0-9-]{{0,61}}[a-z0-9])?)(?![a-z0-9@-])",
    regex.IGNORECASE | regex.ASCII,
)
# No invisible mark is part of a tag: not those of direction, which Arabic texts carry, nor joiners and soft hyphens.
_TAG = regex.compile(
    r"(?<!\S)[#＃](?P<tag>(?!\uFE0F)[^\s\u00AD\u061C\u2060\u200A-\u200F\u202A-\u202E\u2066-\u2069\u20E2]+)"
)
_CLOSING = regex.compile(r"\p{P}+$")
_AFTER_LINK = "،؛؟۔«»…"
_WORD = regex.compile(r"[^\d\p{P}]")


@dataclass(frozen=True)
class Mark:
    """Characters `start` to `end` of the text; `value` is the link, the handle (lower case) or the tag without #."""

    start: int
    end: int
    kind: str
    value: str


def marks(text: str) -> list[Mark]:
    """In order; what stands inside a link is part of the link."""
    found = list(_links(text))
    for mark in (*_mentions(text), *_tags(text)):
        if all(mark.end <= other.start or mark.start >= other.end for other in found):
            found.append(mark)
    return sorted(found, key=lambda mark: mark.start)


def handles_in(text: str) -> list[str]:
    """Each handle that the text mentions, once."""
    return list(dict.fromkeys(mark.value for mark in marks(text) if mark.kind == "mention"))


def facets(text: str, dids: Mapping[str, str]) -> list[dict[str, Any]]:
    """`dids` maps handles to accounts; a handle that is nobody's stays plain words."""
    shown = [mark for mark in marks(text) if mark.kind != "mention" or dids.get(mark.value)]
    return [
        {
            "$type": "app.bsky.richtext.facet",
            "index": {"byteStart": utf8_bytes(text[: mark.start]), "byteEnd": utf8_bytes(text[: mark.end])},
            "features": [_feature(mark, dids)],
        }
        for mark in shown
    ]


def _feature(mark: Mark, dids: Mapping[str, str]) -> dict[str, str]:
    name, value = {
        "link": ("uri", mark.value),
        "mention": ("did", dids.get(mark.value, "")),
        "tag": ("tag", mark.value),
    }[mark.kind]
    return {"$type": f"app.bsky.richtext.facet#{mark.kind}", name: value}


def _links(text: str) -> Iterator[Mark]:
    """A sentence's closing mark after a link is no part of it, an Arabic one either."""
    for found in URL.finditer(text):
        link = found.group().rstrip(_AFTER_LINK)
        yield Mark(found.start(), found.start() + len(link), "link", uri_of(link))


def _mentions(text: str) -> Iterator[Mark]:
    for found in _MENTION.finditer(text):
        if len(found["handle"]) <= 253:
            yield Mark(found.start(), found.end(), "mention", found["handle"].lower())


def _tags(text: str) -> Iterator[Mark]:
    """A tag ends before its closing punctuation (an Arabic comma too) and is more than digits."""
    for found in _TAG.finditer(text):
        tag = _CLOSING.sub("", found["tag"])
        if _WORD.search(tag) and graphemes(tag) <= TAG_GRAPHEMES and utf8_bytes(tag) <= TAG_BYTES:
            yield Mark(found.start(), found.start() + 1 + len(tag), "tag", tag)


def uri_of(link: str) -> str:
    """The link as a URI (RFC 3986): an Arabic host in punycode, an Arabic path as percent-encoded UTF-8."""
    parts = urlsplit(link)
    host = parts.netloc
    if not host.isascii():
        name, colon, port = host.partition(":")
        try:
            host = f"{name.encode('idna').decode()}{colon}{port}"
        except UnicodeError:
            return link
    return quote(parts._replace(netloc=host).geturl(), safe="%/:?#[]@!$&'()*+,;=-._~")
