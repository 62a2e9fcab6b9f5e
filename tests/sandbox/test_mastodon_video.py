"""Films of the simulated Mastodon (docs.joinmastodon.org/methods/media, /entities/MediaAttachment, 2026-11)."""

from __future__ import annotations

import io
from typing import Any

import pytest
import requests
from PIL import Image

from sandbox.testing import ManualClock, SandboxClient
from tests.films import film, needs_ffmpeg
from tests.sandbox.boxes import headless, mp4
from tests.sandbox.conftest import Reader, picture

BAD_FILE = "Validation failed: File content type is invalid, File is invalid"
FAILED = "Error processing thumbnail for uploaded media"


def send(author: Reader, content: bytes, mime: str = "video/mp4", thumbnail: bytes = b"", **fields: str) -> Any:
    files = {"file": ("film", content, mime)} | ({"thumbnail": ("t.png", thumbnail, "image/png")} if thumbnail else {})
    return author.call("POST", "/api/v2/media", files=files, data=fields, timeout=30)


def sent(author: Reader, content: bytes, mime: str = "video/mp4", **fields: Any) -> str:
    answer = send(author, content, mime, **fields)
    assert answer.status_code == 202, answer.text
    return str(answer.json()["id"])


def media(author: Reader, media_id: str) -> requests.Response:
    return author.call("GET", f"/api/v1/media/{media_id}")


def ready(author: Reader, clock: ManualClock, content: bytes = b"", **fields: Any) -> str:
    media_id = sent(author, content or mp4(size=(1280, 720)), **fields)
    clock.advance(2)
    return media_id


def test_a_film_is_accepted_processed_and_then_has_an_address(
    author: Reader, passer_by: Reader, clock: ManualClock
) -> None:
    content = mp4(seconds=88.65, size=(1280, 720), frames=24)
    accepted = send(author, content, description="وصف المقطع")
    assert (accepted.status_code, accepted.json()["url"], accepted.json()["type"]) == (202, None, "video")
    waiting = media(author, accepted.json()["id"])
    assert (waiting.status_code, waiting.json()["url"]) == (206, None)
    clock.advance(2)
    whole = media(author, accepted.json()["id"])
    assert (whole.status_code, whole.json()["description"]) == (200, "وصف المقطع")
    meta = whole.json()["meta"]
    assert (meta["length"], meta["duration"], meta["fps"], meta["size"]) == ("0:01:28.65", 88.65, 24, "1280x720")
    assert (meta["original"]["duration"], meta["small"]["size"]) == (88.65, "400x225")
    path = whole.json()["url"].removeprefix(author.base)
    assert passer_by.call("GET", path).content == content
    assert passer_by.call("GET", path, headers={"Range": "bytes=4-7"}).content == b"ftyp"


@needs_ffmpeg
@pytest.mark.parametrize(("kind", "mime"), [("mp4", "video/mp4"), ("mov", "video/quicktime"), ("webm", "video/webm")])
def test_what_an_encoder_wrote_is_taken(author: Reader, clock: ManualClock, kind: str, mime: str) -> None:
    media_id = sent(author, film(kind), mime)
    clock.advance(2)
    assert (media(author, media_id).status_code, media(author, media_id).json()["type"]) == (200, "video")


def test_a_film_without_a_sound_is_a_gifv(author: Reader, clock: ManualClock) -> None:
    assert media(author, ready(author, clock, mp4(sound=b""))).json()["type"] == "gifv"


def test_a_film_that_cannot_be_processed_says_so_and_is_not_posted(author: Reader, clock: ManualClock) -> None:
    media_id = sent(author, headless())
    assert media(author, media_id).status_code == 206
    clock.advance(2)
    failed = media(author, media_id)
    assert (failed.status_code, failed.json()) == (422, {"error": FAILED})
    refused = author.post("نص", media_ids=[media_id])
    assert (refused.status_code, "have not finished processing" in refused.json()["error"]) == (422, True)


def configured(author: Reader) -> Any:
    new, old = (author.call("GET", f"/api/{version}/instance").json() for version in ("v2", "v1"))
    assert new["configuration"]["media_attachments"] == old["configuration"]["media_attachments"]
    return new["configuration"]["media_attachments"]


def test_the_limits_that_the_instance_tells_are_those_that_hold(author: Reader) -> None:
    limits = configured(author)
    assert {"video/mp4", "video/quicktime", "video/webm"} <= set(limits["supported_mime_types"])
    wide, frames = limits["video_matrix_limit"] // 2160, limits["video_frame_rate_limit"]
    assert (wide, frames) == (3840, 120)
    for content in (mp4(size=(wide, 2160)), mp4(frames=frames + 0.5), mp4(seconds=7200)):
        assert send(author, content).status_code == 202
    too_wide, too_fast = send(author, mp4(size=(wide + 1, 2160))), send(author, mp4(frames=frames + 1))
    assert (too_wide.status_code, too_wide.json()) == (422, {"error": "3841x2160 videos are not supported"})
    assert (too_fast.status_code, too_fast.json()) == (422, {"error": "121fps videos are not supported"})


def test_a_film_is_as_large_as_the_instance_says(author: Reader) -> None:
    most = configured(author)["video_size_limit"]
    padding = most + 1 - len(mp4(pad=0))
    refused = send(author, mp4(pad=padding))
    assert (refused.status_code, refused.json()) == (
        422, {"error": "Validation failed: File must be less than 99 MB, File file size must be less than 99 MB"},
    )  # fmt: skip


