"""Owns the state of a simulated video: who sees it, how far its processing is, since when it has viewers.

A video is a `Post` of the simulator whose `text` is its description. Sources (read 2026-11):
https://developers.google.com/youtube/v3/docs/videos (properties, states),
https://developers.google.com/youtube/v3/docs/videos/insert (videos of unaudited projects stay private).
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

from sandbox.dialects._youtube_access import SLUG
from sandbox.dialects.base import Setting
from sandbox.engagement import Counts, Reply, crowd_of
from sandbox.records import Post
from sandbox.world import World

PUBLIC, UNLISTED, PRIVATE = "public", "unlisted", "private"
PRIVACIES = frozenset({PUBLIC, UNLISTED, PRIVATE})
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def make_video_id(world: World, _at: float = 0.0) -> str:
    """Eleven letters, free, and in no order."""
    while True:
        candidate = "".join(secrets.choice(LETTERS) for _ in range(11))
        if world.post(SLUG, candidate) is None:
            return candidate


@dataclass(frozen=True)
class Figures:
    """What viewers made of a video until some moment."""

    views: int
    counts: Counts

    @property
    def likes(self) -> int:
        return self.counts.favourites

    @property
    def shares(self) -> int:
        return self.counts.reblogs

    @property
    def comments(self) -> int:
        return self.counts.replies


class Video:
    """One video as it is now."""

    def __init__(self, setting: Setting, post: Post) -> None:
        self.setting = setting
        self.post = post
        self.extra: dict[str, Any] = dict(post.extra)
        self.now = setting.clock()

    @property
    def id(self) -> str:
        return self.post.id

    @property
    def title(self) -> str:
        return str(self.extra["title"])

    @property
    def is_ready(self) -> bool:
        """Its processing has come to an end, good or bad; never where `ready_at` is None."""
        ready_at = self.extra["ready_at"]
        return ready_at is not None and ready_at <= self.now

    @property
    def upload_status(self) -> str:
        if not self.is_ready:
            return "uploaded"
        if self.extra["failure"]:
            return "failed"
        return "rejected" if self.extra["rejection"] else "processed"

    @property
    def scheduled_for(self) -> float | None:
        """When it goes public by itself; None once it has, or where nothing is planned."""
        at: float | None = self.extra["publish_at"]
        return at if at is not None and at > self.now else None

    @property
    def privacy(self) -> str:
        if self.extra["kept_private"]:
            return PRIVATE
        due = self.extra["publish_at"] is not None and self.scheduled_for is None
        return PUBLIC if due else str(self.extra["privacy"])

    @property
    def public_since(self) -> float | None:
        """When it first was public, whatever it is now."""
        due = self.extra["publish_at"] if self.scheduled_for is None and not self.extra["kept_private"] else None
        known = [at for at in (self.extra["public_since"], due) if at is not None]
        return max(min(known), self.post.created_at) if known else None

    @property
    def seen_since(self) -> float | None:
        """When its first viewers came: public, and processed."""
        if self.public_since is None or self.upload_status != "processed":
            return None
        return max(self.public_since, float(self.extra["ready_at"]))

    @property
    def is_shown(self) -> bool:
        """Anybody who has the link can watch it."""
        return self.privacy != PRIVATE and self.upload_status == "processed"

    def figures(self, at: float | None = None) -> Figures:
        """Nobody before it was seen; `at` is a moment of the past."""
        since, until = self.seen_since, self.now if at is None else min(at, self.now)
        age = self.setting.age(since, until) if since is not None and since < until else 0.0
        crowd, speed = crowd_of(self.id), self.setting.speed
        return Figures(crowd.audience(age, speed).views, crowd.counts(age, speed))

    def replies(self) -> list[tuple[Reply, float]]:
        """The comments of viewers, each with its moment, oldest first."""
        since = self.seen_since
        if since is None:
            return []
        found = crowd_of(self.id).replies_by(self.setting.age(since), self.setting.speed)
        return [(reply, self.setting.moment_at(since, reply.after)) for reply in found]


def past(title: str, language: str) -> dict[str, Any]:
    """What a video keeps beside its description, for one that was public and ready from its first moment on."""
    return {
        "title": title, "tags": [], "category": "27", "language": language, "audio_language": "", "privacy": PUBLIC,
        "publish_at": None, "license": "youtube", "embeddable": True, "stats_viewable": True, "kids": None,
        "synthetic": None, "file": "", "mime": "video/mp4", "size": 0, "container": "mov,mp4", "seconds": 240.0,
        "ready_at": 0.0, "failure": "", "rejection": "", "kept_private": False, "public_since": 0.0, "thumbnail": None,
    }  # fmt: skip
