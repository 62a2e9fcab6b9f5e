"""Owns the JSON shapes of TikTok's users and videos, their figures, and the Display API that tells them.

Sources (read 2026-11), below https://developers.tiktok.com/doc/: tiktok-api-v2-get-user-info, tiktok-api-v2-video-list,
tiktok-api-v2-video-query, tiktok-api-v2-video-object.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from starlette.routing import BaseRoute, Route

from sandbox.dialects._tiktok_access import NOT_AUTHORIZED, SLUG, Call, Gate, Json, malformed
from sandbox.dialects._tiktok_jobs import Jobs
from sandbox.dialects._tiktok_login import open_id
from sandbox.dialects.base import Setting
from sandbox.engagement import crowd_of, followers_of
from sandbox.markup import esc
from sandbox.records import Account, Post

BASIC, PROFILE, STATS = "user.info.basic", "user.info.profile", "user.info.stats"
WORDS = 150
"""How long title and description may be in a video object, which is shorter than the caption that a post may have."""
A_PAGE, MOST_A_PAGE = 10, 20


class Figures:
    """How readers reacted to a post since it could be seen; nobody does while it is private."""

    def __init__(self, setting: Setting, jobs: Jobs) -> None:
        self.setting = setting
        self.jobs = jobs

    def age(self, account: Account, post: Post) -> float:
        if not self.jobs.is_public(account, post):
            return 0.0
        return self.setting.age(max(post.created_at, post.extra.get("seen_at", 0.0)))

    def of(self, account: Account, post: Post) -> dict[str, int]:
        crowd, age = crowd_of(post.id), self.age(account, post)
        counts = crowd.counts(age, self.setting.speed)
        is_silent = post.extra.get("info", {}).get("disable_comment")
        return {
            "like_count": counts.favourites, "comment_count": 0 if is_silent else counts.replies,
            "share_count": counts.reblogs, "view_count": crowd.audience(age, self.setting.speed).views,
        }  # fmt: skip


class Display:
    def __init__(self, setting: Setting, gate: Gate, jobs: Jobs) -> None:
        self.setting = setting
        self.world = setting.world
        self.gate = gate
        self.jobs = jobs
        self.figures = Figures(setting, jobs)

    def routes(self) -> list[BaseRoute]:
        gate = self.gate
        user = gate.guarded(self.user_info, BASIC, PROFILE, STATS, limit="display")
        return [
            Route("/v2/user/info", user, methods=["GET"]),
            Route("/v2/video/list", gate.guarded(self.video_list, "video.list", limit="display"), methods=["POST"]),
            Route("/v2/video/query", gate.guarded(self.video_query, "video.list", limit="display"), methods=["POST"]),
        ]

    async def user_info(self, call: Call) -> Json:
        """GET /v2/user/info/, .../doc/tiktok-api-v2-get-user-info, read 2026-11. Each field needs its own scope."""
        account, avatar = call.account, f"{call.base}/avatar/{call.account.handle}"
        tellers: Mapping[str, tuple[str, Callable[[], Any]]] = {
            "open_id": (BASIC, lambda: open_id(call.app, account)),
            "union_id": (BASIC, lambda: open_id("", account)),
            "avatar_url": (BASIC, lambda: avatar),
            "avatar_url_100": (BASIC, lambda: avatar),
            "avatar_large_url": (BASIC, lambda: avatar),
            "display_name": (BASIC, lambda: account.display_name),
            "bio_description": (PROFILE, lambda: account.bio),
            "profile_deep_link": (PROFILE, lambda: f"{call.base}/@{account.handle}"),
            "is_verified": (PROFILE, lambda: False),
            "username": (PROFILE, lambda: account.handle),
            "follower_count": (STATS, lambda: self._followers(account)),
            "following_count": (STATS, lambda: account.id % 40),
            "likes_count": (STATS, lambda: self._likes(account)),
            "video_count": (STATS, lambda: len(self._public(account))),
        }
        _check_fields(call, tellers)
        if {tellers[name][0] for name in call.fields} - set(call.token.scopes):
            raise NOT_AUTHORIZED
        return {"user": {name: tellers[name][1]() for name in call.fields}}

    def _followers(self, account: Account) -> int:
        return followers_of(f"{SLUG}:{account.handle}", self.setting.age(account.created_at), self.setting.speed)

    def _likes(self, account: Account) -> int:
        return sum(self.figures.of(account, post)["like_count"] for post in self._public(account))

    def _public(self, account: Account) -> list[Post]:
        """Newest first: videos and photo posts, as a profile shows them."""
        return [post for post in self.world.posts_of(account) if self.jobs.is_public(account, post)]

    async def video_list(self, call: Call) -> Json:
        """POST /v2/video/list/, .../doc/tiktok-api-v2-video-list, read 2026-11: public ones, newest first."""
        _check_fields(call, VIDEO_FIELDS)
        most, cursor = call.body.get("max_count", A_PAGE), call.body.get("cursor") or 0
        if not _is_whole(most) or not 0 < most <= MOST_A_PAGE or not _is_whole(cursor):
            raise malformed(f"max_count must be 1 to {MOST_A_PAGE}, cursor a Unix timestamp in milliseconds.")
        posts = [post for post in self._public(call.account) if not cursor or _moment(post) < cursor]
        page = posts[:most]
        return {
            "videos": [self._video(call, post) for post in page], "cursor": _moment(page[-1]) if page else cursor,
            "has_more": len(posts) > most,
        }  # fmt: skip

    async def video_query(self, call: Call) -> Json:
        """POST /v2/video/query/, .../doc/tiktok-api-v2-video-query, read 2026-11: others' are left out."""
        _check_fields(call, VIDEO_FIELDS)
        filters = call.body.get("filters")
        wanted = filters.get("video_ids") if isinstance(filters, dict) else None
        if not isinstance(wanted, list) or not 0 < len(wanted) <= MOST_A_PAGE:
            raise malformed(f"filters.video_ids must be 1 to {MOST_A_PAGE} ids.")
        known = {post.id: post for post in self._public(call.account)}
        return {"videos": [self._video(call, known[one]) for one in map(str, wanted) if one in known]}

    def _video(self, call: Call, post: Post) -> Json:
        account, figures = call.account, self.figures.of(call.account, post)
        facts, info = post.extra.get("facts") or {}, post.extra.get("info", {})
        title = str(info.get("title") or post.text)
        told: dict[str, Any] = {
            "id": post.id,
            "create_time": int(post.created_at),
            "cover_image_url": f"{call.base}/file/{post.id}/cover",
            "share_url": f"{link_of(call.base, account, post)}?utm_campaign=tt4d_open_api&utm_source={call.app}",
            "video_description": str(info.get("description") or title)[:WORDS],
            "duration": int(facts.get("seconds", 0)),
            "height": int(facts.get("height", 0)),
            "width": int(facts.get("width", 0)),
            "title": title[:WORDS],
            "embed_html": f'<blockquote cite="{esc(link_of(call.base, account, post))}"></blockquote>',
            "embed_link": f"{call.base}/static/profile-video?id={post.id}",
            "is_aigc": bool(info.get("is_aigc")),
            **figures,
        }
        return {name: told[name] for name in call.fields}


VIDEO_FIELDS = frozenset(
    {
        "id", "create_time", "cover_image_url", "share_url", "video_description", "duration", "height", "width",
        "title", "embed_html", "embed_link", "like_count", "comment_count", "share_count", "view_count", "is_aigc",
    }
)  # fmt: skip


def _check_fields(call: Call, known: Collection[str]) -> None:
    """`fields` is required, and each must be one of the documented ones."""
    if not call.fields or not set(call.fields) <= set(known):
        raise malformed("fields is missing, or names one that the object does not have.")


def link_of(base: str, account: Account, post: Post) -> str:
    """The post's own address: videos and photo posts have one each."""
    kind = "photo" if post.extra.get("kind") == "PHOTO" else "video"
    return f"{base}/@{account.handle}/{kind}/{post.id}"


def _moment(post: Post) -> int:
    return int(post.created_at * 1000)


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
