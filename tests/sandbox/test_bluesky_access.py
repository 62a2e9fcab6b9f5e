"""Sessions, tokens and limits of the simulated Bluesky (docs.bsky.app and atproto.com, 2026-11)."""

from __future__ import annotations

import base64
import json

import pytest
import requests

from sandbox.testing import ManualClock, SandboxClient, running_sandbox
from tests.sandbox.bluesky import HANDLE, RKEY, Agent, Json, made, opened

EXPIRED = {"error": "ExpiredToken", "message": "Token has expired"}
REVOKED = {"error": "ExpiredToken", "message": "Token has been revoked"}
UNKNOWN = {"error": "InvalidToken", "message": "Token could not be verified"}


@pytest.fixture
def agent(sandbox: SandboxClient) -> Agent:
    return Agent.of(sandbox)


def said(answer: requests.Response) -> tuple[int, Json]:
    return answer.status_code, answer.json()


def claims(token: str) -> Json:
    read: Json = json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))
    return read


def renewed(agent: Agent) -> requests.Response:
    return agent.do("com.atproto.server.refreshSession", token=agent.refresh)


def test_an_app_password_opens_a_session(sandbox: SandboxClient) -> None:
    session = opened(sandbox).json()
    assert session["handle"] == HANDLE
    assert session["did"].startswith("did:plc:")
    assert session["didDoc"]["service"][0]["serviceEndpoint"] == sandbox.base("bluesky")


@pytest.mark.parametrize("identifier", [HANDLE.upper(), "rabita-demo", "rabita_demo"])
def test_other_ways_of_naming_the_account_open_it_too(sandbox: SandboxClient, identifier: str) -> None:
    assert opened(sandbox, identifier).json()["handle"] == HANDLE


@pytest.mark.parametrize(("identifier", "password"), [(HANDLE, "wron-gwro-ngwr-ongw"), ("nobody.bsky.test", None)])
def test_a_wrong_identifier_and_a_wrong_password_are_refused_alike(
    sandbox: SandboxClient, identifier: str, password: str | None
) -> None:
    words = {"error": "AuthenticationRequired", "message": "Invalid identifier or password"}
    assert said(opened(sandbox, identifier, password)) == (401, words)


def test_tokens_say_whose_they_are_and_until_when(agent: Agent, clock: ManualClock) -> None:
    access, refresh = claims(str(agent.access)), claims(str(agent.refresh))
    assert (access["scope"], access["sub"]) == ("com.atproto.appPass", agent.did)
    assert access["exp"] == int(clock.at) + 1200 < refresh["exp"]


def test_an_access_token_ends_and_is_renewed(agent: Agent, clock: ManualClock) -> None:
    clock.advance(1199)
    assert agent.get("com.atproto.server.getSession").json()["did"] == agent.did
    clock.advance(1)
    assert said(agent.get("com.atproto.server.getSession")) == (400, EXPIRED)
    assert said(agent.post("نص")) == (400, EXPIRED)
    agent.access = renewed(agent).json()["accessJwt"]
    assert agent.post("نص").status_code == 200


def test_a_refresh_token_renews_once(agent: Agent) -> None:
    first = renewed(agent).json()
    assert said(renewed(agent)) == (400, REVOKED)
    agent.refresh = first["refreshJwt"]
    assert renewed(agent).status_code == 200


def test_a_refresh_token_ends_too(agent: Agent, clock: ManualClock) -> None:
    clock.advance(90 * 86_400)
    assert said(renewed(agent)) == (400, EXPIRED)


def test_neither_token_does_the_others_work(agent: Agent) -> None:
    scope = {"error": "InvalidToken", "message": "Bad token scope"}
    assert said(agent.do("com.atproto.server.refreshSession")) == (400, scope)
    agent.access = agent.refresh
    assert said(agent.post("نص")) == (400, scope)


def test_no_token_and_a_foreign_one_are_told_apart(agent: Agent) -> None:
    agent.access = None
    assert said(agent.post("نص")) == (401, {"error": "AuthMissing", "message": "Authentication Required"})
    agent.access = "eyJ.not.ours"
    assert said(agent.post("نص")) == (400, UNKNOWN)
    assert said(agent.get("app.bsky.actor.getProfile", actor=HANDLE)) == (400, UNKNOWN)


def test_a_session_that_was_closed_is_not_renewed(agent: Agent) -> None:
    assert agent.do("com.atproto.server.deleteSession", token=agent.refresh).status_code == 200
    assert said(renewed(agent)) == (400, REVOKED)


