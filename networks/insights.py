"""Figures out of batches of Meta's Graph API: a post's are asked for together, and each by itself where the network
refuses that, so that a name that is retired costs that figure alone.

Names as in https://developers.facebook.com/docs/graph-api/reference/insights (read 2026-11), after impressions were
withdrawn for media views in November 2025; within a node's fields as in /docs/graph-api/guides/field-expansion.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from networks.answers import count_of, objects, section, words
from networks.calls import Answer, Stake, lost
from networks.errors import Code, MissingCode, NeedsReconnect, NetworkError, Rejected
from networks.graph import INVALID, error_in
from networks.metrics import Metric
from networks.types import AccountMetrics, PostMetrics

Part = Mapping[str, Any] | NetworkError
Figure = tuple[int | None, str]
OWN = "own"
"""Under which a post's own fields stand beside its insights."""

POST_FIELDS = (
    "reactions.limit(0).summary(total_count),comments.limit(0).filter(stream).summary(total_count),shares"
    ",attachments{media_type,type}"
)
POST_INSIGHTS = {
    Metric.VIEWS: "post_media_view",
    Metric.REACH: "post_total_media_view_unique",
    Metric.CLICKS: "post_clicks",
}
OF_VIDEOS = {Metric.WATCH_SECONDS: "post_video_view_time"}
"""Told in milliseconds, of a text as 0: it counts only where there is something to watch."""
POST_CALLS = 1
"""As long as the network refuses none of a post's figures."""
ACCOUNT_FIELDS = "followers_count,fan_count"
ACCOUNT_INSIGHTS = ("page_media_view", "page_views_total", "page_follows")


@dataclass(frozen=True)
class Together:
    """A post's own fields and its insights in one call.

    What is refused is asked for again with the next set of names in `turns`, after the last one each by itself.
    """

    node: str
    fields: str
    turns: tuple[tuple[str, ...], ...]
    asked: Mapping[str, str] = field(default_factory=dict)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(name for turn in self.turns for name in turn))

    def calls(self, turn: int) -> list[str]:
        if turn < len(self.turns):
            said = "".join(f".{name}({value})" for name, value in self.asked.items())
            return [f"{self.node}?fields={self.fields},insights.metric({','.join(self.turns[turn])}){said}"]
        apart = (insight(self.node, name, **self.asked) for name in self.names)
        return [f"{self.node}?fields={self.fields}", *apart]

    def read(self, turn: int, told: Sequence[Part]) -> Part | None:
        """OWN and each name with its part, or None where the next turn must be asked; `told` answers `calls(turn)`.

        A post that is not there is so in each turn.
        """
        own = told[0]
        if turn >= len(self.turns):
            return {OWN: own, **dict(zip(self.names, told[1:], strict=True))}
        if isinstance(own, NetworkError):
            return {OWN: own} if own.code == Code.NOT_FOUND else None
        rows = objects(section(own, "insights"), "data")
        return {OWN: own, **{words(row, "name"): {"data": [row]} for row in rows}}


def of_post(node: str) -> list[Together]:
    return [Together(node, POST_FIELDS, ((*POST_INSIGHTS.values(), *OF_VIDEOS.values()),), {"period": "lifetime"})]


def of_account(node: str) -> list[str]:
    """The followers, then the figures of the last whole day."""
    return [f"{node}?fields={ACCOUNT_FIELDS}", *(insight(node, name, period="day") for name in ACCOUNT_INSIGHTS)]


def insight(node: str, name: str, **asked: str) -> str:
    """One figure, to be asked for in a batch."""
    return f"{node}/insights?{urlencode({'metric': name, **asked})}"


def parts(answer: Answer, count: int, why: Callable[[Mapping[str, Any], int], NetworkError]) -> list[Part]:
    """The answers in a batch, in order. What is wrong with the whole channel is raised, the rest stays in its part."""
    entries = answer.content
    if not isinstance(entries, list) or len(entries) != count:
        raise lost(Stake.READ, Code.ANSWER_UNREADABLE, params={"status": answer.status})
    found = [_part(entry, why) for entry in entries]
    for part in found:
        if isinstance(part, NetworkError) and _concerns_all(part):
            raise part
    return found


