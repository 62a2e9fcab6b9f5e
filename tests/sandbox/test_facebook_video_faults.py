"""The figures of videos on the simulated Facebook, and the faults that a person sets for them."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from sandbox.dialects import _facebook_uploads
from sandbox.testing import ManualClock, SandboxClient
from tests.sandbox.facebook import PROCESSED, Studio, debug, error_of, film, shown, upright


@pytest.fixture
def mine(sandbox: SandboxClient) -> Studio:
    return Studio(sandbox.base("facebook"), sandbox.token("rabita_page", "facebook"))


# Figures


def test_the_figures_of_a_reel_and_of_a_video_grow_under_their_own_names(mine: Studio, clock: ManualClock) -> None:
    reel, video = mine.uploaded(), mine.video(description="نص")["id"]
    mine.finish(reel, description="نص آخر")
    assert error_of(mine.get(f"{reel}/video_insights")) == (100, 33)
    clock.advance(PROCESSED + 3600)

    def figures(node: str, **asked: str) -> dict[str, Any]:
        return {row["name"]: row["values"][0]["value"] for row in mine.get(f"{node}/video_insights", **asked)["data"]}

    first = figures(reel)
    assert first["fb_reels_total_plays"] == first["blue_reels_play_count"] + first["fb_reels_replay_count"] > 0
    assert 0 < first["post_video_avg_time_watched"] < 30_000
    assert figures(reel, metric="total_video_views") == {}
    assert set(figures(video, metric="total_video_views,total_video_view_total_time")) == {
        "total_video_views", "total_video_view_total_time",
    }  # fmt: skip
    assert error_of(mine.get(f"{reel}/video_insights", metric="total_video_impressions"))[0] == 100
    clock.advance(36_000)
    assert figures(reel)["blue_reels_play_count"] > first["blue_reels_play_count"]
    post = f"{mine.id}_{mine.get(video, fields='post_id')['post_id']}"
    told = mine.get(f"{post}/insights", metric="post_media_view,post_video_views,post_video_avg_time_watched")["data"]
    assert all(row["values"][0]["value"] > 0 for row in told)
    assert mine.get(f"{post}/comments")["data"]
    plain = mine.post(f"{mine.id}/feed", message="بلا فيديو")["id"]
    [row] = mine.get(f"{plain}/insights", metric="post_video_views")["data"]
    assert row["values"][0]["value"] == 0


# Faults


def test_a_lost_answer_hides_a_video_that_exists(mine: Studio, sandbox: SandboxClient, clock: ManualClock) -> None:
    handle = mine.handle(film())
    sandbox.arm_fault("drop_answer", network="facebook", route="publish")
    with pytest.raises(requests.ConnectionError):
        mine.post(f"{mine.id}/videos", fbuploader_video_file_chunk=handle, description="نص")
    clock.advance(PROCESSED)
    assert [post["message"] for post in mine.get(f"{mine.id}/published_posts")["data"]] == ["نص"]
    assert [row["description"] for row in mine.get(f"{mine.id}/videos")["data"]] == ["نص"]


def test_the_publishing_of_a_reel_is_its_last_phase(mine: Studio, sandbox: SandboxClient, clock: ManualClock) -> None:
    sandbox.arm_fault("drop_answer", network="facebook", route="publish")
    video = mine.uploaded()
    with pytest.raises(requests.ConnectionError):
        mine.finish(video, description="نص")
    clock.advance(PROCESSED)
    assert mine.state(video)["publishing_phase"]["publish_status"] == "published"
    sandbox.arm_fault("rate_limited", network="facebook", route="publish", seconds=900)
    assert error_of(mine.finish(mine.uploaded()))[0] == 80001
    sandbox.arm_fault("server_error", network="facebook", route="POST /v*/video_reels", status=500)
    assert error_of(mine.reel())[0] == 1


def test_a_lost_answer_leaves_the_bytes_of_an_upload(mine: Studio, sandbox: SandboxClient) -> None:
    content, begun = upright(), mine.reel()
    sandbox.arm_fault("drop_answer", network="facebook", route="chunk")
    with pytest.raises(requests.ConnectionError):
        mine.transfer(begun["upload_url"], content)
    assert mine.state(begun["video_id"])["uploading_phase"]["status"] == "complete"


def test_a_refused_film_is_refused_in_the_words_of_each_host(mine: Studio, sandbox: SandboxClient) -> None:
    begun, content = mine.reel(), film()
    sandbox.arm_fault("media_refused", network="facebook")
    assert debug(mine.transfer(begun["upload_url"], content)) == (400, "ProcessingFailedError")
    sandbox.arm_fault("media_refused", network="facebook")
    assert error_of(mine.begin(content)) == (352, 1363024)
    sandbox.arm_fault("media_refused", network="facebook", route="publish")
    told = mine.post(f"{mine.id}/videos", files={"source": ("a.mp4", content, "video/mp4")})
    assert error_of(told) == (352, 1363024)


@pytest.mark.parametrize("way", ["handle", "reel"])
@pytest.mark.parametrize(
    ("kind", "phase", "status"),
    [("media_failed", "processing", "error"), ("media_rejected", "publishing", "error"), ("media_stuck", "", "")],
)
def test_processing_can_fail_be_rejected_or_hang(
    mine: Studio, sandbox: SandboxClient, clock: ManualClock, way: str, kind: str, phase: str, status: str
) -> None:
    sandbox.arm_fault(kind, network="facebook")
    if way == "handle":
        video = mine.video(description="نص")["id"]
    else:
        video = mine.uploaded()
        assert mine.finish(video, description="نص") == {"success": True}
    clock.advance(86_400)
    told = mine.state(video)
    if phase:
        assert (told["video_status"], told[f"{phase}_phase"]["status"]) == ("error", status)
        assert told[f"{phase}_phase"]["error"]["message"]
    else:
        assert (told["video_status"], told["processing_phase"]["status"]) == ("processing", "in_progress")
    assert mine.get(f"{mine.id}/feed") == {"data": []}
    assert "نص" not in shown(mine)


def test_a_film_too_large_for_the_upload_host_is_refused(mine: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_facebook_uploads, "MOST_BYTES", 100_000)
    assert debug(mine.transfer(mine.reel()["upload_url"], upright())) == (400, "ProcessingFailedError")
