"""Videos on the simulated Facebook, against https://developers.facebook.com/ (Video API, read 2026-11)."""

from __future__ import annotations

import time
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest
import requests

from sandbox.dialects import _facebook_videos
from sandbox.testing import ManualClock, SandboxClient
from tests.sandbox.boxes import headless
from tests.sandbox.conftest import picture
from tests.sandbox.facebook import BASMALA, PROCESSED, Studio, debug, error_of, film, shown, upright


@pytest.fixture
def mine(sandbox: SandboxClient) -> Studio:
    return Studio(sandbox.base("facebook"), sandbox.token("rabita_page", "facebook"))


# Resumable Upload API


def test_a_file_is_uploaded_and_its_handle_becomes_a_video(mine: Studio, clock: ManualClock) -> None:
    content = film()
    session = mine.begin(content)["id"]
    assert session.startswith("upload:")
    assert "?sig=" in session
    handle = mine.send(session, content).json()["h"]
    made = mine.post(f"{mine.id}/videos", fbuploader_video_file_chunk=handle, title="درس", description=BASMALA)
    assert set(made) == {"id"}
    assert mine.get(f"{mine.id}/published_posts") == {"data": []}
    assert mine.state(made["id"])["video_status"] == "processing"
    clock.advance(PROCESSED)
    told = mine.get(made["id"], fields="title,description,length,published,status,post_id,permalink_url,source,picture")
    assert (told["title"], told["description"], told["length"], told["published"]) == ("درس", BASMALA, 30.0, True)
    assert told["status"]["publishing_phase"]["publish_status"] == "published"
    assert told["permalink_url"] == f"/{mine.id}/videos/{made['id']}/"
    assert requests.get(told["source"], timeout=5).content == content
    assert requests.get(told["picture"], timeout=5).headers["content-type"] == "image/jpeg"
    [post] = mine.get(f"{mine.id}/published_posts", fields="message,status_type,permalink_url,attachments")["data"]
    assert (post["id"], post["message"]) == (f"{mine.id}_{told['post_id']}", BASMALA)
    assert post["status_type"] == "added_video"
    [attached] = post["attachments"]["data"]
    assert (attached["media_type"], attached["target"]["id"]) == ("video", made["id"])
    assert requests.get(post["permalink_url"], timeout=5).status_code == 200


def test_a_cut_upload_goes_on_where_it_was_interrupted(mine: Studio) -> None:
    content = film()
    session = mine.begin(content)["id"]
    assert mine.reached(session)["file_offset"] == 0
    assert debug(mine.send(session, content[:70_000])) == (400, "PartialRequestError")
    assert mine.reached(session)["file_offset"] == 70_000
    assert debug(mine.send(session, content)) == (412, "OffsetInvalidError")
    assert debug(mine.send(session, content + b"more", 70_000)) == (400, "PartialRequestError")
    assert mine.reached(session)["file_offset"] == 70_000
    handle = mine.send(session, content[70_000:], 70_000).json()["h"]
    assert mine.post(f"{mine.id}/videos", fbuploader_video_file_chunk=handle)["id"]


def test_a_connection_that_breaks_leaves_what_it_brought(mine: Studio) -> None:
    content = film()
    session, at = mine.begin(content)["id"], urlsplit(mine.base)
    told = {"Authorization": f"OAuth {mine.token}", "file_offset": "0", "Content-Length": str(len(content))}
    connection = HTTPConnection(str(at.hostname), at.port, timeout=5)
    connection.putrequest("POST", f"{at.path}/{mine.version}/{session}")
    for name, value in told.items():
        connection.putheader(name, value)
    connection.endheaders(content[:80_000])
    connection.close()
    deadline = time.monotonic() + 5
    while (reached := mine.reached(session)["file_offset"]) == 0 and time.monotonic() < deadline:
        continue
    assert 0 < reached <= 80_000
    assert mine.send(session, content[reached:], reached).json()["h"]


def test_a_session_is_opened_by_its_signature_and_its_token_in_the_header(mine: Studio) -> None:
    content = film()
    session = mine.begin(content)["id"]
    assert error_of(mine.send(session.partition("?")[0], content).json())[0] == 100
    assert error_of(Studio(mine.base, "").send(session, content).json())[0] == 104
    in_query = f"{mine.base}/{mine.version}/{session}&access_token={mine.token}"
    assert error_of(requests.post(in_query, data=content, headers={"file_offset": "0"}, timeout=5).json())[0] == 104
    unheaded = {"Authorization": f"OAuth {mine.token}"}
    told = requests.post(f"{mine.base}/{mine.version}/{session}", data=content, headers=unheaded, timeout=5)
    assert debug(told) == (400, "ParameterValidationError")


