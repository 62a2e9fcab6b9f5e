"""The authorization code flow as RFC 6749 and RFC 7636 (PKCE) have it, for networks that keep to it.

Owns the address a person is sent to and the two calls that follow; the code and the secret go to our own base URL only.
"""

from urllib.parse import urlencode

from networks.answers import object_with, words
from networks.calls import Caller, Stake
from networks.errors import Code, NeedsReconnect, Rejected
from networks.types import AppCredentials, Tokens


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
    caller: Caller, app: AppCredentials, code: str, *, redirect_uri: str, scopes: str, code_verifier: str | None
) -> Tokens:
    """POST /oauth/token. A lost answer is Unreachable: the code is spent, and the person starts again."""
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "client_id": app.client_id,
        "client_secret": app.client_secret,
        "redirect_uri": redirect_uri,
        "scope": scopes,
    }
    if code_verifier:
        form["code_verifier"] = code_verifier
    try:
        answer = caller.call(Stake.READ, "POST", "/oauth/token", data=form, refused=Code.CODE_REFUSED)
    except NeedsReconnect as error:
        raise Rejected(Code.APPLICATION_REFUSED, detail=error.detail) from None
    told = object_with(answer, Stake.READ, "access_token")
    return Tokens(
        access_token=words(told, "access_token"),
        refresh_token=words(told, "refresh_token") or None,
        scopes=tuple(words(told, "scope").split()),
    )


def revoke_token(caller: Caller, app: AppCredentials, token: str) -> None:
    """POST /oauth/revoke; harmless when repeated."""
    form = {"client_id": app.client_id, "client_secret": app.client_secret, "token": token}
    caller.call(Stake.HIDDEN, "POST", "/oauth/revoke", data=form, refused=Code.APPLICATION_REFUSED)
