"""The guarded client against a real server on the loopback."""

import logging
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from outgoing import Client, GuardedAdapter, GuardedSession, MaybeSent, NeverSent, Policy, Reason
from tests.outgoing.loopback import Asked, Manner, Reply, serving, unused_port

SECRET = "s3cr3t-t0ken"


@pytest.fixture
def client() -> Iterator[Client]:
    with Client(allow_private=True, connect_timeout=1, read_timeout=0.3, total_timeout=1, max_bytes=100_000) as made:
        yield made


def test_an_answer_arrives_whole(client: Client) -> None:
    with serving(Reply({"text": "بِسْمِ ٱللَّهِ"})).running() as server:
        assert client.request("GET", server.url).json() == {"text": "بِسْمِ ٱللَّهِ"}


def test_connections_are_used_again(client: Client) -> None:
    with serving(Reply({})).running() as server:
        for _ in range(3):
            client.request("GET", server.url)
        assert len({asked.from_port for asked in server.asked}) == 1


def test_a_refused_connection_was_certainly_not_sent(client: Client) -> None:
    with pytest.raises(NeverSent) as caught:
        client.request("POST", f"http://127.0.0.1:{unused_port()}/", data={"status": "x"})
    assert caught.value.reason == Reason.REFUSED


def test_a_failed_handshake_was_certainly_not_sent(client: Client) -> None:
    with serving(Reply({})).running() as server, pytest.raises(NeverSent) as caught:
        client.request("POST", server.url.replace("http:", "https:"))
    assert caught.value.reason == Reason.TLS_FAILED
    assert server.asked == []


def test_a_server_that_never_answers_leaves_the_outcome_unknown(client: Client) -> None:
    with serving(Reply(manner=Manner.SILENT)).running() as server:
        with pytest.raises(MaybeSent) as caught:
            client.request("POST", server.url, data={"status": "x"})
        assert caught.value.reason == Reason.ANSWER_TIMED_OUT
        assert len(server.asked) == 1


def test_a_connection_broken_after_sending_leaves_the_outcome_unknown_and_is_not_repeated(client: Client) -> None:
    with serving(Reply(manner=Manner.DROPPED)).running() as server:
        with pytest.raises(MaybeSent) as caught:
            client.request("POST", server.url, data={"status": "x"})
        assert caught.value.reason == Reason.BROKEN
        assert len(server.asked) == 1


def test_a_truncated_answer_is_not_taken_for_a_whole_one(client: Client) -> None:
    with serving(Reply({"id": "1"}, manner=Manner.TRUNCATED)).running() as server, pytest.raises(MaybeSent):
        client.request("POST", server.url)


def test_an_endless_body_is_stopped(client: Client) -> None:
    with serving(Reply(manner=Manner.ENDLESS)).running() as server, pytest.raises(MaybeSent) as caught:
        client.request("GET", server.url)
    assert caught.value.reason == Reason.ANSWER_TOO_LARGE


def test_a_dripping_body_is_stopped_by_the_total_deadline(client: Client) -> None:
    with serving(Reply(manner=Manner.DRIPPING)).running() as server:
        started = time.monotonic()
        with pytest.raises(MaybeSent) as caught:
            client.request("GET", server.url)
    assert caught.value.reason == Reason.ANSWER_TIMED_OUT
    assert time.monotonic() - started < 2


ASKS = """
import sys
from outgoing import Client
with Client(allow_private=True, connect_timeout=1, read_timeout=5, total_timeout=0.4) as client:
    print(client.request("POST", sys.argv[1], data={"status": "x"}).json()["id"])
"""


def test_a_whole_answer_that_a_frozen_process_finds_on_waking_is_handed_over(repository: Path) -> None:
    def answer(_asked: Asked) -> Reply:
        asking.send_signal(signal.SIGSTOP)
        return Reply({"id": "71"})

    with serving(answer).running() as server:
        asking = subprocess.Popen([sys.executable, "-c", ASKS, server.url], cwd=repository, stdout=subprocess.PIPE)
        deadline = time.monotonic() + 20
        while not server.asked and time.monotonic() < deadline:
            time.sleep(0.01)
        time.sleep(0.6)  # the frozen process lives past its own deadline: only the clock can bring that about
        asking.send_signal(signal.SIGCONT)
        told, _none = asking.communicate(timeout=20)
    assert told == b"71\n"


def test_a_late_answer_that_does_not_say_where_it_ends_may_have_been_cut(client: Client) -> None:
    with serving(Reply(manner=Manner.DRIPPING)).running() as server, pytest.raises(MaybeSent):
        client.request("POST", server.url, data={"status": "x"})


