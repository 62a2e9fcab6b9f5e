"""YouTube: what is read of videos, of the channel and of the comments."""

import json

import pytest

from networks.base import Adapter
from networks.errors import MissingCode, NotSent, Unreachable
from networks.metrics import Metric
from tests.networks.replaying import Replay
from tests.networks.youtube_channel import CHANNELS, VIDEO, VIDEOS, Day
from tests.outgoing.loopback import Asked, Manner, Reply

REPORT, COMMENTS = ("GET", "/v2/reports"), ("GET", "/youtube/v3/commentThreads")
OF_REPORT = {Metric.WATCH_SECONDS, Metric.SHARES, Metric.FOLLOWS_GAINED}


class TestFigures(Day):
    @pytest.fixture(autouse=True)
    def counted(self, network: Replay) -> None:
        network.only(VIDEOS, network.reply("statistics"))
        network.play("report")

    def test_counts_and_report_stand_side_by_side(self, adapter: Adapter, network: Replay) -> None:
        told = adapter.get_post_metrics([VIDEO])[VIDEO]
        assert told.values == {
            Metric.VIEWS: 4210,
            Metric.REACTIONS: 112,
            Metric.COMMENTS: 7,
            Metric.WATCH_SECONDS: 190 * 60,
            Metric.SHARES: 31,
            Metric.FOLLOWS_GAINED: 6,
        }
        assert told.extra == {"average_view_percent": 48, "average_view_seconds": 83, "dislikes": 3}
        assert set(told.values) == adapter.metrics
        asked = dict(network.calls(REPORT)[0].query)
        assert (asked["ids"], asked["dimensions"], asked["filters"]) == ("channel==MINE", "video", f"video=={VIDEO}")

    def test_what_is_not_told_is_never_zero_and_a_missing_video_is_gone(
        self, adapter: Adapter, network: Replay
    ) -> None:
        told = adapter.get_post_metrics([VIDEO, "silentvideo", "gonevideo01"])
        assert told["gonevideo01"].gone
        assert told["silentvideo"].missing == {
            Metric.REACTIONS: MissingCode.UNREADABLE,
            Metric.COMMENTS: MissingCode.NOT_REPORTED,
            **dict.fromkeys(OF_REPORT, MissingCode.NOT_REPORTED),
        }
        assert dict(network.calls(REPORT)[0].query)["filters"] == f"video=={VIDEO},silentvideo"

    @pytest.mark.parametrize(
        ("recording", "why"),
        [
            ("report_forbidden", MissingCode.NO_PERMISSION),
            ("scope_missing", MissingCode.NO_PERMISSION),
            ("api_disabled", MissingCode.NO_PERMISSION),
            ("server_error", MissingCode.UNREADABLE),
            ("too_fast", MissingCode.UNREADABLE),
        ],
    )
    def test_a_refused_report_costs_its_own_figures_alone(
        self, adapter: Adapter, network: Replay, recording: str, why: MissingCode
    ) -> None:
        network.only(REPORT, network.reply(recording))
        told = adapter.get_post_metrics([VIDEO])[VIDEO]
        assert told.values[Metric.VIEWS] == 4210
        assert told.missing == dict.fromkeys(OF_REPORT, why)

    def test_a_retired_column_costs_itself_alone(self, adapter: Adapter, network: Replay) -> None:
        whole, refused = network.reply("report"), network.reply("report_refused")

        def answer(asked: Asked) -> Reply:
            columns = dict(asked.query).get("metrics", "")
            if asked.path != REPORT[1]:
                return network._answer(asked)
            return refused if "shares" in columns else whole

        network.answer = answer
        told = adapter.get_post_metrics([VIDEO])[VIDEO]
        assert told.missing == {Metric.SHARES: MissingCode.RETIRED}
        assert told.values[Metric.WATCH_SECONDS] == 190 * 60

    @pytest.mark.parametrize("body", [{"columnHeaders": [], "rows": [7, [1]]}, {}, []])
    def test_a_report_that_cannot_be_read_says_nothing(self, adapter: Adapter, network: Replay, body: object) -> None:
        network.only(REPORT, Reply(body))
        told = adapter.get_post_metrics([VIDEO])[VIDEO]
        assert {told.values[metric] for metric in OF_REPORT} == {None}

    def test_fifty_videos_at_most_are_asked_for_at_once(self, adapter: Adapter, network: Replay) -> None:
        ids = [f"video{number:06}" for number in range(120)]
        assert list(adapter.get_post_metrics(ids)) == ids
        asked = [dict(one.query)["id"].split(",") for one in network.calls(VIDEOS)]
        assert [len(one) for one in asked] == [50, 50, 20]
        assert network.calls(REPORT) == []

    @pytest.mark.parametrize("reply", [Reply(b"<html>"), Reply({}), Reply(manner=Manner.DROPPED)])
    def test_an_answer_without_a_list_never_passes_for_gone(
        self, adapter: Adapter, network: Replay, reply: Reply
    ) -> None:
        network.only(VIDEOS, reply)
        with pytest.raises(Unreachable):
            adapter.get_post_metrics([VIDEO])

    def test_a_spent_quota_is_waited_for_by_readings_too(self, adapter: Adapter, network: Replay) -> None:
        network.only(VIDEOS, network.reply("quota_spent"))
        with pytest.raises(NotSent) as caught:
            adapter.get_post_metrics([VIDEO])
        assert isinstance(caught.value, Unreachable)
        assert caught.value.retry_after == 20 * 3600

    def test_the_channel_tells_its_subscribers(self, adapter: Adapter) -> None:
        told = adapter.get_account_metrics()
        assert told.values == {Metric.FOLLOWERS: 8210}
        assert told.extra == {"view_count": 90210, "video_count": 46}

    def test_hidden_subscribers_are_not_none(self, adapter: Adapter, network: Replay) -> None:
        body = network.reply("channel").body
        body["items"][0]["statistics"] = {"hiddenSubscriberCount": True, "subscriberCount": "0", "viewCount": "1"}
        network.only(CHANNELS, Reply(body))
        told = adapter.get_account_metrics()
        assert (told.values, told.missing) == (
            {Metric.FOLLOWERS: None},
            {Metric.FOLLOWERS: MissingCode.NOT_REPORTED},
        )

    def test_comments_and_their_answers_come_oldest_first(self, adapter: Adapter, network: Replay) -> None:
        network.play("comments")
        comments = adapter.get_comments(VIDEO)
        assert [(one.author, one.text, one.reply_to) for one in comments] == [
            ("@omar", "شكرا", VIDEO),
            ("@salma", "ما الدليل؟", VIDEO),
            ("@rabita", "راجع السجل", "Ugb"),
        ]
        assert comments[0].permalink == f"{network.url}/watch?v={VIDEO}&lc=Uga"
        assert dict(network.calls(COMMENTS)[0].query)["textFormat"] == "plainText"

    def test_comments_are_read_page_by_page(self, adapter: Adapter, network: Replay) -> None:
        page = network.reply("comments").body
        network.only(COMMENTS, Reply({**page, "nextPageToken": "n2"}), Reply(page))
        assert len(adapter.get_comments(VIDEO)) == 6
        assert ("pageToken", "n2") in network.calls(COMMENTS)[1].query

    def test_where_comments_are_switched_off_there_are_none(self, adapter: Adapter, network: Replay) -> None:
        network.only(COMMENTS, network.reply("comments_disabled"))
        assert list(adapter.get_comments(VIDEO)) == []

    @pytest.mark.parametrize("body", [{"items": [{}]}, {"items": [{"snippet": {"topLevelComment": {"id": "a"}}}]}])
    def test_a_comment_that_cannot_be_read_is_not_left_out(
        self, adapter: Adapter, network: Replay, body: object
    ) -> None:
        network.only(COMMENTS, Reply(json.dumps(body).encode()))
        with pytest.raises(Unreachable):
            adapter.get_comments(VIDEO)
