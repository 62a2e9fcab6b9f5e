"""Owns the files that a benchmark publishes: pictures, a real film of any size, and the address that serves them.

Each stands in one folder under its hash, so that it can be opened, or fetched by a network that wants an address.
"""

import hashlib
import random
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import BinaryIO

from PIL import Image

from networks.types import Media

SIDE = 1080
FILM_SIDES = (640, 360)
FILM_SECONDS, FRAMES = 66, 25
"""So long that 200 MB of it stay under 25 Mbit/s."""
MIME_TYPES = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}
BOX = 8
"""Bytes of the head of an MP4's box."""


@dataclass(frozen=True)
class Stored:
    """networks.base.MediaSource over the folder, served at `outside`."""

    folder: Path
    outside: str

    def open(self, sha256: str) -> BinaryIO:
        return self._path(sha256).open("rb")

    def address(self, sha256: str) -> str:
        return f"{self.outside}/{self._path(sha256).name}"

    def _path(self, sha256: str) -> Path:
        return next(self.folder.glob(f"{sha256}.*"))


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *arguments: object) -> None:
        """Nobody reads it."""


@contextmanager
def served(folder: Path) -> Iterator[Stored]:
    """On a free port of 127.0.0.1, until the block ends."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield Stored(folder, f"http://127.0.0.1:{server.server_port}")
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def picture(folder: Path, number: int, mime_type: str) -> Media:
    """About a megabyte of noise, which no format makes small; another one for each number."""
    noise = random.Random(number).randbytes(SIDE * SIDE)  # noqa: S311 (a picture, not a secret)
    path = folder / "picture"
    Image.frombytes("L", (SIDE, SIDE), noise).convert("RGB").save(path, MIME_TYPES[mime_type], quality=75)
    return kept(path, Media("", mime_type, 0, SIDE, SIDE, "صورة القياس"))


def shot(folder: Path) -> Path:
    """A film of about a megabyte, as ffmpeg's own test sources draw it: H.264 and AAC."""
    width, height = FILM_SIDES
    drawn = ("-f", "lavfi", "-i", f"testsrc=size={width}x{height}:rate={FRAMES}:duration={FILM_SECONDS}")
    tone = ("-f", "lavfi", "-i", f"sine=frequency=440:duration={FILM_SECONDS}")
    codecs = ("-pix_fmt", "yuv420p", "-c:v", "libx264", "-preset", "ultrafast", "-crf", "30", "-c:a", "aac")
    path = folder / "shot.mp4"
    subprocess.run(["ffmpeg", "-v", "error", *drawn, *tone, *codecs, "-y", str(path)], check=True)
    return path


def film(folder: Path, shot: Path, size: int = 0) -> Media:
    """The same film, made `size` bytes long by a `free` box at its end; as long as it is where `size` is less."""
    path = folder / "film"
    shutil.copyfile(shot, path)
    free = size - path.stat().st_size
    if free >= BOX:
        with path.open("r+b") as file:
            file.seek(0, 2)
            file.write(free.to_bytes(4, "big") + b"free")
            file.truncate(size)
    about = Media("", "video/mp4", 0, *FILM_SIDES, "", FILM_SECONDS * 1000, "h264", "aac", FRAMES * 1000)
    return kept(path, replace(about, bit_rate=path.stat().st_size * 8 // FILM_SECONDS))


def poster(folder: Path) -> Media:
    path = folder / "poster"
    Image.new("RGB", FILM_SIDES, "#345").save(path, "JPEG")
    return kept(path, Media("", "image/jpeg", 0, *FILM_SIDES, ""))


def kept(path: Path, about: Media) -> Media:
    """The file under its hash, which `about` is told with the size."""
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    size = path.stat().st_size
    path.replace(path.with_name(f"{sha256}.{about.mime_type.partition('/')[2]}"))
    return replace(about, sha256=sha256, size=size)
