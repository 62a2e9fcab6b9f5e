"""Media of the simulated Mastodon, against https://docs.joinmastodon.org/methods/media/ (2026-11)."""

from __future__ import annotations

from sandbox.testing import ManualClock, SandboxClient
from tests.sandbox.conftest import Reader, picture


def test_an_upload_is_processed_before_it_has_an_address(author: Reader, clock: ManualClock) -> None:
    accepted = author.upload(description="وصف الصورة")
    assert (accepted.status_code, accepted.json()["url"]) == (202, None)
    path = f"/api/v1/media/{accepted.json()['id']}"
    assert author.call("GET", path).status_code == 206
    clock.advance(2)
    ready = author.call("GET", path)
    assert (ready.status_code, ready.json()["description"]) == (200, "وصف الصورة")
    assert ready.json()["meta"]["original"]["size"] == "40x30"


def test_the_uploaded_bytes_are_served_unchanged(author: Reader, passer_by: Reader, clock: ManualClock) -> None:
    content = picture() + b"\r\n--\r\n\r\ntail\r\n"
    media = author.upload(content).json()
    clock.advance(2)
    url = author.call("GET", f"/api/v1/media/{media['id']}").json()["url"]
    assert passer_by.call("GET", url.removeprefix(passer_by.base)).content == content


def test_unprocessed_media_cannot_be_attached(author: Reader, clock: ManualClock) -> None:
    media_id = author.upload().json()["id"]
    early = author.post("نص", media_ids=[media_id])
    assert early.status_code == 422
    assert "have not finished processing" in early.json()["error"]
    clock.advance(2)
    attached = author.post("", media_ids=[media_id]).json()["media_attachments"]
    assert [media["id"] for media in attached] == [media_id]


def test_one_file_serves_one_status(author: Reader, clock: ManualClock) -> None:
    media_id = author.upload().json()["id"]
    clock.advance(2)
    author.post("أول", media_ids=[media_id])
    assert author.post("ثان", media_ids=[media_id]).status_code == 422


def test_five_pictures_are_one_too_many(author: Reader, clock: ManualClock) -> None:
    ids = [author.upload().json()["id"] for _ in range(5)]
    clock.advance(2)
    assert author.post("نص", media_ids=ids).json() == {"error": "Cannot attach more than 4 files"}


def test_what_is_not_a_picture_is_refused(author: Reader) -> None:
    for answer in (author.upload(b"not a picture"), author.upload(picture(), "application/pdf")):
        assert answer.status_code == 422
        assert answer.json() == {"error": "Validation failed: File content type is invalid, File is invalid"}


def test_another_accounts_media_do_not_exist(author: Reader, sandbox: SandboxClient) -> None:
    sandbox.add_account(network="mastodon", handle="charlie", token="charlie-token")
    media_id = author.upload().json()["id"]
    assert Reader(author.base, "charlie-token").call("GET", f"/api/v1/media/{media_id}").status_code == 404
