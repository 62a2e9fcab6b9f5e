"""Owns what the simulated YouTube makes of a video file: in which container it comes, and how long it plays.

Source (read 2026-11): https://support.google.com/youtube/troubleshooter/2888402 (supported containers).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sandbox.films import film_at

BEGINNINGS: tuple[tuple[int, bytes, str], ...] = (
    (4, b"ftyp", "mov,mp4"), (4, b"moov", "mov,mp4"), (4, b"wide", "mov,mp4"), (4, b"mdat", "mov,mp4"),
    (4, b"free", "mov,mp4"), (0, b"\x1a\x45\xdf\xa3", "matroska,webm"), (8, b"AVI ", "avi"), (0, b"FLV", "flv"),
    (0, b"\x00\x00\x01\xba", "mpeg"), (0, b"\x00\x00\x01\xb3", "mpeg"), (0, b"\x30\x26\xb2\x75", "asf"),
    (0, b"\x47", "mpegts"),
)  # fmt: skip
"""(where, what stands there, container)"""


@dataclass(frozen=True)
class Upload:
    """`container` is empty where the file is no video that is known; `seconds` 0 where its header does not tell."""

    container: str
    seconds: float


def upload_at(path: Path) -> Upload:
    with path.open("rb") as file:
        head = file.read(16)
    kinds = (kind for at, mark, kind in BEGINNINGS if head[at : at + len(mark)] == mark)
    return Upload(next(kinds, ""), film_at(path).seconds or 0.0)
