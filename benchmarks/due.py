"""How long the clock takes to find what is due among a million deliveries, and by which plan.

`python benchmarks/due.py [--deliveries 1000000] [--overdue 50000] [--json]`. One post made through the actions, its
row copied; after ANALYZE the product's own query is asked thirty times, each time undone: with nothing on its way yet,
with all of it due at one instant, and with the most that a slow network can leave on its way between two ticks.
"""

import argparse
import json
import os
import statistics
import sys
import time
from contextlib import redirect_stdout
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from _rig import Rig, rig

from ops.console import Problem
from ops.supervise import Stopped

LIMIT_MS, ASKED = 5.0, 30
WAITING = 20_000
"""Pending deliveries that are not due yet."""


@dataclass(frozen=True)
class Case:
    """`ms`: the median of the query with its answer and its locks; `plan`: EXPLAIN (ANALYZE, BUFFERS)."""

    ms: float
    found: int
    plan: list[str]


@dataclass(frozen=True)
class Figures:
    deliveries: int
    overdue: int
    load: float
    cases: dict[str, Case]

    @property
    def is_good(self) -> bool:
        return self.cases["overdue"].ms <= LIMIT_MS


def measure(deliveries: int, overdue: int) -> Figures:
    with rig(rate_limit=300) as running:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
        import django

        django.setup()
        return measure_on(running, deliveries, overdue)


def measure_on(running: Rig, deliveries: int, overdue: int) -> Figures:
    import _crowd
    from _institution import found, release, signed_variant
    from django.utils import timezone

    house = found(running.network)
    one = release(house, signed_variant(house, 1), timezone.now() + timedelta(days=1))
    say(f"Copying {deliveries:,} deliveries")
    _crowd.rows_alone(one, deliveries, overdue, WAITING)
    cases = {"overdue": case()}
    _crowd.run("UPDATE publishing_delivery SET due_at = date_trunc('day', due_at) WHERE state = 'pending'")
    _crowd.run("VACUUM ANALYZE publishing_delivery")
    cases["overdue, all at a few instants"] = case()
    say("Marking what thirty seconds of ticks would have on its way")
    mark_for(30.0)
    _crowd.run("VACUUM ANALYZE publishing_delivery")
    cases["overdue, thirty seconds of it on its way"] = case()
    return Figures(deliveries, overdue, os.getloadavg()[0], cases)


def case() -> Case:
    """The query as the dispatcher asks it, always in a transaction that is undone."""
    from django.db import transaction

    from publishing.dispatching import undispatched

    times: list[float] = []
    for _ in range(ASKED):
        with transaction.atomic():
            began = time.perf_counter()
            count = len(list(undispatched()))
            times.append((time.perf_counter() - began) * 1000)
            transaction.set_rollback(True)
    with transaction.atomic():
        plan = undispatched().explain(analyze=True, buffers=True)
        transaction.set_rollback(True)
    return Case(round(statistics.median(times), 2), count, plan.splitlines())


def mark_for(seconds: float) -> None:
    from django.conf import settings

    from publishing.dispatching import mark_due

    for _ in range(int(seconds / settings.PUBLISHING_TICK_SECONDS)):
        mark_due()


def say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def show(figures: Figures) -> None:
    print(
        f"{figures.deliveries:,} deliveries, {figures.overdue:,} of them overdue; {os.cpu_count()} cores, "
        f"load {figures.load:.1f}; asked: {LIMIT_MS:g} ms"
    )
    for name, one in figures.cases.items():
        print(f"{one.ms:8.2f} ms median   {name} ({one.found} found)")
        print(*(f"             {line}" for line in one.plan), sep="\n")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--deliveries", type=int, default=1_000_000)
    parser.add_argument("--overdue", type=int, default=50_000)
    parser.add_argument("--json", action="store_true", help="print the figures as one JSON object")
    options = parser.parse_args()
    try:
        with redirect_stdout(sys.stderr):
            figures = measure(options.deliveries, options.overdue)
    except (Problem, Stopped) as ended:
        say(f"Not measured: {str(ended) or 'told to end'}")
        return 1
    if options.json:
        print(json.dumps({**asdict(figures), "cores": os.cpu_count()}))
    else:
        show(figures)
    return 0 if figures.is_good else 1


if __name__ == "__main__":
    sys.exit(main())