def test_nobody_writes_into_another_accounts_repository(sandbox: SandboxClient, agent: Agent) -> None:
    sandbox.add_account(network="bluesky", handle="charlie", token="char-lies-pass-word")
    charlie = Agent.of(sandbox, "charlie.bsky.test")
    charlie.did = agent.did
    required = {"error": "AuthenticationRequired", "message": "Authentication Required"}
    assert said(charlie.post("نص")) == (401, required)
    assert sandbox.posts("bluesky") == []


def test_a_deleted_app_password_ends_everything_it_opened(sandbox: SandboxClient, agent: Agent) -> None:
    sandbox.arm_fault("revoked_token", network="bluesky", account=HANDLE, route="publish")
    for _ in range(2):
        assert said(agent.post("نص")) == (400, UNKNOWN)
    assert said(renewed(agent)) == (400, REVOKED)
    sandbox.reset()
    assert agent.post("نص").status_code == 200


def test_a_password_without_the_right_is_told_so(sandbox: SandboxClient, agent: Agent) -> None:
    sandbox.arm_fault("missing_scope", route="publish")
    assert said(agent.post("نص")) == (400, {"error": "InvalidToken", "message": "Bad token scope"})


def test_a_rate_limit_names_the_second_at_which_it_ends(
    sandbox: SandboxClient, agent: Agent, clock: ManualClock
) -> None:
    sandbox.arm_fault("rate_limited", route="publish", seconds=900)
    answer = agent.write("putRecord", made("نص"), RKEY)
    assert said(answer) == (429, {"error": "RateLimitExceeded", "message": "Rate Limit Exceeded"})
    assert answer.headers["RateLimit-Reset"] == str(int(clock.at) + 900)
    assert (answer.headers["RateLimit-Remaining"], answer.headers["RateLimit-Policy"]) == ("0", "5000;w=3600")
    assert "Retry-After" not in answer.headers


def test_a_broken_server_says_so_in_the_networks_words(sandbox: SandboxClient, agent: Agent) -> None:
    sandbox.arm_fault("server_error", network="bluesky", route="publish", status=500)
    words = {"error": "InternalServerError", "message": "Internal Server Error"}
    assert said(agent.post("نص")) == (500, words)


def test_what_is_written_costs_points(agent: Agent) -> None:
    left = [agent.post("نص").headers["RateLimit-Remaining"] for _ in range(2)]
    put = agent.write("putRecord", made("نص"), RKEY).headers["RateLimit-Remaining"]
    gone = {"repo": agent.did, "collection": "app.bsky.feed.post", "rkey": RKEY}
    deleted = agent.do("com.atproto.repo.deleteRecord", gone).headers["RateLimit-Remaining"]
    assert [*left, put, deleted] == ["4997", "4994", "4992", "4991"]


def test_thirty_sessions_in_five_minutes_are_enough(sandbox: SandboxClient, clock: ManualClock) -> None:
    statuses = [opened(sandbox).status_code for _ in range(31)]
    assert statuses == [200] * 30 + [429]
    clock.advance(300)
    assert opened(sandbox).status_code == 200


def test_requests_of_an_account_have_a_limit_of_their_own(clock: ManualClock) -> None:
    with running_sandbox(clock=clock, rate_limit=3) as sandbox:
        agent = Agent.of(sandbox)
        statuses = [agent.get("com.atproto.server.getSession").status_code for _ in range(3)]
        assert statuses == [200, 200, 429]


def test_the_server_and_handles_say_who_they_are(agent: Agent) -> None:
    assert agent.get("com.atproto.server.describeServer").json()["availableUserDomains"] == [".bsky.test"]
    assert agent.get("com.atproto.identity.resolveHandle", handle=HANDLE).json() == {"did": agent.did}
    nobody = agent.get("com.atproto.identity.resolveHandle", handle="nobody.bsky.test")
    assert said(nobody) == (400, {"error": "InvalidRequest", "message": "Unable to resolve handle"})


def test_what_is_no_method_here_is_not_implemented(agent: Agent) -> None:
    assert agent.get("app.bsky.feed.searchPosts").status_code == 501
    assert agent.get("com.atproto.repo.createRecord").json()["error"] == "InvalidRequest"


def test_a_procedure_takes_json_and_says_so(agent: Agent) -> None:
    answer = agent.do("com.atproto.repo.createRecord", data="a=b", headers={"Content-Type": "text/plain"})
    assert said(answer) == (
        400,
        {"error": "InvalidRequest", "message": "Wrong request encoding (Content-Type): text/plain"},
    )
