"""TikTok: the contract on a post of pictures, and what is this network's own but videos (test_tiktok_video.py)."""

import base64
import hashlib
import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from networks.adapters.tiktok import TikTok
from networks.base import Adapter, Capability
from networks.errors import (
    Code,
    MissingCode,
    NeedsReconnect,
    NetworkError,
    NotSent,
    ProblemCode,
    Rejected,
    Unreachable,
)
from networks.metrics import Metric
from networks.tiktok_posts import FAILURES
from networks.types import Post, Processing, Published, Ready
from tests.networks.contract import BASMALA, KEY, AdapterContract, picture
from tests.networks.replaying import Replay
from tests.outgoing.loopback import Asked, Manner, Reply

CREATOR = ("POST", "/v2/post/publish/creator_info/query/")
PICTURES = ("POST", "/v2/post/publish/content/init/")
STATUS = ("POST", "/v2/post/publish/status/fetch/")
USER = ("GET", "/v2/user/info/")
LIST, QUERY = ("POST", "/v2/video/list/"), ("POST", "/v2/video/query/")
TOKEN_CALL, REVOKE = ("POST", "/v2/oauth/token/"), ("POST", "/v2/oauth/revoke/")
PUBLISH_ID, POST = "p_pub_url~v2.123456789", "7572100000000000001"
LINK = f"https://www.tiktok.com/@rabita/video/{POST}"
SENT_AT = datetime(2026, 11, 23, 11, 59, 50, tzinfo=UTC)
FOR_ALL = {"audience": "everyone"}


