"""Videos on X and Mastodon against the simulators of both, which were written apart from the adapters."""

import hashlib
import io
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, BinaryIO

import pytest
import requests
from PIL import Image

from networks.base import Adapter
from networks.errors import Code, Rejected
from networks.registry import adapter_class
from networks.types import Connection, Media, Post, Published, Waiting
from outgoing import Client
from sandbox.dialects import all_dialects
from sandbox.testing import ManualClock, SandboxClient, running_sandbox
from tests.films import film, needs_ffmpeg
from tests.networks.readying import ready
from tests.sandbox.conftest import picture

pytestmark = needs_ffmpeg
BOTH = ("mastodon", "x")
KEY = "0f" * 32
LARGE = 11_000_000
STEPS = [
    "POST /2/media/upload/initialize",
    "POST /2/media/upload/*/append",
    "POST /2/media/upload/*/finalize",
    "GET /2/media/upload",
]


class Films:
    """The film with its still picture; a free box behind the film makes it as large as is wanted."""

    def __init__(self, size: int = 0) -> None:
        shown = film(size="640x360", seconds=3)
        free = max(0, size - len(shown) - 8)
        self.whole = shown + ((free + 8).to_bytes(4, "big") + b"free" + bytes(free) if free else b"")
        self.files = {hashlib.sha256(one).hexdigest(): one for one in (self.whole, picture((640, 360), "JPEG"))}

    def open(self, sha256: str) -> BinaryIO:
        return io.BytesIO(self.files[sha256])

    def address(self, sha256: str) -> str:
        raise AssertionError("a video is sent, never fetched")

    def post(self, network: str, text: str = "مقطع #سند") -> Post:
        sha256, poster = self.files
        told: dict[str, Any] = {"duration_ms": 3_000, "video_codec": "h264", "audio_codec": "aac", "poster": poster}
        limits = adapter_class(network).limits.video
        alt_text = "شيخ يتكلم" if limits and limits.has_alt_text else ""
        media = Media(sha256, "video/mp4", len(self.whole), 640, 360, alt_text, frame_rate=25_000, **told)
        return Post(text, media=(media,), language="ar" if network == "mastodon" else "")


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(time.time())


@pytest.fixture
def sandbox(clock: ManualClock) -> Iterator[SandboxClient]:
    with running_sandbox(clock=clock, media_seconds=2.0) as running:
        yield running


def connected(sandbox: SandboxClient, network: str, files: Films) -> Adapter:
    """The channel as it is after connecting, its limits read."""
    account = all_dialects()[network].default_accounts[0]
    cls, http = adapter_class(network), Client(allow_private=True, read_timeout=2)
    opened = Connection(sandbox.base(network), access_token=account["token"], handle=f"@{account['handle']}")
    profile = cls(opened, http, files).get_profile()
    known = replace(opened, remote_id=profile.remote_id, handle=profile.handle, limits=profile.limits)
    return cls(known, http, files)


def publish(adapter: Adapter, post: Post, clock: ManualClock) -> Published:
    published = adapter.publish(ready(adapter, post, clock), KEY)
    assert isinstance(published, Published)
    return published


