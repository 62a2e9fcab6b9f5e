"""What can go wrong on the way out, told by whether anything was sent.

Owns the two classes that publishing relies on: NeverSent (before a byte of the request left) and MaybeSent (after).
They are also requests' own ConnectionError, so that client libraries given our session treat them as such.
"""

from enum import StrEnum

import requests


class Reason(StrEnum):
    # NeverSent
    REFUSED = "connection_refused"
    CONNECT_TIMED_OUT = "connect_timed_out"
    NAME_NOT_FOUND = "name_not_found"
    TLS_FAILED = "tls_failed"
    ADDRESS_REFUSED = "address_refused"
    # MaybeSent
    ANSWER_TIMED_OUT = "answer_timed_out"
    BROKEN = "connection_broken"
    ANSWER_TOO_LARGE = "answer_too_large"


class OutgoingError(requests.ConnectionError):
    """Says method and host only: paths, queries, headers and bodies may carry secrets."""

    def __init__(self, reason: Reason, *, method: str = "", host: str = "") -> None:
        super().__init__(f"{reason}: {method} {host}".strip(": "))
        self.reason = reason


class NeverSent(OutgoingError):
    """No byte of the request left this machine, or only those that open a connection: it may be sent again."""


class MaybeSent(OutgoingError):
    """The request, or part of it, may have arrived: the outcome is unknown."""
