"""Owns uploads to the simulated Mastodon: accepting, processing, describing and attaching files.

Source: https://docs.joinmastodon.org/methods/media/ (read 2026-11). Films and thumbnails lie on the disk.
"""

from __future__ import annotations

import io
import math
from pathlib import Path, PurePath

from PIL import Image
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response

from sandbox.dialects import _mastodon_entities as entities
from sandbox.dialects import _mastodon_video as video
from sandbox.dialects._mastodon_access import Refused, require
from sandbox.dialects._mastodon_entities import (
    DESCRIPTION_CHARACTERS,
    IMAGE_BYTES,
    IMAGE_MATRIX,
    MIME_TYPES,
    PICTURES,
    SLUG,
)
from sandbox.dialects._mastodon_video import BAD_FILE, VIDEO_BYTES
from sandbox.dialects.base import Setting
from sandbox.films import film_in, still
from sandbox.params import Params, Upload, read_params
from sandbox.records import Account, Media, Post

NOT_READY = "Cannot attach files that have not finished processing. Try again in a moment!"
JPEG = b"\xff\xd8"
FAILED = "Error processing thumbnail for uploaded media"
"""A thumbnail that cannot be made answers 500, as the page says, and a failed processing 422 with the same words:
https://github.com/cheeaun/phanpy/issues/111 (read 2026-11)."""


class MediaApi:
    """Media endpoints, and the rules for attaching media to a status."""

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self.world = setting.world

    def attachable(self, account: Account, params: Params, old: Post | None) -> list[str]:
        if "media_ids" not in params:
            return list(old.extra["media_ids"]) if old else []
        wanted = [str(item) for item in params.items("media_ids") if item]
        if len(wanted) > PICTURES:
            raise Refused(422, f"Cannot attach more than {PICTURES} files")
        found = [media for item in wanted if (media := self.world.media(SLUG, item)) is not None]
        holders = {None, old.id if old else None}
        usable = [media for media in found if media.account_id == account.id and media.post_id in holders]
        lost = sorted(set(wanted) - {str(media.id) for media in usable})
        if lost:
            raise Refused(422, f"Media with ids {', '.join(lost)} not found or already attached to another post")
        if len(usable) > 1 and any(video.is_film(media) for media in usable):
            raise Refused(422, "Cannot attach a video to a post that already contains images")
        if not all(self._is_ready(media) for media in usable):
            raise Refused(422, NOT_READY)
        return wanted

    def _is_ready(self, media: Media) -> bool:
        return media.ready_at <= self.setting.clock() and not media.extra.get("failed")

    async def upload(self, request: Request) -> Response:
        """POST /api/v2/media, https://docs.joinmastodon.org/methods/media/#v2, read 2026-11.

        202 without a `url` while the file is processed, 200 where processing takes no time.
        """
        account = require(self.world, request, "write:media")
        params = await read_params(request)
        file = params.uploads.get("file")
        if file is None or file.mime not in MIME_TYPES:
            raise Refused(422, BAD_FILE)
        description, thumbnail = described(params.text("description")), _thumbnail(params)
        take = self._film if file.mime.startswith("video/") else self._picture
        media = await run_in_threadpool(take, request, account, file, description)
        if thumbnail:
            self._thumbnail_path(media).write_bytes(thumbnail)
        return self._media_answer(request, media, waiting=202)

    def _picture(self, request: Request, account: Account, file: Upload, description: str) -> Media:
        _refuse(video.too_large(len(file.content), IMAGE_BYTES))
        width, height = _opened(file.content, Refused(422, BAD_FILE))
        _refuse(f"{width}x{height} images are not supported" if width * height > IMAGE_MATRIX else "")
        return self._add(
            request, account, file.mime, description, {"width": width, "height": height, **_named(file)}, file.content
        )

    def _film(self, request: Request, account: Account, file: Upload, description: str) -> Media:
        film = film_in(file.content)
        _refuse(video.too_large(len(file.content), VIDEO_BYTES) or video.refusal(film))
        told = {**film.facts, "size": len(file.content), "failed": not video.can_be_processed(film), **_named(file)}
        media = self._add(request, account, film.mime, description, told, b"")
        self._path(media).write_bytes(file.content)
        return media

    def _add(
        self, request: Request, account: Account, mime: str, description: str, told: entities.Json, content: bytes
    ) -> Media:
        wait = math.inf if request.scope.get("sandbox.media_stuck") else self.setting.media_seconds
        failed = {"failed": True} if request.scope.get("sandbox.media_failed") else {}
        media_id = self.world.add_media(
            network=SLUG, account_id=account.id, mime=mime, description=description, extra={**told, **failed},
            content=content, ready_at=self.setting.clock() + wait,
        )  # fmt: skip
        return self._own_media(account, str(media_id))

    def _path(self, media: Media) -> Path:
        folder = self.world.files / SLUG
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return folder / str(media.id)

    def _thumbnail_path(self, media: Media) -> Path:
        return self._path(media).with_suffix(".small")

    async def get_media(self, request: Request) -> Response:
        """GET /api/v1/media/:id, .../methods/media/#get, read 2026-11. 206: processing; 422: that failed."""
        account = require(self.world, request, "write:media")
        return self._media_answer(request, self._own_media(account, request.path_params["id"]), waiting=206)

    async def update_media(self, request: Request) -> Response:
        """PUT /api/v1/media/:id, https://docs.joinmastodon.org/methods/media/#update, read 2026-11."""
        account = require(self.world, request, "write:media")
        media = self._own_media(account, request.path_params["id"])
        params = await read_params(request)
        if thumbnail := _thumbnail(params):
            self._thumbnail_path(media).write_bytes(thumbnail)
        if "description" in params:
            self.world.describe_media(media.id, described(params.text("description")))
        return self._media_answer(request, self._own_media(account, str(media.id)), waiting=206)

    async def delete_media(self, request: Request) -> Response:
        """DELETE /api/v1/media/:id, https://docs.joinmastodon.org/methods/media/#delete, read 2026-11."""
        account = require(self.world, request, "write:media")
        media = self._own_media(account, request.path_params["id"])
        if media.post_id is not None:
            raise Refused(422, "Media attachment is currently used by a status")
        self.world.delete_media(media.id)
        for path in (self._path(media), self._thumbnail_path(media)):
            path.unlink(missing_ok=True)
        return JSONResponse({})

    async def file(self, request: Request) -> Response:
        """The uploaded file itself, where `url` points, and its preview, where `preview_url` does."""
        media = self.world.media(SLUG, request.path_params["id"])
        if media is None:
            return Response(status_code=404)
        if request.path_params["size"] == "small":
            return self._preview(media)
        if not self._is_ready(media):
            return Response(status_code=404)
        return self._whole(media)

    def _whole(self, media: Media) -> Response:
        if media.content or not self._path(media).exists():
            return Response(media.content, media_type=media.mime)
        return FileResponse(self._path(media), media_type=media.mime)

    def _preview(self, media: Media) -> Response:
        """The thumbnail that was sent, else a film's still, else the picture."""
        if self._thumbnail_path(media).exists():
            content = self._thumbnail_path(media).read_bytes()
            return Response(content, media_type="image/jpeg" if content.startswith(JPEG) else "image/png")
        if video.is_film(media):
            return Response(still(*video.small_size(media)), media_type="image/jpeg")
        return self._whole(media)

    def _own_media(self, account: Account, media_id: str) -> Media:
        media = self.world.media(SLUG, media_id)
        if media is None or media.account_id != account.id:
            raise Refused(404, "Record not found")
        return media

    def _media_answer(self, request: Request, media: Media, *, waiting: int) -> Response:
        is_over = media.ready_at <= self.setting.clock()
        if is_over and media.extra.get("failed") and waiting == 206:
            raise Refused(422, FAILED)
        ready = self._is_ready(media)
        body = entities.media_json(f"{request.url.scheme}://{request.url.netloc}/{SLUG}", media, ready=ready)
        return JSONResponse(body, 200 if ready else waiting)


