"""The days of deliveries, out of what the networks told of their posts: many deliveries by a fixed number of queries.

A figure is filed under the day on which it was learned, a late answer under the day that it speaks of, and what was
last known stands until something newer is told.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from analytics.details import Detail, commonest, figures_of, packed
from analytics.measures import COLUMNS, LARGEST_ONLY, NOT_ASKED, Figures, together
from analytics.models import DeliveryDay, Snapshot
from networks.errors import MissingCode
from publishing.models import Delivery, Part

WRITTEN = [*COLUMNS, "published", "as_of", "detail"]
SAVED_AT_ONCE = 1000


@dataclass
class Told:
    """What a post last told of one counter."""

    value: int | None = None
    as_of: str = ""
    reason: str = ""


Standing = dict[str, Told]


@dataclass(frozen=True)
class Source:
    """A delivery with its posts that are out and every answer about them, in the order of time."""

    delivery: Delivery
    parts: list[Part]
    snapshots: list[Snapshot]


def rebuild(delivery_ids: Iterable[int]) -> dict[int, date]:
    """Write the days of these deliveries anew. The first day that changed, by campaign: nothing where none did."""
    sources = sources_of(sorted(delivery_ids))
    kept: dict[int, dict[date, DeliveryDay]] = defaultdict(dict)
    for row in DeliveryDay.objects.filter(delivery__in=[one.delivery for one in sources]):
        kept[row.delivery_id][row.day] = row
    first: dict[int, date] = {}
    changed: list[DeliveryDay] = []
    dropped: list[DeliveryDay] = []
    for source in sources:
        rows, old = days_of(source), kept[source.delivery.pk]
        new = [row for row in rows if not says_the_same(row, old.get(row.day))]
        gone = [row for day, row in old.items() if day not in {row.day for row in rows}]
        if days := [row.day for row in (*new, *gone)]:
            campaign = source.delivery.campaign_id
            first[campaign] = min(*days, first.get(campaign, date.max))
        changed, dropped = changed + new, dropped + gone
    DeliveryDay.objects.filter(pk__in=[row.pk for row in dropped]).delete()
    DeliveryDay.objects.bulk_create(
        changed, SAVED_AT_ONCE, update_conflicts=True, unique_fields=["delivery", "day"], update_fields=WRITTEN
    )
    return first


def says_the_same(row: DeliveryDay, old: DeliveryDay | None) -> bool:
    return old is not None and all(getattr(row, name) == getattr(old, name) for name in WRITTEN)


def sources_of(delivery_ids: list[int]) -> list[Source]:
    found = Delivery.objects.select_related("campaign").filter(pk__in=delivery_ids).order_by("pk")
    sources = {delivery.pk: Source(delivery, [], []) for delivery in found}
    owners: dict[int, Source] = {}
    for part in Part.objects.filter(delivery__in=sources):
        owners[part.pk] = sources[part.delivery_id]
        if part.published_at:
            owners[part.pk].parts.append(part)
    for snapshot in Snapshot.objects.filter(part__in=owners).order_by("captured_at", "part_id"):
        owners[snapshot.part_id].snapshots.append(snapshot)
    return list(sources.values())


def days_of(source: Source) -> list[DeliveryDay]:
    """One row for each day of its campaign on which a post went out or was asked about."""
    zone = ZoneInfo(source.delivery.campaign.time_zone)
    out_on = {part.pk: part.published_at.astimezone(zone).date() for part in source.parts if part.published_at}
    last: dict[int, Standing] = {pk: {} for pk in out_on}
    told: dict[date, list[Snapshot]] = defaultdict(list)
    for snapshot in source.snapshots:
        told[snapshot.captured_at.astimezone(zone).date()].append(snapshot)
    rows: list[DeliveryDay] = []
    before: Figures = {}
    for day in sorted({*told, *out_on.values()}):
        for snapshot in told[day]:
            hear(last.setdefault(snapshot.part_id, {}), snapshot)
        row = DeliveryDay(delivery=source.delivery, day=day, published=sum(1 for on in out_on.values() if on <= day))
        settle(row, list(last.values()), before)
        rows.append(row)
        before = figures_of(row)
    return rows


def hear(standing: Standing, snapshot: Snapshot) -> None:
    """Take in one answer. A counter that is absent from it keeps its last value, with that value's own date."""
    at = snapshot.captured_at.isoformat()
    for metric in COLUMNS:
        value: int | None = getattr(snapshot, metric)
        if value is not None:
            standing[metric] = Told(value, at)
        else:
            standing.setdefault(metric, Told()).reason = snapshot.missing.get(metric, MissingCode.NOT_REPORTED)


def settle(row: DeliveryDay, standings: list[Standing], before: Figures) -> None:
    """Write the figures of one day from what each post last told."""
    row.detail = {}
    newest = ""
    for metric in COLUMNS:
        told = [found for standing in standings if (found := standing.get(metric)) is not None]
        value = together(metric, (one.value for one in told))
        detail = detail_of(metric, value, told, before.get(metric))
        setattr(row, metric, value)
        row.detail[metric] = packed(detail)
        newest = max(newest, detail.as_of)
    row.as_of = datetime.fromisoformat(newest) if newest else None


def detail_of(metric: str, value: int | None, told: list[Told], before: int | None) -> Detail:
    known = [one.value for one in told if one.value is not None]
    return Detail(
        known=len(known),
        gain=None if value is None else value - (before or 0),
        as_of=max((one.as_of for one in told), default=""),
        bound=sum(known) if known and metric in LARGEST_ONLY else None,
        reason=commonest(Counter(one.reason for one in told)) if told else NOT_ASKED,
    )
