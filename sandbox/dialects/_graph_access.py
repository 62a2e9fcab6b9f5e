"""Owns who may ask what of a simulated network of Graph: tokens, permissions, proofs, usage and the error envelope.

Sources (read 2026-11), below https://developers.facebook.com/docs/: graph-api/guides/error-handling,
graph-api/guides/secure-requests, graph-api/overview/rate-limiting, permissions.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request

from sandbox.dialects.base import Setting, Wait
from sandbox.params import Params
from sandbox.records import Account, App, Token
from sandbox.world import World

APPLICATIONS = "facebook"
"""Where every application is registered: one may act on several of the house's networks."""
SHORT_LIVED = "short_lived"
SHORT_SECONDS = 7200
LONG_SECONDS = 60 * 86400
CALLS_PER_READER = 16
HOUR = 3600.0
FIRST_PAGE = 100_000_000_000_000
BUSINESS = "200000000000001"

Json = dict[str, Any]


@dataclass(frozen=True)
class Product:
    """One network that is reached through Graph.

    `usage` is its business use case, `limit_code` the error when the share of calls is spent, `counted` what that error
    says it counts by. `title` and `choose` head its login dialog.
    """

    slug: str
    title: str
    choose: str
    permissions: tuple[str, ...]
    usage: str
    limit_code: int
    counted: str


class GraphError(Exception):
    """An error in Graph's own envelope; `code` and `subcode` as the error-handling page lists them."""

    def __init__(
        self, code: int, message: str, *, kind: str = "OAuthException", subcode: int | None = None, status: int = 400,
        more: Mapping[str, Any] | None = None,
    ) -> None:  # fmt: skip
        super().__init__(message)
        self.status = status
        inner: Json = {"message": message, "type": kind, "code": code}
        if subcode is not None:
            inner["error_subcode"] = subcode
        self.body: Json = {"error": {**inner, **(more or {})}}


def envelope(error: GraphError) -> Json:
    """The body with a trace id of its own."""
    return {"error": {**error.body["error"], "fbtrace_id": secrets.token_urlsafe(16)}}


@dataclass(frozen=True)
class Call:
    """One request to Graph, from HTTP or out of a batch. `steps` is the path below the version.

    `marks` are the faults that let it through, for what it uploads or publishes.
    """

    product: Product
    method: str
    steps: tuple[str, ...]
    params: Params
    base: str
    version: str
    received_at: float
    token: str
    marks: frozenset[str] = frozenset()


def invalid_token(message: str, subcode: int | None = None) -> GraphError:
    return GraphError(190, message, subcode=subcode, status=401)


def token_of(request: Request) -> str:
    """From `access_token` in query or body, else the Authorization header."""
    params: Params = request.scope["sandbox.params"]
    return params.text("access_token") or request.headers.get("authorization", "").partition(" ")[2].strip()


def account_of(slug: str, world: World, request: Request) -> Account | None:
    """The account that the token speaks for; None for people's and applications' tokens."""
    found = world.token(slug, token_of(request))
    return world.account(found.account_id) if found and found.account_id else None


def valid_token(setting: Setting, call: Call) -> Token:
    """The call's token, its proof checked where one was sent and an application's secret is known (secure-requests)."""
    if not call.token:
        raise GraphError(104, "An access token is required to request this resource.", status=401)
    found = setting.world.token(call.product.slug, call.token)
    if found is None:
        raise invalid_token("Invalid OAuth access token - Cannot parse access token")
    if found.revoked:
        raise invalid_token("Error validating access token: The user has not authorized application.", 458)
    if SHORT_LIVED in found.scopes and setting.clock() > found.created_at + SHORT_SECONDS:
        raise invalid_token("Error validating access token: Session has expired.", 463)
    _check_proof(setting.world, found, call.params.text("appsecret_proof"))
    return found


def _check_proof(world: World, token: Token, proof: str) -> None:
    if not proof:
        return
    apps = [app for app in world.apps(APPLICATIONS) if app.client_secret and token.app_id in (None, app.id)]
    if apps and not any(hmac.compare_digest(proof_for(token.token, app), proof) for app in apps):
        message = "Invalid appsecret_proof provided in the API argument"
        raise GraphError(100, message, kind="GraphMethodException")


def proof_for(token: str, app: App) -> str:
    return hmac.digest(app.client_secret.encode(), token.encode(), hashlib.sha256).hex()


def need(token: Token, *permissions: str, code: int = 10) -> None:
    missing = [permission for permission in permissions if permission not in token.scopes]
    if missing:
        raise GraphError(code, f"(#{code}) Requires {' and '.join(permissions)} permission", status=403)


def page_id(account: Account) -> str:
    return str(FIRST_PAGE + account.id)


def page_by_id(slug: str, world: World, node: str) -> Account | None:
    """A page by its number or its username."""
    number = int(node) - FIRST_PAGE if node.isdecimal() and len(node) < 18 else 0
    account = world.account(number) if number > 0 else world.account_by_handle(slug, node)
    return account if account and account.network == slug else None


def pages_in(world: World, token: Token) -> list[Account]:
    """The pages that a person granted: a page's own token opens that page."""
    numbers = [int(scope.removeprefix("page:")) for scope in token.scopes if scope.startswith("page:")]
    found = [world.account(number) for number in ([token.account_id] if token.account_id else numbers)]
    return [account for account in found if account is not None]


def granted(product: Product, token: Token) -> list[str]:
    return [scope for scope in token.scopes if scope in product.permissions]


class Usage:
    """Calls of the last hour: per page for page tokens (business use case), per application for the others."""

    def __init__(self, setting: Setting, product: Product) -> None:
        self.setting = setting
        self.product = product
        self.window = -1
        self.spent: dict[str, int] = {}

    def spend(self, account: Account | None) -> tuple[dict[str, str], GraphError | None]:
        """Count one call: the headers of its answer, and the refusal once the hour's share is spent."""
        window = int(self.setting.clock() // HOUR)
        if window != self.window:
            self.window, self.spent = window, {}
        key = page_id(account) if account else "app"
        self.spent[key] = self.spent.get(key, 0) + 1
        share = self.spent[key] * 100 // (self.setting.rate_limit * CALLS_PER_READER)
        left = (self.window + 1) * HOUR - self.setting.clock()
        wait = left if share >= 100 else 0
        headers = business_usage(self.product, min(share, 100), wait) if account else app_usage(share)
        return headers, too_many(self.product if account else None) if share > 100 else None


def too_many(product: Product | None) -> GraphError:
    """Of one account of the product; None: of the whole application."""
    if product is None:
        return GraphError(4, "(#4) Application request limit reached", status=403)
    code = product.limit_code
    said = f"(#{code}) There have been too many calls to this {product.counted} account. Wait a bit and try again."
    return GraphError(code, said)


def app_usage(share: int) -> dict[str, str]:
    return {"X-App-Usage": json.dumps(_used(share))}


def business_usage(product: Product, share: int, seconds: float) -> dict[str, str]:
    """Percentages of the hour, under the business that owns the accounts; the time to wait is in minutes."""
    told = [{"type": product.usage, **_used(share), "estimated_time_to_regain_access": -(-int(seconds) // 60)}]
    return {"X-Business-Use-Case-Usage": json.dumps({BUSINESS: told})}


def _used(share: int) -> Mapping[str, int]:
    return {"call_count": share, "total_cputime": share // 4, "total_time": share // 3}


def wait(product: Product, _setting: Setting, seconds: float) -> Wait:
    return Wait(headers=business_usage(product, 100, seconds))
