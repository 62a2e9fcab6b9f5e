"""Days of deliveries and campaigns, rebuilt from snapshots: whole each time, so that a rebuild can be repeated at will.

A day ends at midnight in the campaign's time zone. A figure is filed under the day on which it was learned, a late
answer under the day that it speaks of, and what was last known stands until something newer is told.
"""

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import date, datetime
from itertools import groupby
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone

from analytics.measures import COLUMNS, LARGEST_ONLY, NOT_ASKED, Figures, together
from analytics.models import CampaignDay, Day, DeliveryDay, Filled, FillState, Snapshot
from campaigns.models import Campaign
from networks.errors import MissingCode
from publishing.models import Delivery, Part

BATCH = 500
WRITTEN = [*COLUMNS, "published", "as_of", "detail"]


@dataclass(frozen=True)
class Detail:
    """What stands behind one figure of one day: `known` posts told it, `gain` is its change since the day before it,
    `bound` the sum that people counted by several posts can at most come to, `reason` why it is (partly) unknown."""

    known: int = 0
    gain: int | None = None
    as_of: str = ""
    bound: int | None = None
    reason: str = ""


@dataclass
class Told:
    """What a post (or delivery) last told of one counter."""

    value: int | None = None
    as_of: str = ""
    reason: str = ""
    known: int = 0
    bound: int | None = None


Standing = dict[str, Told]


# Which days are stale


def mark_stale(kind: Filled, ids: Iterable[int]) -> None:
    """Ask for a rebuild. Call it in the transaction that changes what the days rest on."""
    now = timezone.now()
    FillState.objects.bulk_create(
        [FillState(kind=kind, subject_id=pk, stale_since=now) for pk in sorted(set(ids))],
        update_conflicts=True,
        unique_fields=["kind", "subject_id"],
        update_fields=["stale_since"],
    )


def mark_everything_stale(campaign_id: int | None = None) -> None:
    """Before a full rebuild: every delivery that has gone out, of one campaign or of all."""
    deliveries = Delivery.objects.filter(published_at__isnull=False)
    campaigns = Campaign.objects.all()
    if campaign_id is not None:
        deliveries, campaigns = deliveries.filter(campaign_id=campaign_id), campaigns.filter(pk=campaign_id)
    for ids in batches(deliveries.order_by("pk").values_list("pk", flat=True).iterator()):
        mark_stale(Filled.DELIVERY, ids)
    mark_stale(Filled.CAMPAIGN, campaigns.values_list("pk", flat=True))


def batches(ids: Iterator[int]) -> Iterator[list[int]]:
    found: list[int] = []
    for pk in ids:
        found.append(pk)
        if len(found) == BATCH:
            yield found
            found = []
    if found:
        yield found


def fill_stale(limit: int = BATCH) -> int:
    """Rebuild up to `limit` stale deliveries, then the campaigns that became stale by them. Returns how many were done.

    Each is its own transaction: a rebuild that dies leaves the rest stale and harms nothing.
    """
    return fill_kind(Filled.DELIVERY, limit) + fill_kind(Filled.CAMPAIGN, limit)


def fill_kind(kind: Filled, limit: int) -> int:
    stale = FillState.objects.filter(kind=kind, stale_since__isnull=False).order_by("stale_since")
    return sum(fill_one(pk) for pk in list(stale.values_list("pk", flat=True)[:limit]))


@transaction.atomic
def fill_one(fill_id: int) -> bool:
    """Rebuild one subject unless another does so now. A snapshot added meanwhile marks it stale again."""
    rows = FillState.objects.select_for_update(skip_locked=True).filter(pk=fill_id, stale_since__isnull=False)
    fill = rows.first()
    if fill is None:
        return False
    if fill.kind == Filled.DELIVERY:
        fill_delivery(fill.subject_id)
    else:
        fill_campaign(fill.subject_id)
    FillState.objects.filter(pk=fill_id).update(stale_since=None, filled_at=timezone.now())
    return True


# A delivery's days


def fill_delivery(delivery_id: int) -> None:
    delivery = Delivery.objects.select_related("campaign").filter(pk=delivery_id).first()
    if delivery is None:
        return
    rows = delivery_days(delivery, ZoneInfo(delivery.campaign.time_zone))
    DeliveryDay.objects.filter(delivery=delivery).exclude(day__in=[row.day for row in rows]).delete()
    DeliveryDay.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["delivery", "day"], update_fields=WRITTEN
    )
    mark_stale(Filled.CAMPAIGN, [delivery.campaign_id])


