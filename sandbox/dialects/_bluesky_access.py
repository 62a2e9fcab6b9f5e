"""Owns who may ask what of the simulated Bluesky: app passwords, sessions, their renewal, and rate limits.

Sources (read 2026-11): https://atproto.com/specs/xrpc, https://docs.bsky.app/docs/api/com-atproto-server-create-session
(and -refresh-session, -get-session, -delete-session), https://docs.bsky.app/docs/advanced-guides/rate-limits.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping

from starlette.requests import Request

from sandbox.dialects._bluesky_names import SLUG, Json, account_named, did_of
from sandbox.dialects.base import Setting, Wait, bearer
from sandbox.records import Account, Token
from sandbox.world import World

ACCESS, REFRESH = f"{SLUG}:access", f"{SLUG}:refresh"
"""The names under which a session's two tokens are kept; an account's app password stands under the network's own."""
ACCESS_SECONDS = 1200.0
"""Shorter than the two hours of the public servers, so that renewing is met within a demonstration; longer than the
quarter of an hour ahead of the end at which the usual client renews, which would then renew before each request."""
REFRESH_SECONDS = 90 * 86_400.0
SCOPES = {ACCESS: "com.atproto.appPass", REFRESH: "com.atproto.refresh"}
TYPES = {ACCESS: "at+jwt", REFRESH: "refresh+jwt"}
LASTING = {ACCESS: ACCESS_SECONDS, REFRESH: REFRESH_SECONDS}
PERIOD, HOUR, DAY = 300.0, 3600.0, 86_400.0
WRITE_POINTS = 5000
WORDS = "abcdefghijklmnopqrstuvwxyz234567"


