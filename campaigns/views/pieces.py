"""A post cut into what a page paints apart: verses, links, and what passes the limit. Never changes a byte of it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import regex

from networks.length import URL

GRAPHEME = regex.compile(r"\X")


@dataclass(frozen=True)
class Piece:
    """`kind` is text, verse, link or over (the last: past the limit, and not a verse)."""

    kind: str
    text: str


def fitting(text: str, allowed: int, count: Callable[[str], int]) -> int:
    """Where the text passes the limit: the longest beginning, in whole letters, whose length is within `allowed`."""
    if count(text) <= allowed:
        return len(text)
    ends = [0, *(letter.end() for letter in GRAPHEME.finditer(text))]
    low, high = 0, len(ends) - 1
    while low < high:
        middle = (low + high + 1) // 2
        if count(text[: ends[middle]]) <= allowed:
            low = middle
        else:
            high = middle - 1
    return ends[low]


def pieces(text: str, verses: Iterable[str], fits: int, ends: int) -> list[Piece]:
    """The text in order, verses and links apart, and between `fits` and `ends` marked what may be shortened."""
    found, last = [], 0
    for start, end, kind in sorted(_spans(text, verses)):
        if start < last:
            continue
        found += _plain(text, last, start, fits, ends)
        found.append(Piece(kind, text[start:end]))
        last = end
    return found + _plain(text, last, len(text), fits, ends)


def _spans(text: str, verses: Iterable[str]) -> Iterable[tuple[int, int, str]]:
    for verse in {verse for verse in verses if verse}:
        start = text.find(verse)
        while start != -1:
            yield start, start + len(verse), "verse"
            start = text.find(verse, start + len(verse))
    for link in URL.finditer(text):
        yield link.start(), link.end(), "link"


def _plain(text: str, start: int, end: int, fits: int, ends: int) -> list[Piece]:
    over, rest = min(max(fits, start), end), min(max(ends, start), end)
    cut = [Piece("text", text[start:over]), Piece("over", text[over:rest]), Piece("text", text[max(over, rest) : end])]
    return [piece for piece in cut if piece.text]


def folded(whole: list[Piece], after: int | None) -> tuple[list[Piece], list[Piece]]:
    """What is seen at once, about `after` letters of it, and the rest; a word, a verse and a link stay whole."""
    if after is None or sum(len(GRAPHEME.findall(piece.text)) for piece in whole) <= after:
        return whole, []
    seen: list[Piece] = []
    for place, piece in enumerate(whole):
        letters = GRAPHEME.findall(piece.text)
        if len(letters) > after:
            words = "".join(letters[:after]).rpartition(" ")[0] if piece.kind in ("text", "over") else ""
            shown = [Piece(piece.kind, words)] if words else []
            return [*seen, *shown], [Piece(piece.kind, piece.text[len(words) :]), *whole[place + 1 :]]
        after -= len(letters)
        seen.append(piece)
    return seen, []
