"""Telegram: videos, alone and in an album with pictures, travel in the request that publishes."""

import hashlib
import io
import json
from collections.abc import Iterator
from typing import Any, BinaryIO

import pytest

from networks.adapters.telegram import Telegram
from networks.base import Adapter
from networks.errors import Code, NotSent, OutcomeUnknown, ProblemCode, Rejected
from networks.types import Connection, Media, Post, Published, Ready
from outgoing import Client
from tests.networks.contract import BASMALA, KEY, PICTURE, TOKEN, picture
from tests.networks.replaying import Replay
from tests.networks.streamed import Watched
from tests.networks.test_telegram import CHANNEL, SEND_ALBUM, call, parts_of
from tests.outgoing.loopback import Manner, Reply

FILM = b"\0film" * 200_000
SHA = hashlib.sha256(FILM).hexdigest()
SEND_VIDEO = call("sendVideo")


class Films:
    def __init__(self) -> None:
        self.sizes: list[int] = []

    def open(self, sha256: str) -> BinaryIO:
        return Watched(FILM, self.sizes) if sha256 == SHA else io.BytesIO(PICTURE)

    def address(self, sha256: str) -> str:
        raise AssertionError("a video is sent, never fetched")


def film(**changes: Any) -> Media:
    whole: dict[str, Any] = {"mime_type": "video/mp4", "size": len(FILM), "width": 1920, "height": 1080}
    return Media(**{"sha256": SHA, **whole, "alt_text": "", "duration_ms": 83_400, "video_codec": "h264", **changes})


@pytest.fixture
def network() -> Iterator[Replay]:
    replay = Replay("telegram")
    replay.play("sent_video", "sent_album")
    with replay.running():
        yield replay


@pytest.fixture
def films() -> Films:
    return Films()


@pytest.fixture
def adapter(network: Replay, films: Films) -> Adapter:
    http = Client(allow_private=True, connect_timeout=2, read_timeout=2.0, total_timeout=4.0)
    return Telegram(Connection(network.url, TOKEN, remote_id=CHANNEL, handle="@rabita"), http, films)


def publish(adapter: Adapter, *media: Media, **fields: Any) -> Published:
    ready = adapter.prepare(Post(BASMALA, media=media, **fields), {})
    assert isinstance(ready, Ready)
    published = adapter.publish(ready, KEY)
    assert isinstance(published, Published)
    return published


def test_a_video_travels_with_its_caption_its_shape_and_the_picture_that_stands_for_it(
    adapter: Adapter, network: Replay
) -> None:
    published = publish(adapter, film(poster=picture().sha256), options={"silent": "on"}, reply_to="57")
    [asked] = network.asked
    sent = parts_of(asked)
    assert (sent.pop("video"), sent.pop("cover0")) == (FILM, PICTURE)
    assert {name: value.decode() for name, value in sent.items()} == {
        "chat_id": CHANNEL,
        "caption": BASMALA,
        "duration": "83",
        "width": "1920",
        "height": "1080",
        "supports_streaming": "true",
        "cover": "attach://cover0",
        "disable_notification": "true",
        "reply_parameters": '{"message_id": 57}',
    }
    assert (published.remote_id, published.permalink) == ("61", f"{network.url}/rabita/61")


def test_an_album_may_mix_pictures_and_videos(adapter: Adapter, network: Replay) -> None:
    published = publish(adapter, picture(), film(poster=picture().sha256), film())
    sent = parts_of(network.calls(SEND_ALBUM)[0])
    shape = {"width": 1920, "height": 1080, "supports_streaming": True, "duration": 83}
    assert json.loads(sent["media"]) == [
        {"type": "photo", "media": "attach://photo0", "caption": BASMALA},
        {"type": "video", "media": "attach://video1", "cover": "attach://cover1", **shape},
        {"type": "video", "media": "attach://video2", **shape},
    ]
    assert (sent["photo0"], sent["video1"], sent["cover1"], sent["video2"]) == (PICTURE, FILM, PICTURE, FILM)
    assert published.remote_id == "59,60"


