"""The road of one delivery through a worker: claim, prepare, enter the send, send, record.

Preparing may be repeated freely: no reader sees anything. Entering the send is its own transaction, or the claim's
where there is nothing to prepare; the request itself runs outside any transaction, and every answer ends in
recording.py. Celery never retries any of this.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection, transaction
from django.utils import timezone

from chain.engine import advance
from chain.following import following
from chain.locks import LockKind, lock_shared, lock_shared_of
from chain.trail import written_together
from networks.base import Adapter
from networks.errors import Code, NeedsReconnect, NetworkError, NotSent, Rejected
from networks.registry import adapter_class
from networks.types import Ready
from publishing import recording
from publishing.channels import adapter_as_read, adapter_for
from publishing.claiming import claim, cleared, give_back, kept_lease, publisher, read_for_decision, stand_aside
from publishing.clearing import clearance
from publishing.frozen import post_of, upload_seconds
from publishing.lifecycle import DeliveryState, PartState
from publishing.models import Attempt, Delivery, Outcome, Part
from publishing.quotas import note
from publishing.reached import reached, remember
from publishing.reading import parts_of

log = logging.getLogger(__name__)

RECORD_AGAIN_SECONDS = 0.25


@dataclass(frozen=True)
class Entered:
    """A part that enters the send, with all that its one request needs."""

    adapter: Adapter
    part: Part
    ready: Ready


def publish(delivery_id: int) -> None:
    """Carry one due delivery as far as it goes. Safe to call twice, at once, late, or for a row that is gone on."""
    attempt, entered = take(delivery_id)
    if attempt is not None:
        with following(delivery=delivery_id, attempt=attempt.number):
            carry(attempt, entered)


def carry(attempt: Attempt, entered: Entered | None) -> None:
    if entered is not None and not send(entered.adapter, attempt, entered.part, entered.ready):
        return
    try:
        adapter = entered.adapter if entered else adapter_for(attempt.delivery.channel)
    except NetworkError as error:
        recording.record_prepare_failure(attempt, error)
        return
    done = entered.part.position if entered else -1
    waiting = attempt.delivery.parts.filter(state=PartState.WAITING, position__gt=done)
    for part in waiting.select_related("delivery__payload"):
        ready = prepare(adapter, attempt, part)
        if ready is None or not enter_send(attempt, part) or not send(adapter, attempt, part, ready):
            return


@transaction.atomic
def take(delivery_id: int) -> tuple[Attempt | None, Entered | None]:
    """Claim a delivery; where its next part needs no preparing, enter the send in the same transaction.

    One clearance then serves both, since nothing can come between: the shared lock is taken before the row is read.
    """
    lock_shared_of(LockKind.SENDING, Delivery, delivery_id)
    with written_together():
        delivery = cleared(delivery_id)
        if delivery is None:
            return None, None
        entering = ready_at_once(delivery)
        if entering is None:
            return claim(delivery), None
        return claim(delivery, entering.part, send_lease(entering.part)), entering


def ready_at_once(delivery: Delivery) -> Entered | None:
    """None where preparing may take time, or may fail: then that is seen to outside this transaction."""
    part = next((part for part in parts_of(delivery.pk) if part.state == PartState.WAITING), None)
    if part is None:
        return None
    part.delivery = delivery
    post = post_of(part)
    if adapter_class(delivery.channel.network).needs_preparing(post):
        return None
    try:
        adapter = adapter_as_read(delivery)
        ready = adapter.prepare(post, {})
    except (NetworkError, LookupError, TypeError, ValueError, AttributeError):
        return None  # it is met again once the claim stands, and counts against the post there
    return Entered(adapter, part, ready) if isinstance(ready, Ready) else None


def prepare(adapter: Adapter, attempt: Attempt, part: Part) -> Ready | None:
    """Upload media and the like, under a renewed lease. None when it must be done again later, or cannot be done."""
    try:
        with kept_lease(attempt):
            answer = adapter.prepare(post_of(part), reached(attempt, part))
    except NetworkError as error:
        if error.saved is not None:
            remember(attempt, part, error.saved)
        recording.record_prepare_failure(attempt, error)
        return None
    remember(attempt, part, answer.saved)
    if isinstance(answer, Ready):
        return answer
    if recording.has_waited_too_long(attempt.delivery):
        remember(attempt, part, {})
        recording.record_prepare_failure(attempt, Rejected(Code.MEDIA_NOT_READY))
    else:
        give_back(attempt, code="network_processing_media", wait=answer.check_after, outcome=Outcome.PROCESSING)
    return None


def send_lease(part: Part) -> timedelta:
    """Sum of the send's own timeouts, the pictures that travel in it, and a margin."""
    seconds = settings.PUBLISHING_CONNECT_TIMEOUT + settings.PUBLISHING_READ_TIMEOUT
    return timedelta(seconds=seconds + upload_seconds(part) + settings.PUBLISHING_SEND_MARGIN_SECONDS)


