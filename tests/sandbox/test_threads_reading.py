"""What an application and people read of the simulated Threads: lists, replies, threads, figures (read 2026-11)."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from sandbox.testing import ManualClock, SandboxClient
from tests.sandbox.threads import Profile, error_of

MINUTE, DAY = 60, 86400


def test_posts_are_listed_from_the_newest_a_page_at_a_time(ours: Profile) -> None:
    posts = [ours.posted(f"نص {n}") for n in range(5)][::-1]
    first = ours.get("me/threads", fields="text", limit=2)
    assert [row["id"] for row in first["data"]] == posts[:2]
    assert first["data"][0]["text"] == "نص 4"
    second = requests.get(first["paging"]["next"], timeout=5).json()
    assert [row["id"] for row in second["data"]] == posts[2:4]
    cursors = second["paging"]["cursors"]
    assert ours.ids("me/threads", limit=2, after=cursors["after"]) == posts[4:]
    assert ours.ids("me/threads", limit=2, before=cursors["before"]) == posts[:2]
    assert ours.ids("me/threads", limit=9, before=cursors["before"]) == posts[:2]
    both = {"after": cursors["after"], "before": cursors["before"]}
    assert error_of(ours.get("me/threads", **both))[0] == 100
    assert "next" not in ours.get("me/threads")["paging"]
    ours.clock.advance(1)
    assert ours.get("me/threads", since=int(ours.clock())) == {"data": []}


def test_posts_are_listed_between_two_times(ours: Profile, clock: ManualClock) -> None:
    old = ours.posted("قديم")
    clock.advance(2 * DAY)
    new, now = ours.posted("جديد"), int(clock())
    assert ours.ids("me/threads", since=now - DAY) == [new]
    assert ours.ids("me/threads", until=now - DAY) == [old]
    assert ours.ids("me/threads", since=now - 3 * DAY, until=now) == [new, old]
    assert ours.ids("me/threads", since="2026-01-01", until="2026-01-02T00:00:00+01:00") == []


@pytest.mark.parametrize(
    "asked", [{"since": "1688540399"}, {"until": "1990000000"}, {"since": "yesterday at tea"}, {"since": "1780000000"}]
)
def test_times_out_of_range_are_refused(ours: Profile, asked: dict[str, str]) -> None:
    until = {"until": "1779999999"} if asked == {"since": "1780000000"} else {}
    assert error_of(ours.get("me/threads", **asked, **until))[0] == 100


def thread(ours: Profile) -> list[str]:
    first = ours.posted("أول")
    second = ours.posted("ثان", reply_to_id=first)
    return [first, second, ours.posted("ثالث", reply_to_id=second)]


def test_a_thread_is_a_post_and_replies_to_it(ours: Profile) -> None:
    first, second, third = thread(ours)
    fields = "is_reply,root_post,replied_to,is_reply_owned_by_me,hide_status,has_replies,owner,reply_audience"
    told = ours.get(third, fields=fields)
    assert (told["is_reply"], told["root_post"], told["replied_to"]) == (True, {"id": first}, {"id": second})
    assert (told["is_reply_owned_by_me"], told["hide_status"], "owner" in told) == (True, "NOT_HUSHED", False)
    top = ours.get(first, fields=fields)
    assert (top["is_reply"], top["has_replies"]) == (False, True)
    assert not {"root_post", "replied_to", "is_reply_owned_by_me", "hide_status"} & set(top)
    assert ours.ids("me/threads") == [first]
    assert ours.ids("me/replies") == [third, second]
    assert error_of(ours.post("me/threads", media_type="TEXT", text="نص", reply_to_id="1")) == (24, 4279009)


def test_the_page_of_a_post_shows_its_whole_thread(ours: Profile) -> None:
    first, second, third = thread(ours)
    page = requests.get(ours.get(first, fields="permalink")["permalink"], timeout=5).text
    places = [page.index(f'id="p{one}"') for one in (first, second, third)]
    assert places == sorted(places)
    timeline = requests.get(f"{ours.base}/@rabita_threads", timeout=5).text
    assert timeline.count('<article class="post"') == 3
    assert timeline.count("تتمة لمنشور سابق") == 2
    counted = figures(ours, f"{first}/insights", "replies")["replies"]["values"][0]["value"]
    assert f"الردود: <b>{counted}</b>" in page[: places[1]]


def test_readers_reply_and_are_answered(ours: Profile, clock: ManualClock) -> None:
    first, second, _ = thread(ours)
    clock.advance(3 * 24 * MINUTE)
    newest = ours.get(f"{first}/replies", fields="id,text,username,timestamp,replied_to,is_reply_owned_by_me")["data"]
    times = [row["timestamp"] for row in newest]
    assert times == sorted(times, reverse=True)
    assert {row["replied_to"]["id"] for row in newest} == {first}
    theirs = [row for row in newest if not row["is_reply_owned_by_me"]]
    assert len(theirs) == len(newest) - 1 > 0
    assert ours.ids(f"{first}/replies", reverse="false") == [row["id"] for row in newest][::-1]
    said = theirs[0]["id"]
    assert ours.get(said, fields="text,root_post")["root_post"] == {"id": first}
    answer = ours.posted("جواب", reply_to_id=said)
    assert ours.get(answer, fields="replied_to,root_post") == {
        "replied_to": {"id": said}, "root_post": {"id": first}, "id": answer,
    }  # fmt: skip
    assert ours.ids(f"{said}/replies") == [answer]
    assert answer not in ours.ids(f"{first}/replies")
    assert ours.get(said, fields="has_replies")["has_replies"] is True
    assert "جواب" in requests.get(f"{ours.base}/@rabita_threads/{first}", timeout=5).text
    whole = set(ours.ids(f"{first}/conversation", limit=100))
    assert {second, answer, said} < whole
    assert len(whole) > len(newest) + 2


def test_a_deleted_post_is_on_no_page(ours: Profile) -> None:
    post = ours.posted()
    permalink = ours.get(post, fields="permalink")["permalink"]
    assert requests.get(permalink, timeout=5).status_code == 200
    assert requests.get(permalink.replace("@rabita_threads", "@another"), timeout=5).status_code == 404
    ours.call("DELETE", post)
    assert requests.get(permalink, timeout=5).status_code == 404
    assert ours.ids("me/threads") == []


def test_a_link_that_the_text_does_not_name_and_a_topic_are_shown(ours: Profile) -> None:
    ours.posted("نص", link_attachment="https://rabita.example/s/1", topic_tag="علوم الحديث")
    page = requests.get(f"{ours.base}/@rabita_threads", timeout=5).text
    assert 'href="https://rabita.example/s/1"' in page
    assert '<p dir="auto">#علوم الحديث</p>' in page


# Figures


def figures(ours: Profile, path: str, metric: str, **more: Any) -> dict[str, Any]:
    return {row["name"]: row for row in ours.get(path, metric=metric, **more)["data"]}


def test_figures_of_a_post_grow_and_never_fall(ours: Profile, clock: ManualClock) -> None:
    post, names = ours.posted(), "views,likes,replies,reposts,quotes,shares"
    seen: list[dict[str, int]] = []
    for _ in range(4):
        told = figures(ours, f"{post}/insights", names)
        assert {row["period"] for row in told.values()} == {"lifetime"}
        assert told["likes"]["id"] == f"{post}/insights/likes/lifetime"
        seen.append({name: row["values"][0]["value"] for name, row in told.items()})
        clock.advance(DAY)
    for earlier, later in zip(seen, seen[1:], strict=False):
        assert all(earlier[name] <= later[name] for name in earlier)
    assert seen[0]["likes"] < seen[-1]["likes"] < seen[-1]["views"]
    assert seen[-1]["replies"] == len(ours.ids(f"{post}/conversation", limit=100))


def test_replies_are_counted_in_the_whole_thread_and_under_one_reply(ours: Profile, clock: ManualClock) -> None:
    first, second, _ = thread(ours)
    clock.advance(DAY)
    for post, path in ((first, "conversation"), (second, "replies")):
        told = figures(ours, f"{post}/insights", "replies")["replies"]["values"][0]["value"]
        assert told == len(ours.ids(f"{post}/{path}", limit=100))


def test_figures_of_a_profile_are_told_by_their_kind(ours: Profile, clock: ManualClock) -> None:
    ours.posted("نص", link_attachment="https://rabita.example/s/1")
    clock.advance(DAY)
    now = int(clock())
    told = figures(ours, "me/threads_insights", "views,likes,clicks,followers_count", since=now - 3 * DAY, until=now)
    days = told["views"]["values"]
    assert [row["end_time"][11:] for row in days] == ["08:00:00+0000"] * len(days)
    assert len(days) == 4
    assert sum(row["value"] for row in days) > 0
    assert told["likes"]["total_value"]["value"] > 0
    assert told["clicks"]["link_total_values"][0]["link_url"] == "https://rabita.example/s/1"
    assert told["followers_count"]["total_value"]["value"] > 100
    assert figures(ours, "me/threads_insights", "likes")["likes"]["total_value"]["value"] > 0
    before = figures(ours, "me/threads_insights", "likes,clicks", since=now - 9 * DAY, until=now - 8 * DAY)
    assert (before["likes"]["total_value"], before["clicks"]["link_total_values"]) == ({"value": 0}, [])


@pytest.mark.parametrize(
    "asked",
    [
        {}, {"metric": "impressions"}, {"metric": "likes", "since": "1712991599"},
        {"metric": "likes", "since": "2026-01-01"}, {"metric": "likes", "since": "1780000000", "until": "1779000000"},
    ],
)  # fmt: skip
def test_a_metric_or_time_that_is_not_offered_is_refused(ours: Profile, asked: dict[str, str]) -> None:
    assert error_of(ours.get("me/threads_insights", **asked))[0] == 100
    if "since" not in asked:
        assert error_of(ours.get(f"{ours.posted()}/insights", **asked))[0] == 100


def test_a_post_of_the_past_has_its_place(ours: Profile, sandbox: SandboxClient) -> None:
    made = sandbox.add_post(network="threads", account="rabita_threads", text="ماض", created_at=1_770_000_000)
    told = ours.get(made["id"], fields="media_type,text,timestamp,permalink")
    assert (told["media_type"], told["text"]) == ("TEXT_POST", "ماض")
    assert told["timestamp"].startswith("2026-02-02")
    assert requests.get(told["permalink"], timeout=5).status_code == 200
