"""The deliveries that one message carries, all of one channel: a worker takes them one after the other.

So a slow network delays its own channel, and a burst costs the broker a message for several posts. What a worker does
not come to, because it is told to end or took too long, is handed out again.
"""

import threading
import time
from collections.abc import Sequence

from django.conf import settings
from django.db import close_old_connections

from publishing import publisher
from publishing.lifecycle import DeliveryState
from publishing.models import Delivery

ending = threading.Event()
"""Set while this process drains: the post in hand is the last one."""


def publish_each(delivery_ids: Sequence[int]) -> None:
    """An error that comes out of one delivery keeps none of the others from their turn, and is raised after them."""
    _publish_each(delivery_ids, time.monotonic() + settings.PUBLISHING_DISPATCH_SECONDS)


def _publish_each(delivery_ids: Sequence[int], deadline: float) -> None:
    first, rest = delivery_ids[0], delivery_ids[1:]
    try:
        publisher.publish(first)
    finally:
        if rest and ending.is_set():
            hand_back(rest)
        elif rest and time.monotonic() < deadline:  # past it their marks have lapsed: others have them
            close_old_connections()
            _publish_each(rest, deadline)


def hand_back(delivery_ids: Sequence[int]) -> None:
    """The next tick hands them to another worker; it need not wait until their marks lapse."""
    Delivery.objects.filter(pk__in=delivery_ids, state=DeliveryState.PENDING).update(dispatched_until=None)
