"""Consent, tokens, scopes and limits of the simulated TikTok, against its documentation (read 2026-11)."""

from __future__ import annotations

import base64
import hashlib
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import requests

from sandbox.testing import ManualClock, SandboxClient
from tests.sandbox.tiktok import HANDLE, Creator, code_of

BACK = "http://127.0.0.1:8000/callback/"
SCOPES = "user.info.basic,video.publish"
VERIFIER = "a" * 64
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture
def creator(sandbox: SandboxClient, clock: ManualClock) -> Creator:
    return Creator.of(sandbox, clock)


def asked(**query: str) -> str:
    known = {
        "client_key": "aw1", "scope": SCOPES, "redirect_uri": BACK, "state": "s1", "response_type": "code",
    }  # fmt: skip
    return urlencode(known | query)


def consent(sandbox: SandboxClient, query: str = "", **form: Any) -> requests.Response:
    url = f"{sandbox.base('tiktok')}/v2/auth/authorize/?{query or asked()}"
    return requests.post(url, data={"account": HANDLE, **form}, allow_redirects=False, timeout=5)


def brought(answer: requests.Response) -> dict[str, str]:
    """What came back to the application's address."""
    assert answer.status_code == 302
    assert answer.headers["location"].startswith(BACK)
    return {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["location"]).query).items()}


def token(sandbox: SandboxClient, **fields: str) -> requests.Response:
    known = {"client_key": "aw1", "client_secret": "secret"}
    return requests.post(f"{sandbox.base('tiktok')}/v2/oauth/token/", data=known | fields, timeout=5)


def exchanged(sandbox: SandboxClient, query: str = "", form: Any = None, **fields: str) -> requests.Response:
    code = brought(consent(sandbox, query, **(form or {})))["code"]
    return token(sandbox, grant_type="authorization_code", code=code, redirect_uri=BACK, **fields)


def test_a_person_sees_what_is_asked_for_and_of_which_account(sandbox: SandboxClient) -> None:
    html = requests.get(f"{sandbox.base('tiktok')}/v2/auth/authorize/?{asked()}", timeout=5).text
    assert "video.publish" in html
    assert f"@{HANDLE}" in html
    assert 'dir="rtl"' in html


def test_a_code_becomes_a_pair_of_tokens(sandbox: SandboxClient) -> None:
    assert brought(consent(sandbox)) | {"code": ""} == {"code": "", "scopes": SCOPES, "state": "s1"}
    body = exchanged(sandbox).json()
    assert (body["expires_in"], body["refresh_expires_in"], body["token_type"]) == (7200, 15_552_000, "Bearer")
    assert (body["scope"], body["access_token"][:4], body["refresh_token"][:4]) == (SCOPES, "act.", "rft.")
    assert body["open_id"]


def test_a_person_may_allow_a_part(sandbox: SandboxClient) -> None:
    body = exchanged(sandbox, form={"choose": "1", "allow": ["user.info.basic"]}).json()
    assert body["scope"] == "user.info.basic"


def test_a_person_may_refuse(sandbox: SandboxClient) -> None:
    back = brought(consent(sandbox, refuse="1"))
    assert (back["error"], back["state"], "code" in back) == ("access_denied", "s1", False)


@pytest.mark.parametrize(
    ("query", "error"),
    [
        ({"client_key": ""}, "invalid_request"), ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": "user.info.basic video.list"}, "invalid_scope"), ({"scope": ""}, "invalid_scope"),
        ({"redirect_uri": "http://elsewhere.example/"}, "invalid_request"),
        ({"redirect_uri": f"{BACK}?id=1"}, "invalid_request"), ({"redirect_uri": f"{BACK}#1"}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
    ],
)  # fmt: skip
def test_what_is_asked_wrongly_is_not_shown_to_the_person(
    sandbox: SandboxClient, query: dict[str, str], error: str
) -> None:
    answer = consent(sandbox, asked(**query))
    assert (answer.status_code, answer.json()["error"]) == (400, error)
    assert answer.json()["log_id"]


def test_an_application_comes_back_to_where_it_was_registered(sandbox: SandboxClient) -> None:
    assert consent(sandbox).status_code == 302
    assert consent(sandbox, asked(redirect_uri="http://127.0.0.1:8001/other/")).status_code == 400


@pytest.mark.parametrize(("challenge", "is_taken"), [("hex", True), ("base64", False), ("wrong", False)])
def test_the_challenge_is_a_hash_in_hexadecimal_digits(sandbox: SandboxClient, challenge: str, is_taken: bool) -> None:
    """Login Kit for Desktop says so; RFC 7636 says base64."""
    whole = hashlib.sha256(VERIFIER.encode())
    standard = base64.urlsafe_b64encode(whole.digest()).decode().rstrip("=")
    words = {"hex": whole.hexdigest(), "base64": standard, "wrong": "0" * 64}
    query = asked(code_challenge=words[challenge], code_challenge_method="S256")
    answer = exchanged(sandbox, query, code_verifier=VERIFIER)
    assert ("access_token" in answer.json()) is is_taken
    if not is_taken:
        assert answer.json()["error"] == "invalid_request"


def test_a_code_is_good_once_and_for_a_while(sandbox: SandboxClient, clock: ManualClock) -> None:
    code = brought(consent(sandbox))["code"]
    fields = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK}
    assert token(sandbox, **fields).status_code == 200
    assert token(sandbox, **fields).json()["error"] == "invalid_grant"
    late = brought(consent(sandbox))["code"]
    clock.advance(400)
    assert token(sandbox, **fields | {"code": late}).json()["error"] == "invalid_grant"


