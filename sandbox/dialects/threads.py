"""Owns the simulated Threads: its interface, and the pages on which people read what was posted.

Written from https://developers.facebook.com/docs/threads/ only (pages read 2026-11); offers nothing beyond. Left out:
quotes and reposts, polls, GIFs, text attachments, spoilers, ghost posts, places, search, mentions, hiding of replies.
"""

from __future__ import annotations

import secrets

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from sandbox.dialects import _threads_errors as errors
from sandbox.dialects._graph_access import GraphError, account_of, envelope, token_of, too_many, wait
from sandbox.dialects._graph_ids import make_post_id, post_of
from sandbox.dialects._threads_access import PRODUCT, SLUG
from sandbox.dialects._threads_api import Api
from sandbox.dialects._threads_entities import Teller
from sandbox.dialects._threads_insights import Figures
from sandbox.dialects._threads_text import links_in
from sandbox.dialects._threads_tree import Place
from sandbox.dialects.base import Comment, Dialect, Picture, Refusal, Setting, ShownPost
from sandbox.films import still
from sandbox.markup import esc
from sandbox.posttext import Links, as_html
from sandbox.records import Account, Media, Post
from sandbox.world import World

MAY_REPLY = {
    "ACCOUNTS_YOU_FOLLOW": "reply_following",
    "MENTIONED_ONLY": "reply_mentionedUsers",
    "PARENT_POST_AUTHOR_ONLY": "reply_author",
    "FOLLOWERS_ONLY": "reply_followers",
}


class Site:
    """The public addresses: those of posts, and the files themselves."""

    def __init__(self, setting: Setting) -> None:
        self.world = setting.world

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/@{handle}/post/{code}", self.post),
            Route("/file/{id:int}", self.file),
            Route("/file/{id:int}/cover", self.cover),
        ]

    async def post(self, request: Request) -> Response:
        """Where `permalink` points: the page of the post with its thread."""
        post = self.world.post(SLUG, post_of(request.path_params["code"]))
        account = self.world.account(post.account_id) if post else None
        if post is None or account is None or account.handle != request.path_params["handle"]:
            return Response(status_code=404)
        return RedirectResponse(f"/{SLUG}/@{account.handle}/{post.id}", 302)

    async def file(self, request: Request) -> Response:
        """The published file, where `media_url` points."""
        media = self._published(request)
        return Response(media.content, media_type=media.mime) if media else Response(status_code=404)

    async def cover(self, request: Request) -> Response:
        """Where a video's `thumbnail_url` points; frames are not read out of it here, so that all look alike."""
        media = self._published(request)
        if media is None:
            return Response(status_code=404)
        facts = media.extra["facts"]
        return Response(still(facts["width"], facts["height"]), media_type="image/jpeg")

    def _published(self, request: Request) -> Media | None:
        media = self.world.media(SLUG, str(request.path_params["id"]))
        return media if media and media.post_id else None


def _html(base: str, post: Post) -> str:
    """The words, then the link that is shown as a card where they do not name it, then the topic."""
    links = Links(tag_url=lambda tag: f"{base}/search?q={tag}", account_url=lambda _: None)
    link, topic = str(post.extra.get("link", "")), str(post.extra.get("topic", ""))
    card = as_html(link, links) if link not in links_in(post.text) else ""
    label = f"<p>#{esc(topic)}</p>" if topic and f"#{topic}" not in post.text else ""
    return f"{as_html(post.text, links)}{card}{label}"


def show(setting: Setting, base: str, account: Account, post: Post) -> ShownPost:
    """The post as the human pages show it."""
    teller = Teller(setting, base)
    now = Figures(setting).so_far(Place(post, teller.root_of(post)))
    names = (("views", "views"), ("likes", "likes"), ("replies", "replies"), ("reposts", "reposts"))
    return ShownPost(
        id=post.id, permalink=teller.permalink(account, post), text=post.text, html=_html(base, post),
        language=str(post.extra.get("language", "ar")), warning="", visibility="public",
        at=post.created_at, edited_at=None,
        pictures=[_picture(teller, one) for one in teller.media_of(post)],
        figures=[(shown, now[name]) for shown, name in (*names, ("quotes", "quotes"))],
        comments=[
            Comment(reply.name, reply.language, reply.text, setting.moment_at(post.created_at, reply.after))
            for reply in teller.tree.said_under(post)
        ],
        in_reply_to=post.in_reply_to,
        marks=[MAY_REPLY[audience] for audience in [post.extra.get("audience")] if audience in MAY_REPLY],
    )  # fmt: skip