def test_dripping_headers_are_stopped_by_the_total_deadline(client: Client) -> None:
    with serving(Reply(manner=Manner.DRIPPING_HEADERS)).running() as server, pytest.raises(MaybeSent) as caught:
        client.request("GET", server.url)
    assert caught.value.reason == Reason.ANSWER_TIMED_OUT


def test_a_redirect_is_an_answer_and_is_never_followed(client: Client) -> None:
    with serving(Reply({"stolen": True})).running() as other:
        away = Reply(status=307, headers={"Location": f"{other.url}/elsewhere"})
        with serving(away).running() as server:
            answer = client.request("POST", server.url, headers={"Authorization": f"Bearer {SECRET}"})
            followed = client.session.get(server.url, allow_redirects=True)
        assert (answer.status_code, followed.status_code) == (307, 307)
        assert other.asked == []


def test_nothing_is_read_from_the_environment(client: Client, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{unused_port()}")
    netrc = tmp_path / "netrc"
    netrc.write_text(f"machine 127.0.0.1 login x password {SECRET}\n")
    monkeypatch.setenv("NETRC", str(netrc))
    with serving(Reply({})).running() as server:
        client.request("GET", server.url)
        assert "Authorization" not in server.asked[0].headers


def test_cookies_are_not_kept(client: Client) -> None:
    with serving(Reply({}, headers={"Set-Cookie": f"session={SECRET}; Path=/"})).running() as server:
        client.request("GET", server.url)
        client.request("GET", server.url)
        assert "Cookie" not in server.asked[1].headers


@pytest.mark.parametrize("manner", [Manner.SILENT, Manner.DROPPED, Manner.TRUNCATED, Manner.ENDLESS])
def test_no_error_names_the_secrets_of_a_request(
    client: Client, manner: Manner, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with serving(Reply(SECRET.encode(), manner=manner)).running() as server, pytest.raises(MaybeSent) as caught:
        client.request(
            "POST",
            f"{server.url}/bot{SECRET}/send",
            params={"access_token": SECRET},
            headers={"Authorization": f"Bearer {SECRET}"},
            data={"client_secret": SECRET},
        )
    told = "".join(traceback.format_exception(caught.value)) + repr(caught.value) + repr(client) + caplog.text
    assert SECRET not in told
    assert caught.value.__context__ is None


def test_a_refused_connection_names_no_secret_either(client: Client) -> None:
    with pytest.raises(NeverSent) as caught:
        client.request("GET", f"http://127.0.0.1:{unused_port()}/{SECRET}", params={"access_token": SECRET})
    assert SECRET not in "".join(traceback.format_exception(caught.value))


def test_client_libraries_may_be_given_the_session() -> None:
    session = GuardedSession(Policy(allow_private=True, read_timeout=0.3))
    with serving(Reply({"id": "1"})).running() as server:
        assert session.post(server.url, timeout=300).json() == {"id": "1"}
    with serving(Reply(manner=Manner.SILENT)).running() as server, pytest.raises(requests.ConnectionError):
        session.post(server.url, timeout=300)


def test_the_adapter_may_be_mounted_on_a_session_that_is_not_ours() -> None:
    session = requests.Session()
    session.mount("https://", GuardedAdapter())
    with pytest.raises(NeverSent):
        session.get("https://127.0.0.1/")


def test_one_upload_may_be_given_more_time_than_the_rest(client: Client) -> None:
    with serving(Reply(manner=Manner.DRIPPING)).running() as server:
        started = time.monotonic()
        with pytest.raises(MaybeSent):
            client.request("POST", server.url, total_timeout=0.2)
    assert time.monotonic() - started < 0.9


def test_a_certificate_that_nobody_vouches_for_is_refused_before_sending(tmp_path: Path) -> None:
    certificate, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    make = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=DNS:localhost"
    subprocess.run([*make.split(), "-keyout", key, "-out", certificate], check=True, capture_output=True)
    server = serving(Reply({"id": "1"}))
    server.use_certificate(certificate, key)
    with server.running():
        url = f"https://localhost:{server.port}/"
        with Client(allow_private=True) as distrusting, pytest.raises(NeverSent) as caught:
            distrusting.request("POST", url, data={"status": "x"})
        assert server.asked == []
        with Client(allow_private=True, ca_bundle=str(certificate)) as trusting:
            assert trusting.request("POST", url).json() == {"id": "1"}
    assert caught.value.reason == Reason.TLS_FAILED


def test_what_was_asked_arrives_byte_for_byte(client: Client) -> None:
    text = "ٱلرَّحْمَٰنِ\n\nسطر ثانٍ \u200f"
    with serving(Reply({})).running() as server:
        client.request("POST", server.url, data={"status": text})
        assert server.asked[0].form() == [("status", text)]
