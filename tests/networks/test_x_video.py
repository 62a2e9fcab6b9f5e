"""Videos on X: segments, what an interrupted upload goes on from, and what the network makes of the file."""

import hashlib
import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, BinaryIO

import pytest

from networks import tweet_video
from networks.base import Adapter
from networks.errors import Code, NeedsReconnect, NotSent, ProblemCode, Rejected
from networks.registry import adapter_class
from networks.tweet_video import SEGMENT, SEGMENTS, SEGMENTS_AT_ONCE
from networks.types import Connection, Media, Post, Published, Ready, Waiting
from outgoing import Client
from tests.networks.contract import BASMALA, KEY, TOKEN
from tests.networks.replaying import Replay
from tests.networks.streamed import Zeros, pieces
from tests.outgoing.loopback import Manner, Reply

VIDEO = "1880028106020515840"
BEGIN = ("POST", "/2/media/upload/initialize")
APPEND = ("POST", f"/2/media/upload/{VIDEO}/append")
CLOSE = ("POST", f"/2/media/upload/{VIDEO}/finalize")
STATUS = ("GET", "/2/media/upload")
DESCRIBE = ("POST", "/2/media/metadata")
CONTENT = bytes(range(100))
UNKNOWN = {"errors": [{"message": "Invalid media id"}], "title": "Invalid Request", "detail": "Not a usable media id."}
GONE = Reply(UNKNOWN, 400)


class Films:
    """The stored files: the small one, and one of zeros as large as a test wants."""

    def __init__(self) -> None:
        self.zeros = 0
        self.asked: list[int] = []

    def open(self, sha256: str) -> BinaryIO:
        if sha256 == hashlib.sha256(CONTENT).hexdigest():
            return io.BytesIO(CONTENT)
        return Zeros(self.zeros, self.asked)  # type: ignore[return-value]

    def address(self, sha256: str) -> str:
        raise AssertionError("a video is sent, never fetched")


def film(**changes: Any) -> Media:
    whole: dict[str, Any] = {
        "sha256": hashlib.sha256(CONTENT).hexdigest(),
        "mime_type": "video/mp4",
        "size": len(CONTENT),
        "width": 1280,
        "height": 720,
        "alt_text": "",
        "duration_ms": 30_000,
        "video_codec": "h264",
        "audio_codec": "aac",
        "frame_rate": 30_000,
        "bit_rate": 2_000_000,
    }
    return Media(**{**whole, **changes})


POST = Post(BASMALA, media=(film(),))


@pytest.fixture
def files() -> Films:
    return Films()


@pytest.fixture
def network() -> Iterator[Replay]:
    replay = Replay("x")
    replay.play("me", "post_created", "video_begun", "video_appended", "video_closed", "video_succeeded")
    with replay.running():
        yield replay


@pytest.fixture
def adapter(network: Replay, files: Films) -> Iterator[Adapter]:
    http = Client(allow_private=True, connect_timeout=2, read_timeout=1.0, total_timeout=2.5)
    given = Connection(network.url, access_token=TOKEN, remote_id="14715", handle="@rabita")
    yield adapter_class("x")(given, http, files)
    assert not network.unexpected, [(asked.method, asked.path) for asked in network.unexpected]


@pytest.fixture
def small_segments(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tweet_video, "SEGMENT", 30)


def sent(network: Replay) -> list[tuple[int, bytes]]:
    told = [pieces(asked) for asked in network.calls(APPEND)]
    return [(int(one["segment_index"]), one["media"]) for one in told]


def again(adapter: Adapter, saved: object, post: Post = POST) -> Ready | Waiting:
    return adapter.prepare(post, json.loads(json.dumps(saved)))


def stopped(adapter: Adapter, saved: object) -> NotSent:
    with pytest.raises(NotSent) as caught:
        again(adapter, saved)
    return caught.value


# A good day


