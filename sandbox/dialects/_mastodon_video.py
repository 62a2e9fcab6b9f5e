"""Owns what the simulated Mastodon takes of a film, and what it tells of one: its type, its measures, its meta.

Sources (read 2026-11): https://docs.joinmastodon.org/user/posting/#media (kinds of files; a film without a sound is a
GIFV), /entities/MediaAttachment/ (meta), /entities/Instance/ (limits), and for the words of the refusals, which the
pages do not print, https://github.com/mastodon/mastodon/issues/13472, /issues/14668 and
https://github.com/Dimillian/IceCubesApp/issues/1036.
"""

from __future__ import annotations

import math
from typing import Any

from sandbox.dialects.base import picture_size
from sandbox.films import MP4, QUICKTIME, WEBM, Film
from sandbox.records import Media

BAD_FILE = "Validation failed: File content type is invalid, File is invalid"
VIDEO_BYTES = 99 * 1024 * 1024
VIDEO_FRAMES = 120
VIDEO_MATRIX = 3840 * 2160
SMALL_SIDE = 400

Json = dict[str, Any]


def too_large(size: int, most: int) -> str:
    """The refusal of a file of more bytes; empty for any other."""
    limit = f"must be less than {most // 1024**2} MB"
    return f"Validation failed: File {limit}, File file size {limit}" if size > most else ""


def refusal(film: Film) -> str:
    """Empty for a film that is taken. One whose header is not there is found out only when it is processed."""
    if film.mime not in (MP4, QUICKTIME, WEBM) or (film.seconds is not None and not film.width):
        return BAD_FILE
    if film.width * film.height > VIDEO_MATRIX:
        return f"{film.width}x{film.height} videos are not supported"
    frames = math.floor(film.frames)
    return f"{frames}fps videos are not supported" if frames > VIDEO_FRAMES else ""


def can_be_processed(film: Film) -> bool:
    return film.mime == WEBM or film.seconds is not None


def is_film(media: Media) -> bool:
    return media.mime.startswith("video/")


def type_of(media: Media) -> str:
    """Of a WebM file it is not read whether it has a sound."""
    is_silent = media.extra.get("seconds") is not None and not media.extra.get("sound")
    return ("gifv" if is_silent else "video") if is_film(media) else media.mime.split("/")[0]


def small_size(media: Media) -> tuple[int, int]:
    """That of the preview of a film."""
    width, height = picture_size(media)
    share = min(1.0, SMALL_SIDE / max(width, height, 1))
    return round(width * share), round(height * share)


def meta_of(media: Media) -> Json:
    """Empty where nothing is known of the file."""
    width, height = picture_size(media)
    if not height:
        return {}
    if not is_film(media):
        return {"original": _sides(width, height), "small": _sides(width, height)}
    seconds, frames = media.extra["seconds"], media.extra["frames"]
    original = {
        "width": width, "height": height, "frame_rate": f"{round(frames * 1000)}/1000",
        "duration": round(seconds, 3), "bitrate": round(media.extra["size"] * 8 / seconds) if seconds else 0,
    }  # fmt: skip
    told = {"length": _length(seconds), "duration": round(seconds, 2), "fps": round(frames), **_sides(width, height)}
    return {**told, "original": original, "small": _sides(*small_size(media))}


def _sides(width: int, height: int) -> Json:
    return {"width": width, "height": height, "size": f"{width}x{height}", "aspect": width / height if height else 0}


def _length(seconds: float) -> str:
    """As in the example of the page: 0:01:28.65."""
    minutes, rest = divmod(round(seconds, 2), 60)
    hours, minutes = divmod(int(minutes), 60)
    return f"{hours}:{minutes:02}:{rest:05.2f}"
