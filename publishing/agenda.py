"""What the calendar asks: what goes out when and where, in one institution, within a span of days.

A month is answered by counts of each state and at most three entries a day; shorter spans by their entries. Days are
those of one zone: the campaign's when the calendar shows one, else the institution's. Queries never grow with rows.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.db.models import Case, Count, F, QuerySet, Window
from django.db.models.functions import RowNumber, TruncDate
from django.utils import timezone

from accounts.capabilities import Capability
from accounts.models import Organisation
from campaigns.lifecycle import VariantState
from campaigns.models import Campaign
from chain.actors import Actor
from publishing.access import allow, deliveries_in_lists, slots_of
from publishing.lifecycle import DeliveryState
from publishing.models import Delivery, Slot
from publishing.movable import why_not, why_not_slot
from publishing.status import CALLS, Status, delivery_status, slot_status, status_of, status_of_slot

Rows = QuerySet[Any]
Counts = dict[date, dict[Status, int]]
Key = tuple[datetime, bool, int]
"""When, whether it is a slot, which: sorted, they stand in the order of the calendar."""
A_DAY = 3
SHOWN = 300
"""Entries of a week, a day or one page of the list; the counts always cover all."""


@dataclass(frozen=True)
class Filters:
    """What the calendar is narrowed to; None and "" are everything. `status` is one of Status."""

    campaign: int | None = None
    channel: int | None = None
    network: str = ""
    status: str = ""
    language: str = ""


@dataclass(frozen=True)
class Entry:
    """One post or one slot as the calendar shows it. `why_not` is empty when the actor may move it."""

    kind: str
    pk: int
    title: str
    campaign_id: int
    campaign: str
    channel_id: int
    channel: str
    network: str
    language: str
    status: Status
    due_at: datetime
    local: datetime
    own_zone: str
    is_overdue: bool
    variant_id: int | None
    why_not: str

    @property
    def calls(self) -> bool:
        return self.status in CALLS


@dataclass(frozen=True)
class Day:
    date: date
    counts: dict[Status, int] = field(default_factory=dict)
    entries: list[Entry] = field(default_factory=list)

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def more(self) -> int:
        return self.total - len(self.entries)


@dataclass(frozen=True)
class Agenda:
    """`days` are all of the span, the empty ones too. `zone` is the one that days and local times are of."""

    zone: str
    first: date
    last: date
    days: list[Day]

    @property
    def total(self) -> int:
        return sum(day.total for day in self.days)

    @property
    def shown(self) -> int:
        return sum(len(day.entries) for day in self.days)

    @property
    def counts(self) -> dict[Status, int]:
        """Over the whole span, in the order of Status."""
        return {s: n for s in Status if (n := sum(day.counts.get(s, 0) for day in self.days))}


def agenda(
    actor: Actor,
    first: date,
    last: date,
    filters: Filters,
    *,
    a_day: int | None = None,
    start: int = 0,
    shown: int = SHOWN,
) -> Agenda:
    """The span from `first` to `last`, both included. With `a_day`, at most so many entries of each day; else the
    `shown` entries that come after the first `start`."""
    zone = zone_of(actor, filters)
    posts, slots = found(actor, first, last, filters, zone)
    house = actor.organisation_id or 0
    counted_posts = counted(posts, zone, delivery_status(house))
    counted_slots = counted(slots, zone, slot_status())
    counts = added(counted_posts, counted_slots)
    if a_day is None:
        end = start + shown
        keys = sorted([*first_of(posts, end), *first_of(slots, end)])[start:end]
    else:
        keys = [*few_of_each_day(posts, counted_posts, a_day), *few_of_each_day(slots, counted_slots, a_day)]
    drawn: dict[date, list[Entry]] = defaultdict(list)
    for entry in read(posts, slots, keys, actor, zone):
        if a_day is None or len(drawn[entry.local.date()]) < a_day:
            drawn[entry.local.date()].append(entry)
    every = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return Agenda(zone, first, last, [Day(day, counts.get(day, {}), drawn.get(day, [])) for day in every])


def matching(actor: Actor, first: date, last: date, filters: Filters) -> QuerySet[Delivery]:
    """The deliveries of the span, for acts on all that a filter shows."""
    return found(actor, first, last, filters, zone_of(actor, filters))[0]


def zone_of(actor: Actor, filters: Filters) -> str:
    """The zone of the campaign that is looked at, else of the institution."""
    house = actor.organisation_id or 0
    if filters.campaign:
        found = Campaign.objects.filter(organisation_id=house, pk=filters.campaign).values_list("time_zone", flat=True)
        if zone := found.first():
            return zone
    return Organisation.objects.filter(pk=house).values_list("time_zone", flat=True).first() or "UTC"


def midnight(day: date, zone: str) -> datetime:
    return datetime.combine(day, time(), tzinfo=ZoneInfo(zone))


def found(actor: Actor, first: date, last: date, filters: Filters, zone: str) -> tuple[Rows, Rows]:
    """Deliveries and slots of the span."""
    allow(actor, Capability.VIEW_DELIVERIES)
    within = {
        "due_at__gte": midnight(first, zone),
        "due_at__lt": midnight(last + timedelta(days=1), zone),
        **narrowing(filters),
    }
    posts, slots = deliveries_in_lists(actor).filter(**within), slots_of(actor).filter(**within)
    if filters.language:
        posts = posts.filter(variant__content__language=filters.language)
        slots = slots.filter(channel__language=filters.language)
    if filters.status:
        posts = posts.alias(said=delivery_status(actor.organisation_id or 0)).filter(said=filters.status)
        slots = slots.alias(said=slot_status()).filter(said=filters.status)
    return posts, slots


def narrowing(filters: Filters) -> dict[str, Any]:
    wanted = {
        "campaign_id": filters.campaign,
        "channel_id": filters.channel,
        "channel__network": filters.network,
    }
    return {column: value for column, value in wanted.items() if value}


def counted(rows: Rows, zone: str, status: Case) -> Counts:
    """How many of each state each day of the zone has."""
    counts: Counts = defaultdict(dict)
    day = TruncDate("due_at", tzinfo=ZoneInfo(zone))
    grouped = rows.order_by().select_related(None).values(day=day, status=status).annotate(n=Count("pk"))
    for date_, said, n in grouped.values_list("day", "status", "n"):
        counts[date_][Status(said)] = n
    return counts


def added(*counts: Counts) -> Counts:
    """Day by day, each day's states in the order of Status."""
    sums: dict[date, Counter[Status]] = defaultdict(Counter)
    for day, of_day in (pair for one in counts for pair in one.items()):
        sums[day].update(of_day)
    return {day: {s: sums[day][s] for s in Status if s in sums[day]} for day in sorted(sums)}


