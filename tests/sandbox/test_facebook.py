"""The simulated Facebook, against https://developers.facebook.com/docs/ (Graph API, read 2026-11)."""

from __future__ import annotations

import hashlib
import hmac
import json
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from sandbox.testing import ManualClock, SandboxClient
from tests.sandbox.conftest import picture
from tests.sandbox.facebook import BASMALA, Page, error_of

APP = {"client_id": "1000000000000001", "client_secret": "sandbox-app-secret"}
BACK = "http://127.0.0.1:8000/back"
EVERYTHING = "pages_show_list,pages_manage_posts,pages_read_engagement,pages_read_user_content,read_insights"


@pytest.fixture
def mine(sandbox: SandboxClient) -> Page:
    return Page(sandbox.base("facebook"), sandbox.token("rabita_page", "facebook"))


# Login


def consent(mine: Page, handles: list[str], scope: str = EVERYTHING) -> dict[str, list[str]]:
    query = {"client_id": APP["client_id"], "redirect_uri": BACK, "state": "st4te", "scope": scope}
    dialog = f"{mine.base}/v25.0/dialog/oauth"
    assert "rabita_page" in requests.get(dialog, params=query, timeout=5).text
    answer = requests.post(dialog, params=query, data={"page": handles}, allow_redirects=False, timeout=5)
    assert answer.headers["location"].startswith(BACK)
    return parse_qs(urlsplit(answer.headers["location"]).query)


def person_of(mine: Page) -> Page:
    code = consent(mine, ["rabita_page"])["code"][0]
    told = mine.get("oauth/access_token", **APP, redirect_uri=BACK, code=code)
    return Page(mine.base, told["access_token"])


def test_a_person_consents_and_the_pages_come_with_their_own_tokens(mine: Page) -> None:
    person = person_of(mine)
    long = mine.get("oauth/access_token", **APP, grant_type="fb_exchange_token", fb_exchange_token=person.token)
    assert long["expires_in"] > 50 * 86400
    [row] = Page(mine.base, long["access_token"]).get("me/accounts")["data"]
    assert (row["id"], row["name"]) == (mine.id, mine.get("me", fields="name")["name"])
    ours = Page(mine.base, row["access_token"])
    assert ours.id == mine.id
    assert ours.post(f"{mine.id}/feed", message="نص")["id"].startswith(f"{mine.id}_")
    assert error_of(person.post(f"{mine.id}/feed", message="نص"))[0] == 190


def test_a_code_works_once_and_only_for_its_address(mine: Page) -> None:
    person_of(mine)
    code = consent(mine, ["rabita_page"])["code"][0]
    wrong = mine.get("oauth/access_token", **APP, redirect_uri=BACK + "x", code=code)
    assert error_of(wrong) == (100, 36008)
    assert error_of(mine.get("oauth/access_token", **APP, redirect_uri=BACK, code=code)) == (100, 36009)
    stranger = {**APP, "client_secret": "wrong"}
    assert error_of(mine.get("oauth/access_token", **stranger, redirect_uri=BACK, code=code))[0] == 1


def test_a_person_who_declines_comes_back_with_an_error(mine: Page) -> None:
    told = consent(mine, [""])
    assert (told["error"], told["state"]) == (["access_denied"], ["st4te"])


def test_a_short_lived_token_ends_and_a_revoked_one_too(mine: Page, clock: ManualClock) -> None:
    person = person_of(mine)
    [row] = person.get("me/accounts")["data"]
    assert person.call("DELETE", "me/permissions").json() == {"success": True}
    assert error_of(Page(mine.base, row["access_token"]).get("me")) == (190, 458)
    another = person_of(mine)
    clock.advance(7201)
    assert error_of(another.get("me")) == (190, 463)


def test_a_permission_that_was_not_granted_is_missed(mine: Page) -> None:
    code = consent(mine, ["rabita_page"], scope="pages_show_list,pages_read_engagement")["code"][0]
    person = Page(mine.base, mine.get("oauth/access_token", **APP, redirect_uri=BACK, code=code)["access_token"])
    [row] = person.get("me/accounts")["data"]
    ours = Page(mine.base, row["access_token"])
    assert error_of(ours.post(f"{mine.id}/feed", message="نص"))[0] == 200
    assert error_of(ours.get(f"{mine.id}/insights", metric="page_follows"))[0] == 10
    made = mine.post(f"{mine.id}/feed", message="نص")["id"]
    assert error_of(ours.get(made, fields="message,insights.metric(post_clicks)"))[0] == 10


def test_a_proof_is_checked_where_one_is_sent(mine: Page) -> None:
    assert mine.get("me", appsecret_proof="before any secret is known")["id"]
    person_of(mine)
    proof = hmac.new(APP["client_secret"].encode(), mine.token.encode(), hashlib.sha256).hexdigest()
    assert mine.get("me", appsecret_proof=proof)["id"]
    assert error_of(mine.get("me", appsecret_proof="0" * 64))[0] == 100
    assert error_of(Page(mine.base, "nobody").get("me"))[0] == 190
    assert error_of(Page(mine.base, "").get("me"))[0] == 104


