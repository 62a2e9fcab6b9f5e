"""Posting to the simulated TikTok: uploads in chunks, pulled files, processing, and what it refuses (read 2026-11)."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from sandbox.dialects import _tiktok_pull, _tiktok_upload
from sandbox.testing import ManualClock, SandboxClient
from tests.sandbox.boxes import mp4
from tests.sandbox.instagram import Files, jpeg
from tests.sandbox.tiktok import BASMALA, MEGA, Creator, code_of


@pytest.fixture
def creator(sandbox: SandboxClient, clock: ManualClock) -> Creator:
    return Creator.of(sandbox, clock)


def test_a_creator_is_told_what_may_be_chosen(creator: Creator) -> None:
    data = creator.creator_info()["data"]
    assert data["creator_username"] == "rabita_tiktok"
    assert data["privacy_level_options"] == ["PUBLIC_TO_EVERYONE", "MUTUAL_FOLLOW_FRIENDS", "SELF_ONLY"]
    assert (data["comment_disabled"], data["duet_disabled"], data["stitch_disabled"]) == (False, False, False)
    assert data["max_video_post_duration_sec"] == 600


def test_a_private_account_has_other_choices(creator: Creator) -> None:
    creator.choose(is_private="yes", comment_disabled="yes", max_video_post_duration_sec="180")
    data = creator.creator_info()["data"]
    assert data["privacy_level_options"] == ["FOLLOWER_OF_CREATOR", "MUTUAL_FOLLOW_FRIENDS", "SELF_ONLY"]
    assert (data["comment_disabled"], data["duet_disabled"], data["stitch_disabled"]) == (True, True, True)
    assert data["max_video_post_duration_sec"] == 180


def test_a_video_is_posted_and_gets_its_public_id_after_a_review(creator: Creator, sandbox: SandboxClient) -> None:
    video = mp4()
    begun = creator.begin(len(video))["data"]
    assert begun["publish_id"].startswith("v_pub_file~v2-1.")
    assert len(begun["publish_id"]) <= 64
    assert len(begun["upload_url"]) <= 256
    assert creator.status(begun["publish_id"]) == {
        "status": "PROCESSING_UPLOAD", "fail_reason": "", "publicaly_available_post_id": [], "uploaded_bytes": 0,
    }  # fmt: skip
    assert creator.send(begun["upload_url"], video).status_code == 201
    assert creator.status(begun["publish_id"])["status"] == "PROCESSING_UPLOAD"
    creator.clock.advance(2)
    told = creator.status(begun["publish_id"])
    assert (told["status"], told["publicaly_available_post_id"]) == ("PUBLISH_COMPLETE", [])
    creator.clock.advance(2)
    [number] = creator.status(begun["publish_id"])["publicaly_available_post_id"]
    assert isinstance(number, int)
    [post] = sandbox.posts("tiktok")
    assert (post["id"], post["text"]) == (str(number), BASMALA)


def test_moderation_may_be_late(creator: Creator) -> None:
    creator.choose(moderation_seconds="7200")
    publish_id = creator.posted()
    creator.clock.advance(7000)
    told = creator.status(publish_id)
    assert (told["status"], told["publicaly_available_post_id"]) == ("PUBLISH_COMPLETE", [])
    creator.clock.advance(300)
    assert creator.status(publish_id)["publicaly_available_post_id"]


@pytest.mark.parametrize("level", ["MUTUAL_FOLLOW_FRIENDS", "SELF_ONLY"])
def test_a_post_that_not_everybody_sees_never_has_a_public_id(creator: Creator, level: str) -> None:
    publish_id = creator.posted(privacy_level=level)
    creator.clock.advance(600)
    told = creator.status(publish_id)
    assert (told["status"], told["publicaly_available_post_id"]) == ("PUBLISH_COMPLETE", [])
    assert creator.videos()["data"]["videos"] == []


def chunks(video: bytes, size: int, count: int) -> list[tuple[int, bytes]]:
    return [(at * size, video[at * size : None if at == count - 1 else (at + 1) * size]) for at in range(count)]


def test_chunks_follow_each_other_and_the_last_one_takes_the_rest(creator: Creator) -> None:
    video = mp4(pad=11 * MEGA)
    begun = creator.begin(len(video), 5 * MEGA, 2)["data"]
    (_, first), (at, last) = chunks(video, 5 * MEGA, 2)
    answer = creator.send(begun["upload_url"], first, 0, len(video))
    assert (answer.status_code, answer.content) == (206, b"")
    assert answer.headers["Content-Range"] == f"bytes 0-{5 * MEGA - 1}/{len(video)}"
    assert creator.status(begun["publish_id"])["uploaded_bytes"] == 5 * MEGA
    answer = creator.send(begun["upload_url"], last, at, len(video))
    assert answer.status_code == 201
    creator.clock.advance(10)
    told = creator.status(begun["publish_id"])
    assert (told["status"], told["uploaded_bytes"]) == ("PUBLISH_COMPLETE", len(video))


def test_a_chunk_out_of_turn_is_not_satisfiable(creator: Creator) -> None:
    video = mp4(pad=11 * MEGA)
    url = creator.begin(len(video), 5 * MEGA, 2)["data"]["upload_url"]
    (_, first), (at, last) = chunks(video, 5 * MEGA, 2)
    assert creator.send(url, last, at, len(video)).status_code == 416
    assert creator.send(url, first[:-1], 0, len(video)).status_code == 416
    assert creator.send(url, first, 0, len(video) + 1).status_code == 416
    assert creator.send(url, first, 0, len(video)).status_code == 206
    again = creator.send(url, first, 0, len(video))
    assert (again.status_code, again.headers["Content-Range"]) == (416, f"bytes 0-{5 * MEGA - 1}/{len(video)}")
    assert creator.send(url, last, at, len(video)).status_code == 201
    assert creator.send(url, last, at, len(video)).status_code == 416


@pytest.mark.parametrize(
    "headers", [{"Content-Range": "0-9/10"}, {"Content-Range": "bytes 0-3/4"}, {"Content-Type": "video/avi"}]
)
def test_wrong_headers_of_a_chunk_are_a_bad_request(creator: Creator, headers: dict[str, str]) -> None:
    video = mp4()
    url = creator.begin(len(video))["data"]["upload_url"]
    assert creator.send(url, video, headers=headers).status_code == 400
    assert creator.send(url, video).status_code == 201


def test_an_address_lives_an_hour_and_must_be_whole(creator: Creator) -> None:
    video = mp4()
    url = creator.begin(len(video))["data"]["upload_url"]
    assert creator.send(url.split("&")[0], video).status_code == 404
    assert creator.send(f"{url}x", video).status_code == 404
    creator.clock.advance(3601)
    assert creator.send(url, video).status_code == 403


def test_an_upload_is_written_a_piece_at_a_time(creator: Creator, monkeypatch: pytest.MonkeyPatch) -> None:
    """The body is a file that nobody reads ahead: none of the requests' readers sees it whole."""
    sizes: list[int] = []
    real = _tiktok_upload._write

    async def noting(stream: Any, path: Any, at: int, length: int) -> int:
        async def noted() -> Any:
            async for piece in stream:
                sizes.append(len(piece))
                yield piece

        return await real(noted(), path, at, length)

    monkeypatch.setattr(_tiktok_upload, "_write", noting)
    video = mp4(pad=4 * MEGA)
    creator.posted(video)
    assert sum(sizes) == len(video)
    assert max(sizes) <= MEGA


