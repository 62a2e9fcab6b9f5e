"""Threads: the contract, and what is this network's own."""

import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from networks.adapters.threads import Threads
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
    Unreachable,
)
from networks.metrics import Metric
from networks.types import Post, Processing, Published, Ready, Waiting
from tests.networks.contract import BASMALA, FAMILY, KEY, TOKEN, AdapterContract, picture
from tests.networks.replaying import Replay
from tests.outgoing.loopback import Asked, Manner, Reply

CONTAINER, POST, FIRST = "18000000000000001", "17900000000000001", "17900000000000099"
MAKE = ("POST", "/v1.0/14715/threads")
STATUS = ("GET", f"/v1.0/{CONTAINER}")
PUBLISH = ("POST", "/v1.0/14715/threads_publish")
OWN, OWN_REPLIES = ("GET", "/v1.0/14715/threads"), ("GET", "/v1.0/14715/replies")
READ = ("GET", f"/v1.0/{POST}")
LIMIT = ("GET", "/v1.0/14715/threads_publishing_limit")
FIGURES = ("GET", f"/v1.0/{POST}/insights")
OF_ACCOUNT = ("GET", "/v1.0/14715/threads_insights")
DELETE = ("DELETE", f"/v1.0/{POST}")
SENT_AT = datetime(2026, 11, 23, 11, 59, 50, tzinfo=UTC)
PAIR = (picture(), picture(alt_text="أخرى"))
LINK = "https://rabita.example/s/1"


def film(**changes: Any) -> Any:
    whole = {"mime_type": "video/mp4", "alt_text": "مقطع", "width": 1080, "height": 1920, "duration_ms": 30_000}
    codecs = {"video_codec": "h264", "audio_codec": "aac", "frame_rate": 30_000, "bit_rate": 4_000_000}
    return picture(**{**whole, **codecs, **changes})