# Posts


def test_a_post_is_read_back_with_what_was_asked_for(mine: Page, sandbox: SandboxClient) -> None:
    made = mine.post(f"{mine.id}/feed", message=BASMALA, link="https://rabita.example/s/1")
    assert sandbox.posts("facebook")[0]["text"] == BASMALA
    fields = "message,permalink_url,created_time,shares,reactions.summary(true).limit(0),comments.summary(true)"
    told = mine.get(made["id"], fields=fields)
    assert (told["id"], told["message"]) == (made["id"], BASMALA)
    assert told["permalink_url"] == f"{mine.base}/{made['id'].replace('_', '/posts/')}"
    assert told["created_time"].endswith("+0000")
    assert told["reactions"] == {"data": [], "summary": {"total_count": 0, "viewer_reaction": "NONE"}}
    assert "shares" not in told
    assert requests.get(told["permalink_url"], timeout=5).status_code == 200
    shared = mine.get(made["id"], fields="attachments{unshimmed_url}")["attachments"]["data"][0]
    assert shared["unshimmed_url"] == "https://rabita.example/s/1"


@pytest.mark.parametrize("form", ["list", "numbered"])
def test_unpublished_photos_are_attached_to_one_post(mine: Page, form: str) -> None:
    photos = [mine.upload(published="false", alt_text_custom=f"وصف {n}")["id"] for n in (1, 2)]
    assert mine.get(f"{mine.id}/published_posts") == {"data": []}
    items = [json.dumps({"media_fbid": photo}) for photo in photos]
    attached = (
        {"attached_media": f"[{','.join(items)}]"}
        if form == "list"
        else {f"attached_media[{n}]": item for n, item in enumerate(items)}
    )
    made = mine.post(f"{mine.id}/feed", message="نص", **attached)
    album = mine.get(made["id"], fields="attachments")["attachments"]["data"][0]
    assert [one["target"]["id"] for one in album["subattachments"]["data"]] == photos
    assert mine.get(photos[0], fields="alt_text_custom")["alt_text_custom"] == "وصف 1"
    assert requests.get(album["media"]["image"]["src"], timeout=5).content == picture()
    assert error_of(mine.post(f"{mine.id}/feed", message="آخر", **attached))[0] == 100


def test_a_photo_published_by_itself_is_a_post(mine: Page) -> None:
    made = mine.upload(caption="نص")
    assert mine.get(made["post_id"])["message"] == "نص"
    assert error_of(mine.upload(b"not a picture"))[0] == 324


def test_refusals_are_those_of_the_documentation(mine: Page) -> None:
    feed = f"{mine.id}/feed"
    mine.post(feed, message="نص")
    assert error_of(mine.post(feed, message="نص"))[0] == 506
    assert error_of(mine.post(feed))[0] == 100
    assert error_of(mine.post(feed, message="ا" * 63_207))[0] == 100
    assert error_of(mine.get(f"{mine.id}_1")) == (100, 33)
    assert error_of(mine.get("me", fields="name,shoe_size"))[0] == 100
    assert error_of(mine.get("me", fields="name{"))[0] == 2500
    assert error_of(mine.get("me/shoes"))[0] == 2500


def test_a_post_is_edited_and_deleted(mine: Page) -> None:
    made = mine.post(f"{mine.id}/feed", message="نص")["id"]
    assert mine.post(made, message="مصحح") == {"success": True}
    assert mine.get(made)["message"] == "مصحح"
    assert mine.call("DELETE", made).json() == {"success": True}
    assert error_of(mine.get(made)) == (100, 33)


def test_posts_come_newest_first_in_pages(mine: Page, clock: ManualClock) -> None:
    for number in range(5):
        mine.post(f"{mine.id}/feed", message=f"نص {number}")
        clock.advance(60)
    first = mine.get(f"{mine.id}/published_posts", limit=2, fields="message")
    assert [post["message"] for post in first["data"]] == ["نص 4", "نص 3"]
    second = requests.get(first["paging"]["next"], timeout=5).json()
    assert [post["message"] for post in second["data"]] == ["نص 2", "نص 1"]
    last = mine.get(f"{mine.id}/feed", limit=2, fields="message", after=second["paging"]["cursors"]["after"])
    assert [post["message"] for post in last["data"]] == ["نص 0"]
    assert "next" not in last["paging"]
    assert len(mine.get(f"{mine.id}/posts", since=int(clock.at) - 130)["data"]) == 2


# Figures


def test_a_post_tells_its_figures_among_its_fields(mine: Page, clock: ManualClock) -> None:
    made = mine.post(f"{mine.id}/feed", message="نص")["id"]
    clock.advance(3600)
    asked = "message,insights.metric(post_media_view,post_clicks).period(lifetime)"
    told = mine.get(made, fields=asked)
    assert told["insights"]["data"] == mine.get(f"{made}/insights", metric="post_media_view,post_clicks")["data"]
    for refused in ("insights.metric(post_media_view,post_impressions)", "insights"):
        assert error_of(mine.get(made, fields=refused))[0] == 100


