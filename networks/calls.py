"""One call to a network's HTTP API, its answer or the error that says whether it may be made again.

Owns the translation that every adapter shares: what was at stake decides what a lost answer means.
"""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import Enum, auto
from typing import Any, NoReturn

import requests

from networks.errors import (
    Code,
    NeedsReconnect,
    NetworkError,
    NotSent,
    OutcomeUnknown,
    Rejected,
    Unreachable,
)
from networks.types import RateLimit
from outgoing import Client, MaybeSent, NeverSent, redact

DETAIL_LENGTH = 500


class Stake(Enum):
    """What a call may have done when its answer is lost."""

    READ = auto()
    HIDDEN = auto()
    """Changes something, but nothing that readers see (an upload): may be repeated."""
    VISIBLE = auto()


@dataclass(frozen=True)
class Answer:
    """A successful answer; `content` is its JSON, or None where the body is empty."""

    status: int
    content: Any
    headers: Mapping[str, str] = field(repr=False)

    def server_ahead(self) -> float:
        """By how many seconds the network's clock is ahead of ours, as far as its Date header tells; else 0."""
        now = http_date(self.headers.get("Date"))
        return now.timestamp() - time.time() if now else 0.0


def _says_nothing(_told: Any) -> float | None:
    return None


@dataclass
class Caller:
    """Calls one server. `forbidden` reads a 403's own words; without it a 403 is Rejected.

    `wait` reads how long to wait from the JSON of a 429, for a network that says it there and not in a header.
    """

    http: Client
    base_url: str
    secrets: tuple[str, ...] = field(default=(), repr=False)
    headers: Mapping[str, str] | None = field(default=None, repr=False)
    forbidden: Callable[[str], NetworkError | None] | None = None
    wait: Callable[[Any], float | None] = _says_nothing
    last_rate_limit: RateLimit | None = None

    def call(
        self,
        stake: Stake,
        method: str,
        path: str,
        *,
        refused: Code = Code.POST_REFUSED,
        headers: Mapping[str, str] | None = None,
        total_timeout: float | None = None,
        **content: Any,
    ) -> Answer:
        """`content` is params, data, json or files. A 4xx that says no is Rejected(`refused`)."""

        def send() -> requests.Response:
            return self.http.request(
                method,
                f"{self.base_url.rstrip('/')}{path}",
                headers={**(self.headers or {}), **(headers or {})},
                total_timeout=total_timeout,
                **content,
            )

        return self.judged(stake, send, refused=refused)

    def judged(
        self, stake: Stake, send: Callable[[], requests.Response], *, refused: Code = Code.POST_REFUSED
    ) -> Answer:
        """The answer to one request made by `send`, which may be a client library over a session of ours."""
        try:
            response = send()
        except NeverSent as error:
            failure: NetworkError = (Unreachable if stake is Stake.READ else NotSent)(Code(error.reason.value))
        except MaybeSent as error:
            failure = lost(stake, Code(error.reason.value))
        else:
            return self._judge(stake, response, refused)
        raise failure

    def _judge(self, stake: Stake, response: requests.Response, refused: Code) -> Answer:
        self.last_rate_limit = rate_limit(response.headers) or self.last_rate_limit
        if not 200 <= response.status_code < 300:
            self._raise_for(stake, response, refused)
        if not response.content.strip():
            return Answer(response.status_code, None, response.headers)
        content = _json(response)
        if content is _UNREADABLE:
            raise lost(stake, Code.ANSWER_UNREADABLE, params={"status": response.status_code})
        return Answer(response.status_code, content, response.headers)

    def _raise_for(self, stake: Stake, response: requests.Response, refused: Code) -> NoReturn:
        status, detail = response.status_code, self._detail(response)
        params = {"status": status}
        if status in _LATER:
            kind = Unreachable if stake is Stake.READ else NotSent
            wait = retry_after(response.headers) or self.wait(_json(response))
            raise kind(_LATER[status], retry_after=wait, params=params, detail=detail)
        if status == 401:
            raise NeedsReconnect(Code.TOKEN_INVALID, params=params, detail=detail)
        if status == 403:
            known = self.forbidden(detail) if self.forbidden else None
            raise known or Rejected(Code.FORBIDDEN, params=params, detail=detail)
        if status in (404, 410):
            raise Rejected(Code.NOT_FOUND, params=params, detail=detail)
        if 400 <= status < 500 and status not in (408, 425):
            raise Rejected(refused, params=params, detail=detail)
        code = Code.SERVER_ERROR if status >= 400 else Code.REDIRECTED
        raise lost(stake, code, params=params, detail=detail, wait=retry_after(response.headers))

    def _detail(self, response: requests.Response) -> str:
        """The network's own words out of its JSON, or the beginning of the body; redacted."""
        text = response.content[: DETAIL_LENGTH * 4].decode("utf-8", "replace")
        told = _json(response)
        said = _said(told) if isinstance(told, dict) else ""
        return redact(said or text, self.secrets)[:DETAIL_LENGTH]


