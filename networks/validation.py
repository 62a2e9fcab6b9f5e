"""Whether a post fits a network's limits, found out while typing and not at the due minute.

Owns the checks that follow from Limits alone; an adapter adds its own.
"""

from collections.abc import Callable, Iterator, Sequence

from networks import length
from networks.errors import ProblemCode
from networks.limits import Limits, VideoLimits
from networks.options import Option
from networks.types import Media, Post, Problem, Severity, Visibility


def problems(
    post: Post,
    limits: Limits,
    *,
    text: str,
    count: Callable[[str], int],
    visibilities: Sequence[Visibility],
    options: Sequence[Option],
    offers_content_warning: bool,
    offers_reply: bool,
    offers_alt_text: bool,
) -> list[Problem]:
    """`text` is the composed text and `count` the network's own counting."""
    found = [*_text_problems(post, limits, text, count), *_media_problems(post, limits, offers_alt_text)]
    found += _option_problems(post, options)
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


def _media_problems(post: Post, limits: Limits, offers_alt_text: bool) -> Iterator[Problem]:
    if limits.needs_media and not post.media:
        yield _block(ProblemCode.MEDIA_NEEDED, "media")
    if len(post.media) > limits.max_media:
        yield _block(ProblemCode.MEDIA_TOO_MANY, "media", count=len(post.media), limit=limits.max_media)
    if limits.video is not None:
        yield from _mixture_problems(post, limits.video)
    for position, media in enumerate(post.media):
        field = f"media.{position}"
        if not media.is_video:
            yield from _picture_problems(media, limits, field)
            yield from _alt_text_problems(media, limits.max_alt_text, limits, f"{field}.alt_text")
        elif limits.video is None:
            yield _block(ProblemCode.VIDEO_NOT_OFFERED, field)
        else:
            yield from _video_problems(media, limits.video, field)
            yield from _described_problems(media, limits.video, limits, f"{field}.alt_text")
    pictures = [position for position, media in enumerate(post.media) if not media.is_video]
    if pictures and not offers_alt_text:
        yield Problem(ProblemCode.ALT_TEXT_NOT_SHOWN, {}, Severity.WARN, f"media.{pictures[0]}.alt_text")


def _mixture_problems(post: Post, limits: VideoLimits) -> Iterator[Problem]:
    videos = sum(media.is_video for media in post.media)
    if videos > limits.max_videos:
        yield _block(ProblemCode.VIDEO_TOO_MANY, "media", count=videos, limit=limits.max_videos)
    if 0 < videos < len(post.media) and not limits.mixes_with_pictures:
        yield _block(ProblemCode.MEDIA_MIXED, "media")


def _picture_problems(media: Media, limits: Limits, field: str) -> Iterator[Problem]:
    if media.mime_type not in limits.media_types:
        yield _block(ProblemCode.MEDIA_TYPE_NOT_ACCEPTED, field, mime_type=media.mime_type)
    if limits.max_media_bytes is not None and media.size > limits.max_media_bytes:
        yield _block(ProblemCode.MEDIA_TOO_LARGE, field, size=media.size, limit=limits.max_media_bytes)
    pixels = media.width * media.height
    if limits.max_pixels is not None and pixels > limits.max_pixels:
        yield _block(ProblemCode.MEDIA_TOO_MANY_PIXELS, field, pixels=pixels, limit=limits.max_pixels)
    sides = media.width + media.height
    if limits.max_sides is not None and sides > limits.max_sides:
        yield _block(ProblemCode.MEDIA_TOO_LONG_SIDED, field, sides=sides, limit=limits.max_sides)
    shorter, longer = sorted((media.width, media.height))
    if limits.max_ratio is not None and longer > shorter * limits.max_ratio:
        yield _block(ProblemCode.MEDIA_TOO_NARROW, field, limit=limits.max_ratio)
    if limits.min_width is not None and media.width < limits.min_width:
        yield _block(ProblemCode.MEDIA_TOO_SMALL, field, width=media.width, limit=limits.min_width)
    if limits.min_aspect is not None and media.width < media.height * limits.min_aspect:
        yield _block(ProblemCode.MEDIA_TOO_TALL, field, limit=_times(1 / limits.min_aspect))
    if limits.max_aspect is not None and media.width > media.height * limits.max_aspect:
        yield _block(ProblemCode.MEDIA_TOO_WIDE, field, limit=_times(limits.max_aspect))


def _video_problems(media: Media, limits: VideoLimits, field: str) -> Iterator[Problem]:
    yield from _form_problems(media, limits, field)
    yield from _length_problems(media, limits, field)
    yield from _frame_problems(media, limits, field)


def _form_problems(media: Media, limits: VideoLimits, field: str) -> Iterator[Problem]:
    if media.mime_type not in limits.types:
        yield _block(ProblemCode.VIDEO_TYPE_NOT_ACCEPTED, field, mime_type=media.mime_type)
    if limits.codecs and media.video_codec not in limits.codecs:
        yield _block(ProblemCode.VIDEO_CODEC_NOT_ACCEPTED, field, codec=media.video_codec)
    if limits.audio_codecs and media.audio_codec and media.audio_codec not in limits.audio_codecs:
        yield _block(ProblemCode.VIDEO_SOUND_NOT_ACCEPTED, field, codec=media.audio_codec)
    if media.captions and media.captions.mime_type not in limits.captions:
        yield Problem(ProblemCode.CAPTIONS_NOT_SHOWN, {}, Severity.WARN, field)


