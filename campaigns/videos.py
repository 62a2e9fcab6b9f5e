"""Videos: what may come in (MP4, MOV, WebM), what is taken out, and the picture that stands for them.

Out go all notes of the camera, data tracks and chapters. The tracks are copied, never encoded anew, and the file is
known by its hash from then on. campaigns.film_tools does the work.
"""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from PIL import Image

from accounts.models import Organisation
from campaigns import film_tools, media
from campaigns.film_tools import Film, ToolFailed
from campaigns.models import MediaFile
from chain.actors import Actor
from chain.errors import Invalid

MATROSKA, MOV = "matroska", "mov"
STILL_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"mif1", b"msf1", b"avif", b"avis")
ATOMS = (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip")
SUFFIXES = (".mp4", ".m4v", ".mov", ".webm", ".mkv", ".avi", ".mpg", ".mpeg", ".wmv", ".3gp")
MIME = {"mp4": "video/mp4", "mov": "video/quicktime", "webm": "video/webm"}
IN_MP4 = {"h264", "hevc", "av1", "mpeg4", "vp9"}, {"", "aac", "mp3", "ac3", "opus"}
IN_WEBM = {"vp8", "vp9", "av1"}, {"", "opus", "vorbis"}
POSTER_SIDE = 1920
FRAME_AT_MS = 1000


@dataclass(frozen=True)
class Made:
    """A finished file on disk with what stands in it, and its poster as Pillow encoded it."""

    path: Path
    kind: str
    film: Film
    poster: tuple[bytes, str, int, int]


def demuxer_of(head: bytes) -> str:
    """By which reading the first bytes of a file may be a video: "" where they are none's, whatever the name said."""
    if head[:4] == b"\x1aE\xdf\xa3":
        return MATROSKA
    return MOV if head[4:8] in ATOMS and head[8:12] not in STILL_BRANDS else ""


def upload(*, organisation: Organisation, file: Any, name: str, actor: Actor) -> MediaFile:
    """Take a video in, whose writer may do so. The same tracks twice are the same MediaFile.

    Raises Invalid with what is wrong, also where this server cannot take videos.
    """
    if absent := film_tools.missing_programs():
        raise cannot_here(absent)
    if file.size > settings.VIDEO_MAX_BYTES:
        raise too_heavy()
    with workplace(organisation.pk) as folder:
        made = finished(on_disk(file, folder), folder)
        return store(organisation, made, name, actor)


@contextmanager
def workplace(organisation_id: int) -> Iterator[Path]:
    """A folder on the disk of the stored files, gone afterwards whatever happened; by its name no backup takes it."""
    home = Path(settings.MEDIA_ROOT) / str(organisation_id)
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    with tempfile.TemporaryDirectory(dir=home, prefix="incoming-", suffix=".tmp") as folder:
        yield Path(folder)


def on_disk(file: Any, folder: Path) -> Path:
    """Where the upload lies: Django keeps a large one in a file already."""
    if hasattr(file, "temporary_file_path"):
        return Path(file.temporary_file_path())
    path = folder / "given"
    with path.open("wb") as given:
        for chunk in file.chunks():
            given.write(chunk)
    return path


def finished(path: Path, folder: Path) -> Made:
    with path.open("rb") as opened:
        demuxer = demuxer_of(opened.read(16))
    if not demuxer:
        raise broken()
    given = examined(path, demuxer)
    kind, muxer = kind_of(demuxer, given)
    final = folder / "final"
    try:
        most = settings.VIDEO_MAX_BYTES
        film_tools.remux(path, demuxer, given, final, muxer, seconds=settings.VIDEO_TOOL_SECONDS, most_bytes=most)
    except ToolFailed as error:
        raise broken() from error
    film = examined(final, demuxer)
    if is_cut_short(given, film):
        raise broken()
    return Made(final, kind, film, poster_of(final, demuxer, film, folder))


def examined(path: Path, demuxer: str) -> Film:
    try:
        film = film_tools.probe(path, demuxer, seconds=settings.VIDEO_TOOL_SECONDS)
    except ToolFailed as error:
        raise broken() from error
    if film is None:
        raise Invalid(_("There is no moving picture in this file."), code="video_without_picture", field="file")
    if film.width * film.height > settings.MEDIA_MAX_PIXELS:
        raise Invalid(
            _("The picture of this video is too large. Save it smaller, 1920 by 1080 say, and add it again."),
            code="video_too_many_pixels",
            field="file",
        )
    return film


def kind_of(demuxer: str, film: Film) -> tuple[str, str]:
    """What it becomes and ffmpeg's name for writing it. Raises Invalid for tracks that neither kind holds."""
    for kind, holds in (("mp4", IN_MP4),) if demuxer == MOV else (("webm", IN_WEBM),):
        if film.video_codec in holds[0] and film.audio_codec in holds[1]:
            return kind, kind
    raise Invalid(
        format_lazy(
            _("This video is not played everywhere ({tracks}). Save it as MP4 with H.264 and AAC, then add it."),
            tracks=" + ".join(filter(None, (film.video_codec, film.audio_codec))),
        ),
        code="video_kind",
        field="file",
    )


def is_cut_short(given: Film, film: Film) -> bool:
    """Whether less could be copied than the file says that it holds; some files say nothing beforehand."""
    if not film.duration_ms:
        return True
    return given.duration_ms - film.duration_ms > max(1000, given.duration_ms // 20)


def poster_of(path: Path, demuxer: str, film: Film, folder: Path) -> tuple[bytes, str, int, int]:
    to, at = folder / "frame.png", min(FRAME_AT_MS, film.duration_ms // 2)
    try:
        most = settings.MEDIA_MAX_PIXELS * 4
        film_tools.frame(path, demuxer, at, to, seconds=settings.VIDEO_TOOL_SECONDS, most_bytes=most)
        with Image.open(to, formats=("PNG",)) as opened:
            picture = opened.convert("RGB")
    except (ToolFailed, *media.BROKEN) as error:
        raise broken() from error
    picture.thumbnail((POSTER_SIDE, POSTER_SIDE))
    return media.encode(picture, "JPEG")


def store(organisation: Organisation, made: Made, name: str, actor: Actor) -> MediaFile:
    with made.path.open("rb") as opened:
        sha256 = media.hash_of(opened)
    size = made.path.stat().st_size
    media.move_once(made.path, media.path_of(organisation.pk, sha256))
    film = made.film
    told = {
        "mime_type": MIME[made.kind],
        "size": size,
        "width": film.width,
        "height": film.height,
        "duration_ms": film.duration_ms,
        "video_codec": film.video_codec,
        "audio_codec": film.audio_codec,
        "frame_rate": film.frame_rate,
        "bit_rate": film.bit_rate,
        "poster": media.store(organisation, made.poster, f"{name}.jpg", actor),
    }
    return media.enter(organisation, sha256, told, name, actor)


def broken() -> Invalid:
    return Invalid(
        _("This file is not a whole MP4, MOV or WebM video. Play it to its end, save it again, then add it."),
        code="video_broken",
        field="file",
    )


def too_heavy() -> Invalid:
    megabytes = settings.VIDEO_MAX_BYTES // (1024 * 1024)
    return Invalid(
        format_lazy(_("This video is over {limit} MB. Save it smaller and add it again."), limit=megabytes),
        code="media_too_heavy",
        field="file",
    )


def cannot_here(absent: list[str]) -> Invalid:
    said: str | Promise = format_lazy(
        _("This server cannot take videos yet: {programs} is missing. Ask your administrator to install ffmpeg."),
        programs=", ".join(absent),
    )
    return Invalid(said, code="video_tools_missing", field="file")