def _picture(teller: Teller, media: Media) -> Picture:
    is_film = media.mime.startswith("video/")
    return Picture(
        teller.file_url(media), media.description, media.mime, poster=teller.cover_url(media) if is_film else "",
        seconds=float(media.extra["facts"].get("seconds", 0.0)),
    )  # fmt: skip


def _told_path(request: Request, path: str) -> str:
    """A container is made by one path, of words alone, of a file, or as a post that is out at once."""
    params = request.scope["sandbox.params"]
    if request.method != "POST" or not path.endswith("/threads"):
        return path
    if params.flag("auto_publish_text"):
        return f"{path}#publish"
    return f"{path}#media" if params.text("media_type").upper() in ("IMAGE", "VIDEO") else path


def _account_of(world: World, request: Request) -> Account | None:
    return account_of(SLUG, world, request)


def _refusal(error: GraphError) -> Refusal:
    return Refusal(error.status, envelope(error))


def _routes(setting: Setting) -> list[BaseRoute]:
    return [*Api(setting).routes(), *Site(setting).routes()]


DEFAULT_ACCOUNTS = (
    {
        "handle": "rabita_threads",
        "display_name": "الرابطة المحمدية للعلماء · حساب تجريبي",
        "bio": "حساب على محاكٍ محلي، باسم «الرابطة المحمدية للعلماء · عرض تجريبي». ما ينشر هنا مدوَّن في السجل العلني.",
        "token": "sandbox-token-rabita-threads",
    },
)

REVOKED = "Error validating access token: The user has not authorized application."

DIALECT = Dialect(
    slug=SLUG,
    name={"ar": "ثريدز", "fr": "Threads", "en": "Threads"},
    routes=_routes,
    api_paths=("/v[0-9]*", "/oauth/access_token", "/access_token", "/refresh_access_token"),
    acts={
        "publish": (frozenset({"POST"}), "/v*/threads_publish|/v*/threads#publish"),
        "container": (frozenset({"POST"}), "/v*/threads|/v*/threads#media"),
        "media": (frozenset({"POST"}), "/v*/threads#media"),
        "media_check": (frozenset({"GET"}), "/v*/179[0-4]*"),
        "lookup": (frozenset({"GET"}), "/v*/threads|/v*/me/replies|/v*/178414*/replies"),
        "metrics": (frozenset({"GET"}), "/v*/insights|/v*/threads_insights"),
        "delete": (frozenset({"DELETE"}), "/v*/[0-9]*"),
        "profile": (frozenset({"GET"}), "/v*/me|/v*/178414???????????"),
        "token": (frozenset({"GET", "POST"}), "/oauth/access_token|/access_token|/refresh_access_token"),
    },
    told_path=_told_path,
    refusals={
        "rate_limited": _refusal(too_many(None)),
        "revoked_token": _refusal(GraphError(190, REVOKED, subcode=458, status=401)),
        "missing_scope": _refusal(
            GraphError(10, "(#10) Application does not have permission for this action", status=403)
        ),
        "media_refused": _refusal(errors.refused(errors.RATIO, ratio="12.00")),
        "quota_exceeded": _refusal(errors.refused(errors.QUOTA)),
        "broken": _refusal(GraphError(1, "An unknown error has occurred.", status=500)),
    },
    own_faults=frozenset({"media_failed", "quota_exceeded"}),
    wait=lambda setting, seconds: wait(PRODUCT, setting, seconds),
    token_of=token_of,
    account_of=_account_of,
    show=show,
    make_post_id=make_post_id,
    past=lambda fields: {"media_ids": [], "language": fields.get("language", "ar"), "kind": "TEXT_POST"},
    scopes=" ".join(PRODUCT.permissions),
    default_accounts=DEFAULT_ACCOUNTS,
    make_secret=lambda: f"TH{secrets.token_urlsafe(48)}",
)