@transaction.atomic
def enter_send(attempt: Attempt, part: Part) -> bool:
    """The point of no return: its own transaction, under the organisation's shared lock (a freeze takes the whole).

    False when this worker lost the delivery meanwhile, or something came in the way: then nothing was sent.
    """
    lock_shared(LockKind.SENDING, attempt.delivery.organisation_id)
    delivery = read_for_decision(attempt.delivery_id)
    entering = DeliveryState.PREPARING if delivery.state == DeliveryState.PREPARING else DeliveryState.SENDING
    if delivery.state != entering or delivery.attempts_made != attempt.number:
        return False
    if obstacle := clearance(delivery):
        stand_aside(delivery, obstacle)
        Attempt.objects.filter(pk=attempt.pk).update(outcome=Outcome.NOT_SENT, code=obstacle.code)
        return False
    with written_together():
        begin_send(attempt, part, delivery)
    return True


def begin_send(attempt: Attempt, part: Part, delivery: Delivery) -> None:
    """`delivery` must be locked, and cleared in this transaction."""
    now = timezone.now()
    part.delivery = delivery
    until = now + send_lease(part)
    if delivery.state == DeliveryState.PREPARING:
        advance(delivery, DeliveryState.SENDING, actor=publisher(delivery), lease_until=until)
    else:
        Delivery.objects.filter(pk=delivery.pk).update(lease_until=until)
    advance(part, PartState.SENDING, actor=publisher(delivery), data={"attempt": attempt.number})
    attempt.part, attempt.send_started_at, attempt.delivery = part, now, delivery
    attempt.save(update_fields=["part", "send_started_at"])


def send(adapter: Adapter, attempt: Attempt, part: Part, ready: Ready) -> bool:
    """The one short request that readers can see. True when this part is published and the next may follow."""
    if timezone.now() - (attempt.send_started_at or timezone.now()) > timedelta(
        seconds=settings.PUBLISHING_SEND_MARGIN_SECONDS
    ):
        recording.record_woke_too_late(attempt, part)
        return False
    goes_on = surely(ask(adapter, attempt, part, ready))
    note(attempt.delivery.channel, adapter.last_rate_limit)
    return goes_on


def ask(adapter: Adapter, attempt: Attempt, part: Part, ready: Ready) -> Callable[[], bool | None]:
    """Make the request; what is to be recorded of its outcome. True from it where the next part may follow."""
    try:
        result = adapter.publish(ready, part.key)
    except NotSent as error:
        return partial(recording.record_not_sent, attempt, part, error)
    except Rejected as error:
        return partial(recording.record_rejected, attempt, part, error)
    except NeedsReconnect as error:
        return partial(recording.record_needs_reconnect, attempt, part, error)
    except NetworkError as error:
        return partial(recording.record_unknown, attempt, part, error.code, error.detail)
    except Exception as error:  # the one loop that must survive anything: whatever it was, the post may be out
        log.exception("delivery %s: unexpected error in the send", attempt.delivery_id)
        return partial(recording.record_unknown, attempt, part, "unexpected", type(error).__name__)
    return partial(recording.record_answer, attempt, part, result)


def surely(record: Callable[[], bool | None]) -> bool:
    """Record an outcome that is in hand; while the database is away, again and again for as long as the lease's margin.

    Recording twice does no harm: what stands already is left as it is.
    """
    deadline = time.monotonic() + settings.PUBLISHING_SEND_MARGIN_SECONDS
    while True:
        try:
            return bool(record())
        except (OperationalError, InterfaceError):
            if connection.in_atomic_block or time.monotonic() > deadline:
                raise
            connection.close()
            time.sleep(RECORD_AGAIN_SECONDS)
