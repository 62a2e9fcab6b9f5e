"""Two beats, many workers, two watchdogs, two sealers at the same instant; and a migration in the middle of a send.

Real threads and transactions; the network's own timeline judges.
"""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.conf import settings
from django.core import mail
from django.db import connection, connections, transaction
from django.utils import timezone

from chain import heartbeats, sealing
from chain.models import Alarm, Event, Heartbeat, Notice, Seal
from publishing import publisher, tasks, watchdog
from publishing.lifecycle import DeliveryState
from publishing.models import Attempt, Delivery, Outcome
from sandbox.testing import SandboxClient
from tests.people import People

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif("connection.vendor != 'postgresql'", reason="one writer at a time on SQLite"),
]
Due = Callable[..., Delivery]


def at_once(*acts: Callable[[], object]) -> list[object]:
    """Run all at the same moment; what each came to, in no order. What one raises fails the test."""
    barrier, results, errors = threading.Barrier(len(acts)), [], []

    def run(act: Callable[[], object]) -> None:
        barrier.wait()
        try:
            results.append(act())
        except Exception as error:  # noqa: BLE001  (handed on to the test below)
            errors.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=[act]) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert errors == []
    return results


@pytest.fixture
def sent() -> Iterator[list[int]]:
    """The ids that dispatching handed to the broker, instead of the broker."""
    handed: list[int] = []
    with patch.object(tasks.publish, "apply_async", lambda args, **_: handed.extend(args)):
        yield handed


def test_of_two_beats_that_tick_at_the_same_moment_each_post_is_dispatched_once(due: Due, sent: list[int]) -> None:
    ids = sorted(due().pk for _ in range(40))
    at_once(*[tasks.dispatch] * 4)
    assert sorted(sent) == ids
    tasks.dispatch()
    assert sorted(sent) == ids


def test_of_many_workers_that_get_the_same_messages_each_post_is_sent_once(
    due: Due, network: SandboxClient, people: People
) -> None:
    """As after a broker that gave every message to everybody."""
    deliveries = [due(texts=(f"الرفق {number}",)) for number in range(6)]
    everyone = [lambda d=delivery: publisher.publish(d.pk) for delivery in deliveries for _ in range(3)]
    at_once(*everyone)
    for _ in range(2):  # a worker that lost the race for a channel's turn leaves it to the next tick
        for delivery in deliveries:
            publisher.publish(delivery.pk)
    assert Counter(post["text"] for post in network.posts("mastodon")) == Counter(f"الرفق {n}" for n in range(6))
    assert set(Delivery.objects.values_list("state", flat=True)) == {DeliveryState.PUBLISHED}
    assert Attempt.objects.filter(outcome=Outcome.PUBLISHED).count() == 6


def test_of_two_watchdogs_that_look_at_the_same_moment_one_tells(people: People) -> None:
    heartbeats.beat("worker:publishing")
    stale = timedelta(seconds=settings.HEARTBEAT_STALE_SECONDS + 30)
    Heartbeat.objects.update(at=timezone.now() - stale)
    heartbeats.beat("watchdog", {"since": (timezone.now() - stale).isoformat()})
    raised = at_once(*[watchdog.look] * 4)
    assert sorted(raised, key=str) == [["worker:publishing"], [], [], []]
    assert Alarm.objects.count() == 1
    assert Notice.objects.filter(user=people.carla).count() == 1
    assert [letter.to for letter in mail.outbox].count([people.carla.email]) == 1
    heartbeats.beat("worker:publishing")
    at_once(*[watchdog.look] * 4)
    assert Notice.objects.filter(user=people.carla, kind="silence_over").count() == 1


def test_two_sealers_leave_one_chain(due: Due) -> None:
    due()
    at_once(*[sealing.seal_batch] * 4)
    while sealing.seal_batch():
        pass
    assert Seal.objects.count() == Event.objects.count()
    assert sealing.verify().breaks == []


def test_a_migration_in_the_middle_of_a_send_makes_the_answer_wait_and_nothing_is_sent_twice(
    due: Due, network: SandboxClient
) -> None:
    """The table is changed under its exclusive lock while the network has the post and we have not its answer yet."""
    delivery = due()
    network.arm_fault("delay", route="publish", seconds=0.5)
    is_waiting = threading.Event()

    def migrate() -> None:
        until(lambda: network.posts("mastodon"))
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("ALTER TABLE publishing_delivery ADD COLUMN of_a_later_release text NOT NULL DEFAULT ''")
            until(lambda: waits_for_the_table(cursor))
            is_waiting.set()

    try:
        at_once(migrate, lambda: publisher.publish(delivery.pk))
        assert is_waiting.is_set()
        delivery.refresh_from_db()
        assert (delivery.state, delivery.attempts_made) == (DeliveryState.PUBLISHED, 1)
        assert len(network.posts("mastodon")) == 1
        due(texts=("بعد الترقية",))
        publisher.publish(Delivery.objects.latest("pk").pk)
        assert Delivery.objects.latest("pk").state == DeliveryState.PUBLISHED
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE publishing_delivery DROP COLUMN IF EXISTS of_a_later_release")


def until(happened: Callable[[], object]) -> None:
    deadline = time.monotonic() + 20
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def waits_for_the_table(cursor: Any) -> bool:
    cursor.execute("SELECT count(*) FROM pg_locks WHERE relation = 'publishing_delivery'::regclass AND NOT granted")
    return bool(cursor.fetchone()[0])
