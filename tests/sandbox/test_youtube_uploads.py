"""Uploads to the simulated YouTube (developers.google.com/youtube/v3, resumable upload protocol, 2026-11)."""

from __future__ import annotations

import socket
import tracemalloc
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest
import requests

from sandbox.testing import ManualClock, SandboxClient
from tests.sandbox.youtube import CHUNK, UPLOAD, Studio, film, reason, resource

PARTS = {"part": "snippet,status"}


@pytest.fixture
def studio(sandbox: SandboxClient) -> Studio:
    return Studio(sandbox.base("youtube"), sandbox.token("rabitatube"))


def test_a_session_takes_a_file_in_chunks_and_ends_in_a_video(studio: Studio, sandbox: SandboxClient) -> None:
    content = film(2 * CHUNK + 1000)
    session = studio.session(resource("عنوان الدرس", "نص الوصف"), content)
    assert "upload_id=" in session
    assert session.startswith(studio.base)
    for start, end in ((0, CHUNK), (CHUNK, 2 * CHUNK)):
        answer = studio.chunk(session, content, start, end)
        assert (answer.status_code, answer.headers["Range"]) == (308, f"bytes=0-{end - 1}")
    assert sandbox.posts("youtube") == []
    done = studio.chunk(session, content, 2 * CHUNK, len(content))
    assert done.status_code == 201
    assert done.json()["snippet"]["title"] == "عنوان الدرس"
    [post] = sandbox.posts("youtube")
    assert (post["id"], post["text"], post["size"]) == (done.json()["id"], "نص الوصف", len(content))


def test_a_session_says_how_far_it_is(studio: Studio) -> None:
    content = film()
    session = studio.session(content=content)
    nothing = studio.so_far(session, len(content))
    assert (nothing.status_code, "Range" in nothing.headers) == (308, False)
    studio.chunk(session, content, 0, CHUNK)
    assert studio.so_far(session).headers["Range"] == f"bytes=0-{CHUNK - 1}"
    done = studio.chunk(session, content, CHUNK, len(content)).json()
    again = studio.so_far(session, len(content))
    assert (again.status_code, again.json()["id"]) == (201, done["id"])


def test_an_answer_that_was_lost_is_learnt_by_asking(studio: Studio, sandbox: SandboxClient) -> None:
    content = film()
    session = studio.session(content=content)
    sandbox.arm_fault("drop_answer", network="youtube", route="chunk")
    with pytest.raises(requests.ConnectionError):
        studio.call("PUT", session, data=content)
    [post] = sandbox.posts("youtube")
    assert studio.so_far(session).json()["id"] == post["id"]
    assert studio.call("PUT", session, data=content).json()["id"] == post["id"]
    assert len(sandbox.posts("youtube")) == 1


def test_a_broken_connection_keeps_what_came_in_whole_chunks(studio: Studio) -> None:
    content = film(4 * CHUNK)
    session = studio.session(content=content)
    target = urlsplit(session)
    with socket.create_connection((str(target.hostname), int(target.port or 0))) as wire:
        head = f"PUT {target.path}?{target.query} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {len(content)}\r\n\r\n"
        wire.sendall(head.encode() + content[: 2 * CHUNK + 500])
    received = _once_settled(studio, session)
    assert received == f"bytes=0-{2 * CHUNK - 1}"
    rest = studio.chunk(session, content, 2 * CHUNK, len(content))
    assert rest.status_code == 201
    assert studio.call("GET", f"/file/{rest.json()['id']}").status_code == 404  # not processed yet


def _once_settled(studio: Studio, session: str) -> str:
    """The server notices the broken connection a moment after it broke."""
    for _ in range(200):
        if found := studio.so_far(session).headers.get("Range", ""):
            return found
    return ""


