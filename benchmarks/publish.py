"""How many posts a second go out, and how late: signed through the actions, sent by the production command lines.

`python benchmarks/publish.py [--posts 1000] [--spread 0] [--workers 2] [--channels 20] [--quotas] [--json]`, or over a
foreign network: `--network-url URL --dialect mastodon [--token T …]`. Throughput and lateness are read off the
network's own clock. PostgreSQL and Redis are used as found, else started; what the benchmark makes it removes.
"""

import argparse
import json
import os
import random
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import redirect_stdout
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import _peers
from _rig import Rig, rig

from ops.console import Problem
from ops.processes import WORKERS
from ops.supervise import Stopped

if TYPE_CHECKING:
    from _institution import House, Place
    from _judging import Look, Verdict

    from campaigns.models import Variant
    from publishing.models import Delivery

THROUGHPUT, LATENESS = 120.0, 2.0
"""Asked of a burst (posts a second), and of posts spread over time (seconds, 99 %)."""
LATENCY = 0.05
"""Seconds that the simulated network takes to answer a post."""
USUAL_RATE = 300
READY_SECONDS, LAST_SECONDS, SETTLE_SECONDS = 120.0, 90.0, 5.0


@dataclass(frozen=True)
class Figures:
    """Rates per second, lateness in seconds, CPU in milliseconds per post (the product's processes and PostgreSQL's).

    `share_of_ideal`: of the throughput that as many senders as there are would have if the network alone took time.
    `where_time_goes`: medians in seconds of the stretches of one post's road; `memory_mib` is proportional set size.
    """

    posts: int
    spread: float
    channels: int
    workers: int
    throughput_per_s: float | None
    share_of_ideal: float | None
    lateness_p50_s: float
    lateness_p95_s: float
    lateness_p99_s: float
    lateness_max_s: float
    cpu_ms_per_post: float
    cpu_ms_by_process: dict[str, float]
    where_time_goes: dict[str, float]
    verdict: dict[str, int]
    verified: dict[str, Any]
    lost: int
    doubled: int
    unconfirmed: int
    wrongly_failed: int
    wrongly_published: int
    refused_for_quota: int
    connections: int
    memory_mib: dict[str, float]
    is_paced: bool

    @property
    def is_good(self) -> bool:
        wrong = self.lost + self.doubled + self.unconfirmed + self.wrongly_failed + self.wrongly_published
        if wrong or self.verified["audit_breaks"] or self.verified["told_twice"]:
            return False
        if self.is_paced:
            return True
        if self.throughput_per_s is not None:
            return self.throughput_per_s >= THROUGHPUT
        return self.lateness_p99_s <= LATENESS


@dataclass(frozen=True)
class Wanted:
    """What to run. No `spread` means all at one instant."""

    posts: int
    spread: float
    channels: int
    workers: int
    quotas: bool
    url: str
    dialect: str
    tokens: tuple[str, ...]
    last: float = LAST_SECONDS


def due_times(start: datetime, posts: int, spread: float) -> list[datetime]:
    """Spread evenly but for chance within each share, each at an odd millisecond; or all at `start`."""
    chance = random.Random(2026)  # noqa: S311 (times of a benchmark, the same in every run)
    share = spread / posts
    offsets = (int((number + chance.random()) * share * 1000) | 1 for number in range(posts))
    begin = start.replace(microsecond=0)
    return [begin + timedelta(milliseconds=offset if spread else 0) for offset in offsets]


def measure(wanted: Wanted) -> Figures:
    rate = USUAL_RATE if wanted.quotas else max(USUAL_RATE, wanted.posts * 3)
    foreign = {f"NETWORK_{wanted.dialect.upper()}_URL": wanted.url} if wanted.url else {}
    with rig(rate_limit=rate, settings=foreign) as running:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
        import django

        django.setup()
        return measure_on(running, wanted)


def place_of(running: Rig, wanted: Wanted) -> "Place":
    from _institution import Place, simulated

    if wanted.url:
        return Place(wanted.dialect, wanted.url, wanted.tokens or ("token-of-the-benchmark",))
    running.network.arm_fault("delay", route="publish", seconds=LATENCY, count=None)
    return simulated(running.network, dialect=wanted.dialect, channels=wanted.channels)


def look_of(running: Rig, wanted: Wanted) -> "Look":
    from _judging import by_asking, on_simulator

    return by_asking if wanted.url else on_simulator(running.network, wanted.dialect)


