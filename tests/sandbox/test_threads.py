"""What goes out on the simulated Threads and how, by https://developers.facebook.com/docs/threads/ (read 2026-11)."""

from __future__ import annotations

import json

import pytest
import requests

from sandbox.dialects import _threads_api, _threads_containers
from sandbox.testing import ManualClock, SandboxClient
from tests.sandbox.instagram import BASMALA, Files, jpeg
from tests.sandbox.threads import Profile, error_of

LINKS = " ".join(f"https://rabita.example/{n}" for n in range(5))


def test_a_text_goes_out_in_two_steps(ours: Profile, sandbox: SandboxClient, clock: ManualClock) -> None:
    made = ours.container(media_type="TEXT", text=BASMALA)
    assert ours.get(made) == {"status": "IN_PROGRESS", "id": made}
    assert error_of(ours.publish(made)) == (24, 4279009)
    assert sandbox.posts("threads") == []
    clock.advance(3)
    assert ours.status(made) == ("FINISHED", None)
    post = ours.publish(made)["id"]
    assert ours.status(made) == ("PUBLISHED", None)
    fields = "media_product_type,media_type,text,permalink,shortcode,username,owner,is_reply,reply_audience,topic_tag"
    told = ours.get(post, fields=fields)
    assert (told["media_product_type"], told["media_type"], told["text"]) == ("THREADS", "TEXT_POST", BASMALA)
    assert (told["owner"], told["username"]) == ({"id": ours.get("me")["id"]}, "rabita_threads")
    assert (told["is_reply"], told["reply_audience"], "topic_tag" in told) == (False, "EVERYONE", False)
    assert told["permalink"] == f"{ours.base}/@rabita_threads/post/{told['shortcode']}"
    assert BASMALA in requests.get(told["permalink"], timeout=5).text
    assert ours.get(post) == {"id": post}


def test_a_text_may_go_out_in_one_step(ours: Profile, files: Files, sandbox: SandboxClient) -> None:
    post = ours.post("me/threads", media_type="TEXT", text="نص", auto_publish_text="true")["id"]
    assert [one["id"] for one in sandbox.posts("threads")] == [post]
    assert ours.get(post, fields="text")["text"] == "نص"
    asked = {"media_type": "IMAGE", "image_url": files.put(jpeg()), "auto_publish_text": "true"}
    assert error_of(ours.post("me/threads", **asked))[0] == 100


def test_a_container_is_published_once_and_within_a_day(
    ours: Profile, sandbox: SandboxClient, clock: ManualClock
) -> None:
    made = ours.ready(media_type="TEXT", text="نص")
    assert ours.publish(made)["id"]
    assert error_of(ours.publish(made)) == (24, 4279009)
    late = ours.ready(media_type="TEXT", text="متأخر")
    clock.advance(86400)
    assert ours.status(late) == ("EXPIRED", None)
    assert error_of(ours.publish(late)) == (24, 4279009)
    assert error_of(ours.publish("17900000000099999")) == (24, 4279009)
    assert error_of(ours.post("me/threads_publish"))[0] == 100
    assert len(sandbox.posts("threads")) == 1


@pytest.mark.parametrize(
    ("text", "is_taken"),
    [
        ("ا" * 500, True), ("ا" * 501, False), ((BASMALA * 14)[:500], True), ("🕌" * 125, True), ("🕌" * 126, False),
        ("ا" * 496 + "🕌", True), ("ا" * 497 + "🕌", False), ("ا" * 494 + "❤️", True), ("ا" * 495 + "❤️", False),
        ("ا" * 492 + "🇲🇦", True), ("ا" * 493 + "🇲🇦", False), ("ا" * 499 + "ﷺ", True), ("❤" * 500, True),
        ("🫩" * 126, False), ("𠀋" * 500, True),
    ],
)  # fmt: skip
def test_an_emoji_counts_by_its_bytes_and_all_else_by_characters(ours: Profile, text: str, is_taken: bool) -> None:
    told = ours.post("me/threads", media_type="TEXT", text=text)
    assert ("id" in told) is is_taken
    if not is_taken:
        assert error_of(told)[0] == 100
        assert "500" in told["error"]["message"]


