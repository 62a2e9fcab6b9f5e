"""Owns what calls of the simulated YouTube cost: units by method, daily buckets, and the day's end in California.

Source: https://developers.google.com/youtube/v3/determine_quota_cost, read 2026-11. It contradicts itself: its text
gives `videos.insert` a bucket of its own (100 calls a day, one unit each), while the summary atop the page, and some of
the translated references of the method, still say 1600 units. The text is followed.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sandbox.dialects._youtube_errors import quota_exceeded
from sandbox.dialects.base import Setting
from sandbox.records import Token

PACIFIC = ZoneInfo("America/Los_Angeles")
UNITS_PER_DAY = 10_000
UPLOADS_PER_DAY = 100
USUAL = 300
"""The simulator's own usual limit of requests: at that the project has the default quota, else in proportion."""

UPLOADS = frozenset({"videos.insert"})
COSTS: Mapping[str, int] = {
    "captions.list": 50, "captions.insert": 400, "channels.list": 1, "commentThreads.list": 1, "playlistItems.list": 1,
    "playlistItems.insert": 50, "playlists.list": 1, "playlists.insert": 50, "thumbnails.set": 50, "videos.list": 1,
    "videos.insert": 1, "videos.update": 50, "videos.delete": 50,
}  # fmt: skip


class Quota:
    """What each project spent today. Reports of YouTube Analytics have a quota of their own and cost nothing here."""

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self.day: date | None = None
        self.spent: dict[tuple[int | None, str], int] = {}

    def spend(self, token: Token, method: str) -> None:
        """Count one call, refused or not; raises quotaExceeded when today's bucket does not hold it."""
        day = datetime.fromtimestamp(self.setting.clock(), PACIFIC).date()
        if day != self.day:
            self.day, self.spent = day, {}
        bucket, most = ("uploads", UPLOADS_PER_DAY) if method in UPLOADS else ("units", UNITS_PER_DAY)
        spent = self.spent.get((token.app_id, bucket), 0) + COSTS[method]
        if spent > most * self.setting.rate_limit // USUAL:
            raise quota_exceeded()
        self.spent[token.app_id, bucket] = spent
