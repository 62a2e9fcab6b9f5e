"""YouTube: the contract, connecting, showing and finding a video, and what may be written."""

import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from networks.adapters.youtube import YouTube
from networks.base import Adapter, Capability
from networks.errors import (
    Code,
    NeedsReconnect,
    NetworkError,
    NotSent,
    OutcomeUnknown,
    ProblemCode,
    Rejected,
    Unreachable,
)
from networks.types import Post, Ready, Tokens, Visibility
from tests.networks.contract import APP_SECRET, BASMALA, KEY, TOKEN, AdapterContract, picture
from tests.networks.replaying import Replay
from tests.networks.youtube_channel import (
    CHANNEL,
    CHANNELS,
    SAID,
    SHOW,
    START,
    UPLOADS,
    VIDEO,
    VIDEOS,
    Day,
    film,
    video_post,
)
from tests.outgoing.loopback import Asked, Reply, serving

TOKENS, REVOKE, DELETE = ("POST", "/token"), ("POST", "/revoke"), ("DELETE", "/youtube/v3/videos")
SENT_AT = datetime(2026, 11, 23, 12, 0, 4, tzinfo=UTC)


class TestYouTube(Day, AdapterContract):
    publish_call = SHOW
    read_call = CHANNELS
    text_call = START
    lookup_call = UPLOADS
    ready_saved = {"video": VIDEO}
    token_revoked = "token_revoked"
    scope_missing = "scope_missing"
    rate_limited = "quota_spent"
    post_refused = "post_refused"
    reset_headers = {"Date": "Tue, 24 Nov 2026 07:45:00 GMT"}
    """The day's quota begins anew at midnight in California, which is eight in the morning in Greenwich."""

    def a_post(self, text: str = BASMALA, **fields: Any) -> Post:
        return video_post(text, **fields)

    def text_sent(self, asked: Asked) -> str:
        told: str = json.loads(asked.body)["snippet"]["description"]
        return told

    # Connecting

    def test_the_person_is_sent_to_googles_own_page_and_asked_for_a_lasting_access(self) -> None:
        at_home = self.adapter_at("https://www.googleapis.com")
        address = urlsplit(at_home.authorization_url("https://sanad.example/back", "st4te", "ch4llenge"))
        asked = parse_qs(address.query)
        assert (address.netloc, address.path) == ("accounts.google.com", "/o/oauth2/v2/auth")
        assert set(asked["scope"][0].split()) == set(YouTube.scopes)
        assert (asked["code_challenge"], asked["code_challenge_method"]) == (["ch4llenge"], ["S256"])
        assert (asked["access_type"], asked["prompt"], asked["state"]) == (["offline"], ["consent"], ["st4te"])

    def test_at_another_address_everything_is_asked_there(self, network: Replay) -> None:
        address = self.adapter_at(network.url).authorization_url("https://sanad.example/back", "st4te")
        assert address.startswith(f"{network.url}/o/oauth2/v2/auth?")

    def test_a_code_becomes_an_access_and_what_renews_it(self, network: Replay) -> None:
        network.play("token")
        adapter = self.adapter_at(network.url, access_token="", refresh_token=None)
        tokens = adapter.exchange_code("c0de", "https://sanad.example/back", "v3rifier")
        assert (tokens.access_token, tokens.refresh_token, set(tokens.scopes)) == (
            "ya29.new",
            "1//r0",
            set(YouTube.scopes),
        )
        [asked] = network.calls(TOKENS)
        form = dict(asked.form())
        assert (form["code"], form["code_verifier"], form["client_secret"]) == ("c0de", "v3rifier", APP_SECRET)
        assert "Authorization" not in asked.headers

    def test_a_consent_opens_the_channel_that_was_chosen_on_googles_page(
        self, adapter: Adapter, network: Replay
    ) -> None:
        tokens = Tokens("ya29.new", "1//r0")
        [account] = adapter.get_accounts(tokens)
        assert (account.remote_id, account.handle, account.display_name) == (CHANNEL, "@rabita", "الرابطة")
        assert account.tokens == tokens
        [asked] = network.calls(CHANNELS)
        assert asked.headers["Authorization"] == "Bearer ya29.new"
        network.only(CHANNELS, network.reply("no_channel"))
        assert list(adapter.get_accounts(tokens)) == []

    def test_an_access_is_renewed_and_the_token_that_renews_it_stays(self, adapter: Adapter, network: Replay) -> None:
        network.play("token_renewed")
        tokens = adapter.refresh_token()
        assert (tokens.access_token, tokens.refresh_token) == ("ya29.newer", "1//r0")
        assert tokens.expires_at is not None
        assert 3500 < (tokens.expires_at - datetime.now(UTC)).total_seconds() < 3600

    @pytest.mark.parametrize(
        ("recording", "kind", "code"),
        [
            ("grant_spent", NeedsReconnect, Code.TOKEN_INVALID),
            ("client_refused", Rejected, Code.APPLICATION_REFUSED),
        ],
    )
    def test_a_renewal_that_is_refused_says_what_to_do(
        self, adapter: Adapter, network: Replay, recording: str, kind: type[NetworkError], code: Code
    ) -> None:
        network.only(TOKENS, network.reply(recording))
        with pytest.raises(kind) as caught:
            adapter.refresh_token()
        assert caught.value.code == code

    def test_an_access_is_given_back_once_or_twice(self, adapter: Adapter, network: Replay) -> None:
        network.play("revoked", "revoked_already")
        adapter.revoke_token()
        adapter.revoke_token()
        assert [dict(asked.form()) for asked in network.calls(REVOKE)] == [{"token": "1//r0"}] * 2

    def test_the_profile_comes_with_what_names_the_institution(self, adapter: Adapter, network: Replay) -> None:
        profile = adapter.get_profile()
        assert (profile.remote_id, profile.handle, profile.display_name) == (CHANNEL, "@rabita", "الرابطة")
        assert (profile.url, profile.links) == (f"{network.url}/@rabita", ("https://rabita.example/ledger",))
        assert profile.limits.video is not None
        assert profile.limits.video.max_duration_ms == 12 * 3_600_000

    def test_a_channel_that_is_not_verified_takes_a_quarter_of_an_hour(self, adapter: Adapter, network: Replay) -> None:
        body = network.reply("channel").body
        body["items"][0]["status"]["longUploadsStatus"] = "eligible"
        network.only(CHANNELS, Reply(body))
        video = adapter.get_profile().limits.video
        assert video is not None
        assert video.max_duration_ms == 900_000

    def test_a_token_of_another_channel_asks_for_a_new_connection(self, network: Replay) -> None:
        for adapter in (self.adapter_at(network.url, remote_id="UCanother"), self.adapter_at(network.url)):
            with pytest.raises(NeedsReconnect):
                adapter.probe()
            network.only(CHANNELS, network.reply("no_channel"))

    def test_a_redirect_is_never_followed_and_the_token_stays_home(self, adapter: Adapter, network: Replay) -> None:
        """Preparing reads the channel too: it is done before."""
        ready = self.prepared(adapter)
        with serving(Reply({"id": VIDEO})).running() as other:
            for call in (SHOW, CHANNELS):
                network.only(call, Reply(b"", 307, {"Location": f"{other.url}/api"}))
            with pytest.raises(OutcomeUnknown) as caught:
                adapter.publish(ready, KEY)
            with pytest.raises(Unreachable):
                adapter.probe()
            assert caught.value.code == Code.REDIRECTED
            assert other.asked == []

    # Showing

    @pytest.mark.parametrize(
        ("visibility", "privacy"), [(Visibility.PUBLIC, "public"), (Visibility.UNLISTED, "unlisted")]
    )
    def test_one_request_shows_the_video_and_says_the_rest_of_its_state_again(
        self, adapter: Adapter, network: Replay, visibility: Visibility, privacy: str
    ) -> None:
        options = {**SAID, "made_for_kids": "yes"}
        published = self.publish(adapter, video_post(visibility=visibility, options=options))
        [asked] = network.calls(SHOW)
        status = {"embeddable": True, "license": "youtube", "publicStatsViewable": True}
        wanted = {**status, "privacyStatus": privacy, "selfDeclaredMadeForKids": True}
        assert json.loads(asked.body) == {"id": VIDEO, "status": wanted}
        assert dict(asked.query) == {"part": "status"}
        assert (published.remote_id, published.permalink) == (VIDEO, f"{network.url}/watch?v={VIDEO}")

    @pytest.mark.parametrize("recording", ["kept_private", "privacy_refused"])
    def test_a_video_that_the_network_keeps_private_is_a_refusal_with_its_reason(
        self, adapter: Adapter, network: Replay, recording: str
    ) -> None:
        network.only(SHOW, network.reply(recording))
        with pytest.raises(Rejected) as caught:
            self.publish(adapter)
        assert caught.value.code == Code.KEPT_PRIVATE

    def test_an_answer_that_does_not_say_who_sees_it_is_of_unknown_outcome(
        self, adapter: Adapter, network: Replay
    ) -> None:
        network.only(SHOW, Reply({"id": VIDEO}))
        with pytest.raises(OutcomeUnknown):
            self.publish(adapter)

    @pytest.mark.parametrize(
        ("recording", "kind", "code", "wait", "is_of_all"),
        [
            ("too_fast", NotSent, Code.RATE_LIMITED, 60, True),
            ("uploads_spent", NotSent, Code.RATE_LIMITED, 86_400, False),
            ("suspended", NeedsReconnect, Code.ACCOUNT_DISABLED, None, None),
            ("api_disabled", Rejected, Code.APPLICATION_REFUSED, None, None),
            ("title_refused", Rejected, Code.POST_REFUSED, None, None),
            ("not_found", Rejected, Code.NOT_FOUND, None, None),
            ("server_error", OutcomeUnknown, Code.SERVER_ERROR, None, None),
        ],
    )
    def test_a_refusal_is_known_by_its_reason(
        self,
        adapter: Adapter,
        network: Replay,
        recording: str,
        kind: type[NetworkError],
        code: Code,
        wait: float | None,
        is_of_all: bool | None,
    ) -> None:
        network.only(SHOW, network.reply(recording))
        with pytest.raises(kind) as caught:
            self.publish(adapter)
        assert caught.value.code == code
        assert getattr(caught.value, "retry_after", None) == wait
        assert getattr(caught.value, "of_application", None) is is_of_all

    def test_a_spent_quota_is_that_of_the_whole_application(self, adapter: Adapter, network: Replay) -> None:
        network.only(SHOW, network.reply("quota_spent"))  # at noon in Greenwich
        with pytest.raises(NotSent) as caught:
            self.publish(adapter)
        assert (caught.value.of_application, caught.value.retry_after) == (True, 20 * 3600)
        assert adapter.last_rate_limit is not None
        assert adapter.last_rate_limit.of_application

    # Looking up

    def test_a_shown_video_is_found_by_its_words(self, adapter: Adapter, network: Replay) -> None:
        network.only(UPLOADS, network.reply("uploads"))
        network.only(VIDEOS, network.reply("own_shown"))
        lookup = adapter.find_published(video_post("test  content\n"), KEY, SENT_AT)
        assert lookup.found is not None
        assert (lookup.found.remote_id, lookup.complete, lookup.looked_at_count) == (VIDEO, True, 2)
        assert lookup.found.published_at == datetime(2026, 11, 23, 12, 0, 5, tzinfo=UTC)
        asked = dict(network.calls(VIDEOS)[0].query)
        assert asked["id"] == f"{VIDEO},oldvideo001"

    @pytest.mark.parametrize(
        "post", [video_post("لاحق"), video_post("test content", options={**SAID, "title": "آخر"}), video_post("قديم")]
    )
    def test_another_video_is_not_taken_for_it(self, adapter: Adapter, network: Replay, post: Post) -> None:
        network.only(UPLOADS, network.reply("uploads"))
        network.only(VIDEOS, network.reply("own_shown"))
        lookup = adapter.find_published(post, KEY, SENT_AT)
        assert (lookup.found, lookup.complete) == (None, True)

    def test_a_video_that_is_private_still_was_not_shown_and_ends_the_look(
        self, adapter: Adapter, network: Replay
    ) -> None:
        network.only(UPLOADS, network.reply("uploads_more"))
        network.only(VIDEOS, network.reply("own_draft"))
        lookup = adapter.find_published(video_post("test content"), KEY, SENT_AT)
        assert (lookup.found, lookup.complete) == (None, True)
        assert len(network.calls(UPLOADS)) == 1

    def test_it_reads_back_to_the_last_page_and_says_where_it_did_not(self, adapter: Adapter, network: Replay) -> None:
        network.only(UPLOADS, network.reply("uploads_more"), network.reply("uploads"))
        network.only(VIDEOS, network.reply("own_old"))
        assert adapter.find_published(video_post("نص"), KEY, SENT_AT).complete
        assert ("pageToken", "CDIQAA") in network.calls(UPLOADS)[1].query
        network.only(UPLOADS, network.reply("uploads_more"))
        assert not adapter.find_published(video_post("نص"), KEY, SENT_AT).complete

    def test_a_channel_without_a_list_of_uploads_has_no_video(self, adapter: Adapter, network: Replay) -> None:
        network.only(UPLOADS, network.reply("playlist_gone"))
        lookup = adapter.find_published(video_post(), KEY, SENT_AT)
        assert (lookup.found, lookup.complete, lookup.looked_at_count) == (None, True, 0)

    def test_a_404_without_a_reason_is_no_answer(self, adapter: Adapter, network: Replay) -> None:
        page = Reply(b"<html>not here</html>", 404)
        network.only(UPLOADS, page)
        network.only(DELETE, page)
        with pytest.raises(Unreachable):
            adapter.find_published(video_post(), KEY, SENT_AT)
        with pytest.raises(OutcomeUnknown):
            adapter.delete_post(VIDEO)

    @pytest.mark.parametrize(
        ("link", "remote_id"),
        [
            ("https://www.youtube.com/watch?v=dQw4w9WgXcA&t=3s", VIDEO),
            ("https://youtu.be/dQw4w9WgXcA?si=x", VIDEO),
            ("https://www.youtube.com/shorts/dQw4w9WgXcA", VIDEO),
            ("http://127.0.0.1:8010/youtube/watch?v=dQw4w9WgXcA", VIDEO),
            ("https://www.youtube.com/@rabita", None),
            ("https://www.youtube.com/@rabita/videos", None),
            ("https://www.youtube.com/playlist?list=PLrabita0001", None),
            ("https://[", None),
        ],
    )
    def test_the_id_is_read_in_a_link_that_has_it(self, link: str, remote_id: str | None) -> None:
        assert YouTube.remote_id_in(link) == remote_id

    def test_short_and_mobile_links_lead_to_the_channels_place(self) -> None:
        home = "https://www.youtube.com/@rabita"
        assert YouTube.is_on_account("https://youtu.be/dQw4w9WgXcA", home)
        assert YouTube.is_on_account("http://127.0.0.1/youtube/watch?v=a", "http://127.0.0.1/youtube/@rabita")
        assert not YouTube.is_on_account("https://youtube.example/watch?v=a", home)

    # Correcting and taking down

    def test_a_correction_changes_the_words_and_keeps_the_rest(self, adapter: Adapter, network: Replay) -> None:
        network.only(VIDEOS, network.reply("own_shown"))
        network.play("corrected")
        network.only(SHOW, network.reply("corrected"))
        published = adapter.edit_post(VIDEO, video_post("مصحح", options={**SAID, "title": "عنوان مصحح"}))
        assert published.published_at == datetime(2026, 11, 23, 12, 0, 5, tzinfo=UTC)
        [asked] = network.calls(SHOW)
        words = {"title": "عنوان مصحح", "description": "مصحح", "categoryId": "27", "tags": ["قول"]}
        assert json.loads(asked.body) == {"id": VIDEO, "snippet": words}
        assert dict(asked.query) == {"part": "snippet"}

    def test_a_correction_of_what_is_gone_is_refused(self, adapter: Adapter, network: Replay) -> None:
        network.only(VIDEOS, network.reply("not_listed"))
        with pytest.raises(Rejected) as caught:
            adapter.edit_post(VIDEO, video_post("مصحح"))
        assert caught.value.code == Code.NOT_FOUND

    def test_a_deleted_video_is_deleted_and_one_already_gone_too(self, adapter: Adapter, network: Replay) -> None:
        network.play("deleted")
        adapter.delete_post(VIDEO)
        network.only(DELETE, network.reply("not_found"))
        adapter.delete_post(VIDEO)
        network.only(DELETE, Reply({"kind": "something"}))
        with pytest.raises(OutcomeUnknown):
            adapter.delete_post(VIDEO)

    # What may be written

    @pytest.mark.parametrize(
        ("post", "codes"),
        [
            (video_post("نص"), []),
            (video_post("نص", media=()), [ProblemCode.MEDIA_NEEDED]),
            (video_post("نص", media=(film(), film())), [ProblemCode.MEDIA_TOO_MANY, ProblemCode.VIDEO_TOO_MANY]),
            (video_post("ا" * 2501), [ProblemCode.TEXT_TOO_MANY_BYTES]),
            (video_post("أ < ب"), [ProblemCode.SIGNS_NOT_ACCEPTED]),
            (video_post("نص", options={**SAID, "title": "<عنوان>"}), [ProblemCode.SIGNS_NOT_ACCEPTED]),
            (video_post("نص", options={**SAID, "title": "ع" * 101}), [ProblemCode.OPTION_TOO_LONG]),
            (video_post("نص", options={"title": "عنوان"}), [ProblemCode.OPTION_MISSING]),
            (video_post("نص", options={**SAID, "made_for_kids": "perhaps"}), [ProblemCode.OPTION_VALUE_NOT_OFFERED]),
            (
                video_post("نص", options={**SAID, "playlist": "https://x.example"}),
                [ProblemCode.OPTION_VALUE_NOT_OFFERED],
            ),
            (video_post("نص", options={**SAID, "playlist": "https://www.youtube.com/playlist?list=PLrabita0001"}), []),
            (video_post("نص", visibility=Visibility.FOLLOWERS), [ProblemCode.VISIBILITY_NOT_OFFERED]),
            (video_post("نص", media=(film(duration_ms=43_200_001),)), [ProblemCode.VIDEO_TOO_LONG]),
        ],
    )
    def test_its_own_rules_are_found_out_while_writing(
        self, adapter: Adapter, post: Post, codes: list[ProblemCode]
    ) -> None:
        assert self.codes(adapter, post) == codes

    def test_a_picture_is_no_video(self, adapter: Adapter) -> None:
        assert ProblemCode.MEDIA_TYPE_NOT_ACCEPTED in self.codes(adapter, video_post(media=(picture(),)))

    @pytest.mark.parametrize(
        "post",
        [
            video_post(media=()),
            video_post(media=(picture(),)),
            video_post(options={"title": "عنوان"}),
            video_post(options={}),
        ],
    )
    def test_without_what_a_person_must_say_nothing_leaves(self, adapter: Adapter, network: Replay, post: Post) -> None:
        with pytest.raises(Rejected):
            adapter.prepare(post, {})
        assert network.asked == []

    def test_what_the_network_has_not_is_not_offered(self, adapter: Adapter) -> None:
        assert not {Capability.REPLY, Capability.ALT_TEXT, Capability.CONTENT_WARNING} & adapter.capabilities
        assert isinstance(self.prepared(adapter), Ready)
        assert TOKEN not in repr(adapter)
