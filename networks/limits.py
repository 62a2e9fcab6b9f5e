"""What a network, or one server of it, accepts.

Owns the Limits that the adapter declares, that a server may narrow or widen, and that a channel keeps.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from networks.length import TextUnit


@dataclass(frozen=True)
class VideoLimits:
    """None, and an empty list of codecs, mean that the network states no such limit. Sizes in bytes.

    Lengths in milliseconds, frame rates in frames per 1000 seconds, `max_bit_rate` in bits per second, codecs by
    ffmpeg's names. `min_aspect` and `max_aspect` are width by height; `max_side` is the longer one, `min_side` the
    shorter, `max_pixels` width × height. `captions` are the types of captions files that it takes beside a video.
    """

    types: tuple[str, ...]
    max_videos: int = 1
    mixes_with_pictures: bool = False
    max_bytes: int | None = None
    min_duration_ms: int | None = None
    max_duration_ms: int | None = None
    codecs: tuple[str, ...] = ()
    audio_codecs: tuple[str, ...] = ()
    min_aspect: float | None = None
    max_aspect: float | None = None
    min_side: int | None = None
    max_side: int | None = None
    max_pixels: int | None = None
    min_frame_rate: int | None = None
    max_frame_rate: int | None = None
    max_bit_rate: int | None = None
    has_alt_text: bool = False
    max_alt_text: int | None = None
    captions: tuple[str, ...] = ()

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "VideoLimits":
        given: dict[str, Any] = _known(cls, value)
        lists = {name: tuple(content) for name, content in given.items() if isinstance(content, list)}
        whole: dict[str, Any] = {**given, **lists}
        return cls(**whole)


@dataclass(frozen=True)
class Limits:
    """None means that the network states no such limit. Sizes in bytes.

    `max_media` counts pictures and videos together; the limits after it are a picture's. `max_pixels` is
    width × height, `max_sides` width + height, `max_ratio` the longer side by the shorter; `min_aspect` and
    `max_aspect` are width by height. A network without `video` takes none; `needs_media` refuses a text alone.
    """

    max_text: int
    text_unit: TextUnit = TextUnit.GRAPHEMES
    max_text_bytes: int | None = None
    max_text_with_media: int | None = None
    url_weight: int | None = None
    mention_drops_domain: bool = False
    counts_content_warning: bool = False
    max_media: int = 0
    media_types: tuple[str, ...] = ()
    max_media_bytes: int | None = None
    max_pixels: int | None = None
    max_sides: int | None = None
    max_ratio: int | None = None
    min_aspect: float | None = None
    max_aspect: float | None = None
    min_width: int | None = None
    max_alt_text: int | None = None
    needs_media: bool = False
    video: VideoLimits | None = None

    def to_json(self) -> dict[str, Any]:
        """What a channel stores; `from_json` gives the same back."""
        return {**asdict(self), "media_types": list(self.media_types)}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "Limits":
        """Names it does not know are left out, so that limits stored by another version still load."""
        limits = cls(**_known(cls, value))
        video = value.get("video")
        return replace(
            limits,
            text_unit=TextUnit(limits.text_unit),
            media_types=tuple(limits.media_types),
            video=VideoLimits.from_json(video) if video else None,
        )


def _known(cls: type[Limits] | type[VideoLimits], value: Mapping[str, Any]) -> dict[str, Any]:
    known = {field.name for field in fields(cls)}
    return {name: content for name, content in value.items() if name in known}
