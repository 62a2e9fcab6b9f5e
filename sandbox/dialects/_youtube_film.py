"""Owns what the simulated YouTube reads out of a video file without ever holding it whole: its kind, how long it plays.

Sources (read 2026-11): https://support.google.com/youtube/troubleshooter/2888402 (supported containers), and for the
length of those of the MPEG-4 family ISO/IEC 14496-12 (boxes of a length and a name; `moov` holds `mvhd`).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

BEGINNINGS: tuple[tuple[int, bytes, str], ...] = (
    (4, b"ftyp", "mov,mp4"), (4, b"moov", "mov,mp4"), (4, b"wide", "mov,mp4"), (4, b"mdat", "mov,mp4"),
    (4, b"free", "mov,mp4"), (0, b"\x1a\x45\xdf\xa3", "matroska,webm"), (8, b"AVI ", "avi"), (0, b"FLV", "flv"),
    (0, b"\x00\x00\x01\xba", "mpeg"), (0, b"\x00\x00\x01\xb3", "mpeg"), (0, b"\x30\x26\xb2\x75", "asf"),
    (0, b"\x47", "mpegts"),
)  # fmt: skip
"""(where, what stands there, container)"""


@dataclass(frozen=True)
class Film:
    """`container` is empty where the file is no video that is known; `seconds` 0 where its header does not tell."""

    container: str
    seconds: float


def film_of(path: Path) -> Film:
    with path.open("rb") as file:
        head = file.read(16)
        kinds = (kind for at, mark, kind in BEGINNINGS if head[at : at + len(mark)] == mark)
        container = next(kinds, "")
        return Film(container, _seconds(file, path.stat().st_size) if container == "mov,mp4" else 0.0)


def _seconds(file: BinaryIO, size: int) -> float:
    movie = next((span for name, *span in _boxes(file, 0, size) if name == b"moov"), None)
    header = next((span for name, *span in _boxes(file, *movie) if name == b"mvhd"), None) if movie else None
    if header is None:
        return 0.0
    file.seek(header[0])
    content = file.read(32)
    form, at = (">IQ", 20) if content[:1] == b"\x01" else (">II", 12)
    if len(content) < at + struct.calcsize(form):
        return 0.0
    scale, duration = struct.unpack_from(form, content, at)
    return duration / scale if scale else 0.0


def _boxes(file: BinaryIO, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """(name, where its content starts, where it ends); a length of 1 means that the real one follows the name."""
    while start + 8 <= end:
        file.seek(start)
        head = file.read(16)
        length, content = int.from_bytes(head[:4], "big"), start + 8
        if length == 1:
            length, content = int.from_bytes(head[8:16], "big"), start + 16
        after = end if length == 0 else start + length
        if after < content:
            return
        yield head[4:8], content, min(after, end)
        start = after
