"""Owns the simulated Mastodon: instance, accounts, media, statuses and threads over its documented REST API.

Written from https://docs.joinmastodon.org/ only (pages read 2026-11, named per route); offers nothing beyond it.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from sandbox.dialects import _mastodon_entities as entities
from sandbox.dialects import _mastodon_history as versions
from sandbox.dialects._mastodon_access import OAuth, RateLimit, Refused, account_of, guarded, require, valid_token
from sandbox.dialects._mastodon_entities import CHARACTERS, SLUG, URL_WEIGHT
from sandbox.dialects._mastodon_media import MediaApi, described
from sandbox.dialects._mastodon_timeline import cut, link_header, listed
from sandbox.dialects._mastodon_video import BAD_FILE, is_film
from sandbox.dialects.base import Comment, Dialect, Picture, Refusal, Setting, ShownPost
from sandbox.params import Params, read_params
from sandbox.posttext import as_html, weigh
from sandbox.records import Account, Media, Post
from sandbox.world import World

KEY_SECONDS = 3600.0
AT_ONCE = 20
VISIBILITIES = ("public", "unlisted", "private", "direct")

_sequence = itertools.count()


def make_post_id(world: World, at: float) -> str:
    """A free id that sorts by `at`."""
    while True:
        candidate = entities.snowflake(at, next(_sequence))
        if world.post(SLUG, candidate) is None:
            return candidate


class Api:
    """The routes below /api; each method is one documented endpoint."""

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self.world = setting.world
        self.media = MediaApi(setting)

    def routes(self) -> list[BaseRoute]:
        limit = RateLimit(self.setting)
        oauth = OAuth(self.setting)
        table = [
            ("/api/v2/instance", "GET", self.instance),
            ("/api/v1/instance", "GET", self.instance_v1),
            ("/api/v1/apps", "POST", oauth.register),
            ("/api/v1/apps/verify_credentials", "GET", self.verify_app),
            ("/api/v1/accounts/verify_credentials", "GET", self.verify_credentials),
            ("/api/v1/accounts/lookup", "GET", self.lookup_account),
            ("/api/v1/accounts/{id}", "GET", self.get_account),
            ("/api/v1/accounts/{id}/statuses", "GET", self.account_statuses),
            ("/api/v2/media", "POST", self.media.upload),
            ("/api/v1/media/{id}", "GET", self.media.get_media),
            ("/api/v1/media/{id}", "PUT", self.media.update_media),
            ("/api/v1/media/{id}", "DELETE", self.media.delete_media),
            ("/api/v1/statuses", "POST", self.create),
            ("/api/v1/statuses", "GET", self.get_many),
            ("/api/v1/statuses/{id}", "GET", self.get),
            ("/api/v1/statuses/{id}", "PUT", self.edit),
            ("/api/v1/statuses/{id}", "DELETE", self.delete),
            ("/api/v1/statuses/{id}/context", "GET", self.context),
            ("/api/v1/statuses/{id}/source", "GET", self.source),
            ("/api/v1/statuses/{id}/history", "GET", self.history),
        ]
        routes: list[BaseRoute] = [Route(path, guarded(limit, do), methods=[verb]) for path, verb, do in table]
        files = Route("/media_attachments/{id}/{size}", self.media.file)
        return [*routes, *oauth.routes(), files]

    def base(self, request: Request) -> str:
        return f"{request.url.scheme}://{request.url.netloc}/{SLUG}"

    async def instance(self, request: Request) -> Response:
        """GET /api/v2/instance, https://docs.joinmastodon.org/methods/instance/#v2, read 2026-11."""
        return JSONResponse(entities.instance_json(self.setting, self.base(request)))

    async def instance_v1(self, request: Request) -> Response:
        """GET /api/v1/instance, https://docs.joinmastodon.org/methods/instance/#v1, read 2026-11."""
        return JSONResponse(entities.instance_v1_json(self.setting, self.base(request)))

    async def verify_app(self, request: Request) -> Response:
        """GET /api/v1/apps/verify_credentials, .../methods/apps/#verify_credentials, read 2026-11."""
        token = valid_token(self.world, request)
        app = self.world.app(token.app_id) if token.app_id else None
        name, scopes = (app.name, list(app.scopes)) if app else ("sandbox", list(token.scopes))
        return JSONResponse({"id": str(app.id if app else 0), "name": name, "website": None, "scopes": scopes})

    async def verify_credentials(self, request: Request) -> Response:
        """GET /api/v1/accounts/verify_credentials, .../methods/accounts/#verify_credentials, read 2026-11."""
        account = require(self.world, request, "profile", "read:accounts")
        return JSONResponse(entities.own_account_json(self.setting, self.base(request), account))

    async def lookup_account(self, request: Request) -> Response:
        """GET /api/v1/accounts/lookup, https://docs.joinmastodon.org/methods/accounts/#lookup, read 2026-11."""
        account = self.world.account_by_handle(SLUG, request.query_params.get("acct", "").split("@")[0])
        if account is None:
            raise Refused(404, "Record not found")
        return JSONResponse(entities.account_json(self.setting, self.base(request), account))

    async def get_account(self, request: Request) -> Response:
        """GET /api/v1/accounts/:id, https://docs.joinmastodon.org/methods/accounts/#get, read 2026-11."""
        account = self._account(request)
        return JSONResponse(entities.account_json(self.setting, self.base(request), account))

    async def account_statuses(self, request: Request) -> Response:
        """GET /api/v1/accounts/:id/statuses, https://docs.joinmastodon.org/methods/accounts/#statuses, read 2026-11.

        Newest first; `min_id` pages forward from that id. The Link header is that of /api/guidelines/#pagination.
        """
        account, viewer = self._account(request), account_of(self.world, request)
        if viewer is not None:
            require(self.world, request, "read:statuses")
        params = await read_params(request)
        found = [post for post in self.world.posts_of(account) if listed(post, account, viewer, params)]
        page = cut(found, params)
        body = [self._status_json(request, post, viewer) for post in page]
        return JSONResponse(body, headers=link_header(request, page))

    async def create(self, request: Request) -> Response:
        """POST /api/v1/statuses, https://docs.joinmastodon.org/methods/statuses/#create, read 2026-11.

        A repeated Idempotency-Key of the last hour answers the status that it made, whatever the body says now.
        """
        account = require(self.world, request, "write:statuses")
        params = await read_params(request)
        if "scheduled_at" in params or any(name.startswith("poll") for name in params.values):
            raise Refused(501, "The sandbox does not imitate scheduled statuses and polls")
        key = request.headers.get("idempotency-key", "") if self.setting.knows_keys else ""
        with self.world.transaction():
            made = self.world.remembered(SLUG, account.id, key, newer_than=self.setting.clock() - KEY_SECONDS)
            post = self._own(account, made) if key and made else self._add(request, account, params)
            if key and not made:
                self.world.remember(SLUG, account.id, key, post.id)
        return JSONResponse(self._status_json(request, post, account))

    def _add(self, request: Request, account: Account, params: Params) -> Post:
        text, extra = self._checked(account, params, None)
        reply_to = params.text("in_reply_to_id") or None
        if reply_to and self.world.post(SLUG, reply_to) is None:
            raise Refused(404, "The post you are trying to reply to does not appear to exist.")
        token = valid_token(self.world, request)
        app = self.world.app(token.app_id) if token.app_id else None
        now = self.setting.clock()
        post = Post(
            id=make_post_id(self.world, now), network=SLUG, account_id=account.id, text=text,
            extra=extra | {"application": app.name if app else None}, in_reply_to=reply_to, created_at=now,
            received_at=request.scope.get("sandbox.received_at", now), edited_at=None, deleted_at=None,
        )  # fmt: skip
        self.world.add_post(post)
        for media_id in extra["media_ids"]:
            self.world.attach_media(int(media_id), post.id)
        return post

    def _checked(self, account: Account, params: Params, old: Post | None) -> tuple[str, dict[str, Any]]:
        """The text and fields of a new or edited status; raises the documented validation errors."""
        before: Mapping[str, Any] = (
            old.extra if old else {"media_ids": [], "spoiler_text": "", "language": "ar", "visibility": "public"}
        )
        text = (params.text("status") if "status" in params or not old else old.text).strip()
        spoiler = params.text("spoiler_text", before["spoiler_text"]).strip()
        media_ids = self.media.attachable(account, params, old)
        if not text and not media_ids:
            raise Refused(422, "Validation failed: Text can't be blank")
        if weigh(spoiler + text, url_weight=URL_WEIGHT) > CHARACTERS:
            raise Refused(422, f"Validation failed: Text character limit of {CHARACTERS} exceeded")
        visibility = before["visibility"] if old else params.text("visibility") or "public"
        if visibility not in VISIBILITIES:
            raise Refused(422, f"'{visibility}' is not a valid visibility")
        language = params.text("language")
        return text, {
            "media_ids": media_ids, "spoiler_text": spoiler, "visibility": visibility,
            "sensitive": params.flag("sensitive") or bool(spoiler),
            "language": language if language.isascii() and 2 <= len(language) <= 8 else before["language"],
        }  # fmt: skip

    async def get_many(self, request: Request) -> Response:
        """GET /api/v1/statuses?id[]=, https://docs.joinmastodon.org/methods/statuses/#index, read 2026-11.

        Unknown ids are left out. More than 20 are refused, which only the server's own source says
        (app/controllers/api/v1/statuses_controller.rb).
        """
        viewer = self._reader(request)
        params = await read_params(request)
        wanted = list(dict.fromkeys(str(item) for item in params.items("id")))
        if len(wanted) > AT_ONCE:
            raise Refused(422, "Mastodon::ValidationError")
        bodies = [self._any_status(request, status_id, viewer) for status_id in wanted]
        return JSONResponse([body for body in bodies if body is not None])

    async def get(self, request: Request) -> Response:
        """GET /api/v1/statuses/:id, https://docs.joinmastodon.org/methods/statuses/#get, read 2026-11."""
        body = self._any_status(request, request.path_params["id"], self._reader(request))
        if body is None:
            raise Refused(404, "Record not found")
        return JSONResponse(body)

    async def edit(self, request: Request) -> Response:
        """PUT /api/v1/statuses/:id, https://docs.joinmastodon.org/methods/statuses/#edit, read 2026-11."""
        account = require(self.world, request, "write:statuses")
        post = self._own(account, request.path_params["id"])
        params = await read_params(request)
        text, extra = self._checked(account, params, post)
        extra |= versions.kept(self.world, post)
        asked = [item for item in params.items("media_attributes") if isinstance(item, dict)]
        words = {str(item.get("id")): described(str(item.get("description", ""))) for item in asked}
        for media_id in extra["media_ids"]:
            self.world.attach_media(int(media_id), post.id)
            if media_id in words:
                self.world.describe_media(int(media_id), words[media_id])
        self.world.edit_post(SLUG, post.id, text=text, extra=dict(post.extra) | extra)
        return JSONResponse(self._status_json(request, self._own(account, post.id), account))

    async def delete(self, request: Request) -> Response:
        """DELETE /api/v1/statuses/:id, https://docs.joinmastodon.org/methods/statuses/#delete, read 2026-11."""
        account = require(self.world, request, "write:statuses")
        post = self._own(account, request.path_params["id"])
        body = self._status_json(request, post, account) | {"text": post.text}
        self.world.delete_post(SLUG, post.id)
        return JSONResponse(body)

    async def context(self, request: Request) -> Response:
        """GET /api/v1/statuses/:id/context, https://docs.joinmastodon.org/methods/statuses/#context, read 2026-11."""
        viewer = self._reader(request)
        post = self._visible(request.path_params["id"], viewer)
        ancestors: list[Post] = []
        while (above := (ancestors[0] if ancestors else post).in_reply_to) and (parent := self.world.post(SLUG, above)):
            ancestors.insert(0, parent)
        below = self._descendants(request, post, viewer)
        up = [self._status_json(request, item, viewer) for item in ancestors]
        return JSONResponse({"ancestors": up, "descendants": sorted(below, key=lambda item: int(item["id"]))})

    def _descendants(self, request: Request, post: Post, viewer: Account | None) -> list[entities.Json]:
        base = self.base(request)
        found = [
            entities.reply_json(self.setting, base, post, reply_id, reply)
            for reply_id, reply in entities.crowd_replies(self.setting, post)
        ]
        for child in self.world.replies_to(SLUG, post.id):
            found += [self._status_json(request, child, viewer), *self._descendants(request, child, viewer)]
        return found

    async def source(self, request: Request) -> Response:
        """GET /api/v1/statuses/:id/source, https://docs.joinmastodon.org/methods/statuses/#source, read 2026-11."""
        account = require(self.world, request, "read:statuses")
        post = self._own(account, request.path_params["id"])
        return JSONResponse({"id": post.id, "text": post.text, "spoiler_text": post.extra["spoiler_text"]})

    async def history(self, request: Request) -> Response:
        """GET /api/v1/statuses/:id/history, https://docs.joinmastodon.org/methods/statuses/#history, read 2026-11."""
        post = self._visible(request.path_params["id"], self._reader(request))
        author = self.world.account(post.account_id)
        assert author is not None
        return JSONResponse(versions.edits_json(self.setting, self.base(request), author, post))

    def _account(self, request: Request) -> Account:
        account_id = request.path_params["id"]
        account = self.world.account(int(account_id)) if account_id.isdecimal() else None
        if account is None or account.network != SLUG:
            raise Refused(404, "Record not found")
        return account

    def _reader(self, request: Request) -> Account | None:
        """Who reads: nobody for a public read, else an account whose token allows reading statuses."""
        if "authorization" not in request.headers:
            return None
        return require(self.world, request, "read:statuses")

    def _own(self, account: Account, post_id: str) -> Post:
        post = self.world.post(SLUG, post_id)
        if post is None or post.account_id != account.id:
            raise Refused(404, "Record not found")
        return post

    def _visible(self, post_id: str, viewer: Account | None) -> Post:
        post = self.world.post(SLUG, post_id)
        mine = post is not None and viewer is not None and viewer.id == post.account_id
        if post is None or not (mine or post.extra["visibility"] in {"public", "unlisted"}):
            raise Refused(404, "Record not found")
        return post

    def _any_status(self, request: Request, status_id: str, viewer: Account | None) -> entities.Json | None:
        """One of our posts, or a simulated reader's reply to one."""
        try:
            return self._status_json(request, self._visible(status_id, viewer), viewer)
        except Refused:
            pass
        for post in self.world.all_posts(SLUG) if status_id.isdecimal() else ():
            if post.deleted_at is not None or int(post.id) > int(status_id):
                continue
            for reply_id, reply in entities.crowd_replies(self.setting, post):
                if reply_id == status_id:
                    return entities.reply_json(self.setting, self.base(request), post, reply_id, reply)
        return None

    def _status_json(self, request: Request, post: Post, viewer: Account | None) -> entities.Json:
        author = self.world.account(post.account_id)
        assert author is not None
        return entities.status_json(self.setting, self.base(request), author, post, viewer=viewer)


