"""What readers and people see of the simulated TikTok: its lists, pages, drafts on the phone, and its faults."""

from __future__ import annotations

import re

import pytest
import requests

from sandbox.testing import ManualClock, SandboxClient
from tests.sandbox.boxes import mp4
from tests.sandbox.instagram import Files, jpeg
from tests.sandbox.tiktok import BASMALA, HANDLE, Creator, code_of

FIGURES = "id,view_count,like_count,comment_count,share_count"


@pytest.fixture
def creator(sandbox: SandboxClient, clock: ManualClock) -> Creator:
    return Creator.of(sandbox, clock)


def page(creator: Creator, path: str) -> str:
    answer = requests.get(f"{creator.base}{path}", timeout=5)
    assert answer.status_code == 200
    return answer.text


def test_videos_are_listed_from_the_newest_a_page_at_a_time(creator: Creator) -> None:
    posts = [creator.published(title=f"مقطع {n}") for n in range(5)][::-1]
    first = creator.videos("id,title", max_count=2)["data"]
    assert [video["id"] for video in first["videos"]] == posts[:2]
    assert (first["videos"][0]["title"], first["has_more"]) == ("مقطع 4", True)
    second = creator.videos(max_count=20, cursor=first["cursor"])["data"]
    assert [video["id"] for video in second["videos"]] == posts[2:]
    assert second["has_more"] is False


def test_a_video_is_told_by_the_fields_asked_for(creator: Creator) -> None:
    post = creator.published(title="ا" * 200, is_aigc=True)
    fields = "id,create_time,share_url,title,video_description,duration,width,height,embed_link,is_aigc,cover_image_url"
    [video] = creator.query([post, "7000000000000000000"], fields)["data"]["videos"]
    assert (video["duration"], video["width"], video["height"], video["is_aigc"]) == (30, 720, 1280, True)
    assert (len(video["title"]), len(video["video_description"])) == (150, 150)
    assert f"/@{HANDLE}/video/{post}?utm_campaign=tt4d_open_api" in video["share_url"]
    for name in ("share_url", "embed_link", "cover_image_url"):
        assert requests.get(video[name], timeout=5).status_code == 200


@pytest.mark.parametrize(("name", "value"), [("max_count", 21), ("max_count", 0), ("max_count", "2"), ("cursor", "x")])
def test_a_page_is_asked_for_in_numbers(creator: Creator, name: str, value: object) -> None:
    assert code_of(creator.post("/v2/video/list/", {name: value}, fields="id")) == "invalid_params"


def test_at_most_twenty_videos_are_told_at_once(creator: Creator) -> None:
    assert code_of(creator.query(["1"] * 20)) == "ok"
    assert code_of(creator.query(["1"] * 21)) == "invalid_params"
    assert code_of(creator.query([])) == "invalid_params"
    assert code_of(creator.query(["1"], "id,nothing")) == "invalid_params"
    assert code_of(creator.query(["1"], "")) == "invalid_params"


def test_another_creators_video_is_not_told(creator: Creator, sandbox: SandboxClient) -> None:
    post = creator.published()
    sandbox.add_account(network="tiktok", handle="charlie_tok", token="act.charlie")
    assert Creator(creator.base, "act.charlie", creator.clock).query([post])["data"]["videos"] == []


def test_figures_grow_and_never_fall(creator: Creator) -> None:
    post = creator.published()
    seen = []
    for _ in range(4):
        [video] = creator.query([post], FIGURES)["data"]["videos"]
        seen.append([video[name] for name in FIGURES.split(",")[1:]])
        creator.clock.advance(300)
    assert all(
        later >= earlier
        for one, two in zip(seen, seen[1:], strict=False)
        for earlier, later in zip(one, two, strict=True)
    )
    assert all(last > first for first, last in zip(seen[0], seen[-1], strict=True))
    stats = creator.me("follower_count,following_count,likes_count,video_count")["data"]["user"]
    assert (stats["video_count"], stats["likes_count"] >= seen[-1][1], stats["follower_count"] > 1000) == (
        1,
        True,
        True,
    )


