"""How long after the click that stops publishing a post can still go out, in the midst of a burst.

`python benchmarks/freeze.py [--posts 200] [--spread 20] [--json]`. Posts are signed and released through the actions,
workers run by their production command lines; halfway the freeze is placed as its page does. The network's own clock
says what it received after the click: each such post must be one that the freeze listed as already in.
"""

import argparse
import json
import os
import sys
from collections.abc import Sequence
from contextlib import redirect_stdout
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from _rig import Rig, rig
from publish import READY_SECONDS, due_times, is_calm, release_all, say, wait_until

from ops.console import Problem
from ops.supervise import Stopped

if TYPE_CHECKING:
    from _institution import House

    from chain.models import Hold
    from publishing.models import Delivery

ANSWER_SECONDS = 0.3
"""So long the simulated network takes for each post, so that some are in flight at the click."""
WATCHED_SECONDS = 10.0


@dataclass(frozen=True)
class Figures:
    """Seconds, but for the counts. `last_out_s` is None where nothing was received after the click.

    `stands_s`: the click until nothing new could enter; `answered_s`: until the freeze answered, with the next posts
    held by name; `listed`: what it named as already in; `out_unlisted`: received after the click without being named,
    which must be none.
    """

    posts: int
    out_before: int
    stands_s: float
    answered_s: float
    last_out_s: float | None
    out_after: int
    listed: int
    out_unlisted: int
    held: int
    still_waiting: int

    @property
    def is_good(self) -> bool:
        return self.out_unlisted == 0 and self.still_waiting == 0 and self.out_before > 0 and self.held > 0


def measure(posts: int, spread: float) -> Figures:
    with rig(rate_limit=posts * 3 + 300) as running:
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
    wait_until(running, is_calm, READY_SECONDS)
    running.network.arm_fault("delay", route="publish", seconds=ANSWER_SECONDS, count=None)
    start = timezone.now() + timedelta(seconds=5 + posts * 0.2)
    deliveries = release_all(house, variants, due_times(start, posts, spread))
    running.supervisor.pause((start - timezone.now()).total_seconds() + spread / 2)
    say("Stopping everything")
    clicked = timezone.now()
    hold = stop_everything(house)
    answered = timezone.now()
    stands = stood_at(hold)
    running.supervisor.pause(spread / 2 + WATCHED_SECONDS)
    figures = figures_of(running, deliveries, hold, clicked.timestamp(), stands, answered.timestamp())
    connection.close()
    return figures


def stop_everything(house: "House") -> "Hold":
    from publishing import freezing

    return freezing.freeze(actor=house.coordinator, scope="everything", reason="Measured")


def stood_at(hold: "Hold") -> float:
    """When its event was written: under the exclusive lock, so that nothing had entered since."""
    from chain.models import Event

    return float(Event.objects.get(verb="hold.created", subject_id=str(hold.pk)).at.timestamp())


def figures_of(
    running: Rig, deliveries: "Sequence[Delivery]", hold: "Hold", clicked: float, stands: float, answered: float
) -> Figures:
    """Judge by the network's timeline and by what became of each post."""
    from publishing.frozen import posts_of
    from publishing.models import Delivery

    by_text = {posts_of(delivery.payload)[0].text: delivery.pk for delivery in deliveries}
    received: list[tuple[float, int]] = [(float(p["received_at"]), by_text[p["text"]]) for p in running.network.posts()]
    listed = {row["delivery"] for row in hold.already_in}
    after = [(at - clicked, pk) for at, pk in received if at > clicked]
    own: Any = Delivery.objects.filter(pk__in=by_text.values())
    return Figures(
        posts=len(deliveries),
        out_before=len(received) - len(after),
        stands_s=round(stands - clicked, 3),
        answered_s=round(answered - clicked, 3),
        last_out_s=round(max(after)[0], 3) if after else None,
        out_after=len(after),
        listed=len(listed),
        out_unlisted=sum(pk not in listed for _at, pk in after),
        held=own.filter(state="held", hold_reason="incident").count(),
        still_waiting=own.filter(state__in=["pending", "preparing"]).count(),
    )


def show(figures: Figures) -> None:
    print(f"{figures.posts} posts, of which {figures.out_before} were out at the click, on {os.cpu_count()} cores")
    last = "nothing went out" if figures.last_out_s is None else f"the last post went out after {figures.last_out_s} s"
    print(f"after the click   {last}   it stood after {figures.stands_s} s, answered after {figures.answered_s} s")
    print(f"already in   {figures.listed} named   {figures.out_after} out after the click   ", end="")
    print(f"{figures.out_unlisted} of these not named (none is asked)")
    print(f"held by name   {figures.held}   still waiting {figures.still_waiting} (none is asked)")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--posts", type=int, default=200)
    parser.add_argument("--spread", type=float, default=20.0, metavar="SECONDS")
    parser.add_argument("--json", action="store_true", help="print the figures as one JSON object")
    options = parser.parse_args()
    try:
        with redirect_stdout(sys.stderr):
            figures = measure(max(10, options.posts), max(4.0, options.spread))
    except (Problem, Stopped) as ended:
        say(f"Not measured: {str(ended) or 'told to end'}")
        return 1
    if options.json:
        print(json.dumps({**asdict(figures), "cores": os.cpu_count(), "network_answer_s": ANSWER_SECONDS}))
    else:
        show(figures)
    return 0 if figures.is_good else 1


if __name__ == "__main__":
    sys.exit(main())
