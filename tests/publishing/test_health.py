"""What /healthz and /readyz say to a stranger, and when the answer is 503."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from chain import heartbeats
from chain.models import Heartbeat
from publishing.health import QUEUES
from publishing.lifecycle import DeliveryState
from publishing.models import Channel, Delivery
from tests.deliveries import make_campaign, make_channel, make_delivery, make_variant, sign
from tests.people import People

pytestmark = pytest.mark.django_db
EVERYONE = ["watchdog", *(f"worker:{queue}" for queue in QUEUES)]
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
    assert set(said["heartbeat_age"]) == set(EVERYONE)
    assert all(0 <= age < settings.HEARTBEAT_STALE_SECONDS for age in said["heartbeat_age"].values())


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
    assert answer.json()["problems"] == [f"{name} is silent"]


def test_readyz_is_503_while_a_delivery_is_overdue(client: Client, alive: None, overdue: Delivery) -> None:
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["problems"] == ["overdue deliveries: 1"]
    assert answer.json()["oldest_overdue"] >= OVERDUE.total_seconds()
    Delivery.objects.update(state=DeliveryState.HELD)
    assert client.get("/readyz").status_code == 200


def test_a_delivery_that_the_network_asked_to_wait_is_not_overdue(
    client: Client, alive: None, overdue: Delivery
) -> None:
    Delivery.objects.update(not_before=timezone.now() + timedelta(minutes=15))
    assert client.get("/readyz").status_code == 200


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
        "status", "problems", "heartbeat_age", "overdue", "oldest_overdue", "unconfirmed", "stuck", "unsealed",
    }  # fmt: skip
