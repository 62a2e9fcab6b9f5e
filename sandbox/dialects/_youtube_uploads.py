"""Owns `videos.insert` of the simulated YouTube: in one request, or in a session that survives a broken connection.

Sources (read 2026-11): https://developers.google.com/youtube/v3/docs/videos/insert,
https://developers.google.com/youtube/v3/guides/using_resumable_upload_protocol (308 and Range, chunks of 256 KB, 201 at
the end), https://developers.google.com/drive/api/guides/manage-uploads#resume-upload (a session lives one week, which
the YouTube guide leaves open: it says only that a 404 means to start again).
"""

from __future__ import annotations

import asyncio
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from starlette.datastructures import URL
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from sandbox.dialects._youtube_access import SLUG, UPLOAD, account_of, require, token_for, token_of
from sandbox.dialects._youtube_bodies import Received, Target, read_json, save, save_multipart
from sandbox.dialects._youtube_errors import GoogleError, bad, bad_content, no_body
from sandbox.dialects._youtube_film import upload_at
from sandbox.dialects._youtube_metadata import checked, parts_of, snippet_of, status_of
from sandbox.dialects._youtube_quota import Quota
from sandbox.dialects._youtube_resources import Teller, chosen
from sandbox.dialects._youtube_videos import PUBLIC, make_video_id, past
from sandbox.dialects.base import Setting
from sandbox.faults import marks_of
from sandbox.records import Account, Post

CHUNK = 256 * 1024
LARGEST = 256 * 1024**3
SESSION_SECONDS = 7 * 86_400.0
ACCEPTED = "video/*, application/octet-stream"
RANGE = re.compile(r"bytes (?:(\d+)-(\d+)|\*)/(\d+|\*)")

Json = dict[str, Any]


@dataclass
class Session:
    """One upload that may be resumed. `total` is None until it is known; `video_id` is there once it is complete."""

    id: str
    account: Account
    fields: Json
    parts: list[str]
    mime: str
    total: int | None
    path: Path
    marks: frozenset[str]
    created_at: float
    received: int = 0
    video_id: str | None = None
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)


@dataclass(frozen=True)
class Span:
    """A chunk's Content-Range; `start` is None where the request only asks how far the upload is."""

    start: int | None
    end: int
    total: int | None


