"""Owns what becomes of a container, which both networks of the house that fetch files make before a post.

It is in progress until its files are read, finished or in error, published once, and over after a day.
"""

from __future__ import annotations

from sandbox.dialects.base import Setting
from sandbox.records import Media, Post

DAY = 86400


class ContainerStates:
    """The states of one network's containers; those of a carousel's children count for it."""

    def __init__(self, setting: Setting, slug: str) -> None:
        self.setting = setting
        self.world = setting.world
        self.slug = slug

    def state(self, media: Media) -> str:
        parts = [media, *self._children(media)]
        if self._published(media) is not None:
            return "PUBLISHED"
        if self._is_over(media):
            return "EXPIRED"
        if any(part.ready_at > self.setting.clock() for part in parts):
            return "IN_PROGRESS"
        return "ERROR" if self._failed(media) else "FINISHED"

    def _failed(self, media: Media) -> str:
        return next((part.extra["error"] for part in (media, *self._children(media)) if "error" in part.extra), "")

    def _children(self, media: Media) -> list[Media]:
        found = (self.world.media(self.slug, str(number)) for number in media.extra.get("children", ()))
        return [child for child in found if child is not None]

    def _is_over(self, media: Media) -> bool:
        return bool(self.setting.clock() > media.extra["created_at"] + DAY)

    def _published(self, media: Media) -> Post | None:
        """What it became, deleted since or not: a container is published once."""
        return next((post for post in self.world.all_posts(self.slug) if post.extra.get("container") == media.id), None)
