"""Owns `reports.query` of the simulated YouTube Analytics: what viewers did with a channel's videos in some days.

Sources (read 2026-11), below https://developers.google.com/youtube/analytics/: reference/reports/query (parameters,
the table), metrics, dimensions, channel_reports (which dimension goes with which filter; the top videos need
`maxResults` and a descending `sort`), data_model (days are those of California). The method's page asks for
`youtube.readonly` beside the scope of the reports; scopes that manage a channel are taken for it. Google's figures lag
by days that it does not count; these lag by none.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from operator import itemgetter
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from sandbox.dialects._youtube_access import FIGURES, READ, require
from sandbox.dialects._youtube_api import Api
from sandbox.dialects._youtube_errors import GoogleError, bad, forbidden
from sandbox.dialects._youtube_quota import PACIFIC
from sandbox.dialects._youtube_resources import channel_id
from sandbox.dialects._youtube_videos import Video
from sandbox.records import Account

METRICS = {
    "views": "INTEGER", "likes": "INTEGER", "dislikes": "INTEGER", "comments": "INTEGER", "shares": "INTEGER",
    "estimatedMinutesWatched": "INTEGER", "averageViewDuration": "INTEGER", "averageViewPercentage": "FLOAT",
    "subscribersGained": "INTEGER", "subscribersLost": "INTEGER",
}  # fmt: skip
DIMENSIONS = ("", "video", "day")
MOST_VIDEOS, MOST_ROWS = 500, 200
FILTER = re.compile(r"video==([\w-]+(?:,[\w-]+)*)")

Json = dict[str, Any]
Row = dict[str, str | int | float]


@dataclass(frozen=True)
class Query:
    metrics: Sequence[str]
    dimension: str
    days: tuple[date, date]
    videos: frozenset[str] | None
    sort: Sequence[str]
    most: int


@dataclass(frozen=True)
class Seen:
    """What viewers did in some time; `seconds` is how long they watched, `whole` how long they could have."""

    views: int = 0
    likes: int = 0
    comments: int = 0
    shares: int = 0
    seconds: float = 0.0
    whole: float = 0.0

    def __add__(self, other: Seen) -> Seen:
        return Seen(*(a + b for a, b in zip(self._all(), other._all(), strict=True)))

    def __sub__(self, other: Seen) -> Seen:
        return Seen(*(a - b for a, b in zip(self._all(), other._all(), strict=True)))

    def _all(self) -> tuple[Any, ...]:
        return (self.views, self.likes, self.comments, self.shares, self.seconds, self.whole)

    def told(self) -> Row:
        return {
            "views": self.views, "likes": self.likes, "dislikes": 0, "comments": self.comments, "shares": self.shares,
            "estimatedMinutesWatched": int(self.seconds / 60),
            "averageViewDuration": int(self.seconds / self.views) if self.views else 0,
            "averageViewPercentage": round(100 * self.seconds / self.whole, 2) if self.whole else 0.0,
            "subscribersGained": self.likes // 12, "subscribersLost": self.likes // 60,
        }  # fmt: skip


class Analytics:
    def __init__(self, api: Api) -> None:
        self.api = api
        self.world = api.world

    def table(self) -> list[tuple[str, str, Any]]:
        return [("/v2/reports", "GET", self.query)]

    async def query(self, request: Request) -> Response:
        """GET /v2/reports, .../reference/reports/query."""
        account, _ = require(self.api.setting, request, FIGURES, READ)
        asked = _query(request.query_params)
        if request.query_params["ids"].removeprefix("channel==") not in {"MINE", channel_id(account)}:
            raise forbidden("The channel is not that of the one who asks.", domain="global")
        rows = self._rows(asked, self._videos(account, asked))
        for name in reversed(asked.sort):
            rows.sort(key=itemgetter(name.lstrip("-")), reverse=name.startswith("-"))
        columns = [*([asked.dimension] if asked.dimension else []), *asked.metrics]
        headers = [
            {
                "name": name, "columnType": "METRIC" if name in METRICS else "DIMENSION",
                "dataType": METRICS.get(name, "STRING"),
            }
            for name in columns
        ]  # fmt: skip
        table = [[row[name] for name in columns] for row in rows[: asked.most]]
        return JSONResponse({"kind": "youtubeAnalytics#resultTable", "columnHeaders": headers, "rows": table})

    def _videos(self, account: Account, asked: Query) -> list[Video]:
        """Another channel's are left out."""
        own = [Video(self.api.setting, post) for post in self.world.posts_of(account)]
        return [video for video in own if asked.videos is None or video.id in asked.videos]

    def _rows(self, asked: Query, videos: Sequence[Video]) -> list[Row]:
        """One row in all, or one for each video or day on which somebody watched."""
        if asked.dimension == "video":
            found = [({"video": video.id}, _in_days(video, *asked.days)) for video in videos]
        elif asked.dimension == "day":
            first, last = asked.days
            days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
            found = [({"day": day.isoformat()}, _all_in_days(videos, day, day)) for day in days]
        else:
            return [_all_in_days(videos, *asked.days).told()]
        return [{**about, **seen.told()} for about, seen in found if seen.views]