@pytest.mark.usefixtures("small_segments")
def test_a_video_goes_in_segments_is_waited_for_and_posted(adapter: Adapter, network: Replay) -> None:
    network.only(STATUS, network.reply("video_in_progress"), network.reply("video_succeeded"))
    first = adapter.prepare(POST, {})
    assert isinstance(first, Waiting)
    assert first.check_after == 7
    second = again(adapter, first.saved)
    assert isinstance(second, Waiting)
    assert second.check_after == 4
    ready = again(adapter, second.saved)
    assert isinstance(ready, Ready)
    assert isinstance(adapter.publish(ready, KEY), Published)
    assert json.loads(network.calls(BEGIN)[0].body) == {
        "media_type": "video/mp4",
        "total_bytes": 100,
        "media_category": "tweet_video",
    }
    assert sent(network) == [(at, CONTENT[30 * at : 30 * at + 30]) for at in range(4)]
    assert [dict(asked.query) for asked in network.calls(STATUS)] == [{"command": "STATUS", "media_id": VIDEO}] * 2
    assert json.loads(network.calls(("POST", "/2/tweets"))[0].body)["media"] == {"media_ids": [VIDEO]}
    assert {asked.headers["Authorization"] for asked in network.asked} == {f"Bearer {TOKEN}"}


def test_what_needs_no_processing_is_ready_at_once_and_stays_so(adapter: Adapter, network: Replay) -> None:
    network.only(CLOSE, Reply({"data": {"id": VIDEO, "expires_after_secs": 86400}}))
    ready = adapter.prepare(POST, {})
    assert isinstance(ready, Ready)
    assert again(adapter, ready.saved) == ready
    assert (len(network.calls(BEGIN)), network.calls(STATUS)) == (1, [])


def test_a_segment_that_is_answered_with_nothing_has_arrived(adapter: Adapter, network: Replay) -> None:
    network.only(APPEND, Reply(b"", 204))
    assert isinstance(adapter.prepare(POST, {}), Waiting)


def test_a_description_is_not_sent_for_a_video(adapter: Adapter, network: Replay) -> None:
    again(adapter, {}, Post(BASMALA, media=(film(alt_text="شيخ يتكلم"),)))
    assert network.calls(DESCRIBE) == []


def test_memory_does_not_grow_with_the_file(adapter: Adapter, network: Replay, files: Films) -> None:
    files.zeros = SEGMENT * SEGMENTS_AT_ONCE + 1
    zeros = Zeros(files.zeros, [])
    whole = hashlib.sha256()
    while part := zeros.read(1 << 20):
        whole.update(part)
    post = Post(BASMALA, media=(film(sha256=whole.hexdigest(), size=files.zeros),))
    first = adapter.prepare(post, {})
    assert isinstance(first, Waiting)
    assert (first.check_after, network.calls(CLOSE)) == (0, [])
    assert isinstance(again(adapter, first.saved, post), Waiting)
    assert [(at, len(content)) for at, content in sent(network)] == [
        *((at, SEGMENT) for at in range(SEGMENTS_AT_ONCE)),
        (SEGMENTS_AT_ONCE, 1),
    ]
    assert 0 < max(files.asked) <= 1 << 20
    assert -1 not in files.asked


# What breaks on the way


@pytest.mark.usefixtures("small_segments")
def test_an_upload_that_was_cut_goes_on_where_it_was(adapter: Adapter, network: Replay) -> None:
    arrived = network.reply("video_appended")
    network.only(APPEND, arrived, arrived, Reply(manner=Manner.DROPPED), arrived)
    cut = adapter.prepare(POST, {})
    assert isinstance(cut, Waiting)
    again(adapter, cut.saved)
    assert [at for at, _ in sent(network)] == [0, 1, 2, 2, 3]
    assert len(network.calls(BEGIN)) == 1