def test_a_picture_is_as_large_as_the_instance_says(author: Reader) -> None:
    limits = configured(author)
    heavy = author.upload(picture() + bytes(limits["image_size_limit"]))
    assert (heavy.status_code, "less than 16 MB" in heavy.json()["error"]) == (422, True)
    wide = author.upload(picture((limits["image_matrix_limit"] // 100 + 1, 100)))
    assert (wide.status_code, wide.json()["error"]) == (422, "331777x100 images are not supported")


@pytest.mark.parametrize(
    ("content", "mime"),
    [(b"no film", "video/mp4"), (picture(), "video/mp4"), (mp4(), "video/x-msvideo"), (mp4(size=(0, 0)), "video/mp4")],
)
def test_what_is_no_film_is_refused(author: Reader, content: bytes, mime: str) -> None:
    refused = send(author, content, mime)
    assert (refused.status_code, refused.json()) == (422, {"error": BAD_FILE})


def test_one_film_or_up_to_four_pictures_stand_in_a_status(author: Reader, clock: ManualClock) -> None:
    films = [ready(author, clock), ready(author, clock, mp4(sound=b""))]
    pictures = [str(author.upload().json()["id"]) for _ in range(4)]
    clock.advance(2)
    for wrong in (films, [films[0], pictures[0]], [pictures[0], films[1]]):
        refused = author.post("نص", media_ids=wrong)
        assert refused.json() == {"error": "Cannot attach a video to a post that already contains images"}
    assert [one["type"] for one in author.post("نص", media_ids=films[:1]).json()["media_attachments"]] == ["video"]
    assert len(author.post("", media_ids=pictures).json()["media_attachments"]) == 4


def test_a_thumbnail_of_ones_own_stands_for_the_film(author: Reader, passer_by: Reader, clock: ManualClock) -> None:
    def preview(media_id: str) -> Image.Image:
        path = media(author, media_id).json()["preview_url"].removeprefix(author.base)
        return Image.open(io.BytesIO(passer_by.call("GET", path).content))

    plain, own = ready(author, clock), ready(author, clock, thumbnail=picture((800, 600), "JPEG"))
    assert (preview(plain).size, preview(own).size, preview(own).format) == ((400, 225), (400, 300), "JPEG")
    changed = {"thumbnail": ("t.png", picture((300, 300)), "image/png")}
    author.call("PUT", f"/api/v1/media/{plain}", files=changed)
    assert (preview(plain).size, preview(plain).format) == ((300, 300), "PNG")
    refused = send(author, mp4(), thumbnail=b"no picture")
    assert (refused.status_code, refused.json()) == (500, {"error": FAILED})


def test_a_description_is_as_long_as_the_instance_says(author: Reader, clock: ManualClock) -> None:
    most = configured(author)["description_limit"]
    media_id = ready(author, clock, description="و" * most)
    words = {"error": "Validation failed: Description is too long (maximum is 1500 characters)"}
    status = author.post("نص", media_ids=[media_id]).json()["id"]
    told = {"status": "نص", "media_ids": [media_id], "media_attributes": [{"id": media_id, "description": "و" * 1501}]}
    for refused in (
        send(author, mp4(), description="و" * (most + 1)),
        author.call("PUT", f"/api/v1/media/{media_id}", json={"description": "و" * (most + 1)}),
        author.call("PUT", f"/api/v1/statuses/{status}", json=told),
    ):
        assert (refused.status_code, refused.json()) == (422, words)


def test_a_film_that_is_not_used_can_be_deleted(author: Reader, clock: ManualClock) -> None:
    used, unused = ready(author, clock), ready(author, clock)
    url = media(author, unused).json()["url"].removeprefix(author.base)
    author.post("نص", media_ids=[used])
    assert author.call("DELETE", f"/api/v1/media/{used}").status_code == 422
    assert author.call("DELETE", f"/api/v1/media/{unused}").status_code == 200
    assert (media(author, unused).status_code, author.call("GET", url).status_code) == (404, 404)


def test_the_timeline_shows_a_film_with_its_poster_and_its_length(author: Reader, clock: ManualClock) -> None:
    media_id = ready(author, clock, mp4(seconds=75), description="درس قصير")
    author.post("نص", media_ids=[media_id])
    page = author.call("GET", "/@rabita_demo", params={"lang": "fr"}).text
    url = f"{author.base}/media_attachments/{media_id}"
    assert f'<video src="{url}/original" poster="{url}/small" controls' in page
    assert 'Durée\u202f: <bdi class="ltr">1:15</bdi>' in page
    assert "درس قصير" in page


# Faults


def test_a_film_may_be_stuck_or_fail(author: Reader, sandbox: SandboxClient, clock: ManualClock) -> None:
    found = {}
    for kind in ("media_stuck", "media_failed"):
        sandbox.arm_fault(kind, network="mastodon")
        found[kind] = sent(author, mp4())
    clock.advance(3600)
    assert {kind: media(author, one).status_code for kind, one in found.items()} == {
        "media_stuck": 206, "media_failed": 422,
    }  # fmt: skip
    assert author.post("نص", media_ids=[found["media_stuck"]]).status_code == 422


def test_a_refused_film_and_too_many_requests_are_said_in_the_networks_words(
    author: Reader, sandbox: SandboxClient
) -> None:
    for kind, status, words in (("media_refused", 422, BAD_FILE), ("rate_limited", 429, "Too many requests")):
        sandbox.arm_fault(kind, network="mastodon", route="media", seconds=300)
        refused = send(author, mp4())
        assert (refused.status_code, refused.json()) == (status, {"error": words})
    assert refused.headers["Retry-After"] == "300"


def test_a_film_whose_answer_was_lost_is_there(author: Reader, sandbox: SandboxClient, clock: ManualClock) -> None:
    sandbox.arm_fault("drop_answer", network="mastodon", route="media")
    with pytest.raises(requests.ConnectionError):
        send(author, mp4())
    clock.advance(2)
    assert media(author, "1").status_code == 200
