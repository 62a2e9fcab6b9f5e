"""Owns what the simulated Instagram reads out of a video file: its type, and how long it plays.

Sources (read 2026-11): the specifications of reels on
https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-user/media, and the file format
of ISO/IEC 14496-12 (boxes of a length and a name; `mvhd` within `moov` has the time scale and the duration).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

PLAYS = (3.0, 15 * 60.0)
"""Seconds that a reel lasts at least and at most."""


def type_of(content: bytes) -> str:
    """By the first box: `ftyp` with its brand, or one with which older QuickTime files begin; empty for any other."""
    box, brand = content[4:8], content[8:12]
    if box == b"ftyp":
        return "video/quicktime" if brand == b"qt  " else "video/mp4"
    return "video/quicktime" if box in (b"moov", b"wide", b"mdat") else ""


def seconds_of(content: bytes) -> float | None:
    """None where the header that tells it is not there, or beyond what was kept of the file."""
    movie = next((inner for name, inner in _boxes(content) if name == b"moov"), b"")
    header = next((inner for name, inner in _boxes(movie) if name == b"mvhd"), b"")
    if len(header) < 20:
        return None
    if header[0] == 1:
        scale, duration = struct.unpack(">IQ", header[20:32]) if len(header) >= 32 else (0, 0)
    else:
        scale, duration = struct.unpack(">II", header[12:20])
    return duration / scale if scale else None


def _boxes(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """(name, what is in it), as far as the content goes; a length of 1 means that the real one follows the name."""
    at = 0
    while at + 8 <= len(content):
        length, start = int.from_bytes(content[at : at + 4], "big"), at + 8
        if length == 1:
            length, start = int.from_bytes(content[at + 8 : at + 16], "big"), at + 16
        end = len(content) if length == 0 else at + length
        if end < start:
            return
        yield content[at + 4 : at + 8], content[start:end]
        at = end
