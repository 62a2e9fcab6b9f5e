"""The core figures that networks report, each with its tier and whether it may be summed.

Owns the vocabulary of snapshots: a figure that a network does not report is None with a MissingCode, never 0.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Tier(StrEnum):
    """Shown apart always (awareness, engagement, impact, harm)."""

    AWARENESS = "awareness"
    ENGAGEMENT = "engagement"
    IMPACT = "impact"
    HARM = "harm"


class Metric(StrEnum):
    VIEWS = "views"
    REACH = "reach"
    FOLLOWERS = "followers"
    PROFILE_VISITS = "profile_visits"
    REACTIONS = "reactions"
    COMMENTS = "comments"
    SHARES = "shares"
    QUOTES = "quotes"
    SAVES = "saves"
    CLICKS = "clicks"
    FULL_VIEWS = "full_views"
    WATCH_SECONDS = "watch_seconds"
    FOLLOWS_GAINED = "follows_gained"
    HIDES = "hides"


@dataclass(frozen=True)
class MetricSpec:
    """`additive` is False where summing over posts or days would count people twice (reach) or a level (followers)."""

    tier: Tier
    additive: bool = True
    unit: str = "count"


SPECS: Mapping[Metric, MetricSpec] = {
    Metric.VIEWS: MetricSpec(Tier.AWARENESS),
    Metric.REACH: MetricSpec(Tier.AWARENESS, additive=False),
    Metric.FOLLOWERS: MetricSpec(Tier.AWARENESS, additive=False),
    Metric.PROFILE_VISITS: MetricSpec(Tier.AWARENESS),
    Metric.REACTIONS: MetricSpec(Tier.ENGAGEMENT),
    Metric.COMMENTS: MetricSpec(Tier.ENGAGEMENT),
    Metric.SHARES: MetricSpec(Tier.ENGAGEMENT),
    Metric.QUOTES: MetricSpec(Tier.ENGAGEMENT),
    Metric.SAVES: MetricSpec(Tier.ENGAGEMENT),
    Metric.CLICKS: MetricSpec(Tier.ENGAGEMENT),
    Metric.FULL_VIEWS: MetricSpec(Tier.ENGAGEMENT),
    Metric.WATCH_SECONDS: MetricSpec(Tier.ENGAGEMENT, unit="seconds"),
    Metric.FOLLOWS_GAINED: MetricSpec(Tier.ENGAGEMENT),
    Metric.HIDES: MetricSpec(Tier.HARM),
}
