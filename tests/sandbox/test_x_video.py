"""Videos of the simulated X, against docs.x.com/x-api/media/quickstart (2026-11): processing, limits, posts."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from sandbox.testing import ManualClock, SandboxClient, running_sandbox
from tests.films import film, needs_ffmpeg
from tests.sandbox.boxes import headless, mp4
from tests.sandbox.conftest import Reader
from tests.sandbox.x import (
    append,
    author_of,
    begun,
    finalize,
    finalized,
    initialize,
    made,
    posted,
    read,
    sent,
    status,
    upload,
)

BAD = {"code": 1, "name": "InvalidMedia", "message": "Unsupported video format"}
FIELDS = "duration_ms,preview_image_url,variants,public_metrics,non_public_metrics,width,height,url"


@pytest.fixture
def author(sandbox: SandboxClient) -> Reader:
    return author_of(sandbox)


def info(author: Reader, media_id: str) -> Any:
    return status(author, media_id).json()["data"]["processing_info"]


def processed(author: Reader, clock: ManualClock, content: bytes, **told: str) -> Any:
    """What processing came to, once it is over."""
    media_id = finalized(author, content, **told)
    clock.advance(2)
    return info(author, media_id)


def ready(author: Reader, clock: ManualClock, content: bytes = b"", **told: str) -> str:
    media_id = finalized(author, content or mp4(size=(1280, 720)), **told)
    clock.advance(2)
    return media_id


def shown(author: Reader, post_id: str) -> Any:
    asked = {"expansions": "attachments.media_keys", "media.fields": FIELDS, "tweet.fields": "entities"}
    return read(author, post_id, **asked)["includes"]["media"][0]


def test_a_video_is_pending_then_in_progress_then_there(author: Reader, clock: ManualClock) -> None:
    media_id = sent(author, mp4())
    begun_at = finalize(author, media_id).json()["data"]["processing_info"]
    assert begun_at == {"state": "pending", "check_after_secs": 2}
    clock.advance(1)
    assert info(author, media_id) == {"state": "in_progress", "check_after_secs": 1, "progress_percent": 50}
    clock.advance(1)
    assert info(author, media_id) == {"state": "succeeded", "progress_percent": 100}


def test_a_video_is_not_posted_before_it_is_processed(
    author: Reader, clock: ManualClock, sandbox: SandboxClient
) -> None:
    media_id = finalized(author, mp4())
    refused = posted(author, "نص", media={"media_ids": [media_id]})
    assert (refused.status_code, refused.json()["errors"]) == (
        400,
        [{"parameters": {"media.media_ids": [media_id]}, "message": "Your media IDs are invalid."}],
    )
    assert sandbox.posts("x") == []
    clock.advance(2)
    assert made(author, "نص", media={"media_ids": [media_id]})


@pytest.mark.parametrize(
    ("content", "is_taken"),
    [
        (mp4(size=(1280, 720)), True),
        (mp4(size=(720, 1280)), True),
        (mp4(size=(1280, 1024)), True),
        (mp4(size=(1920, 1080)), False),
        (mp4(size=(1200, 1100)), False),
        (mp4(size=(31, 60)), False),
        (mp4(size=(900, 300)), True),
        (mp4(size=(901, 300)), False),
        (mp4(seconds=0.5), True),
        (mp4(seconds=0.4), False),
        (mp4(frames=60), True),
        (mp4(frames=61), False),
        (mp4(sound=b""), True),
        (mp4(sound=b"ac-3"), False),
        (mp4(brand=b"qt  "), True),
        (headless(), False),
        (b"no film at all", False),
        (b"\x1aE\xdf\xa3 of another type than was said", False),
    ],
)
def test_a_video_is_judged_by_its_bytes(author: Reader, clock: ManualClock, content: bytes, is_taken: bool) -> None:
    found = processed(author, clock, content)
    expected = {"state": "succeeded"} if is_taken else {"state": "failed", "error": BAD}
    assert found == expected | {"progress_percent": 100}


@needs_ffmpeg
@pytest.mark.parametrize(("kind", "mime"), [("mp4", "video/mp4"), ("mov", "video/quicktime"), ("webm", "video/webm")])
def test_what_an_encoder_wrote_is_taken(author: Reader, clock: ManualClock, kind: str, mime: str) -> None:
    assert processed(author, clock, film(kind), mime=mime)["state"] == "succeeded"


def test_a_video_that_failed_is_not_posted(author: Reader, clock: ManualClock) -> None:
    media_id = ready(author, clock, headless())
    assert posted(author, "نص", media={"media_ids": [media_id]}).status_code == 400


def test_a_long_video_is_processed_and_its_post_refused(author: Reader, clock: ManualClock) -> None:
    longest, longer = (ready(author, clock, mp4(seconds=seconds)) for seconds in (1200, 1200.1))
    assert info(author, longer)["state"] == "succeeded"
    refused = posted(author, "نص", media={"media_ids": [longer]})
    assert (refused.status_code, refused.json()["detail"]) == (
        403, "This user is not allowed to post a video longer than 20 minutes.",
    )  # fmt: skip
    assert made(author, "نص", media={"media_ids": [longest]})


@pytest.mark.parametrize(
    ("category", "seconds", "said"),
    [
        ("amplify_video", 7505, "2.hours+5.minutes+5.seconds exceeds max duration of 2.hours+5.minutes"),
        ("dm_video", 150, "2.minutes+30.seconds exceeds max duration of 2.minutes+20.seconds"),
        ("dm_video", 150.25, "2.minutes+30.seconds+250.milliseconds exceeds max duration of 2.minutes+20.seconds"),
    ],
)
def test_a_video_that_nobody_may_upload_fails(
    author: Reader, clock: ManualClock, category: str, seconds: float, said: str
) -> None:
    found = processed(author, clock, mp4(seconds=seconds), category=category)
    assert found["error"] == {"code": 3, "name": "UnsupportedMedia", "message": f"Duration {said}"}


def test_one_video_or_up_to_four_pictures_stand_in_a_post(author: Reader, clock: ManualClock) -> None:
    videos = [ready(author, clock), ready(author, clock)]
    pictures = [upload(author) for _ in range(5)]
    for wrong in (videos, [videos[0], pictures[0]], [pictures[0], videos[0]], pictures):
        assert posted(author, "نص", media={"media_ids": wrong}).status_code == 400
    assert made(author, "نص", media={"media_ids": videos[:1]})
    assert made(author, "آخر", media={"media_ids": pictures[:4]})


def test_a_video_for_a_message_is_not_posted(author: Reader, clock: ManualClock) -> None:
    media_id = ready(author, clock, category="dm_video")
    assert posted(author, "نص", media={"media_ids": [media_id]}).status_code == 400


def test_a_video_is_read_back_with_its_length_its_poster_and_its_file(author: Reader, clock: ManualClock) -> None:
    content = mp4(seconds=46.947, size=(1280, 720))
    media_id = ready(author, clock, content, category="amplify_video")
    post_id = made(author, "نص", media={"media_ids": [media_id]})
    found = shown(author, post_id)
    assert (found["media_key"], found["type"], found["duration_ms"]) == (f"13_{media_id}", "video", 46_947)
    assert (found["width"], found["height"], "url" in found) == (1280, 720, False)
    assert requests.get(found["preview_image_url"], timeout=5).headers["content-type"] == "image/jpeg"
    file = found["variants"][0]
    assert (file["content_type"], requests.get(file["url"], timeout=5).content) == ("video/mp4", content)
    part = requests.get(file["url"], headers={"Range": "bytes=4-7"}, timeout=5)
    assert (part.status_code, part.content) == (206, b"ftyp")
    link = read(author, post_id, **{"tweet.fields": "entities"})["data"][0]["entities"]["urls"][0]
    assert link["expanded_url"] == f"{author.base}/rabita_x/status/{post_id}/video/1"


def test_views_are_everybodys_and_quarters_the_authors_for_30_days(
    author: Reader, sandbox: SandboxClient, clock: ManualClock
) -> None:
    post_id = made(author, "نص", media={"media_ids": [ready(author, clock)]})
    assert shown(author, post_id)["public_metrics"] == {"view_count": 0}
    clock.advance(3600)
    found = shown(author, post_id)
    quarters = [found["non_public_metrics"][f"playback_{part}_count"] for part in (0, 25, 50, 75, 100)]
    assert quarters == sorted(quarters, reverse=True)
    posts = read(author, post_id, **{"tweet.fields": "public_metrics"})["data"][0]["public_metrics"]
    assert posts["impression_count"] >= found["public_metrics"]["view_count"] >= quarters[0] > quarters[-1] > 0
    sandbox.add_account(network="x", handle="charlie", token="charlie-token")
    assert "non_public_metrics" not in shown(Reader(author.base, "charlie-token"), post_id)
    clock.advance(30 * 86_400)
    assert ("public_metrics" in shown(author, post_id), "non_public_metrics" in shown(author, post_id)) == (True, False)


def test_the_timeline_shows_a_video_with_its_poster_and_its_length(author: Reader, clock: ManualClock) -> None:
    media_id = ready(author, clock, mp4(seconds=75, size=(1280, 720)))
    made(author, "نص", media={"media_ids": [media_id]})
    page = author.call("GET", "/rabita_x", params={"lang": "en"}).text
    number = int(media_id) - 1_880_000_000_000_000_000
    assert f'<video src="{author.base}/media/{number}" poster="{author.base}/media/{number}/preview" controls' in page
    assert 'Length: <bdi class="ltr">1:15</bdi>' in page
    assert "video without a description" in page


# Faults


@pytest.mark.parametrize("step", ["initialize", "*/append", "*/finalize"])
def test_a_fault_at_any_step_of_an_upload_shows_in_its_processing(
    author: Reader, sandbox: SandboxClient, clock: ManualClock, step: str
) -> None:
    sandbox.arm_fault("media_stuck", network="x", route=f"POST /2/media/upload/{step}")
    stuck = finalized(author, mp4())
    sandbox.arm_fault("media_failed", network="x", route=f"POST /2/media/upload/{step}")
    failed = finalized(author, mp4())
    clock.advance(3600)
    assert info(author, stuck) == {"state": "in_progress", "check_after_secs": 1, "progress_percent": 50}
    assert posted(author, "نص", media={"media_ids": [stuck]}).status_code == 400
    assert info(author, failed) == {"state": "failed", "progress_percent": 100, "error": BAD}


def test_a_refused_video_is_refused_in_the_networks_words(author: Reader, sandbox: SandboxClient) -> None:
    sandbox.arm_fault("media_refused", network="x")
    answer = initialize(author, 100)
    assert (answer.status_code, answer.json()["errors"][0]["message"]) == (400, "media type unrecognized.")
    assert initialize(author, 100).status_code == 200


def test_each_step_meets_its_rate_limit(author: Reader, sandbox: SandboxClient, clock: ManualClock) -> None:
    media_id = sent(author, mp4())
    for route, ask in (("media", finalize), ("media_check", status)):
        sandbox.arm_fault("rate_limited", network="x", route=route, seconds=300)
        answer = ask(author, media_id)
        assert (answer.status_code, answer.headers["x-rate-limit-reset"]) == (429, str(int(clock()) + 300))
    assert finalize(author, media_id).status_code == 200


def test_a_part_whose_answer_was_lost_is_sent_again(author: Reader, sandbox: SandboxClient) -> None:
    content = mp4()
    media_id = begun(author, len(content))
    sandbox.arm_fault("drop_answer", network="x", route="chunk")
    with pytest.raises(requests.ConnectionError):
        append(author, media_id, 0, content)
    append(author, media_id, 0, content)
    assert finalize(author, media_id).status_code == 200


def test_an_upload_whose_last_answer_was_lost_is_whole(author: Reader, sandbox: SandboxClient) -> None:
    media_id = sent(author, mp4())
    sandbox.arm_fault("drop_answer", network="x", route="media")
    with pytest.raises(requests.ConnectionError):
        finalize(author, media_id)
    assert info(author, media_id)["state"] == "pending"


def test_each_step_has_a_limit_of_its_own(clock: ManualClock) -> None:
    with running_sandbox(clock=clock, rate_limit=2) as client:
        author = author_of(client)
        media_id = sent(author, mp4())
        assert [append(author, media_id, 0, b"part").status_code for _ in range(2)] == [200, 429]
        assert initialize(author, 100).status_code == 200
