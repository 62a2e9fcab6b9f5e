"""What Facebook says no to a video with: subcodes of its own, on top of the codes of the Graph API.

Written from https://developers.facebook.com/documentation/video-api/reference/error-codes,
/documentation/video-api/guides/reels-publishing and /docs/graph-api/reference/page/videos (read 2026-11).
"""

import re
from collections.abc import Mapping
from typing import Any

from networks.calls import DETAIL_LENGTH, Stake
from networks.errors import Code, NetworkError, NotSent, Rejected
from networks.graph import GraphCaller, number, said
from outgoing import redact

AGAIN = frozenset({1363019, 1363030, 1363037, 1363041, 1363045})
"""Certainly no post: the session is over, or what it brought is not the file. Another one may fare better."""
NEVER: Mapping[int, Code] = {
    **dict.fromkeys((1363025, 1363026, 1363128), Code.MEDIA_LENGTH_REFUSED),
    **dict.fromkeys((1363040, 1363127), Code.MEDIA_SIDES_REFUSED),
    **dict.fromkeys((1363020, 1363022, 1363023), Code.MEDIA_REFUSED),
    1363024: Code.MEDIA_FORMAT_REFUSED,
    1363129: Code.MEDIA_FRAME_RATE_REFUSED,
}
OF_FILES = frozenset({351, 352, 382, 6000, 6001})
"""Codes that speak of the file, whatever the subcode."""
OUT_OF_STEP = re.compile(r"PartialRequestError|OffsetInvalidError")
"""How the host of the files says that the next request must go on from what it holds: it knows no codes."""


class FacebookCaller(GraphCaller):
    """Judges the answers about a page."""

    def why(
        self,
        stake: Stake,
        told: Mapping[str, Any],
        refused: Code,
        *,
        status: int,
        headers: Mapping[str, str] | None = None,
    ) -> NetworkError:
        code, subcode = number(told, "code"), number(told, "error_subcode")
        params: dict[str, str | int] = {"status": status, "network_code": code}
        detail = redact(said(told), self.secrets)[:DETAIL_LENGTH]
        if subcode in AGAIN:
            failure = NotSent(Code.MEDIA_NOT_READY, params=params, detail=detail)
            failure.saved = {}
            return failure
        if subcode in NEVER or code in OF_FILES:
            return Rejected(NEVER.get(subcode, Code.MEDIA_REFUSED), params=params, detail=detail)
        return super().why(stake, told, refused, status=status, headers=headers)


def is_out_of_step(error: Rejected) -> bool:
    return OUT_OF_STEP.search(error.detail) is not None
