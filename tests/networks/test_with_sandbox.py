"""Each adapter against the simulator of its network: both are written from the documentation, and must meet there."""

import hashlib
import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import BinaryIO, ClassVar

import pytest
import requests

from networks.base import Adapter, Auth, Capability
from networks.errors import Code, NeedsReconnect, NotSent, OutcomeUnknown, Rejected
from networks.registry import adapter_class, all_adapters
from networks.types import Connection, Media, Post, Processing, Published, Ready, Waiting
from outgoing import Client
from sandbox.dialects import all_dialects
from sandbox.testing import SandboxClient, running_sandbox
from tests.networks.contract import BASMALA
from tests.outgoing.loopback import Reply, serving
from tests.sandbox.conftest import picture
from tests.sandbox.instagram import mp4

SPOKEN = sorted({one.slug for one in all_adapters() if Auth.ASSISTED not in one.auth} & set(all_dialects()))
WORDLESS = frozenset({"tiktok", "youtube"})
"""These say that it is too much and not for how long."""
PARTIAL = frozenset({"tiktok"})
"""These list only what everybody sees by now, so that nothing in the list proves nothing."""
PLAIN = frozenset({"youtube"})
"""These take no angle brackets in a text."""
PICTURE = picture((640, 480), "JPEG")
PLATE = Media(hashlib.sha256(PICTURE).hexdigest(), "image/jpeg", len(PICTURE), 640, 480, "صورة المخطوط")
MOVING = mp4(seconds=30.0)
FILM = Media(
    hashlib.sha256(MOVING).hexdigest(), "video/mp4", len(MOVING), 1280, 720, "", duration_ms=30_000,
    video_codec="h264", audio_codec="aac", frame_rate=25_000,
)  # fmt: skip


class Plates:
    """The stored files, and where a network that fetches the picture finds it while these tests run."""

    outside: ClassVar[str] = ""

    def open(self, sha256: str) -> BinaryIO:
        return io.BytesIO(MOVING if sha256 == FILM.sha256 else PICTURE)

    def address(self, sha256: str) -> str:
        return f"{self.outside}/{sha256}"


@pytest.fixture(scope="module", autouse=True)
def shown() -> Iterator[None]:
    with serving(Reply(PICTURE, headers={"Content-Type": PLATE.mime_type})).running() as server:
        Plates.outside = server.url
        yield


def connected(sandbox: SandboxClient, network: str) -> Adapter:
    """The channel of the simulator's own account, as it is after connecting: signed in, its profile read."""
    account = all_dialects()[network].default_accounts[0]
    cls, http = adapter_class(network), Client(allow_private=True, read_timeout=2)
    pasted = Connection(sandbox.base(network), access_token=account["token"], handle=f"@{account['handle']}")
    tokens = cls(pasted, http, Plates()).sign_in()
    opened = replace(pasted, access_token=tokens.access_token, refresh_token=tokens.refresh_token)
    profile = cls(opened, http, Plates()).get_profile()
    return cls(replace(opened, remote_id=profile.remote_id, handle=profile.handle), http, Plates())


def key_of(post: Post) -> str:
    return hashlib.sha256(post.text.encode()).hexdigest()


def fitting(adapter: Adapter, post: Post) -> Post:
    """With a picture, or a film, where the network takes no text alone, and with what a person has to say."""
    said = {option.name: (*option.choices, "عنوان")[0] for option in adapter.options if option.required}
    media = post.media or (PLATE,) if adapter.limits.needs_media else post.media
    media = media if adapter.limits.media_types or not media else (FILM,)
    return replace(post, media=media, options={**said, **post.options})


def publish(adapter: Adapter, post: Post) -> Published:
    post = fitting(adapter, post)
    ready = adapter.prepare(post, {})
    for _ in range(200):
        if isinstance(ready, Waiting):
            ready = adapter.prepare(post, ready.saved)
    assert isinstance(ready, Ready)
    published = adapter.publish(ready, key_of(post))
    if isinstance(published, Processing):
        published = adapter.check_status(published.ref)
    assert isinstance(published, Published)
    return published


