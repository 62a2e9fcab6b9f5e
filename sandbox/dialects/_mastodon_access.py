"""Owns who may ask what of the simulated Mastodon: bearer tokens, scopes, rate limits, and OAuth.

Sources (read 2026-11): https://docs.joinmastodon.org/methods/{apps,oauth}/, /api/oauth-scopes/, /api/rate-limits/
"""

from __future__ import annotations

import base64
import hashlib
import html
import secrets
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode, urlsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from sandbox.consent import consent_page
from sandbox.dialects._mastodon_entities import SLUG
from sandbox.dialects.base import Setting, bearer
from sandbox.params import Params, UnreadableBody, read_params
from sandbox.records import Account, App, Token
from sandbox.world import World

OUT_OF_BAND = "urn:ietf:wg:oauth:2.0:oob"
PERIOD = 300.0
GRANT_SECONDS = 600.0
DEFAULT_SCOPE = "read"
KNOWN_SCOPES = frozenset({"read", "write", "follow", "push", "profile", "admin:read", "admin:write"})

Endpoint = Callable[[Request], Awaitable[Response]]


class Refused(Exception):
    """An answer other than success: a status and the JSON `error` the documentation prints for it."""

    def __init__(self, status: int, error: str, description: str | None = None) -> None:
        super().__init__(error)
        self.status = status
        self.body: Mapping[str, Any] = {"error": error} | (
            {"error_description": description} if description is not None else {}
        )


def account_of(world: World, request: Request) -> Account | None:
    found = world.token(SLUG, bearer(request) or "")
    return world.account(found.account_id) if found and found.account_id else None


def valid_token(world: World, request: Request) -> Token:
    found = world.token(SLUG, bearer(request) or "")
    if found is None:
        raise Refused(401, "The access token is invalid")
    if found.revoked:
        raise Refused(401, "The access token was revoked")
    return found


def require(world: World, request: Request, *scopes: str) -> Account:
    """The signed-in account, if its token carries one of `scopes` (`write` holds `write:statuses`)."""
    token = valid_token(world, request)
    if not any(granted in token.scopes for scope in scopes for granted in (scope, scope.split(":")[0])):
        raise Refused(403, "This action is outside the authorized scopes")
    account = world.account(token.account_id) if token.account_id else None
    if account is None:
        raise Refused(422, "This method requires an authenticated user")
    return account


