"""A running simulator per test, on a clock that the test moves, and a client that speaks the network's API to it."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import requests
from PIL import Image

from sandbox.testing import ManualClock, SandboxClient, running_sandbox
from tests.sandbox.instagram import Files, Professional, serving_files
from tests.sandbox.threads import Profile

ACCOUNT = "rabita_demo"


@dataclass
class Reader:
    """A client of one network: what it sends is exactly what an application would send."""

    base: str
    token: str | None

    def call(self, method: str, path: str, **how: Any) -> requests.Response:
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        headers |= how.pop("headers", {})
        how.setdefault("timeout", 5)
        return requests.request(method, self.base + path, headers=headers, allow_redirects=False, **how)

    def post(self, text: str, **fields: Any) -> requests.Response:
        headers = fields.pop("headers", {})
        return self.call("POST", "/api/v1/statuses", json={"status": text, **fields}, headers=headers)

    def upload(self, content: bytes | None = None, mime: str = "image/png", **fields: str) -> requests.Response:
        file = ("صورة.png", content if content is not None else picture(), mime)
        return self.call("POST", "/api/v2/media", files={"file": file}, data=fields)


def picture(size: tuple[int, int] = (40, 30), kind: str = "PNG") -> bytes:
    target = io.BytesIO()
    Image.new("RGB", size, "green").save(target, kind)
    return target.getvalue()


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def sandbox(clock: ManualClock) -> Iterator[SandboxClient]:
    with running_sandbox(clock=clock, media_seconds=2.0, speed=60) as client:
        yield client


@pytest.fixture
def author(sandbox: SandboxClient) -> Reader:
    return Reader(sandbox.base("mastodon"), sandbox.token(ACCOUNT))


@pytest.fixture
def passer_by(sandbox: SandboxClient) -> Reader:
    return Reader(sandbox.base("mastodon"), None)


@pytest.fixture
def files() -> Iterator[Files]:
    """A server of files on a loopback address, until the test ends."""
    with serving_files() as kept:
        yield kept


@pytest.fixture
def mine(sandbox: SandboxClient, clock: ManualClock) -> Professional:
    return Professional(sandbox.base("instagram"), sandbox.token("rabita_insta", "instagram"), clock)


@pytest.fixture
def ours(sandbox: SandboxClient, clock: ManualClock) -> Profile:
    return Profile.of(sandbox, clock)
