"""Owns the files of the simulated Telegram's messages: pictures in rows, films on the disk, and where pages show them.

Source: https://core.telegram.org/bots/api#sending-files, #sendphoto, #sendvideo and #inputmediavideo (read 2026-11).
"""

from __future__ import annotations

import io
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import BaseRoute, Route

from sandbox.dialects._telegram_access import SLUG, Bot, Refused
from sandbox.dialects._telegram_messages import PREFIXES, file_id, kind_of_file
from sandbox.dialects.base import Setting, picture_size
from sandbox.films import MP4, film_at, still
from sandbox.params import Upload
from sandbox.records import Media

PHOTO_BYTES = 10 * 1024 * 1024
PHOTO_SIDES = 10_000
PHOTO_RATIO = 20
VIDEO_BYTES = 50 * 1024 * 1024
THUMBNAIL_BYTES, THUMBNAIL_SIDE = 200 * 1024, 320
BAD_PHOTO = "Bad Request: IMAGE_PROCESS_FAILED"
BAD_VIDEO = "Bad Request: VIDEO_CONTENT_TYPE_INVALID"
NO_FILE = "Bad Request: wrong file identifier/HTTP URL specified"
ATTACHED = "attach://"
UNKNOWN = "application/octet-stream"


@dataclass(frozen=True)
class Source:
    """A file that comes with the call, or the text that names one; `told` is what its sender says of it."""

    file: Upload | None
    text: str
    thumbnail: Upload | None
    told: Mapping[str, Any]

    @classmethod
    def of_field(cls, bot: Bot, name: str) -> Source:
        params = bot.params
        told = {key: params.text(key) for key in ("width", "height", "duration")}
        text = params.text(name)
        return cls(
            params.uploads.get(name) or attached(bot, text), text,
            params.uploads.get("thumbnail") or attached(bot, params.text("thumbnail")), told,
        )  # fmt: skip

    @classmethod
    def of_item(cls, bot: Bot, item: Mapping[str, Any]) -> Source:
        text = str(item.get("media") or "")
        return cls(attached(bot, text), text, attached(bot, str(item.get("thumbnail") or "")), item)

    def number(self, name: str) -> int:
        given = str(self.told.get(name) or "")
        return int(given) if given.isdecimal() else 0


def attached(bot: Bot, text: str) -> Upload | None:
    return bot.params.uploads.get(text.removeprefix(ATTACHED)) if text.startswith(ATTACHED) else None


