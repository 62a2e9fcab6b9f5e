"""What every network's adapter must do, whatever the network: inherit AdapterContract and give it recordings.

Owns the failure list: each way in which a network, or the line to it, can fail, and what the adapter must say then.
"""

import hashlib
import io
import json
import logging
import traceback
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from typing import Any, BinaryIO, ClassVar
from urllib.parse import quote_plus

import pytest

from networks.base import Adapter, Capability
from networks.errors import (
    ALL_CODES,
    Code,
    NeedsReconnect,
    NetworkError,
    NotSent,
    NotSupported,
    OutcomeUnknown,
    ProblemCode,
    Rejected,
    Unreachable,
)
from networks.metrics import SPECS
from networks.registry import adapter_class
from networks.types import AppCredentials, Connection, Media, Post, Problem, Published, Ready
from outgoing import Client
from tests.networks.replaying import Replay
from tests.outgoing.loopback import Asked, Manner, Reply, serving, unused_port

TOKEN = "tok-9f8e7d6c5b4a"
APP_SECRET = "app-secret-1a2b3c"
KEY = "0f" * 32
BASMALA = "بِسْمِ ٱللَّهِ ٱلرَّحْمَٰنِ ٱلرَّحِيمِ"
FAMILY = "👨‍👩‍👧‍👦"
PICTURE = b"\x89PNG\r\n\x1a\n the very bytes that were signed"
Call = tuple[str, str]


class SignedMedia:
    """The stored files, by hash."""

    def open(self, sha256: str) -> BinaryIO:
        if sha256 == picture().sha256:
            return io.BytesIO(PICTURE)
        if sha256 == "0" * 64:
            return io.BytesIO(b"other bytes")
        raise FileNotFoundError(sha256)

    def address(self, sha256: str) -> str:
        return f"https://sanad.example/files/{sha256}"


def picture(**changes: Any) -> Media:
    sha256 = hashlib.sha256(PICTURE).hexdigest()
    whole: dict[str, Any] = {"sha256": sha256, "mime_type": "image/png", "size": len(PICTURE), "width": 640}
    return Media(**{**whole, "height": 480, "alt_text": "صورة المخطوط", **changes})


def client() -> Client:
    return Client(allow_private=True, connect_timeout=2, read_timeout=1.0, total_timeout=2.5, max_bytes=200_000)


