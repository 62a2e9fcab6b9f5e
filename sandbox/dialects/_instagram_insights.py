"""Owns the figures of the simulated Instagram by today's metric names, and how it refuses a name that is not one.

Sources (read 2026-11), below https://developers.facebook.com/docs/instagram-platform/: reference/instagram-media/
insights, api-reference/instagram-user/insights, insights, changelog (names withdrawn in v21, v22 and later).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from sandbox.dialects._graph_access import GraphError, Json
from sandbox.dialects._graph_fields import Field
from sandbox.dialects._graph_rows import insight, moment
from sandbox.dialects.base import Setting
from sandbox.engagement import crowd_of, followers_of
from sandbox.records import Account, Post

DAY = 86400
EVERYWHERE = (
    "reach", "likes", "comments", "shares", "saved", "reposts", "total_interactions", "views", "total_likes",
    "total_comments", "total_views", "facebook_views",
)  # fmt: skip
OF_FEED = ("profile_visits", "profile_activity", "follows")
OF_REELS = ("ig_reels_avg_watch_time", "ig_reels_video_view_total_time", "reels_skip_rate", "crossposted_views")
OF_STORIES = ("replies", "navigation", "link_clicks")
WITHDRAWN = "impressions"
KNOWN = (WITHDRAWN, *EVERYWHERE, *OF_FEED, *OF_REELS, *OF_STORIES)
OF_ACCOUNTS = (
    "reach", "views", "accounts_engaged", "total_interactions", "likes", "comments", "shares", "saves", "replies",
    "reposts", "follows_and_unfollows", "profile_links_taps",
)  # fmt: skip
BY_DAY = ("reach",)
LONGEST = 30 * DAY


class Figures:
    """Of one post so far, and of an account over a time."""

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self.world = setting.world

    def at(self, post: Post, when: float | None = None) -> Mapping[str, int | None]:
        """Every figure of the post as it stood at `when` (now); None: the network has none."""
        crowd, age, speed = crowd_of(post.id), self.setting.age(post.created_at, when), self.setting.speed
        counts, audience = crowd.counts(age, speed), crowd.audience(age, speed)
        likes, comments, shares = counts.favourites, counts.replies, counts.reblogs
        saved, watched = audience.clicks // 2, 3000 + crowd.half_life % 9000
        return {
            "views": audience.views, "reach": audience.readers, "likes": likes, "comments": comments,
            "shares": shares, "saved": saved, "reposts": shares // 3,
            "total_interactions": likes + comments + shares + saved,
            "total_likes": likes, "total_comments": comments, "total_views": audience.views, "facebook_views": None,
            "profile_visits": audience.clicks, "profile_activity": audience.clicks // 3,
            "follows": audience.clicks // 5, "ig_reels_avg_watch_time": int(watched),
            "ig_reels_video_view_total_time": int(watched) * audience.views,
            "reels_skip_rate": 20 + crowd.offset, "crossposted_views": None,
        }  # fmt: skip

    def counts(self, post: Post, *, is_video: bool) -> Mapping[str, Callable[[Field], Any]]:
        """The figures that a post tells as its own fields."""
        now = self.at(post)
        fields = {
            "like_count": "likes", "comments_count": "comments", "reposts_count": "reposts", "saved_count": "saved",
            "shares_count": "shares", "total_like_count": "total_likes", "total_comments_count": "total_comments",
            "total_views_count": "total_views",
        }  # fmt: skip
        views = now["views"] if is_video else None
        figures = {**{field: now[name] for field, name in fields.items()}, "view_count": views}
        return {field: partial(_told, figure) for field, figure in figures.items()}

    def of_media(self, post: Post, names: Sequence[str]) -> list[Json]:
        """GET /{ig-media}/insights. What was not measured yet is left out, not told as 0."""
        _refuse_unknown(names, KNOWN)
        if WITHDRAWN in names:
            said = "Starting from version v22.0 and above, the impressions metric is no longer supported"
            raise GraphError(100, f"(#100) {said} for the queried media.")
        offered = (*EVERYWHERE, *(OF_REELS if post.extra.get("product") == "REELS" else OF_FEED))
        strange = [name for name in names if name not in offered]
        if strange:
            said = (
                f"The Media Insights API does not support the {', '.join(strange)} metric for this media product type."
            )
            raise GraphError(100, f"(#100) {said}")
        now = self.at(post)
        if not now["views"]:
            return []
        known = ((name, now[name]) for name in names)
        return [
            insight(post.id, name, "lifetime", values=[{"value": value}]) for name, value in known if value is not None
        ]

    def of_account(
        self, account: Account, node: str, names: Sequence[str], how: str, since: float, until: float
    ) -> list[Json]:
        """GET /{ig-user}/insights over whole days: one total, or for `reach` one value a day."""
        _refuse_unknown(names, OF_ACCOUNTS)
        if until - since > LONGEST:
            raise GraphError(100, "(#100) There cannot be more than 30 days (2592000 s) between since and until")
        if how != "total_value":
            _refuse_totals(names)
            ends = [day * DAY for day in range(int(since) // DAY + 1, int(until) // DAY + 1)]
            rows = [{"value": self._grown(account, "reach", end - DAY, end), "end_time": moment(end)} for end in ends]
            return [insight(node, name, "day", values=rows) for name in names]
        return [
            insight(node, name, "day", total_value={"value": self._grown(account, name, since, until)})
            for name in names
        ]

    def _grown(self, account: Account, name: str, since: float, until: float) -> int:
        if name in ("replies", "profile_links_taps"):
            return 0
        if name == "follows_and_unfollows":
            then, now = (self._followers(account, at) for at in (since, until))
            return max(0, now - then)
        source = {"saves": "saved", "accounts_engaged": "likes"}.get(name, name)
        posts = [post for post in self.world.posts_of(account) if post.created_at < until]
        grown = [(self.at(post, until)[source] or 0) - (self.at(post, since)[source] or 0) for post in posts]
        return max(grown, default=0) if name in ("reach", "accounts_engaged") else sum(grown)

    def _followers(self, account: Account, at: float) -> int:
        key = f"{account.network}:{account.handle}"
        return followers_of(key, self.setting.age(account.created_at, at), self.setting.speed)


def _told(figure: int | None, _field: Field) -> int | None:
    return figure


def _refuse_unknown(names: Sequence[str], known: Iterable[str]) -> None:
    if not any(names):
        raise GraphError(100, "(#100) The parameter metric is required")
    for position, name in enumerate(names):
        if name not in known:
            said = f"metric[{position}] must be one of the following values: {', '.join(known)}"
            raise GraphError(100, f"(#100) {said}")


def _refuse_totals(names: Sequence[str]) -> None:
    totals = [name for name in names if name not in BY_DAY]
    if totals:
        said = f"The following metrics ({', '.join(totals)}) should be specified with parameter metric_type=total_value"
        raise GraphError(100, f"(#100) {said}")
