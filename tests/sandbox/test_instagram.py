"""The simulated Instagram, against https://developers.facebook.com/docs/instagram-platform/ (read 2026-11)."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from sandbox.testing import ManualClock, SandboxClient
from tests.sandbox.instagram import BASMALA, Files, Professional, error_of, jpeg, mp4

APP = {"client_id": "1000000000000002", "client_secret": "sandbox-app-secret"}
BACK = "http://127.0.0.1:8000/back"
EVERYTHING = (
    "pages_show_list,pages_read_engagement,instagram_basic,instagram_content_publish,instagram_manage_insights,"
    "instagram_manage_comments,instagram_manage_contents"
)


# Login


def consent(mine: Professional, handles: list[str], **asked: str) -> dict[str, list[str]]:
    query = {"client_id": APP["client_id"], "redirect_uri": BACK, "state": "st4te", **asked}
    dialog = f"{mine.base}/v25.0/dialog/oauth"
    assert "rabita_insta" in requests.get(dialog, params=query, timeout=5).text
    answer = requests.post(dialog, params=query, data={"page": handles}, allow_redirects=False, timeout=5)
    return parse_qs(urlsplit(answer.headers["location"]).query)


def person_of(mine: Professional, **asked: str) -> Professional:
    code = consent(mine, ["rabita_insta"], **asked)["code"][0]
    told = mine.get("oauth/access_token", **APP, redirect_uri=BACK, code=code)
    return Professional(mine.base, told["access_token"])


@pytest.mark.parametrize("asked", [{"scope": EVERYTHING}, {"config_id": "42"}])
def test_a_person_consents_and_each_page_tells_its_account(mine: Professional, asked: dict[str, str]) -> None:
    person = person_of(mine, **asked)
    fields = "id,name,access_token,instagram_business_account{id,username}"
    [row] = person.get("me/accounts", fields=fields)["data"]
    assert row["instagram_business_account"] == {"username": "rabita_insta", "id": mine.id}
    assert row["id"] != mine.id
    assert "instagram_business_account" not in person.get("me/accounts")["data"][0]
    assert Professional(mine.base, row["access_token"]).id == person.get(mine.id)["id"] == mine.id
    assert set(EVERYTHING.split(",")) <= set(mine.get("debug_token", input_token=person.token)["data"]["scopes"])


def test_a_permission_that_was_not_granted_is_missed(mine: Professional, files: Files) -> None:
    person = person_of(mine, scope="pages_show_list,pages_read_engagement,instagram_basic")
    made = mine.posted(files.put(jpeg()))
    refused = person.call("POST", f"{mine.id}/media", image_url=files.put(jpeg()))
    assert (refused.status_code, error_of(refused.json())[0]) == (403, 10)
    for path, asked in ((f"{made}/insights", {"metric": "reach"}), (f"{made}/comments", {})):
        assert error_of(person.get(path, **asked))[0] == 10
    assert error_of(person.call("DELETE", made).json())[0] == 10
    assert person.get(made, fields="caption")["id"] == made


def test_an_account_that_was_not_granted_is_not_there(mine: Professional, sandbox: SandboxClient) -> None:
    sandbox.add_account(network="instagram", handle="majlis", display_name="المجلس", bio="حساب", token="majlis-token")
    theirs = Professional(mine.base, "majlis-token")
    assert theirs.id != mine.id
    assert error_of(mine.get(theirs.id)) == (100, 33)
    assert error_of(mine.post(f"{theirs.id}/media", image_url="http://127.0.0.1/x.jpg")) == (100, 33)
    assert error_of(Professional(mine.base, "nobody").get("me"))[0] == 190


def test_one_application_acts_on_two_networks_of_the_house(mine: Professional, sandbox: SandboxClient) -> None:
    person_of(mine, scope=EVERYTHING)
    query = {"client_id": APP["client_id"], "redirect_uri": BACK, "scope": "pages_show_list"}
    other = requests.get(f"{sandbox.base('facebook')}/v25.0/dialog/oauth", params=query, timeout=5)
    assert other.status_code == 200


# Publishing


def test_a_picture_goes_out_in_two_steps_with_its_description(
    mine: Professional, files: Files, sandbox: SandboxClient, clock: ManualClock
) -> None:
    picture = jpeg()
    made = mine.container(image_url=files.put(picture), caption=BASMALA, alt_text="وصف")
    assert mine.state(made) == "IN_PROGRESS"
    assert error_of(mine.publish(made)) == (9007, 2207027)
    assert sandbox.posts("instagram") == []
    clock.advance(3)
    assert mine.state(made) == "FINISHED"
    media = mine.publish(made)["id"]
    assert mine.state(made) == "PUBLISHED"
    told = mine.get(media, fields="caption,alt_text,media_type,media_product_type,media_url,permalink,username,owner")
    assert (told["caption"], told["alt_text"], told["media_type"]) == (BASMALA, "وصف", "IMAGE")
    assert (told["media_product_type"], told["username"], told["owner"]) == ("FEED", "rabita_insta", {"id": mine.id})
    assert requests.get(told["media_url"], timeout=5).content == picture
    assert BASMALA in requests.get(told["permalink"], timeout=5).text
    assert mine.get(media) == {"id": media}


def test_a_container_is_published_once(mine: Professional, files: Files, sandbox: SandboxClient) -> None:
    made = mine.ready(image_url=files.put(jpeg()))
    media = mine.publish(made)["id"]
    assert error_of(mine.publish(made)) == (24, 2207008)
    assert mine.call("DELETE", media).json() == {"success": True, "deleted_id": media}
    assert error_of(mine.publish(made)) == (24, 2207008)
    assert error_of(mine.get(media)) == (100, 33)
    assert len(sandbox.posts("instagram")) == 1


def test_a_container_is_over_after_a_day(mine: Professional, files: Files, clock: ManualClock) -> None:
    made = mine.ready(image_url=files.put(jpeg()))
    clock.advance(86401)
    assert mine.state(made) == "EXPIRED"
    assert error_of(mine.publish(made)) == (24, 2207008)
    assert error_of(mine.publish("17900000000099999")) == (24, 2207008)


def test_a_carousel_holds_its_pictures_in_their_order(mine: Professional, files: Files) -> None:
    items = [mine.ready(image_url=files.put(jpeg()), is_carousel_item="true", alt_text=f"وصف {n}") for n in (1, 2)]
    items.append(mine.ready(video_url=files.put(mp4()), media_type="VIDEO", is_carousel_item="true"))
    made = mine.publish(mine.ready(media_type="CAROUSEL", children=",".join(items), caption="نص"))["id"]
    told = mine.get(made, fields="media_type,caption,children{media_type,alt_text,media_url}")
    assert (told["media_type"], told["caption"]) == ("CAROUSEL_ALBUM", "نص")
    children = told["children"]["data"]
    assert [child["media_type"] for child in children] == ["IMAGE", "IMAGE", "VIDEO"]
    assert [child.get("alt_text") for child in children] == ["وصف 1", "وصف 2", None]
    assert mine.get(f"{made}/children")["data"] == [{"id": child["id"]} for child in children]
    assert mine.get(children[0]["id"], fields="media_type")["media_type"] == "IMAGE"
    assert error_of(mine.get(f"{children[0]['id']}/insights", metric="reach"))[0] == 100


def test_a_carousel_needs_between_two_and_ten_items_of_its_own(mine: Professional, files: Files) -> None:
    item = mine.ready(image_url=files.put(jpeg()), is_carousel_item="true")
    alone = mine.ready(image_url=files.put(jpeg()))
    carousel = {"media_type": "CAROUSEL"}
    assert error_of(mine.post(f"{mine.id}/media", children=item, **carousel)) == (100, 2207028)
    assert error_of(mine.post(f"{mine.id}/media", children=",".join([item] * 11), **carousel)) == (100, 2207028)
    assert error_of(mine.post(f"{mine.id}/media", children=f"{item},{alone}", **carousel)) == (24, 2207006)
    assert error_of(mine.publish(item)) == (24, 2207008)


def test_a_reel_tells_of_its_refused_file_only_in_its_state(
    mine: Professional, files: Files, clock: ManualClock
) -> None:
    reel = mine.publish(mine.ready(media_type="REELS", video_url=files.put(mp4()), caption="نص"))["id"]
    told = mine.get(reel, fields="media_type,media_product_type,permalink,thumbnail_url")
    assert (told["media_type"], told["media_product_type"]) == ("VIDEO", "REELS")
    assert "/reel/" in told["permalink"]
    assert requests.get(told["thumbnail_url"], timeout=5).headers["content-type"] == "image/jpeg"
    bad = mine.container(media_type="REELS", video_url=files.put(b"not a video at all"))
    assert mine.state(bad) == "IN_PROGRESS"
    clock.advance(3)
    status = mine.get(bad, fields="status_code,status")
    assert (status["status_code"], "2207026" in status["status"]) == ("ERROR", True)
    assert error_of(mine.publish(bad)) == (-1, 2207032)


def test_the_limit_of_a_day_is_told_and_kept(mine: Professional, files: Files, clock: ManualClock) -> None:
    address = files.put(jpeg())
    assert mine.get(f"{mine.id}/content_publishing_limit")["data"] == [{"quota_usage": 0}]
    for _ in range(50):
        mine.posted(address)
    told = mine.get(f"{mine.id}/content_publishing_limit", fields="quota_usage,config")["data"]
    assert told == [{"quota_usage": 50, "config": {"quota_total": 50, "quota_duration": 86400}}]
    assert error_of(mine.publish(mine.ready(image_url=address))) == (9, 2207042)
    clock.advance(86400)
    assert mine.get(f"{mine.id}/content_publishing_limit")["data"][0]["quota_usage"] < 50


# Refusals


@pytest.mark.parametrize(
    ("asked", "code", "subcode"),
    [
        ({"caption": "ا" * 2201}, 36004, 2207010),
        ({"caption": " ".join(f"#وسم{n}" for n in range(31))}, 36004, 2207010),
        ({"caption": " ".join(f"@name{n}" for n in range(21))}, 100, 2207040),
        ({"media_type": "VIDEO", "video_url": "http://127.0.0.1/x.mp4"}, 100, 2207023),
        ({"media_type": "REELS"}, 100, None),
        ({"media_type": "REELS", "video_url": "http://127.0.0.1/x.mp4", "thumb_offset": "-1"}, 1, 2207057),
        ({"alt_text": "ا" * 1001, "image_url": "http://127.0.0.1/x.jpg"}, 100, None),
        ({}, 100, None),
    ],
)
def test_refusals_are_those_of_the_table(
    mine: Professional, asked: dict[str, str], code: int, subcode: int | None
) -> None:
    answer = mine.call("POST", f"{mine.id}/media", **asked)
    assert answer.status_code == 400
    assert error_of(answer.json()) == (code, subcode)


def test_a_caption_at_the_limit_is_taken(mine: Professional, files: Files) -> None:
    text = ("بِسْمِ 🕌 " * 400)[:2200]
    assert mine.get(mine.posted(files.put(jpeg()), caption=text), fields="caption")["caption"] == text.strip()


def test_unknown_fields_and_paths_are_refused(mine: Professional) -> None:
    assert error_of(mine.get("me", fields="shoe_size"))[0] == 100
    assert error_of(mine.get(mine.id, fields="username{"))[0] == 2500
    assert error_of(mine.get(f"{mine.id}/shoes"))[0] == 2500
    assert error_of(mine.get("17999999999999999")) == (100, 33)


# Faults


@pytest.mark.parametrize(
    ("kind", "status", "code"),
    [("rate_limited", 400, 80002), ("revoked_token", 401, 190), ("missing_scope", 403, 10), ("server_error", 500, 1)],
)
def test_faults_speak_the_networks_own_words(
    mine: Professional, files: Files, sandbox: SandboxClient, kind: str, status: int, code: int
) -> None:
    made, account = mine.ready(image_url=files.put(jpeg())), mine.id
    sandbox.arm_fault(kind, network="instagram", account="rabita_insta", route="publish", seconds=900, status=500)
    answer = mine.call("POST", f"{account}/media_publish", creation_id=made)
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    assert sandbox.posts("instagram") == []
    if kind == "rate_limited":
        [told] = json.loads(answer.headers["X-Business-Use-Case-Usage"]).values()
        assert (told[0]["type"], told[0]["estimated_time_to_regain_access"]) == ("instagram", 15)


def test_an_answer_is_lost_and_a_container_is_stuck(
    mine: Professional, files: Files, sandbox: SandboxClient, clock: ManualClock
) -> None:
    made, account = mine.ready(image_url=files.put(jpeg())), mine.id
    sandbox.arm_fault("drop_answer", network="instagram", route="publish")
    with pytest.raises(requests.ConnectionError):
        mine.call("POST", f"{account}/media_publish", creation_id=made)
    assert len(sandbox.posts("instagram")) == 1
    assert mine.state(made) == "PUBLISHED"
    sandbox.arm_fault("media_stuck", network="instagram")
    stuck = mine.container(image_url=files.put(jpeg()))
    clock.advance(3600)
    assert mine.state(stuck) == "IN_PROGRESS"
    sandbox.arm_fault("media_refused", network="instagram")
    assert error_of(mine.post(f"{account}/media", image_url=files.put(jpeg()))) == (36003, 2207009)


def test_a_batch_answers_each_call_by_itself(mine: Professional, files: Files) -> None:
    made = mine.posted(files.put(jpeg()), caption="نص")
    calls = [
        {"method": "GET", "relative_url": f"{made}?fields=caption"},
        {"method": "GET", "relative_url": f"v25.0/{made}/insights?metric=plays"},
    ]
    answers: list[Any] = mine.post("", batch=json.dumps(calls))
    assert [answer["code"] for answer in answers] == [200, 400]
    assert json.loads(answers[0]["body"])["caption"] == "نص"