def _part(entry: object, why: Callable[[Mapping[str, Any], int], NetworkError]) -> Part:
    """Null stands for a part that took too long."""
    told = entry if isinstance(entry, dict) else {}
    status, body = told.get("code"), told.get("body")
    if not isinstance(status, int) or not isinstance(body, str):
        return lost(Stake.READ, Code.ANSWER_UNREADABLE)
    if error := error_in(body):
        return why(error, status)
    try:
        content = json.loads(body)
    except ValueError:
        content = None
    is_usable = status == 200 and isinstance(content, dict)
    return content if is_usable else lost(Stake.READ, Code.ANSWER_UNREADABLE, params={"status": status})


def _concerns_all(error: NetworkError) -> bool:
    return error.code == Code.RATE_LIMITED or (isinstance(error, NeedsReconnect) and error.code != Code.MISSING_SCOPE)


def post_figures(remote_id: str, told: Sequence[Part]) -> PostMetrics:
    """`told` answers `of_post`. A post whose own counts are not found is gone, as far as this call can tell."""
    own = part_in(told[0], OWN)
    if isinstance(own, Rejected) and own.code == Code.NOT_FOUND:
        return PostMetrics(remote_id, gone=True)
    figures = {metric: insight_in(part_in(told[0], name)) for metric, name in POST_INSIGHTS.items()}
    figures[Metric.WATCH_SECONDS] = _watched(own, part_in(told[0], OF_VIDEOS[Metric.WATCH_SECONDS]))
    figures |= {
        Metric.REACTIONS: _count_in(own, "reactions", "summary", "total_count"),
        Metric.COMMENTS: _count_in(own, "comments", "summary", "total_count"),
        Metric.SHARES: _count_in(own, "shares", "count"),
    }
    return PostMetrics(
        remote_id=remote_id,
        values={metric: value for metric, (value, _) in figures.items()},
        missing={metric: why for metric, (_, why) in figures.items() if why},
    )


def part_in(told: Part, name: str) -> Part:
    """Of what `Together.read` gives: OWN, or an insight; {} where the network said nothing of it."""
    found: Part = told if isinstance(told, NetworkError) else told.get(name, {})
    return found


def _watched(own: Part, part: Part) -> Figure:
    if isinstance(own, NetworkError):
        return None, why_missing(own)
    shown = objects(section(own, "attachments"), "data")
    own_films = (item for item in shown if item.get("media_type") == "video" and "share" not in words(item, "type"))
    if not any(own_films):
        return None, MissingCode.NOT_REPORTED
    milliseconds, why = insight_in(part)
    return (None if milliseconds is None else milliseconds // 1000), why


def account_figures(told: Sequence[Part]) -> AccountMetrics:
    """`told` answers `of_account`."""
    own = told[0]
    if isinstance(own, NetworkError):
        raise own
    followers, why = count_of(own, "followers_count")
    extra = {"fan_count": count_of(own, "fan_count")[0]}
    extra |= {name: insight_in(part)[0] for name, part in zip(ACCOUNT_INSIGHTS, told[1:], strict=True)}
    return AccountMetrics(
        {Metric.FOLLOWERS: followers},
        {Metric.FOLLOWERS: why} if why else {},
        {name: value for name, value in extra.items() if value is not None},
    )


def _count_in(part: Part, *path: str) -> Figure:
    if isinstance(part, NetworkError):
        return None, why_missing(part)
    for name in path[:-1]:
        part = section(part, name)
    return count_of(part, path[-1])


def insight_in(part: Part) -> Figure:
    """The newest value, or the one total; no data at all where Meta keeps none (a page of fewer than 100 likes, a post
    of yesterday)."""
    if isinstance(part, NetworkError):
        return None, why_missing(part)
    for entry in objects(part, "data"):
        if total := section(entry, "total_value"):
            return count_of(total, "value")
    values = [value for entry in objects(part, "data") for value in objects(entry, "values")]
    return count_of(values[-1], "value") if values else (None, MissingCode.NOT_REPORTED)


def without_figures(remote_id: str, error: NetworkError, metrics: Iterable[Metric]) -> PostMetrics:
    """For a post whose own figures were not told: gone where the network says so, as far as this call can tell."""
    if isinstance(error, Rejected) and error.code == Code.NOT_FOUND:
        return PostMetrics(remote_id, gone=True)
    asked = tuple(metrics)
    return PostMetrics(remote_id, dict.fromkeys(asked), dict.fromkeys(asked, why_missing(error)))


def why_missing(error: NetworkError) -> str:
    if error.code == Code.MISSING_SCOPE:
        return MissingCode.NO_PERMISSION
    is_retired = isinstance(error, Rejected) and error.params.get("network_code") == INVALID
    return MissingCode.RETIRED if is_retired else MissingCode.UNREADABLE
