"""The counters of a post as this product keeps them: their columns, which of them add up, and their words.

The vocabulary is that of networks.metrics; nothing here knows which network tells which.
"""

from collections.abc import Iterable, Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from networks.errors import MissingCode
from networks.metrics import SPECS, Metric

COLUMNS: tuple[str, ...] = tuple(metric.value for metric in Metric if metric is not Metric.FOLLOWERS)
"""The counters of a post, each a column of Counters. Followers belong to an account."""

LARGEST_ONLY: frozenset[str] = frozenset(metric.value for metric, spec in SPECS.items() if not spec.additive)
"""Counts of people: the same person stands in several posts, so they are compared and never added."""

INTERACTIONS: tuple[str, ...] = ("reactions", "comments", "shares", "quotes", "saves")
"""What counts as a reader doing something with a post."""

DEEP: tuple[str, ...] = ("comments", "shares", "quotes", "saves")
"""Interactions that cost the reader more than a tap."""

LABELS: dict[str, Promise] = {
    "views": _("Views"),
    "reach": _("Reach"),
    "profile_visits": _("Profile visits"),
    "reactions": _("Reactions"),
    "comments": _("Comments"),
    "shares": _("Shares"),
    "quotes": _("Quotes"),
    "saves": _("Saves"),
    "clicks": _("Link clicks"),
    "full_views": _("Watched to the end"),
    "watch_seconds": _("Watch time (seconds)"),
    "follows_gained": _("New followers"),
    "hides": _("Hides and reports"),
    "interactions": _("Interactions"),
}

NOT_ASKED = "not_asked"
"""No collection has reached the post yet."""

NOT_ENTERED = "not_entered"
"""A person reads this network's figures, and left this one blank."""

NOTHING_YET = "nothing_yet"
"""A share of nothing: there is nothing to divide by."""

NOT_COUNTED = "not_counted"
"""The campaign's days have to be rebuilt before the figure is known."""

REASONS: dict[str, Promise] = {
    MissingCode.NOT_REPORTED: _("The network does not offer this figure. It is not zero, and enters no total."),
    MissingCode.UNREADABLE: _("The network's answer could not be read. It will be asked again."),
    MissingCode.NO_PERMISSION: _("The channel was connected without the right to read this figure."),
    MissingCode.RETIRED: _("The network has withdrawn this figure. It is not zero."),
    NOT_ASKED: _("The network has not been asked yet."),
    NOT_ENTERED: _("A person reads this network's figures, and nobody has entered this one. It is not zero."),
    NOTHING_YET: _("There is nothing yet to take a share of."),
    NOT_COUNTED: _("The campaign's days are being counted again. The figure follows."),
}

Figures = Mapping[str, int | None]


def reason_text(code: str) -> Promise:
    """Why a figure is absent, in a sentence; a code that has none yet is said to be an unreadable answer."""
    return REASONS.get(code, REASONS[MissingCode.UNREADABLE])


def together(metric: str, values: Iterable[int | None]) -> int | None:
    """One figure for several posts: their sum, or the largest where adding would count people twice.

    None only when nobody told anything; the caller says how many posts told something.
    """
    known = [value for value in values if value is not None]
    if not known:
        return None
    return max(known) if metric in LARGEST_ONLY else sum(known)


def interactions(figures: Figures) -> int | None:
    """The interactions that were told, or None when none of their kinds was."""
    return total_of(INTERACTIONS, figures)


def total_of(kinds: Iterable[str], figures: Figures) -> int | None:
    known = [value for name in kinds if (value := figures.get(name)) is not None]
    return sum(known) if known else None
