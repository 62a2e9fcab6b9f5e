"""Owns a video in the simulated Facebook: its file on the disk, its processing, the post that it becomes.

Sources (read 2026-11), below https://developers.facebook.com/: documentation/video-api/guides/reels-publishing
(specifications, states, limits), documentation/video-api/reference/error-codes, docs/graph-api/reference/video. When an
upload that was never finished expires the guide leaves open: here after a day.
"""

from __future__ import annotations

import itertools
import math
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sandbox.dialects._facebook_errors import video_error
from sandbox.dialects._graph_access import Call, page_id
from sandbox.dialects.base import Setting
from sandbox.films import MP4, QUICKTIME, TRANSPORT, Film, film_at
from sandbox.records import Account, Media, Post
from sandbox.world import World

SLUG = "facebook"
FIRST_VIDEO = 400_000_000_000_000
DAY = 86_400.0
REEL, VIDEO = "REEL", "VIDEO"
DRAFT, PUBLISHED, SCHEDULED = "DRAFT", "PUBLISHED", "SCHEDULED"
REEL_SECONDS, VIDEO_SECONDS = (3.0, 90.0), (1.0, 40 * 60.0)
REEL_FRAMES = (24.0, 60.0)
REEL_SIDES = (540, 960)
RATIOS = (0.56, 1.78)
"""9x16 and 16x9, to a hundredth: encoders round to even sides."""
NOT_PROCESSED, NOT_PUBLISHED = 1363019, "The video cannot be published: it goes against our Community Standards."

_sequence = itertools.count()


def make_post_id(_world: World, at: float) -> str:
    """A number that sorts by `at`; the post's id has the page's before it."""
    return str(int(at * 1000) * 1000 + next(_sequence) % 1000)


def owned(page: Account, number: str) -> str:
    return f"{page_id(page)}_{number}"


def is_seen(setting: Setting, post: Post) -> bool:
    """A video's post is there once its file is processed, and its time has come."""
    return float(post.extra.get("seen_at", 0.0)) <= setting.clock()


@dataclass(frozen=True)
class PageFilm:
    """`told` is what is kept of it; `failed` in it is the subcode for which its processing fails, 0 for none."""

    media: Media

    @property
    def told(self) -> Mapping[str, Any]:
        return self.media.extra

    @property
    def id(self) -> str:
        return str(FIRST_VIDEO + self.media.id)

    @property
    def is_reel(self) -> bool:
        return bool(self.told["video"] == REEL)

    @property
    def is_uploaded(self) -> bool:
        return bool(self.told["facts"])

    @property
    def seconds(self) -> float:
        return float((self.told["facts"] or {}).get("seconds") or 0.0)


