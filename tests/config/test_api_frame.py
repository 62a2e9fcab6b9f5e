"""The frame of /api/v1/: its description is valid, its errors are problem details (RFC 9457)."""

import pytest
from django.core.management import call_command
from django.test import Client

from tests.people import People, api_client

pytestmark = pytest.mark.django_db


def test_the_description_is_valid_openapi_without_a_warning(tmp_path: object) -> None:
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", f"{tmp_path}/schema.yaml")


def test_the_description_and_its_page_are_served_inside_the_policy(client: Client) -> None:
    assert client.get("/api/v1/schema/").status_code == 200
    page = client.get("/api/v1/docs/")
    assert page.status_code == 200
    assert "'unsafe-inline'" not in page.headers["Content-Security-Policy"]


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


def test_a_stranger_is_told_how_to_prove_who_it_is(client: Client) -> None:
    answer = client.get("/api/v1/deliveries/")
    assert answer.status_code == 401
    assert "Bearer" in answer.headers["WWW-Authenticate"]
