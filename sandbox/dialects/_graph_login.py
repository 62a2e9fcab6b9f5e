"""Owns Facebook Login in the simulator: the dialog, codes, long-lived tokens, permissions, and the tokens of pages.

Sources (read 2026-11), below https://developers.facebook.com/docs/facebook-login/: guides/advanced/manual-flow,
guides/access-tokens/get-long-lived, facebook-login-for-business; and below graph-api/reference/: user/accounts,
user/permissions, debug_token.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from urllib.parse import urlencode, urlsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from sandbox.dialects._graph_access import (
    APPLICATIONS,
    FIRST_PAGE,
    LONG_SECONDS,
    SHORT_LIVED,
    SHORT_SECONDS,
    Call,
    GraphError,
    Json,
    Product,
    granted,
    need,
    pages_in,
    valid_token,
)
from sandbox.dialects._graph_fields import Field, read_fields
from sandbox.dialects.base import Setting
from sandbox.markup import STYLES, esc
from sandbox.params import Params
from sandbox.records import Account, App, Token

LOOPBACK = ("localhost", "127.0.0.1", "::1")
PERSON = str(FIRST_PAGE - 1)
CODE_SECONDS = 600.0
ROW = tuple(Field(name) for name in ("access_token", "category", "category_list", "name", "tasks"))

TellPage = Callable[[Call, Account, tuple[Field, ...], str], Json]


class Login:
    """`tell_page` tells a page with the fields asked for and the token given, as its network does."""

    def __init__(self, setting: Setting, product: Product, tell_page: TellPage) -> None:
        self.setting = setting
        self.world = setting.world
        self.product = product
        self.slug = product.slug
        self.tell_page = tell_page

    async def dialog(self, request: Request) -> Response:
        """GET /dialog/oauth, .../facebook-login/guides/advanced/manual-flow, read 2026-11.

        The network registers applications on a page for people: here an id is known from when it is first seen, and its
        secret likewise. Redirects to loopback need no registration, as in development mode. A `config_id` stands for
        permissions that were chosen on such a page (Facebook Login for Business): here for every one.
        """
        params: Params = request.scope["sandbox.params"]
        client_id, back = params.text("client_id"), params.text("redirect_uri")
        if not client_id:
            return _stop("Invalid App ID")
        if urlsplit(back).hostname not in LOOPBACK:
            return _stop("URL Blocked: this redirect URI is not among the app's Client OAuth Settings.")
        app = self.world.app_by_client_id(APPLICATIONS, client_id) or self.world.add_app(
            network=APPLICATIONS, name=client_id, website=None, redirect_uris=[], scopes="", client_id=client_id,
            client_secret="",
        )  # fmt: skip
        if request.method == "GET":
            return HTMLResponse(_consent_page(self.product, app, " ".join(self._asked(params)), self._pages()))
        answer = {"state": params.text("state")} if "state" in params else {}
        wanted = params.items("page")
        chosen = [page for page in self._pages() if page.handle in wanted and "" not in wanted]
        if not chosen:
            refused = {"error": "access_denied", "error_code": "200", "error_reason": "user_denied"}
            answer |= refused | {"error_description": "Permissions error"}
        else:
            answer["code"] = self._grant(app, params, chosen)
        return RedirectResponse(f"{back}{'&' if '?' in back else '?'}{urlencode(answer)}", 302)

    def _pages(self) -> list[Account]:
        return self.world.accounts(self.slug)

    def _grant(self, app: App, params: Params, chosen: list[Account]) -> str:
        scopes = [scope for scope in self._asked(params) if scope in self.product.permissions]
        scopes += [f"page:{page.id}" for page in chosen]
        return self.world.add_grant(
            app_id=app.id, account_id=chosen[0].id, scopes=" ".join(["public_profile", *scopes]),
            redirect_uri=params.text("redirect_uri"), challenge=params.text("code_challenge"),
        )  # fmt: skip

    def _asked(self, params: Params) -> list[str]:
        named = params.text("scope").replace(",", " ").split()
        return named or (list(self.product.permissions) if "config_id" in params else [])

    def access_token(self, call: Call) -> Json:
        """GET /oauth/access_token: a code, a short-lived token or nothing for a token; read 2026-11."""
        params = call.params
        app = self.world.app_by_client_id(APPLICATIONS, params.text("client_id"))
        if app is None:
            raise GraphError(101, "Error validating application. Cannot get application info due to a system error.")
        secret = params.text("client_secret")
        if secret and not app.client_secret:
            self.world.change_app(app.id, redirect_uris=app.redirect_uris, client_secret=secret)
        elif not secrets.compare_digest(app.client_secret.encode(), secret.encode()):
            raise GraphError(1, "Error validating client secret.")
        kind = params.text("grant_type")
        if kind == "client_credentials":
            return {"access_token": f"{app.client_id}|{secret}", "token_type": "bearer"}
        scopes = self._renewed(app, params) if kind == "fb_exchange_token" else self._spent(app, params)
        token = f"EAA{secrets.token_urlsafe(48)}"
        self.world.put_token(network=self.slug, token=token, account_id=None, scopes=" ".join(scopes), app_id=app.id)
        seconds = SHORT_SECONDS if SHORT_LIVED in scopes else LONG_SECONDS
        return {"access_token": token, "token_type": "bearer", "expires_in": seconds}

    def _spent(self, app: App, params: Params) -> list[str]:
        """What the code grants; each code works once and for ten minutes."""
        grant = self.world.take_grant(params.text("code"))
        if grant is None or grant.app_id != app.id:
            raise GraphError(100, "This authorization code has been used.", subcode=36009)
        if self.setting.clock() > grant.created_at + CODE_SECONDS:
            raise GraphError(100, "This authorization code has expired.", subcode=36007)
        if grant.redirect_uri != params.text("redirect_uri"):
            message = (
                "Error validating verification code. Please make sure your redirect_uri is identical to the one you"
                " used in the OAuth dialog request"
            )
            raise GraphError(100, message, subcode=36008)
        return [*grant.scopes, SHORT_LIVED]

    def _renewed(self, app: App, params: Params) -> list[str]:
        found = self.world.token(self.slug, params.text("fb_exchange_token"))
        if found is None or found.revoked or found.app_id != app.id:
            raise GraphError(190, "Invalid OAuth access token.", status=401)
        return [scope for scope in found.scopes if scope != SHORT_LIVED]

    def accounts(self, call: Call) -> Json:
        """GET /me/accounts, .../graph-api/reference/user/accounts, read 2026-11: each page with its own token."""
        token = valid_token(self.setting, call)
        need(token, "pages_show_list", code=200)
        fields = read_fields(call.params.text("fields")) or ROW
        rows = [
            self.tell_page(call, page, fields, self.page_token(token, page)) for page in pages_in(self.world, token)
        ]
        return {"data": rows, **({"paging": {"cursors": {"before": "MA", "after": "MQ"}}} if rows else {})}

    def page_token(self, token: Token, page: Account) -> str:
        """Derived from the person's token, so that each reading answers the same one."""
        derived = "EAAP" + hashlib.sha256(f"{token.token}:{page.id}".encode()).hexdigest()
        scopes = [*granted(self.product, token), *([SHORT_LIVED] if SHORT_LIVED in token.scopes else [])]
        if self.world.token(self.slug, derived) is None:
            self.world.put_token(
                network=self.slug, token=derived, account_id=page.id, scopes=" ".join(scopes), app_id=token.app_id
            )
        return derived

    def permissions(self, call: Call) -> Json:
        """GET and DELETE /me/permissions, .../graph-api/reference/user/permissions, read 2026-11."""
        token = valid_token(self.setting, call)
        if call.method == "GET":
            return {"data": [{"permission": name, "status": "granted"} for name in granted(self.product, token)]}
        for page in pages_in(self.world, token):
            self.world.revoke_token(self.slug, self.page_token(token, page))
        self.world.revoke_token(self.slug, token.token)
        return {"success": True}

    def debug_token(self, call: Call) -> Json:
        """GET /debug_token, .../graph-api/reference/debug_token, read 2026-11."""
        found = self.world.token(self.slug, call.params.text("input_token"))
        if found is None:
            return {"data": {"is_valid": False, "scopes": [], "error": {"code": 190, "message": "Malformed token"}}}
        kind = "PAGE" if found.account_id else "USER"
        known: Json = {
            "type": kind,
            "is_valid": not found.revoked,
            "scopes": granted(self.product, found),
            "expires_at": 0,
        }
        if found.account_id:
            known["profile_id"] = str(FIRST_PAGE + found.account_id)
        return {"data": known}


def _stop(said: str) -> Response:
    return HTMLResponse(f"<!doctype html><title>Facebook</title><p>{esc(said)}</p>", 400)


def _consent_page(product: Product, app: App, scope: str, pages: list[Account]) -> str:
    """The network's own page, where a person chooses the pages that the application may act for."""
    options = "".join(
        f'<label><input type="checkbox" name="page" value="{esc(page.handle)}"{"" if at else " checked"}>'
        f" <bdi>{esc(page.display_name)}</bdi> <bdi>@{esc(page.handle)}</bdi></label>"
        for at, page in enumerate(pages)
    )
    return (
        '<!doctype html><html lang="ar" dir="rtl"><head><meta charset="utf-8">'
        f'<title>{product.title}</title><meta name="viewport" content="width=device-width">{STYLES}</head>'
        f'<body><main class="sheet"><h1>{product.choose} <bdi>{esc(app.name)}</bdi></h1>'
        f'<p>يطلب: <bdi class="ltr">{esc(scope)}</bdi></p><form method="post" class="stack">{options}'
        '<button class="btn">متابعة</button><button class="btn" name="page" value="">إلغاء</button>'
        "</form></main></body></html>"
    )
