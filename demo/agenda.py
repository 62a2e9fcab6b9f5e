"""Owns the order of the past: what people do when, and between that what the machine does, each at its own time."""

import heapq
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from itertools import count
from zoneinfo import ZoneInfo

from django.utils import timezone

from demo import machine
from demo.clock import Times

Act = Callable[[], object]
PAUSE = timedelta(minutes=1)
"""Until the machine looks again, where it found nothing that it could do."""


class Agenda:
    """Acts by the time at which they are done. `after` is called whenever something was done, to see what follows."""

    def __init__(self, times: Times, zone: str, first_day: date, after: Act) -> None:
        self.times = times
        self.zone = ZoneInfo(zone)
        self.first_day = first_day
        self._after = after
        self._acts: list[tuple[datetime, int, Act]] = []
        self._number = count()
        self._looked_at = datetime.min.replace(tzinfo=self.zone)

    def on(self, day: int, hour: int, minute: int, act: Act) -> None:
        """`day` counts from the first; the hour is that of the clock on the wall."""
        there = datetime.combine(self.first_day + timedelta(days=day), time(hour, minute), self.zone)
        self.at(there, act)

    def at(self, moment: datetime, act: Act) -> None:
        heapq.heappush(self._acts, (moment, next(self._number), act))

    def after(self, wait: timedelta, act: Act) -> None:
        self.at(timezone.now() + wait, act)

    def run(self) -> None:
        """Until the present; what is due later is left to those who live then."""
        while (moment := self._next()) < self.times.present:
            self.times.move_to(moment)
            if self._acts and self._acts[0][0] <= moment:
                heapq.heappop(self._acts)[2]()
            self._looked_at = timezone.now() + (timedelta() if machine.work() else PAUSE)
            self._after()

    def _next(self) -> datetime:
        act = self._acts[0][0] if self._acts else self.times.present
        due = machine.next_at()
        return act if due is None else min(act, max(due + machine.A_MOMENT, self._looked_at))
