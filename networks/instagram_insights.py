"""Figures of Instagram's posts and accounts: which ones there are for what kind of post, by today's names.

Written from https://developers.facebook.com/docs/instagram-platform/reference/instagram-media/insights and
/docs/instagram-platform/api-reference/instagram-user/insights (read 2026-11): impressions and plays were withdrawn for
views in April 2025. Each figure is asked for by itself, so that a name that is retired costs that figure alone.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from networks.answers import count_of, words
from networks.errors import MissingCode, NetworkError
from networks.insights import Figure, Part, insight, insight_in
from networks.metrics import Metric
from networks.types import AccountMetrics, PostMetrics

FIELDS = "id,media_product_type,like_count,comments_count"
OWN_COUNTS = {Metric.REACTIONS: "like_count", Metric.COMMENTS: "comments_count"}
EVERYWHERE = {
    Metric.VIEWS: "views",
    Metric.REACH: "reach",
    Metric.SAVES: "saved",
    Metric.SHARES: "shares",
}
IN_FEED = {Metric.PROFILE_VISITS: "profile_visits", Metric.FOLLOWS_GAINED: "follows"}
OF_REELS = {Metric.WATCH_SECONDS: "ig_reels_video_view_total_time"}
"""Told in milliseconds."""
INTERACTIONS = "total_interactions"
METRICS = frozenset({*OWN_COUNTS, *EVERYWHERE, *IN_FEED, *OF_REELS})
ACCOUNT_FIELDS = "id,followers_count,media_count"
OF_ACCOUNT = {Metric.REACH: "reach", Metric.VIEWS: "views"}
BESIDES = ("accounts_engaged", INTERACTIONS, "profile_links_taps")


def node(remote_id: str) -> str:
    return f"{remote_id}?fields={FIELDS}"


def names(own: Mapping[str, Any]) -> dict[Metric, str]:
    """The insights that there are for this kind of post; `own` answers `node`."""
    return EVERYWHERE | (OF_REELS if words(own, "media_product_type") == "REELS" else IN_FEED)


def of_post(own: Mapping[str, Any]) -> list[str]:
    return [insight(words(own, "id"), name) for name in (*names(own).values(), INTERACTIONS)]


def post_figures(remote_id: str, own: Mapping[str, Any], told: Sequence[Part]) -> PostMetrics:
    """`own` answers `node` and `told` answers `of_post`."""
    figures: dict[Metric, Figure] = dict.fromkeys(METRICS, (None, MissingCode.NOT_REPORTED))
    figures |= {metric: count_of(own, name) for metric, name in OWN_COUNTS.items()}
    figures |= {metric: _in_our_unit(metric, insight_in(part)) for metric, part in zip(names(own), told, strict=False)}
    interactions, _ = insight_in(told[-1])
    return PostMetrics(
        remote_id=remote_id,
        values={metric: value for metric, (value, _) in figures.items()},
        missing={metric: why for metric, (_, why) in figures.items() if why},
        extra={} if interactions is None else {INTERACTIONS: interactions},
    )


def _in_our_unit(metric: Metric, figure: Figure) -> Figure:
    value, why = figure
    return (value // 1000 if metric is Metric.WATCH_SECONDS and value is not None else value), why


def of_account(account: str) -> list[str]:
    """The followers, then the figures of the last day."""
    asked = {"period": "day", "metric_type": "total_value"}
    figures = [insight(account, name, **asked) for name in (*OF_ACCOUNT.values(), *BESIDES)]
    return [f"{account}?fields={ACCOUNT_FIELDS}", *figures]


def account_figures(told: Sequence[Part]) -> AccountMetrics:
    """`told` answers `of_account`."""
    own = told[0]
    if isinstance(own, NetworkError):
        raise own
    figures: dict[Metric, Figure] = {Metric.FOLLOWERS: count_of(own, "followers_count")}
    figures |= {metric: insight_in(part) for metric, part in zip(OF_ACCOUNT, told[1:], strict=False)}
    extra = {"media_count": count_of(own, "media_count")[0]}
    extra |= {name: insight_in(part)[0] for name, part in zip(BESIDES, told[1 + len(OF_ACCOUNT) :], strict=True)}
    return AccountMetrics(
        {metric: value for metric, (value, _) in figures.items()},
        {metric: why for metric, (_, why) in figures.items() if why},
        {name: value for name, value in extra.items() if value is not None},
    )