def test_what_was_received_may_be_sent_again_but_nothing_be_left_out(studio: Studio, clock: ManualClock) -> None:
    content = film(3 * CHUNK)
    session = studio.session(content=content)
    studio.chunk(session, content, 0, CHUNK)
    assert studio.chunk(session, content, 0, 2 * CHUNK).headers["Range"] == f"bytes=0-{2 * CHUNK - 1}"
    assert reason(studio.chunk(session, content + bytes(CHUNK), 3 * CHUNK, 4 * CHUNK)) == (400, "badRequest")
    video_id = studio.call("PUT", session, data=content).json()["id"]
    clock.advance(3)
    assert studio.call("GET", f"/file/{video_id}").content == content


@pytest.mark.parametrize("end", [1000, CHUNK - 1, CHUNK + 1])
def test_a_chunk_is_a_multiple_of_256_kilobytes(studio: Studio, end: int) -> None:
    content = film()
    session = studio.session(content=content)
    assert reason(studio.chunk(session, content, 0, end)) == (400, "badRequest")
    assert "Range" not in studio.so_far(session).headers


@pytest.mark.parametrize("told", ["bytes 0-1", "bytes 5-2/10", "0-262143/*", "bytes 0-99/100"])
def test_a_range_that_does_not_fit_is_refused(studio: Studio, told: str) -> None:
    session = studio.session()
    answer = studio.call("PUT", session, data=bytes(CHUNK), headers={"Content-Range": told})
    assert reason(answer) == (400, "badRequest")


def test_a_session_is_unknown_or_ends_after_a_week(studio: Studio, clock: ManualClock) -> None:
    session, content = studio.session(), film()
    assert studio.so_far(f"{session}x").status_code == 404
    clock.advance(7 * 86_400 + 1)
    assert studio.call("PUT", session, data=content).status_code == 410


def test_a_session_belongs_to_its_channel_and_its_token_must_be_good(studio: Studio, sandbox: SandboxClient) -> None:
    session = studio.session()
    sandbox.add_account(network="youtube", handle="otherone", token="other-token")
    assert reason(Studio(studio.base, "other-token").so_far(session)) == (403, "forbidden")
    assert reason(Studio(studio.base, "nonsense").so_far(session)) == (401, "authError")
    assert Studio(studio.base, None).so_far(session).status_code == 308


def test_one_request_takes_metadata_and_file_together(studio: Studio, clock: ManualClock) -> None:
    content = film() + b"\r\n--cu\r\n--cut-not\r\n"
    for mime in ("video/mp4", "application/octet-stream"):
        answer = studio.multipart(UPLOAD, resource("معا"), content.replace(b"--cut-not", b""), mime, **PARTS)
        assert (answer.status_code, answer.json()["snippet"]["title"]) == (200, "معا")
    clock.advance(3)
    kept = studio.call("GET", f"/file/{answer.json()['id']}").content
    assert kept == content.replace(b"--cut-not", b"")


@pytest.mark.parametrize(
    ("send", "expected"),
    [
        (lambda s: s.begin(X_Upload_Content_Type="image/png"), (400, "badContent")),
        (lambda s: s.begin(X_Upload_Content_Length="0"), (400, "mediaBodyRequired")),
        (lambda s: s.begin(X_Upload_Content_Length=str(257 * 1024**3)), (413, "uploadTooLarge")),
        (lambda s: s.multipart(UPLOAD, resource(), b"", "video/mp4", **PARTS), (400, "mediaBodyRequired")),
        (lambda s: s.multipart(UPLOAD, resource(), b"x", "text/plain", **PARTS), (400, "badContent")),
        (lambda s: s.call("POST", UPLOAD, params=PARTS, json=resource()), (400, "mediaBodyRequired")),
        (lambda s: s.call("POST", UPLOAD, params={"uploadType": "resumable"}), (400, "missingRequiredParameter")),
        (lambda s: s.begin({"snippet": {"title": "a", "novelty": 1}}), (400, "badRequest")),
        (lambda s: s.begin({"snippet": {"title": "x" * 101}}), (400, "invalidTitle")),
        (lambda s: s.begin({"snippet": {"title": "<b>"}}), (400, "invalidTitle")),
        (lambda s: s.begin({"snippet": {"title": "a", "description": "و" * 2501}}), (400, "invalidDescription")),
        (lambda s: s.begin({"snippet": {"title": "a", "categoryId": "999"}}), (400, "invalidCategoryId")),
        (lambda s: s.begin({"snippet": {"title": "a", "tags": ["x" * 501]}}), (400, "invalidTags")),
        (lambda s: s.begin(resource(privacyStatus="secret")), (400, "invalidVideoMetadata")),
        (lambda s: s.begin(resource(publishAt="2030-01-01T00:00:00Z")), (400, "invalidPublishAt")),
    ],
)
def test_what_cannot_be_uploaded_is_refused(
    studio: Studio, sandbox: SandboxClient, send: Callable[[Studio], requests.Response], expected: tuple[int, str]
) -> None:
    assert reason(send(studio)) == expected
    assert sandbox.posts("youtube") == []


