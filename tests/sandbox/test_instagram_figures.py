"""What the simulated Instagram tells of posts, comments and accounts, and its human pages (read 2026-11)."""

from __future__ import annotations

import pytest
import requests

from sandbox.testing import ManualClock, SandboxClient
from tests.sandbox.instagram import Files, Professional, error_of, jpeg, mp4

FEED = "views,reach,likes,comments,shares,saved,total_interactions,profile_visits,follows"
REELS = "views,reach,likes,ig_reels_avg_watch_time,ig_reels_video_view_total_time,reels_skip_rate"


@pytest.fixture
def made(mine: Professional, files: Files) -> str:
    return mine.posted(files.put(jpeg()), caption="نص")


def figures(mine: Professional, node: str, names: str) -> dict[str, int]:
    rows = mine.get(f"{node}/insights", metric=names)["data"]
    assert all(row["period"] == "lifetime" for row in rows)
    return {row["name"]: row["values"][0]["value"] for row in rows}


def test_figures_are_absent_before_they_are_measured_then_grow(
    mine: Professional, made: str, clock: ManualClock
) -> None:
    assert mine.get(f"{made}/insights", metric=FEED) == {"data": []}
    clock.advance(600)
    before = figures(mine, made, FEED)
    clock.advance(3600)
    after = figures(mine, made, FEED)
    assert after["views"] > before["views"] > before["reach"] > before["likes"] > 0
    assert after["total_interactions"] == sum(after[name] for name in ("likes", "comments", "shares", "saved"))
    told = mine.get(made, fields="like_count,comments_count,saved_count,insights.metric(reach){values}")
    assert (told["like_count"], told["saved_count"]) == (after["likes"], after["saved"])
    assert told["insights"]["data"][0]["values"] == [{"value": after["reach"]}]
    assert "facebook_views" not in figures(mine, made, "views,facebook_views")


def test_each_kind_of_post_has_its_own_figures(mine: Professional, files: Files, made: str, clock: ManualClock) -> None:
    reel = mine.publish(mine.ready(media_type="REELS", video_url=files.put(mp4())))["id"]
    clock.advance(3600)
    watched = figures(mine, reel, REELS)
    assert watched["ig_reels_video_view_total_time"] == watched["views"] * watched["ig_reels_avg_watch_time"]
    for node, name in ((reel, "follows"), (made, "ig_reels_avg_watch_time"), (made, "navigation")):
        told = mine.get(f"{node}/insights", metric=f"reach,{name}")
        assert error_of(told)[0] == 100
        assert f"does not support the {name} metric for this media product type" in told["error"]["message"]


@pytest.mark.parametrize("name", ["plays", "video_views", "engagement", "clips_replays_count", "saves"])
def test_a_name_that_is_no_metric_today_is_refused_by_its_place(mine: Professional, made: str, name: str) -> None:
    told = mine.get(f"{made}/insights", metric=f"reach,{name}")
    assert error_of(told)[0] == 100
    assert "metric[1] must be one of the following values" in told["error"]["message"]


def test_impressions_are_withdrawn_by_name(mine: Professional, made: str) -> None:
    told = mine.get(f"{made}/insights", metric="impressions")
    assert error_of(told)[0] == 100
    assert "no longer supported" in told["error"]["message"]
    assert error_of(mine.get(f"{made}/insights"))[0] == 100


def test_comments_come_with_their_authors_the_last_one_first(mine: Professional, made: str, clock: ManualClock) -> None:
    clock.advance(6 * 3600)
    told = mine.get(f"{made}/comments")["data"]
    assert set(told[0]) == {"id", "text", "timestamp"}
    assert [row["timestamp"] for row in told] == sorted((row["timestamp"] for row in told), reverse=True)
    one = mine.get(told[0]["id"], fields="text,username,from,media,hidden")
    assert (one["text"], one["media"], one["hidden"]) == (told[0]["text"], {"id": made}, False)
    assert one["from"]["username"] == one["username"]
    first = mine.get(f"{made}/comments", limit=2, fields="id")
    after = first["paging"]["cursors"]["after"]
    assert mine.get(f"{made}/comments", limit=1, after=after)["data"][0]["id"] == told[2]["id"]


