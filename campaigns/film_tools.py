"""ffprobe and ffmpeg, Debian's, as bounded child processes that may open nothing but the one file they are given.

Owns the limits of time, memory and output, and what is read off a file; which videos are taken is for campaigns.videos.
"""

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

PROGRAMS = ("ffprobe", "ffmpeg")
MEMORY_KIB = 2 * 1024 * 1024
ANSWER_BYTES = 256 * 1024
LIMITED = 'ulimit -v "$1" && ulimit -f "$2" && ulimit -t "$3" && shift 3 && exec "$@"'
"""Limits of the shell that becomes the program: memory in KiB, what it writes in 512 bytes, processor seconds."""
QUIET = ("-nostdin", "-v", "error", "-threads", "1")
PROBED = (
    "format=duration,bit_rate:stream=index,codec_type,codec_name,width,height,sample_aspect_ratio,avg_frame_rate"
    ":stream_disposition=attached_pic:stream_side_data=rotation"
)


class ToolFailed(Exception):
    """The program said no, took too long or wanted too much: the file is not what it should be."""


@dataclass(frozen=True)
class Film:
    """What stands in a video file; `picture` and `sound` are the tracks' numbers. Units as in networks.types.Media."""

    picture: int
    sound: int | None
    width: int
    height: int
    duration_ms: int
    video_codec: str
    audio_codec: str
    frame_rate: int
    bit_rate: int


def missing_programs() -> list[str]:
    return [name for name in PROGRAMS if shutil.which(name) is None]


def probe(path: Path, demuxer: str, *, seconds: float) -> Film | None:
    """What ffprobe reads in a file that must be of the container of `demuxer`; None where no picture track is in it.

    Raises ToolFailed.
    """
    command = ["ffprobe", "-v", "error", *only(demuxer), "-show_entries", PROBED, "-of", "json", f"file:{path}"]
    try:
        told = json.loads(run(command, seconds=seconds, most_bytes=ANSWER_BYTES))
        return film_in(told)
    except (ValueError, TypeError, KeyError, ZeroDivisionError, AttributeError) as error:
        raise ToolFailed("ffprobe's answer could not be read") from error


def remux(path: Path, demuxer: str, film: Film, to: Path, muxer: str, *, seconds: float, most_bytes: int) -> None:
    """One picture track and one sound track, their bytes as they are; no notes, chapters, subtitles or data tracks.

    The same tracks give the same file. Raises ToolFailed.
    """
    tracks = [film.picture, *([film.sound] if film.sound is not None else [])]
    chosen = [word for track in tracks for word in ("-map", f"0:{track}")]
    clean = ("-map_metadata", "-1", "-map_chapters", "-1", "-sn", "-dn", "-c", "copy")
    exact = ("-fflags", "+bitexact", "-flags:v", "+bitexact", "-flags:a", "+bitexact")
    tag = ("-tag:v", "hvc1") if film.video_codec == "hevc" and muxer == "mp4" else ()
    first = ("-movflags", "+faststart") if muxer in ("mp4", "mov") else ()
    command = ["ffmpeg", *QUIET, "-xerror", *only(demuxer), "-i", f"file:{path}", *chosen, *clean, *exact, *tag]
    run([*command, *first, "-f", muxer, f"file:{to}"], seconds=seconds, most_bytes=most_bytes)


def frame(path: Path, demuxer: str, at_ms: int, to: Path, *, seconds: float, most_bytes: int) -> None:
    """One frame, upright and with square pixels, as a PNG. Raises ToolFailed."""
    seen = ("-map", "0:v:0", "-frames:v", "1", "-vf", "scale=iw*sar:ih,setsar=1", "-c:v", "png", "-f", "image2")
    command = ["ffmpeg", *QUIET, *only(demuxer), "-ss", f"{at_ms / 1000:.3f}", "-i", f"file:{path}", *seen]
    run([*command, "-update", "1", f"file:{to}"], seconds=seconds, most_bytes=most_bytes)


def only(demuxer: str) -> tuple[str, ...]:
    """No other protocol than the file itself, and no other reading of it: a play list could name other files."""
    return "-protocol_whitelist", "file", "-f", demuxer


def run(command: list[str], *, seconds: float, most_bytes: int) -> bytes:
    """What the program wrote to its standard output. Raises ToolFailed."""
    limits = [str(MEMORY_KIB), str(most_bytes // 512 + 1), str(int(seconds) + 1)]
    with tempfile.TemporaryFile() as out:
        try:
            ended = subprocess.run(
                ["/bin/sh", "-c", LIMITED, "sh", *limits, *command],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.DEVNULL,
                env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"},
                timeout=seconds,
                check=False,
            )
        except (subprocess.TimeoutExpired, OSError) as error:
            raise ToolFailed(type(error).__name__) from error
        if ended.returncode:
            raise ToolFailed(f"{command[0]} ended with {ended.returncode}")
        out.seek(0)
        return out.read(ANSWER_BYTES)


def film_in(told: Mapping[str, Any]) -> Film | None:
    streams, whole = told["streams"], told.get("format", {})
    pictures = [one for one in streams if one["codec_type"] == "video" and not is_cover(one)]
    sounds = [one for one in streams if one["codec_type"] == "audio"]
    if not pictures:
        return None
    seen, heard = pictures[0], sounds[0] if sounds else None
    width, height = sides_of(seen)
    return Film(
        picture=seen["index"],
        sound=heard["index"] if heard else None,
        width=width,
        height=height,
        duration_ms=round(float(whole.get("duration", 0)) * 1000),
        video_codec=str(seen.get("codec_name", ""))[:20],
        audio_codec=str(heard.get("codec_name", "unknown"))[:20] if heard else "",
        frame_rate=round(1000 * ratio_of(seen.get("avg_frame_rate", ""), "/")),
        bit_rate=int(whole.get("bit_rate", 0)),
    )


def is_cover(stream: Mapping[str, Any]) -> bool:
    return bool(stream.get("disposition", {}).get("attached_pic"))


def sides_of(stream: Mapping[str, Any]) -> tuple[int, int]:
    """Width and height as they are seen: with square pixels, and turned as the camera was held."""
    shape = ratio_of(stream.get("sample_aspect_ratio", ""), ":") or 1
    width, height = round(int(stream["width"]) * shape), int(stream["height"])
    turns = [int(data["rotation"]) for data in stream.get("side_data_list", []) if "rotation" in data]
    return (height, width) if turns and turns[0] % 180 else (width, height)


def ratio_of(value: str, sign: str) -> Fraction:
    """A ratio as ffprobe writes it; 0 where it says nothing."""
    over, found, under = value.partition(sign)
    return Fraction(int(over), int(under)) if found and int(under) else Fraction(0)
