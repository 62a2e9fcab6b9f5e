"""The simulated X: consent, tokens, posts, media, figures and faults (docs.x.com/x-api, 2026-11)."""

from __future__ import annotations

import base64
import hashlib
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from sandbox.testing import ManualClock, SandboxClient, running_sandbox
from tests.sandbox.conftest import Reader, picture
from tests.sandbox.x import WHOLE, author_of, made, posted, read, upload

CALLBACK = "http://127.0.0.1:9/callback"
VERIFIER = "v" * 50
S256 = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().rstrip("=")
SCOPES = "tweet.read tweet.write users.read offline.access"


@pytest.fixture
def author(sandbox: SandboxClient) -> Reader:
    return author_of(sandbox)


def me(author: Reader) -> dict[str, Any]:
    found: dict[str, Any] = author.call(
        "GET", "/2/users/me", params={"user.fields": "description,public_metrics"}
    ).json()["data"]
    return found


# Consent and tokens


def consent(reader: Reader, **changes: str) -> requests.Response:
    asked = {
        "response_type": "code", "client_id": "client", "redirect_uri": CALLBACK, "scope": SCOPES, "state": "st",
        "code_challenge": S256, "code_challenge_method": "S256", **changes,
    }  # fmt: skip
    return reader.call("POST", "/i/oauth2/authorize", params=asked, data={"account": "rabita_x"})


def code_of(answer: requests.Response) -> str:
    back = parse_qs(urlsplit(answer.headers["location"]).query)
    assert back["state"] == ["st"]
    return back["code"][0]


def exchange(reader: Reader, code: str, secret: str = "s3cret", **changes: str) -> requests.Response:
    fields = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK, "code_verifier": VERIFIER}
    return reader.call("POST", "/2/oauth2/token", data=fields | changes, auth=("client", secret))


@pytest.fixture
def passer_by(sandbox: SandboxClient) -> Reader:
    return Reader(sandbox.base("x"), None)


def test_a_code_becomes_tokens_once_and_they_are_renewed_once(passer_by: Reader, clock: ManualClock) -> None:
    code = code_of(consent(passer_by))
    first = exchange(passer_by, code).json()
    assert (first["token_type"], first["expires_in"], first["scope"]) == ("bearer", 7200, SCOPES)
    assert exchange(passer_by, code).status_code == 400
    clock.advance(7201)
    assert Reader(passer_by.base, first["access_token"]).call("GET", "/2/users/me").status_code == 401
    renewal = {"grant_type": "refresh_token", "refresh_token": first["refresh_token"]}
    second = passer_by.call("POST", "/2/oauth2/token", data=renewal, auth=("client", "s3cret")).json()
    assert me(Reader(passer_by.base, second["access_token"]))["username"] == "rabita_x"
    again = passer_by.call("POST", "/2/oauth2/token", data=renewal, auth=("client", "s3cret"))
    assert (again.status_code, again.json()["error"]) == (400, "invalid_request")


def test_a_refresh_token_opens_no_api(passer_by: Reader, sandbox: SandboxClient) -> None:
    tokens = exchange(passer_by, code_of(consent(passer_by))).json()
    assert Reader(passer_by.base, tokens["refresh_token"]).call("GET", "/2/users/me").status_code == 401
    assert sandbox.token("rabita_x") == "sandbox-token-rabita-x"


def test_a_public_client_proves_itself_by_its_verifier_alone(passer_by: Reader) -> None:
    code = code_of(consent(passer_by, client_id="public", code_challenge=VERIFIER, code_challenge_method="plain"))
    fields = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK, "code_verifier": VERIFIER}
    answer = passer_by.call("POST", "/2/oauth2/token", data=fields | {"client_id": "public"})
    assert answer.json()["scope"] == SCOPES


@pytest.mark.parametrize("changes", [{"code_verifier": "w" * 50}, {"redirect_uri": "http://127.0.0.1:9/other"}])
def test_a_code_needs_its_verifier_and_its_address(passer_by: Reader, changes: dict[str, str]) -> None:
    assert exchange(passer_by, code_of(consent(passer_by)), **changes).status_code == 400


