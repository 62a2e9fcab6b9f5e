"""Figures of Instagram's posts and accounts: which ones there are for what kind of post, by today's names.

Written from https://developers.facebook.com/docs/instagram-platform/reference/instagram-media/insights and
/docs/instagram-platform/api-reference/instagram-user/insights (read 2026-11): impressions and plays were withdrawn for
views in April 2025. A name that the network does not know, or not for this kind of post, refuses the whole call.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from networks.answers import count_of, words
from networks.calls import Stake, lost
from networks.errors import Code, MissingCode, NetworkError
from networks.insights import OWN, Figure, Part, Together, insight, insight_in, part_in, without_figures
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


def of_post(node: str) -> Together:
    """What kind of post it is, only its answer tells: pictures have the one set of names, reels the other."""
    turns = (IN_FEED, OF_REELS)
    return Together(node, FIELDS, tuple((*EVERYWHERE.values(), *kind.values(), INTERACTIONS) for kind in turns))


def names(own: Mapping[str, Any]) -> dict[Metric, str]:
    """The insights that there are for this kind of post."""
    return EVERYWHERE | (OF_REELS if words(own, "media_product_type") == "REELS" else IN_FEED)


def post_figures(remote_id: str, told: Part) -> PostMetrics:
    """`told` answers `of_post`. A part that is no post with an id tells nothing."""
    own = part_in(told, OWN)
    if isinstance(own, NetworkError) or not own.get("id"):
        unread = own if isinstance(own, NetworkError) else lost(Stake.READ, Code.ANSWER_UNREADABLE)
        return without_figures(remote_id, unread, METRICS)
    figures: dict[Metric, Figure] = dict.fromkeys(METRICS, (None, MissingCode.NOT_REPORTED))
    figures |= {metric: count_of(own, name) for metric, name in OWN_COUNTS.items()}
    read = {metric: insight_in(part_in(told, name)) for metric, name in names(own).items()}
    figures |= {metric: _in_our_unit(metric, figure) for metric, figure in read.items()}
    interactions, _ = insight_in(part_in(told, INTERACTIONS))
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
