"""What TikTok shows of an account's own posts: which of them there are, and their figures.

Written from, under https://developers.tiktok.com/doc/, tiktok-api-v2-video-list, -video-query, -video-object and
-get-user-info (read 2026-11): 20 posts in an answer, newest first, and only those that everyone sees.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from networks.answers import count_of, words
from networks.calls import Stake, lost
from networks.errors import Code
from networks.fingerprint import fingerprint
from networks.metrics import Metric
from networks.types import AccountMetrics, PostMetrics

BATCH = 20
PROFILE_FIELDS = "open_id,avatar_url,display_name,username,bio_description"
FIELDS = "id,create_time,share_url,title,video_description"
FIGURES = {
    Metric.VIEWS: "view_count",
    Metric.REACTIONS: "like_count",
    Metric.COMMENTS: "comment_count",
    Metric.SHARES: "share_count",
}
FIGURE_FIELDS = ",".join(["id", *FIGURES.values()])
BESIDES = ("following_count", "likes_count", "video_count")
ACCOUNT_FIELDS = ",".join(["open_id", "follower_count", *BESIDES])


def videos_in(told: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Every entry has its id and its time, where that was asked for: a list read by half would pass for absence."""
    videos = told.get("videos")
    entries: list[Any] = videos if isinstance(videos, list) else [None]
    if any(not isinstance(entry, dict) or not entry.get("id") for entry in entries):
        raise lost(Stake.READ, Code.ANSWER_UNREADABLE)
    return entries


def created_at(told: Mapping[str, Any]) -> datetime | None:
    """`create_time` is in seconds since 1970."""
    seconds = count_of(told, "create_time")[0]
    return datetime.fromtimestamp(seconds, UTC) if seconds and seconds < 1 << 33 else None


def has_words(told: Mapping[str, Any], wanted: str) -> bool:
    """Whether its words have this fingerprint. A post without a title is not one without words."""
    shown = {words(told, "video_description"), words(told, "title")} - {""}
    return wanted in map(fingerprint, shown or {""})


def has_public_id(remote_id: str) -> bool:
    """A post that not everyone sees is known by the name of its posting alone."""
    return remote_id.isascii() and remote_id.isdigit()


def figures(remote_id: str, told: Mapping[str, Any] | None) -> PostMetrics:
    """`told` is None where the network was asked and does not show the post: deleted, or no longer for everyone."""
    if told is None and has_public_id(remote_id):
        return PostMetrics(remote_id, gone=True)
    read = {metric: count_of(told or {}, name) for metric, name in FIGURES.items()}
    return PostMetrics(
        remote_id=remote_id,
        values={metric: value for metric, (value, _) in read.items()},
        missing={metric: why for metric, (_, why) in read.items() if why},
    )


def account_figures(told: Mapping[str, Any]) -> AccountMetrics:
    followers, why = count_of(told, "follower_count")
    besides = {name: count_of(told, name)[0] for name in BESIDES}
    extra = {name: value for name, value in besides.items() if value is not None}
    return AccountMetrics({Metric.FOLLOWERS: followers}, {Metric.FOLLOWERS: why} if why else {}, extra)