def show(setting: Setting, base: str, account: Account, post: Post) -> ShownPost:
    """The post as the human timeline page shows it."""
    body = entities.status_json(setting, base, account, post, viewer=None)
    found = [setting.world.media(SLUG, media_id) for media_id in post.extra["media_ids"]]
    pictures = [_shown(f"{base}/media_attachments/{media.id}", media) for media in found if media]
    comments = [
        Comment(reply.name, reply.language, reply.text, setting.moment_at(post.created_at, reply.after))
        for _, reply in entities.crowd_replies(setting, post)
    ]
    return ShownPost(
        id=post.id, permalink=body["url"], text=post.text, html=as_html(post.text, entities.links(setting, base)),
        language=str(body["language"]), warning=body["spoiler_text"], visibility=body["visibility"],
        at=post.created_at, edited_at=post.edited_at, pictures=pictures, comments=comments,
        figures=[(name, body[f"{name}_count"]) for name in ("replies", "reblogs", "favourites")],
        in_reply_to=post.in_reply_to,
    )  # fmt: skip


def _shown(url: str, media: Media) -> Picture:
    if not is_film(media):
        return Picture(f"{url}/original", media.description, media.mime)
    return Picture(f"{url}/original", media.description, media.mime, f"{url}/small", media.extra.get("seconds") or 0.0)


