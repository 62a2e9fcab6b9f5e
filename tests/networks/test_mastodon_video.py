"""Videos on Mastodon: sent in one piece with a still picture, waited for, within what the server says."""

import hashlib
import io
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, BinaryIO

import pytest

from networks.base import Adapter
from networks.errors import Code, NotSent, ProblemCode, Rejected
from networks.limits import VideoLimits
from networks.registry import adapter_class
from networks.types import Connection, Media, Post, Published, Ready, Waiting
from outgoing import Client
from tests.networks.contract import BASMALA, KEY, TOKEN
from tests.networks.replaying import Replay
from tests.networks.streamed import Zeros, pieces
from tests.outgoing.loopback import Manner, Reply

UPLOAD = ("POST", "/api/v2/media")
LOOK = ("GET", "/api/v1/media/22348641")
INSTANCE = ("GET", "/api/v2/instance")
OWN = ("GET", "/api/v1/accounts/14715/statuses")
CONTENT, POSTER = bytes(range(100)), b"\xff\xd8\xff the still picture"
FILES = {hashlib.sha256(content).hexdigest(): content for content in (CONTENT, POSTER)}


class Films:
    """The stored files; any other is one of zeros, as large as a test wants."""

    def __init__(self) -> None:
        self.zeros = 0
        self.asked: list[int] = []

    def open(self, sha256: str) -> BinaryIO:
        return io.BytesIO(FILES[sha256]) if sha256 in FILES else Zeros(self.zeros, self.asked)  # type: ignore[return-value]

    def address(self, sha256: str) -> str:
        raise AssertionError("a video is sent, never fetched")


def film(**changes: Any) -> Media:
    sha256, poster = FILES
    whole: dict[str, Any] = {"sha256": sha256, "mime_type": "video/mp4", "size": len(CONTENT), "width": 1280}
    whole |= {"height": 720, "alt_text": "شيخ يتكلم", "duration_ms": 30_000, "video_codec": "h264"}
    return Media(**{**whole, "audio_codec": "aac", "frame_rate": 30_000, "poster": poster, **changes})


POST = Post(BASMALA, media=(film(),))


@pytest.fixture
def files() -> Films:
    return Films()


@pytest.fixture
def network() -> Iterator[Replay]:
    replay = Replay("mastodon")
    replay.play("verify_credentials", "instance", "status_created", "video_accepted", "media_done")
    with replay.running():
        yield replay


@pytest.fixture
def adapter(network: Replay, files: Films) -> Iterator[Adapter]:
    http = Client(allow_private=True, connect_timeout=2, read_timeout=1.0, total_timeout=2.5)
    given = Connection(network.url, access_token=TOKEN, remote_id="14715", handle="@rabita")
    yield adapter_class("mastodon")(given, http, files)
    assert not network.unexpected, [(asked.method, asked.path) for asked in network.unexpected]


def again(adapter: Adapter, saved: object, post: Post = POST) -> Ready | Waiting:
    return adapter.prepare(post, json.loads(json.dumps(saved)))


def test_a_video_goes_with_its_description_and_still_picture_is_waited_for_and_posted(
    adapter: Adapter, network: Replay
) -> None:
    network.only(LOOK, network.reply("media_processing"), network.reply("media_done"))
    first = adapter.prepare(POST, {})
    assert isinstance(first, Waiting)
    assert first.check_after >= 10
    second = again(adapter, first.saved)
    assert isinstance(second, Waiting)
    ready = again(adapter, second.saved)
    assert isinstance(ready, Ready)
    assert isinstance(adapter.publish(ready, KEY), Published)
    [asked] = network.calls(UPLOAD)
    assert pieces(asked) == {"description": "شيخ يتكلم".encode(), "file": CONTENT, "thumbnail": POSTER}
    assert b"Content-Type: video/mp4" in asked.body
    assert ("media_ids[]", "22348641") in network.calls(("POST", "/api/v1/statuses"))[0].form()


def test_a_video_without_a_still_picture_goes_alone(adapter: Adapter, network: Replay) -> None:
    again(adapter, {}, Post(BASMALA, media=(film(poster=""),)))
    assert set(pieces(network.calls(UPLOAD)[0])) == {"description", "file"}


def test_memory_does_not_grow_with_the_file(adapter: Adapter, network: Replay, files: Films) -> None:
    files.zeros = 40_000_000
    post = Post(BASMALA, media=(film(sha256=hashlib.sha256(bytes(files.zeros)).hexdigest(), size=files.zeros),))
    again(adapter, {}, post)
    assert len(pieces(network.calls(UPLOAD)[0])["file"]) == files.zeros
    assert 0 < max(files.asked) <= 1 << 20
    assert -1 not in files.asked


@pytest.mark.parametrize("lost", [Reply(manner=Manner.DROPPED), Reply(b"", 500), Reply(b"<html>")])
def test_an_upload_whose_answer_was_lost_is_made_again(adapter: Adapter, network: Replay, lost: Reply) -> None:
    network.only(UPLOAD, lost, network.reply("video_accepted"))
    with pytest.raises(NotSent):
        adapter.prepare(POST, {})
    assert isinstance(again(adapter, {}), Waiting)


def test_a_rate_limit_while_it_is_processed_loses_nothing(adapter: Adapter, network: Replay) -> None:
    waiting = adapter.prepare(POST, {})
    limited = network.reply("rate_limited", **{"Retry-After": "300"})
    network.only(LOOK, limited, network.reply("media_done"))
    with pytest.raises(NotSent) as caught:
        again(adapter, waiting.saved)
    assert (caught.value.code, caught.value.retry_after) == (Code.RATE_LIMITED, 300)
    assert isinstance(again(adapter, waiting.saved), Ready)
    assert len(network.calls(UPLOAD)) == 1


