"""YouTube: a video goes up in chunks as private, goes on where it stopped, and gets what belongs to it."""

import json
from typing import Any

import pytest

from networks import google_uploads, youtube_drafts
from networks.base import Adapter
from networks.errors import Code, NeedsReconnect, NetworkError, NotSent, OutcomeUnknown, Rejected
from networks.types import Post, Ready, Waiting
from tests.networks.contract import KEY, PICTURE, TOKEN, picture
from tests.networks.replaying import Replay
from tests.networks.youtube_channel import (
    SAID,
    SEND,
    SHOW,
    START,
    TITLE,
    UPLOADS,
    VIDEO,
    VIDEOS,
    WORDS,
    Day,
    film,
    video_post,
)
from tests.outgoing.loopback import Asked, Manner, Reply

WHOLE = len(PICTURE)
CAPTIONS = ("POST", "/upload/youtube/v3/captions")
THUMBNAIL, LIST = ("POST", "/upload/youtube/v3/thumbnails/set"), ("POST", "/youtube/v3/playlistItems")
PLAYLIST = {**SAID, "playlist": "https://www.youtube.com/playlist?list=PLrabita0001"}


def held(size: int) -> Reply:
    """The network holds so many bytes and waits for more."""
    return Reply(b"", 308, {"Range": f"bytes=0-{size - 1}"} if size else {})


def ranges(network: Replay) -> list[str]:
    return [asked.headers["Content-Range"] for asked in network.calls(SEND)]


class Server:
    """A session that keeps what it is sent, as the network does."""

    def __init__(self, done: Reply) -> None:
        self.content, self.done = b"", done

    def __call__(self, asked: Asked) -> Reply:
        span, _, _ = asked.headers["Content-Range"].removeprefix("bytes ").partition("/")
        if span != "*":
            start = int(span.partition("-")[0])
            assert start == len(self.content)
            self.content += asked.body
        return self.done if len(self.content) == WHOLE else held(len(self.content))


