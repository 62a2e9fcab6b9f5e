"""/metrics: what Prometheus reads, for the token and the addresses of the institution's own monitoring alone."""

import ipaddress
import re
import textwrap
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from accounts.capabilities import Role
from analytics.models import CollectionPlan
from chain import heartbeats
from config.env import ip_networks, long_enough
from publishing.lifecycle import DeliveryState
from publishing.models import Attempt, Delivery, Outcome
from tests.deliveries import make_campaign, make_channel, make_delivery, make_variant, mark_published, sign
from tests.people import People, make_person, sign_in

pytestmark = pytest.mark.django_db
TOKEN = "token-of-the-monitoring-0123456789"


@pytest.fixture(autouse=True)
def _token(settings: Any) -> None:
    settings.METRICS_TOKEN, settings.METRICS_ALLOWED = TOKEN, []


def asked(client: Client, **headers: str) -> Any:
    return client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}", **headers})


def samples(client: Client) -> dict[str, float]:
    answer = asked(client)
    assert answer.status_code == 200
    families = text_string_to_metric_families(answer.content.decode())
    return {named(sample.name, sample.labels): sample.value for family in families for sample in family.samples}


def named(name: str, labels: dict[str, str]) -> str:
    written = ",".join(f'{label}="{value}"' for label, value in sorted(labels.items()))
    return f"{name}{{{written}}}" if written else name


@pytest.fixture
def delivery(people: People) -> Delivery:
    channel = make_channel(people.rabita, people.carla)
    variant = sign(
        make_variant(make_campaign(people.rabita, people.carla), channel, people.alice), people.bob, people.basma
    )
    return make_delivery(variant, people.carla)


def late(delivery: Delivery, seconds: float) -> None:
    mark_published(delivery)
    due = timezone.now() - timedelta(hours=1)
    Delivery.objects.filter(pk=delivery.pk).update(due_at=due, published_at=due + timedelta(seconds=seconds))


def test_a_stranger_is_refused_as_if_there_were_nothing(client: Client) -> None:
    for headers in (
        {},
        {"Authorization": "Bearer wrong"},
        {"Authorization": f"Basic {TOKEN}"},
        {"Authorization": TOKEN},
    ):
        answer = client.get("/metrics", headers=headers)
        assert (answer.status_code, b"sanad_" in answer.content) == (404, False)


@pytest.mark.parametrize("role", list(Role))
def test_no_role_lets_a_person_in(client: Client, people: People, role: Role) -> None:
    sign_in(client, make_person(f"only-{role}", [role], people.rabita))
    assert client.get("/metrics").status_code == 404


def test_without_a_token_in_the_settings_an_empty_one_opens_nothing(client: Client, settings: Any) -> None:
    settings.METRICS_TOKEN = ""
    assert client.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404


def test_an_address_that_is_allowed_is_let_in_and_one_that_is_not_is_refused(client: Client, settings: Any) -> None:
    settings.METRICS_ALLOWED = [ipaddress.ip_network("10.1.0.0/16")]
    assert client.get("/metrics", REMOTE_ADDR="10.1.2.3").status_code == 200
    assert client.get("/metrics", REMOTE_ADDR="10.2.2.3").status_code == 404


@pytest.mark.parametrize("name", ["X-Forwarded-For", "X-Forwarded-Proto", "Forwarded", "X-Real-IP"])
def test_whoever_comes_through_the_proxy_is_not_taken_for_the_proxy(client: Client, settings: Any, name: str) -> None:
    settings.METRICS_ALLOWED = [ipaddress.ip_network("127.0.0.0/8")]
    assert client.get("/metrics", REMOTE_ADDR="127.0.0.1").status_code == 200
    assert client.get("/metrics", REMOTE_ADDR="127.0.0.1", headers={name: "198.51.100.1"}).status_code == 404


