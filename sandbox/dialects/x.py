"""Owns the simulated X: users, posts, replies and their figures over the documented version 2 of its API.

Written from https://docs.x.com/x-api only (pages read 2026-11, named per route); offers nothing beyond it.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from sandbox.dialects import _x_search as _search
from sandbox.dialects import _x_text
from sandbox.dialects._x_access import (
    SLUG,
    OAuth,
    RateLimit,
    account_of,
    forbidden,
    guarded,
    invalid,
    is_id,
    problem,
    require,
    wait,
)
from sandbox.dialects._x_entities import FIRST_USER, Asked, Entities, Json, not_found, snowflake
from sandbox.dialects._x_media import MediaApi
from sandbox.dialects._x_video import BAD_FILE
from sandbox.dialects.base import Comment, Dialect, Picture, Refusal, Setting, ShownPost
from sandbox.params import Params, UnreadableBody, read_params
from sandbox.posttext import Links, as_html
from sandbox.records import Account, Media, Post
from sandbox.world import World

DAY = 86_400.0
READ = ("tweet.read", "users.read")
FIELDS = frozenset(
    {
        "text", "media", "reply", "quote_tweet_id", "poll", "reply_settings", "for_super_followers_only", "geo",
        "direct_message_deep_link", "nullcast", "community_id", "made_with_ai",
    }
)  # fmt: skip
IMITATED = frozenset({"text", "media", "reply", "reply_settings"})
REPLY_SETTINGS = ("following", "mentionedUsers", "subscribers", "verified")
"""https://docs.x.com/x-api/posts/create-post, read 2026-11: left out, everyone may reply."""

TOKEN = re.compile(r"p[0-9]{1,19}")
One = TypeVar("One", Post, _search.Found)

_sequence = itertools.count()


def make_post_id(world: World, at: float) -> str:
    """A free id that sorts by `at`."""
    while True:
        candidate = snowflake(at, next(_sequence))
        if world.post(SLUG, candidate) is None:
            return candidate


