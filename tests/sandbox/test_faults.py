"""The faults that can be armed, each seen as a client of the network sees it."""

from __future__ import annotations

import socket
import time

import pytest
import requests

from sandbox.testing import SandboxClient
from tests.sandbox.conftest import Reader


def texts(sandbox: SandboxClient) -> list[str]:
    return [post["text"] for post in sandbox.posts()]


def test_hanging_up_before_reading_posts_nothing(sandbox: SandboxClient, author: Reader) -> None:
    sandbox.arm_fault("hang_up", route="publish")
    with pytest.raises(requests.ConnectionError):
        author.post("نص")
    assert texts(sandbox) == []
    assert author.post("نص").status_code == 200


def test_a_dropped_answer_hides_a_post_that_exists(sandbox: SandboxClient, author: Reader) -> None:
    sandbox.arm_fault("drop_answer", route="publish")
    with pytest.raises(requests.ConnectionError):
        author.post("نص")
    assert texts(sandbox) == ["نص"]


def test_a_closed_port_refuses_connections_and_opens_again(sandbox: SandboxClient, author: Reader) -> None:
    sandbox.outage(0.5)
    deadline = time.monotonic() + 5
    refused = 0
    while time.monotonic() < deadline:
        try:
            answer = author.call("GET", "/api/v1/accounts/verify_credentials")
        except requests.ConnectionError as error:
            refused += "refused" in str(error).lower()
            continue
        if refused:
            break
    assert refused
    assert answer.status_code == 200


def test_a_closed_port_breaks_off_the_connections_that_stand(sandbox: SandboxClient, author: Reader) -> None:
    host, port = sandbox.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=5) as line:
        line.sendall(f"GET /phone.json HTTP/1.1\r\nHost: {host}:{port}\r\n\r\n".encode())
        assert line.recv(8) == b"HTTP/1.1"
        sandbox.outage(5)
        line.settimeout(3)
        said = b"once more"
        while said:
            try:
                said = line.recv(65536)
            except ConnectionResetError:
                said = b""


@pytest.mark.parametrize(("accepted", "expected"), [(True, ["نص"]), (False, [])])
def test_a_late_answer_outlasts_the_clients_patience(
    sandbox: SandboxClient, author: Reader, accepted: bool, expected: list[str]
) -> None:
    sandbox.arm_fault("delay", route="publish", seconds=5, accepted=accepted)
    with pytest.raises(requests.ReadTimeout):
        author.call("POST", "/api/v1/statuses", json={"status": "نص"}, timeout=0.2)
    assert texts(sandbox) == expected


@pytest.mark.parametrize("status", [500, 502, 503])
@pytest.mark.parametrize("accepted", [True, False])
def test_a_server_error_comes_before_or_after_acceptance(
    sandbox: SandboxClient, author: Reader, status: int, accepted: bool
) -> None:
    sandbox.arm_fault("server_error", route="publish", status=status, accepted=accepted)
    assert author.post("نص").status_code == status
    assert texts(sandbox) == (["نص"] if accepted else [])


def test_a_rate_limit_says_how_long(sandbox: SandboxClient, author: Reader) -> None:
    sandbox.arm_fault("rate_limited", route="publish", seconds=900)
    answer = author.post("نص")
    assert (answer.status_code, answer.json()) == (429, {"error": "Too many requests"})
    assert (answer.headers["Retry-After"], answer.headers["X-RateLimit-Remaining"]) == ("900", "0")
    assert answer.headers["X-RateLimit-Reset"].endswith("Z")
    assert texts(sandbox) == []


def test_a_revoked_token_stays_revoked_until_a_reset(sandbox: SandboxClient, author: Reader) -> None:
    sandbox.arm_fault("revoked_token", route="profile")
    for _ in range(2):
        assert author.call("GET", "/api/v1/accounts/verify_credentials").status_code == 401
    sandbox.reset()
    assert author.call("GET", "/api/v1/accounts/verify_credentials").status_code == 200


def test_a_missing_scope_is_said_in_the_networks_words(sandbox: SandboxClient, author: Reader) -> None:
    sandbox.arm_fault("missing_scope", route="publish")
    answer = author.post("نص")
    assert (answer.status_code, answer.json()["error"]) == (403, "This action is outside the authorized scopes")


@pytest.mark.parametrize("kind", ["not_json", "truncated_json"])
def test_an_answer_that_is_not_json_hides_a_post(sandbox: SandboxClient, author: Reader, kind: str) -> None:
    sandbox.arm_fault(kind, route="publish")
    answer = author.post("نص")
    assert answer.status_code == 200
    with pytest.raises(requests.JSONDecodeError):
        answer.json()
    assert texts(sandbox) == ["نص"]


def test_an_answer_can_break_off_in_its_middle(sandbox: SandboxClient, author: Reader) -> None:
    sandbox.arm_fault("cut_off", route="publish")
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        author.post("نص")
    assert texts(sandbox) == ["نص"]


def test_a_redirect_leads_to_another_host(sandbox: SandboxClient, author: Reader) -> None:
    sandbox.arm_fault("redirect", route="publish", location="http://elsewhere.example/take")
    answer = author.post("نص")
    assert (answer.status_code, answer.headers["location"]) == (307, "http://elsewhere.example/take")
    assert texts(sandbox) == []


def test_an_endless_body_never_ends(sandbox: SandboxClient, author: Reader) -> None:
    sandbox.arm_fault("endless", route="publish")
    with author.call("POST", "/api/v1/statuses", json={"status": "نص"}, stream=True) as answer:
        read = 0
        for chunk in answer.iter_content(65536):
            read += len(chunk)
            if read > 1_000_000:
                break
    assert read > 1_000_000
    assert texts(sandbox) == ["نص"]


def test_media_can_be_refused_or_stuck(sandbox: SandboxClient, author: Reader, clock: object) -> None:
    sandbox.arm_fault("media_refused")
    assert author.upload().status_code == 422
    sandbox.arm_fault("media_stuck")
    media_id = author.upload().json()["id"]
    clock.advance(86400)  # type: ignore[attr-defined]
    assert author.call("GET", f"/api/v1/media/{media_id}").status_code == 206


def test_a_fault_strikes_only_where_and_as_often_as_told(sandbox: SandboxClient, author: Reader) -> None:
    sandbox.add_account(network="mastodon", handle="other", token="other-token")
    sandbox.arm_fault("server_error", network="mastodon", account="other", route="publish", count=2)
    other = Reader(author.base, "other-token")
    assert author.post("نص").status_code == 200
    assert other.call("GET", "/api/v1/accounts/verify_credentials").status_code == 200
    assert [other.post("نص").status_code for _ in range(3)] == [503, 503, 200]
    assert sandbox.faults() == []


def test_a_chance_of_one_half_strikes_some_and_spares_some(sandbox: SandboxClient, author: Reader) -> None:
    sandbox.arm_fault("server_error", route="publish", count=None, probability=0.5)
    statuses = {author.post(f"نص {number}").status_code for number in range(20)}
    assert statuses == {200, 503}
    sandbox.disarm()
    assert author.post("نص").status_code == 200


def test_an_unknown_fault_is_refused(sandbox: SandboxClient) -> None:
    answer = requests.post(f"{sandbox.url}/_control/faults", json={"kind": "gremlins"}, timeout=5)
    assert answer.status_code == 422


def test_the_receive_time_is_the_networks_own(sandbox: SandboxClient, author: Reader, clock: object) -> None:
    clock.advance(0.123456)  # type: ignore[attr-defined]
    author.post("نص")
    assert sandbox.posts()[0]["received_at"] == 1_780_000_000.123456