def test_the_secret_of_the_first_exchange_is_the_secret(passer_by: Reader) -> None:
    exchange(passer_by, code_of(consent(passer_by)))
    refused = exchange(passer_by, code_of(consent(passer_by)), secret="other")
    assert (refused.status_code, refused.json()["error"]) == (401, "unauthorized_client")


@pytest.mark.parametrize("missing", ["state", "code_challenge", "client_id"])
def test_consent_needs_state_and_challenge(passer_by: Reader, missing: str) -> None:
    assert consent(passer_by, **{missing: ""}).status_code == 400


def test_a_person_may_refuse_and_other_addresses_get_nothing(passer_by: Reader) -> None:
    consent(passer_by)
    assert consent(passer_by, redirect_uri="http://elsewhere.example/").status_code == 400
    asked = {
        "response_type": "code", "client_id": "client", "redirect_uri": CALLBACK, "scope": SCOPES, "state": "st",
        "code_challenge": S256, "code_challenge_method": "S256",
    }  # fmt: skip
    page = passer_by.call("GET", "/i/oauth2/authorize", params=asked)
    assert 'name="refuse"' in page.text
    no = passer_by.call("POST", "/i/oauth2/authorize", params=asked, data={"refuse": "1"})
    assert parse_qs(urlsplit(no.headers["location"]).query) == {"error": ["access_denied"], "state": ["st"]}


def test_a_revoked_token_is_refused(passer_by: Reader) -> None:
    token = exchange(passer_by, code_of(consent(passer_by))).json()["access_token"]
    revoke = {"token": token, "token_type_hint": "access_token"}
    answer = passer_by.call("POST", "/2/oauth2/revoke", data=revoke, auth=("client", "s3cret"))
    assert answer.json() == {"revoked": True}
    refused = Reader(passer_by.base, token).call("GET", "/2/users/me")
    assert (refused.status_code, refused.json()["title"]) == (401, "Unauthorized")


@pytest.mark.parametrize(
    ("scopes", "status"), [("read write", 201), (SCOPES, 201), ("tweet.read users.read", 403), ("read", 403)]
)
def test_a_given_token_does_what_its_scopes_say(sandbox: SandboxClient, scopes: str, status: int) -> None:
    sandbox.add_account(network="x", handle="scoped", token="scoped-token", scopes=scopes)
    assert posted(Reader(sandbox.base("x"), "scoped-token"), "نص").status_code == status


def test_each_answer_says_what_is_left_of_the_limit(clock: ManualClock) -> None:
    with running_sandbox(clock=clock, rate_limit=2) as client:
        author = Reader(client.base("x"), client.token("rabita_x"))
        answers = [author.call("GET", "/2/users/me") for _ in range(3)]
        assert [answer.headers["x-rate-limit-remaining"] for answer in answers] == ["1", "0", "0"]
        assert (answers[2].status_code, answers[2].json()["title"]) == (429, "Too Many Requests")
        assert 0 < int(answers[2].headers["x-rate-limit-reset"]) - clock() <= 900
        assert posted(author, "نص").status_code == 201
        clock.advance(900)
        assert author.call("GET", "/2/users/me").status_code == 200


# Posts


def test_links_are_shortened_in_what_is_read_back(author: Reader, sandbox: SandboxClient) -> None:
    text = "اقرأ https://rabita.example/دراسات/1?x=1&y=2 ثم #سند & <b>"
    body = read(author, made(author, text))["data"][0]
    link = body["entities"]["urls"][0]
    assert link["expanded_url"] == "https://rabita.example/دراسات/1?x=1&y=2"
    assert body["text"] == f"اقرأ {link['url']} ثم #سند &amp; &lt;b&gt;"
    assert body["text"][link["start"] : link["end"]] == link["url"]
    assert body["entities"]["hashtags"][0]["tag"] == "سند"
    assert sandbox.posts("x")[0]["text"] == text


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ("ا" * 280, True),
        ("ا" * 281, False),
        ("ﷺ" * 140, True),
        ("ﷺ" * 141, False),
        ("x" * 256 + " https://rabita.example/" + "a" * 300, True),
        ("x" * 257 + " https://rabita.example/", False),
        ("👨‍👩‍👧‍👦" * 140, True),
        ("👨‍👩‍👧‍👦" * 140 + "x", False),
    ],
)
def test_a_text_weighs_280_at_most(author: Reader, text: str, fits: bool) -> None:
    assert posted(author, text).status_code == (201 if fits else 403)


