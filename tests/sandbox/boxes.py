"""Video files with the headers asked for and no pictures: all that a simulated network reads of a film."""

from __future__ import annotations

import struct


def mp4(
    seconds: float = 30,
    size: tuple[int, int] = (720, 1280),
    frames: float = 25,
    brand: bytes = b"isom",
    pad: int = 64,
    sound: bytes = b"mp4a",
) -> bytes:
    """A film of that length, size and rate, with `pad` bytes instead of pictures; without `sound` a silent one."""
    lasts = int(seconds * 1000)
    header = bytes(12) + struct.pack(">II", 1000, lasts) + bytes(80)
    seen = _track(b"vide", lasts, bytes(24) + struct.pack(">HH", *size) + bytes(50), b"avc1", round(seconds * frames))
    heard = _track(b"soun", lasts, bytes(16) + struct.pack(">HH", 2, 16) + bytes(8), sound, 1) if sound else b""
    movie = _box(b"moov", _box(b"mvhd", header) + seen + heard)
    return _box(b"ftyp", brand + bytes(4) + b"isomiso2") + _box(b"mdat", bytes(pad)) + movie


def headless() -> bytes:
    """It begins as a film does, and its header is not there."""
    return _box(b"ftyp", b"isom" + bytes(4) + b"isomiso2") + _box(b"mdat", bytes(64))


def _track(kind: bytes, lasts: int, entry: bytes, code: bytes, samples: int) -> bytes:
    table = _box(
        b"stbl",
        _box(b"stsd", struct.pack(">II", 0, 1) + _box(code, entry))
        + _box(b"stts", struct.pack(">IIII", 0, 1, samples, 40)),
    )
    parts = _box(b"mdhd", bytes(12) + struct.pack(">II", 1000, lasts) + bytes(4))
    return _box(b"trak", _box(b"mdia", parts + _box(b"hdlr", bytes(8) + kind + bytes(13)) + _box(b"minf", table)))


def _box(name: bytes, inner: bytes) -> bytes:
    return (len(inner) + 8).to_bytes(4, "big") + name + inner
