"""Connections that go only to checked addresses, and say for certain when they were never opened.

Owns the subclasses of urllib3's connections and pools; everything that fails before the request's first byte leaves
here as NotReachable, which no layer above takes for anything else.
"""

import socket
from typing import Any

from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError

from outgoing.addresses import NotReachable, allowed_addresses
from outgoing.errors import Reason
from outgoing.exchange import Exchange


def _open(host: str, port: int, options: Any) -> socket.socket:
    """A socket connected to the first of the host's checked addresses that answers."""
    exchange = Exchange.current()
    reason = Reason.REFUSED
    for address in allowed_addresses(
        host, port, allow_private=exchange.policy.allow_private, seconds=exchange.connect_seconds()
    ):
        try:
            opened = socket.create_connection((address, port), timeout=exchange.connect_seconds())
        except TimeoutError:
            reason = Reason.CONNECT_TIMED_OUT
        except OSError:
            reason = Reason.REFUSED
        else:
            for option in options or ():
                opened.setsockopt(*option)
            exchange.uses(opened)
            return opened
    raise NotReachable(reason)


class GuardedHTTPConnection(HTTPConnection):
    def _new_conn(self) -> socket.socket:
        return _open(self._dns_host, self.port, self.socket_options)

    def request(self, *args: Any, **kwargs: Any) -> None:
        Exchange.current().uses(self.sock)
        super().request(*args, **kwargs)


class GuardedHTTPSConnection(HTTPSConnection):
    def _new_conn(self) -> socket.socket:
        return _open(self._dns_host, self.port, self.socket_options)

    def connect(self) -> None:
        try:
            super().connect()
        except TimeoutError:
            reason = Reason.CONNECT_TIMED_OUT
        except (OSError, HTTPError):
            reason = Reason.TLS_FAILED
        else:
            Exchange.current().uses(self.sock)
            return
        self.close()
        raise NotReachable(reason)

    def request(self, *args: Any, **kwargs: Any) -> None:
        Exchange.current().uses(self.sock)
        super().request(*args, **kwargs)


class GuardedHTTPPool(HTTPConnectionPool):
    ConnectionCls = GuardedHTTPConnection


class GuardedHTTPSPool(HTTPSConnectionPool):
    ConnectionCls = GuardedHTTPSConnection
