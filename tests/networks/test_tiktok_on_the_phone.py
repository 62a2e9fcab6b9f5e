"""TikTok's adapter and its simulated network, in what takes a person: a draft on the phone, and a review."""

from __future__ import annotations

import hashlib
import io
import re
from dataclasses import dataclass
from typing import BinaryIO

import requests

from networks.base import Adapter
from networks.registry import adapter_class
from networks.types import Connection, Media, Post, Processing, Published, Ready, Waiting
from outgoing import Client
from sandbox.testing import SandboxClient, running_sandbox
from tests.sandbox.boxes import mp4
from tests.sandbox.tiktok import HANDLE


@dataclass
class Store:
    """The one stored video."""

    content: bytes

    def open(self, sha256: str) -> BinaryIO:
        return io.BytesIO(self.content)

    def address(self, sha256: str) -> str:
        return ""


def connected(sandbox: SandboxClient, content: bytes) -> Adapter:
    access = Connection(sandbox.base("tiktok"), access_token=sandbox.token(HANDLE), handle=f"@{HANDLE}")
    return adapter_class("tiktok")(access, Client(allow_private=True, read_timeout=10), Store(content))


def post_of(content: bytes, audience: str) -> Post:
    film = Media(
        hashlib.sha256(content).hexdigest(), "video/mp4", len(content), 720, 1280, "", duration_ms=30_000,
        video_codec="h264", audio_codec="aac", frame_rate=25_000,
    )  # fmt: skip
    return Post("مقطع للناس", media=(film,), options={"audience": audience})


def sent(adapter: Adapter, post: Post) -> Published | Processing:
    ready = adapter.prepare(post, {})
    for _ in range(200):
        if isinstance(ready, Waiting):
            ready = adapter.prepare(post, ready.saved)
    assert isinstance(ready, Ready)
    return adapter.publish(ready, "key")


def after(adapter: Adapter, answer: Published | Processing) -> Published | Processing:
    return adapter.check_status(answer.ref) if isinstance(answer, Processing) else answer


def test_a_draft_waits_on_the_phone_until_a_person_posts_it() -> None:
    content = mp4()
    with running_sandbox() as sandbox:
        adapter = connected(sandbox, content)
        waiting = after(adapter, sent(adapter, post_of(content, "on_the_phone")))
        assert isinstance(waiting, Processing)
        assert sandbox.posts("tiktok") == []
        [path] = re.findall(r'href="(/tiktok/inbox/\d+)"', requests.get(f"{sandbox.url}/phone", timeout=5).text)
        words = {"title": "كتبه بيده", "privacy_level": "PUBLIC_TO_EVERYONE"}
        assert requests.post(f"{sandbox.url}{path}", data=words, timeout=5).status_code == 200
        published = after(adapter, waiting)
        assert isinstance(published, Published)
        assert [post["id"] for post in sandbox.posts("tiktok")] == [published.remote_id]


def test_a_post_in_review_is_known_by_its_number_once_it_is_over() -> None:
    content = mp4()
    with running_sandbox() as sandbox:
        adapter = connected(sandbox, content)
        choice = {"subject": f"account:{HANDLE}", "moderation_seconds": "3600"}
        requests.post(f"{sandbox.base('tiktok')}/developers", data=choice, timeout=5)
        waiting = after(adapter, sent(adapter, post_of(content, "everyone")))
        assert isinstance(waiting, Processing)
        assert len(sandbox.posts("tiktok")) == 1
