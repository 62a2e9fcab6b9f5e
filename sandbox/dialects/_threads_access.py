"""Owns who may ask what of the simulated Threads: its permissions, how long a token lives, the calls of a day.

Sources (read 2026-11), below https://developers.facebook.com/docs/threads/: overview, get-started,
get-started/long-lived-tokens; and graph-api/overview/rate-limiting, for the header that tells the calls left.
"""

from __future__ import annotations

from collections import Counter

from sandbox.dialects._graph_access import (
    SHORT_LIVED,
    Call,
    GraphError,
    Product,
    business_usage,
    invalid_token,
    too_many,
)
from sandbox.dialects.base import Setting
from sandbox.records import Account, Token

SLUG = "threads"
BASIC = ("threads_basic",)
PUBLISH = (*BASIC, "threads_content_publish")
REPLIES = (*BASIC, "threads_read_replies")
MANAGE_REPLIES = (*PUBLISH, "threads_manage_replies")
INSIGHTS = (*BASIC, "threads_manage_insights")
DELETE = (*BASIC, "threads_delete")
PRODUCT = Product(
    slug=SLUG, title="ثريدز", choose="اختر الحساب الذي يعمل باسمه",
    permissions=(
        "threads_basic", "threads_content_publish", "threads_read_replies", "threads_manage_replies",
        "threads_manage_insights", "threads_delete",
    ),
    usage="threads", limit_code=4, counted="Threads",
)  # fmt: skip

LONG_LIVED = "long_lived"
SHORT_SECONDS = 3600
LONG_SECONDS = 60 * 86400
YOUNGEST_SECONDS = 86400.0
"""How old a token is before it may be refreshed."""
CALLS_PER_IMPRESSION = 16
"""Times the simulator's rate limit: 4800, unless it was started with another."""
IMPRESSIONS = 10
"""The least that the network counts with; the simulated one counts with no more."""
HOUR, DAY = 3600.0, 24


def ends_at(token: Token) -> float | None:
    """None: a token that the network's own page gave, as the dashboard does to testers, is kept here without an end."""
    if SHORT_LIVED in token.scopes:
        return token.created_at + SHORT_SECONDS
    return token.created_at + LONG_SECONDS if LONG_LIVED in token.scopes else None


def granted(token: Token) -> list[str]:
    return [scope for scope in token.scopes if scope in PRODUCT.permissions]


def valid_token(setting: Setting, call: Call) -> Token:
    """Raises GraphError for one that is not there, was taken back, or is over."""
    if not call.token:
        raise GraphError(104, "An access token is required to request this resource.", status=401)
    found = setting.world.token(SLUG, call.token)
    if found is None or found.account_id is None:
        raise invalid_token("Invalid OAuth access token - Cannot parse access token")
    if found.revoked:
        raise invalid_token("Error validating access token: The user has not authorized application.", 458)
    end = ends_at(found)
    if end is not None and setting.clock() >= end:
        raise invalid_token("Error validating access token: Session has expired.", 463)
    return found


def allow(token: Token, permissions: tuple[str, ...]) -> None:
    if not set(permissions) <= set(token.scopes):
        raise GraphError(10, "(#10) Application does not have permission for this action", status=403)


class Calls:
    """The calls of the last 24 hours of one person through one application, hour by hour."""

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self.most = setting.rate_limit * CALLS_PER_IMPRESSION * IMPRESSIONS
        self.spent: dict[tuple[int, int | None], Counter[int]] = {}

    def spend(self, account: Account, app_id: int | None) -> tuple[dict[str, str], GraphError | None]:
        """Count one call: the header of its answer, and the refusal where the share of the day is spent.

        No page of Threads names a header or a code. The formula stands in graph-api/overview/rate-limiting among those
        of business use cases, whose header it therefore has here; the code is the one of an application's calls.
        """
        hour = int(self.setting.clock() // HOUR)
        hours = self.spent.setdefault((account.id, app_id), Counter())
        for old in [one for one in hours if one <= hour - DAY]:
            del hours[old]
        hours[hour] += 1
        share = hours.total() * 100 // self.most
        wait = (min(hours) + DAY) * HOUR - self.setting.clock() if share >= 100 else 0.0
        refusal = too_many(None) if hours.total() > self.most else None
        return business_usage(PRODUCT, min(share, 100), wait), refusal
