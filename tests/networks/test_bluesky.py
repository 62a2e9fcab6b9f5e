"""Bluesky: the contract, and what is this network's own."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from networks.adapters.bluesky import Bluesky
from networks.base import Adapter
from networks.errors import (
    Code,
    MissingCode,
    NeedsReconnect,
    NotSent,
    OutcomeUnknown,
    ProblemCode,
    Rejected,
    Unreachable,
)
from networks.metrics import Metric
from networks.types import Connection, Post, Ready
from tests.networks.contract import BASMALA, KEY, TOKEN, AdapterContract, SignedMedia, client, picture
from tests.networks.replaying import Replay
from tests.outgoing.loopback import Asked, Reply, unused_port

DID = "did:plc:u5cwb2mwiv2bfq53cjufe6yn"
OMAR = "did:plc:ewvi7nxzyoun6zhxrhs64oiz"
RECORD_KEY = "3k4duaz5vfs2b"
URI = f"at://{DID}/app.bsky.feed.post/{RECORD_KEY}"
PUT = ("POST", "/xrpc/com.atproto.repo.putRecord")
GET = ("GET", "/xrpc/com.atproto.repo.getRecord")
UPLOAD = ("POST", "/xrpc/com.atproto.repo.uploadBlob")
SESSION = ("GET", "/xrpc/com.atproto.server.getSession")
SIGN_IN = ("POST", "/xrpc/com.atproto.server.createSession")
REFRESH = ("POST", "/xrpc/com.atproto.server.refreshSession")
RESOLVE = ("GET", "/xrpc/com.atproto.identity.resolveHandle")
POSTS = ("GET", "/xrpc/app.bsky.feed.getPosts")
DELETE = ("POST", "/xrpc/com.atproto.repo.deleteRecord")
LONG_AGO = datetime(2026, 11, 1, tzinfo=UTC)


def body(asked: Asked) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(asked.body)
    return read


class TestBluesky(AdapterContract):
    slug = "bluesky"
    good_day = ("session", "profile_record", "record_written", "blob")
    publish_call = PUT
    read_call = SESSION
    upload_call = UPLOAD
    described_call = PUT
    lookup_call = GET
    token_revoked = "token_revoked"
    scope_missing = "scope_missing"
    rate_limited = "rate_limited"
    post_refused = "text_refused"
    media_refused = "media_refused"
    reset_headers = {
        "Date": "Mon, 23 Nov 2026 12:00:00 GMT",
        "RateLimit-Reset": str(int(datetime(2026, 11, 23, 12, 15, tzinfo=UTC).timestamp())),
        "RateLimit-Remaining": "0",
    }

    def adapter_at(self, base_url: str, **changes: Any) -> Adapter:
        given = {"remote_id": DID, "handle": "@rabita.example", "refresh_token": "refresh-1"}
        return super().adapter_at(base_url, **{**given, **changes})

    def text_sent(self, asked: Asked) -> str:
        return str(body(asked)["record"]["text"])

    def record(self, network: Replay) -> dict[str, Any]:
        read: dict[str, Any] = body(network.calls(PUT)[-1])["record"]
        return read

    # Connecting

    def test_an_app_password_is_exchanged_once_for_a_session_that_is_kept_instead(self, network: Replay) -> None:
        network.play("session_created")
        pasted = self.adapter_at(network.url, access_token="abcd-efgh-ijkl-mnop", handle="@rabita.example")
        before = datetime.now(UTC)
        tokens = pasted.sign_in()
        asked = network.calls(SIGN_IN)[0]
        assert body(asked) == {"identifier": "rabita.example", "password": "abcd-efgh-ijkl-mnop"}
        assert "Authorization" not in asked.headers
        assert "abcd-efgh" not in f"{tokens.access_token}{tokens.refresh_token}"
        assert tokens.refresh_token
        assert tokens.expires_at is not None
        assert timedelta(hours=2) <= tokens.expires_at - before < timedelta(hours=2, seconds=5)

    def test_an_access_that_does_not_say_how_long_it_lives_is_taken_to_live_shortly(
        self, adapter: Adapter, network: Replay
    ) -> None:
        for odd in ("opaque", "a.b.c", "a.e30.c", "a.eyJpYXQiOjUsImV4cCI6NX0.c"):
            network.only(SIGN_IN, Reply({"accessJwt": odd, "refreshJwt": "r", "did": DID}))
            ends = adapter.sign_in().expires_at
            assert ends is not None
            assert timedelta(minutes=14) < ends - datetime.now(UTC) <= timedelta(minutes=15)

    @pytest.mark.parametrize(
        "typed",
        [
            " @rabita.example ",
            "rabita.example",
            "https://bsky.app/profile/rabita.example/",
            "\u2066@rabita.example\u2069",
        ],
    )
    def test_the_account_is_understood_as_people_write_it(self, network: Replay, typed: str) -> None:
        network.play("session_created")
        self.adapter_at(network.url, handle=typed).sign_in()
        assert body(network.calls(SIGN_IN)[0])["identifier"] == "rabita.example"

    @pytest.mark.parametrize(
        ("recording", "code"),
        [
            ("sign_in_refused", Code.TOKEN_INVALID),
            ("second_factor", Code.TOKEN_INVALID),
            ("taken_down", Code.ACCOUNT_DISABLED),
        ],
    )
    def test_a_refused_sign_in_says_what_stands_in_its_way(
        self, adapter: Adapter, network: Replay, recording: str, code: Code
    ) -> None:
        network.only(SIGN_IN, network.reply(recording))
        with pytest.raises(NeedsReconnect) as caught:
            adapter.sign_in()
        assert caught.value.code == code

    def test_an_account_that_is_not_active_cannot_be_connected(self, adapter: Adapter, network: Replay) -> None:
        stopped = {"did": DID, "handle": "rabita.example", "active": False, "status": "suspended"}
        network.only(SESSION, Reply(stopped))
        for act in (adapter.get_profile, adapter.probe):
            with pytest.raises(NeedsReconnect) as caught:
                act()
            assert (caught.value.code, caught.value.detail) == (Code.ACCOUNT_DISABLED, "suspended")

    def test_the_session_is_renewed_with_the_refresh_token_which_turns(self, adapter: Adapter, network: Replay) -> None:
        network.play("session_refreshed")
        tokens = adapter.refresh_token()
        assert network.calls(REFRESH)[0].headers["Authorization"] == "Bearer refresh-1"
        assert tokens.refresh_token not in (None, "refresh-1")
        assert tokens.expires_at is not None

    @pytest.mark.parametrize("recording", ["token_revoked", "token_expired", "token_invalid"])
    def test_a_session_that_cannot_be_renewed_needs_a_person(
        self, adapter: Adapter, network: Replay, recording: str
    ) -> None:
        network.only(REFRESH, network.reply(recording))
        with pytest.raises(NeedsReconnect):
            adapter.refresh_token()

    def test_a_lost_answer_to_a_renewal_is_no_disconnection(self, adapter: Adapter, network: Replay) -> None:
        network.only(REFRESH, Reply(b"", 502))
        with pytest.raises(NotSent):
            adapter.refresh_token()

    def test_the_session_is_ended_with_its_refresh_token(self, adapter: Adapter, network: Replay) -> None:
        network.play("session_deleted")
        adapter.revoke_token()
        assert network.asked[-1].headers["Authorization"] == "Bearer refresh-1"

    def test_the_profile_is_read_from_the_accounts_own_server(self, adapter: Adapter, network: Replay) -> None:
        profile = adapter.get_profile()
        assert (profile.remote_id, profile.handle, profile.display_name) == (DID, "@rabita.example", "الرابطة")
        assert profile.bio.startswith("حساب مؤسسي")
        assert profile.links == ("https://rabita.example/ledger", "https://rabita.example")
        assert profile.avatar_url.startswith(f"{network.url}/xrpc/com.atproto.sync.getBlob?did=did%3Aplc%3A")
        assert {asked.path for asked in network.asked} == {SESSION[1], GET[1]}

    def test_an_account_without_a_profile_is_called_by_its_handle(self, adapter: Adapter, network: Replay) -> None:
        network.only(GET, network.reply("record_missing"))
        profile = adapter.get_profile()
        assert (profile.display_name, profile.bio, profile.avatar_url) == ("rabita.example", "", "")

    # Access

    def test_an_access_that_ended_is_renewed_and_the_post_goes_out_later(
        self, adapter: Adapter, network: Replay
    ) -> None:
        for recording in (network.reply("token_expired"), Reply({"error": "ExpiredToken"}, 401)):
            network.only(PUT, recording)
            with pytest.raises(NotSent) as caught:
                self.publish(adapter)
            assert caught.value.code == Code.RENEWING_ACCESS
            network.only(SESSION, recording)
            with pytest.raises(Unreachable):
                adapter.probe()

    def test_a_missing_permission_of_any_kind_is_a_missing_scope(self, adapter: Adapter, network: Replay) -> None:
        network.only(PUT, network.reply("permission_missing"))
        with pytest.raises(NeedsReconnect) as caught:
            self.publish(adapter)
        assert caught.value.code == Code.MISSING_SCOPE

    def test_a_refusals_name_and_words_are_kept(self, adapter: Adapter, network: Replay) -> None:
        network.only(PUT, network.reply("text_refused"))
        with pytest.raises(Rejected) as caught:
            self.publish(adapter)
        assert caught.value.detail.startswith("InvalidRequest: Invalid app.bsky.feed.post record")

    def test_a_proxys_404_says_nothing_of_a_post(self, adapter: Adapter, network: Replay) -> None:
        network.only(PUT, Reply(b"<html>not here</html>", 404))
        with pytest.raises(OutcomeUnknown):
            self.publish(adapter)
        network.only(GET, Reply(b"<html>not here</html>", 404))
        with pytest.raises(Unreachable):
            adapter.find_published(Post(BASMALA), KEY, LONG_AGO)

    # Publishing

    def test_the_same_key_goes_with_the_same_post(self, adapter: Adapter, network: Replay) -> None:
        ready = adapter.prepare(Post(BASMALA), {})
        assert isinstance(ready, Ready)
        for key in (KEY, KEY, "1" * 64):
            adapter.publish(ready, key)
        written = [body(asked) for asked in network.calls(PUT)]
        assert [one["swapRecord"] for one in written] == [None, None, None]
        assert {(one["repo"], one["collection"]) for one in written} == {(DID, "app.bsky.feed.post")}
        first, again, other = (one["rkey"] for one in written)
        assert first == again != other
        assert len(first) == 13
        assert set(first + other) <= set("234567abcdefghijklmnopqrstuvwxyz")
        assert first[0] == other[0] == "3"

    def test_a_second_publish_gives_back_the_first_post_with_its_own_time(
        self, adapter: Adapter, network: Replay
    ) -> None:
        network.only(PUT, network.reply("key_taken"))
        network.only(GET, network.reply("record"))
        published = self.publish(adapter)
        assert published.remote_id == URI
        assert published.published_at == datetime(2026, 11, 23, 11, 59, 58, 196000, tzinfo=UTC)

    @pytest.mark.parametrize("reply", ["record_missing", "repo_missing", Reply(b"", 503), Reply({"uri": "x"})])
    def test_a_key_that_is_taken_and_cannot_be_read_leaves_the_outcome_open(
        self, adapter: Adapter, network: Replay, reply: str | Reply
    ) -> None:
        network.only(PUT, network.reply("key_taken"))
        network.only(GET, network.reply(reply) if isinstance(reply, str) else reply)
        with pytest.raises(OutcomeUnknown):
            self.publish(adapter)

    def test_all_arguments_of_a_post_arrive(self, adapter: Adapter, network: Replay) -> None:
        network.only(GET, network.reply("record"))
        before = datetime.now(UTC) - timedelta(seconds=1)
        self.publish(adapter, Post("نص", media=(picture(),), language="ar", reply_to=URI))
        record = self.record(network)
        here = {"uri": URI, "cid": "bafyreibjifzpqj6o6wcq3hejh7y4z4z2vmiklkvykc57tw3pcbx3kxifpm"}
        assert (record["$type"], record["langs"]) == ("app.bsky.feed.post", ["ar"])
        assert record["reply"] == {"root": here, "parent": here}
        assert record["createdAt"].endswith("Z")
        assert datetime.fromisoformat(record["createdAt"]) >= before
        (image,) = record["embed"]["images"]
        assert (image["alt"], image["aspectRatio"]) == ("صورة المخطوط", {"width": 640, "height": 480})
        assert image["image"] == network.reply("blob").body["blob"]
        assert "facets" not in record

    def test_a_plain_post_carries_nothing_that_it_has_not(self, adapter: Adapter, network: Replay) -> None:
        assert not adapter.needs_preparing(Post("نص"))
        self.publish(adapter, Post("نص"))
        assert set(self.record(network)) == {"$type", "text", "createdAt"}
        assert len(network.asked) == 1

    def test_an_answer_within_a_thread_names_the_threads_first_post(self, adapter: Adapter, network: Replay) -> None:
        network.only(GET, network.reply("record_answer"))
        self.publish(adapter, Post("تتمة", reply_to=URI))
        reply = self.record(network)["reply"]
        assert reply["root"]["uri"].endswith("/3k43tv4rft22g")
        assert reply["parent"]["uri"] == URI

    @pytest.mark.parametrize(
        ("answered", "recording"), [(URI, "record_missing"), (URI, "repo_missing"), ("17", "record_missing")]
    )
    def test_an_answer_to_a_post_that_is_gone_says_so(
        self, adapter: Adapter, network: Replay, answered: str, recording: str
    ) -> None:
        network.only(GET, network.reply(recording))
        with pytest.raises(Rejected) as caught:
            self.publish(adapter, Post("x", reply_to=answered))
        assert caught.value.code == Code.REPLY_TARGET_GONE
        assert network.calls(PUT) == []

    def test_preparing_again_asks_for_nothing_that_is_known(self, adapter: Adapter, network: Replay) -> None:
        network.play("handle")
        network.only(GET, network.reply("record"))
        post = Post("شكرا @omar.example", media=(picture(),), reply_to=URI)
        first = adapter.prepare(post, {})
        calls = len(network.asked)
        assert adapter.prepare(post, first.saved) == first
        assert len(network.asked) == calls == 3

    def test_an_old_upload_is_made_again(self, adapter: Adapter, network: Replay) -> None:
        post = Post(BASMALA, media=(picture(),))
        saved = adapter.prepare(post, {}).saved
        old = [{**saved["media"][0], "uploaded_at": (datetime.now(UTC) - timedelta(hours=1)).isoformat()}]
        adapter.prepare(post, {"media": old})
        uploads = network.calls(UPLOAD)
        assert len(uploads) == 2
        assert uploads[0].headers["Content-Type"] == "image/png"

    def test_a_picture_too_large_for_the_server_is_told_as_such(self, adapter: Adapter, network: Replay) -> None:
        network.only(PUT, network.reply("blob_too_large"))
        with pytest.raises(Rejected) as caught:
            self.publish(adapter, Post(BASMALA, media=(picture(),)))
        assert caught.value.code == Code.MEDIA_REFUSED

    # Links, tags and mentions

    def test_links_tags_and_mentions_are_marked_by_bytes_in_arabic_text(
        self, adapter: Adapter, network: Replay
    ) -> None:
        network.play("handle")
        self.publish(
            adapter, Post(f"{BASMALA} وشكرا لـ@omar.example، انظر https://rabita.example/س?q=1 #سند، 👨‍👩‍👧‍👦")
        )
        sent = self.text_sent(network.calls(PUT)[0]).encode()
        marked = [
            (
                sent[facet["index"]["byteStart"] : facet["index"]["byteEnd"]].decode(),
                {name: value for name, value in facet["features"][0].items() if name != "$type"},
            )
            for facet in self.record(network)["facets"]
        ]
        assert marked == [
            ("@omar.example", {"did": OMAR}),
            ("https://rabita.example/س?q=1", {"uri": "https://rabita.example/%D8%B3?q=1"}),
            ("#سند", {"tag": "سند"}),
        ]
        assert network.calls(RESOLVE)[0].query == [("handle", "omar.example")]

    def test_a_handle_that_is_nobodys_stays_plain_words(self, adapter: Adapter, network: Replay) -> None:
        network.only(RESOLVE, network.reply("handle_nobodys"))
        self.publish(adapter, Post("@nobody.example مرحبا"))
        assert "facets" not in self.record(network)

    def test_an_account_that_only_a_tag_mentions_is_looked_up_before_the_send_is_entered(
        self, adapter: Adapter, network: Replay
    ) -> None:
        network.play("handle")
        post = Post("نص", tags=("@omar.example",))
        assert adapter.needs_preparing(post)
        adapter.prepare(post, {})
        assert len(network.calls(RESOLVE)) == 1

    def test_a_handle_that_cannot_be_looked_up_now_is_looked_up_later(self, adapter: Adapter, network: Replay) -> None:
        network.only(RESOLVE, Reply(b"", 502))
        with pytest.raises(NotSent):
            self.publish(adapter, Post("@omar.example مرحبا"))
        assert network.calls(PUT) == []

    # Looking up

    def test_a_post_is_found_again_by_its_key_alone(self, adapter: Adapter, network: Replay) -> None:
        self.publish(adapter)
        network.only(GET, network.reply("record"))
        lookup = adapter.find_published(Post("غيره"), KEY, datetime.now(UTC))
        assert lookup.found is not None
        assert (lookup.found.remote_id, lookup.complete, lookup.looked_at_count, lookup.others) == (URI, True, 1, ())
        written = body(network.calls(PUT)[0])
        assert dict(network.calls(GET)[0].query) == {name: written[name] for name in ("repo", "collection", "rkey")}

    def test_absence_under_the_key_is_absence(self, adapter: Adapter, network: Replay) -> None:
        network.only(GET, network.reply("record_missing"))
        lookup = adapter.find_published(Post(BASMALA), KEY, LONG_AGO)
        assert (lookup.found, lookup.complete) == (None, True)

    @pytest.mark.parametrize("recording", ["repo_missing", "text_refused"])
    def test_a_refusal_of_another_kind_is_not_absence(self, adapter: Adapter, network: Replay, recording: str) -> None:
        network.only(GET, network.reply(recording))
        with pytest.raises(Unreachable):
            adapter.find_published(Post(BASMALA), KEY, LONG_AGO)

    # Links that people copy

    def test_the_link_of_a_post_names_the_account_by_what_lasts(self) -> None:
        link = f"https://bsky.app/profile/{DID}/post/{RECORD_KEY}"
        assert Bluesky.remote_id_in(link) == URI
        assert Bluesky.remote_id_in(f"{link}?x=1") == Bluesky.remote_id_in(URI) == URI
        assert Bluesky.remote_id_in(link.replace(DID, "rabita.example")) == URI.replace(DID, "rabita.example")
        for page in (f"https://bsky.app/profile/{DID}", "https://bsky.app/profile/a.b/feed/x", "https://[", "17"):
            assert Bluesky.remote_id_in(page) is None

    def test_a_link_with_our_handle_is_our_post(self, adapter: Adapter, network: Replay) -> None:
        network.play("posts")
        copied = Bluesky.remote_id_in(f"https://bsky.app/profile/Rabita.example/post/{RECORD_KEY}") or ""
        assert adapter.get_post_metrics([copied])[copied].values[Metric.REACTIONS] == 112
        assert network.asked[0].query == [("uris", URI)]

    def test_a_link_of_another_account_is_told_from_ours(self) -> None:
        home = "https://bsky.app/profile/rabita.example"
        assert Bluesky.is_on_account(f"{home}/post/1", home)
        assert Bluesky.is_on_account(f"https://bsky.app/profile/{DID}/post/1", home)
        assert not Bluesky.is_on_account("https://bsky.app/profile/omar.example/post/1", home)
        assert not Bluesky.is_on_account("https://bsky.example/profile/rabita.example/post/1", home)
        assert not Bluesky.is_on_account("https://[", home)

    def test_posts_of_every_public_server_are_shown_on_the_networks_pages(self) -> None:
        adapter = Bluesky(Connection("https://pds.rabita.example", TOKEN, remote_id=DID), client(), SignedMedia())
        assert adapter.consent_url == "https://bsky.app"
        assert adapter.share_link(Post("سؤال & جواب")).startswith("https://bsky.app/intent/compose?text=%D8%B3")

    # Deleting

    def test_a_deleted_post_is_deleted_and_one_already_gone_too(self, adapter: Adapter, network: Replay) -> None:
        network.play("deleted")
        adapter.delete_post(URI)
        assert body(network.calls(DELETE)[0]) == {"repo": DID, "collection": "app.bsky.feed.post", "rkey": RECORD_KEY}
        network.only(DELETE, network.reply("record_missing"))
        adapter.delete_post(URI)
        with pytest.raises(Rejected):
            adapter.delete_post("17")

    # Measuring

    def test_figures_come_in_batches_and_a_post_that_its_server_lacks_is_gone(
        self, adapter: Adapter, network: Replay
    ) -> None:
        network.play("posts")
        network.only(GET, network.reply("record_missing"))
        others = [f"{URI[:-2]}{number:02}" for number in range(30)]
        figures = adapter.get_post_metrics([URI, *others, "170000"])
        assert figures[URI].values == {
            Metric.REACTIONS: 112,
            Metric.SHARES: 98,
            Metric.COMMENTS: 7,
            Metric.QUOTES: 3,
        }
        assert all(figures[one].gone for one in (*others, "170000"))
        assert [len(asked.query) for asked in network.calls(POSTS)] == [25, 6]

    def test_a_post_that_only_the_index_lacks_is_not_gone_and_has_no_figures_yet(
        self, adapter: Adapter, network: Replay
    ) -> None:
        network.only(POSTS, Reply({"posts": []}))
        network.only(GET, network.reply("record"))
        told = adapter.get_post_metrics([URI])[URI]
        assert (told.gone, set(told.values.values())) == (False, {None})
        assert set(told.missing.values()) == {MissingCode.NOT_REPORTED}

    def test_a_figure_that_is_not_told_is_none_with_its_reason_and_never_zero(
        self, adapter: Adapter, network: Replay
    ) -> None:
        view = {**network.reply("posts").body["posts"][0], "likeCount": "many", "repostCount": None}
        del view["quoteCount"]
        network.only(POSTS, Reply({"posts": [view]}))
        told = adapter.get_post_metrics([URI])[URI]
        assert (told.values[Metric.REACTIONS], told.missing[Metric.REACTIONS]) == (None, MissingCode.UNREADABLE)
        assert (told.values[Metric.SHARES], told.missing[Metric.SHARES]) == (None, MissingCode.NOT_REPORTED)
        assert told.missing[Metric.QUOTES] == MissingCode.NOT_REPORTED
        assert told.values[Metric.COMMENTS] == 7

    def test_a_server_without_an_index_publishes_and_is_not_a_post_that_is_gone(
        self, adapter: Adapter, network: Replay
    ) -> None:
        network.only(POSTS, Reply({"error": "MethodNotImplemented", "message": "Method Not Implemented"}, 501))
        self.publish(adapter)
        with pytest.raises(Unreachable):
            adapter.get_post_metrics([URI])

    def test_followers_are_counted_on_the_account(self, adapter: Adapter, network: Replay) -> None:
        network.play("profile")
        told = adapter.get_account_metrics()
        assert told.values == {Metric.FOLLOWERS: 821}
        assert told.extra == {"followsCount": 178, "postsCount": 3312}

    def test_other_peoples_answers_come_oldest_first_with_whom_they_answer(
        self, adapter: Adapter, network: Replay
    ) -> None:
        network.play("thread")
        comments = adapter.get_comments(URI)
        assert [(one.author, one.text) for one in comments] == [
            ("omar.example", "شكرا"),
            ("sara.example", "ما الدليل؟"),
            ("omar.example", "المصدر في المنشور"),
        ]
        assert comments[0].reply_to == URI
        assert comments[2].reply_to == comments[1].remote_id
        assert comments[0].permalink.endswith(f"/profile/{OMAR}/post/3k4duba")

    # Counting

    def test_letters_and_bytes_are_both_limited(self, adapter: Adapter) -> None:
        assert self.codes(adapter, Post("ب" * 300)) == []
        assert self.codes(adapter, Post("بِ" * 300)) == []
        assert self.codes(adapter, Post("👨‍👩‍👧‍👦" * 300)) == [ProblemCode.TEXT_TOO_MANY_BYTES]
        assert self.codes(adapter, Post("ب" * 301)) == [ProblemCode.TEXT_TOO_LONG]

    def test_a_link_counts_in_full(self, adapter: Adapter) -> None:
        assert adapter.count("https://rabita.example/" + "a" * 10) == 33

    def test_a_warning_has_no_place_here(self, adapter: Adapter) -> None:
        assert self.codes(adapter, Post("x", content_warning="ت")) == [ProblemCode.CONTENT_WARNING_NOT_OFFERED]

    def test_the_breaker_probe_needs_the_account(self) -> None:
        with pytest.raises(Unreachable) as caught:
            self.adapter_at(f"http://127.0.0.1:{unused_port()}").probe()
        assert caught.value.code == Code.CONNECTION_REFUSED
