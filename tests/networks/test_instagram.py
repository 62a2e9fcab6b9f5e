"""Instagram: the contract, and what is this network's own."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from networks.adapters.instagram import Instagram
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
from networks.types import Post, Processing, Published, Ready, Tokens, Waiting
from tests.networks.contract import BASMALA, KEY, AdapterContract, picture
from tests.networks.replaying import Replay
from tests.outgoing.loopback import Asked, Manner, Reply

ACCOUNT, CONTAINER, POST = "14715", "17889455560051444", "17920238422030506"
MAKE = ("POST", "/v25.0/14715/media")
STATUS = ("GET", f"/v25.0/{CONTAINER}")
PUBLISH = ("POST", "/v25.0/14715/media_publish")
OWN = ("GET", "/v25.0/14715/media")
READ = ("GET", f"/v25.0/{POST}")
LIMIT = ("GET", "/v25.0/14715/content_publishing_limit")
BATCH = ("POST", "/v25.0/")
DELETE = ("DELETE", f"/v25.0/{POST}")
SENT_AT = datetime(2026, 11, 23, 11, 59, 50, tzinfo=UTC)
PAIR = (picture(), picture(alt_text="أخرى"))


class TestInstagram(AdapterContract):
    slug = "instagram"
    good_day = ("account", "limit", "container", "finished", "published", "media", "own_posts")
    publish_call = PUBLISH
    read_call = ("GET", "/v25.0/14715")
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
            {"14715": [{"type": "instagram", "call_count": 100, "estimated_time_to_regain_access": 15}]}
        )
    }

    def a_post(self, text: str = BASMALA, **fields: Any) -> Post:
        """There is no post without a picture."""
        return Post(text, **{"media": (picture(),), **fields})

    def text_sent(self, asked: Asked) -> str:
        return dict(asked.form())["caption"]

    # Connecting

    def test_the_person_is_sent_to_facebooks_own_page(self) -> None:
        at_home = self.adapter_at("https://graph.facebook.com")
        address = urlsplit(at_home.authorization_url("https://sanad.example/back", "st4te"))
        assert (address.netloc, address.path) == ("www.facebook.com", "/v25.0/dialog/oauth")
        assert set(parse_qs(address.query)["scope"][0].split(",")) == set(Instagram.scopes)

    def test_a_code_becomes_a_token_that_lasts(self, network: Replay) -> None:
        network.play("token_short", "token_long")
        tokens = self.adapter_at(network.url, access_token="").exchange_code("c0de", "https://sanad.example/back")
        assert tokens.access_token == "EAAlong"
        assert tokens.expires_at is not None
        assert (tokens.expires_at - datetime.now(UTC)).days in (59, 60)

    def test_a_consent_opens_the_accounts_linked_to_the_persons_pages(self, adapter: Adapter, network: Replay) -> None:
        network.play("accounts")
        accounts = adapter.get_accounts(Tokens("EAAlong"))
        assert [(one.remote_id, one.handle, one.display_name, one.tokens.access_token) for one in accounts] == [
            (ACCOUNT, "@rabita", "الرابطة", "EAApage1")
        ]

    def test_the_profile_comes_with_what_names_the_institution(self, adapter: Adapter, network: Replay) -> None:
        profile = adapter.get_profile()
        assert (profile.remote_id, profile.handle, profile.url) == (ACCOUNT, "@rabita", f"{network.url}/rabita/")
        assert profile.links == ("https://rabita.example", "https://rabita.example/ledger")
        assert self.adapter_at("https://graph.facebook.com")._home == "https://www.instagram.com"  # type: ignore[attr-defined]

    def test_a_pasted_token_finds_its_account_through_its_page(self, network: Replay) -> None:
        network.play("page")
        adapter = self.adapter_at(network.url, remote_id=None)
        adapter.probe()
        assert adapter.get_profile().remote_id == ACCOUNT

    def test_a_page_without_an_account_asks_for_another_token(self, network: Replay) -> None:
        network.play("page_alone")
        with pytest.raises(NeedsReconnect):
            self.adapter_at(network.url, remote_id=None).get_profile()

    @pytest.mark.parametrize("recording", ["token_expired", "container_gone"])
    def test_an_access_that_ended_or_sees_the_account_no_more_asks_for_a_new_one(
        self, adapter: Adapter, network: Replay, recording: str
    ) -> None:
        network.only(self.read_call, network.reply(recording))
        with pytest.raises(NeedsReconnect) as caught:
            adapter.probe()
        assert caught.value.code == Code.TOKEN_INVALID

    # What stands ready before

    def prepared(self, adapter: Adapter, post: Post | None = None, **saved: Any) -> Ready | Waiting:
        return adapter.prepare(post or self.a_post(), saved)

    def test_the_network_is_told_where_the_file_is_and_what_it_shows(self, adapter: Adapter, network: Replay) -> None:
        self.prepared(adapter)
        form = dict(network.calls(MAKE)[0].form())
        assert form["image_url"] == f"https://sanad.example/files/{picture().sha256}"
        assert (form["alt_text"], form["caption"]) == ("صورة المخطوط", BASMALA)
        assert "is_carousel_item" not in form

    def test_several_pictures_are_containers_in_a_container_in_order(self, adapter: Adapter, network: Replay) -> None:
        network.only(MAKE, *(Reply({"id": one}) for one in ("11", "12", CONTAINER)))
        for child in ("11", "12"):
            network.only(("GET", f"/v25.0/{child}"), Reply({"status_code": "FINISHED"}))
        ready = self.prepared(adapter, self.a_post(media=PAIR))
        assert isinstance(ready, Ready)
        first, second, whole = (dict(asked.form()) for asked in network.calls(MAKE))
        assert [one.get("alt_text") for one in (first, second, whole)] == ["صورة المخطوط", "أخرى", None]
        assert first["is_carousel_item"] == second["is_carousel_item"] == "true"
        assert (whole["media_type"], whole["children"], whole["caption"]) == ("CAROUSEL", "11,12", BASMALA)
        assert "caption" not in first
        adapter.publish(ready, KEY)
        assert dict(network.calls(PUBLISH)[0].form())["creation_id"] == CONTAINER

    def test_a_container_at_work_is_waited_for_and_made_once(self, adapter: Adapter, network: Replay) -> None:
        network.only(STATUS, network.reply("working"), network.reply("working"), network.reply("finished"))
        waiting = self.prepared(adapter)
        assert isinstance(waiting, Waiting)
        again = self.prepared(adapter, **waiting.saved)
        assert isinstance(again, Waiting)
        assert isinstance(self.prepared(adapter, **again.saved), Ready)
        assert len(network.calls(MAKE)) == 1

    def test_pictures_at_work_are_not_put_together_yet(self, adapter: Adapter, network: Replay) -> None:
        network.only(MAKE, Reply({"id": "11"}), Reply({"id": "12"}), Reply({"id": CONTAINER}))
        network.only(("GET", "/v25.0/11"), Reply({"status_code": "FINISHED"}))
        network.only(("GET", "/v25.0/12"), Reply({"status_code": "IN_PROGRESS"}), Reply({"status_code": "FINISHED"}))
        waiting = self.prepared(adapter, self.a_post(media=PAIR))
        assert isinstance(waiting, Waiting)
        assert len(network.calls(MAKE)) == 2
        assert isinstance(self.prepared(adapter, self.a_post(media=PAIR), **waiting.saved), Ready)
        assert len(network.calls(MAKE)) == 3

    def test_a_container_of_yesterday_or_of_another_text_is_not_used(self, adapter: Adapter, network: Replay) -> None:
        saved = dict(self.prepared(adapter).saved)
        old = {**saved, "made_at": (datetime.now(UTC) - timedelta(hours=24)).isoformat()}
        self.prepared(adapter, **old)
        self.prepared(adapter, self.a_post("نص آخر"), **saved)
        self.prepared(adapter, self.a_post(media=(picture(alt_text="وصف آخر"),)), **saved)
        assert len(network.calls(MAKE)) == 4

    @pytest.mark.parametrize("recording", ["expired", "container_gone", "gave_up"])
    def test_a_container_that_is_gone_or_failed_is_made_anew_but_not_for_ever(
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
        made = len(network.calls(MAKE))
        network.only(STATUS, network.reply("finished"))
        assert isinstance(self.prepared(adapter, **dict(caught.value.saved or saved)), Ready)
        assert len(network.calls(MAKE)) == made + 1  # the one that it gave up on is not asked for again

    def test_a_container_that_was_published_already_is_never_made_again(
        self, adapter: Adapter, network: Replay
    ) -> None:
        saved = self.prepared(adapter).saved
        network.only(STATUS, network.reply("container_published"))
        with pytest.raises(Rejected) as caught:
            self.prepared(adapter, **saved)
        assert caught.value.code == Code.DUPLICATE_REFUSED

    def test_a_picture_that_it_cannot_use_is_said_at_once(self, adapter: Adapter, network: Replay) -> None:
        network.only(STATUS, network.reply("too_wide"))
        with pytest.raises(Rejected) as caught:
            self.prepared(adapter)
        assert caught.value.code == Code.MEDIA_REFUSED

    @pytest.mark.parametrize(
        ("subcode", "code"), [(2207052, Code.MEDIA_NOT_FETCHED), (2207026, Code.MEDIA_REFUSED), (1, Code.SERVER_ERROR)]
    )
    def test_whoever_tries_again_asks_for_no_container_that_the_network_gave_up_on(
        self, adapter: Adapter, network: Replay, subcode: int, code: Code
    ) -> None:
        network.only(STATUS, network.reply("working"))
        saved = dict(self.prepared(adapter).saved)
        gave_up = Reply({"id": CONTAINER, "status_code": "ERROR", "status": f"Error: subcode {subcode}"})
        network.only(STATUS, Reply(b"", 503) if code == Code.SERVER_ERROR else gave_up)
        with pytest.raises((NotSent, Rejected)) as caught:
            self.prepared(adapter, **saved)
        assert caught.value.code == code
        network.only(STATUS, network.reply("finished"))
        assert isinstance(self.prepared(adapter, **{**saved, **(caught.value.saved or {})}), Ready)
        assert len(network.calls(MAKE)) == (1 if code == Code.SERVER_ERROR else 2)

    @pytest.mark.parametrize("recording", ["not_fetched", "too_slow"])
    def test_a_file_that_it_could_not_fetch_is_tried_again_and_said(
        self, adapter: Adapter, network: Replay, recording: str
    ) -> None:
        network.only(MAKE, network.reply(recording))
        with pytest.raises(NotSent) as caught:
            self.prepared(adapter)
        assert caught.value.code == Code.MEDIA_NOT_FETCHED

    def test_a_state_without_a_name_says_nothing(self, adapter: Adapter, network: Replay) -> None:
        network.only(STATUS, Reply({"id": CONTAINER}))
        with pytest.raises(Unreachable):
            self.prepared(adapter)

    def test_a_post_without_a_file_is_never_begun(self, adapter: Adapter, network: Replay) -> None:
        with pytest.raises(Rejected):
            adapter.prepare(Post(BASMALA), {})
        assert network.asked == []

    # A reel

    def reel(self, **changes: Any) -> Post:
        whole = {"mime_type": "video/mp4", "alt_text": "", "width": 1080, "height": 1920, "duration_ms": 30_000}
        codecs = {"video_codec": "h264", "audio_codec": "aac", "frame_rate": 30_000, "bit_rate": 4_000_000}
        return self.a_post(media=(picture(**{**whole, **codecs, **changes}),))

    def test_a_video_alone_is_a_reel_and_is_looked_at_less_often(self, adapter: Adapter, network: Replay) -> None:
        network.only(STATUS, network.reply("working"), network.reply("finished"))
        waiting = self.prepared(adapter, self.reel())
        assert isinstance(waiting, Waiting)
        assert waiting.check_after == 30
        assert isinstance(self.prepared(adapter, self.reel(), **waiting.saved), Ready)
        [form] = (dict(asked.form()) for asked in network.calls(MAKE))
        assert (form["media_type"], form["caption"]) == ("REELS", BASMALA)
        assert form["video_url"] == f"https://sanad.example/files/{picture().sha256}"
        assert not {"image_url", "alt_text", "is_carousel_item"} & set(form)

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({}, None),
            ({"mime_type": "video/webm"}, ProblemCode.VIDEO_TYPE_NOT_ACCEPTED),
            ({"duration_ms": 2_900}, ProblemCode.VIDEO_TOO_SHORT),
            ({"duration_ms": 901_000}, ProblemCode.VIDEO_TOO_LONG),
            ({"size": 300_000_001}, ProblemCode.VIDEO_TOO_LARGE),
            ({"video_codec": "vp9"}, ProblemCode.VIDEO_CODEC_NOT_ACCEPTED),
            ({"frame_rate": 90_000}, ProblemCode.VIDEO_TOO_FAST),
            ({"frame_rate": 15_000}, ProblemCode.VIDEO_TOO_SLOW),
            ({"width": 2_000, "height": 1_000}, ProblemCode.VIDEO_SIDES_TOO_LONG),
            ({"alt_text": "وصف"}, ProblemCode.VIDEO_ALT_TEXT_NOT_SHOWN),
        ],
    )
    def test_a_reel_has_its_own_limits(
        self, adapter: Adapter, changes: dict[str, Any], code: ProblemCode | None
    ) -> None:
        assert self.codes(adapter, self.reel(**changes)) == ([code] if code else [])

    def test_a_reel_stands_in_no_carousel(self, adapter: Adapter) -> None:
        both = (*self.reel().media, picture(mime_type="image/jpeg"))
        assert self.codes(adapter, self.a_post(media=both)) == [ProblemCode.MEDIA_MIXED]

    # The publishing limit

    def test_what_is_left_of_the_day_is_read_and_told(self, adapter: Adapter, network: Replay) -> None:
        self.publish(adapter)
        assert ("fields", "quota_usage,config") in network.calls(LIMIT)[0].query
        assert adapter.last_rate_limit is not None
        assert (adapter.last_rate_limit.remaining, adapter.last_rate_limit.limit) == (97, 100)

    def test_when_calls_are_scarcer_than_posts_the_calls_are_told(self, adapter: Adapter, network: Replay) -> None:
        usage = {"X-App-Usage": json.dumps({"call_count": 95, "total_cputime": 5, "total_time": 9})}
        network.only(READ, network.reply("media", **usage))
        self.publish(adapter)
        assert adapter.last_rate_limit is not None
        assert (adapter.last_rate_limit.remaining, adapter.last_rate_limit.of_application) == (5, True)

    def test_a_used_up_day_is_waited_for_and_nothing_is_made(self, adapter: Adapter, network: Replay) -> None:
        network.only(LIMIT, network.reply("limit_reached"))
        with pytest.raises(NotSent) as caught:
            self.prepared(adapter)
        assert (caught.value.code, caught.value.retry_after) == (Code.RATE_LIMITED, 3600)
        assert network.calls(MAKE) == []

    @pytest.mark.parametrize("body", [{"data": []}, {"data": [{"quota_usage": "x"}]}, {"data": [{"config": {}}]}])
    def test_a_limit_that_is_not_told_keeps_nothing_back(self, adapter: Adapter, network: Replay, body: object) -> None:
        network.only(LIMIT, Reply(body))
        assert self.publish(adapter).remote_id == POST

    # Publishing

    @pytest.mark.parametrize(
        ("recording", "kind", "code"),
        [
            ("not_ready", NotSent, Code.MEDIA_NOT_READY),
            ("limit_refused", NotSent, Code.RATE_LIMITED),
            ("spam", Rejected, Code.POLICY_BLOCKED),
            ("restricted", NeedsReconnect, Code.ACCOUNT_DISABLED),
            ("server_error", OutcomeUnknown, Code.SERVER_ERROR),
        ],
    )
    def test_a_refusal_is_known_by_its_subcode(
        self, adapter: Adapter, network: Replay, recording: str, kind: type[NetworkError], code: Code
    ) -> None:
        network.only(PUBLISH, network.reply(recording))
        with pytest.raises(kind) as caught:
            self.publish(adapter)
        assert caught.value.code == code

    @pytest.mark.parametrize("reply", [Reply(b"", 503), Reply(manner=Manner.DROPPED), Reply({"id": POST})])
    def test_what_is_out_without_its_link_is_asked_for_it_later(
        self, adapter: Adapter, network: Replay, reply: Reply
    ) -> None:
        network.only(READ, reply)
        ready = self.prepared(adapter)
        assert isinstance(ready, Ready)
        processing = adapter.publish(ready, KEY)
        assert isinstance(processing, Processing)
        assert processing.ref == POST
        network.only(READ, network.reply("container_gone"), network.reply("media"))
        assert isinstance(adapter.check_status(POST), Processing)
        network.only(READ, Reply({"error": {"message": "no", "code": 368}}, 403), network.reply("media"))
        assert isinstance(adapter.check_status(POST), Processing)
        published = adapter.check_status(POST)
        assert isinstance(published, Published)
        assert (published.remote_id, published.permalink) == (POST, "https://www.instagram.com/p/DRabita01/")

    # Looking up

    def page(self, network: Replay) -> Reply:
        """As recorded, from a server whose clock is ours."""
        return network.reply("own_posts", Date=datetime.now(UTC).strftime("%a, %d %b %Y %H:%M:%S GMT"))

    def test_a_post_is_found_again_by_its_caption(self, adapter: Adapter, network: Replay) -> None:
        network.only(OWN, self.page(network))
        lookup = adapter.find_published(self.a_post("test  content\n"), KEY, SENT_AT)
        assert lookup.found is not None
        assert (lookup.found.remote_id, lookup.complete, lookup.looked_at_count) == (POST, True, 2)

    def test_a_caption_is_found_although_its_mentions_are_told_without_their_sign(
        self, adapter: Adapter, network: Replay
    ) -> None:
        network.only(OWN, self.page(network))
        lookup = adapter.find_published(self.a_post("نشره @rabita عن القول", media=PAIR), KEY, SENT_AT)
        assert lookup.found is not None
        assert lookup.found.permalink == "https://www.instagram.com/p/DRabita00/"

    @pytest.mark.parametrize("changes", [{"text": "لاحق"}, {"media": PAIR}, {"text": "قديم"}])
    def test_another_post_is_not_taken_for_it(self, adapter: Adapter, network: Replay, changes: dict[str, Any]) -> None:
        network.only(OWN, self.page(network))
        lookup = adapter.find_published(self.a_post(**{"text": "test content", **changes}), KEY, SENT_AT)
        assert (lookup.found, lookup.complete) == (None, True)

    def test_it_reads_back_until_it_is_past_the_sending(self, adapter: Adapter, network: Replay) -> None:
        network.only(OWN, self.page(network), network.reply("own_posts_last"))
        lookup = adapter.find_published(self.a_post("أقدم"), KEY, datetime(2026, 11, 1, tzinfo=UTC))
        assert lookup.found is not None
        assert (lookup.complete, lookup.looked_at_count) == (True, 4)
        assert ("after", "Q2c4B") in network.calls(OWN)[1].query

    @pytest.mark.parametrize(
        ("link", "remote_id"),
        [
            ("https://www.instagram.com/p/DRabita01/", "DRabita01"),
            ("https://www.instagram.com/reel/DRabita-7/?igsh=x", "DRabita-7"),
            ("https://www.instagram.com/rabita/p/DRabita_9", "DRabita_9"),
            ("http://127.0.0.1:8010/instagram/p/DRabita01/", "DRabita01"),
            ("https://www.instagram.com/rabita/", None),
            ("https://www.instagram.com/stories/rabita/17/", None),
            ("https://www.instagram.com/p/", None),
            ("https://[", None),
        ],
    )
    def test_the_code_is_read_in_a_link_that_has_it(self, link: str, remote_id: str | None) -> None:
        assert Instagram.remote_id_in(link) == remote_id

    def test_a_post_known_by_its_link_alone_is_deleted_and_measured_as_itself(
        self, adapter: Adapter, network: Replay
    ) -> None:
        network.play("deleted", "figures_together")
        assert adapter.get_post_metrics(["DRabita01"])["DRabita01"].values[Metric.VIEWS] == 4210
        adapter.delete_post("DRabita01")
        assert len(network.calls(DELETE)) == 1

    # Deleting

    def test_a_deleted_post_is_deleted_and_one_already_gone_too(self, adapter: Adapter, network: Replay) -> None:
        network.play("deleted")
        adapter.delete_post(POST)
        network.only(DELETE, network.reply("not_found"))
        adapter.delete_post(POST)
        network.only(OWN, network.reply("own_posts_last"))
        adapter.delete_post("DNowhere")

    def test_a_post_known_by_its_link_is_not_gone_for_being_older_than_all_that_was_looked_through(
        self, adapter: Adapter, network: Replay
    ) -> None:
        network.only(OWN, network.reply("own_posts"))  # every page names a next one
        with pytest.raises(Unreachable):
            adapter.delete_post("DLongAgo01")
        measured = adapter.get_post_metrics(["DLongAgo01"])["DLongAgo01"]
        assert not measured.gone
        assert network.calls(DELETE) == []

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

    def measured(self, adapter: Adapter, network: Replay, *replies: str) -> Any:
        network.only(BATCH, *(network.reply(name) for name in replies))
        return adapter.get_post_metrics([POST])[POST]

    def test_a_posts_figures_are_asked_for_together(self, adapter: Adapter, network: Replay) -> None:
        told = self.measured(adapter, network, "figures_together")
        assert told.values == {
            Metric.VIEWS: 4210,
            Metric.REACH: 3100,
            Metric.REACTIONS: 112,
            Metric.COMMENTS: 7,
            Metric.SAVES: 41,
            Metric.SHARES: 98,
            Metric.PROFILE_VISITS: 12,
            Metric.FOLLOWS_GAINED: 3,
            Metric.WATCH_SECONDS: None,
        }
        assert told.missing == {Metric.WATCH_SECONDS: MissingCode.NOT_REPORTED}
        assert told.extra == {"total_interactions": 258}
        [asked] = json.loads(dict(network.calls(BATCH)[0].form())["batch"])
        names = "views,reach,saved,shares,profile_visits,follows,total_interactions"
        own = "id,media_product_type,like_count,comments_count"
        assert asked == {"method": "GET", "relative_url": f"{POST}?fields={own},insights.metric({names})"}

    def test_a_reel_has_its_own_figures(self, adapter: Adapter, network: Replay) -> None:
        told = self.measured(adapter, network, "figures_refused", "reel_together")
        assert told.values[Metric.WATCH_SECONDS] == 749
        assert set(told.missing) == {Metric.PROFILE_VISITS, Metric.FOLLOWS_GAINED}
        assert len(network.calls(BATCH)) == 2

    def test_a_retired_figure_costs_itself_alone(self, adapter: Adapter, network: Replay) -> None:
        told = self.measured(adapter, network, "figures_refused", "figures_refused", "post_figures_part")
        assert told.missing == {
            Metric.VIEWS: MissingCode.RETIRED,
            Metric.REACH: MissingCode.NOT_REPORTED,
            Metric.SAVES: MissingCode.NO_PERMISSION,
            Metric.WATCH_SECONDS: MissingCode.NOT_REPORTED,
        }
        assert {told.values[metric] for metric in told.missing} == {None}
        assert told.values[Metric.SHARES] == 98
        asked = json.loads(dict(network.calls(BATCH)[2].form())["batch"])
        assert asked[1] == {"method": "GET", "relative_url": f"{POST}/insights?metric=views"}

    def test_fifty_calls_at_most_stand_in_one_batch(self, adapter: Adapter, network: Replay) -> None:
        def answer(asked: Asked) -> Reply:
            calls = json.loads(dict(asked.form())["batch"])
            bodies = [json.dumps({"id": one["relative_url"].partition("?")[0]}) for one in calls]
            return Reply([{"code": 200, "body": body} for body in bodies])

        network.answer = answer
        ids = [str(number) for number in range(120)]
        assert list(adapter.get_post_metrics(ids)) == ids
        assert [len(json.loads(dict(asked.form())["batch"])) for asked in network.asked] == [50, 50, 20]

    def test_a_missing_post_is_gone_and_the_others_have_their_figures(self, adapter: Adapter, network: Replay) -> None:
        first = [*network.reply("figures_together").body, *network.reply("post_gone").body, None]
        network.only(BATCH, Reply(first), Reply([None]), Reply([None] * 9))
        told = adapter.get_post_metrics([POST, "17", "18"])
        assert (told["17"].gone, told["18"].gone, told[POST].values[Metric.VIEWS]) == (True, False, 4210)
        assert set(told["18"].missing.values()) == {MissingCode.UNREADABLE}

    def test_followers_reach_and_views_are_told_of_the_account(self, adapter: Adapter, network: Replay) -> None:
        network.play("account_figures")
        told = adapter.get_account_metrics()
        assert told.values == {Metric.FOLLOWERS: 821, Metric.REACH: 640, Metric.VIEWS: 930}
        assert told.extra == {"media_count": 46, "accounts_engaged": 77, "total_interactions": 91}
        asked = json.loads(dict(network.calls(BATCH)[0].form())["batch"])
        assert asked[1]["relative_url"] == "14715/insights?metric=reach&period=day&metric_type=total_value"

    def test_comments_and_their_replies_come_oldest_first(self, adapter: Adapter, network: Replay) -> None:
        network.play("comments")
        assert [(one.author, one.text, one.reply_to) for one in adapter.get_comments(POST)] == [
            ("omar", "شكرا", POST),
            ("salma", "ما الدليل؟", POST),
            ("rabita", "راجع السجل", "17873440459141021"),
        ]

    # What may be written

    @pytest.mark.parametrize(
        ("post", "code"),
        [
            (Post("نص"), ProblemCode.MEDIA_NEEDED),
            (Post("نص", media=(picture(),)), ProblemCode.MEDIA_TYPE_NOT_ACCEPTED),
            (Post("نص", media=(picture(mime_type="image/jpeg", width=799, height=1000),)), ProblemCode.MEDIA_TOO_TALL),
            (Post("نص", media=(picture(mime_type="image/jpeg", width=1920, height=1000),)), ProblemCode.MEDIA_TOO_WIDE),
            (Post("نص", media=(picture(mime_type="image/jpeg"),) * 11), ProblemCode.MEDIA_TOO_MANY),
            (Post("#ا " * 31, media=(picture(mime_type="image/jpeg"),)), ProblemCode.HASHTAGS_TOO_MANY),
            (Post("@ab " * 21, media=(picture(mime_type="image/jpeg"),)), ProblemCode.MENTIONS_TOO_MANY),
        ],
    )
    def test_its_own_rules_are_found_out_while_writing(self, adapter: Adapter, post: Post, code: ProblemCode) -> None:
        assert self.codes(adapter, post) == [code]

    def test_at_its_limits_a_caption_fits(self, adapter: Adapter) -> None:
        wide = picture(mime_type="image/jpeg", width=1910, height=1000)
        tall = picture(mime_type="image/jpeg", width=800, height=1000)
        assert self.codes(adapter, Post("#سند " * 30 + "@rabita " * 20, media=(wide, tall))) == []

    def test_a_link_that_nobody_can_follow_is_warned_of(self, adapter: Adapter) -> None:
        post = self.a_post(media=(picture(mime_type="image/jpeg"),), link="https://rabita.example/s/1")
        found = adapter.validate(post)
        assert [(one.code, str(one.severity)) for one in found] == [(ProblemCode.LINK_NOT_FOLLOWED, "warn")]

    def test_what_the_network_has_not_is_not_offered(self, adapter: Adapter) -> None:
        assert Capability.EDIT_POST not in adapter.capabilities
        assert Capability.REPLY not in adapter.capabilities
        assert adapter.fetches_media