def test_the_same_words_twice_are_refused_until_the_first_is_gone(author: Reader) -> None:
    first = made(author, "نص")
    answer = posted(author, " نص\n")
    assert (answer.status_code, answer.json()) == (
        403,
        {
            "title": "Forbidden", "type": "about:blank", "status": 403,
            "detail": "You are not allowed to create a Tweet with duplicate content.",
        },
    )  # fmt: skip
    assert author.call("DELETE", f"/2/tweets/{first}").json() == {"data": {"deleted": True}}
    assert posted(author, "نص").status_code == 201


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 400),
        ({"text": "  "}, 400),
        ({"text": "نص", "novelty": 1}, 400),
        ({"text": "نص", "poll": {"options": ["a"]}}, 501),
        ({"text": "نص", "media": {"media_ids": ["1"]}}, 400),
        ({"text": "نص", "reply": {"in_reply_to_tweet_id": "1"}}, 403),
    ],
)
def test_what_cannot_be_posted_is_refused(author: Reader, body: dict[str, Any], status: int) -> None:
    answer = author.call("POST", "/2/tweets", json=body)
    assert answer.status_code == status
    assert answer.json()["title"]


def test_missing_posts_are_named_beside_those_that_are_there(author: Reader, sandbox: SandboxClient) -> None:
    post_id = made(author, "نص")
    body = read(author, f"{post_id},17")
    assert [one["id"] for one in body["data"]] == [post_id]
    assert (body["errors"][0]["resource_id"], body["errors"][0]["title"]) == ("17", "Not Found Error")
    assert "data" not in author.call("GET", "/2/tweets/17").json()
    assert author.call("GET", "/2/tweets", params={"ids": ",".join(["17"] * 101)}).status_code == 400
    sandbox.add_account(network="x", handle="other", token="other-token")
    assert Reader(author.base, "other-token").call("DELETE", f"/2/tweets/{post_id}").status_code == 403


def test_a_timeline_is_read_page_by_page(author: Reader, clock: ManualClock) -> None:
    ids = []
    for number in range(7):
        clock.advance(1)
        ids.append(made(author, f"نص {number}"))
    path, size = f"/2/users/{me(author)['id']}/tweets", {"max_results": "5", "tweet.fields": "created_at"}
    first = author.call("GET", path, params=size).json()
    assert [one["id"] for one in first["data"]] == ids[:1:-1]
    assert first["data"][0]["created_at"].endswith("Z")
    token = {"pagination_token": first["meta"]["next_token"]}
    second = author.call("GET", path, params=size | token).json()
    assert ([one["id"] for one in second["data"]], "next_token" in second["meta"]) == ([ids[1], ids[0]], False)
    assert author.call("GET", path, params={"max_results": "4"}).status_code == 400
    newer = author.call("GET", path, params={"since_id": ids[5]}).json()
    assert newer["meta"] == {"result_count": 1, "newest_id": ids[6], "oldest_id": ids[6]}


def test_a_thread_is_a_conversation_and_readers_answer_in_it(author: Reader, clock: ManualClock) -> None:
    first = made(author, "أول")
    clock.advance(1)
    second = made(author, "ثان", reply={"in_reply_to_tweet_id": first})
    clock.advance(60 * 60)
    body = read(author, second)["data"][0]
    assert body["conversation_id"] == first
    assert body["referenced_tweets"] == [{"type": "replied_to", "id": first}]
    asked = {"query": f"conversation_id:{first}", "max_results": "100", **WHOLE}
    found = author.call("GET", "/2/tweets/search/recent", params=asked).json()
    assert second in [one["id"] for one in found["data"]]
    assert {one["conversation_id"] for one in found["data"]} == {first}
    names = {user["id"]: user["name"] for user in found["includes"]["users"]}
    assert all(one["author_id"] in names for one in found["data"])
    others = asked | {"query": f"(conversation_id:{first} OR in_reply_to_tweet_id:{first}) -from:{me(author)['id']}"}
    strangers = author.call("GET", "/2/tweets/search/recent", params=others).json()["data"]
    assert {one["id"] for one in strangers} == {one["id"] for one in found["data"]} - {first, second}
    own = asked | {"query": f"from:rabita_x is:reply to:rabita_x conversation_id:{first}"}
    answers = author.call("GET", "/2/tweets/search/recent", params=own).json()["data"]
    assert [one["id"] for one in answers] == [second]
    clock.advance(8 * 24 * 3600)
    late = author.call("GET", "/2/tweets/search/recent", params=asked).json()
    assert late == {"meta": {"result_count": 0}}


