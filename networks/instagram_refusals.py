"""What Instagram says no with: its own subcodes, on top of those of the Graph API.

Written from https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/error-codes (read
2026-11). The same subcodes stand in an error and in the status of a container that failed.
"""

from collections.abc import Mapping
from typing import Any

from networks.calls import DETAIL_LENGTH, Stake, lost
from networks.errors import Code, NeedsReconnect, NetworkError, NotSent, Rejected, Unreachable
from networks.graph import GraphCaller, number, said
from outgoing import redact

LATER: Mapping[int, Code] = {
    2207003: Code.MEDIA_NOT_FETCHED,
    2207052: Code.MEDIA_NOT_FETCHED,
    2207006: Code.MEDIA_NOT_READY,
    2207008: Code.MEDIA_NOT_READY,
    2207020: Code.MEDIA_NOT_READY,
    2207027: Code.MEDIA_NOT_READY,
    2207042: Code.RATE_LIMITED,
}
"""Certainly not published: the file was not fetched, the container is unfinished or gone, or the day's posts are."""
NEVER: Mapping[int, Code] = {
    2207051: Code.POLICY_BLOCKED,
    2207010: Code.POST_REFUSED,
    2207040: Code.POST_REFUSED,
    **dict.fromkeys((2207004, 2207005, 2207009, 2207023, 2207026, 2207028, 2207057, 2207082), Code.MEDIA_REFUSED),
}
RESTRICTED = 2207050
SERVER_ERROR = -1
PAUSE_SECONDS = 3600.0
"""The publishing limit counts the last 24 hours and tells no time: an hour frees the places of one hour then."""


def meaning(subcode: int, stake: Stake, params: Mapping[str, str | int], detail: str) -> NetworkError | None:
    """The error that a subcode stands for; None for one that is not named here."""
    if code := LATER.get(subcode):
        kind = Unreachable if stake is Stake.READ else NotSent
        wait = PAUSE_SECONDS if code is Code.RATE_LIMITED else None
        return kind(code, retry_after=wait, params=params, detail=detail)
    if subcode == RESTRICTED:
        return NeedsReconnect(Code.ACCOUNT_DISABLED, params=params, detail=detail)
    return Rejected(NEVER[subcode], params=params, detail=detail) if subcode in NEVER else None


class InstagramCaller(GraphCaller):
    """Judges the answers about an account of Instagram."""

    def why(
        self,
        stake: Stake,
        told: Mapping[str, Any],
        refused: Code,
        *,
        status: int,
        headers: Mapping[str, str] | None = None,
    ) -> NetworkError:
        detail = redact(said(told), self.secrets)[:DETAIL_LENGTH]
        params: dict[str, str | int] = {"status": status, "network_code": number(told, "code")}
        if params["network_code"] == SERVER_ERROR:
            return lost(stake, Code.SERVER_ERROR, params=params, detail=detail)
        known = meaning(number(told, "error_subcode"), stake, params, detail)
        return known or super().why(stake, told, refused, status=status, headers=headers)
