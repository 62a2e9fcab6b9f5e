"""Owns who may ask what of the simulated YouTube: consent, tokens, their renewal and revocation, scopes.

Sources (read 2026-11), below https://developers.google.com/: identity/protocols/oauth2/web-server (consent, tokens,
revoking), identity/protocols/oauth2/native-app (the code challenge, which the first page leaves out),
youtube/v3/guides/auth/server-side-web-apps (scopes). Google's hosts are one here: the paths are theirs,
`/o/oauth2/v2/auth` of accounts.google.com, `/token` and `/revoke` of oauth2.googleapis.com.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Awaitable, Callable
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from sandbox.consent import consent_page
from sandbox.dialects._youtube_errors import GoogleError, OAuthError, bad, insufficient, unauthenticated
from sandbox.dialects.base import Setting, bearer
from sandbox.params import Params, UnreadableBody, read_params
from sandbox.records import Account, App, Token
from sandbox.world import World

SLUG = "youtube"
RENEWALS = "youtube:refresh"
"""The name under which refresh tokens are kept: they open no API."""
TOKEN_SECONDS = 3600.0
GRANT_SECONDS = 600.0
AUTH = "https://www.googleapis.com/auth/"
MANAGE = frozenset({f"{AUTH}youtube", f"{AUTH}youtube.force-ssl", f"{AUTH}youtubepartner"})
READ = MANAGE | {f"{AUTH}youtube.readonly"}
UPLOAD = MANAGE | {f"{AUTH}youtube.upload"}
CAPTION = frozenset({f"{AUTH}youtube.force-ssl", f"{AUTH}youtubepartner"})
COMMENT = frozenset({f"{AUTH}youtube.force-ssl"})
FIGURES = frozenset({f"{AUTH}yt-analytics.readonly", f"{AUTH}yt-analytics-monetary.readonly"})
SCOPES = READ | UPLOAD | FIGURES | {"openid", "email", "profile"}
PLAIN = {"read": READ - MANAGE | FIGURES, "write": frozenset({f"{AUTH}youtube.force-ssl", f"{AUTH}youtube.upload"})}
"""What the plain words of the simulator's own account lists stand for here."""
EVERYTHING = " ".join(sorted(READ | UPLOAD | FIGURES))

Endpoint = Callable[[Request], Awaitable[Response]]


def account_of(world: World, request: Request) -> Account | None:
    found = world.token(SLUG, token_of(request) or "")
    return world.account(found.account_id) if found and found.account_id else None


def token_of(request: Request) -> str | None:
    """In the header, or in the query as `access_token`, which the guide allows and advises against."""
    return bearer(request) or request.query_params.get("access_token")


def token_for(setting: Setting, request: Request) -> Token:
    """The request's token; one of a consent lives an hour."""
    token = setting.world.token(SLUG, token_of(request) or "")
    is_old = token is not None and token.app_id is not None and setting.clock() - token.created_at >= TOKEN_SECONDS
    if token is None or token.account_id is None or token.revoked or is_old:
        raise unauthenticated()
    return token


def require(setting: Setting, request: Request, *groups: frozenset[str]) -> tuple[Account, Token]:
    """Who asks, with a token that carries at least one scope of each group."""
    token = token_for(setting, request)
    granted = {scope for word in token.scopes for scope in PLAIN.get(word, {word})}
    if not all(granted & group for group in groups):
        raise insufficient()
    account = setting.world.account(token.account_id) if token.account_id else None
    if account is None:
        raise unauthenticated()
    return account, token


def revoke(world: World, request: Request) -> None:
    """What a person does who takes the access back: the application's tokens for the account are gone, all of them."""
    found = world.token(SLUG, token_of(request) or "")
    if found is not None:
        _withdraw(world, found)


def _withdraw(world: World, token: Token) -> None:
    for network in (SLUG, RENEWALS):
        world.revoke_token(network, token.token)
        if token.app_id is not None and token.account_id is not None:
            world.revoke_tokens(network, account_id=token.account_id, app_id=token.app_id)


