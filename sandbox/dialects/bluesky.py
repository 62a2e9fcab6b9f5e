"""Owns the simulated Bluesky: one server of the AT Protocol (accounts, repositories, blobs) and the views of its posts.

Written from https://docs.bsky.app/ and https://atproto.com/ with the lexicons they print (read 2026-11, a page named
per route); offers nothing beyond them. The server's own paths stand below the network's slug.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from sandbox.dialects._bluesky_access import (
    Limits,
    Refused,
    Sessions,
    account_of,
    app_password,
    invalid,
    revoke,
    wait,
)
from sandbox.dialects._bluesky_blobs import TOO_LARGE
from sandbox.dialects._bluesky_names import (
    DOMAIN,
    POST,
    SLUG,
    Json,
    account_named,
    canonical,
    did_of,
    moment,
    next_tid,
    record_cid,
    uri_of,
    whole_handle,
)
from sandbox.dialects._bluesky_records import Records, body_of, limit_of
from sandbox.dialects._bluesky_text import as_html, detected
from sandbox.dialects._bluesky_views import Threads, crowd_replies, figures, picture_url, post_json, profile_json
from sandbox.dialects.base import Comment, Dialect, Picture, Refusal, Setting, ShownPost, bearer
from sandbox.markup import esc
from sandbox.records import Account, Post
from sandbox.world import World

BATCH = 25

Method = Callable[[Request], Awaitable[Json | Response]]


class Api:
    """Below /xrpc/; each method here is one lexicon: queries are read by GET, procedures carried out by POST."""

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self.world = setting.world
        self.sessions = Sessions(setting)
        self.limits = Limits(setting)
        self.records = Records(setting, self.sessions, self.limits)
        self.methods: dict[str, tuple[str, Method]] = {
            "com.atproto.server.describeServer": ("GET", self.describe_server),
            "com.atproto.server.createSession": ("POST", self.create_session),
            "com.atproto.server.refreshSession": ("POST", self.refresh_session),
            "com.atproto.server.getSession": ("GET", self.get_session),
            "com.atproto.server.deleteSession": ("POST", self.delete_session),
            "com.atproto.identity.resolveHandle": ("GET", self.resolve_handle),
            "com.atproto.repo.uploadBlob": ("POST", self.upload_blob),
            "com.atproto.repo.createRecord": ("POST", self.records.create_record),
            "com.atproto.repo.putRecord": ("POST", self.records.put_record),
            "com.atproto.repo.deleteRecord": ("POST", self.records.delete_record),
            "com.atproto.repo.getRecord": ("GET", self.records.get_record),
            "com.atproto.repo.listRecords": ("GET", self.records.list_records),
            "com.atproto.sync.getBlob": ("GET", self.records.blobs.serve),
            "app.bsky.actor.getProfile": ("GET", self.get_profile),
            "app.bsky.feed.getPosts": ("GET", self.get_posts),
            "app.bsky.feed.getAuthorFeed": ("GET", self.get_author_feed),
            "app.bsky.feed.getPostThread": ("GET", self.get_post_thread),
        }

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/xrpc/{nsid}", self.call, methods=["GET", "POST"]),
            Route("/img/{size}/plain/{did}/{file}", self.records.blobs.picture),
        ]

    async def call(self, request: Request) -> Response:
        """https://atproto.com/specs/xrpc, read 2026-11: a refusal has `error` and `message`."""
        try:
            method = self._method(request)
            self.limits.ask(request)
            if bearer(request) and request.path_params["nsid"].startswith("app.bsky."):
                self.sessions.reader(request)
            answer = await method(request)
            response = answer if isinstance(answer, Response) else JSONResponse(answer)
        except Refused as refused:
            response = JSONResponse(refused.body, refused.status, headers=refused.headers)
        response.headers.update(request.scope.get("sandbox.limits", {}))
        return response

    def _method(self, request: Request) -> Method:
        nsid = request.path_params["nsid"]
        if nsid not in self.methods:
            raise Refused(501, "MethodNotImplemented", "Method Not Implemented")
        verb, method = self.methods[nsid]
        if request.method != verb:
            raise invalid(f"Incorrect HTTP method ({request.method}) expected {verb}")
        return method

    async def describe_server(self, request: Request) -> Json:
        """GET com.atproto.server.describeServer, .../com-atproto-server-describe-server, read 2026-11."""
        return {
            "did": server_did(request),
            "availableUserDomains": [f".{DOMAIN}"],
            "inviteCodeRequired": False,
            "links": {},
        }

    async def create_session(self, request: Request) -> Json:
        """POST com.atproto.server.createSession, .../com-atproto-server-create-session, read 2026-11."""
        fields = await body_of(request, "identifier", "password")
        self.limits.log_in(request, str(fields["identifier"]))
        account = self.sessions.log_in(str(fields["identifier"]), str(fields["password"]))
        return self.sessions.issue(account, server_did(request)) | self._about(request, account)

    async def refresh_session(self, request: Request) -> Json:
        """POST com.atproto.server.refreshSession, .../com-atproto-server-refresh-session, read 2026-11.

        The refresh token is the bearer; it is spent with this answer.
        """
        account = self.sessions.renewing(request)
        return self.sessions.issue(account, server_did(request)) | self._about(request, account)

    async def get_session(self, request: Request) -> Json:
        """GET com.atproto.server.getSession, .../com-atproto-server-get-session, read 2026-11."""
        account = self.sessions.reader(request)
        return {"handle": account.handle, "did": did_of(account.handle), **self._about(request, account)}

    async def delete_session(self, request: Request) -> Response:
        """POST com.atproto.server.deleteSession, .../com-atproto-server-delete-session, read 2026-11.

        The refresh token is the bearer; an access token that is out lives on until it expires.
        """
        self.sessions.renewing(request)
        return Response(status_code=200)

    def _about(self, request: Request, account: Account) -> Json:
        """The DID document, https://atproto.com/specs/did: where the repository is, which programs go to from here."""
        did = did_of(account.handle)
        server = {
            "id": "#atproto_pds", "type": "AtprotoPersonalDataServer", "serviceEndpoint": base_of(request),
        }  # fmt: skip
        document = {
            "@context": ["https://www.w3.org/ns/did/v1"], "id": did, "alsoKnownAs": [f"at://{account.handle}"],
            "verificationMethod": [], "service": [server],
        }  # fmt: skip
        return {"didDoc": document, "active": True}

    async def resolve_handle(self, request: Request) -> Json:
        """GET com.atproto.identity.resolveHandle, .../com-atproto-identity-resolve-handle, read 2026-11."""
        account = self.world.account_by_handle(SLUG, request.query_params.get("handle", "").lower())
        if account is None:
            raise invalid("Unable to resolve handle")
        return {"did": did_of(account.handle)}

    async def upload_blob(self, request: Request) -> Json:
        """POST com.atproto.repo.uploadBlob, .../com-atproto-repo-upload-blob, read 2026-11."""
        return await self.records.blobs.upload(request, self.sessions.reader(request))

    async def get_profile(self, request: Request) -> Json:
        """GET app.bsky.actor.getProfile, .../app-bsky-actor-get-profile, read 2026-11."""
        return profile_json(self.setting, self._actor(request))

    async def get_posts(self, request: Request) -> Json:
        """GET app.bsky.feed.getPosts, .../app-bsky-feed-get-posts, read 2026-11. Unknown ones are left out."""
        uris = request.query_params.getlist("uris")
        if not uris:
            raise invalid('Missing required key "uris" at $')
        if len(uris) > BATCH:
            raise invalid(f"array too big (maximum {BATCH}, got {len(uris)}) at $.uris")
        found = [self.world.post(SLUG, canonical(self.world, uri)) for uri in uris]
        return {"posts": [self._view(request, post) for post in found if post is not None]}

    async def get_author_feed(self, request: Request) -> Json:
        """GET app.bsky.feed.getAuthorFeed, .../app-bsky-feed-get-author-feed, read 2026-11. Newest first."""
        chosen = request.query_params.get("filter", "posts_with_replies")
        posts = [post for post in self.world.posts_of(self._actor(request)) if _listed(post, chosen)]
        marks = [f"{int(post.received_at * 1000)}::{post.extra['cid']}" for post in posts]
        start, limit = _after(marks, request.query_params.get("cursor", "")), limit_of(request)
        page = posts[start : start + limit]
        more = {"cursor": marks[start + limit - 1]} if start + limit < len(posts) else {}
        return {"feed": [self._entry(request, post) for post in page], **more}

    def _entry(self, request: Request, post: Post) -> Json:
        """app.bsky.feed.defs#feedViewPost; a reply carries the views of what it answers."""
        asked = post.extra["record"].get("reply")
        reply = {name: self._answered(request, asked[name]["uri"]) for name in ("root", "parent")} if asked else {}
        return {"post": self._view(request, post), **({"reply": reply} if reply else {})}

    def _answered(self, request: Request, uri: str) -> Json:
        post = self.world.post(SLUG, uri)
        if post is None:
            return {"$type": "app.bsky.feed.defs#notFoundPost", "uri": uri, "notFound": True}
        return {"$type": "app.bsky.feed.defs#postView", **self._view(request, post)}

    async def get_post_thread(self, request: Request) -> Json:
        """GET app.bsky.feed.getPostThread, .../app-bsky-feed-get-post-thread, read 2026-11."""
        uri = request.query_params.get("uri", "")
        post = self.world.post(SLUG, canonical(self.world, uri))
        if post is None:
            raise invalid(f"Post not found: {uri}", "NotFound")
        depth = limit_of(request, "depth", 6, (0, 1000))
        height = limit_of(request, "parentHeight", 80, (0, 1000))
        return {"thread": Threads(self.setting, base_of(request)).around(post, depth, height)}

    def _actor(self, request: Request) -> Account:
        account = account_named(self.world, request.query_params.get("actor", ""))
        if account is None:
            raise invalid("Profile not found")
        return account

    def _view(self, request: Request, post: Post) -> Json:
        account = self.world.account(post.account_id)
        assert account is not None
        return post_json(self.setting, base_of(request), account, post)