def test_an_account_tells_who_it_is(mine: Professional, made: str) -> None:
    told = mine.get(mine.id, fields="username,name,biography,followers_count,media_count,profile_picture_url")
    assert (told["username"], told["media_count"]) == ("rabita_insta", 1)
    assert "الرابطة المحمدية للعلماء" in told["biography"]
    assert told["followers_count"] > 1000
    assert "profile_picture_url" not in told
    assert mine.get(mine.id, fields="media{caption}")["media"]["data"] == [{"caption": "نص", "id": made}]
    assert mine.get("me")["name"] == told["name"]


def test_posts_come_newest_first_in_pages(mine: Professional, files: Files, clock: ManualClock) -> None:
    address = files.put(jpeg())
    made = [mine.posted(address, caption=f"نص {n}") for n in range(3)]
    assert mine.get(f"{mine.id}/media")["data"] == [{"id": one} for one in made[::-1]]
    first = mine.get(f"{mine.id}/media", limit=2, fields="caption")
    assert [post["caption"] for post in first["data"]] == ["نص 2", "نص 1"]
    second = requests.get(first["paging"]["next"], timeout=5).json()
    assert [post["caption"] for post in second["data"]] == ["نص 0"]
    assert mine.get(f"{mine.id}/media", since=int(clock.at) + 1)["data"] == []


def test_an_account_has_its_days(mine: Professional, made: str, clock: ManualClock) -> None:
    posted = int(clock.at)
    clock.advance(2 * 86400)
    asked = {"period": "day", "since": posted, "until": int(clock.at)}
    totals = mine.get(f"{mine.id}/insights", metric="views,likes,saves", metric_type="total_value", **asked)["data"]
    told = {row["name"]: row["total_value"]["value"] for row in totals}
    assert told["views"] > told["likes"] > told["saves"] > 0
    [reach] = mine.get(f"{mine.id}/insights", metric="reach", **asked)["data"]
    assert len(reach["values"]) == 2
    assert all(row["end_time"].endswith("T00:00:00+0000") for row in reach["values"])


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"metric": "views", "period": "day"}, "metric_type=total_value"),
        ({"metric": "impressions", "period": "day"}, "metric[0] must be one of"),
        ({"metric": "reach"}, "period"),
        ({"metric": "reach", "period": "day", "since": "1700000000", "until": "1779000000"}, "30 days"),
    ],
)
def test_an_accounts_figures_are_asked_for_as_documented(mine: Professional, asked: dict[str, str], said: str) -> None:
    told = mine.get(f"{mine.id}/insights", **asked)
    assert error_of(told)[0] == 100
    assert said in told["error"]["message"]


def test_a_profile_is_a_grid_and_a_post_shows_its_picture_before_its_words(
    mine: Professional, sandbox: SandboxClient, files: Files
) -> None:
    made = mine.posted(files.put(jpeg()), caption="كلام تحت الصورة", alt_text="وصف الصورة")
    sandbox.add_post(network="instagram", account="rabita_insta", text="من الماضي", created_at=1_770_000_000)
    profile = requests.get(f"{mine.base}/@rabita_insta", timeout=5).text
    assert profile.count('class="tile"') == 2
    assert "من الماضي" in profile
    told = mine.get(made, fields="permalink,shortcode")
    assert f'href="{told["permalink"]}"' in profile
    post = requests.get(told["permalink"], timeout=5)
    assert post.text.index("وصف الصورة") < post.text.index("كلام تحت الصورة")
    assert requests.get(f"{mine.base}/p/nothing", timeout=5).status_code == 404


def test_a_person_opens_an_account_and_posts_with_its_token(
    sandbox: SandboxClient, mine: Professional, files: Files, clock: ManualClock
) -> None:
    typed = {"network": "instagram", "handle": "majlisOujda", "display_name": "المجلس", "bio": "حساب"}
    assert requests.post(f"{sandbox.url}/accounts/new", data=typed, timeout=5).status_code == 200
    theirs = Professional(mine.base, sandbox.token("majlisOujda", "instagram"), clock)
    theirs.posted(files.put(jpeg()), caption="من المجلس")
    assert theirs.get(theirs.id, fields="username,media_count") == {
        "username": "majlisOujda", "media_count": 1, "id": theirs.id,
    }  # fmt: skip