@pytest.mark.usefixtures("small_segments")
def test_a_line_on_which_nothing_arrives_is_a_failure_that_keeps_the_session(adapter: Adapter, network: Replay) -> None:
    network.only(APPEND, Reply(b"", 503))
    error = stopped(adapter, {})
    network.play("video_appended")
    network.only(APPEND, network.reply("video_appended"))
    assert isinstance(again(adapter, error.saved), Waiting)
    assert len(network.calls(BEGIN)) == 1


@pytest.mark.usefixtures("small_segments")
def test_a_rate_limit_in_the_middle_says_how_long_and_loses_nothing(adapter: Adapter, network: Replay) -> None:
    arrived = network.reply("video_appended")
    network.only(APPEND, arrived, network.reply("rate_limited", **{"Retry-After": "900"}), arrived)
    error = stopped(adapter, {})
    assert (error.code, error.retry_after) == (Code.RATE_LIMITED, 900)
    again(adapter, error.saved)
    assert [at for at, _ in sent(network)] == [0, 1, 1, 2, 3]


@pytest.mark.parametrize("refused", [GONE, Reply(UNKNOWN, 404)])
@pytest.mark.usefixtures("small_segments")
def test_a_session_that_is_over_begins_anew(adapter: Adapter, network: Replay, refused: Reply) -> None:
    network.only(APPEND, network.reply("video_appended"), network.reply("rate_limited"), refused)
    error = stopped(adapter, {})
    waiting = again(adapter, error.saved)
    assert isinstance(waiting, Waiting)
    assert waiting.check_after >= 60
    network.only(APPEND, network.reply("video_appended"))
    again(adapter, waiting.saved)
    assert len(network.calls(BEGIN)) == 2
    assert [at for at, _ in sent(network)][-4:] == [0, 1, 2, 3]


def test_sessions_that_are_lost_again_and_again_are_a_failure(adapter: Adapter, network: Replay) -> None:
    network.only(STATUS, GONE)
    saved: Any = {}
    for _ in range(3):
        saved = again(adapter, again(adapter, saved).saved).saved
    error = stopped(adapter, again(adapter, saved).saved)
    assert (error.code, error.saved) == (Code.MEDIA_NOT_READY, {})


@pytest.mark.usefixtures("small_segments")
def test_a_segment_that_is_refused_in_a_session_of_now_is_a_refused_file(adapter: Adapter, network: Replay) -> None:
    network.only(APPEND, network.reply("media_refused"))
    with pytest.raises(Rejected) as caught:
        adapter.prepare(POST, {})
    assert (caught.value.code, caught.value.saved) == (Code.MEDIA_REFUSED, {})


def test_a_lost_answer_to_the_closing_is_asked_for(adapter: Adapter, network: Replay) -> None:
    network.only(CLOSE, Reply(manner=Manner.DROPPED))
    cut = adapter.prepare(POST, {})
    assert isinstance(cut, Waiting)
    assert isinstance(again(adapter, cut.saved), Ready)
    assert (len(network.calls(CLOSE)), len(network.calls(APPEND))) == (1, 1)


@pytest.mark.parametrize("said", [GONE, Reply({"data": {"id": VIDEO, "processing_info": {"state": "uploading"}}})])
def test_a_closing_that_never_arrived_is_made_again(adapter: Adapter, network: Replay, said: Reply) -> None:
    network.only(CLOSE, Reply(manner=Manner.DROPPED), network.reply("video_closed"))
    network.only(STATUS, said)
    assert isinstance(again(adapter, adapter.prepare(POST, {}).saved), Waiting)
    assert (len(network.calls(CLOSE)), len(network.calls(APPEND)), len(network.calls(BEGIN))) == (2, 1, 1)


def test_an_id_that_is_about_to_expire_is_not_used(adapter: Adapter, network: Replay) -> None:
    network.only(CLOSE, Reply({"data": {"id": VIDEO, "expires_after_secs": 86400}}))
    ready = adapter.prepare(POST, {})
    [upload] = ready.saved["media"]
    assert upload["expires_at"] < (datetime.now(UTC) + timedelta(hours=23, minutes=1)).isoformat()
    again(adapter, {"media": [{**upload, "expires_at": datetime.now(UTC).isoformat()}]})
    assert (len(network.calls(BEGIN)), len(network.calls(APPEND))) == (2, 2)


