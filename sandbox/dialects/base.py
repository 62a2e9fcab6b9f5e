"""Owns what the simulator asks of a network: its routes, its words for refusals, and how to show one of its posts.

A dialect is written from the network's public documentation only; each of its routes names the page and its date.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette.routing import BaseRoute

from sandbox.clock import NetworkClock
from sandbox.records import Account, Media, Post
from sandbox.world import World


@dataclass(frozen=True)
class Setting:
    """What a dialect works with. `speed` = seconds of the network's life per real second, for engagement only.

    Without `knows_keys` an idempotency key is read over, as servers do that speak a dialect without that part of it.
    """

    world: World
    clock: NetworkClock
    speed: float
    media_seconds: float
    rate_limit: int
    knows_keys: bool = True

    def age(self, since: float, at: float | None = None) -> float:
        """Seconds from `since` to `at` (now), each of which is `speed` to the readers; the past has its own pace."""
        until, turned = self.clock() if at is None else at, self.clock.turned_at
        past = max(0.0, min(until, turned) - since)
        return past / self.speed + max(0.0, until - max(since, turned))

    def moment_at(self, since: float, age: float) -> float:
        """When that age is reached: the way back from `age`."""
        past = max(0.0, self.clock.turned_at - since) / self.speed
        return since + min(age, past) * self.speed + max(0.0, age - past)


@dataclass(frozen=True)
class Picture:
    """A picture or a film; `poster` stands for a film until it plays, which takes `seconds` (0: not known)."""

    url: str
    description: str
    mime: str
    poster: str = ""
    seconds: float = 0.0


@dataclass(frozen=True)
class Comment:
    name: str
    language: str
    text: str
    at: float


@dataclass(frozen=True)
class ShownPost:
    """One post as the human pages show it; `figures` holds (name in the pages' wording, number)."""

    id: str
    permalink: str
    text: str
    html: str
    language: str
    warning: str
    visibility: str
    at: float
    edited_at: float | None
    pictures: Sequence[Picture] = ()
    figures: Sequence[tuple[str, int]] = ()
    comments: Sequence[Comment] = ()
    in_reply_to: str | None = None
    marks: Sequence[str] = ()
    """How it was posted, in the pages' wording: without a sound, say."""
    is_listed: bool = True
    """It stands on its account's timeline."""
    is_open: bool = True
    """Whoever has its address sees it."""


@dataclass(frozen=True)
class Draft:
    """What an application sent to a person's phone, for the person to post; `path` is where that is done."""

    account: Account
    text: str
    at: float
    path: str


@dataclass(frozen=True)
class Refusal:
    """A status and the JSON body in which the network itself refuses."""

    status: int
    body: Mapping[str, Any]


@dataclass(frozen=True)
class Wait:
    """How a network says how long to wait: in headers, or in fields that join the refusal's body."""

    headers: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, Any] = field(default_factory=dict)


def bearer(request: Request) -> str | None:
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if kind.lower() == "bearer" else None


def wait_in_headers(setting: Setting, seconds: float) -> Wait:
    reset = datetime.fromtimestamp(setting.clock() + seconds, UTC).isoformat(timespec="microseconds")
    return Wait(
        headers={
            "Retry-After": str(int(seconds)),
            "X-RateLimit-Limit": str(setting.rate_limit),
            "X-RateLimit-Remaining": "0",
            "X-RateLimit-Reset": reset.replace("+00:00", "Z"),
        }
    )


def strictest_secret() -> str:
    """In the form that the strictest of the networks asks for: digits, a colon, letters."""
    return f"{secrets.randbelow(9 * 10**8) + 10**8}:{secrets.token_urlsafe(26)}"


@dataclass(frozen=True)
class Dialect:
    """One network.

    `routes` get paths below `/<slug>`. `acts` names routes for the fault desk: act → (methods, path patterns with `*`,
    parted by `|`); `told_path` is where a path alone does not say what is done: it adds to the path what does.
    `api_paths` are the patterns where faults may strike: the interface, not the files behind it.
    `refusals` has the network's words for `rate_limited`, `revoked_token`, `missing_scope`, `media_refused`, `broken`;
    `refusal_of` has others where one of its routes says it otherwise.
    `past` makes the `extra` of a back-dated post. `permalinks` are path patterns of the network's own public pages,
    with `{handle}` and, for one post, `{post_id}`; `/@handle` and `/@handle/id` are served for every network.
    `home` is where an account's public page stands.
    `token_of` finds a request's token; its parameters are in `request.scope["sandbox.params"]`. `owned` makes the id of
    an account's post out of its number, and `named` finds an account by whatever its addresses may say. `scopes` is all
    that a token may be given. `whole_handle` makes the handle that the network shows out of the name that a person
    chose; `make_secret` what connects a new account, called by `secret_word` of the pages' wording; `revoke` takes a
    request's access back where that is more than its own token. On a gallery's pages pictures come first: an account's
    posts are a grid of them. Bodies of the paths in `streamed` are left to their routes, so that a large file is never
    held whole. `own_faults` are those of the faults of few networks that strike here. `settings` is the path of a page
    on which is set what only this network refuses, and `drafts` tells what waits on people's phones to be posted.
    `kinds` are the other sorts of account that a person may open there: a scope of its token → its name in the pages'
    wording.
    """

    slug: str
    name: Mapping[str, str]
    routes: Callable[[Setting], Sequence[BaseRoute]]
    api_paths: Sequence[str]
    acts: Mapping[str, tuple[frozenset[str], str]]
    refusals: Mapping[str, Refusal]
    account_of: Callable[[World, Request], Account | None]
    show: Callable[[Setting, str, Account, Post], ShownPost]
    make_post_id: Callable[[World, float], str]
    past: Callable[[Mapping[str, Any]], Mapping[str, Any]]
    default_accounts: Sequence[Mapping[str, str]] = field(default=())
    token_of: Callable[[Request], str | None] = bearer
    wait: Callable[[Setting, float], Wait] = wait_in_headers
    permalinks: Sequence[str] = ()
    home: str = "/@{handle}"
    owned: Callable[[Account, str], str] = lambda _, number: number
    named: Callable[[World, str], Account | None] | None = None
    scopes: str = "read write"
    whole_handle: Callable[[str], str] = lambda name: name
    make_secret: Callable[[], str] = strictest_secret
    secret_word: str = "token"
    revoke: Callable[[World, Request], None] | None = None
    is_gallery: bool = False
    streamed: Sequence[str] = ()
    own_faults: frozenset[str] = frozenset()
    settings: str = ""
    drafts: Callable[[Setting], Sequence[Draft]] = lambda _: ()
    told_path: Callable[[Request, str], str] = lambda _, path: path
    refusal_of: Callable[[str, Request], Refusal | None] = lambda _kind, _request: None
    kinds: Mapping[str, str] = field(default_factory=dict)

    def account_named(self, world: World, handle: str) -> Account | None:
        return self.named(world, handle) if self.named else world.account_by_handle(self.slug, handle)

    def base_url(self, request: Request) -> str:
        return f"{request.url.scheme}://{request.url.netloc}/{self.slug}"


def picture_size(media: Media) -> tuple[int, int]:
    return int(media.extra.get("width", 0)), int(media.extra.get("height", 0))