def base_of(request: Request) -> str:
    return f"{request.url.scheme}://{request.url.netloc}/{SLUG}"


def server_did(request: Request) -> str:
    """https://atproto.com/specs/did: a server is named by its host, the colon before a port escaped."""
    return f"did:web:{request.url.netloc.replace(':', '%3A')}"


def _listed(post: Post, chosen: str) -> bool:
    record = post.extra["record"]
    if chosen in {"posts_no_replies", "posts_and_author_threads"} and "reply" in record:
        return chosen == "posts_and_author_threads" and post.in_reply_to is not None
    return chosen != "posts_with_media" or bool(record.get("embed", {}).get("images"))


def _after(marks: Sequence[str], cursor: str) -> int:
    """Where a feed goes on: behind the post of the cursor, or, where that is gone, at the first one older."""
    if not cursor or cursor in marks:
        return marks.index(cursor) + 1 if cursor else 0
    at = cursor.partition("::")[0]
    if not at.isdecimal():
        raise invalid("Malformed cursor")
    return sum(int(mark.partition("::")[0]) >= int(at) for mark in marks)


def show(setting: Setting, base: str, account: Account, post: Post) -> ShownPost:
    """The post as the network's own application shows it: facets as links, pictures, the card of a link."""
    record, counts = post.extra["record"], figures(setting, post)
    embed, did = record.get("embed") or {}, did_of(account.handle)
    pictures = [
        Picture(picture_url(base, did, one["image"]), one["alt"], one["image"]["mimeType"])
        for one in embed.get("images", ())
    ]
    comments = [Comment(one.name, one.language, one.text, at) for one, at in crowd_replies(setting, post)]
    return ShownPost(
        id=post.id, permalink=f"{base}/profile/{account.handle}/post/{post.id.rpartition('/')[2]}", text=post.text,
        html=as_html(post.text, record.get("facets") or (), base) + _card(embed.get("external")),
        language=(record.get("langs") or [""])[0], warning=_warning(record.get("labels") or {}),
        visibility="public", at=post.created_at, edited_at=post.edited_at, pictures=pictures, comments=comments,
        figures=[("replies", counts["replyCount"]), ("reposts", counts["repostCount"]),
                 ("quotes", counts["quoteCount"]), ("likes", counts["likeCount"])],
        in_reply_to=post.in_reply_to,
    )  # fmt: skip


