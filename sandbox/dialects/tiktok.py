"""Owns the simulated TikTok: creators, whose videos and photos applications post or send to their inbox.

Written from https://developers.tiktok.com/ only (Login Kit, Content Posting API, Display API; pages read 2026-11, named
per part); offers nothing beyond. The addresses of www.tiktok.com, open.tiktokapis.com and open-upload.tiktokapis.com
stand below the network's one slug.
"""

from __future__ import annotations

import io
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from PIL import Image
from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from sandbox.dialects._tiktok_access import (
    BROKEN,
    NOT_AUTHORIZED,
    SCOPES,
    SLUG,
    TOKEN_INVALID,
    TOO_FAST,
    Gate,
    Refused,
    account_of,
    refusal,
    revoke,
)
from sandbox.dialects._tiktok_choices import Choices
from sandbox.dialects._tiktok_entities import Display, Figures, link_of
from sandbox.dialects._tiktok_inbox import Inbox
from sandbox.dialects._tiktok_jobs import FOR_EVERYONE, Job, Jobs, make_post_id
from sandbox.dialects._tiktok_login import Login
from sandbox.dialects._tiktok_publish import Publishing
from sandbox.dialects._tiktok_upload import Uploads
from sandbox.dialects.base import Comment, Dialect, Draft, Picture, Refusal, Setting, ShownPost, Wait
from sandbox.engagement import crowd_of
from sandbox.posttext import Links, as_html
from sandbox.records import Account, Media, Post


class Site:
    """What a visitor sees beside the pages that every network has: files, covers, short ways to a post."""

    def __init__(self, setting: Setting, jobs: Jobs) -> None:
        self.setting = setting
        self.world = setting.world
        self.jobs = jobs

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/file/{id:int}", self.file),
            Route("/file/{id:int}/cover", self.cover),
            Route("/avatar/{handle}", self.avatar),
            Route("/static/profile-video", self.embedded),
        ]

    async def file(self, request: Request) -> Response:
        """The file of a post, for those who may see it; videos come from the disk, also in parts."""
        media = self.world.media(SLUG, str(request.path_params["id"]))
        if media is None or not self._is_seen(media):
            return Response(status_code=404)
        if media.content:
            return Response(media.content, media_type=media.mime)
        path = self.jobs.path(Job(media))
        return served(path, media) if path.exists() else Response(status_code=404)

    def _is_seen(self, media: Media) -> bool:
        post = self.world.post(SLUG, media.post_id or "")
        account = self.world.account(media.account_id)
        return post is not None and account is not None and self.jobs.is_public(account, post)

    async def cover(self, request: Request) -> Response:
        """Where `cover_image_url` points: the photo chosen. Frames are not read out of videos: all look alike."""
        post = self.world.post(SLUG, str(request.path_params["id"]))
        account = self.world.account(post.account_id) if post else None
        if post is None or account is None or not self.jobs.is_public(account, post):
            return Response(status_code=404)
        photo = self.world.media(SLUG, str(post.extra["cover"])) if post.extra.get("cover") else None
        return Response(photo.content, media_type=photo.mime) if photo else Response(COVER, media_type="image/jpeg")

    async def avatar(self, request: Request) -> Response:
        return Response(COVER, media_type="image/jpeg")

    async def embedded(self, request: Request) -> Response:
        """Where `embed_link` points: the page of the post."""
        post = self.world.post(SLUG, request.query_params.get("id", ""))
        account = self.world.account(post.account_id) if post else None
        if post is None or account is None:
            return Response(status_code=404)
        return RedirectResponse(link_of(f"/{SLUG}", account, post), 302)


def served(path: Path, media: Media) -> Response:
    return FileResponse(path, media_type=media.extra.get("facts", {}).get("mime") or "video/mp4")


def _grey() -> bytes:
    target = io.BytesIO()
    Image.new("RGB", (360, 640), "#555555").save(target, "JPEG")
    return target.getvalue()


COVER = _grey()


