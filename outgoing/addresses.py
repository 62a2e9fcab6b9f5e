"""Which addresses may be reached: the public internet, and private ones only where that is asked for.

Owns the look-up of a host and the check of every address it gives; what was checked is what is connected to, so that
a name that answers differently the second time gains nothing.
"""

import ipaddress
import socket
import threading
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from outgoing.errors import Reason

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address

# IPv4 inside IPv6: RFC 6052 (NAT64), RFC 8215 (local NAT64), RFC 3056 (6to4), RFC 4380 (Teredo).
_NAT64 = (ipaddress.IPv6Network("64:ff9b::/96"), ipaddress.IPv6Network("64:ff9b:1::/48"))
_ASSIGNMENTS = ipaddress.IPv4Network("192.0.0.0/24")
_HOUSEHOLD = (".localhost", ".local", ".internal", ".home.arpa", ".localdomain")
"""Names that no public server has: RFC 6761, 6762, 8375, and the top level domain that ICANN keeps for private use."""
_COMPATIBLE = ipaddress.IPv6Network("::/96")


class NotReachable(Exception):
    """Why no connection may be, or was, opened. Not an OSError: nothing on the way up may mistake it for one."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(str(reason))
        self.reason = reason


@dataclass
class _Answer:
    addresses: list[str] = field(default_factory=list)
    failed: bool = False


def allowed_addresses(host: str, port: int, *, allow_private: bool, seconds: float) -> list[str]:
    """The addresses of `host` to try in turn. One forbidden among them forbids the host."""
    addresses = _look_up(host.strip("[]"), port, seconds)
    if not allow_private and not all(is_public(ipaddress.ip_address(address.split("%")[0])) for address in addresses):
        raise NotReachable(Reason.ADDRESS_REFUSED)
    return addresses


def _look_up(host: str, port: int, seconds: float) -> list[str]:
    """getaddrinfo takes no timeout of its own: it runs aside and is left behind when it is too slow."""
    answer = _Answer()
    thread = threading.Thread(target=_resolve, args=(host, port, answer), daemon=True)
    thread.start()
    thread.join(seconds)
    if answer.failed or not answer.addresses:
        raise NotReachable(Reason.NAME_NOT_FOUND)
    return answer.addresses


def _resolve(host: str, port: int, answer: _Answer) -> None:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        answer.failed = True
        return
    answer.addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))


def is_public(address: IPAddress) -> bool:
    """Whether an address belongs to the public internet, seen through every way of writing IPv4 as IPv6."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = _inner_ipv4(address)
        if inner is not None:
            return address not in _COMPATIBLE and is_public(inner)
        if address.is_site_local:
            return False
    elif address in _ASSIGNMENTS:
        return False
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)


def looks_public(url: str) -> bool:
    """Whether an address is https at a public place, as far as that can be told without looking its name up."""
    try:
        asked = urlsplit(url)
        host = asked.hostname or ""
    except ValueError:
        return False
    if asked.scheme != "https" or not host:
        return False
    try:
        return is_public(ipaddress.ip_address(host.split("%")[0]))
    except ValueError:
        return "." in host.strip(".") and not host.rstrip(".").endswith(_HOUSEHOLD)


def _inner_ipv4(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    if address.teredo is not None:
        return address.teredo[1]
    if address in _COMPATIBLE or any(address in network for network in _NAT64):
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return None
