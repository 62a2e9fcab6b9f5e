"""Owns how the simulated networks of one house get a picture or a video: from the address that a container names.

The networks read from the whole internet; these only from this machine's own loopback addresses, follow no redirect,
and bound sizes and times. Source of the name that they fetch under (read 2026-11):
https://developers.facebook.com/docs/sharing/webmasters/web-crawlers
"""

from __future__ import annotations

import ipaddress
import time
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPResponse
from urllib.parse import SplitResult, urlsplit

KEPT_BYTES = 64 * 1024 * 1024
CHUNK = 256 * 1024
CONNECT_SECONDS = 5.0
WHOLE_SECONDS = 60.0
CRAWLER = "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)"


class NotFetched(Exception):
    """Nothing whole came from there."""


class TooSlow(NotFetched):
    """It was given up."""


@dataclass(frozen=True)
class Fetched:
    """`size` is that of the whole file; of a very long one only the beginning is kept."""

    content: bytes
    size: int


def fetch(url: str, most: int) -> Fetched:
    """The file at a loopback address; one longer than `most` is told by a size above it. Raises NotFetched."""
    parts = _loopback(url)
    deadline = time.monotonic() + WHOLE_SECONDS
    connection = HTTPConnection(_pinned(parts), parts.port or 80, timeout=CONNECT_SECONDS)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        connection.request("GET", path, headers={"Host": parts.netloc, "User-Agent": CRAWLER, "Accept": "*/*"})
        answer = connection.getresponse()
        if answer.status != 200:
            raise NotFetched(url)
        return _read(answer, most, deadline)
    except TimeoutError as error:
        raise TooSlow(url) from error
    except (OSError, HTTPException, ValueError) as error:
        raise NotFetched(url) from error
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
        raise NotFetched(url) from error
    if parts.scheme != "http" or not is_ours or "@" in parts.netloc:
        raise NotFetched(url)
    return parts


def _pinned(parts: SplitResult) -> str:
    """The address itself, so that no resolver has a say in where the request goes."""
    host = parts.hostname or ""
    return "127.0.0.1" if host == "localhost" else host
