"""A client of the simulated Threads, with one person's token, as an application would be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import requests

from sandbox.testing import ManualClock, SandboxClient

HANDLE = "rabita_threads"
BACK = "http://127.0.0.1:8000/back"
APP = {"client_id": "990602627938098", "client_secret": "sandbox-threads-secret"}
EVERYTHING = (
    "threads_basic,threads_content_publish,threads_read_replies,threads_manage_replies,threads_manage_insights,"
    "threads_delete"
)


@dataclass
class Profile:
    base: str
    token: str
    clock: ManualClock

    @classmethod
    def of(cls, sandbox: SandboxClient, clock: ManualClock, handle: str = HANDLE) -> Profile:
        return cls(sandbox.base("threads"), sandbox.token(handle, "threads"), clock)

    def with_token(self, token: str) -> Profile:
        return Profile(self.base, token, self.clock)

    def call(self, method: str, path: str, **fields: Any) -> requests.Response:
        given = {"access_token": self.token, **fields}
        query, form = (None, given) if method == "POST" else (given, None)
        return requests.request(method, f"{self.base}/v1.0/{path}", params=query, data=form, timeout=10)

    def get(self, path: str, **fields: Any) -> Any:
        return self.call("GET", path, **fields).json()

    def post(self, path: str, **fields: Any) -> Any:
        return self.call("POST", path, **fields).json()

    def container(self, **fields: str) -> str:
        return str(self.post("me/threads", **fields)["id"])

    def ready(self, **fields: str) -> str:
        """A container that the network has finished with."""
        made = self.container(**fields)
        self.clock.advance(3)
        return made

    def status(self, container: str) -> Any:
        told = self.get(container, fields="status,error_message")
        return told["status"], told.get("error_message")

    def publish(self, container: str) -> Any:
        return self.post("me/threads_publish", creation_id=container)

    def posted(self, text: str = "نص", **fields: str) -> str:
        made = self.ready(**{"media_type": "TEXT", "text": text, **fields})
        return str(self.publish(made)["id"])

    def ids(self, path: str, **fields: Any) -> list[str]:
        return [row["id"] for row in self.get(path, **fields)["data"]]


def error_of(answer: Any) -> tuple[int, int | None]:
    assert answer["error"]["fbtrace_id"]
    return answer["error"]["code"], answer["error"].get("error_subcode")