def _warning(labels: Json) -> str:
    mine = labels.get("$type") == "com.atproto.label.defs#selfLabels"
    return ", ".join(one["val"] for one in labels["values"]) if mine else ""


def _card(external: Json | None) -> str:
    if not external or not external["uri"].startswith(("http://", "https://")):
        return ""
    link = f'<a href="{esc(external["uri"])}" rel="nofollow noopener">{esc(external["title"] or external["uri"])}</a>'
    return f"<p>{link}</p><p>{esc(external['description'])}</p>"


def past(fields: Mapping[str, Any]) -> Json:
    text, at = str(fields.get("text", "")), fields.get("created_at", 0)
    seconds = float(at) if isinstance(at, int | float) else datetime.fromisoformat(str(at)).timestamp()
    record = {
        "$type": POST, "text": text, "createdAt": moment(seconds), "langs": [str(fields.get("language", "ar"))],
        "facets": detected(text),
    }  # fmt: skip
    return {"record": record, "cid": record_cid(record), "media_ids": [], "unread_facets": 0}


DEFAULT_ACCOUNTS = (
    {
        "handle": f"rabita-demo.{DOMAIN}",
        "display_name": "الرابطة المحمدية للعلماء · حساب تجريبي",
        "bio": "حساب على محاكٍ محلي، باسم «الرابطة المحمدية للعلماء · عرض تجريبي». ما ينشر هنا مدوَّن في السجل العلني.",
        "token": "rabi-tade-mo22-sand",
    },
)


