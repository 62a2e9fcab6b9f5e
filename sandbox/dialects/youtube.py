"""Owns the simulated YouTube: channels and videos over the documented Data and Analytics APIs and Google's OAuth 2.

Written from https://developers.google.com/youtube/ and https://developers.google.com/identity/protocols/oauth2 only
(pages read 2026-11, named per module); offers nothing beyond. Google's hosts are one here, each with its own paths.
"""

from __future__ import annotations

import html
import io
import secrets
from collections.abc import Mapping
from typing import Any

from PIL import Image
from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from sandbox.dialects import _youtube_errors as errors
from sandbox.dialects._youtube_access import EVERYTHING, SLUG, OAuth, account_of, plain, revoke, token_of
from sandbox.dialects._youtube_analytics import Analytics
from sandbox.dialects._youtube_api import Api
from sandbox.dialects._youtube_comments import Comments
from sandbox.dialects._youtube_extras import Extras
from sandbox.dialects._youtube_playlists import Playlists
from sandbox.dialects._youtube_quota import Quota
from sandbox.dialects._youtube_resources import SIZES, Teller, channel_id
from sandbox.dialects._youtube_uploads import ACCEPTED, Uploads
from sandbox.dialects._youtube_videos import PUBLIC, UNLISTED, Video, make_video_id, past
from sandbox.dialects.base import Comment, Dialect, Picture, Refusal, Setting, ShownPost, Wait
from sandbox.posttext import Links, as_html
from sandbox.records import Account, Post


class Site:
    """The public addresses: a video by its id, its file, its thumbnails."""

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self.world = setting.world

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/watch", self.watch),
            Route("/shorts/{id}", self.watch),
            Route("/channel/{id}", self.channel),
            Route("/face/{handle}.jpg", self.face),
            Route("/file/{id}", self.file),
            Route("/vi/{id}/{size}.jpg", self.thumbnail),
        ]

    async def watch(self, request: Request) -> Response:
        """Where a video's address leads: its page."""
        video = self._shown(request, request.path_params.get("id") or request.query_params.get("v", ""))
        account = self.world.account(video.post.account_id) if video else None
        if video is None or account is None:
            return Response(status_code=404)
        return RedirectResponse(f"/{SLUG}/@{account.handle}/{video.id}", 302)

    async def channel(self, request: Request) -> Response:
        found = [one for one in self.world.accounts(SLUG) if channel_id(one) == request.path_params["id"]]
        return RedirectResponse(f"/{SLUG}/@{found[0].handle}", 302) if found else Response(status_code=404)

    async def face(self, request: Request) -> Response:
        return Response(COVER, media_type="image/jpeg")

    async def file(self, request: Request) -> Response:
        video = self._shown(request, request.path_params["id"])
        path = self.world.files / SLUG / str(video.extra["file"]) if video and video.extra["file"] else None
        if video is None or path is None or not path.exists():
            return Response(status_code=404)
        return FileResponse(path, media_type=str(video.extra["mime"]))

    async def thumbnail(self, request: Request) -> Response:
        """The one that was set, else a grey one: frames are not read out of videos here."""
        video = self._shown(request, request.path_params["id"])
        if video is None or request.path_params["size"] not in {name for name, _, _ in SIZES}:
            return Response(status_code=404)
        media = self.world.media(SLUG, str(video.extra["thumbnail"])) if video.extra["thumbnail"] else None
        return Response(media.content if media else COVER, media_type=media.mime if media else "image/jpeg")

    def _shown(self, request: Request, video_id: str) -> Video | None:
        post = self.world.post(SLUG, video_id)
        video = Video(self.setting, post) if post else None
        return video if video and video.is_shown else None


def _grey() -> bytes:
    target = io.BytesIO()
    Image.new("RGB", (480, 360), "#555555").save(target, "JPEG")
    return target.getvalue()


COVER = _grey()


def show(setting: Setting, base: str, account: Account, post: Post) -> ShownPost:
    """The video as the human pages show it: its title above its description."""
    video, teller = Video(setting, post), Teller(setting, base)
    links = Links(tag_url=lambda tag: f"{base}/hashtag/{tag}", account_url=lambda handle: f"{base}/@{handle}")
    now = video.figures()
    names = (("views", now.views), ("likes", now.likes), ("reblogs", now.shares), ("replies", now.comments))
    mime = str(video.extra["mime"]) if video.extra["mime"].startswith("video/") else "video/mp4"
    films = [Picture(f"{base}/file/{post.id}", video.title, mime)] if video.extra["file"] else []
    return ShownPost(
        id=post.id, permalink=teller.watch_url(post.id), text=f"{video.title}\n\n{post.text}",
        html=f"<p><strong>{html.escape(video.title)}</strong></p>{as_html(post.text, links)}",
        language=str(post.extra.get("language") or "ar"), warning="", visibility=video.privacy,
        at=video.public_since or post.created_at, edited_at=post.edited_at, pictures=films,
        figures=names, comments=[Comment(one.name, one.language, one.text, at) for one, at in video.replies()],
        marks=["is_unlisted"] * (video.privacy == UNLISTED), is_open=video.is_shown,
        is_listed=video.is_shown and video.privacy == PUBLIC,
    )  # fmt: skip