def _all_in_days(videos: Sequence[Video], first: date, last: date) -> Seen:
    return sum((_in_days(video, first, last) for video in videos), Seen())


def _in_days(video: Video, first: date, last: date) -> Seen:
    """From the first day's midnight in California to the last one's end."""
    return _until(video, _midnight(last + timedelta(days=1))) - _until(video, _midnight(first))


def _midnight(day: date) -> float:
    return datetime.combine(day, time.min, PACIFIC).timestamp()


def _until(video: Video, at: float) -> Seen:
    """Each video has its own part that a viewer watches of it: from 30 to 70 in a hundred."""
    now, length = video.figures(at), float(video.extra["seconds"])
    part = (30 + hashlib.sha256(f"watched:{video.id}".encode()).digest()[0] % 41) / 100
    whole = now.views * length
    return Seen(now.views, now.likes, now.comments, now.shares, whole * part, whole)


def _query(params: Mapping[str, str]) -> Query:
    for name in ("ids", "startDate", "endDate", "metrics"):
        if not params.get(name):
            raise GoogleError(400, "required", f"Required parameter: {name}", location=name)
    metrics, sort = params["metrics"].split(","), [one for one in params.get("sort", "").split(",") if one]
    dimension = params.get("dimensions", "")
    if unknown := [name for name in metrics if name not in METRICS]:
        raise bad(
            "badRequest", f"Unknown identifier ({unknown[0]}) given in field parameters.metrics.", domain="global"
        )
    if dimension not in DIMENSIONS or {name.lstrip("-") for name in sort} - {dimension, *metrics}:
        raise _unsupported()
    asked = Query(metrics, dimension, _days(params), _filtered(params.get("filters", "")), sort, _most(params))
    is_top = dimension == "video" and asked.videos is None
    if is_top and not ("maxResults" in params and sort and sort[0].startswith("-")):
        raise _unsupported()
    return asked


def _unsupported() -> GoogleError:
    said = "The query is not supported. Check the documentation for supported queries: channel_reports"
    return bad("badRequest", said, domain="global")


def _days(params: Mapping[str, str]) -> tuple[date, date]:
    try:
        first, last = (date.fromisoformat(params[name]) for name in ("startDate", "endDate"))
    except ValueError as error:
        raise bad("badRequest", "A date is given as YYYY-MM-DD.", domain="global") from error
    if last < first:
        raise bad("badRequest", "The end date is before the start date.", domain="global")
    return first, last


def _filtered(filters: str) -> frozenset[str] | None:
    """None without a filter; that of videos is the one that is imitated."""
    if not filters:
        return None
    found = FILTER.fullmatch(filters)
    ids = frozenset(found[1].split(",")) if found else frozenset()
    if not 1 <= len(ids) <= MOST_VIDEOS:
        raise _unsupported()
    return ids


def _most(params: Mapping[str, str]) -> int:
    """The top videos are two hundred at most; other tables have as many rows as there are."""
    given = params.get("maxResults", str(MOST_VIDEOS))
    is_top = params.get("dimensions") == "video" and "filters" not in params
    if not given.isdecimal() or int(given) < 1 or (is_top and int(given) > MOST_ROWS):
        raise bad("badRequest", f"Invalid value '{given}' of maxResults.", domain="global")
    return int(given)