def test_titles_and_descriptions_reach_their_limits(studio: Studio) -> None:
    video_id = studio.uploaded(resource("ع" * 100, "و" * 2500))
    assert len(studio.video(video_id)["snippet"]["title"]) == 100


def test_a_large_file_is_never_held_in_memory(studio: Studio) -> None:
    size = 48 * 1024 * 1024
    content = film(1024)

    def pieces() -> Iterator[bytes]:
        yield content
        for _ in range((size - len(content)) // CHUNK):
            yield bytes(CHUNK)
        yield bytes((size - len(content)) % CHUNK)

    headers = {"X-Upload-Content-Length": str(size), "X-Upload-Content-Type": "video/mp4"}
    params = {"uploadType": "resumable", **PARTS}
    session = studio.call("POST", UPLOAD, params=params, json=resource(), headers=headers).headers["Location"]
    tracemalloc.start()
    answer = studio.call("PUT", session, data=pieces(), headers={"Content-Range": f"bytes 0-{size - 1}/{size}"})
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert answer.status_code == 201
    assert peak < size / 4


# What the faults do


@pytest.mark.parametrize(
    ("kind", "status", "detail"),
    [
        ("media_failed", "failed", {"failureReason": "conversion"}),
        ("media_rejected", "rejected", {"rejectionReason": "inappropriate"}),
        ("media_stuck", "uploaded", {}),
    ],
)
def test_a_file_may_come_to_a_bad_end_after_its_upload(
    studio: Studio, sandbox: SandboxClient, clock: ManualClock, kind: str, status: str, detail: dict[str, str]
) -> None:
    sandbox.arm_fault(kind, network="youtube")
    video_id = studio.uploaded()
    clock.advance(3600)
    told = studio.video(video_id)
    assert told["status"]["uploadStatus"] == status
    assert detail.items() <= told["status"].items()
    assert told["statistics"]["viewCount"] == "0"
    assert studio.call("GET", f"/watch?v={video_id}").status_code == 404


def test_a_mark_on_any_of_its_chunks_marks_the_file(studio: Studio, sandbox: SandboxClient) -> None:
    content = film()
    session = studio.session(content=content)
    sandbox.arm_fault("kept_private", network="youtube", route="chunk")
    studio.chunk(session, content, 0, CHUNK)
    told = studio.chunk(session, content, CHUNK, len(content)).json()
    assert told["status"]["privacyStatus"] == "private"


def test_a_publishing_that_is_not_heard_of_is_seen_at_the_video(studio: Studio, sandbox: SandboxClient) -> None:
    video_id = studio.uploaded(resource(privacyStatus="private"))
    sandbox.arm_fault("drop_answer", network="youtube", route="publish")
    with pytest.raises(requests.ConnectionError):
        studio.update({"id": video_id, "status": {"privacyStatus": "public"}}, "status")
    assert studio.video(video_id)["status"]["privacyStatus"] == "public"


def test_a_file_that_is_no_video_fails_by_itself(studio: Studio, clock: ManualClock) -> None:
    video_id = studio.uploaded(content=b"no video" * 100)
    clock.advance(3)
    found = studio.video(video_id, "status,processingDetails")
    assert (found["status"]["uploadStatus"], found["status"]["failureReason"]) == ("failed", "invalidFile")
    assert found["processingDetails"]["processingStatus"] == "failed"


def test_an_unaudited_project_has_private_videos_only(
    studio: Studio, sandbox: SandboxClient, clock: ManualClock
) -> None:
    sandbox.arm_fault("kept_private", network="youtube")
    video_id = studio.uploaded(resource(privacyStatus="public"))
    clock.advance(3600)
    assert studio.video(video_id)["status"]["privacyStatus"] == "private"
    changed = studio.update({"id": video_id, "status": {"privacyStatus": "public"}}, "status")
    assert changed.json()["status"]["privacyStatus"] == "private"
    assert studio.video(studio.uploaded())["status"]["privacyStatus"] == "public"


def test_a_channel_may_have_uploaded_too_much(studio: Studio, sandbox: SandboxClient) -> None:
    sandbox.arm_fault("upload_limit", network="youtube")
    assert reason(studio.begin()) == (400, "uploadLimitExceeded")


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("revoked_token", (401, "authError")), ("missing_scope", (403, "insufficientPermissions")),
        ("media_refused", (400, "badContent")), ("rate_limited", (429, "rateLimitExceeded")),
    ],
)  # fmt: skip
def test_faults_are_said_in_the_networks_words(
    studio: Studio, sandbox: SandboxClient, kind: str, expected: tuple[int, str]
) -> None:
    sandbox.arm_fault(kind, network="youtube", route="media")
    assert reason(studio.begin()) == expected


