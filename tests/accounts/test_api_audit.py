"""The audit trail over the API: a manager reads one's own house, nobody writes."""

import pytest

from chain import sealing
from chain.trail import record
from tests.deliveries import make_channel
from tests.people import People, actor_of, api_client, token_client

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _something_happened(people: People) -> None:
    record("channel.seen", make_channel(people.rabita, people.carla), actor=actor_of(people.carla), why="سبب")
    sealing.seal_batch()


def test_a_manager_reads_events_with_their_seals(people: People) -> None:
    row = api_client(people.mounir).get("/api/v1/audit/?verb=channel.seen").json()["results"][0]
    assert (row["actor_name"], row["why"], row["seal_number"]) == ("Carla", "سبب", 1)


def test_the_head_of_the_chain_is_told(people: People) -> None:
    head = api_client(people.mounir).get("/api/v1/audit/head/").json()
    assert (head["number"], head["hash"], head["waiting"]) == (1, sealing.head_hash(), 0)


def test_the_author_is_refused_and_the_outsider_sees_only_an_own_house(people: People) -> None:
    assert api_client(people.alice).get("/api/v1/audit/").status_code == 403
    assert api_client(people.charlie).get("/api/v1/audit/").json()["results"] == []


def test_nothing_is_written_by_it(people: People) -> None:
    assert api_client(people.mounir).post("/api/v1/audit/", {}).status_code == 405


def test_a_token_with_the_scope_may_read_it(people: People) -> None:
    assert token_client(people.mounir, "view_audit").get("/api/v1/audit/").status_code == 200
    assert token_client(people.mounir, "view_people").get("/api/v1/audit/").status_code == 403
