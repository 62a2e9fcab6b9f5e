"""Owns the pages of the simulated YouTube's lists: `maxResults`, and tokens for the next page and the one before.

Source: https://developers.google.com/youtube/v3/guides/implementation/pagination, read 2026-11. Tokens are opaque
there; here they hold the position of the first of their page.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from sandbox.dialects._youtube_errors import bad

TOKEN = re.compile(r"CP([0-9]{1,9})A")
One = TypeVar("One")


@dataclass(frozen=True)
class Page(Generic[One]):
    items: Sequence[One]
    total: int
    size: int
    tokens: Mapping[str, str]


def page_of(found: Sequence[One], query: Mapping[str, str], *, usual: int, most: int) -> Page[One]:
    """The page that the request asks for; raises badRequest."""
    size, start = _number(query, usual, most), _start(query)
    tokens = {"nextPageToken": f"CP{start + size}A"} if start + size < len(found) else {}
    if start:
        tokens["prevPageToken"] = f"CP{max(0, start - size)}A"
    return Page(found[start : start + size], len(found), size, tokens)


def _number(query: Mapping[str, str], usual: int, most: int) -> int:
    given = query.get("maxResults", str(usual))
    if not given.isdecimal() or not 1 <= int(given) <= most:
        said = f"Invalid value '{given}'. Values must be within the range: [1, {most}]"
        raise bad("invalidParameter", said, domain="global", location="maxResults")
    return int(given)


def _start(query: Mapping[str, str]) -> int:
    token = query.get("pageToken", "")
    found = TOKEN.fullmatch(token) if token else None
    if token and found is None:
        said = "The request specifies an invalid page token."
        raise bad("invalidPageToken", said, domain="youtube.parameter", location="pageToken")
    return int(found[1]) if found else 0
