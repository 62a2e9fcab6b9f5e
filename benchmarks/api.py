"""What /api/v1/ answers to requests drawn from its own description: no server error, nothing told of others, how fast.

`python benchmarks/api.py [--requests 5000] [--json]`. Right and wrong requests (schemathesis) by somebody who may do
everything, half of them about objects of the own institution, a quarter about another's, in this process over WSGI;
each is undone before the next. Needs requirements-dev.txt.
"""

import argparse
import json
import logging
import os
import sys
from contextlib import redirect_stdout
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from _rig import Rig, rig

from ops.console import Problem
from ops.supervise import Stopped

if TYPE_CHECKING:
    from tests.api_walk import Walk

SLOWEST, NUMBER = 8, 27
NETWORK, BY_HAND = "mastodon", "whatsapp"


@dataclass(frozen=True)
class Figures:
    """`succeeded` operations answered 2xx at least once.

    `undescribed` answers have a status that the description lacks, `unlike` ones another shape than it says.
    """

    requests: int
    operations: int
    asked: int
    succeeded: int
    by_status: dict[int, int]
    server_errors: int
    told_of_others: int
    undescribed: dict[str, int]
    unlike: int
    p50_ms: float
    p95_ms: float
    slowest_ms: dict[str, float]


def measure(requests: int, number: int) -> "Walk":
    with rig(rate_limit=300) as running:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
        os.environ.update({"API_RATE": "1000000/s", "API_UPLOAD_RATE": "1000000/s"})
        running.supervisor.run(
            "static", (sys.executable, "manage.py", "collectstatic", "--no-input"), lambda line: None
        )
        import django

        django.setup()
        logging.disable(logging.CRITICAL)  # thousands of refusals are what is asked for
        return walk_on(running, requests, number)


def walk_on(running: Rig, requests: int, number: int) -> "Walk":
    from django.test import Client

    from tests.api_house import NAME, TOKEN, house_to_walk
    from tests.api_walk import walk
    from tests.people import everybody, sign_in

    network = running.network
    network.add_account(network=NETWORK, handle="walked", display_name=NAME, bio="", token=TOKEN, scopes="read write")
    house = house_to_walk(everybody(), network.base(NETWORK), network.base(BY_HAND))
    return walk(sign_in(Client(), house.walker), house, requests=requests, number=number)


def figures_of(done: "Walk") -> Figures:
    return Figures(
        requests=done.requests,
        operations=done.operations,
        asked=len(done.seconds),
        succeeded=sum(bool(times) for times in done.done.values()),
        by_status=dict(sorted(done.statuses.items())),
        server_errors=len(done.broken),
        told_of_others=len(done.leaks),
        undescribed=dict(done.undescribed),
        unlike=len(done.unlike),
        p50_ms=done.took(50),
        p95_ms=done.took(95),
        slowest_ms=done.slowest(SLOWEST),
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=5000)
    parser.add_argument("--number", type=int, default=NUMBER, help="seeds the draw")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    try:
        with redirect_stdout(sys.stderr):
            done = measure(options.requests, options.number)
    except (Problem, Stopped) as ended:
        print(f"Not measured: {str(ended) or 'told to end'}", file=sys.stderr)
        return 1
    show(figures_of(done), as_json=options.json)
    never = [f"never done: {label}: {said}" for label, said in done.sound.items() if not done.done[label]]
    print(*done.broken, *done.leaks, *done.unlike, *never, sep="\n", file=sys.stderr)
    return 1 if done.broken or done.leaks or done.undescribed or done.unlike else 0


def show(figures: Figures, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(asdict(figures)))
        return
    statuses = "  ".join(f"{status}: {count}" for status, count in figures.by_status.items())
    print(
        f"{figures.requests} requests to {figures.asked} of {figures.operations} operations, {figures.succeeded} done"
    )
    print(f"{figures.server_errors} server errors, {figures.told_of_others} told of others; 0 is asked")
    print(f"{sum(figures.undescribed.values()) + figures.unlike} answers other than described; 0 is asked")
    print(f"by status   {statuses}")
    print(f"{figures.p50_ms} ms median, {figures.p95_ms} ms for 95 of 100")
    for label, took in figures.slowest_ms.items():
        print(f"{took:8.1f} ms median   {label}")


if __name__ == "__main__":
    sys.exit(main())
