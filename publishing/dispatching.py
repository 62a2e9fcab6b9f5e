"""Dispatch: mark due rows and hand their ids to the workers. The row is the truth, the message only says "look".

At most one queued message per delivery: `dispatched_until` marks it, and a lost message is sent again when it lapses.
"""

from collections.abc import Sequence
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from publishing.lifecycle import DeliveryState
from publishing.models import Delivery

BATCH = 500
ROUND = 8
"""At most so many deliveries in one message."""
MESSAGES = 32
"""Over so many messages a burst is spread before any carries two: no worker is idle while another has a round."""

Due = tuple[int, int]
"""The ids of a delivery and of its channel."""


def due() -> QuerySet[Delivery]:
    """Deliveries that should be on their way now."""
    now = timezone.now()
    return Delivery.objects.filter(
        Q(not_before=None) | Q(not_before__lte=now), state=DeliveryState.PENDING, due_at__lte=now
    )


def undispatched() -> QuerySet[Delivery, Due]:
    """The ids of what is due and not already on its way, oldest first: a batch, locked for its reader."""
    waiting = due().filter(Q(dispatched_until=None) | Q(dispatched_until__lt=timezone.now())).order_by("due_at", "id")
    return waiting.select_for_update(skip_locked=True).values_list("pk", "channel_id")[:BATCH]


def mark_due() -> list[int]:
    """Mark what is due and not already on its way; the ids, oldest first. Two dispatchers never mark the same row."""
    return [pk for pk, _channel in _marked()]


def mark_rounds() -> list[tuple[int, ...]]:
    """As `mark_due`, in rounds of one channel each (publishing/rounds.py), the one with the oldest delivery first."""
    return _rounds(_marked())


@transaction.atomic
def _marked() -> list[Due]:
    now = timezone.now()
    found = list(undispatched())
    until = now + timedelta(seconds=settings.PUBLISHING_DISPATCH_SECONDS)
    Delivery.objects.filter(pk__in=[pk for pk, _channel in found]).update(dispatched_until=until)
    return found


def _rounds(found: Sequence[Due]) -> list[tuple[int, ...]]:
    """The ids by channel, in rounds no longer than the burst asks for; in the order of what each begins with."""
    size = min(ROUND, max(1, len(found) // MESSAGES))
    by_channel: dict[int, list[tuple[int, int]]] = {}
    for place, (pk, channel) in enumerate(found):
        by_channel.setdefault(channel, []).append((place, pk))
    rounds = [ids[start : start + size] for ids in by_channel.values() for start in range(0, len(ids), size)]
    return [tuple(pk for _place, pk in one) for one in sorted(rounds)]
