"""Owns how X weighs a text and what it makes of its links: t.co addresses, entities, and the words readers see.

Sources (read 2026-11): https://docs.x.com/resources/fundamentals/counting-characters,
https://docs.x.com/x-api/fundamentals/data-dictionary (entities).
"""

from __future__ import annotations

import hashlib
import html
import re
import unicodedata
from dataclasses import dataclass
from typing import Any

from wcwidth import iter_graphemes

from sandbox.posttext import HASHTAG, MENTION

LIMIT = 280
LINK_WEIGHT = 23
LIGHT = ((0, 4351), (8192, 8205), (8208, 8223), (8242, 8247))
EMOJI = re.compile("[\u203c-\u3299\U0001f000-\U0001faff\u20e3]")

# A link may lack its scheme where its top-level domain is one that people know; the simulator knows a few.
_HOST = r"(?:[^\W_](?:[\w-]*[^\W_])?\.)+"
_KNOWN = r"(?:com|org|net|info|edu|gov|int|io|app|dev|ma|fr|uk|eg|sa|ae|tn|dz)(?![\w-])"
_REST = (
    r"(?::\d+)?(?:/(?:[^\s<>()?]*\([^\s<>()]*\)|[^\s<>()?]*[^\s<>()?!*\"'「」;:=,.$%\[\]~&|@،؛])?)?"
    r"(?:\?[\w!?*'();:&=+$/%#\[\]\-.,~|@]*[\w&=#/\-])?"
)
URL = re.compile(rf"(?<![\w@＠$#＃./-])(?:https?://{_HOST}[^\W\d_]{{2,}}|{_HOST}{_KNOWN}){_REST}", re.IGNORECASE)


@dataclass(frozen=True)
class Shown:
    """The text as the API tells it, with its `entities`; positions are code points of that text, unescaped."""

    text: str
    entities: dict[str, Any]


def weigh(text: str) -> int:
    """Each link 23; of the rest, in NFC, 1 for the light ranges, 2 for all else and for a whole emoji."""
    spared = URL.sub("x" * LINK_WEIGHT, text)
    return sum(_weight(cluster) for cluster in iter_graphemes(unicodedata.normalize("NFC", spared)))


def _weight(cluster: str) -> int:
    if len(cluster) > 1 and EMOJI.search(cluster):
        return 2
    return sum(1 if any(low <= ord(one) <= high for low, high in LIGHT) else 2 for one in cluster)


def shorten(seed: str) -> str:
    """The same seed, the same t.co address."""
    return f"https://t.co/{hashlib.sha256(seed.encode()).hexdigest()[:10]}"


def show(text: str, *, post_url: str, media_url: str, media_keys: list[str]) -> Shown:
    """Links become t.co addresses, and the pictures one more at the end, as readers' programs get them."""
    parts: list[str] = []
    urls: list[dict[str, Any]] = []
    at = end = 0
    for found in URL.finditer(text):
        before, short = text[end : found.start()], shorten(found.group())
        at += len(before)
        whole = found.group() if "://" in found.group() else f"http://{found.group()}"
        urls.append(_entity(at, short, whole, re.sub(r"^https?://(?:www\.)?", "", whole)))
        parts += [before, short]
        at, end = at + len(short), found.end()
    parts.append(text[end:])
    if media_keys:
        text_so_far = "".join(parts)
        gap, short = " " if text_so_far else "", shorten(post_url)
        picture = _entity(len(text_so_far + gap), short, media_url, f"pic.x.com/{short[-10:]}")
        urls += [picture | {"media_key": key} for key in media_keys]
        parts += [gap, short]
    return _with_entities("".join(parts), urls)


def _entity(at: int, short: str, whole: str, shown: str) -> dict[str, Any]:
    display = shown if len(shown) <= 27 else f"{shown[:26]}…"
    return {"start": at, "end": at + len(short), "url": short, "expanded_url": whole, "display_url": display}


def _with_entities(text: str, urls: list[dict[str, Any]]) -> Shown:
    bare = re.sub(r"https://t\.co/\w+", lambda found: " " * len(found.group()), text)
    named = {
        "urls": urls,
        "hashtags": [{"start": m.start(), "end": m.end(), "tag": m[1]} for m in HASHTAG.finditer(bare)],
        "mentions": [{"start": m.start(), "end": m.end(), "username": m[1]} for m in MENTION.finditer(bare)],
    }
    return Shown(html.escape(text, quote=False), {name: found for name, found in named.items() if found})
