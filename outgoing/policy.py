"""How far a request may go: addresses, times and sizes.

Owns the defaults; the caller (publishing.channels) gives the settings' values, this package reads no environment.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Policy:
    """Seconds and bytes. `total_timeout` bounds everything from name look-up to the last byte of the answer.

    `allow_private` opens private addresses and plain http together: it is for servers on one's own machine or network.
    `ca_bundle` is a file of certificates to trust instead of the usual ones.
    """

    connect_timeout: float = 5
    read_timeout: float = 20
    total_timeout: float = 25
    max_bytes: int = 5 * 1024 * 1024
    allow_private: bool = False
    ca_bundle: str | None = None
