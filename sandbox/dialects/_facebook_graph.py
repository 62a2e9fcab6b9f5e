"""Owns Graph's nodes and edges in the simulator: pages, posts, photos, comments and insights, and the way to videos.

Sources: https://developers.facebook.com/docs/graph-api/reference/ and /docs/pages-api/ (read 2026-11, see methods).
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from typing import Any

from PIL import Image

from sandbox.dialects._facebook_entities import DAY, FIRST_PHOTO, PRODUCT, Teller, comment_id, photo_id
from sandbox.dialects._facebook_films import SLUG, PageFilm, is_seen, make_post_id, owned
from sandbox.dialects._facebook_video_entities import VideoTeller
from sandbox.dialects._facebook_videos import Videos
from sandbox.dialects._graph_access import Call, GraphError, Json, need, page_by_id, pages_in, valid_token
from sandbox.dialects._graph_fields import Field, read_fields
from sandbox.dialects._graph_login import PERSON, Login
from sandbox.dialects._graph_rows import insights_paging, no_such, page_of_rows, read_json
from sandbox.dialects.base import Setting
from sandbox.engagement import Reply, crowd_of
from sandbox.params import Params
from sandbox.records import Account, Media, Post, Token

CHARACTERS = 63_206
PHOTO_BYTES = 10 * 1024 * 1024
PHOTO_TYPES = ("image/jpeg", "image/png", "image/gif", "image/bmp", "image/tiff", "image/webp")
ATTACHED = re.compile(r"attached_media\[\d+\]")
BAD_PHOTO = "(#324) Requires upload file"
NEW_POST = ("pages_manage_posts", "pages_read_engagement")


class Graph:
    """Nodes and edges; each method is one documented operation and answers JSON or raises GraphError."""

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self.world = setting.world
        self.login = Login(setting, PRODUCT, self._tell_page)
        self.videos = Videos(setting)

    def answer(self, call: Call) -> Json:
        if len(call.steps) == 1 and call.steps[0] not in ("debug_token",):
            return self._node(call, call.steps[0])
        does = self._named(call.steps) or self._edges().get((call.method, call.steps[-1]))
        if does is None or len(call.steps) > 2:
            raise GraphError(2500, f"Unknown path components: /{'/'.join(call.steps)}")
        return does(call)

    def _named(self, steps: tuple[str, ...]) -> Callable[[Call], Json] | None:
        return {
            ("oauth", "access_token"): self.login.access_token,
            ("me", "accounts"): self.login.accounts,
            ("me", "permissions"): self.login.permissions,
            ("debug_token",): self.login.debug_token,
        }.get(steps)

    def _edges(self) -> dict[tuple[str, str], Callable[[Call], Json]]:
        return {
            ("POST", "feed"): self.publish,
            ("POST", "photos"): self.upload,
            ("POST", "uploads"): self.videos.uploads.start,
            ("POST", "videos"): lambda call: self.videos.publish(call, self._publishing(call)),
            ("POST", "video_reels"): lambda call: self.videos.reel(call, self._publishing(call)),
            ("GET", "videos"): self.listed_videos,
            ("GET", "video_reels"): self.listed_videos,
            ("POST", "thumbnails"): self.thumbnails,
            ("GET", "thumbnails"): self.thumbnails,
            ("GET", "video_insights"): self.video_insights,
            ("GET", "feed"): self.posts,
            ("GET", "posts"): self.posts,
            ("GET", "published_posts"): self.posts,
            ("GET", "comments"): self.comments,
            ("GET", "insights"): self.insights,
        }

    # Nodes

    def _node(self, call: Call, node: str) -> Json:
        token = valid_token(self.setting, call)
        fields = read_fields(call.params.text("fields"))
        teller = Teller(self.setting, call.base)
        if node == "me" and token.account_id is None:
            return {"id": PERSON, **({"name": "Sandbox"} if not fields or Field("name") in fields else {})}
        page = self._page_of(token, node)
        if page is not None and call.method == "GET":
            own = self.login.page_token(token, page) if token.account_id is None else token.token
            return teller.page(page, fields, token=own)
        if call.method == "GET":
            return self._read(call, token, teller, fields, node)
        return self._delete(call, token, node) if call.method == "DELETE" else self._edit(call, token, node)

    def _tell_page(self, call: Call, page: Account, fields: tuple[Field, ...], token: str) -> Json:
        return Teller(self.setting, call.base).page(page, fields, token=token)

    def _page_of(self, token: Token, node: str) -> Account | None:
        if node == "me" and token.account_id is not None:
            return self.world.account(token.account_id)
        return page_by_id(SLUG, self.world, node)

    def _read(self, call: Call, token: Token, teller: Teller, fields: tuple[Field, ...], node: str) -> Json:
        """GET /{post}, /{photo} or /{comment}, .../graph-api/reference/pagepost and photo and comment, read 2026-11."""
        need(token, "pages_read_engagement")
        if post := self._post(node):
            if any(one.name == "insights" for one in fields):
                need(token, "read_insights")
                self._own_post(call, token, node)
            return teller.post(self._author(post), post, fields)
        if film := self.videos.films.find(node):
            return VideoTeller(self.setting, call.base).video(self._owner(film), film, fields)
        if media := self._photo(node):
            return teller.photo(media, fields)
        if found := self._comment(node):
            need(token, "pages_read_user_content")
            return teller.comment(*found, fields)
        raise no_such(call, node)

    def _edit(self, call: Call, token: Token, node: str) -> Json:
        """POST /{page-post}, https://developers.facebook.com/docs/pages-api/posts (update a post), read 2026-11."""
        need(token, *NEW_POST, code=200)
        if film := self._own_film(token, node):
            return self.videos.edit(call, self._owner(film), film)
        post = self._own_post(call, token, node)
        if "message" not in call.params:
            raise GraphError(100, "(#100) No permission to edit anything but the message")
        text = _checked_text(call.params.text("message"))
        self.world.edit_post(SLUG, post.id, text=text, extra=dict(post.extra))
        return {"success": True}

    def _delete(self, call: Call, token: Token, node: str) -> Json:
        """DELETE /{page-post}, /{photo} or /{video}, .../docs/pages-api/posts, .../reference/video, read 2026-11."""
        need(token, *NEW_POST, code=200)
        photo = self._photo(node)
        if film := self._own_film(token, node):
            self.videos.films.delete(film)
        elif photo is not None and photo.account_id == token.account_id:
            self.world.delete_media(photo.id)
        else:
            self.world.delete_post(SLUG, self._own_post(call, token, node).id)
        return {"success": True}

    # Publishing

    def publish(self, call: Call) -> Json:
        """POST /{page}/feed, .../graph-api/reference/page/feed, read 2026-11."""
        page = self._publishing(call)
        if "scheduled_publish_time" in call.params:
            raise GraphError(100, "(#100) The sandbox does not imitate scheduled posts")
        media = self._attached(page, call.params)
        text, link = _checked_text(call.params.text("message")), call.params.text("link")
        if not text and not media and not link:
            raise GraphError(100, "(#100) Missing message or attachment", subcode=1349125)
        published = _flag(call.params, "published")
        return {"id": self._add(call, page, text, {"link": link, "published": published}, media).id}

    def _publishing(self, call: Call) -> Account:
        """The page in the path, whose token may publish there."""
        token = valid_token(self.setting, call)
        page = self._own_page(call, token)
        need(token, *NEW_POST, code=200)
        return page

    def _add(self, call: Call, page: Account, text: str, extra: Json, media: list[Media]) -> Post:
        whole = {"media_ids": [str(one.id) for one in media], "language": "ar", **extra}
        with self.world.transaction():
            last = next(iter(self.world.posts_of(page)), None)
            if last and text and (last.text, dict(last.extra)) == (text, whole):
                raise GraphError(506, "(#506) Duplicate status message")
            now = self.setting.clock()
            post_id = owned(page, make_post_id(self.world, now))
            post = Post(post_id, SLUG, page.id, text, whole, None, now, call.received_at, None, None)
            self.world.add_post(post)
            for one in media:
                self.world.attach_media(one.id, post.id)
        return post

    def _attached(self, page: Account, params: Params) -> list[Media]:
        """`attached_media`, a JSON list of {"media_fbid": …}, or one such object under attached_media[0], [1]…"""
        given = [item for item in params.items("attached_media") if item]
        given += [params.text(name) for name in sorted(params.values) if ATTACHED.fullmatch(name)]
        objects: list[Any] = []
        for item in given:
            read = read_json(item) if isinstance(item, str) else item
            objects += read if isinstance(read, list) else [read]
        return [self._attachable(page, item) for item in objects]

    def _attachable(self, page: Account, item: object) -> Media:
        number = str(item.get("media_fbid", "")) if isinstance(item, dict) else ""
        media = self._photo(number)
        if media is None or media.account_id != page.id or media.post_id is not None:
            raise GraphError(100, "(#100) Invalid parameter: attached_media")
        return media

    def upload(self, call: Call) -> Json:
        """POST /{page}/photos, .../graph-api/reference/page/photos, read 2026-11. Published unless told not to."""
        page = self._publishing(call)
        file = next(iter(call.params.uploads.values()), None)
        if file is None or file.mime not in PHOTO_TYPES or len(file.content) > PHOTO_BYTES:
            raise GraphError(324, BAD_PHOTO)
        caption = call.params.text("caption") or call.params.text("message")
        media_id = self.world.add_media(
            network=SLUG, account_id=page.id, mime=file.mime, description=call.params.text("alt_text_custom"),
            extra={**_dimensions(file.content), "caption": caption}, content=file.content,
            ready_at=self.setting.clock(),
        )  # fmt: skip
        media = self.world.media(SLUG, str(media_id))
        assert media is not None
        if not _flag(call.params, "published"):
            return {"id": photo_id(media)}
        post = self._add(call, page, caption, {"link": "", "published": True}, [media])
        return {"id": photo_id(media), "post_id": post.id}

    # Reading

    def posts(self, call: Call) -> Json:
        """GET /{page}/feed, posts and published_posts, .../reference/page/feed, read 2026-11. Newest first, cursors."""
        token = valid_token(self.setting, call)
        need(token, "pages_read_engagement")
        page = self._page_of(token, call.steps[0])
        if page is None:
            raise no_such(call, call.steps[0])
        since, until = (call.params.text(name) for name in ("since", "until"))
        found = [
            post
            for post in self.world.posts_of(page)
            if post.extra.get("published", True)
            and is_seen(self.setting, post)
            and (not since.isdecimal() or post.created_at >= int(since))
            and (not until.isdecimal() or post.created_at <= int(until))
        ]
        fields, teller = read_fields(call.params.text("fields")), Teller(self.setting, call.base)
        rows, paging = page_of_rows(call, found, [post.id for post in found])
        return {"data": [teller.post(page, post, fields) for post in rows], **paging}

    def comments(self, call: Call) -> Json:
        """GET /{object}/comments, .../graph-api/reference/object/comments, read 2026-11."""
        token = valid_token(self.setting, call)
        need(token, "pages_read_engagement", "pages_read_user_content")
        post = self._post(call.steps[0])
        if post is None:
            raise no_such(call, call.steps[0])
        teller = Teller(self.setting, call.base)
        replies = crowd_of(post.id).replies_by(teller.age(post), self.setting.speed)
        ordered = replies[::-1] if call.params.text("order") == "reverse_chronological" else replies
        fields = read_fields(call.params.text("fields"))
        rows, paging = page_of_rows(call, ordered, [comment_id(post, reply) for reply in ordered])
        summary = {"order": "ranked", "total_count": len(replies), "can_comment": True}
        told = {"summary": summary} if call.params.flag("summary") else {}
        return {"data": [teller.comment(post, reply, fields) for reply in rows], **paging, **told}

    def insights(self, call: Call) -> Json:
        """GET /{page}/insights and /{post}/insights, .../graph-api/reference/insights, read 2026-11."""
        token = valid_token(self.setting, call)
        need(token, "read_insights", "pages_read_engagement")
        names = _metrics(call.params)
        if not names:
            raise GraphError(100, "(#100) Must provide an explicit metric")
        teller, node = Teller(self.setting, call.base), call.steps[0]
        if post := self._post(node):
            self._own_post(call, token, node)
            return {"data": teller.post_insights(post, names), **insights_paging(call)}
        page = self._own_page(call, token)
        now, period = self.setting.clock(), call.params.text("period", "day")
        since, until = (call.params.text(name) for name in ("since", "until"))
        start = float(since) if since.isdecimal() else now - 2 * DAY
        end = min(float(until), now) if until.isdecimal() else now
        return {"data": teller.page_insights(page, names, period, start, end), **insights_paging(call)}

    # Videos

    def listed_videos(self, call: Call) -> Json:
        token = valid_token(self.setting, call)
        need(token, "pages_read_engagement")
        return self.videos.listed(call, self._own_page(call, token))

    def thumbnails(self, call: Call) -> Json:
        token = valid_token(self.setting, call)
        need(token, *NEW_POST, code=200)
        film = self._film(call, token)
        return self.videos.add_thumbnail(call, film) if call.method == "POST" else self.videos.thumbnails(call, film)

    def video_insights(self, call: Call) -> Json:
        """GET /{video}/video_insights, .../graph-api/reference/video/video_insights, read 2026-11."""
        token = valid_token(self.setting, call)
        need(token, "read_insights", "pages_read_engagement")
        told = self.videos.insights(call, self._film(call, token), _metrics(call.params))
        return {"data": told, **insights_paging(call)}

    def _film(self, call: Call, token: Token) -> PageFilm:
        film = self._own_film(token, call.steps[0])
        if film is None:
            raise no_such(call, call.steps[0])
        return film

    def _own_film(self, token: Token, node: str) -> PageFilm | None:
        """Raises GraphError for one of another page."""
        film = self.videos.films.find(node)
        if film is not None and film.media.account_id != token.account_id:
            raise GraphError(200, "(#200) Permissions error", status=403)
        return film

    def _owner(self, film: PageFilm) -> Account:
        owner = self.world.account(film.media.account_id)
        assert owner is not None
        return owner

    # Whose

    def _own_page(self, call: Call, token: Token) -> Account:
        """The page in the path, which the token must speak for itself: a person's token does not post as a page."""
        page = self._page_of(token, call.steps[0])
        if page is None:
            raise no_such(call, call.steps[0])
        if token.account_id != page.id:
            known = page in pages_in(self.world, token)
            message = "A page access token is required" if known else "Permissions error"
            raise GraphError(190 if known else 200, f"(#{190 if known else 200}) {message}", status=403)
        return page

    def _post(self, node: str) -> Post | None:
        post = self.world.post(SLUG, node)
        return post if post is not None and is_seen(self.setting, post) else None

    def _own_post(self, call: Call, token: Token, node: str) -> Post:
        post = self._post(node)
        if post is None:
            raise no_such(call, node)
        if post.account_id != token.account_id:
            raise GraphError(200, "(#200) Permissions error", status=403)
        return post

    def _author(self, post: Post) -> Account:
        author = self.world.account(post.account_id)
        assert author is not None
        return author

    def _photo(self, node: str) -> Media | None:
        number = int(node) - FIRST_PHOTO if node.isdecimal() and len(node) < 18 else 0
        media = self.world.media(SLUG, str(number)) if number > 0 else None
        return media if media is not None and "caption" in media.extra else None

    def _comment(self, node: str) -> tuple[Post, Reply] | None:
        for post in self.world.all_posts(SLUG) if "_" in node else ():
            if post.deleted_at is None and post.id.endswith(f"_{node.partition('_')[0]}"):
                for reply in crowd_of(post.id).replies_by(self.setting.age(post.created_at), self.setting.speed):
                    if comment_id(post, reply) == node:
                        return post, reply
        return None


def _metrics(params: Params) -> list[str]:
    return [name for item in params.items("metric") for name in re.split(r"[,\s]+", str(item)) if name]


def _flag(params: Params, name: str) -> bool:
    return params.text(name, "true").lower() not in ("false", "0")


def _checked_text(text: str) -> str:
    if len(text) > CHARACTERS:
        raise GraphError(100, "(#100) Param message is too long")
    return text.strip()


def _dimensions(content: bytes) -> dict[str, int]:
    try:
        with Image.open(io.BytesIO(content)) as picture:
            return {"width": picture.width, "height": picture.height}
    except (OSError, Image.DecompressionBombError) as error:
        raise GraphError(324, BAD_PHOTO) from error
