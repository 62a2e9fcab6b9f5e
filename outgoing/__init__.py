"""The one HTTP client and URL guard that everything going out uses; pure Python, knows no network.

Owns the promise that an error tells whether anything was sent: NeverSent (certainly not) or MaybeSent (unknown).
"""

from outgoing.adapter import GuardedAdapter
from outgoing.client import Client, GuardedSession
from outgoing.errors import MaybeSent, NeverSent, OutgoingError, Reason
from outgoing.policy import Policy
from outgoing.redaction import redact
from outgoing.streaming import FilePart, FormFile, Multipart

__all__ = [
    "Client",
    "FilePart",
    "FormFile",
    "GuardedAdapter",
    "GuardedSession",
    "MaybeSent",
    "Multipart",
    "NeverSent",
    "OutgoingError",
    "Policy",
    "Reason",
    "redact",
]
