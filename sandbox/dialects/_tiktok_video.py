"""Owns what the simulated TikTok reads out of a video file, piece by piece from the disk, and what it refuses of it.

Sources (read 2026-11): the restrictions of videos on
https://developers.tiktok.com/doc/content-posting-api-media-transfer-guide, and the file format of ISO/IEC 14496-12
(boxes of a length and a name). Of a WebM file only its type is read.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

SIDES = (360, 4096)
"""Pixels of width and of height."""
FRAMES = (23.0, 60.0)
"""Frames in a second; a rounding error is not one too few."""
HEADER_BYTES = 16 * 1024 * 1024
EBML = b"\x1aE\xdf\xa3"


@dataclass(frozen=True)
class Facts:
    """`mime` is empty where the file is none of the types; a figure is 0 where its header does not tell it."""

    mime: str
    seconds: float = 0.0
    width: int = 0
    height: int = 0
    frames: float = 0.0


def facts_of(path: Path) -> Facts:
    with path.open("rb") as file:
        head = file.read(16)
        if head.startswith(EBML):
            return Facts("video/webm")
        if head[4:8] not in (b"ftyp", b"moov", b"wide", b"mdat"):
            return Facts("")
        movie = _movie(file, os.fstat(file.fileno()).st_size)
    if movie is None:
        return Facts("")
    is_mp4 = head[4:8] == b"ftyp" and head[8:12] != b"qt  "
    return _told("video/mp4" if is_mp4 else "video/quicktime", movie)


def fail_reason(facts: Facts, longest: float) -> str:
    """The documented reason for which processing fails; empty for a file that will do. `longest` in seconds."""
    if not facts.mime:
        return "file_format_check_failed"
    if facts.seconds > longest:
        return "duration_check_failed"
    if facts.frames and not FRAMES[0] <= round(facts.frames, 1) <= FRAMES[1]:
        return "frame_rate_check_failed"
    sides = (facts.width, facts.height)
    if any(side and not SIDES[0] <= side <= SIDES[1] for side in sides):
        return "picture_size_check_failed"
    return ""


def _movie(file: BinaryIO, size: int) -> bytes | None:
    """The box with the headers, wherever in the file it stands."""
    at = 0
    while at + 8 <= size:
        file.seek(at)
        head = file.read(16)
        length, name = int.from_bytes(head[:4], "big"), head[4:8]
        start = at + 8
        if length == 1:
            length, start = int.from_bytes(head[8:16], "big"), at + 16
        end = size if length == 0 else at + length
        if name == b"moov":
            file.seek(start)
            return file.read(min(end - start, HEADER_BYTES))
        if end <= at:
            return None
        at = end
    return None


def _told(mime: str, movie: bytes) -> Facts:
    scale, duration = _time(_first(movie, b"mvhd"))
    seconds = duration / scale if scale else 0.0
    for name, track in _boxes(movie):
        media = _first(track, b"mdia") if name == b"trak" else b""
        if _first(media, b"hdlr")[8:12] == b"vide":
            return _of_track(mime, seconds, media)
    return Facts(mime, seconds)


def _of_track(mime: str, seconds: float, media: bytes) -> Facts:
    table = _first(_first(media, b"minf"), b"stbl")
    entry = _first(table, b"stsd")[8:]
    width, height = struct.unpack(">HH", entry[32:36]) if len(entry) >= 36 else (0, 0)
    scale, duration = _time(_first(media, b"mdhd"))
    lasts = duration / scale if scale else 0.0
    return Facts(mime, seconds, width, height, _samples(_first(table, b"stts")) / lasts if lasts else 0.0)


def _samples(times: bytes) -> int:
    count = int.from_bytes(times[4:8], "big")
    return sum(int.from_bytes(times[8 + 8 * at : 12 + 8 * at], "big") for at in range(min(count, len(times) // 8)))


def _time(header: bytes) -> tuple[int, int]:
    """Time scale and duration of `mvhd` or `mdhd`."""
    if len(header) >= 32 and header[0] == 1:
        scale, duration = struct.unpack(">IQ", header[20:32])
        return int(scale), int(duration)
    if len(header) >= 20:
        scale, duration = struct.unpack(">II", header[12:20])
        return int(scale), int(duration)
    return 0, 0


def _first(content: bytes, wanted: bytes) -> bytes:
    return next((inner for name, inner in _boxes(content) if name == wanted), b"")


def _boxes(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 0
    while at + 8 <= len(content):
        length, start = int.from_bytes(content[at : at + 4], "big"), at + 8
        if length == 1:
            length, start = int.from_bytes(content[at + 8 : at + 16], "big"), at + 16
        end = len(content) if length == 0 else at + length
        if end <= at:
            return
        yield content[at + 4 : at + 8], content[start:end]
        at = end
