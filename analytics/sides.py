"""The sums behind a campaign's interactions and two rates, kept with each of its days: no page adds up its posts.

A delivery stands in a sum from the day on which it tells what the sum needs, with all that it has counted by then. A
period's sum is therefore what stood at its end less what stood before it: exact while a network tells a post's counters
together, as they do. Of a post that tells the second side only later, what the first had counted before comes with it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from analytics.measures import DEEP, INTERACTIONS, Figures, interactions, total_of
from analytics.models import Day

KEPT_AS = "sides"
"""Where a campaign's day keeps them in its detail."""


@dataclass(frozen=True)
class Sides:
    """`above` of `below`, summed over the deliveries that tell both: `known` posts, the newest answer at `as_of`."""

    above: int = 0
    below: int = 0
    known: int = 0
    as_of: str = ""

    def plus(self, other: "Sides") -> "Sides":
        above, below, known = self.above + other.above, self.below + other.below, self.known + other.known
        return Sides(above, below, known, max(self.as_of, other.as_of))

    def minus(self, other: "Sides") -> "Sides":
        """Without them; the date stays."""
        return Sides(self.above - other.above, self.below - other.below, self.known - other.known, self.as_of)

    def since(self, before: "Sides") -> "Sides":
        """What was gained since; coverage and date are those of the end."""
        return Sides(self.above - before.above, self.below - before.below, self.known, self.as_of)


@dataclass(frozen=True)
class Share:
    """What is taken of what, and the counters that it needs."""

    above: Callable[[Figures], int | None]
    below: Callable[[Figures], int | None]
    needs: tuple[str, ...]


def deep(figures: Figures) -> int | None:
    """More than a tap, of a post that tells its taps too."""
    return total_of(DEEP, figures) if figures.get("reactions") is not None else None


def views(figures: Figures) -> int | None:
    return figures.get("views")


SHARES: dict[str, Share] = {
    "interactions": Share(interactions, interactions, INTERACTIONS),
    "deep_share": Share(deep, interactions, ("reactions", *DEEP)),
    "engagement_rate": Share(interactions, views, ("views", *INTERACTIONS)),
}
TOLD_BY = ("views", *INTERACTIONS)


def sides_of(share: Share, row: Mapping[str, Any]) -> Sides:
    """A delivery's own, as its day {counter: figure, "detail": …} stands; nothing where it does not tell both."""
    above, below = share.above(row), share.below(row)
    if above is None or below is None:
        return Sides()
    told = row["detail"]
    known = max(told.get(name, {}).get("known", 0) for name in TOLD_BY)
    return Sides(above, below, known, max(told.get(name, {}).get("as_of", "") for name in share.needs))


def kept_in(day: Day, code: str) -> Sides | None:
    """None of a day that was last rebuilt before these sums were kept: they are unknown until the next rebuild."""
    kept = day.detail.get(KEPT_AS)
    return Sides(**kept[code]) if kept else None
