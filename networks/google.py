"""Google's APIs through our own client: which host is asked for what, and what an error's `reason` means.

Written from https://developers.google.com/youtube/v3/docs/errors, /youtube/v3/determine_quota_cost and
https://developers.google.com/identity/protocols/oauth2/web-server (read 2026-11). The pages contradict each other on
uploads: the table of costs gives videos.insert 100 calls a day of its own, at one unit each; the method's page still
says 1600 units. The table is the newer one, and the reasons are the same either way.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NoReturn
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import requests

from networks.answers import objects, section, words
from networks.calls import DETAIL_LENGTH, Answer, Caller, Stake, http_date, lost, retry_after
from networks.errors import Code, NeedsReconnect, NetworkError, NotSent, Rejected, Unreachable
from networks.types import RateLimit
from outgoing import redact

API = "https://www.googleapis.com"
CONSENT = "https://accounts.google.com"
TOKENS = "https://oauth2.googleapis.com"
ANALYTICS = "https://youtubeanalytics.googleapis.com"
PACIFIC = ZoneInfo("America/Los_Angeles")
"""Daily quotas begin anew at midnight there."""
UNITS_A_DAY = 10_000
RESUME_INCOMPLETE = 308
MINUTE, DAY = 60.0, 86_400.0

OF_THE_DAY = frozenset({"quotaExceeded", "dailyLimitExceeded", "dailyLimitExceededUnreg"})
OF_THE_MINUTE = frozenset({"rateLimitExceeded", "userRateLimitExceeded", "RATE_LIMIT_EXCEEDED"})
OF_THE_CHANNEL = frozenset({"uploadLimitExceeded", "uploadRateLimitExceeded"})
SCOPE = frozenset({"insufficientPermissions", "ACCESS_TOKEN_SCOPE_INSUFFICIENT"})
CLOSED = frozenset(
    {
        "authenticatedUserAccountClosed",
        "authenticatedUserAccountSuspended",
        "channelClosed",
        "channelSuspended",
        "youtubeSignupRequired",
    }
)
APPLICATION = frozenset({"accessNotConfigured", "SERVICE_DISABLED", "API_KEY_INVALID"})
KEPT_PRIVATE = frozenset({"forbiddenPrivacySetting"})
PASSING = frozenset({"backendError", "internalError", "processingFailure"})


@dataclass
class GoogleCaller(Caller):
    """Judges Google's answers by the reasons in them; `scopes` are named where one is missing.

    `units` counts what the calls of this adapter have cost of the project's day. A 404 that names no reason may be
    anybody's page: it tells nothing, except of a session (`believes_any_404`), whose end has no other sign.
    """

    scopes: tuple[str, ...] = ()
    units: int = 0
    believes_any_404: bool = False

    def ask(self, stake: Stake, method: str, path: str, *, units: int = 0, **content: Any) -> Answer:
        """As `call`, for what costs `units`: a call that is refused costs them too."""
        self.units += units
        return self.call(stake, method, path, **content)

    def _judge(self, stake: Stake, response: requests.Response, refused: Code) -> Answer:
        if response.status_code == RESUME_INCOMPLETE and stake is Stake.HIDDEN and "Location" not in response.headers:
            return Answer(response.status_code, None, response.headers)
        return super()._judge(stake, response, refused)

    def _raise_for(self, stake: Stake, response: requests.Response, refused: Code) -> NoReturn:
        told = error_in(response)
        reasons = reasons_in(told)
        known = self._known(stake, response, told, reasons) if told else None
        if known is not None:
            raise known
        if response.status_code in (404, 410) and not reasons and not self.believes_any_404:
            raise lost(stake, Code.ANSWER_UNREADABLE, params={"status": response.status_code})
        super()._raise_for(stake, response, refused)

    def _known(
        self, stake: Stake, response: requests.Response, told: Mapping[str, Any], reasons: frozenset[str]
    ) -> NetworkError | None:
        """The error that a reason stands for; None where the status says enough."""
        status = response.status_code
        detail, params = self._said(told, reasons), {"status": status}
        if reasons & (OF_THE_DAY | OF_THE_MINUTE | OF_THE_CHANNEL):
            return self._later(stake, response.headers, reasons, params, detail)
        if status >= 500 or reasons & PASSING:
            wait = retry_after(response.headers)
            return lost(stake, Code.SERVER_ERROR, params=params, detail=detail, wait=wait)
        if reasons & SCOPE:
            return NeedsReconnect(Code.MISSING_SCOPE, params={"scopes": " ".join(self.scopes)}, detail=detail)
        if reasons & CLOSED:
            return NeedsReconnect(Code.ACCOUNT_DISABLED, params=params, detail=detail)
        if reasons & APPLICATION:
            return Rejected(Code.APPLICATION_REFUSED, params=params, detail=detail)
        if reasons & KEPT_PRIVATE:
            return Rejected(Code.KEPT_PRIVATE, params=params, detail=detail)
        return None

    def _later(
        self,
        stake: Stake,
        headers: Mapping[str, str],
        reasons: frozenset[str],
        params: Mapping[str, str | int],
        detail: str,
    ) -> NetworkError:
        """What is counted by the project's day comes back at midnight in California, and is asked of all channels."""
        is_day, is_channel = bool(reasons & OF_THE_DAY), bool(reasons & OF_THE_CHANNEL)
        now = clock_of(headers)
        if is_day:
            self.last_rate_limit = RateLimit(0, UNITS_A_DAY, next_midnight(now), of_application=True)
        otherwise = (next_midnight(now) - now).total_seconds() if is_day else DAY if is_channel else MINUTE
        kind = Unreachable if stake is Stake.READ else NotSent
        wait = retry_after(headers) if headers.get("Retry-After") else None
        return kind(
            Code.RATE_LIMITED,
            retry_after=wait or otherwise,
            params=params,
            detail=detail,
            of_application=not is_channel,
        )

    def _said(self, told: Mapping[str, Any], reasons: frozenset[str]) -> str:
        said = " ".join(part for part in (words(told, "message"), *sorted(reasons)) if part)
        return redact(said, self.secrets)[:DETAIL_LENGTH]

    def _detail(self, response: requests.Response) -> str:
        told = error_in(response)
        return self._said(told, reasons_in(told)) if told else super()._detail(response)


