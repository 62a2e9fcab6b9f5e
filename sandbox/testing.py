"""Owns running the simulator inside a test or a benchmark, and the client that reads and steers it.

`SandboxClient` also steers a simulator of another process; all of it goes over HTTP, as everything else does.
"""

from __future__ import annotations

import json
import socket
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from sandbox.clock import Clock
from sandbox.mailbox import smtp_server
from sandbox.server import RATE_LIMIT, create_app
from sandbox.sockets import SandboxServer

Json = dict[str, Any]


class NotStarted(RuntimeError):
    """The simulator did not come up."""


class ManualClock:
    """A clock that moves only when told."""

    def __init__(self, at: float = 1_780_000_000.0) -> None:
        self.at = at

    def __call__(self) -> float:
        return self.at

    def advance(self, seconds: float) -> None:
        self.at += seconds


@dataclass(frozen=True)
class SandboxClient:
    """The control desk of the simulator at `url`."""

    url: str
    smtp_port: int | None = None

    def base(self, network: str) -> str:
        """What NETWORK_<SLUG>_URL is set to."""
        return f"{self.url}/{network}"

    def posts(self, network: str | None = None) -> list[Json]:
        """Every accepted post in the order of `received_at`, deleted ones too."""
        query = "?" + urlencode({"network": network}) if network else ""
        found: list[Json] = self._call("GET", f"/_control/posts{query}")["posts"]
        return found

    def accounts(self) -> list[Json]:
        found: list[Json] = self._call("GET", "/_control/accounts")["accounts"]
        return found

    def token(self, handle: str, network: str | None = None) -> str:
        for account in self.accounts():
            if account["handle"] == handle and network in {None, account["network"]}:
                return str(account["tokens"][0])
        raise LookupError(handle)

    def arm_fault(self, kind: str, **fields: Any) -> int:
        """See sandbox.faults.Fault for the fields; answers the fault's id."""
        return int(self._call("POST", "/_control/faults", {"kind": kind, **fields})["id"])

    def faults(self) -> list[Json]:
        found: list[Json] = self._call("GET", "/_control/faults")["armed"]
        return found

    def disarm(self) -> None:
        self._call("DELETE", "/_control/faults")

    def mails(self, to: str | None = None) -> list[Json]:
        """Newest first, decoded."""
        query = "?" + urlencode({"to": to}) if to else ""
        found: list[Json] = self._call("GET", f"/_control/mails{query}")["mails"]
        return found

    def phones(self) -> list[Json]:
        found: list[Json] = self._call("GET", "/phone.json")["people"]
        return found

    def add_account(self, **fields: Any) -> None:
        self._call("POST", "/_control/accounts", fields)

    def add_post(self, **fields: Any) -> Json:
        """A post of the past: network, account, text, created_at."""
        return self._call("POST", "/_control/posts", fields)

    def set_clock(self, at: float) -> None:
        """Put the networks into the past, or further on in it (epoch seconds)."""
        self._call("POST", "/_control/clock", {"at": at})

    def let_clock_go(self) -> None:
        self._call("DELETE", "/_control/clock")

    def outage(self, seconds: float) -> None:
        """Refuse every connection to the port for that long (control included)."""
        self._call("POST", "/_control/outage", {"seconds": seconds})

    def reset(self) -> None:
        self._call("POST", "/_control/reset", {})

    def _call(self, method: str, path: str, body: Json | None = None) -> Json:
        data = json.dumps(body).encode() if body is not None else None
        request = Request(self.url + path, data, {"Content-Type": "application/json"}, method=method)  # noqa: S310
        with urlopen(request, timeout=10) as response:  # noqa: S310 (our own loopback address)
            answer: Json = json.load(response)
            return answer


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running_sandbox(
    data_dir: Path | None = None,
    *,
    people_file: Path | None = None,
    speed: float = 1.0,
    clock: Clock = time.time,
    media_seconds: float = 0.0,
    rate_limit: int = RATE_LIMIT,
    knows_keys: bool = True,
    smtp: bool = False,
    port: int | None = None,
) -> Iterator[SandboxClient]:
    """A simulator on a free loopback port until the block ends; its memory goes with it unless `data_dir` is given."""
    with tempfile.TemporaryDirectory() if data_dir is None else nullcontext(str(data_dir)) as folder:
        app = create_app(
            Path(folder), people_file, speed, clock,
            media_seconds=media_seconds, rate_limit=rate_limit, knows_keys=knows_keys,
        )  # fmt: skip
        sandbox = app.state.sandbox
        web_port = port or free_port()
        mail = smtp_server(sandbox.setting.world, free_port()) if smtp else None
        server = SandboxServer(app, sandbox.connections, port=web_port)
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        try:
            _wait_until_up(server, thread)
            if mail is not None:
                mail.start()
            yield SandboxClient(f"http://127.0.0.1:{web_port}", mail.port if mail else None)
        finally:
            if mail is not None:
                mail.stop()
            server.stop()
            thread.join(timeout=10)


def _wait_until_up(server: SandboxServer, thread: threading.Thread) -> None:
    deadline = time.monotonic() + 10
    while not server.started:
        if not thread.is_alive() or time.monotonic() > deadline:
            raise NotStarted("the simulator did not start")
        time.sleep(0.005)