@pytest.mark.parametrize(
    "wrong", [{"file_type": "video/quicktime"}, {"file_length": "0"}, {"file_length": "long"}, {"file_name": ""}]
)
def test_a_session_tells_name_length_and_one_of_five_types(mine: Studio, wrong: dict[str, str]) -> None:
    assert error_of(mine.begin(film(), **wrong))[0] == 100


# Videos


def test_without_a_file_or_with_a_wrong_handle_there_is_no_video(mine: Studio) -> None:
    videos = f"{mine.id}/videos"
    assert error_of(mine.post(videos, description="نص")) == (6000, 1363020)
    assert error_of(mine.post(videos, fbuploader_video_file_chunk="2:none")) == (6000, 1363041)
    assert mine.get(videos) == {"data": []}


@pytest.mark.parametrize(
    ("content", "subcode"),
    [
        (b"not a film at all" * 100, 1363024), (film(seconds=0.4), 1363025), (film(seconds=2401), 1363026),
        (film(pad=64), 1363022), (headless() + bytes(2000), 1363024),
    ],
    ids=["no film", "short", "long", "small", "headless"],
)  # fmt: skip
def test_a_file_is_judged_by_its_own_bytes(mine: Studio, content: bytes, subcode: int) -> None:
    told = mine.post(f"{mine.id}/videos", files={"source": ("a.mp4", content, "video/mp4")})
    assert error_of(told) == (352 if subcode == 1363024 else 6000, subcode)
    assert told["error"]["error_user_msg"]
    assert mine.get(f"{mine.id}/videos") == {"data": []}


def test_the_bytes_behind_a_handle_are_judged_too(mine: Studio) -> None:
    assert error_of(mine.video(b"not a film at all" * 100)) == (352, 1363024)
    assert error_of(mine.video(film(seconds=0.4))) == (6000, 1363025)


def test_a_video_comes_in_one_request_with_its_cover(mine: Studio, clock: ManualClock) -> None:
    files = {"source": ("a.mp4", film(seconds=65), "video/mp4"), "thumb": ("c.png", picture(), "image/png")}
    made = mine.post(f"{mine.id}/videos", files=files, description="نص")["id"]
    clock.advance(PROCESSED)
    assert requests.get(mine.get(made, fields="picture")["picture"], timeout=5).content == picture()
    html = shown(mine)
    assert f'poster="{mine.base}/poster/{made}"' in html
    assert "1:05" in html


def test_a_video_comes_in_phases(mine: Studio, clock: ManualClock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_facebook_videos, "CHUNK", 150_000)
    content, videos = film(), f"{mine.id}/videos"
    begun = mine.post(videos, upload_phase="start", file_size=len(content))
    session = {"upload_session_id": begun["upload_session_id"]}
    offsets = begun
    while (start := int(offsets["start_offset"])) < (end := int(offsets["end_offset"])):
        files = {"video_file_chunk": ("chunk", content[start:end], "application/octet-stream")}
        offsets = mine.post(videos, upload_phase="transfer", start_offset=start, files=files, **session)
    wrong = mine.post(
        videos, upload_phase="transfer", start_offset=0, files={"video_file_chunk": ("c", b"x")}, **session
    )
    assert error_of(wrong) == (6001, 1363037)
    assert wrong["error"]["error_data"] == {"start_offset": len(content), "end_offset": len(content)}
    for _ in range(2):
        assert mine.post(videos, upload_phase="finish", description="نص", **session) == {"success": True}
    clock.advance(PROCESSED)
    [post] = mine.get(f"{mine.id}/feed", fields="message,attachments{target}")["data"]
    assert (post["message"], post["attachments"]["data"][0]["target"]["id"]) == ("نص", begun["video_id"])
    assert requests.get(mine.get(begun["video_id"], fields="source")["source"], timeout=5).content == content


