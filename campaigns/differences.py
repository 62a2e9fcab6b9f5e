"""What changed between two payloads of a variant, word by word, for a reader who goes from right to left.

A verse is one piece: it stands, is laid in or is taken out, and is never cut. Nothing here changes a byte.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from campaigns.models import Payload
from campaigns.option_words import said_in
from library.citing import passage_of
from library.models import Citation, CitationKind
from library.scripture import Passage
from networks.types import Media

BEGINNING = 6
"""So many words of a post tell it from the others."""
WORD = re.compile(r"\n|[^\S\n]+|[^\s]+")


@dataclass(frozen=True)
class Segment:
    """`kind` is same, insert or delete. A verse has its Passage, and `text` then holds brackets and reference too."""

    kind: str
    text: str
    passage: Passage | None = None


@dataclass(frozen=True)
class Paragraph:
    segments: list[Segment]

    @property
    def is_changed(self) -> bool:
        return any(segment.kind != "same" for segment in self.segments)


@dataclass(frozen=True)
class Fact:
    """Something beside the text that is signed too, before and after."""

    code: str
    label: str | Promise
    before: str
    after: str


@dataclass(frozen=True)
class Difference:
    """`paragraphs` is the whole text with what was added and removed; `facts` only those that changed."""

    paragraphs: list[Paragraph]
    facts: list[Fact] = field(default_factory=list)

    @property
    def changed(self) -> int:
        return sum(paragraph.is_changed for paragraph in self.paragraphs) + len(self.facts)


@dataclass(frozen=True)
class Token:
    """Two tokens are the same when their text is."""

    text: str
    passage: Passage | None = None

    def __hash__(self) -> int:
        return hash(self.text)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Token) and other.text == self.text


def compare(old: Payload | None, new: Payload) -> Difference:
    """From `old` (None: nothing was seen before, so that nothing is marked) to `new`."""
    after = json.loads(new.canonical)
    passages = passages_of(new, after)
    whole = list(tokens(text_of(after), passages, after["language"]))
    if old is None:
        return Difference(paragraphs_of(Segment("same", token.text, token.passage) for token in whole))
    before = json.loads(old.canonical)
    earlier = list(tokens(text_of(before), passages_of(old, before), before["language"]))
    return Difference(paragraphs_of(segments(earlier, whole)), list(facts(before, after)))


def text_of(body: dict[str, Any]) -> str:
    return "\n\n".join(part["text"] for part in body["parts"])


def passages_of(payload: Payload, body: dict[str, Any]) -> list[Passage]:
    named = [entry["id"] for entry in body["citations"]]
    verses = Citation.objects.filter(organisation_id=payload.organisation_id, kind=CitationKind.QURAN, pk__in=named)
    return [passage_of(citation) for citation in verses]


def tokens(text: str, passages: list[Passage], language: str) -> Iterator[Token]:
    """Words, spaces and line ends in order, together the text byte for byte; each verse whole."""
    start = 0
    for begin, end, passage in places(text, passages, language):
        yield from words(text[start:begin])
        yield Token(text[begin:end], passage)
        start = end
    yield from words(text[start:])


def words(text: str) -> Iterator[Token]:
    return (Token(found.group()) for found in WORD.finditer(text))


def places(text: str, passages: list[Passage], language: str) -> list[tuple[int, int, Passage]]:
    """Where verses stand, in order, without overlaps; the longest first where several begin at once."""
    found: list[tuple[int, int, Passage]] = []
    for passage in sorted(passages, key=lambda p: -len(p.text)):
        quoted, start = passage.quoted(language), 0
        while (begin := text.find(quoted, start)) != -1:
            start = begin + len(quoted)
            if all(start <= other[0] or begin >= other[1] for other in found):
                found.append((begin, start, passage))
    return sorted(found, key=lambda place: place[0])


def segments(old: list[Token], new: list[Token]) -> Iterator[Segment]:
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    for tag, old_from, old_to, new_from, new_to in matcher.get_opcodes():
        if tag == "equal":
            yield from (Segment("same", token.text, token.passage) for token in new[new_from:new_to])
            continue
        yield from (Segment("delete", token.text, token.passage) for token in old[old_from:old_to])
        yield from (Segment("insert", token.text, token.passage) for token in new[new_from:new_to])


def paragraphs_of(pieces: Iterator[Segment]) -> list[Paragraph]:
    """Cut at line ends; neighbours of one kind are joined, verses stand alone, empty lines are left out."""
    lines: list[list[Segment]] = [[]]
    for piece in pieces:
        if piece.text == "\n":
            lines.append([])
        else:
            add(lines[-1], piece)
    return [Paragraph(line) for line in lines if any(segment.text.strip() for segment in line)]


def add(line: list[Segment], piece: Segment) -> None:
    last = line[-1] if line else None
    if last is not None and last.kind == piece.kind and last.passage is None and piece.passage is None:
        line[-1] = Segment(last.kind, last.text + piece.text)
    else:
        line.append(piece)


def facts(before: dict[str, Any], after: dict[str, Any]) -> Iterator[Fact]:
    labels = {
        "language": _("Language"),
        "posts": _("Posts of the thread"),
        "link": _("Link"),
        "tags": _("Tags"),
        "content_warning": _("Content notice"),
        "pictures": _("Pictures and videos"),
        "sources": _("Sources"),
        "account": _("Account"),
    }
    old, new = beside(before), beside(after)
    for code, label in labels.items():
        if old[code] != new[code]:
            yield Fact(code, label, old[code], new[code])
    yield from choices(before, after)


def choices(before: dict[str, Any], after: dict[str, Any]) -> Iterator[Fact]:
    """What was chosen for the network; empty where it does as it does anyway."""
    old, new = (said_in(body["parts"][0], body["language"]) for body in (before, after))
    for code, (label, _chosen) in {**old, **new}.items():
        said = [one.get(code, (label, ""))[1] for one in (old, new)]
        if said[0] != said[1]:
            yield Fact(code, label, *said)


def told_media(media: Media) -> str:
    return f"{media.alt_text} ({', '.join(sha256[:12] for sha256 in media.files)})"


def beside(body: dict[str, Any]) -> dict[str, str]:
    first, last = body["parts"][0], body["parts"][-1]
    return {
        "language": body["language"],
        "posts": "\n".join(borders(body)),
        "link": last["link"] or "",
        "tags": " ".join(f"#{tag}" for tag in last["tags"]),
        "content_warning": first["content_warning"],
        "pictures": "\n".join(told_media(Media.from_json(media)) for media in first["media"]),
        "sources": ", ".join(f"{entry['id']}:{entry['sha256'][:12]}" for entry in body["citations"]),
        "account": body["channel"]["remote_id"],
    }


def borders(body: dict[str, Any]) -> list[str]:
    """How each post of a thread begins; nothing for a single post."""
    posts = [part["text"].split() for part in body["parts"]]
    if len(posts) == 1:
        return []
    return [f"{number}. {' '.join(words[:BEGINNING]) or '—'}" for number, words in enumerate(posts, start=1)]