def test_a_video_that_the_server_has_thrown_away_is_sent_again(adapter: Adapter, network: Replay) -> None:
    waiting = adapter.prepare(POST, {})
    network.only(LOOK, network.reply("not_found"))
    again(adapter, waiting.saved)
    assert len(network.calls(UPLOAD)) == 2


def test_an_old_upload_is_made_again(adapter: Adapter, network: Replay) -> None:
    [upload] = adapter.prepare(POST, {}).saved["media"]
    old = (datetime.now(UTC) - timedelta(hours=13)).isoformat()
    again(adapter, {"media": [{**upload, "uploaded_at": old}]})
    assert len(network.calls(UPLOAD)) == 2


def test_a_video_that_cannot_be_processed_is_refused_and_never_used_again(adapter: Adapter, network: Replay) -> None:
    network.only(LOOK, network.reply("video_failed"))
    waiting = adapter.prepare(POST, {})
    with pytest.raises(Rejected) as caught:
        again(adapter, waiting.saved)
    assert (caught.value.code, caught.value.saved) == (Code.MEDIA_REFUSED, {})
    assert "File is invalid" in caught.value.detail


def test_a_refused_video_is_rejected(adapter: Adapter, network: Replay) -> None:
    network.only(UPLOAD, network.reply("media_refused"))
    with pytest.raises(Rejected) as caught:
        adapter.prepare(POST, {})
    assert caught.value.code == Code.MEDIA_REFUSED


def test_a_still_picture_other_than_the_signed_one_never_leaves(adapter: Adapter, network: Replay) -> None:
    other = Post(BASMALA, media=(film(poster="0" * 64),))
    with pytest.raises(Rejected) as caught:
        adapter.prepare(other, {})
    assert caught.value.code == Code.MEDIA_CHANGED
    assert network.asked == []


def test_a_post_with_a_video_is_found_again_by_its_description(adapter: Adapter, network: Replay) -> None:
    attachment = {"id": "22348641", "type": "video", "description": "شيخ يتكلم"}
    status = {**network.reply("status_created").body, "content": f"<p>{BASMALA}</p>"}
    status |= {"created_at": "2026-11-23T12:00:00.000Z", "media_attachments": [attachment]}
    network.only(OWN, Reply([status]), Reply([]))
    since = datetime(2026, 11, 23, 11, 59, 50, tzinfo=UTC)
    assert adapter.find_published(POST, KEY, since).found is not None
    network.only(OWN, Reply([status]), Reply([]))
    assert adapter.find_published(Post(BASMALA), KEY, since).found is None


# What the server takes


def told_video(adapter: Adapter, network: Replay, **media: Any) -> VideoLimits | None:
    told = {"domain": "x.example", "configuration": {"media_attachments": media}}
    network.only(INSTANCE, Reply(told))
    return adapter.get_profile().limits.video


def test_the_servers_limits_of_videos_are_believed(adapter: Adapter) -> None:
    video = adapter.get_profile().limits.video
    assert video is not None
    assert (video.types, video.max_bytes) == (("video/mp4",), 41_943_040)
    assert (video.max_frame_rate, video.max_pixels) == (60_000, 2_304_000)


def test_a_server_that_says_nothing_of_videos_has_the_published_limits(adapter: Adapter, network: Replay) -> None:
    assert told_video(adapter, network) == adapter.limits.video
    assert told_video(adapter, network, supported_mime_types=[], video_size_limit="large") == adapter.limits.video


def test_a_server_that_lists_no_video_takes_none(adapter: Adapter, network: Replay) -> None:
    assert told_video(adapter, network, supported_mime_types=["image/png"]) is None


@pytest.mark.parametrize(
    ("at", "over", "code"),
    [
        ({"size": 41_943_040}, {"size": 41_943_041}, ProblemCode.VIDEO_TOO_LARGE),
        ({"frame_rate": 60_000}, {"frame_rate": 60_001}, ProblemCode.VIDEO_TOO_FAST),
        (
            {"width": 1_920, "height": 1_200},
            {"width": 1_920, "height": 1_201},
            ProblemCode.VIDEO_TOO_MANY_PIXELS,
        ),
        ({"mime_type": "video/mp4"}, {"mime_type": "video/webm"}, ProblemCode.VIDEO_TYPE_NOT_ACCEPTED),
        ({"alt_text": "ا" * 1_500}, {"alt_text": "ا" * 1_501}, ProblemCode.ALT_TEXT_TOO_LONG),
        ({"alt_text": "ا"}, {"alt_text": ""}, ProblemCode.ALT_TEXT_MISSING),
    ],
)
def test_a_video_at_the_servers_limit_fits_and_one_over_does_not(
    adapter: Adapter, files: Films, at: dict[str, Any], over: dict[str, Any], code: ProblemCode
) -> None:
    limits = adapter.get_profile().limits
    server = type(adapter)(replace(adapter.connection, limits=limits), adapter.http, files)
    assert server.validate(Post(BASMALA, media=(film(**at),))) == []
    assert [problem.code for problem in server.validate(Post(BASMALA, media=(film(**over),)))] == [code]


def test_a_video_stands_alone(adapter: Adapter) -> None:
    photo = Media("ab" * 32, "image/jpeg", 9, 640, 480, "صورة")
    assert [problem.code for problem in adapter.validate(Post(BASMALA, media=(film(), photo)))] == [
        ProblemCode.MEDIA_MIXED
    ]