def test_an_upload_in_phases_can_be_cancelled(mine: Studio) -> None:
    videos = f"{mine.id}/videos"
    begun = mine.post(videos, upload_phase="start", file_size=5000)
    session = {"upload_session_id": begun["upload_session_id"]}
    assert mine.post(videos, upload_phase="cancel", **session) == {"success": True}
    assert error_of(mine.post(videos, upload_phase="finish", **session)) == (6000, 1363041)
    assert error_of(mine.get(begun["video_id"])) == (100, 33)


def test_phases_out_of_order_are_refused(mine: Studio) -> None:
    videos = f"{mine.id}/videos"
    assert error_of(mine.post(videos, upload_phase="start"))[0] == 100
    assert error_of(mine.post(videos, upload_phase="start", file_size=10)) == (6000, 1363022)
    assert error_of(mine.post(videos, upload_phase="start", file_size=3 * 1024**3)) == (6000, 1363023)
    assert error_of(mine.post(videos, upload_phase="finish", upload_session_id="9400000000000000")) == (6000, 1363041)
    begun = mine.post(videos, upload_phase="start", file_size=5000)
    finish = mine.post(videos, upload_phase="finish", upload_session_id=begun["upload_session_id"])
    assert error_of(finish) == (6000, 1363045)


def test_a_video_may_wait_unpublished_or_for_its_time(mine: Studio, clock: ManualClock) -> None:
    waiting = mine.video(published="false", description="مسودة")["id"]
    at = int(clock()) + 3600
    timed = mine.video(published="false", scheduled_publish_time=at, description="موعد")["id"]
    clock.advance(PROCESSED)
    assert mine.state(waiting)["publishing_phase"]["publish_status"] == "draft"
    assert mine.state(timed)["publishing_phase"] == {
        "status": "complete", "publish_status": "scheduled", "publish_time": at,
    }  # fmt: skip
    assert mine.get(f"{mine.id}/feed") == {"data": []}
    assert "موعد" not in shown(mine)
    assert mine.post(waiting, published="true") == {"success": True}
    assert [post["message"] for post in mine.get(f"{mine.id}/feed")["data"]] == ["مسودة"]
    clock.advance(3600)
    assert {post["message"] for post in mine.get(f"{mine.id}/feed")["data"]} == {"مسودة", "موعد"}
    assert mine.get(timed, fields="published")["published"] is True
    for wrong in (clock() + 60, clock() + 200 * 86400):
        assert error_of(mine.video(published="false", scheduled_publish_time=int(wrong)))[0] == 100


def test_a_video_is_edited_and_deleted_with_its_post(mine: Studio, clock: ManualClock) -> None:
    made = mine.video(description="خطأ")["id"]
    clock.advance(PROCESSED)
    post = f"{mine.id}_{mine.get(made, fields='post_id')['post_id']}"
    assert mine.post(made, description="صواب", title="عنوان") == {"success": True}
    assert mine.get(post)["message"] == "صواب"
    assert mine.get(made, fields="title,description")["title"] == "عنوان"
    assert mine.call("DELETE", made).json() == {"success": True}
    assert error_of(mine.get(post)) == (100, 33)
    assert error_of(mine.get(made)) == (100, 33)
    another = mine.video(description="نص")["id"]
    clock.advance(PROCESSED)
    mine.call("DELETE", f"{mine.id}_{mine.get(another, fields='post_id')['post_id']}")
    assert error_of(mine.get(another)) == (100, 33)


def test_another_page_reaches_none_of_it(mine: Studio, sandbox: SandboxClient) -> None:
    sandbox.add_account(network="facebook", handle="majlis", display_name="المجلس", bio="صفحة", token="majlis-token")
    theirs, content = Studio(mine.base, "majlis-token"), film()
    session = mine.begin(content)["id"]
    assert error_of(theirs.send(session, content).json())[0] == 100
    handle = mine.send(session, content).json()["h"]
    assert error_of(theirs.post(f"{theirs.id}/videos", fbuploader_video_file_chunk=handle)) == (6000, 1363041)
    assert error_of(theirs.post(f"{mine.id}/videos", fbuploader_video_file_chunk=handle))[0] == 200
    made = mine.post(f"{mine.id}/videos", fbuploader_video_file_chunk=handle)["id"]
    assert error_of(theirs.post(made, description="x"))[0] == 200
    assert error_of(theirs.call("DELETE", made).json())[0] == 200
    reel = mine.reel()
    assert error_of(theirs.transfer(reel["upload_url"], upright()).json())[0] == 200
    assert error_of(theirs.finish(reel["video_id"]))[0] == 100
