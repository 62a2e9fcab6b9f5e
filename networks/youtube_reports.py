"""How long videos were watched, out of YouTube Analytics: asked in one report, or one by one where it is refused.

Written from https://developers.google.com/youtube/analytics/reference/reports/query, /youtube/analytics/metrics and
/youtube/analytics/channel_reports (read 2026-11). The interface is another one than the Data API, with a quota of its
own; a report of videos names its columns, and leaves out a video of which it knows nothing yet.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from networks.answers import object_with, objects, words
from networks.calls import Answer, Stake
from networks.errors import Code, MissingCode, NeedsReconnect, NetworkError, Rejected
from networks.google import GoogleCaller
from networks.metrics import Metric
from networks.youtube_videos import Figure

FIRST_DAY = "2005-02-14"
"""No video is older."""
MINUTES = "estimatedMinutesWatched"
METRICS = {Metric.WATCH_SECONDS: MINUTES, Metric.SHARES: "shares", Metric.FOLLOWS_GAINED: "subscribersGained"}
EXTRA = {"average_view_percent": "averageViewPercentage", "average_view_seconds": "averageViewDuration"}
ORDER = "views"
"""A report of videos must be sorted by one of its figures."""
NAMES = (*METRICS.values(), *EXTRA.values())
Told = Mapping[str, Figure]


def figures_of(caller: GoogleCaller, remote_ids: Sequence[str]) -> dict[str, dict[str, Figure]]:
    """By video and column. Whatever is refused or not answered costs its own figures alone; a limit costs them all."""
    try:
        return _read(_ask(caller, remote_ids, NAMES), remote_ids, NAMES)
    except Rejected as error:
        if error.params.get("status") != 400:
            return _without(remote_ids, NAMES, why_missing(error))
    except NetworkError as error:
        return _without(remote_ids, NAMES, why_missing(error))
    told: dict[str, dict[str, Figure]] = {one: {} for one in remote_ids}
    for name in NAMES:
        for one, figures in _alone(caller, remote_ids, name).items():
            told[one] |= figures
    return told


def _alone(caller: GoogleCaller, remote_ids: Sequence[str], name: str) -> dict[str, dict[str, Figure]]:
    try:
        return _read(_ask(caller, remote_ids, (name,)), remote_ids, (name,))
    except NetworkError as error:
        is_retired = isinstance(error, Rejected) and error.params.get("status") == 400
        return _without(remote_ids, (name,), MissingCode.RETIRED if is_retired else why_missing(error))


def _ask(caller: GoogleCaller, remote_ids: Sequence[str], names: Sequence[str]) -> Answer:
    asked = {
        "ids": "channel==MINE",
        "startDate": FIRST_DAY,
        "endDate": datetime.now(UTC).date().isoformat(),
        "metrics": ",".join((ORDER, *names)),
        "dimensions": "video",
        "filters": f"video=={','.join(remote_ids)}",
        "sort": f"-{ORDER}",
        "maxResults": str(len(remote_ids)),
    }
    return caller.call(Stake.READ, "GET", "/v2/reports", params=asked)


def _read(answer: Answer, remote_ids: Sequence[str], names: Sequence[str]) -> dict[str, dict[str, Figure]]:
    told = object_with(answer, Stake.READ, "columnHeaders")
    columns = [words(one, "name") for one in objects(told, "columnHeaders")]
    rows = told.get("rows")
    found: dict[str, Mapping[str, Any]] = {}
    for row in rows if isinstance(rows, list) else []:
        if isinstance(row, list) and len(row) == len(columns):
            cells = dict(zip(columns, row, strict=True))
            found[str(cells.get("video"))] = cells
    return {one: {name: _figure(found.get(one, {}), name) for name in names} for one in remote_ids}


def _figure(cells: Mapping[str, Any], name: str) -> Figure:
    """A whole number; minutes become seconds, a share is rounded to a whole percent."""
    value = cells.get(name)
    if value is None:
        return None, MissingCode.NOT_REPORTED
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1e15:
        return None, MissingCode.UNREADABLE
    return round(value * 60 if name == MINUTES else value), ""


def _without(remote_ids: Sequence[str], names: Sequence[str], why: str) -> dict[str, dict[str, Figure]]:
    return {one: dict.fromkeys(names, (None, why)) for one in remote_ids}


def why_missing(error: NetworkError) -> str:
    is_closed = isinstance(error, NeedsReconnect) or error.code in (Code.FORBIDDEN, Code.APPLICATION_REFUSED)
    return MissingCode.NO_PERMISSION if is_closed else MissingCode.UNREADABLE


def watched(told: Told) -> tuple[dict[Metric, Figure], dict[str, int]]:
    """What of one video's report are core figures, and what is told beside them."""
    core = {metric: told[name] for metric, name in METRICS.items()}
    extra = {ours: told[name][0] for ours, name in EXTRA.items()}
    return core, {ours: value for ours, value in extra.items() if value is not None}
