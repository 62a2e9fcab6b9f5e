"""Owns the moved clock under which the demonstration's past is played: this process' own, and the networks'.

Both move together and both are let go at the end, whatever happened in between; nothing else knows of it.
"""

import json
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import time_machine
from django.conf import settings
from django.utils import timezone

SECONDS = 10.0
OF_THE_PAST: dict[str, Any] = {
    "METRICS_CADENCE_SPEED": 1.0,
    "EMAIL_BACKEND": "django.core.mail.backends.dummy.EmailBackend",
}
"""Settings while the past is played: figures are collected at the pace of the world, and its mails reach nobody now."""


@dataclass(frozen=True)
class Networks:
    """The control desk of the simulated networks at `url`."""

    url: str

    def set_clock(self, at: datetime) -> None:
        self._ask("POST", "clock", at=at.timestamp())

    def let_clock_go(self) -> None:
        self._ask("DELETE", "clock")

    def forget(self) -> None:
        """What a play that was interrupted has left on the timelines."""
        self._ask("POST", "reset")

    def arm(self, kind: str, **fields: Any) -> None:
        """The next request that the fields describe goes wrong in this way."""
        self._ask("POST", "faults", kind=kind, **fields)

    def disarm(self) -> None:
        self._ask("DELETE", "faults")

    def _ask(self, method: str, path: str, **fields: Any) -> None:
        headers = {"Content-Type": "application/json"}
        body = json.dumps(fields).encode()
        request = urllib.request.Request(f"{self.url}/_control/{path}", body, headers, method=method)  # noqa: S310
        urllib.request.urlopen(request, timeout=SECONDS).close()  # noqa: S310  (the address that the operator set)


class Times:
    """The clock while the past is played; it goes forward only, and ticks between two moves."""

    def __init__(self, networks: Networks, travel: time_machine.Traveller, present: datetime) -> None:
        self.networks = networks
        self.present = present
        self._travel = travel

    def move_to(self, at: datetime) -> None:
        """Stays where it is when the moment has passed already."""
        at = max(at, timezone.now())
        self._travel.move_to(at.timestamp())
        self.networks.set_clock(at)


@contextmanager
def moved_to(begin: datetime, networks: Networks) -> Iterator[Times]:
    """It is `begin` until the block ends."""
    present, before = timezone.now(), {name: getattr(settings, name) for name in OF_THE_PAST}
    for name, value in OF_THE_PAST.items():
        setattr(settings, name, value)
    traveller = time_machine.travel(begin.timestamp(), tick=True)
    try:
        times = Times(networks, traveller.start(), present)
        times.move_to(begin)
        yield times
    finally:
        traveller.stop()
        for name, value in before.items():
            setattr(settings, name, value)
        networks.let_clock_go()
        networks.disarm()
