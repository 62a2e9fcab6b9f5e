"""Owns the JSON shapes of the simulated Facebook's videos and reels: the node, its state, its figures.

Sources (read 2026-11), below https://developers.facebook.com/: docs/graph-api/reference/video,
docs/graph-api/reference/video-status, docs/graph-api/reference/video/video_insights (two lists of names: of videos, and
of reels), documentation/video-api/guides/reels-publishing. The guide spells `bytes_transfered`, answers of the network
`bytes_transferred`: here are both. Addresses of videos come without a host, as the network gives them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sandbox.dialects._facebook_errors import in_status
from sandbox.dialects._facebook_films import DRAFT, SCHEDULED, Films, PageFilm
from sandbox.dialects._graph_access import GraphError, Json, page_id
from sandbox.dialects._graph_fields import Field, told
from sandbox.dialects._graph_rows import insight, moment
from sandbox.dialects.base import Setting
from sandbox.engagement import crowd_of
from sandbox.records import Account, Post

NOT_STARTED: Json = {"status": "not_started"}
REEL_FIGURES = frozenset({
    "blue_reels_play_count", "fb_reels_total_plays", "fb_reels_replay_count", "post_video_avg_time_watched",
    "post_video_view_time", "post_video_likes_by_reaction_type", "post_video_social_actions",
})  # fmt: skip
VIDEO_FIGURES = frozenset({
    "total_video_views", "total_video_views_unique", "total_video_complete_views", "total_video_avg_time_watched",
    "total_video_view_total_time", "total_video_reactions_by_type_total", "total_video_stories_by_action_type",
})  # fmt: skip
REACTIONS = {"like": "REACTION_LIKE", "love": "REACTION_LOVE", "wow": "REACTION_WOW", "haha": "REACTION_HAHA",
             "sorry": "REACTION_SORRY", "anger": "REACTION_ANGER"}  # fmt: skip


def path_of(page: Account, film: PageFilm) -> str:
    return f"/reel/{film.id}/" if film.is_reel else f"/{page_id(page)}/videos/{film.id}/"


class VideoTeller:
    def __init__(self, setting: Setting, base: str) -> None:
        self.setting = setting
        self.films = Films(setting)
        self.base = base

    def age(self, post: Post) -> float:
        return self.setting.age(post.created_at)

    def poster_url(self, film: PageFilm) -> str:
        return f"{self.base}/poster/{film.id}"

    def source_url(self, film: PageFilm) -> str:
        return f"{self.base}/film/{film.id}"

    def video(self, page: Account, film: PageFilm, wanted: tuple[Field, ...]) -> Json:
        kept, post = film.told, self.films.post_of(film)
        counts = crowd_of(post.id).counts(self.age(post), self.setting.speed) if post else None
        tellers: Mapping[str, Callable[[Field], Any]] = {
            "id": lambda _: film.id,
            "title": lambda _: kept["title"],
            "description": lambda _: post.text if post else kept["description"],
            "created_time": lambda _: moment(post.created_at if post else kept["opened_at"]),
            "updated_time": lambda _: moment((post and post.edited_at) or kept["opened_at"]),
            "length": lambda _: film.seconds or None,
            "published": lambda _: post is not None,
            "scheduled_publish_time": lambda _: moment(kept["publish_at"]) if kept["state"] == SCHEDULED else None,
            "status": lambda _: self.status(film),
            "permalink_url": lambda _: path_of(page, film),
            "post_id": lambda _: post.id.partition("_")[2] if post else None,
            "from": lambda _: {"name": page.display_name, "id": page_id(page)},
            "source": lambda _: self.source_url(film) if film.is_uploaded else None,
            "picture": lambda _: self.poster_url(film),
            "thumbnails": lambda _: {"data": [self.thumbnail(film)]},
            "views": lambda _: self._plays(film, post),
            "post_views": lambda _: self._plays(film, post),
            "likes": lambda one: _counted(one, counts.favourites if counts else 0),
            "comments": lambda one: _counted(one, counts.replies if counts else 0),
        }
        return told("Video", tellers, wanted, ("description", "updated_time"))

    def _plays(self, film: PageFilm, post: Post | None) -> int:
        return int(self.figures(film, post)["fb_reels_total_plays"]) if post else 0

    def thumbnail(self, film: PageFilm) -> Json:
        return {
            "id": f"{film.id}1", "uri": self.poster_url(film), "is_preferred": True, "scale": 1,
            "width": int((film.told["facts"] or {}).get("width", 0)),
            "height": int((film.told["facts"] or {}).get("height", 0)),
        }  # fmt: skip

    # State

    def status(self, film: PageFilm) -> Json:
        return {
            "video_status": self._overall(film),
            "uploading_phase": self._uploading(film),
            "processing_phase": self._processing(film),
            "publishing_phase": self._publishing(film),
        }

    def _overall(self, film: PageFilm) -> str:
        if self.films.is_expired(film):
            return "expired"
        if not film.is_uploaded:
            return "uploading"
        if not self.films.is_ready(film):
            return "processing"
        return "error" if film.told["failed"] or (film.told["rejected"] and film.told["state"]) else "ready"

    def _uploading(self, film: PageFilm) -> Json:
        received, size = film.told["received"], film.told["size"]
        begun = "in_progress" if received else "not_started"
        counted = {"bytes_transfered": received, "bytes_transferred": received} if received else {}
        whole = {"source_file_size": size} if size else {}
        return {"status": "complete" if film.is_uploaded else begun, **counted, **whole}

    def _processing(self, film: PageFilm) -> Json:
        if not film.is_uploaded:
            return NOT_STARTED
        if not self.films.is_ready(film):
            return {"status": "in_progress"}
        if film.told["failed"]:
            return {"status": "error", "error": {"message": in_status(film.told["failed"])}}
        return {"status": "complete"}

    def _publishing(self, film: PageFilm) -> Json:
        state, at = film.told["state"], film.told["publish_at"]
        if not state or film.told["failed"]:
            return NOT_STARTED
        if state == DRAFT:
            return {"status": "complete", "publish_status": "draft"}
        if film.told["rejected"] and self.films.is_ready(film):
            return {"status": "error", "publish_status": "error", "error": {"message": film.told["rejected"]}}
        if post := self.films.post_of(film):
            return {"status": "complete", "publish_status": "published", "publish_time": int(post.created_at)}
        if state == SCHEDULED and self.films.is_ready(film):
            return {"status": "complete", "publish_status": "scheduled", "publish_time": int(at)}
        return {"status": "in_progress"}

    # Figures

    def insights(self, film: PageFilm, names: list[str]) -> list[Json]:
        """Those of its own list, or of it all without names; one of the other list is left out, as the network does."""
        known = REEL_FIGURES if film.is_reel else VIDEO_FIGURES
        if set(names) - REEL_FIGURES - VIDEO_FIGURES:
            raise GraphError(100, "(#100) The value must be a valid insights metric")
        figures = self.figures(film, self.films.post_of(film))
        wanted = [name for name in names if name in known] if names else sorted(known)
        return [_row(film.id, name, figures[name]) for name in wanted]

    def figures(self, film: PageFilm, post: Post | None) -> Mapping[str, Any]:
        """Times in milliseconds. How much of it people watch is drawn from the post, and stays."""
        crowd = crowd_of(post.id if post else film.id)
        age, speed = (self.age(post) if post else 0.0), self.setting.speed
        audience, counts = crowd.audience(age, speed), crowd.counts(age, speed)
        plays, watched = audience.views, round(film.seconds * 1000 * (35 + crowd.offset * 3) / 100)
        times = (watched if plays else 0, watched * plays)
        likes = {"like": counts.favourites} if counts.favourites else {}
        social = {name: number for name, number in (("share", counts.reblogs), ("comment", counts.replies)) if number}
        return {
            "fb_reels_total_plays": plays, "fb_reels_replay_count": plays // 9,
            "blue_reels_play_count": plays - plays // 9, "post_video_views": plays * 6 // 10,
            "post_video_avg_time_watched": times[0], "post_video_view_time": times[1],
            "post_video_likes_by_reaction_type": {REACTIONS[name]: number for name, number in likes.items()},
            "post_video_social_actions": {name.upper(): number for name, number in social.items()},
            "total_video_views": plays * 6 // 10, "total_video_views_unique": audience.readers * 6 // 10,
            "total_video_complete_views": plays // 4, "total_video_avg_time_watched": times[0],
            "total_video_view_total_time": times[1], "total_video_reactions_by_type_total": likes,
            "total_video_stories_by_action_type": social,
        }  # fmt: skip


def _row(node: str, name: str, value: Any) -> Json:
    row = insight(node, name, "lifetime", values=[{"value": value}])
    return {**row, "id": f"{node}/video_insights/{name}/lifetime"}


def _counted(one: Field, total: int) -> Json:
    is_told = one.modifiers.get("summary", "") not in ("", "false", "0")
    return {"data": [], **({"summary": {"total_count": total}} if is_told else {})}
