"""Dispatch: mark due rows and hand their ids to the workers. The row is the truth, the message only says "look".

At most one queued message per delivery: `dispatched_until` marks it, and a lost message is sent again when it lapses.
"""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from publishing.lifecycle import DeliveryState
from publishing.models import Delivery

BATCH = 500


def due() -> QuerySet[Delivery]:
    """Deliveries that should be on their way now."""
    now = timezone.now()
    return Delivery.objects.filter(
        Q(not_before=None) | Q(not_before__lte=now), state=DeliveryState.PENDING, due_at__lte=now
    )


def undispatched() -> QuerySet[Delivery, int]:
    """The ids of what is due and not already on its way, oldest first: a batch, locked for its reader."""
    waiting = due().filter(Q(dispatched_until=None) | Q(dispatched_until__lt=timezone.now())).order_by("due_at", "id")
    return waiting.select_for_update(skip_locked=True).values_list("pk", flat=True)[:BATCH]


@transaction.atomic
def mark_due() -> list[int]:
    """Mark what is due and not already on its way; the ids, oldest first. Two dispatchers never mark the same row."""
    now = timezone.now()
    ids = list(undispatched())
    until = now + timedelta(seconds=settings.PUBLISHING_DISPATCH_SECONDS)
    Delivery.objects.filter(pk__in=ids).update(dispatched_until=until)
    return ids
