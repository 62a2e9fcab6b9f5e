"""Whether a post fits a network's limits, found out while typing and not at the due minute.

Owns the checks that follow from Limits alone; an adapter adds its own.
"""

from collections.abc import Callable, Iterator, Sequence

from networks import length
from networks.errors import ProblemCode
from networks.limits import Limits
from networks.types import Media, Post, Problem, Severity, Visibility


def problems(
    post: Post,
    limits: Limits,
    *,
    text: str,
    count: Callable[[str], int],
    visibilities: Sequence[Visibility],
    offers_content_warning: bool,
    offers_reply: bool,
) -> list[Problem]:
    """`text` is the composed text and `count` the network's own counting."""
    found = [*_text_problems(post, limits, text, count), *_media_problems(post, limits)]
    if post.visibility not in visibilities:
        found.append(_block(ProblemCode.VISIBILITY_NOT_OFFERED, "visibility", visibility=str(post.visibility)))
    if post.content_warning and not offers_content_warning:
        found.append(_block(ProblemCode.CONTENT_WARNING_NOT_OFFERED, "content_warning"))
    if post.reply_to and not offers_reply:
        found.append(_block(ProblemCode.REPLY_NOT_OFFERED, "reply_to"))
    return found


def _block(code: ProblemCode, field: str, **params: str | int) -> Problem:
    return Problem(code=code, params=params, severity=Severity.BLOCK, field=field)


def _text_problems(post: Post, limits: Limits, text: str, count: Callable[[str], int]) -> Iterator[Problem]:
    if not text.strip() and not post.media:
        yield _block(ProblemCode.TEXT_EMPTY, "text")
    used = count(text)
    if limits.counts_content_warning:
        used += length.count(post.content_warning, limits.text_unit)
    allowed = limits.max_text_with_media if post.media and limits.max_text_with_media else limits.max_text
    if used > allowed:
        yield _block(ProblemCode.TEXT_TOO_LONG, "text", length=used, limit=allowed, over=used - allowed)
    size = length.utf8_bytes(text)
    if limits.max_text_bytes is not None and size > limits.max_text_bytes:
        yield _block(ProblemCode.TEXT_TOO_MANY_BYTES, "text", length=size, limit=limits.max_text_bytes)


def _media_problems(post: Post, limits: Limits) -> Iterator[Problem]:
    if len(post.media) > limits.max_media:
        yield _block(ProblemCode.MEDIA_TOO_MANY, "media", count=len(post.media), limit=limits.max_media)
    for position, media in enumerate(post.media):
        yield from _file_problems(media, limits, f"media.{position}")
        yield from _alt_text_problems(media, limits, f"media.{position}.alt_text")


def _file_problems(media: Media, limits: Limits, field: str) -> Iterator[Problem]:
    if media.mime_type not in limits.media_types:
        yield _block(ProblemCode.MEDIA_TYPE_NOT_ACCEPTED, field, mime_type=media.mime_type)
    if limits.max_media_bytes is not None and media.size > limits.max_media_bytes:
        yield _block(ProblemCode.MEDIA_TOO_LARGE, field, size=media.size, limit=limits.max_media_bytes)
    pixels = media.width * media.height
    if limits.max_pixels is not None and pixels > limits.max_pixels:
        yield _block(ProblemCode.MEDIA_TOO_MANY_PIXELS, field, pixels=pixels, limit=limits.max_pixels)


def _alt_text_problems(media: Media, limits: Limits, field: str) -> Iterator[Problem]:
    if not media.alt_text.strip():
        yield _block(ProblemCode.ALT_TEXT_MISSING, field)
    used = length.count(media.alt_text, limits.text_unit)
    if limits.max_alt_text is not None and used > limits.max_alt_text:
        yield _block(ProblemCode.ALT_TEXT_TOO_LONG, field, length=used, limit=limits.max_alt_text)
