"""Owns containers in the simulated Threads: creating one from words, a file or others, its state, publishing it once.

Sources (read 2026-11), below https://developers.facebook.com/docs/threads/: posts, posts/accessibility,
reference/publishing, troubleshooting, overview (limits), retrieve-and-manage-replies/create-replies.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from sandbox.dialects import _threads_errors as errors
from sandbox.dialects._graph_access import Call, GraphError, Json
from sandbox.dialects._graph_containers import DAY, ContainerStates
from sandbox.dialects._graph_fields import Field, told
from sandbox.dialects._graph_ids import FIRST_CONTAINER, make_post_id, numbered
from sandbox.dialects._graph_rows import listed
from sandbox.dialects._threads_access import SLUG
from sandbox.dialects._threads_fetch import Unusable, picture_at, video_at
from sandbox.dialects._threads_text import check_text, check_topic, links_in, topic_in
from sandbox.dialects._threads_tree import Tree
from sandbox.dialects.base import Setting
from sandbox.params import Params
from sandbox.records import Account, Media, Post

ALT_TEXT = 1000
CHILDREN = range(2, 21)
POSTS, REPLIES, DELETIONS, LOCATIONS = 250, 1000, 100, 500
AUDIENCES = ("everyone", "accounts_you_follow", "mentioned_only", "parent_post_author_only", "followers_only")
KINDS = {"TEXT": "TEXT_POST", "IMAGE": "IMAGE", "VIDEO": "VIDEO", "CAROUSEL": "CAROUSEL_ALBUM"}
ITEMS = ("IMAGE", "VIDEO")
NOT_IMITATED = (
    "quote_post_id", "poll_attachment", "gif_attachment", "text_attachment", "text_entities", "is_spoiler_media",
    "is_ghost_post", "location_id", "allowlisted_country_codes", "enable_reply_approvals", "crossreshare_to_ig",
)  # fmt: skip


def container_id(media: Media) -> str:
    return str(FIRST_CONTAINER + media.id)


class Containers(ContainerStates):
    """A container is kept as the file that it holds; one of words or of a carousel holds none."""

    def __init__(self, setting: Setting) -> None:
        super().__init__(setting, SLUG)
        self.tree = Tree(setting)

    def create(self, call: Call, account: Account) -> Json:
        """POST /{threads-user-id}/threads, .../reference/publishing, read 2026-11.

        With `auto_publish_text` a post of words alone is out at once, and the id is the post's.
        """
        params, is_item = call.params, call.params.flag("is_carousel_item")
        kind = params.text("media_type").upper()
        if kind not in (ITEMS if is_item else KINDS):
            raise errors.wrong(f"Param media_type must be one of {{{', '.join(ITEMS if is_item else KINDS)}}}")
        for name in NOT_IMITATED:
            if params.text(name):
                raise errors.wrong(f"The sandbox does not imitate {name}")
        is_at_once = params.flag("auto_publish_text")
        if is_at_once and kind != "TEXT":
            raise errors.wrong("Param auto_publish_text can only be used with media_type TEXT")
        extra = {"kind": KINDS[kind], "is_item": is_item, **self._words(params, kind), **self._answers(params, account)}
        made = self._makers()[kind](call, account, extra)
        return self._out(call, account, made) if is_at_once else {"id": container_id(made)}

    def _makers(self) -> Mapping[str, Callable[[Call, Account, Json], Media]]:
        return {"TEXT": self._text, "IMAGE": self._picture, "VIDEO": self._video, "CAROUSEL": self._carousel}

    def _words(self, params: Params, kind: str) -> Json:
        text, link, topic = (params.text(name) for name in ("text", "link_attachment", "topic_tag"))
        if kind == "TEXT" and not text:
            raise errors.wrong("The parameter text is required for media_type TEXT.")
        if link and kind != "TEXT":
            raise errors.wrong("Param link_attachment can only be used with media_type TEXT")
        check_text(text, link)
        check_topic(topic)
        shown = link or next(iter(links_in(text)), "") if kind == "TEXT" else ""
        return {"text": text, "link": shown, "topic": topic or topic_in(text)}

    def _answers(self, params: Params, account: Account) -> Json:
        """To what it replies, which the owner of the first post of a thread may do, and who may reply to it."""
        audience = params.text("reply_control", "everyone")
        if audience not in AUDIENCES:
            raise errors.wrong(f"Param reply_control must be one of {{{', '.join(AUDIENCES)}}}")
        node = params.text("reply_to_id")
        place = self.tree.place(account, node) if node else None
        if node and place is None:
            raise errors.refused(errors.NO_MEDIA, media=node)
        answers = {"replied_to": node, "under": place.post.id, "root": place.root} if place else {}
        return {"audience": audience.upper(), **answers}

    def _text(self, call: Call, account: Account, extra: Json) -> Media:
        return self._keep(call, account, extra, b"", "")

    def _picture(self, call: Call, account: Account, extra: Json) -> Media:
        """Fetched before the answer, which is how a refused one is reported; no page says when."""
        url = call.params.text("image_url")
        if not url:
            raise errors.wrong("The parameter image_url is required for media_type IMAGE.")
        content, mime, facts = picture_at(url)
        return self._keep(call, account, {**extra, "facts": facts}, content, mime)

    def _video(self, call: Call, account: Account, extra: Json) -> Media:
        """A container comes at once; that its film was refused is told by its state."""
        url = call.params.text("video_url")
        if not url:
            raise errors.wrong("The parameter video_url is required for media_type VIDEO.")
        try:
            content, mime, facts = video_at(url)
        except Unusable as error:
            return self._keep(call, account, {**extra, "error": str(error)}, b"", "video/mp4")
        return self._keep(call, account, {**extra, "facts": facts}, content, mime)

    def _carousel(self, call: Call, account: Account, extra: Json) -> Media:
        children = [self._child(account, node) for node in listed(call.params, "children")]
        if len(children) not in CHILDREN:
            raise errors.refused(errors.CAROUSEL)
        return self._keep(call, account, {**extra, "children": [child.id for child in children]}, b"", "")

    def _child(self, account: Account, node: str) -> Media:
        media = self.find(node)
        if media is None or media.account_id != account.id or not media.extra["is_item"] or self._is_over(media):
            raise errors.refused(errors.NO_MEDIA, media=node)
        return media

    def _keep(self, call: Call, account: Account, extra: Json, content: bytes, mime: str) -> Media:
        now, alt_text = self.setting.clock(), call.params.text("alt_text")
        if len(alt_text) > ALT_TEXT:
            raise errors.wrong(f"Param alt_text must be at most {ALT_TEXT} characters long.")
        if alt_text and extra["kind"] == KINDS["TEXT"]:
            raise errors.wrong("Param alt_text cannot be used with media_type TEXT")
        failed = {"error": "FAILED_PROCESSING_VIDEO" if mime.startswith("video/") else "UNKNOWN"}
        made = self.world.add_media(
            network=SLUG, account_id=account.id, mime=mime, description=alt_text, content=content,
            extra={**extra, "created_at": now, **(failed if "media_failed" in call.marks else {})},
            ready_at=now + (math.inf if "media_stuck" in call.marks else self.setting.media_seconds),
        )  # fmt: skip
        found = self.world.media(SLUG, str(made))
        assert found is not None
        return found

    # State

    def find(self, node: str) -> Media | None:
        number = numbered(node, FIRST_CONTAINER)
        return self.world.media(SLUG, str(number)) if number else None

    def tell(self, media: Media, wanted: tuple[Field, ...]) -> Json:
        """GET /{threads-container-id}, .../reference/publishing and .../troubleshooting, read 2026-11."""
        state = self.state(media)
        tellers: Mapping[str, Callable[[Field], Any]] = {
            "id": lambda _: container_id(media),
            "status": lambda _: state,
            "error_message": lambda _: self._failed(media) if state == "ERROR" else None,
        }
        return told("ThreadsContainer", tellers, wanted, ("status",))

    # Publishing

    def publish(self, call: Call, account: Account) -> Json:
        """POST /{threads-user-id}/threads_publish, .../reference/publishing, read 2026-11."""
        node = call.params.text("creation_id")
        if not node:
            raise errors.wrong("The parameter creation_id is required.")
        with self.world.transaction():
            return self._out(call, account, self._publishable(account, node))

    def _publishable(self, account: Account, node: str) -> Media:
        """One that is not finished yet is not found, as developers report; the pages say no more than to wait."""
        media = self.find(node)
        if media is None or media.account_id != account.id or media.extra["is_item"]:
            raise errors.refused(errors.NO_MEDIA, media=node)
        state = self.state(media)
        if state == "ERROR":
            raise errors.refused(errors.NOT_MADE)
        if state != "FINISHED":
            raise errors.refused(errors.NO_MEDIA, media=node)
        return media

    def _out(self, call: Call, account: Account, media: Media) -> Json:
        is_reply = "replied_to" in media.extra
        if self.used(account, is_reply=is_reply) >= (REPLIES if is_reply else POSTS):
            raise errors.refused(errors.QUOTA)
        now, files = self.setting.clock(), self._children(media) or [media] * bool(media.mime)
        kept = ("kind", "link", "topic", "audience", "replied_to", "root")
        extra = {name: media.extra[name] for name in kept if name in media.extra}
        extra |= {"container": media.id, "language": "ar", "media_ids": [file.id for file in files]}
        post_id, text, parent = make_post_id(self.world, now), media.extra["text"], media.extra.get("under")
        self.world.add_post(Post(post_id, SLUG, account.id, text, extra, parent, now, call.received_at, None, None))
        for file in files:
            self.world.attach_media(file.id, post_id)
        return {"id": post_id}

    # Limits

    def used(self, account: Account, *, is_reply: bool) -> int:
        """Published in the last 24 hours, deleted posts too."""
        since = self.setting.clock() - DAY
        return sum(
            1
            for post in self.world.all_posts(SLUG)
            if post.account_id == account.id and "container" in post.extra and post.created_at > since
            and ("replied_to" in post.extra) == is_reply
        )  # fmt: skip

    def deleted(self, account: Account) -> int:
        since = self.setting.clock() - DAY
        mine = [post for post in self.world.all_posts(SLUG) if post.account_id == account.id]
        return sum(1 for post in mine if post.deleted_at is not None and post.deleted_at > since)

    def limit(self, account: Account, wanted: tuple[Field, ...]) -> Json:
        """GET /{threads-user-id}/threads_publishing_limit, .../reference/user and .../troubleshooting, 2026-11."""
        tellers: Mapping[str, Callable[[], object]] = {
            "quota_usage": lambda: self.used(account, is_reply=False),
            "config": lambda: _config(POSTS),
            "reply_quota_usage": lambda: self.used(account, is_reply=True),
            "reply_config": lambda: _config(REPLIES),
            "delete_quota_usage": lambda: self.deleted(account),
            "delete_config": lambda: _config(DELETIONS),
            "location_search_quota_usage": lambda: 0,
            "location_search_config": lambda: _config(LOCATIONS),
        }
        names = [one.name for one in wanted] or ["quota_usage"]
        for name in names:
            if name not in tellers:
                said = f"(#100) Tried accessing nonexisting field ({name}) on node type (ThreadsPublishingLimit)"
                raise GraphError(100, said)
        return {"data": [{name: tellers[name]() for name in names}]}


def _config(total: int) -> Json:
    return {"quota_total": total, "quota_duration": DAY}
