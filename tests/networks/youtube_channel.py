"""A channel of YouTube on its good day, played from the recordings, for the tests of its adapter."""

from collections.abc import Iterator
from typing import Any, ClassVar

import pytest

from networks.base import Adapter
from networks.types import Captions, Post, Published, Ready, Waiting
from tests.networks.contract import BASMALA, KEY, AdapterContract, picture
from tests.networks.replaying import Replay
from tests.outgoing.loopback import Reply

CHANNEL, VIDEO, TITLE = "UCrabita00000000000000aa", "dQw4w9WgXcA", "القول في الصبر"
CHANNELS = ("GET", "/youtube/v3/channels")
UPLOADS = ("GET", "/youtube/v3/playlistItems")
VIDEOS = ("GET", "/youtube/v3/videos")
START = ("POST", "/upload/youtube/v3/videos")
SEND = ("PUT", "/upload/youtube/v3/videos")
SHOW = ("PUT", "/youtube/v3/videos")
SAID = {"title": TITLE, "made_for_kids": "no"}
WORDS = Captions(picture().sha256, "application/x-subrip", picture().size, "ar")


def film(**changes: Any) -> Any:
    whole = {"mime_type": "video/mp4", "alt_text": "", "width": 1920, "height": 1080, "duration_ms": 83_000}
    return picture(**{**whole, "video_codec": "h264", "audio_codec": "aac", "frame_rate": 25_000, **changes})


def video_post(text: str = BASMALA, **fields: Any) -> Post:
    """There is no post without a video, a title, and whether it is made for children."""
    return Post(text, **{"media": (film(),), "options": SAID, **fields})


class Day:
    """The fixtures; a session of an upload is at an address of the server itself."""

    slug: ClassVar[str] = "youtube"
    good_day: ClassVar[tuple[str, ...]] = ("channel", "no_uploads", "processed", "shown")

    @pytest.fixture
    def network(self) -> Iterator[Replay]:
        replay = Replay(self.slug)
        replay.play(*self.good_day)
        replay.only(START, self.session(replay))
        replay.only(SEND, Reply(b"", 308), replay.reply("uploaded"))
        with replay.running():
            yield replay

    @pytest.fixture
    def adapter(self, network: Replay) -> Iterator[Adapter]:
        yield self.adapter_at(network.url)
        assert not network.unexpected, [(asked.method, asked.path) for asked in network.unexpected]

    def session(self, network: Replay) -> Reply:
        address = f"{network.url}/upload/youtube/v3/videos?uploadType=resumable&upload_id=xa298sd_f"
        return Reply(b"", 200, {"Location": address})

    def adapter_at(self, base_url: str, **changes: Any) -> Adapter:
        given = {"remote_id": CHANNEL, "refresh_token": "1//r0", **changes}
        return AdapterContract.adapter_at(self, base_url, **given)  # type: ignore[arg-type]

    def prepared(self, adapter: Adapter, post: Post | None = None, **saved: Any) -> Ready:
        """As often as the network asks to come back."""
        told: Ready | Waiting = Waiting(saved, 0)
        for _ in range(20):
            if isinstance(told, Ready):
                return told
            told = adapter.prepare(post or video_post(language="ar"), told.saved)
        raise AssertionError("it is never ready")

    def publish(self, adapter: Adapter, post: Post | None = None) -> Published:
        published = adapter.publish(self.prepared(adapter, post), KEY)
        assert isinstance(published, Published)
        return published