_UNREADABLE = object()
_LATER = {429: Code.RATE_LIMITED, 402: Code.CREDIT_SPENT}
"""Certainly not done, and worth trying again when a window has passed or somebody has paid."""


def _said(told: Mapping[str, Any]) -> str:
    """`error` and `error_description` (RFC 6749), else `detail`, `type` (RFC 9457) or `description`, and `errors`."""
    names = ("error", "error_description") if isinstance(told.get("error"), str) else ("detail", "type", "description")
    errors = told.get("errors")
    each = [one.get("message") for one in errors if isinstance(one, dict)] if isinstance(errors, list) else []
    return " ".join(said for said in [*(told.get(name) for name in names), *each] if isinstance(said, str))


def _json(response: requests.Response) -> Any:
    """What the body says, or _UNREADABLE."""
    try:
        return json.loads(response.content)
    except ValueError:
        return _UNREADABLE


def lost(
    stake: Stake,
    code: Code,
    *,
    params: Mapping[str, str | int] | None = None,
    detail: str = "",
    wait: float | None = None,
) -> NetworkError:
    """The error for an answer that never came, or says nothing."""
    if stake is Stake.VISIBLE:
        return OutcomeUnknown(code, params=params, detail=detail)
    kind = Unreachable if stake is Stake.READ else NotSent
    return kind(code, params=params, detail=detail, retry_after=wait)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds from Retry-After (seconds or a date), else until X-RateLimit-Reset, by the network's own clock.

    Never below zero; what is no time at all counts as not said. The caller sets the upper bound.
    """
    asked = headers.get("Retry-After", "").strip()
    if _is_number(asked):
        return float(asked)
    limit = rate_limit(headers)
    until = http_date(asked) or (limit.resets_at if limit else None)
    if until is None:
        return None
    now = http_date(headers.get("Date")) or datetime.now(UTC)
    return max(1.0, (until - now).total_seconds())


_KINDS = ("X-RateLimit", "X-Rate-Limit", "RateLimit")


def rate_limit(headers: Mapping[str, str]) -> RateLimit | None:
    """X-RateLimit-*, X-Rate-Limit-* or RateLimit-*; the reset in ISO 8601 or in seconds since 1970."""
    found = [
        next((told for kind in _KINDS if (told := headers.get(f"{kind}-{name}", "").strip())), "")
        for name in ("Remaining", "Limit", "Reset")
    ]
    if not any(found):
        return None
    remaining, limit, reset = found
    return RateLimit(
        remaining=int(remaining) if _is_number(remaining) else None,
        limit=int(limit) if _is_number(limit) else None,
        resets_at=_since_1970(int(reset)) if _is_number(reset) else timestamp(reset),
    )


def _is_number(value: str) -> bool:
    """Digits as a header may carry them; int() refuses the superscripts that isdigit() takes."""
    return value.isascii() and value.isdigit() and len(value) <= 18


def _since_1970(seconds: int) -> datetime | None:
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def timestamp(value: object) -> datetime | None:
    """An aware UTC datetime from ISO 8601, or None."""
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def http_date(value: str | None) -> datetime | None:
    """An HTTP date; aware, or None."""
    try:
        moment = parsedate_to_datetime(value or "")
    except (TypeError, ValueError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