def test_figures_grow_and_a_withdrawn_name_is_refused(mine: Page, clock: ManualClock) -> None:
    made = mine.post(f"{mine.id}/feed", message="نص")["id"]
    clock.advance(3600)
    names = "post_media_view,post_total_media_view_unique,post_clicks,post_reactions_by_type_total"
    told = {row["name"]: row["values"][0]["value"] for row in mine.get(f"{made}/insights", metric=names)["data"]}
    assert told["post_media_view"] > told["post_total_media_view_unique"] > told["post_clicks"] > 0
    total = mine.get(made, fields="reactions.summary(total_count)")["reactions"]["summary"]["total_count"]
    assert sum(told["post_reactions_by_type_total"].values()) == total > 0
    assert error_of(mine.get(f"{made}/insights", metric="post_media_view,post_impressions"))[0] == 100
    comments = mine.get(f"{made}/comments", fields="message,from,created_time", summary="true")
    assert comments["summary"]["total_count"] == len(comments["data"]) > 0
    assert mine.get(comments["data"][0]["id"])["message"] == comments["data"][0]["message"]


def test_a_page_has_its_followers_and_its_days(mine: Page, clock: ManualClock) -> None:
    mine.post(f"{mine.id}/feed", message="نص")
    clock.advance(2 * 86400)
    told = mine.get("me", fields="username,about,website,link,fan_count,followers_count")
    assert (told["username"], "website" in told) == ("rabita_page", False)
    rows = mine.get(f"{mine.id}/insights", metric="page_media_view,page_follows")["data"]
    views, follows = ([value["value"] for value in row["values"]] for row in rows)
    assert len(views) == 2
    assert sum(views) > 0
    assert follows[-1] <= told["followers_count"]
    assert error_of(mine.get(f"{mine.id}/insights", metric="page_impressions"))[0] == 100


# Batches, usage, faults


def test_a_batch_answers_each_call_by_itself(mine: Page) -> None:
    made = mine.post(f"{mine.id}/feed", message="نص")["id"]
    calls = [
        {"method": "GET", "relative_url": f"{made}?fields=message"},
        {"method": "GET", "relative_url": f"v25.0/{made}/insights?metric=post_impressions"},
        {"method": "POST", "relative_url": made, "body": "message=edited"},
    ]
    answers = mine.post("", batch=json.dumps(calls))
    assert [answer["code"] for answer in answers] == [200, 400, 200]
    assert json.loads(answers[0]["body"])["message"] == "نص"
    assert mine.get(made)["message"] == "edited"
    assert mine.call("POST", "", batch=json.dumps(calls * 20)).status_code == 400


def test_usage_is_told_per_page_and_per_application(mine: Page) -> None:
    told = json.loads(mine.call("GET", "me").headers["X-Business-Use-Case-Usage"])
    assert [row[0]["type"] for row in told.values()] == ["pages"]
    assert json.loads(person_of(mine).call("GET", "me").headers["X-App-Usage"])["call_count"] >= 0


@pytest.mark.parametrize(
    ("kind", "status", "code"),
    [("rate_limited", 400, 80001), ("revoked_token", 401, 190), ("missing_scope", 403, 200), ("server_error", 500, 1)],
)
def test_faults_speak_the_networks_own_words(
    mine: Page, sandbox: SandboxClient, kind: str, status: int, code: int
) -> None:
    feed = f"{mine.id}/feed"
    sandbox.arm_fault(kind, network="facebook", account="rabita_page", route="publish", seconds=900, status=500)
    answer = mine.call("POST", feed, message="نص")
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    assert sandbox.posts("facebook") == []
    if kind == "rate_limited":
        [told] = json.loads(answer.headers["X-Business-Use-Case-Usage"]).values()
        assert told[0]["estimated_time_to_regain_access"] == 15
    if kind == "revoked_token":
        assert error_of(mine.get("me")) == (190, 458)


def test_a_refused_picture_and_a_lost_answer(mine: Page, sandbox: SandboxClient) -> None:
    feed = f"{mine.id}/feed"
    sandbox.arm_fault("media_refused", network="facebook")
    assert error_of(mine.upload(published="false"))[0] == 324
    sandbox.arm_fault("drop_answer", network="facebook", route="publish")
    with pytest.raises(requests.ConnectionError):
        mine.call("POST", feed, message="نص")
    assert [post["text"] for post in sandbox.posts("facebook")] == ["نص"]


def test_a_page_opened_from_the_people_file_has_its_token_and_a_timeline(mine: Page, sandbox: SandboxClient) -> None:
    sandbox.add_account(network="facebook", handle="majlis", display_name="المجلس", bio="صفحة", token="majlis-token")
    theirs = Page(mine.base, "majlis-token")
    theirs.post(f"{theirs.id}/feed", message="من المجلس")
    shown = requests.get(f"{mine.base}/@majlis", timeout=5)
    assert "من المجلس" in shown.text
    assert error_of(mine.post(f"{theirs.id}/feed", message="x"))[0] == 200