@pytest.mark.parametrize(
    ("fields", "error", "status"),
    [
        ({"client_secret": "other"}, "invalid_client", 401), ({"client_key": "nobody"}, "invalid_client", 401),
        ({"grant_type": "password"}, "unsupported_grant_type", 400),
        ({"redirect_uri": "http://127.0.0.1:9/"}, "invalid_request", 400),
    ],
)  # fmt: skip
def test_a_token_is_refused_in_the_words_of_oauth(
    sandbox: SandboxClient, fields: dict[str, str], error: str, status: int
) -> None:
    exchanged(sandbox)
    code = brought(consent(sandbox))["code"]
    known = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK}
    answer = token(sandbox, **known | fields)
    assert (answer.json()["error"], answer.status_code) == (error, status)


def test_tokens_are_asked_for_in_a_form(sandbox: SandboxClient) -> None:
    consent(sandbox)
    url = f"{sandbox.base('tiktok')}/v2/oauth/token/"
    body = {"client_key": "aw1", "client_secret": "secret", "grant_type": "refresh_token", "refresh_token": "x"}
    assert requests.post(url, json=body, timeout=5).json()["error"] == "invalid_request"


def test_a_refresh_token_renews_once(sandbox: SandboxClient) -> None:
    first = exchanged(sandbox).json()
    second = token(sandbox, grant_type="refresh_token", refresh_token=first["refresh_token"]).json()
    assert second["refresh_token"] != first["refresh_token"]
    assert (second["open_id"], second["scope"]) == (first["open_id"], SCOPES)
    again = token(sandbox, grant_type="refresh_token", refresh_token=first["refresh_token"])
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")


def test_access_ends_after_two_hours_and_its_renewal_after_half_a_year(
    sandbox: SandboxClient, clock: ManualClock
) -> None:
    body = exchanged(sandbox).json()
    mine = Creator(sandbox.base("tiktok"), body["access_token"], clock)
    assert code_of(mine.me("open_id")) == "ok"
    clock.advance(7200)
    assert code_of(mine.me("open_id")) == "access_token_invalid"
    clock.advance(180 * 86_400)
    late = token(sandbox, grant_type="refresh_token", refresh_token=body["refresh_token"])
    assert late.json()["error"] == "invalid_grant"


def test_revoking_takes_back_the_access_and_its_renewal(sandbox: SandboxClient, clock: ManualClock) -> None:
    body = exchanged(sandbox).json()
    fields = {"client_key": "aw1", "client_secret": "secret", "token": body["access_token"]}
    url = f"{sandbox.base('tiktok')}/v2/oauth/revoke/"
    assert requests.post(url, data=fields, timeout=5).json() == {}
    assert code_of(Creator(sandbox.base("tiktok"), body["access_token"], clock).me("open_id")) == "access_token_invalid"
    renewed = token(sandbox, grant_type="refresh_token", refresh_token=body["refresh_token"])
    assert renewed.json()["error"] == "invalid_grant"
    assert requests.post(url, data=fields, timeout=5).json()["error"] == "invalid_request"


def test_a_profile_is_told_by_the_fields_asked_for(creator: Creator) -> None:
    user = creator.me("open_id,union_id,display_name,username,bio_description,profile_deep_link")["data"]["user"]
    assert user["username"] == HANDLE
    assert user["profile_deep_link"].endswith(f"/tiktok/@{HANDLE}")
    assert user["open_id"] == user["union_id"]
    assert len(user) == 6


def test_the_same_person_has_another_id_in_each_application(sandbox: SandboxClient, clock: ManualClock) -> None:
    ids = set()
    for key in ("aw1", "aw2"):
        code = brought(consent(sandbox, asked(client_key=key)))["code"]
        fields = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK}
        ids.add(token(sandbox, client_key=key, **fields).json()["open_id"])
    assert len(ids) == 2


@pytest.mark.parametrize("fields", ["", "open_id,nothing"])
def test_fields_must_be_named_and_known(creator: Creator, fields: str) -> None:
    answer = creator.call("GET", "/v2/user/info/", params={"fields": fields})
    assert (answer.status_code, code_of(answer.json())) == (400, "invalid_params")


def test_each_field_needs_its_scope(sandbox: SandboxClient, clock: ManualClock) -> None:
    mine = Creator(sandbox.base("tiktok"), exchanged(sandbox).json()["access_token"], clock)
    assert code_of(mine.me("open_id")) == "ok"
    assert code_of(mine.me("open_id,username")) == "scope_not_authorized"
    assert code_of(mine.videos()) == "scope_not_authorized"


def test_an_unknown_token_opens_nothing(sandbox: SandboxClient, clock: ManualClock) -> None:
    stranger = Creator(sandbox.base("tiktok"), "act.nobody", clock)
    answer = stranger.call("GET", "/v2/user/info/", params={"fields": "open_id"})
    assert (answer.status_code, code_of(answer.json())) == (401, "access_token_invalid")


@pytest.mark.parametrize(
    ("path", "most"), [("creator_info/query", 20), ("status/fetch", 30), ("video/init", 6), ("inbox/video/init", 6)]
)
def test_a_token_may_ask_only_so_often_in_a_minute(creator: Creator, path: str, most: int) -> None:
    url = f"/v2/post/publish/{path}/"
    answers = [creator.call("POST", url, json={}) for _ in range(most + 1)]
    assert [one.status_code == 429 for one in answers] == [False] * most + [True]
    assert code_of(answers[-1].json()) == "rate_limit_exceeded"
    creator.clock.advance(61)
    assert creator.call("POST", url, json={}).status_code != 429


def test_a_body_that_is_not_an_object_is_refused(creator: Creator) -> None:
    for body in (b"[]", b"{"):
        answer = creator.call("POST", "/v2/video/list/", data=body, params={"fields": "id"}, headers=FORM)
        assert code_of(answer.json()) == "invalid_params"
