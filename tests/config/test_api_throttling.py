"""How often the API may be asked: strangers, people and uploads by rates of their own, with the time to wait."""

from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from rest_framework.throttling import SimpleRateThrottle

from config.env import rate
from tests.people import People, api_client, token_client

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _slow(monkeypatch: pytest.MonkeyPatch) -> None:
    rates = {"anonymous": "2/hour", "person": "3/hour", "upload": "1/hour"}
    monkeypatch.setattr(SimpleRateThrottle, "THROTTLE_RATES", rates)


def refused(answer: Any) -> bool:
    if answer.status_code != 429:
        return False
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert 1 <= int(answer.headers["Retry-After"]) <= 3600
    assert answer.headers["Retry-After"] in answer.json()["detail"]
    return True


def test_strangers_are_counted_by_their_address_whatever_they_say_it_is(client: Client) -> None:
    answers = [client.get("/api/v1/me/", headers={"X-Forwarded-For": f"203.0.113.{n}"}) for n in range(3)]
    assert [answer.status_code for answer in answers] == [401, 401, 429]
    assert refused(answers[2])


def test_tokens_that_are_none_are_counted_with_strangers(people: People, client: Client) -> None:
    for n in range(2):
        client.get("/api/v1/me/", headers={"Authorization": f"Bearer sanad_{n}"})
    assert refused(client.get("/api/v1/me/", headers={"Authorization": "Bearer sanad_guess"}))
    assert token_client(people.nadia).get("/api/v1/me/").status_code == 200


def test_a_persons_tokens_and_sessions_are_counted_together(people: People) -> None:
    for _ in range(2):
        assert api_client(people.nadia).get("/api/v1/me/").status_code == 200
    token = token_client(people.nadia)
    assert token.get("/api/v1/me/").status_code == 200
    assert refused(token.get("/api/v1/me/"))
    assert token_client(people.bob).get("/api/v1/me/").status_code == 200


def test_uploads_have_a_rate_of_their_own(people: People) -> None:
    alice = api_client(people.alice)
    first, second = (
        alice.post("/api/v1/media/", {"file": SimpleUploadedFile("x.png", b"no picture")}) for _ in range(2)
    )
    assert first.status_code == 422
    assert refused(second)
    assert alice.get("/api/v1/me/").status_code == 200


def test_the_shortest_wait_is_a_second(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SimpleRateThrottle, "wait", lambda self: 0.0)
    nadia = api_client(people.nadia)
    last = [nadia.get("/api/v1/me/") for _ in range(4)][-1]
    assert last.headers["Retry-After"] == "1"


@pytest.mark.parametrize("value", ["", "600", "0/min", "600/fortnight", "-1/s", "many/min"])
def test_a_rate_that_is_none_stops_the_start(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("API_RATE", value)
    with pytest.raises(ImproperlyConfigured, match="API_RATE"):
        rate("API_RATE", "600/min")