class TestTikTok(AdapterContract):
    slug = "tiktok"
    good_day = ("user", "creator", "pictures", "complete", "videos", "own_videos")
    publish_call = PICTURES
    read_call = USER
    lookup_call = LIST
    token_revoked = "token_revoked"
    scope_missing = "scope_missing"
    rate_limited = "rate_limited"
    post_refused = "post_refused"
    reset_headers = {}

    def a_post(self, text: str = BASMALA, **fields: Any) -> Post:
        """There is no post without a picture or a video, and a person says who sees it."""
        return Post(text, **{"media": (picture(),), "options": FOR_ALL, **fields})

    def text_sent(self, asked: Asked) -> str:
        return str(json.loads(asked.body)["post_info"]["description"])

    def publish(self, adapter: Adapter, post: Post | None = None) -> Published:
        """Nothing stands there at once: what became of it is asked for by its reference."""
        ready = adapter.prepare(post or self.a_post(), {})
        assert isinstance(ready, Ready)
        processing = adapter.publish(ready, KEY)
        assert isinstance(processing, Processing)
        published = adapter.check_status(processing.ref)
        assert isinstance(published, Published)
        return published

    def test_the_wait_is_also_read_from_the_networks_own_headers(self, adapter: Adapter, network: Replay) -> None:
        """It names no time; its limits count the minute."""
        network.only(PICTURES, network.reply("rate_limited"))
        with pytest.raises(NotSent) as caught:
            self.publish(adapter)
        assert caught.value.retry_after == 60

    # Connecting

    def test_the_person_is_sent_to_its_own_page_with_a_challenge_in_hexadecimal(self) -> None:
        digest = hashlib.sha256(b"verifier").digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        at_home = self.adapter_at("https://open.tiktokapis.com")
        address = urlsplit(at_home.authorization_url("https://sanad.example/back", "st4te", challenge))
        assert (address.netloc, address.path) == ("www.tiktok.com", "/v2/auth/authorize/")
        asked = {name: values[0] for name, values in parse_qs(address.query).items()}
        assert asked["client_key"] == "client"
        assert "client_id" not in asked
        assert asked["scope"].split(",") == list(TikTok.scopes)
        assert (asked["code_challenge"], asked["code_challenge_method"]) == (digest.hex(), "S256")

    def test_a_code_becomes_tokens_with_their_end_and_scopes(self, network: Replay) -> None:
        network.play("token")
        tokens = self.adapter_at(network.url, access_token="").exchange_code(
            "c0de", "https://sanad.example/back", "ver"
        )
        assert (tokens.access_token, tokens.refresh_token) == ("act.example12345", "rft.new12345")
        assert set(tokens.scopes) == set(TikTok.scopes)
        assert tokens.expires_at is not None
        assert 7100 < (tokens.expires_at - datetime.now(UTC)).total_seconds() <= 7200
        form = dict(network.calls(TOKEN_CALL)[0].form())
        assert (form["client_key"], form["code"], form["code_verifier"]) == ("client", "c0de", "ver")

    def test_renewing_gives_the_refresh_token_that_takes_the_place_of_the_spent_one(self, network: Replay) -> None:
        network.play("token")
        tokens = self.adapter_at(network.url, refresh_token="rft.old").refresh_token()
        assert tokens.refresh_token == "rft.new12345"
        asked = network.calls(TOKEN_CALL)[0]
        assert dict(asked.form())["refresh_token"] == "rft.old"
        assert "Authorization" not in asked.headers

    @pytest.mark.parametrize("recording", ["code_spent", "code_spent_as_good"])
    def test_a_spent_code_or_refresh_token_is_known_whatever_the_status(self, network: Replay, recording: str) -> None:
        network.only(TOKEN_CALL, network.reply(recording))
        adapter = self.adapter_at(network.url, refresh_token="rft.old")
        with pytest.raises(Rejected) as caught:
            adapter.exchange_code("c0de", "https://sanad.example/back")
        assert caught.value.code == Code.CODE_REFUSED
        with pytest.raises(NeedsReconnect):
            adapter.refresh_token()

    def test_an_application_that_is_refused_is_said(self, network: Replay) -> None:
        network.only(TOKEN_CALL, network.reply("client_refused"))
        with pytest.raises(Rejected) as caught:
            self.adapter_at(network.url).exchange_code("c0de", "https://sanad.example/back")
        assert caught.value.code == Code.APPLICATION_REFUSED

    def test_the_access_is_given_back(self, adapter: Adapter, network: Replay) -> None:
        network.play("revoked")
        adapter.revoke_token()
        assert dict(network.calls(REVOKE)[0].form())["token"] == adapter.connection.access_token

    def test_the_profile_comes_with_what_names_the_institution(self, adapter: Adapter, network: Replay) -> None:
        profile = adapter.get_profile()
        assert (profile.remote_id, profile.handle, profile.url) == ("14715", "@rabita", f"{network.url}/@rabita")
        assert profile.links == ("https://rabita.example",)

    # Before a post

    def test_what_is_chosen_and_what_the_account_itself_has_turned_off_is_told(
        self, adapter: Adapter, network: Replay
    ) -> None:
        creator = network.reply("creator")
        creator.body["data"]["comment_disabled"] = True
        network.only(CREATOR, creator)
        self.publish(adapter, self.a_post(options={**FOR_ALL, "comments": "on", "own_promotion": "on"}))
        told = json.loads(network.calls(PICTURES)[0].body)
        assert told["post_info"] == {
            "description": BASMALA,
            "privacy_level": "PUBLIC_TO_EVERYONE",
            "disable_comment": True,
            "brand_content_toggle": False,
            "brand_organic_toggle": True,
            "auto_add_music": False,
        }
        assert told["source_info"]["photo_images"] == [f"https://sanad.example/files/{picture().sha256}"]
        assert (told["media_type"], told["post_mode"]) == ("PHOTO", "DIRECT_POST")

    def test_pictures_go_to_the_inbox_with_their_words(self, adapter: Adapter, network: Replay) -> None:
        ready = adapter.prepare(self.a_post(options={"audience": "on_the_phone"}), {})
        assert isinstance(ready, Ready)
        adapter.publish(ready, KEY)
        told = json.loads(network.calls(PICTURES)[0].body)
        assert (told["post_mode"], told["post_info"]) == ("MEDIA_UPLOAD", {"description": BASMALA})
        assert network.calls(CREATOR) == []

    def test_comments_are_open_only_where_a_person_opened_them(self, adapter: Adapter, network: Replay) -> None:
        self.publish(adapter)
        self.publish(adapter, self.a_post(options={**FOR_ALL, "comments": "on"}))
        told = [json.loads(asked.body)["post_info"]["disable_comment"] for asked in network.calls(PICTURES)]
        assert told == [True, False]

    def test_an_audience_that_the_account_does_not_offer_is_refused_before_anything_is_sent(
        self, adapter: Adapter, network: Replay
    ) -> None:
        with pytest.raises(Rejected) as caught:
            adapter.prepare(self.a_post(options={"audience": "followers"}), {})
        assert caught.value.code == Code.AUDIENCE_REFUSED
        assert network.calls(PICTURES) == []

    @pytest.mark.parametrize(
        ("recording", "kind", "code", "of_all"),
        [
            ("creator_spent", NotSent, Code.RATE_LIMITED, False),
            ("active_cap", NotSent, Code.RATE_LIMITED, True),
            ("creator_banned", Rejected, Code.POLICY_BLOCKED, False),
        ],
    )
    def test_an_account_that_may_not_post_now_is_told_with_a_good_status(
        self, adapter: Adapter, network: Replay, recording: str, kind: type[NetworkError], code: Code, of_all: bool
    ) -> None:
        network.only(CREATOR, network.reply(recording))
        with pytest.raises(kind) as caught:
            adapter.prepare(self.a_post(), {})
        assert caught.value.code == code
        if isinstance(caught.value, NotSent):
            assert (caught.value.retry_after, caught.value.of_application) == (3600, of_all)

    @pytest.mark.parametrize(
        ("recording", "code"),
        [
            ("unaudited", Code.APPLICATION_NOT_AUDITED),
            ("audience_refused", Code.AUDIENCE_REFUSED),
            ("address_not_verified", Code.ADDRESS_NOT_VERIFIED),
        ],
    )
    def test_a_refusal_is_known_by_its_code(
        self, adapter: Adapter, network: Replay, recording: str, code: Code
    ) -> None:
        network.only(PICTURES, network.reply(recording))
        with pytest.raises(Rejected) as caught:
            self.publish(adapter)
        assert caught.value.code == code

    # What became of it

    def test_until_it_was_checked_it_has_no_id_and_is_asked_for_again(self, adapter: Adapter, network: Replay) -> None:
        ref = f"{PUBLISH_ID}#everyone"
        network.only(STATUS, *(network.reply(name) for name in ("fetching", "unchecked", "complete")))
        first, second, third = (adapter.check_status(ref) for _ in range(3))
        assert isinstance(first, Processing)
        assert isinstance(second, Processing)
        assert (first.ref, second.ref) == (ref, ref)
        assert isinstance(third, Published)
        assert (third.remote_id, third.permalink) == (POST, LINK)
        assert third.published_at == datetime.fromtimestamp(1795435205, UTC)
        assert json.loads(network.calls(STATUS)[0].body) == {"publish_id": PUBLISH_ID}

    def test_a_post_that_not_everyone_sees_is_out_without_a_public_id(self, adapter: Adapter, network: Replay) -> None:
        network.only(STATUS, network.reply("unchecked"))
        published = adapter.check_status(f"{PUBLISH_ID}#nobody")
        assert isinstance(published, Published)
        assert (published.remote_id, published.permalink) == (PUBLISH_ID, "")

    @pytest.mark.parametrize("reply", [Reply(b"", 503), Reply(manner=Manner.DROPPED), Reply({"data": {}})])
    def test_what_is_out_is_out_though_its_link_is_not_told(
        self, adapter: Adapter, network: Replay, reply: Reply
    ) -> None:
        network.only(QUERY, reply)
        published = adapter.check_status(f"{PUBLISH_ID}#everyone")
        assert isinstance(published, Published)
        assert (published.remote_id, published.permalink) == (POST, f"{network.url}/@rabita/video/{POST}")

    @pytest.mark.parametrize(("reason", "code"), [*FAILURES.items(), ("a_new_reason", Code.POST_REFUSED)])
    def test_each_reason_of_a_failure_has_its_code(
        self, adapter: Adapter, network: Replay, reason: str, code: Code
    ) -> None:
        failed = network.reply("failed")
        failed.body["data"]["fail_reason"] = reason
        network.only(STATUS, failed)
        with pytest.raises(Rejected) as caught:
            adapter.check_status(f"{PUBLISH_ID}#everyone")
        assert caught.value.code == code

    def test_a_refusal_to_tell_is_no_end(self, adapter: Adapter, network: Replay) -> None:
        network.only(STATUS, network.reply("no_posting"))
        assert isinstance(adapter.check_status(f"{PUBLISH_ID}#everyone"), Processing)
        network.only(STATUS, network.reply("server_error"))
        with pytest.raises(Unreachable):
            adapter.check_status(f"{PUBLISH_ID}#everyone")

    # Looking up

    def test_a_post_is_found_by_its_words_and_absence_proves_nothing(self, adapter: Adapter, network: Replay) -> None:
        network.only(LIST, network.reply("own_videos"), network.reply("own_videos_last"))
        lookup = adapter.find_published(self.a_post(), KEY, SENT_AT)
        assert lookup.found is not None
        assert (lookup.found.remote_id, lookup.found.permalink) == (POST, LINK)
        assert json.loads(network.calls(LIST)[1].body) == {"max_count": 20, "cursor": 1795435205000}
        network.only(LIST, network.reply("own_videos"), network.reply("own_videos_last"))
        lookup = adapter.find_published(self.a_post("ليس هناك"), KEY, SENT_AT)
        assert (lookup.found, lookup.complete, lookup.looked_at_count) == (None, False, 2)

    def test_a_post_without_words_is_not_another_one_without_a_title(self, adapter: Adapter, network: Replay) -> None:
        page = network.reply("own_videos_last").body
        page["data"]["videos"] = [{"id": POST, "create_time": 1795435215, "video_description": "آخر", "title": ""}]
        network.only(LIST, Reply(page))
        assert adapter.find_published(self.a_post(""), KEY, SENT_AT).found is None
        page["data"]["videos"][0]["video_description"] = ""
        network.only(LIST, Reply(page))
        assert adapter.find_published(self.a_post(""), KEY, SENT_AT).found is not None

    def test_what_stood_there_before_is_not_it(self, adapter: Adapter, network: Replay) -> None:
        network.only(LIST, network.reply("own_videos_last"))
        assert adapter.find_published(self.a_post("أقدم"), KEY, SENT_AT).found is None

    @pytest.mark.parametrize(
        ("link", "remote_id"),
        [
            (LINK, POST),
            (f"https://www.tiktok.com/@rabita/photo/{POST}?is_from_webapp=1", POST),
            (f"http://127.0.0.1:8010/tiktok/@rabita/video/{POST}/", POST),
            ("https://www.tiktok.com/@rabita", None),
            ("https://www.tiktok.com/@rabita/video/", None),
            ("https://vm.tiktok.com/ZMabc/", None),
            ("https://[", None),
        ],
    )
    def test_the_id_is_read_in_a_link_that_has_it(self, link: str, remote_id: str | None) -> None:
        assert TikTok.remote_id_in(link) == remote_id

    def test_a_link_to_another_account_is_not_the_accounts(self) -> None:
        home = "https://www.tiktok.com/@rabita"
        assert TikTok.is_on_account(LINK, home)
        assert not TikTok.is_on_account(LINK.replace("@rabita", "@rabita2"), home)
        assert not TikTok.is_on_account(LINK.replace("tiktok.com", "tiktok.example"), home)
        assert not TikTok.is_on_account("https://[", home)

    # Measuring

    def test_figures_come_twenty_at_a_time_and_what_is_not_shown_is_gone(
        self, adapter: Adapter, network: Replay
    ) -> None:
        others = [str(number) for number in range(1, 22)]
        network.only(QUERY, network.reply("videos"), Reply({"data": {"videos": []}, "error": {"code": "ok"}}))
        told = adapter.get_post_metrics([POST, *others, PUBLISH_ID])
        assert told[POST].values == {
            Metric.VIEWS: 4210,
            Metric.REACTIONS: 112,
            Metric.COMMENTS: 7,
            Metric.SHARES: 98,
        }
        assert all(told[one].gone for one in others)
        assert not told[PUBLISH_ID].gone
        assert set(told[PUBLISH_ID].missing.values()) == {MissingCode.NOT_REPORTED}
        asked = [json.loads(one.body)["filters"]["video_ids"] for one in network.calls(QUERY)]
        assert [len(ids) for ids in asked] == [20, 2]

    def test_followers_are_told_of_the_account(self, adapter: Adapter, network: Replay) -> None:
        network.only(USER, network.reply("account_figures"))
        told = adapter.get_account_metrics()
        assert told.values == {Metric.FOLLOWERS: 821}
        assert told.extra == {"following_count": 12, "likes_count": 4210, "video_count": 46}

    # What may be written

    @pytest.mark.parametrize(
        ("fields", "code"),
        [
            ({}, None),
            ({"options": {}}, ProblemCode.OPTION_MISSING),
            ({"media": ()}, ProblemCode.MEDIA_NEEDED),
            ({"media": (picture(),)}, ProblemCode.MEDIA_TYPE_NOT_ACCEPTED),
            ({"media": (picture(mime_type="image/webp"),) * 36}, ProblemCode.MEDIA_TOO_MANY),
            ({"media": (picture(mime_type="image/jpeg", width=1081, height=1920),)}, ProblemCode.MEDIA_TOO_MANY_PIXELS),
            ({"options": {**FOR_ALL, "duets": "on"}}, ProblemCode.OPTION_NOT_OFFERED),
            ({"options": {**FOR_ALL, "made_by_ai": "on"}}, ProblemCode.OPTION_NOT_OFFERED),
            ({"options": {"audience": "nobody"}}, None),
            (
                {"options": {"audience": "nobody", "paid_partnership": "on"}},
                ProblemCode.OPTION_VALUE_NOT_OFFERED,
            ),
        ],
    )
    def test_its_own_rules_are_found_out_while_writing(
        self, adapter: Adapter, fields: dict[str, Any], code: ProblemCode | None
    ) -> None:
        found = self.codes(adapter, self.a_post(**{"media": (picture(mime_type="image/jpeg"),), **fields}))
        assert [one for one in found if one != ProblemCode.ALT_TEXT_NOT_SHOWN] == ([code] if code else [])

    def test_what_the_network_has_not_is_not_offered(self, adapter: Adapter) -> None:
        for capability in (Capability.EDIT_POST, Capability.DELETE_POST, Capability.COMMENTS, Capability.ALT_TEXT):
            assert capability not in adapter.capabilities
