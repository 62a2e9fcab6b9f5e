"""Owns the JSON shapes of Instagram's accounts, the pages they are linked to, media and comments, and their ids.

Sources (read 2026-11), below https://developers.facebook.com/docs/instagram-platform/: instagram-graph-api/reference/
ig-user, reference/instagram-media, instagram-graph-api/reference/ig-comment, comment-moderation; and
graph-api/reference/page (instagram_business_account).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from sandbox.dialects._graph_access import GraphError, Json, Product, page_id
from sandbox.dialects._graph_fields import Field, told
from sandbox.dialects._graph_ids import FIRST_CHILD, FIRST_USER, comment_id, shortcode, user_id
from sandbox.dialects._graph_rows import moment
from sandbox.dialects._instagram_insights import Figures
from sandbox.dialects.base import Setting
from sandbox.engagement import Reply, crowd_of, followers_of
from sandbox.records import Account, Media, Post

SLUG = "instagram"
READ = ("instagram_basic", "pages_read_engagement")
PUBLISH = (*READ, "instagram_content_publish")
INSIGHTS = (*READ, "instagram_manage_insights")
COMMENTS = (*READ, "instagram_manage_comments")
DELETE = ("instagram_basic", "instagram_manage_contents")
PRODUCT = Product(
    slug=SLUG, title="إنستغرام", choose="اختر الحسابات التي يعمل باسمها",
    permissions=(
        "public_profile", "pages_show_list", "pages_read_engagement", "business_management", "instagram_basic",
        "instagram_content_publish", "instagram_manage_insights", "instagram_manage_comments",
        "instagram_manage_contents",
    ),
    usage="instagram", limit_code=80002, counted="Instagram",
)  # fmt: skip

COMMENTS_A_PAGE = 50


def allow(scopes: tuple[str, ...], permissions: tuple[str, ...]) -> None:
    if not set(permissions) <= set(scopes):
        raise GraphError(10, "(#10) Application does not have permission for this action", status=403)


class Teller:
    """Tells one node with the fields asked for; `base` is where the simulated network's pages and files are."""

    def __init__(self, setting: Setting, base: str) -> None:
        self.setting = setting
        self.world = setting.world
        self.base = base
        self.figures = Figures(setting)

    # Accounts

    def page(self, account: Account, wanted: tuple[Field, ...], *, token: str = "") -> Json:
        """The page to which the account is linked; it bears the account's name."""
        tellers: Mapping[str, Callable[[Field], Any]] = {
            "id": lambda _: page_id(account),
            "name": lambda _: account.display_name,
            "link": lambda _: f"{self.base}/@{account.handle}",
            "category": lambda _: "Religious organization",
            "category_list": lambda _: [{"id": "187714557925874", "name": "Religious organization"}],
            "access_token": lambda _: token,
            "tasks": lambda _: ["ANALYZE", "MODERATE", "CREATE_CONTENT", "MANAGE"],
            "instagram_business_account": lambda one: self.user(account, one.within),
        }
        return told("Page", tellers, wanted, ("name",))

    def user(self, account: Account, wanted: tuple[Field, ...]) -> Json:
        """GET /{ig-user}, .../instagram-graph-api/reference/ig-user, read 2026-11."""
        tellers: Mapping[str, Callable[[Field], Any]] = {
            "id": lambda _: user_id(account),
            "username": lambda _: account.handle,
            "name": lambda _: account.display_name,
            "biography": lambda _: account.bio,
            "website": lambda _: account.website,
            "followers_count": lambda _: self.followers(account),
            "follows_count": lambda _: account.id % 40,
            "media_count": lambda _: self.world.posting_of(account)[0],
            "has_profile_pic": lambda _: False,
            "profile_picture_url": lambda _: None,
            "is_published": lambda _: True,
            "legacy_instagram_user_id": lambda _: str(FIRST_USER // 10 + account.id),
            "media": partial(self._media_field, account),
        }
        return told("IGUser", tellers, wanted, ())

    def followers(self, account: Account, at: float | None = None) -> int:
        age = self.setting.age(account.created_at, at)
        return followers_of(f"{SLUG}:{account.handle}", age, self.setting.speed)

    def _media_field(self, account: Account, one: Field) -> Json:
        posts = self.world.posts_of(account)[: one.limit(100)]
        return {"data": [self.media(account, post, one.within) for post in posts]}

    # Media

    def media(self, account: Account, post: Post, wanted: tuple[Field, ...]) -> Json:
        """GET /{ig-media}, .../instagram-platform/reference/instagram-media, read 2026-11."""
        is_video = post.extra.get("kind") == "VIDEO"
        files = self.media_of(post)
        tellers: Mapping[str, Callable[[Field], Any]] = {
            "id": lambda _: post.id,
            "caption": lambda _: post.text,
            "alt_text": lambda _: files[0].description if len(files) == 1 else "",
            "media_type": lambda _: post.extra.get("kind", "IMAGE"),
            "media_product_type": lambda _: post.extra.get("product", "FEED"),
            "media_url": lambda _: self.file_url(files[0]) if files else None,
            "thumbnail_url": lambda _: f"{self.file_url(files[0])}/cover" if is_video and files else None,
            "permalink": lambda _: self.permalink(post),
            "shortcode": lambda _: shortcode(post.id),
            "timestamp": lambda _: moment(post.created_at),
            "username": lambda _: account.handle,
            "owner": lambda _: {"id": user_id(account)},
            "is_comment_enabled": lambda _: True,
            "is_shared_to_feed": lambda _: post.extra.get("share_to_feed", True) if is_video else None,
            "legacy_instagram_media_id": lambda _: f"{post.id[2:]}_{account.id}",
            "children": lambda one: self._children(account, post, one),
            "comments": lambda one: {"data": self.comments(account, post, one.within)[: one.limit(COMMENTS_A_PAGE)]},
            "insights": lambda one: {"data": self._insights_field(post, one)},
            **self.figures.counts(post, is_video=is_video),
        }
        return told("IGMedia", tellers, wanted, ())

    def _insights_field(self, post: Post, one: Field) -> list[Json]:
        return self.figures.of_media(post, one.modifiers.get("metric", "").replace(" ", "").split(","))

    def _children(self, account: Account, post: Post, one: Field) -> Json | None:
        if post.extra.get("kind") != "CAROUSEL_ALBUM":
            return None
        return {"data": [self.child(account, post, media, one.within) for media in self.media_of(post)]}

    def child(self, account: Account, post: Post, media: Media, wanted: tuple[Field, ...]) -> Json:
        """One picture or video of an album: it has no permalink and no figures of its own."""
        is_video = media.mime.startswith("video/")
        tellers: Mapping[str, Callable[[Field], Any]] = {
            "id": lambda _: str(FIRST_CHILD + media.id),
            "alt_text": lambda _: media.description,
            "media_type": lambda _: "VIDEO" if is_video else "IMAGE",
            "media_url": lambda _: self.file_url(media),
            "thumbnail_url": lambda _: f"{self.file_url(media)}/cover" if is_video else None,
            "timestamp": lambda _: moment(post.created_at),
            "username": lambda _: account.handle,
            "owner": lambda _: {"id": user_id(account)},
        }
        return told("IGMedia", tellers, wanted, ())

    def media_of(self, post: Post) -> list[Media]:
        found = (self.world.media(SLUG, str(number)) for number in post.extra.get("media_ids", ()))
        return [media for media in found if media is not None]

    def file_url(self, media: Media) -> str:
        return f"{self.base}/file/{media.id}"

    def permalink(self, post: Post) -> str:
        return f"{self.base}/{'reel' if post.extra.get('product') == 'REELS' else 'p'}/{shortcode(post.id)}/"

    # Comments

    def comments(self, account: Account, post: Post, wanted: tuple[Field, ...]) -> list[Json]:
        return [self.comment(account, post, reply, wanted) for reply in self.replies(post)]

    def replies(self, post: Post) -> list[Reply]:
        """The last one first."""
        return crowd_of(post.id).replies_by(self.setting.age(post.created_at), self.setting.speed)[::-1]

    def comment(self, account: Account, post: Post, reply: Reply, wanted: tuple[Field, ...]) -> Json:
        """GET /{ig-comment}, .../instagram-graph-api/reference/ig-comment, read 2026-11."""
        named = comment_id(post, reply)
        username = f"reader.{named[-6:]}"
        tellers: Mapping[str, Callable[[Field], Any]] = {
            "id": lambda _: named,
            "text": lambda _: reply.text,
            "timestamp": lambda _: moment(self.setting.moment_at(post.created_at, reply.after)),
            "from": lambda _: {"id": f"9{named[-14:]}", "username": username},
            "username": lambda _: username,
            "hidden": lambda _: False,
            "like_count": lambda _: reply.position % 3,
            "media": lambda _: {"id": post.id},
            "parent_id": lambda _: None,
            "replies": lambda _: None,
            "user": lambda _: None,
        }
        return told("IGComment", tellers, wanted, ("timestamp", "text"))
