"""What /healthz and /readyz say to a stranger, and when the answer is 503."""

import time
import uuid
from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import pytest
import redis
from django.conf import settings
from django.db import OperationalError
from django.test import Client
from django.utils import timezone

from chain import heartbeats
from chain.models import Heartbeat
from publishing import tasks
from publishing.health import QUEUES
from publishing.lifecycle import DeliveryState
from publishing.models import Channel, Delivery, HostBreaker
from tests.deliveries import make_campaign, make_channel, make_delivery, make_variant, sign
from tests.people import People

pytestmark = pytest.mark.django_db
EVERYONE = ["tick", "watchdog", *(f"worker:{queue}" for queue in QUEUES)]
STALE = timedelta(seconds=settings.HEARTBEAT_STALE_SECONDS + 1)
OVERDUE = timedelta(seconds=settings.PUBLISHING_OVERDUE_ALERT_SECONDS + 30)


@pytest.fixture
def alive(db: None) -> None:
    """Every process has just shown life."""
    for name in EVERYONE:
        heartbeats.beat(name)


@pytest.fixture
def overdue(people: People) -> Delivery:
    channel = make_channel(people.rabita, people.carla)
    variant = make_variant(make_campaign(people.rabita, people.carla), channel, people.alice)
    sign(variant, people.bob, people.basma)
    return make_delivery(variant, people.carla, due_at=timezone.now() - OVERDUE)


def test_healthz_answers_whoever_asks_without_asking_the_database(
    client: Client, django_assert_num_queries: object
) -> None:
    with django_assert_num_queries(0):  # type: ignore[operator]
        answer = client.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def test_readyz_is_200_while_every_process_shows_life(client: Client, alive: None) -> None:
    answer = client.get("/readyz")
    assert answer.status_code == 200
    said = answer.json()
    assert (said["status"], said["problems"]) == ("ready", [])
    assert {"tick", *said["heartbeat_age"]} == set(EVERYONE)
    ages = [said["tick_age"], *said["heartbeat_age"].values()]
    assert all(0 <= age < settings.HEARTBEAT_STALE_SECONDS for age in ages)


def test_readyz_is_503_before_anything_was_ever_alive(client: Client) -> None:
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["heartbeat_age"]["watchdog"] is None
    assert len(answer.json()["problems"]) == len(EVERYONE)


@pytest.mark.parametrize("name", EVERYONE)
def test_readyz_is_503_when_one_process_falls_silent_and_names_it(client: Client, alive: None, name: str) -> None:
    Heartbeat.objects.filter(name=name).update(at=timezone.now() - STALE)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert (answer.json()["failed"], answer.json()["problems"]) == ([name], [f"{name} is silent"])


def test_readyz_is_503_while_a_delivery_is_overdue(client: Client, alive: None, overdue: Delivery) -> None:
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["problems"] == ["overdue deliveries: 1"]
    assert answer.json()["oldest_overdue"] >= OVERDUE.total_seconds()
    Delivery.objects.update(state=DeliveryState.HELD)
    assert client.get("/readyz").json()["problems"] == []


def test_a_delivery_that_the_network_asked_to_wait_is_not_overdue(
    client: Client, alive: None, overdue: Delivery
) -> None:
    Delivery.objects.update(not_before=timezone.now() + timedelta(minutes=15))
    assert client.get("/readyz").json()["problems"] == []


def test_readyz_is_503_while_a_lapsed_delivery_is_not_swept_up(client: Client, alive: None, overdue: Delivery) -> None:
    Delivery.objects.update(state=DeliveryState.PREPARING, lease_until=timezone.now() - STALE)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["problems"] == ["stuck deliveries: 1"]


def test_readyz_tells_a_stranger_nothing_of_people_texts_or_channels(
    client: Client, alive: None, overdue: Delivery
) -> None:
    said = client.get("/readyz").content.decode()
    channel = Channel.objects.get()
    variant = overdue.variant
    hidden = [channel.handle, channel.server_url, variant.content.title, variant.organisation.name, "carla", "rabita"]
    assert [word for word in hidden if word in said] == []
    assert set(client.get("/readyz").json()) == {
        "status", "failed", "problems", "tick_age", "heartbeat_age", "workers", "queue_depth", "overdue",
        "oldest_overdue", "unconfirmed", "stuck", "unsealed", "channels_stopped", "servers_stopped",
    }  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_a_worker_shows_life_as_soon_as_it_is_up_and_is_forgotten_when_it_was_told_to_end(client: Client) -> None:
    from config.celery import app, first_beat, last_word

    heartbeats.beat("watchdog")
    heartbeats.beat("tick")
    consumer = SimpleNamespace(task_consumer=SimpleNamespace(queues=app.conf.task_queues), hostname="all@here")
    try:
        first_beat(sender=consumer)
        wait_for(lambda: client.get("/readyz").json()["workers"] == dict.fromkeys(QUEUES, 1))
        assert client.get("/readyz").json()["problems"] == []
    finally:
        last_word()
    assert client.get("/readyz").json()["workers"] == dict.fromkeys(QUEUES, 0)
    assert client.get("/readyz").status_code == 200


def wait_for(happened: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not happened():
        assert time.monotonic() < deadline


def test_the_clock_says_when_it_ticked_last(client: Client, alive: None) -> None:
    Heartbeat.objects.filter(name="tick").update(at=timezone.now() - STALE)
    tasks.dispatch()
    assert client.get("/readyz").json()["tick_age"] < 5
    assert client.get("/readyz").status_code == 200


def test_readyz_counts_what_waits_in_the_broker(client: Client, alive: None, settings: Any) -> None:
    settings.CELERY_BROKER_TRANSPORT_OPTIONS = {"global_keyprefix": f"sanad-test-{uuid.uuid4()}:"}
    queue = settings.CELERY_BROKER_TRANSPORT_OPTIONS["global_keyprefix"] + "publishing"
    with redis.Redis.from_url(settings.REDIS_URL) as broker:
        broker.rpush(queue, "one", "two")
        try:
            found = client.get("/readyz").json()["queue_depth"]
        finally:
            broker.delete(queue)
    assert found == {"clock": 0, "publishing": 2, "metrics": 0, "default": 0}


def test_readyz_is_503_without_its_broker_and_says_so(client: Client, alive: None, settings: Any) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["failed"]) == (503, ["broker"])


def test_readyz_is_503_without_its_database_and_names_nothing_else(client: Client) -> None:
    with patch("publishing.health.readiness", side_effect=OperationalError("host=10.0.0.1 user=sanad")):
        answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["failed"]) == (503, ["database"])
    assert "sanad" not in answer.content.decode()


def test_a_server_that_is_away_is_counted_and_is_no_fault_of_ours(client: Client, alive: None) -> None:
    HostBreaker.objects.create(server_url="https://social.test", opened_at=timezone.now())
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["servers_stopped"]) == (200, 1)