def test_a_token_that_could_be_guessed_and_an_address_that_is_none_are_refused_at_the_start(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("METRICS_TOKEN", "short")
    monkeypatch.setenv("METRICS_ALLOWED", "10.0.0.0/8, everywhere")
    with pytest.raises(ImproperlyConfigured, match="at least 24"):
        long_enough("METRICS_TOKEN")
    with pytest.raises(ImproperlyConfigured, match="IP addresses"):
        ip_networks("METRICS_ALLOWED")
    monkeypatch.setenv("METRICS_ALLOWED", "10.0.0.0/8, ::1")
    assert [str(one) for one in ip_networks("METRICS_ALLOWED")] == ["10.0.0.0/8", "::1/128"]


def test_nothing_but_reading_is_answered(client: Client) -> None:
    assert client.post("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).status_code == 405


def test_deliveries_are_counted_by_network_and_state(client: Client, delivery: Delivery) -> None:
    assert samples(client)['sanad_deliveries{network="mastodon",state="pending"}'] == 1
    Delivery.objects.update(state=DeliveryState.UNCONFIRMED)
    found = samples(client)
    assert found['sanad_deliveries{network="mastodon",state="unconfirmed"}'] == 1
    assert found["sanad_unconfirmed_deliveries"] == 1


def test_lateness_is_a_histogram_of_all_that_ever_went_out(client: Client, people: People, delivery: Delivery) -> None:
    second = make_delivery(delivery.variant, people.carla)
    early = make_delivery(delivery.variant, people.carla)
    late(delivery, 1.5)
    late(second, 45)
    late(early, -0.2)
    Delivery.objects.filter(pk=second.pk).update(state=DeliveryState.DELETED)
    name, of = "sanad_delivery_lateness_seconds", 'network="mastodon"'
    found = samples(client)
    buckets = {le: found[f'{name}_bucket{{le="{le}",{of}}}'] for le in ("0.5", "1.0", "2.0", "30.0", "60.0", "+Inf")}
    assert buckets == {"0.5": 1, "1.0": 1, "2.0": 2, "30.0": 2, "60.0": 3, "+Inf": 3}
    assert found[f"{name}_count{{{of}}}"] == 3
    assert found[f"{name}_sum{{{of}}}"] == pytest.approx(46.5)


def test_attempts_are_counted_by_outcome(client: Client, delivery: Delivery) -> None:
    for number, outcome in enumerate([Outcome.NOT_SENT, Outcome.NOT_SENT, Outcome.PUBLISHED], start=1):
        Attempt.objects.create(delivery=delivery, number=number, outcome=outcome, worker="w", started_at=timezone.now())
    found = samples(client)
    assert found['sanad_attempts_total{network="mastodon",outcome="not_sent"}'] == 2
    assert found['sanad_attempts_total{network="mastodon",outcome="published"}'] == 1


def test_heartbeats_queues_and_overdue_posts_are_told(client: Client, delivery: Delivery) -> None:
    heartbeats.beat("tick")
    heartbeats.beat("process:publishing:publishing@one")
    Delivery.objects.update(due_at=timezone.now() - timedelta(minutes=10))
    found = samples(client)
    assert 0 <= found['sanad_heartbeat_age_seconds{name="tick"}'] < 5
    assert found['sanad_workers{queue="publishing"}'] == 1
    assert {f'sanad_queue_depth{{queue="{queue}"}}' for queue in ("clock", "publishing", "metrics", "default")} <= set(
        found
    )
    assert (found["sanad_ready"], found["sanad_broker_up"]) == (0, 1)
    assert found["sanad_overdue_deliveries"] == 1
    assert found["sanad_overdue_oldest_seconds"] >= 600
    assert 'sanad_heartbeat_age_seconds{name="watchdog"}' not in found  # never heard of is not zero


def test_the_lag_of_collecting_is_that_of_the_longest_due(client: Client, delivery: Delivery) -> None:
    assert samples(client)["sanad_collection_lag_seconds"] == 0
    mark_published(delivery)
    CollectionPlan.objects.create(
        part=delivery.parts.get(), channel=delivery.channel, next_at=timezone.now() - timedelta(minutes=3)
    )
    found = samples(client)
    assert 180 <= found["sanad_collection_lag_seconds"] < 200
    assert found["sanad_collection_waiting"] == 1


def test_no_institution_channel_or_person_is_named(client: Client, delivery: Delivery, people: People) -> None:
    said = asked(client).content.decode()
    channel = delivery.channel
    hidden = [people.rabita.name, people.rabita.slug, channel.handle, channel.server_url, "carla", "worker_name"]
    assert [word for word in hidden if word in said] == []


def test_each_family_is_described_once_before_its_samples(client: Client, delivery: Delivery) -> None:
    answer = asked(client)
    assert answer.headers["Content-Type"].startswith("text/plain; version=")
    lines = answer.content.decode().splitlines()
    described = [line.split()[2] for line in lines if line.startswith("# TYPE")]
    assert len(described) == len(set(described)) == len([line for line in lines if line.startswith("# HELP")])
    current = ""
    for line in lines:
        if line.startswith("# TYPE"):
            current = line.split()[2]
        elif not line.startswith("#"):
            assert line.startswith(current), line


def test_questions_to_the_database_do_not_grow_with_what_it_holds(
    client: Client, people: People, delivery: Delivery, django_assert_max_num_queries: Any
) -> None:
    for _ in range(5):
        make_delivery(delivery.variant, people.carla)
    with django_assert_max_num_queries(20):
        asked(client)


def test_every_metric_is_in_the_handbook_and_its_rules_ask_for_none_that_is_not(
    client: Client, repository: Path
) -> None:
    handbook = (repository / "docs" / "operations.md").read_text()
    known = {line.split()[2] for line in asked(client).content.decode().splitlines() if line.startswith("# TYPE")}
    assert [name for name in sorted(known) if name not in handbook] == []
    block = re.search(r"^    groups:\n(?:    .*\n)+", handbook, re.MULTILINE)
    assert block
    (group,) = yaml.safe_load(textwrap.dedent(block[0]))["groups"]
    for rule in group["rules"]:
        named = set(re.findall(r"sanad_[a-z_]+", rule["expr"]))
        assert named
        assert {name.removesuffix("_bucket") for name in named} <= known, rule["alert"]
