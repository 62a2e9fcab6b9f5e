"""Videos and reels on Facebook against its simulator, which was written apart from the adapter."""

import hashlib
import io
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, BinaryIO

import pytest
import requests

from networks.base import Adapter
from networks.errors import Code, OutcomeUnknown, Rejected
from networks.metrics import Metric
from networks.registry import adapter_class
from networks.types import Connection, Media, Post, Processing, Published, Ready
from outgoing import Client
from sandbox.dialects import all_dialects
from sandbox.testing import ManualClock, SandboxClient, running_sandbox
from tests.networks.readying import ready
from tests.sandbox import facebook
from tests.sandbox.conftest import picture

KEY = "0f" * 32
POSTER = picture((640, 360), "JPEG")
KINDS = ("video", "reel")


class Films:
    """The film of a video or a reel, and its poster."""

    def __init__(self, kind: str, content: bytes | None = None) -> None:
        self.kind = kind
        made = facebook.upright() if kind == "reel" else facebook.film()
        self.whole = made if content is None else content
        self.files = {hashlib.sha256(one).hexdigest(): one for one in (self.whole, POSTER)}

    def open(self, sha256: str) -> BinaryIO:
        return io.BytesIO(self.files[sha256])

    def address(self, sha256: str) -> str:
        raise AssertionError("a video is sent, never fetched")

    def post(self, text: str = "مقطع من الدرس") -> Post:
        sha256, poster = self.files
        sides, options = ((1080, 1920), {"post_as": "reel"}) if self.kind == "reel" else ((1280, 720), {})
        told: dict[str, Any] = {"duration_ms": 30_000, "video_codec": "h264", "audio_codec": "aac", "poster": poster}
        media = Media(sha256, "video/mp4", len(self.whole), *sides, "", frame_rate=30_000, **told)
        return Post(text, media=(media,), options=options)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(time.time())


@pytest.fixture
def sandbox(clock: ManualClock) -> Iterator[SandboxClient]:
    with running_sandbox(clock=clock, media_seconds=2.0) as running:
        yield running


def connected(sandbox: SandboxClient, files: Films) -> Adapter:
    account = all_dialects()["facebook"].default_accounts[0]
    cls, http = adapter_class("facebook"), Client(allow_private=True, read_timeout=2)
    opened = Connection(sandbox.base("facebook"), access_token=account["token"], handle=f"@{account['handle']}")
    profile = cls(opened, http, files).get_profile()
    return cls(replace(opened, remote_id=profile.remote_id, handle=profile.handle), http, files)


def followed(adapter: Adapter, told: Published | Processing, clock: ManualClock) -> Published:
    for _ in range(10):
        if isinstance(told, Published):
            return told
        clock.advance(told.check_after or 0)
        told = adapter.check_status(told.ref)
    raise AssertionError("it is never processed")


@pytest.mark.parametrize("kind", KINDS)
def test_a_video_goes_out_is_found_measured_changed_and_taken_down(
    sandbox: SandboxClient, clock: ManualClock, kind: str
) -> None:
    files = Films(kind)
    adapter, post = connected(sandbox, files), files.post()
    assert adapter.validate(post) == []
    began = datetime.now(UTC) - timedelta(seconds=1)
    told = adapter.publish(ready(adapter, post, clock), KEY)
    assert isinstance(told, Processing)
    assert isinstance(adapter.check_status(told.ref), Processing)
    assert adapter.find_published(post, KEY, began).complete is False
    published = followed(adapter, told, clock)
    assert post.text in requests.get(published.permalink, timeout=5).text
    lookup = adapter.find_published(post, KEY, began)
    assert lookup.found is not None
    assert (lookup.found.remote_id, lookup.others) == (published.remote_id, ())
    clock.advance(3_600)
    named = adapter.remote_id_in(published.permalink) or ""
    for remote_id in (published.remote_id, named):
        figures = adapter.get_post_metrics([remote_id])[remote_id]
        assert (figures.values[Metric.VIEWS] or 0) > 0
    adapter.edit_post(named, replace(post, text="مصحح"))
    assert "مصحح" in requests.get(published.permalink, timeout=5).text
    adapter.delete_post(published.remote_id)
    assert requests.get(published.permalink, timeout=5).status_code == 404
    adapter.delete_post(named)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("fault", ["drop_answer", "server_error", "rate_limited"])
