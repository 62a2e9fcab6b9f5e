"""Videos on TikTok: chunks, the one that publishes, and why no try can make a second post."""

import hashlib
import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, BinaryIO

import pytest

from networks.base import Adapter
from networks.errors import Code, NeedsReconnect, NotSent, ProblemCode, Rejected
from networks.registry import adapter_class
from networks.tiktok_uploads import CHUNK, chunks, source
from networks.types import Connection, Media, Post, Processing, Published, Ready
from outgoing import Client
from tests.networks.contract import BASMALA, KEY, TOKEN
from tests.networks.replaying import Replay
from tests.outgoing.loopback import Manner, Reply, unused_port

BEGIN = ("POST", "/v2/post/publish/video/init/")
INBOX = ("POST", "/v2/post/publish/inbox/video/init/")
CREATOR = ("POST", "/v2/post/publish/creator_info/query/")
STATUS = ("POST", "/v2/post/publish/status/fetch/")
PUT = ("PUT", "/upload/video/")
SMALL, LARGE = b"\0film" * 100, b"film!" * (CHUNK // 5 * 2) + b"end"
FILES = {hashlib.sha256(content).hexdigest(): content for content in (SMALL, LARGE)}
REF = "v_pub_file~v2.123456789#everyone"


class Films:
    def open(self, sha256: str) -> BinaryIO:
        return io.BytesIO(FILES[sha256])

    def address(self, sha256: str) -> str:
        raise AssertionError("a video is sent, never fetched")


def film(content: bytes = SMALL, **changes: Any) -> Media:
    whole: dict[str, Any] = {
        "sha256": hashlib.sha256(content).hexdigest(),
        "mime_type": "video/mp4",
        "size": len(content),
        "width": 1080,
        "height": 1920,
        "alt_text": "",
        "duration_ms": 30_000,
        "video_codec": "h264",
        "audio_codec": "aac",
        "frame_rate": 30_000,
    }
    return Media(**{**whole, **changes})


def a_post(content: bytes = SMALL, text: str = BASMALA, **options: str) -> Post:
    return Post(text, media=(film(content),), options={"audience": "everyone", **options})


@pytest.fixture
def network() -> Iterator[Replay]:
    replay = Replay("tiktok")
    replay.play("creator", "under_way", "videos")
    replay.only(PUT, Reply(b"", 201))
    begun = replay.reply("begun")
    begun.body["data"]["upload_url"] = f"{replay.url}/upload/video/?upload_id=67890&upload_token=Xza123"
    replay.only(BEGIN, begun)
    with replay.running():
        yield replay


@pytest.fixture
def adapter(network: Replay) -> Adapter:
    http = Client(allow_private=True, connect_timeout=2, read_timeout=1.0, total_timeout=2.5)
    return adapter_class("tiktok")(Connection(network.url, access_token=TOKEN, handle="@rabita"), http, Films())


def ready_of(adapter: Adapter, post: Post, saved: dict[str, Any] | None = None) -> Ready:
    ready = adapter.prepare(post, saved or {})
    assert isinstance(ready, Ready)
    return ready


def told_so_far(network: Replay, size: int | None, state: str = "PROCESSING_UPLOAD") -> None:
    told = {"status": state} if size is None else {"status": state, "uploaded_bytes": size}
    network.only(STATUS, Reply({"data": told, "error": {"code": "ok"}}))


def ranges(network: Replay) -> list[str]:
    return [asked.headers["Content-Range"] for asked in network.calls(PUT)]


# Chunks


@pytest.mark.parametrize(
    ("size", "count", "last"),
    [
        (1, 1, 1),
        (CHUNK - 1, 1, CHUNK - 1),
        (2 * CHUNK - 1, 1, 2 * CHUNK - 1),
        (2 * CHUNK, 2, CHUNK),
        (64 * 1_000_000 + 1, 6, 14_000_001),
        (4_000_000_000, 400, CHUNK),
    ],
)
def test_chunks_are_as_the_network_counts_them(size: int, count: int, last: int) -> None:
    told, parts = source(size), chunks(size)
    assert (told["total_chunk_count"], len(parts), parts[-1][1]) == (count, count, last)
    assert told["video_size"] // told["chunk_size"] == count
    assert sum(length for _, length in parts) == size
    assert parts[-1][1] <= 128_000_000


def test_only_the_last_chunk_is_left_for_the_request_that_publishes(adapter: Adapter, network: Replay) -> None:
    network.only(PUT, Reply(b"", 206), Reply(b"", 201))
    ready = ready_of(adapter, a_post(LARGE))
    assert ranges(network) == [f"bytes 0-{CHUNK - 1}/{len(LARGE)}"]
    processing = adapter.publish(ready, KEY)
    assert processing == Processing(REF, 15)
    assert ranges(network)[1:] == [f"bytes {CHUNK}-{len(LARGE) - 1}/{len(LARGE)}"]
    sent = network.calls(PUT)
    assert b"".join(asked.body for asked in sent) == LARGE
    assert {asked.headers["Content-Type"] for asked in sent} == {"video/mp4"}
    assert ("upload_token", "Xza123") in sent[0].query


def test_our_access_does_not_go_to_the_address_of_the_upload(adapter: Adapter, network: Replay) -> None:
    adapter.publish(ready_of(adapter, a_post()), KEY)
    [asked] = network.calls(PUT)
    assert "Authorization" not in asked.headers
    assert TOKEN not in str(asked)


def test_an_address_of_another_scheme_than_the_networks_own_is_not_used(network: Replay) -> None:
    begun = network.reply("begun")
    begun.body["data"]["upload_url"] = "https://elsewhere.example/"
    network.only(BEGIN, begun)
    adapter = adapter_class("tiktok")(Connection(network.url, access_token=TOKEN), Client(allow_private=True), Films())
    with pytest.raises(NotSent):
        adapter.prepare(a_post(), {})


def test_what_is_chosen_is_told_when_the_posting_is_begun(adapter: Adapter, network: Replay) -> None:
    chosen = {**dict.fromkeys(("comments", "duets", "stitches", "made_by_ai"), "on"), "cover_second": "2.5"}
    options = {"audience": "everyone", "paid_partnership": "on", **chosen}
    ready_of(adapter, Post("نص #سند", media=(film(),), options=options))
    told = json.loads(network.calls(BEGIN)[0].body)
    assert told["post_info"] == {
        "title": "نص #سند",
        "privacy_level": "PUBLIC_TO_EVERYONE",
        "disable_comment": False,
        "disable_duet": False,
        "disable_stitch": True,  # the account itself has turned it off
        "brand_content_toggle": True,
        "brand_organic_toggle": False,
        "is_aigc": True,
        "video_cover_timestamp_ms": 2500,
    }
    assert told["source_info"]["source"] == "FILE_UPLOAD"


def test_a_video_longer_than_the_account_may_post_is_refused(adapter: Adapter, network: Replay) -> None:
    post = Post(BASMALA, media=(film(duration_ms=301_000),), options={"audience": "everyone"})
    with pytest.raises(Rejected) as caught:
        adapter.prepare(post, {})
    assert (caught.value.code, caught.value.params) == (Code.MEDIA_LENGTH_REFUSED, {"limit": 300})
    assert network.calls(BEGIN) == []


def test_an_application_without_audit_is_refused_before_a_byte_is_sent(adapter: Adapter, network: Replay) -> None:
    network.only(BEGIN, network.reply("unaudited"))
    with pytest.raises(Rejected) as caught:
        adapter.prepare(a_post(), {})
    assert caught.value.code == Code.APPLICATION_NOT_AUDITED
    assert network.calls(PUT) == []


@pytest.mark.parametrize(
    ("recording", "kind", "code"),
    [
        ("token_revoked", NeedsReconnect, Code.TOKEN_INVALID),
        ("scope_missing", NeedsReconnect, Code.MISSING_SCOPE),
        ("rate_limited", NotSent, Code.RATE_LIMITED),
        ("server_error", NotSent, Code.SERVER_ERROR),
    ],
)
def test_a_posting_that_cannot_be_begun_says_why(
    adapter: Adapter, network: Replay, recording: str, kind: type[Exception], code: Code
) -> None:
    network.only(BEGIN, network.reply(recording))
    with pytest.raises(kind) as caught:
        adapter.prepare(a_post(), {})
    assert getattr(caught.value, "code", "") == code


# Never two posts


@pytest.mark.parametrize("manner", [Manner.SILENT, Manner.DROPPED, Manner.TRUNCATED, Manner.ENDLESS])
def test_a_lost_answer_to_the_last_chunk_is_asked_for_by_the_postings_name(
    adapter: Adapter, network: Replay, manner: Manner
) -> None:
    ready = ready_of(adapter, a_post())
    network.only(PUT, Reply(b"x", 201, manner=manner))
    processing = adapter.publish(ready, KEY)
    assert isinstance(processing, Processing)
    assert processing.ref == REF
    assert len(network.calls(PUT)) == 1
    network.play("complete")
    network.only(STATUS, network.reply("complete"))
    published = adapter.check_status(processing.ref)
    assert isinstance(published, Published)


@pytest.mark.parametrize("status", [200, 201, 206, 307, 408, 500, 503])
def test_whatever_is_no_refusal_of_the_bytes_is_asked_for(adapter: Adapter, network: Replay, status: int) -> None:
    ready = ready_of(adapter, a_post())
    network.only(PUT, Reply(b"<html>", status, {"Location": "https://elsewhere.example/"}))
    assert adapter.publish(ready, KEY) == Processing(REF, 15)


@pytest.mark.parametrize("status", [400, 403, 404, 416, 429])
def test_bytes_that_are_refused_are_no_post(adapter: Adapter, network: Replay, status: int) -> None:
    ready = ready_of(adapter, a_post())
    network.only(PUT, Reply(b"", status))
    with pytest.raises(NotSent) as caught:
        adapter.publish(ready, KEY)
    assert caught.value.code == Code.MEDIA_NOT_READY


def test_a_refused_connection_is_certainly_not_sent(adapter: Adapter, network: Replay) -> None:
    ready = ready_of(adapter, a_post())
    ready.saved["address"] = f"http://127.0.0.1:{unused_port()}/"  # type: ignore[index]
    with pytest.raises(NotSent) as caught:
        adapter.publish(ready, KEY)
    assert caught.value.code == Code.CONNECTION_REFUSED


def test_without_a_posting_nothing_is_sent(adapter: Adapter, network: Replay) -> None:
    with pytest.raises(NotSent):
        adapter.publish(Ready(a_post(), {}), KEY)
    assert network.asked == []


def test_the_next_try_goes_on_with_the_same_posting(adapter: Adapter, network: Replay) -> None:
    saved = dict(ready_of(adapter, a_post(LARGE)).saved)
    told_so_far(network, CHUNK)
    adapter.publish(ready_of(adapter, a_post(LARGE), saved), KEY)
    assert len(network.calls(BEGIN)) == 1
    assert ranges(network) == [f"bytes 0-{CHUNK - 1}/{len(LARGE)}", f"bytes {CHUNK}-{len(LARGE) - 1}/{len(LARGE)}"]


@pytest.mark.parametrize(
    ("size", "state"), [(len(SMALL), "PROCESSING_UPLOAD"), (None, "PUBLISH_COMPLETE"), (0, "PUBLISH_COMPLETE")]
)
def test_a_posting_that_has_all_its_bytes_is_never_begun_again(
    adapter: Adapter, network: Replay, size: int | None, state: str
) -> None:
    old = {"begun_at": (datetime.now(UTC) - timedelta(days=1)).isoformat()}
    saved = {**ready_of(adapter, a_post()).saved, **old}
    told_so_far(network, size, state)
    assert adapter.publish(ready_of(adapter, a_post(), saved), KEY) == Processing(REF, 15)
    assert len(network.calls(BEGIN)) == 1
    assert network.calls(PUT) == []


@pytest.mark.parametrize("recording", ["failed", "no_posting"])
def test_a_posting_that_failed_is_begun_again(adapter: Adapter, network: Replay, recording: str) -> None:
    saved = dict(ready_of(adapter, a_post()).saved)
    network.only(STATUS, network.reply(recording))
    ready_of(adapter, a_post(), saved)
    assert len(network.calls(BEGIN)) == 2


def test_an_address_older_than_an_hour_is_left_where_bytes_are_missing(adapter: Adapter, network: Replay) -> None:
    saved = dict(ready_of(adapter, a_post()).saved)
    told_so_far(network, 0)
    ready_of(adapter, a_post(), saved)
    assert len(network.calls(BEGIN)) == 1
    ready_of(adapter, a_post(), {**saved, "begun_at": (datetime.now(UTC) - timedelta(hours=1)).isoformat()})
    ready_of(adapter, a_post(text="نص آخر"), saved)
    assert len(network.calls(BEGIN)) == 3


@pytest.mark.parametrize("reply", [Reply(b"", 503), Reply(b"<html>Not Found</html>", 404)])
def test_where_it_is_not_told_how_far_a_posting_came_no_other_is_begun(
    adapter: Adapter, network: Replay, reply: Reply
) -> None:
    saved = dict(ready_of(adapter, a_post()).saved)
    network.only(STATUS, reply)
    with pytest.raises(NotSent):
        adapter.prepare(a_post(), saved)
    assert len(network.calls(BEGIN)) == 1


@pytest.mark.parametrize("reply", [Reply(b"", 500), Reply(manner=Manner.DROPPED)])
def test_a_lost_chunk_is_gone_on_from(adapter: Adapter, network: Replay, reply: Reply) -> None:
    network.only(PUT, reply)
    with pytest.raises(NotSent) as caught:
        adapter.prepare(a_post(LARGE), {})
    assert caught.value.saved is not None
    network.only(PUT, Reply(b"", 206))
    told_so_far(network, 0)
    ready = ready_of(adapter, a_post(LARGE), dict(caught.value.saved))
    assert ready.saved["sent"] == CHUNK
    assert len(network.calls(BEGIN)) == 1


def test_a_refused_chunk_is_begun_anew(adapter: Adapter, network: Replay) -> None:
    network.only(PUT, Reply(b"", 416))
    with pytest.raises(NotSent) as caught:
        adapter.prepare(a_post(LARGE), {})
    assert (caught.value.code, caught.value.saved) == (Code.MEDIA_NOT_READY, {})


# To the account's inbox


def to_the_inbox(**fields: Any) -> Post:
    return Post(BASMALA, media=(film(),), **{"options": {"audience": "on_the_phone"}, **fields})


def test_to_the_inbox_it_goes_with_its_file_alone_and_a_person_has_it_in_hand(
    adapter: Adapter, network: Replay
) -> None:
    begun = network.reply("begun").body["data"] | {"upload_url": f"{network.url}/upload/video/"}
    network.only(INBOX, Reply({"data": begun, "error": {"code": "ok"}}))
    processing = adapter.publish(ready_of(adapter, to_the_inbox()), KEY)
    assert isinstance(processing, Processing)
    assert json.loads(network.calls(INBOX)[0].body) == {"source_info": source(len(SMALL))}
    assert network.calls(BEGIN) == network.calls(CREATOR) == []
    assert adapter.is_finished_by_hand(to_the_inbox())
    assert not adapter.is_finished_by_hand(a_post())
    assert adapter.check_status(processing.ref) == Processing(processing.ref, 15)
    for state in ("SEND_TO_USER_INBOX", "PUBLISH_COMPLETE"):
        told_so_far(network, None, state)
        assert adapter.check_status(processing.ref) == Processing(processing.ref, None)
    network.only(STATUS, network.reply("complete"))
    assert isinstance(adapter.check_status(processing.ref), Published)


def test_what_lies_in_the_inbox_is_not_sent_there_again(adapter: Adapter, network: Replay) -> None:
    begun = network.reply("begun").body["data"] | {"upload_url": f"{network.url}/upload/video/"}
    network.only(INBOX, Reply({"data": begun, "error": {"code": "ok"}}))
    saved = dict(ready_of(adapter, to_the_inbox()).saved)
    told_so_far(network, None, "SEND_TO_USER_INBOX")
    assert isinstance(adapter.publish(ready_of(adapter, to_the_inbox(), saved), KEY), Processing)
    assert len(network.calls(INBOX)) == 1
    assert network.calls(PUT) == []


def test_what_is_chosen_on_the_phone_is_not_chosen_here_too(adapter: Adapter) -> None:
    assert adapter.validate(to_the_inbox()) == []
    both = to_the_inbox(options={"audience": "on_the_phone", "comments": "on"})
    assert [problem.code for problem in adapter.validate(both)] == [ProblemCode.OPTION_NOT_OFFERED]


# What may be written


@pytest.mark.parametrize(
    ("changes", "options", "code"),
    [
        ({}, {}, None),
        ({"mime_type": "video/webm", "video_codec": "vp9", "audio_codec": "opus"}, {}, None),
        ({"video_codec": "av1"}, {}, ProblemCode.VIDEO_CODEC_NOT_ACCEPTED),
        ({"frame_rate": 15_000}, {}, ProblemCode.VIDEO_TOO_SLOW),
        ({"frame_rate": 90_000}, {}, ProblemCode.VIDEO_TOO_FAST),
        ({"width": 320}, {}, ProblemCode.VIDEO_SIDES_TOO_SHORT),
        ({"width": 5_000}, {}, ProblemCode.VIDEO_SIDES_TOO_LONG),
        ({"size": 4_000_000_001}, {}, ProblemCode.VIDEO_TOO_LARGE),
        ({"duration_ms": 601_000}, {}, ProblemCode.VIDEO_TOO_LONG),
        ({}, {"cover_second": "29.9"}, None),
        ({}, {"cover_second": "31"}, ProblemCode.OPTION_VALUE_NOT_OFFERED),
        ({}, {"cover_second": "أول"}, ProblemCode.OPTION_VALUE_NOT_OFFERED),
    ],
)
def test_a_video_has_its_own_limits(
    adapter: Adapter, changes: dict[str, Any], options: dict[str, str], code: ProblemCode | None
) -> None:
    post = Post(BASMALA, media=(film(**changes),), options={"audience": "everyone", **options})
    assert [problem.code for problem in adapter.validate(post)] == ([code] if code else [])


def test_two_videos_are_never_begun(adapter: Adapter, network: Replay) -> None:
    with pytest.raises(Rejected):
        adapter.prepare(Post(BASMALA, media=(film(), film()), options={"audience": "everyone"}), {})
    assert network.asked == []


def test_the_send_has_time_for_the_last_chunk_and_none_is_needed_for_pictures(adapter: Adapter) -> None:
    assert adapter.upload_seconds(a_post()) >= 120
    assert adapter.upload_seconds(Post(BASMALA)) == 0


def test_a_video_is_sent_and_only_pictures_are_fetched(adapter: Adapter) -> None:
    assert not adapter.fetches(a_post())
    assert adapter.fetches(Post(BASMALA, media=(film(mime_type="image/jpeg"),)))
    assert not adapter.fetches(Post(BASMALA))
