"""Instance, OAuth, tokens, scopes and limits of the simulated Mastodon (docs.joinmastodon.org, 2026-11)."""

from __future__ import annotations

import base64
import hashlib
from urllib.parse import parse_qs, urlsplit

import pytest

from sandbox.testing import ManualClock, SandboxClient, running_sandbox
from tests.sandbox.conftest import Reader

CALLBACK = "http://127.0.0.1:9/callback"


def registered(reader: Reader, scopes: str = "read write") -> dict[str, str]:
    fields = {"client_name": "سند", "redirect_uris": CALLBACK, "scopes": scopes}
    app: dict[str, str] = reader.call("POST", "/api/v1/apps", data=fields).json()
    return app


def allowed(reader: Reader, app: dict[str, str], **extra: str) -> str:
    asked = {"client_id": app["client_id"], "redirect_uri": CALLBACK, "scope": "read write", "response_type": "code"}
    answer = reader.call("POST", "/oauth/authorize", params=asked | extra, data={"account": "rabita_demo"})
    return parse_qs(urlsplit(answer.headers["location"]).query)["code"][0]


def exchange(reader: Reader, app: dict[str, str], code: str, **extra: str) -> dict[str, str]:
    fields = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK}
    secrets = {"client_id": app["client_id"], "client_secret": app["client_secret"]}
    token: dict[str, str] = reader.call("POST", "/oauth/token", data=fields | secrets | extra).json()
    return token


def test_the_instance_says_its_limits(passer_by: Reader) -> None:
    for version in ("v1", "v2"):
        limits = passer_by.call("GET", f"/api/{version}/instance").json()["configuration"]["statuses"]
        assert limits == {"max_characters": 500, "max_media_attachments": 4, "characters_reserved_per_url": 23}


def test_a_trailing_slash_is_the_same_route(passer_by: Reader) -> None:
    assert passer_by.call("GET", "/api/v1/instance/").status_code == 200


def test_the_profile_names_the_institution(author: Reader) -> None:
    profile = author.call("GET", "/api/v1/accounts/verify_credentials").json()
    assert profile["acct"] == "rabita_demo"
    assert "الرابطة المحمدية للعلماء" in profile["note"]
    assert "الرابطة المحمدية للعلماء" in profile["source"]["note"]


def test_an_unknown_token_is_invalid(passer_by: Reader) -> None:
    stranger = Reader(passer_by.base, "nonsense")
    for reader in (passer_by, stranger):
        answer = reader.call("GET", "/api/v1/accounts/verify_credentials")
        assert (answer.status_code, answer.json()) == (401, {"error": "The access token is invalid"})


@pytest.mark.parametrize(
    ("scopes", "may_post"), [("read", False), ("write:statuses", True), ("write:media", False), ("write", True)]
)
def test_a_token_does_what_its_scopes_say(sandbox: SandboxClient, scopes: str, may_post: bool) -> None:
    sandbox.add_account(network="mastodon", handle="scoped", token="scoped-token", scopes=scopes)
    answer = Reader(sandbox.base("mastodon"), "scoped-token").post("نص")
    assert answer.status_code == (200 if may_post else 403)
    if not may_post:
        assert answer.json() == {"error": "This action is outside the authorized scopes"}


def test_the_profile_scope_reads_the_profile_alone(sandbox: SandboxClient) -> None:
    sandbox.add_account(network="mastodon", handle="scoped", token="scoped-token", scopes="profile")
    reader = Reader(sandbox.base("mastodon"), "scoped-token")
    assert reader.call("GET", "/api/v1/accounts/verify_credentials").status_code == 200
    assert reader.call("GET", "/api/v1/statuses", params={"id[]": "1"}).status_code == 403


def test_a_code_becomes_a_token_once(passer_by: Reader) -> None:
    app = registered(passer_by)
    code = allowed(passer_by, app)
    token = exchange(passer_by, app, code)
    assert (token["token_type"], token["scope"]) == ("Bearer", "read write")
    assert Reader(passer_by.base, token["access_token"]).post("نص").status_code == 200
    assert exchange(passer_by, app, code)["error"] == "invalid_grant"


def test_a_code_with_a_challenge_needs_its_verifier(passer_by: Reader) -> None:
    verifier = "v" * 50
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
    asked = {"code_challenge": challenge, "code_challenge_method": "S256"}
    app = registered(passer_by)
    assert exchange(passer_by, app, allowed(passer_by, app, **asked))["error"] == "invalid_grant"
    assert "access_token" in exchange(passer_by, app, allowed(passer_by, app, **asked), code_verifier=verifier)


def test_a_wrong_client_secret_gets_nothing(passer_by: Reader) -> None:
    app = registered(passer_by) | {"client_secret": "wrong"}
    assert exchange(passer_by, app, "any")["error"] == "invalid_client"


def test_more_scope_than_registered_is_refused(passer_by: Reader) -> None:
    app = registered(passer_by, scopes="read")
    asked = {"client_id": app["client_id"], "redirect_uri": CALLBACK, "scope": "read write"}
    answer = passer_by.call("GET", "/oauth/authorize", params=asked)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_scope")


def test_a_code_never_goes_to_an_address_that_was_not_registered(passer_by: Reader) -> None:
    asked = {"client_id": registered(passer_by)["client_id"], "redirect_uri": "http://elsewhere.example/"}
    assert passer_by.call("POST", "/oauth/authorize", params=asked).status_code == 400


def test_a_revoked_token_is_refused_and_only_its_owner_revokes_it(passer_by: Reader) -> None:
    app = registered(passer_by)
    token = exchange(passer_by, app, allowed(passer_by, app))["access_token"]
    secrets = {"client_id": app["client_id"], "client_secret": app["client_secret"], "token": token}
    assert passer_by.call("POST", "/oauth/revoke", data=secrets | {"client_secret": "x"}).status_code == 403
    assert passer_by.call("POST", "/oauth/revoke", data=secrets).json() == {}
    answer = Reader(passer_by.base, token).post("نص")
    assert (answer.status_code, answer.json()) == (401, {"error": "The access token was revoked"})


def test_each_answer_says_what_is_left_of_the_limit(clock: ManualClock) -> None:
    with running_sandbox(clock=clock, rate_limit=2) as client:
        author = Reader(client.base("mastodon"), client.token("rabita_demo"))
        answers = [author.call("GET", "/api/v1/accounts/verify_credentials") for _ in range(3)]
        assert [answer.headers["X-RateLimit-Remaining"] for answer in answers] == ["1", "0", "0"]
        assert (answers[2].status_code, answers[2].json()) == (429, {"error": "Too many requests"})
        clock.advance(300)
        assert author.call("GET", "/api/v1/accounts/verify_credentials").status_code == 200