class Uploads:
    """The routes at /upload/youtube/v3/videos."""

    def __init__(self, setting: Setting, quota: Quota) -> None:
        self.setting = setting
        self.world = setting.world
        self.quota = quota
        self.sessions: dict[str, Session] = {}

    async def insert(self, request: Request) -> Response:
        """POST /upload/youtube/v3/videos, .../docs/videos/insert."""
        account, token = require(self.setting, request, UPLOAD)
        self.quota.spend(token, "videos.insert")
        parts = parts_of(request.query_params.get("part", ""))
        kind = request.query_params.get("uploadType", "")
        if kind == "resumable":
            return await self._begin(request, account, parts)
        if kind not in {"multipart", "media"}:
            raise no_body()
        return await self._at_once(request, account, parts, kind)

    async def _at_once(self, request: Request, account: Account, parts: list[str], kind: str) -> Response:
        path = self._new_file(secrets.token_urlsafe(24))
        try:
            with path.open("wb") as target:
                got = await (save_multipart(request, target) if kind == "multipart" else self._body(request, target))
            _accept(got.mime, got.size)
            fields = self._fields(got.resource, parts)
            if not got.is_whole:
                raise bad("badRequest", "The body ended early.", domain="global")
        except GoogleError:
            path.unlink()
            raise
        post = self._add(request, account, fields, path, got.mime, marks_of(request))
        return JSONResponse(self._told(request, post, parts))

    async def _body(self, request: Request, target: Target) -> Received:
        return await save(request, target, most=LARGEST)

    def _new_file(self, name: str) -> Path:
        folder = self.world.files / SLUG
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        (folder / name).touch()
        return folder / name

    def _fields(self, resource: Json, parts: list[str]) -> Json:
        """What the video keeps, of the parts that the request names; the others take their defaults."""
        checked(resource)
        given = {name: resource[name] for name in parts if name in resource}
        now = self.setting.clock()
        return snippet_of(given, is_new=True) | status_of(given, now, was_public=False)

    # Sessions

    async def _begin(self, request: Request, account: Account, parts: list[str]) -> Response:
        """Step 1 of the guide: the session's address is in Location."""
        fields = self._fields(await read_json(request), parts)
        mime = request.headers.get("x-upload-content-type", "application/octet-stream")
        announced = request.headers.get("x-upload-content-length")
        total = int(announced) if announced and announced.isdecimal() else None
        _accept(mime, total)
        upload_id = secrets.token_urlsafe(48)
        self.sessions[upload_id] = Session(
            upload_id, account, fields, parts, mime, total, self._new_file(upload_id), marks_of(request),
            self.setting.clock(),
        )  # fmt: skip
        location = URL(str(request.url)).include_query_params(upload_id=upload_id).remove_query_params("access_token")
        return Response(status_code=200, headers={"Location": str(location), "X-GUploader-UploadID": upload_id})

    async def resume(self, request: Request) -> Response:
        """PUT to the session's address, steps 3 and 4 of the guide: bytes, or the question how many are there."""
        session = self._session(request)
        span = _span(request)
        async with session.turn:
            session.marks |= marks_of(request)
            if session.video_id is not None:
                return self._complete(request, session)
            if span.start is None:
                return _so_far(session)
            self._check(session, span)
            return await self._take(request, session, span)

    def _session(self, request: Request) -> Session:
        """The address itself lets in; a token that comes along must be valid still."""
        session = self.sessions.get(request.query_params.get("upload_id", ""))
        if session is None or not session.path.exists():
            raise GoogleError(404, "notFound", "The upload session does not exist. Start a new one.")
        if self.setting.clock() > session.created_at + SESSION_SECONDS:
            raise GoogleError(410, "uploadGone", "The upload session has expired. Start a new one.")
        if token_of(request) is not None:
            token_for(self.setting, request)
            if account_of(self.world, request) != session.account:
                raise GoogleError(403, "forbidden", "The session belongs to another channel.")
        return session

    def _check(self, session: Session, span: Span) -> None:
        assert span.start is not None
        known = {total for total in (session.total, span.total) if total is not None}
        if len(known) > 1 or any(span.end >= total for total in known):
            raise bad("badRequest", "Content-Range does not fit the announced length.", domain="global")
        if span.start > session.received:
            raise bad("badRequest", f"Bytes are missing: {session.received} were received.", domain="global")
        session.total = next(iter(known), None)
        is_last = session.total is not None and span.end + 1 == session.total
        if not is_last and (span.end + 1 - span.start) % CHUNK:
            said = f"The number of bytes must be a multiple of {CHUNK}, except for the final request."
            raise bad("badRequest", said, domain="global")

    async def _take(self, request: Request, session: Session, span: Span) -> Response:
        """What is there already is read over; what a broken connection brought is kept to the last whole 256 KB."""
        assert span.start is not None
        with session.path.open("r+b") as target:
            target.seek(session.received)
            most = max(0, span.end + 1 - session.received)
            got = await save(request, target, most=most, skip=session.received - span.start)
            if got.size < most:
                got_whole = (session.received + got.size) // CHUNK * CHUNK
                session.received = max(session.received, got_whole)
                target.truncate(session.received)
                return _so_far(session)
        session.received += got.size
        return self._complete(request, session) if session.received == session.total else _so_far(session)

    def _complete(self, request: Request, session: Session) -> Response:
        if session.video_id is None:
            post = self._add(request, session.account, session.fields, session.path, session.mime, session.marks)
            session.video_id = post.id
        found = self.world.post(SLUG, session.video_id)
        if found is None:
            raise GoogleError(404, "notFound", "The video of this session is gone.")
        return JSONResponse(self._told(request, found, session.parts), 201)

    # The video

    def _add(
        self, request: Request, account: Account, fields: Json, path: Path, mime: str, marks: frozenset[str]
    ) -> Post:
        now, film = self.setting.clock(), upload_at(path)
        ready_at = None if "media_stuck" in marks else now + self.setting.media_seconds
        extra: Json = {
            **past(fields["title"], fields["language"]), **{k: v for k, v in fields.items() if k != "text"},
            "file": path.name, "mime": mime, "size": path.stat().st_size, "container": film.container,
            "seconds": film.seconds, "ready_at": ready_at, "failure": _failure(film.container, marks),
            "rejection": "inappropriate" if "media_rejected" in marks else "", "kept_private": "kept_private" in marks,
            "public_since": now if fields["privacy"] == PUBLIC else None,
        }  # fmt: skip
        received_at = request.scope.get("sandbox.received_at", now)
        with self.world.transaction():
            post = Post(
                make_video_id(self.world), SLUG, account.id, fields["text"], extra, None, now, received_at, None, None
            )
            self.world.add_post(post)
        return post

    def _told(self, request: Request, post: Post, parts: list[str]) -> Mapping[str, Any]:
        base = f"{request.url.scheme}://{request.url.netloc}/{SLUG}"
        teller = Teller(self.setting, base, self.world.account(post.account_id))
        return chosen(teller.video(post), parts)


def _accept(mime: str, size: int | None) -> None:
    if not mime.startswith("video/") and mime.split(";")[0] != "application/octet-stream":
        raise bad_content(mime, ACCEPTED)
    if size == 0:
        raise no_body()
    if size is not None and size > LARGEST:
        raise GoogleError(413, "uploadTooLarge", "The upload is larger than 256 GB.")


def _failure(container: str, marks: frozenset[str]) -> str:
    """A file that is no video is found out by the processing, not at its upload."""
    if not container:
        return "invalidFile"
    return "conversion" if "media_failed" in marks else ""


def _span(request: Request) -> Span:
    """Without a Content-Range the body is the whole file."""
    length = request.headers.get("content-length", "")
    told = request.headers.get("content-range")
    if told is None:
        if not length.isdecimal():
            raise GoogleError(400, "badRequest", "Content-Length or Content-Range is needed.")
        return Span(0, int(length) - 1, int(length)) if int(length) else Span(None, 0, None)
    found = RANGE.fullmatch(told.strip())
    if found is None:
        raise bad("badRequest", "Content-Range is not understood.", domain="global")
    total = None if found[3] == "*" else int(found[3])
    if found[1] is None:
        return Span(None, 0, total)
    span = Span(int(found[1]), int(found[2]), total)
    assert span.start is not None
    if span.end < span.start or (length.isdecimal() and int(length) != span.end + 1 - span.start):
        raise bad("badRequest", "Content-Range and Content-Length disagree.", domain="global")
    return span


def _so_far(session: Session) -> Response:
    """308, with the bytes that are there; without Range where there are none."""
    headers = {"Range": f"bytes=0-{session.received - 1}"} if session.received else {}
    return Response(status_code=308, headers={**headers, "X-GUploader-UploadID": session.id})