def test_without_comments_there_are_none(creator: Creator) -> None:
    post = creator.published(disable_comment=True)
    creator.clock.advance(3600)
    [video] = creator.query([post], FIGURES)["data"]["videos"]
    assert (video["comment_count"], video["like_count"] > 0) == (0, True)
    assert 'class="comment"' not in page(creator, f"/@{HANDLE}/video/{post}")


def test_a_profile_is_a_grid_and_a_video_plays_on_its_page(creator: Creator) -> None:
    post = creator.published(is_aigc=True)
    creator.clock.advance(600)
    grid = page(creator, f"/@{HANDLE}")
    assert grid.count('class="tile"') == 1
    html = page(creator, f"/@{HANDLE}/video/{post}")
    assert BASMALA in html
    assert "بالذكاء الاصطناعي" in html
    assert 'class="comment"' in html
    [address] = re.findall(r'<video src="([^"]+)"', html)
    whole = requests.get(address, timeout=5)
    assert (whole.content, whole.headers["content-type"]) == (mp4(), "video/mp4")
    part = requests.get(address, headers={"Range": "bytes=0-3"}, timeout=5)
    assert (part.status_code, part.content) == (206, mp4()[:4])


@pytest.mark.parametrize("level", ["SELF_ONLY", "MUTUAL_FOLLOW_FRIENDS"])
def test_what_not_everybody_may_see_is_on_no_page(creator: Creator, sandbox: SandboxClient, level: str) -> None:
    creator.posted(privacy_level=level)
    creator.clock.advance(600)
    assert 'class="tile"' not in page(creator, f"/@{HANDLE}")
    [post] = sandbox.posts("tiktok")
    assert requests.get(f"{creator.base}/@{HANDLE}/video/{post['id']}", timeout=5).status_code == 404
    assert requests.get(f"{creator.base}/file/{post['media_ids'][0]}", timeout=5).status_code == 404


def test_an_account_that_becomes_private_hides_its_videos(creator: Creator) -> None:
    post = creator.published()
    creator.choose(is_private="yes")
    assert creator.query([post])["data"]["videos"] == []
    assert 'class="tile"' not in page(creator, f"/@{HANDLE}")


def test_the_past_can_be_told(creator: Creator, sandbox: SandboxClient) -> None:
    at = creator.clock() - 86_400
    made = sandbox.add_post(network="tiktok", account=HANDLE, text="قديم", created_at=at)
    [video] = creator.query([made["id"]], "id,title,create_time,like_count")["data"]["videos"]
    assert (video["title"], video["create_time"], video["like_count"] > 0) == ("قديم", int(at), True)


def draft_of(sandbox: SandboxClient) -> str:
    html = requests.get(f"{sandbox.url}/phone", timeout=5).text
    [path] = re.findall(r'href="(/tiktok/inbox/\d+)"', html)
    return sandbox.url + str(path)


def test_a_draft_waits_on_the_phone_until_a_person_posts_it(creator: Creator, sandbox: SandboxClient) -> None:
    publish_id = creator.posted(draft=True)
    assert publish_id.startswith("v_inbox_file~v2.")
    assert creator.status(publish_id)["status"] == "PROCESSING_UPLOAD"
    creator.clock.advance(3)
    assert creator.status(publish_id)["status"] == "SEND_TO_USER_INBOX"
    assert sandbox.posts("tiktok") == []
    url = draft_of(sandbox)
    assert 'name="privacy_level"' in requests.get(url, timeout=5).text
    assert requests.get(f"{url}/file/0", timeout=5).content == mp4()
    words = {"title": "كتبه بيده", "privacy_level": "PUBLIC_TO_EVERYONE"}
    assert requests.post(url, data=words | {"privacy_level": "FOLLOWER_OF_CREATOR"}, timeout=5).status_code == 422
    assert requests.post(url, data=words, timeout=5).status_code == 200
    creator.clock.advance(3)
    told = creator.status(publish_id)
    assert told["status"] == "PUBLISH_COMPLETE"
    [post] = sandbox.posts("tiktok")
    assert (told["publicaly_available_post_id"], post["text"]) == ([int(post["id"])], "كتبه بيده")
    assert requests.get(url, timeout=5).status_code == 404


