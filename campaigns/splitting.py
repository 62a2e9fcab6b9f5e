"""Splitting: what is too long for one post becomes a thread, cut only where a reader would pause.

A cut falls between paragraphs, else after a sentence, else after a clause, else between words: never within a verse, a
link, or a word with its marks. Not a letter is changed; only the space at a cut is left out. What no cut makes fit
stays too long, and is said to be.
"""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import regex
from django.utils.translation import gettext_lazy as _

from campaigns.documents import MAX_POSTS, Block, Break, Document, Text
from campaigns.lifecycle import VariantState
from campaigns.models import Content, Variant
from campaigns.rendering import Material, adapter_of, disclosure_for, material_for, measured, posts_of, texts_of
from chain.errors import Invalid, NotFound
from networks.base import Adapter, Capability
from networks.length import URL

QUOTED_VERSE = regex.compile(r"﴿[^﴾]*﴾(?:[^\S\n]*[\[(][^\])\n]*[\])])?")
_SPACE = r"[^\S\u00A0\u202F\u2007]++(?![\p{M}\u200D])"
CUTS = (
    regex.compile(rf"(?<=[.!?؟۔…][\"'”’»)\]]*){_SPACE}|\n{_SPACE}|\n"),
    regex.compile(rf"(?<=[,،;؛:][\"'”’»)\]]*){_SPACE}"),
    regex.compile(_SPACE),
)
"""The spaces at which a text may be cut, the best first. A space that no line is broken at is none of them."""


@dataclass(frozen=True)
class Run:
    """A piece of the block at `block`, from `start` to `end` of its text. `fineness` is how often it was cut."""

    block: int
    start: int
    end: int
    fineness: int = 0


Fits = Callable[[Sequence[Block], bool], bool]
"""Whether these blocks fit into one post; True as second word for the last of a thread, which has the ending too."""


def can_thread(adapter: Adapter) -> bool:
    return Capability.REPLY in adapter.capabilities


def as_thread(content: Content, document: Document, variant_id: int) -> Document:
    """The sheet with this channel's text cut into a thread, as its own text. Raises NotFound, Invalid."""
    living = content.variants.exclude(state=VariantState.WITHDRAWN)
    found = living.select_related("channel").filter(pk=variant_id).first()
    if found is None:
        raise NotFound
    found.content = content
    return threaded(document, found, material_for(content.organisation_id, document))


def threaded(document: Document, variant: Variant, material: Material) -> Document:
    """Raises Invalid where the network has no threads, or where it would be too long a thread."""
    adapter = adapter_of(variant.channel)
    if not can_thread(adapter):
        raise Invalid(_("This network has no threads. Shorten the text."), code="no_threads")
    own = document.of(variant.pk)
    blocks = [block for block in document.blocks_for(variant.pk) if not isinstance(block, Break)]
    posts = cut(blocks, fitting(document, variant, material, adapter))
    limits = adapter.effective_limits
    is_picture_apart = own.media and limits.max_text_with_media and limits.max_text_with_media < limits.max_text
    if is_picture_apart:
        posts = [[], *posts]
    if len(posts) > MAX_POSTS:
        raise too_long()
    laid = [block for place, post in enumerate(posts) for block in ([Break()] * bool(place) + list(post))]
    return replace(document, variants={**document.variants, variant.pk: replace(own, blocks=tuple(laid))})


def too_long() -> Invalid:
    return Invalid(_("This would be a thread of more than 25 posts. Shorten the text."), code="too_long")


def fitting(document: Document, variant: Variant, material: Material, adapter: Adapter) -> Fits:
    """Measured as it would go out: the last post has the disclosure, the link and the tags."""
    own, disclosure = replace(document.of(variant.pk), media=()), disclosure_for(variant.content)

    def fits(blocks: Sequence[Block], is_last: bool) -> bool:
        shown = own if is_last else replace(own, link="", tags=())
        asked = replace(document, variants={variant.pk: replace(shown, blocks=tuple(blocks))})
        texts = texts_of(asked, variant, material, disclosure if is_last else "")
        post = posts_of(shown, texts, variant.content.language, material, adapter)[0]
        found = measured(adapter, post)
        heavy = adapter.effective_limits.max_text_bytes
        return not found.excess and (heavy is None or len(found.text.encode()) <= heavy)

    return fits


def cut(blocks: Sequence[Block], fits: Fits) -> list[list[Block]]:
    """The blocks of each post, as few posts as fill one after the other. Raises Invalid once they are too many."""
    waiting = deque(
        Run(place, 0, len(block.text) if isinstance(block, Text) else 0)
        for place, block in enumerate(blocks)
        if not isinstance(block, Text) or block.text.strip()
    )
    posts: list[list[Run]] = [[]]
    while waiting:
        if len(posts) > MAX_POSTS + 1:  # the last may be empty yet
            raise too_long()
        run, is_last = waiting.popleft(), not waiting
        if fits(joined(blocks, [*posts[-1], run]), is_last):
            posts[-1].append(run)
        elif finer := [] if fits(joined(blocks, [run]), is_last) else list(cut_finer(blocks, run)):
            waiting.extendleft(reversed(finer))
        elif posts[-1]:
            posts.append([])
            waiting.appendleft(run)
        else:
            posts[-1].append(run)
            posts.append([])
    return [joined(blocks, post) for post in posts if post]


def joined(blocks: Sequence[Block], runs: Sequence[Run]) -> list[Block]:
    """Runs that follow one another in a block are one text again, with the very space that stood between them."""
    found: list[Block] = []
    for place in dict.fromkeys(run.block for run in runs):
        block = blocks[place]
        mine = [run for run in runs if run.block == place]
        found.append(Text(block.text[mine[0].start : mine[-1].end]) if isinstance(block, Text) else block)
    return found


def cut_finer(blocks: Sequence[Block], run: Run) -> Iterator[Run]:
    """The run in pieces, by the best cuts that it has; nothing where it has none."""
    block = blocks[run.block]
    if not isinstance(block, Text):
        return
    kept = [found.span() for pattern in (QUOTED_VERSE, URL) for found in pattern.finditer(block.text)]
    for fineness, pattern in enumerate(CUTS[run.fineness :], start=run.fineness + 1):
        spaces = [
            found.span()
            for found in pattern.finditer(block.text, run.start, run.end)
            if run.start < found.start() and found.end() < run.end
            and not any(start < found.end() and found.start() < end for start, end in kept)
        ]  # fmt: skip
        if spaces:
            starts, ends = [run.start, *(end for _start, end in spaces)], [*(start for start, _end in spaces), run.end]
            yield from (Run(run.block, *span, fineness) for span in zip(starts, ends, strict=True))
            return
