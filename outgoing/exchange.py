"""One request and its answer, from name look-up to last byte, under one deadline.

Owns the cutting of a connection whose time is over: a peer that drips a byte now and then resets every socket timeout,
but not this one.
"""

import socket
import threading
import time
from contextvars import ContextVar
from types import TracebackType

from outgoing.policy import Policy

_current: ContextVar["Exchange"] = ContextVar("exchange")


class Exchange:
    """Used as a context around one request; connections find it by `current()`."""

    def __init__(self, policy: Policy, seconds: float) -> None:
        self.policy = policy
        self.ran_out = False
        self._ends_at = time.monotonic() + seconds
        self._socket: socket.socket | None = None
        self._over = False
        self._lock = threading.Lock()
        self._timer = threading.Timer(seconds, self._cut)
        self._timer.daemon = True

    @staticmethod
    def current() -> "Exchange":
        return _current.get()

    def connect_seconds(self) -> float:
        """How long opening a connection may still take."""
        return max(0.01, min(self.policy.connect_timeout, self._ends_at - time.monotonic()))

    def uses(self, connected: socket.socket | None) -> None:
        with self._lock:
            self._socket = connected

    def _cut(self) -> None:
        with self._lock:
            if self._over:
                return
            self.ran_out = True
            if self._socket is not None:
                _shut_down(self._socket)

    def __enter__(self) -> "Exchange":
        self._token = _current.set(self)
        self._timer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._lock:
            self._over = True
        self._timer.cancel()
        _current.reset(self._token)


def _shut_down(connected: socket.socket) -> None:
    """Wakes the thread that reads or writes. Not SSLSocket.shutdown: it takes the state away under that thread."""
    try:
        socket.socket.shutdown(connected, socket.SHUT_RDWR)
    except OSError:
        return