def delivery_days(delivery: Delivery, zone: ZoneInfo) -> list[DeliveryDay]:
    """One row for each day on which a post of the delivery went out or was asked about."""
    out_on = {part.pk: part.published_at.astimezone(zone).date() for part in parts_out(delivery) if part.published_at}
    last: dict[int, Standing] = {pk: {} for pk in out_on}
    told = told_by_day(delivery, zone)
    rows: list[DeliveryDay] = []
    before: Figures = {}
    for day in sorted({*told, *out_on.values()}):
        for snapshot in told.get(day, ()):
            hear(last.setdefault(snapshot.part_id, {}), snapshot)
        row = DeliveryDay(delivery=delivery, day=day, published=sum(1 for on in out_on.values() if on <= day))
        settle(row, list(last.values()), before)
        rows.append(row)
        before = figures_of(row)
    return rows


def parts_out(delivery: Delivery) -> list[Part]:
    return list(delivery.parts.filter(published_at__isnull=False))


def told_by_day(delivery: Delivery, zone: ZoneInfo) -> dict[date, list[Snapshot]]:
    """Every snapshot under its day, in the order of time."""
    found: dict[date, list[Snapshot]] = {}
    snapshots = Snapshot.objects.filter(part__delivery=delivery).order_by("captured_at", "part_id")
    for snapshot in snapshots.iterator(chunk_size=2000):
        found.setdefault(snapshot.captured_at.astimezone(zone).date(), []).append(snapshot)
    return found


def hear(standing: Standing, snapshot: Snapshot) -> None:
    """Take in one answer. A counter that is absent from it keeps its last value, with that value's own date."""
    at = snapshot.captured_at.isoformat()
    for metric in COLUMNS:
        value: int | None = getattr(snapshot, metric)
        told = standing.setdefault(metric, Told())
        if value is not None:
            standing[metric] = Told(value=value, as_of=at, known=1)
        else:
            told.reason = snapshot.missing.get(metric, MissingCode.NOT_REPORTED)


# A campaign's days


def fill_campaign(campaign_id: int) -> None:
    campaign = Campaign.objects.filter(pk=campaign_id).first()
    if campaign is None:
        return
    rows = campaign_days(campaign)
    CampaignDay.objects.filter(campaign=campaign).exclude(day__in=[row.day for row in rows]).delete()
    CampaignDay.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["campaign", "day"], update_fields=WRITTEN
    )


def campaign_days(campaign: Campaign) -> list[CampaignDay]:
    days = DeliveryDay.objects.filter(delivery__campaign=campaign).order_by("day", "delivery_id")
    last: dict[int, Standing] = {}
    published: dict[int, int] = {}
    rows: list[CampaignDay] = []
    before: Figures = {}
    for day, of_day in groupby(days.iterator(chunk_size=2000), key=lambda row: row.day):
        for row in of_day:
            last[row.delivery_id] = standing_of(row)
            published[row.delivery_id] = row.published
        total = CampaignDay(campaign=campaign, day=day, published=sum(published.values()))
        settle(total, list(last.values()), before)
        rows.append(total)
        before = figures_of(total)
    return rows


def standing_of(row: DeliveryDay) -> Standing:
    details = details_of(row)
    return {
        metric: Told(getattr(row, metric), detail.as_of, detail.reason, detail.known, detail.bound)
        for metric, detail in details.items()
    }


# What both share


def settle(row: Day, standings: list[Standing], before: Figures) -> None:
    """Write the figures of one day from what each post (or delivery) last told."""
    details: dict[str, Detail] = {}
    for metric in COLUMNS:
        told = [found for standing in standings if (found := standing.get(metric)) is not None]
        value = together(metric, (one.value for one in told))
        setattr(row, metric, value)
        details[metric] = detail_of(metric, value, told, before.get(metric))
    row.detail = {metric: packed(detail) for metric, detail in details.items()}
    newest = max((detail.as_of for detail in details.values()), default="")
    row.as_of = datetime.fromisoformat(newest) if newest else None


def detail_of(metric: str, value: int | None, told: list[Told], before: int | None) -> Detail:
    bound = None
    if metric in LARGEST_ONLY and value is not None:
        bound = sum(one.bound if one.bound is not None else one.value or 0 for one in told)
    return Detail(
        known=sum(one.known for one in told),
        gain=None if value is None else value - (before or 0),
        as_of=max((one.as_of for one in told), default=""),
        bound=bound,
        reason=next((one.reason for one in told if one.reason), "" if value is not None or told else NOT_ASKED),
    )


def packed(detail: Detail) -> dict[str, int | str]:
    """Only what says something, to keep the rows small."""
    said = asdict(detail)
    return {name: value for name, value in said.items() if value not in (None, "") and (name, value) != ("known", 0)}


def details_of(row: Day) -> dict[str, Detail]:
    return {metric: Detail(**row.detail.get(metric, {})) for metric in COLUMNS}


def figures_of(row: Day) -> dict[str, int | None]:
    return {metric: getattr(row, metric) for metric in COLUMNS}