@pytest.mark.parametrize(
    ("size", "chunk", "count", "is_taken"),
    [
        (50_000_123, 10_000_000, 5, True), (4_194_304, 4_194_304, 1, True), (64 * MEGA, 64 * MEGA, 1, True),
        (50_000_123, 10_000_000, 6, False), (65 * MEGA, 65 * MEGA, 1, False), (65 * MEGA, 64 * MEGA, 1, False),
        (65 * MEGA, 32 * MEGA, 2, True), (4 * MEGA, 2 * MEGA, 2, False), (20 * MEGA, 4 * MEGA, 5, False),
        (200 * MEGA, 65 * MEGA, 3, False), (4096 * MEGA, 64 * MEGA, 64, True), (4096 * MEGA + 1, 64 * MEGA, 64, False),
        (0, 1, 1, False), (10 * MEGA, 20 * MEGA, 1, False),
    ],
)  # fmt: skip
def test_chunks_are_bound(creator: Creator, size: int, chunk: int, count: int, is_taken: bool) -> None:
    assert code_of(creator.begin(size, chunk, count)) == ("ok" if is_taken else "invalid_param")


@pytest.mark.parametrize(
    ("video", "reason"),
    [
        (b"\0" * 4096, "file_format_check_failed"), (jpeg(), "file_format_check_failed"),
        (mp4(seconds=601), "duration_check_failed"), (mp4(frames=12), "frame_rate_check_failed"),
        (mp4(frames=23.976), ""), (mp4(frames=120), "frame_rate_check_failed"),
        (mp4(size=(350, 640)), "picture_size_check_failed"), (mp4(size=(4100, 640)), "picture_size_check_failed"),
        (mp4(brand=b"qt  "), ""), (b"\x1aE\xdf\xa3" + bytes(64), ""),
    ],
)  # fmt: skip
def test_processing_fails_for_a_documented_reason(creator: Creator, video: bytes, reason: str) -> None:
    publish_id = creator.posted(video)
    assert creator.status(publish_id)["status"] == "PROCESSING_UPLOAD"
    creator.clock.advance(10)
    told = creator.status(publish_id)
    assert (told["status"], told["fail_reason"]) == ("FAILED" if reason else "PUBLISH_COMPLETE", reason)
    assert bool(told["publicaly_available_post_id"]) is not bool(reason)