def _routes(setting: Setting) -> Sequence[BaseRoute]:
    return Api(setting).routes()


def make_post_id(_world: World, at: float) -> str:
    return next_tid(at)


GET, POSTED = frozenset({"GET"}), frozenset({"POST"})

DIALECT = Dialect(
    slug=SLUG,
    name={"ar": "بلوسكاي", "fr": "Bluesky", "en": "Bluesky"},
    routes=_routes,
    api_paths=("/xrpc/*",),
    acts={
        "publish": (POSTED, "/xrpc/com.atproto.repo.[cp][ru][et]*Record"),
        "lookup": (GET, "/xrpc/com.atproto.repo.*Record*"),
        "metrics": (GET, "/xrpc/app.bsky.feed.get*"),
        "edit": (POSTED, "/xrpc/com.atproto.repo.putRecord"),
        "delete": (POSTED, "/xrpc/com.atproto.repo.deleteRecord"),
        "media": (POSTED, "/xrpc/com.atproto.repo.uploadBlob"),
        "profile": (GET, "/xrpc/app.bsky.actor.getProfile"),
        "token": (POSTED, "/xrpc/com.atproto.server.*Session"),
    },
    refusals={
        "rate_limited": Refusal(429, {"error": "RateLimitExceeded", "message": "Rate Limit Exceeded"}),
        "revoked_token": Refusal(400, {"error": "InvalidToken", "message": "Token could not be verified"}),
        "missing_scope": Refusal(400, {"error": "InvalidToken", "message": "Bad token scope"}),
        "media_refused": Refusal(TOO_LARGE.status, TOO_LARGE.body),
        "broken": Refusal(500, {"error": "InternalServerError", "message": "Internal Server Error"}),
    },
    account_of=account_of,
    show=show,
    make_post_id=make_post_id,
    past=past,
    default_accounts=DEFAULT_ACCOUNTS,
    wait=wait,
    permalinks=("/profile/{handle}", "/profile/{handle}/post/{post_id}"),
    home="/profile/{handle}",
    owned=lambda account, rkey: uri_of(account.handle, rkey),
    named=account_named,
    scopes="com.atproto.appPass",
    whole_handle=whole_handle,
    make_secret=app_password,
    secret_word="app_password",
    revoke=revoke,
)
