"""Owns what the simulated Instagram takes of the pictures and videos that it fetches.

Sources (read 2026-11), below https://developers.facebook.com/docs/instagram-platform/: content-publishing (media on a
public server), instagram-graph-api/reference/ig-user/media (specifications of images and reels).
"""

from __future__ import annotations

import io

from PIL import Image

from sandbox.dialects._graph_fetch import Fetched, NotFetched, TooSlow
from sandbox.dialects._graph_fetch import fetch as fetched
from sandbox.dialects._instagram_errors import refused
from sandbox.films import MP4, QUICKTIME, film_in

IMAGE_BYTES = 8 * 1024 * 1024
VIDEO_BYTES = 1024 * 1024 * 1024
TALLEST, WIDEST = 0.8, 1.91
PLAYS = (3.0, 15 * 60.0)
"""Seconds that a reel lasts at least and at most."""


def fetch(url: str, most: int) -> Fetched:
    """Raises GraphError."""
    try:
        return fetched(url, most)
    except TooSlow as error:
        raise refused(2207003) from error
    except NotFetched as error:
        raise refused(2207052, uri=url) from error


def picture_at(url: str) -> tuple[bytes, dict[str, int]]:
    """The JPEG at the address and its dimensions. Raises GraphError for one that the network does not take."""
    found = fetch(url, IMAGE_BYTES)
    if found.size > IMAGE_BYTES:
        raise refused(2207004, size="8 MiB")
    try:
        with Image.open(io.BytesIO(found.content)) as picture:
            kind, width, height = picture.format or "", picture.width, picture.height
    except (OSError, Image.DecompressionBombError) as error:
        raise refused(2207052, uri=url) from error
    if kind != "JPEG":
        raise refused(2207005, current=kind)
    if not TALLEST <= round(width / height, 2) <= WIDEST:
        raise refused(2207009, ratio=f"{width / height:.2f}")
    return found.content, {"width": width, "height": height, "bytes": found.size}


def video_at(url: str, *, is_reel: bool, cover_at: float) -> tuple[bytes, str, dict[str, int]]:
    """The MP4 or MOV at the address and its type; `cover_at` in seconds. Raises GraphError for one not taken."""
    found = fetch(url, VIDEO_BYTES)
    film = film_in(found.content)
    if film.mime not in (MP4, QUICKTIME) or found.size > VIDEO_BYTES:
        raise refused(2207026)
    if is_reel and film.seconds is not None and not PLAYS[0] <= film.seconds <= PLAYS[1]:
        raise refused(2207026)
    if film.seconds is not None and cover_at >= film.seconds:
        raise refused(2207057)
    return found.content, film.mime, {"bytes": found.size}
