"""How often a post is asked for its figures: often while it is young or growing, seldom when it is old or still.

The table is data; `METRICS_CADENCE_SPEED` divides every wait, so that a demonstration or a test sees days in minutes.
"""

from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings


@dataclass(frozen=True)
class Step:
    """Until this age, a post is asked once in `every`."""

    until: timedelta
    every: timedelta


STEPS: tuple[Step, ...] = (
    Step(until=timedelta(hours=3), every=timedelta(minutes=15)),
    Step(until=timedelta(hours=48), every=timedelta(hours=1)),
    Step(until=timedelta(days=14), every=timedelta(hours=6)),
    Step(until=timedelta(days=90), every=timedelta(days=1)),
)
FIRST = timedelta(minutes=5)
"""After its publication a post is asked for the first time: before, nobody has read it, and others are going out."""

SHORTEST, LONGEST = STEPS[0].every, STEPS[-1].every

ACCOUNT_EVERY = timedelta(hours=6)
"""An account's own figures (followers)."""

PAUSE = timedelta(minutes=5)
"""After a network that did not answer, or answered with nonsense, for as long as it names no time itself."""

SLOT = timedelta(minutes=1)
"""A channel is asked at most once in a slot."""

GROWING_SHARE, GROWING_LEAST = 0.2, 5
"""A post grows when its figure rose by a fifth, and by five at least, since it was last asked."""


def scaled(wait: timedelta) -> timedelta:
    speed: float = settings.METRICS_CADENCE_SPEED
    return wait / speed


def next_wait(age: timedelta, before: int | None, now: int | None) -> timedelta | None:
    """How long to wait before asking again; None when the post is too old to be asked.

    `before` and `now` are what the last two answers came to (interactions, else views), None where nothing was told.
    """
    every = next((step.every for step in STEPS if age < step.until), None)
    return None if every is None else scaled(by_growth(every, before, now))


def by_growth(every: timedelta, before: int | None, now: int | None) -> timedelta:
    if before is None or now is None:
        return every
    grown = now - before
    if grown >= GROWING_LEAST and grown >= before * GROWING_SHARE:
        return max(every / 2, SHORTEST)
    return min(every * 2, LONGEST) if grown == 0 else every
