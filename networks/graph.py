"""Meta's Graph API through facebook-sdk: today's version, a proof with each call, answers judged by their codes.

Written from https://developers.facebook.com/docs/graph-api/ (guides/error-handling, overview/rate-limiting,
batch-requests, guides/secure-requests; read 2026-11). The library of 2018 never looks at an answer's status and takes
its fields on trust, so that only its requests are used: each answer is read here.
"""

import hashlib
import hmac
import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

import facebook
import requests
from urllib3.util import Timeout

from networks.answers import section, words
from networks.calls import DETAIL_LENGTH, Answer, Caller, Stake, lost, retry_after
from networks.errors import Code, NeedsReconnect, NetworkError, NotSent, Rejected, Unreachable
from networks.libraries import LibrarySession
from networks.types import AppCredentials, RateLimit
from outgoing import Client, NeverSent, Reason, redact

VERSION = "v25.0"
BATCH = 50
"""Calls that one batch may hold; each counts for itself against the limits."""

TOKEN_REFUSED = frozenset({102, 190, 2500})
ACCOUNT_CHECKED = frozenset({459, 464})
"""Subcodes of 190: the person must first log in at the network and clear something up there."""
PERMISSION = frozenset({3, 10, *range(200, 300)})
APPLICATION_LIMITED = 4
TOO_MANY_CALLS = frozenset({4, 17, 32, 341, 613, *range(80000, 80015)})
POLICY, DUPLICATE, APPLICATION, ALIAS = 368, 506, 101, 803
PASSING = frozenset({1, 2})
INVALID, NOT_THERE = 100, 33
"""Code 100, subcode 33: not there, or not for us to see."""
PAUSE_SECONDS = 900.0
"""The application's own limit counts one rolling hour and tells no time: a quarter of it frees some of the calls."""


class Graph(facebook.GraphAPI):  # type: ignore[misc]
    """facebook-sdk refuses version numbers of two digits and knows no proof: both are added here."""

    spoken: ClassVar[str] = VERSION

    def __init__(
        self, http: Client, base_url: str, token: str, app: AppCredentials | None, *, seconds: float | None = None
    ) -> None:
        super().__init__(session=LibrarySession(http, base_url), timeout=Timeout(total=seconds) if seconds else None)
        self.version = self.spoken
        self.access_token = token or None
        self.proof = proof_of(token, app)

    def request(self, path: str, args: Any = None, post_args: Any = None, files: Any = None, method: Any = None) -> Any:
        given = {"appsecret_proof": self.proof} if self.proof else {}
        if post_args is None:
            return super().request(path, {**(args or {}), **given}, None, files, method)
        return super().request(path, args, {**post_args, **given}, files, method)

    def write(self, path: str, form: Mapping[str, str]) -> Any:
        return self.request(f"{self.version}/{path}", post_args=dict(form))

    def batch(self, asked: Sequence[str]) -> Any:
        """Several reads in one call, each as path and query; at most BATCH."""
        parts = json.dumps([{"method": "GET", "relative_url": one} for one in asked])
        return self.write("", {"batch": parts, "include_headers": "false"})

    def response_to(self, act: Callable[["Graph"], object]) -> requests.Response:
        """What came back for one call of the library; what the library itself made of it is left aside.

        Raises NeverSent or MaybeSent, as every request of ours does.
        """
        self.session.answered = None
        with suppress(facebook.GraphAPIError, LookupError, ValueError):
            act(self)
        answered: requests.Response | None = self.session.answered
        self.session.answered = None  # it holds what was sent, and the session's hooks hold the session in a ring
        if answered is None:
            raise NeverSent(Reason.ADDRESS_REFUSED, method="", host="")
        return answered


def proof_of(token: str, app: AppCredentials | None) -> str:
    """HMAC-SHA256 of the token under the application's secret, in hex."""
    if not token or app is None:
        return ""
    return hmac.new(app.client_secret.encode(), token.encode(), hashlib.sha256).hexdigest()


