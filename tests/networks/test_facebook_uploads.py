"""Facebook: the file of a video or a reel goes up beforehand, and goes on where it stopped."""

from datetime import UTC, datetime, timedelta

import pytest

from networks import facebook_uploads
from networks.base import Adapter
from networks.errors import Code, NeedsReconnect, NetworkError, NotSent, Rejected
from networks.types import Post, Processing, Ready, Waiting
from tests.networks.contract import BASMALA, KEY, TOKEN
from tests.networks.facebook_page import (
    CREATE,
    FILM,
    HELD,
    NODE,
    OPEN,
    PROOF,
    REEL_SEND,
    REELS,
    SEND,
    SHA,
    VIDEO,
    FilmDay,
    Films,
    a_reel,
    a_video,
    adapter_at,
    film,
    held,
    prepared,
    uploading,
)
from tests.networks.replaying import Replay
from tests.outgoing.loopback import Manner, Reply


class TestUploads(FilmDay):
    """Before anybody sees it."""

    # The file of a video

    def test_a_file_goes_up_whole_and_one_request_makes_it_a_post(self, adapter: Adapter, network: Replay) -> None:
        ready = prepared(adapter, a_video("نص"))
        assert dict(network.calls(OPEN)[0].form()) == {
            "file_name": f"{SHA[:16]}.mp4", "file_length": str(len(FILM)), "file_type": "video/mp4",
            "access_token": TOKEN, "appsecret_proof": PROOF,
        }  # fmt: skip
        [sent] = network.calls(SEND)
        assert sent.body == FILM
        assert (sent.headers["Authorization"], sent.headers["file_offset"]) == (f"OAuth {TOKEN}", "0")
        assert sent.query == [("sig", "ARZqkGCA"), ("appsecret_proof", PROOF)]
        assert network.calls(HELD)[0].headers["Authorization"] == f"OAuth {TOKEN}"
        assert network.calls(CREATE) == []
        assert adapter.publish(ready, KEY) == Processing(VIDEO, 20)
        form = dict(network.calls(CREATE)[0].form())
        assert form["description"] == "نص"
        assert form["fbuploader_video_file_chunk"] == network.reply("upload_handle").body["h"]

    def test_no_byte_leaves_before_the_session_is_kept(self, adapter: Adapter, network: Replay) -> None:
        for post, call in ((a_video(), SEND), (a_reel(), REEL_SEND)):
            waiting = adapter.prepare(post, {})
            assert isinstance(waiting, Waiting)
            assert (waiting.saved["sent"], waiting.saved["size"]) == (0, len(FILM))
            assert network.calls(call) == []

    @pytest.mark.parametrize("post", [a_video(), a_reel()])
    def test_memory_does_not_grow_with_the_file(self, adapter: Adapter, films: Films, post: Post) -> None:
        prepared(adapter, post)
        assert films.sizes
        assert all(0 < size <= 1024 * 1024 for size in films.sizes)

    def test_a_file_that_was_cut_goes_on_where_the_network_stands(self, adapter: Adapter, network: Replay) -> None:
        begun = adapter.prepare(a_video(), {})
        network.only(HELD, held(0), held(300_000))
        network.only(SEND, Reply(manner=Manner.DROPPED))
        cut = adapter.prepare(a_video(), begun.saved)
        assert isinstance(cut, Waiting)
        assert (cut.saved["sent"], cut.check_after) == (300_000, 15)
        network.only(SEND, network.reply("upload_handle"))
        assert prepared(adapter, a_video(), cut.saved).saved["sent"] == len(FILM)
        last = network.calls(SEND)[-1]
        assert (last.headers["file_offset"], last.body) == ("300000", FILM[300_000:])
        assert len(network.calls(OPEN)) == 1

    def test_a_cut_after_which_nothing_arrived_is_told_and_may_be_made_again(
        self, adapter: Adapter, network: Replay
    ) -> None:
        network.only(SEND, Reply(b"", 502))
        with pytest.raises(NotSent) as caught:
            prepared(adapter, a_video())
        assert (caught.value.code, (caught.value.saved or {})["sent"]) == (Code.SERVER_ERROR, 0)
        network.only(SEND, network.reply("upload_handle"))
        prepared(adapter, a_video(), caught.value.saved)
        assert len(network.calls(OPEN)) == 1

    @pytest.mark.parametrize(("status", "kind"), [(400, "PartialRequestError"), (412, "OffsetInvalidError")])
    @pytest.mark.parametrize(("post", "call"), [(a_video(), SEND), (a_reel(), REEL_SEND)])
    def test_a_host_that_is_out_of_step_is_asked_where_it_stands(
        self, adapter: Adapter, network: Replay, post: Post, call: tuple[str, str], status: int, kind: str
    ) -> None:
        network.only(call, Reply({"debug_info": {"retriable": False, "type": kind, "message": "offset"}}, status))
        with pytest.raises(NotSent) as caught:
            prepared(adapter, post)
        assert (caught.value.code, (caught.value.saved or {})["sent"]) == (Code.CONNECTION_BROKEN, 0)

    def test_a_limit_in_the_middle_is_waited_for_and_then_it_goes_on(self, adapter: Adapter, network: Replay) -> None:
        network.only(SEND, network.reply("rate_limited", **{"Retry-After": "900"}))
        with pytest.raises(NotSent) as caught:
            prepared(adapter, a_video())
        assert (caught.value.code, caught.value.retry_after) == (Code.RATE_LIMITED, 900)
        network.only(HELD, held(4_000))
        network.only(SEND, network.reply("upload_handle"))
        prepared(adapter, a_video(), caught.value.saved)
        assert network.calls(SEND)[-1].headers["file_offset"] == "4000"

    @pytest.mark.parametrize("reply", [Reply({"error": {"code": 100, "error_subcode": 33}}, 400), held(len(FILM))])
    def test_a_session_that_is_gone_or_keeps_its_handle_to_itself_begins_anew(
        self, adapter: Adapter, network: Replay, reply: Reply
    ) -> None:
        begun = adapter.prepare(a_video(), {})
        network.only(HELD, reply, held(0))
        again = adapter.prepare(a_video(), begun.saved)
        assert isinstance(again, Waiting)
        assert (again.saved["session"], again.saved["failures"], again.check_after) == ("", 1, 60)
        prepared(adapter, a_video(), again.saved)
        assert len(network.calls(OPEN)) == 2

    def test_a_session_that_ends_again_and_again_is_left_alone(self, adapter: Adapter, network: Replay) -> None:
        network.only(HELD, held(len(FILM)))
        with pytest.raises(NotSent) as caught:
            prepared(adapter, a_video())
        assert caught.value.code == Code.MEDIA_NOT_READY

    @pytest.mark.parametrize("body", [{"id": "upload:x"}, held(-1).body, held(len(FILM) + 1).body, {}, b"<html>"])
    def test_an_offset_that_cannot_be_read_is_not_guessed(
        self, adapter: Adapter, network: Replay, body: object
    ) -> None:
        network.only(HELD, Reply(body))
        with pytest.raises(NotSent) as caught:
            prepared(adapter, a_video())
        assert caught.value.code == Code.ANSWER_UNREADABLE
        assert network.calls(SEND) == []

    def test_what_is_there_is_not_sent_again_unless_it_is_old_or_another_post(
        self, adapter: Adapter, network: Replay
    ) -> None:
        saved = prepared(adapter, a_video()).saved
        assert prepared(adapter, a_video(), saved).saved == saved
        assert len(network.calls(OPEN)) == 1
        prepared(adapter, a_video("نص آخر"), saved)
        prepared(adapter, a_video(), {**saved, "begun_at": (datetime.now(UTC) - timedelta(hours=13)).isoformat()})
        assert len(network.calls(OPEN)) == 3

    @pytest.mark.parametrize(
        ("recording", "kind", "code"),
        [
            ("media_refused", Rejected, Code.MEDIA_REFUSED),
            ("token_revoked", NeedsReconnect, Code.TOKEN_INVALID),
            ("scope_missing", NeedsReconnect, Code.MISSING_SCOPE),
            ("passing", NotSent, Code.SERVER_ERROR),
        ],
    )
    @pytest.mark.parametrize("call", [OPEN, SEND])
    def test_a_refused_upload_says_whether_it_may_be_made_again(
        self,
        adapter: Adapter,
        network: Replay,
        recording: str,
        kind: type[NetworkError],
        code: Code,
        call: tuple[str, str],
    ) -> None:
        network.only(call, network.reply(recording))
        with pytest.raises(kind) as caught:
            prepared(adapter, a_video())
        assert caught.value.code == code
        assert network.calls(CREATE) == []

    @pytest.mark.parametrize("session", ["upload:x/../../me", "https://elsewhere.example/", "17", ""])
    def test_a_session_of_another_shape_is_not_followed(self, adapter: Adapter, network: Replay, session: str) -> None:
        network.only(OPEN, Reply({"id": session}))
        with pytest.raises(NotSent):
            adapter.prepare(a_video(), {})

    def test_where_only_a_pages_access_was_pasted_the_session_is_of_its_own_application(
        self, network: Replay, films: Films
    ) -> None:
        network.only(("POST", "/v25.0/app/uploads"), network.reply("upload_session"))
        adapter = adapter_at(network.url, films, app_credentials=None)
        prepared(adapter, a_video())
        assert network.calls(SEND)[0].query == [("sig", "ARZqkGCA")]

    def test_two_videos_are_never_begun(self, adapter: Adapter, network: Replay) -> None:
        with pytest.raises(Rejected):
            adapter.prepare(Post(BASMALA, media=(film(), film())), {})
        assert network.asked == []

    # Reels

    def test_a_reel_has_an_address_for_its_file_and_is_finished_by_one_request(
        self, adapter: Adapter, network: Replay
    ) -> None:
        ready = prepared(adapter, a_reel("نص"))
        [sent] = network.calls(REEL_SEND)
        assert sent.body == FILM
        assert (sent.headers["offset"], sent.headers["file_size"]) == ("0", str(len(FILM)))
        assert sent.headers["Authorization"] == f"OAuth {TOKEN}"
        assert adapter.publish(ready, KEY) == Processing(VIDEO, 20)
        start, finish = (dict(asked.form()) for asked in network.calls(REELS))
        assert start["upload_phase"] == "start"
        said = {"upload_phase": "finish", "video_id": VIDEO, "video_state": "PUBLISHED", "description": "نص"}
        assert said.items() <= finish.items()
        assert network.calls(OPEN) == []

    def test_a_reel_goes_on_at_the_offset_that_its_status_tells(self, adapter: Adapter, network: Replay) -> None:
        begun = adapter.prepare(a_reel(), {})
        network.only(NODE, uploading("in_progress", 0), uploading("in_progress", 500_000))
        network.only(REEL_SEND, Reply(manner=Manner.DROPPED))
        cut = adapter.prepare(a_reel(), begun.saved)
        network.only(REEL_SEND, network.reply("reel_sent"))
        prepared(adapter, a_reel(), cut.saved)
        last = network.calls(REEL_SEND)[-1]
        assert (last.headers["offset"], last.body) == ("500000", FILM[500_000:])
        assert len(network.calls(REELS)) == 1

    def test_a_file_that_arrived_though_its_answer_was_lost_is_not_sent_again(
        self, adapter: Adapter, network: Replay
    ) -> None:
        begun = adapter.prepare(a_reel(), {})
        network.only(NODE, uploading("in_progress", 0), uploading("complete", len(FILM)))
        network.only(REEL_SEND, Reply(manner=Manner.SILENT))
        assert isinstance(adapter.prepare(a_reel(), begun.saved), Ready)

    @pytest.mark.parametrize(
        "reply", [uploading("error", 0), Reply({"error": {"code": 100, "error_subcode": 33}}, 400)]
    )
    def test_a_reel_whose_upload_failed_begins_anew(self, adapter: Adapter, network: Replay, reply: Reply) -> None:
        begun = adapter.prepare(a_reel(), {})
        network.only(NODE, reply)
        again = adapter.prepare(a_reel(), begun.saved)
        assert isinstance(again, Waiting)
        assert (again.saved["session"], again.check_after) == ("", 60)

    @pytest.mark.parametrize(
        "address",
        ["https://elsewhere.example/video-upload/1", "https://rupload.facebook.com/video-upload/1", "", "//["],
    )
    def test_a_reels_address_elsewhere_never_sees_the_token(
        self, adapter: Adapter, network: Replay, address: str
    ) -> None:
        network.only(REELS, Reply({"video_id": VIDEO, "upload_url": address}))
        with pytest.raises(NotSent):
            adapter.prepare(a_reel(), {})

    def test_the_networks_own_host_for_files_is_home_to_it_alone(self) -> None:
        address = "https://rupload.facebook.com/video-upload/v25.0/1"
        assert facebook_uploads.is_ours(address, "https://graph.facebook.com")
        assert not facebook_uploads.is_ours(address.replace("https", "http"), "https://graph.facebook.com")
        assert not facebook_uploads.is_ours("https://rupload.facebook.com.example/1", "https://graph.facebook.com")
