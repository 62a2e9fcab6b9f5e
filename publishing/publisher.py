"""The road of one delivery through a worker: claim, prepare, enter the send, send, record.

Preparing may be repeated freely: no reader sees anything. Entering the send is its own transaction; the request itself
runs outside any transaction, and every answer ends in recording.py. Celery never retries any of this.
"""

import logging
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from chain.engine import advance
from chain.locks import LockKind, lock_shared
from networks.base import Adapter
from networks.errors import NeedsReconnect, NetworkError, NotSent, Rejected
from networks.types import Ready, Waiting
from publishing import recording
from publishing.channels import adapter_for
from publishing.claiming import claim, give_back, kept_lease, publisher, read_for_decision, stand_aside
from publishing.clearing import clearance
from publishing.frozen import post_of
from publishing.lifecycle import DeliveryState, PartState
from publishing.models import Attempt, Delivery, Outcome, Part

log = logging.getLogger(__name__)


def publish(delivery_id: int) -> None:
    """Carry one due delivery as far as it goes. Safe to call twice, at once, late, or for a row that is gone on."""
    attempt = claim(delivery_id)
    if attempt is None:
        return
    try:
        adapter = adapter_for(attempt.delivery.channel)
    except NeedsReconnect as error:
        recording.record_prepare_failure(attempt, error)
        return
    for part in attempt.delivery.parts.filter(state=PartState.WAITING).select_related("delivery__payload"):
        ready = prepare(adapter, attempt, part)
        if ready is None or not enter_send(attempt, part) or not send(adapter, attempt, part, ready):
            return


def prepare(adapter: Adapter, attempt: Attempt, part: Part) -> Ready | None:
    """Upload media and the like, under a renewed lease. None when it must be done again later, or cannot be done."""
    try:
        with kept_lease(attempt):
            answer = adapter.prepare(post_of(part), attempt.saved.get(str(part.position), {}))
    except NetworkError as error:
        recording.record_prepare_failure(attempt, error)
        return None
    remember(attempt, part, answer.saved)
    if isinstance(answer, Waiting):
        give_back(attempt, code="network_processing_media", wait=answer.check_after, outcome=Outcome.PROCESSING)
        return None
    return answer


def remember(attempt: Attempt, part: Part, saved: Mapping[str, Any]) -> None:
    """Keep what preparing reached, so that the next try goes on from there."""
    attempt.saved = {**attempt.saved, str(part.position): dict(saved)}
    Attempt.objects.filter(pk=attempt.pk).update(saved=attempt.saved)


def send_lease() -> timedelta:
    """Sum of the send's own timeouts, and a margin."""
    seconds = settings.PUBLISHING_CONNECT_TIMEOUT + settings.PUBLISHING_READ_TIMEOUT
    return timedelta(seconds=seconds + settings.PUBLISHING_SEND_MARGIN_SECONDS)


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
    now = timezone.now()
    until = now + send_lease()
    if entering == DeliveryState.PREPARING:
        advance(delivery, DeliveryState.SENDING, actor=publisher(delivery), lease_until=until)
    else:
        Delivery.objects.filter(pk=delivery.pk).update(lease_until=until)
    advance(part, PartState.SENDING, actor=publisher(delivery), data={"attempt": attempt.number})
    attempt.part, attempt.send_started_at = part, now
    attempt.save(update_fields=["part", "send_started_at"])
    attempt.delivery = delivery
    return True


def send(adapter: Adapter, attempt: Attempt, part: Part, ready: Ready) -> bool:
    """The one short request that readers can see. True when this part is published and the next may follow."""
    if timezone.now() - (attempt.send_started_at or timezone.now()) > timedelta(
        seconds=settings.PUBLISHING_SEND_MARGIN_SECONDS
    ):
        recording.record_woke_too_late(attempt, part)
        return False
    try:
        result = adapter.publish(ready, part.key)
    except NotSent as error:
        recording.record_not_sent(attempt, part, error)
    except Rejected as error:
        recording.record_rejected(attempt, part, error)
    except NeedsReconnect as error:
        recording.record_needs_reconnect(attempt, part, error)
    except NetworkError as error:
        recording.record_unknown(attempt, part, error.code, error.detail)
    except Exception as error:  # the one loop that must survive anything: whatever it was, the post may be out
        log.exception("delivery %s: unexpected error in the send", attempt.delivery_id)
        recording.record_unknown(attempt, part, "unexpected", type(error).__name__)
    else:
        return recording.record_answer(attempt, part, result)
    return False