class Files:
    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self.world = setting.world

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/file/photos/{id:int}", self.show_photo),
            Route("/file/videos/{id:int}", self.show_video),
            Route("/file/thumbnails/{id:int}", self.show_thumbnail),
        ]

    # What comes with a message

    def photo(self, bot: Bot, source: Source) -> str:
        """An upload, or the file_id of an earlier one; answers the number of its row."""
        if source.file is None:
            return self._known(source.text, "photo")
        size = _measured(source.file)
        made = self.world.add_media(
            network=SLUG, account_id=bot.account.id, mime=source.file.mime, description="", extra=size,
            content=source.file.content, ready_at=self.setting.clock(),
        )  # fmt: skip
        return str(made)

    def video(self, bot: Bot, source: Source) -> str:
        """As `photo`; what is no MPEG-4 film is kept as a document."""
        if source.file is None:
            return self._known(source.text, "video", "document")
        content = source.file.content
        if not content:
            raise Refused(400, "Bad Request: file must be non-empty")
        if len(content) > VIDEO_BYTES:
            raise Refused(413, "Request Entity Too Large")
        path = self._folder() / secrets.token_hex(12)
        path.write_bytes(content)
        return self._kept(bot, source, source.file.filename, path)

    def album_video(self, bot: Bot, source: Source, number: int) -> str:
        """An album takes no document among its pictures and films."""
        found = self.world.media(SLUG, self.video(bot, source))
        if found is None or kind_of_file(found) != "video":
            said = f'failed to send message #{number} with the error message "VIDEO_CONTENT_TYPE_INVALID"'
            raise Refused(400, f"Bad Request: {said}")
        return str(found.id)

    def _known(self, text: str, *kinds: str) -> str:
        if text.startswith(("http://", "https://")):
            raise Refused(501, "The sandbox fetches nothing from the internet")
        if not text or text.startswith(ATTACHED):
            raise Refused(400, f"Bad Request: there is no {kinds[0]} in the request")
        prefix = next((PREFIXES[kind] for kind in kinds if text.startswith(PREFIXES[kind])), None)
        found = self.world.media(SLUG, text.removeprefix(prefix)) if prefix else None
        if found is None or file_id(found) != text:
            raise Refused(400, NO_FILE)
        return str(found.id)

    def _kept(self, bot: Bot, source: Source, name: str, path: Path) -> str:
        """Measured as its sender says, else as it tells of itself."""
        film, thumbnail = film_at(path), _thumbnail(source.thumbnail)
        is_film = film.mime == MP4 and film.seconds is not None
        extra = {
            "kind": "video" if is_film else "document", "file": path.name, "size": path.stat().st_size, "name": name,
            "width": source.number("width") or film.width, "height": source.number("height") or film.height,
            "seconds": source.number("duration") or film.seconds or 0.0, "thumbnail": thumbnail[1],
        }  # fmt: skip
        made = self.world.add_media(
            network=SLUG, account_id=bot.account.id, mime=film.mime or UNKNOWN, description="", extra=extra,
            content=thumbnail[0], ready_at=self.setting.clock(),
        )  # fmt: skip
        return str(made)

    def _folder(self) -> Path:
        folder = self.world.files / SLUG
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return folder

    # As the chat's public page shows them

    def _asked(self, request: Request) -> Media | None:
        return self.world.media(SLUG, str(request.path_params["id"]))

    async def show_photo(self, request: Request) -> Response:
        media = self._asked(request)
        is_photo = media is not None and kind_of_file(media) == "photo"
        return Response(media.content, media_type=media.mime) if media and is_photo else Response(status_code=404)

    async def show_video(self, request: Request) -> Response:
        media = self._asked(request)
        path = self._folder() / str(media.extra["file"]) if media and "file" in media.extra else None
        if media is None or path is None or not path.exists():
            return Response(status_code=404)
        return FileResponse(path, media_type=media.mime)

    async def show_thumbnail(self, request: Request) -> Response:
        """The one that was sent, else the one that stands for every film."""
        media = self._asked(request)
        if media is None or "file" not in media.extra:
            return Response(status_code=404)
        return Response(media.content or still(*picture_size(media)), media_type="image/jpeg")


def _measured(file: Upload) -> dict[str, int]:
    """At most 10 MB, width and height 10,000 together, and a ratio of 20."""
    if len(file.content) > PHOTO_BYTES:
        raise Refused(400, "Bad Request: file is too big")
    try:
        with Image.open(io.BytesIO(file.content)) as picture:
            width, height = picture.size
    except (OSError, Image.DecompressionBombError):
        raise Refused(400, BAD_PHOTO) from None
    if width + height > PHOTO_SIDES or max(width, height) > PHOTO_RATIO * min(width, height):
        raise Refused(400, "Bad Request: PHOTO_INVALID_DIMENSIONS")
    return {"width": width, "height": height}


def _thumbnail(file: Upload | None) -> tuple[bytes, tuple[int, int]]:
    """A JPEG below 200 kB and of at most 320 pixels a side; any other is passed over."""
    if file is None or len(file.content) >= THUMBNAIL_BYTES:
        return b"", (0, 0)
    try:
        with Image.open(io.BytesIO(file.content)) as picture:
            is_taken = picture.format == "JPEG" and max(picture.size) <= THUMBNAIL_SIDE
            size = picture.size
    except (OSError, Image.DecompressionBombError):
        return b"", (0, 0)
    return (file.content, size) if is_taken else (b"", (0, 0))
