"""Threads' consent, tokens, films and carousels on the simulated network, which was written apart from the adapter."""

from __future__ import annotations

import hashlib
import io
import json
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, BinaryIO
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from networks.base import Adapter
from networks.errors import Code, NeedsReconnect, NotSent, OutcomeUnknown, Rejected
from networks.registry import adapter_class
from networks.types import AppCredentials, Connection, Media, Post, Published, Ready, Waiting
from outgoing import Client
from sandbox.testing import ManualClock, SandboxClient, running_sandbox
from tests.sandbox.boxes import mp4
from tests.sandbox.instagram import Files, jpeg, serving_files

HANDLE = "rabita_threads"
BACK = "http://127.0.0.1:8000/back"
KEY = "0f" * 32
DAY = 86400


class Shown:
    """The stored files, which stand where the network fetches them."""

    def __init__(self, files: Files) -> None:
        self.files = files
        self.stored: dict[str, tuple[bytes, str]] = {}

    def open(self, sha256: str) -> BinaryIO:
        return io.BytesIO(self.stored[sha256][0])

    def address(self, sha256: str) -> str:
        return self.stored[sha256][1]

    def _keep(self, content: bytes) -> str:
        sha256 = hashlib.sha256(content).hexdigest()
        self.stored[sha256] = (content, self.files.put(content))
        return sha256

    def film(self, seconds: float = 30) -> Media:
        content = mp4(seconds)
        return Media(
            self._keep(content), "video/mp4", len(content), 720, 1280, "شيخ يتكلم", duration_ms=30_000,
            video_codec="h264", audio_codec="aac", frame_rate=25_000,
        )  # fmt: skip

    def picture(self, width: int = 640) -> Media:
        content = jpeg((width, 480))
        return Media(self._keep(content), "image/jpeg", len(content), width, 480, f"صورة {width}")


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(time.time())


@pytest.fixture
def sandbox(clock: ManualClock) -> Iterator[SandboxClient]:
    with running_sandbox(clock=clock, media_seconds=2.0) as running:
        yield running


@pytest.fixture
def shown() -> Iterator[Shown]:
    with serving_files() as files:
        yield Shown(files)


def adapter_of(opened: Connection, shown: Shown) -> Adapter:
    cls, http = adapter_class("threads"), Client(allow_private=True, read_timeout=2)
    profile = cls(opened, http, shown).get_profile()
    return cls(replace(opened, remote_id=profile.remote_id, handle=profile.handle), http, shown)


@pytest.fixture
def adapter(sandbox: SandboxClient, shown: Shown) -> Adapter:
    token = sandbox.token(HANDLE, "threads")
    return adapter_of(Connection(sandbox.base("threads"), access_token=token, handle=f"@{HANDLE}"), shown)


def ready(adapter: Adapter, post: Post, clock: ManualClock, saved: Any = None) -> Ready:
    saved = saved or {}
    for _ in range(100):
        told = adapter.prepare(post, json.loads(json.dumps(saved)))
        if isinstance(told, Ready):
            return told
        clock.advance(told.check_after)
        saved = told.saved
    raise AssertionError("it is never ready")


def publish(adapter: Adapter, post: Post, clock: ManualClock) -> Published:
    assert adapter.validate(post) == []
    published = adapter.publish(ready(adapter, post, clock), KEY)
    assert isinstance(published, Published)
    return published


