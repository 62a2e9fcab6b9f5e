"""Owns the media endpoints of the simulated X: uploads, their state, alt texts, and what may stand in one post.

Sources (read 2026-11): https://docs.x.com/x-api/media/upload-media, /x-api/media/get-media-upload-status,
/x-api/media/create-metadata, /x-api/media/quickstart/media-upload-chunked, /x-api/media/quickstart/best-practices
"""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Route

from sandbox.dialects._x_access import SLUG, invalid, require
from sandbox.dialects._x_entities import FIRST_MEDIA
from sandbox.dialects._x_uploads import Uploads
from sandbox.dialects._x_video import is_moving, processing, too_long_for_a_post
from sandbox.dialects.base import Setting, picture_size
from sandbox.films import still
from sandbox.params import read_params
from sandbox.records import Account, Media

ALT_CHARACTERS = 1000
PICTURES = 4


class MediaApi:
    """Media endpoints, and the rule for attaching media to a post."""

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self.world = setting.world
        self.uploads = Uploads(setting)

    def table(self) -> list[tuple[str, str, Any]]:
        return [
            ("/2/media/upload", "POST", self.upload),
            ("/2/media/upload", "GET", self.status),
            ("/2/media/upload/initialize", "POST", self.initialize),
            ("/2/media/upload/{id}/append", "POST", self.append),
            ("/2/media/upload/{id}/finalize", "POST", self.finalize),
            ("/2/media/metadata", "POST", self.describe),
        ]

    def routes(self) -> list[BaseRoute]:
        return [Route("/media/{id}", self.file), Route("/media/{id}/preview", self.preview)]

    async def upload(self, request: Request) -> Response:
        """POST /2/media/upload, .../media/upload-media, read 2026-11; with `command` the parts of the quickstart."""
        account = require(self.setting, request, "media.write")
        params = await read_params(request)
        commands = {"INIT": self.initialize, "APPEND": self.append, "FINALIZE": self.finalize}
        if "command" not in params:
            return JSONResponse({"data": self.uploads.at_once(request, account, params)})
        act = commands.get(params.text("command"))
        if act is None:
            raise invalid("command must be one of INIT, APPEND, FINALIZE", command=[params.text("command")])
        return await act(request)

    async def initialize(self, request: Request) -> Response:
        """POST /2/media/upload/initialize, .../media/initialize-media-upload, read 2026-11."""
        account = require(self.setting, request, "media.write")
        return JSONResponse({"data": self.uploads.open(request, account, await read_params(request))})

    async def append(self, request: Request) -> Response:
        """POST /2/media/upload/:id/append, .../media/append-media-upload, read 2026-11."""
        media = await self._uploading(request)
        return JSONResponse({"data": self.uploads.append(request, media, await read_params(request))})

    async def finalize(self, request: Request) -> Response:
        """POST /2/media/upload/:id/finalize, .../media/finalize-media-upload, read 2026-11."""
        return JSONResponse({"data": await self.uploads.finish(request, await self._uploading(request))})

    async def _uploading(self, request: Request) -> Media:
        account = require(self.setting, request, "media.write")
        return self._own(account, request.path_params.get("id") or (await read_params(request)).text("media_id"))

    async def status(self, request: Request) -> Response:
        """GET /2/media/upload?command=STATUS, .../media/get-media-upload-status, read 2026-11.

        Of a picture there is none: https://github.com/xdevplatform/xurl/issues/18.
        """
        account = require(self.setting, request, "media.write")
        media = self._own(account, request.query_params.get("media_id", ""))
        if media.extra.get("is_open") or processing(media, self.setting.clock()) is None:
            raise invalid("BadRequest: Not found")
        return JSONResponse({"data": self.uploads.state(media) | {"size": media.extra["total"]}})

    async def describe(self, request: Request) -> Response:
        """POST /2/media/metadata, .../media/create-metadata, read 2026-11."""
        account = require(self.setting, request, "media.write")
        params = await read_params(request)
        media = self._own(account, params.text("id"))
        told = params.items("metadata")[-1] if params.items("metadata") else {}
        words = told.get("alt_text", {}).get("text", "") if isinstance(told, dict) else ""
        if not isinstance(words, str) or not words or len(words) > ALT_CHARACTERS:
            raise invalid("alt_text must be between 1 and 1000 characters", metadata=[])
        self.world.describe_media(media.id, words)
        return JSONResponse({"data": {"id": params.text("id"), "associated_metadata": {"alt_text": {"text": words}}}})

    def attachable(self, account: Account, wanted: list[str]) -> list[str]:
        """The simulator's own ids of what may stand in one post: up to four pictures, or one moving one."""
        found = [media for one in wanted if (media := self._found(account, one)) is not None]
        usable = [media for media in found if self._is_usable(media)]
        is_mixed = len(usable) > 1 and any(is_moving(media) for media in usable)
        if len(usable) != len(wanted) or len(usable) > PICTURES or is_mixed:
            raise invalid("Your media IDs are invalid.", **{"media.media_ids": wanted})
        if refused := next((no for media in usable if (no := too_long_for_a_post(media))), None):
            raise refused
        return [str(media.id) for media in usable]

    def _is_usable(self, media: Media) -> bool:
        """Processed, not posted yet, and uploaded for a post and not for a message."""
        is_done = media.ready_at <= self.setting.clock() and not media.extra.get("failure")
        return is_done and media.post_id is None and not media.extra.get("category", "").startswith("dm_")

    async def file(self, request: Request) -> Response:
        """The uploaded file itself; that of a video comes from the disk, also in parts."""
        media = self.world.media(SLUG, request.path_params["id"])
        if media is None or media.ready_at > self.setting.clock():
            return Response(status_code=404)
        path = self.uploads.path(media)
        if not media.content and path.exists():
            return FileResponse(path, media_type=media.mime)
        return Response(media.content, media_type=media.mime)

    async def preview(self, request: Request) -> Response:
        """Where `preview_image_url` points."""
        media = self.world.media(SLUG, request.path_params["id"])
        if media is None or media.ready_at > self.setting.clock():
            return Response(status_code=404)
        return Response(still(*picture_size(media)), media_type="image/jpeg")

    def _found(self, account: Account, media_id: str) -> Media | None:
        number = int(media_id) - FIRST_MEDIA if media_id.isdecimal() else -1
        media = self.world.media(SLUG, str(number))
        is_own = media is not None and media.account_id == account.id
        return media if media and is_own and media.extra.get("expires_at", 0.0) > self.setting.clock() else None

    def _own(self, account: Account, media_id: str) -> Media:
        media = self._found(account, media_id)
        if media is None:
            raise invalid(f"The media_id [{media_id}] is not valid.", media_id=[media_id])
        return media
