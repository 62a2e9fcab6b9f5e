"""Owns who may ask what of the simulated TikTok: access tokens, scopes, limits per minute, the envelope of answers.

Sources (read 2026-11), below https://developers.tiktok.com/doc/: tiktok-api-v2-error-handling,
tiktok-api-v2-rate-limit, scopes-overview, content-posting-api-reference-direct-post and the references beside it.
"""

from __future__ import annotations

import secrets
import time
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from sandbox.dialects.base import Setting, bearer
from sandbox.records import Account, Token
from sandbox.world import World

SLUG = "tiktok"
RENEWALS = "tiktok:refresh"
"""The name under which refresh tokens are kept: they open no API."""
ACCESS_SECONDS = 2 * 3600
REFRESH_SECONDS = 180 * 86_400
"""As .../docs/en/oauth-user-access-token-management says since 2026-11-05 (and oauth-refresh-a-user-access-token,
2026-11-02); the older page oauth-user-access-token-management still says 24 hours and 365 days."""
SCOPES = ("user.info.basic", "user.info.profile", "user.info.stats", "video.list", "video.publish", "video.upload")
MINUTE = 60.0
PER_MINUTE = {"init": 6, "creator_info": 20, "status": 30, "display": 600}
"""Requests of one token and endpoint in any minute that slides."""

Json = dict[str, Any]


class Refused(Exception):
    """An answer other than success: `code` is the category that programs read, `message` a sentence."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.message = message


def invalid(message: str) -> Refused:
    """The references of the Content Posting API write invalid_param, the page on errors invalid_params."""
    return Refused(400, "invalid_param", message)


def malformed(message: str) -> Refused:
    return Refused(400, "invalid_params", message)


TOKEN_INVALID = Refused(
    401, "access_token_invalid", "The access token is invalid or not found in the request. Please refresh and retry."
)
NOT_AUTHORIZED = Refused(
    401, "scope_not_authorized", "The user did not authorize the scope required for completing this request."
)
TOO_FAST = Refused(429, "rate_limit_exceeded", "The API rate limit was exceeded. Please try again later.")
BROKEN = Refused(500, "internal_error", "TikTok server or network error. Try again later.")


def log_id() -> str:
    return f"{datetime.fromtimestamp(time.time(), UTC):%Y%m%d%H%M%S}{secrets.token_hex(10).upper()}"


def envelope(data: Json, code: str = "ok", message: str = "") -> Json:
    """Every answer of the API, https://developers.tiktok.com/doc/tiktok-api-v2-error-handling, read 2026-11."""
    return {"data": data, "error": {"code": code, "message": message, "log_id": log_id()}}


def refusal(refused: Refused) -> Json:
    return envelope({}, refused.code, refused.message)


def account_of(world: World, request: Request) -> Account | None:
    """Whose request it is: by its token, or by the upload that its address names."""
    found = world.token(SLUG, bearer(request) or "")
    number = request.query_params.get("upload_id", "")
    upload = world.media(SLUG, number) if found is None and number else None
    account_id = found.account_id if found else upload.account_id if upload else None
    return world.account(account_id) if account_id else None


def revoke(world: World, request: Request) -> None:
    """The person removes the application: what it holds to renew its access goes too."""
    found = world.token(SLUG, bearer(request) or "")
    if found is not None:
        forget(world, found)


def forget(world: World, token: Token) -> None:
    if token.app_id is None:
        world.revoke_token(SLUG, token.token)
        return
    for kind in (SLUG, RENEWALS):
        world.revoke_tokens(kind, account_id=token.account_id or 0, app_id=token.app_id)


@dataclass(frozen=True)
class Call:
    """One request of an authorized application; `app` is its client key, empty for a token of the control desk."""

    account: Account
    token: Token
    app: str
    body: Json
    fields: tuple[str, ...]
    base: str
    received_at: float
    stuck: bool


Endpoint = Callable[[Call], Awaitable[Json]]


class Gate:
    """Lets a request in: its token first, then a scope, then the limit."""

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self.world = setting.world
        self.asked: dict[tuple[str, str], deque[float]] = {}

    def guarded(self, endpoint: Endpoint, *scopes: str, limit: str) -> Callable[[Request], Awaitable[Response]]:
        """`scopes`: any one of them will do."""

        async def answer(request: Request) -> Response:
            try:
                call = await self._call(request, scopes, limit)
                return JSONResponse(envelope(await endpoint(call)))
            except Refused as refused:
                return JSONResponse(refusal(refused), refused.status)

        return answer

    async def _call(self, request: Request, scopes: tuple[str, ...], limit: str) -> Call:
        token, account = self._authorized(request)
        if not set(scopes) & set(token.scopes):
            raise NOT_AUTHORIZED
        self._spend(token.token, request.url.path, PER_MINUTE[limit])
        app = self.world.app(token.app_id) if token.app_id else None
        wanted = request.query_params.get("fields", "")
        return Call(
            account=account, token=token, app=app.client_id if app else "", body=await _body(request),
            fields=tuple(name.strip() for name in wanted.split(",") if name.strip()),
            base=f"{request.url.scheme}://{request.url.netloc}/{SLUG}",
            received_at=request.scope.get("sandbox.received_at", self.setting.clock()),
            stuck=bool(request.scope.get("sandbox.media_stuck")),
        )  # fmt: skip

    def _authorized(self, request: Request) -> tuple[Token, Account]:
        """A token of a consent ends; one that the control desk gave does not."""
        token = self.world.token(SLUG, bearer(request) or "")
        account = self.world.account(token.account_id) if token and token.account_id else None
        if token is None or account is None or token.revoked:
            raise TOKEN_INVALID
        if token.app_id is not None and self.setting.clock() - token.created_at >= ACCESS_SECONDS:
            raise TOKEN_INVALID
        return token, account

    def _spend(self, token: str, path: str, most: int) -> None:
        """.../doc/tiktok-api-v2-rate-limit, read 2026-11: a sliding minute, each API apart, no word on how long."""
        now = self.setting.clock()
        asked = self.asked.setdefault((token, path), deque())
        while asked and asked[0] <= now - MINUTE:
            asked.popleft()
        if len(asked) >= most:
            raise TOO_FAST
        asked.append(now)


async def _body(request: Request) -> Json:
    """The JSON object that was sent; a body of another type is none."""
    if request.method == "GET":
        return {}
    if not (await request.body()).strip():
        return {}
    try:
        body = await request.json()
    except ValueError as error:
        raise malformed("The request body is not a JSON object.") from error
    if not isinstance(body, dict):
        raise malformed("The request body is not a JSON object.")
    return body