def test_a_person_consents_and_the_access_is_renewed(sandbox: SandboxClient, shown: Shown, clock: ManualClock) -> None:
    app = AppCredentials("990602627938098", "sandbox-threads-secret")
    cls, http = adapter_class("threads"), Client(allow_private=True, read_timeout=2)
    asking = Connection(sandbox.base("threads"), app_credentials=app)
    window = cls(asking, http, shown).authorization_url(BACK, "st4te")
    answer = requests.post(window, data={"account": HANDLE}, allow_redirects=False, timeout=5)
    back = parse_qs(urlsplit(answer.headers["location"]).query)
    assert back["state"] == ["st4te"]
    tokens = cls(asking, http, shown).exchange_code(back["code"][0], BACK)
    assert tokens.expires_at is not None
    assert tokens.expires_at > datetime.now(UTC) + timedelta(days=59)
    opened = replace(asking, access_token=tokens.access_token, refresh_token=tokens.refresh_token)
    person = adapter_of(opened, shown)
    assert person.connection.handle in (HANDLE, f"@{HANDLE}")
    clock.advance(2 * DAY)
    renewed = person.refresh_token()
    clock.advance(59 * DAY)
    with pytest.raises(NeedsReconnect):
        person.get_profile()
    again = adapter_of(replace(opened, access_token=renewed.access_token), shown)
    assert publish(again, Post("نص"), clock).remote_id


def test_a_film_is_waited_for_goes_out_and_is_found_again(
    adapter: Adapter, shown: Shown, sandbox: SandboxClient, clock: ManualClock
) -> None:
    post, began = Post("مقطع #سند", media=(shown.film(),)), datetime.fromtimestamp(clock(), UTC) - timedelta(seconds=1)
    assert isinstance(adapter.prepare(post, {}), Waiting)
    prepared = ready(adapter, post, clock)
    sandbox.arm_fault("drop_answer", network="threads", route="publish")
    with pytest.raises(OutcomeUnknown):
        adapter.publish(prepared, KEY)
    found = adapter.find_published(post, KEY, began).found
    assert found is not None
    assert [found.remote_id] == [one["id"] for one in sandbox.posts("threads")]
    page = requests.get(found.permalink, timeout=5).text
    assert "<video" in page
    assert "شيخ يتكلم" in page


def test_a_film_that_the_network_does_not_take_is_not_sent_again(
    adapter: Adapter, shown: Shown, sandbox: SandboxClient, clock: ManualClock
) -> None:
    with pytest.raises(Rejected):
        ready(adapter, Post("نص", media=(shown.film(301),)), clock)
    sandbox.arm_fault("media_refused", network="threads")
    with pytest.raises(Rejected):
        ready(adapter, Post("نص", media=(shown.picture(),)), clock)
    assert sandbox.posts("threads") == []


def test_a_film_that_the_network_fails_to_process_may_be_sent_anew(
    adapter: Adapter, shown: Shown, sandbox: SandboxClient, clock: ManualClock
) -> None:
    sandbox.arm_fault("media_failed", network="threads")
    post = Post("نص", media=(shown.film(),))
    with pytest.raises((NotSent, Rejected)):
        ready(adapter, post, clock)
    assert publish(adapter, post, clock).remote_id


def test_a_carousel_mixes_pictures_and_films_in_their_order(
    adapter: Adapter, shown: Shown, sandbox: SandboxClient, clock: ManualClock
) -> None:
    media = (*(shown.picture(320 + n) for n in range(19)), shown.film())
    made = publish(adapter, Post("نص", media=media), clock)
    page = requests.get(made.permalink, timeout=5).text
    said = [page.index(one.alt_text) for one in media]
    assert said == sorted(said)
    assert page.count("<video") == 1


def test_the_spent_day_is_waited_for(adapter: Adapter, sandbox: SandboxClient, clock: ManualClock) -> None:
    prepared = ready(adapter, Post("نص"), clock)
    sandbox.arm_fault("quota_exceeded", network="threads", route="publish")
    with pytest.raises(NotSent) as stopped:
        adapter.publish(prepared, KEY)
    assert stopped.value.retry_after
    assert sandbox.posts("threads") == []


def test_a_lost_permission_is_said(adapter: Adapter, sandbox: SandboxClient, clock: ManualClock) -> None:
    sandbox.arm_fault("missing_scope", network="threads", route="container")
    with pytest.raises(NeedsReconnect) as stopped:
        ready(adapter, Post("نص"), clock)
    assert stopped.value.code == Code.MISSING_SCOPE
