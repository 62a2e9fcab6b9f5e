"""Owns uploads to the simulated X: in one request or in parts, their processing, and their alt texts.

Sources (read 2026-11): https://docs.x.com/x-api/media/upload-media, /x-api/media/initialize-media-upload,
/x-api/media/append-media-upload, /x-api/media/finalize-media-upload, /x-api/media/get-media-upload-status,
/x-api/media/create-metadata, /x-api/media/quickstart/media-upload-chunked
"""

from __future__ import annotations

import base64
import binascii
import io
import math
from typing import Any

from PIL import Image
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from sandbox.dialects._x_access import SLUG, Refused, forbidden, invalid, require
from sandbox.dialects._x_entities import FIRST_MEDIA, media_key
from sandbox.dialects.base import Setting
from sandbox.params import Params, read_params
from sandbox.records import Account, Media

IMAGE_BYTES = 5 * 1024 * 1024
LARGE_BYTES = {"image/gif": 15 * 1024 * 1024, "video/mp4": 512 * 1024 * 1024, "video/quicktime": 512 * 1024 * 1024}
IMAGES = frozenset({"image/jpeg", "image/png", "image/webp", "image/gif", "image/bmp", "image/tiff", "image/pjpeg"})
ALT_CHARACTERS = 1000
EXPIRES_SECONDS = 86_400
BAD_FILE = "media type unrecognized."


