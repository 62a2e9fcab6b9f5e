"""Owns the consent of people on the simulated Threads and its tokens: short-lived, long-lived, refreshed.

Sources (read 2026-11), below https://developers.facebook.com/docs/threads/: get-started/
get-access-tokens-and-permissions, get-started/long-lived-tokens, troubleshooting/debug-access-token.
"""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable
from urllib.parse import urlencode, urlsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from sandbox.consent import consent_page
from sandbox.dialects._graph_access import APPLICATIONS, SHORT_LIVED, Call, GraphError, Json, envelope
from sandbox.dialects._graph_ids import user_id
from sandbox.dialects._graph_login import LOOPBACK
from sandbox.dialects._graph_web import call_of
from sandbox.dialects._threads_access import (
    BASIC,
    LONG_LIVED,
    LONG_SECONDS,
    PRODUCT,
    SLUG,
    YOUNGEST_SECONDS,
    allow,
    ends_at,
    granted,
    valid_token,
)
from sandbox.dialects.base import Setting
from sandbox.markup import esc
from sandbox.params import Params
from sandbox.records import App, Grant, Token

CODE_SECONDS = 3600.0
GRANT_SECONDS = 90 * 86400
"""How long the permissions that a person gave hold, unless they are refreshed."""

Endpoint = Callable[[Request], Awaitable[Response]]


class Rejected(Exception):
    """The form in which the exchange of a code is refused: of the three fields of its sample response."""

    def __init__(self, said: str, status: int = 400) -> None:
        super().__init__(said)
        self.status = status
        self.body: Json = {"error_type": "OAuthException", "code": status, "error_message": said}