@pytest.mark.parametrize("network", SPOKEN)
def test_a_post_goes_out_is_shown_changed_and_taken_down(network: str) -> None:
    with running_sandbox() as sandbox:
        adapter = connected(sandbox, network)
        adapter.probe()
        for post in (Post(BASMALA), Post("تعليق", media=(PLATE,))):
            published = publish(adapter, post)
            page = requests.get(published.permalink, timeout=5)
            assert page.status_code == 200
            assert post.text in page.text
            named = adapter.remote_id_in(published.permalink)
        assert [post["text"] for post in sandbox.posts(network)] == [BASMALA, "تعليق"]
        if Capability.EDIT_POST in adapter.capabilities:
            adapter.edit_post(named or "", fitting(adapter, Post("مصحح", media=(PLATE,))))
            assert sandbox.posts(network)[1]["text"] == "مصحح"
        if Capability.DELETE_POST in adapter.capabilities:
            adapter.delete_post(named or "")
            adapter.delete_post(published.remote_id)
            assert requests.get(published.permalink, timeout=5).status_code == 404


@pytest.mark.parametrize("network", SPOKEN)
def test_what_went_out_is_found_again_and_measured(network: str) -> None:
    with running_sandbox(speed=6 * 3600) as sandbox:
        adapter = connected(sandbox, network)
        began = datetime.now(UTC) - timedelta(seconds=1)
        texts = (
            "أول & «قول»" if network in PLAIN else "أول & <b> «قول»",
            f"{BASMALA}\n\nانظر https://rabita.example/s/1 (هنا).",
        )
        posts = [
            *(Post(text) for text in texts),
            Post("رابط", link="https://rabita.example/s/2"),
            Post("مع صورة", media=(PLATE,)),
            Post("مع صورتين", media=(PLATE, PLATE)),
        ]
        ids = [publish(adapter, post).remote_id for post in posts]
        for post, remote_id in (
            zip(posts, ids, strict=True) if Capability.FIND_PUBLISHED in adapter.capabilities else ()
        ):
            lookup = adapter.find_published(fitting(adapter, post), key_of(post), began)
            assert lookup.found is not None
            assert (lookup.found.remote_id, lookup.complete, lookup.others) == (remote_id, network not in PARTIAL, ())
        if Capability.POST_METRICS in adapter.capabilities:
            figures = adapter.get_post_metrics([*ids, "170000"])
            assert [figures[one].gone for one in figures] == [False] * len(ids) + [True]
            assert all(set(figures[one].values) == adapter.metrics for one in ids)
        if Capability.COMMENTS in adapter.capabilities:
            at = [comment.created_at for comment in adapter.get_comments(ids[0])]
            assert at == sorted(at)


OFFERING = [
    slug
    for slug in SPOKEN
    if (offered := adapter_class(slug).options) and not any(option.required for option in offered)
]


@pytest.mark.parametrize("network", OFFERING)
def test_whatever_a_network_offers_for_a_post_is_taken_by_it(network: str) -> None:
    with running_sandbox() as sandbox:
        adapter = connected(sandbox, network)
        choices = [(option.name, value) for option in adapter.options for value in option.choices or ("عنوان",)]
        posts = [
            Post(f"نص {place} https://rabita.example/s/1", options=dict([one])) for place, one in enumerate(choices)
        ]
        for post in posts:
            assert requests.get(publish(adapter, post).permalink, timeout=5).status_code == 200
        assert [post["text"] for post in sandbox.posts(network)] == [post.text for post in posts]


THREADED = [slug for slug in SPOKEN if Capability.REPLY in adapter_class(slug).capabilities]


@pytest.mark.parametrize("network", THREADED)
def test_each_part_of_a_thread_answers_the_one_before(network: str) -> None:
    with running_sandbox() as sandbox:
        adapter = connected(sandbox, network)
        last = None
        for text in ("أول", "ثان", "ثالث"):
            last = publish(adapter, Post(text, reply_to=last)).remote_id
        ids = {post["text"]: post["id"] for post in sandbox.posts(network)}
        assert [post["in_reply_to"] for post in sandbox.posts(network)] == [None, ids["أول"], ids["ثان"]]


