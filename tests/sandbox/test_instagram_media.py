"""From where the simulated Instagram takes its files, and what of them it does not take (read 2026-11)."""

from __future__ import annotations

import pytest
import requests

from sandbox.dialects import _graph_fetch, _instagram_fetch
from sandbox.dialects._graph_ids import FIRST_CONTAINER
from sandbox.testing import SandboxClient
from tests.sandbox.instagram import Files, Professional, error_of, jpeg, mp4


def refused(mine: Professional, address: str) -> tuple[int, int | None]:
    return error_of(mine.post(f"{mine.id}/media", image_url=address))


def test_a_file_is_fetched_from_this_machine_under_the_networks_name(mine: Professional, files: Files) -> None:
    address = files.put(jpeg())
    assert mine.container(image_url=address)
    assert mine.container(image_url=address.replace("127.0.0.1", "localhost"))
    assert [path for path, _ in files.asked] == ["/0", "/0"]
    assert all(name.startswith("facebookexternalhit") for _, name in files.asked)


@pytest.mark.parametrize(
    "address",
    [
        "https://rabita.example/a.jpg", "http://192.0.2.1/a.jpg", "http://10.0.0.1/a.jpg", "http://[::ffff:10.0.0.1]/a",
        "http://127.0.0.1.example/a.jpg", "http://user@127.0.0.1/a.jpg", "ftp://127.0.0.1/a.jpg", "file:///etc/hosts",
        "http://127.0.0.1:99999/a.jpg", "http://127.0.0.1:1/a.jpg", "http://[", "a.jpg",
    ],
)  # fmt: skip
def test_nothing_is_fetched_from_elsewhere(mine: Professional, address: str) -> None:
    assert refused(mine, address) == (9004, 2207052)


def test_a_redirect_is_not_followed(mine: Professional, files: Files) -> None:
    aim = files.put(jpeg())
    assert refused(mine, files.put(b"", 302, Location=aim)) == (9004, 2207052)
    assert aim not in [files.base + path for path, _ in files.asked]


def test_what_is_missing_or_ends_early_could_not_be_fetched(mine: Professional, files: Files) -> None:
    assert refused(mine, files.put(b"", 404)) == (9004, 2207052)
    assert refused(mine, files.put(jpeg(), Content_Length="999999")) == (9004, 2207052)
    assert refused(mine, files.put(b"<html>not a picture</html>")) == (9004, 2207052)


def test_one_that_is_slow_to_come_is_not_waited_for(
    mine: Professional, files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_graph_fetch, "WHOLE_SECONDS", -1.0)
    assert refused(mine, files.put(jpeg())) == (-2, 2207003)


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "GIF"])
def test_a_picture_is_a_jpeg(mine: Professional, files: Files, kind: str) -> None:
    told = mine.post(f"{mine.id}/media", image_url=files.put(jpeg(kind=kind)))
    assert error_of(told) == (36001, 2207005)
    assert kind in told["error"]["error_user_msg"]


@pytest.mark.parametrize(
    ("size", "is_taken"),
    [((800, 1000), True), ((799, 1010), False), ((1910, 1000), True), ((1930, 1000), False), ((300, 300), True)],
)
def test_a_picture_is_between_portrait_and_landscape(
    mine: Professional, files: Files, size: tuple[int, int], is_taken: bool
) -> None:
    told = mine.post(f"{mine.id}/media", image_url=files.put(jpeg(size)))
    assert ("id" in told) is is_taken
    if not is_taken:
        assert error_of(told) == (36003, 2207009)


def test_a_picture_is_at_most_eight_mebibytes(mine: Professional, files: Files) -> None:
    whole = jpeg()
    assert mine.container(image_url=files.put(whole + b"\0" * (8 * 1024 * 1024 - len(whole))))
    told = mine.post(f"{mine.id}/media", image_url=files.put(whole + b"\0" * (8 * 1024 * 1024 + 1 - len(whole))))
    assert error_of(told) == (36000, 2207004)
    assert told["error"]["error_user_title"] == "Image size too large"


@pytest.mark.parametrize(
    ("content", "state"),
    [(mp4(), "FINISHED"), (mp4(b"qt  "), "FINISHED"), (b"\x1aE\xdf\xa3" + b"\0" * 64, "ERROR"), (jpeg(), "ERROR")],
    ids=["mp4", "mov", "webm", "jpeg"],
)
def test_a_video_is_an_mp4_or_a_mov(mine: Professional, files: Files, content: bytes, state: str) -> None:
    assert mine.state(mine.ready(media_type="REELS", video_url=files.put(content))) == state


@pytest.mark.parametrize(("seconds", "state"), [(2.9, "ERROR"), (3, "FINISHED"), (900, "FINISHED"), (900.5, "ERROR")])
def test_a_reel_lasts_from_three_seconds_to_fifteen_minutes(
    mine: Professional, files: Files, seconds: float, state: str
) -> None:
    address = files.put(mp4(seconds=seconds))
    assert mine.state(mine.ready(media_type="REELS", video_url=address)) == state
    item = mine.ready(media_type="VIDEO", video_url=address, is_carousel_item="true")
    assert mine.state(item) == "FINISHED"


def test_the_cover_of_a_reel_lies_within_it(mine: Professional, files: Files) -> None:
    address = files.put(mp4(seconds=4))
    assert mine.state(mine.ready(media_type="REELS", video_url=address, thumb_offset="3999")) == "FINISHED"
    late = mine.ready(media_type="REELS", video_url=address, thumb_offset="4000")
    assert "2207057" in mine.get(late, fields="status")["status"]


def test_a_video_that_could_not_be_fetched_is_told_by_its_state(mine: Professional, files: Files) -> None:
    made = mine.ready(media_type="REELS", video_url=files.put(b"", 404))
    assert "2207052" in mine.get(made, fields="status")["status"]


def test_of_a_long_video_only_the_beginning_is_kept(
    mine: Professional, files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_graph_fetch, "KEPT_BYTES", 64)
    monkeypatch.setattr(_graph_fetch, "CHUNK", 16)
    assert mine.state(mine.ready(media_type="REELS", video_url=files.put(mp4() * 10))) == "FINISHED"
    monkeypatch.setattr(_instagram_fetch, "VIDEO_BYTES", 100)
    assert mine.state(mine.ready(media_type="REELS", video_url=files.put(mp4() * 10))) == "ERROR"


def test_a_file_is_seen_by_others_once_it_is_published(
    mine: Professional, files: Files, sandbox: SandboxClient
) -> None:
    made = mine.ready(image_url=files.put(jpeg()))
    address = f"{mine.base}/file/{int(made) - FIRST_CONTAINER}"
    assert requests.get(address, timeout=5).status_code == 404
    media = mine.publish(made)["id"]
    assert mine.get(media, fields="media_url")["media_url"] == address
    assert requests.get(address, timeout=5).content == jpeg()
    [post] = sandbox.posts("instagram")
    assert (post["id"], post["kind"], post["account"]) == (media, "IMAGE", "rabita_insta")
