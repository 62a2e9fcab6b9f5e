"""Comments and reports of the simulated YouTube (developers.google.com/youtube/v3 and /youtube/analytics, 2026-11)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import requests

from sandbox.testing import ManualClock, SandboxClient
from tests.sandbox.youtube import Studio, reason, resource

PACIFIC = ZoneInfo("America/Los_Angeles")
EVERY = (
    "views,likes,comments,shares,estimatedMinutesWatched,averageViewDuration,averageViewPercentage,subscribersGained"
)


@pytest.fixture
def studio(sandbox: SandboxClient) -> Studio:
    return Studio(sandbox.base("youtube"), sandbox.token("rabitatube"))


def today(clock: ManualClock, days: int = 0) -> str:
    return (datetime.fromtimestamp(clock(), PACIFIC) + timedelta(days=days)).date().isoformat()


def report(studio: Studio, clock: ManualClock, **changes: str) -> requests.Response:
    asked = {
        "ids": "channel==MINE", "startDate": today(clock, -7), "endDate": today(clock), "metrics": EVERY,
    } | changes  # fmt: skip
    return studio.call("GET", "/v2/reports", params={name: value for name, value in asked.items() if value})


def rows(answer: requests.Response) -> list[dict[str, Any]]:
    body = answer.json()
    names = [column["name"] for column in body["columnHeaders"]]
    return [dict(zip(names, row, strict=True)) for row in body["rows"]]


# Reports


def test_a_report_of_videos_agrees_with_their_statistics(studio: Studio, clock: ManualClock) -> None:
    ids = [studio.uploaded(), studio.uploaded()]
    clock.advance(600)
    found = rows(report(studio, clock, dimensions="video", filters=f"video=={','.join(ids)}"))
    assert {row["video"] for row in found} == set(ids)
    for row in found:
        told = studio.video(row["video"])["statistics"]
        assert (str(row["views"]), str(row["likes"])) == (told["viewCount"], told["likeCount"])
        assert 30 <= row["averageViewPercentage"] <= 70
        assert row["averageViewDuration"] == int(30 * row["averageViewPercentage"] / 100)
        assert row["estimatedMinutesWatched"] == int(row["views"] * 30 * row["averageViewPercentage"] / 6000)
    [whole] = rows(report(studio, clock))
    assert whole["views"] == sum(row["views"] for row in found)


def test_columns_come_as_they_were_asked_for(studio: Studio, clock: ManualClock) -> None:
    body = report(studio, clock, metrics="likes,averageViewPercentage", dimensions="day").json()
    assert body["columnHeaders"] == [
        {"name": "day", "columnType": "DIMENSION", "dataType": "STRING"},
        {"name": "likes", "columnType": "METRIC", "dataType": "INTEGER"},
        {"name": "averageViewPercentage", "columnType": "METRIC", "dataType": "FLOAT"},
    ]
    assert (body["kind"], body["rows"]) == ("youtubeAnalytics#resultTable", [])


def test_days_are_those_of_california_and_add_up(studio: Studio, clock: ManualClock) -> None:
    video_id = studio.uploaded()
    clock.advance(86_400)
    only = {"filters": f"video=={video_id}", "metrics": "views"}
    days = rows(report(studio, clock, dimensions="day", sort="day", **only))
    [whole] = rows(report(studio, clock, **only))
    assert sum(day["views"] for day in days) == whole["views"] > 0
    assert [day["day"] for day in days] == sorted(day["day"] for day in days)
    before = report(studio, clock, startDate=today(clock, -30), endDate=today(clock, -10), **only)
    assert rows(before) == [{"views": 0}]


def test_the_top_videos_are_sorted(studio: Studio, clock: ManualClock) -> None:
    for _ in range(3):
        studio.uploaded()
    studio.uploaded(resource(privacyStatus="private"))
    clock.advance(600)
    top = rows(report(studio, clock, dimensions="video", sort="-views", maxResults="2", metrics="views,likes"))
    assert len(top) == 2
    assert top[0]["views"] >= top[1]["views"] > 0


@pytest.mark.parametrize(
    "changes",
    [
        {"dimensions": "video"},
        {"dimensions": "planet"},
        {"metrics": "novelty"},
        {"metrics": ""},
        {"filters": "country==MA"},
        {"sort": "-shares", "metrics": "views"},
        {"startDate": "yesterday"},
        {"startDate": "2026-02-02", "endDate": "2026-02-01"},
    ],
)
def test_a_report_that_is_not_supported_is_refused(studio: Studio, clock: ManualClock, changes: dict[str, str]) -> None:
    assert report(studio, clock, **changes).status_code == 400


def test_a_report_needs_its_own_scope_and_ones_own_channel(
    studio: Studio, sandbox: SandboxClient, clock: ManualClock
) -> None:
    auth = "https://www.googleapis.com/auth/"
    sandbox.add_account(network="youtube", handle="otherone", token="other-token", scopes=f"{auth}youtube")
    stranger = Studio(studio.base, "other-token")
    assert reason(report(stranger, clock)) == (403, "insufficientPermissions")
    own = studio.get("channels", part="id", mine="true").json()["items"][0]["id"]
    assert report(studio, clock, ids=f"channel=={own}").status_code == 200
    assert reason(report(studio, clock, ids="channel==UCsomeone")) == (403, "forbidden")


# Comments


def test_comments_are_read_page_by_page_newest_first(studio: Studio, clock: ManualClock) -> None:
    video_id = studio.uploaded()
    clock.advance(86_400)
    asked = {"part": "snippet", "videoId": video_id, "maxResults": "2"}
    found: list[dict[str, Any]] = []
    token: dict[str, str] = {}
    while True:
        page = studio.get("commentThreads", **asked, **token).json()
        found += [one["snippet"]["topLevelComment"]["snippet"] for one in page["items"]]
        if "nextPageToken" not in page:
            break
        token = {"pageToken": page["nextPageToken"]}
    assert len(found) == int(studio.video(video_id)["statistics"]["commentCount"])
    moments = [one["publishedAt"] for one in found]
    assert moments == sorted(moments, reverse=True)
    assert {one["videoId"] for one in found} == {video_id}
    assert not any("textOriginal" in one for one in found)
    oldest = studio.get("commentThreads", part="snippet", videoId=video_id, order="relevance").json()["items"][0]
    assert oldest["snippet"]["topLevelComment"]["snippet"]["publishedAt"] == moments[-1]


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({"videoId": "AAAAAAAAAAA"}, (404, "videoNotFound")),
        ({}, (400, "missingRequiredParameter")),
        ({"videoId": "A", "maxResults": "101"}, (404, "videoNotFound")),
    ],
)
def test_comments_of_nothing_are_refused(studio: Studio, params: dict[str, str], expected: tuple[int, str]) -> None:
    assert reason(studio.get("commentThreads", part="snippet", **params)) == expected


@pytest.mark.parametrize("changes", [{"maxResults": "101"}, {"pageToken": "nonsense"}, {"order": "beauty"}])
def test_a_page_that_is_not_there_is_refused(studio: Studio, changes: dict[str, str]) -> None:
    video_id = studio.uploaded()
    assert studio.get("commentThreads", part="snippet", videoId=video_id, **changes).status_code == 400


def test_comments_need_the_scope_of_comments(studio: Studio, sandbox: SandboxClient) -> None:
    auth = "https://www.googleapis.com/auth/"
    sandbox.add_account(network="youtube", handle="otherone", token="other-token", scopes=f"{auth}youtube.readonly")
    reader = Studio(studio.base, "other-token")
    assert reason(reader.get("commentThreads", part="id", videoId="x")) == (403, "insufficientPermissions")