def measure_on(running: Rig, wanted: Wanted) -> Figures:
    from _institution import found_at
    from _judging import judge
    from django.db import connection

    running.start_product(wanted.workers)
    house = found_at(place_of(running, wanted))
    deliveries = make(running, house, wanted)
    before = running.cpu()
    look = look_of(running, wanted)
    wait_for_rest(running, deliveries, wanted)
    running.supervisor.pause(SETTLE_SECONDS)
    used = {name: seconds - before.get(name, 0.0) for name, seconds in running.cpu().items()}
    figures = figures_of(running, deliveries, wanted, used, judge(deliveries, look), look)
    connection.close()
    return figures


def release_all(house: "House", variants: "Sequence[Variant]", times: Sequence[datetime]) -> "list[Delivery]":
    from _institution import release

    return [release(house, variant, due_at) for variant, due_at in zip(variants, times, strict=True)]


def make(running: Rig, house: "House", wanted: Wanted) -> "list[Delivery]":
    from _institution import signed_variant
    from django.utils import timezone

    say(f"Writing and signing {wanted.posts} posts on {len(house.channels)} channels")
    variants = [signed_variant(house, number) for number in range(1, wanted.posts + 1)]
    say("Waiting until every process shows life and the mails have left")
    wait_until(running, is_calm, READY_SECONDS + wanted.posts * 0.2)
    start = timezone.now() + timedelta(seconds=5 + wanted.posts * 0.1)
    times = due_times(start, wanted.posts, wanted.spread)
    deliveries = release_all(house, variants, times)
    ahead = (deliveries[0].due_at - timezone.now()).total_seconds()
    if ahead < 0:
        raise Problem(f"Releasing the posts took longer than planned: the first was due {-ahead:.1f} s ago.")
    say(f"All have their times; the first is due in {ahead:.1f} s, the last {wanted.spread:g} s later")
    running.supervisor.pause(max(0.0, ahead - 1))
    return deliveries


def is_calm() -> bool:
    """Every process that must run has shown life, and the mails of signing have left."""
    from chain.models import Notice
    from publishing.health import readiness

    return not readiness().problems and not Notice.objects.filter(mailed_at=None).exists()


def wait_for_rest(running: Rig, deliveries: "Sequence[Delivery]", wanted: Wanted) -> None:
    """Until none is under way; looking is cheap, so that it does not count among what is measured."""
    from _judging import UNDER_WAY

    from publishing.models import Delivery

    ids = [delivery.pk for delivery in deliveries]
    waiting = Delivery.objects.filter(pk__in=ids, state__in=(*UNDER_WAY, "unconfirmed"))
    until = wanted.spread + wanted.last + wanted.posts * 0.1 + (USUAL_RATE * 2 if wanted.quotas else 0)
    wait_until(running, lambda: not waiting.exists(), until, optional=True)


def wait_until(running: Rig, happened: Callable[[], bool], seconds: float, *, optional: bool = False) -> None:
    deadline = time.monotonic() + seconds
    while not happened():
        if time.monotonic() > deadline:
            if optional:
                return
            raise Problem(f"Sanad was not ready after {seconds:g} s.")
        running.supervisor.look_after_all()
        running.supervisor.pause(0.5)


def figures_of(
    running: Rig,
    deliveries: "Sequence[Delivery]",
    wanted: Wanted,
    used: dict[str, float],
    verdict: "Verdict",
    look: "Look",
) -> Figures:
    from _judging import percentile, spans, verified

    from publishing.models import Attempt

    seen = look(deliveries)
    times = {d.pk: at for d in deliveries if (at := seen[d.pk].first_at) is not None}
    late = [times[d.pk] - d.due_at.timestamp() for d in deliveries if d.pk in times]
    stretch = max(times.values(), default=0.0) - min(times.values(), default=0.0)
    rate = (len(times) - 1) / stretch if stretch and not wanted.spread else None
    ours = {name: seconds * 1000 / len(deliveries) for name, seconds in used.items() if name != "sandbox"}
    return Figures(
        posts=len(deliveries),
        spread=wanted.spread,
        channels=wanted.channels,
        workers=wanted.workers,
        throughput_per_s=round(rate, 1) if rate else None,
        share_of_ideal=round(rate / (wanted.workers * WORKERS["publishing"] / LATENCY), 3) if rate else None,
        lateness_p50_s=percentile(late, 0.5),
        lateness_p95_s=percentile(late, 0.95),
        lateness_p99_s=percentile(late, 0.99),
        lateness_max_s=percentile(late, 1.0),
        cpu_ms_per_post=round(sum(ours.values()), 2),
        cpu_ms_by_process={name: round(ms, 2) for name, ms in ours.items()},
        where_time_goes=spans(deliveries, seen),
        verdict=asdict(verdict),
        verified=verified(deliveries),
        lost=verdict.lost + verdict.under_way,
        doubled=verdict.doubled,
        unconfirmed=verdict.unconfirmed,
        wrongly_failed=verdict.wrongly_failed,
        wrongly_published=verdict.wrongly_published,
        refused_for_quota=Attempt.objects.filter(delivery__in=deliveries, code="rate_limited").count(),
        connections=connections(),
        memory_mib=running.memory(),
        is_paced=wanted.quotas,
    )