@pytest.mark.parametrize("query", ["", "سند", "from:a OR", "(from:a", "from:a)", "has:links", "- -"])
def test_a_query_that_is_not_understood_is_refused(author: Reader, query: str) -> None:
    answer = author.call("GET", "/2/tweets/search/recent", params={"query": query})
    assert (answer.status_code, answer.json()["title"]) == (400, "Invalid Request")


def test_figures_grow_and_private_ones_are_the_authors(
    author: Reader, sandbox: SandboxClient, clock: ManualClock
) -> None:
    post_id = made(author, "نص")
    assert set(read(author, post_id)["data"][0]["public_metrics"].values()) == {0}
    figures = []
    for _ in range(3):
        clock.advance(120)
        figures.append(read(author, post_id)["data"][0]["public_metrics"])
    impressions = [one["impression_count"] for one in figures]
    assert impressions == sorted(impressions)
    assert impressions[0] > figures[0]["like_count"] > 0
    sandbox.add_account(network="x", handle="other", token="other-token")
    stranger = read(Reader(author.base, "other-token"), post_id)["data"][0]
    assert "non_public_metrics" not in stranger
    assert set(read(author, post_id)["data"][0]["non_public_metrics"]) == {
        "impression_count", "user_profile_clicks", "url_link_clicks",
    }  # fmt: skip


# Faults and pages


def test_a_rate_limit_says_when_it_ends_in_the_networks_way(
    sandbox: SandboxClient, author: Reader, clock: ManualClock
) -> None:
    sandbox.arm_fault("rate_limited", network="x", route="publish", seconds=900)
    answer = posted(author, "نص")
    assert (answer.status_code, answer.json()["title"]) == (429, "Too Many Requests")
    assert int(answer.headers["x-rate-limit-reset"]) == int(clock()) + 900
    assert "Retry-After" not in answer.headers
    assert sandbox.posts("x") == []


@pytest.mark.parametrize(
    ("kind", "status"), [("revoked_token", 401), ("missing_scope", 403), ("media_refused", 400), ("server_error", 503)]
)
def test_faults_are_said_in_the_networks_words(sandbox: SandboxClient, author: Reader, kind: str, status: int) -> None:
    route = "media" if kind == "media_refused" else "publish"
    sandbox.arm_fault(kind, network="x", route=route)
    files = {"media": ("a.png", picture(), "image/png")}
    answer = author.call("POST", "/2/media/upload", files=files) if route == "media" else posted(author, "نص")
    assert answer.status_code == status
    assert sandbox.posts("x") == []


def test_peoples_links_lead_to_the_pages_of_the_simulator(
    author: Reader, sandbox: SandboxClient, clock: ManualClock
) -> None:
    post_id = made(author, "نص <b>المنشور</b>", media={"media_ids": [upload(author)]})
    clock.advance(24 * 60)
    html = requests.get(f"{author.base}/rabita_x/status/{post_id}", timeout=5)
    assert "نص &lt;b&gt;المنشور" in html.text
    assert 'class="comment"' in html.text
    timeline = requests.get(f"{author.base}/rabita_x", params={"lang": "en"}, timeout=5).text
    assert timeline.count('<article class="post"') == 1
    assert "/x/rabita_x/status/" in timeline
    past = sandbox.add_post(network="x", account="rabita_x", text="قديم", created_at=clock() - 86400)
    assert read(author, past["id"])["data"][0]["text"] == "قديم"


def test_who_may_reply_is_kept_and_shown_and_only_known_answers_are_taken(author: Reader) -> None:
    post_id = made(author, "نص", reply_settings="mentionedUsers")
    told = read(author, post_id, **{"tweet.fields": "reply_settings"})
    assert told["data"][0]["reply_settings"] == "mentionedUsers"
    page = author.call("GET", "/rabita_x?lang=en")
    assert "Only accounts it names may reply" in page.text
    assert posted(author, "نص آخر", reply_settings="everyone").status_code == 400
