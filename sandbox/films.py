"""Owns what the simulated networks read out of a video file, wherever its headers stand and without holding it whole.

The format is that of ISO/IEC 14496-12: boxes of a length and a name; `moov` holds the headers, `mvhd` in it how long
the film plays, a `trak` for its pictures and one for its sound. Of a WebM file or a transport stream only the type is
read. What a network takes of it is told by its dialect.
"""

from __future__ import annotations

import io
import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from PIL import Image, ImageDraw

MP4, QUICKTIME, WEBM, TRANSPORT = "video/mp4", "video/quicktime", "video/webm", "video/mp2t"
HEADER_BYTES = 16 * 1024 * 1024
EBML = b"\x1aE\xdf\xa3"


@dataclass(frozen=True)
class Film:
    """`mime` is empty where the file is no film that is known; `seconds` None where no header tells it.

    A figure is 0 where its header does not tell it. `sound` is the code of the sound's format, empty without a sound.
    """

    mime: str
    seconds: float | None = None
    width: int = 0
    height: int = 0
    frames: float = 0.0
    sound: str = ""

    @property
    def facts(self) -> dict[str, float | int | str | None]:
        """What is kept of it beside its bytes."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__ if name != "mime"}


def film_at(path: Path) -> Film:
    with path.open("rb") as file:
        return _read(file, os.fstat(file.fileno()).st_size)


def film_in(content: bytes) -> Film:
    """Of a file, or of its beginning."""
    return _read(io.BytesIO(content), len(content))


def type_of(head: bytes) -> str:
    """By its first 189 bytes: `ftyp` with its brand, or a box with which older QuickTime files begin."""
    box, brand = head[4:8], head[8:12]
    if head.startswith(EBML):
        return WEBM
    if box == b"ftyp":
        return QUICKTIME if brand == b"qt  " else MP4
    if box in (b"moov", b"wide", b"mdat", b"free"):
        return QUICKTIME
    return TRANSPORT if head[:1] == b"G" and head[188:189] == b"G" else ""


def _read(file: BinaryIO, size: int) -> Film:
    mime = type_of(file.read(189))
    movie = _movie(file, size) if mime in (MP4, QUICKTIME) else b""
    scale, lasts = _time(_first(movie, b"mvhd"))
    if not scale:
        return Film(mime)
    tracks = [_first(track, b"mdia") for name, track in _boxes(movie) if name == b"trak"]
    seen = next((one for one in tracks if _kind(one) == b"vide"), b"")
    heard = next((one for one in tracks if _kind(one) == b"soun"), b"")
    return Film(mime, lasts / scale, *_sides(seen), _frames(seen), _code(heard))


def _movie(file: BinaryIO, size: int) -> bytes:
    """The box with the headers, wherever in the file it stands; empty where it is not there."""
    at = 0
    while at + 8 <= size:
        file.seek(at)
        head = file.read(16)
        length, name, start = int.from_bytes(head[:4], "big"), head[4:8], at + 8
        if length == 1:
            length, start = int.from_bytes(head[8:16], "big"), at + 16
        end = size if length == 0 else at + length
        if end < start:
            return b""
        if name == b"moov":
            file.seek(start)
            return file.read(min(end - start, HEADER_BYTES))
        at = end
    return b""


def _kind(media: bytes) -> bytes:
    return _first(media, b"hdlr")[8:12]


def _table(media: bytes) -> bytes:
    return _first(_first(media, b"minf"), b"stbl")


def _sides(media: bytes) -> tuple[int, int]:
    entry = _first(_table(media), b"stsd")[8:]
    width, height = struct.unpack(">HH", entry[32:36]) if len(entry) >= 36 else (0, 0)
    return int(width), int(height)


def _frames(media: bytes) -> float:
    """In a second."""
    scale, lasts = _time(_first(media, b"mdhd"))
    times = _first(_table(media), b"stts")
    count = min(int.from_bytes(times[4:8], "big"), len(times) // 8)
    samples = sum(int.from_bytes(times[8 + 8 * at : 12 + 8 * at], "big") for at in range(count))
    return samples * scale / lasts if lasts else 0.0


def _code(media: bytes) -> str:
    """Of the track's format. How many loudspeakers a sound is for stands deeper in the file."""
    return _first(_table(media), b"stsd")[12:16].decode("latin-1")


def _time(header: bytes) -> tuple[int, int]:
    """Time scale and duration of `mvhd` or `mdhd`."""
    form, at = (">IQ", 20) if header[:1] == b"\x01" else (">II", 12)
    if len(header) < at + struct.calcsize(form):
        return 0, 0
    scale, duration = struct.unpack_from(form, header, at)
    return int(scale), int(duration)


def _first(content: bytes, wanted: bytes) -> bytes:
    return next((inner for name, inner in _boxes(content) if name == wanted), b"")


def _boxes(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """(name, what is in it); a length of 1 means that the real one follows the name, 0 that it is the rest."""
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


def still(width: int, height: int) -> bytes:
    """The picture that stands for a film, as a JPEG: frames are not read out of films here, so all look alike."""
    share = min(1.0, 640 / max(width, height, 1))
    size = (max(2, round(width * share)), max(2, round(height * share))) if width and height else (640, 360)
    picture = Image.new("RGB", size, "#555555")
    across, middle, arm = size[0] / 2, size[1] / 2, min(size) / 8
    corners = [(across - arm, middle - arm), (across - arm, middle + arm), (across + arm, middle)]
    ImageDraw.Draw(picture).polygon(corners, fill="#eeeeee")
    target = io.BytesIO()
    picture.save(target, "JPEG")
    return target.getvalue()


def length_of(seconds: float) -> str:
    """As people write it: 0:30, 1:02:05."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
