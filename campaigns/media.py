"""Pictures: checked and re-encoded once, at upload, then known by the hash of their bytes and never touched again.

Owns what may come in (JPEG, PNG, WebP; no bombs, no animation), what is taken out (EXIF and all other notes of the
camera) and where the final bytes lie: under MEDIA_ROOT, by institution and hash, served only through an access check.
"""

import hashlib
import os
import struct
import tempfile
import zlib
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO, Protocol

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps, UnidentifiedImageError

from accounts.capabilities import Capability
from accounts.models import Organisation
from campaigns.models import MediaFile
from chain.actors import Actor
from chain.errors import Invalid
from chain.trail import record

CHUNK = 1024 * 1024
FORMATS = ("JPEG", "PNG", "WEBP")
MIME = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}
OPTIONS: dict[str, dict[str, Any]] = {
    "JPEG": {"quality": 90, "optimize": True},
    "PNG": {"optimize": True},
    "WEBP": {"quality": 90},
}
BROKEN = (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError, IndexError, struct.error, zlib.error)
BOMB = (Image.DecompressionBombError, Image.DecompressionBombWarning)


class Readable(Protocol):
    """An uploaded file, or any open file."""

    def read(self, size: int, /) -> Any: ...


class MediaDamaged(OSError):
    """The stored bytes are not the ones whose hash was signed: they must not go out."""


def upload(*, organisation: Organisation, file: Readable, name: str, actor: Actor) -> MediaFile:
    """Take a picture in. The same picture twice is the same MediaFile. Raises Invalid with what is wrong."""
    actor.require(Capability.WRITE_CONTENT, on=organisation)
    final = reencoded(read_limited(file))
    return store(organisation, final, name, actor)


def read_limited(file: Readable) -> bytes:
    content: bytes = file.read(settings.MEDIA_MAX_BYTES + 1)
    if len(content) > settings.MEDIA_MAX_BYTES:
        raise too_heavy()
    if not content:
        raise Invalid(_("This file is empty. Choose the picture again."), code="media_empty", field="file")
    return content


def too_heavy() -> Invalid:
    megabytes = settings.MEDIA_MAX_BYTES // (1024 * 1024)
    return Invalid(
        format_lazy(_("This picture is over {limit} MB. Save it smaller and add it again."), limit=megabytes),
        code="media_too_heavy",
        field="file",
    )


def reencoded(content: bytes) -> tuple[bytes, str, int, int]:
    """(final bytes, MIME type, width, height): upright, without EXIF or any other note, whatever the name said."""
    try:
        with Image.open(BytesIO(content), formats=FORMATS) as opened:
            kind = "JPEG" if opened.format == "MPO" else str(opened.format)
            refuse_unfit(opened, kind)
            picture = cleaned(opened, kind)
    except BOMB as error:
        raise too_many_pixels() from error
    except BROKEN as error:
        raise Invalid(
            _("This file is not a whole JPEG, PNG or WebP picture. Open it, save it again, then add it."),
            code="media_broken",
            field="file",
        ) from error
    return encode(picture, kind)


def refuse_unfit(opened: Image.Image, kind: str) -> None:
    if opened.width * opened.height > settings.MEDIA_MAX_PIXELS:
        raise too_many_pixels()
    if kind != "JPEG" and getattr(opened, "n_frames", 1) > 1:
        raise Invalid(
            _("This picture moves. Only still pictures are published here: save one frame."),
            code="media_animated",
            field="file",
        )


def too_many_pixels() -> Invalid:
    million = settings.MEDIA_MAX_PIXELS // 1_000_000
    return Invalid(
        format_lazy(
            _("This picture has over {limit} million pixels. Save it smaller and add it again."), limit=million
        ),
        code="media_too_many_pixels",
        field="file",
    )


def cleaned(opened: Image.Image, kind: str) -> Image.Image:
    """The pixels upright, in a colour mode that every reader shows; nothing else of the file is kept."""
    upright = ImageOps.exif_transpose(opened)
    has_alpha = upright.mode in ("LA", "RGBA", "PA") or "transparency" in upright.info
    mode = "RGBA" if has_alpha and kind != "JPEG" else "RGB"
    final = upright if upright.mode == mode else upright.convert(mode)
    final.load()
    final.info = {}
    return final


