"""The days of a campaign, out of the days of its deliveries: each is the day before it, and what has moved since.

Nothing is added up twice: from any day on, the work is that of the deliveries that tell something on that day or later.
What is written from some day on is, to the letter, what a rebuild of all days would write.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from itertools import groupby
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery

from analytics.details import Detail, commonest, details_of, packed, still_there
from analytics.measures import COLUMNS, LARGEST_ONLY
from analytics.models import CampaignDay, DeliveryDay
from analytics.sides import KEPT_AS, SHARES, Sides, sides_of
from campaigns.models import Campaign
from publishing.models import Delivery

Row = Mapping[str, Any]
"""A delivery's day as a mapping of READ."""
READ = ("delivery_id", "day", "published", "detail", *COLUMNS)
NOTHING: Row = {"published": 0, "detail": {}}
WRITTEN = [*COLUMNS, "published", "as_of", "detail"]
REASONS = "reasons"
"""Where a day keeps how many deliveries give which reason: {counter: {reason: deliveries}}."""


@dataclass
class Sum:
    """One counter over deliveries, or what it moved by: `heights` are the figures of which only the largest counts."""

    value: int = 0
    known: int = 0
    bound: int = 0
    as_of: str = ""
    reasons: Counter[str] = field(default_factory=Counter)
    heights: Counter[int] = field(default_factory=Counter)

    def add(self, value: int | None, detail: Row, sign: int, *, is_height: bool) -> None:
        """What one delivery tells, or with -1 what it told before."""
        self.value += sign * (value or 0)
        self.known += sign * detail.get("known", 0)
        self.as_of = max(self.as_of, detail.get("as_of", ""))
        self.reasons[detail.get("reason", "")] += sign
        if is_height and value is not None:
            self.bound += sign * (detail.get("bound") or value)
            self.heights[value] += sign

    def take(self, move: "Sum") -> None:
        self.value += move.value
        self.known += move.known
        self.bound += move.bound
        self.as_of = max(self.as_of, move.as_of)
        self.reasons.update(move.reasons)
        self.heights.update(move.heights)

    def figure(self, metric: str) -> int | None:
        if not self.known:
            return None
        return max(still_there(self.heights)) if metric in LARGEST_ONLY else self.value

    def detail(self, metric: str, value: int | None, before: int | None) -> Detail:
        return Detail(
            known=self.known,
            gain=None if value is None else value - (before or 0),
            as_of=self.as_of,
            bound=self.bound if self.known and metric in LARGEST_ONLY else None,
            reason=commonest(self.reasons),
        )


@dataclass
class Totals:
    """All counters over deliveries, or what they moved by in one day."""

    published: int = 0
    sums: defaultdict[str, Sum] = field(default_factory=lambda: defaultdict(Sum))
    sides: dict[str, Sides] = field(default_factory=lambda: dict.fromkeys(SHARES, Sides()))

    def move(self, old: Row, new: Row) -> None:
        """One delivery told `old` last, and tells `new` now."""
        self.published += new["published"] - old["published"]
        before, now = old["detail"], new["detail"]
        for metric in COLUMNS:
            if before.get(metric) != now.get(metric):
                total, is_height = self.sums[metric], metric in LARGEST_ONLY
                if metric in before:
                    total.add(old[metric], before[metric], -1, is_height=is_height)
                total.add(new[metric], now.get(metric, {}), 1, is_height=is_height)
        for code, share in SHARES.items():
            self.sides[code] = self.sides[code].minus(sides_of(share, old)).plus(sides_of(share, new))

    def take(self, moves: "Totals") -> None:
        self.published += moves.published
        for metric, move in moves.sums.items():
            self.sums[metric].take(move)
        self.sides = {code: sides.plus(moves.sides[code]) for code, sides in self.sides.items()}

    def write(self, row: CampaignDay, before: CampaignDay | None) -> CampaignDay:
        row.published = self.published
        row.detail = {}
        for metric in COLUMNS:
            value = self.sums[metric].figure(metric)
            setattr(row, metric, value)
            row.detail[metric] = packed(self.sums[metric].detail(metric, value, getattr(before, metric, None)))
        newest = max(total.as_of for total in self.sums.values())
        row.as_of = datetime.fromisoformat(newest) if newest else None
        row.detail[KEPT_AS] = {code: asdict(sides) for code, sides in self.sides.items()}
        row.detail[REASONS] = {metric: still_there(total.reasons) for metric, total in self.sums.items()}
        return row