def connections() -> int:
    """How many sessions the product holds open on its database now."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()")
        return int(cursor.fetchone()[0]) - 1


def say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def show(figures: Figures) -> None:
    how = f"due over {figures.spread:g} s" if figures.spread else "due at one instant"
    print(
        f"{figures.posts} posts {how}, {figures.channels} channels, {figures.workers} workers, {os.cpu_count()} cores"
    )
    if figures.throughput_per_s is not None:
        print(f"throughput   {figures.throughput_per_s:.1f} posts/s, {figures.share_of_ideal:.0%} of the ideal", end="")
        print(f"   ({THROUGHPUT:g} is asked; {_peers.PUBLISH['throughput'].line()})")
    print(f"lateness   median {figures.lateness_p50_s:.3f} s   95 % {figures.lateness_p95_s:.3f} s   ", end="")
    print(f"99 % {figures.lateness_p99_s:.3f} s   max {figures.lateness_max_s:.3f} s", end="")
    print(f"   ({LATENESS:g} s is asked of spread posts; {_peers.PUBLISH['lateness'].line()})")
    shares = "   ".join(f"{name} {ms:.2f}" for name, ms in figures.cpu_ms_by_process.items())
    print(f"CPU per post   {figures.cpu_ms_per_post:.2f} ms:   {shares}")
    print("time of one post   " + "   ".join(f"{name} {s:.3f} s" for name, s in figures.where_time_goes.items()))
    print(f"on the timeline   once {figures.verdict['once']}   twice or more {figures.doubled}   lost {figures.lost}")
    print(f"unconfirmed {figures.unconfirmed}   wrongly failed {figures.wrongly_failed}", end="")
    print(f"   wrongly published {figures.wrongly_published}   refused for quota {figures.refused_for_quota}")
    print("verified   " + "   ".join(f"{name} {count}" for name, count in figures.verified.items()))
    product = {name: mib for name, mib in figures.memory_mib.items() if name != "sandbox"}
    print(f"memory   {sum(product.values()):.0f} MiB (PSS) of {len(product)} processes", end="")
    print(f"   {figures.connections} database connections")


def wanted_from(words: Sequence[str] | None = None) -> tuple[Wanted, bool]:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--posts", type=int, default=100)
    parser.add_argument("--spread", type=float, metavar="SECONDS", help="0: at one instant (more than 100), else 120")
    parser.add_argument("--channels", type=int, help="20 at one instant, else 1")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--quotas", action="store_true", help="the network keeps to its real quotas")
    parser.add_argument("--network-url", default="", help="a foreign network instead of the simulator")
    parser.add_argument("--dialect", default="mastodon")
    parser.add_argument("--token", action="append", default=[], help="one for each account of the foreign network")
    parser.add_argument("--json", action="store_true", help="print the figures as one JSON object")
    options = parser.parse_args(words)
    posts = max(1, options.posts)
    spread = (120.0 if posts <= 100 else 0.0) if options.spread is None else max(0.0, options.spread)
    channels = len(options.token) or options.channels or (1 if spread else 20)
    url, tokens = options.network_url, tuple(options.token)
    return Wanted(posts, spread, channels, options.workers, options.quotas, url, options.dialect, tokens), options.json


def main() -> int:
    wanted, as_json = wanted_from()
    try:
        with redirect_stdout(sys.stderr):
            figures = measure(wanted)
    except (Problem, Stopped) as ended:
        say(f"Not measured: {str(ended) or 'told to end'}")
        return 1
    if as_json:
        peers = {name: figure.line() for name, figure in _peers.PUBLISH.items()}
        print(json.dumps({**asdict(figures), "cores": os.cpu_count(), "peers": peers}))
    else:
        show(figures)
    return 0 if figures.is_good else 1


if __name__ == "__main__":
    sys.exit(main())
