"""Owns what the simulated Threads takes of the pictures and videos that it fetches.

Source (read 2026-11): https://developers.facebook.com/docs/threads/posts (media specifications). Bit rates, codecs of
pictures and where in a film its headers stand are not looked at.
"""

from __future__ import annotations

import io

from PIL import Image

from sandbox.dialects import _threads_errors as errors
from sandbox.dialects._graph_access import Json
from sandbox.dialects._graph_fetch import NotFetched, fetch
from sandbox.films import MP4, QUICKTIME, Film, film_in

IMAGE_BYTES = 8 * 1024 * 1024
IMAGE_TYPES = {"JPEG": "image/jpeg", "PNG": "image/png"}
IMAGE_RATIO = 10.0
VIDEO_BYTES = 1024 * 1024 * 1024
VIDEO_SECONDS = 300.0
VIDEO_WIDTH = 1920
VIDEO_RATIOS = (0.01, 10.0)
VIDEO_FRAMES = (23.0, 60.0)
SOUND = "mp4a"


class Unusable(Exception):
    """A film that was not taken; the first argument is the `error_message` that the container tells."""


def picture_at(url: str) -> tuple[bytes, str, Json]:
    """The picture at the address, its type and what is known of it. Raises GraphError."""
    try:
        found = fetch(url, IMAGE_BYTES)
        if found.size > IMAGE_BYTES:
            raise errors.refused(errors.TOO_LARGE)
        with Image.open(io.BytesIO(found.content)) as picture:
            kind, width, height = picture.format or "", picture.width, picture.height
    except (NotFetched, OSError, Image.DecompressionBombError) as error:
        raise errors.refused(errors.NOT_FETCHED, uri=url) from error
    if kind not in IMAGE_TYPES:
        raise errors.refused(errors.FORMAT, current=kind)
    if max(width / height, height / width) > IMAGE_RATIO:
        raise errors.refused(errors.RATIO, ratio=f"{width / height:.2f}")
    return found.content, IMAGE_TYPES[kind], {"width": width, "height": height, "bytes": found.size}


def video_at(url: str) -> tuple[bytes, str, Json]:
    """The film at the address, its type and what is known of it. Raises Unusable."""
    try:
        found = fetch(url, VIDEO_BYTES)
    except NotFetched as error:
        raise Unusable("FAILED_DOWNLOADING_VIDEO") from error
    film = film_in(found.content)
    if film.mime not in (MP4, QUICKTIME) or found.size > VIDEO_BYTES or film.width > VIDEO_WIDTH:
        raise Unusable("FAILED_PROCESSING_VIDEO")
    if fault := _fault(film):
        raise Unusable(fault)
    facts = {"seconds": film.seconds or 0.0, "width": film.width, "height": film.height, "bytes": found.size}
    return found.content, film.mime, facts


def _fault(film: Film) -> str:
    """The documented message, in the network's own spelling; a header that tells nothing is no fault."""
    if film.seconds is not None and not 0 < film.seconds <= VIDEO_SECONDS:
        return "INVALID_DURATION"
    if film.height and not VIDEO_RATIOS[0] <= film.width / film.height <= VIDEO_RATIOS[1]:
        return "INVALID_ASPEC_RATIO"
    if film.frames and not VIDEO_FRAMES[0] <= round(film.frames, 2) <= VIDEO_FRAMES[1]:
        return "INVALID_FRAME_RATE"
    return "FAILED_PROCESSING_AUDIO" if film.sound not in ("", SOUND) else ""