def rebuild(campaign_id: int, since: date) -> None:
    """Write the days from `since` on anew. Those before it must stand as they should."""
    campaign = Campaign.objects.filter(pk=campaign_id).first()
    if campaign is None:
        return
    rows = days_from(campaign, since)
    stale = CampaignDay.objects.filter(campaign=campaign, day__gte=since)
    stale.exclude(day__in=[row.day for row in rows]).delete()
    CampaignDay.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["campaign", "day"], update_fields=WRITTEN
    )


def days_from(campaign: Campaign, since: date) -> list[CampaignDay]:
    before = CampaignDay.objects.filter(campaign=campaign, day__lt=since).order_by("-day").first()
    totals = standing(before, since) if before else Totals()
    moves = moves_from(campaign, since)
    rows: list[CampaignDay] = []
    for day in sorted(moves):
        totals.take(moves[day])
        rows.append(totals.write(CampaignDay(campaign=campaign, day=day), rows[-1] if rows else before))
    return rows


def standing(row: CampaignDay, since: date) -> Totals:
    """The totals as a day left them."""
    totals = Totals(published=row.published)
    totals.sides = {code: Sides(**row.detail[KEPT_AS][code]) for code in SHARES}
    for metric, detail in details_of(row).items():
        reasons = Counter(row.detail[REASONS].get(metric, {}))
        totals.sums[metric] = Sum(getattr(row, metric) or 0, detail.known, detail.bound or 0, detail.as_of, reasons)
    for metric in LARGEST_ONLY.intersection(COLUMNS):
        if getattr(row, metric) is not None:
            totals.sums[metric].heights = heights(row.campaign_id, metric, since)
    return totals


def heights(campaign_id: int, metric: str, since: date) -> Counter[int]:
    """What each delivery had last told before that day."""
    last = DeliveryDay.objects.filter(delivery=OuterRef("pk"), day__lt=since).order_by("-day").values(metric)[:1]
    told = Delivery.objects.filter(campaign=campaign_id).order_by().annotate(height=Subquery(last))
    return Counter(told.filter(height__isnull=False).values_list("height", flat=True))


def moves_from(campaign: Campaign, since: date) -> dict[date, Totals]:
    """What each day brings that has anything, from what its deliveries told before."""
    rows = DeliveryDay.objects.filter(delivery__campaign=campaign, day__gte=since)
    before = {} if since == date.min else {row["delivery_id"]: row for row in last_before(rows, since)}
    moves: dict[date, Totals] = defaultdict(Totals)
    read = rows.order_by("delivery_id", "day").values(*READ).iterator(chunk_size=2000)
    for delivery_id, days in groupby(read, key=lambda row: row["delivery_id"]):
        old: Row = before.get(delivery_id, NOTHING)
        for new in days:
            moves[new["day"]].move(old, new)
            old = new
    return moves


def last_before(rows: QuerySet[DeliveryDay], since: date) -> list[Row]:
    """Of the deliveries that have such rows, each one's last day before them."""
    last = DeliveryDay.objects.filter(delivery=OuterRef("pk"), day__lt=since).order_by("-day").values("pk")[:1]
    moved = Delivery.objects.filter(pk__in=rows.values("delivery_id")).order_by().annotate(last=Subquery(last))
    return list(DeliveryDay.objects.filter(pk__in=moved.values("last")).values(*READ))
