"""Heartbeats: each long-lived process writes when it last lived; the watchdog and /readyz read them.

`tick` is written by the clock's task, `worker:<queue>` by a message that went through the queue, `watchdog` by the
watchdog, `process:<queue>:<name>` by a thread of each worker.
"""

import logging
import threading
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import DatabaseError, connection
from django.utils import timezone

from chain.models import Heartbeat

log = logging.getLogger(__name__)
TICK = "tick"
WATCHDOG = "watchdog"
PULSE_SECONDS = 10.0
FORGOTTEN_AFTER = timedelta(days=1)


def beat(name: str, detail: Mapping[str, Any] | None = None) -> None:
    """One statement: it is written many times a minute."""
    Heartbeat.objects.bulk_create(
        [Heartbeat(name=name[:120], at=timezone.now(), detail=dict(detail or {}))],
        update_conflicts=True,
        unique_fields=["name"],
        update_fields=["at", "detail"],
    )


def last_beat(prefix: str) -> datetime | None:
    """The newest heartbeat among the names that begin with `prefix`."""
    row = Heartbeat.objects.filter(name__startswith=prefix).order_by("-at").first()
    return row.at if row else None


def last_word(name: str) -> tuple[float | None, Mapping[str, Any]]:
    """The age in seconds of exactly this heartbeat, and what it said; None and nothing when it was never heard of."""
    row = Heartbeat.objects.filter(name=name).first()
    return ((timezone.now() - row.at).total_seconds(), row.detail) if row else (None, {})


def ages() -> dict[str, float]:
    """Seconds since each name was last heard of. A name never heard of is missing."""
    now = timezone.now()
    return {row.name: round((now - row.at).total_seconds(), 1) for row in Heartbeat.objects.all()}


def is_alive(prefix: str, within: timedelta) -> bool:
    at = last_beat(prefix)
    return at is not None and timezone.now() - at <= within


def forget(names: Iterable[str]) -> None:
    """Of a process that ended as it was told: nobody need miss it."""
    Heartbeat.objects.filter(name__in=list(names)).delete()


def forget_long_gone() -> int:
    """Processes not heard of for a day: on a machine that was taken away. Their queues are watched all the same."""
    gone = Heartbeat.objects.filter(name__startswith="process:", at__lt=timezone.now() - FORGOTTEN_AFTER)
    return gone.delete()[0]


class Pulse(threading.Thread):
    """Writes the heartbeats of one process until it is stopped; a database that is away for a while does not end it."""

    def __init__(self, names: Iterable[str]) -> None:
        super().__init__(name="pulse", daemon=True)
        self.names = [name[:120] for name in names]
        self.stopped = threading.Event()

    def run(self) -> None:
        while not self.stopped.is_set():
            self.show_life()
            self.stopped.wait(PULSE_SECONDS)

    def show_life(self) -> None:
        try:
            for name in self.names:
                beat(name)
        except DatabaseError as error:
            log.warning("no heartbeat could be written: %s", type(error).__name__)
        finally:
            connection.close()

    def stop(self) -> None:
        """The process ends as it was told: no alarm will miss it."""
        self.stopped.set()
        self.join(PULSE_SECONDS)
        try:
            forget(self.names)
        except DatabaseError as error:
            log.warning("the heartbeats stay behind: %s", type(error).__name__)
        finally:
            connection.close()
