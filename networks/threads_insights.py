"""Figures of Threads' posts and accounts.

Written from https://developers.facebook.com/documentation/threads/insights (read 2026-11). There are no batches: the
figures of a post are asked for in one call, and each by itself where the network knows one of the names no more, so
that a name that is retired costs that figure alone. The `views` of an account are those of its profile, told by days;
those of its posts are not told. A post's `shares` are what readers sent on to others: here its reposts are its shares.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any

from networks.answers import object_with, objects, words
from networks.calls import Answer, Stake, timestamp
from networks.errors import Code, NeedsReconnect, NetworkError, Rejected
from networks.graph import INVALID
from networks.insights import Figure, Part, insight_in
from networks.metrics import Metric
from networks.types import AccountMetrics, PostMetrics

OF_POST = {
    Metric.VIEWS: "views",
    Metric.REACTIONS: "likes",
    Metric.COMMENTS: "replies",
    Metric.SHARES: "reposts",
    Metric.QUOTES: "quotes",
}
SENT_ON = "shares"
OF_ACCOUNT = {Metric.FOLLOWERS: "followers_count", Metric.PROFILE_VISITS: "views"}
AskFor = Callable[[str], Answer]
"""Asks for figures by their names, with commas between."""


def of_post(remote_id: str, ask: AskFor) -> PostMetrics:
    """Raises what concerns all of them."""
    names = (*OF_POST.values(), SENT_ON)
    try:
        told: Mapping[str, Part] = _by_name(ask(",".join(names)), names)
    except Rejected as error:
        if error.params.get("network_code") != INVALID or error.code == Code.NOT_FOUND:
            raise
        told = {name: _alone(name, ask) for name in names}
    figures: dict[Metric, Figure] = {metric: insight_in(told[name]) for metric, name in OF_POST.items()}
    sent_on, _ = insight_in(told[SENT_ON])
    return PostMetrics(
        remote_id=remote_id,
        values={metric: value for metric, (value, _) in figures.items()},
        missing={metric: why for metric, (_, why) in figures.items() if why},
        extra={} if sent_on is None else {SENT_ON: sent_on},
    )


def of_account(ask: AskFor) -> AccountMetrics:
    """The followers of now, and the visits of the last whole day."""
    told = {metric: _alone(name, ask) for metric, name in OF_ACCOUNT.items()}
    told[Metric.PROFILE_VISITS] = _of_whole_days(told[Metric.PROFILE_VISITS])
    figures = {metric: insight_in(part) for metric, part in told.items()}
    return AccountMetrics(
        {metric: value for metric, (value, _) in figures.items()},
        {metric: why for metric, (_, why) in figures.items() if why},
    )


def _by_name(answer: Answer, names: tuple[str, ...]) -> dict[str, Part]:
    told = objects(object_with(answer, Stake.READ, "data"), "data")
    return {name: {"data": [one for one in told if words(one, "name") == name]} for name in names}


def _alone(name: str, ask: AskFor) -> Part:
    """A figure that is refused is absent with its reason; what concerns more than it is raised."""
    try:
        return _by_name(ask(name), (name,))[name]
    except NetworkError as error:
        is_its_own = isinstance(error, Rejected) and error.code != Code.NOT_FOUND
        if is_its_own or is_without_permission(error):
            return error
        raise


def is_without_permission(error: NetworkError) -> bool:
    return isinstance(error, NeedsReconnect) and error.code == Code.MISSING_SCOPE


def _of_whole_days(part: Part) -> Part:
    if isinstance(part, NetworkError):
        return part
    is_over = partial(_has_ended, now=datetime.now(UTC))
    kept: list[dict[str, Any]] = [
        {**one, "values": [value for value in objects(one, "values") if is_over(value)]}
        for one in objects(part, "data")
    ]
    return {"data": kept}


def _has_ended(value: Mapping[str, Any], now: datetime) -> bool:
    end = timestamp(value.get("end_time"))
    return end is None or end <= now
