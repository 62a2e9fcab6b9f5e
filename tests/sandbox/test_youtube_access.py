"""Consent, tokens and quota of the simulated YouTube (developers.google.com/identity/protocols/oauth2, 2026-11)."""

from __future__ import annotations

import base64
import hashlib
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from sandbox.testing import ManualClock, SandboxClient, running_sandbox
from tests.sandbox.youtube import Studio, film, reason

CALLBACK = "http://127.0.0.1:9/callback"
VERIFIER = "v" * 50
S256 = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().rstrip("=")
AUTH = "https://www.googleapis.com/auth/"
SCOPES = f"{AUTH}youtube.upload {AUTH}youtube.readonly"


@pytest.fixture
def passer_by(sandbox: SandboxClient) -> Studio:
    return Studio(sandbox.base("youtube"), None)


def asked(**changes: str) -> dict[str, str]:
    whole = {
        "response_type": "code", "client_id": "client", "redirect_uri": CALLBACK, "scope": SCOPES, "state": "st",
        "access_type": "offline", "prompt": "consent", "code_challenge": S256, "code_challenge_method": "S256",
    }  # fmt: skip
    return whole | changes


def consent(studio: Studio, *, account: str = "rabitatube", **changes: str) -> requests.Response:
    """By the form's button, or by the other one where no account is named."""
    answer = {"account": account} if account else {"refuse": "1"}
    return studio.call("POST", "/o/oauth2/v2/auth", params=asked(**changes), data=answer)


def code_of(answer: requests.Response) -> str:
    back = parse_qs(urlsplit(answer.headers["location"]).query)
    assert back["state"] == ["st"]
    return back["code"][0]


def exchange(studio: Studio, code: str, **changes: str) -> requests.Response:
    fields = {
        "grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK, "code_verifier": VERIFIER,
        "client_id": "client", "client_secret": "s3cret",
    }  # fmt: skip
    return studio.call("POST", "/token", data=fields | changes)


def renewed(studio: Studio, token: str) -> requests.Response:
    fields = {"grant_type": "refresh_token", "refresh_token": token, "client_id": "client", "client_secret": "s3cret"}
    return studio.call("POST", "/token", data=fields)


def tokens(studio: Studio, **changes: str) -> dict[str, Any]:
    found: dict[str, Any] = exchange(studio, code_of(consent(studio, **changes))).json()
    return found


def channels(studio: Studio, token: str) -> requests.Response:
    return Studio(studio.base, token).get("channels", part="snippet", mine="true")


def test_a_code_becomes_tokens_once(passer_by: Studio) -> None:
    code = code_of(consent(passer_by))
    first = exchange(passer_by, code).json()
    assert (first["token_type"], first["expires_in"], first["scope"]) == ("Bearer", 3599, SCOPES)
    assert channels(passer_by, first["access_token"]).json()["items"][0]["snippet"]["customUrl"] == "@rabitatube"
    assert exchange(passer_by, code).json()["error"] == "invalid_grant"


def test_an_access_token_lives_an_hour_and_the_same_refresh_token_renews_it_each_time(
    passer_by: Studio, clock: ManualClock
) -> None:
    first = tokens(passer_by)
    for _ in range(2):
        clock.advance(3601)
        again = renewed(passer_by, first["refresh_token"]).json()
        assert "refresh_token" not in again
        assert channels(passer_by, again["access_token"]).status_code == 200
    assert reason(channels(passer_by, first["access_token"])) == (401, "authError")
    assert reason(channels(passer_by, first["refresh_token"])) == (401, "authError")


def test_a_refresh_token_comes_at_the_first_consent_and_where_consent_is_asked_for_anew(passer_by: Studio) -> None:
    assert "refresh_token" not in tokens(passer_by, access_type="online")
    assert "refresh_token" in tokens(passer_by, prompt="")
    assert "refresh_token" not in tokens(passer_by, prompt="")
    assert "refresh_token" in tokens(passer_by)


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"code_verifier": "w" * 50}, "invalid_grant"),
        ({"code_verifier": ""}, "invalid_grant"),
        ({"redirect_uri": "http://127.0.0.1:9/other"}, "redirect_uri_mismatch"),
        ({"client_id": "nobody"}, "invalid_client"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
    ],
)
def test_a_code_needs_its_verifier_its_address_and_its_client(
    passer_by: Studio, changes: dict[str, str], error: str
) -> None:
    assert exchange(passer_by, code_of(consent(passer_by)), **changes).json()["error"] == error


