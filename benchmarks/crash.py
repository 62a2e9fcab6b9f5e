"""What becomes of posts when processes are killed while they send, answers are lost, or the network is away.

`python benchmarks/crash.py [--posts 500] [--kills 10]`, or `--lost-ack 0.05 --rate-limit 0.05`, or `--outage 300`; with
`--dialect telegram` where nobody can be asked. PostgreSQL (with its default durability) and the broker are the
benchmark's own, and each is restarted once among the kills; the network reads over idempotency keys.
"""

import argparse
import json
import os
import random
import signal
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import redirect_stdout
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import _peers
from _rig import Rig, rig

from ops.console import Problem
from ops.leash import signal_group
from ops.supervise import Child, Stopped

if TYPE_CHECKING:
    from publishing.models import Delivery

SPREAD, CHANNELS, WORKERS = 100.0, 5, 2
SETTLED_WITHIN = 180.0
"""Seconds after the last fault in which every outcome must be known."""
ANSWER = 0.2
"""Seconds that the network takes, so that kills find requests in flight."""
WAIT = 30.0
"""Seconds that a refusal for quota asks for."""
RECORDED = timedelta(seconds=0.3)
"""Within this a refusal that has come stands in the database."""
SETTINGS = {"PUBLISHING_SPACING_SECONDS": "0", "PUBLISHING_READ_TIMEOUT": "5", "PUBLISHING_SEND_MARGIN_SECONDS": "5"}


@dataclass(frozen=True)
class Wanted:
    posts: int
    kills: int
    lost_ack: float
    rate_limit: float
    outage: float
    dialect: str


@dataclass
class Faults:
    """What was done: kills that found requests in flight, how many requests those were, what else was restarted."""

    kills_in_flight: int = 0
    requests_in_flight: int = 0
    kills_in_vain: int = 0
    others: list[str] = field(default_factory=list)
    last_at: float = 0.0


@dataclass(frozen=True)
class Figures:
    """Counts of posts unless said; `settled_after_s`: from the last fault until every outcome was known."""

    posts: int
    dialect: str
    once: int
    lost: int
    doubled: int
    unconfirmed: int
    wrongly_failed: int
    wrongly_published: int
    failed: int
    kills: int
    kills_in_flight: int
    requests_in_flight: int
    others_killed: list[str]
    answers_lost: int
    reconciled: int
    refused_for_quota: int
    tried_too_early: int
    unknowns_in_outage_by_channel: dict[str, int]
    other_outcomes: dict[str, int]
    settled_after_s: float | None
    attempts: int
    verified: dict[str, Any]

    def wrong(self, wanted: Wanted) -> list[str]:
        """Which figures are not as they must be."""
        cards = self.requests_in_flight + self.answers_lost if wanted.dialect == "telegram" else 0
        most = {
            "lost": 0, "doubled": 0, "wrongly_failed": 0, "wrongly_published": 0, "failed": 0, "tried_too_early": 0,
            "unconfirmed": cards,
        }  # fmt: skip
        found = [name for name, limit in most.items() if getattr(self, name) > limit]
        found += ["kills_in_flight"] if self.kills_in_flight < wanted.kills else []
        found += ["audit_breaks"] if self.verified["audit_breaks"] or self.verified["told_twice"] else []
        return found


def measure(wanted: Wanted) -> Figures:
    with rig(rate_limit=100_000, more=("--no-keys",), settings=SETTINGS, own_servers=True) as running:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
        import django

        django.setup()
        return measure_on(running, wanted)


def measure_on(running: Rig, wanted: Wanted) -> Figures:
    from _institution import found_at, simulated

    running.start_product(WORKERS)
    house = found_at(simulated(running.network, dialect=wanted.dialect, channels=CHANNELS))
    deliveries = make(running, house, wanted)
    faults = Faults(last_at=time.monotonic())
    arm(running, wanted)
    due = deliveries[-1].due_at.timestamp()
    if wanted.outage:
        out_of_reach(running, wanted, faults)
    for number in range(wanted.kills):
        strike(running, number, wanted, faults)
    look_after(running, lambda: time.time() > due + 1, SPREAD * 2 + wanted.outage)
    running.network.disarm()
    running.network.arm_fault("delay", route="publish", seconds=ANSWER, count=None)
    faults.last_at = max(faults.last_at, time.monotonic() if wanted.lost_ack or wanted.rate_limit else 0.0)
    settled = look_after(running, lambda: has_settled(deliveries, wanted), SETTLED_WITHIN + wanted.outage)
    took = time.monotonic() - faults.last_at
    running.supervisor.pause(3)
    return figures_of(running, deliveries, wanted, faults, took if settled else None)


