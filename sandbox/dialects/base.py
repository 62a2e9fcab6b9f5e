"""Owns what the simulator asks of a network: its routes, its words for refusals, and how to show one of its posts.

A dialect is written from the network's public documentation only; each of its routes names the page and its date.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.routing import BaseRoute

from sandbox.records import Account, Media, Post
from sandbox.world import Clock, World


@dataclass(frozen=True)
class Setting:
    """What a dialect works with. `speed` = seconds of the network's life per real second, for engagement only."""

    world: World
    clock: Clock
    speed: float
    media_seconds: float
    rate_limit: int


@dataclass(frozen=True)
class Picture:
    url: str
    description: str
    mime: str


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


@dataclass(frozen=True)
class Refusal:
    """A status and the JSON body in which the network itself refuses."""

    status: int
    body: Mapping[str, Any]


@dataclass(frozen=True)
class Dialect:
    """One network.

    `routes` get paths below `/<slug>`. `acts` names routes for the fault desk: act → (methods, path pattern with `*`).
    `api_paths` are the patterns where faults may strike: the interface, not the files behind it.
    `refusals` has the network's words for `rate_limited`, `revoked_token`, `missing_scope`, `media_refused`, `broken`.
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
    default_accounts: Sequence[Mapping[str, str]] = field(default=())

    def base_url(self, request: Request) -> str:
        return f"{request.url.scheme}://{request.url.netloc}/{self.slug}"


def picture_size(media: Media) -> tuple[int, int]:
    return int(media.extra.get("width", 0)), int(media.extra.get("height", 0))
