"""Owns the simulated Instagram: professional accounts behind pages, reached through Graph with Facebook Login.

Written from https://developers.facebook.com/docs/instagram-platform/ only (pages read 2026-11); offers nothing beyond.
"""

from __future__ import annotations

import io
import secrets
from functools import partial

from PIL import Image
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from sandbox.dialects._graph_access import GraphError, account_of, envelope, token_of, too_many, wait
from sandbox.dialects._graph_ids import make_post_id, post_of
from sandbox.dialects._graph_web import Web
from sandbox.dialects._instagram_entities import PRODUCT, SLUG, Teller
from sandbox.dialects._instagram_errors import refused
from sandbox.dialects._instagram_graph import Graph
from sandbox.dialects.base import Comment, Dialect, Picture, Refusal, Setting, ShownPost
from sandbox.engagement import crowd_of
from sandbox.posttext import Links, as_html
from sandbox.records import Account, Media, Post


class Site:
    """The public addresses: short ones of posts, and the files themselves."""

    def __init__(self, setting: Setting) -> None:
        self.world = setting.world

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/p/{code}", self.post),
            Route("/reel/{code}", self.post),
            Route("/file/{id:int}", self.file),
            Route("/file/{id:int}/cover", self.cover),
        ]

    async def post(self, request: Request) -> Response:
        """Where `permalink` points: the page of the post."""
        post = self.world.post(SLUG, post_of(request.path_params["code"]))
        account = self.world.account(post.account_id) if post else None
        if post is None or account is None:
            return Response(status_code=404)
        return RedirectResponse(f"/{SLUG}/@{account.handle}/{post.id}", 302)

    async def file(self, request: Request) -> Response:
        """The published file, where `media_url` points."""
        media = self._published(request)
        return Response(media.content, media_type=media.mime) if media else Response(status_code=404)

    async def cover(self, request: Request) -> Response:
        """Where a video's `thumbnail_url` points; frames are not read out of it here, so all of them look alike."""
        return Response(COVER, media_type="image/jpeg") if self._published(request) else Response(status_code=404)

    def _published(self, request: Request) -> Media | None:
        media = self.world.media(SLUG, str(request.path_params["id"]))
        return media if media and media.post_id else None


def _grey() -> bytes:
    target = io.BytesIO()
    Image.new("RGB", (360, 640), "#555555").save(target, "JPEG")
    return target.getvalue()


COVER = _grey()


def show(setting: Setting, base: str, account: Account, post: Post) -> ShownPost:
    """The post as the human timeline page shows it."""
    teller = Teller(setting, base)
    now = teller.figures.at(post)
    names = (("views", "views"), ("favourites", "likes"), ("replies", "comments"), ("reblogs", "shares"))
    links = Links(tag_url=lambda tag: f"{base}/explore/tags/{tag}", account_url=lambda _: None)
    replies = crowd_of(post.id).replies_by(setting.age(post.created_at), setting.speed)
    return ShownPost(
        id=post.id, permalink=teller.permalink(post), text=post.text, html=as_html(post.text, links),
        language=str(post.extra.get("language", "ar")), warning="", visibility="public",
        at=post.created_at, edited_at=post.edited_at,
        pictures=[Picture(teller.file_url(one), one.description, one.mime) for one in teller.media_of(post)],
        figures=[(shown, now[name] or 0) for shown, name in names],
        comments=[
            Comment(reply.name, reply.language, reply.text, setting.moment_at(post.created_at, reply.after))
            for reply in replies
        ],
    )  # fmt: skip


def _refusal(error: GraphError) -> Refusal:
    return Refusal(error.status, envelope(error))


def _routes(setting: Setting) -> list[BaseRoute]:
    return [*Web(setting, PRODUCT, Graph(setting)).routes(), *Site(setting).routes()]


DEFAULT_ACCOUNTS = (
    {
        "handle": "rabita_insta",
        "display_name": "الرابطة المحمدية للعلماء · حساب تجريبي",
        "bio": "حساب على محاكٍ محلي، باسم «الرابطة المحمدية للعلماء · عرض تجريبي». ما ينشر هنا مدوَّن في السجل العلني.",
        "token": "sandbox-token-rabita-insta",
    },
)

REVOKED = "Error validating access token: The user has not authorized application."

DIALECT = Dialect(
    slug=SLUG,
    name={"ar": "إنستغرام", "fr": "Instagram", "en": "Instagram"},
    routes=_routes,
    api_paths=("/v[0-9]*",),
    acts={
        "publish": (frozenset({"POST"}), "/v*/*/media_publish"),
        "media": (frozenset({"POST"}), "/v*/*/media"),
        "media_check": (frozenset({"GET"}), "/v*/179[0-4]*"),
        "lookup": (frozenset({"GET"}), "/v*/*/media"),
        "metrics": (frozenset({"GET"}), "/v*/*/insights"),
        "batch": (frozenset({"POST"}), "/v[0-9]*.[0-9]"),
        "delete": (frozenset({"DELETE"}), "/v*/[0-9]*"),
        "profile": (frozenset({"GET"}), "/v*/me"),
        "token": (frozenset({"GET", "POST"}), "/v*/oauth/access_token"),
    },
    refusals={
        "rate_limited": _refusal(too_many(PRODUCT)),
        "revoked_token": _refusal(GraphError(190, REVOKED, subcode=458, status=401)),
        "missing_scope": _refusal(
            GraphError(10, "(#10) Application does not have permission for this action", status=403)
        ),
        "media_refused": _refusal(refused(2207009, ratio="3.20")),
        "broken": _refusal(GraphError(1, "An unknown error has occurred.", status=500)),
    },
    wait=partial(wait, PRODUCT),
    token_of=token_of,
    account_of=partial(account_of, SLUG),
    show=show,
    make_post_id=make_post_id,
    past=lambda fields: {"media_ids": [], "language": fields.get("language", "ar"), "kind": "IMAGE", "product": "FEED"},
    scopes=" ".join(PRODUCT.permissions),
    default_accounts=DEFAULT_ACCOUNTS,
    make_secret=lambda: f"EAAP{secrets.token_urlsafe(48)}",
    is_gallery=True,
)