class AdapterContract:
    """Subclasses name the network's slug, its calls, and the recordings that make up a good day."""

    slug: ClassVar[str]
    good_day: ClassVar[tuple[str, ...]]
    publish_call: ClassVar[Call]
    read_call: ClassVar[Call]
    upload_call: ClassVar[Call | None] = None
    text_call: ClassVar[Call | None] = None
    """Where the text goes, for a network that is told it before the request that publishes."""
    ready_saved: ClassVar[dict[str, Any]] = {}
    """What `prepare` saves, for a network that makes something ready before each post."""
    described_call: ClassVar[Call | None] = None
    """Where an alt text goes, for a network that takes it apart from the picture."""
    lookup_call: ClassVar[Call | None] = None

    token_revoked: ClassVar[str]
    scope_missing: ClassVar[str]
    rate_limited: ClassVar[str]
    post_refused: ClassVar[str]
    media_refused: ClassVar[str | None] = None
    reset_headers: ClassVar[dict[str, str]]
    """Headers that say 'in 900 seconds' without Retry-After; empty where the recorded answer itself says it."""

    def a_post(self, text: str = BASMALA, **fields: Any) -> Post:
        """The plainest post that this network takes."""
        return Post(text, **fields)

    def text_sent(self, asked: Asked) -> str:
        """The post's text as it stands in the request of `text_call`, else in the publishing one."""
        raise NotImplementedError

    # What the tests use

    @pytest.fixture
    def network(self) -> Iterator[Replay]:
        replay = Replay(self.slug)
        replay.play(*self.good_day)
        with replay.running():
            yield replay

    @pytest.fixture
    def adapter(self, network: Replay) -> Iterator[Adapter]:
        yield self.adapter_at(network.url)
        assert not network.unexpected, [(asked.method, asked.path) for asked in network.unexpected]

    def adapter_at(self, base_url: str, **changes: Any) -> Adapter:
        given = {
            "access_token": TOKEN,
            "app_credentials": AppCredentials("client", APP_SECRET),
            "remote_id": "14715",
            "handle": "@rabita",
        }
        return adapter_class(self.slug)(Connection(base_url=base_url, **{**given, **changes}), client(), SignedMedia())

    def publish(self, adapter: Adapter, post: Post | None = None) -> Published:
        ready = adapter.prepare(post or self.a_post(language="ar"), {})
        assert isinstance(ready, Ready)
        published = adapter.publish(ready, KEY)
        assert isinstance(published, Published)
        return published

    def codes(self, adapter: Adapter, post: Post) -> list[str]:
        return [problem.code for problem in adapter.validate(post)]

    # What it declares

    def test_the_network_declares_itself(self, adapter: Adapter) -> None:
        assert adapter.slug == self.slug
        assert adapter.label
        assert adapter.auth
        assert adapter.quotas
        assert adapter.metrics | adapter.account_metrics <= set(SPECS)

    def test_what_it_cannot_do_is_absent_from_its_capabilities_and_refused(self, adapter: Adapter) -> None:
        calls: dict[Capability, Callable[[], object]] = {
            Capability.REFRESH_TOKEN: adapter.refresh_token,
            Capability.CHECK_STATUS: partial(adapter.check_status, "1"),
            Capability.EDIT_POST: partial(adapter.edit_post, "1", Post("x")),
            Capability.COMMENTS: partial(adapter.get_comments, "1"),
        }
        for capability, call in calls.items():
            if capability not in adapter.capabilities:
                with pytest.raises(NotSupported):
                    call()

    # A good day

    def test_a_post_is_published_once_with_its_id_link_and_time(self, adapter: Adapter, network: Replay) -> None:
        published = self.publish(adapter)
        assert published.remote_id
        assert published.permalink.startswith(("https://", network.url))
        assert published.published_at.utcoffset() is not None
        assert len(network.calls(self.publish_call)) == 1

    @pytest.mark.parametrize("text", [BASMALA, f"سطر\n\n\nثانٍ \u200f{FAMILY} e\u0301 <b>&amp;", "  فراغات  "])
    def test_the_text_arrives_byte_for_byte(self, adapter: Adapter, network: Replay, text: str) -> None:
        self.publish(adapter, self.a_post(text))
        assert self.text_sent(network.calls(self.text_call or self.publish_call)[0]) == text

    def test_the_same_key_goes_with_the_same_post(self, adapter: Adapter, network: Replay) -> None:
        if Capability.IDEMPOTENCY_KEY in adapter.capabilities:
            self.publish(adapter)
            asked = network.calls(self.publish_call)[0]
            assert KEY in [*asked.headers.values(), *(value for _, value in asked.form())]

    def test_fields_that_we_do_not_know_do_no_harm(self, adapter: Adapter, network: Replay) -> None:
        recorded = network.reply(self.good_name(network, self.publish_call))
        network.only(self.publish_call, Reply({**recorded.body, "novelty": {"deep": [1]}}, recorded.status))
        assert self.publish(adapter).remote_id

    def good_name(self, network: Replay, call: Call) -> str:
        for name in self.good_day:
            request = network._read(name)["request"]
            if (request["method"], request["path"]) == call:
                return name
        raise LookupError(call)

    # May we send again?

    def test_a_refused_connection_is_certainly_not_sent(self) -> None:
        adapter = self.adapter_at(f"http://127.0.0.1:{unused_port()}")
        with pytest.raises(NotSent) as caught:
            adapter.publish(Ready(self.a_post(), self.ready_saved), KEY)
        assert caught.value.code == Code.CONNECTION_REFUSED

    @pytest.mark.parametrize("manner", [Manner.SILENT, Manner.DROPPED, Manner.TRUNCATED, Manner.ENDLESS])
    def test_a_lost_answer_to_a_publish_is_of_unknown_outcome(
        self, adapter: Adapter, network: Replay, manner: Manner
    ) -> None:
        network.only(self.publish_call, Reply({"id": "1"}, manner=manner))
        with pytest.raises(OutcomeUnknown):
            self.publish(adapter)
        assert len(network.calls(self.publish_call)) == 1

    @pytest.mark.parametrize("status", [500, 502, 503, 504, 408])
    def test_a_server_error_on_a_publish_is_of_unknown_outcome(
        self, adapter: Adapter, network: Replay, status: int
    ) -> None:
        network.only(self.publish_call, Reply(b"<html>bad gateway</html>", status))
        with pytest.raises(OutcomeUnknown) as caught:
            self.publish(adapter)
        assert caught.value.code == Code.SERVER_ERROR

    @pytest.mark.parametrize(
        "body", [b"<html>login to the hotel's network</html>", b'{"id": "1', b"[]", b"{}", b"", b"7"]
    )
    def test_an_answer_that_says_nothing_is_of_unknown_outcome(
        self, adapter: Adapter, network: Replay, body: bytes
    ) -> None:
        network.only(self.publish_call, Reply(body))
        with pytest.raises(OutcomeUnknown) as caught:
            self.publish(adapter)
        assert caught.value.code == Code.ANSWER_UNREADABLE

    def test_a_rate_limit_is_not_sent_and_says_how_long_to_wait(self, adapter: Adapter, network: Replay) -> None:
        network.only(self.publish_call, network.reply(self.rate_limited, **{"Retry-After": "900"}))
        with pytest.raises(NotSent) as caught:
            self.publish(adapter)
        assert (caught.value.code, caught.value.retry_after) == (Code.RATE_LIMITED, 900)
        assert len(network.calls(self.publish_call)) == 1

    def test_the_wait_is_also_read_from_the_networks_own_headers(self, adapter: Adapter, network: Replay) -> None:
        network.only(self.publish_call, network.reply(self.rate_limited, **self.reset_headers))
        with pytest.raises(NotSent) as caught:
            self.publish(adapter)
        assert caught.value.retry_after == pytest.approx(900, abs=2)
        if self.reset_headers:
            assert adapter.last_rate_limit is not None
            assert adapter.last_rate_limit.remaining == 0

    def test_a_revoked_token_asks_for_a_new_connection(self, adapter: Adapter, network: Replay) -> None:
        network.only(self.publish_call, network.reply(self.token_revoked))
        network.only(self.read_call, network.reply(self.token_revoked))
        for act in (lambda: self.publish(adapter), adapter.get_profile, adapter.probe):
            with pytest.raises(NeedsReconnect) as caught:
                act()
            assert caught.value.code == Code.TOKEN_INVALID

    def test_a_missing_scope_asks_for_a_new_connection_and_says_so(self, adapter: Adapter, network: Replay) -> None:
        network.only(self.publish_call, network.reply(self.scope_missing))
        with pytest.raises(NeedsReconnect) as caught:
            self.publish(adapter)
        assert caught.value.code == Code.MISSING_SCOPE

    def test_a_refused_post_is_rejected_with_the_networks_words_in_the_detail(
        self, adapter: Adapter, network: Replay
    ) -> None:
        network.only(self.publish_call, network.reply(self.post_refused))
        with pytest.raises(Rejected) as caught:
            self.publish(adapter)
        assert caught.value.detail
        assert caught.value.detail not in str(caught.value)

    def test_a_redirect_is_never_followed_and_the_token_stays_home(self, adapter: Adapter, network: Replay) -> None:
        with serving(Reply({"id": "1"})).running() as other:
            away = Reply(b"", 307, {"Location": f"{other.url}/api"})
            network.only(self.publish_call, away)
            network.only(self.read_call, away)
            with pytest.raises(OutcomeUnknown) as caught:
                self.publish(adapter)
            with pytest.raises(Unreachable):
                adapter.probe()
            assert caught.value.code == Code.REDIRECTED
            assert other.asked == []

    # Reads

    @pytest.mark.parametrize("manner", [Manner.SILENT, Manner.DROPPED, Manner.TRUNCATED, Manner.ENDLESS])
    def test_a_read_without_an_answer_says_only_that_it_had_none(
        self, adapter: Adapter, network: Replay, manner: Manner
    ) -> None:
        network.only(self.read_call, Reply({}, manner=manner))
        with pytest.raises(Unreachable):
            adapter.probe()

    @pytest.mark.parametrize("body", [b"<html></html>", b"[1", b"[]", b"{}", b""])
    def test_a_read_of_something_else_is_not_taken_for_a_profile(
        self, adapter: Adapter, network: Replay, body: bytes
    ) -> None:
        network.only(self.read_call, Reply(body))
        with pytest.raises(Unreachable):
            adapter.get_profile()

    @pytest.mark.parametrize("body", [b"<html></html>", b"[{}]", b'[{"id": "1"}]', b"{}", b"", b"null"])
    def test_a_look_up_that_cannot_be_read_never_passes_for_absence(
        self, adapter: Adapter, network: Replay, body: bytes
    ) -> None:
        if self.lookup_call is not None:
            network.only(self.lookup_call, Reply(body))
            with pytest.raises(Unreachable):
                adapter.find_published(self.a_post(), KEY, self.long_ago())

    def long_ago(self) -> datetime:
        return datetime(2026, 11, 23, tzinfo=UTC)

    # Pictures

    def test_the_signed_bytes_and_their_alt_text_are_uploaded(self, adapter: Adapter, network: Replay) -> None:
        if self.upload_call is not None:
            self.publish(adapter, Post(BASMALA, media=(picture(),)))
            fetched = quote_plus(adapter.media.address(picture().sha256)).encode()
            assert (fetched if adapter.fetches_media else PICTURE) in network.calls(self.upload_call)[0].body
            described = network.calls(self.described_call or self.upload_call)[0].body
            written = (alt := "صورة المخطوط").encode(), json.dumps(alt).encode(), quote_plus(alt).encode()
            assert any(said in described for said in written)

    def test_a_refused_picture_is_rejected(self, adapter: Adapter, network: Replay) -> None:
        if self.upload_call is not None and self.media_refused:
            network.only(self.upload_call, network.reply(self.media_refused))
            with pytest.raises(Rejected) as caught:
                self.publish(adapter, Post(BASMALA, media=(picture(),)))
            assert caught.value.code == Code.MEDIA_REFUSED
            assert network.calls(self.publish_call) == []

    @pytest.mark.parametrize("reply", [Reply(b"", 500), Reply(manner=Manner.DROPPED), Reply(b"<html>")])
    def test_a_lost_upload_may_be_made_again(self, adapter: Adapter, network: Replay, reply: Reply) -> None:
        if self.upload_call is not None:
            network.only(self.upload_call, reply)
            with pytest.raises(NotSent):
                self.publish(adapter, Post(BASMALA, media=(picture(),)))

    def test_bytes_other_than_the_signed_ones_never_leave(self, adapter: Adapter, network: Replay) -> None:
        for sha256, code in (("0" * 64, Code.MEDIA_CHANGED), ("1" * 64, Code.MEDIA_MISSING)):
            with pytest.raises(Rejected) as caught:
                adapter.prepare(Post(BASMALA, media=(picture(sha256=sha256),)), {})
            assert caught.value.code == code
        assert network.asked == []

    def test_a_video_other_than_the_signed_one_never_leaves(self, adapter: Adapter, network: Replay) -> None:
        limits = adapter.effective_limits.video
        if limits is not None:
            length = limits.min_duration_ms or 1_000
            other = picture(sha256="0" * 64, mime_type=limits.types[0], duration_ms=length, video_codec="h264")
            with pytest.raises(Rejected) as caught:
                adapter.prepare(Post(BASMALA, media=(other,)), {})
            assert caught.value.code == Code.MEDIA_CHANGED
            assert network.asked == []

    # What may be written

    @pytest.mark.parametrize("letter", ["بِ", "هِۦ", FAMILY, "🇲🇦", "e\u0301"])
    def test_a_text_at_the_limit_fits_and_one_more_does_not(self, adapter: Adapter, letter: str) -> None:
        limit = adapter.effective_limits.max_text
        each = adapter.count(letter)
        whole = letter * (limit // each) + "x" * (limit % each)
        assert adapter.count(whole) == limit
        assert ProblemCode.TEXT_TOO_LONG not in self.codes(adapter, Post(whole))
        assert ProblemCode.TEXT_TOO_LONG in self.codes(adapter, Post(whole + "x"))

    def test_an_empty_post_is_found_out_while_writing(self, adapter: Adapter) -> None:
        besides = {ProblemCode.MEDIA_NEEDED, ProblemCode.OPTION_MISSING}
        assert set(self.codes(adapter, Post(" \n"))) - besides == {ProblemCode.TEXT_EMPTY}

    def test_a_picture_without_alt_text_is_found_out_while_writing(self, adapter: Adapter) -> None:
        if adapter.effective_limits.max_media:
            assert ProblemCode.ALT_TEXT_MISSING in self.codes(adapter, Post("x", media=(picture(alt_text=" "),)))

    def test_every_problem_has_a_code_that_people_are_told_about(self, adapter: Adapter) -> None:
        too_much = picture(alt_text="ا" * 99_999, mime_type="image/bmp", size=10**12, width=10**6, height=10**6)
        found: list[Problem] = adapter.validate(Post("ا" * 99_999, media=(too_much,) * 40))
        assert {problem.code for problem in found} <= set(ALL_CODES)
        assert len(found) > 4

    # Secrets

    def test_the_token_stands_in_no_error_repr_or_log(
        self, adapter: Adapter, network: Replay, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG)
        told = [repr(adapter), repr(adapter.connection), str(adapter.__dict__["connection"])]
        echo = f'{{"error": "Bearer {TOKEN} and {APP_SECRET}", "access_token": "{TOKEN}"}}'.encode()
        replies = [Reply(echo, status) for status in (200, 301, 400, 401, 403, 404, 422, 429, 500)]
        replies += [Reply(echo, manner=manner) for manner in (Manner.SILENT, Manner.DROPPED, Manner.TRUNCATED)]
        for reply in replies:
            network.only(self.publish_call, reply)
            with pytest.raises(NetworkError) as caught:
                self.publish(adapter)
            error = caught.value
            told += [repr(error), error.detail, str(error.params), "".join(traceback.format_exception(error))]
        everything = "\n".join([*told, caplog.text])
        assert TOKEN not in everything
        assert APP_SECRET not in everything
