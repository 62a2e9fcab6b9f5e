"""How TikTok's API is called and what its answers mean: {"data", "error": {"code", "message", "log_id"}}.

Owns the login and the judgement of every answer. Written from, under https://developers.tiktok.com/doc/,
tiktok-api-v2-error-handling, content-posting-api-reference-direct-post, -reference-photo-post,
-reference-query-creator-info, login-kit-web, login-kit-desktop, oauth-error-handling, and /docs/en/
oauth-refresh-a-user-access-token (read 2026-11).

"ok" is the code of success; with any other the request did not succeed, whatever its status: creator_info tells some
refusals with 200. The login does not keep to RFC 6749: `client_key` instead of `client_id`, scopes divided by commas,
and of RFC 7636 a challenge in hexadecimal digits. The pages contradict each other about how long an access lasts (2 or
24 hours) and a refresh token (180 or 365 days): what the answer says holds.
"""

import json
from base64 import urlsafe_b64decode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NoReturn
from urllib.parse import urlencode

import requests

from networks.answers import count_of, object_with, section, words
from networks.calls import DETAIL_LENGTH, Answer, Caller, Stake, lost, retry_after
from networks.errors import Code, NeedsReconnect, NetworkError, NotSent, Rejected, Unreachable
from networks.types import AppCredentials, Tokens
from outgoing import redact

TOKEN, REVOKE = "/v2/oauth/token/", "/v2/oauth/revoke/"
CONSENT = "/v2/auth/authorize/"
OK = "ok"
WINDOW_SECONDS = 60.0
"""The calls of a token are counted by the minute; the answer names no time."""
PAUSE_SECONDS = 3600.0
"""What counts the last 24 hours tells no time either: an hour frees the places of one hour then."""
TOO_FAST = "rate_limit_exceeded"
ACTIVE_ACCOUNTS = "reached_active_user_cap"
"""Counted for all accounts of the application together."""
SPENT = frozenset({"spam_risk_too_many_posts", "spam_risk_too_many_pending_share", ACTIVE_ACCOUNTS})
FAULTS = frozenset({"internal_error", "internal"})
ACCESS = frozenset({"access_token_invalid", "access_token_expired"})
SCOPE = frozenset({"scope_not_authorized", "scope_permission_missed"})
REFUSALS: Mapping[str, Code] = {
    "spam_risk_user_banned_from_posting": Code.POLICY_BLOCKED,
    "spam_risk": Code.POLICY_BLOCKED,
    "spam_risk_text": Code.TEXT_LIKE_SPAM,
    "unaudited_client_can_only_post_to_private_accounts": Code.APPLICATION_NOT_AUDITED,
    "privacy_level_option_mismatch": Code.AUDIENCE_REFUSED,
    "url_ownership_unverified": Code.ADDRESS_NOT_VERIFIED,
    "invalid_publish_id": Code.NOT_FOUND,
    "token_not_authorized_for_specified_publish_id": Code.NOT_FOUND,
    "invalid_file_upload": Code.MEDIA_REFUSED,
}
APPLICATION = frozenset({"invalid_client", "unauthorized_client"})


@dataclass
class TikTokCaller(Caller):
    """Judges by the code in the answer; `scopes` are named where one of them is missing.

    A 404 without a code may be anybody's page: it tells nothing, least of all that a posting is not known.
    """

    scopes: tuple[str, ...] = ()

    def _judge(self, stake: Stake, response: requests.Response, refused: Code) -> Answer:
        told = error_in(response.content)
        if words(told, "code") not in ("", OK):
            raise self._why(stake, told, refused, response)
        return super()._judge(stake, response, refused)

    def _raise_for(self, stake: Stake, response: requests.Response, refused: Code) -> NoReturn:
        if response.status_code in (404, 410):
            raise lost(stake, Code.ANSWER_UNREADABLE, params={"status": response.status_code})
        super()._raise_for(stake, response, refused)

    def _why(self, stake: Stake, told: Mapping[str, Any], refused: Code, response: requests.Response) -> NetworkError:
        code, status = words(told, "code"), response.status_code
        detail = redact(f"{words(told, 'message')} {code}".strip(), self.secrets)[:DETAIL_LENGTH]
        params: dict[str, str | int] = {"status": status}
        if code in SPENT or code == TOO_FAST or status == 429:
            kind = Unreachable if stake is Stake.READ else NotSent
            wait = retry_after(response.headers) or (PAUSE_SECONDS if code in SPENT else WINDOW_SECONDS)
            of_all = code == ACTIVE_ACCOUNTS
            return kind(Code.RATE_LIMITED, retry_after=wait, params=params, detail=detail, of_application=of_all)
        if code in ACCESS:
            return NeedsReconnect(Code.TOKEN_INVALID, params=params, detail=detail)
        if code in SCOPE:
            return NeedsReconnect(Code.MISSING_SCOPE, params={"scopes": " ".join(self.scopes)}, detail=detail)
        if code in FAULTS or status >= 500 or status in (408, 425):
            return lost(stake, Code.SERVER_ERROR, params=params, detail=detail)
        return Rejected(REFUSALS.get(code, refused), params=params, detail=detail)


