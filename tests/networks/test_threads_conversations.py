"""Threads: posts that answer one another, and the lines that adapter and simulator draw, each written apart."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from networks.base import Adapter
from networks.errors import Code, NotSent, OutcomeUnknown, Rejected
from networks.metrics import Metric
from networks.types import Post, Ready, Waiting
from sandbox.testing import SandboxClient, running_sandbox
from tests.networks.contract import FAMILY
from tests.networks.test_with_sandbox import connected, publish
from tests.sandbox.threads import HANDLE


@pytest.fixture
def sandbox() -> Iterator[SandboxClient]:
    with running_sandbox() as running:
        yield running


@pytest.fixture
def ours(sandbox: SandboxClient) -> Adapter:
    return connected(sandbox, "threads")


def ready(adapter: Adapter, post: Post, saved: dict[str, object] | None = None) -> Ready:
    answer = adapter.prepare(post, saved or {})
    for _ in range(200):
        if isinstance(answer, Waiting):
            answer = adapter.prepare(post, answer.saved)
    assert isinstance(answer, Ready)
    return answer


def just_before() -> datetime:
    return datetime.now(UTC) - timedelta(seconds=1)


@pytest.mark.parametrize("answers", [False, True])
def test_what_went_out_unheard_is_found_and_never_sent_again(
    sandbox: SandboxClient, ours: Adapter, answers: bool
) -> None:
    target = publish(ours, Post("أول #السند")).remote_id if answers else None
    post, began = Post("نص #السند", reply_to=target), just_before()
    done = ready(ours, post)
    absent = ours.find_published(post, "", began)
    assert (absent.found, absent.complete) == (None, True)
    sandbox.arm_fault("drop_answer", network="threads", route="publish")
    with pytest.raises(OutcomeUnknown):
        ours.publish(done, "")
    lookup = ours.find_published(post, "", began)
    assert lookup.found is not None
    assert (lookup.complete, lookup.others) == (True, ())
    with pytest.raises(Rejected) as again:
        ours.prepare(post, done.saved)
    assert again.value.code == Code.DUPLICATE_REFUSED
    with pytest.raises(NotSent):
        ours.publish(done, "")
    assert [one["text"] for one in sandbox.posts("threads")].count(post.text) == 1


def test_the_longest_text_that_we_let_pass_is_taken(sandbox: SandboxClient, ours: Adapter) -> None:
    for text in ("بِ" * 250, "ا" * (500 - 25) + FAMILY, f"{'ا' * 488}🇲🇦❤" + "ا"):
        assert ours.count(text) == 500
        publish(ours, Post(text))
    with pytest.raises(Rejected) as refused:
        ours.prepare(Post("ا" * 501), {})
    assert (refused.value.code, len(sandbox.posts("threads"))) == (Code.POST_REFUSED, 3)


def test_six_links_and_a_post_that_is_gone_are_refused_before_anything_is_out(
    sandbox: SandboxClient, ours: Adapter
) -> None:
    links = " ".join(f"https://rabita.example/{number}" for number in range(6))
    gone = publish(ours, Post("سيُحذف")).remote_id
    ours.delete_post(gone)
    for post, code in (
        (Post(links), Code.POST_REFUSED),
        (Post("جواب", reply_to=gone), Code.REPLY_TARGET_GONE),
    ):
        with pytest.raises(Rejected) as refused:
            ready(ours, post)
        assert refused.value.code == code
    assert len(sandbox.posts("threads")) == 1


def test_a_thread_is_measured_and_its_own_posts_are_no_comments() -> None:
    with running_sandbox(speed=6 * 3600) as sandbox:
        adapter = connected(sandbox, "threads")
        first = publish(adapter, Post("أول"))
        second = publish(adapter, Post("ثان", reply_to=first.remote_id))
        told = adapter.get_post_metrics([first.remote_id, second.remote_id])
        assert all(not one.gone and set(one.values) == adapter.metrics and not one.missing for one in told.values())
        for post in (first, second):
            comments = adapter.get_comments(post.remote_id)
            assert HANDLE not in {one.author for one in comments}
            assert "ثان" not in {one.text for one in comments}
        assert set(adapter.get_account_metrics().values) == {Metric.FOLLOWERS, Metric.PROFILE_VISITS}
        code = adapter.remote_id_in(second.permalink)
        assert code not in (None, second.remote_id)
        adapter.delete_post(code or "")
        assert adapter.get_post_metrics([second.remote_id])[second.remote_id].gone
