"""What stands behind each figure of a day: how many posts told it, what it gained, its date, and why it is unknown."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from analytics.measures import COLUMNS, NOT_ASKED
from analytics.models import Day


@dataclass(frozen=True)
class Detail:
    """What stands behind one figure of one day: `known` posts told it, `gain` is its change since the day before it,
    `bound` the sum that people counted by several posts can at most come to, `reason` why it is (partly) unknown."""

    known: int = 0
    gain: int | None = None
    as_of: str = ""
    bound: int | None = None
    reason: str = ""


NOTHING = Detail()


def packed(detail: Detail) -> dict[str, int | str]:
    """Only what says something, to keep the rows small."""
    said = vars(detail)
    return {name: said[name] for name in said if said[name] not in (None, "") and (name, said[name]) != ("known", 0)}


def details_of(row: Day) -> dict[str, Detail]:
    told = row.detail
    return {metric: Detail(**told[metric]) if metric in told else NOTHING for metric in COLUMNS}


def figures_of(row: Day) -> dict[str, int | None]:
    return {metric: getattr(row, metric) for metric in COLUMNS}


def commonest(reasons: Mapping[str, int]) -> str:
    """Why most posts tell nothing; that nobody was asked is said only where no network gave a reason."""
    given = {reason: count for reason, count in sorted(reasons.items()) if reason and count > 0}
    return max(given, key=lambda reason: (reason != NOT_ASKED, given[reason]), default="")


def still_there(counted: Counter[Any]) -> dict[Any, int]:
    return {one: count for one, count in sorted(counted.items()) if count > 0}