@pytest.mark.parametrize("reason", ["internal", "spam_risk_text", "spam_risk", "auth_removed", "publish_cancelled"])
def test_any_reason_may_be_chosen(creator: Creator, sandbox: SandboxClient, reason: str) -> None:
    creator.choose(fail_reason=reason)
    publish_id = creator.posted()
    creator.clock.advance(10)
    assert creator.status(publish_id)["fail_reason"] == reason
    assert sandbox.posts("tiktok") == []


def test_access_removed_during_an_upload_ends_it(creator: Creator, sandbox: SandboxClient) -> None:
    video = mp4()
    url = creator.begin(len(video))["data"]["upload_url"]
    sandbox.arm_fault("revoked_token", route="profile")
    creator.me("open_id")
    assert creator.send(url, video).status_code == 201
    assert sandbox.posts("tiktok") == []


def test_a_status_is_told_to_the_application_that_began_it(creator: Creator, sandbox: SandboxClient) -> None:
    publish_id = creator.posted()
    sandbox.add_account(network="tiktok", handle="charlie_tok", token="act.charlie")
    charlie = Creator(creator.base, "act.charlie", creator.clock)
    assert code_of(charlie.fetch(publish_id)) == "token_not_authorized_for_specified_publish_id"
    for unknown in ("v_pub_file~v2-1.7500000000000099999", "nothing", 7, publish_id.replace("pub_file", "pub_url")):
        assert code_of(creator.fetch(unknown)) == "invalid_publish_id"


@pytest.mark.parametrize(
    "info",
    [{"title": "ا" * 2201}, {"title": "𝄞" * 1101}, {"title": 5}, {"disable_duet": "no"}, {"is_aigc": 1}],
    ids=["long", "long in UTF-16", "number", "word", "one"],
)
def test_what_is_said_of_a_post_is_checked(creator: Creator, info: dict[str, Any]) -> None:
    assert code_of(creator.begin(1000, **info)) == "invalid_param"


@pytest.mark.parametrize("level", [None, "FOLLOWER_OF_CREATOR", "EVERYBODY"])
def test_who_may_see_it_is_one_of_the_choices(creator: Creator, level: str | None) -> None:
    assert code_of(creator.begin(1000, privacy_level=level)) == "privacy_level_option_mismatch"


@pytest.mark.parametrize(
    "code", ["spam_risk_too_many_posts", "spam_risk_user_banned_from_posting", "reached_active_user_cap"]
)
def test_a_creator_who_may_not_post_is_refused_twice(creator: Creator, code: str) -> None:
    """creator_info says so with 200, "intentional"; the beginning of a post with 403."""
    creator.choose(refusal=code)
    answer = creator.call("POST", "/v2/post/publish/creator_info/query/", json={})
    assert (answer.status_code, code_of(answer.json())) == (200, code)
    assert code_of(creator.begin(1000)) == code


def test_a_day_has_so_many_posts(creator: Creator) -> None:
    creator.choose(posts_a_day="2")
    creator.posted()
    creator.posted()
    assert code_of(creator.begin(1000)) == "spam_risk_too_many_posts"
    creator.clock.advance(86_400)
    assert code_of(creator.begin(1000)) == "ok"