def test_a_step_that_fails_on_the_way_is_gone_on_from(
    sandbox: SandboxClient, clock: ManualClock, kind: str, fault: str
) -> None:
    files = Films(kind)
    adapter, post = connected(sandbox, files), files.post()
    begun = adapter.prepare(post, {})
    assert not isinstance(begun, Ready)
    sandbox.arm_fault(fault, network="facebook", route="chunk", seconds=60)
    done = ready(adapter, post, clock)
    assert sandbox.faults() == []
    published = followed(adapter, adapter.publish(done, KEY), clock)
    assert published.remote_id
    assert len(sandbox.posts("facebook")) == 1


def test_a_lost_answer_to_a_video_is_looked_up(sandbox: SandboxClient, clock: ManualClock) -> None:
    files = Films("video")
    adapter, post = connected(sandbox, files), files.post()
    began = datetime.now(UTC) - timedelta(seconds=1)
    done = ready(adapter, post, clock)
    sandbox.arm_fault("drop_answer", network="facebook", route="publish")
    with pytest.raises(OutcomeUnknown):
        adapter.publish(done, KEY)
    assert adapter.find_published(post, KEY, began).complete is False
    clock.advance(60)
    assert adapter.find_published(post, KEY, began).found is not None


def test_a_lost_answer_to_a_reel_is_followed_by_its_id(sandbox: SandboxClient, clock: ManualClock) -> None:
    files = Films("reel")
    adapter, post = connected(sandbox, files), files.post()
    done = ready(adapter, post, clock)
    sandbox.arm_fault("drop_answer", network="facebook", route="publish")
    followed(adapter, adapter.publish(done, KEY), clock)
    assert len(sandbox.posts("facebook")) == 1


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_no_video_is_refused_before_anybody_sees_it(
    sandbox: SandboxClient, clock: ManualClock, kind: str
) -> None:
    files = Films(kind, b"\0" * 5_000)
    adapter = connected(sandbox, files)
    with pytest.raises(Rejected) as caught:
        adapter.publish(ready(adapter, files.post(), clock), KEY)
    assert caught.value.code in (Code.MEDIA_REFUSED, Code.MEDIA_FORMAT_REFUSED)
    assert sandbox.posts("facebook") == []


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("fault", "code"), [("media_failed", Code.MEDIA_REFUSED), ("media_rejected", Code.POST_REFUSED)]
)
def test_a_video_that_it_cannot_use_or_does_not_want_has_failed(
    sandbox: SandboxClient, clock: ManualClock, kind: str, fault: str, code: Code
) -> None:
    files = Films(kind)
    adapter, post = connected(sandbox, files), files.post()
    sandbox.arm_fault(fault, network="facebook")
    told = adapter.publish(ready(adapter, post, clock), KEY)
    with pytest.raises(Rejected) as caught:
        followed(adapter, told, clock)
    assert caught.value.code == code
    assert caught.value.detail


@pytest.mark.parametrize("kind", KINDS)
def test_a_video_that_is_never_processed_is_never_taken_for_published(
    sandbox: SandboxClient, clock: ManualClock, kind: str
) -> None:
    files = Films(kind)
    adapter, post = connected(sandbox, files), files.post()
    sandbox.arm_fault("media_stuck", network="facebook")
    told = adapter.publish(ready(adapter, post, clock), KEY)
    assert isinstance(told, Processing)
    clock.advance(86_400)
    assert isinstance(adapter.check_status(told.ref), Processing)