class Films:
    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self.world = setting.world

    def open(self, call: Call, page: Account, kind: str, **told: Any) -> PageFilm:
        """`told` may hold the size in bytes, and the file that is there already."""
        kept = {
            "video": kind, "file": secrets.token_hex(12), "size": 0, "received": 0, "facts": None, "failed": 0,
            "rejected": "", "title": "", "description": "", "state": "", "publish_at": 0.0, "post": "",
            "opened_at": self.setting.clock(), "marks": sorted(call.marks), **told,
        }  # fmt: skip
        made = self.world.add_media(
            network=SLUG, account_id=page.id, mime="video/mp4", description="", extra=kept, content=b"",
            ready_at=math.inf,
        )  # fmt: skip
        return self._of(made)

    def _of(self, number: int) -> PageFilm:
        media = self.world.media(SLUG, str(number))
        assert media is not None
        return PageFilm(media)

    def find(self, node: str) -> PageFilm | None:
        """By its id; one whose post was deleted is gone with it."""
        number = int(node) - FIRST_VIDEO if node.isdecimal() and len(node) < 18 else 0
        return self.kept(str(number)) if number > 0 else None

    def kept(self, number: object) -> PageFilm | None:
        """By the number of its row."""
        media = self.world.media(SLUG, str(number)) if number else None
        if media is None or "video" not in media.extra:
            return None
        is_gone = media.extra["post"] and self.world.post(SLUG, media.extra["post"]) is None
        return None if is_gone else PageFilm(media)

    def of(self, page: Account) -> list[PageFilm]:
        """Newest first."""
        rows = self.world.all_marked(SLUG, page.id, "video")
        return [film for media in reversed(rows) if (film := self.kept(media.id))]

    def path(self, film: PageFilm) -> Path:
        return self.folder() / str(film.told["file"])

    def folder(self) -> Path:
        folder = self.world.files / SLUG
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return folder

    def change(
        self, film: PageFilm, *, poster: bytes | None = None, ready_at: float | None = None, **told: Any
    ) -> PageFilm:
        self.world.fill_media(
            film.media.id, content=film.media.content if poster is None else poster, extra={**film.told, **told},
            ready_at=film.media.ready_at if ready_at is None else ready_at,
        )  # fmt: skip
        return self._of(film.media.id)

    # Processing

    def is_ready(self, film: PageFilm) -> bool:
        return film.media.ready_at <= self.setting.clock()

    def is_expired(self, film: PageFilm) -> bool:
        return not film.told["state"] and self.setting.clock() > film.told["opened_at"] + DAY

    def process(self, film: PageFilm, marks: frozenset[str]) -> PageFilm:
        """The file is whole. Raises GraphError for one that is no video at all; what else is wrong its state tells."""
        facts = film_at(self.path(film))
        if facts.mime != TRANSPORT and (facts.mime not in (MP4, QUICKTIME) or facts.seconds is None):
            raise video_error(1363024)
        marks |= frozenset(film.told["marks"])
        failed = NOT_PROCESSED if "media_failed" in marks else _refused(facts) if film.is_reel else 0
        ready_at = math.inf if "media_stuck" in marks else self.setting.clock() + self.setting.media_seconds
        told = {"mime": facts.mime, **facts.facts}
        rejected = NOT_PUBLISHED if "media_rejected" in marks else ""
        return self.change(film, ready_at=ready_at, facts=told, failed=failed, rejected=rejected)

    # Publishing

    def publish(self, film: PageFilm, page: Account, call: Call, state: str, at: float = 0.0) -> PageFilm:
        """Once only: a video becomes one post, which is seen when it is processed and its time `at` has come."""
        film = self.change(film, state=state, publish_at=at)
        will_not = film.told["failed"] or film.told["rejected"] or math.isinf(film.media.ready_at)
        if state == DRAFT or will_not or film.told["post"]:
            return film
        seen_at = max(self.setting.clock(), film.media.ready_at, at)
        extra = {
            "media_ids": [], "language": "ar", "link": "", "published": True, "video": film.media.id,
            "is_reel": film.is_reel, "seen_at": seen_at,
        }  # fmt: skip
        with self.world.transaction():
            post_id = owned(page, make_post_id(self.world, seen_at))
            text = str(film.told["description"])
            self.world.add_post(Post(post_id, SLUG, page.id, text, extra, None, seen_at, call.received_at, None, None))
            self.world.attach_media(film.media.id, post_id)
            return self.change(film, post=post_id)

    def post_of(self, film: PageFilm) -> Post | None:
        """Its post, from when it is seen."""
        post = self.world.post(SLUG, str(film.told["post"])) if film.told["post"] else None
        return post if post is not None and is_seen(self.setting, post) else None

    def delete(self, film: PageFilm) -> None:
        if film.told["post"]:
            self.world.delete_post(SLUG, str(film.told["post"]))
        self.world.delete_media(film.media.id)


def check_length(facts: Film) -> None:
    """Raises GraphError where a video of a page is shorter or longer than the error codes tell."""
    if facts.seconds is None:
        return
    if facts.seconds < VIDEO_SECONDS[0]:
        raise video_error(1363025)
    if facts.seconds > VIDEO_SECONDS[1]:
        raise video_error(1363026)


def _refused(facts: Film) -> int:
    """The subcode for which a reel is not taken; what the file's headers do not tell is not held against it."""
    if facts.width and facts.height:
        if not RATIOS[0] <= round(facts.width / facts.height, 2) <= RATIOS[1]:
            return 1363040
        if min(facts.width, facts.height) < REEL_SIDES[0] or max(facts.width, facts.height) < REEL_SIDES[1]:
            return 1363127
    if facts.seconds is not None and not REEL_SECONDS[0] <= facts.seconds <= REEL_SECONDS[1]:
        return 1363128
    if facts.frames and not REEL_FRAMES[0] <= round(facts.frames, 1) <= REEL_FRAMES[1]:
        return 1363129
    return 0