class TestThreads(AdapterContract):
    slug = Threads.slug
    good_day = ("account", "limit", "container", "finished", "published", "post", "own_posts", "own_posts_last")
    publish_call = PUBLISH
    read_call = ("GET", "/v1.0/me")
    upload_call = MAKE
    text_call = MAKE
    lookup_call = OWN
    ready_saved = {"container": CONTAINER}
    token_revoked = "token_revoked"
    scope_missing = "scope_missing"
    rate_limited = "rate_limited"
    post_refused = "post_refused"
    media_refused = "media_refused"
    reset_headers = {
        "X-Business-Use-Case-Usage": json.dumps(
            {"14715": [{"type": "threads", "call_count": 100, "estimated_time_to_regain_access": 15}]}
        )
    }

    def text_sent(self, asked: Asked) -> str:
        return dict(asked.form())["text"]

    def forms(self, network: Replay) -> list[dict[str, str]]:
        """What each container was made of, without the access."""
        made = [dict(asked.form()) for asked in network.calls(MAKE)]
        return [{name: value for name, value in form.items() if name != "access_token"} for form in made]

    # Connecting

    def test_the_person_is_sent_to_the_networks_own_page(self) -> None:
        at_home = self.adapter_at(Threads.default_url)
        address = urlsplit(at_home.authorization_url("https://sanad.example/back", "st4te"))
        assert (address.netloc, address.path) == ("threads.com", "/oauth/authorize")
        asked = {name: values[0] for name, values in parse_qs(address.query).items()}
        assert set(asked.pop("scope").split(",")) == set(Threads.scopes)
        back = "https://sanad.example/back"
        assert asked == {"client_id": "client", "redirect_uri": back, "response_type": "code", "state": "st4te"}

    def test_a_code_becomes_an_access_that_lasts(self, network: Replay) -> None:
        network.play("token_short", "token_long")
        tokens = self.adapter_at(network.url, access_token="").exchange_code("c0de#_", "https://sanad.example/back")
        assert tokens.access_token == "THlong"
        assert tokens.expires_at is not None
        assert (tokens.expires_at - datetime.now(UTC)).days in (59, 60)
        first, second = network.asked
        assert dict(first.form())["code"] == "c0de"
        assert not {"access_token", "appsecret_proof"} & set(dict(first.form()))
        assert dict(second.query)["grant_type"] == "th_exchange_token"
        assert dict(second.query)["access_token"] == "THshort"

    def test_a_spent_code_is_refused_in_the_networks_words(self, network: Replay) -> None:
        network.play("code_refused")
        with pytest.raises(Rejected) as caught:
            self.adapter_at(network.url, access_token="").exchange_code("c0de", "https://sanad.example/back")
        assert caught.value.code == Code.CODE_REFUSED
        assert "already used" in caught.value.detail

    def test_the_access_renews_itself(self, adapter: Adapter, network: Replay) -> None:
        network.play("token_renewed")
        tokens = adapter.refresh_token()
        assert (tokens.access_token, tokens.refresh_token) == ("THlonger", None)
        assert tokens.expires_at is not None
        [asked] = network.asked
        assert sorted(asked.query) == [("access_token", TOKEN), ("grant_type", "th_refresh_token")]

    def test_an_access_that_ended_cannot_be_renewed(self, adapter: Adapter, network: Replay) -> None:
        network.only(("GET", "/refresh_access_token"), network.reply("token_expired"))
        with pytest.raises(NeedsReconnect):
            adapter.refresh_token()
        with pytest.raises(NeedsReconnect):
            self.adapter_at(network.url, access_token="").refresh_token()

    def test_another_refusal_to_renew_leaves_the_access_as_it_is(self, adapter: Adapter, network: Replay) -> None:
        network.only(("GET", "/refresh_access_token"), Reply({"error": {"message": "too young", "code": 100}}, 400))
        with pytest.raises(Rejected):
            adapter.refresh_token()

    def test_the_profile_comes_with_what_names_the_institution(self, adapter: Adapter, network: Replay) -> None:
        profile = adapter.get_profile()
        assert (profile.remote_id, profile.handle, profile.url) == ("14715", "@rabita", f"{network.url}/@rabita")
        assert profile.links == ("https://rabita.example/ledger",)
        assert profile.display_name == "الرابطة"

    # What stands ready before

    def prepared(self, adapter: Adapter, post: Post | None = None, **saved: Any) -> Ready | Waiting:
        return adapter.prepare(post or self.a_post(), saved)

    def test_a_text_stands_ready_in_a_container_too(self, adapter: Adapter, network: Replay) -> None:
        self.publish(adapter)
        assert self.forms(network) == [{"media_type": "TEXT", "text": BASMALA}]
        assert dict(network.calls(PUBLISH)[0].form())["creation_id"] == CONTAINER

    def test_the_network_is_told_where_the_file_is_and_what_it_shows(self, adapter: Adapter, network: Replay) -> None:
        for media, kind, field in ((picture(), "IMAGE", "image_url"), (film(), "VIDEO", "video_url")):
            self.prepared(adapter, self.a_post(media=(media,)))
            form = self.forms(network)[-1]
            address = f"https://sanad.example/files/{media.sha256}"
            assert form == {"media_type": kind, field: address, "alt_text": media.alt_text, "text": BASMALA}

    def test_pictures_and_videos_are_containers_in_a_container_in_order(
        self, adapter: Adapter, network: Replay
    ) -> None:
        network.only(MAKE, *(Reply({"id": one}) for one in ("11", "12", CONTAINER)))
        for child in ("11", "12"):
            network.only(("GET", f"/v1.0/{child}"), Reply({"id": child, "status": "FINISHED"}))
        ready = self.prepared(adapter, self.a_post(media=(picture(), film()), link=LINK))
        assert isinstance(ready, Ready)
        first, second, whole = self.forms(network)
        assert [one["media_type"] for one in (first, second)] == ["IMAGE", "VIDEO"]
        assert [one["alt_text"] for one in (first, second)] == ["صورة المخطوط", "مقطع"]
        assert first["is_carousel_item"] == second["is_carousel_item"] == "true"
        assert whole == {"media_type": "CAROUSEL", "children": "11,12", "text": f"{BASMALA}\n\n{LINK}"}

    def test_a_link_gets_a_card_where_no_file_takes_its_place(self, adapter: Adapter, network: Replay) -> None:
        self.prepared(adapter, self.a_post(f"انظر {LINK}", link=LINK))
        self.prepared(adapter, self.a_post(link=LINK, media=(picture(),)))
        with_card, without = self.forms(network)
        assert (with_card["link_attachment"], with_card["text"]) == (LINK, f"انظر {LINK}")
        assert "link_attachment" not in without

    def test_topic_and_who_may_reply_are_said_by_the_first_of_a_thread_alone(
        self, adapter: Adapter, network: Replay
    ) -> None:
        network.play("limit_of_replies")
        for chosen, said in (
            ("followed", "accounts_you_follow"),
            ("mentioned", "mentioned_only"),
            ("followers", "followers_only"),
        ):
            options = {"who_may_reply": chosen, "topic": "#السند والتحقيق"}
            self.prepared(adapter, self.a_post(options=options))
            form = self.forms(network)[-1]
            assert (form["reply_control"], form["topic_tag"]) == (said, "السند والتحقيق")
            self.prepared(adapter, self.a_post(options=options, reply_to=FIRST))
            form = self.forms(network)[-1]
            assert form == {"media_type": "TEXT", "text": BASMALA, "reply_to_id": FIRST}

    def test_a_container_at_work_is_waited_for_and_made_once(self, adapter: Adapter, network: Replay) -> None:
        for post, pause in ((self.a_post(), 5), (self.a_post(media=(film(),)), 30)):
            network.only(STATUS, network.reply("working"), network.reply("finished"))
            waiting = self.prepared(adapter, post)
            assert isinstance(waiting, Waiting)
            assert waiting.check_after == pause
            assert isinstance(self.prepared(adapter, post, **waiting.saved), Ready)
        assert len(network.calls(MAKE)) == 2

    @pytest.mark.parametrize("recording", ["expired", "gave_up"])
    def test_a_container_that_ended_without_a_reason_is_made_anew_but_not_for_ever(
        self, adapter: Adapter, network: Replay, recording: str
    ) -> None:
        network.only(STATUS, network.reply(recording))
        saved: dict[str, Any] = {}
        for _ in range(2):
            waiting = self.prepared(adapter, **saved)
            assert isinstance(waiting, Waiting)
            saved = dict(waiting.saved)
        with pytest.raises(NotSent) as caught:
            self.prepared(adapter, **saved)
        assert caught.value.code == Code.MEDIA_NOT_READY
        assert len(network.calls(MAKE)) == 3

    @pytest.mark.parametrize(
        ("recording", "kind", "code"),
        [
            ("container_published", Rejected, Code.DUPLICATE_REFUSED),
            ("too_wide", Rejected, Code.MEDIA_SIDES_REFUSED),
            ("not_downloaded", NotSent, Code.MEDIA_NOT_FETCHED),
        ],
    )
    def test_why_a_container_cannot_be_published_is_said(
        self, adapter: Adapter, network: Replay, recording: str, kind: type[NetworkError], code: Code
    ) -> None:
        network.only(STATUS, network.reply(recording))
        with pytest.raises(kind) as caught:
            self.prepared(adapter, self.a_post(media=(film(),)))
        assert caught.value.code == code

    @pytest.mark.parametrize(
        ("recording", "fields", "kind", "code"),
        [
            ("text_refused", {}, Rejected, Code.POST_REFUSED),
            ("text_refused", {"media": (picture(),)}, Rejected, Code.POST_REFUSED),
            ("links_refused", {"media": (picture(),)}, Rejected, Code.POST_REFUSED),
            ("not_fetched", {"media": (picture(),)}, NotSent, Code.MEDIA_NOT_FETCHED),
            ("target_gone", {"reply_to": FIRST}, Rejected, Code.REPLY_TARGET_GONE),
        ],
    )
    def test_what_is_refused_before_it_is_out_names_its_reason(
        self,
        adapter: Adapter,
        network: Replay,
        recording: str,
        fields: dict[str, Any],
        kind: type[NetworkError],
        code: Code,
    ) -> None:
        network.only(MAKE, network.reply(recording))
        with pytest.raises(kind) as caught:
            self.prepared(adapter, self.a_post(**fields))
        assert caught.value.code == code
        assert network.calls(PUBLISH) == []

    # The publishing limit

    def test_what_is_left_of_the_day_is_read_and_told(self, adapter: Adapter, network: Replay) -> None:
        self.publish(adapter)
        assert ("fields", "quota_usage,config") in network.calls(LIMIT)[0].query
        assert adapter.last_rate_limit is not None
        assert (adapter.last_rate_limit.remaining, adapter.last_rate_limit.limit) == (97, 100)

    def test_a_used_up_day_is_waited_for_and_nothing_is_made(self, adapter: Adapter, network: Replay) -> None:
        network.only(LIMIT, network.reply("limit_reached"))
        with pytest.raises(NotSent) as caught:
            self.prepared(adapter)
        assert (caught.value.code, caught.value.retry_after) == (Code.RATE_LIMITED, 3600)
        assert network.calls(MAKE) == []

    def test_what_answers_another_post_has_a_count_of_its_own(self, adapter: Adapter, network: Replay) -> None:
        network.only(LIMIT, network.reply("limit_of_replies"))
        assert isinstance(self.prepared(adapter, self.a_post(reply_to=FIRST)), Ready)
        assert ("fields", "reply_quota_usage,reply_config") in network.calls(LIMIT)[0].query

    # Publishing

    @pytest.mark.parametrize(
        ("recording", "kind", "code"),
        [
            ("not_there_yet", NotSent, Code.MEDIA_NOT_READY),
            ("spam", Rejected, Code.POLICY_BLOCKED),
            ("server_error", OutcomeUnknown, Code.SERVER_ERROR),
        ],
    )
    def test_a_refusal_says_whether_it_may_be_sent_again(
        self, adapter: Adapter, network: Replay, recording: str, kind: type[NetworkError], code: Code
    ) -> None:
        network.only(PUBLISH, network.reply(recording))
        with pytest.raises(kind) as caught:
            self.publish(adapter)
        assert caught.value.code == code
        assert len(network.calls(PUBLISH)) == 1

    @pytest.mark.parametrize("reply", [Reply(b"", 503), Reply(manner=Manner.DROPPED), Reply({"id": POST})])
    def test_what_is_out_without_its_link_is_asked_for_it_later(
        self, adapter: Adapter, network: Replay, reply: Reply
    ) -> None:
        network.only(READ, reply)
        ready = self.prepared(adapter)
        assert isinstance(ready, Ready)
        processing = adapter.publish(ready, KEY)
        assert isinstance(processing, Processing)
        network.only(READ, network.reply("post_gone"), network.reply("post"))
        assert isinstance(adapter.check_status(processing.ref), Processing)
        published = adapter.check_status(processing.ref)
        assert isinstance(published, Published)
        assert (published.remote_id, published.permalink) == (POST, "https://www.threads.com/@rabita/post/DRabita0001")

    def test_what_is_told_without_a_link_is_out_all_the_same(self, adapter: Adapter, network: Replay) -> None:
        network.only(READ, network.reply("post_without_link"))
        published = self.publish(adapter)
        assert (published.remote_id, published.permalink) == (POST, "")

    # Looking up

    def page(self, network: Replay, recording: str = "own_posts") -> Reply:
        """As recorded, from a server whose clock is ours."""
        return network.reply(recording, Date=datetime.now(UTC).strftime("%a, %d %b %Y %H:%M:%S GMT"))

    def test_a_post_is_found_again_by_its_text(self, adapter: Adapter, network: Replay) -> None:
        network.only(OWN, self.page(network))
        lookup = adapter.find_published(self.a_post("test  content\n"), KEY, SENT_AT)
        assert lookup.found is not None
        assert (lookup.found.remote_id, lookup.complete, lookup.looked_at_count) == (POST, True, 2)

    def test_a_text_is_found_although_its_topic_is_told_without_its_sign(
        self, adapter: Adapter, network: Replay
    ) -> None:
        network.only(OWN, self.page(network))
        lookup = adapter.find_published(self.a_post("نشره #سند عن القول", media=PAIR), KEY, SENT_AT)
        assert lookup.found is not None
        assert lookup.found.remote_id == "17900000000000002"

    @pytest.mark.parametrize("changes", [{"text": "لاحق"}, {"media": (picture(),)}, {"text": "قديم"}])
    def test_another_post_is_not_taken_for_it(self, adapter: Adapter, network: Replay, changes: dict[str, Any]) -> None:
        network.only(OWN, self.page(network))
        lookup = adapter.find_published(self.a_post(**{"text": "test content", **changes}), KEY, SENT_AT)
        assert (lookup.found, lookup.complete) == (None, True)

    def test_a_page_without_the_address_of_the_next_is_not_taken_for_the_last(
        self, adapter: Adapter, network: Replay
    ) -> None:
        pages = ("own_posts_older", "own_posts_last")
        network.only(OWN, self.page(network), *(network.reply(one) for one in pages))
        lookup = adapter.find_published(self.a_post("أقدم"), KEY, datetime(2026, 11, 1, tzinfo=UTC))
        assert lookup.found is not None
        assert (lookup.complete, lookup.looked_at_count) == (True, 4)
        assert ("after", "QVFa4") in network.calls(OWN)[1].query
        assert ("after", "QVFd") in network.calls(OWN)[2].query

    @pytest.mark.parametrize(("target", "found"), [(POST, "17900000000000011"), (FIRST, None)])
    def test_what_answers_a_post_is_looked_for_among_the_answers(
        self, adapter: Adapter, network: Replay, target: str, found: str | None
    ) -> None:
        network.only(OWN_REPLIES, self.page(network, "own_replies"))
        lookup = adapter.find_published(self.a_post("تتمة", reply_to=target), KEY, SENT_AT)
        assert (lookup.found.remote_id if lookup.found else None, lookup.complete) == (found, True)
        assert network.calls(OWN) == []

    @pytest.mark.parametrize(
        ("link", "remote_id"),
        [
            ("https://www.threads.com/@rabita/post/DRabita0001", "DRabita0001"),
            ("https://www.threads.net/@rabita/post/DRabita-7/?xmt=x", "DRabita-7"),
            ("https://www.threads.net/t/DRabita_9", "DRabita_9"),
            ("http://127.0.0.1:8010/threads/@rabita/post/DRabita0001", "DRabita0001"),
            ("https://www.threads.com/@rabita", None),
            ("https://www.threads.com/@rabita/replies", None),
            ("https://[", None),
        ],
    )
    def test_the_code_is_read_in_a_link_that_has_it(self, link: str, remote_id: str | None) -> None:
        assert Threads.remote_id_in(link) == remote_id

    @pytest.mark.parametrize(
        ("link", "is_own"),
        [
            ("https://www.threads.net/@Rabita/post/DRabita0001", True),
            ("https://threads.com/t/DRabita0001", True),
            ("https://www.threads.com/@other/post/DRabita0001", False),
            ("https://threads.example/@rabita/post/DRabita0001", False),
            ("javascript://threads.com/@rabita/post/DRabita0001", False),
            ("https://[", False),
        ],
    )
    def test_both_names_of_the_network_are_one_and_another_account_is_not_ours(self, link: str, is_own: bool) -> None:
        assert Threads.is_on_account(link, "https://threads.com/@rabita") is is_own

    def test_a_post_known_by_its_link_alone_is_deleted_and_measured_as_itself(
        self, adapter: Adapter, network: Replay
    ) -> None:
        network.only(OWN, network.reply("own_posts"))
        network.play("deleted", "figures")
        assert adapter.get_post_metrics(["DRabita0001"])["DRabita0001"].values[Metric.VIEWS] == 4210
        adapter.delete_post("DRabita0001")
        assert len(network.calls(DELETE)) == 1

    def test_an_answer_known_by_its_link_alone_is_found_among_the_answers(
        self, adapter: Adapter, network: Replay
    ) -> None:
        network.only(OWN, network.reply("own_posts_last"))
        network.only(OWN_REPLIES, network.reply("own_replies"))
        call = ("DELETE", "/v1.0/17900000000000011")
        network.only(call, network.reply("deleted"))
        adapter.delete_post("DRabita0011")
        assert len(network.calls(call)) == 1

    # Deleting

    def test_a_deleted_post_is_deleted_and_one_already_gone_too(self, adapter: Adapter, network: Replay) -> None:
        network.play("deleted")
        adapter.delete_post(POST)
        for recording in ("not_found", "not_there_yet"):
            network.only(DELETE, network.reply(recording))
            adapter.delete_post(POST)
        network.only(OWN, network.reply("own_posts_last"))
        network.only(OWN_REPLIES, network.reply("own_posts_last"))
        adapter.delete_post("DNowhere")

    def test_not_found_is_not_gone_where_we_may_not_see_the_accounts_posts(
        self, adapter: Adapter, network: Replay
    ) -> None:
        network.only(DELETE, network.reply("not_found"))
        network.only(OWN, network.reply("scope_missing"))
        network.play("post_gone")
        for act in (lambda: adapter.delete_post(POST), lambda: adapter.get_post_metrics([POST])):
            with pytest.raises(NeedsReconnect):
                act()

    @pytest.mark.parametrize("body", [{"success": False}, {}, []])
    def test_a_deletion_that_is_not_confirmed_is_of_unknown_outcome(
        self, adapter: Adapter, network: Replay, body: object
    ) -> None:
        network.only(DELETE, Reply(body))
        with pytest.raises(OutcomeUnknown):
            adapter.delete_post(POST)

    # Measuring

    def test_the_figures_of_a_post_are_asked_for_together(self, adapter: Adapter, network: Replay) -> None:
        network.play("figures")
        told = adapter.get_post_metrics([POST])[POST]
        assert told.values == {
            Metric.VIEWS: 4210,
            Metric.REACTIONS: 112,
            Metric.COMMENTS: 7,
            Metric.SHARES: 31,
            Metric.QUOTES: 4,
        }
        assert (told.missing, told.extra) == ({}, {"shares": 98})
        assert ("metric", "views,likes,replies,reposts,quotes,shares") in network.calls(FIGURES)[0].query

    def test_a_retired_figure_costs_itself_alone(self, adapter: Adapter, network: Replay) -> None:
        def answer(asked: Asked) -> Reply:
            names = dict(asked.query)["metric"].split(",")
            if "views" in names:
                return network.reply("figure_retired")
            return Reply({"data": [{"name": name, "values": [{"value": 5}]} for name in names if name != "quotes"]})

        network.answer = answer
        told = adapter.get_post_metrics([POST])[POST]
        assert told.missing == {Metric.VIEWS: MissingCode.RETIRED, Metric.QUOTES: MissingCode.NOT_REPORTED}
        assert (told.values[Metric.VIEWS], told.values[Metric.REACTIONS]) == (None, 5)

    def test_a_figure_that_is_not_told_is_not_nought(self, adapter: Adapter, network: Replay) -> None:
        network.only(FIGURES, Reply({"data": []}))
        told = adapter.get_post_metrics([POST])[POST]
        assert set(told.values.values()) == {None}
        assert set(told.missing.values()) == {MissingCode.NOT_REPORTED}

    def test_without_the_permission_all_figures_are_absent_and_say_so(self, adapter: Adapter, network: Replay) -> None:
        network.only(FIGURES, network.reply("scope_missing"))
        network.only(OF_ACCOUNT, network.reply("scope_missing"))
        for told in (adapter.get_post_metrics([POST])[POST], adapter.get_account_metrics()):
            assert set(told.missing.values()) == {MissingCode.NO_PERMISSION}

    def test_a_post_that_is_not_there_is_gone(self, adapter: Adapter, network: Replay) -> None:
        network.play("post_gone")
        assert adapter.get_post_metrics([POST])[POST].gone

    def test_what_concerns_the_whole_channel_is_no_figure(self, adapter: Adapter, network: Replay) -> None:
        for recording, kind in (("token_revoked", NeedsReconnect), ("rate_limited", Unreachable)):
            network.only(FIGURES, network.reply(recording))
            network.only(OF_ACCOUNT, network.reply(recording))
            for act in (lambda: adapter.get_post_metrics([POST]), adapter.get_account_metrics):
                with pytest.raises(kind):
                    act()

    def test_followers_and_the_visits_of_the_last_whole_day_are_told_of_the_account(
        self, adapter: Adapter, network: Replay
    ) -> None:
        network.play("followers", "visits")
        told = adapter.get_account_metrics()
        assert told.values == {Metric.FOLLOWERS: 821, Metric.PROFILE_VISITS: 20}
        assert [dict(asked.query)["metric"] for asked in network.calls(OF_ACCOUNT)] == ["followers_count", "views"]

    def test_comments_come_oldest_first_and_without_our_own_posts(self, adapter: Adapter, network: Replay) -> None:
        network.only(READ, network.reply("first_of_conversation"))
        network.play("conversation")
        assert [(one.author, one.text, one.reply_to) for one in adapter.get_comments(POST)] == [
            ("salma", "ما الدليل؟", POST),
            ("omar", "راجع السجل", "18100000000000002"),
        ]

    def test_of_a_post_that_answers_another_what_answers_it_is_read(self, adapter: Adapter, network: Replay) -> None:
        network.only(READ, Reply({"id": POST, "is_reply": True}))
        network.play("answers")
        [comment] = adapter.get_comments(POST)
        assert (comment.author, comment.reply_to) == ("salma", POST)
        assert comment.permalink == "https://www.threads.com/@salma/post/C2"

    # What may be written

    @pytest.mark.parametrize(
        ("post", "code"),
        [
            (Post("ا" * 501), ProblemCode.TEXT_TOO_LONG),
            (Post("ا" * 480 + FAMILY), ProblemCode.TEXT_TOO_LONG),
            (Post(" ".join(f"https://rabita.example/{n}" for n in range(6))), ProblemCode.LINKS_TOO_MANY),
            (Post("نص", link="https://x.example", media=(picture(),) * 21), ProblemCode.MEDIA_TOO_MANY),
            (Post("نص", media=(picture(mime_type="image/webp"),)), ProblemCode.MEDIA_TYPE_NOT_ACCEPTED),
            (Post("نص", media=(picture(width=1001, height=100),)), ProblemCode.MEDIA_TOO_NARROW),
            (Post("نص", media=(picture(alt_text="ا" * 1001),)), ProblemCode.ALT_TEXT_TOO_LONG),
            (Post("نص", media=(film(alt_text=""),)), ProblemCode.ALT_TEXT_MISSING),
            (Post("نص", media=(film(duration_ms=300_001),)), ProblemCode.VIDEO_TOO_LONG),
            (Post("نص", media=(film(video_codec="vp9"),)), ProblemCode.VIDEO_CODEC_NOT_ACCEPTED),
            (Post("نص", options={"topic": "a.b"}), ProblemCode.OPTION_VALUE_NOT_OFFERED),
            (Post("نص", options={"topic": "#"}), ProblemCode.OPTION_VALUE_NOT_OFFERED),
            (Post("نص", options={"topic": "ا" * 51}), ProblemCode.OPTION_TOO_LONG),
            (Post("نص", options={"who_may_reply": "verified"}), ProblemCode.OPTION_VALUE_NOT_OFFERED),
        ],
    )
    def test_its_own_rules_are_found_out_while_writing(self, adapter: Adapter, post: Post, code: ProblemCode) -> None:
        assert self.codes(adapter, post) == [code]

    def test_at_its_limits_a_post_fits(self, adapter: Adapter) -> None:
        links = " ".join(f"https://rabita.example/{n % 5}" for n in range(10))
        many = (picture(width=1000, height=100, alt_text="ا" * 1000), film()) * 10
        for post in (Post("ا" * 500), Post("ا" * 475 + FAMILY), Post(links), Post("", media=many)):
            assert self.codes(adapter, post) == []

    def test_what_the_network_has_not_is_not_offered(self, adapter: Adapter) -> None:
        assert Capability.EDIT_POST not in adapter.capabilities
        assert Capability.REPLY in adapter.capabilities
        assert adapter.fetches_media
        assert not adapter.fetches(Post("نص"))
