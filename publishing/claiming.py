"""Claiming: a worker takes a due delivery for itself, under a lease, or settles what is in its way.

Claim and lease are one conditional move of the locked row; whoever comes second finds it taken and goes on.
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
from publishing import reading
from publishing.clearing import Obstacle, clearance
from publishing.lifecycle import DeliveryState, PartState
from publishing.models import Attempt, Delivery, Outcome, Part
from publishing.pacing import take_turn
from publishing.telling import tell_about

AT_WORK = (DeliveryState.PREPARING, DeliveryState.SENDING)
"""Where a worker may be preparing: the second part of a thread is prepared when the first is out."""


def publisher(delivery: Delivery) -> Actor:
    return system_actor("publisher", delivery.organisation_id)


def worker_name() -> str:
    return f"{socket.gethostname()}:{os.getpid()}:{threading.get_ident() % 100_000}"


def read_for_decision(delivery_id: int) -> Delivery:
    """The row, locked for the transaction, with everything that clearance looks at read now."""
    return (
        Delivery.objects.select_for_update(of=("self",))
        .select_related("payload", "variant", "campaign", "channel__credential", "channel__breaker")
        .get(pk=delivery_id)
    )


def cleared(delivery_id: int) -> Delivery | None:
    """A due delivery, locked and cleared. None when it is not due, another has it, or something is in its way.

    Call it inside a transaction, under the sending lock of its institution: then it may enter the send at once.
    """
    delivery = next(iter(reading.to_claim(delivery_id)), None)
    now = timezone.now()
    if delivery is None or delivery.state != DeliveryState.PENDING:
        return None
    if delivery.due_at > now or (delivery.not_before or now) > now:
        return None
    if obstacle := clearance(delivery) or take_turn(delivery):
        stand_aside(delivery, obstacle)
        return None
    return delivery


def claim(delivery: Delivery, part: Part | None = None, lease: timedelta | None = None) -> Attempt:
    """Take a cleared delivery for this worker, to be prepared; with a `part` of it, straight into the send."""
    now, number, actor = timezone.now(), delivery.attempts_made + 1, publisher(delivery)
    advance(
        delivery,
        DeliveryState.SENDING if part else DeliveryState.PREPARING,
        through=(DeliveryState.PREPARING,) if part else (),
        actor=actor,
        attempts_made=number,
        lease_until=now + (lease or prepare_lease()),
        reason="",
        reason_params={},
    )
    if part:
        advance(part, PartState.SENDING, actor=actor, data={"attempt": number})
    before = delivery.attempts.order_by("-number").first() if number > 1 else None
    return Attempt.objects.create(
        delivery=delivery,
        number=number,
        part=part,
        worker=worker_name(),
        started_at=now,
        send_started_at=now if part else None,
        saved=before.saved if before else {},
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
        data=obstacle.params,
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
            mine = Delivery.objects.filter(pk=attempt.delivery_id, state__in=AT_WORK, attempts_made=attempt.number)
            mine.update(lease_until=timezone.now() + prepare_lease())
    finally:
        connection.close()


def is_preparing(delivery: Delivery, attempt: Attempt) -> bool:
    """Whether this attempt still has the delivery, and no part of it is on its way. `delivery` must be locked."""
    is_mine = delivery.state in AT_WORK and delivery.attempts_made == attempt.number
    return is_mine and not delivery.parts.filter(state=PartState.SENDING).exists()


@transaction.atomic
def give_back(attempt: Attempt, *, code: str, wait: float, outcome: Outcome = Outcome.NOT_SENT) -> None:
    """Return a delivery that is being prepared to the queue, not before `wait` seconds from now."""
    delivery = read_for_decision(attempt.delivery_id)
    if not is_preparing(delivery, attempt):
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