def test_an_application_that_was_not_audited_posts_only_in_private(creator: Creator) -> None:
    creator.choose("app:", audited="")
    code = "unaudited_client_can_only_post_to_private_accounts"
    assert code_of(creator.begin(1000)) == code
    assert code_of(creator.begin(1000, privacy_level="SELF_ONLY")) == code
    creator.choose(is_private="yes")
    assert code_of(creator.begin(1000, privacy_level="FOLLOWER_OF_CREATOR")) == code
    assert code_of(creator.begin(1000, privacy_level="SELF_ONLY")) == "ok"


def test_a_video_is_pulled_from_where_the_application_owns_it(creator: Creator, files: Files) -> None:
    video = mp4()
    begun = creator.pull(files.put(video))
    assert begun["data"]["publish_id"].startswith("v_pub_url~v2.")
    assert "upload_url" not in begun["data"]
    assert creator.status(begun["data"]["publish_id"])["status"] == "PROCESSING_DOWNLOAD"
    creator.clock.advance(10)
    told = creator.status(begun["data"]["publish_id"])
    assert (told["status"], told["downloaded_bytes"]) == ("PUBLISH_COMPLETE", len(video))
    creator.choose("app:", verified="https://rabita.example/videos/")
    assert code_of(creator.pull(files.put(video))) == "url_ownership_unverified"


@pytest.mark.parametrize(
    "address", ["https://rabita.example/a.mp4", "http://10.0.0.1/a", "http://127.0.0.1:1/a", "http://[", "a.mp4"]
)
def test_nothing_is_pulled_from_elsewhere(creator: Creator, address: str) -> None:
    publish_id = creator.pull(address)["data"]["publish_id"]
    creator.clock.advance(10)
    assert creator.status(publish_id)["fail_reason"] == "video_pull_failed"


def test_what_redirects_or_ends_early_is_not_pulled(creator: Creator, files: Files) -> None:
    for address in (files.put(b"", 302, Location=files.put(mp4())), files.put(mp4(), Content_Length="999999")):
        publish_id = creator.pull(address)["data"]["publish_id"]
        creator.clock.advance(10)
        assert creator.status(publish_id)["fail_reason"] == "video_pull_failed"


def test_photos_are_posted_together(creator: Creator, files: Files, sandbox: SandboxClient) -> None:
    urls = [files.put(jpeg()), files.put(jpeg((300, 300), "WEBP"))]
    begun = creator.photos(urls, cover=1, description="وصف", title="عنوان")
    assert begun["data"]["publish_id"].startswith("p_pub_url~v2.")
    creator.clock.advance(10)
    [number] = creator.status(begun["data"]["publish_id"])["publicaly_available_post_id"]
    [post] = sandbox.posts("tiktok")
    assert (post["id"], post["text"], post["kind"]) == (str(number), "عنوان\n\nوصف", "PHOTO")
    cover = requests.get(f"{creator.base}/file/{number}/cover", timeout=5)
    assert cover.headers["content-type"] == "image/webp"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (jpeg(kind="PNG"), "file_format_check_failed"), (b"<html>", "file_format_check_failed"),
        (jpeg((1081, 1300)), "picture_size_check_failed"), (jpeg((500, 1921)), "picture_size_check_failed"),
    ],
)  # fmt: skip
def test_a_photo_that_will_not_do_fails_the_post(
    creator: Creator, files: Files, content: bytes, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish_id = creator.photos([files.put(jpeg()), files.put(content)])["data"]["publish_id"]
    missing = creator.photos([files.put(b"", 404)])["data"]["publish_id"]
    monkeypatch.setattr(_tiktok_pull, "PHOTO_BYTES", 10)
    large = creator.photos([files.put(jpeg())])["data"]["publish_id"]
    creator.clock.advance(10)
    assert creator.status(publish_id)["fail_reason"] == reason
    assert creator.status(missing)["fail_reason"] == "photo_pull_failed"
    assert creator.status(large)["fail_reason"] == "file_format_check_failed"


def test_photos_are_described_as_the_page_says(creator: Creator, files: Files) -> None:
    url = files.put(jpeg())
    assert code_of(creator.photos([])) == "invalid_param"
    assert code_of(creator.photos([url] * 36)) == "invalid_param"
    assert code_of(creator.photos([url], cover=1)) == "invalid_param"
    creator.clock.advance(61)
    assert code_of(creator.photos([url], mode="DIRECT POST")) == "invalid_param"
    assert code_of(creator.photos([url], title="ا" * 91)) == "invalid_param"
    assert code_of(creator.photos([url], description="ا" * 4001)) == "invalid_param"