def make(running: Rig, house: Any, wanted: Wanted) -> "list[Delivery]":
    from _institution import release, signed_variant
    from django.utils import timezone
    from publish import due_times, is_calm, wait_until

    say(f"Writing and signing {wanted.posts} posts on {CHANNELS} channels")
    variants = [signed_variant(house, number) for number in range(1, wanted.posts + 1)]
    wait_until(running, is_calm, 120 + wanted.posts * 0.2)
    start = timezone.now() + timedelta(seconds=5 + wanted.posts * 0.1)
    times = due_times(start, wanted.posts, SPREAD)
    deliveries = [release(house, variant, at) for variant, at in zip(variants, times, strict=True)]
    say(f"The first is due at {times[0]:%H:%M:%S}, the last {SPREAD:g} s later")
    look_after(running, lambda: timezone.now() >= times[0], 600)
    return deliveries


def arm(running: Rig, wanted: Wanted) -> None:
    """The first that strikes a request is played: lost answers and refusals before the usual delay."""
    if wanted.lost_ack:
        running.network.arm_fault("drop_answer", route="publish", probability=wanted.lost_ack, count=None)
    if wanted.rate_limit:
        chance = wanted.rate_limit
        running.network.arm_fault("rate_limited", route="publish", probability=chance, seconds=WAIT, count=None)
    running.network.arm_fault("delay", route="publish", seconds=ANSWER, count=None)


def out_of_reach(running: Rig, wanted: Wanted, faults: Faults) -> None:
    """A tenth of the way in, the network refuses every connection for as long as asked."""
    running.supervisor.pause(SPREAD / 10)
    say(f"The network is away for {wanted.outage:g} s")
    running.network.outage(wanted.outage)
    look_after(running, lambda: False, wanted.outage)
    faults.last_at = time.monotonic()


def strike(running: Rig, number: int, wanted: Wanted, faults: Faults) -> None:
    """Kill one publishing worker with a request in flight; beside the third, sixth… also another process."""
    publishers = named(running, "worker-publishing")
    victim = publishers[number % len(publishers)]
    look_after(running, lambda: bool(in_flight(victim)), SPREAD)
    caught = in_flight(victim)
    kill(victim)
    faults.last_at = time.monotonic()
    if not (caught := still_open(caught)):
        faults.kills_in_vain += 1
        look_after(running, lambda: False, 0.5)
        strike(running, number, wanted, faults)
        return
    faults.kills_in_flight += 1
    faults.requests_in_flight += len(caught)
    beside(running, number, faults)
    look_after(running, lambda: False, SPREAD / (wanted.kills + 1) * random.Random(number).uniform(0.5, 0.9))  # noqa: S311


def beside(running: Rig, number: int, faults: Faults) -> None:
    also = {1: "beat", 2: "watchdog", 3: "postgresql", 5: "broker", 6: "worker-clock"}.get(number)
    if also is None:
        return
    if also == "postgresql" and running.cluster:
        from django.db import connection

        running.cluster.restart(signal.SIGQUIT)
        connection.close()
    elif also == "broker" and running.broker:
        running.broker.stop()
        running.broker.start()
    else:
        kill(named(running, also)[0])
    faults.others.append(also)
    faults.last_at = time.monotonic()


def named(running: Rig, name: str) -> list[Child]:
    return [child for child in running.supervisor.children if child.process.name.startswith(name)]


def kill(child: Child) -> None:
    if child.running is not None:
        signal_group(child.running, signal.SIGKILL)
        child.running.wait()


