"""Owns the simulated Facebook: Graph over HTTP with its versions, usage headers, errors and batches, and its pages.

Written from https://developers.facebook.com/docs/ only (pages read 2026-11); offers nothing beyond it.
"""

from __future__ import annotations

from functools import partial

from starlette.requests import Request
from starlette.routing import BaseRoute

from sandbox.dialects._facebook_entities import PRODUCT, Teller
from sandbox.dialects._facebook_errors import PROCESSING, upload_body, video_error
from sandbox.dialects._facebook_films import SLUG, is_seen, make_post_id, owned
from sandbox.dialects._facebook_graph import BAD_PHOTO, Graph
from sandbox.dialects._facebook_site import Site
from sandbox.dialects._graph_access import (
    GraphError,
    account_of,
    envelope,
    page_by_id,
    token_of,
    too_many,
    wait,
)
from sandbox.dialects._graph_web import Web
from sandbox.dialects.base import Comment, Dialect, Picture, Refusal, Setting, ShownPost
from sandbox.engagement import crowd_of
from sandbox.params import Params
from sandbox.posttext import Links, as_html
from sandbox.records import Account, Post


def show(setting: Setting, base: str, account: Account, post: Post) -> ShownPost:
    """The post as the human timeline page shows it."""
    teller = Teller(setting, base)
    crowd, age = crowd_of(post.id), teller.age(post)
    counts, audience = crowd.counts(age, setting.speed), crowd.audience(age, setting.speed)
    links = Links(tag_url=lambda tag: f"{base}/hashtag/{tag}", account_url=lambda _: None)
    shared = str(post.extra.get("link") or "")
    text = post.text if not shared or shared in post.text else f"{post.text}\n\n{shared}"
    return ShownPost(
        id=post.id, permalink=teller.permalink(account, post), text=post.text, html=as_html(text, links),
        language=str(post.extra.get("language", "ar")), warning="",
        visibility="public" if post.extra.get("published", True) else "direct",
        at=post.created_at, edited_at=post.edited_at, is_listed=is_seen(setting, post), is_open=is_seen(setting, post),
        pictures=_shown(teller, post),
        figures=[
            ("views", audience.views), ("favourites", counts.favourites), ("replies", counts.replies),
            ("reblogs", counts.reblogs),
        ],
        comments=[
            Comment(reply.name, reply.language, reply.text, setting.moment_at(post.created_at, reply.after))
            for reply in crowd.replies_by(age, setting.speed)
        ],
    )  # fmt: skip


def _shown(teller: Teller, post: Post) -> list[Picture]:
    if film := teller.film_of(post):
        source, poster = teller.videos.source_url(film), teller.videos.poster_url(film)
        return [Picture(source, str(film.told["title"]), "video/mp4", poster, film.seconds)]
    return [Picture(teller.photo_url(one), one.description, one.mime) for one in teller.media_of(post)]


def _refusal(error: GraphError) -> Refusal:
    return Refusal(error.status, envelope(error))


def _told_path(request: Request, path: str) -> str:
    """With the phase of an upload, whose last publishes."""
    params: Params = request.scope["sandbox.params"]
    phase = params.text("upload_phase")
    return f"{path}#{phase}" if phase else path


def _refusal_of(kind: str, request: Request) -> Refusal | None:
    """A film is refused in other words than a picture, and by the host that reels go to in words of its own."""
    if kind != "media_refused" or request.url.path.endswith(("/photos", "/thumbnails")):
        return None
    if "/video-upload/" in request.url.path:
        return Refusal(PROCESSING[2], upload_body(PROCESSING))
    return _refusal(video_error(1363024))


def _routes(setting: Setting) -> list[BaseRoute]:
    graph = Graph(setting)
    return [*graph.videos.uploads.routes(), *Site(setting).routes(), *Web(setting, PRODUCT, graph).routes()]


DEFAULT_ACCOUNTS = (
    {
        "handle": "rabita_page",
        "display_name": "الرابطة المحمدية للعلماء · صفحة تجريبية",
        "bio": "صفحة على محاكٍ محلي، باسم «الرابطة المحمدية للعلماء · عرض تجريبي». ما ينشر هنا مدوَّن في السجل العلني.",
        "token": "sandbox-token-rabita-page",
    },
)

MEDIA = (
    "/v*/*/photos|/v*/*/thumbnails|/v*/*/uploads|/v*/upload:*|/video-upload/*|/v*/*/videos#start|/v*/*/videos#transfer"
    "|/v*/*/video_reels#start"
)
"""All that brings a file, or begins to; the last step of each is publishing."""
REVOKED = "Error validating access token: The user has not authorized application."
SCOPE = "(#200) Requires pages_read_engagement and pages_manage_posts permission"

DIALECT = Dialect(
    slug=SLUG,
    name={"ar": "فيسبوك", "fr": "Facebook", "en": "Facebook"},
    routes=_routes,
    api_paths=("/v[0-9]*", "/video-upload/*"),
    acts={
        "publish": (frozenset({"POST"}), "/v*/*/feed|/v*/*/videos|/v*/*/videos#finish|/v*/*/video_reels#finish"),
        "lookup": (frozenset({"GET"}), "/v*/*/[pf]*|/v*/*/videos|/v*/*/video_reels"),
        "metrics": (frozenset({"GET"}), "/v*/*/insights|/v*/*/video_insights"),
        "batch": (frozenset({"POST"}), "/v[0-9]*.[0-9]"),
        "edit": (frozenset({"POST"}), "/v*/[0-9]*_[0-9]*|/v*/4[0-9]*[0-9]"),
        "delete": (frozenset({"DELETE"}), "/v*/[0-9]*"),
        "media": (frozenset({"POST"}), MEDIA),
        "chunk": (frozenset({"POST"}), "/v*/upload:*|/video-upload/*|/v*/*/videos#transfer"),
        "media_check": (frozenset({"GET"}), "/v*/4[0-9]*[0-9]"),
        "profile": (frozenset({"GET"}), "/v*/me"),
        "token": (frozenset({"GET", "POST"}), "/v*/oauth/access_token"),
    },
    refusals={
        "rate_limited": _refusal(too_many(PRODUCT)),
        "revoked_token": _refusal(GraphError(190, REVOKED, subcode=458, status=401)),
        "missing_scope": _refusal(GraphError(200, SCOPE, status=403)),
        "media_refused": _refusal(GraphError(324, BAD_PHOTO)),
        "broken": _refusal(GraphError(1, "An unknown error has occurred.", status=500)),
    },
    wait=partial(wait, PRODUCT),
    token_of=token_of,
    account_of=partial(account_of, SLUG),
    show=show,
    make_post_id=make_post_id,
    owned=owned,
    named=partial(page_by_id, SLUG),
    permalinks=("/{handle}/posts/{post_id}",),
    streamed=("/v*/upload:*", "/video-upload/*"),
    own_faults=frozenset({"media_failed", "media_rejected"}),
    told_path=_told_path,
    refusal_of=_refusal_of,
    past=lambda fields: {"media_ids": [], "language": fields.get("language", "ar"), "link": "", "published": True},
    scopes=" ".join(PRODUCT.permissions),
    default_accounts=DEFAULT_ACCOUNTS,
)
