"""Readers of the simulated networks: figures that grow with age and never fall, and a thread of harmless replies."""

from __future__ import annotations

from sandbox.testing import ManualClock, SandboxClient
from tests.sandbox.conftest import Reader

FIGURES = ("favourites_count", "reblogs_count", "replies_count")


def figures(reader: Reader, status_id: str) -> list[int]:
    status = reader.call("GET", f"/api/v1/statuses/{status_id}").json()
    return [status[name] for name in FIGURES]


def test_a_new_post_has_no_reactions(author: Reader) -> None:
    assert [author.post("نص").json()[name] for name in FIGURES] == [0, 0, 0]


def test_figures_grow_and_never_fall(author: Reader, clock: ManualClock) -> None:
    status_id = author.post("نص").json()["id"]
    seen = []
    for _ in range(40):
        clock.advance(90)
        seen.append(figures(author, status_id))
    for earlier, later in zip(seen, seen[1:], strict=False):
        assert all(before <= after for before, after in zip(earlier, later, strict=True))
    assert all(number > 0 for number in seen[-1])


def test_two_readings_at_one_age_agree(author: Reader, clock: ManualClock) -> None:
    status_id = author.post("نص").json()["id"]
    clock.advance(600)
    assert figures(author, status_id) == figures(author, status_id)


def test_the_replies_counted_are_the_replies_read(author: Reader, clock: ManualClock) -> None:
    status_id = author.post("نص").json()["id"]
    clock.advance(24 * 60)
    replies = author.call("GET", f"/api/v1/statuses/{status_id}/context").json()["descendants"]
    assert len(replies) == figures(author, status_id)[2] > 0
    assert {reply["in_reply_to_id"] for reply in replies} == {status_id}
    again = author.call("GET", f"/api/v1/statuses/{replies[0]['id']}").json()
    assert again["content"] == replies[0]["content"]


def test_nobody_reacts_to_a_private_post(author: Reader, clock: ManualClock) -> None:
    status_id = author.post("نص", visibility="private").json()["id"]
    clock.advance(86400)
    assert figures(author, status_id) == [0, 0, 0]


def test_a_back_dated_post_has_the_figures_of_its_age(sandbox: SandboxClient, author: Reader) -> None:
    post = sandbox.add_post(
        network="mastodon", account="rabita_demo", text="من الأرشيف", created_at="2026-05-01T10:00:00Z"
    )
    assert all(number > 0 for number in figures(author, post["id"]))
