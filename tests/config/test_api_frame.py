"""The frame of /api/v1/: its description is valid, its errors are problem details (RFC 9457)."""

from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from tests.people import People, api_client, sign_in, token_client

pytestmark = pytest.mark.django_db


def test_the_description_is_valid_openapi_without_a_warning(tmp_path: object) -> None:
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", f"{tmp_path}/schema.yaml")


def test_the_description_and_its_page_are_served_inside_the_policy(client: Client) -> None:
    assert client.get("/api/v1/schema/").status_code == 200
    page = client.get("/api/v1/docs/")
    assert page.status_code == 200
    assert "'unsafe-inline'" not in page.headers["Content-Security-Policy"]
    assert "<style" not in page.content.decode()
    assert "api.css" in page.content.decode()


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("get", "/api/v1/deliveries/999999/", 404, "not_found"),
        ("post", "/api/v1/deliveries/", 422, "invalid"),
        ("delete", "/api/v1/deliveries/", 405, "method_not_allowed"),
    ],
)
def test_an_error_is_a_problem_with_a_code_and_a_sentence(
    people: People, method: str, path: str, status: int, code: str
) -> None:
    answer = getattr(api_client(people.carla), method)(path, {}, format="json")
    body = answer.json()
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert (answer.status_code, body["status"], body["code"]) == (status, status, code)
    assert body["detail"]


@pytest.mark.parametrize("method", ["get", "post", "delete"])
@pytest.mark.parametrize(
    "path", ["/api/v1/", "/api/v1/nothing/", "/api/v1/deliveries/x/", "/api/v1/deliveries/1/lose/"]
)
def test_an_address_that_leads_nowhere_is_a_problem_too(client: Client, method: str, path: str) -> None:
    answer = getattr(client, method)(path)
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert (answer.status_code, answer.json()["code"]) == (404, "no_such_address")


def test_reading_leads_on_where_only_the_last_stroke_lacks(client: Client) -> None:
    led = client.get("/api/v1/deliveries?page=2")
    assert (led.status_code, led.headers["Location"]) == (308, "/api/v1/deliveries/?page=2")
    written = client.post("/api/v1/deliveries")
    assert (written.status_code, written.json()["code"]) == (404, "no_such_address")


def test_what_nobody_foresaw_is_a_problem_in_the_api_and_a_page_elsewhere(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("publishing.access.deliveries_of", broken)
    monkeypatch.setattr("publishing.queries.deliveries_of", broken)
    client = sign_in(Client(raise_request_exception=False), people.carla)
    answer, page = client.get("/api/v1/deliveries/"), client.get("/deliveries/")
    assert (answer.status_code, answer.json()["code"]) == (500, "server_error")
    assert (page.status_code, page.headers["Content-Type"]) == (500, "text/html; charset=utf-8")


def test_a_token_is_told_what_no_token_does_and_what_it_was_not_given(people: People) -> None:
    client = token_client(people.carla, "view_campaigns")
    assert client.post("/api/v1/deliveries/", {}, format="json").json()["code"] == "not_by_token"
    assert client.post("/api/v1/campaigns/1/sign/", {}, format="json").json()["code"] == "not_by_token"
    assert client.get("/api/v1/contents/").json()["code"] == "not_in_scopes"


def test_every_operation_describes_its_errors(described: Any) -> None:
    for path, operations in described["paths"].items():
        for method, operation in operations.items():
            wanted = {"400", "401", "403", "429"} | ({"404", "409", "422"} if method != "get" else set())
            assert wanted <= operation["responses"].keys(), (method, path)
            assert "Retry-After" in operation["responses"]["429"]["headers"], (method, path)


def test_a_stranger_is_told_how_to_prove_who_it_is(client: Client) -> None:
    answer = client.get("/api/v1/deliveries/")
    assert answer.status_code == 401
    assert "Bearer" in answer.headers["WWW-Authenticate"]
