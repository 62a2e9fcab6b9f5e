"""Owns how a file reaches the simulated Facebook: Resumable Upload API and the upload host of reels, straight to disk.

Sources (read 2026-11), below https://developers.facebook.com/: docs/graph-api/guides/upload (a session's id has its
signature behind a question mark), documentation/video-api/guides/reels-publishing.
"""

from __future__ import annotations

import base64
import secrets
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from sandbox.dialects._facebook_entities import PRODUCT
from sandbox.dialects._facebook_errors import (
    HEADER,
    OFFSET,
    PARTIAL,
    PROCESSING,
    UploadProblem,
    missing,
    upload_problem,
    video_error,
)
from sandbox.dialects._facebook_films import SLUG, Films, PageFilm
from sandbox.dialects._graph_access import Call, GraphError, Json, envelope, token_of, valid_token
from sandbox.dialects.base import Setting
from sandbox.faults import marks_of
from sandbox.params import Params
from sandbox.records import Account, Media, Token

TYPES = ("application/pdf", "image/jpeg", "image/jpg", "image/png", "video/mp4")
LEAST_BYTES, MOST_BYTES = 1024, 2 * 1024**3


class Wrong(Exception):
    """A refusal in the words of the upload host; `header` is the one that cannot be read."""

    def __init__(self, problem: UploadProblem, header: str = "") -> None:
        super().__init__(problem[0])
        self.problem = problem
        self.header = header


def check_size(size: int) -> None:
    if size > MOST_BYTES:
        raise video_error(1363023)
    if size < LEAST_BYTES:
        raise video_error(1363022)


