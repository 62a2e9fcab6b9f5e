"""Claiming: a worker takes a due delivery for itself, under a lease, or settles what is in its way.

Claim and lease are one conditional move; whoever loses the race simply goes on to the next.
"""

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from chain.actors import Actor, system_actor
from chain.engine import advance
from chain.errors import StaleState
from publishing.clearing import Obstacle, clearance
from publishing.lifecycle import DeliveryState
from publishing.models import Attempt, Delivery, Outcome
from publishing.telling import tell_about


def publisher(delivery: Delivery) -> Actor:
    return system_actor("publisher", delivery.organisation_id)


def worker_name() -> str:
    return f"{socket.gethostname()}:{os.getpid()}:{threading.get_ident() % 100_000}"


def read_for_decision(delivery_id: int) -> Delivery:
    """The row, locked for the transaction, with everything that clearance looks at read now."""
    return (
        Delivery.objects.select_for_update(of=("self",))
        .select_related("payload", "variant__payload", "variant__content", "campaign", "channel")
        .get(pk=delivery_id)
    )


@transaction.atomic
def claim(delivery_id: int) -> Attempt | None:
    """Take a due delivery for this worker. None when it is not due, another has it, or something is in its way."""
    delivery = read_for_decision(delivery_id)
    now = timezone.now()
    if delivery.state != DeliveryState.PENDING or delivery.due_at > now or (delivery.not_before or now) > now:
        return None
    if obstacle := clearance(delivery):
        stand_aside(delivery, obstacle)
        return None
    number = delivery.attempts_made + 1
    try:
        advance(
            delivery,
            DeliveryState.PREPARING,
            actor=publisher(delivery),
            attempts_made=number,
            lease_until=now + prepare_lease(),
            reason="",
            reason_params={},
        )
    except StaleState:
        return None
    before = delivery.attempts.order_by("-number").first()
    return Attempt.objects.create(
        delivery=delivery, number=number, worker=worker_name(), started_at=now, saved=before.saved if before else {}
    )


def prepare_lease() -> timedelta:
    return timedelta(seconds=settings.PUBLISHING_PREPARE_LEASE_SECONDS)


def stand_aside(delivery: Delivery, obstacle: Obstacle) -> None:
    """Settle an obstacle: wait with a reason, or leave the road (held, missed) and tell who can mend it."""
    columns: dict[str, Any] = {
        "reason": obstacle.code,
        "reason_params": obstacle.params,
        "not_before": obstacle.not_before,
    }
    if obstacle.to == delivery.state:
        Delivery.objects.filter(pk=delivery.pk).update(**columns, dispatched_until=None)
        return
    advance(
        delivery,
        obstacle.to,
        actor=publisher(delivery),
        why=obstacle.code,
        hold_reason=obstacle.hold_reason,
        lease_until=None,
        dispatched_until=None,
        **columns,
    )
    if obstacle.to != DeliveryState.PENDING:
        tell_about(delivery, code=obstacle.code)


@contextmanager
def kept_lease(attempt: Attempt) -> Iterator[None]:
    """Renew the prepare lease from a side thread while the body works: an upload may take minutes."""
    done = threading.Event()
    keeper = threading.Thread(target=renew_until, args=(attempt, done), daemon=True)
    keeper.start()
    try:
        yield
    finally:
        done.set()
        keeper.join()


def renew_until(attempt: Attempt, done: threading.Event) -> None:
    try:
        while not done.wait(prepare_lease().total_seconds() / 3):
            mine = Delivery.objects.filter(
                pk=attempt.delivery_id, state=DeliveryState.PREPARING, attempts_made=attempt.number
            )
            mine.update(lease_until=timezone.now() + prepare_lease())
    finally:
        connection.close()


@transaction.atomic
def give_back(attempt: Attempt, *, code: str, wait: float, outcome: Outcome = Outcome.NOT_SENT) -> None:
    """Return a delivery that nobody can have seen yet to the queue, not before `wait` seconds from now."""
    delivery = read_for_decision(attempt.delivery_id)
    if delivery.state != DeliveryState.PREPARING or delivery.attempts_made != attempt.number:
        return
    advance(
        delivery,
        DeliveryState.PENDING,
        actor=publisher(delivery),
        why=code,
        reason=code,
        not_before=timezone.now() + timedelta(seconds=wait),
        lease_until=None,
        dispatched_until=None,
    )
    Attempt.objects.filter(pk=attempt.pk).update(
        outcome=outcome, code=code, saved=attempt.saved, answered_at=timezone.now()
    )