@pytest.mark.parametrize("kind", ["not_json", "truncated_json", "redirect", "cut_off", "hang_up"])
@pytest.mark.parametrize("route", ["chunk", "profile", "token"])
def test_every_fault_of_the_desk_strikes_here_once(
    studio: Studio, sandbox: SandboxClient, kind: str, route: str
) -> None:
    session, content = studio.session(), film()

    def answered() -> object:
        if route == "chunk":
            return studio.call("PUT", session, data=content, timeout=0.5).json()["id"]
        if route == "token":
            return studio.call("POST", "/token", timeout=0.5).json()["error"]
        return studio.call("GET", "/youtube/v3/channels", params={"part": "id", "mine": "true"}, timeout=0.5).json()[
            "kind"
        ]

    sandbox.arm_fault(kind, network="youtube", route=route)
    with pytest.raises((requests.RequestException, ValueError)):
        answered()
    assert sandbox.faults() == []
    assert answered()


def test_an_answer_to_the_bytes_may_have_no_end(studio: Studio, sandbox: SandboxClient) -> None:
    session, content = studio.session(), film()
    sandbox.arm_fault("endless", network="youtube", route="chunk")
    with studio.call("PUT", session, data=content, stream=True) as answer:
        blanks = next(answer.iter_content(4096))
    assert blanks.isspace()
    assert studio.so_far(session).status_code == 201


@pytest.mark.parametrize("accepted", [True, False])
def test_a_server_error_comes_before_or_after_the_bytes(studio: Studio, sandbox: SandboxClient, accepted: bool) -> None:
    session, content = studio.session(), film()
    sandbox.arm_fault("server_error", network="youtube", route="chunk", accepted=accepted)
    assert studio.call("PUT", session, data=content).status_code == 503
    assert len(sandbox.posts("youtube")) == accepted
    assert studio.so_far(session).status_code == (201 if accepted else 308)


def test_the_faults_of_few_networks_strike_no_other(sandbox: SandboxClient) -> None:
    sandbox.arm_fault("quota_exceeded", route="*")
    token = sandbox.token("rabita_demo")
    url = f"{sandbox.base('mastodon')}/api/v1/accounts/verify_credentials"
    assert requests.get(url, headers={"Authorization": f"Bearer {token}"}, timeout=5).status_code == 200
    assert len(sandbox.faults()) == 1