def test_memory_does_not_grow_with_the_file(adapter: Adapter, films: Films) -> None:
    publish(adapter, film(), picture())
    assert films.sizes
    assert all(0 < size <= 1024 * 1024 for size in films.sizes)


@pytest.mark.parametrize("manner", [Manner.SILENT, Manner.DROPPED, Manner.TRUNCATED])
def test_a_lost_answer_to_a_video_is_of_unknown_outcome(adapter: Adapter, network: Replay, manner: Manner) -> None:
    network.only(SEND_VIDEO, Reply(manner=manner))
    with pytest.raises(OutcomeUnknown):
        publish(adapter, film())
    assert len(network.calls(SEND_VIDEO)) == 1


def test_a_limit_says_how_long_to_wait(adapter: Adapter, network: Replay) -> None:
    network.only(SEND_VIDEO, network.reply("rate_limited"))
    with pytest.raises(NotSent) as caught:
        publish(adapter, film())
    assert (caught.value.code, caught.value.retry_after) == (Code.RATE_LIMITED, 900)


@pytest.mark.parametrize(
    "reply",
    [Replay("telegram").reply("video_refused"), Reply({"ok": False, "description": "Request Entity Too Large"}, 413)],
)
def test_a_video_that_the_network_refuses_is_told_from_a_refused_text(
    adapter: Adapter, network: Replay, reply: Reply
) -> None:
    network.only(SEND_VIDEO, reply)
    with pytest.raises(Rejected) as caught:
        publish(adapter, film())
    assert caught.value.code == Code.MEDIA_REFUSED


@pytest.mark.parametrize(
    ("media", "code"), [({"sha256": "0" * 64}, Code.MEDIA_CHANGED), ({"poster": "0" * 64}, Code.MEDIA_CHANGED)]
)
def test_files_other_than_the_signed_ones_never_leave(
    adapter: Adapter, network: Replay, media: dict[str, Any], code: Code
) -> None:
    with pytest.raises(Rejected) as caught:
        publish(adapter, film(**media))
    assert caught.value.code == code
    assert network.asked == []


def test_the_words_of_a_video_are_its_caption(adapter: Adapter, network: Replay) -> None:
    network.play("edited_caption")
    adapter.edit_post("61", Post("مصحح", media=(film(),)))
    assert dict(network.asked[0].form()) == {"chat_id": CHANNEL, "message_id": "61", "caption": "مصحح"}


def test_the_send_is_given_more_time_the_larger_the_video_is() -> None:
    small, large = (Telegram.upload_seconds(Post("x", media=(film(size=size),))) for size in (1_000, 50_000_000))
    assert small >= 60
    assert large - small >= 100


@pytest.mark.parametrize(
    ("media", "codes"),
    [
        ((film(size=50_000_000),), []),
        ((film(size=50_000_001),), [ProblemCode.VIDEO_TOO_LARGE]),
        ((film(mime_type="video/webm"),), [ProblemCode.VIDEO_TYPE_NOT_ACCEPTED]),
        ((film(),) * 10, []),
        ((film(),) * 11, [ProblemCode.MEDIA_TOO_MANY, ProblemCode.VIDEO_TOO_MANY]),
        ((film(), picture()), [ProblemCode.ALT_TEXT_NOT_SHOWN]),
    ],
)
def test_what_it_takes_of_videos_is_checked_while_writing(
    adapter: Adapter, media: tuple[Media, ...], codes: list[ProblemCode]
) -> None:
    assert [problem.code for problem in adapter.validate(Post("x", media=media))] == codes


def test_a_caption_of_a_video_is_as_short_as_that_of_a_picture(adapter: Adapter) -> None:
    fits, over = (adapter.validate(Post("ا" * length, media=(film(),))) for length in (1024, 1025))
    assert [problem.code for problem in (*fits, *over)] == [ProblemCode.TEXT_TOO_LONG]
