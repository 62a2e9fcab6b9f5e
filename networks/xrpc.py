"""The AT Protocol's HTTP calls (XRPC): their refusals by name, and the session of an account.

Written from https://atproto.com/specs/xrpc,
https://docs.bsky.app/docs/api/com-atproto-server-create-session, -refresh-session, -delete-session and
/docs/advanced-guides/rate-limits (read 2026-11). Why the session is kept and not the password: docs/decisions/0018.
"""

import json
from base64 import urlsafe_b64decode
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NoReturn

import requests

from networks.answers import object_with, words
from networks.calls import DETAIL_LENGTH, Answer, Caller, Stake, lost, retry_after
from networks.errors import Code, NeedsReconnect, NetworkError, NotSent, Rejected, Unreachable
from networks.types import Tokens
from outgoing import redact

REFUSED_ACCESS = frozenset({"AuthMissing", "AuthenticationRequired", "AuthFactorTokenRequired", "InvalidToken"})
STOPPED_ACCOUNT = frozenset(
    f"{what}{how}" for what in ("Account", "Repo") for how in ("Takedown", "Takendown", "Suspended", "Deactivated")
)
SCOPE_MISSING = frozenset({"ScopeMissingError", "InsufficientScope", "insufficient_scope"})
NOT_THERE = frozenset({"RecordNotFound", "NotFound"})
REFUSED_MEDIA = frozenset({"BlobTooLarge", "BlobNotFound", "InvalidMimeType", "PayloadTooLarge"})
TAKEN_KEY = "InvalidSwap"
"""What stands under a record's key is not what the write expects there."""

RENEWAL_SECONDS = 30.0
UNTOLD_LIFE = timedelta(minutes=15)
"""How long an access token is taken to live when it does not say: servers give minutes to hours."""


@dataclass
class XrpcCaller(Caller):
    """Calls the methods of one account's server. An error's name decides; what has none is told by its status."""

    def query(self, stake: Stake, method: str, **content: Any) -> Answer:
        return self.call(stake, "GET", f"/xrpc/{method}", **content)

    def procedure(self, stake: Stake, method: str, **content: Any) -> Answer:
        return self.call(stake, "POST", f"/xrpc/{method}", **content)

    def _raise_for(self, stake: Stake, response: requests.Response, refused: Code) -> NoReturn:
        name, said = _error_in(response)
        params: dict[str, str | int] = {"status": response.status_code}
        detail = redact(f"{name}: {said}".strip(": "), self.secrets)[:DETAIL_LENGTH]
        if known := _known(stake, name, said, params, detail, retry_after(response.headers)):
            raise known
        if response.status_code in (404, 410):  # a proxy's page, or a server without that method: says nothing
            raise lost(stake, Code.UNEXPECTED_STATUS, params=params, detail=detail)
        super()._raise_for(stake, response, refused)

    def _detail(self, response: requests.Response) -> str:
        name, said = _error_in(response)
        told = redact(f"{name}: {said}".strip(": "), self.secrets)[:DETAIL_LENGTH]
        return told or super()._detail(response)


def _error_in(response: requests.Response) -> tuple[str, str]:
    """The `error` and `message` of an answer, or empty."""
    try:
        told = json.loads(response.content)
    except ValueError:
        return "", ""
    if not isinstance(told, dict):
        return "", ""
    found = [told.get(name) for name in ("error", "message")]
    name, said = (one if isinstance(one, str) else "" for one in found)
    return name, said


def _known(
    stake: Stake, name: str, said: str, params: dict[str, str | int], detail: str, wait: float | None
) -> NetworkError | None:
    """The error that a name means, whatever the status beside it (servers give 400, 401 and 403 for the same)."""
    later = Unreachable if stake is Stake.READ else NotSent
    if name == "ExpiredToken" and "revoked" not in said:
        return later(Code.RENEWING_ACCESS, params=params, detail=detail, retry_after=wait or RENEWAL_SECONDS)
    if name in SCOPE_MISSING or (name == "InvalidToken" and "scope" in said.lower()):
        return NeedsReconnect(Code.MISSING_SCOPE, params=params, detail=detail)
    if name == "ExpiredToken" or name in REFUSED_ACCESS:
        return NeedsReconnect(Code.TOKEN_INVALID, params=params, detail=detail)
    if name in STOPPED_ACCOUNT:
        return NeedsReconnect(Code.ACCOUNT_DISABLED, params=params, detail=detail)
    if name == "RateLimitExceeded":
        return later(Code.RATE_LIMITED, params=params, detail=detail, retry_after=wait)
    codes = {TAKEN_KEY: Code.DUPLICATE_REFUSED}
    codes |= dict.fromkeys(NOT_THERE, Code.NOT_FOUND) | dict.fromkeys(REFUSED_MEDIA, Code.MEDIA_REFUSED)
    return Rejected(codes[name], params=params, detail=detail) if name in codes else None


# The session of an account


def create_session(caller: XrpcCaller, identifier: str, password: str) -> Tokens:
    """Thirty in five minutes and three hundred a day for an account: once for each connecting, never for each call."""
    asked = {"identifier": identifier, "password": password}
    return _tokens(caller.procedure(Stake.HIDDEN, "com.atproto.server.createSession", json=asked))


def refresh_session(caller: XrpcCaller, refresh_token: str) -> Tokens:
    """The old refresh token is spent by it. One that has expired is expired for good."""
    headers = {"Authorization": f"Bearer {refresh_token}"}
    try:
        return _tokens(caller.procedure(Stake.HIDDEN, "com.atproto.server.refreshSession", headers=headers))
    except NotSent as error:
        if error.code != Code.RENEWING_ACCESS:
            raise
        raise NeedsReconnect(Code.TOKEN_INVALID, params=error.params, detail=error.detail) from None


def delete_session(caller: XrpcCaller, refresh_token: str) -> None:
    headers = {"Authorization": f"Bearer {refresh_token}"}
    caller.procedure(Stake.HIDDEN, "com.atproto.server.deleteSession", headers=headers)


def _tokens(answer: Answer) -> Tokens:
    """The end is counted from now by our own clock, so that a server's clock that differs does no harm."""
    told = object_with(answer, Stake.HIDDEN, "accessJwt")
    access = words(told, "accessJwt")
    refuse_stopped(told)
    return Tokens(access, words(told, "refreshJwt") or None, datetime.now(UTC) + life_of(access))


def refuse_stopped(session: dict[str, Any]) -> None:
    """Raises NeedsReconnect where the server says that the account is not active (taken down, suspended…)."""
    if session.get("active") is False:
        raise NeedsReconnect(Code.ACCOUNT_DISABLED, detail=words(session, "status")[:DETAIL_LENGTH])


def life_of(token: str) -> timedelta:
    """How long a token lives from when it was made, out of its own claims (RFC 7519)."""
    try:
        claims = json.loads(urlsafe_b64decode(token.split(".")[1] + "=="))
        life = timedelta(seconds=claims["exp"] - claims["iat"])
    except (IndexError, KeyError, TypeError, ValueError, OverflowError):
        return UNTOLD_LIFE
    return life if life > timedelta() else UNTOLD_LIFE
