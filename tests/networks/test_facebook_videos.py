"""Facebook: one request makes a post of a file that is there; what becomes of it, and what may be written."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from networks.adapters.facebook import Facebook
from networks.base import Adapter, Capability
from networks.errors import (
    Code,
    MissingCode,
    NeedsReconnect,
    NetworkError,
    NotSent,
    OutcomeUnknown,
    ProblemCode,
    Rejected,
)
from networks.metrics import Metric
from networks.types import Media, Post, Processing
from tests.networks.contract import KEY, PICTURE, picture
from tests.networks.facebook_page import (
    BATCH,
    CREATE,
    NODE,
    OWN,
    POST,
    REELS,
    SENT_AT,
    SHOWN,
    VIDEO,
    FilmDay,
    a_reel,
    a_video,
    film,
    prepared,
    published,
)
from tests.networks.replaying import Replay
from tests.outgoing.loopback import Asked, Manner, Reply


def listed(network: Replay, *attached: dict[str, Any], message: str = "test content") -> None:
    page = network.reply("own_posts", Date=datetime.now(UTC).strftime("%a, %d %b %Y %H:%M:%S GMT"))
    page.body["data"][1] |= {"attachments": {"data": list(attached)}, "message": message}
    network.only(OWN, page)


def figures(network: Replay, watched: dict[str, Any], *attached: dict[str, Any]) -> None:
    """Asked for by themselves, since together they were refused."""
    parts = network.reply("post_figures").body
    own = {**json.loads(parts[0]["body"]), "attachments": {"data": list(attached or ({"media_type": "video"},))}}
    apart = Reply([{"code": 200, "body": json.dumps(own)}, *parts[1:4], watched])
    network.only(BATCH, network.reply("figures_refused"), apart)


class TestVideos(FilmDay):
    """From the request that publishes on."""

    # A video becomes a post

    def test_the_picture_that_stands_for_a_video_goes_along(self, adapter: Adapter, network: Replay) -> None:
        adapter.publish(prepared(adapter, a_video("نص", poster=picture().sha256)), KEY)
        [asked] = network.calls(CREATE)
        assert b'name="thumb"; filename="' in asked.body
        assert PICTURE in asked.body
        assert 'name="description"\r\n\r\nنص'.encode() in asked.body

    @pytest.mark.parametrize("manner", [Manner.SILENT, Manner.DROPPED, Manner.TRUNCATED])
    def test_a_lost_answer_to_a_video_is_of_unknown_outcome(
        self, adapter: Adapter, network: Replay, manner: Manner
    ) -> None:
        ready = prepared(adapter, a_video())
        network.only(CREATE, Reply({"id": VIDEO}, manner=manner))
        with pytest.raises(OutcomeUnknown):
            adapter.publish(ready, KEY)
        assert len(network.calls(CREATE)) == 1

    @pytest.mark.parametrize(
        ("recording", "kind", "code"),
        [
            ("video_refused", Rejected, Code.MEDIA_FORMAT_REFUSED),
            ("video_session_over", NotSent, Code.MEDIA_NOT_READY),
            ("policy", Rejected, Code.POLICY_BLOCKED),
            ("rate_limited", NotSent, Code.RATE_LIMITED),
            ("token_revoked", NeedsReconnect, Code.TOKEN_INVALID),
        ],
    )
    @pytest.mark.parametrize(("post", "call"), [(a_video(), CREATE), (a_reel(), REELS)])
    def test_a_refused_video_says_what_was_refused(
        self,
        adapter: Adapter,
        network: Replay,
        recording: str,
        kind: type[NetworkError],
        code: Code,
        post: Post,
        call: tuple[str, str],
    ) -> None:
        ready = prepared(adapter, post)
        network.only(call, network.reply(recording))
        with pytest.raises(kind) as caught:
            adapter.publish(ready, KEY)
        assert caught.value.code == code

    @pytest.mark.parametrize(
        ("subcode", "code"),
        [
            (1363026, Code.MEDIA_LENGTH_REFUSED),
            (1363040, Code.MEDIA_SIDES_REFUSED),
            (1363129, Code.MEDIA_FRAME_RATE_REFUSED),
            (1363023, Code.MEDIA_REFUSED),
            (0, Code.MEDIA_REFUSED),
        ],
    )
    def test_a_refused_file_is_known_by_its_subcode(
        self, adapter: Adapter, network: Replay, subcode: int, code: Code
    ) -> None:
        ready = prepared(adapter, a_video())
        network.only(CREATE, Reply({"error": {"code": 6000, "error_subcode": subcode, "message": "problem"}}, 400))
        with pytest.raises(Rejected) as caught:
            adapter.publish(ready, KEY)
        assert caught.value.code == code

    def test_a_file_that_is_no_more_there_is_prepared_anew(self, adapter: Adapter, network: Replay) -> None:
        ready = prepared(adapter, a_video())
        network.only(CREATE, network.reply("video_session_over"))
        with pytest.raises(NotSent) as caught:
            adapter.publish(ready, KEY)
        assert caught.value.saved == {}

    def test_the_send_is_given_the_time_that_a_video_takes(self) -> None:
        assert Facebook.upload_seconds(a_video()) >= 30
        assert Facebook.upload_seconds(Post("x", media=(picture(),))) == 0

    def test_a_video_that_is_ready_is_known_by_the_post_that_shows_it(self, adapter: Adapter, network: Replay) -> None:
        network.only(NODE, network.reply("video_ready"))
        told = published(adapter)
        assert (told.remote_id, told.permalink) == (POST, f"{network.url}/14715/videos/{VIDEO}/")
        assert told.published_at.isoformat() == "2026-11-23T12:00:00+00:00"
        ready = network.reply("video_ready").body
        network.only(NODE, Reply({name: value for name, value in ready.items() if name != "post_id"}))
        assert published(adapter).remote_id == f"v{VIDEO}"

    def test_a_video_at_work_a_draft_and_one_that_is_not_found_yet_are_waited_for(
        self, adapter: Adapter, network: Replay
    ) -> None:
        ready = network.reply("video_ready").body
        for reply in (
            network.reply("video_processing"),
            Reply({**ready, "published": False}),
            network.reply("not_found"),
        ):
            network.only(NODE, reply)
            assert adapter.check_status(VIDEO) == Processing(VIDEO, 20)

    @pytest.mark.parametrize(
        "reply",
        [
            Reply({"error": {"message": "(#100) Tried accessing nonexisting field", "code": 100}}, 400),
            Reply({"error": {"message": "Temporarily blocked for policies", "code": 368}}, 400),
            Reply(b"<html>Forbidden</html>", 403),
        ],
    )
    def test_a_refusal_to_tell_of_a_video_is_no_word_against_it(
        self, adapter: Adapter, network: Replay, reply: Reply
    ) -> None:
        network.only(NODE, reply)
        assert adapter.check_status(VIDEO) == Processing(VIDEO, 20)

    @pytest.mark.parametrize("state", ["error", "expired", "upload_failed"])
    def test_a_video_that_the_network_cannot_use_has_failed(
        self, adapter: Adapter, network: Replay, state: str
    ) -> None:
        network.only(NODE, Reply({"id": VIDEO, "status": {"video_status": state}}))
        with pytest.raises(Rejected) as caught:
            adapter.check_status(VIDEO)
        assert caught.value.code == Code.MEDIA_REFUSED

    def test_the_networks_words_for_a_failure_are_kept(self, adapter: Adapter, network: Replay) -> None:
        network.only(NODE, network.reply("video_failed"))
        with pytest.raises(Rejected) as caught:
            adapter.check_status(VIDEO)
        assert caught.value.detail == "Video file is corrupted"

    @pytest.mark.parametrize(
        "reply",
        [Reply({"success": True}, manner=Manner.DROPPED), Reply(b"", 503), Reply({"success": False}), Reply(b"")],
    )
    def test_a_lost_answer_to_a_reel_is_asked_for_by_its_id(
        self, adapter: Adapter, network: Replay, reply: Reply
    ) -> None:
        ready = prepared(adapter, a_reel())
        network.only(REELS, reply)
        assert adapter.publish(ready, KEY) == Processing(VIDEO, 20)
        assert len(network.calls(REELS)) == 2
        network.only(NODE, network.reply("video_ready"))
        assert published(adapter).remote_id == POST

    # What may be written

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({}, None),
            ({"size": 2_000_000_000, "duration_ms": 40 * 60_000}, None),
            ({"size": 2_000_000_001}, ProblemCode.VIDEO_TOO_LARGE),
            ({"duration_ms": 40 * 60_000 + 1}, ProblemCode.VIDEO_TOO_LONG),
            ({"duration_ms": 999}, ProblemCode.VIDEO_TOO_SHORT),
            ({"width": 1080, "height": 1920}, None),
            ({"width": 2000, "height": 1000}, ProblemCode.VIDEO_TOO_WIDE),
            ({"width": 1000, "height": 2000}, ProblemCode.VIDEO_TOO_TALL),
            ({"mime_type": "video/webm"}, ProblemCode.VIDEO_TYPE_NOT_ACCEPTED),
        ],
    )
    def test_a_video_has_the_limits_of_the_feed(
        self, adapter: Adapter, changes: dict[str, Any], code: ProblemCode | None
    ) -> None:
        assert [problem.code for problem in adapter.validate(a_video(**changes))] == ([code] if code else [])

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"duration_ms": 3_000}, None),
            ({"duration_ms": 2_999}, ProblemCode.VIDEO_TOO_SHORT),
            ({"duration_ms": 90_000}, None),
            ({"duration_ms": 90_001}, ProblemCode.VIDEO_TOO_LONG),
            ({"width": 540, "height": 960}, None),
            ({"width": 539, "height": 960}, ProblemCode.VIDEO_SIDES_TOO_SHORT),
            ({"width": 1920, "height": 1080}, ProblemCode.VIDEO_TOO_WIDE),
            ({"width": 1080, "height": 2160}, ProblemCode.VIDEO_TOO_TALL),
            ({"frame_rate": 23_976}, None),
            ({"frame_rate": 15_000}, ProblemCode.VIDEO_TOO_SLOW),
            ({"frame_rate": 60_001}, ProblemCode.VIDEO_TOO_FAST),
            ({"video_codec": "mpeg4"}, ProblemCode.VIDEO_CODEC_NOT_ACCEPTED),
        ],
    )
    def test_a_reel_has_limits_of_its_own(
        self, adapter: Adapter, changes: dict[str, Any], code: ProblemCode | None
    ) -> None:
        assert [problem.code for problem in adapter.validate(a_reel(**changes))] == ([code] if code else [])

    @pytest.mark.parametrize("media", [(), (picture(),)])
    def test_only_a_video_can_be_a_reel(self, adapter: Adapter, media: tuple[Media, ...]) -> None:
        post = Post("x", media=media, options={"post_as": "reel"})
        assert [problem.code for problem in adapter.validate(post)] == [ProblemCode.OPTION_NOT_OFFERED]

    def test_a_video_stands_alone(self, adapter: Adapter) -> None:
        mixed = adapter.validate(Post("x", media=(film(), picture())))
        assert [problem.code for problem in mixed] == [ProblemCode.MEDIA_MIXED]

    # Looking up, changing, deleting

    def test_a_video_is_found_again_by_its_words(self, adapter: Adapter, network: Replay) -> None:
        listed(network, {"media_type": "video", "target": {"id": VIDEO}})
        lookup = adapter.find_published(a_video("test  content\n"), KEY, SENT_AT)
        assert lookup.found is not None
        assert (lookup.found.remote_id, lookup.complete) == (POST, True)

    @pytest.mark.parametrize("attached", [(), ({"media_type": "photo"},)])
    def test_a_video_that_stands_nowhere_yet_is_not_proved_absent(
        self, adapter: Adapter, network: Replay, attached: tuple[dict[str, Any], ...]
    ) -> None:
        listed(network, *attached)
        lookup = adapter.find_published(a_video("test content"), KEY, SENT_AT)
        assert (lookup.found, lookup.complete) == (None, False)

    @pytest.mark.parametrize("kind", ["video_share_youtube", "video_inline"])
    def test_a_text_is_found_although_its_link_leads_to_a_video(
        self, adapter: Adapter, network: Replay, kind: str
    ) -> None:
        text = "test content https://youtu.be/dQw4w9WgXcA"
        listed(network, {"media_type": "video", "type": kind}, message=text)
        lookup = adapter.find_published(Post(text), KEY, SENT_AT)
        assert lookup.found is not None
        assert lookup.found.remote_id == POST

    def test_another_pages_video_behind_a_link_is_left_alone(self, adapter: Adapter, network: Replay) -> None:
        shown = network.reply("film_post").body
        shared = {"media_type": "video", "type": "video_share_highlighted", "target": {"id": "77"}}
        network.only(SHOWN, Reply({**shown, "attachments": {"data": [shared]}}))
        network.only(("POST", SHOWN[1]), Reply({"success": True}))
        network.only(("DELETE", SHOWN[1]), Reply({"success": True}))
        adapter.edit_post(POST, Post("مصحح https://www.facebook.com/watch/?v=77"))
        adapter.delete_post(POST)
        assert len(network.calls(("DELETE", SHOWN[1]))) == 1

    @pytest.mark.parametrize(
        ("link", "remote_id"),
        [
            (f"https://www.facebook.com/14715/videos/{VIDEO}/", f"v{VIDEO}"),
            (f"https://www.facebook.com/rabita/videos/القول/{VIDEO}", f"v{VIDEO}"),
            (f"https://www.facebook.com/reel/{VIDEO}/?s=1", f"v{VIDEO}"),
            (f"https://www.facebook.com/watch/?v={VIDEO}", f"v{VIDEO}"),
            ("https://www.facebook.com/watch/?v=x", None),
            ("https://www.facebook.com/rabita/videos/", None),
        ],
    )
    def test_the_link_of_a_video_names_the_video(self, link: str, remote_id: str | None) -> None:
        assert Facebook.remote_id_in(link) == remote_id

    @pytest.mark.parametrize("remote_id", [POST, f"v{VIDEO}"])
    def test_the_words_of_a_video_are_its_description(self, adapter: Adapter, network: Replay, remote_id: str) -> None:
        network.only(NODE, Reply({"id": VIDEO, "post_id": POST}))
        network.play("film_post", "film_edited")
        edited = adapter.edit_post(remote_id, a_video("مصحح"))
        assert edited.remote_id == POST
        assert dict(network.calls(("POST", f"/v25.0/{VIDEO}"))[0].form())["description"] == "مصحح"
        with pytest.raises(Rejected) as caught:
            adapter.edit_post(POST, Post("مصحح", media=(picture(),)))
        assert caught.value.code == Code.EDIT_CHANGES_MEDIA

    def test_with_a_videos_post_the_video_goes_too(self, adapter: Adapter, network: Replay) -> None:
        network.play("film_post", "film_deleted", "own_posts")
        adapter.delete_post(POST)
        assert len(network.calls(("DELETE", f"/v25.0/{VIDEO}"))) == 1
        network.only(SHOWN, network.reply("not_found"))
        network.only(NODE, network.reply("not_found"))
        adapter.delete_post(POST)
        adapter.delete_post(f"v{VIDEO}")

    def test_a_video_whose_post_is_not_told_is_taken_down_all_the_same(self, adapter: Adapter, network: Replay) -> None:
        network.only(NODE, Reply({"id": VIDEO}))
        network.play("film_deleted")
        adapter.delete_post(f"v{VIDEO}")
        assert len(network.calls(("DELETE", f"/v25.0/{VIDEO}"))) == 1

    # Figures

    def test_what_was_watched_of_a_video_is_told_in_seconds(self, adapter: Adapter, network: Replay) -> None:
        figures(network, {"code": 200, "body": json.dumps({"data": [{"values": [{"value": 92_900}]}]})})
        told = adapter.get_post_metrics([POST])[POST]
        assert (told.values[Metric.WATCH_SECONDS], told.missing) == (92, {})
        asked = json.loads(dict(network.calls(BATCH)[1].form())["batch"])
        assert asked[4]["relative_url"] == f"{POST}/insights?metric=post_video_view_time&period=lifetime"

    def test_of_a_video_behind_a_link_nothing_was_watched_that_is_ours(self, adapter: Adapter, network: Replay) -> None:
        shared = {"media_type": "video", "type": "video_share_youtube"}
        figures(network, {"code": 200, "body": json.dumps({"data": [{"values": [{"value": 0}]}]})}, shared)
        told = adapter.get_post_metrics([POST])[POST]
        assert told.values[Metric.WATCH_SECONDS] is None
        assert told.missing == {Metric.WATCH_SECONDS: MissingCode.NOT_REPORTED}

    def test_a_retired_name_costs_what_was_watched_alone(self, adapter: Adapter, network: Replay) -> None:
        figures(network, network.reply("post_figures_part").body[1])
        told = adapter.get_post_metrics([POST])[POST]
        assert told.missing == {Metric.WATCH_SECONDS: MissingCode.RETIRED}
        assert told.values[Metric.VIEWS] == 4210

    def test_a_video_named_by_its_link_is_measured_by_its_post(self, adapter: Adapter, network: Replay) -> None:
        def answer(asked: Asked) -> Reply:
            if asked.method == "POST":
                return network.reply("figures_together")
            known = {NODE[1]: Reply({"id": VIDEO, "post_id": POST}), OWN[1]: network.reply("own_posts")}
            known["/v25.0/2"] = Reply({"id": "2"})
            return known.get(asked.path, network.reply("not_found"))

        network.answer = answer
        told = adapter.get_post_metrics(["v2", f"v{VIDEO}", "v1"])
        assert (told["v2"].gone, set(told["v2"].missing.values())) == (False, {MissingCode.UNREADABLE})
        assert told[f"v{VIDEO}"].values[Metric.VIEWS] == 4210
        assert told["v1"].gone

    def test_what_became_of_a_video_can_be_asked(self, adapter: Adapter) -> None:
        assert Capability.CHECK_STATUS in adapter.capabilities
