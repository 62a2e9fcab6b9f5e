"""Owns who may ask what of the simulated X: bearer tokens, scopes, rate limits and the consent of people.

Sources (read 2026-11): https://docs.x.com/resources/fundamentals/authentication/oauth-2-0/authorization-code,
https://docs.x.com/x-api/fundamentals/rate-limits, https://docs.x.com/x-api/fundamentals/response-codes-and-errors
"""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from sandbox.consent import consent_page
from sandbox.dialects.base import Setting, Wait, bearer
from sandbox.params import Params, UnreadableBody, read_params
from sandbox.records import Account, App, Token
from sandbox.world import World

SLUG = "x"
RENEWALS = "x:refresh"
"""The name under which refresh tokens are kept: they open no API."""
PERIOD = 900.0
GRANT_SECONDS = 30.0
TOKEN_SECONDS = 7200.0
SCOPES = frozenset(
    {
        "tweet.read", "tweet.write", "tweet.moderate.write", "users.email", "users.read", "follows.read",
        "follows.write", "offline.access", "space.read", "mute.read", "mute.write", "like.read", "like.write",
        "list.read", "list.write", "block.read", "block.write", "bookmark.read", "bookmark.write", "dm.read",
        "dm.write", "media.write",
    }
)  # fmt: skip
PLAIN = {
    "read": frozenset({"tweet.read", "users.read", "offline.access"}),
    "write": frozenset({"tweet.write", "media.write"}),
}
"""What the plain words of the simulator's own account lists stand for here."""
ABOUT = "https://api.twitter.com/2/problems/"

Endpoint = Callable[[Request], Awaitable[Response]]


class Refused(Exception):
    """An answer other than success, in the words of the documentation."""

    def __init__(self, status: int, body: Mapping[str, Any]) -> None:
        super().__init__(str(status))
        self.status = status
        self.body = dict(body)


def problem(status: int, title: str, detail: str, kind: str = "about:blank") -> Refused:
    return Refused(status, {"title": title, "detail": detail, "type": kind, "status": status})


def forbidden(detail: str) -> Refused:
    return problem(403, "Forbidden", detail)


def invalid(message: str, **parameters: list[str]) -> Refused:
    body = {
        "errors": [{"parameters": parameters, "message": message}], "title": "Invalid Request",
        "detail": "One or more parameters to your request was invalid.", "type": f"{ABOUT}invalid-request",
    }  # fmt: skip
    return Refused(400, body)


def oauth_error(status: int, error: str, description: str) -> Refused:
    return Refused(status, {"error": error, "error_description": description})


def account_of(world: World, request: Request) -> Account | None:
    found = world.token(SLUG, bearer(request) or "")
    return world.account(found.account_id) if found and found.account_id else None


def require(setting: Setting, request: Request, *scopes: str) -> Account:
    """The account of the token, which must carry each of `scopes`; a token of a consent lives two hours."""
    token = setting.world.token(SLUG, bearer(request) or "")
    is_old = token is not None and token.app_id is not None and setting.clock() - token.created_at > TOKEN_SECONDS
    account = setting.world.account(token.account_id) if token and token.account_id else None
    if token is None or account is None or token.revoked or is_old:
        raise problem(401, "Unauthorized", "Unauthorized")
    if not set(scopes) <= _granted(token):
        raise forbidden("Forbidden")
    return account


def _granted(token: Token) -> set[str]:
    return {scope for word in token.scopes for scope in PLAIN.get(word, {word})}


def wait(setting: Setting, seconds: float) -> Wait:
    """No Retry-After here: the window's end, in seconds since 1970."""
    return Wait(
        headers={
            "x-rate-limit-limit": str(setting.rate_limit),
            "x-rate-limit-remaining": "0",
            "x-rate-limit-reset": str(int(setting.clock() + seconds)),
        }
    )


