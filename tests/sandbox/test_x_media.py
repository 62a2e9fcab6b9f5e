"""Media of the simulated X, against docs.x.com/x-api/media (2026-11): parts, pictures, alt texts, what a post takes."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from sandbox.testing import ManualClock, SandboxClient
from tests.sandbox.boxes import mp4
from tests.sandbox.conftest import Reader, picture
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

ADDS_UP_TO_LESS = "Segments do not add up to provided total file size."


@pytest.fixture
def author(sandbox: SandboxClient) -> Reader:
    return author_of(sandbox)


def said(answer: requests.Response) -> tuple[int, str]:
    """The status of a refusal and its words, in the documented form of an invalid request."""
    body = answer.json()
    assert (body["title"], body["type"]) == ("Invalid Request", "https://api.twitter.com/2/problems/invalid-request")
    return answer.status_code, body["errors"][0]["message"]


def test_a_picture_is_described_posted_and_read_back(author: Reader) -> None:
    media_id = upload(author)
    alt = {"id": media_id, "metadata": {"alt_text": {"text": "صورة المخطوط"}}}
    assert author.call("POST", "/2/media/metadata", json=alt).status_code == 200
    body = read(author, made(author, "نص", media={"media_ids": [media_id]}))
    shown = body["includes"]["media"][0]
    assert (shown["type"], shown["alt_text"], shown["width"]) == ("photo", "صورة المخطوط", 40)
    assert body["data"][0]["attachments"]["media_keys"] == [shown["media_key"]]
    assert body["data"][0]["text"].startswith("نص https://t.co/")
    assert requests.get(shown["url"], timeout=5).content == picture()
    assert posted(author, "ثان", media={"media_ids": [media_id]}).status_code == 400


@pytest.mark.parametrize("style", ["paths", "commands"])
def test_a_film_is_sent_in_parts_in_any_order(author: Reader, clock: ManualClock, style: str) -> None:
    def send(command: str, media_id: str = "", **how: Any) -> requests.Response:
        if style == "paths":
            part = {"INIT": "initialize", "APPEND": f"{media_id}/append", "FINALIZE": f"{media_id}/finalize"}[command]
            return author.call("POST", f"/2/media/upload/{part}", **how)
        how["data"] = {"command": command, "media_id": media_id, **how.get("data", {})}
        return author.call("POST", "/2/media/upload", **how)

    film = mp4(size=(1280, 720))
    begin = {"media_type": "video/mp4", "total_bytes": str(len(film)), "media_category": "tweet_video"}
    opened = send("INIT", data=begin).json()["data"]
    assert (opened["media_key"], opened["expires_after_secs"]) == (f"7_{opened['id']}", 1_295_999)
    for index, piece in ((1, film[100:]), (0, film[:100])):
        answer = send("APPEND", opened["id"], data={"segment_index": str(index)}, files={"media": ("part", piece)})
        assert answer.json()["data"] == {"expires_at": int(clock()) + 1_295_999}
    whole = send("FINALIZE", opened["id"]).json()["data"]
    assert (whole["size"], whole["expires_after_secs"]) == (len(film), 86_400)
    clock.advance(2)
    body = read(author, made(author, "نص", media={"media_ids": [opened["id"]]}), expansions="attachments.media_keys")
    assert body["includes"]["media"] == [{"media_key": opened["media_key"], "type": "video"}]
    assert author.call("GET", f"/media/{int(opened['id']) - 1_880_000_000_000_000_000}").content == film


def test_a_part_may_come_again_and_takes_the_place_of_the_first(author: Reader, clock: ManualClock) -> None:
    film = mp4()
    media_id = begun(author, len(film))
    for index, piece in ((0, b"cut off"), (0, film[:300]), (1, film[300:])):
        assert append(author, media_id, index, piece).status_code == 200
    finalize(author, media_id)
    clock.advance(2)
    assert status(author, media_id).json()["data"]["processing_info"]["state"] == "succeeded"


@pytest.mark.parametrize(
    "parts",
    [[], [(0, slice(0, 300))], [(0, slice(0, 300)), (2, slice(300, None))], [(1, slice(0, None))]],
    ids=["nothing", "one is missing", "a gap", "the first is missing"],
)
def test_parts_that_do_not_add_up_are_refused_and_may_still_be_sent(
    author: Reader, parts: list[tuple[int, slice]]
) -> None:
    film = mp4()
    media_id = begun(author, len(film))
    for index, part in parts:
        append(author, media_id, index, film[part])
    assert said(finalize(author, media_id)) == (400, ADDS_UP_TO_LESS)
    for index, part in ((0, slice(0, 300)), (1, slice(300, 350)), (2, slice(350, None))):
        append(author, media_id, index, film[part])
    assert finalize(author, media_id).status_code == 200


def test_more_than_was_announced_is_refused(author: Reader) -> None:
    media_id = begun(author, 10)
    append(author, media_id, 0, bytes(11))
    assert said(finalize(author, media_id)) == (400, ADDS_UP_TO_LESS)


@pytest.mark.parametrize("index", [1000, -1, "first", ""])
def test_a_segment_is_numbered_from_0_to_999(author: Reader, index: object) -> None:
    media_id = begun(author, 100)
    assert said(append(author, media_id, index, b"part")) == (400, "SegmentIndex must be between 0 and 999.")


def test_a_segment_larger_than_5_mb_is_too_large(author: Reader) -> None:
    media_id = begun(author, 8 * 1024**2)
    answer = append(author, media_id, 0, bytes(5 * 1024**2 + 1))
    assert (answer.status_code, answer.json()["title"]) == (413, "Payload Too Large")
    assert append(author, media_id, 0, bytes(5 * 1024**2)).status_code == 200


@pytest.mark.parametrize(
    ("mime", "category", "size", "is_taken"),
    [
        ("video/mp4", "tweet_video", 8 * 1024**3, True),
        ("video/mp4", "amplify_video", 8 * 1024**3 + 1, False),
        ("video/quicktime", "", 10, True),
        ("video/webm", "tweet_video", 10, True),
        ("video/mp4", "dm_video", 512 * 1024**2 + 1, False),
        ("video/mp4", "tweet_image", 10, False),
        ("video/mp4", "tweet_film", 10, False),
        ("video/x-msvideo", "tweet_video", 10, False),
        ("image/jpeg", "tweet_image", 5 * 1024**2 + 1, False),
        ("image/gif", "tweet_gif", 15 * 1024**2, True),
        ("video/mp4", "tweet_video", 0, False),
    ],
)
def test_a_kind_of_media_has_its_types_and_its_size(
    author: Reader, mime: str, category: str, size: int, is_taken: bool
) -> None:
    assert initialize(author, size, mime, category).status_code == (200 if is_taken else 400)


def test_a_picture_may_come_in_parts_and_is_not_processed(author: Reader) -> None:
    content = picture()
    media_id = sent(author, content, mime="image/png", category="tweet_image")
    assert "processing_info" not in finalize(author, media_id).json()["data"]
    assert said(status(author, media_id)) == (400, "BadRequest: Not found")
    assert made(author, "نص", media={"media_ids": [media_id]})


@pytest.mark.parametrize(
    ("content", "mime"),
    [(b"no picture", "image/png"), (b"%PDF", "application/pdf"), (b"", "image/png"), (mp4(), "video/mp4")],
)
def test_what_is_no_picture_does_not_come_in_one_request(author: Reader, content: bytes, mime: str) -> None:
    files = {"media": ("a", content, mime)}
    assert author.call("POST", "/2/media/upload", files=files).status_code == 400


def test_an_upload_is_finalized_once_and_takes_no_more_parts(author: Reader) -> None:
    media_id = finalized(author, mp4())
    assert finalize(author, media_id).status_code == 403
    assert append(author, media_id, 1, b"more").status_code == 403


def test_an_upload_that_is_not_whole_has_no_status(author: Reader) -> None:
    assert status(author, begun(author, 100)).status_code == 400


def test_uploads_survive_a_restart(tmp_path: Any, clock: ManualClock) -> None:
    from sandbox.testing import running_sandbox

    film = mp4()
    with running_sandbox(tmp_path, clock=clock) as client:
        media_id = begun(author_of(client), len(film))
        append(author_of(client), media_id, 0, film[:200])
    with running_sandbox(tmp_path, clock=clock) as client:
        append(author_of(client), media_id, 1, film[200:])
        info = finalize(author_of(client), media_id).json()["data"]["processing_info"]
        assert info == {"state": "succeeded", "progress_percent": 100}


def test_an_upload_ends_with_its_time(author: Reader, clock: ManualClock) -> None:
    open_one, whole_one = begun(author, 100), finalized(author, mp4())
    clock.advance(86_400)
    assert append(author, open_one, 0, b"part").status_code == 200
    assert status(author, whole_one).status_code == 400
    refused = posted(author, "نص", media={"media_ids": [whole_one]})
    assert said(refused) == (400, "Your media IDs are invalid.")
    clock.advance(1_209_600)
    assert append(author, open_one, 0, b"part").status_code == 400


def test_nobody_uses_the_uploads_of_another(author: Reader, sandbox: SandboxClient) -> None:
    sandbox.add_account(network="x", handle="charlie", token="charlie-token")
    charlie = Reader(author.base, "charlie-token")
    media_id = begun(author, 100)
    answers = (append(charlie, media_id, 0, b"part"), finalize(charlie, media_id), status(charlie, media_id))
    assert [answer.status_code for answer in answers] == [400, 400, 400]
    assert posted(charlie, "نص", media={"media_ids": [upload(author)]}).status_code == 400


def test_uploading_needs_its_own_scope(sandbox: SandboxClient) -> None:
    sandbox.add_account(network="x", handle="scoped", token="scoped-token", scopes="tweet.read tweet.write users.read")
    assert initialize(Reader(sandbox.base("x"), "scoped-token"), 100).status_code == 403