class Login:
    """The dashboard registers applications; here an id is known from its first consent on, its secret likewise.

    One application may act on several of the house's networks, so that all of them know the same ones.
    """

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self.world = setting.world

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/oauth/authorize", _plain(self.authorize), methods=["GET", "POST"]),
            Route("/oauth/access_token", _plain(self.for_code), methods=["POST"]),
            Route("/access_token", _plain(self.exchange), methods=["GET"]),
            Route("/refresh_access_token", _plain(self.refresh), methods=["GET"]),
        ]

    async def authorize(self, request: Request) -> Response:
        """GET https://threads.com/oauth/authorize, .../get-access-tokens-and-permissions, read 2026-11.

        `#_` follows the code in the address to which people come back. Addresses on this machine need not be known.
        """
        params: Params = request.scope["sandbox.params"]
        app, scopes = self._consenting(params)
        if request.method == "GET":
            accounts = self.world.accounts(SLUG)
            return HTMLResponse(consent_page(app.name, " ".join(scopes), accounts, may_refuse=True))
        if "refuse" in params:
            said = {"error": "access_denied", "error_reason": "user_denied"}
            return _back(params, {**said, "error_description": "The user denied your request"})
        account = self.world.account_by_handle(SLUG, params.text("account"))
        if account is None:
            raise Rejected("Invalid user")
        code = self.world.add_grant(
            app_id=app.id, account_id=account.id, scopes=" ".join(scopes), redirect_uri=params.text("redirect_uri"),
            challenge="",
        )  # fmt: skip
        return _back(params, {"code": code})

    def _consenting(self, params: Params) -> tuple[App, list[str]]:
        client_id, uri = params.text("client_id"), params.text("redirect_uri")
        scopes = params.text("scope").replace(",", " ").split()
        if not client_id:
            raise Rejected("Invalid Client ID")
        if params.text("response_type") != "code":
            raise Rejected("response_type must be code")
        if BASIC[0] not in scopes or not set(scopes) <= set(PRODUCT.permissions):
            raise Rejected(f"Invalid scope: {', '.join(scopes)}")
        if urlsplit(uri).hostname not in LOOPBACK:
            raise Rejected("Invalid redirect_uri")
        app = self.world.app_by_client_id(APPLICATIONS, client_id) or self.world.add_app(
            network=APPLICATIONS, name=client_id, website=None, redirect_uris=[], scopes="", client_id=client_id,
            client_secret="",
        )  # fmt: skip
        return app, scopes

    async def for_code(self, request: Request) -> Response:
        """POST /oauth/access_token, .../get-access-tokens-and-permissions, read 2026-11: a token of one hour."""
        params: Params = request.scope["sandbox.params"]
        app = self.world.app_by_client_id(APPLICATIONS, params.text("client_id"))
        if app is None or not self._knows(app, params.text("client_secret")):
            raise Rejected("Error validating client secret.")
        if params.text("grant_type") != "authorization_code":
            raise Rejected("Invalid grant_type")
        grant = self._spent(app, params)
        account = self.world.account(grant.account_id)
        assert account is not None
        token = self._issue(grant.account_id, app.id, (*grant.scopes, SHORT_LIVED))
        return JSONResponse({"access_token": token, "user_id": int(user_id(account))})

    def _spent(self, app: App, params: Params) -> Grant:
        """What the code grants; each works once and for an hour."""
        grant = self.world.take_grant(params.text("code"))
        is_over = grant is not None and self.setting.clock() > grant.created_at + CODE_SECONDS
        if grant is None or grant.app_id != app.id or is_over:
            raise Rejected("Matching code was not found or was already used")
        if grant.redirect_uri != params.text("redirect_uri"):
            raise Rejected(
                "Error validating verification code. Please make sure your redirect_uri is identical to the one you"
                " used in the OAuth dialog request"
            )
        return grant

    def _knows(self, app: App, secret: str) -> bool:
        if secret and not app.client_secret:
            self.world.change_app(app.id, redirect_uris=app.redirect_uris, client_secret=secret)
            return True
        return bool(secret) and secrets.compare_digest(app.client_secret.encode(), secret.encode())

    async def exchange(self, request: Request) -> Response:
        """GET /access_token with th_exchange_token, .../long-lived-tokens, read 2026-11: 60 days for an hour.

        Both tokens work from then on, each to its own end.
        """
        call, found = self._renewing(request, "th_exchange_token")
        app = self.world.app(found.app_id) if found.app_id else None
        if SHORT_LIVED not in found.scopes or app is None:
            raise GraphError(100, "The access token is not a short-lived one.")
        if not self._knows(app, call.params.text("client_secret")):
            raise GraphError(101, "Error validating client secret.")
        return self._long(found)

    async def refresh(self, request: Request) -> Response:
        """GET /refresh_access_token with th_refresh_token, .../long-lived-tokens, read 2026-11.

        A long-lived token that is at least 24 hours old; the page does not say whether it ends with the new one, which
        it does not here.
        """
        _, found = self._renewing(request, "th_refresh_token")
        allow(found, BASIC)
        if SHORT_LIVED in found.scopes or self.setting.clock() < found.created_at + YOUNGEST_SECONDS:
            raise GraphError(100, "The access token must be a long-lived one that is at least 24 hours old.")
        return self._long(found)

    def _renewing(self, request: Request, kind: str) -> tuple[Call, Token]:
        call = call_of(request, PRODUCT, ())
        if call.params.text("grant_type") != kind:
            raise GraphError(100, f"Param grant_type must be {kind}")
        return call, valid_token(self.setting, call)

    def _long(self, found: Token) -> Response:
        assert found.account_id is not None
        token = self._issue(found.account_id, found.app_id, (*granted(found), LONG_LIVED))
        return JSONResponse({"access_token": token, "token_type": "bearer", "expires_in": LONG_SECONDS})

    def _issue(self, account_id: int, app_id: int | None, scopes: tuple[str, ...]) -> str:
        token = f"TH{secrets.token_urlsafe(48)}"
        self.world.put_token(network=SLUG, token=token, account_id=account_id, scopes=" ".join(scopes), app_id=app_id)
        return token

    def debug_token(self, call: Call, asking: Token) -> Json:
        """GET /debug_token, .../troubleshooting/debug-access-token, read 2026-11: of one application's tokens."""
        found = self.world.token(SLUG, call.params.text("input_token"))
        if found is None or found.app_id != asking.app_id:
            return {"data": {"is_valid": False, "scopes": [], "error": {"code": 190, "message": "Malformed token"}}}
        account, end, app = self.world.account(found.account_id or 0), ends_at(found), None
        if found.app_id:
            app = self.world.app(found.app_id)
        is_over = end is not None and self.setting.clock() >= end
        known: Json = {
            "type": "USER", "application": app.name if app else SLUG, "is_valid": not found.revoked and not is_over,
            "data_access_expires_at": int(found.created_at) + GRANT_SECONDS, "expires_at": int(end or 0),
            "issued_at": int(found.created_at), "scopes": granted(found),
            "user_id": user_id(account) if account else "",
        }  # fmt: skip
        return {"data": known}


def _plain(endpoint: Endpoint) -> Endpoint:
    async def answer(request: Request) -> Response:
        try:
            return await endpoint(request)
        except GraphError as error:
            return JSONResponse(envelope(error), error.status)
        except Rejected as error:
            if request.url.path.endswith("/authorize"):
                return HTMLResponse(f"<!doctype html><title>Threads</title><p>{esc(error)}</p>", error.status)
            return JSONResponse(error.body, error.status)

    return answer


def _back(params: Params, answer: dict[str, str]) -> Response:
    uri, state = params.text("redirect_uri"), {"state": params.text("state")} if "state" in params else {}
    mark = "#_" if "code" in answer else ""
    return RedirectResponse(f"{uri}{'&' if '?' in uri else '?'}{urlencode({**answer, **state})}{mark}", 302)