def test_photos_are_sent_with_their_words(creator: Creator, sandbox: SandboxClient, files: Files) -> None:
    creator.photos([files.put(jpeg())], mode="MEDIA_UPLOAD", title="عنوان", description="وصف")
    creator.clock.advance(3)
    html = requests.get(draft_of(sandbox), timeout=5).text
    assert "عنوان\n\nوصف" in html
    [address] = re.findall(r'<img src="([^"]+)"', html)
    assert requests.get(sandbox.url + address, timeout=5).content == jpeg()
    assert requests.get(f"{draft_of(sandbox)}/file/1", timeout=5).status_code == 404


def test_a_draft_may_be_thrown_away(creator: Creator, sandbox: SandboxClient) -> None:
    publish_id = creator.posted(draft=True)
    creator.clock.advance(3)
    requests.post(draft_of(sandbox), data={"discard": "1"}, timeout=5)
    assert "/tiktok/inbox/" not in requests.get(f"{sandbox.url}/phone", timeout=5).text
    assert creator.status(publish_id)["status"] == "SEND_TO_USER_INBOX"


def test_five_drafts_wait_at_most(creator: Creator) -> None:
    for _ in range(5):
        creator.posted(draft=True)
    assert code_of(creator.begin(1000, draft=True)) == "spam_risk_too_many_pending_share"
    creator.clock.advance(86_401)
    assert code_of(creator.begin(1000, draft=True)) == "ok"


def test_photos_for_the_inbox_need_a_recent_application(creator: Creator, files: Files) -> None:
    creator.choose(refusal="app_version_check_failed")
    url = files.put(jpeg())
    assert code_of(creator.photos([url], mode="MEDIA_UPLOAD")) == "app_version_check_failed"
    assert code_of(creator.photos([url])) == "ok"


@pytest.mark.parametrize("path", ["/inbox/1", "/developers"])
def test_another_site_changes_nothing(creator: Creator, path: str) -> None:
    creator.posted(draft=True)
    creator.clock.advance(3)
    data = {"subject": f"account:{HANDLE}", "refusal": "reached_active_user_cap", "discard": "1"}
    abroad = {"Sec-Fetch-Site": "cross-site"}
    assert requests.post(f"{creator.base}{path}", data=data, headers=abroad, timeout=5).status_code == 403
    assert code_of(creator.creator_info()) == "ok"


@pytest.mark.parametrize("language", ["ar", "fr", "en"])
def test_its_own_pages_speak_three_languages(creator: Creator, sandbox: SandboxClient, language: str) -> None:
    creator.posted(draft=True)
    creator.clock.advance(3)
    for url in (f"{creator.base}/developers", draft_of(sandbox)):
        html = requests.get(url, params={"lang": language}, timeout=5).text
        assert f'<html lang="{language}"' in html
        assert not re.search(r"<script(?! src)|<style| style=| on\w+=", html)
    assert 'href="/tiktok/developers"' in requests.get(f"{sandbox.url}/faults", timeout=5).text


def test_what_was_chosen_is_forgotten_with_the_posts(creator: Creator, sandbox: SandboxClient) -> None:
    creator.choose(refusal="reached_active_user_cap")
    sandbox.reset()
    assert code_of(creator.creator_info()) == "ok"


# Faults