def test_the_secret_of_the_first_exchange_is_the_secret(passer_by: Studio) -> None:
    tokens(passer_by)
    refused = exchange(passer_by, code_of(consent(passer_by)), client_secret="other")
    assert (refused.status_code, refused.json()["error"]) == (401, "invalid_client")


def test_what_a_person_takes_back_is_not_renewed(passer_by: Studio) -> None:
    first = tokens(passer_by)
    assert passer_by.call("POST", "/revoke", data={"token": first["access_token"]}).json() == {}
    assert reason(channels(passer_by, first["access_token"])) == (401, "authError")
    refused = renewed(passer_by, first["refresh_token"])
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_grant")
    assert passer_by.call("POST", "/revoke", data={"token": first["access_token"]}).json()["error"] == "invalid_token"


def test_a_revoked_access_takes_its_renewal_with_it(passer_by: Studio, sandbox: SandboxClient) -> None:
    first = tokens(passer_by)
    sandbox.arm_fault("revoked_token", network="youtube", route="profile")
    assert reason(channels(passer_by, first["access_token"])) == (401, "authError")
    assert renewed(passer_by, first["refresh_token"]).json()["error"] == "invalid_grant"


def test_a_person_may_refuse_and_other_addresses_get_nothing(passer_by: Studio) -> None:
    page = passer_by.call("GET", "/o/oauth2/v2/auth", params=asked())
    assert 'name="refuse"' in page.text
    assert "rabitatube" in page.text
    no = consent(passer_by, account="")
    assert parse_qs(urlsplit(no.headers["location"]).query) == {"state": ["st"], "error": ["access_denied"]}
    assert consent(passer_by, redirect_uri="http://elsewhere.example/").json()["error"] == "redirect_uri_mismatch"
    assert consent(passer_by, scope="everything").json()["error"] == "invalid_scope"
    assert consent(passer_by, code_challenge="short").status_code == 400


def test_a_scope_that_is_missing_is_said(passer_by: Studio) -> None:
    reader = Studio(passer_by.base, tokens(passer_by, scope=f"{AUTH}youtube.readonly")["access_token"])
    assert reader.get("channels", part="id", mine="true").status_code == 200
    assert reason(reader.begin()) == (403, "insufficientPermissions")
    sender = Studio(passer_by.base, tokens(passer_by, scope=f"{AUTH}youtube.upload")["access_token"])
    assert sender.begin().status_code == 200
    assert reason(sender.get("channels", part="id", mine="true")) == (403, "insufficientPermissions")


# Quota


def test_the_days_quota_ends_at_midnight_in_california(clock: ManualClock) -> None:
    clock.at = 1_795_766_400.0 - 3600  # 2026-11-26, 23:00 Pacific
    with running_sandbox(clock=clock, rate_limit=3) as sandbox:
        studio = Studio(sandbox.base("youtube"), sandbox.token("rabitatube"))
        for _ in range(100):
            assert studio.get("channels", part="id", mine="true").status_code == 200
        assert reason(studio.get("channels", part="id", mine="true")) == (403, "quotaExceeded")
        clock.advance(3500)
        assert reason(studio.get("channels", part="id", mine="true")) == (403, "quotaExceeded")
        clock.advance(200)
        assert studio.get("channels", part="id", mine="true").status_code == 200


def test_uploads_have_a_bucket_of_their_own_and_chunks_cost_nothing(clock: ManualClock) -> None:
    with running_sandbox(clock=clock, rate_limit=3) as sandbox:
        studio = Studio(sandbox.base("youtube"), sandbox.token("rabitatube"))
        content = film()
        session = studio.session(content=content)
        assert reason(studio.begin()) == (403, "quotaExceeded")
        assert studio.call("PUT", session, data=content).status_code == 201
        assert studio.get("channels", part="id", mine="true").status_code == 200


@pytest.mark.parametrize(
    ("kind", "expected"), [("quota_exceeded", (403, "quotaExceeded")), ("rate_limited", (429, "rateLimitExceeded"))]
)
def test_limits_can_be_armed(sandbox: SandboxClient, kind: str, expected: tuple[int, str]) -> None:
    sandbox.arm_fault(kind, network="youtube", route="profile")
    studio = Studio(sandbox.base("youtube"), sandbox.token("rabitatube"))
    assert reason(studio.get("channels", part="id", mine="true")) == expected
    assert studio.get("channels", part="id", mine="true").status_code == 200
