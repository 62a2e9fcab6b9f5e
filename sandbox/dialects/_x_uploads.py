"""Owns uploads to the simulated X in parts: announced, appended to the disk, then put together and processed.

Sources (read 2026-11): https://docs.x.com/x-api/media/initialize-media-upload, /x-api/media/append-media-upload,
/x-api/media/finalize-media-upload, /x-api/media/quickstart/media-upload-chunked, and for the size of a part
https://developer.x.com/en/docs/twitter-api/v1/media/upload-media/api-reference/post-media-upload-append.
"""

from __future__ import annotations

import base64
import binascii
import io
import math
import shutil
from pathlib import Path
from typing import Any

from PIL import Image
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from sandbox.dialects._x_access import SLUG, Refused, forbidden, invalid, problem
from sandbox.dialects._x_entities import FIRST_MEDIA, media_key
from sandbox.dialects._x_video import (
    BAD_FILE,
    GIF,
    IMAGE,
    INVALID,
    MEGA,
    category_of,
    failure,
    kind_of,
    most_bytes,
    processing,
)
from sandbox.dialects.base import Setting
from sandbox.films import film_at
from sandbox.params import Params
from sandbox.records import Account, Media

LAST_SEGMENT = 999
SEGMENT_BYTES = 5 * MEGA
OPEN_SECONDS = 1_295_999
READY_SECONDS = 86_400
DOES_NOT_ADD_UP = "Segments do not add up to provided total file size."

Json = dict[str, Any]


