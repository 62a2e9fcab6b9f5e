"""X: the contract, and what is this network's own."""

import json
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from networks.base import Adapter
from networks.errors import (
    Code,
    MissingCode,
    NeedsReconnect,
    NetworkError,
    NotSent,
    NotSupported,
    OutcomeUnknown,
    ProblemCode,
    Rejected,
    Unreachable,
)
from networks.metrics import Metric
from networks.types import AppCredentials, Post, Ready, Visibility, Waiting
from tests.networks.contract import APP_SECRET, BASMALA, KEY, TOKEN, AdapterContract, picture
from tests.networks.replaying import Replay
from tests.outgoing.loopback import Asked, Reply, unused_port

POST = "1346889436626259968"
OWN = ("GET", "/2/users/14715/tweets")
STATUS = ("GET", "/2/media/upload")
FAILED = {"state": "failed"}
SEARCH = ("GET", "/2/tweets/search/recent")
SENT_AT = datetime(2026, 11, 23, 11, 59, 50, tzinfo=UTC)
LONG_AGO = datetime(2026, 11, 1, tzinfo=UTC)
BASIC = f"Basic {b64encode(f'client:{APP_SECRET}'.encode()).decode()}"


class TestX(AdapterContract):
    slug = "x"
    good_day = ("me", "post_created", "media", "media_described", "own_posts")
    publish_call = ("POST", "/2/tweets")
    read_call = ("GET", "/2/users/me")
    upload_call = ("POST", "/2/media/upload")
    described_call = ("POST", "/2/media/metadata")
    lookup_call = OWN
    token_revoked = "token_revoked"
    scope_missing = "scope_missing"
    rate_limited = "rate_limited"
    post_refused = "text_refused"
    media_refused = "media_refused"
    reset_headers = {
        "Date": "Mon, 23 Nov 2026 12:00:00 GMT",
        "x-rate-limit-reset": str(int(datetime(2026, 11, 23, 12, 15, tzinfo=UTC).timestamp())),
        "x-rate-limit-remaining": "0",
    }

    def text_sent(self, asked: Asked) -> str:
        text: str = json.loads(asked.body)["text"]
        return text

    # Connecting

    def test_the_profile_shows_links_as_they_were_written(self, adapter: Adapter, network: Replay) -> None:
        profile = adapter.get_profile()
        assert (profile.remote_id, profile.handle, profile.url) == ("14715", "@rabita", f"{network.url}/rabita")
        assert profile.bio == "حساب مؤسسي، السجل: https://rabita.example/ledger"
        assert profile.links == ("https://rabita.example/ledger", "https://rabita.example")

    def test_a_real_account_is_connected_on_the_networks_own_pages(self) -> None:
        url = self.adapter_at("https://api.x.com").authorization_url("https://sanad.example/back", "st4te", "challenge")
        assert url.startswith("https://x.com/i/oauth2/authorize?response_type=code&client_id=client&")
        assert "scope=tweet.read+tweet.write+users.read+media.write+offline.access" in url
        assert "code_challenge_method=S256" in url

    def test_a_code_is_exchanged_with_its_verifier_and_the_secret_in_no_form(
        self, adapter: Adapter, network: Replay
    ) -> None:
        network.play("token")
        tokens = adapter.exchange_code("c0de", "https://sanad.example/back", "verifier")
        assert (tokens.refresh_token, tokens.scopes) == ("cmVmcmVzaC1uZXc", adapter.scopes)
        assert tokens.expires_at is not None
        assert tokens.expires_at - datetime.now(UTC) == pytest.approx(timedelta(hours=2), abs=timedelta(seconds=9))
        asked = network.asked[0]
        assert asked.headers["Authorization"] == BASIC
        assert {"code": "c0de", "code_verifier": "verifier"}.items() <= dict(asked.form()).items()
        assert APP_SECRET.encode() not in asked.body

    def test_an_application_without_a_secret_names_itself_by_its_id(self, network: Replay) -> None:
        network.play("token")
        adapter = self.adapter_at(network.url, refresh_token="old", app_credentials=AppCredentials("client", ""))
        assert adapter.refresh_token().refresh_token == "cmVmcmVzaC1uZXc"
        assert "Authorization" not in network.asked[0].headers
        assert dict(network.asked[0].form()) == {
            "grant_type": "refresh_token",
            "refresh_token": "old",
            "client_id": "client",
        }

    @pytest.mark.parametrize(
        ("recording", "kind", "code"),
        [
            ("refresh_spent", NeedsReconnect, Code.TOKEN_INVALID),
            ("client_refused", Rejected, Code.APPLICATION_REFUSED),
        ],
    )
    def test_a_spent_refresh_token_is_told_from_a_refused_application(
        self, network: Replay, recording: str, kind: type[NetworkError], code: Code
    ) -> None:
        network.play(recording)
        with pytest.raises(kind) as caught:
            self.adapter_at(network.url, refresh_token="old").refresh_token()
        assert caught.value.code == code
        assert len(network.asked) == 1

    def test_without_a_refresh_token_a_person_connects_again(self, adapter: Adapter) -> None:
        with pytest.raises(NeedsReconnect):
            adapter.refresh_token()

    def test_a_spent_code_is_refused(self, adapter: Adapter, network: Replay) -> None:
        network.play("code_spent")
        with pytest.raises(Rejected) as caught:
            adapter.exchange_code("c0de", "https://sanad.example/back", "verifier")
        assert caught.value.code == Code.CODE_REFUSED

    def test_both_tokens_are_revoked(self, network: Replay) -> None:
        network.play("revoked")
        self.adapter_at(network.url, refresh_token="old").revoke_token()
        assert [dict(asked.form())["token"] for asked in network.asked] == ["old", TOKEN]
        with pytest.raises(NotSupported):
            self.adapter_at(network.url, app_credentials=None).revoke_token()

    # Publishing

    def test_all_arguments_of_a_post_arrive(self, adapter: Adapter, network: Replay) -> None:
        self.publish(adapter, Post("نص", media=(picture(),), link="https://rabita.example/s/1", reply_to="17"))
        assert json.loads(network.calls(self.publish_call)[0].body) == {
            "text": "نص\n\nhttps://rabita.example/s/1",
            "media": {"media_ids": ["1146654567674912769"]},
            "reply": {"in_reply_to_tweet_id": "17"},
        }
        assert b"tweet_image" in network.calls(self.upload_call)[0].body
        described = json.loads(network.calls(self.described_call)[0].body)
        assert described == {"id": "1146654567674912769", "metadata": {"alt_text": {"text": "صورة المخطوط"}}}
        assert {asked.headers["Authorization"] for asked in network.asked} == {f"Bearer {TOKEN}"}

    @pytest.mark.parametrize(
        ("chosen", "said"),
        [("followed", "following"), ("mentioned", "mentionedUsers"), ("verified", "verified"), ("everyone", None)],
    )
    def test_who_may_reply_is_said_by_the_first_of_a_thread_alone(
        self, adapter: Adapter, network: Replay, chosen: str, said: str | None
    ) -> None:
        for reply_to in (None, "17"):
            self.publish(adapter, Post("نص", reply_to=reply_to, options={"who_may_reply": chosen}))
        sent = [json.loads(asked.body).get("reply_settings") for asked in network.calls(self.publish_call)]
        assert sent == [said, None]

    def test_the_link_of_a_post_names_the_account(self, adapter: Adapter, network: Replay) -> None:
        assert self.publish(adapter).permalink == f"{network.url}/rabita/status/{POST}"
        assert adapter.remote_id_in(f"https://x.com/rabita/status/{POST}") == POST
        assert adapter.remote_id_in("https://x.com/rabita") is None

    def test_a_picture_still_at_work_is_waited_for_and_not_uploaded_twice(
        self, adapter: Adapter, network: Replay
    ) -> None:
        network.only(self.upload_call, network.reply("media_processing"))
        network.only(STATUS, network.reply("media_processing"), network.reply("media_status"))
        post = Post(BASMALA, media=(picture(),))
        first = adapter.prepare(post, {})
        assert isinstance(first, Waiting)
        second = adapter.prepare(post, first.saved)
        assert isinstance(second, Waiting)
        third = adapter.prepare(post, second.saved)
        assert isinstance(third, Ready)
        assert adapter.prepare(post, third.saved) == third
        assert len(network.calls(self.upload_call)) == 1

    def test_an_upload_that_is_about_to_expire_is_made_again(self, adapter: Adapter, network: Replay) -> None:
        post = Post(BASMALA, media=(picture(),))
        saved = adapter.prepare(post, {}).saved
        assert saved["media"][0]["expires_at"] < (datetime.now(UTC) + timedelta(hours=23, minutes=1)).isoformat()
        soon = [{**saved["media"][0], "expires_at": datetime.now(UTC).isoformat()}]
        adapter.prepare(post, {"media": soon})
        assert len(network.calls(self.upload_call)) == 2

    @pytest.mark.parametrize("reply", [Reply(b"", 404), Reply({"data": {"id": "1", "processing_info": FAILED}})])
    def test_a_picture_that_is_of_no_more_use_is_uploaded_anew_by_whoever_tries_again(
        self, adapter: Adapter, network: Replay, reply: Reply
    ) -> None:
        network.only(self.upload_call, network.reply("media_processing"), network.reply("media_status"))
        network.only(STATUS, reply)
        post = Post(BASMALA, media=(picture(),))
        saved = adapter.prepare(post, {}).saved
        with pytest.raises(Rejected) as caught:
            adapter.prepare(post, saved)
        assert isinstance(adapter.prepare(post, saved if caught.value.saved is None else caught.value.saved), Ready)
        assert len(network.calls(self.upload_call)) == 2

    def test_a_picture_whose_processing_failed_is_refused(self, adapter: Adapter, network: Replay) -> None:
        network.only(self.upload_call, Reply({"data": {"id": "1", "processing_info": {"state": "failed"}}}))
        with pytest.raises(Rejected) as caught:
            adapter.prepare(Post(BASMALA, media=(picture(),)), {})
        assert caught.value.code == Code.MEDIA_REFUSED

    @pytest.mark.parametrize(
        ("recording", "kind", "code"),
        [
            ("duplicate", Rejected, Code.DUPLICATE_REFUSED),
            ("not_permitted", Rejected, Code.FORBIDDEN),
            ("reply_gone", Rejected, Code.REPLY_TARGET_GONE),
            ("client_forbidden", Rejected, Code.APPLICATION_REFUSED),
            ("suspended", NeedsReconnect, Code.ACCOUNT_DISABLED),
            ("credits_spent", NotSent, Code.CREDIT_SPENT),
        ],
    )
    def test_each_refusal_has_its_own_next_step(
        self, adapter: Adapter, network: Replay, recording: str, kind: type[NetworkError], code: Code
    ) -> None:
        network.only(self.publish_call, network.reply(recording))
        with pytest.raises(kind) as caught:
            self.publish(adapter)
        assert caught.value.code == code
        assert caught.value.detail

    def test_why_a_text_was_refused_is_in_the_detail(self, adapter: Adapter, network: Replay) -> None:
        network.only(self.publish_call, network.reply("text_refused"))
        with pytest.raises(Rejected) as caught:
            self.publish(adapter)
        assert "too long" in caught.value.detail

    def test_it_says_to_nobody_but_everybody(self, adapter: Adapter) -> None:
        post = Post("x", visibility=Visibility.FOLLOWERS, content_warning="ت")
        assert self.codes(adapter, post) == [
            ProblemCode.VISIBILITY_NOT_OFFERED,
            ProblemCode.CONTENT_WARNING_NOT_OFFERED,
        ]

    # Looking up

    def page(self, network: Replay, seconds_ahead: int = 0) -> Reply:
        """The page, sent by a server whose clock is ours (or ahead); its posts are as old as recorded."""
        moment = datetime.now(UTC) + timedelta(seconds=seconds_ahead)
        return network.reply("own_posts", Date=moment.strftime("%a, %d %b %Y %H:%M:%S GMT"))

    @pytest.mark.parametrize(
        ("remote_id", "post"),
        [
            (POST, Post("test  content\n")),
            ("11", Post("قرار & بيان <1> https://rabita.example/s/1 وانظر rabita.org", media=(picture(),))),
            ("11", Post("قرار & بيان <1> https://elsewhere.example وانظر rabita.org", media=(picture(),))),
            ("10", Post("شكرا", reply_to="7")),
        ],
    )
    def test_a_post_is_found_again_by_its_words(
        self, adapter: Adapter, network: Replay, remote_id: str, post: Post
    ) -> None:
        network.only(OWN, self.page(network))
        lookup = adapter.find_published(post, KEY, SENT_AT)
        assert lookup.found is not None
        assert (lookup.found.remote_id, lookup.complete, lookup.others) == (remote_id, True, ())
        assert lookup.found.permalink == f"{network.url}/rabita/status/{remote_id}"

    def test_words_that_only_the_network_takes_for_a_link_do_not_hide_a_post(
        self, adapter: Adapter, network: Replay
    ) -> None:
        link = {"url": "https://t.co/z", "expanded_url": "http://sanad.institution", "display_url": "sanad.institution"}
        tweet = {"id": "5", "created_at": "2026-11-23T12:00:00.000Z", "text": "في https://t.co/z اليوم"}
        page = {"data": [{**tweet, "entities": {"urls": [link]}}], "meta": {"result_count": 1}}
        network.only(OWN, Reply(page))
        found = adapter.find_published(Post("في sanad.institution اليوم"), KEY, SENT_AT).found
        assert found is not None

    @pytest.mark.parametrize(
        "changes",
        [{"media": (picture(),)}, {"reply_to": "17"}, {"text": "test contents"}, {"text": "test content rabita.org"}],
    )
    def test_another_post_is_not_taken_for_it(self, adapter: Adapter, network: Replay, changes: dict[str, Any]) -> None:
        network.only(OWN, self.page(network))
        assert adapter.find_published(Post(**{"text": "test content", **changes}), KEY, SENT_AT).found is None

    def test_another_picture_makes_another_post(self, adapter: Adapter, network: Replay) -> None:
        network.only(OWN, self.page(network))
        words = "قرار & بيان <1> https://rabita.example/s/1 وانظر rabita.org"
        other = picture(alt_text="صورة أخرى")
        assert adapter.find_published(Post(words, media=(other,)), KEY, SENT_AT).found is None
        assert adapter.find_published(Post(words), KEY, SENT_AT).found is None

    def test_absence_means_something_only_when_read_back_far_enough(self, adapter: Adapter, network: Replay) -> None:
        network.only(OWN, self.page(network), network.reply("own_posts_none"))
        lookup = adapter.find_published(Post("غيره"), KEY, LONG_AGO)
        assert (lookup.found, lookup.complete, lookup.looked_at_count) == (None, True, 5)
        assert dict(network.calls(OWN)[1].query)["pagination_token"] == "7140w"

    def test_an_empty_page_that_promises_another_is_not_the_end(self, adapter: Adapter, network: Replay) -> None:
        network.only(OWN, Reply({"meta": {"result_count": 0, "next_token": "n"}}), self.page(network))
        assert adapter.find_published(Post("test content"), KEY, SENT_AT).found is not None

    def test_a_timeline_without_end_is_not_complete(self, adapter: Adapter, network: Replay) -> None:
        network.only(OWN, self.page(network))
        lookup = adapter.find_published(Post("غيره"), KEY, LONG_AGO)
        assert (lookup.found, lookup.complete) == (None, False)

    def test_a_list_that_counts_posts_and_shows_none_says_nothing(self, adapter: Adapter, network: Replay) -> None:
        network.only(OWN, Reply({"meta": {"result_count": 3}}))
        with pytest.raises(Unreachable):
            adapter.find_published(Post("غيره"), KEY, SENT_AT)

    @pytest.mark.parametrize("seconds_ahead", [-600, 3600])
    def test_a_network_is_read_by_its_own_clock(self, adapter: Adapter, network: Replay, seconds_ahead: int) -> None:
        network.only(OWN, self.page(network, seconds_ahead))
        since = SENT_AT + timedelta(seconds=max(-seconds_ahead, 0))
        assert adapter.find_published(Post("test content"), KEY, since).found is not None

    # Deleting

    def test_a_deleted_post_is_deleted_and_one_already_gone_too(self, adapter: Adapter, network: Replay) -> None:
        network.play("post_deleted")
        adapter.delete_post(POST)
        network.only(("DELETE", f"/2/tweets/{POST}"), network.reply("not_found"))
        adapter.delete_post(POST)

    def test_a_deletion_that_is_not_confirmed_is_of_unknown_outcome(self, adapter: Adapter, network: Replay) -> None:
        network.only(("DELETE", f"/2/tweets/{POST}"), Reply({"data": {"deleted": False}}))
        with pytest.raises(OutcomeUnknown):
            adapter.delete_post(POST)

    # Measuring

    def test_figures_come_in_one_call_and_a_missing_post_is_gone(self, adapter: Adapter, network: Replay) -> None:
        network.play("posts_batch")
        told = adapter.get_post_metrics([POST, "2", "3", "4"])
        assert told[POST].values == {
            Metric.VIEWS: 2043,
            Metric.REACTIONS: 112,
            Metric.SHARES: 98,
            Metric.COMMENTS: 7,
            Metric.QUOTES: 3,
            Metric.SAVES: 5,
        }
        assert not told[POST].missing
        assert told["2"].gone
        assert (told["3"].gone, told["3"].missing[Metric.VIEWS]) == (False, MissingCode.NO_PERMISSION)
        assert (told["4"].values[Metric.VIEWS], told["4"].missing[Metric.VIEWS]) == (None, MissingCode.NOT_REPORTED)
        assert dict(network.asked[0].query)["ids"] == f"{POST},2,3,4"

    def test_a_hundred_posts_are_one_call(self, adapter: Adapter, network: Replay) -> None:
        network.play("posts_batch")
        assert len(adapter.get_post_metrics([str(number) for number in range(150)])) == 150
        assert [len(dict(asked.query)["ids"].split(",")) for asked in network.asked] == [100, 50]

    def test_a_figure_that_is_not_told_is_none_with_its_reason_and_never_zero(
        self, adapter: Adapter, network: Replay
    ) -> None:
        figures = {"like_count": "many", "retweet_count": None, "reply_count": 0}
        tweet = {"id": POST, "created_at": "2026-11-23T12:00:00.000Z", "public_metrics": figures}
        network.only(("GET", "/2/tweets"), Reply({"data": [tweet]}))
        told = adapter.get_post_metrics([POST])[POST]
        assert (told.values[Metric.REACTIONS], told.missing[Metric.REACTIONS]) == (None, MissingCode.UNREADABLE)
        assert (told.values[Metric.SHARES], told.missing[Metric.SHARES]) == (None, MissingCode.NOT_REPORTED)
        assert told.values[Metric.COMMENTS] == 0

    @pytest.mark.parametrize("reply", [Reply(b"", 503), Reply({}), Reply(b"[]")])
    def test_an_unreadable_answer_is_not_a_post_that_is_gone(
        self, adapter: Adapter, network: Replay, reply: Reply
    ) -> None:
        network.only(("GET", "/2/tweets"), reply)
        with pytest.raises(Unreachable):
            adapter.get_post_metrics([POST])

    def test_followers_are_counted_on_the_account(self, adapter: Adapter) -> None:
        told = adapter.get_account_metrics()
        assert told.values == {Metric.FOLLOWERS: 821}
        assert told.extra == {"following_count": 178, "tweet_count": 33120, "listed_count": 4}

    def test_other_peoples_answers_come_oldest_first_with_their_links(self, adapter: Adapter, network: Replay) -> None:
        network.play("answers")
        comments = adapter.get_comments(POST)
        assert [(one.author, one.reply_to) for one in comments] == [("omar", POST), ("sara", "21")]
        assert comments[1].text == "@rabita ما الدليل؟ https://autre.example/q"
        assert comments[1].permalink == f"{network.url}/sara/status/22"
        query = dict(network.calls(SEARCH)[0].query)["query"]
        assert query == f"(conversation_id:{POST} OR in_reply_to_tweet_id:{POST}) -from:14715"

    # Counting and paying

    def test_a_link_weighs_23_with_and_without_a_scheme(self, adapter: Adapter) -> None:
        assert adapter.count("https://rabita.example/" + "a" * 300) == 23
        assert adapter.count("rabita.org") == 23
        assert adapter.count(BASMALA) == 38

    def test_a_link_makes_a_post_dearer(self, adapter: Adapter) -> None:
        assert adapter.cost.per_post_with_link is not None
        assert adapter.cost.per_post_with_link > adapter.cost.per_post > adapter.cost.per_read > 0

    def test_the_breaker_probe_needs_the_account(self) -> None:
        with pytest.raises(Unreachable) as caught:
            self.adapter_at(f"http://127.0.0.1:{unused_port()}").probe()
        assert caught.value.code == Code.CONNECTION_REFUSED
