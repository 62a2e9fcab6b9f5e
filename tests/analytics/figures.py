"""Writes down what a network is supposed to have told, for tests of what is made of it."""

from datetime import datetime

from analytics import rollups
from analytics.models import Filled, Snapshot
from publishing.models import Delivery, Part


def tell(
    delivery: Delivery, at: datetime, *, position: int = 0, missing: dict[str, str] | None = None, **values: int
) -> None:
    part = Part.objects.get(delivery=delivery, position=position)
    Snapshot.objects.create(captured_at=at, part=part, missing=missing or {}, **values)
    rollups.mark_stale(Filled.DELIVERY, [delivery.pk])


def roll_up() -> None:
    while rollups.fill_stale():
        pass