def past(fields: Mapping[str, Any]) -> Mapping[str, Any]:
    return {
        "media_ids": [], "spoiler_text": "", "visibility": fields.get("visibility", "public"), "sensitive": False,
        "language": fields.get("language", "ar"), "application": None,
    }  # fmt: skip


DEFAULT_ACCOUNTS = (
    {
        "handle": "rabita_demo",
        "display_name": "الرابطة المحمدية للعلماء · حساب تجريبي",
        "bio": "حساب على محاكٍ محلي، باسم «الرابطة المحمدية للعلماء · عرض تجريبي». ما ينشر هنا مدوَّن في السجل العلني.",
        "token": "sandbox-token-rabita-demo",
        "scopes": "read write",
    },
)


def _routes(setting: Setting) -> list[BaseRoute]:
    return Api(setting).routes()


DIALECT = Dialect(
    slug=SLUG,
    name={"ar": "ماستودون", "fr": "Mastodon", "en": "Mastodon"},
    routes=_routes,
    api_paths=("/api/*", "/oauth/*"),
    acts={
        "publish": (frozenset({"POST"}), "/api/v1/statuses"),
        "lookup": (frozenset({"GET"}), "/api/v1/accounts/*/statuses"),
        "metrics": (frozenset({"GET"}), "/api/v1/statuses*"),
        "edit": (frozenset({"PUT"}), "/api/v1/statuses/*"),
        "delete": (frozenset({"DELETE"}), "/api/v1/statuses/*"),
        "media": (frozenset({"POST"}), "/api/v2/media"),
        "media_check": (frozenset({"GET"}), "/api/v1/media/*"),
        "profile": (frozenset({"GET"}), "/api/v1/accounts/verify_credentials"),
        "token": (frozenset({"POST"}), "/oauth/token"),
    },
    refusals={
        "rate_limited": Refusal(429, {"error": "Too many requests"}),
        "revoked_token": Refusal(401, {"error": "The access token was revoked"}),
        "missing_scope": Refusal(403, {"error": "This action is outside the authorized scopes"}),
        "media_refused": Refusal(422, {"error": BAD_FILE}),
        "broken": Refusal(500, {"error": "Something went wrong on our end"}),
    },
    account_of=account_of,
    show=show,
    make_post_id=make_post_id,
    past=past,
    default_accounts=DEFAULT_ACCOUNTS,
    own_faults=frozenset({"media_failed"}),
)