class RateLimit:
    """Per account and endpoint in fixed windows of 15 minutes; the simulator has one figure for all endpoints."""

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self.window = -1
        self.spent: dict[tuple[str, str], int] = {}

    def spend(self, request: Request, endpoint: str) -> dict[str, str]:
        """Count this request; answers the headers. Raises Refused, with them, when none is left."""
        window = int(self.setting.clock() // PERIOD)
        if window != self.window:
            self.window, self.spent = window, {}
        account = account_of(self.setting.world, request)
        key = (account.handle if account else "", endpoint)
        self.spent[key] = self.spent.get(key, 0) + 1
        left = self.setting.rate_limit - self.spent[key]
        headers = dict(wait(self.setting, (window + 1) * PERIOD - self.setting.clock()).headers)
        return headers | {"x-rate-limit-remaining": str(max(0, left)), "spent": "1" if left < 0 else ""}


def guarded(limit: RateLimit, endpoint: Endpoint, name: str) -> Endpoint:
    """Wrap an API route: spends the limit, adds its headers, turns Refused into the documented JSON."""

    async def answer(request: Request) -> Response:
        headers = limit.spend(request, name)
        if headers.pop("spent"):
            refused = problem(429, "Too Many Requests", "Too Many Requests")
            return JSONResponse(refused.body, 429, headers=headers)
        response = await plain(endpoint)(request)
        response.headers.update(headers)
        return response

    return answer


def plain(endpoint: Endpoint) -> Endpoint:
    async def answer(request: Request) -> Response:
        try:
            return await endpoint(request)
        except Refused as refused:
            return JSONResponse(refused.body, refused.status)
        except UnreadableBody as error:
            return JSONResponse(invalid(str(error)).body, 400)

    return answer


class OAuth:
    """Consent with PKCE, tokens, renewing and revoking.

    The developer portal is not imitated: the first consent registers a client id with its redirect URI, the first
    Basic credentials its secret; later ones must be the same.
    """

    def __init__(self, setting: Setting) -> None:
        self.world = setting.world
        self.clock = setting.clock

    def routes(self) -> list[Route]:
        return [
            Route("/i/oauth2/authorize", plain(self.authorize), methods=["GET", "POST"]),
            Route("/2/oauth2/token", plain(self.token), methods=["POST"]),
            Route("/2/oauth2/revoke", plain(self.revoke), methods=["POST"]),
        ]

    async def authorize(self, request: Request) -> Response:
        """GET /i/oauth2/authorize, .../oauth-2-0/authorization-code, read 2026-11. The code lives 30 seconds."""
        params = await read_params(request)
        app = self._consenting(params)
        scopes = params.text("scope").split()
        if not scopes or not set(scopes) <= SCOPES:
            raise oauth_error(400, "invalid_scope", "The requested scope is invalid, unknown, or malformed.")
        if request.method == "GET":
            return HTMLResponse(consent_page(app.name, " ".join(scopes), self.world.accounts(SLUG), may_refuse=True))
        if "refuse" in params:
            return _back(params, {"error": "access_denied"})
        account = self.world.account_by_handle(SLUG, params.text("account"))
        if account is None:
            raise oauth_error(400, "invalid_request", "Unknown account.")
        code = self.world.add_grant(
            app_id=app.id, account_id=account.id, scopes=" ".join(scopes), redirect_uri=params.text("redirect_uri"),
            challenge=f"{params.text('code_challenge_method') or 'plain'} {params.text('code_challenge')}",
        )  # fmt: skip
        return _back(params, {"code": code})

    def _consenting(self, params: Params) -> App:
        """`state`, a challenge and its method are all required."""
        needed = ("client_id", "redirect_uri", "state", "code_challenge")
        if missing := [name for name in needed if not params.text(name)]:
            raise oauth_error(400, "invalid_request", f"Missing required parameter [{missing[0]}].")
        method = params.text("code_challenge_method") or "plain"
        if params.text("response_type") != "code" or method not in {"plain", "S256"}:
            raise oauth_error(400, "invalid_request", "Value passed for the request was invalid.")
        known = self.world.app_by_client_id(SLUG, params.text("client_id"))
        app = known or self._register(params.text("client_id"), params.text("redirect_uri"))
        if params.text("redirect_uri") not in app.redirect_uris:
            raise oauth_error(400, "invalid_request", "Value passed for the redirect uri did not match the app.")
        return app

    def _register(self, client_id: str, redirect_uri: str) -> App:
        return self.world.add_app(
            network=SLUG, name=client_id, website=None, redirect_uris=[redirect_uri], scopes="",
            client_id=client_id, client_secret="",
        )  # fmt: skip

    async def token(self, request: Request) -> Response:
        """POST /2/oauth2/token, .../oauth-2-0/user-access-token, read 2026-11."""
        params = await read_params(request)
        app = self._authenticated(request, params)
        kind = params.text("grant_type")
        if kind == "authorization_code":
            return self._for_code(app, params)
        if kind == "refresh_token":
            return self._for_renewal(app, params.text("refresh_token"))
        raise oauth_error(400, "unsupported_grant_type", "Value passed for the grant type was invalid.")

    def _for_code(self, app: App, params: Params) -> Response:
        grant = self.world.take_grant(params.text("code"))
        fits = grant is not None and grant.app_id == app.id and grant.redirect_uri == params.text("redirect_uri")
        if grant is None or not fits or self.clock() - grant.created_at > GRANT_SECONDS:
            raise oauth_error(400, "invalid_request", "Value passed for the authorization code was invalid.")
        method, _, challenge = grant.challenge.partition(" ")
        if challenge != _challenge(method, params.text("code_verifier")):
            raise oauth_error(
                400, "invalid_request", "Value passed for the code verifier did not match the code challenge."
            )
        return self._issue(app, grant.account_id, grant.scopes)

    def _for_renewal(self, app: App, refresh_token: str) -> Response:
        """Single use: the old one is spent with the first answer."""
        with self.world.transaction():
            found = self.world.token(RENEWALS, refresh_token)
            if found is None or found.revoked or found.app_id != app.id:
                raise oauth_error(400, "invalid_request", "Value passed for the token was invalid.")
            self.world.revoke_token(RENEWALS, refresh_token)
        return self._issue(app, found.account_id, found.scopes)

    def _issue(self, app: App, account_id: int | None, scopes: tuple[str, ...]) -> Response:
        granted, secret = " ".join(scopes), secrets.token_urlsafe(48)
        self.world.put_token(network=SLUG, token=secret, account_id=account_id, scopes=granted, app_id=app.id)
        body = {"token_type": "bearer", "expires_in": int(TOKEN_SECONDS), "access_token": secret, "scope": granted}
        if "offline.access" in scopes:
            renewal = secrets.token_urlsafe(48)
            self.world.put_token(network=RENEWALS, token=renewal, account_id=account_id, scopes=granted, app_id=app.id)
            body["refresh_token"] = renewal
        return JSONResponse(body)

    async def revoke(self, request: Request) -> Response:
        """POST /2/oauth2/revoke, .../oauth-2-0/user-access-token, read 2026-11."""
        params = await read_params(request)
        app = self._authenticated(request, params)
        for network in (SLUG, RENEWALS):
            found = self.world.token(network, params.text("token"))
            if found is not None and found.app_id == app.id:
                self.world.revoke_token(network, found.token)
                return JSONResponse({"revoked": True})
        raise oauth_error(400, "invalid_request", "Value passed for the token was invalid.")

    def _authenticated(self, request: Request, params: Params) -> App:
        """A confidential client sends Basic credentials, a public one its client_id alone."""
        kind, _, encoded = request.headers.get("authorization", "").partition(" ")
        client_id, secret = params.text("client_id"), ""
        if kind.lower() == "basic":
            decoded = base64.b64decode(encoded + "==").decode("latin-1")
            client_id, _, secret = decoded.partition(":")
        app = self.world.app_by_client_id(SLUG, client_id)
        if app is None:
            raise oauth_error(401, "unauthorized_client", "Missing valid authorization header")
        if secret and not app.client_secret:
            self.world.change_app(app.id, redirect_uris=app.redirect_uris, client_secret=secret)
        elif not secrets.compare_digest(app.client_secret.encode(), secret.encode()):
            raise oauth_error(401, "unauthorized_client", "Missing valid authorization header")
        return app


def _challenge(method: str, verifier: str) -> str:
    if method == "plain":
        return verifier
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")


def _back(params: Params, answer: dict[str, str]) -> Response:
    redirect_uri = params.text("redirect_uri")
    query = urlencode({"state": params.text("state"), **answer})
    return RedirectResponse(f"{redirect_uri}{'&' if '?' in redirect_uri else '?'}{query}", 302)


def is_id(text: str) -> bool:
    return re.fullmatch(r"[0-9]{1,19}", text) is not None
