"""Mastodon: the contract, and what is this network's own."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from networks.base import Adapter
from networks.errors import Code, MissingCode, NeedsReconnect, NotSent, NotSupported, ProblemCode, Rejected, Unreachable
from networks.limits import Limits
from networks.metrics import Metric
from networks.types import Post, Ready, Visibility, Waiting
from tests.networks.contract import BASMALA, KEY, TOKEN, AdapterContract, picture
from tests.networks.replaying import Replay
from tests.outgoing.loopback import Asked, Reply, unused_port

STATUS = "103254962155278888"
OWN = ("GET", "/api/v1/accounts/14715/statuses")
SENT_AT = datetime(2026, 11, 23, 11, 59, 50, tzinfo=UTC)


class TestMastodon(AdapterContract):
    slug = "mastodon"
    good_day = ("verify_credentials", "instance", "status_created", "media", "own_statuses")
    publish_call = ("POST", "/api/v1/statuses")
    read_call = ("GET", "/api/v1/accounts/verify_credentials")
    upload_call = ("POST", "/api/v2/media")
    lookup_call = OWN
    token_revoked = "token_revoked"
    scope_missing = "scope_missing"
    rate_limited = "rate_limited"
    post_refused = "text_refused"
    media_refused = "media_refused"
    reset_headers = {
        "Date": "Mon, 23 Nov 2026 12:00:00 GMT",
        "X-RateLimit-Reset": "2026-11-23T12:15:00.000000Z",
        "X-RateLimit-Remaining": "0",
    }

    def text_sent(self, asked: Asked) -> str:
        return dict(asked.form())["status"]

    # Connecting

    def test_the_profile_comes_with_its_links_and_its_servers_limits(self, adapter: Adapter) -> None:
        profile = adapter.get_profile()
        assert (profile.remote_id, profile.handle) == ("14715", "@rabita@social.example")
        assert profile.links == ("https://rabita.example/ledger", "https://rabita.example")
        assert profile.bio.startswith("حساب مؤسسي")
        assert (profile.limits.max_text, profile.limits.max_media_bytes) == (500, 10485760)
        assert "video/mp4" not in profile.limits.media_types
        assert Limits.from_json(profile.limits.to_json()) == profile.limits

    def test_a_server_of_another_length_is_believed(self, adapter: Adapter, network: Replay) -> None:
        told = {"domain": "x.example", "configuration": {"statuses": {"max_characters": 5000}, "novelty": 1}}
        network.only(("GET", "/api/v2/instance"), Reply(told))
        assert adapter.get_profile().limits.max_text == 5000

    def test_a_server_without_the_page_of_limits_has_the_published_ones(
        self, adapter: Adapter, network: Replay
    ) -> None:
        network.only(("GET", "/api/v2/instance"), network.reply("not_found"))
        assert adapter.get_profile().limits == adapter.limits

    @pytest.mark.parametrize(
        ("recording", "code"), [("login_disabled", Code.ACCOUNT_DISABLED), ("no_user", Code.TOKEN_INVALID)]
    )
    def test_an_account_that_may_not_act_asks_for_a_new_connection(
        self, adapter: Adapter, network: Replay, recording: str, code: Code
    ) -> None:
        network.only(self.read_call, network.reply(recording))
        with pytest.raises(NeedsReconnect) as caught:
            adapter.get_profile()
        assert caught.value.code == code

    def test_a_code_is_exchanged_at_our_own_base_url(self, adapter: Adapter, network: Replay) -> None:
        network.play("token")
        tokens = adapter.exchange_code("c0de", "https://sanad.example/back", "verifier")
        assert tokens.scopes == ("read:accounts", "write:statuses")
        assert tokens.access_token not in repr(tokens)
        assert ("code_verifier", "verifier") in network.asked[0].form()

    @pytest.mark.parametrize(
        ("recording", "code"), [("code_spent", Code.CODE_REFUSED), ("client_refused", Code.APPLICATION_REFUSED)]
    )
    def test_a_refused_code_is_told_from_a_refused_application(
        self, adapter: Adapter, network: Replay, recording: str, code: Code
    ) -> None:
        network.play(recording)
        with pytest.raises(Rejected) as caught:
            adapter.exchange_code("c0de", "https://sanad.example/back")
        assert caught.value.code == code

    def test_the_person_is_sent_to_the_servers_own_page(self, adapter: Adapter, network: Replay) -> None:
        url = adapter.authorization_url("https://sanad.example/back", "st4te", "challenge")
        assert url.startswith(f"{network.url}/oauth/authorize?response_type=code&client_id=client&")
        assert "code_challenge_method=S256" in url

    def test_the_token_is_revoked_where_the_application_is_ours(self, adapter: Adapter, network: Replay) -> None:
        network.play("revoked")
        adapter.revoke_token()
        assert ("token", TOKEN) in network.asked[0].form()
        with pytest.raises(NotSupported):
            self.adapter_at(network.url, app_credentials=None).revoke_token()

    # Publishing

    def test_all_arguments_of_a_post_arrive(self, adapter: Adapter, network: Replay) -> None:
        post = Post(
            "نص",
            media=(picture(),),
            visibility=Visibility.FOLLOWERS,
            language="ar",
            content_warning="تنبيه",
            reply_to="17",
        )
        self.publish(adapter, post)
        assert sorted(network.calls(self.publish_call)[0].form()) == sorted(
            [
                ("status", "نص"),
                ("visibility", "private"),
                ("media_ids[]", "22348641"),
                ("spoiler_text", "تنبيه"),
                ("language", "ar"),
                ("in_reply_to_id", "17"),
            ]
        )
        assert network.calls(self.publish_call)[0].headers["Idempotency-Key"] == KEY

    def test_link_and_tags_stand_in_the_text_once(self, adapter: Adapter, network: Replay) -> None:
        post = Post("انظر #سند", link="https://rabita.example/s/1", tags=("سند", "الجهاد"))
        self.publish(adapter, post)
        sent = self.text_sent(network.calls(self.publish_call)[0])
        assert sent == "انظر #سند\n\nhttps://rabita.example/s/1\n\n#الجهاد"

    def test_a_picture_still_at_work_is_waited_for_and_not_uploaded_twice(
        self, adapter: Adapter, network: Replay
    ) -> None:
        network.only(self.upload_call, network.reply("media_accepted"))
        network.play("media_processing", "media_done")
        post = Post(BASMALA, media=(picture(),))
        first = adapter.prepare(post, {})
        assert isinstance(first, Waiting)
        assert first.check_after > 0
        second = adapter.prepare(post, first.saved)
        assert isinstance(second, Waiting)
        third = adapter.prepare(post, second.saved)
        assert isinstance(third, Ready)
        assert adapter.prepare(post, third.saved) == third
        assert len(network.calls(self.upload_call)) == 1

    def test_an_upload_that_the_server_has_thrown_away_is_made_again(self, adapter: Adapter, network: Replay) -> None:
        network.only(self.upload_call, network.reply("media_accepted"), network.reply("media"))
        network.only(("GET", "/api/v1/media/22348641"), network.reply("not_found"))
        post = Post(BASMALA, media=(picture(),))
        waiting = adapter.prepare(post, {})
        assert isinstance(adapter.prepare(post, waiting.saved), Ready)

    def test_an_old_upload_is_made_again(self, adapter: Adapter, network: Replay) -> None:
        post = Post(BASMALA, media=(picture(),))
        saved = adapter.prepare(post, {}).saved
        old = [{**saved["media"][0], "uploaded_at": (datetime.now(UTC) - timedelta(hours=13)).isoformat()}]
        adapter.prepare(post, {"media": old})
        assert len(network.calls(self.upload_call)) == 2

    def test_a_file_that_the_server_did_not_understand_is_refused(self, adapter: Adapter, network: Replay) -> None:
        network.only(self.upload_call, Reply({"id": "1", "type": "unknown"}))
        with pytest.raises(Rejected):
            adapter.prepare(Post(BASMALA, media=(picture(),)), {})

    def test_an_answer_to_a_post_that_is_gone_says_so(self, adapter: Adapter, network: Replay) -> None:
        network.only(self.publish_call, network.reply("not_found"))
        with pytest.raises(Rejected) as caught:
            self.publish(adapter, Post("x", reply_to="17"))
        assert caught.value.code == Code.REPLY_TARGET_GONE

    def test_messages_to_single_persons_are_not_offered(self, adapter: Adapter) -> None:
        assert "direct" not in {str(visibility) for visibility in Visibility}

    # Looking up

    def test_a_post_is_found_again_by_its_words(self, adapter: Adapter, network: Replay) -> None:
        network.only(OWN, self.page(network))
        lookup = adapter.find_published(Post("test  content\n"), KEY, SENT_AT)
        assert lookup.found is not None
        assert (lookup.found.remote_id, lookup.complete, lookup.looked_at_count) == (STATUS, True, 2)
        assert lookup.others == ()

    def page(self, network: Replay, seconds_ahead: int = 0) -> Reply:
        """The page, sent by a server whose clock is ours (or ahead); its posts are as old as recorded."""
        return network.reply("own_statuses", Date=_http_date(datetime.now(UTC) + timedelta(seconds=seconds_ahead)))

    def test_an_older_twin_is_not_taken_for_it(self, adapter: Adapter, network: Replay) -> None:
        network.only(OWN, self.page(network))
        lookup = adapter.find_published(Post("لاحق"), KEY, SENT_AT + timedelta(minutes=1))
        assert (lookup.found, lookup.complete) == (None, True)

    def test_absence_means_something_only_when_read_back_far_enough(self, adapter: Adapter, network: Replay) -> None:
        network.only(OWN, self.page(network), network.reply("own_statuses_none"))
        lookup = adapter.find_published(Post("غيره"), KEY, datetime(2026, 11, 1, tzinfo=UTC))
        assert (lookup.found, lookup.complete) == (None, True)
        assert dict(network.calls(OWN)[1].query)["max_id"] == "9"

    def test_a_timeline_without_end_is_not_complete(self, adapter: Adapter, network: Replay) -> None:
        network.only(OWN, self.page(network))
        lookup = adapter.find_published(Post("غيره"), KEY, datetime(2026, 11, 1, tzinfo=UTC))
        assert (lookup.found, lookup.complete) == (None, False)

    def test_a_network_whose_clock_is_behind_is_read_by_its_own_clock(self, adapter: Adapter, network: Replay) -> None:
        network.only(OWN, self.page(network, seconds_ahead=-600))
        lookup = adapter.find_published(Post("test content"), KEY, SENT_AT + timedelta(seconds=600))
        assert lookup.found is not None

    def test_a_network_whose_clock_is_ahead_is_not_read_less_far(self, adapter: Adapter, network: Replay) -> None:
        network.only(OWN, self.page(network, seconds_ahead=3600))
        assert adapter.find_published(Post("test content"), KEY, SENT_AT).found is not None

    @pytest.mark.parametrize(
        "changes",
        [
            {"content_warning": "تنبيه"},
            {"media": (picture(),)},
            {"reply_to": "17"},
            {"text": "test contents"},
        ],
    )
    def test_another_post_is_not_taken_for_it(self, adapter: Adapter, network: Replay, changes: dict[str, Any]) -> None:
        network.only(OWN, self.page(network))
        post = Post(**{"text": "test content", **changes})
        assert adapter.find_published(post, KEY, SENT_AT).found is None

    def test_a_look_up_cut_short_says_nothing(self, adapter: Adapter, network: Replay) -> None:
        network.only(OWN, self.page(network), Reply(b"", 503))
        with pytest.raises(Unreachable):
            adapter.find_published(Post("غيره"), KEY, datetime(2026, 11, 1, tzinfo=UTC))

    # Changing and deleting

    def test_a_live_post_is_edited_without_losing_its_picture(self, adapter: Adapter, network: Replay) -> None:
        live = {**network.reply("status").body, "media_attachments": [{"id": "77"}]}
        network.only(("GET", f"/api/v1/statuses/{STATUS}"), Reply(live))
        network.play("status_edited")
        adapter.edit_post(STATUS, Post("مصحح", media=(picture(),)))
        form = network.calls(("PUT", f"/api/v1/statuses/{STATUS}"))[0].form()
        assert ("media_ids[]", "77") in form
        assert ("media_attributes[][description]", "صورة المخطوط") in form
        with pytest.raises(Rejected) as caught:
            adapter.edit_post(STATUS, Post("مصحح"))
        assert caught.value.code == Code.EDIT_CHANGES_MEDIA

    def test_a_deleted_post_is_deleted_and_one_already_gone_too(self, adapter: Adapter, network: Replay) -> None:
        network.play("status_deleted")
        adapter.delete_post(STATUS)
        network.only(("DELETE", f"/api/v1/statuses/{STATUS}"), network.reply("not_found"))
        adapter.delete_post(STATUS)

    def test_a_deletion_over_the_limit_may_be_asked_again(self, adapter: Adapter, network: Replay) -> None:
        network.only(("DELETE", f"/api/v1/statuses/{STATUS}"), network.reply("rate_limited", **{"Retry-After": "60"}))
        with pytest.raises(NotSent):
            adapter.delete_post(STATUS)

    # Measuring

    def test_figures_come_in_one_call_and_a_missing_post_is_gone(self, adapter: Adapter, network: Replay) -> None:
        network.play("statuses_batch", "status_gone")
        figures = adapter.get_post_metrics([STATUS, "2"])
        assert figures[STATUS].values == {
            Metric.REACTIONS: 112,
            Metric.SHARES: 98,
            Metric.COMMENTS: 7,
            Metric.QUOTES: 3,
        }
        assert not figures[STATUS].missing
        assert figures["2"].gone
        assert network.asked[0].query == [("id[]", STATUS), ("id[]", "2")]

    def test_no_more_posts_are_asked_for_at_once_than_a_server_tells(self, adapter: Adapter, network: Replay) -> None:
        ids, status = [str(number) for number in range(1, 46)], network.reply("status").body
        network.only(("GET", "/api/v1/statuses"), Reply([{**status, "id": one} for one in ids]))
        assert list(adapter.get_post_metrics(ids)) == ids
        assert [len(asked.query) for asked in network.asked] == [20, 20, 5]

    def test_a_server_without_the_batch_is_asked_one_by_one(self, adapter: Adapter, network: Replay) -> None:
        network.only(("GET", "/api/v1/statuses"), network.reply("not_found"))
        network.play("status")
        assert adapter.get_post_metrics([STATUS])[STATUS].values[Metric.REACTIONS] == 112

    def test_a_figure_that_is_not_told_is_none_with_its_reason_and_never_zero(
        self, adapter: Adapter, network: Replay
    ) -> None:
        status = {**network.reply("status").body, "favourites_count": "many", "reblogs_count": None}
        del status["quotes_count"]
        network.only(("GET", "/api/v1/statuses"), Reply([status]))
        told = adapter.get_post_metrics([STATUS])[STATUS]
        assert (told.values[Metric.REACTIONS], told.missing[Metric.REACTIONS]) == (None, MissingCode.UNREADABLE)
        assert (told.values[Metric.SHARES], told.missing[Metric.SHARES]) == (None, MissingCode.NOT_REPORTED)
        assert told.missing[Metric.QUOTES] == MissingCode.NOT_REPORTED
        assert told.values[Metric.COMMENTS] == 7

    def test_an_unreachable_network_is_not_a_post_that_is_gone(self, adapter: Adapter, network: Replay) -> None:
        network.only(("GET", "/api/v1/statuses"), Reply([]))
        network.only(("GET", f"/api/v1/statuses/{STATUS}"), Reply(b"", 503))
        with pytest.raises(Unreachable):
            adapter.get_post_metrics([STATUS])

    def test_views_and_reach_are_not_among_its_figures(self, adapter: Adapter) -> None:
        assert not adapter.metrics & {Metric.VIEWS, Metric.REACH}

    def test_followers_are_counted_on_the_account(self, adapter: Adapter) -> None:
        told = adapter.get_account_metrics()
        assert told.values == {Metric.FOLLOWERS: 821}
        assert told.extra == {"following_count": 178, "statuses_count": 33120}

    def test_answers_come_as_plain_text_oldest_first(self, adapter: Adapter, network: Replay) -> None:
        network.play("context")
        assert [(one.author, one.text) for one in adapter.get_comments(STATUS)] == [
            ("omar", "شكرا"),
            ("sara@autre.example", "ما الدليل؟"),
        ]

    # Counting

    def test_a_warning_counts_with_the_text(self, adapter: Adapter) -> None:
        assert ProblemCode.TEXT_TOO_LONG in self.codes(adapter, Post("ا" * 500, content_warning="ت"))

    def test_a_link_weighs_23_and_a_remote_mention_its_name(self, adapter: Adapter) -> None:
        assert adapter.count("https://rabita.example/" + "a" * 300) == 23
        assert adapter.count("@omar@autre.example مرحبا") == len("@omar مرحبا")

    def test_the_breaker_probe_needs_the_account(self) -> None:
        with pytest.raises(Unreachable) as caught:
            self.adapter_at(f"http://127.0.0.1:{unused_port()}").probe()
        assert caught.value.code == Code.CONNECTION_REFUSED


def _http_date(moment: datetime) -> str:
    return moment.strftime("%a, %d %b %Y %H:%M:%S GMT")