def error_in(response: requests.Response) -> Mapping[str, Any]:
    """The `error` object of an answer of the APIs, or {}; the pages for tokens say their errors as words."""
    try:
        told = response.json()
    except ValueError:
        return {}
    return section(told, "error") if isinstance(told, dict) else {}


def reasons_in(told: Mapping[str, Any]) -> frozenset[str]:
    """Every reason that an error names: of its parts, and of its details in the newer form."""
    named = (words(one, "reason") for name in ("errors", "details") for one in objects(told, name))
    return frozenset(reason for reason in named if reason)


def clock_of(headers: Mapping[str, str]) -> datetime:
    """The network's own clock where it tells it, else ours."""
    told = http_date(headers.get("Date"))
    return told.astimezone(UTC) if told else datetime.now(UTC)


def next_midnight(now: datetime) -> datetime:
    """When the day's quota begins anew."""
    there = now.astimezone(PACIFIC) + timedelta(days=1)
    return there.replace(hour=0, minute=0, second=0, microsecond=0).astimezone(UTC)


def host_of(base_url: str, own: str) -> str:
    """Where a part of Google's interface is asked: its own host, or, at another base URL, all at that one."""
    base_url = base_url.rstrip("/")
    return own if base_url == API else base_url


def is_ours(address: str, base_url: str) -> bool:
    """Whether an address that the network named is a place to which the channel's token may go."""
    try:
        named, base = urlsplit(address), urlsplit(base_url)
        is_same = (named.scheme, named.netloc) == (base.scheme, base.netloc)
    except ValueError:
        return False
    is_google = named.scheme == "https" and named.netloc.endswith(".googleapis.com")
    return is_same or (base_url.rstrip("/") == API and is_google)