class RateLimit:
    """300 requests per account and 5 minutes, in fixed windows (https://docs.joinmastodon.org/api/rate-limits/)."""

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self.window = -1
        self.spent: dict[str, int] = {}

    def spend(self, request: Request) -> dict[str, str]:
        """Count this request and answer its headers; raises Refused when none is left."""
        window = int(self.setting.clock() // PERIOD)
        if window != self.window:
            self.window, self.spent = window, {}
        account = account_of(self.setting.world, request)
        key = account.handle if account else "ip"
        self.spent[key] = self.spent.get(key, 0) + 1
        return self._headers(self.setting.rate_limit - self.spent[key])

    def _headers(self, remaining: int) -> dict[str, str]:
        reset = datetime.fromtimestamp((self.window + 1) * PERIOD, UTC)
        return {
            "X-RateLimit-Limit": str(self.setting.rate_limit),
            "X-RateLimit-Remaining": str(max(0, remaining)),
            "X-RateLimit-Reset": reset.isoformat(timespec="microseconds").replace("+00:00", "Z"),
            "x-exhausted": "1" if remaining < 0 else "",
        }


def guarded(limit: RateLimit, endpoint: Endpoint) -> Endpoint:
    """Wrap an API route: spends the rate limit, adds its headers, turns Refused into the documented JSON."""

    async def answer(request: Request) -> Response:
        headers = limit.spend(request)
        if headers.pop("x-exhausted"):
            return JSONResponse({"error": "Too many requests"}, 429, headers=headers)
        response = await plain(endpoint)(request)
        response.headers.update(headers | {"content-type": "application/json; charset=utf-8"})
        return response

    return answer


def plain(endpoint: Endpoint) -> Endpoint:
    async def answer(request: Request) -> Response:
        try:
            return await endpoint(request)
        except Refused as refused:
            return JSONResponse(dict(refused.body), refused.status)
        except UnreadableBody as error:
            return JSONResponse({"error": f"Bad request: {error}"}, 400)

    return answer


class OAuth:
    """Registering an application, authorising it, exchanging the code, revoking the token."""

    def __init__(self, setting: Setting) -> None:
        self.world = setting.world
        self.clock = setting.clock

    def routes(self) -> list[Route]:
        return [
            Route("/oauth/authorize", plain(self.authorize), methods=["GET", "POST"]),
            Route("/oauth/token", plain(self.token), methods=["POST"]),
            Route("/oauth/revoke", plain(self.revoke), methods=["POST"]),
            Route("/.well-known/oauth-authorization-server", plain(self.metadata)),
        ]

    async def register(self, request: Request) -> Response:
        """POST /api/v1/apps, https://docs.joinmastodon.org/methods/apps/#create, read 2026-11."""
        params = await read_params(request)
        name = params.text("client_name").strip()
        uris = [uri for item in params.items("redirect_uris") for uri in str(item).split()]
        if not name:
            raise Refused(422, "Validation failed: Application name can't be blank")
        if not uris or any(uri != OUT_OF_BAND and not urlsplit(uri).netloc for uri in uris):
            raise Refused(422, "Validation failed: Redirect URI must be an absolute URI.")
        scopes = params.text("scopes", DEFAULT_SCOPE)
        if any(_family(scope) not in KNOWN_SCOPES for scope in scopes.split()):
            raise Refused(422, "Validation failed: Scopes doesn't match configured on the server.")
        website = params.text("website") or None
        app = self.world.add_app(network=SLUG, name=name, website=website, redirect_uris=uris, scopes=scopes)
        return JSONResponse(_app_json(app))

    async def authorize(self, request: Request) -> Response:
        """GET /oauth/authorize, https://docs.joinmastodon.org/methods/oauth/#authorize, read 2026-11."""
        params = await read_params(request)
        app = self._app(params.text("client_id"))
        redirect_uri, scope = params.text("redirect_uri"), params.text("scope", DEFAULT_SCOPE)
        if redirect_uri not in app.redirect_uris:
            raise Refused(400, "invalid_request", "The redirect uri included is not valid.")
        if not _within(scope, app.scopes):
            raise Refused(400, "invalid_scope", "The requested scope is invalid, unknown, or malformed.")
        if request.method == "GET":
            return HTMLResponse(consent_page(app.name, scope, self.world.accounts(SLUG)))
        code = self._grant(params, app, redirect_uri, scope)
        if redirect_uri == OUT_OF_BAND:
            return HTMLResponse(f"<!doctype html><title>code</title><code>{html.escape(code)}</code>")
        answer = {"code": code} | ({"state": params.text("state")} if "state" in params else {})
        return RedirectResponse(f"{redirect_uri}{'&' if '?' in redirect_uri else '?'}{urlencode(answer)}", 302)

    def _grant(self, params: Params, app: App, redirect_uri: str, scope: str) -> str:
        account = self.world.account_by_handle(SLUG, params.text("account"))
        if account is None:
            raise Refused(404, "Record not found")
        challenge = params.text("code_challenge")
        if challenge and params.text("code_challenge_method") != "S256":
            raise Refused(400, "invalid_request", "The code challenge method must be S256.")
        return self.world.add_grant(
            app_id=app.id, account_id=account.id, scopes=scope, redirect_uri=redirect_uri, challenge=challenge
        )

    async def token(self, request: Request) -> Response:
        """POST /oauth/token, https://docs.joinmastodon.org/methods/oauth/#token, read 2026-11."""
        params = await read_params(request)
        app = self._authenticated(request, params)
        kind = params.text("grant_type")
        if kind == "client_credentials":
            scope = params.text("scope", DEFAULT_SCOPE)
            if not _within(scope, app.scopes):
                raise Refused(400, "invalid_scope", "The requested scope is invalid, unknown, or malformed.")
            return self._issue(app, None, scope)
        if kind != "authorization_code":
            raise Refused(400, "unsupported_grant_type", "The authorization grant type is not supported.")
        grant = self.world.take_grant(params.text("code"))
        fits = grant is not None and grant.app_id == app.id and grant.redirect_uri == params.text("redirect_uri")
        if grant is None or not fits or self.clock() - grant.created_at > GRANT_SECONDS:
            raise Refused(400, "invalid_grant", INVALID_GRANT)
        if grant.challenge and grant.challenge != _s256(params.text("code_verifier")):
            raise Refused(400, "invalid_grant", INVALID_GRANT)
        return self._issue(app, grant.account_id, " ".join(grant.scopes))

    def _issue(self, app: App, account_id: int | None, scope: str) -> Response:
        secret = secrets.token_urlsafe(32)
        token = self.world.put_token(network=SLUG, token=secret, account_id=account_id, scopes=scope, app_id=app.id)
        body = {"access_token": secret, "token_type": "Bearer", "scope": scope, "created_at": int(token.created_at)}
        return JSONResponse(body)

    async def revoke(self, request: Request) -> Response:
        """POST /oauth/revoke, https://docs.joinmastodon.org/methods/oauth/#revoke, read 2026-11."""
        params = await read_params(request)
        app = self.world.app_by_client_id(SLUG, params.text("client_id"))
        found = self.world.token(SLUG, params.text("token"))
        owned = app is not None and secrets.compare_digest(app.client_secret, params.text("client_secret"))
        if app is None or not owned or found is None or found.app_id != app.id:
            raise Refused(403, "unauthorized_client", "You are not authorized to revoke this token")
        self.world.revoke_token(SLUG, found.token)
        return JSONResponse({})

    async def metadata(self, request: Request) -> Response:
        """GET /.well-known/oauth-authorization-server, .../methods/oauth/#authorization-server-metadata, 2026-11."""
        base = f"{request.url.scheme}://{request.url.netloc}/{SLUG}"
        return JSONResponse({
            "issuer": f"{base}/", "authorization_endpoint": f"{base}/oauth/authorize",
            "token_endpoint": f"{base}/oauth/token", "revocation_endpoint": f"{base}/oauth/revoke",
            "scopes_supported": sorted(KNOWN_SCOPES), "response_types_supported": ["code"],
            "grant_types_supported": ["authorization_code", "client_credentials"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
            "code_challenge_methods_supported": ["S256"], "app_registration_endpoint": f"{base}/api/v1/apps",
        })  # fmt: skip

    def _app(self, client_id: str) -> App:
        app = self.world.app_by_client_id(SLUG, client_id)
        if app is None:
            raise Refused(401, "invalid_client", INVALID_CLIENT)
        return app

    def _authenticated(self, request: Request, params: Params) -> App:
        client_id, client_secret = params.text("client_id"), params.text("client_secret")
        kind, _, encoded = request.headers.get("authorization", "").partition(" ")
        if kind.lower() == "basic":
            client_id, _, client_secret = base64.b64decode(encoded + "==").decode("latin-1").partition(":")
        app = self._app(client_id)
        if not secrets.compare_digest(app.client_secret, client_secret):
            raise Refused(401, "invalid_client", INVALID_CLIENT)
        return app


INVALID_CLIENT = (
    "Client authentication failed due to unknown client, no client authentication included,"
    " or unsupported authentication method."
)
INVALID_GRANT = (
    "The provided authorization grant is invalid, expired, revoked, does not match the redirection URI"
    " used in the authorization request, or was issued to another client."
)


def _family(scope: str) -> str:
    return ":".join(scope.split(":")[:2]) if scope.startswith("admin:") else scope.split(":")[0]


def _within(scope: str, allowed: tuple[str, ...]) -> bool:
    return all(wanted in allowed or _family(wanted) in allowed for wanted in scope.split())


def _s256(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")


def _app_json(app: App) -> dict[str, Any]:
    return {
        "id": str(app.id), "name": app.name, "website": app.website, "scopes": list(app.scopes),
        "redirect_uri": "\n".join(app.redirect_uris), "redirect_uris": list(app.redirect_uris),
        "client_id": app.client_id, "client_secret": app.client_secret, "client_secret_expires_at": 0,
        "vapid_key": "",
    }  # fmt: skip
