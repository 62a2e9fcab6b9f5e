"""The lists of /api/v1/: ordered by declared fields, in pages of a stated size; what makes no sense is refused."""

import re
from collections import Counter
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from campaigns.programmes import add_programme
from tests.api_house import house_to_walk
from tests.people import People, actor_of, sign_in, token_client

pytestmark = pytest.mark.django_db
PROGRAMMES = "/api/v1/programmes/"
MOST_QUERIES = 20


@pytest.fixture
def writer(people: People, client: Client) -> Client:
    for title in ("ب", "ج", "أ"):
        add_programme(actor=actor_of(people.carla), title=title)
    return sign_in(client, people.carla)


def lists(described: Any) -> dict[str, dict[str, Any]]:
    found = {}
    for path, operations in described["paths"].items():
        parameters = {one["name"]: one for one in operations.get("get", {}).get("parameters", [])}
        if "page" in parameters:
            found[path] = parameters
    return found


def titles(client: Client, query: str) -> list[str]:
    return [one["title"] for one in client.get(f"{PROGRAMMES}{query}").json()["results"]]


def test_every_list_says_its_order_and_the_size_of_its_pages(described: Any) -> None:
    found = lists(described)
    assert len(found) > 20
    for path, parameters in found.items():
        assert "ordering" in parameters, path
        assert parameters["page_size"]["schema"]["maximum"] == 200, path
        assert "200" in parameters["page_size"]["description"], path
        assert parameters.keys() - {"ordering", "page", "page_size", "id"}, f"{path} is not narrowed by anything"


def test_every_order_that_a_list_declares_is_one_that_it_has(described: Any, people: People) -> None:
    client = sign_in(Client(), people.adil)
    carla = sign_in(Client(), people.carla)
    for path, parameters in lists(described).items():
        if "{" in path:
            continue
        names = ",".join(parameters["ordering"]["schema"]["items"]["enum"][::2])
        statuses = {one.get(f"{path}?ordering={names}").status_code for one in (client, carla)}
        assert 200 in statuses, (path, statuses)


def test_a_list_is_ordered_forward_and_backward(writer: Client) -> None:
    assert titles(writer, "?ordering=title") == ["أ", "ب", "ج"]
    assert titles(writer, "?ordering=-title") == ["ج", "ب", "أ"]


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("?ordering=organisation__secret", "ordering"),
        ("?page_size=201", "page_size"),
        ("?page_size=0", "page_size"),
        ("?page=x", "page"),
        (f"?page={'9' * 5000}", "page"),
    ],
)
def test_what_makes_no_sense_is_refused_by_its_name(writer: Client, query: str, name: str) -> None:
    answer = writer.get(f"{PROGRAMMES}{query}")
    body = answer.json()
    assert (answer.status_code, body["code"], [*body["errors"]]) == (400, "bad_parameter", [name])
    assert name in body["detail"]


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("/api/v1/calendar/?first=2026-02-30&last=2026-03-01", "first"),
        ("/api/v1/deliveries/?due_after=yesterday", "due_after"),
        ("/api/v1/deliveries/?state=lost", "state"),
        ("/api/v1/citations/?verified_at__isnull=perhaps", "verified_at__isnull"),
    ],
)
def test_every_filter_refuses_alike(writer: Client, address: str, name: str) -> None:
    answer = writer.get(address)
    assert (answer.status_code, [*answer.json()["errors"]]) == (400, [name])


@pytest.mark.parametrize(
    ("moment", "status"),
    [
        ("2031-01-01T00:00:00%2B21:30", 200),
        ("2031-01-01T00:00:00-16:38", 200),
        ("0001-01-01T00:00:00%2B14:00", 400),
        ("9999-12-31T23:59:59-12:00", 400),
    ],
)
def test_a_time_is_read_whatever_its_zone(writer: Client, moment: str, status: int) -> None:
    assert writer.get(f"/api/v1/deliveries/?due_after={moment}").status_code == status


@pytest.mark.parametrize(("header", "language"), [({}, "fr"), ({"Accept-Language": "en"}, "en")])
def test_a_refusal_speaks_the_readers_language(people: People, header: dict[str, str], language: str) -> None:
    people.nadia.language = "fr"
    people.nadia.save()
    program = token_client(people.nadia, "view_deliveries")
    said = program.get("/api/v1/deliveries/?channel=x", headers=header).json()["errors"]["channel"]
    seen = sign_in(Client(), people.nadia).get("/api/v1/deliveries/?channel=x").json()["errors"]["channel"]
    with translation.override("fr"):
        assert seen == [translation.gettext("Enter a number.")]
    with translation.override(language):
        assert said == [translation.gettext("Enter a number.")]


def test_a_page_past_the_last_is_not_found(writer: Client) -> None:
    answer = writer.get(f"{PROGRAMMES}?page=2")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_words_are_found_whatever_signs_they_come_with(writer: Client) -> None:
    assert writer.get("/api/v1/claims/?q=%00").status_code == 200


def test_no_list_asks_the_database_again_for_each_of_its_rows(
    described: Any, people: People, settings: Any, tmp_path: Any
) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    client = sign_in(Client(), house_to_walk(people).walker)
    for path in lists(described):
        if "{" in path:
            continue
        with CaptureQueriesContext(connection) as asked:
            assert client.get(path).json()["results"], path
        alike = Counter(re.sub(r"[0-9]+", "", one["sql"]) for one in asked.captured_queries)
        assert max(alike.values()) == 1, (path, alike.most_common(1))
        assert len(asked) <= MOST_QUERIES, path