def few_of_each_day(rows: Rows, counts: Counts, a_day: int) -> list[Key]:
    """The first so many of each day: by their places in the whole span, which an index has in this very order."""
    places: list[int] = []
    before = 0
    for day in sorted(counts):
        total = sum(counts[day].values())
        places += range(before + 1, before + 1 + min(a_day, total))
        before += total
    place = Window(RowNumber(), order_by=[F("due_at").asc(), F("pk").asc()])
    return keys_of(rows.order_by().annotate(place=place).filter(place__in=places)) if places else []


def first_of(rows: Rows, end: int) -> list[Key]:
    return keys_of(rows.order_by("due_at", "pk")[:end])


def keys_of(rows: Rows) -> list[Key]:
    is_slot = rows.model is Slot
    return [(due_at, is_slot, pk) for due_at, pk in rows.values_list("due_at", "pk")]


def read(posts: Rows, slots: Rows, keys: list[Key], actor: Actor, zone: str) -> Iterator[Entry]:
    """The entries of these keys, in the order of time: only what is shown is read, and of it what is drawn."""
    post_ids, slot_ids = ([pk for _at, is_slot, pk in keys if is_slot is wanted] for wanted in (False, True))
    rows = posts.order_by().filter(pk__in=post_ids).values_list(*POST) if post_ids else ()
    entries: dict[tuple[bool, int], Entry] = {(False, row[0]): post_entry(Post._make(row), actor, zone) for row in rows}
    entries |= {(True, pk): slot_entry(slot, actor, zone) for pk, slot in slots.in_bulk(slot_ids).items()}
    return (entries[is_slot, pk] for _at, is_slot, pk in sorted(keys) if (is_slot, pk) in entries)


class Post(NamedTuple):
    """A delivery as far as the calendar draws it; POST names the columns."""

    pk: int
    due_at: datetime
    state: str
    hold_reason: str
    reason: str
    payload_id: int
    variant_id: int
    variant_state: str
    signed_payload_id: int | None
    title: str
    language: str
    campaign_id: int
    campaign: str
    own_zone: str
    channel_id: int
    channel: str
    network: str


POST = (
    "pk", "due_at", "state", "hold_reason", "reason", "payload_id", "variant_id", "variant__state",
    "variant__payload_id", "variant__content__title", "variant__content__language", "campaign_id", "campaign__title",
    "campaign__time_zone", "channel_id", "channel__handle", "channel__network",
)  # fmt: skip


def post_entry(row: Post, actor: Actor, zone: str) -> Entry:
    is_signed = row.signed_payload_id == row.payload_id and row.variant_state == VariantState.APPROVED
    return Entry(
        kind="delivery",
        pk=row.pk,
        title=row.title,
        campaign_id=row.campaign_id,
        campaign=row.campaign,
        channel_id=row.channel_id,
        channel=row.channel,
        network=row.network,
        language=row.language,
        status=status_of(row.variant_state, row.state, row.hold_reason, row.reason),
        due_at=row.due_at,
        local=row.due_at.astimezone(ZoneInfo(zone)),
        own_zone=row.own_zone if row.own_zone != zone else "",
        is_overdue=row.state in WAITING and is_past(row.due_at),
        variant_id=row.variant_id,
        why_not=why_not(row.state, is_signed, actor),
    )


def slot_entry(row: Slot, actor: Actor, zone: str) -> Entry:
    return Entry(
        kind="slot",
        pk=row.pk,
        title=row.title,
        campaign_id=row.campaign_id,
        campaign=row.campaign.title,
        channel_id=row.channel_id,
        channel=row.channel.handle,
        network=row.channel.network,
        language=row.channel.language,
        status=status_of_slot(row.variant.state if row.variant else None),
        due_at=row.due_at,
        local=row.due_at.astimezone(ZoneInfo(zone)),
        own_zone=row.campaign.time_zone if row.campaign.time_zone != zone else "",
        is_overdue=is_past(row.due_at),
        variant_id=row.variant_id,
        why_not=why_not_slot(row, actor),
    )


WAITING = (DeliveryState.PENDING, DeliveryState.HELD)


def is_past(due_at: datetime) -> bool:
    """Its time has come and passed; of a post that waits, that is worth a word."""
    return due_at < timezone.now() - timedelta(minutes=1)
