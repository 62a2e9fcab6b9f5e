"""TikTok's videos on the simulated network, which was written apart from the adapter: chunks, lost answers, inbox."""

import hashlib
import io
from collections.abc import Iterator
from dataclasses import replace
from typing import BinaryIO

import pytest

from networks.base import Adapter
from networks.registry import adapter_class
from networks.tiktok_uploads import CHUNK
from networks.types import Connection, Media, Post, Processing, Published, Ready
from outgoing import Client
from sandbox.dialects import all_dialects
from sandbox.testing import SandboxClient, running_sandbox
from tests.films import film, needs_ffmpeg

pytestmark = [
    needs_ffmpeg,
    pytest.mark.skipif("tiktok" not in all_dialects(), reason="no simulated network speaks it here"),
]


class Film:
    """One stored file; a free box behind the film makes it as large as is wanted."""

    def __init__(self, size: int = 0) -> None:
        shown = film(size="540x960", seconds=3)
        free = max(0, size - len(shown) - 8)
        self.content = shown + ((free + 8).to_bytes(4, "big") + b"free" + bytes(free) if free else b"")

    def open(self, sha256: str) -> BinaryIO:
        return io.BytesIO(self.content)

    def address(self, sha256: str) -> str:
        raise AssertionError("a video is sent, never fetched")

    def post(self, audience: str) -> Post:
        media = Media(
            sha256=hashlib.sha256(self.content).hexdigest(),
            mime_type="video/mp4",
            size=len(self.content),
            width=540,
            height=960,
            alt_text="",
            duration_ms=3_000,
            video_codec="h264",
            frame_rate=30_000,
        )
        return Post("مقطع #سند", media=(media,), options={"audience": audience})


@pytest.fixture
def sandbox() -> Iterator[SandboxClient]:
    with running_sandbox() as running:
        yield running


def connected(sandbox: SandboxClient, stored: Film) -> Adapter:
    account = all_dialects()["tiktok"].default_accounts[0]
    opened = Connection(sandbox.base("tiktok"), access_token=account["token"], handle=f"@{account['handle']}")
    http = Client(allow_private=True, read_timeout=5)
    profile = adapter_class("tiktok")(opened, http, stored).get_profile()
    return adapter_class("tiktok")(replace(opened, remote_id=profile.remote_id), http, stored)


def ready_of(adapter: Adapter, post: Post, saved: dict[str, object] | None = None) -> Ready:
    ready = adapter.prepare(post, saved or {})
    assert isinstance(ready, Ready)
    return ready


def sent(adapter: Adapter, ready: Ready) -> Processing:
    answer = adapter.publish(ready, "")
    assert isinstance(answer, Processing)
    return answer


def test_a_video_in_chunks_goes_out_once_however_often_it_is_sent(sandbox: SandboxClient) -> None:
    stored = Film(2 * CHUNK + 1)
    adapter, post = connected(sandbox, stored), stored.post("everyone")
    first = ready_of(adapter, post)
    assert sandbox.posts("tiktok") == []
    again = ready_of(adapter, post, dict(first.saved))
    assert (again.saved["publish_id"], again.saved["sent"]) == (first.saved["publish_id"], CHUNK)
    processing = sent(adapter, again)
    assert sent(adapter, ready_of(adapter, post, dict(first.saved))) == processing
    published = adapter.check_status(processing.ref)
    assert isinstance(published, Published)
    assert [one["id"] for one in sandbox.posts("tiktok")] == [published.remote_id]


def test_an_answer_lost_on_the_last_chunk_is_asked_for_by_the_postings_name(sandbox: SandboxClient) -> None:
    stored = Film()
    adapter = connected(sandbox, stored)
    ready = ready_of(adapter, stored.post("everyone"))
    sandbox.arm_fault("drop_answer", network="tiktok")
    published = adapter.check_status(sent(adapter, ready).ref)
    assert isinstance(published, Published)
    assert [one["id"] for one in sandbox.posts("tiktok")] == [published.remote_id]


def test_what_goes_to_the_inbox_is_no_post_and_waits_for_a_person(sandbox: SandboxClient) -> None:
    stored = Film()
    adapter, post = connected(sandbox, stored), stored.post("on_the_phone")
    ready = ready_of(adapter, post)
    processing = sent(adapter, ready)
    assert adapter.check_status(processing.ref) == Processing(processing.ref, None)
    assert sent(adapter, ready_of(adapter, post, dict(ready.saved))).ref == processing.ref
    assert sandbox.posts("tiktok") == []
