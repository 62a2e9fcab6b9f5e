"""Owns what belongs to a simulated video beside its file: caption tracks and its thumbnail.

Sources (read 2026-11), below https://developers.google.com/youtube/v3/docs/: captions, captions/list, captions/insert
(100 MB, name of 150 characters), thumbnails/set (2 MB, JPEG or PNG).
"""

from __future__ import annotations

import io
import tempfile
from typing import Any

from PIL import Image
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from sandbox.dialects._youtube_access import CAPTION, SLUG, UPLOAD
from sandbox.dialects._youtube_api import Api, own_video
from sandbox.dialects._youtube_bodies import Received, save, save_multipart
from sandbox.dialects._youtube_errors import GoogleError, bad, bad_content, needed, no_body
from sandbox.dialects._youtube_metadata import LANGUAGE, parts_of
from sandbox.dialects._youtube_resources import chosen, etag, listed, moment
from sandbox.records import Media

PARTS = frozenset({"id", "snippet"})
NAME_CHARACTERS = 150
CAPTION_BYTES = 100 * 1024 * 1024
THUMBNAIL_BYTES = 2 * 1024 * 1024
IMAGES = {"JPEG": "image/jpeg", "PNG": "image/png"}
SPOOLED = 1024 * 1024
"""Bytes of an upload that are held in memory before it goes to a file."""

Json = dict[str, Any]


class Extras:
    def __init__(self, api: Api) -> None:
        self.api = api
        self.world = api.world

    def table(self) -> list[tuple[str, str, Any]]:
        return [
            ("/youtube/v3/captions", "GET", self.captions),
            ("/upload/youtube/v3/captions", "POST", self.add_caption),
            ("/upload/youtube/v3/thumbnails/set", "POST", self.set_thumbnail),
        ]

    # Captions

    async def captions(self, request: Request) -> Response:
        """GET /youtube/v3/captions?videoId=, .../captions/list."""
        account, _ = self.api.enter(request, "captions.list", CAPTION)
        parts = parts_of(request.query_params.get("part", ""), PARTS)
        video = own_video(self.api.setting, account, request.query_params.get("videoId"), "videoId")
        return JSONResponse(listed("caption", [chosen(_track(one), parts) for one in self._tracks(video.id)]))

    def _tracks(self, video_id: str) -> list[Media]:
        return [one for one in self.world.media_of_post(SLUG, video_id) if one.extra.get("kind") == "caption"]

    async def add_caption(self, request: Request) -> Response:
        """POST /upload/youtube/v3/captions?uploadType=multipart, .../captions/insert."""
        account, _ = self.api.enter(request, "captions.insert", CAPTION)
        parts = parts_of(request.query_params.get("part", ""), PARTS)
        if request.query_params.get("uploadType") != "multipart":
            raise GoogleError(400, "notImplemented", "The sandbox takes captions in one multipart request")
        content, got = await _taken(request, CAPTION_BYTES)
        if not content:
            raise bad("contentRequired", "The request does not contain the caption track contents.", domain=DOMAIN)
        told = _caption(got.resource)
        video = own_video(self.api.setting, account, told["video"], "snippet.videoId")
        taken = {(one.extra["language"], one.extra["name"]) for one in self._tracks(video.id)}
        if (told["language"], told["name"]) in taken:
            said = "The specified video already has a caption track with this language and name."
            raise GoogleError(409, "captionExists", said, domain=DOMAIN)
        now = self.api.setting.clock()
        extra = {"kind": "caption", **told, "failure": "" if b"-->" in content else "unknownFormat", "at": now}
        media_id = self.world.add_media(
            network=SLUG, account_id=account.id, mime=got.mime, description="", extra=extra, content=content,
            ready_at=now,
        )  # fmt: skip
        self.world.attach_media(media_id, video.id)
        return JSONResponse(chosen(_track(self._tracks(video.id)[-1]), parts))

    # Thumbnails

    async def set_thumbnail(self, request: Request) -> Response:
        """POST /upload/youtube/v3/thumbnails/set?videoId=, .../thumbnails/set."""
        account, teller = self.api.enter(request, "thumbnails.set", UPLOAD)
        video = own_video(self.api.setting, account, request.query_params.get("videoId"), "videoId")
        content, got = await _taken(request, THUMBNAIL_BYTES)
        if not content:
            raise no_body()
        kind = got.mime.split(";")[0]
        if kind not in {*IMAGES.values(), "application/octet-stream"}:
            raise bad_content(kind, "image/jpeg, image/png, application/octet-stream")
        media_id = self.world.add_media(
            network=SLUG, account_id=account.id, mime=_image(content), description="", extra={"kind": "thumbnail"},
            content=content, ready_at=self.api.setting.clock(),
        )  # fmt: skip
        self.world.edit_post(SLUG, video.id, text=video.post.text, extra={**video.extra, "thumbnail": media_id})
        items = [teller.thumbnails(video.id)]
        return JSONResponse({"kind": "youtube#thumbnailSetResponse", "etag": etag(items), "items": items})


DOMAIN = "youtube.caption"


async def _taken(request: Request, most: int) -> tuple[bytes, Received]:
    """The file of the request, which may be `most` bytes long."""
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and int(announced) > most + SPOOLED:
        raise _too_large(most)
    with tempfile.SpooledTemporaryFile(SPOOLED) as target:
        if request.query_params.get("uploadType") == "multipart":
            got = await save_multipart(request, target)
        else:
            got = await save(request, target, most=most + SPOOLED)
        if got.size > most:
            raise _too_large(most)
        target.seek(0)
        return target.read(), got


def _too_large(most: int) -> GoogleError:
    return GoogleError(413, "uploadTooLarge", f"The upload is larger than {most} bytes.")


def _caption(resource: Json) -> Json:
    """{video, language, name, is_draft} of the resource."""
    snippet = resource.get("snippet")
    if not isinstance(snippet, dict) or not snippet.get("videoId"):
        raise needed("snippet.videoId")
    language, name = str(snippet.get("language", "")), snippet.get("name")
    if not language or not LANGUAGE.fullmatch(language) or not isinstance(name, str):
        raise bad("invalidMetadata", "The request contains invalid metadata values.", domain=DOMAIN)
    if len(name) > NAME_CHARACTERS:
        raise bad("nameTooLong", "The specified track name is longer than 150 characters.", domain=DOMAIN)
    return {
        "video": str(snippet["videoId"]), "language": language, "name": name, "is_draft": snippet.get("isDraft") is True
    }  # fmt: skip


def _track(media: Media) -> Json:
    extra = media.extra
    state = {"status": "failed", "failureReason": extra["failure"]} if extra["failure"] else {"status": "serving"}
    snippet = {
        "videoId": extra["video"], "lastUpdated": moment(extra["at"]), "trackKind": "standard",
        "language": extra["language"], "name": extra["name"], "audioTrackType": "unknown", "isCC": False,
        "isLarge": False, "isEasyReader": False, "isDraft": extra["is_draft"], "isAutoSynced": False, **state,
    }  # fmt: skip
    return {"kind": "youtube#caption", "id": f"AUieDa{media.id:08}", "snippet": snippet}


def _image(content: bytes) -> str:
    """The type of what it really is; refuses what opens as neither."""
    try:
        with Image.open(io.BytesIO(content)) as picture:
            found = IMAGES.get(picture.format or "")
    except (OSError, Image.DecompressionBombError):
        found = None
    if found is None:
        raise bad("invalidImage", "The provided image content is invalid.", domain="youtube.thumbnail")
    return found
