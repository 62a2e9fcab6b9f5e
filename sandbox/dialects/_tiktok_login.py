"""Owns the consent of people on the simulated TikTok and its tokens: Login Kit, with PKCE as TikTok writes it.

Sources (read 2026-11), below https://developers.tiktok.com/: doc/login-kit-web, doc/login-kit-desktop,
doc/oauth-error-handling, docs/en/oauth-get-a-user-access-token, docs/en/oauth-refresh-a-user-access-token,
docs/en/oauth-revoke-a-user-access-token, doc/oauth-user-access-token-management.
"""

from __future__ import annotations

import hashlib
import secrets
import uuid
from collections.abc import Awaitable, Callable
from urllib.parse import urlencode, urlsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from sandbox.dialects._tiktok_access import (
    ACCESS_SECONDS,
    REFRESH_SECONDS,
    RENEWALS,
    SCOPES,
    SLUG,
    Json,
    forget,
    log_id,
)
from sandbox.dialects.base import Setting
from sandbox.markup import STYLES, esc
from sandbox.params import Params
from sandbox.records import Account, App

LOOPBACK = ("localhost", "127.0.0.1", "::1")
CODE_SECONDS = 300.0
"""The pages do not say how long a code lives."""
URI_CHARACTERS = 512

Endpoint = Callable[[Request], Awaitable[Response]]


class OAuthError(Exception):
    """`error` is one of the categories of .../doc/oauth-error-handling.

    That page names no HTTP statuses; those here are the ones of RFC 6749, which the v2 endpoints are said to follow.
    """

    def __init__(self, error: str, description: str, status: int = 400) -> None:
        super().__init__(error)
        self.status = status
        self.body: Json = {"error": error, "error_description": description, "log_id": log_id()}