@pytest.mark.parametrize(
    "asked",
    [
        {"media_type": "TEXT"}, {"media_type": "AUDIO", "text": "نص"}, {"text": "نص"}, {"media_type": "IMAGE"},
        {"media_type": "VIDEO"}, {"media_type": "TEXT", "text": "نص", "is_carousel_item": "true"},
        {"media_type": "TEXT", "text": "نص", "reply_control": "nobody"},
        {"media_type": "TEXT", "text": "نص", "topic_tag": "ا" * 51},
        {"media_type": "TEXT", "text": "نص", "topic_tag": "ا.ب"},
        {"media_type": "TEXT", "text": "نص", "topic_tag": "ا&ب"},
        {"media_type": "TEXT", "text": "نص", "alt_text": "وصف"},
        {"media_type": "TEXT", "text": "نص", "poll_attachment": "{}"},
        {"media_type": "IMAGE", "image_url": "http://127.0.0.1/x.jpg", "link_attachment": "https://rabita.example/"},
    ],
)  # fmt: skip
def test_what_the_reference_does_not_allow_is_refused(ours: Profile, asked: dict[str, str]) -> None:
    answer = ours.call("POST", "me/threads", **asked)
    assert (answer.status_code, error_of(answer.json())[0]) == (400, 100)


def test_at_most_five_links_are_taken_each_counted_once(ours: Profile) -> None:
    def made(text: str, **more: str) -> object:
        told = ours.post("me/threads", media_type="TEXT", text=text, **more)
        return told.get("error", {}).get("message", "taken")

    assert made(f"{LINKS} {LINKS}.", link_attachment="https://rabita.example/4") == "taken"
    assert made(f"{LINKS} www.rabita.example") == "THREADS_API__LINK_LIMIT_EXCEEDED"
    assert made(LINKS, link_attachment="https://rabita.example/5") == "THREADS_API__LINK_LIMIT_EXCEEDED"


def test_a_link_is_attached_by_name_or_as_the_first_of_the_text(ours: Profile) -> None:
    def attached(text: str, **more: str) -> object:
        return ours.get(ours.posted(text, **more), fields="link_attachment_url").get("link_attachment_url")

    assert attached("انظر https://rabita.example/1، ثم https://rabita.example/2") == "https://rabita.example/1"
    assert (
        attached("https://rabita.example/1", link_attachment="https://rabita.example/3") == "https://rabita.example/3"
    )
    assert attached("بلا رابط") is None


@pytest.mark.parametrize(
    ("text", "more", "topic"),
    [
        ("نص", {"topic_tag": "علوم الحديث"}, "علوم الحديث"), ("نص #حديث! و #فقه", {}, "حديث"),
        ("في #1 ثم #سيرة", {}, "سيرة"), ("https://rabita.example/#no", {}, None),
        ("#فقه", {"topic_tag": "حديث"}, "حديث"),
    ],
)  # fmt: skip
def test_a_post_has_one_topic(ours: Profile, text: str, more: dict[str, str], topic: str | None) -> None:
    assert ours.get(ours.posted(text, **more), fields="topic_tag").get("topic_tag") == topic


@pytest.mark.parametrize(
    "audience", ["everyone", "accounts_you_follow", "mentioned_only", "parent_post_author_only", "followers_only"]
)
def test_who_may_reply_is_told_and_shown(ours: Profile, audience: str) -> None:
    post = ours.posted(reply_control=audience)
    assert ours.get(post, fields="reply_audience")["reply_audience"] == audience.upper()
    page = requests.get(f"{ours.base}/@rabita_threads/{post}?lang=en", timeout=5).text
    assert ("may reply" in page) is (audience != "everyone")


def at_once(ours: Profile) -> str:
    ours.clock.advance(1)
    return str(ours.post("me/threads", media_type="TEXT", text="نص", auto_publish_text="true")["id"])


def test_the_limits_of_a_day_are_told(ours: Profile) -> None:
    limit = "me/threads_publishing_limit"
    assert ours.get(limit)["data"] == [{"quota_usage": 0}]
    post = at_once(ours)
    assert ours.posted(reply_to_id=post)
    ours.call("DELETE", post)
    names = ("quota", "reply_quota", "delete_quota", "location_search_quota")
    fields = ",".join(f"{name}_usage,{name.removesuffix('quota')}config" for name in names)
    [told] = ours.get(limit, fields=fields)["data"]
    assert [told[f"{name}_usage"] for name in names] == [1, 1, 1, 0]
    configs = [told[f"{name.removesuffix('quota')}config"] for name in names]
    assert configs == [{"quota_total": most, "quota_duration": 86400} for most in (250, 1000, 100, 500)]
    assert error_of(ours.get(limit, fields="shoes"))[0] == 100


