"""Tiny videos for the tests, drawn by ffmpeg's own test sources; nothing is stored in the repository."""

import shutil
import subprocess
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

needs_ffmpeg = pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="ffmpeg is not installed")
NOTES = ("-metadata", "title=secret title", "-metadata", "location=+33.5731-007.5898/", "-metadata:s:v", "title=Alice")

SPOKEN_SRT = (
    "1\r\n00:00:00,000 --> 00:00:01,500\r\nالسلام عليكم\r\n\r\n2\n00:00:01,500 --> 00:00:02,000\nوعليكم السلام\n"
)


@cache
def film(kind: str = "mp4", *more: str, seconds: float = 2, size: str = "320x180", sound: bool = True) -> bytes:
    """A moving test picture with a tone: MP4 and MOV with H.264 and AAC, WebM with VP8 and Vorbis."""
    codecs = ("-c:v", "libvpx", "-c:a", "libvorbis") if kind == "webm" else ("-c:v", "libx264", "-c:a", "aac")
    tone = ("-f", "lavfi", "-i", f"sine=frequency=440:duration={seconds}") if sound else ()
    drawn = ("-f", "lavfi", "-i", f"testsrc=size={size}:rate=25:duration={seconds}", *tone)
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"film.{kind}"
        command = ["ffmpeg", "-v", "error", *drawn, "-pix_fmt", "yuv420p", *codecs, *NOTES, *more, str(path)]
        subprocess.run(command, check=True)
        return path.read_bytes()
