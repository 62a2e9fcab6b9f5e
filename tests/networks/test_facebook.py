"""Facebook: the contract, and what is this network's own."""

import hashlib
import hmac
import json
import traceback
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from networks.adapters.facebook import Facebook
from networks.base import Adapter, Capability
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
from networks.types import Post, Tokens
from tests.networks.contract import APP_SECRET, BASMALA, KEY, TOKEN, AdapterContract, picture
from tests.networks.replaying import Replay
from tests.outgoing.loopback import Asked, Reply

POST = "14715_1569752556413941"
OWN = ("GET", "/v25.0/14715/published_posts")
BATCH = ("POST", "/v25.0/")
TOKENS = ("GET", "/v25.0/oauth/access_token")
SENT_AT = datetime(2026, 11, 23, 11, 59, 50, tzinfo=UTC)
PROOF = hmac.new(APP_SECRET.encode(), TOKEN.encode(), hashlib.sha256).hexdigest()


def business_usage(**told: int) -> dict[str, str]:
    whole = {"type": "pages", "call_count": 100, "total_cputime": 20, "total_time": 30, **told}
    return {"X-Business-Use-Case-Usage": json.dumps({"14715": [whole]})}


class TestFacebook(AdapterContract):
    slug = "facebook"
    good_day = ("page", "feed", "photo", "own_posts")
    publish_call = ("POST", "/v25.0/14715/feed")
    read_call = ("GET", "/v25.0/me")
    upload_call = ("POST", "/v25.0/14715/photos")
    lookup_call = OWN
    token_revoked = "token_revoked"
    scope_missing = "scope_missing"
    rate_limited = "rate_limited"
    post_refused = "post_refused"
    media_refused = "media_refused"
    reset_headers = business_usage(estimated_time_to_regain_access=15)

    def text_sent(self, asked: Asked) -> str:
        return dict(asked.form())["message"]

    # Connecting

    def test_the_person_is_sent_to_the_networks_own_page(self) -> None:
        at_home = self.adapter_at("https://graph.facebook.com")
        address = urlsplit(at_home.authorization_url("https://sanad.example/back", "st4te", "challenge"))
        assert (address.netloc, address.path) == ("www.facebook.com", "/v25.0/dialog/oauth")
        asked = parse_qs(address.query)
        assert (asked["client_id"], asked["state"]) == (["client"], ["st4te"])
        assert set(asked["scope"][0].split(",")) == set(Facebook.scopes)
        with pytest.raises(NotSupported):
            self.adapter_at("https://graph.facebook.com", app_credentials=None).authorization_url("x", "y")

    def test_a_code_becomes_a_token_that_lasts(self, network: Replay) -> None:
        network.play("token_short", "token_long")
        tokens = self.adapter_at(network.url, access_token="").exchange_code("c0de", "https://sanad.example/back")
        assert tokens.access_token == "EAAlong"
        assert tokens.expires_at is not None
        assert (tokens.expires_at - datetime.now(UTC)).days in (59, 60)
        first, second = network.calls(TOKENS)
        assert ("code", "c0de") in first.query
        assert {("grant_type", "fb_exchange_token"), ("fb_exchange_token", "EAAshort")} <= set(second.query)

    @pytest.mark.parametrize(
        ("recording", "code"), [("code_spent", Code.CODE_REFUSED), ("application_refused", Code.APPLICATION_REFUSED)]
    )
    def test_a_refused_code_is_told_from_a_refused_application(
        self, network: Replay, recording: str, code: Code
    ) -> None:
        network.play(recording)
        with pytest.raises(Rejected) as caught:
            self.adapter_at(network.url, access_token="").exchange_code("c0de", "https://sanad.example/back")
        assert caught.value.code == code
        assert APP_SECRET not in "".join(traceback.format_exception(caught.value))

    def test_a_consent_opens_the_pages_on_which_the_person_may_publish(self, adapter: Adapter, network: Replay) -> None:
        network.play("accounts")
        accounts = adapter.get_accounts(Tokens("EAAlong"))
        assert [(one.remote_id, one.handle, one.tokens.access_token) for one in accounts] == [
            ("14715", "@rabita", "EAApage1"),
            ("14716", "قناة بلا اسم", "EAApage2"),
        ]
        assert ("access_token", "EAAlong") in network.asked[0].query
        assert "EAApage" not in repr(accounts)

    def test_the_profile_comes_with_what_names_the_institution(self, adapter: Adapter) -> None:
        profile = adapter.get_profile()
        assert (profile.remote_id, profile.handle, profile.url) == (
            "14715", "@rabita", "https://www.facebook.com/rabita",
        )  # fmt: skip
        assert profile.links == ("https://rabita.example", "https://rabita.example/ledger")
        assert "صفحة مؤسسية" in profile.bio

    @pytest.mark.parametrize(
        ("recording", "code"), [("not_a_page", Code.TOKEN_INVALID), ("checkpointed", Code.ACCOUNT_DISABLED)]
    )
    def test_a_token_that_speaks_for_no_page_asks_for_another(
        self, adapter: Adapter, network: Replay, recording: str, code: Code
    ) -> None:
        network.only(self.read_call, network.reply(recording))
        for act in (adapter.get_profile, adapter.probe):
            with pytest.raises(NeedsReconnect) as caught:
                act()
            assert caught.value.code == code

    # Publishing

    def test_a_write_carries_token_and_proof_in_its_body_alone(self, adapter: Adapter, network: Replay) -> None:
        self.publish(adapter, Post("نص", link="https://rabita.example/s/1", tags=("سند",)))
        asked = network.calls(self.publish_call)[0]
        assert asked.query == []
        assert dict(asked.form()) == {
            "message": "نص\n\nhttps://rabita.example/s/1\n\n#سند",
            "link": "https://rabita.example/s/1",
            "access_token": TOKEN,
            "appsecret_proof": PROOF,
        }

    def test_pictures_are_uploaded_unpublished_and_attached_in_order(self, adapter: Adapter, network: Replay) -> None:
        network.only(self.upload_call, Reply({"id": "77"}), Reply({"id": "78"}))
        post = Post("نص", media=(picture(), picture(alt_text="أخرى")), link="https://rabita.example/s/1")
        ready = adapter.prepare(post, {})
        assert adapter.prepare(post, ready.saved) == ready
        assert len(network.calls(self.upload_call)) == 2
        assert b'name="published"\r\n\r\nfalse' in network.asked[0].body
        adapter.publish(ready, KEY)  # type: ignore[arg-type]
        form = dict(network.calls(self.publish_call)[0].form())
        assert json.loads(form["attached_media"]) == [{"media_fbid": "77"}, {"media_fbid": "78"}]
        assert "link" not in form

    def test_an_old_upload_is_made_again(self, adapter: Adapter, network: Replay) -> None:
        post = Post(BASMALA, media=(picture(),))
        saved = adapter.prepare(post, {}).saved
        old = [{**saved["media"][0], "uploaded_at": (datetime.now(UTC) - timedelta(hours=13)).isoformat()}]
        adapter.prepare(post, {"media": old})
        assert len(network.calls(self.upload_call)) == 2

    def test_the_link_of_what_was_just_published_leads_to_it(self, adapter: Adapter) -> None:
        published = self.publish(adapter)
        assert Facebook.remote_id_in(published.permalink) == POST

    @pytest.mark.parametrize(
        ("recording", "kind", "code"),
        [
            ("duplicate", Rejected, Code.DUPLICATE_REFUSED),
            ("policy", Rejected, Code.POLICY_BLOCKED),
            ("passing", OutcomeUnknown, Code.SERVER_ERROR),
        ],
    )
    def test_a_refusal_is_known_by_its_number(
        self, adapter: Adapter, network: Replay, recording: str, kind: type[NetworkError], code: Code
    ) -> None:
        network.only(self.publish_call, network.reply(recording))
        with pytest.raises(kind) as caught:
            self.publish(adapter)
        assert caught.value.code == code

    def test_an_error_under_a_good_status_is_still_one(self, adapter: Adapter, network: Replay) -> None:
        network.only(self.publish_call, Reply(network.reply("duplicate").body, 200))
        with pytest.raises(Rejected):
            self.publish(adapter)

    @pytest.mark.parametrize("content_type", ["text/html", "image/png", ""])
    def test_what_the_library_makes_of_an_answer_does_not_count(
        self, adapter: Adapter, network: Replay, content_type: str
    ) -> None:
        network.only(self.publish_call, Reply(network.reply("feed").body, headers={"Content-Type": content_type}))
        assert self.publish(adapter).remote_id == POST

    def test_a_limit_that_is_used_up_without_a_time_is_waited_for(self, adapter: Adapter, network: Replay) -> None:
        used_up = {"X-App-Usage": json.dumps({"call_count": 101, "total_cputime": 5, "total_time": 9})}
        network.only(self.publish_call, network.reply("rate_limited", **used_up))
        with pytest.raises(NotSent) as caught:
            self.publish(adapter)
        assert caught.value.retry_after == 900

    def test_usage_headers_that_cannot_be_read_do_no_harm(self, adapter: Adapter, network: Replay) -> None:
        broken = {"X-App-Usage": "{", "X-Business-Use-Case-Usage": '{"1": [7], "2": {}, "3": [{"call_count": "x"}]}'}
        network.only(self.publish_call, network.reply("feed", **broken))
        assert self.publish(adapter).remote_id == POST
        assert adapter.last_rate_limit is None

    # Looking up

    def page(self, network: Replay) -> Reply:
        """As recorded, from a server whose clock is ours."""
        return network.reply("own_posts", Date=datetime.now(UTC).strftime("%a, %d %b %Y %H:%M:%S GMT"))

    def test_a_post_is_found_again_by_its_words(self, adapter: Adapter, network: Replay) -> None:
        network.only(OWN, self.page(network))
        lookup = adapter.find_published(Post("test  content\n"), KEY, SENT_AT)
        assert lookup.found is not None
        assert (lookup.found.remote_id, lookup.complete, lookup.looked_at_count) == (POST, True, 2)

    @pytest.mark.parametrize("changes", [{"text": "لاحق"}, {"media": (picture(),)}, {"text": "قديم"}])
    def test_another_post_is_not_taken_for_it(self, adapter: Adapter, network: Replay, changes: dict[str, Any]) -> None:
        network.only(OWN, self.page(network))
        lookup = adapter.find_published(Post(**{"text": "test content", **changes}), KEY, SENT_AT)
        assert (lookup.found, lookup.complete) == (None, True)

    def test_it_reads_back_until_it_is_past_the_sending(self, adapter: Adapter, network: Replay) -> None:
        network.only(OWN, self.page(network), network.reply("own_posts_last"))
        lookup = adapter.find_published(Post("أقدم", media=(picture(),)), KEY, datetime(2026, 11, 1, tzinfo=UTC))
        assert lookup.found is not None
        assert (lookup.complete, lookup.looked_at_count) == (True, 4)
        assert ("after", "Q2c4B") in network.calls(OWN)[1].query

    def test_a_look_up_cut_short_says_nothing(self, adapter: Adapter, network: Replay) -> None:
        network.only(OWN, self.page(network), Reply(b"", 503))
        with pytest.raises(Unreachable):
            adapter.find_published(Post("غيره"), KEY, datetime(2026, 11, 1, tzinfo=UTC))

    @pytest.mark.parametrize(
        ("link", "remote_id"),
        [
            ("https://www.facebook.com/14715/posts/1569752556413941/", POST),
            ("https://www.facebook.com/permalink.php?story_fbid=1569752556413941&id=14715", POST),
            ("https://www.facebook.com/rabita/posts/1569752556413941", "1569752556413941"),
            (f"https://www.facebook.com/{POST}", POST),
            ("http://127.0.0.1:8010/facebook/14715/posts/1569752556413941", POST),
            ("https://www.facebook.com/rabita_2/", None),
            ("https://www.facebook.com", None),
            ("posts/1569752556413941", None),
            ("https://www.facebook.com/rabita/posts/pfbid02abc", None),
            ("https://www.facebook.com/rabita", None),
            ("https://[", None),
        ],
    )
    def test_the_id_is_read_in_a_link_that_has_it(self, link: str, remote_id: str | None) -> None:
        assert Facebook.remote_id_in(link) == remote_id

    # Changing and deleting

    def test_a_live_post_is_edited_without_losing_its_picture(self, adapter: Adapter, network: Replay) -> None:
        network.play("post", "edited")
        edited = adapter.edit_post("1569752556413941", Post("مصحح", media=(picture(),)))
        assert edited.permalink == "https://www.facebook.com/14715/posts/1569752556413941"
        assert dict(network.calls(("POST", f"/v25.0/{POST}"))[0].form())["message"] == "مصحح"
        with pytest.raises(Rejected) as caught:
            adapter.edit_post(POST, Post("مصحح"))
        assert caught.value.code == Code.EDIT_CHANGES_MEDIA

    @pytest.mark.parametrize("body", [{"success": False}, {}, []])
    def test_a_change_that_is_not_confirmed_is_of_unknown_outcome(
        self, adapter: Adapter, network: Replay, body: object
    ) -> None:
        network.play("post")
        network.only(("DELETE", f"/v25.0/{POST}"), Reply(body))
        with pytest.raises(OutcomeUnknown):
            adapter.delete_post(POST)

    def test_a_deleted_post_is_deleted_and_one_already_gone_too(self, adapter: Adapter, network: Replay) -> None:
        network.play("post", "deleted")
        adapter.delete_post(POST)
        network.only(("DELETE", f"/v25.0/{POST}"), network.reply("not_found"))
        adapter.delete_post(POST)

    def test_not_found_is_not_gone_where_we_may_not_see_the_pages_posts(
        self, adapter: Adapter, network: Replay
    ) -> None:
        network.only(("DELETE", f"/v25.0/{POST}"), network.reply("not_found"))
        network.only(OWN, network.reply("scope_missing"))
        network.play("post", "post_gone")
        for act in (lambda: adapter.delete_post(POST), lambda: adapter.get_post_metrics([POST])):
            with pytest.raises(NeedsReconnect):
                act()

    # Measuring

    def test_a_posts_figures_are_asked_for_together(self, adapter: Adapter, network: Replay) -> None:
        network.play("figures_together")
        told = adapter.get_post_metrics([POST])[POST]
        assert told.values == {
            Metric.VIEWS: 4210,
            Metric.REACH: 3100,
            Metric.CLICKS: 57,
            Metric.REACTIONS: 112,
            Metric.COMMENTS: 7,
            Metric.SHARES: 98,
            Metric.WATCH_SECONDS: None,
        }
        assert told.missing == {Metric.WATCH_SECONDS: MissingCode.NOT_REPORTED}
        [asked] = json.loads(dict(network.calls(BATCH)[0].form())["batch"])
        names = "post_media_view,post_total_media_view_unique,post_clicks,post_video_view_time"
        assert asked["relative_url"].startswith(f"{POST}?fields=reactions.limit(0).summary(total_count),")
        assert asked["relative_url"].endswith(f",insights.metric({names}).period(lifetime)")

    def test_a_figure_that_is_not_told_with_the_others_is_none_with_its_reason(
        self, adapter: Adapter, network: Replay
    ) -> None:
        whole = json.loads(network.reply("figures_together").body[0]["body"])
        del whole["insights"]["data"][0]
        network.only(BATCH, Reply([{"code": 200, "body": json.dumps(whole)}]))
        told = adapter.get_post_metrics([POST])[POST]
        assert (told.values[Metric.VIEWS], told.missing[Metric.VIEWS]) == (None, MissingCode.NOT_REPORTED)
        assert told.values[Metric.REACH] == 3100

    def test_a_retired_figure_costs_itself_alone(self, adapter: Adapter, network: Replay) -> None:
        network.play("figures_refused", "post_figures_part")
        told = adapter.get_post_metrics([POST])[POST]
        assert told.missing == {
            Metric.VIEWS: MissingCode.RETIRED,
            Metric.REACH: MissingCode.NOT_REPORTED,
            Metric.CLICKS: MissingCode.NO_PERMISSION,
            Metric.WATCH_SECONDS: MissingCode.NOT_REPORTED,
        }
        assert {told.values[metric] for metric in told.missing} == {None}
        assert told.values[Metric.REACTIONS] == 112
        asked = json.loads(dict(network.calls(BATCH)[1].form())["batch"])
        assert len(asked) == 5
        assert asked[1] == {
            "method": "GET",
            "relative_url": f"{POST}/insights?metric=post_media_view&period=lifetime",
        }

    def test_fifty_calls_at_most_stand_in_one_batch(self, adapter: Adapter, network: Replay) -> None:
        refused = network.reply("figures_refused").body[0]

        def answer(asked: Asked) -> Reply:
            calls = json.loads(dict(asked.form())["batch"])
            return Reply(
                [refused if ",insights" in one["relative_url"] else {"code": 200, "body": "{}"} for one in calls]
            )

        network.answer = answer
        ids = [f"14715_{number}" for number in range(53)]
        assert list(adapter.get_post_metrics(ids)) == ids
        sizes = [len(json.loads(dict(asked.form())["batch"])) for asked in network.asked]
        assert sizes == [50, *[50] * 5, 3, 15]

    def test_the_figures_of_a_hundred_posts_take_two_requests(self, adapter: Adapter, network: Replay) -> None:
        network.answer = lambda asked: Reply([{"code": 200, "body": "{}"}] * 50)
        assert len(adapter.get_post_metrics([f"14715_{number}" for number in range(100)])) == 100
        assert len(network.asked) == 2

    def test_a_missing_post_is_gone(self, adapter: Adapter, network: Replay) -> None:
        network.play("post_gone")
        assert adapter.get_post_metrics(["14715_2"])["14715_2"].gone

    def test_a_part_that_took_too_long_is_unreadable_and_a_refused_token_is_told(
        self, adapter: Adapter, network: Replay
    ) -> None:
        parts = network.reply("post_figures").body
        network.only(BATCH, Reply([None]), Reply([None, *parts[1:]]))
        told = adapter.get_post_metrics([POST])[POST]
        assert (told.gone, told.missing[Metric.REACTIONS]) == (False, MissingCode.UNREADABLE)
        assert told.values[Metric.VIEWS] == 4210
        revoked = json.dumps(network.reply("token_revoked").body)
        network.only(BATCH, Reply([None]), Reply([*parts[:4], {"code": 401, "body": revoked}]))
        with pytest.raises(NeedsReconnect):
            adapter.get_post_metrics([POST])

    @pytest.mark.parametrize("body", [[], {}, [{"code": 200, "body": "{}"}] * 2, b"<html>", b""])
    def test_a_batch_that_does_not_answer_each_call_says_nothing(
        self, adapter: Adapter, network: Replay, body: object
    ) -> None:
        network.only(BATCH, Reply(body))
        with pytest.raises(Unreachable):
            adapter.get_post_metrics([POST])

    def test_followers_are_counted_on_the_page(self, adapter: Adapter, network: Replay) -> None:
        network.play("account_figures")
        told = adapter.get_account_metrics()
        assert told.values == {Metric.FOLLOWERS: 821}
        assert told.extra == {"fan_count": 800, "page_media_view": 930, "page_follows": 821}

    def test_comments_come_oldest_first_with_what_they_answer(self, adapter: Adapter, network: Replay) -> None:
        network.play("comments")
        assert [(one.author, one.text, one.reply_to) for one in adapter.get_comments(POST)] == [
            ("Omar", "شكرا", POST),
            ("", "ما الدليل؟", "1_4"),
        ]

    # What may be written

    def test_a_post_cannot_answer_another_one(self, adapter: Adapter) -> None:
        assert Capability.REPLY not in adapter.capabilities
        assert self.codes(adapter, Post("x", reply_to="17")) == [ProblemCode.REPLY_NOT_OFFERED]