def in_flight(child: Child) -> list[int]:
    """The attempts of this process whose request is out and not answered."""
    from publishing.models import Attempt, Outcome

    if child.running is None or child.running.poll() is not None:
        return []
    open_ones = Attempt.objects.filter(outcome=Outcome.RUNNING, send_started_at__isnull=False, answered_at=None)
    return list(open_ones.filter(worker__contains=f":{child.running.pid}:").values_list("pk", flat=True))


def still_open(ids: Sequence[int]) -> list[int]:
    """Those of them that the process did not get to record before it ended."""
    from publishing.models import Attempt

    return list(Attempt.objects.filter(pk__in=ids, answered_at=None).values_list("pk", flat=True))


def has_settled(deliveries: "Sequence[Delivery]", wanted: Wanted) -> bool:
    """No outcome is open; where nobody can be asked, none but the cards that wait for a person."""
    from _judging import UNDER_WAY

    from publishing.models import Delivery

    waiting = Delivery.objects.filter(pk__in=[d.pk for d in deliveries])
    open_ones = waiting.filter(state__in=(*UNDER_WAY, "unconfirmed"))
    if wanted.dialect == "telegram":
        open_ones = open_ones.exclude(state="unconfirmed", check_after=None)
    return not open_ones.exists()


def look_after(running: Rig, happened: Callable[[], bool], seconds: float) -> bool:
    """Restart what has died, as a machine does, until it happened or the time is up; whether it happened."""
    from django.db import DatabaseError, connection

    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        running.supervisor.look_after_all()
        try:
            if happened():
                return True
        except DatabaseError:
            connection.close()
        running.supervisor.pause(0.02)
    return False


def figures_of(
    running: Rig, deliveries: "Sequence[Delivery]", wanted: Wanted, faults: Faults, took: float | None
) -> Figures:
    from _judging import judge, on_simulator, verified

    from publishing.models import Attempt, Outcome

    verdict = judge(deliveries, on_simulator(running.network, wanted.dialect))
    ours = Attempt.objects.filter(delivery__in=deliveries)
    lost = ours.filter(outcome=Outcome.UNKNOWN)
    return Figures(
        posts=verdict.posts,
        dialect=wanted.dialect,
        once=verdict.once,
        lost=verdict.lost + verdict.under_way,
        doubled=verdict.doubled,
        unconfirmed=verdict.unconfirmed,
        wrongly_failed=verdict.wrongly_failed,
        wrongly_published=verdict.wrongly_published,
        failed=verdict.failed,
        kills=wanted.kills,
        kills_in_flight=faults.kills_in_flight,
        requests_in_flight=faults.requests_in_flight,
        others_killed=faults.others,
        answers_lost=lost.count(),
        reconciled=verdict.reconciled,
        refused_for_quota=ours.filter(code="rate_limited").count(),
        tried_too_early=too_early(deliveries),
        unknowns_in_outage_by_channel=by_channel(deliveries) if wanted.outage else {},
        other_outcomes=by_code(deliveries),
        settled_after_s=round(took, 1) if took is not None else None,
        attempts=verdict.attempts,
        verified=verified(deliveries),
    )


def too_early(deliveries: "Sequence[Delivery]") -> int:
    """Attempts that entered the send of a channel while the wait that its network had asked for was not over.

    What was in its send already when the refusal came is none of them.
    """
    from publishing.models import Attempt

    rows = Attempt.objects.filter(delivery__in=deliveries, send_started_at__isnull=False)
    began = list(rows.values_list("delivery__channel_id", "send_started_at"))
    refused = rows.filter(code="rate_limited").values_list("delivery__channel_id", "answered_at")
    waits = [(channel, at + RECORDED, at + timedelta(seconds=WAIT - 1)) for channel, at in refused if at]
    return sum(any(channel == of and since < at < until for of, since, until in waits) for channel, at in began if at)


