"""Owns how a Bluesky post's text is shown: its facets as links, by byte offsets, as readers' applications do.

Source: https://docs.bsky.app/docs/advanced-guides/post-richtext (read 2026-11). The server takes any offsets; a reader
sees no link where they lie outside the text, split a character or overlap an earlier one.
"""

from __future__ import annotations

import html
import re
from collections.abc import Sequence

from sandbox.dialects._bluesky_names import Json
from sandbox.posttext import HASHTAG, URL

FACET = "app.bsky.richtext.facet"


def as_html(text: str, facets: Sequence[Json], base: str) -> str:
    """Paragraphs at blank lines, breaks at single ones."""
    raw, parts, end = text.encode(), [], 0
    for start, stop, feature in readable(text, facets):
        words = raw[start:stop].decode().replace("\n", " ")
        parts += [html.escape(raw[end:start].decode()), _linked(words, feature, base)]
        end = stop
    whole = "".join([*parts, html.escape(raw[end:].decode())]).strip("\n")
    paragraphs = (part.replace("\n", "<br>") for part in re.split(r"\n{2,}", whole))
    return "".join(f"<p>{part}</p>" for part in paragraphs if part)


def readable(text: str, facets: Sequence[Json]) -> list[tuple[int, int, Json]]:
    """(start, end, first feature) of each facet that a reader sees, in the order of the text."""
    raw, found, end = text.encode(), [], 0
    for facet in sorted(facets, key=lambda one: int(one["index"]["byteStart"])):
        start, stop = facet["index"]["byteStart"], facet["index"]["byteEnd"]
        whole = start < stop <= len(raw) and _is_border(raw, start) and _is_border(raw, stop)
        if whole and start >= end and facet["features"]:
            found.append((start, stop, facet["features"][0]))
            end = stop
    return found


def _is_border(raw: bytes, at: int) -> bool:
    return at == len(raw) or raw[at] & 0xC0 != 0x80


def _linked(words: str, feature: Json, base: str) -> str:
    kind = feature.get("$type")
    shown = html.escape(words)
    if kind == f"{FACET}#link" and str(feature["uri"]).startswith(("http://", "https://")):
        return f'<a href="{html.escape(feature["uri"])}" rel="nofollow noopener"><bdi>{shown}</bdi></a>'
    if kind == f"{FACET}#tag":
        return f'<a href="{base}/hashtag/{html.escape(feature["tag"])}" rel="tag">{shown}</a>'
    if kind == f"{FACET}#mention":
        return f'<a href="{base}/profile/{html.escape(feature["did"])}">{shown}</a>'
    return shown


def detected(text: str) -> list[Json]:
    """The facets that the network's own application makes of a text as it is typed: links and tags."""
    links = [(match.span(), {"$type": f"{FACET}#link", "uri": match[0]}) for match in URL.finditer(text)]
    taken = URL.sub(lambda match: " " * len(match[0]), text)
    tags = [(match.span(), {"$type": f"{FACET}#tag", "tag": match[1]}) for match in HASHTAG.finditer(taken)]
    return [
        {
            "index": {"byteStart": len(text[:start].encode()), "byteEnd": len(text[:end].encode())},
            "features": [feature],
        }
        for (start, end), feature in sorted(links + tags, key=lambda one: one[0])
    ]