class Uploads:
    """What is uploaded, as the row of its media; a video itself and all parts lie on the disk."""

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self.world = setting.world

    def path(self, media: Media) -> Path:
        folder = self.world.files / SLUG
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return folder / str(media.id)

    def _parts(self, media: Media) -> Path:
        return self.path(media).with_suffix(".parts")

    def open(self, request: Request, account: Account, params: Params) -> Json:
        mime, size = params.text("media_type"), params.text("total_bytes")
        category = category_of(mime, params.text("media_category"))
        if not size.isdecimal() or not 0 < int(size) <= most_bytes(category):
            raise invalid("total_bytes is missing or too large", total_bytes=[size])
        media = self._new(request, account, mime, category, total=int(size))
        self._parts(media).mkdir()
        return self.head(media)

    def _new(self, request: Request, account: Account, mime: str, category: str, total: int) -> Media:
        now = self.setting.clock()
        told = {
            "category": category, "total": total, "is_open": True, "expires_at": now + OPEN_SECONDS,
            "marks": sorted(_marks(request)),
        }  # fmt: skip
        made = self.world.add_media(
            network=SLUG, account_id=account.id, mime=mime, description="", extra=told, content=b"", ready_at=math.inf
        )
        return self._of(made)

    def _of(self, number: int) -> Media:
        media = self.world.media(SLUG, str(number))
        assert media is not None
        return media

    def _change(self, media: Media, content: bytes = b"", ready_at: float = math.inf, **told: Any) -> Media:
        self.world.fill_media(media.id, content=content, extra={**media.extra, **told}, ready_at=ready_at)
        return self._of(media.id)

    def append(self, request: Request, media: Media, params: Params) -> Json:
        """The same segment a second time takes the place of the first."""
        _must_be_open(media)
        index, piece = params.text("segment_index"), file_of(params)[0]
        if not index.isdecimal() or int(index) > LAST_SEGMENT:
            raise invalid(f"SegmentIndex must be between 0 and {LAST_SEGMENT}.", segment_index=[index])
        if len(piece) > SEGMENT_BYTES:
            raise problem(413, "Payload Too Large", "A segment must not be larger than 5 MB.")
        (self._parts(media) / str(int(index))).write_bytes(piece)
        self._change(media, marks=sorted(_marks(request) | set(media.extra["marks"])))
        return {"expires_at": int(media.extra["expires_at"])}

    async def finish(self, request: Request, media: Media) -> Json:
        """Where parts are missing the upload stays open, so that they may still be sent."""
        _must_be_open(media)
        marks = _marks(request) | set(media.extra["marks"])
        parts = sorted(self._parts(media).iterdir(), key=lambda part: int(part.name))
        is_whole = [int(part.name) for part in parts] == list(range(len(parts)))
        if not is_whole or sum(part.stat().st_size for part in parts) != media.extra["total"]:
            raise invalid(DOES_NOT_ADD_UP)
        await run_in_threadpool(_join, parts, self.path(media))
        shutil.rmtree(self._parts(media))
        return await run_in_threadpool(self._received, media, frozenset(marks))

    def at_once(self, request: Request, account: Account, params: Params) -> Json:
        """A picture in one request; what moves is sent in parts."""
        content, mime = file_of(params)
        if kind_of(mime) != IMAGE:
            raise invalid(f"media_type [{mime}] must be uploaded in chunks", media_type=[mime])
        category = category_of(mime, params.text("media_category"))
        if not 0 < len(content) <= most_bytes(category):
            raise invalid("The file is empty or too large.", media=[])
        media = self._new(request, account, mime, category, total=len(content))
        self.path(media).write_bytes(content)
        return self._received(media, frozenset(media.extra["marks"]))

    def _received(self, media: Media, marks: frozenset[str]) -> Json:
        """The whole file is there: a picture is looked at now, what moves is processed for a while."""
        kind, now = kind_of(media.mime), self.setting.clock()
        content = self._picture(media) if kind in (IMAGE, GIF) else b""
        facts = _size(content) if content else self._film(media)
        wait = math.inf if "media_stuck" in marks else 0.0 if kind == IMAGE else self.setting.media_seconds
        failed = {"failure": INVALID} if "media_failed" in marks and kind != IMAGE else {}
        media = self._change(
            media, content, now + wait, is_open=False, finalized_at=now, expires_at=now + READY_SECONDS,
            **{**facts, **failed},
        )  # fmt: skip
        return self.state(media) | {"size": media.extra["total"]}

    def _picture(self, media: Media) -> bytes:
        """Its bytes, kept in the row from now on. Raises Refused for what does not open as one."""
        content = self.path(media).read_bytes()
        self.path(media).unlink()
        try:
            _size(content)
        except Refused:
            self.world.delete_media(media.id)
            raise
        return content

    def _film(self, media: Media) -> Json:
        film = film_at(self.path(media))
        return {**film.facts, "failure": failure(film, media.mime, media.extra["category"])}

    def state(self, media: Media) -> Json:
        info = processing(media, self.setting.clock())
        return self.head(media) | ({"processing_info": info} if info else {})

    def head(self, media: Media) -> Json:
        left = math.ceil(media.extra["expires_at"] - self.setting.clock())
        return {"id": str(FIRST_MEDIA + media.id), "media_key": media_key(media), "expires_after_secs": left}


def _must_be_open(media: Media) -> None:
    if not media.extra.get("is_open"):
        raise forbidden("The upload is not open.")


def _marks(request: Request) -> frozenset[str]:
    """The faults that let this request through, and show once the file is whole."""
    return frozenset(kind for kind in ("media_stuck", "media_failed") if request.scope.get(f"sandbox.{kind}"))


def _join(parts: list[Path], whole: Path) -> None:
    with whole.open("wb") as target:
        for part in parts:
            with part.open("rb") as source:
                shutil.copyfileobj(source, target)


def file_of(params: Params) -> tuple[bytes, str]:
    """The file of a form, or the base64 of a JSON body, with its type."""
    if (file := params.uploads.get("media")) is not None:
        return file.content, params.text("media_type") or file.mime
    try:
        return base64.b64decode(params.text("media"), validate=True), params.text("media_type")
    except binascii.Error as error:
        raise invalid("media is not base64", media=[]) from error


def _size(content: bytes) -> Json:
    """Width and height of a picture; refuses what does not open as one."""
    try:
        with Image.open(io.BytesIO(content)) as picture:
            return {"width": picture.width, "height": picture.height}
    except (OSError, Image.DecompressionBombError) as error:
        raise invalid(BAD_FILE, media=[]) from error