@dataclass
class GraphCaller(Caller):
    """Judges the answers to calls of Graph; `scopes` are named where one of them is missing."""

    scopes: tuple[str, ...] = ()

    def ask(
        self, stake: Stake, graph: Graph, act: Callable[[Graph], object], *, refused: Code = Code.POST_REFUSED
    ) -> Answer:
        self.secrets = tuple(dict.fromkeys(one for one in (*self.secrets, graph.access_token, graph.proof) if one))
        return self.judged(stake, lambda: graph.response_to(act), refused=refused)

    def _judge(self, stake: Stake, response: requests.Response, refused: Code) -> Answer:
        self.last_rate_limit = usage(response.headers) or self.last_rate_limit
        if told := error_in(response.content):
            raise self.why(stake, told, refused, status=response.status_code, headers=response.headers)
        return super()._judge(stake, response, refused)

    def why(
        self,
        stake: Stake,
        told: Mapping[str, Any],
        refused: Code,
        *,
        status: int,
        headers: Mapping[str, str] | None = None,
    ) -> NetworkError:
        """The error that the network's `error` object means; one of a part of a batch has no headers of its own."""
        detail = redact(said(told), self.secrets)[:DETAIL_LENGTH]
        code, subcode = number(told, "code"), number(told, "error_subcode")
        params = {"status": status, "network_code": code}
        if code in TOO_MANY_CALLS:
            kind = Unreachable if stake is Stake.READ else NotSent
            wait, of_all = _wait(headers or {}), code == APPLICATION_LIMITED
            return kind(Code.RATE_LIMITED, retry_after=wait, params=params, detail=detail, of_application=of_all)
        if code in PASSING or told.get("is_transient") is True:
            return lost(stake, Code.SERVER_ERROR, params=params, detail=detail)
        if code in TOKEN_REFUSED:
            known = Code.ACCOUNT_DISABLED if subcode in ACCOUNT_CHECKED else Code.TOKEN_INVALID
            return NeedsReconnect(known, params=params, detail=detail)
        if code in PERMISSION:
            return NeedsReconnect(Code.MISSING_SCOPE, params={"scopes": " ".join(self.scopes)}, detail=detail)
        is_absent = code == ALIAS or (code == INVALID and subcode == NOT_THERE)
        final = {POLICY: Code.POLICY_BLOCKED, DUPLICATE: Code.DUPLICATE_REFUSED, APPLICATION: Code.APPLICATION_REFUSED}
        because = Code.NOT_FOUND if is_absent else final.get(code, refused)
        return Rejected(because, params=params, detail=detail)


def after(answer: Answer) -> dict[str, str]:
    """What to ask for the next page of an edge; {} after the last one."""
    paging = section(answer.content, "paging") if isinstance(answer.content, dict) else {}
    cursor = words(section(paging, "cursors"), "after") if paging.get("next") else ""
    return {"after": cursor} if cursor else {}


def succeeded(answer: Answer) -> None:
    """{"success": true} is how a change is confirmed; anything else says nothing about it."""
    if not isinstance(answer.content, dict) or answer.content.get("success") is not True:
        raise lost(Stake.VISIBLE, Code.ANSWER_UNREADABLE, params={"status": answer.status})


def error_in(content: bytes | str) -> Mapping[str, Any]:
    """The `error` object of an answer, or {} where it has none."""
    try:
        told = json.loads(content)
    except ValueError:
        return {}
    return section(told, "error") if isinstance(told, dict) else {}


def number(told: Mapping[str, Any], name: str) -> int:
    """A code in an error, or 0."""
    value = told.get(name)
    return value if isinstance(value, int) else 0


def said(told: Mapping[str, Any]) -> str:
    """The words and codes of an error."""
    numbers = [f"{name} {number(told, name)}" for name in ("code", "error_subcode") if number(told, name)]
    return " ".join(part for part in (words(told, "message"), words(told, "error_user_msg"), *numbers) if part)


def usage(headers: Mapping[str, str]) -> RateLimit | None:
    """Both headers tell shares of a limit in percent, the business one also the minutes until calls are taken again.

    X-App-Usage counts for the whole application, the business one for a page:
    https://developers.facebook.com/docs/graph-api/overview/rate-limiting (read 2026-11-26).
    """
    business = [entry for entries in _object(headers, "X-Business-Use-Case-Usage").values() for entry in _list(entries)]
    pages, application = _most_used(business), _most_used([_object(headers, "X-App-Usage")])
    used = [share for share in (pages, application) if share is not None]
    if not used:
        return None
    minutes = [entry.get("estimated_time_to_regain_access") for entry in business]
    wait = max((each for each in minutes if isinstance(each, int | float)), default=0)
    resets_at = datetime.now(UTC) + timedelta(minutes=wait) if wait else None
    of_all = application is not None and (pages is None or application > pages)
    return RateLimit(max(0, 100 - int(max(used))), limit=100, resets_at=resets_at, of_application=of_all)


def _most_used(told: Sequence[Mapping[str, Any]]) -> float | None:
    """The highest of the shares that are told, in percent."""
    shares = [entry.get(name) for entry in told for name in ("call_count", "total_cputime", "total_time")]
    return max((float(share) for share in shares if isinstance(share, int | float)), default=None)


def _wait(headers: Mapping[str, str]) -> float | None:
    """Seconds: what the network says, else a pause where it says that the limit is used up, else None."""
    told = usage(headers)
    if asked := retry_after(headers):
        return asked
    if told is not None and told.resets_at is not None:
        return max(1.0, (told.resets_at - datetime.now(UTC)).total_seconds())
    return PAUSE_SECONDS if told is not None and told.remaining == 0 else None


def _object(headers: Mapping[str, str], name: str) -> Mapping[str, Any]:
    try:
        told = json.loads(headers.get(name, "{}"))
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def _list(entries: object) -> list[Mapping[str, Any]]:
    return [entry for entry in entries if isinstance(entry, dict)] if isinstance(entries, list) else []
