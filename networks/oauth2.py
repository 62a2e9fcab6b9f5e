"""The authorization code flow as RFC 6749 and RFC 7636 (PKCE) have it, for networks that keep to it.

Owns the address a person is sent to and the calls that follow; code, tokens and secret go to our own base URL only.
"""

from base64 import b64encode
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from networks.answers import count_of, object_with, words
from networks.calls import Answer, Caller, Stake
from networks.errors import Code, NeedsReconnect, Rejected
from networks.types import AppCredentials, Tokens


@dataclass(frozen=True)
class Endpoints:
    """Where a network's server has them, and how an application names itself there: in the form, or by HTTP Basic."""

    token: str = "/oauth/token"
    revoke: str = "/oauth/revoke"
    by_basic: bool = False

    def named(self, app: AppCredentials, form: dict[str, str]) -> dict[str, Any]:
        """`form` and who asks, without any bearer token. An application without a secret names itself by its id."""
        if self.by_basic and app.client_secret:
            pair = b64encode(f"{app.client_id}:{app.client_secret}".encode()).decode()
            return {"data": form, "headers": {"Authorization": f"Basic {pair}"}}
        secret = {"client_secret": app.client_secret} if app.client_secret else {}
        return {"data": {**form, "client_id": app.client_id, **secret}, "headers": {"Authorization": None}}


MOST = Endpoints()


def authorization_url(
    address: str, app: AppCredentials, *, redirect_uri: str, scopes: str, state: str, code_challenge: str | None
) -> str:
    asked = {
        "response_type": "code",
        "client_id": app.client_id,
        "redirect_uri": redirect_uri,
        "scope": scopes,
        "state": state,
    }
    if code_challenge:
        asked |= {"code_challenge": code_challenge, "code_challenge_method": "S256"}
    return f"{address}?{urlencode(asked)}"


def exchange_code(
    caller: Caller,
    app: AppCredentials,
    code: str,
    *,
    redirect_uri: str,
    scopes: str,
    code_verifier: str | None,
    at: Endpoints = MOST,
) -> Tokens:
    """A lost answer is Unreachable: the code is spent, and the person starts again."""
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri, "scope": scopes}
    if code_verifier:
        form["code_verifier"] = code_verifier
    return _tokens(_asked(caller, app, form, at, Code.CODE_REFUSED))


def refresh_token(caller: Caller, app: AppCredentials, token: str, *, at: Endpoints = MOST) -> Tokens:
    """NeedsReconnect where the token is spent or withdrawn; a lost answer is Unreachable, and may have spent it."""
    form = {"grant_type": "refresh_token", "refresh_token": token}
    try:
        return _tokens(_asked(caller, app, form, at, Code.TOKEN_INVALID))
    except Rejected as error:
        if error.code == Code.TOKEN_INVALID:
            raise NeedsReconnect(Code.TOKEN_INVALID, params=error.params, detail=error.detail) from None
        raise


def _asked(caller: Caller, app: AppCredentials, form: dict[str, str], at: Endpoints, refused: Code) -> Answer:
    try:
        return caller.call(Stake.READ, "POST", at.token, refused=refused, **at.named(app, form))
    except NeedsReconnect as error:
        raise Rejected(Code.APPLICATION_REFUSED, detail=error.detail) from None


def _tokens(answer: Answer) -> Tokens:
    told = object_with(answer, Stake.READ, "access_token")
    seconds = count_of(told, "expires_in")[0]
    return Tokens(
        access_token=words(told, "access_token"),
        refresh_token=words(told, "refresh_token") or None,
        expires_at=datetime.now(UTC) + timedelta(seconds=seconds) if seconds else None,
        scopes=tuple(words(told, "scope").split()),
    )


def revoke_token(caller: Caller, app: AppCredentials, token: str, *, at: Endpoints = MOST) -> None:
    """Harmless when repeated."""
    content = at.named(app, {"token": token})
    caller.call(Stake.HIDDEN, "POST", at.revoke, refused=Code.APPLICATION_REFUSED, **content)
