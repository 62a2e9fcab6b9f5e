"""Which days of the figures are stale, and their rebuilding from what the networks told, which can be repeated at will.

A day ends at midnight in the campaign's time zone. Deliveries are rebuilt whole, many at a time, and only what differs
is written; a campaign from the first day on that changed. Each step is one transaction: one that dies harms nothing.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models.functions import Coalesce, Least
from django.utils import timezone

from analytics import campaign_days, delivery_days
from analytics.models import EVER, Filled, FillState
from campaigns.models import Campaign
from publishing.models import Delivery

BATCH = 500
AT_ONCE = {Filled.DELIVERY: 100, Filled.CAMPAIGN: 1}
"""How many are rebuilt in one transaction."""
PATIENCE = timedelta(minutes=5)
"""How long a campaign may wait for the rest of its deliveries."""


# Which days are stale


def mark_stale(kind: Filled, ids: Iterable[int]) -> None:
    """Ask for a rebuild of every day. Call it in the transaction that changes what the days rest on."""
    now = timezone.now()
    FillState.objects.bulk_create(
        [FillState(kind=kind, subject_id=pk, stale_since=now, from_day=EVER) for pk in sorted(set(ids))],
        update_conflicts=True,
        unique_fields=["kind", "subject_id"],
        update_fields=["stale_since", "from_day"],
    )


def mark_campaigns(first_days: Mapping[int, date]) -> None:
    """Ask for the days of campaigns from that day on; an earlier day that was asked for stays."""
    now = timezone.now()
    new = [FillState(kind=Filled.CAMPAIGN, subject_id=pk) for pk in sorted(first_days)]
    FillState.objects.bulk_create(new, ignore_conflicts=True)
    for pk, day in sorted(first_days.items()):
        FillState.objects.filter(kind=Filled.CAMPAIGN, subject_id=pk).update(
            stale_since=Coalesce("stale_since", now), from_day=Least("from_day", day)
        )


def mark_everything_stale(campaign_id: int | None = None) -> None:
    """Before a full rebuild: every delivery that has gone out, of one campaign or of all."""
    deliveries = Delivery.objects.filter(published_at__isnull=False)
    campaigns = Campaign.objects.all()
    if campaign_id is not None:
        deliveries, campaigns = deliveries.filter(campaign_id=campaign_id), campaigns.filter(pk=campaign_id)
    for ids in batches(deliveries.order_by("pk").values_list("pk", flat=True).iterator(), BATCH):
        mark_stale(Filled.DELIVERY, ids)
    mark_stale(Filled.CAMPAIGN, campaigns.values_list("pk", flat=True))


def batches(ids: Iterable[int], size: int) -> Iterator[list[int]]:
    found: list[int] = []
    for pk in ids:
        found.append(pk)
        if len(found) == size:
            yield found
            found = []
    if found:
        yield found


# Rebuilding them


def fill_stale(limit: int = BATCH) -> int:
    """Rebuild up to `limit` stale deliveries, then the campaigns that became stale by them. Returns how many were done.

    While more deliveries wait, only the campaigns that have waited long are rebuilt: the rest would be so again.
    """
    done = fill_kind(Filled.DELIVERY, limit)
    now = timezone.now()
    return done + fill_kind(Filled.CAMPAIGN, limit, before=now if done < limit else now - PATIENCE)


def fill_kind(kind: Filled, limit: int, before: datetime | None = None) -> int:
    stale = FillState.objects.filter(kind=kind, stale_since__lte=before or timezone.now()).order_by("stale_since")
    ids = list(stale.values_list("pk", flat=True)[:limit])
    return sum(fill(some) for some in batches(ids, AT_ONCE[kind]))


@transaction.atomic
def fill(fill_ids: list[int]) -> int:
    """Rebuild these unless another does so now. A snapshot added meanwhile marks its delivery stale again."""
    rows = FillState.objects.select_for_update(skip_locked=True).filter(pk__in=fill_ids, stale_since__isnull=False)
    fills = list(rows.order_by("pk"))
    deliveries = [one.subject_id for one in fills if one.kind == Filled.DELIVERY]
    mark_campaigns(delivery_days.rebuild(deliveries) if deliveries else {})
    for one in fills:
        if one.kind == Filled.CAMPAIGN:
            campaign_days.rebuild(one.subject_id, one.from_day)
    done = FillState.objects.filter(pk__in=[one.pk for one in fills])
    return done.update(stale_since=None, from_day=date.max, filled_at=timezone.now())