def _past(fields: Mapping[str, Any]) -> Mapping[str, Any]:
    """The first line is its title."""
    title = str(fields.get("text", "")).strip().split("\n")[0][:100]
    return past(title, str(fields.get("language", "ar")))


def _routes(setting: Setting) -> list[BaseRoute]:
    quota = Quota(setting)
    api, uploads = Api(setting, quota), Uploads(setting, quota)
    table = [
        *api.table(),
        *Extras(api).table(),
        *Playlists(api).table(),
        *Comments(api).table(),
        *Analytics(api).table(),
        ("/upload/youtube/v3/videos", "POST", uploads.insert),
        ("/upload/youtube/v3/videos", "PUT", uploads.resume),
    ]
    calls: list[BaseRoute] = [Route(path, plain(do), methods=[verb]) for path, verb, do in table]
    return [*OAuth(setting).routes(), *calls, *Site(setting).routes()]


def _refusal(error: errors.GoogleError) -> Refusal:
    return Refusal(error.code, error.body)


def _wait(_setting: Setting, _seconds: float) -> Wait:
    """Google does not say how long to wait."""
    return Wait()


DEFAULT_ACCOUNTS = (
    {
        "handle": "rabitatube",
        "display_name": "الرابطة المحمدية للعلماء · قناة تجريبية",
        "bio": "قناة على محاكٍ محلي، باسم «الرابطة المحمدية للعلماء · عرض تجريبي». ما ينشر هنا مدوَّن في السجل العلني.",
        "token": "sandbox-token-rabita-youtube",
    },
)

DIALECT = Dialect(
    slug=SLUG,
    name={"ar": "يوتيوب", "fr": "YouTube", "en": "YouTube"},
    routes=_routes,
    api_paths=("/youtube/v3/*", "/upload/youtube/v3/*", "/v2/reports", "/token", "/revoke"),
    acts={
        "publish": (frozenset({"PUT"}), "/youtube/v3/videos"),
        "media": (frozenset({"POST", "PUT"}), "/upload/youtube/v3/videos"),
        "chunk": (frozenset({"PUT"}), "/upload/youtube/v3/videos"),
        "media_check": (frozenset({"GET"}), "/youtube/v3/videos"),
        "metrics": (frozenset({"GET"}), "/youtube/v3/videos"),
        "lookup": (frozenset({"GET"}), "/youtube/v3/playlistItems"),
        "edit": (frozenset({"PUT"}), "/youtube/v3/videos"),
        "delete": (frozenset({"DELETE"}), "/youtube/v3/videos"),
        "profile": (frozenset({"GET"}), "/youtube/v3/channels"),
        "report": (frozenset({"GET"}), "/v2/reports"),
        "caption": (frozenset({"POST"}), "/upload/youtube/v3/captions"),
        "token": (frozenset({"POST"}), "/token"),
    },
    refusals={
        "rate_limited": _refusal(errors.too_fast()),
        "revoked_token": _refusal(errors.unauthenticated()),
        "missing_scope": _refusal(errors.insufficient()),
        "media_refused": _refusal(errors.bad_content("video/unknown", ACCEPTED)),
        "quota_exceeded": _refusal(errors.quota_exceeded()),
        "upload_limit": _refusal(errors.upload_limit()),
        "broken": _refusal(errors.GoogleError(500, "backendError", "Backend Error")),
    },
    wait=_wait,
    token_of=token_of,
    account_of=account_of,
    show=show,
    make_post_id=make_video_id,
    past=_past,
    scopes=EVERYTHING,
    default_accounts=DEFAULT_ACCOUNTS,
    make_secret=lambda: f"ya29.{secrets.token_urlsafe(48)}",
    revoke=revoke,
    streamed=("/upload/youtube/v3/*",),
    own_faults=frozenset({"media_failed", "media_rejected", "kept_private", "quota_exceeded", "upload_limit"}),
)