def open_id(app: str, account: Account) -> str:
    """The person's id within one application; `union_id` is asked for with no application."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{SLUG}:{app}:{account.id}"))


class Login:
    """The portal for developers registers applications; here a client key is known from its first consent on, with the
    address that it gave then, and its secret from the first request for a token."""

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self.world = setting.world

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/v2/auth/authorize", _plain(self.authorize), methods=["GET", "POST"]),
            Route("/v2/oauth/token", _plain(self.token), methods=["POST"]),
            Route("/v2/oauth/revoke", _plain(self.revoke), methods=["POST"]),
        ]

    async def authorize(self, request: Request) -> Response:
        """GET https://www.tiktok.com/v2/auth/authorize/, .../doc/login-kit-web, read 2026-11.

        A person may allow a part of the scopes. An application with an address on this machine would be one of the
        desktop, which has to send a challenge; one of the web has nothing of it on its page. Here both may, and the
        challenge is the SHA-256 in hexadecimal digits (.../doc/login-kit-desktop), not the base64 of RFC 7636.
        """
        params: Params = request.scope["sandbox.params"]
        app, scopes = self._consenting(params)
        if request.method == "GET":
            return HTMLResponse(_consent(app, scopes, self.world.accounts(SLUG)))
        if "refuse" in params:
            return _back(params, {"error": "access_denied", "error_description": "The user denied the request."})
        account = self.world.account_by_handle(SLUG, params.text("account"))
        if account is None:
            raise OAuthError("invalid_request", "Unknown account.")
        chosen = [scope for scope in scopes if "choose" not in params or scope in params.items("allow")]
        granted = ["user.info.basic", *(scope for scope in chosen if scope != "user.info.basic")]
        code = self.world.add_grant(
            app_id=app.id, account_id=account.id, scopes=" ".join(granted), redirect_uri=params.text("redirect_uri"),
            challenge=params.text("code_challenge"),
        )  # fmt: skip
        return _back(params, {"code": code, "scopes": ",".join(granted)})

    def _consenting(self, params: Params) -> tuple[App, list[str]]:
        client_key, uri = params.text("client_key"), params.text("redirect_uri")
        scopes = [scope for scope in params.text("scope").split(",") if scope]
        if not client_key:
            raise OAuthError("invalid_request", "client_key is missing.")
        if params.text("response_type") != "code":
            raise OAuthError("unsupported_response_type", "response_type must be code.")
        if not scopes or not set(scopes) <= set(SCOPES):
            raise OAuthError("invalid_scope", "The requested scope is invalid, unknown, or malformed.")
        if params.text("code_challenge_method", "S256") != "S256":
            raise OAuthError("invalid_request", "code_challenge_method must be S256.")
        app = self.world.app_by_client_id(SLUG, client_key) or self._register(client_key, uri)
        if uri not in app.redirect_uris:
            raise OAuthError("invalid_request", "redirect_uri is not registered for the app.")
        return app, scopes

    def _register(self, client_key: str, uri: str) -> App:
        parts = urlsplit(uri)
        is_static = not parts.query and not parts.fragment and len(uri) < URI_CHARACTERS
        if not is_static or not (parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)):
            raise OAuthError("invalid_request", "redirect_uri must be absolute, static and https.")
        return self.world.add_app(
            network=SLUG, name=client_key, website=None, redirect_uris=[uri], scopes="", client_id=client_key,
            client_secret="",
        )  # fmt: skip

    async def token(self, request: Request) -> Response:
        """POST /v2/oauth/token/, .../docs/en/oauth-get-a-user-access-token, read 2026-11."""
        params, app = self._authenticated(request)
        kind = params.text("grant_type")
        if kind == "authorization_code":
            return self._for_code(app, params)
        if kind == "refresh_token":
            return self._for_renewal(app, params)
        raise OAuthError("unsupported_grant_type", "grant_type must be authorization_code or refresh_token.")

    def _for_code(self, app: App, params: Params) -> Response:
        grant = self.world.take_grant(params.text("code"))
        if grant is None or grant.app_id != app.id or self.setting.clock() - grant.created_at > CODE_SECONDS:
            raise OAuthError("invalid_grant", "Authorization code is expired or invalid.")
        if grant.redirect_uri != params.text("redirect_uri"):
            raise OAuthError("invalid_request", "Redirect_uri is not matched with the uri when requesting code.")
        verifier = params.text("code_verifier")
        if grant.challenge and hashlib.sha256(verifier.encode()).hexdigest() != grant.challenge.lower():
            raise OAuthError("invalid_request", "Code verifier or code challenge is invalid.")
        account = self.world.account(grant.account_id)
        assert account is not None
        return self._issue(app, account, grant.scopes)

    def _for_renewal(self, app: App, params: Params) -> Response:
        """.../docs/en/oauth-refresh-a-user-access-token, read 2026-11: the old one ends with the new one."""
        refresh = params.text("refresh_token")
        with self.world.transaction():
            found = self.world.token(RENEWALS, refresh)
            is_over = found is None or self.setting.clock() - found.created_at >= REFRESH_SECONDS
            if found is None or is_over or found.revoked or found.app_id != app.id:
                raise OAuthError("invalid_grant", "Refresh token is invalid or expired.")
            self.world.revoke_token(RENEWALS, refresh)
        account = self.world.account(found.account_id or 0)
        assert account is not None
        return self._issue(app, account, found.scopes)

    def _issue(self, app: App, account: Account, scopes: tuple[str, ...]) -> Response:
        access, refresh = (f"{kind}.{secrets.token_urlsafe(36)}!{account.id}.e1" for kind in ("act", "rft"))
        for network, token in ((SLUG, access), (RENEWALS, refresh)):
            self.world.put_token(
                network=network, token=token, account_id=account.id, scopes=" ".join(scopes), app_id=app.id
            )
        body = {
            "access_token": access, "expires_in": ACCESS_SECONDS, "open_id": open_id(app.client_id, account),
            "refresh_expires_in": REFRESH_SECONDS, "refresh_token": refresh, "scope": ",".join(scopes),
            "token_type": "Bearer",
        }  # fmt: skip
        return JSONResponse(body, headers={"Cache-Control": "no-store"})

    async def revoke(self, request: Request) -> Response:
        """POST /v2/oauth/revoke/, .../docs/en/oauth-revoke-a-user-access-token, read 2026-11: an empty object."""
        params, app = self._authenticated(request)
        found = self.world.token(SLUG, params.text("token"))
        if found is None or found.app_id != app.id or found.revoked:
            raise OAuthError("invalid_request", "The token is invalid.")
        forget(self.world, found)
        return JSONResponse({})

    def _authenticated(self, request: Request) -> tuple[Params, App]:
        params: Params = request.scope["sandbox.params"]
        if not request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
            raise OAuthError("invalid_request", "The request must be application/x-www-form-urlencoded.")
        app, secret = self.world.app_by_client_id(SLUG, params.text("client_key")), params.text("client_secret")
        if app is None or not secret:
            raise OAuthError("invalid_client", "Client key or secret is incorrect.", 401)
        if not app.client_secret:
            self.world.change_app(app.id, redirect_uris=app.redirect_uris, client_secret=secret)
        elif not secrets.compare_digest(app.client_secret.encode(), secret.encode()):
            raise OAuthError("invalid_client", "Client key or secret is incorrect.", 401)
        return params, app


def _plain(endpoint: Endpoint) -> Endpoint:
    async def answer(request: Request) -> Response:
        try:
            return await endpoint(request)
        except OAuthError as error:
            return JSONResponse(error.body, error.status)

    return answer


def _back(params: Params, answer: dict[str, str]) -> Response:
    state = {"state": params.text("state")} if "state" in params else {}
    return RedirectResponse(f"{params.text('redirect_uri')}?{urlencode({**answer, **state})}", 302)


def _consent(app: App, scopes: list[str], accounts: list[Account]) -> str:
    """The page on which the person chooses the account and, of the scopes, those to allow."""
    people = "".join(
        f'<label><input type="radio" name="account" value="{esc(account.handle)}"{"" if at else " checked"}>'
        f" <bdi>{esc(account.display_name)}</bdi> <bdi>@{esc(account.handle)}</bdi></label>"
        for at, account in enumerate(accounts)
    )
    allowed = "".join(
        f'<label><input type="checkbox" name="allow" value="{esc(scope)}" checked> <bdi class="ltr">{esc(scope)}</bdi>'
        "</label>"
        for scope in scopes
    )
    return (
        '<!doctype html><html lang="ar" dir="rtl"><head><meta charset="utf-8"><title>السماح للتطبيق</title>'
        f'<meta name="viewport" content="width=device-width">{STYLES}</head>'
        f'<body><main class="sheet"><h1>تيك توك: السماح للتطبيق <bdi>{esc(app.name)}</bdi></h1>'
        f'<form method="post" class="stack">{people}<p>يطلب:</p>{allowed}<input type="hidden" name="choose" value="1">'
        '<button class="btn">السماح</button><button class="btn" name="refuse" value="1">الرفض</button></form></main>'
        "</body></html>"
    )