def test_the_limit_of_a_day_is_kept(ours: Profile, clock: ManualClock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_threads_containers, "POSTS", 3)
    monkeypatch.setattr(_threads_containers, "REPLIES", 1)
    last = [at_once(ours) for _ in range(3)][-1]
    ours.call("DELETE", last)
    made = ours.ready(media_type="TEXT", text="نص")
    assert error_of(ours.publish(made)) == (9, 2207042)
    first = ours.ids("me/threads")[0]
    assert ours.posted(reply_to_id=first)
    assert error_of(ours.publish(ours.ready(media_type="TEXT", text="نص", reply_to_id=first))) == (9, 2207042)
    clock.advance(86400 - 10)
    assert ours.publish(made)["id"]


def test_a_post_is_deleted(ours: Profile, clock: ManualClock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_threads_api, "DELETIONS", 2)
    posts = [at_once(ours) for _ in range(3)]
    for post in posts[:2]:
        assert ours.call("DELETE", post).json() == {"success": True, "deleted_id": post}
    assert error_of(ours.get(posts[0])) == (100, 33)
    assert error_of(ours.call("DELETE", posts[0]).json()) == (100, 33)
    assert error_of(ours.call("DELETE", posts[2]).json()) == (9, 2207042)
    clock.advance(86401)
    assert ours.call("DELETE", posts[2]).status_code == 200


# Faults


@pytest.mark.parametrize(
    ("kind", "status", "code"),
    [
        ("rate_limited", 403, 4), ("revoked_token", 401, 190), ("missing_scope", 403, 10), ("server_error", 500, 1),
        ("quota_exceeded", 400, 9),
    ],
)  # fmt: skip
@pytest.mark.parametrize("is_at_once", [False, True])
def test_faults_of_publishing_speak_the_networks_words(
    ours: Profile, sandbox: SandboxClient, kind: str, status: int, code: int, is_at_once: bool
) -> None:
    made = ours.ready(media_type="TEXT", text="نص")
    how = {"network": "threads", "account": "rabita_threads", "route": "publish", "seconds": 900, "status": 500}
    sandbox.arm_fault(kind, **how)
    if is_at_once:
        answer = ours.call("POST", "me/threads", media_type="TEXT", text="نص", auto_publish_text="true")
    else:
        answer = ours.call("POST", "me/threads_publish", creation_id=made)
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    assert sandbox.posts("threads") == []
    if kind == "rate_limited":
        [told] = json.loads(answer.headers["X-Business-Use-Case-Usage"]).values()
        assert (told[0]["type"], told[0]["estimated_time_to_regain_access"]) == ("threads", 15)
    if kind == "revoked_token":
        assert error_of(ours.get("me")) == (190, 458)


def test_an_answer_is_lost_and_the_post_is_there(ours: Profile, sandbox: SandboxClient) -> None:
    made = ours.ready(media_type="TEXT", text="نص")
    sandbox.arm_fault("drop_answer", network="threads", route="publish")
    with pytest.raises(requests.ConnectionError):
        ours.publish(made)
    assert ours.status(made)[0] == "PUBLISHED"
    assert ours.ids("me/threads") == [post["id"] for post in sandbox.posts("threads")]


@pytest.mark.parametrize("route", ["container", "media_check", "lookup", "metrics", "delete", "profile", "token"])
def test_each_step_may_fail_by_itself(ours: Profile, sandbox: SandboxClient, route: str) -> None:
    post, made = ours.posted(), ours.container(media_type="TEXT", text="نص")
    me = ours.get("me")["id"]
    calls = {
        "container": ("POST", "me/threads"), "media_check": ("GET", made), "lookup": ("GET", f"{me}/threads"),
        "metrics": ("GET", f"{post}/insights"), "delete": ("DELETE", post), "profile": ("GET", me),
    }  # fmt: skip
    for name, (method, path) in calls.items():
        sandbox.arm_fault("server_error", network="threads", route=route, status=502)
        told = ours.call(method, path, media_type="TEXT", text="نص", metric="likes")
        assert (told.status_code == 502) is (name == route), name
        sandbox.disarm()
    sandbox.arm_fault("server_error", network="threads", route=route, status=502)
    told = requests.get(f"{ours.base}/refresh_access_token", timeout=5)
    assert (told.status_code == 502) is (route == "token")
