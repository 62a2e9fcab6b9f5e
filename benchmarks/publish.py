"""How late posts reach their network: posts signed through the actions, processes by their production command lines.

`python benchmarks/publish.py [--posts 100] [--spread 120] [--json]`. Lateness is the network's own receive time less
the due time. PostgreSQL and Redis are used as found, else started; what the benchmark makes it removes.
"""

import argparse
import json
import math
import os
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import redirect_stdout
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from _rig import Rig, rig

from ops.console import Problem
from ops.supervise import Stopped

if TYPE_CHECKING:
    from _institution import House

    from campaigns.models import Variant
    from publishing.models import Delivery

TARGET_SECONDS = 2.0
PEER = "the nearest peer: median 9.2 s"
USUAL_RATE = 300
READY_SECONDS = 120.0
LAST_SECONDS = 60.0
SETTLE_SECONDS = 5.0


@dataclass(frozen=True)
class Figures:
    """Seconds, but for the counts and `memory_mib` (proportional set size per process).

    `claimed_p99`: due time until a worker had claimed it; `sent_p99`: the claim until the network received it.
    """

    posts: int
    spread: float
    median: float
    p95: float
    p99: float
    max: float
    once: int
    duplicates: int
    missing: int
    unexpected: int
    claimed_p99: float
    sent_p99: float
    memory_mib: dict[str, float]

    @property
    def is_good(self) -> bool:
        return self.p99 <= TARGET_SECONDS and self.once == self.posts and not self.unexpected


def percentile(values: Sequence[float], share: float) -> float:
    """Nearest rank: a value that was really measured. NaN where nothing was."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)] if ordered else math.nan


def due_times(start: datetime, posts: int, spread: float) -> list[datetime]:
    """Spread evenly but for chance within each share, each at an odd millisecond."""
    chance = random.Random(2026)  # noqa: S311 (times of a benchmark, the same in every run)
    share = spread / posts
    offsets = (int((number + chance.random()) * share * 1000) | 1 for number in range(posts))
    return [start.replace(microsecond=0) + timedelta(milliseconds=offset) for offset in offsets]


def measure(posts: int, spread: float) -> Figures:
    with rig(rate_limit=max(USUAL_RATE, posts * 3)) as running:
        return measure_on(running, posts, spread)


def measure_on(running: Rig, posts: int, spread: float) -> Figures:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()
    from _institution import found, signed_variant
    from django.db import connection
    from django.utils import timezone

    running.start_product()
    house = found(running.network)
    say(f"Writing and signing {posts} posts")
    variants = [signed_variant(house, number) for number in range(1, posts + 1)]
    say("Waiting until every process shows life and the mails have left")
    wait_until(running, is_calm, READY_SECONDS)
    start = timezone.now() + timedelta(seconds=5 + posts * 0.2)
    deliveries = release_all(house, variants, due_times(start, posts, spread))
    say(f"All have their times; the first is due at {deliveries[0].due_at:%H:%M:%S.%f}, the last {spread:g} s later")
    until = (start - timezone.now()).total_seconds() + spread + LAST_SECONDS
    wait_until(running, lambda: len(running.network.posts()) >= posts, until, optional=True)
    running.supervisor.pause(SETTLE_SECONDS)
    figures = figures_of(running, deliveries, spread)
    connection.close()
    return figures


def release_all(house: "House", variants: "Sequence[Variant]", times: Sequence[datetime]) -> "list[Delivery]":
    from _institution import release

    return [release(house, variant, due_at) for variant, due_at in zip(variants, times, strict=True)]


def is_calm() -> bool:
    """Every process that must run has shown life, and the mails of signing have left."""
    from chain.models import Notice
    from publishing.health import readiness

    return not readiness().problems and not Notice.objects.filter(mailed_at=None).exists()


def wait_until(running: Rig, happened: Callable[[], bool], seconds: float, *, optional: bool = False) -> None:
    deadline = time.monotonic() + seconds
    while not happened():
        if time.monotonic() > deadline:
            if optional:
                return
            raise Problem(f"Sanad was not ready after {seconds:g} s.")
        running.supervisor.look_after_all()
        running.supervisor.pause(0.5)


def figures_of(running: Rig, deliveries: "Sequence[Delivery]", spread: float) -> Figures:
    """Judge by the network's own timeline: each text must have been received once."""
    from publishing.frozen import posts_of
    from publishing.models import Attempt

    due = {posts_of(delivery.payload)[0].text: delivery for delivery in deliveries}
    received = running.network.posts()
    times = {post["text"]: float(post["received_at"]) for post in reversed(received)}
    counts = Counter(post["text"] for post in received)
    claims = {a.delivery_id: a.started_at.timestamp() for a in Attempt.objects.order_by("-number")}
    found = [(times[text], delivery) for text, delivery in due.items() if text in times]
    late = [at - delivery.due_at.timestamp() for at, delivery in found]
    return Figures(
        posts=len(deliveries),
        spread=spread,
        median=round(percentile(late, 0.5), 3),
        p95=round(percentile(late, 0.95), 3),
        p99=round(percentile(late, 0.99), 3),
        max=round(percentile(late, 1.0), 3),
        once=sum(counts[text] == 1 for text in due),
        duplicates=sum(counts[text] > 1 for text in due),
        missing=sum(counts[text] == 0 for text in due),
        unexpected=sum(count for text, count in counts.items() if text not in due),
        claimed_p99=round(percentile([claims[d.pk] - d.due_at.timestamp() for _at, d in found], 0.99), 3),
        sent_p99=round(percentile([at - claims[d.pk] for at, d in found], 0.99), 3),
        memory_mib=running.memory(),
    )


def say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def show(figures: Figures) -> None:
    product = {name: mib for name, mib in figures.memory_mib.items() if name != "sandbox"}
    print(f"{figures.posts} posts due over {figures.spread:g} s, on {os.cpu_count()} cores")
    print(f"lateness   median {figures.median:.3f} s   95 % {figures.p95:.3f} s   99 % {figures.p99:.3f} s   ", end="")
    print(f"max {figures.max:.3f} s   (99 % within {TARGET_SECONDS:g} s is asked; {PEER})")
    print(
        f"of which   due to claimed {figures.claimed_p99:.3f} s   claimed to received {figures.sent_p99:.3f} s (99 %)"
    )
    print(f"on the timeline   once {figures.once}   twice or more {figures.duplicates}   missing {figures.missing}")
    print(f"memory   {sum(product.values()):.0f} MiB (PSS) of {len(product)} processes; the simulator beside them")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--posts", type=int, default=100)
    parser.add_argument("--spread", type=float, default=120.0, metavar="SECONDS")
    parser.add_argument("--json", action="store_true", help="print the figures as one JSON object")
    options = parser.parse_args()
    try:
        with redirect_stdout(sys.stderr):
            figures = measure(max(1, options.posts), max(1.0, options.spread))
    except (Problem, Stopped) as ended:
        say(f"Not measured: {str(ended) or 'told to end'}")
        return 1
    if options.json:
        print(json.dumps({**asdict(figures), "target_p99": TARGET_SECONDS, "cores": os.cpu_count(), "peer": PEER}))
    else:
        show(figures)
    return 0 if figures.is_good else 1


if __name__ == "__main__":
    sys.exit(main())