class Api:
    """The routes below /2; each method is one documented endpoint."""

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self.world = setting.world
        self.media = MediaApi(setting)

    def routes(self) -> list[BaseRoute]:
        limit = RateLimit(self.setting)
        table = [
            ("/2/users/me", "GET", self.me),
            ("/2/users/by/username/{name}", "GET", self.user_by_name),
            ("/2/users/{id}", "GET", self.user),
            ("/2/users/{id}/tweets", "GET", self.user_tweets),
            ("/2/tweets/search/recent", "GET", self.search),
            ("/2/tweets", "POST", self.create),
            ("/2/tweets", "GET", self.get_many),
            ("/2/tweets/{id}", "GET", self.get),
            ("/2/tweets/{id}", "DELETE", self.delete),
            *self.media.table(),
        ]
        routes: list[BaseRoute] = [
            Route(path, guarded(limit, do, f"{verb} {path}"), methods=[verb]) for path, verb, do in table
        ]
        return [*OAuth(self.setting).routes(), *routes, *self.media.routes()]

    def _entities(self, request: Request) -> Entities:
        base = f"{request.url.scheme}://{request.url.netloc}/{SLUG}"
        return Entities(self.setting, base, account_of(self.world, request))

    # Users

    async def me(self, request: Request) -> Response:
        """GET /2/users/me, https://docs.x.com/x-api/users/get-my-user, read 2026-11."""
        account = require(self.setting, request, *READ)
        return JSONResponse({"data": self._entities(request).user(account, Asked.of(await read_params(request)))})

    async def user(self, request: Request) -> Response:
        """GET /2/users/:id, https://docs.x.com/x-api/users/get-user-by-id, read 2026-11."""
        require(self.setting, request, *READ)
        account = self._account(request.path_params["id"])
        return self._user_answer(request, account, request.path_params["id"], "id", await read_params(request))

    async def user_by_name(self, request: Request) -> Response:
        """GET /2/users/by/username/:username, https://docs.x.com/x-api/users/get-user-by-username, read 2026-11."""
        require(self.setting, request, *READ)
        account = self.world.account_by_handle(SLUG, request.path_params["name"])
        return self._user_answer(request, account, request.path_params["name"], "username", await read_params(request))

    def _user_answer(
        self, request: Request, account: Account | None, value: str, parameter: str, params: Params
    ) -> Response:
        """Nobody is an answer with `errors` and the status of a success."""
        if account is None:
            return JSONResponse({"errors": [not_found(value, parameter, "user")]})
        return JSONResponse({"data": self._entities(request).user(account, Asked.of(params))})

    def _account(self, user_id: str) -> Account | None:
        if not is_id(user_id):
            raise invalid(f"The `id` query parameter value [{user_id}] is not valid", id=[user_id])
        account = self.world.account(int(user_id) - FIRST_USER)
        return account if account is not None and account.network == SLUG else None

    async def user_tweets(self, request: Request) -> Response:
        """GET /2/users/:id/tweets, https://docs.x.com/x-api/users/get-posts, read 2026-11. Newest first."""
        require(self.setting, request, *READ)
        params = await read_params(request)
        account = self._account(request.path_params["id"])
        if account is None:
            return JSONResponse({"errors": [not_found(request.path_params["id"], "id", "user")]})
        excluded = set(params.text("exclude").split(","))
        found = [post for post in self.world.posts_of(account) if not (post.in_reply_to and "replies" in excluded)]
        page, meta = _cut([post for post in found if _within(post, params)], _size(params, 5, 10))
        return self._posts_answer(request, page, Asked.of(params), meta=meta)

    # Posts

    async def create(self, request: Request) -> Response:
        """POST /2/tweets, https://docs.x.com/x-api/posts/create-post, read 2026-11."""
        account = require(self.setting, request, "tweet.read", "tweet.write", "users.read")
        body = await _json(request)
        text, media_ids, reply_to = self._asked(body, account)
        now = self.setting.clock()
        with self.world.transaction():
            self._refuse_twin(account, text, media_ids, reply_to)
            post = Post(
                id=make_post_id(self.world, now), network=SLUG, account_id=account.id, text=text,
                extra={"media_ids": media_ids, "language": "", "reply_settings": _who_may_reply(body)},
                in_reply_to=reply_to, created_at=now,
                received_at=request.scope.get("sandbox.received_at", now), edited_at=None, deleted_at=None,
            )  # fmt: skip
            self.world.add_post(post)
            for media_id in media_ids:
                self.world.attach_media(int(media_id), post.id)
        told = self._entities(request).tweet(post, Asked.of(Params({}, {})))
        return JSONResponse({"data": told}, 201)

    def _asked(self, body: Json, account: Account) -> tuple[str, list[str], str | None]:
        """Text, media and the post it answers; raises the documented refusals."""
        if unknown := sorted(set(body) - FIELDS):
            raise invalid(
                f"[$.{unknown[0]}: is not defined in the schema and the schema does not allow additional properties]"
            )
        if set(body) - IMITATED:
            raise problem(501, "Not Implemented", "The sandbox does not imitate quotes, polls and audiences")
        text, media = body.get("text", ""), _object(body, "media").get("media_ids", [])
        if not isinstance(text, str) or not isinstance(media, list):
            raise invalid("[$.text: must be a string]", text=[])
        media_ids = self.media.attachable(account, [str(one) for one in media])
        if not text.strip() and not media_ids:
            raise invalid("Your post must have text or media.", text=[""])
        if _x_text.weigh(text) > _x_text.LIMIT:
            raise forbidden("Your Tweet text is too long.")
        reply_to = _object(body, "reply").get("in_reply_to_tweet_id")
        if reply_to is not None and self.world.post(SLUG, str(reply_to)) is None:
            raise forbidden("You attempted to reply to a Tweet that is deleted or not visible to you.")
        return text, media_ids, str(reply_to) if reply_to is not None else None

    def _refuse_twin(self, account: Account, text: str, media_ids: list[str], reply_to: str | None) -> None:
        """The same words a second time within a day are refused; a picture makes them others."""
        oldest = self.setting.clock() - DAY
        for post in self.world.posts_of(account) if not media_ids else ():
            is_twin = post.text.strip() == text.strip() and post.in_reply_to == reply_to
            if is_twin and post.created_at >= oldest and not post.extra.get("media_ids"):
                raise forbidden("You are not allowed to create a Tweet with duplicate content.")

    async def get_many(self, request: Request) -> Response:
        """GET /2/tweets?ids=, https://docs.x.com/x-api/posts/get-posts-by-ids, read 2026-11. At most 100."""
        require(self.setting, request, *READ)
        params = await read_params(request)
        ids = [one for one in params.text("ids").split(",") if one]
        if not 1 <= len(ids) <= 100:
            raise invalid(f"The `ids` query parameter value must have 1 to 100 ids, not {len(ids)}", ids=ids[:1])
        if wrong := [one for one in ids if not is_id(one)]:
            raise invalid(f"The `ids` query parameter value [{wrong[0]}] is not valid", ids=wrong)
        found = [(one, self.world.post(SLUG, one)) for one in dict.fromkeys(ids)]
        errors = [not_found(one, "ids") for one, post in found if post is None]
        return self._posts_answer(request, [post for _, post in found if post], Asked.of(params), errors=errors)

    async def get(self, request: Request) -> Response:
        """GET /2/tweets/:id, https://docs.x.com/x-api/posts/get-post-by-id, read 2026-11."""
        require(self.setting, request, *READ)
        asked = Asked.of(await read_params(request))
        post_id = request.path_params["id"]
        if not is_id(post_id):
            raise invalid(f"The `id` query parameter value [{post_id}] is not valid", id=[post_id])
        post = self.world.post(SLUG, post_id)
        if post is None:
            return JSONResponse({"errors": [not_found(post_id, "id")]})
        entities = self._entities(request)
        return JSONResponse({"data": entities.tweet(post, asked), **entities.includes([post], asked)})

    async def delete(self, request: Request) -> Response:
        """DELETE /2/tweets/:id, https://docs.x.com/x-api/posts/delete-post, read 2026-11. Gone already is deleted."""
        account = require(self.setting, request, "tweet.read", "tweet.write", "users.read")
        post = self.world.post(SLUG, request.path_params["id"])
        if post is not None and post.account_id != account.id:
            raise forbidden("You are not authorized to delete this Tweet.")
        if post is not None:
            self.world.delete_post(SLUG, post.id)
        return JSONResponse({"data": {"deleted": True}})

    def _posts_answer(
        self, request: Request, posts: Sequence[Post], asked: Asked, *, meta: Json | None = None,
        errors: Sequence[Json] = (),
    ) -> Response:  # fmt: skip
        """`data` is left out where there is none."""
        entities = self._entities(request)
        body: Json = {"data": [entities.tweet(post, asked) for post in posts]} if posts else {}
        body |= entities.includes(posts, asked)
        body |= {"errors": list(errors)} if errors else {}
        return JSONResponse(body | ({"meta": meta} if meta is not None else {}))

    async def search(self, request: Request) -> Response:
        """GET /2/tweets/search/recent, https://docs.x.com/x-api/posts/search-recent-posts, read 2026-11."""
        require(self.setting, request, *READ)
        params = await read_params(request)
        asked, entities = Asked.of(params), self._entities(request)
        found = _search.search(entities, params.text("query"), self.setting.clock())
        start = params.text("next_token") or params.text("pagination_token")
        if start and not TOKEN.fullmatch(start):
            raise invalid("The `next_token` query parameter value is not valid", next_token=[start])
        found = [one for one in found if not start or int(one.id) < int(start[1:])]
        page, meta = _cut(found, _size(params, 10, 10))
        data = [
            entities.reply(one.post, one.id, one.reply, asked) if one.reply else entities.tweet(one.post, asked)
            for one in page
        ]
        own = [one.post for one in page if one.reply is None]
        includes = entities.includes(own, asked, [one.reply for one in page if one.reply])
        return JSONResponse(({"data": data} if data else {}) | includes | {"meta": meta})