def middle_of(content: bytes) -> tuple[int, ...]:
    """The colour in the middle of a picture."""
    with Image.open(io.BytesIO(content)) as opened:
        shown = opened.convert("RGB")
    return shown.getpixel((shown.width // 2, shown.height // 2))  # type: ignore[return-value]


@pytest.mark.parametrize("network", BOTH)
def test_a_video_is_waited_for_goes_out_and_is_found_again(
    sandbox: SandboxClient, clock: ManualClock, network: str
) -> None:
    files = Films()
    adapter, post = connected(sandbox, network, files), files.post(network)
    assert adapter.validate(post) == []
    began = datetime.now(UTC) - timedelta(seconds=1)
    assert isinstance(adapter.prepare(post, {}), Waiting)
    published = publish(adapter, post, clock)
    page = requests.get(published.permalink, timeout=5)
    assert "<video" in page.text
    lookup = adapter.find_published(post, KEY, began)
    assert lookup.found is not None
    assert (lookup.found.remote_id, lookup.others) == (published.remote_id, ())
    assert adapter.find_published(replace(post, media=()), KEY, began).found is None
    assert len(sandbox.posts(network)) == 1
    adapter.delete_post(published.remote_id)
    assert requests.get(published.permalink, timeout=5).status_code == 404


@pytest.mark.parametrize("network", BOTH)
def test_what_is_no_video_is_refused(sandbox: SandboxClient, clock: ManualClock, network: str) -> None:
    files = Films()
    files.whole = b"\0" * 5_000
    files.files = {hashlib.sha256(one).hexdigest(): one for one in (files.whole, picture((640, 360), "JPEG"))}
    adapter = connected(sandbox, network, files)
    with pytest.raises(Rejected) as caught:
        ready(adapter, files.post(network), clock)
    assert caught.value.code == Code.MEDIA_REFUSED


def test_answers_that_are_lost_on_the_way_make_no_second_upload(sandbox: SandboxClient, clock: ManualClock) -> None:
    files = Films(LARGE)
    adapter, post = connected(sandbox, "x", files), files.post("x")
    for route in STEPS:
        sandbox.arm_fault("drop_answer", network="x", route=route)
    done = ready(adapter, post, clock)
    assert sandbox.faults() == []
    assert done.saved["media"][0]["failures"] == 0
    assert isinstance(adapter.publish(done, KEY), Published)
    assert len(sandbox.posts("x")) == 1


def test_a_rate_limit_at_any_step_costs_no_second_upload(sandbox: SandboxClient, clock: ManualClock) -> None:
    files = Films(LARGE)
    adapter, post = connected(sandbox, "x", files), files.post("x")
    for route in STEPS:
        sandbox.arm_fault("rate_limited", network="x", route=route, seconds=900)
    assert ready(adapter, post, clock).saved["media"][0]["failures"] == 0
    assert sandbox.faults() == []


def test_a_video_that_expired_there_while_it_was_waited_for_is_sent_again(
    sandbox: SandboxClient, clock: ManualClock
) -> None:
    files = Films()
    adapter, post = connected(sandbox, "x", files), files.post("x")
    waiting = adapter.prepare(post, {})
    clock.advance(3 * 86_400)
    done = ready(adapter, post, clock, waiting.saved)
    assert done.saved["media"][0]["failures"] == 1
    assert done.saved["media"][0]["id"] != waiting.saved["media"][0]["id"]
    assert isinstance(adapter.publish(done, KEY), Published)


def test_the_words_are_corrected_and_the_video_stays(sandbox: SandboxClient, clock: ManualClock) -> None:
    files = Films()
    adapter, post = connected(sandbox, "mastodon", files), files.post("mastodon")
    published = publish(adapter, post, clock)
    address = f"{sandbox.base('mastodon')}/api/v1/statuses/{published.remote_id}"
    before = requests.get(address, timeout=5).json()["media_attachments"]
    adapter.edit_post(published.remote_id, replace(post, text="مصحح"))
    after = requests.get(address, timeout=5).json()
    assert ([one["type"] for one in before], after["media_attachments"]) == (["video"], before)
    assert "مصحح" in after["content"]


def test_the_still_picture_that_was_signed_stands_for_the_video(sandbox: SandboxClient, clock: ManualClock) -> None:
    files = Films()
    adapter = connected(sandbox, "mastodon", files)
    published = publish(adapter, files.post("mastodon"), clock)
    address = f"{sandbox.base('mastodon')}/api/v1/statuses/{published.remote_id}"
    [shown] = requests.get(address, timeout=5).json()["media_attachments"]
    still = requests.get(shown["preview_url"], timeout=5).content
    assert middle_of(still) == pytest.approx(middle_of(list(files.files.values())[1]), abs=8)
    assert shown["meta"]["original"]["width"] == 640


@pytest.mark.parametrize("route", ["POST /api/v2/media", "GET /api/v1/media/*"])
def test_a_lost_answer_of_a_server_is_asked_for_again(sandbox: SandboxClient, clock: ManualClock, route: str) -> None:
    files = Films()
    adapter, post = connected(sandbox, "mastodon", files), files.post("mastodon")
    sandbox.arm_fault("drop_answer", network="mastodon", route=route)
    publish(adapter, post, clock)
    assert sandbox.faults() == []
    assert len(sandbox.posts("mastodon")) == 1