def show(setting: Setting, base: str, account: Account, post: Post) -> ShownPost:
    """The post as everybody sees it; one that not everybody may see is on no page."""
    jobs = Jobs(setting, Choices(setting))
    figures, info = Figures(setting, jobs), post.extra.get("info", {})
    now, age = figures.of(account, post), figures.age(account, post)
    is_public = jobs.is_public(account, post)
    names = (("views", "view_count"), ("likes", "like_count"), ("replies", "comment_count"), ("reblogs", "share_count"))
    links = Links(tag_url=lambda tag: f"{base}/tag/{tag}", account_url=lambda handle: f"{base}/@{handle}")
    said = [] if info.get("disable_comment") else crowd_of(post.id).replies_by(age, setting.speed)
    since = max(post.created_at, post.extra.get("seen_at", 0.0))
    comments = [Comment(one.name, one.language, one.text, setting.moment_at(since, one.after)) for one in said]
    marks = [mark for mark, name in MARKS.items() if info.get(name)]
    return ShownPost(
        id=post.id, permalink=link_of(base, account, post), text=post.text, html=as_html(post.text, links),
        language=str(post.extra.get("language", "ar")), warning="",
        visibility="public" if is_public else "direct", at=post.created_at, is_listed=is_public, is_open=is_public,
        edited_at=post.edited_at, pictures=_pictures(setting, base, post),
        figures=[(shown, now[name]) for shown, name in names], comments=comments, marks=marks,
    )  # fmt: skip


MARKS = {
    "ai_generated": "is_aigc", "paid_partnership": "brand_content_toggle", "promotional": "brand_organic_toggle",
}  # fmt: skip


def _pictures(setting: Setting, base: str, post: Post) -> list[Picture]:
    found = (setting.world.media(SLUG, str(number)) for number in post.extra.get("media_ids", ()))
    return [Picture(f"{base}/file/{one.id}", "", one.mime or "video/mp4") for one in found if one is not None]


def drafts(setting: Setting) -> list[Draft]:
    return Inbox(setting, Jobs(setting, Choices(setting))).drafts()


def past(fields: Mapping[str, Any]) -> Mapping[str, Any]:
    info = {"privacy_level": fields.get("visibility", FOR_EVERYONE), "title": str(fields.get("text", ""))}
    return {"kind": "VIDEO", "media_ids": [], "info": info, "language": fields.get("language", "ar")}


def _routes(setting: Setting) -> list[BaseRoute]:
    choices, gate = Choices(setting), Gate(setting)
    jobs = Jobs(setting, choices)
    uploads = Uploads(jobs)
    parts = (
        Login(setting), Display(setting, gate, jobs), Publishing(setting, gate, choices, jobs, uploads), uploads,
        choices, Inbox(setting, jobs), Site(setting, jobs),
    )  # fmt: skip
    return [route for part in parts for route in part.routes()]


def _refusal(refused: Refused) -> Refusal:
    return Refusal(refused.status, refusal(refused))


DEFAULT_ACCOUNTS = (
    {
        "handle": "rabita_tiktok",
        "display_name": "الرابطة المحمدية للعلماء · حساب تجريبي",
        "bio": "حساب على محاكٍ محلي، باسم «الرابطة المحمدية للعلماء · عرض تجريبي». ما ينشر هنا مدوَّن في السجل العلني.",
        "token": "act.sandbox-token-rabita-tiktok!1.e1",
    },
)

GET, POST, PUT = frozenset({"GET"}), frozenset({"POST"}), frozenset({"PUT"})

DIALECT = Dialect(
    slug=SLUG,
    name={"ar": "تيك توك", "fr": "TikTok", "en": "TikTok"},
    routes=_routes,
    api_paths=("/v2/oauth/*", "/v2/user/*", "/v2/post/*", "/v2/video/*", "/upload"),
    acts={
        "publish": (POST, "/v2/post/publish/*init"),
        "media": (PUT, "/upload"),
        "media_check": (POST, "/v2/post/publish/status/fetch"),
        "lookup": (POST, "/v2/video/list"),
        "metrics": (POST, "/v2/video/query"),
        "profile": (GET, "/v2/user/info"),
        "token": (POST, "/v2/oauth/*"),
    },
    refusals={
        "rate_limited": _refusal(TOO_FAST),
        "revoked_token": _refusal(TOKEN_INVALID),
        "missing_scope": _refusal(NOT_AUTHORIZED),
        "media_refused": _refusal(
            Refused(400, "invalid_file_upload", "The uploaded file does not meet API specifications.")
        ),
        "broken": _refusal(BROKEN),
    },
    account_of=account_of,
    show=show,
    make_post_id=make_post_id,
    past=past,
    default_accounts=DEFAULT_ACCOUNTS,
    wait=lambda setting, seconds: Wait(),
    permalinks=("/@{handle}/video/{post_id}", "/@{handle}/photo/{post_id}"),
    scopes=" ".join(SCOPES),
    make_secret=lambda: f"act.{secrets.token_urlsafe(36)}!{secrets.randbelow(9000) + 1000}.e1",
    revoke=revoke,
    is_gallery=True,
    streamed=("/upload",),
    own_faults=frozenset({"media_failed", "media_rejected"}),
    settings="/developers",
    drafts=drafts,
)
