"""Owns how the simulated TikTok gets what it is told to pull: from the address named, a video straight to the disk.

The network reads https from the whole internet; this one only http from this machine's own loopback addresses, follows
no redirect, and bounds sizes and times. Sources (read 2026-11), below https://developers.tiktok.com/doc/:
content-posting-api-media-transfer-guide (pulling, restrictions), content-posting-api-reference-get-video-status.
"""

from __future__ import annotations

import io
import ipaddress
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException, HTTPResponse
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from PIL import Image

from sandbox.dialects._tiktok_upload import MOST_BYTES

PHOTO_BYTES = 20 * 1024 * 1024
PHOTO_SIDES = (1080, 1920)
"""Pixels of the shorter and the longer side: how "maximum 1080p" is read here."""
PHOTO_TYPES = {"JPEG": "image/jpeg", "WEBP": "image/webp"}
PIECE = 256 * 1024
CONNECT_SECONDS = 5.0
WHOLE_SECONDS = 60.0


class PullFailed(Exception):
    """`reason` is the fail_reason that the status tells."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def pull_video(url: str, path: Path) -> int:
    """Put the video into the file; answers its size in bytes. Raises PullFailed."""
    size = 0
    with _opened(url, "video_pull_failed") as pieces, path.open("wb") as file:
        for piece in pieces:
            size += len(piece)
            if size > MOST_BYTES:
                raise PullFailed("file_format_check_failed")
            file.write(piece)
    return size


def pull_photo(url: str) -> tuple[bytes, str]:
    """The photo and its type. Raises PullFailed; no page says which reason a photo of over 20 MB has."""
    content = bytearray()
    with _opened(url, "photo_pull_failed") as pieces:
        for piece in pieces:
            content += piece
            if len(content) > PHOTO_BYTES:
                raise PullFailed("file_format_check_failed")
    try:
        with Image.open(io.BytesIO(content)) as picture:
            kind, sides = PHOTO_TYPES.get(picture.format or ""), sorted(picture.size)
    except (OSError, Image.DecompressionBombError) as error:
        raise PullFailed("file_format_check_failed") from error
    if kind is None:
        raise PullFailed("file_format_check_failed")
    if sides[0] > PHOTO_SIDES[0] or sides[1] > PHOTO_SIDES[1]:
        raise PullFailed("picture_size_check_failed")
    return bytes(content), kind


@contextmanager
def _opened(url: str, reason: str) -> Iterator[Iterator[bytes]]:
    """The file at a loopback address, in pieces; whatever goes wrong on the way is that reason."""
    parts = _loopback(url, reason)
    connection = HTTPConnection(_pinned(parts), parts.port or 80, timeout=CONNECT_SECONDS)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        connection.request("GET", path, headers={"Host": parts.netloc, "User-Agent": "TikTok", "Accept": "*/*"})
        answer = connection.getresponse()
        if answer.status != 200:
            raise PullFailed(reason)
        yield _pieces(answer)
    except (OSError, HTTPException, ValueError) as error:
        raise PullFailed(reason) from error
    finally:
        connection.close()


def _pieces(answer: HTTPResponse) -> Iterator[bytes]:
    deadline = time.monotonic() + WHOLE_SECONDS
    while piece := answer.read(PIECE):
        yield piece
        if time.monotonic() > deadline:
            raise TimeoutError
    if answer.length:
        raise HTTPException("the file ended before its announced length")


def _loopback(url: str, reason: str) -> SplitResult:
    """The parts of an address on this machine; any other host is one that cannot be reached from here."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        is_ours = (host == "localhost" or ipaddress.ip_address(host).is_loopback) and parts.port != 0
    except ValueError as error:
        raise PullFailed(reason) from error
    if parts.scheme != "http" or not is_ours or "@" in parts.netloc:
        raise PullFailed(reason)
    return parts


def _pinned(parts: SplitResult) -> str:
    """The address itself, so that no resolver has a say in where the request goes."""
    host = parts.hostname or ""
    return "127.0.0.1" if host == "localhost" else host