def test_an_id_that_lives_shortly_is_used_all_the_same(adapter: Adapter, network: Replay) -> None:
    network.only(CLOSE, Reply({"data": {"id": VIDEO, "expires_after_secs": 600}}))
    again(adapter, adapter.prepare(POST, {}).saved)
    assert len(network.calls(BEGIN)) == 1


def test_another_file_is_another_upload(adapter: Adapter, network: Replay, files: Films) -> None:
    files.zeros = 10
    other = Post(BASMALA, media=(film(sha256=hashlib.sha256(bytes(10)).hexdigest(), size=10),))
    again(adapter, adapter.prepare(POST, {}).saved, other)
    assert [json.loads(asked.body)["total_bytes"] for asked in network.calls(BEGIN)] == [100, 10]


@pytest.mark.parametrize("saved", [{"media": []}, {"media": [{"sha256": "x"}]}, {"media": "x"}, {"media": [None]}])
def test_what_cannot_be_read_of_an_earlier_try_is_begun_anew(
    adapter: Adapter, network: Replay, saved: dict[str, Any]
) -> None:
    again(adapter, saved)
    assert len(network.calls(BEGIN)) == 1


# What the network makes of it


def test_a_video_that_cannot_be_processed_is_refused_in_the_networks_words(adapter: Adapter, network: Replay) -> None:
    network.only(STATUS, network.reply("video_failed"))
    with pytest.raises(Rejected) as caught:
        again(adapter, adapter.prepare(POST, {}).saved)
    assert (caught.value.code, caught.value.saved) == (Code.MEDIA_REFUSED, {})
    assert caught.value.detail == "InvalidMedia Unsupported video format"


@pytest.mark.parametrize(("recording", "kind"), [("media_refused", Rejected), ("token_revoked", NeedsReconnect)])
def test_a_refused_beginning_says_why(adapter: Adapter, network: Replay, recording: str, kind: type[Exception]) -> None:
    network.only(BEGIN, network.reply(recording))
    with pytest.raises(kind):
        adapter.prepare(POST, {})
    assert network.calls(APPEND) == []


def test_an_answer_that_says_nothing_may_be_asked_for_again(adapter: Adapter, network: Replay) -> None:
    network.only(BEGIN, Reply(b"<html>"), network.reply("video_begun"))
    error = stopped(adapter, {})
    assert error.code == Code.ANSWER_UNREADABLE
    waiting = again(adapter, error.saved)
    network.only(STATUS, Reply({"data": {}}))
    assert stopped(adapter, waiting.saved).code == Code.ANSWER_UNREADABLE


def test_a_video_longer_than_the_account_may_post_is_refused_as_such(adapter: Adapter, network: Replay) -> None:
    network.only(("POST", "/2/tweets"), network.reply("video_too_long"))
    ready = again(adapter, adapter.prepare(POST, {}).saved)
    assert isinstance(ready, Ready)
    with pytest.raises(Rejected) as caught:
        adapter.publish(ready, KEY)
    assert caught.value.code == Code.MEDIA_LENGTH_REFUSED


@pytest.mark.parametrize(("kind", "is_found"), [("video", True), ("photo", False)])
def test_a_post_with_a_video_is_found_again(adapter: Adapter, network: Replay, kind: str, is_found: bool) -> None:
    address = {"url": "https://t.co/v", "expanded_url": "https://x.com/rabita/status/5/video/1", "media_key": "13_1"}
    tweet = {
        "id": "5",
        "created_at": "2026-11-23T12:00:00.000Z",
        "text": f"{BASMALA} https://t.co/v",
        "attachments": {"media_keys": ["13_1"]},
        "entities": {"urls": [address]},
    }
    told = {"data": [tweet], "includes": {"media": [{"media_key": "13_1", "type": kind}]}, "meta": {"result_count": 1}}
    network.only(("GET", "/2/users/14715/tweets"), Reply(told))
    since = datetime(2026, 11, 23, 11, 59, 50, tzinfo=UTC)
    assert (adapter.find_published(POST, KEY, since).found is not None) is is_found
    assert adapter.find_published(Post(BASMALA), KEY, since).found is None