REFUSED = {
    "rate_limited": (429, "rate_limit_exceeded"),
    "revoked_token": (401, "access_token_invalid"),
    "missing_scope": (401, "scope_not_authorized"),
}


@pytest.mark.parametrize(("kind", "expected"), REFUSED.items())
@pytest.mark.parametrize("route", ["publish", "media_check", "lookup", "metrics", "profile"])
def test_each_route_can_be_refused(
    creator: Creator, sandbox: SandboxClient, kind: str, expected: tuple[int, str], route: str
) -> None:
    sandbox.arm_fault(kind, network="tiktok", account=HANDLE, route=route)
    calls = {
        "publish": ("POST", "/v2/post/publish/video/init/"), "media_check": ("POST", "/v2/post/publish/status/fetch/"),
        "lookup": ("POST", "/v2/video/list/"), "metrics": ("POST", "/v2/video/query/"),
        "profile": ("GET", "/v2/user/info/"),
    }  # fmt: skip
    answer = creator.call(*calls[route])
    assert (answer.status_code, code_of(answer.json())) == expected
    assert sandbox.faults() == []


def test_a_file_can_be_refused_at_its_upload(creator: Creator, sandbox: SandboxClient) -> None:
    video = mp4(pad=3_000_000)
    url = creator.begin(len(video))["data"]["upload_url"]
    sandbox.arm_fault("media_refused", network="tiktok", account=HANDLE)
    answer = creator.send(url, video)
    assert (answer.status_code, code_of(answer.json())) == (400, "invalid_file_upload")
    assert creator.send(url, video).status_code == 201


def test_a_file_can_be_stuck_in_processing(creator: Creator, sandbox: SandboxClient) -> None:
    sandbox.arm_fault("media_stuck", network="tiktok")
    publish_id = creator.posted()
    creator.clock.advance(86_400)
    assert creator.status(publish_id)["status"] == "PROCESSING_UPLOAD"


@pytest.mark.parametrize(("kind", "reason"), [("media_failed", "internal"), ("media_rejected", "spam_risk")])
def test_a_file_can_fail_after_its_upload(creator: Creator, sandbox: SandboxClient, kind: str, reason: str) -> None:
    sandbox.arm_fault(kind, network="tiktok")
    publish_id = creator.posted()
    creator.clock.advance(10)
    assert creator.status(publish_id)["fail_reason"] == reason


def test_a_lost_answer_of_an_upload_hides_a_post(creator: Creator, sandbox: SandboxClient) -> None:
    video = mp4()
    begun = creator.begin(len(video))["data"]
    sandbox.arm_fault("drop_answer", network="tiktok", route="media")
    with pytest.raises(requests.ConnectionError):
        creator.send(begun["upload_url"], video)
    assert len(sandbox.posts("tiktok")) == 1
    assert creator.send(begun["upload_url"], video).status_code == 416


@pytest.mark.parametrize("status", [500, 503])
def test_a_server_error_at_an_upload_can_be_tried_again(creator: Creator, sandbox: SandboxClient, status: int) -> None:
    video = mp4(pad=3_000_000)
    url = creator.begin(len(video))["data"]["upload_url"]
    sandbox.arm_fault("server_error", network="tiktok", route="media", status=status)
    assert creator.send(url, video).status_code == status
    assert creator.send(url, video).status_code == 201


@pytest.mark.parametrize("kind", ["not_json", "truncated_json", "redirect", "hang_up", "cut_off"])
def test_answers_can_be_spoiled(creator: Creator, sandbox: SandboxClient, kind: str) -> None:
    sandbox.arm_fault(kind, network="tiktok", route="publish")
    try:
        answer = creator.call("POST", "/v2/post/publish/video/init/", json={})
        assert answer.status_code == 307 or not answer.text.endswith("}")
    except requests.RequestException:
        assert kind in {"hang_up", "cut_off"}
    assert creator.call("POST", "/v2/post/publish/video/init/", json={}).json()
