"""YouTube's adapter against its simulator: what takes more than one request, and what is lost on the way."""

import hashlib
import io
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, BinaryIO

import pytest

from networks import google_uploads
from networks.base import Adapter
from networks.errors import NotSent, OutcomeUnknown
from networks.registry import adapter_class
from networks.types import Captions, Connection, Media, Post, Ready, Waiting
from outgoing import Client
from sandbox.dialects import all_dialects
from sandbox.testing import SandboxClient, running_sandbox
from tests.films import SPOKEN_SRT, film, needs_ffmpeg
from tests.sandbox.conftest import picture

pytestmark = needs_ffmpeg
CHUNK = 256 * 1024
CHUNKS, SHOWS = "PUT /upload/youtube/v3/videos", "PUT /youtube/v3/videos"


class Files:
    """The stored files, by hash."""

    def __init__(self) -> None:
        self.contents = (film() + b"\0" * (3 * CHUNK), SPOKEN_SRT.encode(), picture((640, 360), "JPEG"))

    def open(self, sha256: str) -> BinaryIO:
        return io.BytesIO(next(one for one in self.contents if hash_of(one) == sha256))

    def address(self, sha256: str) -> str:
        raise AssertionError("YouTube fetches nothing")

    def post(self, text: str, **options: str) -> Post:
        whole, spoken, poster = self.contents
        captions = Captions(hash_of(spoken), "application/x-subrip", len(spoken), "ar")
        told: dict[str, Any] = {"duration_ms": 2_000, "video_codec": "h264", "audio_codec": "aac"}
        media = Media(hash_of(whole), "video/mp4", len(whole), 320, 180, "", **told)
        media = replace(media, poster=hash_of(poster), captions=captions)
        return Post(text, media=(media,), options={"title": "عنوان", "made_for_kids": "no", **options})


def hash_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(google_uploads, "CHUNK", CHUNK)


def channel(sandbox: SandboxClient, files: Files) -> Adapter:
    token = all_dialects()["youtube"].default_accounts[0]["token"]
    return adapter_class("youtube")(
        Connection(sandbox.base("youtube"), access_token=token), Client(allow_private=True, read_timeout=2), files
    )


def ready(adapter: Adapter, post: Post, saved: Mapping[str, Any]) -> Ready:
    """Begun again after each failure, as a worker does, with what was reached."""
    for _ in range(50):
        try:
            told = adapter.prepare(post, saved)
        except NotSent as error:
            saved = error.saved or saved
            continue
        if isinstance(told, Ready):
            return told
        assert isinstance(told, Waiting)
        saved = told.saved
    raise AssertionError("it is never ready")


def test_a_video_with_all_that_belongs_to_it_survives_lost_answers_and_stands_there_once() -> None:
    files = Files()
    with running_sandbox() as sandbox:
        adapter, post = channel(sandbox, files), files.post("نص")
        begun = adapter.prepare(post, {})
        for _ in range(2):
            sandbox.arm_fault("drop_answer", network="youtube", route=CHUNKS)
            with pytest.raises(NotSent) as lost:
                adapter.prepare(post, begun.saved)
            assert lost.value.saved is not None
        done = ready(adapter, post, lost.value.saved or {})
        assert (done.saved["captions"], done.saved["thumbnail"]) == ("done", "done")
        assert done.saved["sent"] == post.media[0].size
        [video] = sandbox.posts("youtube")
        assert (video["privacy"], video["size"], video["title"]) == ("private", post.media[0].size, "عنوان")


def test_a_lost_answer_to_showing_it_is_looked_up_and_costs_no_second_video() -> None:
    files = Files()
    with running_sandbox() as sandbox:
        adapter, post = channel(sandbox, files), files.post("نص")
        began = datetime.now(UTC) - timedelta(seconds=1)
        done = ready(adapter, post, {})
        lookup = adapter.find_published(post, "", began)
        assert (lookup.found, lookup.complete) == (None, True)
        sandbox.arm_fault("drop_answer", network="youtube", route=SHOWS)
        with pytest.raises(OutcomeUnknown):
            adapter.publish(done, "")
        lookup = adapter.find_published(post, "", began)
        assert lookup.found is not None
        again = adapter.publish(ready(adapter, post, done.saved), "")
        assert again.remote_id == lookup.found.remote_id  # type: ignore[union-attr]
        assert len(sandbox.posts("youtube")) == 1


def test_what_was_reached_may_be_forgotten_and_the_private_video_is_found() -> None:
    files = Files()
    with running_sandbox() as sandbox:
        adapter, post = channel(sandbox, files), files.post("نص")
        first = ready(adapter, post, {})
        assert ready(adapter, post, {}).saved["video"] == first.saved["video"]
        assert len(sandbox.posts("youtube")) == 1
