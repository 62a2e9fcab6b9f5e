"""Pacing: late posts go out one after the other on each channel, however long the outage was: never in a burst.

The distance stands on the channel, or in PUBLISHING_SPACING_SECONDS; what is on time is never spaced.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from publishing.clearing import Obstacle
from publishing.lifecycle import DeliveryState, PartState
from publishing.models import Channel, Delivery


def spacing_of(channel: Channel) -> timedelta:
    """How far apart late posts go out on this channel; nothing where it says 0."""
    if channel.spacing_minutes is not None:
        return timedelta(minutes=channel.spacing_minutes)
    return timedelta(seconds=settings.PUBLISHING_SPACING_SECONDS)


def is_late(delivery: Delivery) -> bool:
    return timezone.now() - delivery.due_at > timedelta(seconds=settings.PUBLISHING_LATE_AFTER_SECONDS)


def take_turn(delivery: Delivery) -> Obstacle | None:
    """Take the channel's next turn for a late post, by a conditional update that one worker wins; else wait for one's
    own, in order. A thread that has begun goes on: half a thread helps nobody."""
    gap = spacing_of(delivery.channel)
    if not gap or not is_late(delivery) or delivery.parts.filter(state=PartState.PUBLISHED).exists():
        return None
    now = timezone.now()
    free = Q(late_not_before=None) | Q(late_not_before__lte=now)
    if Channel.objects.filter(free, pk=delivery.channel_id).update(late_not_before=now + gap):
        return None
    next_turn: datetime = Channel.objects.values_list("late_not_before", flat=True).get(pk=delivery.channel_id) or now
    turn = next_turn + gap * late_ahead_of(delivery)
    return Obstacle(DeliveryState.PENDING, "spaced", not_before=turn)


def late_ahead_of(delivery: Delivery) -> int:
    """How many of the channel's late posts come before this one."""
    earlier = Q(due_at__lt=delivery.due_at) | Q(due_at=delivery.due_at, pk__lt=delivery.pk)
    waiting = Delivery.objects.filter(earlier, channel_id=delivery.channel_id, state=DeliveryState.PENDING)
    return waiting.count()
