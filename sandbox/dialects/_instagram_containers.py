"""Owns containers in the simulated Instagram: creating one from a file or from others, its state, publishing it once.

Sources (read 2026-11), below https://developers.facebook.com/docs/instagram-platform/: content-publishing, and
instagram-graph-api/reference/: ig-user/media, ig-user/media_publish, ig-user/content_publishing_limit, ig-container.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from typing import Any

from sandbox.dialects._graph_access import Call, GraphError, Json
from sandbox.dialects._graph_containers import DAY, ContainerStates
from sandbox.dialects._graph_fields import Field, told
from sandbox.dialects._graph_ids import FIRST_CONTAINER, make_post_id, numbered
from sandbox.dialects._graph_rows import listed
from sandbox.dialects._instagram_entities import SLUG
from sandbox.dialects._instagram_errors import refused, told_in_status
from sandbox.dialects._instagram_fetch import picture_at, video_at
from sandbox.dialects.base import Setting
from sandbox.params import Params
from sandbox.records import Account, Media, Post

CAPTION, HASHTAGS, MENTIONS = 2200, 30, 20
ALT_TEXT = 1000
CHILDREN = range(2, 11)
QUOTA = 50
HASHTAG = re.compile(r"(?<!\w)#\w+")
MENTION = re.compile(r"(?<!\w)@\w+")
SAID = {
    "PUBLISHED": "Published: Media has been successfully published.",
    "EXPIRED": "Expired: The container was not published within 24 hours.",
    "IN_PROGRESS": "In Progress: Media is still being processed.",
    "FINISHED": "Finished: Media has been uploaded and it is ready to be published.",
}


def container_id(media: Media) -> str:
    return str(FIRST_CONTAINER + media.id)


class Containers(ContainerStates):
    """A container is kept as the file it holds; the one of a carousel holds none, but the numbers of its children."""

    def __init__(self, setting: Setting) -> None:
        super().__init__(setting, SLUG)

    def create(self, call: Call, account: Account) -> Json:
        """POST /{ig-user}/media, .../instagram-graph-api/reference/ig-user/media, read 2026-11."""
        params = call.params
        kind, is_item = params.text("media_type").upper(), params.flag("is_carousel_item")
        caption = "" if is_item else _checked_caption(params.text("caption"))
        makes = {"": self._picture, "IMAGE": self._picture, "REELS": self._video, "CAROUSEL": self._carousel}
        if is_item:
            makes = {"": self._picture, "IMAGE": self._picture, "VIDEO": self._video}
        if kind == "STORIES":
            raise GraphError(100, "(#100) The sandbox does not imitate stories")
        if kind not in makes:
            raise refused(2207023, kind=kind)
        made = makes[kind](call, account, {"caption": caption, "is_item": is_item})
        return {"id": str(FIRST_CONTAINER + made)}

    def _picture(self, call: Call, account: Account, extra: Json) -> int:
        """Fetched before the answer; alternative texts are for pictures only."""
        url, alt_text = call.params.text("image_url"), call.params.text("alt_text")
        if not url:
            raise GraphError(100, "(#100) The parameter image_url is required.")
        if len(alt_text) > ALT_TEXT:
            raise GraphError(100, f"(#100) Param alt_text must be at most {ALT_TEXT} characters long")
        content, known = picture_at(url)
        return self._keep(call, account, {**extra, **known, "kind": "IMAGE"}, content, "image/jpeg", alt_text)

    def _video(self, call: Call, account: Account, extra: Json) -> int:
        """A container comes at once; that its file was refused is told by its state."""
        url = call.params.text("video_url")
        if not url:
            raise GraphError(100, "(#100) The parameter video_url is required.")
        cover_at = _whole(call.params, "thumb_offset") / 1000
        if cover_at < 0:
            raise refused(2207057)
        is_reel = not extra["is_item"]
        extra = {**extra, "kind": "VIDEO", "product": "REELS" if is_reel else "FEED"}
        extra["share_to_feed"] = call.params.text("share_to_feed", "true").lower() != "false"
        try:
            content, mime, known = video_at(url, is_reel=is_reel, cover_at=cover_at)
        except GraphError as error:
            return self._keep(call, account, {**extra, "error": told_in_status(error)}, b"", "video/mp4", "")
        return self._keep(call, account, {**extra, **known}, content, mime, "")

    def _carousel(self, call: Call, account: Account, extra: Json) -> int:
        children = [self._child(account, node) for node in listed(call.params, "children")]
        if len(children) not in CHILDREN:
            raise refused(2207028)
        numbers = [child.id for child in children]
        return self._keep(call, account, {**extra, "kind": "CAROUSEL_ALBUM", "children": numbers}, b"", "", "")

    def _child(self, account: Account, node: str) -> Media:
        media = self.find(node)
        if media is None or media.account_id != account.id or not media.extra["is_item"] or self._is_over(media):
            raise refused(2207006, media=node)
        return media

    def _keep(self, call: Call, account: Account, extra: Json, content: bytes, mime: str, alt_text: str) -> int:
        now = self.setting.clock()
        return self.world.add_media(
            network=SLUG, account_id=account.id, mime=mime, description=alt_text, content=content,
            extra={**extra, "created_at": now},
            ready_at=now + (math.inf if "media_stuck" in call.marks else self.setting.media_seconds),
        )  # fmt: skip

    # State

    def find(self, node: str) -> Media | None:
        number = numbered(node, FIRST_CONTAINER)
        return self.world.media(SLUG, str(number)) if number else None

    def tell(self, media: Media, wanted: tuple[Field, ...]) -> Json:
        """GET /{ig-container}, .../instagram-graph-api/reference/ig-container, read 2026-11."""
        state = self.state(media)
        tellers: Mapping[str, Callable[[Field], Any]] = {
            "id": lambda _: container_id(media),
            "status_code": lambda _: state,
            "status": lambda _: SAID.get(state) or self._failed(media),
            "copyright_check_status": lambda _: {"matches_found": False, "status": "completed"},
        }
        return told("IGContainer", tellers, wanted, ())

    # Publishing

    def publish(self, call: Call, account: Account) -> Json:
        """POST /{ig-user}/media_publish, .../reference/ig-user/media_publish and content-publishing, read 2026-11."""
        node = call.params.text("creation_id")
        if not node:
            raise GraphError(100, "(#100) The parameter creation_id is required.")
        with self.world.transaction():
            return {"id": self._add(call, account, self._publishable(account, node)).id}

    def _publishable(self, account: Account, node: str) -> Media:
        media = self.find(node)
        if media is None or media.account_id != account.id or media.extra["is_item"]:
            raise refused(2207008, creation=node)
        state = self.state(media)
        if state in ("PUBLISHED", "EXPIRED"):
            raise refused(2207008, creation=node)
        if state == "IN_PROGRESS":
            raise refused(2207027)
        if state == "ERROR":
            raise refused(2207032)
        if self.used(account, self.setting.clock() - DAY) >= QUOTA:
            raise refused(2207042)
        return media

    def _add(self, call: Call, account: Account, media: Media) -> Post:
        now, files = self.setting.clock(), self._children(media) or [media]
        extra = {
            "kind": media.extra["kind"], "product": media.extra.get("product", "FEED"), "container": media.id,
            "share_to_feed": media.extra.get("share_to_feed", True), "language": "ar",
            "media_ids": [file.id for file in files],
        }  # fmt: skip
        post_id, text = make_post_id(self.world, now), media.extra["caption"]
        post = Post(post_id, SLUG, account.id, text, extra, None, now, call.received_at, None, None)
        self.world.add_post(post)
        for file in files:
            self.world.attach_media(file.id, post.id)
        return post

    def limit(self, call: Call, account: Account) -> Json:
        """GET /{ig-user}/content_publishing_limit, .../ig-user/content_publishing_limit, read 2026-11.

        The guide says 100 posts in 24 hours, this page and that of media_publish 50: the smaller holds here.
        """
        earliest, since = self.setting.clock() - DAY, call.params.text("since")
        tellers: Mapping[str, Callable[[], Any]] = {
            "quota_usage": lambda: self.used(account, max(earliest, float(since)) if since.isdecimal() else earliest),
            "config": lambda: {"quota_total": QUOTA, "quota_duration": DAY},
        }
        names = [name for name in call.params.text("fields").replace(" ", "").split(",") if name] or ["quota_usage"]
        for name in names:
            if name not in tellers:
                said = f"(#100) Tried accessing nonexisting field ({name}) on node type (ContentPublishingLimit)"
                raise GraphError(100, said)
        return {"data": [{name: tellers[name]() for name in names}]}

    def used(self, account: Account, since: float) -> int:
        """Containers that were published since then, deleted posts too."""
        posts = self.world.all_posts(SLUG)
        return sum(1 for post in posts if post.account_id == account.id and _is_counted(post, since))


def _is_counted(post: Post, since: float) -> bool:
    return "container" in post.extra and post.created_at > since


def _whole(params: Params, name: str) -> int:
    said = params.text(name, "0")
    if not said.lstrip("-").isdecimal():
        raise GraphError(100, f"(#100) Param {name} must be an integer")
    return int(said)


def _checked_caption(text: str) -> str:
    if len(text) > CAPTION or len(HASHTAG.findall(text)) > HASHTAGS:
        raise refused(2207010, length=len(text), most=CAPTION)
    if len(MENTION.findall(text)) > MENTIONS:
        raise refused(2207040, most=MENTIONS)
    return text
