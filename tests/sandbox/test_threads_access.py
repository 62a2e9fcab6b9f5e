"""Consent and tokens of the simulated Threads, against https://developers.facebook.com/docs/threads/ (read 2026-11)."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from sandbox.dialects import _threads_access
from sandbox.testing import ManualClock, SandboxClient, running_sandbox
from tests.sandbox.threads import APP, BACK, EVERYTHING, HANDLE, Profile, error_of

HOUR, DAY = 3600, 86400


def consent(ours: Profile, answer: dict[str, str] | None = None, /, **asked: str) -> requests.Response:
    query = {
        "client_id": APP["client_id"], "redirect_uri": BACK, "scope": EVERYTHING, "response_type": "code",
        "state": "st4te", **asked,
    }  # fmt: skip
    window = f"{ours.base}/oauth/authorize"
    shown = requests.get(window, params=query, timeout=5)
    if shown.status_code != 200:
        return shown
    assert HANDLE in shown.text
    assert "threads_basic" in shown.text
    return requests.post(window, params=query, data=answer or {"account": HANDLE}, allow_redirects=False, timeout=5)


def code_of(answer: requests.Response) -> str:
    return parse_qs(urlsplit(answer.headers["location"]).query)["code"][0]


def for_code(ours: Profile, code: str, **other: str) -> requests.Response:
    form = {**APP, "grant_type": "authorization_code", "redirect_uri": BACK, "code": code, **other}
    return requests.post(f"{ours.base}/oauth/access_token", data=form, timeout=5)


def short(ours: Profile, **asked: str) -> Profile:
    return ours.with_token(for_code(ours, code_of(consent(ours, **asked))).json()["access_token"])


def renew(ours: Profile, path: str, **query: str) -> Any:
    given = {"access_token": ours.token, **query}
    return requests.get(f"{ours.base}/{path}", params=given, timeout=5).json()


def exchange(ours: Profile, **other: str) -> Any:
    query = {"grant_type": "th_exchange_token", "client_secret": APP["client_secret"], **other}
    return renew(ours, "access_token", **query)


def refresh(ours: Profile) -> Any:
    return renew(ours, "refresh_access_token", grant_type="th_refresh_token")


def test_a_person_consents_and_the_code_buys_a_token_once(ours: Profile) -> None:
    answer = consent(ours)
    back = urlsplit(answer.headers["location"])
    assert (parse_qs(back.query)["state"], back.fragment) == (["st4te"], "_")
    told = for_code(ours, code_of(answer)).json()
    person = ours.with_token(told["access_token"])
    assert person.get("me", fields="id,username") == {"id": str(told["user_id"]), "username": HANDLE}
    again = for_code(ours, code_of(answer))
    assert (again.status_code, again.json()) == (
        400,
        {
            "error_type": "OAuthException",
            "code": 400,
            "error_message": "Matching code was not found or was already used",
        },
    )


def test_a_person_may_refuse(ours: Profile) -> None:
    back = parse_qs(urlsplit(consent(ours, {"refuse": "1"}).headers["location"]).query)
    assert (back["error"], back["error_reason"], back["state"]) == (["access_denied"], ["user_denied"], ["st4te"])


@pytest.mark.parametrize(
    "asked",
    [
        {"response_type": "token"}, {"scope": "threads_content_publish"}, {"scope": "threads_basic,instagram_basic"},
        {"redirect_uri": "https://elsewhere.example/back"}, {"client_id": ""},
    ],
)  # fmt: skip
def test_the_window_does_not_open_for_what_it_does_not_know(ours: Profile, asked: dict[str, str]) -> None:
    assert consent(ours, **asked).status_code == 400


def test_a_code_is_bound_to_its_address_its_application_and_an_hour(ours: Profile, clock: ManualClock) -> None:
    assert for_code(ours, code_of(consent(ours)), redirect_uri=f"{BACK}/").status_code == 400
    assert for_code(ours, code_of(consent(ours))).status_code == 200
    assert for_code(ours, code_of(consent(ours)), client_secret="another").status_code == 400
    assert for_code(ours, code_of(consent(ours)), client_id="7").status_code == 400
    assert for_code(ours, code_of(consent(ours)), grant_type="password").status_code == 400
    code = code_of(consent(ours))
    clock.advance(HOUR + 1)
    assert for_code(ours, code).status_code == 400


def test_a_short_token_lasts_an_hour_and_its_exchange_sixty_days(ours: Profile, clock: ManualClock) -> None:
    person = short(ours)
    assert error_of(exchange(person, client_secret="another"))[0] == 101
    assert error_of(exchange(person, grant_type="th_refresh_token"))[0] == 100
    told = exchange(person)
    assert (told["token_type"], told["expires_in"]) == ("bearer", 60 * DAY)
    long = ours.with_token(told["access_token"])
    clock.advance(HOUR)
    assert error_of(person.get("me")) == (190, 463)
    assert error_of(exchange(person)) == (190, 463)
    assert long.get("me")["id"]
    assert error_of(exchange(long))[0] == 100
    clock.advance(59 * DAY)
    assert long.get("me")["id"]
    clock.advance(DAY)
    assert error_of(long.get("me")) == (190, 463)
    assert error_of(refresh(long)) == (190, 463)


def test_a_long_token_is_refreshed_once_it_is_a_day_old(ours: Profile, clock: ManualClock) -> None:
    person = short(ours)
    assert error_of(refresh(person))[0] == 100
    long = ours.with_token(exchange(person)["access_token"])
    assert error_of(refresh(long))[0] == 100
    clock.advance(DAY)
    told = refresh(long)
    assert (told["token_type"], told["expires_in"]) == ("bearer", 60 * DAY)
    clock.advance(59 * DAY + 1)
    assert error_of(long.get("me")) == (190, 463)
    assert ours.with_token(told["access_token"]).get("me")["id"]


def test_a_token_may_be_looked_at(ours: Profile, clock: ManualClock) -> None:
    person = short(ours, scope="threads_basic threads_delete")
    told = person.get("debug_token", input_token=person.token)["data"]
    assert (told["is_valid"], told["scopes"]) == (True, ["threads_basic", "threads_delete"])
    assert (told["expires_at"], told["user_id"]) == (int(clock() + HOUR), ours.get("me")["id"])
    assert person.get("debug_token", input_token=ours.token)["data"]["is_valid"] is False


def test_a_permission_that_was_not_granted_is_missed(ours: Profile) -> None:
    person, post = short(ours, scope="threads_basic"), ours.posted()
    refused = [
        person.call("POST", "me/threads", media_type="TEXT", text="نص"),
        person.call("POST", "me/threads_publish", creation_id="1"),
        person.call("GET", "me/threads_publishing_limit"),
        person.call("GET", f"{post}/insights", metric="likes"),
        person.call("GET", "me/threads_insights", metric="likes"),
        person.call("GET", f"{post}/replies"),
        person.call("GET", f"{post}/conversation"),
        person.call("DELETE", post),
    ]
    assert [(one.status_code, error_of(one.json())[0]) for one in refused] == [(403, 10)] * len(refused)
    assert person.get(post, fields="text")["text"] == "نص"


def test_only_ones_own_is_there(ours: Profile, sandbox: SandboxClient, clock: ManualClock) -> None:
    sandbox.add_account(network="threads", handle="majlis", display_name="المجلس", bio="حساب", token="majlis-token")
    theirs = Profile.of(sandbox, clock, "majlis")
    post, made, me = ours.posted(), ours.container(media_type="TEXT", text="نص"), ours.get("me")["id"]
    assert theirs.get("me")["id"] != me
    for path in (me, post, made, f"{me}/threads", f"{post}/replies", "170000"):
        assert error_of(theirs.get(path)) == (100, 33)
    assert error_of(theirs.post(f"{me}/threads", media_type="TEXT", text="نص")) == (100, 33)
    assert error_of(theirs.call("DELETE", post).json()) == (100, 33)
    assert error_of(theirs.publish(made)) == (24, 4279009)
    assert error_of(ours.with_token("nobody").get("me")) == (190, None)
    assert error_of(ours.with_token("").get("me")) == (104, None)


def test_one_application_may_act_on_the_houses_other_networks(ours: Profile, sandbox: SandboxClient) -> None:
    short(ours)
    query = {"client_id": APP["client_id"], "redirect_uri": BACK, "scope": "pages_show_list"}
    assert requests.get(f"{sandbox.base('facebook')}/v25.0/dialog/oauth", params=query, timeout=5).status_code == 200


def test_a_profile_is_told_by_the_fields_asked_for(ours: Profile) -> None:
    assert set(ours.get("me")) == {"id"}
    told = ours.get(ours.get("me")["id"], fields="username,name,threads_biography,is_verified")
    assert (told["username"], told["is_verified"]) == (HANDLE, False)
    assert "الرابطة المحمدية للعلماء" in told["threads_biography"]
    assert error_of(ours.get("me", fields="followers_count"))[0] == 100
    assert error_of(ours.get("me/shoes"))[0] == 2500


def test_the_calls_of_a_day_are_told_and_counted(clock: ManualClock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_threads_access, "CALLS_PER_IMPRESSION", 2)
    with running_sandbox(clock=clock, rate_limit=1) as sandbox:
        ours = Profile.of(sandbox, clock)
        for _ in range(20):
            answer = ours.call("GET", "me")
        assert answer.status_code == 200
        refused = ours.call("GET", "me")
        assert (refused.status_code, error_of(refused.json())[0]) == (403, 4)
        [told] = json.loads(refused.headers["X-Business-Use-Case-Usage"]).values()
        assert told[0]["call_count"] == 100
        assert 23 * 60 < told[0]["estimated_time_to_regain_access"] <= 24 * 60
        clock.advance(DAY)
        assert ours.call("GET", "me").status_code == 200
