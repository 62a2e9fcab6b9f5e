"""Owns uploads to the simulated Mastodon: accepting, processing, describing and attaching files.

Source: https://docs.joinmastodon.org/methods/media/ (read 2026-11).
"""

from __future__ import annotations

import io
import math
from pathlib import PurePath

from PIL import Image
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from sandbox.dialects import _mastodon_entities as entities
from sandbox.dialects._mastodon_access import Refused, require
from sandbox.dialects._mastodon_entities import MIME_TYPES, PICTURES, SLUG
from sandbox.dialects.base import Setting
from sandbox.params import Params, Upload, read_params
from sandbox.records import Account, Media, Post

BAD_FILE = "Validation failed: File content type is invalid, File is invalid"
NOT_READY = "Cannot attach files that have not finished processing. Try again in a moment!"


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
        if any(media.ready_at > self.setting.clock() for media in usable):
            raise Refused(422, NOT_READY)
        if len(usable) > 1 and any(not media.mime.startswith("image/") for media in usable):
            raise Refused(422, "Cannot attach a video to a post that already contains images")
        return wanted

    async def upload(self, request: Request) -> Response:
        """POST /api/v2/media, https://docs.joinmastodon.org/methods/media/#v2, read 2026-11.

        202 without a `url` while the file is processed, 200 where processing takes no time.
        """
        account = require(self.world, request, "write:media")
        params = await read_params(request)
        file = params.uploads.get("file")
        if file is None or file.mime not in MIME_TYPES or len(file.content) > entities.IMAGE_BYTES:
            raise Refused(422, BAD_FILE)
        if len(params.text("description")) > entities.DESCRIPTION_CHARACTERS:
            raise Refused(422, "Validation failed: Description is too long (maximum is 1500 characters)")
        wait = math.inf if request.scope.get("sandbox.media_stuck") else self.setting.media_seconds
        media_id = self.world.add_media(
            network=SLUG, account_id=account.id, mime=file.mime, description=params.text("description"),
            extra=_dimensions(file) | {"filename": PurePath(file.filename).name}, content=file.content,
            ready_at=self.setting.clock() + wait,
        )  # fmt: skip
        media = self._own_media(account, str(media_id))
        return self._media_answer(request, media, waiting=202)

    async def get_media(self, request: Request) -> Response:
        """GET /api/v1/media/:id, https://docs.joinmastodon.org/methods/media/#get, read 2026-11. 206: processing."""
        account = require(self.world, request, "write:media")
        return self._media_answer(request, self._own_media(account, request.path_params["id"]), waiting=206)

    async def update_media(self, request: Request) -> Response:
        """PUT /api/v1/media/:id, https://docs.joinmastodon.org/methods/media/#update, read 2026-11."""
        account = require(self.world, request, "write:media")
        media = self._own_media(account, request.path_params["id"])
        params = await read_params(request)
        if "description" in params:
            self.world.describe_media(media.id, params.text("description"))
        return self._media_answer(request, self._own_media(account, str(media.id)), waiting=206)

    async def delete_media(self, request: Request) -> Response:
        """DELETE /api/v1/media/:id, https://docs.joinmastodon.org/methods/media/#delete, read 2026-11."""
        account = require(self.world, request, "write:media")
        media = self._own_media(account, request.path_params["id"])
        if media.post_id is not None:
            raise Refused(422, "Media attachment is currently used by a status")
        self.world.delete_media(media.id)
        return JSONResponse({})

    async def file(self, request: Request) -> Response:
        """The uploaded file itself, where `url` and `preview_url` point."""
        media = self.world.media(SLUG, request.path_params["id"])
        if media is None or (media.ready_at > self.setting.clock() and request.path_params["size"] == "original"):
            return Response(status_code=404)
        return Response(media.content, media_type=media.mime)

    def _own_media(self, account: Account, media_id: str) -> Media:
        media = self.world.media(SLUG, media_id)
        if media is None or media.account_id != account.id:
            raise Refused(404, "Record not found")
        return media

    def _media_answer(self, request: Request, media: Media, *, waiting: int) -> Response:
        ready = media.ready_at <= self.setting.clock()
        body = entities.media_json(f"{request.url.scheme}://{request.url.netloc}/{SLUG}", media, ready=ready)
        return JSONResponse(body, 200 if ready else waiting)


def _dimensions(file: Upload) -> dict[str, int]:
    """Width and height of a picture; refuses what does not open as one."""
    if not file.mime.startswith("image/"):
        return {}
    try:
        with Image.open(io.BytesIO(file.content)) as picture:
            return {"width": picture.width, "height": picture.height}
    except (OSError, Image.DecompressionBombError) as error:
        raise Refused(422, BAD_FILE) from error