def plain(endpoint: Endpoint) -> Endpoint:
    """Turns refusals into Google's answers."""

    async def answer(request: Request) -> Response:
        try:
            return await endpoint(request)
        except GoogleError as error:
            return JSONResponse(error.body, error.code, headers=error.headers)
        except OAuthError as error:
            return JSONResponse(error.body, error.status)
        except UnreadableBody as error:
            return JSONResponse(bad("parseError", str(error), domain="global").body, 400)

    return answer


class OAuth:
    """The consent of people, and the tokens that come of it.

    The console of Google Cloud is not imitated: the first consent registers a client id with its redirect URI, the
    first exchange its secret; later ones must be the same.
    """

    def __init__(self, setting: Setting) -> None:
        self.world = setting.world
        self.clock = setting.clock

    def routes(self) -> list[Route]:
        return [
            Route("/o/oauth2/v2/auth", plain(self.authorize), methods=["GET", "POST"]),
            Route("/token", plain(self.token), methods=["POST"]),
            Route("/revoke", plain(self.revoke), methods=["GET", "POST"]),
        ]

    async def authorize(self, request: Request) -> Response:
        """GET /o/oauth2/v2/auth, .../oauth2/web-server#creatingclient."""
        params = await read_params(request)
        app = self._consenting(params)
        scopes = params.text("scope").split()
        if unknown := sorted(set(scopes) - SCOPES) or (not scopes and ["(none)"]):
            raise OAuthError("invalid_scope", f"Some requested scopes were invalid: {unknown}")
        if request.method == "GET":
            return HTMLResponse(consent_page(app.name, " ".join(scopes), self.world.accounts(SLUG), may_refuse=True))
        if "refuse" in params:
            return _back(params, {"error": "access_denied"})
        account = self.world.account_by_handle(SLUG, params.text("account"))
        if account is None:
            raise OAuthError("invalid_request", "Unknown account.")
        code = self.world.add_grant(
            app_id=app.id, account_id=account.id, scopes=" ".join(scopes), redirect_uri=params.text("redirect_uri"),
            challenge=" ".join((_renewable(params), *_challenged(params))),
        )  # fmt: skip
        return _back(params, {"code": f"4/{code}", "scope": " ".join(scopes)})

    def _consenting(self, params: Params) -> App:
        if missing := [name for name in ("client_id", "redirect_uri", "response_type") if not params.text(name)]:
            raise OAuthError("invalid_request", f"Missing required parameter: {missing[0]}")
        if params.text("response_type") != "code":
            raise OAuthError("unsupported_response_type", "This flow is that of a code.")
        if params.text("access_type", "online") not in {"online", "offline"}:
            raise OAuthError("invalid_request", "access_type is online or offline")
        _challenged(params)
        client_id, redirect_uri = params.text("client_id"), params.text("redirect_uri")
        app = self.world.app_by_client_id(SLUG, client_id) or self.world.add_app(
            network=SLUG, name=client_id, website=None, redirect_uris=[redirect_uri], scopes="",
            client_id=client_id, client_secret="",
        )  # fmt: skip
        if redirect_uri not in app.redirect_uris:
            raise OAuthError("redirect_uri_mismatch", "The redirect URI is not one of the client's.")
        return app

    async def token(self, request: Request) -> Response:
        """POST /token, .../oauth2/web-server#exchange-authorization-code and #offline."""
        params = await read_params(request)
        app = self._authenticated(request, params)
        kind = params.text("grant_type")
        if kind == "authorization_code":
            return self._for_code(app, params)
        if kind == "refresh_token":
            return self._for_renewal(app, params.text("refresh_token"))
        raise OAuthError("unsupported_grant_type", f"Invalid grant_type: {kind}")

    def _for_code(self, app: App, params: Params) -> Response:
        grant = self.world.take_grant(params.text("code").removeprefix("4/"))
        if grant is None or grant.app_id != app.id or self.clock() - grant.created_at > GRANT_SECONDS:
            raise OAuthError("invalid_grant", "Malformed auth code.")
        if grant.redirect_uri != params.text("redirect_uri"):
            raise OAuthError("redirect_uri_mismatch", "Bad Request")
        renewable, method, challenge = grant.challenge.split(" ")
        if challenge and challenge != _answered(method, params.text("code_verifier")):
            said = "Invalid code verifier." if params.text("code_verifier") else "Missing code verifier."
            raise OAuthError("invalid_grant", said)
        body = self._issued(app, grant.account_id, grant.scopes)
        if renewable == "always" or (renewable == "first" and not self._renewals(app, grant.account_id)):
            body["refresh_token"] = self._renewal(app, grant.account_id, grant.scopes)
        return JSONResponse(body)

    def _renewals(self, app: App, account_id: int) -> bool:
        return self.world.has_token(RENEWALS, account_id=account_id, app_id=app.id)

    def _renewal(self, app: App, account_id: int, scopes: tuple[str, ...]) -> str:
        secret = f"1//{secrets.token_urlsafe(48)}"
        granted = " ".join(scopes)
        self.world.put_token(network=RENEWALS, token=secret, account_id=account_id, scopes=granted, app_id=app.id)
        return secret

    def _for_renewal(self, app: App, refresh_token: str) -> Response:
        """The same refresh token serves again and again: the answer has none."""
        found = self.world.token(RENEWALS, refresh_token)
        if found is None or found.app_id != app.id or found.account_id is None:
            raise OAuthError("invalid_grant", "Bad Request")
        if found.revoked:
            raise OAuthError("invalid_grant", "Token has been expired or revoked.")
        return JSONResponse(self._issued(app, found.account_id, found.scopes))

    def _issued(self, app: App, account_id: int, scopes: tuple[str, ...]) -> dict[str, object]:
        granted, secret = " ".join(scopes), f"ya29.{secrets.token_urlsafe(64)}"
        self.world.put_token(network=SLUG, token=secret, account_id=account_id, scopes=granted, app_id=app.id)
        return {"access_token": secret, "expires_in": int(TOKEN_SECONDS) - 1, "scope": granted, "token_type": "Bearer"}

    async def revoke(self, request: Request) -> Response:
        """POST /revoke, .../oauth2/web-server#tokenrevoke: either token, and what belongs to it goes too."""
        params = await read_params(request)
        for network in (SLUG, RENEWALS):
            found = self.world.token(network, params.text("token"))
            if found is not None and not found.revoked:
                _withdraw(self.world, found)
                return JSONResponse({})
        raise OAuthError("invalid_token", "Token expired or revoked")

    def _authenticated(self, request: Request, params: Params) -> App:
        """In the form, as the page shows, or as Basic credentials, which Google's discovery document names too."""
        kind, _, encoded = request.headers.get("authorization", "").partition(" ")
        client_id, secret = params.text("client_id"), params.text("client_secret")
        if kind.lower() == "basic":
            client_id, _, secret = base64.b64decode(encoded + "==").decode("latin-1").partition(":")
        app = self.world.app_by_client_id(SLUG, client_id)
        if app is None:
            raise OAuthError("invalid_client", "The OAuth client was not found.", 401)
        if not secret:
            raise OAuthError("invalid_request", "client_secret is missing.")
        if not app.client_secret:
            self.world.change_app(app.id, redirect_uris=app.redirect_uris, client_secret=secret)
        elif not secrets.compare_digest(app.client_secret.encode(), secret.encode()):
            raise OAuthError("invalid_client", "Unauthorized", 401)
        return app


def _renewable(params: Params) -> str:
    """A refresh token comes of `access_type=offline` at the first consent, or wherever consent is asked for anew."""
    if params.text("access_type") != "offline":
        return "never"
    return "always" if "consent" in params.text("prompt").split() else "first"


def _challenged(params: Params) -> tuple[str, str]:
    method, challenge = params.text("code_challenge_method") or "plain", params.text("code_challenge")
    if method not in {"plain", "S256"} or (challenge and not 43 <= len(challenge) <= 128):
        raise OAuthError("invalid_request", "Invalid parameter value for code_challenge or its method.")
    return method, challenge


def _answered(method: str, verifier: str) -> str:
    if method == "plain":
        return verifier
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")


def _back(params: Params, answer: dict[str, str]) -> Response:
    """`state` comes back as it was sent, where it was sent."""
    redirect_uri, state = params.text("redirect_uri"), params.text("state")
    query = urlencode(({"state": state} if state else {}) | answer)
    return RedirectResponse(f"{redirect_uri}{'&' if '?' in redirect_uri else '?'}{query}", 302)
