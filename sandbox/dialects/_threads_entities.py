"""Owns the JSON shapes of the simulated Threads: profiles, posts, the items of a carousel, readers' replies.

Sources (read 2026-11), below https://developers.facebook.com/docs/threads/: threads-profiles, reference/user,
reference/media-retrieval, retrieve-and-discover-posts/retrieve-posts, retrieve-and-manage-replies/
replies-and-conversations, posts (links, topic tags).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sandbox.dialects._graph_access import Json
from sandbox.dialects._graph_fields import Field, told
from sandbox.dialects._graph_ids import FIRST_CHILD, shortcode, user_id
from sandbox.dialects._graph_rows import moment
from sandbox.dialects._threads_access import SLUG
from sandbox.dialects._threads_tree import Place, Tree
from sandbox.dialects.base import Setting
from sandbox.records import Account, Media, Post

PRODUCT_TYPE = "THREADS"
LACKING = (
    "quoted_post", "reposted_post", "gif_url", "poll_attachment", "text_entities", "text_attachment", "location_id",
    "profile_picture_url",
)  # fmt: skip
"""Fields that every post has and none of these fills."""


class Teller:
    """Tells one node with the fields asked for; `base` is where the simulated network's pages and files are."""

    def __init__(self, setting: Setting, base: str) -> None:
        self.setting = setting
        self.world = setting.world
        self.base = base
        self.tree = Tree(setting)

    def user(self, account: Account, wanted: tuple[Field, ...]) -> Json:
        """GET /{threads-user-id}, .../threads-profiles, read 2026-11."""
        tellers: Mapping[str, Callable[[Field], Any]] = {
            "id": lambda _: user_id(account),
            "username": lambda _: account.handle,
            "name": lambda _: account.display_name,
            "threads_biography": lambda _: account.bio,
            "threads_profile_picture_url": lambda _: None,
            "is_verified": lambda _: False,
            "is_eligible_for_geo_gating": lambda _: False,
        }
        return told("ThreadsUser", tellers, wanted, ())

    # Posts

    def place(self, account: Account, place: Place, wanted: tuple[Field, ...]) -> Json:
        return self.said(place, wanted) if place.reply else self.post(account, place.post, wanted)

    def post(self, account: Account, post: Post, wanted: tuple[Field, ...]) -> Json:
        """GET /{threads-media-id}, .../reference/media-retrieval, read 2026-11."""
        is_reply = post.in_reply_to is not None
        tellers: Mapping[str, Callable[[Field], Any]] = {
            "id": lambda _: post.id,
            "permalink": lambda _: self.permalink(account, post),
            "owner": lambda _: None if is_reply else {"id": user_id(account)},
            "username": lambda _: account.handle,
            "text": lambda _: post.text,
            "timestamp": lambda _: moment(post.created_at),
            "shortcode": lambda _: shortcode(post.id),
            "link_attachment_url": lambda _: post.extra.get("link"),
            "topic_tag": lambda _: post.extra.get("topic"),
            "reply_audience": lambda _: post.extra.get("audience", "EVERYONE"),
            **self._pictures(account, post),
            **self._answering(Place(post, self.root_of(post)), post.extra.get("replied_to", post.in_reply_to)),
            "is_reply_owned_by_me": lambda _: True if is_reply else None,
        }
        return told("ThreadsMedia", tellers, wanted, ())

    def _pictures(self, account: Account, post: Post) -> Mapping[str, Callable[[Field], Any]]:
        files, kind = self.media_of(post), post.extra.get("kind", "TEXT_POST")
        return {
            "media_product_type": lambda _: PRODUCT_TYPE,
            "media_type": lambda _: kind,
            "media_url": lambda _: self.file_url(files[0]) if files else None,
            "thumbnail_url": lambda _: self.cover_url(files[0]) if kind == "VIDEO" and files else None,
            "alt_text": lambda _: files[0].description if len(files) == 1 else None,
            "children": lambda one: (
                {"data": [self.child(account, post, file, one.within) for file in files]}
                if kind == "CAROUSEL_ALBUM" else None
            ),
            "is_spoiler_media": lambda _: False,
        }  # fmt: skip

    def _answering(self, place: Place, parent: str | None) -> Mapping[str, Callable[[Field], Any]]:
        """What tells where it stands; the network leaves out of a thread's first post what is of replies only."""
        return {
            "is_quote_post": lambda _: False,
            "is_verified": lambda _: False,
            "has_replies": lambda _: bool(self.tree.directly_under(place)),
            "is_reply": lambda _: parent is not None,
            "root_post": lambda _: {"id": place.root} if parent else None,
            "replied_to": lambda _: {"id": parent} if parent else None,
            "hide_status": lambda _: "NOT_HUSHED" if parent else None,
            **dict.fromkeys(LACKING, _nothing),
        }

    def child(self, account: Account, post: Post, media: Media, wanted: tuple[Field, ...]) -> Json:
        """One picture or film of a carousel: it has no permalink and no figures of its own."""
        is_video = media.mime.startswith("video/")
        tellers: Mapping[str, Callable[[Field], Any]] = {
            "id": lambda _: str(FIRST_CHILD + media.id),
            "alt_text": lambda _: media.description,
            "media_product_type": lambda _: PRODUCT_TYPE,
            "media_type": lambda _: "VIDEO" if is_video else "IMAGE",
            "media_url": lambda _: self.file_url(media),
            "thumbnail_url": lambda _: self.cover_url(media) if is_video else None,
            "timestamp": lambda _: moment(post.created_at),
            "username": lambda _: account.handle,
            "owner": lambda _: {"id": user_id(account)},
        }
        return told("ThreadsMedia", tellers, wanted, ())

    def said(self, place: Place, wanted: tuple[Field, ...]) -> Json:
        """A reader's reply, .../replies-and-conversations, read 2026-11."""
        reply = place.reply
        assert reply is not None
        username = f"reader.{place.id[-6:]}"
        tellers: Mapping[str, Callable[[Field], Any]] = {
            "id": lambda _: place.id,
            "permalink": lambda _: f"{self.base}/@{username}/post/{shortcode(place.id)}",
            "username": lambda _: username,
            "text": lambda _: reply.text,
            "timestamp": lambda _: moment(self.tree.at(place)),
            "shortcode": lambda _: shortcode(place.id),
            "media_product_type": lambda _: PRODUCT_TYPE,
            "media_type": lambda _: "TEXT_POST",
            **self._answering(place, place.post.id),
            **dict.fromkeys(("media_url", "thumbnail_url", "children", "owner", "reply_audience"), _nothing),
            **dict.fromkeys(("alt_text", "link_attachment_url", "topic_tag", "is_spoiler_media"), _nothing),
            "is_reply_owned_by_me": lambda _: False,
        }
        return told("ThreadsMedia", tellers, wanted, ())

    def root_of(self, post: Post) -> str:
        return str(post.extra.get("root", post.in_reply_to or post.id))

    def media_of(self, post: Post) -> list[Media]:
        found = (self.world.media(SLUG, str(number)) for number in post.extra.get("media_ids", ()))
        return [media for media in found if media is not None]

    def file_url(self, media: Media) -> str:
        return f"{self.base}/file/{media.id}"

    def cover_url(self, media: Media) -> str:
        return f"{self.file_url(media)}/cover"

    def permalink(self, account: Account, post: Post) -> str:
        return f"{self.base}/@{account.handle}/post/{shortcode(post.id)}"


def _nothing(_: Field) -> None:
    return None