class Refused(Exception):
    """An answer other than success: `error` is a name that programs may read, `message` a sentence."""

    def __init__(self, status: int, error: str, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(error)
        self.status = status
        self.body: Json = {"error": error, "message": message}
        self.headers = dict(headers or {})


def invalid(message: str, error: str = "InvalidRequest") -> Refused:
    return Refused(400, error, message)


def unauthorized(error: str = "AuthenticationRequired", message: str = "Authentication Required") -> Refused:
    return Refused(401, error, message)


def app_password() -> str:
    """Four groups of four, as the settings page of the network shows one."""
    return "-".join("".join(secrets.choice(WORDS) for _ in range(4)) for _ in range(4))


def account_of(world: World, request: Request) -> Account | None:
    """Whose request it is: by either token of a session, or by the identifier that a session is asked for."""
    found = _held(world, bearer(request) or "")
    if found is not None and found.account_id is not None:
        return world.account(found.account_id)
    return account_named(world, request.scope["sandbox.params"].text("identifier"))


def revoke(world: World, request: Request) -> None:
    """The app password behind the request is deleted: no session that it opened goes on."""
    account = account_of(world, request)
    for token in world.tokens_of(account.id) if account else ():
        world.revoke_token(SLUG, token.token)


def _held(world: World, token: str) -> Token | None:
    return world.token(ACCESS, token) or world.token(REFRESH, token)


class Sessions:
    """Sessions of app passwords. A token is known by what was issued; its signature is for those who read it."""

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self.world = setting.world
        self._key = secrets.token_bytes(32)

    def log_in(self, identifier: str, password: str) -> Account:
        account = account_named(self.world, identifier)
        held = self.world.tokens_of(account.id) if account else []
        if account is None or not any(secrets.compare_digest(one.token.encode(), password.encode()) for one in held):
            raise unauthorized(message="Invalid identifier or password")
        return account

    def issue(self, account: Account, server: str) -> Json:
        """A new pair: an access token that ends soon, and the one refresh token that follows it."""
        return {
            "accessJwt": self._token(ACCESS, account, server),
            "refreshJwt": self._token(REFRESH, account, server),
            "handle": account.handle,
            "did": did_of(account.handle),
        }

    def reader(self, request: Request) -> Account:
        """Whose access token it is; raises Refused."""
        return self._whose(request, ACCESS)[0]

    def renewing(self, request: Request) -> Account:
        """Whose refresh token it is, which is spent with that: it renews once."""
        with self.world.transaction():
            account, token = self._whose(request, REFRESH)
            self.world.revoke_token(REFRESH, token.token)
        return account

    def _whose(self, request: Request, kind: str) -> tuple[Account, Token]:
        raw = bearer(request)
        if not raw:
            raise unauthorized("AuthMissing")
        found = self.world.token(kind, raw)
        if found is None or found.account_id is None:
            known = _held(self.world, raw) is not None
            raise invalid("Bad token scope" if known else "Token could not be verified", "InvalidToken")
        account = self.world.account(found.account_id)
        is_open = account is not None and bool(self.world.tokens_of(account.id))
        if found.revoked or (kind == REFRESH and not is_open):
            raise invalid("Token has been revoked", "ExpiredToken")
        if self.setting.clock() - found.created_at >= LASTING[kind]:
            raise invalid("Token has expired", "ExpiredToken")
        if account is None or not is_open:
            raise invalid("Token could not be verified", "InvalidToken")
        return account, found

    def _token(self, kind: str, account: Account, server: str) -> str:
        issued = self.setting.clock()
        claims = {
            "scope": SCOPES[kind], "sub": did_of(account.handle), "aud": server, "iat": int(issued),
            "exp": int(issued + LASTING[kind]), "jti": secrets.token_urlsafe(24),
        }  # fmt: skip
        signed = f"{_part({'typ': TYPES[kind], 'alg': 'HS256'})}.{_part(claims)}"
        signature = hmac.digest(self._key, signed.encode(), hashlib.sha256)
        token = f"{signed}.{_encoded(signature)}"
        self.world.put_token(network=kind, token=token, account_id=account.id, scopes=SCOPES[kind])
        return token


def _part(claims: Json) -> str:
    return _encoded(json.dumps(claims, separators=(",", ":")).encode())


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _headers(limit: int, remaining: int, reset: float, seconds: float) -> dict[str, str]:
    """https://docs.bsky.app/docs/advanced-guides/rate-limits: no Retry-After, but the epoch second of the reset."""
    return {
        "RateLimit-Limit": str(limit), "RateLimit-Remaining": str(max(0, remaining)),
        "RateLimit-Reset": str(int(reset)), "RateLimit-Policy": f"{limit};w={int(seconds)}",
    }  # fmt: skip


def wait(setting: Setting, seconds: float) -> Wait:
    return Wait(headers=_headers(WRITE_POINTS, 0, setting.clock() + seconds, HOUR))


class Limits:
    """Fixed windows: requests of an account in five minutes, points of what it writes, and sessions per identifier."""

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self.spent: dict[tuple[str, str, float], tuple[int, int]] = {}

    def ask(self, request: Request) -> None:
        account = account_of(self.setting.world, request)
        self._spend(request, "ask", account.handle if account else "", 1, self.setting.rate_limit, PERIOD)

    def write(self, request: Request, account: Account, points: int) -> None:
        """A record made costs three, one replaced two, one deleted one: 5,000 an hour and 35,000 a day."""
        most = max(WRITE_POINTS, self.setting.rate_limit)
        self._spend(request, "day", account.handle, points, 7 * most, DAY)
        self._spend(request, "hour", account.handle, points, most, HOUR)

    def log_in(self, request: Request, identifier: str) -> None:
        self._spend(request, "sessions of a day", identifier, 1, 300, DAY)
        self._spend(request, "sessions", identifier, 1, 30, PERIOD)

    def _spend(self, request: Request, name: str, whose: str, points: int, limit: int, seconds: float) -> None:
        """Count it; the answer carries the headers of the limit that was counted last."""
        window, key = int(self.setting.clock() // seconds), (name, whose, seconds)
        last, spent = self.spent.get(key, (window, 0))
        spent = points + (spent if last == window else 0)
        self.spent[key] = (window, spent)
        headers = _headers(limit, limit - spent, (window + 1) * seconds, seconds)
        request.scope["sandbox.limits"] = headers
        if spent > limit:
            raise Refused(429, "RateLimitExceeded", "Rate Limit Exceeded", headers)