def error_in(content: bytes) -> Mapping[str, Any]:
    """The `error` object of an answer, or {}; the login's own errors stand as text, and become `code` and `message`."""
    try:
        told = json.loads(content)
    except ValueError:
        return {}
    if not isinstance(told, dict):
        return {}
    if isinstance(told.get("error"), str):
        return {"code": told["error"], "message": words(told, "error_description")}
    return section(told, "error")


def data_of(answer: Answer, stake: Stake, needed: str) -> Mapping[str, Any]:
    """The object under `data`, which must have `needed`."""
    told = object_with(answer, stake, "data")["data"]
    if not isinstance(told, dict) or told.get(needed) in (None, ""):
        raise lost(stake, Code.ANSWER_UNREADABLE, params={"status": answer.status})
    return told


# The login


def authorization_url(
    address: str, app: AppCredentials, *, redirect_uri: str, scopes: tuple[str, ...], state: str, challenge: str | None
) -> str:
    """`challenge` as RFC 7636 has it. The page for the web does not name it, the one for the desktop wants it."""
    asked = {
        "client_key": app.client_id,
        "response_type": "code",
        "scope": ",".join(scopes),
        "redirect_uri": redirect_uri,
        "state": state,
    }
    if challenge:
        asked |= {"code_challenge": in_hex(challenge), "code_challenge_method": "S256"}
    return f"{address}?{urlencode(asked)}"


def in_hex(challenge: str) -> str:
    """The same SHA-256 in hexadecimal digits instead of base64url."""
    return urlsafe_b64decode(challenge + "=" * (-len(challenge) % 4)).hex()


def exchange_code(
    caller: Caller, app: AppCredentials, code: str, *, redirect_uri: str, code_verifier: str | None
) -> Tokens:
    """A lost answer is Unreachable: the code is spent, and the person starts again."""
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri}
    if code_verifier:
        form["code_verifier"] = code_verifier
    return _tokens(_asked(caller, app, TOKEN, form, Stake.READ, Code.CODE_REFUSED))


def refresh_token(caller: Caller, app: AppCredentials, token: str) -> Tokens:
    """The refresh token is spent by it: the one in the answer takes its place."""
    form = {"grant_type": "refresh_token", "refresh_token": token}
    try:
        return _tokens(_asked(caller, app, TOKEN, form, Stake.READ, Code.TOKEN_INVALID))
    except Rejected as error:
        if error.code == Code.TOKEN_INVALID:
            raise NeedsReconnect(Code.TOKEN_INVALID, params=error.params, detail=error.detail) from None
        raise


def revoke_token(caller: Caller, app: AppCredentials, token: str) -> None:
    """Harmless when repeated; a good answer is empty."""
    _asked(caller, app, REVOKE, {"token": token}, Stake.HIDDEN, Code.APPLICATION_REFUSED)


def _asked(
    caller: Caller, app: AppCredentials, path: str, form: Mapping[str, str], stake: Stake, refused: Code
) -> Answer:
    """The application names itself in the form; no bearer token goes along. The pages name no status for errors."""
    content: dict[str, Any] = {
        "data": {**form, "client_key": app.client_id, "client_secret": app.client_secret},
        "headers": {"Authorization": None},
    }
    try:
        return caller.call(stake, "POST", path, refused=refused, **content)
    except NeedsReconnect as error:
        failure = Rejected(Code.APPLICATION_REFUSED, detail=error.detail)
    except Rejected as error:
        if not APPLICATION & set(error.detail.split()):
            raise
        failure = Rejected(Code.APPLICATION_REFUSED, params=error.params, detail=error.detail)
    raise failure


def _tokens(answer: Answer) -> Tokens:
    told = object_with(answer, Stake.READ, "access_token")
    seconds = count_of(told, "expires_in")[0]
    return Tokens(
        access_token=words(told, "access_token"),
        refresh_token=words(told, "refresh_token") or None,
        expires_at=datetime.now(UTC) + timedelta(seconds=seconds) if seconds else None,
        scopes=tuple(scope.strip() for scope in words(told, "scope").split(",") if scope.strip()),
    )
