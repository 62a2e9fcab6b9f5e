"""The head of each day: the last seal of a UTC day, kept once it is over, so that nobody rewrites what came before.

Owns which days have one. A day without a single seal has the head of the day before, and needs none of its own.
"""

from datetime import UTC, date, datetime, time, timedelta

from django.db import transaction
from django.db.models import Max
from django.db.models.functions import TruncDate
from django.utils import timezone

from chain.models import DayHead, Seal

SETTLED = timedelta(minutes=5)
"""After midnight: clocks of several machines differ a little."""


def keep_heads() -> list[DayHead]:
    """Write the heads of the days that are over and have none yet; the new ones, the oldest first. Safe to repeat."""
    now = timezone.now()
    until = midnight((now - SETTLED).astimezone(UTC).date())
    last = DayHead.objects.aggregate(day=Max("day"))["day"]
    waiting = Seal.objects.filter(sealed_at__lt=until)
    if last is not None:
        waiting = waiting.filter(sealed_at__gte=midnight(last + timedelta(days=1)))
    days = waiting.annotate(day=TruncDate("sealed_at", tzinfo=UTC)).values("day").annotate(last=Max("number"))
    return [head for row in days.order_by("day") if (head := keep(row["day"], row["last"], now))]


def midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, UTC)


@transaction.atomic
def keep(day: date, number: int, now: datetime) -> DayHead | None:
    """None where another worker wrote it."""
    seal = Seal.objects.get(number=number)
    head, is_new = DayHead.objects.get_or_create(
        day=day, defaults={"number": number, "hash": seal.hash, "kept_at": now}
    )
    return head if is_new else None


def contradicted() -> list[str]:
    """Sentences for an operator: heads that the chain of seals no longer bears out."""
    seals = dict(Seal.objects.filter(number__in=DayHead.objects.values("number")).values_list("number", "hash"))
    return [
        f"the head of {head.day} names seal {head.number}, which is not the one that was kept that day"
        for head in DayHead.objects.order_by("day")
        if seals.get(head.number) != head.hash
    ]


def within(day: date) -> dict[str, datetime]:
    """The filter of the seals that were made on a day."""
    return {"sealed_at__gte": midnight(day), "sealed_at__lt": midnight(day + timedelta(days=1))}
