"""Reels on the simulated Facebook, against https://developers.facebook.com/ (Reels Publishing API, read 2026-11)."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
import requests

from sandbox.dialects import _facebook_videos
from sandbox.testing import ManualClock, SandboxClient
from tests.sandbox.conftest import picture
from tests.sandbox.facebook import BASMALA, PROCESSED, Studio, debug, error_of, upright


@pytest.fixture
def mine(sandbox: SandboxClient) -> Studio:
    return Studio(sandbox.base("facebook"), sandbox.token("rabita_page", "facebook"))


def test_a_reel_is_begun_uploaded_and_published(mine: Studio, clock: ManualClock) -> None:
    begun = mine.reel()
    assert set(begun) == {"video_id", "upload_url"}
    assert mine.state(begun["video_id"])["uploading_phase"]["status"] == "not_started"
    assert mine.transfer(begun["upload_url"], upright()).json() == {"success": True}
    clock.advance(PROCESSED)
    before = mine.state(begun["video_id"])
    assert (before["video_status"], before["publishing_phase"]) == ("ready", {"status": "not_started"})
    assert mine.get(f"{mine.id}/video_reels") == {"data": []}
    assert mine.finish(begun["video_id"], description=BASMALA, title="ريل") == {"success": True}
    told = mine.get(begun["video_id"], fields="status,permalink_url,post_id")
    assert told["permalink_url"] == f"/reel/{begun['video_id']}/"
    assert [told["status"][f"{phase}_phase"]["status"] for phase in ("uploading", "processing", "publishing")] == [
        "complete", "complete", "complete",
    ]  # fmt: skip
    [post] = mine.get(f"{mine.id}/published_posts", fields="message,permalink_url")["data"]
    assert (post["message"], urlsplit(post["permalink_url"]).path) == (BASMALA, f"/facebook{told['permalink_url']}")
    assert BASMALA in requests.get(post["permalink_url"], timeout=5).text
    assert [row["id"] for row in mine.get(f"{mine.id}/video_reels")["data"]] == [begun["video_id"]]


def test_a_reel_that_is_finished_twice_stands_once(mine: Studio, clock: ManualClock, sandbox: SandboxClient) -> None:
    video = mine.uploaded()
    for _ in range(2):
        assert mine.finish(video, description="نص") == {"success": True}
    assert mine.state(video)["publishing_phase"] == {"status": "in_progress"}
    assert mine.get(f"{mine.id}/feed") == {"data": []}
    clock.advance(PROCESSED)
    assert len(mine.get(f"{mine.id}/feed")["data"]) == len(sandbox.posts("facebook")) == 1


def test_a_cut_reel_goes_on_where_its_status_says(mine: Studio) -> None:
    content, begun = upright(), mine.reel()
    cut = mine.transfer(begun["upload_url"], content[:50_002], size=len(content))
    assert debug(cut) == (400, "PartialRequestError")
    phase = mine.state(begun["video_id"])["uploading_phase"]
    assert (phase["status"], phase["bytes_transfered"], phase["bytes_transferred"]) == ("in_progress", 50_002, 50_002)
    assert error_of(mine.finish(begun["video_id"])) == (6000, 1363045)
    assert debug(mine.transfer(begun["upload_url"], content)) == (412, "OffsetInvalidError")
    rest = mine.transfer(begun["upload_url"], content[50_002:], 50_002, len(content))
    assert rest.json() == {"success": True}
    assert debug(mine.transfer(begun["upload_url"], content, "x")) == (400, "ParameterValidationError")


def test_what_is_no_video_is_refused_where_it_is_uploaded(mine: Studio) -> None:
    begun = mine.reel()
    assert debug(mine.transfer(begun["upload_url"], b"not a film at all" * 100)) == (400, "ProcessingFailedError")
    assert mine.transfer(begun["upload_url"], upright()).json() == {"success": True}


@pytest.mark.parametrize(
    ("content", "subcode", "said"),
    [
        (upright(size=(480, 854)), 1363127, "540p"), (upright(seconds=2), 1363128, "duration"),
        (upright(seconds=95), 1363128, "duration"), (upright(frames=15), 1363129, "frame rate"),
        (upright(size=(540, 1920)), 1363040, "aspect ratio"),
    ],
    ids=["small", "short", "long", "slow", "narrow"],
)  # fmt: skip
def test_a_reel_out_of_bounds_fails_while_it_is_processed(
    mine: Studio, clock: ManualClock, content: bytes, subcode: int, said: str
) -> None:
    early, late = mine.uploaded(content), mine.uploaded(content)
    assert mine.finish(early) == {"success": True}
    clock.advance(PROCESSED)
    told = mine.state(early)
    assert (told["video_status"], told["processing_phase"]["status"]) == ("error", "error")
    assert said in told["processing_phase"]["error"]["message"]
    assert error_of(mine.finish(late)) == (6000, subcode)
    assert mine.get(f"{mine.id}/feed") == {"data": []}


def test_a_draft_is_on_no_page_until_it_is_published(mine: Studio, clock: ManualClock) -> None:
    video = mine.uploaded()
    assert mine.finish(video, "DRAFT", description="نص") == {"success": True}
    clock.advance(PROCESSED)
    assert mine.state(video)["publishing_phase"]["publish_status"] == "draft"
    assert mine.get(f"{mine.id}/feed") == {"data": []}
    assert mine.finish(video, description="نص") == {"success": True}
    assert len(mine.get(f"{mine.id}/feed")["data"]) == 1


def test_a_reel_is_scheduled_between_ten_minutes_and_29_days_ahead(mine: Studio, clock: ManualClock) -> None:
    video = mine.uploaded()
    for wrong in ("", str(int(clock()) + 60), str(int(clock()) + 30 * 86400), "tomorrow"):
        assert error_of(mine.finish(video, "SCHEDULED", scheduled_publish_time=wrong))[0] == 100
    assert mine.finish(video, "SCHEDULED", scheduled_publish_time=int(clock()) + 700) == {"success": True}
    clock.advance(600)
    assert mine.state(video)["publishing_phase"]["publish_status"] == "scheduled"
    clock.advance(101)
    assert mine.state(video)["publishing_phase"]["publish_status"] == "published"


def test_what_a_reel_needs_is_told(mine: Studio, clock: ManualClock) -> None:
    reels = f"{mine.id}/video_reels"
    assert "upload_phase" in mine.post(reels)["error"]["message"]
    assert "video_state" in mine.post(reels, upload_phase="finish", video_id="4")["error"]["message"]
    assert error_of(mine.finish("400000000000999"))[0] == 100
    assert error_of(mine.finish(mine.uploaded(), "LIVE"))[0] == 100
    old = mine.reel()
    clock.advance(86_401)
    assert mine.state(old["video_id"])["video_status"] == "expired"
    assert error_of(mine.finish(old["video_id"])) == (6000, 1363041)
    assert debug(mine.transfer(old["upload_url"], upright())) == (400, "ProcessingFailedError")


def test_a_page_publishes_so_many_reels_in_a_day(
    mine: Studio, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_facebook_videos, "REELS_A_DAY", 2)
    for _ in range(2):
        assert mine.finish(mine.uploaded()) == {"success": True}
    third = mine.uploaded()
    assert error_of(mine.finish(third))[0] == 613
    clock.advance(86_399)
    assert mine.finish(mine.uploaded(), "DRAFT") == {"success": True}
    clock.advance(2)
    assert mine.finish(mine.uploaded()) == {"success": True}


def test_a_cover_of_its_own(mine: Studio, clock: ManualClock) -> None:
    video = mine.uploaded()
    assert error_of(mine.post(f"{video}/thumbnails"))[0] == 100
    told = mine.post(f"{video}/thumbnails", files={"source": ("c.png", picture(), "image/png")}, is_preferred="true")
    assert told == {"success": True}
    [row] = mine.get(f"{video}/thumbnails")["data"]
    assert requests.get(row["uri"], timeout=5).content == picture()
