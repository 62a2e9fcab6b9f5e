"""Owns how the simulated Instagram gets a picture or a video: it fetches it from the address that a container names.

The network reads from the whole internet; this one only from this machine's own loopback addresses, follows no
redirect, and bounds sizes and times. Sources (read 2026-11), below https://developers.facebook.com/docs/:
instagram-platform/content-publishing (media on a public server), instagram-platform/instagram-graph-api/reference/
ig-user/media (specifications of images and reels), sharing/webmasters/web-crawlers (the name it fetches under).
"""

from __future__ import annotations

import io
import ipaddress
import time
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPResponse
from urllib.parse import SplitResult, urlsplit

from PIL import Image

from sandbox.dialects._instagram_errors import refused
from sandbox.films import MP4, QUICKTIME, film_in

IMAGE_BYTES = 8 * 1024 * 1024
VIDEO_BYTES = 1024 * 1024 * 1024
KEPT_BYTES = 64 * 1024 * 1024
CHUNK = 256 * 1024
CONNECT_SECONDS = 5.0
WHOLE_SECONDS = 60.0
TALLEST, WIDEST = 0.8, 1.91
PLAYS = (3.0, 15 * 60.0)
"""Seconds that a reel lasts at least and at most."""
CRAWLER = "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)"


@dataclass(frozen=True)
class Fetched:
    """`size` is that of the whole file; of a very long one only the beginning is kept."""

    content: bytes
    size: int


def fetch(url: str, most: int) -> Fetched:
    """The file at a loopback address; one longer than `most` is told by a size above it. Raises GraphError."""
    parts = _loopback(url)
    deadline = time.monotonic() + WHOLE_SECONDS
    connection = HTTPConnection(_pinned(parts), parts.port or 80, timeout=CONNECT_SECONDS)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        connection.request("GET", path, headers={"Host": parts.netloc, "User-Agent": CRAWLER, "Accept": "*/*"})
        answer = connection.getresponse()
        if answer.status != 200:
            raise refused(2207052, uri=url)
        return _read(answer, most, deadline)
    except TimeoutError as error:
        raise refused(2207003) from error
    except (OSError, HTTPException, ValueError) as error:
        raise refused(2207052, uri=url) from error
    finally:
        connection.close()


def _read(answer: HTTPResponse, most: int, deadline: float) -> Fetched:
    kept, size = bytearray(), 0
    while size <= most and (chunk := answer.read(CHUNK)):
        size += len(chunk)
        kept += chunk[: KEPT_BYTES - len(kept)]
        if time.monotonic() > deadline:
            raise TimeoutError
    if answer.length and size <= most:
        raise HTTPException("the file ended before its announced length")
    return Fetched(bytes(kept), size)


def _loopback(url: str) -> SplitResult:
    """The parts of an address on this machine; any other host is one that cannot be reached from here."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        is_ours = (host == "localhost" or ipaddress.ip_address(host).is_loopback) and parts.port != 0
    except ValueError as error:
        raise refused(2207052, uri=url) from error
    if parts.scheme != "http" or not is_ours or "@" in parts.netloc:
        raise refused(2207052, uri=url)
    return parts


def _pinned(parts: SplitResult) -> str:
    """The address itself, so that no resolver has a say in where the request goes."""
    host = parts.hostname or ""
    return "127.0.0.1" if host == "localhost" else host


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