def _size(params: Params, least: int, usual: int) -> int:
    given = params.text("max_results", str(usual))
    if not given.isdecimal() or not least <= int(given) <= 100:
        raise invalid(
            f"The `max_results` query parameter value [{given}] is not between {least} and 100", max_results=[given]
        )
    return int(given)


def _within(post: Post, params: Params) -> bool:
    token = params.text("pagination_token")
    if token and not TOKEN.fullmatch(token):
        raise invalid("The `pagination_token` query parameter value is not valid", pagination_token=[token])
    highest = min(int(token[1:]) if token else 1 << 63, _number(params, "until_id", 1 << 63))
    return _number(params, "since_id", -1) < int(post.id) < highest


def _number(params: Params, name: str, otherwise: int) -> int:
    given = params.text(name)
    return int(given) if is_id(given) else otherwise


def _cut(found: Sequence[One], size: int) -> tuple[list[One], Json]:
    """The first page of what was found, and its `meta`."""
    page = list(found[:size])
    meta: Json = {"result_count": len(page)}
    if page:
        meta |= {"newest_id": page[0].id, "oldest_id": page[-1].id}
    return page, meta | ({"next_token": f"p{page[-1].id}"} if len(found) > size else {})


async def _json(request: Request) -> dict[str, Any]:
    try:
        body = await request.json()
    except ValueError as error:
        raise UnreadableBody("body is not JSON") from error
    if not isinstance(body, dict):
        raise UnreadableBody("body is not a JSON object")
    return body