def by_channel(deliveries: "Sequence[Delivery]") -> dict[str, int]:
    """Refused connections and unknown outcomes on each channel."""
    from django.db.models import Count

    from publishing.models import Attempt, Outcome

    rows = Attempt.objects.filter(delivery__in=deliveries, outcome__in=(Outcome.UNKNOWN, Outcome.NOT_SENT))
    counted = rows.exclude(code="rate_limited").values_list("delivery__channel__handle").annotate(n=Count("pk"))
    return dict(counted.order_by("delivery__channel__handle"))


def by_code(deliveries: "Sequence[Delivery]") -> dict[str, int]:
    """Attempts that did not end in a post, by outcome and code."""
    from django.db.models import Count

    from publishing.models import Attempt, Outcome

    rows = Attempt.objects.filter(delivery__in=deliveries).exclude(outcome=Outcome.PUBLISHED)
    return {f"{outcome}:{code}": n for outcome, code, n in rows.values_list("outcome", "code").annotate(n=Count("pk"))}


def say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def show(figures: Figures, wrong: list[str]) -> None:
    print(f"{figures.posts} posts over {SPREAD:g} s on {CHANNELS} channels, {figures.dialect}, keys read over")
    print(
        f"killed in flight {figures.kills_in_flight} of {figures.kills}, with {figures.requests_in_flight} requests",
        end="",
    )
    print(f"; also {', '.join(figures.others_killed) or 'nothing'}   ({_peers.CRASH['kill'].line()})")
    print(f"once {figures.once}   doubled {figures.doubled}   lost {figures.lost}   unconfirmed {figures.unconfirmed}")
    print(f"wrongly failed {figures.wrongly_failed}   wrongly published {figures.wrongly_published}", end="")
    print(f"   failed {figures.failed}   ({_peers.CRASH['outage'].line()})")
    print(f"answers lost {figures.answers_lost}   found by look-ups {figures.reconciled}", end="")
    print(f"   ({_peers.CRASH['lost_ack'].line()})")
    print(f"refused for quota {figures.refused_for_quota}   tried too early {figures.tried_too_early}", end="")
    print(f"   ({_peers.CRASH['rate_limit'].line()})")
    if figures.unknowns_in_outage_by_channel:
        print(f"refusals and unknowns by channel   {figures.unknowns_in_outage_by_channel}")
    print(f"settled {figures.settled_after_s} s after the last fault   attempts {figures.attempts}", end="")
    print(f"   others {figures.other_outcomes}")
    print("verified   " + "   ".join(f"{name} {count}" for name, count in figures.verified.items()))
    if wrong:
        print(f"NOT AS IT MUST BE: {', '.join(wrong)}")


def wanted_from(words: Sequence[str] | None = None) -> tuple[Wanted, bool]:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--posts", type=int, default=500)
    parser.add_argument("--kills", type=int, help="10, unless another fault is asked for")
    parser.add_argument("--lost-ack", type=float, default=0.0, help="share of answers that never arrive")
    parser.add_argument("--rate-limit", type=float, default=0.0, help="share of requests refused with a Retry-After")
    parser.add_argument("--outage", type=float, default=0.0, metavar="SECONDS")
    parser.add_argument("--dialect", default="mastodon")
    parser.add_argument("--json", action="store_true", help="print the figures as one JSON object")
    chosen = parser.parse_args(words)
    others = chosen.lost_ack or chosen.rate_limit or chosen.outage
    kills = (0 if others else 10) if chosen.kills is None else chosen.kills
    posts = max(1, chosen.posts)
    return Wanted(posts, kills, chosen.lost_ack, chosen.rate_limit, chosen.outage, chosen.dialect), chosen.json


def main() -> int:
    wanted, as_json = wanted_from()
    try:
        with redirect_stdout(sys.stderr):
            figures = measure(wanted)
    except (Problem, Stopped) as ended:
        say(f"Not measured: {str(ended) or 'told to end'}")
        return 1
    wrong = figures.wrong(wanted)
    if as_json:
        peers = {name: figure.line() for name, figure in _peers.CRASH.items()}
        print(json.dumps({**asdict(figures), "wrong": wrong, "cores": os.cpu_count(), "peers": peers}))
    else:
        show(figures, wrong)
    return 1 if wrong or figures.settled_after_s is None else 0


if __name__ == "__main__":
    sys.exit(main())