def encode(picture: Image.Image, kind: str) -> tuple[bytes, str, int, int]:
    made = BytesIO()
    picture.save(made, format=kind, **OPTIONS[kind])
    if made.tell() > settings.MEDIA_MAX_BYTES:
        raise too_heavy()
    return made.getvalue(), MIME[kind], picture.width, picture.height


def store(organisation: Organisation, final: tuple[bytes, str, int, int], name: str, actor: Actor) -> MediaFile:
    content, mime_type, width, height = final
    sha256 = hashlib.sha256(content).hexdigest()
    write_once(path_of(organisation.pk, sha256), content)
    told = {"mime_type": mime_type, "size": len(content), "width": width, "height": height}
    return enter(organisation, sha256, told, name, actor)


@transaction.atomic
def enter(organisation: Organisation, sha256: str, told: dict[str, Any], name: str, actor: Actor) -> MediaFile:
    """The row of a file whose bytes are stored; the one that was there where the same bytes came before."""
    media, is_new = MediaFile.objects.get_or_create(
        organisation=organisation,
        sha256=sha256,
        defaults={
            **told,
            "name": Path(name.replace("\x00", "")).name[:200],
            "uploaded_by_id": actor.user_id or 0,
            "created_at": timezone.now(),
        },
    )
    if is_new:
        data = {"sha256": sha256, "size": media.size, "type": media.mime_type}
        record("media.uploaded", media, actor=actor, data=data)
    return media


def path_of(organisation_id: int, sha256: str) -> Path:
    return Path(settings.MEDIA_ROOT) / str(organisation_id) / sha256[:2] / sha256


def write_once(path: Path, content: bytes) -> None:
    """Whole or not at all: a process that dies in the middle leaves no half picture behind under the hash."""
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as half:
        half.write(content)
        half.flush()
        os.fsync(half.fileno())
    os.replace(half.name, path)


def move_once(made: Path, path: Path) -> None:
    """As `write_once`, for a file that was made on the same disk."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with made.open("rb") as written:
        os.fsync(written.fileno())
    made.chmod(0o600)
    os.replace(made, path)


def open_file(media: MediaFile) -> BinaryIO:
    """The final bytes of a file that the caller reached through campaigns.access."""
    return open_stored(media.organisation_id, media.sha256)


def open_stored(organisation_id: int, sha256: str) -> BinaryIO:
    """The file of that hash, read through and found whole, at its beginning; never whole in memory.

    Raises FileNotFoundError, or MediaDamaged where the disk holds other bytes (both OSError).
    """
    if len(sha256) != 64 or not set(sha256) <= set("0123456789abcdef"):
        raise FileNotFoundError(sha256)
    opened = path_of(organisation_id, sha256).open("rb")
    if hash_of(opened) != sha256:
        opened.close()
        raise MediaDamaged(sha256)
    return opened


def hash_of(opened: BinaryIO) -> str:
    """The hash of all that follows; the file stands at its beginning afterwards."""
    found = hashlib.sha256()
    while chunk := opened.read(CHUNK):
        found.update(chunk)
    opened.seek(0)
    return found.hexdigest()


def open_seen_whole(media: MediaFile) -> BinaryIO:
    """As `open_file`, for many short readings of one large file: its hash is computed again only when the file changed.

    Nothing is sent to a network by this way.
    """
    path = path_of(media.organisation_id, media.sha256)
    found = path.stat()
    if not is_whole(path, media.sha256, (found.st_ino, found.st_size, found.st_mtime_ns)):
        raise MediaDamaged(media.sha256)
    return path.open("rb")


@lru_cache(maxsize=256)
def is_whole(path: Path, sha256: str, _as_it_stands: tuple[int, int, int]) -> bool:
    with path.open("rb") as opened:
        return hash_of(opened) == sha256
