"""A simulator that is told to end does so at once, whoever is still connected."""

import socket
from urllib.parse import urlsplit

import pytest
import requests

from sandbox.sockets import SandboxServer
from sandbox.testing import NotStarted, running_sandbox


def test_it_ends_without_waiting_for_a_kept_connection_and_leaves_its_port(monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[bool] = []
    monkeypatch.setattr(SandboxServer, "_wait_tasks_to_complete", lambda _self: waited.append(True))
    with requests.Session() as kept:
        with running_sandbox() as client:
            assert kept.get(f"{client.url}/_control/posts").status_code == 200
        at = urlsplit(client.url)
        with pytest.raises(ConnectionRefusedError), socket.create_connection((at.hostname, at.port or 0), timeout=1):
            pass
    assert waited == []


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_one_that_never_began_says_so() -> None:
    with running_sandbox() as first, pytest.raises(NotStarted), running_sandbox(port=urlsplit(first.url).port):
        pass