def _who_may_reply(body: Json) -> str:
    asked = body.get("reply_settings")
    if asked is not None and asked not in REPLY_SETTINGS:
        raise invalid(f"[$.reply_settings: does not have a value in the enumeration {list(REPLY_SETTINGS)}]")
    return str(asked or "everyone")


def _object(body: Json, name: str) -> Json:
    found = body.get(name)
    return found if isinstance(found, dict) else {}


def show(setting: Setting, base: str, account: Account, post: Post) -> ShownPost:
    """The post as the human timeline page shows it."""
    entities = Entities(setting, base, None)
    counts = entities.readers(post).public(len(setting.world.replies_to(SLUG, post.id)))
    names = {
        "views": "impression_count", "replies": "reply_count", "reblogs": "retweet_count", "favourites": "like_count"
    }  # fmt: skip
    links = Links(tag_url=lambda tag: f"{base}/hashtag/{tag}", account_url=lambda handle: f"{base}/{handle}")
    pictures = [_shown(f"{base}/media/{one.id}", one) for one in entities.media_of(post)]
    comments = [
        Comment(reply.name, reply.language, reply.text, setting.moment_at(post.created_at, reply.after))
        for _, reply in entities.replies(post)
    ]
    return ShownPost(
        id=post.id, permalink=entities.url(account, post.id), text=post.text, html=as_html(post.text, links),
        language=str(post.extra.get("language") or "ar"), warning="", visibility="public", at=post.created_at,
        edited_at=None, pictures=pictures, comments=comments, in_reply_to=post.in_reply_to,
        figures=[(name, counts[field]) for name, field in names.items()],
        marks=[f"reply_{who}" for who in [post.extra.get("reply_settings", "everyone")] if who in REPLY_SETTINGS],
    )  # fmt: skip


def _shown(url: str, media: Media) -> Picture:
    if not media.mime.startswith("video/"):
        return Picture(url, media.description, media.mime)
    return Picture(url, media.description, media.mime, f"{url}/preview", media.extra.get("seconds") or 0.0)


def past(fields: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"media_ids": [], "language": fields.get("language", "ar")}


def _routes(setting: Setting) -> list[BaseRoute]:
    return Api(setting).routes()


DEFAULT_ACCOUNTS = (
    {
        "handle": "rabita_x",
        "display_name": "الرابطة المحمدية للعلماء · حساب تجريبي",
        "bio": "حساب على محاكٍ محلي، باسم «الرابطة المحمدية للعلماء · عرض تجريبي». ما ينشر هنا مدوَّن في السجل العلني.",
        "token": "sandbox-token-rabita-x",
        "scopes": "tweet.read tweet.write users.read media.write offline.access",
    },
)

DIALECT = Dialect(
    slug=SLUG,
    name={"ar": "إكس", "fr": "X", "en": "X"},
    routes=_routes,
    api_paths=("/2/*",),
    acts={
        "publish": (frozenset({"POST"}), "/2/tweets"),
        "lookup": (frozenset({"GET"}), "/2/users/*/tweets"),
        "metrics": (frozenset({"GET"}), "/2/tweets*"),
        "delete": (frozenset({"DELETE"}), "/2/tweets/*"),
        "media": (frozenset({"POST"}), "/2/media/upload*"),
        "chunk": (frozenset({"POST"}), "/2/media/upload/*/append"),
        "media_check": (frozenset({"GET"}), "/2/media/upload"),
        "profile": (frozenset({"GET"}), "/2/users/me"),
        "token": (frozenset({"POST"}), "/2/oauth2/token"),
    },
    refusals={
        "rate_limited": Refusal(429, problem(429, "Too Many Requests", "Too Many Requests").body),
        "revoked_token": Refusal(401, problem(401, "Unauthorized", "Unauthorized").body),
        "missing_scope": Refusal(403, forbidden("Forbidden").body),
        "media_refused": Refusal(400, invalid(BAD_FILE, media=[]).body),
        "broken": Refusal(500, problem(500, "Internal Server Error", "Something is broken.").body),
    },
    account_of=account_of,
    show=show,
    make_post_id=make_post_id,
    past=past,
    wait=wait,
    permalinks=("/{handle}", "/{handle}/status/{post_id}"),
    default_accounts=DEFAULT_ACCOUNTS,
    own_faults=frozenset({"media_failed"}),
)