KEYED = [slug for slug in SPOKEN if Capability.IDEMPOTENCY_KEY in adapter_class(slug).capabilities]


@pytest.mark.parametrize("network", KEYED)
def test_an_answer_that_was_lost_leaves_one_post_however_often_it_is_sent(network: str) -> None:
    with running_sandbox() as sandbox:
        adapter, post = connected(sandbox, network), Post("نص")
        sandbox.arm_fault("drop_answer", network=network, route="publish")
        with pytest.raises(OutcomeUnknown):
            publish(adapter, post)
        lookup = adapter.find_published(post, key_of(post), datetime.now(UTC) - timedelta(minutes=1))
        assert lookup.found is not None
        assert publish(adapter, post).remote_id == lookup.found.remote_id
        assert len(sandbox.posts(network)) == 1


RENEWED = [
    slug
    for slug in SPOKEN
    if Capability.REFRESH_TOKEN in adapter_class(slug).capabilities and adapter_class(slug).auth == (Auth.TOKEN,)
]


@pytest.mark.parametrize("network", RENEWED)
def test_an_access_that_a_pasted_word_opened_is_renewed_without_it(network: str) -> None:
    with running_sandbox() as sandbox:
        adapter = connected(sandbox, network)
        pasted = all_dialects()[network].default_accounts[0]["token"]
        tokens = adapter.refresh_token()
        assert pasted not in (tokens.access_token, tokens.refresh_token)
        assert tokens.refresh_token != adapter.connection.refresh_token
        opened = replace(adapter.connection, access_token=tokens.access_token, refresh_token=tokens.refresh_token)
        renewed = type(adapter)(opened, adapter.http, Plates())
        publish(renewed, Post("نص"))
        renewed.revoke_token()
        with pytest.raises(NeedsReconnect):
            renewed.refresh_token()


@pytest.mark.parametrize("network", SPOKEN)
def test_what_goes_wrong_there_is_understood_here(network: str) -> None:
    with running_sandbox() as sandbox:
        adapter = connected(sandbox, network)
        sandbox.arm_fault("rate_limited", network=network, route="publish", seconds=900)
        with pytest.raises(NotSent) as later:
            publish(adapter, Post("نص"))
        assert network in WORDLESS or later.value.retry_after == pytest.approx(900, abs=2)
        sandbox.arm_fault("drop_answer", network=network, route="publish")
        with pytest.raises(OutcomeUnknown):
            publish(adapter, Post("نص"))
        for kind, code in (("missing_scope", Code.MISSING_SCOPE), ("revoked_token", Code.TOKEN_INVALID)):
            sandbox.arm_fault(kind, network=network, route="publish")
            with pytest.raises(NeedsReconnect) as stopped:
                publish(adapter, Post("آخر"))
            assert stopped.value.code == code
        seen = [post["text"] for post in sandbox.posts(network) if post.get("privacy", "public") == "public"]
        assert seen == ["نص"]


def test_what_was_made_ready_and_went_out_unheard_is_never_sent_again() -> None:
    """Instagram itself says that a container was published, and a look back finds the post."""
    with running_sandbox() as sandbox:
        adapter, post = connected(sandbox, "instagram"), Post("نص @rabita", media=(PLATE, PLATE))
        began = datetime.now(UTC) - timedelta(seconds=1)
        ready = adapter.prepare(post, {})
        assert isinstance(ready, Ready)
        sandbox.arm_fault("drop_answer", network="instagram", route="publish")
        with pytest.raises(OutcomeUnknown):
            adapter.publish(ready, "")
        with pytest.raises(Rejected) as again:
            adapter.prepare(post, ready.saved)
        assert again.value.code == Code.DUPLICATE_REFUSED
        assert adapter.find_published(post, "", began).found is not None
        assert adapter.last_rate_limit is not None
        assert len(sandbox.posts("instagram")) == 1
