"""Readers of the simulated networks: figures that grow with age and never fall, and a thread of harmless replies."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from sandbox.testing import ManualClock, SandboxClient, running_sandbox
from tests.sandbox.conftest import Reader

DAY = 86_400.0
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


def test_a_past_that_was_played_keeps_its_pace_when_the_clock_is_let_go(
    sandbox: SandboxClient, author: Reader, clock: ManualClock
) -> None:
    sandbox.set_clock(clock.at - 90 * DAY)
    status = author.post("من الماضي").json()
    assert status["created_at"].startswith(datetime.fromtimestamp(clock.at - 90 * DAY, UTC).strftime("%Y-%m-%dT%H"))
    sandbox.set_clock(clock.at - 90 * DAY + 3600)
    after_an_hour = figures(author, status["id"])
    assert sum(after_an_hour) > 0
    sandbox.set_clock(clock.at - 85 * DAY)
    of_old = author.call("GET", f"/api/v1/statuses/{status['id']}/context").json()["descendants"]
    assert sum(figures(author, status["id"])) > sum(after_an_hour)
    sandbox.let_clock_go()
    later = author.call("GET", f"/api/v1/statuses/{status['id']}/context").json()["descendants"]
    assert [(one["id"], one["created_at"]) for one in later[: len(of_old)]] == [
        (one["id"], one["created_at"]) for one in of_old
    ]
    before = figures(author, fresh := author.post("اليوم").json()["id"])
    clock.advance(600)
    assert sum(before) == 0 < sum(figures(author, fresh))


def test_a_restart_remembers_when_the_past_ended(tmp_path: Path) -> None:
    clock = ManualClock()
    with running_sandbox(tmp_path, clock=clock, speed=60) as first:
        reader = Reader(first.base("mastodon"), first.token("rabita_demo"))
        first.set_clock(clock.at - 40 * DAY)
        status_id = reader.post("من الماضي").json()["id"]
        first.let_clock_go()
        seen = figures(reader, status_id)
    with running_sandbox(tmp_path, clock=clock, speed=60) as again:
        assert figures(Reader(again.base("mastodon"), again.token("rabita_demo")), status_id) == seen
