"""What a log line belongs to: the request, the task, the delivery and the attempt that this thread is about.

Numbers and names of ours alone; config/logs.py writes them beside each line.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar, Token

_followed: ContextVar[Mapping[str, str | int] | None] = ContextVar("followed", default=None)


def followed() -> Mapping[str, str | int]:
    return _followed.get() or {}


def follow(**ids: str | int) -> Token[Mapping[str, str | int] | None]:
    """Until `leave(token)`; what was followed before stays beside it."""
    return _followed.set({**followed(), **ids})


def leave(token: Token[Mapping[str, str | int] | None]) -> None:
    _followed.reset(token)


@contextmanager
def following(**ids: str | int) -> Iterator[None]:
    token = follow(**ids)
    try:
        yield
    finally:
        leave(token)