class TestUploads(Day):
    @pytest.fixture
    def small(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Chunks of 16 bytes: the file has a few of them."""
        monkeypatch.setattr(google_uploads, "CHUNK", 16)

    # Up to the network

    def test_a_session_is_opened_with_all_the_words_and_private(self, adapter: Adapter, network: Replay) -> None:
        waiting = adapter.prepare(video_post("نص", language="ar", options={**SAID, "category": "education"}), {})
        assert isinstance(waiting, Waiting)
        assert waiting.saved["session"].startswith(network.url)
        [asked] = network.calls(START)
        assert json.loads(asked.body) == {
            "snippet": {"title": TITLE, "description": "نص", "categoryId": "27", "defaultLanguage": "ar"},
            "status": {"privacyStatus": "private", "selfDeclaredMadeForKids": False},
        }
        assert dict(asked.query) == {"part": "snippet,status", "uploadType": "resumable"}
        assert asked.headers["X-Upload-Content-Length"] == str(WHOLE)
        assert asked.headers["X-Upload-Content-Type"] == "video/mp4"

    def test_no_byte_leaves_before_the_session_is_kept(self, adapter: Adapter, network: Replay) -> None:
        adapter.prepare(video_post(), {})
        assert network.calls(SEND) == []

    def test_the_signed_bytes_go_up_in_chunks(self, adapter: Adapter, network: Replay, small: None) -> None:
        server = Server(network.reply("uploaded"))
        network.answer = answering(network, server)
        self.prepared(adapter)
        assert server.content == PICTURE
        assert ranges(network)[:3] == [f"bytes */{WHOLE}", f"bytes 0-15/{WHOLE}", f"bytes 16-31/{WHOLE}"]
        assert {asked.headers["Content-Length"] for asked in network.calls(SEND)[1:3]} == {"16"}

    def test_an_upload_that_was_cut_goes_on_where_the_network_stands(
        self, adapter: Adapter, network: Replay, small: None
    ) -> None:
        server = Server(network.reply("uploaded"))
        network.answer = answering(network, server)
        waiting = adapter.prepare(video_post(), {})
        network.answer = answering(network, cut_after(server, 2))
        again = adapter.prepare(video_post(), waiting.saved)
        assert isinstance(again, Waiting)
        assert (again.saved["sent"], again.check_after) == (16, 15)
        network.answer = answering(network, cut_after(server, 1))
        with pytest.raises(NotSent) as caught:  # this time nothing arrived
            adapter.prepare(video_post(), again.saved)
        assert caught.value.saved is not None
        network.answer = answering(network, server)
        assert isinstance(self.prepared(adapter, video_post(), **caught.value.saved), Ready)
        assert server.content == PICTURE
        assert len(network.calls(START)) == 1

    def test_a_long_file_gives_the_worker_back_now_and_then(
        self, adapter: Adapter, network: Replay, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(google_uploads, "CHUNK", 2)
        network.answer = answering(network, Server(network.reply("uploaded")))
        first = adapter.prepare(video_post(), {})
        second = adapter.prepare(video_post(), first.saved)
        assert isinstance(second, Waiting)
        assert (second.saved["sent"], second.saved["size"], second.check_after) == (16, WHOLE, 0)

    def test_an_upload_whose_last_answer_was_lost_is_asked_for_it(self, adapter: Adapter, network: Replay) -> None:
        waiting = adapter.prepare(video_post(), {})
        network.only(SEND, held(0), Reply(manner=Manner.DROPPED))
        with pytest.raises(NotSent) as caught:
            adapter.prepare(video_post(), waiting.saved)
        network.only(SEND, network.reply("uploaded"))
        ready = self.prepared(adapter, video_post(), **dict(caught.value.saved or {}))
        assert ready.saved["video"] == VIDEO
        assert ranges(network)[-1] == f"bytes */{WHOLE}"

    def test_a_session_that_ended_begins_anew(self, adapter: Adapter, network: Replay) -> None:
        waiting = adapter.prepare(video_post(), {})
        network.only(SEND, Reply(b"Not Found", 404))
        again = adapter.prepare(video_post(), waiting.saved)
        assert isinstance(again, Waiting)
        assert (again.saved["session"], again.check_after) == ("", 60)
        network.only(SEND, held(0), network.reply("uploaded"))
        self.prepared(adapter, video_post(), **dict(again.saved))
        assert len(network.calls(START)) == 2

    def test_a_session_that_ends_again_and_again_is_left_alone(self, adapter: Adapter, network: Replay) -> None:
        network.only(SEND, network.reply("session_gone"))
        with pytest.raises(NotSent) as caught:
            self.prepared(adapter)
        assert caught.value.code == Code.MEDIA_NOT_READY

    def test_a_network_that_takes_nothing_is_not_pressed(self, adapter: Adapter, network: Replay) -> None:
        network.only(SEND, held(0))
        with pytest.raises(NotSent) as caught:
            self.prepared(adapter)
        assert caught.value.retry_after == 60

    def test_a_session_elsewhere_never_sees_the_token(self, adapter: Adapter, network: Replay) -> None:
        network.only(START, Reply(b"", 200, {"Location": "https://uploads.example/upload?upload_id=1"}))
        with pytest.raises(NotSent) as caught:
            adapter.prepare(video_post(), {})
        assert caught.value.code == Code.ANSWER_UNREADABLE

    def test_the_address_of_an_upload_stands_in_no_error_and_no_repr(self, adapter: Adapter, network: Replay) -> None:
        waiting = adapter.prepare(video_post(), {})
        assert isinstance(waiting, Waiting)
        network.only(SEND, Reply(f"no such page: {waiting.saved['session']}".encode(), 503))
        with pytest.raises(NotSent) as caught:
            adapter.prepare(video_post(), waiting.saved)
        told = [repr(waiting), caught.value.detail, repr(youtube_drafts.progress(waiting.saved, video_post()))]
        told.append(repr(adapter._caller))  # type: ignore[attr-defined]
        assert not [text for text in told if "xa298sd_f" in text or TOKEN in text]

    def test_googles_own_hosts_are_home_to_google_alone(self) -> None:
        from networks.google import is_ours

        assert is_ours("https://youtube.googleapis.com/upload/x", "https://www.googleapis.com")
        assert not is_ours("https://youtube.googleapis.com/upload/x", "https://youtube.example")
        assert not is_ours("http://www.googleapis.com/upload/x", "https://www.googleapis.com")
        assert not is_ours("https://googleapis.com.example/x", "https://www.googleapis.com")

    def test_another_text_is_another_upload(self, adapter: Adapter, network: Replay) -> None:
        saved = dict(self.prepared(adapter).saved)
        network.only(SEND, held(0), network.reply("uploaded"))
        self.prepared(adapter, video_post("نص آخر"), **saved)
        assert len(network.calls(START)) == 2

    @pytest.mark.parametrize(
        ("recording", "kind", "code"),
        [
            ("uploads_spent", NotSent, Code.RATE_LIMITED),
            ("title_refused", Rejected, Code.POST_REFUSED),
            ("scope_missing", NeedsReconnect, Code.MISSING_SCOPE),
            ("server_error", NotSent, Code.SERVER_ERROR),
        ],
    )
    def test_a_refused_upload_says_whether_it_may_be_made_again(
        self, adapter: Adapter, network: Replay, recording: str, kind: type[NetworkError], code: Code
    ) -> None:
        network.only(START, network.reply(recording))
        with pytest.raises(kind) as caught:
            adapter.prepare(video_post(), {})
        assert caught.value.code == code

    # Found again

    def draft(self, network: Replay, size: int = WHOLE) -> None:
        body = network.reply("own_draft").body
        body["items"][0]["fileDetails"]["fileSize"] = str(size)
        network.only(UPLOADS, network.reply("uploads"))
        network.only(VIDEOS, Reply(body), network.reply("processed"))

    def test_a_private_video_that_stands_there_already_is_used(self, adapter: Adapter, network: Replay) -> None:
        self.draft(network)
        ready = self.prepared(adapter, video_post("test content"))
        assert ready.saved["video"] == VIDEO
        assert network.calls(START) == []

    @pytest.mark.parametrize(("text", "size"), [("آخر", WHOLE), ("test content", WHOLE + 1), ("قديم", WHOLE)])
    def test_another_words_another_size_or_a_shown_one_is_not(
        self, adapter: Adapter, network: Replay, text: str, size: int
    ) -> None:
        self.draft(network, size)
        self.prepared(adapter, video_post(text))
        assert len(network.calls(START)) == 1

    @pytest.mark.parametrize("change", [{"fileDetails": {}}, {"status": {"uploadStatus": "failed"}}])
    def test_a_draft_that_may_be_of_another_file_or_failed_is_not_used(
        self, adapter: Adapter, network: Replay, change: dict[str, Any]
    ) -> None:
        body = network.reply("own_draft").body
        item = body["items"][0]
        item["fileDetails"]["fileSize"] = str(WHOLE)
        item |= {name: {**item[name], **told} if told else told for name, told in change.items()}
        network.only(UPLOADS, network.reply("uploads"))
        network.only(VIDEOS, Reply(body), network.reply("processed"))
        self.prepared(adapter, video_post("test content"))
        assert len(network.calls(START)) == 1

    # What the network makes of it

    def test_a_video_at_work_is_waited_for_as_long_as_the_network_says(self, adapter: Adapter, network: Replay) -> None:
        network.only(VIDEOS, network.reply("processing"), network.reply("processed"))
        first = adapter.prepare(video_post(), {})
        waiting = adapter.prepare(video_post(), first.saved)
        assert isinstance(waiting, Waiting)
        assert (waiting.saved["video"], waiting.check_after) == (VIDEO, 42)
        assert isinstance(adapter.prepare(video_post(), waiting.saved), Ready)

    @pytest.mark.parametrize(
        ("recording", "kind", "code"),
        [
            ("failed", Rejected, Code.MEDIA_REFUSED),
            ("rejected_duplicate", Rejected, Code.DUPLICATE_REFUSED),
            ("rejected_copyright", Rejected, Code.POLICY_BLOCKED),
            ("rejected_uploaderAccountSuspended", NeedsReconnect, Code.ACCOUNT_DISABLED),
        ],
    )
    def test_a_video_that_it_does_not_take_is_said_with_its_reason(
        self, adapter: Adapter, network: Replay, recording: str, kind: type[NetworkError], code: Code
    ) -> None:
        network.only(VIDEOS, network.reply(recording))
        with pytest.raises(kind) as caught:
            self.prepared(adapter)
        assert caught.value.code == code
        assert network.calls(SHOW) == []
        network.only(VIDEOS, network.reply("processed"))
        network.only(SEND, held(0), network.reply("uploaded"))
        self.prepared(adapter, **dict(caught.value.saved or {}))
        assert len(network.calls(START)) == 2

    def test_a_draft_that_somebody_deleted_is_uploaded_anew(self, adapter: Adapter, network: Replay) -> None:
        network.only(VIDEOS, network.reply("not_listed"))
        with pytest.raises(NotSent) as caught:
            self.prepared(adapter)
        assert caught.value.saved is not None
        assert caught.value.saved["video"] == ""

    # What belongs to it

    def whole(self) -> Post:
        return video_post(media=(film(captions=WORDS, poster=picture().sha256),), options=PLAYLIST)

    def played(self, network: Replay) -> None:
        network.play("captions", "thumbnail", "listed")

    def test_captions_picture_and_playlist_are_there_before_it_is_shown(
        self, adapter: Adapter, network: Replay
    ) -> None:
        self.played(network)
        self.prepared(adapter, self.whole())
        [written] = network.calls(CAPTIONS)
        about = {"videoId": VIDEO, "language": "ar", "name": "", "isDraft": False}
        boundary = written.headers["Content-Type"].partition("boundary=")[2].encode()
        _, said, content, _ = written.body.split(b"--" + boundary)
        assert json.loads(said.partition(b"\r\n\r\n")[2]) == {"snippet": about}
        assert content.partition(b"\r\n\r\n")[2] == PICTURE + b"\r\n"
        assert network.calls(THUMBNAIL)[0].body == PICTURE
        assert dict(network.calls(THUMBNAIL)[0].query)["videoId"] == VIDEO
        item = json.loads(network.calls(LIST)[0].body)["snippet"]
        assert item == {"playlistId": "PLrabita0001", "resourceId": {"kind": "youtube#video", "videoId": VIDEO}}

    def test_what_was_done_is_not_done_again(self, adapter: Adapter, network: Replay) -> None:
        self.played(network)
        ready = self.prepared(adapter, self.whole())
        self.prepared(adapter, self.whole(), **dict(ready.saved))
        assert [len(network.calls(call)) for call in (START, CAPTIONS, THUMBNAIL, LIST)] == [1, 1, 1, 1]

    def test_captions_that_stand_there_already_and_a_picture_that_is_not_allowed_are_no_obstacle(
        self, adapter: Adapter, network: Replay
    ) -> None:
        self.played(network)
        network.only(CAPTIONS, network.reply("captions_exist"))
        network.only(THUMBNAIL, network.reply("thumbnail_refused"))
        ready = self.prepared(adapter, self.whole())
        assert (ready.saved["captions"], ready.saved["thumbnail"]) == ("done", "refused")

    def test_a_playlist_that_already_has_it_is_left_alone(self, adapter: Adapter, network: Replay) -> None:
        self.played(network)
        network.only(UPLOADS, network.reply("no_uploads"), network.reply("uploads"))
        self.prepared(adapter, self.whole())
        assert network.calls(LIST) == []
        assert ("videoId", VIDEO) in network.calls(UPLOADS)[1].query

    def test_a_playlist_that_is_gone_is_said(self, adapter: Adapter, network: Replay) -> None:
        self.played(network)
        network.only(LIST, network.reply("title_refused"))
        with pytest.raises(Rejected) as caught:
            self.prepared(adapter, self.whole())
        assert caught.value.code == Code.PLAYLIST_REFUSED
        network.only(UPLOADS, network.reply("no_uploads"), network.reply("playlist_gone"))
        network.only(SEND, held(0), network.reply("uploaded"))
        with pytest.raises(Rejected) as caught:
            self.prepared(adapter, self.whole())
        assert caught.value.code == Code.PLAYLIST_REFUSED

    # What it costs

    def test_the_units_of_the_day_are_counted(self, adapter: Adapter, network: Replay) -> None:
        self.played(network)
        ready = self.prepared(adapter, self.whole())
        looked, uploaded, seen, listed = 2, 1, 1, 1 + 50
        assert ready.saved["units"] == looked + uploaded + seen + 400 + 50 + listed
        adapter.publish(ready, KEY)
        assert adapter.units_spent == 50  # type: ignore[attr-defined]

    def test_a_lost_answer_leaves_one_video(self, adapter: Adapter, network: Replay) -> None:
        ready = self.prepared(adapter, video_post("test content"))
        network.only(SHOW, Reply(manner=Manner.DROPPED), network.reply("shown"))
        with pytest.raises(OutcomeUnknown):
            adapter.publish(ready, KEY)
        again = self.prepared(adapter, video_post("test content"), **dict(ready.saved))
        adapter.publish(again, KEY)
        shown = [json.loads(asked.body) for asked in network.calls(SHOW)]
        assert shown[0] == shown[1]
        assert len(network.calls(START)) == 1


def answering(network: Replay, session: Any) -> Any:
    """The recorded answers, and a session of its own for the bytes."""
    return lambda asked: session(asked) if (asked.method, asked.path) == SEND else network._answer(asked)


def cut_after(server: Server, count: int) -> Any:
    """Takes so many requests, then the line is cut."""
    seen: list[str] = []

    def answer(asked: Asked) -> Reply:
        seen.append(asked.path)
        return server(asked) if len(seen) <= count else Reply(manner=Manner.DROPPED)

    return answer
