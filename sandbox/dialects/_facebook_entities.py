"""Owns the JSON shapes of Graph's pages, posts, photos and comments, and the figures of posts and pages.

Sources (read 2026-11), below https://developers.facebook.com/docs/graph-api/reference/: page, pagepost, photo,
comment, page/insights, post/insights, insights (its metrics, with those withdrawn in 2025 and 2026 left out).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

from sandbox.dialects._facebook_films import SLUG, PageFilm, is_seen
from sandbox.dialects._facebook_video_entities import VideoTeller, path_of
from sandbox.dialects._graph_access import GraphError, Json, Product, page_id
from sandbox.dialects._graph_fields import Field, told
from sandbox.dialects._graph_rows import insight, moment
from sandbox.dialects.base import Setting, picture_size
from sandbox.engagement import Crowd, Reply, crowd_of, followers_of
from sandbox.records import Account, Media, Post

PRODUCT = Product(
    slug=SLUG, title="فيسبوك", choose="اختر الصفحات التي يعمل باسمها",
    permissions=(
        "public_profile", "pages_show_list", "pages_manage_posts", "pages_read_engagement", "pages_read_user_content",
        "read_insights", "business_management", "pages_manage_metadata", "pages_manage_engagement",
    ),
    usage="pages", limit_code=80001, counted="Page",
)  # fmt: skip
DAY = 86400
FIRST_PHOTO = 300_000_000_000_000
REACTIONS = (("like", 70), ("love", 20), ("wow", 4), ("haha", 2), ("sorry", 2), ("anger", 2))


def photo_id(media: Media) -> str:
    return str(FIRST_PHOTO + media.id)


class Teller:
    """Tells one node with the fields asked for; `base` is where the simulated network's pages and files are."""

    def __init__(self, setting: Setting, base: str) -> None:
        self.setting = setting
        self.world = setting.world
        self.base = base
        self.videos = VideoTeller(setting, base)

    def age(self, post: Post) -> float:
        return self.setting.age(post.created_at)

    def page(self, page: Account, wanted: tuple[Field, ...], *, token: str = "") -> Json:
        followers = self.followers(page)
        tellers: Mapping[str, Callable[[Field], Any]] = {
            "id": lambda _: page_id(page),
            "name": lambda _: page.display_name,
            "username": lambda _: page.handle,
            "about": lambda _: page.bio,
            "description": lambda _: page.bio,
            "bio": lambda _: page.bio,
            "website": lambda _: page.website,
            "link": lambda _: f"{self.base}/@{page.handle}",
            "category": lambda _: "Religious organization",
            "category_list": lambda _: [{"id": "187714557925874", "name": "Religious organization"}],
            "fan_count": lambda _: followers * 96 // 100,
            "followers_count": lambda _: followers,
            "is_published": lambda _: True,
            "access_token": lambda _: token,
            "picture": lambda _: {"data": {"height": 50, "is_silhouette": True, "url": f"{self.base}/x", "width": 50}},
            "tasks": lambda _: ["ANALYZE", "MODERATE", "CREATE_CONTENT"],
        }
        return told("Page", tellers, wanted, ("name",))

    def followers(self, page: Account, at: float | None = None) -> int:
        age = self.setting.age(page.created_at, at)
        return followers_of(f"{SLUG}:{page.handle}", age, self.setting.speed)

    def post(self, page: Account, post: Post, wanted: tuple[Field, ...]) -> Json:
        counts = crowd_of(post.id).counts(self.age(post), self.setting.speed)
        link = self.permalink(page, post)
        tellers: Mapping[str, Callable[[Field], Any]] = {
            "id": lambda _: post.id,
            "message": lambda _: post.text,
            "created_time": lambda _: moment(post.created_at),
            "updated_time": lambda _: moment(post.edited_at or post.created_at),
            "permalink_url": lambda _: link,
            "from": lambda _: {"name": page.display_name, "id": page_id(page)},
            "is_published": lambda _: bool(post.extra.get("published", True)),
            "is_hidden": lambda _: False,
            "status_type": lambda _: self._status_type(post),
            "full_picture": lambda _: next(self._covers(post), None),
            "attachments": lambda one: self.attachments(post, link, one),
            "shares": lambda _: {"count": counts.reblogs} if counts.reblogs else None,
            "reactions": lambda one: _edge([], one, {"total_count": counts.favourites, "viewer_reaction": "NONE"}),
            "likes": lambda one: _edge([], one, {"total_count": counts.favourites, "has_liked": False}),
            "comments": partial(self._comments_field, post),
            "insights": lambda one: {"data": self.post_insights(post, metrics_in(one.modifiers.get("metric", "")))},
        }
        return told("Post", tellers, wanted, ("created_time", "message"))

    def _status_type(self, post: Post) -> str:
        if self.film_of(post):
            return "added_video"
        return "added_photos" if post.extra.get("media_ids") else "mobile_status_update"

    def _covers(self, post: Post) -> Iterator[str]:
        if film := self.film_of(post):
            yield self.videos.poster_url(film)
        yield from (self.photo_url(media) for media in self.media_of(post))

    def _comments_field(self, post: Post, one: Field) -> Json:
        replies = crowd_of(post.id).replies_by(self.age(post), self.setting.speed)
        rows = [self.comment(post, reply, one.within) for reply in replies[: one.limit(100)]]
        return _edge(rows, one, {"order": "chronological", "total_count": len(replies), "can_comment": True})

    def comment(self, post: Post, reply: Reply, wanted: tuple[Field, ...]) -> Json:
        told_id = comment_id(post, reply)
        tellers: Mapping[str, Callable[[Field], Any]] = {
            "id": lambda _: told_id,
            "message": lambda _: reply.text,
            "created_time": lambda _: moment(self.setting.moment_at(post.created_at, reply.after)),
            "from": lambda _: {"name": reply.name, "id": f"9{told_id.replace('_', '')[-12:]}"},
            "like_count": lambda _: reply.position % 3,
            "comment_count": lambda _: 0,
            "is_hidden": lambda _: False,
            "parent": lambda _: None,
            "permalink_url": lambda _: f"{self.base}/permalink/{post.id}?comment_id={told_id.partition('_')[2]}",
        }
        return told("Comment", tellers, wanted, ("created_time", "from", "message"))

    def media_of(self, post: Post) -> list[Media]:
        found = (self.world.media(SLUG, str(number)) for number in post.extra.get("media_ids", ()))
        return [media for media in found if media is not None]

    def film_of(self, post: Post) -> PageFilm | None:
        return self.videos.films.kept(post.extra.get("video"))

    def permalink(self, page: Account, post: Post) -> str:
        if film := self.film_of(post):
            return f"{self.base}{path_of(page, film)}"
        return f"{self.base}/{page_id(page)}/posts/{post.id.partition('_')[2]}"

    def photo_url(self, media: Media) -> str:
        return f"{self.base}/photo/{photo_id(media)}"

    def photo(self, media: Media, wanted: tuple[Field, ...]) -> Json:
        width, height = picture_size(media)
        image = {"height": height, "source": self.photo_url(media), "width": width}
        tellers: Mapping[str, Callable[[Field], Any]] = {
            "id": lambda _: photo_id(media),
            "created_time": lambda _: moment(media.ready_at),
            "name": lambda _: media.extra.get("caption", ""),
            "alt_text": lambda _: media.description or "May be an image of text",
            "alt_text_custom": lambda _: media.description,
            "images": lambda _: [image],
            "picture": lambda _: self.photo_url(media),
            "link": lambda _: self.photo_url(media),
            "width": lambda _: width,
            "height": lambda _: height,
            "page_story_id": lambda _: media.post_id,
        }
        return told("Photo", tellers, wanted, ("created_time", "name"))

    def attachments(self, post: Post, link: str, one: Field) -> Json | None:
        if film := self.film_of(post):
            return {"data": [self._film_attached(film, post, link)]}
        pictures = [self._attachment(media) for media in self.media_of(post)]
        if len(pictures) > 1:
            album = {"media_type": "album", "type": "album", "url": link, "title": "Photos from the post"}
            return {"data": [{**pictures[0], **album, "subattachments": {"data": pictures}}]}
        if pictures:
            return {"data": pictures}
        shared = post.extra.get("link")
        if not shared:
            return None
        target = {"media_type": "link", "type": "share", "unshimmed_url": shared, "url": shared}
        return {"data": [{**target, "target": {"url": shared}}]}

    def _attachment(self, media: Media) -> Json:
        width, height = picture_size(media)
        return {
            "media": {"image": {"height": height, "src": self.photo_url(media), "width": width}},
            "media_type": "photo", "type": "photo", "url": self.photo_url(media),
            "target": {"id": photo_id(media), "url": self.photo_url(media)},
            **({"description": media.extra["caption"]} if media.extra.get("caption") else {}),
        }  # fmt: skip

    def _film_attached(self, film: PageFilm, post: Post, link: str) -> Json:
        size = {name: int(film.told["facts"][name]) for name in ("width", "height")}
        return {
            "media": {"image": {**size, "src": self.videos.poster_url(film)}, "source": self.videos.source_url(film)},
            "media_type": "video", "type": "video_inline", "url": link, "target": {"id": film.id, "url": link},
            "description": post.text, **({"title": film.told["title"]} if film.told["title"] else {}),
        }  # fmt: skip

    # Figures

    def post_insights(self, post: Post, names: list[str]) -> list[Json]:
        crowd, age, speed = crowd_of(post.id), self.age(post), self.setting.speed
        audience, reactions = crowd.audience(age, speed), crowd.counts(age, speed).favourites
        figures: Mapping[str, Any] = {
            "post_media_view": audience.views,
            "post_total_media_view_unique": audience.readers,
            "post_clicks": audience.clicks,
            "post_clicks_by_type": {"other clicks": audience.clicks},
            "post_reactions_by_type_total": by_type(reactions),
            **{f"post_reactions_{name}_total": number for name, number in by_type(reactions).items()},
            "post_activity_by_action_type": _without_zero(share=_shares(crowd, age, speed), like=reactions),
            **self._of_film(post),
        }
        return [insight(post.id, name, "lifetime", values=[{"value": _figure(figures, name)}]) for name in names]

    def _of_film(self, post: Post) -> Json:
        """What is told of a post's video; of one without a video they are zeros."""
        film = self.film_of(post)
        figures = self.videos.figures(film, post) if film else {}
        names = ("post_video_views", "post_video_avg_time_watched", "post_video_view_time")
        return {name: figures.get(name, 0) for name in names}

    def page_insights(self, page: Account, names: list[str], period: str, since: float, until: float) -> list[Json]:
        """One value for each day whose end lies within; a week or 28 days end on the same days."""
        ends = [day * DAY for day in range(int(since) // DAY + 1, int(until) // DAY + 1)]
        length = {"day": 1, "week": 7, "days_28": 28}.get(period, 0) * DAY
        if not length:
            raise GraphError(100, "(#100) Param period must be one of {day, week, days_28}")
        rows = []
        for name in names:
            values = [
                {"value": self._page_figure(page, name, end - length, end), "end_time": moment(end)} for end in ends
            ]
            rows.append(insight(page_id(page), name, period, values=values))
        return rows

    def _page_figure(self, page: Account, name: str, start: float, end: float) -> int:
        if name == "page_follows":
            return self.followers(page, end)
        seen = (post for post in self.world.posts_of(page) if is_seen(self.setting, post))
        posts = [post for post in seen if post.created_at < end]
        grown = [self._grown(post, start, end) for post in posts]
        figures = {
            "page_media_view": sum(views for views, _readers, _reactions in grown),
            "page_total_media_view_unique": max((readers for _views, readers, _reactions in grown), default=0),
            "page_post_engagements": sum(reactions for _views, _readers, reactions in grown),
            "page_daily_follows_unique": max(0, self.followers(page, end) - self.followers(page, start)),
        }
        number: int = _figure(figures, name)
        return number

    def _grown(self, post: Post, start: float, end: float) -> tuple[int, int, int]:
        crowd, speed = crowd_of(post.id), self.setting.speed
        ages = [self.setting.age(post.created_at, at) for at in (start, end)]
        before, after = (crowd.audience(age, speed) for age in ages)
        reacted = [crowd.counts(age, speed).favourites for age in ages]
        return after.views - before.views, after.readers - before.readers, reacted[1] - reacted[0]


def by_type(total: int) -> dict[str, int]:
    """A total spread over the kinds of reaction; the rest of the division are likes."""
    spread = {name: total * share // 100 for name, share in REACTIONS}
    return {**spread, "like": spread["like"] + total - sum(spread.values())}


def metrics_in(asked: str) -> list[str]:
    """Raises GraphError where no name is given."""
    names = [name for name in asked.replace(" ", "").split(",") if name]
    if not names:
        raise GraphError(100, "(#100) Must provide an explicit metric")
    return names


def comment_id(post: Post, reply: Reply) -> str:
    return f"{post.id.partition('_')[2]}_{1000 + reply.position}"


def _shares(crowd: Crowd, age: float, speed: float) -> int:
    return crowd.counts(age, speed).reblogs


def _without_zero(**numbers: int) -> dict[str, int]:
    return {name: number for name, number in numbers.items() if number}


def _figure(figures: Mapping[str, Any], name: str) -> Any:
    """Raises the documented error for a name that is unknown, or was withdrawn."""
    if name not in figures:
        raise GraphError(100, "(#100) The value must be a valid insights metric")
    return figures[name]


def _edge(rows: list[Json], one: Field, summary: Json) -> Json:
    wanted = one.modifiers.get("summary", "")
    return {"data": rows, **({"summary": summary} if wanted not in ("", "false", "0") else {})}
