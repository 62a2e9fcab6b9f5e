"""Owns the edges of videos and reels in the simulated Facebook: putting one on a page, in each documented way.

Sources (read 2026-11), below https://developers.facebook.com/: documentation/video-api/guides/publishing and
guides/reels-publishing, docs/graph-api/reference/page/videos, page/video_reels, video, video/thumbnails.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

from PIL import Image

from sandbox.dialects._facebook_errors import missing, video_error
from sandbox.dialects._facebook_films import (
    DAY,
    DRAFT,
    PUBLISHED,
    REEL,
    SCHEDULED,
    SLUG,
    VIDEO,
    Films,
    PageFilm,
    check_length,
)
from sandbox.dialects._facebook_uploads import Uploads, check_size
from sandbox.dialects._facebook_video_entities import VideoTeller
from sandbox.dialects._graph_access import Call, GraphError, Json
from sandbox.dialects._graph_fields import Field, read_fields
from sandbox.dialects._graph_rows import no_such, page_of_rows
from sandbox.dialects.base import Setting
from sandbox.films import film_at, film_in
from sandbox.params import Params
from sandbox.records import Account

CHUNK = 1024 * 1024
CHARACTERS = 63_206
POSTER_BYTES = 10 * 1024 * 1024
REELS_A_DAY = 30
SOONEST = 600.0
LATEST = {REEL: 29 * DAY, VIDEO: 183 * DAY}


class Videos:
    """Each method is one documented operation; whose page it is was asked before."""

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self.world = setting.world
        self.films = Films(setting)
        self.uploads = Uploads(setting)

    # Videos

    def publish(self, call: Call, page: Account) -> Json:
        """POST /{page}/videos, .../documentation/video-api/guides/publishing: from a handle, a file, or in phases."""
        phases: dict[str, Callable[[Call, Account], Json]] = {
            "start": self._start, "transfer": self._transfer, "finish": self._finish, "cancel": self._cancel,
        }  # fmt: skip
        phase = call.params.text("upload_phase")
        if phase:
            if phase not in phases:
                raise GraphError(100, "(#100) Param upload_phase must be one of {start, transfer, finish, cancel}")
            return phases[phase](call, page)
        state, at = self._asked(call.params, VIDEO)
        film = self._described(self._whole(call, page), call.params)
        return {"id": self.films.publish(film, page, call, state, at).id}

    def _whole(self, call: Call, page: Account) -> PageFilm:
        handle, file = call.params.text("fbuploader_video_file_chunk"), call.params.uploads.get("source")
        if handle:
            upload = self.uploads.by_handle(page, handle)
            kept = {name: upload.extra[name] for name in ("file", "size", "received")}
            marks = sorted({*upload.extra["marks"], *call.marks})
            check_length(film_at(self.films.folder() / kept["file"]))
            return self._processed(self.films.open(call, page, VIDEO, **kept, marks=marks))
        if file is None:
            raise video_error(1363020)
        check_size(len(file.content))
        check_length(film_in(file.content))
        film = self.films.open(call, page, VIDEO, size=len(file.content), received=len(file.content))
        self.films.path(film).write_bytes(file.content)
        return self._processed(film)

    def _processed(self, film: PageFilm) -> PageFilm:
        """A file that is no video leaves nothing behind."""
        try:
            return self.films.process(film, frozenset())
        except GraphError:
            self.films.delete(film)
            raise

    def _start(self, call: Call, page: Account) -> Json:
        """upload_phase=start, .../reference/page/videos: which bytes come first."""
        size = call.params.text("file_size")
        if not size.isdecimal():
            raise missing("file_size")
        check_size(int(size))
        film = self.films.open(call, page, VIDEO, size=int(size))
        self.films.path(film).touch()
        return {"upload_session_id": f"9{film.id}", "video_id": film.id, **_offsets(film)}

    def _transfer(self, call: Call, page: Account) -> Json:
        film, file = self._session(call, page), call.params.uploads.get("video_file_chunk")
        offsets = _offsets(film)
        if file is None:
            raise missing("video_file_chunk")
        start, size = int(film.told["received"]), int(film.told["size"])
        if call.params.text("start_offset") != offsets["start_offset"] or start + len(file.content) > size:
            raise video_error(1363037, **{name: int(value) for name, value in offsets.items()})
        with self.films.path(film).open("r+b") as target:
            target.seek(start)
            target.write(file.content)
        marks = sorted({*film.told["marks"], *call.marks})
        return _offsets(self.films.change(film, received=start + len(file.content), marks=marks))

    def _finish(self, call: Call, page: Account) -> Json:
        film = self._session(call, page)
        if film.told["received"] != film.told["size"]:
            raise video_error(1363045)
        if not film.is_uploaded:
            state, at = self._asked(call.params, VIDEO)
            check_length(film_at(self.films.path(film)))
            film = self._described(self._processed(film), call.params)
            self.films.publish(film, page, call, state, at)
        return {"success": True}

    def _cancel(self, call: Call, page: Account) -> Json:
        film = self._session(call, page)
        if film.is_uploaded:
            raise video_error(1363041)
        self.films.delete(film)
        return {"success": True}

    def _session(self, call: Call, page: Account) -> PageFilm:
        named = call.params.text("upload_session_id")
        film = self.films.find(named[1:]) if named.startswith("9") else None
        if film is None or film.is_reel or film.media.account_id != page.id or self.films.is_expired(film):
            raise video_error(1363041)
        return film

    # Reels

    def reel(self, call: Call, page: Account) -> Json:
        """POST /{page}/video_reels, .../guides/reels-publishing, steps 1 and 3."""
        phase = call.params.text("upload_phase")
        if not phase:
            raise missing("upload_phase")
        if phase not in ("start", "finish"):
            raise GraphError(100, "(#100) Param upload_phase must be one of {start, finish}")
        if phase == "finish":
            return self._finish_reel(call, page)
        film = self.films.open(call, page, REEL)
        return {"video_id": film.id, "upload_url": f"{call.base}/video-upload/v{call.version}/{film.id}"}

    def _finish_reel(self, call: Call, page: Account) -> Json:
        params = call.params
        if absent := [name for name in ("video_id", "video_state") if not params.text(name)]:
            raise missing(*absent)
        film = self.films.find(params.text("video_id"))
        if film is None or not film.is_reel or film.media.account_id != page.id:
            raise GraphError(100, "(#100) Invalid parameter: video_id")
        if self.films.is_expired(film):
            raise video_error(1363041)
        if not film.is_uploaded:
            raise video_error(1363045)
        if film.told["failed"] and self.films.is_ready(film):
            raise video_error(film.told["failed"])
        state, at = self._asked(params, REEL)
        if film.told["state"] in (PUBLISHED, SCHEDULED):
            return {"success": True}
        if state != DRAFT:
            self._spend(page)
        self.films.publish(self._described(film, params), page, call, state, at)
        return {"success": True}

    def _spend(self, page: Account) -> None:
        """30 reels within 24 hours, counted where one is published."""
        since = self.setting.clock() - DAY
        made = [post for post in self.world.all_posts(SLUG) if post.account_id == page.id and post.received_at > since]
        if sum(bool(post.extra.get("is_reel")) for post in made) >= REELS_A_DAY:
            raise GraphError(613, "(#613) Calls to this api have exceeded the rate limit.")

    # What both have in common

    def _asked(self, params: Params, kind: str) -> tuple[str, float]:
        """The state that the caller wants, and when. Raises GraphError."""
        given = params.text("scheduled_publish_time")
        if kind == REEL:
            state = params.text("video_state")
            if state not in (DRAFT, PUBLISHED, SCHEDULED):
                raise GraphError(100, "(#100) Param video_state must be one of {DRAFT, PUBLISHED, SCHEDULED}")
        else:
            is_public = params.text("published", "true").lower() not in ("false", "0")
            state = PUBLISHED if is_public else SCHEDULED if given else DRAFT
        if (state == SCHEDULED) != bool(given):
            raise GraphError(100, "(#100) Invalid parameter: scheduled_publish_time")
        return state, self._time(given, kind) if given else 0.0

    def _time(self, given: str, kind: str) -> float:
        now = self.setting.clock()
        if not given.isdecimal() or not now + SOONEST <= int(given) <= now + LATEST[kind]:
            raise GraphError(100, "(#100) The specified scheduled publish time is invalid.")
        return float(given)

    def _described(self, film: PageFilm, params: Params) -> PageFilm:
        description = params.text("description")
        if len(description) > CHARACTERS:
            raise GraphError(100, "(#100) Param description is too long")
        return self.films.change(film, title=params.text("title"), description=description, poster=_poster(params))

    # The video itself

    def edit(self, call: Call, page: Account, film: PageFilm) -> Json:
        """POST /{video}, .../docs/graph-api/reference/video (updating): its words, and that it is published."""
        params = call.params
        told: dict[str, Any] = {name: params.text(name) for name in ("title", "description") if name in params}
        if len(told.get("description", "")) > CHARACTERS:
            raise GraphError(100, "(#100) Param description is too long")
        film = self.films.change(film, **told)
        post = self.world.post(SLUG, str(film.told["post"])) if film.told["post"] else None
        if post is not None and "description" in told:
            self.world.edit_post(SLUG, post.id, text=told["description"], extra=dict(post.extra))
        if params.flag("published") and film.told["state"] in ("", DRAFT) and film.is_uploaded:
            self.films.publish(film, page, call, PUBLISHED, 0.0)
        return {"success": True}

    def add_thumbnail(self, call: Call, film: PageFilm) -> Json:
        """POST /{video}/thumbnails, .../docs/graph-api/reference/video/thumbnails."""
        poster = _poster(call.params, "source")
        if poster is None:
            raise missing("source")
        self.films.change(film, poster=poster)
        return {"success": True}

    # Lists

    def listed(self, call: Call, page: Account) -> Json:
        """GET /{page}/videos: those put out there, also while they are processed; GET /{page}/video_reels: reels."""
        is_reels = call.steps[-1] == "video_reels"
        found = [film for film in self.films.of(page) if film.told["state"] and (film.is_reel or not is_reels)]
        fields: tuple[Field, ...] = read_fields(call.params.text("fields"))
        teller = VideoTeller(self.setting, call.base)
        rows, paging = page_of_rows(call, found, [film.id for film in found])
        return {"data": [teller.video(page, film, fields) for film in rows], **paging}

    def thumbnails(self, call: Call, film: PageFilm) -> Json:
        return {"data": [VideoTeller(self.setting, call.base).thumbnail(film)]}

    def insights(self, call: Call, film: PageFilm, names: list[str]) -> list[Json]:
        if self.films.post_of(film) is None:
            raise no_such(call, film.id)
        return VideoTeller(self.setting, call.base).insights(film, names)


def _offsets(film: PageFilm) -> dict[str, str]:
    """The bytes that come next; both the same where none do."""
    start = int(film.told["received"])
    return {"start_offset": str(start), "end_offset": str(min(start + CHUNK, int(film.told["size"])))}


def _poster(params: Params, name: str = "thumb") -> bytes | None:
    file = params.uploads.get(name)
    if file is None:
        return None
    try:
        with Image.open(io.BytesIO(file.content)) as picture:
            is_known = picture.format in ("JPEG", "PNG", "GIF", "BMP", "TIFF")
    except (OSError, Image.DecompressionBombError) as error:
        raise GraphError(324, "(#324) Requires upload file") from error
    if not is_known or len(file.content) > POSTER_BYTES:
        raise GraphError(324, "(#324) Requires upload file")
    return file.content