def _length_problems(media: Media, limits: VideoLimits, field: str) -> Iterator[Problem]:
    if limits.max_bytes is not None and media.size > limits.max_bytes:
        size, limit = _megabytes(media.size), _megabytes(limits.max_bytes)
        yield _block(ProblemCode.VIDEO_TOO_LARGE, field, size=size, limit=limit)
    if limits.min_duration_ms is not None and media.duration_ms < limits.min_duration_ms:
        seconds, limit = _seconds(media.duration_ms), _seconds(limits.min_duration_ms)
        yield _block(ProblemCode.VIDEO_TOO_SHORT, field, seconds=seconds, limit=limit)
    if limits.max_duration_ms is not None and media.duration_ms > limits.max_duration_ms:
        seconds, limit = _seconds(media.duration_ms), _seconds(limits.max_duration_ms)
        yield _block(ProblemCode.VIDEO_TOO_LONG, field, seconds=seconds, limit=limit)
    if limits.max_bit_rate is not None and media.bit_rate > limits.max_bit_rate:
        rate, limit = _millions(media.bit_rate), _millions(limits.max_bit_rate)
        yield _block(ProblemCode.VIDEO_TOO_DENSE, field, rate=rate, limit=limit)


def _frame_problems(media: Media, limits: VideoLimits, field: str) -> Iterator[Problem]:
    shorter, longer = sorted((media.width, media.height))
    if limits.min_side is not None and shorter < limits.min_side:
        yield _block(ProblemCode.VIDEO_SIDES_TOO_SHORT, field, side=shorter, limit=limits.min_side)
    if limits.max_side is not None and longer > limits.max_side:
        yield _block(ProblemCode.VIDEO_SIDES_TOO_LONG, field, side=longer, limit=limits.max_side)
    pixels = media.width * media.height
    if limits.max_pixels is not None and pixels > limits.max_pixels:
        yield _block(ProblemCode.VIDEO_TOO_MANY_PIXELS, field, pixels=pixels, limit=limits.max_pixels)
    if limits.min_aspect is not None and media.width < media.height * limits.min_aspect:
        yield _block(ProblemCode.VIDEO_TOO_TALL, field, limit=_times(1 / limits.min_aspect))
    if limits.max_aspect is not None and media.width > media.height * limits.max_aspect:
        yield _block(ProblemCode.VIDEO_TOO_WIDE, field, limit=_times(limits.max_aspect))
    if limits.min_frame_rate is not None and media.frame_rate < limits.min_frame_rate:
        rate, limit = _times(media.frame_rate / 1000), _times(limits.min_frame_rate / 1000)
        yield _block(ProblemCode.VIDEO_TOO_SLOW, field, rate=rate, limit=limit)
    if limits.max_frame_rate is not None and media.frame_rate > limits.max_frame_rate:
        rate, limit = _times(media.frame_rate / 1000), _times(limits.max_frame_rate / 1000)
        yield _block(ProblemCode.VIDEO_TOO_FAST, field, rate=rate, limit=limit)


def _described_problems(media: Media, video: VideoLimits, limits: Limits, field: str) -> Iterator[Problem]:
    """A video needs a description only where readers get to see it."""
    if video.has_alt_text:
        yield from _alt_text_problems(media, video.max_alt_text or limits.max_alt_text, limits, field)
    elif media.alt_text.strip():
        yield Problem(ProblemCode.VIDEO_ALT_TEXT_NOT_SHOWN, {}, Severity.WARN, field)


def _alt_text_problems(media: Media, allowed: int | None, limits: Limits, field: str) -> Iterator[Problem]:
    if not media.alt_text.strip():
        yield _block(ProblemCode.ALT_TEXT_MISSING, field)
    used = length.count(media.alt_text, limits.text_unit)
    if allowed is not None and used > allowed:
        yield _block(ProblemCode.ALT_TEXT_TOO_LONG, field, length=used, limit=allowed)


def _option_problems(post: Post, options: Sequence[Option]) -> Iterator[Problem]:
    offered = {option.name: option for option in options}
    for name in (name for name in post.options if name not in offered):
        yield _block(ProblemCode.OPTION_NOT_OFFERED, f"options.{name}", option=name)
    for name, option in offered.items():
        if name in post.options:
            yield from _value_problems(option, post.options[name])
        elif option.required:
            yield _block(ProblemCode.OPTION_MISSING, f"options.{name}", option=name)


def _value_problems(option: Option, value: str) -> Iterator[Problem]:
    field = f"options.{option.name}"
    if option.choices and value not in option.choices:
        yield _block(ProblemCode.OPTION_VALUE_NOT_OFFERED, field, option=option.name, value=value)
    if option.required and not value.strip():
        yield _block(ProblemCode.OPTION_MISSING, field, option=option.name)
    used = length.count(value, option.unit)
    if option.max_length is not None and used > option.max_length:
        yield _block(ProblemCode.OPTION_TOO_LONG, field, option=option.name, length=used, limit=option.max_length)


def _times(ratio: float) -> str:
    return f"{round(ratio, 2):g}"


def _seconds(milliseconds: int) -> str:
    return f"{milliseconds / 1000:.15g}"


def _megabytes(size: int) -> str:
    return f"{size / (1024 * 1024):.1f}"


def _millions(bits: int) -> str:
    return f"{bits / 1_000_000:.1f}"