class MediaApi:
    """Media endpoints, and the rule for attaching media to a post."""

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self.world = setting.world
        self.parts: dict[int, dict[int, bytes]] = {}
        """What was appended to each upload that is not yet finalized, by segment."""

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
        return [Route("/media/{id}", self.file)]

    async def upload(self, request: Request) -> Response:
        """POST /2/media/upload, .../media/upload-media, read 2026-11; with `command` the parts of the quickstart."""
        account = require(self.setting, request, "media.write")
        params = await read_params(request)
        commands = {"INIT": self._begin, "APPEND": self._add, "FINALIZE": self._finish}
        if "command" in params:
            act = commands.get(params.text("command"))
            if act is None:
                raise invalid("command must be one of INIT, APPEND, FINALIZE", command=[params.text("command")])
            return act(request, account, params, params.text("media_id"))
        content, mime = _file(params)
        media = self._new(account, mime)
        return JSONResponse({"data": self._filled(request, media, content)})

    async def initialize(self, request: Request) -> Response:
        """POST /2/media/upload/initialize, .../media/initialize-media-upload, read 2026-11."""
        account = require(self.setting, request, "media.write")
        return self._begin(request, account, await read_params(request), "")

    async def append(self, request: Request) -> Response:
        """POST /2/media/upload/:id/append, .../media/append-media-upload, read 2026-11."""
        account = require(self.setting, request, "media.write")
        return self._add(request, account, await read_params(request), request.path_params["id"])

    async def finalize(self, request: Request) -> Response:
        """POST /2/media/upload/:id/finalize, .../media/finalize-media-upload, read 2026-11."""
        account = require(self.setting, request, "media.write")
        return self._finish(request, account, await read_params(request), request.path_params["id"])

    def _begin(self, request: Request, account: Account, params: Params, _: str) -> Response:
        mime, size = params.text("media_type"), params.text("total_bytes")
        if not size.isdecimal() or int(size) > _most(mime):
            raise invalid("total_bytes is missing or too large", total_bytes=[size])
        media = self._new(account, mime)
        self.parts[media.id] = {}
        return JSONResponse({"data": _head(media)})

    def _add(self, request: Request, account: Account, params: Params, media_id: str) -> Response:
        media = self._open(account, media_id)
        index = params.text("segment_index")
        if not index.isdecimal():
            raise invalid("segment_index is not a number", segment_index=[index])
        self.parts[media.id][int(index)] = _file(params, mime=media.mime)[0]
        return JSONResponse({"data": {"expires_at": int(self.setting.clock()) + EXPIRES_SECONDS}})

    def _finish(self, request: Request, account: Account, params: Params, media_id: str) -> Response:
        media = self._open(account, media_id)
        segments = self.parts.pop(media.id)
        return JSONResponse({"data": self._filled(request, media, b"".join(segments[at] for at in sorted(segments)))})

    def _new(self, account: Account, mime: str) -> Media:
        if mime not in IMAGES and mime not in LARGE_BYTES:
            raise invalid(BAD_FILE, media_type=[mime])
        media_id = self.world.add_media(
            network=SLUG, account_id=account.id, mime=mime, description="", extra={}, content=b"", ready_at=math.inf
        )
        return self._own(account, str(FIRST_MEDIA + media_id))

    def _filled(self, request: Request, media: Media, content: bytes) -> dict[str, Any]:
        """Pictures are ready at once, moving ones after a while; the answer then says when to ask."""
        try:
            if not content or len(content) > _most(media.mime):
                raise invalid("The file is empty or too large.", media=[])
            size = _dimensions(media.mime, content)
        except Refused:
            self.world.delete_media(media.id)
            raise
        wait = self.setting.media_seconds if media.mime in LARGE_BYTES else 0.0
        ready_at = math.inf if request.scope.get("sandbox.media_stuck") else self.setting.clock() + wait
        self.world.fill_media(media.id, content=content, extra=size, ready_at=ready_at)
        found = self.world.media(SLUG, str(media.id))
        assert found is not None
        return self._state(found) | {"size": len(content)}

    def _state(self, media: Media) -> dict[str, Any]:
        left = media.ready_at - self.setting.clock()
        if left <= 0:
            done = {"processing_info": {"state": "succeeded", "progress_percent": 100}}
            return _head(media) | (done if media.mime in LARGE_BYTES else {})
        wait = 1 if math.isinf(left) else max(1, math.ceil(left))
        info = {"state": "in_progress", "check_after_secs": wait, "progress_percent": 10}
        return _head(media) | {"processing_info": info}

    async def status(self, request: Request) -> Response:
        """GET /2/media/upload?command=STATUS, .../media/get-media-upload-status, read 2026-11."""
        account = require(self.setting, request, "media.write")
        media = self._own(account, request.query_params.get("media_id", ""))
        return JSONResponse({"data": self._state(media)})

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
        usable = [media for media in found if media.post_id is None and media.ready_at <= self.setting.clock()]
        moving = [media for media in usable if media.mime in LARGE_BYTES]
        if len(usable) != len(wanted) or len(usable) > 4 or (moving and len(usable) > 1):
            raise invalid("Your media IDs are invalid.", **{"media.media_ids": wanted})
        return [str(media.id) for media in usable]

    async def file(self, request: Request) -> Response:
        """The uploaded file itself, where `url` points."""
        media = self.world.media(SLUG, request.path_params["id"])
        if media is None or media.ready_at > self.setting.clock():
            return Response(status_code=404)
        return Response(media.content, media_type=media.mime)

    def _found(self, account: Account, media_id: str) -> Media | None:
        number = int(media_id) - FIRST_MEDIA if media_id.isdecimal() else -1
        media = self.world.media(SLUG, str(number))
        return media if media is not None and media.account_id == account.id else None

    def _own(self, account: Account, media_id: str) -> Media:
        media = self._found(account, media_id)
        if media is None:
            raise invalid(f"The media_id [{media_id}] is not valid.", media_id=[media_id])
        return media

    def _open(self, account: Account, media_id: str) -> Media:
        media = self._own(account, media_id)
        if media.id not in self.parts:
            raise forbidden("The upload is not open.")
        return media


def _head(media: Media) -> dict[str, Any]:
    media_id = str(FIRST_MEDIA + media.id)
    return {"id": media_id, "media_key": media_key(media), "expires_after_secs": EXPIRES_SECONDS}


def _most(mime: str) -> int:
    return LARGE_BYTES.get(mime, IMAGE_BYTES)


def _file(params: Params, mime: str = "") -> tuple[bytes, str]:
    """The file of a form, or the base64 of a JSON body, with its type."""
    if (file := params.uploads.get("media")) is not None:
        return file.content, mime or params.text("media_type") or file.mime
    try:
        return base64.b64decode(params.text("media"), validate=True), mime or params.text("media_type")
    except binascii.Error as error:
        raise invalid("media is not base64", media=[]) from error


def _dimensions(mime: str, content: bytes) -> dict[str, int]:
    """Width and height of a picture; refuses what does not open as one."""
    if not mime.startswith("image/"):
        return {}
    try:
        with Image.open(io.BytesIO(content)) as picture:
            return {"width": picture.width, "height": picture.height}
    except (OSError, Image.DecompressionBombError) as error:
        raise invalid(BAD_FILE, media=[]) from error
