"""One request and its answer, from name look-up to last byte, under one deadline.

Owns the cutting of a connection whose time is over: a peer that drips a byte now and then resets every socket timeout,
but not this one.
"""

import os
import socket
import threading
import time
from contextvars import ContextVar
from types import TracebackType

from outgoing.policy import Policy

_current: ContextVar["Exchange"] = ContextVar("exchange")


class Deadlines:
    """One thread for all exchanges of the process, which cuts those whose time is over; a thread each costs more than
    the request. It is begun with the first, and anew in a process that was forked."""

    def __init__(self) -> None:
        self._wake = threading.Condition()
        self._waiting: dict[Exchange, float] = {}
        self._of: int | None = None
        self._next = float("inf")

    def add(self, exchange: "Exchange", at: float) -> None:
        """`at` by time.monotonic()."""
        with self._wake:
            self._waiting[exchange] = at
            self._begin()
            if at < self._next:
                self._wake.notify()

    def remove(self, exchange: "Exchange") -> None:
        """The thread is not woken for it: it finds nothing to do when it wakes."""
        with self._wake:
            self._waiting.pop(exchange, None)

    def _begin(self) -> None:
        if self._of != os.getpid():
            self._of = os.getpid()
            threading.Thread(target=self._watch, name="deadlines", daemon=True).start()

    def _watch(self) -> None:
        while True:
            for exchange in self._over():
                exchange.cut()

    def _over(self) -> list["Exchange"]:
        with self._wake:
            self._next = min(self._waiting.values(), default=float("inf"))
            self._wake.wait(None if self._next == float("inf") else max(0.0, self._next - time.monotonic()))
            now = time.monotonic()
            over = [exchange for exchange, at in self._waiting.items() if at <= now]
            for exchange in over:
                del self._waiting[exchange]
            return over


_deadlines = Deadlines()


class Exchange:
    """Used as a context around one request; connections find it by `current()`."""

    def __init__(self, policy: Policy, seconds: float) -> None:
        self.policy = policy
        self.ran_out = False
        self._ends_at = time.monotonic() + seconds
        self._socket: socket.socket | None = None
        self._over = False
        self._lock = threading.Lock()

    @staticmethod
    def current() -> "Exchange":
        return _current.get()

    def connect_seconds(self) -> float:
        """How long opening a connection may still take."""
        return max(0.01, min(self.policy.connect_timeout, self._ends_at - time.monotonic()))

    def uses(self, connected: socket.socket | None) -> None:
        with self._lock:
            self._socket = connected

    def cut(self) -> None:
        """Its time is over. Nothing happens where the answer is there."""
        with self._lock:
            if self._over:
                return
            self.ran_out = True
            if self._socket is not None:
                _shut_down(self._socket)

    def __enter__(self) -> "Exchange":
        self._token = _current.set(self)
        _deadlines.add(self, self._ends_at)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._lock:
            self._over = True
        _deadlines.remove(self)
        _current.reset(self._token)


def _shut_down(connected: socket.socket) -> None:
    """Wakes the thread that reads or writes. Not SSLSocket.shutdown: it takes the state away under that thread."""
    try:
        socket.socket.shutdown(connected, socket.SHUT_RDWR)
    except OSError:
        return