def _refuse(words: str) -> None:
    if words:
        raise Refused(422, words)


def described(words: str) -> str:
    """Raises Refused for a description that is too long."""
    if len(words) > DESCRIPTION_CHARACTERS:
        limit = f"maximum is {DESCRIPTION_CHARACTERS} characters"
        raise Refused(422, f"Validation failed: Description is too long ({limit})")
    return words


def _named(file: Upload) -> entities.Json:
    return {"filename": PurePath(file.filename).name}


def _thumbnail(params: Params) -> bytes:
    """The custom one, within the small size, a JPEG as a JPEG and any other as a PNG; empty where none was sent."""
    sent = params.uploads.get("thumbnail")
    if sent is None:
        return b""
    _opened(sent.content, Refused(500, FAILED))
    with Image.open(io.BytesIO(sent.content)) as picture:
        kind = "JPEG" if picture.format == "JPEG" else "PNG"
        picture.thumbnail((video.SMALL_SIDE, video.SMALL_SIDE))
        target = io.BytesIO()
        picture.convert("RGB").save(target, kind)
    return target.getvalue()


def _opened(content: bytes, otherwise: Refused) -> tuple[int, int]:
    """Width and height of a picture; raises `otherwise` for what does not open as one."""
    try:
        with Image.open(io.BytesIO(content)) as picture:
            return picture.width, picture.height
    except (OSError, Image.DecompressionBombError) as error:
        raise otherwise from error
