"""The sweeper: finds what a dead or frozen worker left behind, by leases in the database, and what is due for a look.

A lapsed prepare goes back, until it has stopped its worker too often; a lapsed send is unconfirmed; between two parts
of a thread nothing is unknown.
"""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from chain.engine import advance
from publishing.claiming import publisher, read_for_decision
from publishing.lifecycle import DeliveryState, PartState
from publishing.models import Attempt, Delivery, Outcome
from publishing.recording import become_unconfirmed, is_fruitless, leave_send
from publishing.telling import tell_about

LEASED = (DeliveryState.PREPARING, DeliveryState.SENDING)
TO_CHECK = (DeliveryState.PROCESSING, DeliveryState.UNCONFIRMED)


def sweep_lapsed() -> int:
    """Settle every delivery whose lease has lapsed; how many."""
    lapsed = Delivery.objects.filter(state__in=LEASED, lease_until__lt=timezone.now())
    return sum(settle_lapsed(pk) for pk in list(lapsed.values_list("pk", flat=True)))


@transaction.atomic
def settle_lapsed(delivery_id: int) -> bool:
    delivery = read_for_decision(delivery_id)
    if delivery.state not in LEASED or (delivery.lease_until or timezone.now()) >= timezone.now():
        return False
    Attempt.objects.filter(delivery=delivery, number=delivery.attempts_made, outcome=Outcome.RUNNING).update(
        outcome=Outcome.LAPSED
    )
    in_flight = delivery.parts.filter(state=PartState.SENDING).first()
    if in_flight is not None:
        become_unconfirmed(delivery, in_flight, "lapsed")
        return True
    if delivery.state == DeliveryState.PREPARING and is_fruitless(delivery):
        leave_send(delivery, DeliveryState.FAILED, code="prepare_lapsed", lease_until=None)
        tell_about(delivery, code="prepare_lapsed")
        return True
    free: dict[str, Any] = {"lease_until": None, "dispatched_until": None, "not_before": None}
    advance(delivery, DeliveryState.PENDING, actor=publisher(delivery), why="lapsed", **free)
    return True


def claim_checks() -> list[Delivery]:
    """Deliveries whose outcome is to be asked for now, each claimed by moving its next check on."""
    now = timezone.now()
    later = now + timedelta(seconds=settings.PUBLISHING_RECONCILE_GAP_SECONDS)
    ripe = Delivery.objects.filter(state__in=TO_CHECK, check_after__lte=now)
    return [d for d in ripe if Delivery.objects.filter(pk=d.pk, check_after=d.check_after).update(check_after=later)]