# What may be written


def codes(adapter: Adapter, *media: Media) -> list[str]:
    return [problem.code for problem in adapter.validate(Post(BASMALA, media=media))]


@pytest.mark.parametrize(
    ("at", "over", "code"),
    [
        ({"size": SEGMENT * SEGMENTS}, {"size": SEGMENT * SEGMENTS + 1}, ProblemCode.VIDEO_TOO_LARGE),
        ({"duration_ms": 500}, {"duration_ms": 499}, ProblemCode.VIDEO_TOO_SHORT),
        ({"duration_ms": 1_200_000}, {"duration_ms": 1_200_001}, ProblemCode.VIDEO_TOO_LONG),
        ({"frame_rate": 60_000}, {"frame_rate": 60_001}, ProblemCode.VIDEO_TOO_FAST),
        ({"width": 1_280}, {"width": 1_281}, ProblemCode.VIDEO_SIDES_TOO_LONG),
        ({"width": 32, "height": 32}, {"width": 31, "height": 31}, ProblemCode.VIDEO_SIDES_TOO_SHORT),
        ({"width": 900, "height": 300}, {"width": 901, "height": 300}, ProblemCode.VIDEO_TOO_WIDE),
        ({"width": 300, "height": 900}, {"width": 300, "height": 901}, ProblemCode.VIDEO_TOO_TALL),
        ({"mime_type": "video/quicktime"}, {"mime_type": "video/webm"}, ProblemCode.VIDEO_TYPE_NOT_ACCEPTED),
        ({"audio_codec": ""}, {"audio_codec": "mp3"}, ProblemCode.VIDEO_SOUND_NOT_ACCEPTED),
        ({"video_codec": "h264"}, {"video_codec": "hevc"}, ProblemCode.VIDEO_CODEC_NOT_ACCEPTED),
    ],
)
def test_a_video_at_a_limit_fits_and_one_over_does_not(
    adapter: Adapter, at: dict[str, Any], over: dict[str, Any], code: ProblemCode
) -> None:
    assert codes(adapter, film(**at)) == []
    assert codes(adapter, film(**over)) == [code]


def test_a_video_stands_alone(adapter: Adapter) -> None:
    photo = Media("ab" * 32, "image/jpeg", 9, 640, 480, "صورة")
    assert codes(adapter, film(), photo) == [ProblemCode.MEDIA_MIXED]
    assert codes(adapter, film(), film()) == [ProblemCode.VIDEO_TOO_MANY]


def test_an_author_is_told_that_a_videos_description_is_shown_to_nobody(adapter: Adapter) -> None:
    assert codes(adapter, film(alt_text="شيخ يتكلم")) == [ProblemCode.VIDEO_ALT_TEXT_NOT_SHOWN]


@pytest.mark.parametrize(("badge", "minutes", "side"), [("business", 125, 1_920), ("none", 20, 1_280)])
def test_a_verified_account_may_post_longer_and_larger_videos(
    adapter: Adapter, network: Replay, badge: str, minutes: int, side: int
) -> None:
    told = network.reply("me").body
    network.only(("GET", "/2/users/me"), Reply({"data": {**told["data"], "verified_type": badge}}))
    video = adapter.get_profile().limits.video
    assert video is not None
    assert (video.max_duration_ms, video.max_side) == (minutes * 60_000, side)
    assert "verified_type" in dict(network.asked[0].query)["user.fields"]
