"""A Facebook page that takes videos, played from the recordings, for the tests of its adapter."""

import hashlib
import hmac
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, BinaryIO

import pytest

from networks.base import Adapter
from networks.registry import adapter_class
from networks.types import AppCredentials, Connection, Media, Post, Published, Ready, Waiting
from outgoing import Client
from tests.networks.contract import APP_SECRET, BASMALA, PICTURE, TOKEN, picture
from tests.networks.replaying import Replay
from tests.networks.streamed import Watched
from tests.outgoing.loopback import Reply

FILM = b"\0film" * 200_000
SHA = hashlib.sha256(FILM).hexdigest()
VIDEO, POST = "323790578640877", "14715_1569752556413941"
SESSION = "/v25.0/upload:MTphdHRhY2htZW50OjE="
OPEN, HELD, SEND = ("POST", "/v25.0/client/uploads"), ("GET", SESSION), ("POST", SESSION)
CREATE, REELS = ("POST", "/v25.0/14715/videos"), ("POST", "/v25.0/14715/video_reels")
NODE, REEL_SEND = ("GET", f"/v25.0/{VIDEO}"), ("POST", f"/video-upload/v25.0/{VIDEO}")
OWN, SHOWN, BATCH = ("GET", "/v25.0/14715/published_posts"), ("GET", f"/v25.0/{POST}"), ("POST", "/v25.0/")
SENT_AT = datetime(2026, 11, 23, 11, 59, 50, tzinfo=UTC)
PROOF = hmac.new(APP_SECRET.encode(), TOKEN.encode(), hashlib.sha256).hexdigest()


class Films:
    def __init__(self) -> None:
        self.sizes: list[int] = []

    def open(self, sha256: str) -> BinaryIO:
        return Watched({SHA: FILM, picture().sha256: PICTURE}[sha256], self.sizes)

    def address(self, sha256: str) -> str:
        raise AssertionError("a video is sent, never fetched")


def film(**changes: Any) -> Media:
    whole: dict[str, Any] = {"mime_type": "video/mp4", "size": len(FILM), "width": 1920, "height": 1080}
    whole |= {"alt_text": "", "duration_ms": 83_000, "video_codec": "h264", "audio_codec": "aac", "frame_rate": 25_000}
    return Media(**{"sha256": SHA, **whole, **changes})


def tall(**changes: Any) -> Media:
    return film(**{"width": 1080, "height": 1920, "duration_ms": 30_000, **changes})


def a_video(text: str = BASMALA, **changes: Any) -> Post:
    return Post(text, media=(film(**changes),))


def a_reel(text: str = BASMALA, **changes: Any) -> Post:
    return Post(text, media=(tall(**changes),), options={"post_as": "reel"})


class FilmDay:
    """The fixtures; the address for a reel's file is one of the server itself."""

    @pytest.fixture
    def network(self) -> Iterator[Replay]:
        replay = Replay("facebook")
        replay.play("upload_session", "upload_offset", "upload_handle", "video_created", "reel_waiting", "reel_sent")
        begun = replay.reply("reel_begun")
        begun.body["upload_url"] = f"{replay.url}/video-upload/v25.0/{VIDEO}"
        replay.only(REELS, begun, replay.reply("reel_published"))
        with replay.running():
            yield replay

    @pytest.fixture
    def films(self) -> Films:
        return Films()

    @pytest.fixture
    def adapter(self, network: Replay, films: Films) -> Iterator[Adapter]:
        yield adapter_at(network.url, films)
        assert not network.unexpected, [(asked.method, asked.path) for asked in network.unexpected]


def adapter_at(url: str, films: Films, **changes: Any) -> Adapter:
    given = {"app_credentials": AppCredentials("client", APP_SECRET), "remote_id": "14715", "handle": "@rabita"}
    http = Client(allow_private=True, connect_timeout=2, read_timeout=2.0, total_timeout=4.0)
    return adapter_class("facebook")(Connection(url, access_token=TOKEN, **{**given, **changes}), http, films)


def prepared(adapter: Adapter, post: Post, saved: Mapping[str, Any] | None = None) -> Ready:
    """As often as the network asks to come back."""
    told: Ready | Waiting = Waiting(saved or {}, 0)
    for _ in range(20):
        if isinstance(told, Ready):
            return told
        told = adapter.prepare(post, told.saved)
    raise AssertionError("it is never ready")


def held(size: int) -> Reply:
    return Reply({"id": "upload:MTphdHRhY2htZW50OjE=?sig=ARZqkGCA", "file_offset": size})


def uploading(state: str, size: int, **other: str) -> Reply:
    phases = {"uploading_phase": {"status": state, "bytes_transfered": size}, **other}
    return Reply({"id": VIDEO, "status": {"video_status": "processing", **phases}})


def published(adapter: Adapter, ref: str = VIDEO) -> Published:
    told = adapter.check_status(ref)
    assert isinstance(told, Published)
    return told