class Uploads:
    """A session is kept as a row of media; what came of its file lies on the disk and survives a broken connection."""

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self.world = setting.world
        self.films = Films(setting)

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/v{version}/upload:{id}", self.session, methods=["GET", "POST"]),
            Route("/video-upload/v{version}/{id}", self.reel, methods=["POST"]),
        ]

    # Resumable Upload API

    def start(self, call: Call) -> Json:
        """POST /{app}/uploads, .../docs/graph-api/guides/upload, step 1."""
        token = valid_token(self.setting, call)
        self._check_app(token, call.steps[0])
        names = ("file_name", "file_length", "file_type")
        if absent := [name for name in names if not call.params.text(name)]:
            raise missing(*absent)
        length, kind = call.params.text("file_length"), call.params.text("file_type")
        if not length.isdecimal() or int(length) == 0:
            raise GraphError(100, "(#100) Param file_length must be an integer greater than or equal to 1")
        if kind not in TYPES:
            raise GraphError(100, f"(#100) Param file_type must be one of {{{', '.join(TYPES)}}}")
        kept = {
            "handle": "", "file": secrets.token_hex(12), "size": int(length), "received": 0, "name":
            call.params.text("file_name"), "marks": sorted(call.marks), "sig": secrets.token_urlsafe(14),
        }  # fmt: skip
        made = self.world.add_media(
            network=SLUG, account_id=token.account_id or 0, mime=kind, description="", extra=kept, content=b"",
            ready_at=self.setting.clock(),
        )  # fmt: skip
        return {"id": f"upload:{_session_id(made)}?sig={kept['sig']}"}

    def _check_app(self, token: Token, node: str) -> None:
        """A token of an application uploads for that one; the simulator's ready tokens are of none."""
        app = self.world.app(token.app_id) if token.app_id else None
        if node != "app" and not node.isdecimal():
            raise GraphError(2500, f"Unknown path components: /{node}/uploads")
        if app is not None and node not in ("app", app.client_id):
            raise GraphError(100, "(#100) The access token does not belong to the application")

    async def session(self, request: Request) -> Response:
        """GET and POST /upload:{session}, .../docs/graph-api/guides/upload, step 2; the token is in the header."""
        try:
            token = valid_token(self.setting, self._call(request))
            upload = self._upload(request, token)
            if request.method == "GET":
                return JSONResponse({"id": f"upload:{_session_id(upload.id)}", "file_offset": upload.extra["received"]})
            return await self._receive(request, upload)
        except (GraphError, Wrong) as error:
            return await _refused(request, error)

    def _call(self, request: Request) -> Call:
        base = f"{request.url.scheme}://{request.url.netloc}/{SLUG}"
        at = request.scope.get("sandbox.received_at", self.setting.clock())
        return Call(
            PRODUCT, request.method, (), Params({}, {}), base, request.path_params["version"], at, token_of(request),
            marks_of(request),
        )  # fmt: skip

    def _upload(self, request: Request, token: Token) -> Media:
        named, _, sig = str(request.path_params["id"]).partition("?sig=")
        found = self.world.media(SLUG, _number_of(named))
        sig = request.query_params.get("sig", sig)
        if found is None or found.extra.get("sig") != sig or found.account_id not in (0, token.account_id or 0):
            raise GraphError(100, "(#100) Invalid upload session", status=404)
        return found

    async def _receive(self, request: Request, upload: Media) -> Response:
        start, received = _header(request, "file_offset"), int(upload.extra["received"])
        if start != received:
            raise Wrong(OFFSET)
        path = self.films.folder() / str(upload.extra["file"])
        written = await _write(request, path, start, int(upload.extra["size"]) - start)
        marks = sorted({*upload.extra["marks"], *marks_of(request)})
        told = {**upload.extra, "received": start + written, "marks": marks}
        is_whole = told["received"] == told["size"]
        if is_whole:
            told["handle"] = f"2:{_encoded(upload.extra['name'])}:{_encoded(upload.mime)}:{secrets.token_urlsafe(48)}"
        self.world.fill_media(upload.id, content=b"", extra=told, ready_at=upload.ready_at)
        if not is_whole:
            raise Wrong(PARTIAL)
        return JSONResponse({"h": told["handle"]})

    def by_handle(self, page: Account, handle: str) -> Media:
        """The whole file that a handle stands for. Raises GraphError."""
        rows = [*self.world.all_marked(SLUG, page.id, "handle"), *self.world.all_marked(SLUG, 0, "handle")]
        found = next((media for media in rows if media.extra["handle"] and media.extra["handle"] == handle), None)
        if found is None or found.mime != "video/mp4":
            raise video_error(1363041)
        return found

    # Reels

    async def reel(self, request: Request) -> Response:
        """POST to the upload_url of a reel, .../guides/reels-publishing, step 2: headers offset and file_size."""
        try:
            token = valid_token(self.setting, self._call(request))
            film = self.films.find(request.path_params["id"])
            if film is None or not film.is_reel or film.media.account_id != token.account_id:
                raise GraphError(200, "(#200) Permissions error", status=403)
            if self.films.is_expired(film):
                raise Wrong(PROCESSING)
            return await self._transfer(request, film)
        except (GraphError, Wrong) as error:
            return await _refused(request, error)

    async def _transfer(self, request: Request, film: PageFilm) -> Response:
        start, size = _header(request, "offset"), _header(request, "file_size")
        if not LEAST_BYTES <= size <= MOST_BYTES:
            raise Wrong(PROCESSING)
        if start != film.told["received"] or film.is_uploaded:
            raise Wrong(OFFSET)
        written = await _write(request, self.films.path(film), start, size - start)
        marks = frozenset(film.told["marks"]) | marks_of(request)
        film = self.films.change(film, received=start + written, size=size, marks=sorted(marks))
        if film.told["received"] != size:
            raise Wrong(PARTIAL)
        try:
            await run_in_threadpool(self.films.process, film, marks)
        except GraphError as error:
            self.films.change(film, received=0)
            raise Wrong(PROCESSING) from error
        return JSONResponse({"success": True})


async def _refused(request: Request, error: GraphError | Wrong) -> Response:
    """Read over to its end, so that the client that still sends hears of it."""
    try:
        async for _ in request.stream():
            continue
    except (ClientDisconnect, RuntimeError):
        pass  # gone, or read already
    if isinstance(error, Wrong):
        return upload_problem(error.problem, error.header)
    return JSONResponse(envelope(error), error.status)


def _header(request: Request, name: str) -> int:
    given = request.headers.get(name, "")
    if not given.isdecimal():
        raise Wrong(HEADER, name.capitalize())
    return int(given)


async def _write(request: Request, path: Path, at: int, most: int) -> int:
    """Put what comes into the file behind what is there; a broken connection leaves what it brought."""
    written = 0
    with path.open("r+b" if path.exists() else "w+b") as file:
        file.seek(at)
        try:
            async for piece in request.stream():
                if written + len(piece) > most:
                    raise Wrong(PARTIAL)
                file.write(piece)
                written += len(piece)
        except ClientDisconnect:
            pass
        file.truncate()
    return written


def _session_id(number: int) -> str:
    return _encoded(f"1:attachment:{number:036d}")


def _number_of(session: str) -> str:
    try:
        return str(int(base64.b64decode(session, validate=True).decode().rpartition(":")[2]))
    except ValueError:
        return ""


def _encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()
