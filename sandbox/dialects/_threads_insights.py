"""Owns the figures of the simulated Threads, of one post so far and of a profile over some days.

Sources (read 2026-11), below https://developers.facebook.com/docs/threads/: insights, reference/insights.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from sandbox.dialects import _threads_errors as errors
from sandbox.dialects._graph_access import Json
from sandbox.dialects._graph_rows import insight, moment
from sandbox.dialects._threads_tree import Place, Tree
from sandbox.dialects.base import Setting
from sandbox.engagement import crowd_of, followers_of
from sandbox.records import Account, Post

DAY = 86400
OF_MEDIA = ("views", "likes", "replies", "reposts", "quotes", "shares")
OF_USERS = ("views", "likes", "replies", "reposts", "quotes", "clicks", "followers_count", "follower_demographics")
EARLIEST = 1_712_991_600
DAY_ENDS = 8 * 3600
"""The samples' days end at 08:00 UTC."""


class Figures:
    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self.world = setting.world
        self.tree = Tree(setting)

    def at(self, post: Post, when: float | None = None) -> Mapping[str, int]:
        """Every figure of the post as it stood at `when` (now), of replies only those of readers to itself."""
        crowd, age, speed = crowd_of(post.id), self.setting.age(post.created_at, when), self.setting.speed
        counts, audience = crowd.counts(age, speed), crowd.audience(age, speed)
        return {
            "views": audience.views, "likes": counts.favourites, "replies": counts.replies, "reposts": counts.reblogs,
            "quotes": counts.reblogs // 4, "shares": audience.clicks // 3, "clicks": audience.clicks // 2,
            "profile": audience.clicks,
        }  # fmt: skip

    def so_far(self, place: Place) -> Mapping[str, int]:
        """Of a thread's first post every reply, however deep; of a reply only those to itself."""
        is_root = place.post.in_reply_to is None
        under = self.tree.all_under(place) if is_root else self.tree.directly_under(place)
        return {**self.at(place.post), "replies": len(under)}

    def of_media(self, place: Place, names: Sequence[str]) -> Json:
        """GET /{threads-media-id}/insights, .../insights, read 2026-11."""
        _refuse_unknown(names, OF_MEDIA)
        now = self.so_far(place)
        rows = [insight(place.id, name, "lifetime", values=[{"value": now[name]}]) for name in names]
        return {"data": rows}

    def of_user(self, account: Account, node: str, names: Sequence[str], since: str, until: str) -> Json:
        """GET /{threads-user-id}/threads_insights, .../insights, read 2026-11: yesterday and today unless told."""
        _refuse_unknown(names, OF_USERS)
        if "follower_demographics" in names:
            raise errors.wrong("The sandbox does not imitate follower_demographics")
        now = self.setting.clock()
        end = _time(until, "until") if until else now
        start = _time(since, "since") if since else (end // DAY - 1) * DAY
        if start >= end:
            raise errors.wrong("Param since must be less than until")
        return {"data": [self._row(account, node, name, start, min(end, now)) for name in names]}

    def _row(self, account: Account, node: str, name: str, since: float, until: float) -> Json:
        if name == "views":
            return insight(node, name, "day", values=self._views(account, since, until))
        if name == "clicks":
            return insight(node, name, "day", link_total_values=self._clicks(account, since, until))
        if name == "followers_count":
            return insight(node, name, "day", total_value={"value": self.followers(account)})
        return insight(node, name, "day", total_value={"value": self._grown(account, name, since, until)})

    def _views(self, account: Account, since: float, until: float) -> list[Json]:
        """Of the profile, day by day."""
        first = int((since - DAY_ENDS) // DAY + 1)
        last = int((until - DAY_ENDS - 1) // DAY + 1)
        rows = []
        for day in range(first, last + 1):
            end = day * DAY + DAY_ENDS
            begin = max(since, end - DAY)
            value = self._grown(account, "profile", begin, min(end, until))
            rows.append({"value": value, "end_time": moment(end)})
        return rows

    def _clicks(self, account: Account, since: float, until: float) -> list[Json]:
        clicked: Counter[str] = Counter()
        for post in self.world.posts_of(account):
            if post.extra.get("link") and post.created_at < until:
                clicked[post.extra["link"]] += self.at(post, until)["clicks"] - self.at(post, since)["clicks"]
        return [{"value": count, "link_url": link} for link, count in clicked.items()]

    def _grown(self, account: Account, name: str, since: float, until: float) -> int:
        """Of replies those to the first posts of threads."""
        posts = [post for post in self.world.posts_of(account) if post.created_at < until]
        counted = [post for post in posts if name != "replies" or post.in_reply_to is None]
        return sum(self.at(post, until)[name] - self.at(post, since)[name] for post in counted)

    def followers(self, account: Account) -> int:
        age = self.setting.age(account.created_at)
        return followers_of(f"{account.network}:{account.handle}", age, self.setting.speed)


def _time(said: str, name: str) -> float:
    if not said.isdecimal() or int(said) < EARLIEST:
        raise errors.wrong(f"Param {name} must be a Unix timestamp not before {EARLIEST}")
    return float(said)


def _refuse_unknown(names: Sequence[str], known: Sequence[str]) -> None:
    if not any(names):
        raise errors.wrong("The parameter metric is required")
    for position, name in enumerate(names):
        if name not in known:
            raise errors.wrong(f"metric[{position}] must be one of the following values: {', '.join(known)}")
