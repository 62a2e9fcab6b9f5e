"""What a dashboard reads: days of the campaign, days of its deliveries, its accounts. A fixed number of queries.

Figures of a period are what was gained in it: what stood at its end less what stood before it began.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery, TextField
from django.db.models.functions import Cast
from django.utils.functional import Promise

from analytics.budget import SPENT
from analytics.details import NOTHING, Detail, details_of, figures_of
from analytics.entering import enterable
from analytics.measures import COLUMNS, LABELS, LARGEST_ONLY, NOT_ASKED, NOT_ENTERED, Figures, interactions
from analytics.models import CampaignDay, ChannelSnapshot, CollectionPlan, Day, DeliveryDay
from analytics.periods import Period
from campaigns.models import Campaign
from networks.base import Capability as NetworkCapability
from networks.errors import MissingCode
from networks.registry import adapter_class
from publishing.lifecycle import PartState
from publishing.models import Channel, Delivery, Part

BATCH = 1000
ON_A_PAGE = (
    "organisation", "state", "published_at", "channel__organisation", "channel__network", "channel__handle",
    "variant__organisation", "variant__content__organisation", "variant__content__title",
)  # fmt: skip
SHOWN = ("views", "reactions", "comments", "shares")


@dataclass(frozen=True)
class PostFigures:
    """One delivery in a period: what it gained, and what stands behind each figure at the period's end."""

    delivery: Delivery
    permalink: str
    published: int
    figures: Figures
    details: dict[str, Detail]
    as_of: datetime | None

    @property
    def interactions(self) -> int | None:
        return interactions(self.figures)

    @property
    def missing(self) -> dict[str, str]:
        """{counter: code} of the figures that nobody told."""
        silence = self.silence
        return {name: self.details[name].reason or silence for name, value in self.figures.items() if value is None}

    @property
    def silence(self) -> str:
        """Why nothing at all is known of it: not asked yet, to be read off by a person, or never told there."""
        channel = self.delivery.channel
        if NetworkCapability.POST_METRICS in adapter_class(channel.network).capabilities:
            return NOT_ASKED
        return NOT_ENTERED if enterable(channel) else MissingCode.NOT_REPORTED

    @property
    def cells(self) -> list[tuple[str | Promise, int | None, str]]:
        """The counters that the page's table shows, in its order; with each that is missing, why."""
        missing = self.missing
        return [(LABELS[name], self.figures[name], missing.get(name, "")) for name in SHOWN]


@dataclass(frozen=True)
class Account:
    """A channel's followers at the end of a period, and what they were before it (None: not told)."""

    channel: Channel
    followers: int | None
    before: int | None
    as_of: datetime | None


def end_of(day: date, campaign: Campaign) -> datetime:
    """The moment at which a day of the campaign is over."""
    return datetime.combine(day + timedelta(days=1), time.min, ZoneInfo(campaign.time_zone))


def spoke_last(campaigns: QuerySet[Campaign], organisation_id: int) -> Campaign | None:
    """Of the institution's campaigns the one of which a post went out last, else the newest."""
    out = Delivery.objects.filter(organisation_id=organisation_id, published_at__isnull=False)
    last = out.order_by("-published_at", "-id").values_list("campaign_id", flat=True).first()
    return campaigns.filter(pk=last or 0).first() or campaigns.first()


@dataclass(frozen=True)
class KeptDay:
    """A day of a campaign as its chart reads it: there may be thousands, and few of them are unpacked."""

    day: date
    published: int
    as_of: datetime | None
    figures: tuple[int | None, ...]
    """In the order of COLUMNS."""
    packed: str

    @property
    def detail(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.packed)
        return found

    def row(self) -> CampaignDay:
        counters: dict[str, Any] = dict(zip(COLUMNS, self.figures, strict=True))
        return CampaignDay(day=self.day, published=self.published, as_of=self.as_of, detail=self.detail, **counters)


def campaign_days(campaign: Campaign, period: Period) -> list[KeptDay]:
    """The days up to the period's end, with those before it, from which its figures start."""
    found = CampaignDay.objects.filter(campaign=campaign, day__lte=period.last).order_by("day")
    rows = found.values_list("day", "published", "as_of", Cast("detail", TextField()), *COLUMNS)
    return [KeptDay(day, published, as_of, tuple(figures), detail) for day, published, as_of, detail, *figures in rows]


def gained(now: Day | None, before: Day | None) -> dict[str, int | None]:
    """What was gained between two days. Counts of people have no gain: they are given as they stand."""
    if now is None:
        return dict.fromkeys(COLUMNS)
    old = figures_of(before) if before is not None else {}
    return {
        name: value if value is None or name in LARGEST_ONLY else value - (old.get(name) or 0)
        for name, value in figures_of(now).items()
    }


def posts_of(campaign: Campaign, period: Period) -> Iterator[PostFigures]:
    """Every delivery that was out by the period's end, newest first. Three queries for each thousand."""
    out = out_by(campaign, period)
    batch = list(out[:BATCH])
    while batch:
        yield from with_figures(batch)
        batch = list(older_than(batch[-1], out)[:BATCH]) if len(batch) == BATCH else []


def newest(campaign: Campaign, period: Period, count: int) -> list[PostFigures]:
    """With those columns alone of a post that a page shows."""
    return with_figures(list(out_by(campaign, period).only(*ON_A_PAGE)[:count]))


def count_of(campaign: Campaign, period: Period) -> int:
    """How many deliveries posts_of gives."""
    return Delivery.objects.filter(campaign=campaign, published_at__lt=end_of(period.last, campaign)).count()


def older_than(last: Delivery, out: QuerySet[Delivery]) -> QuerySet[Delivery]:
    at_once = Q(published_at=last.published_at, pk__lt=last.pk)
    return out.filter(at_once | Q(published_at__lt=last.published_at), published_at__lte=last.published_at)


def with_figures(deliveries: list[Delivery]) -> list[PostFigures]:
    wanted = {row_id for one in deliveries for row_id in (row_ids(one)) if row_id}
    days = DeliveryDay.objects.in_bulk(wanted)
    links = first_links(deliveries)
    return [post_figures(one, days, links.get(one.pk, "")) for one in deliveries]


def out_by(campaign: Campaign, period: Period) -> QuerySet[Delivery]:
    days = DeliveryDay.objects.filter(delivery=OuterRef("pk")).order_by("-day").values("pk")
    before = days.filter(day__lt=period.first) if period.first else days.none()
    return (
        Delivery.objects.filter(campaign=campaign, published_at__lt=end_of(period.last, campaign))
        .select_related("channel", "variant__content")
        .annotate(last_day=Subquery(days.filter(day__lte=period.last)[:1]), day_before=Subquery(before[:1]))
        .order_by("-published_at", "-pk")
    )


def row_ids(delivery: Any) -> tuple[int | None, int | None]:
    return delivery.last_day, delivery.day_before


def first_links(deliveries: list[Delivery]) -> dict[int, str]:
    """The address of each delivery's first post."""
    parts = (
        Part.objects.filter(delivery_id__in=[one.pk for one in deliveries])
        .exclude(permalink="")
        .order_by("delivery_id", "-position")
    )
    return dict(parts.values_list("delivery_id", "permalink"))


def post_figures(delivery: Delivery, days: dict[int, DeliveryDay], permalink: str) -> PostFigures:
    last_id, before_id = row_ids(delivery)
    last = days.get(last_id or 0)
    return PostFigures(
        delivery=delivery,
        permalink=permalink,
        published=last.published if last else 0,
        figures=gained(last, days.get(before_id or 0)),
        details=details_of(last) if last else dict.fromkeys(COLUMNS, NOTHING),
        as_of=last.as_of if last else None,
    )


def accounts_of(campaign: Campaign, period: Period) -> list[Account]:
    """The channels that the campaign spoke on, those with most followers first."""
    told = ChannelSnapshot.objects.filter(channel=OuterRef("pk"), followers__isnull=False).order_by("-captured_at")
    last = told.filter(captured_at__lt=end_of(period.last, campaign))
    before = (
        told.filter(captured_at__lt=end_of(period.first - timedelta(days=1), campaign)) if period.first else told.none()
    )
    spoke = Delivery.objects.filter(campaign=campaign, channel=OuterRef("pk"), published_at__isnull=False)
    channels = Channel.objects.filter(Exists(spoke), organisation=campaign.organisation_id)
    found: QuerySet[Any] = channels.annotate(
        last_followers=Subquery(last.values("followers")[:1]),
        last_at=Subquery(last.values("captured_at")[:1]),
        followers_before=Subquery(before.values("followers")[:1]),
    )
    accounts = [Account(one, one.last_followers, one.followers_before, one.last_at) for one in found]
    return sorted(accounts, key=lambda account: account.followers or -1, reverse=True)


@dataclass(frozen=True)
class Withdrawn:
    """Posts that were out and are not any more: taken down by us, or missing on the network."""

    published: int
    deleted: int
    gone: int

    @property
    def lost(self) -> int:
        return self.deleted + self.gone


def withdrawn(campaign: Campaign, period: Period, published: int) -> Withdrawn:
    """Of the posts that were out by the period's end: so many, by the campaign's days."""
    lost = Part.objects.filter(delivery__campaign=campaign, state__in=[PartState.DELETED, PartState.GONE])
    counted = lost.filter(published_at__lt=end_of(period.last, campaign)).aggregate(
        deleted=Count("pk", filter=Q(state=PartState.DELETED)),
        gone=Count("pk", filter=Q(state=PartState.GONE)),
    )
    return Withdrawn(published, **counted)


def unread(campaign: Campaign) -> int:
    """How many posts of the campaign were not asked for, because the day's reads of their network are used up."""
    return CollectionPlan.objects.filter(part__delivery__campaign=campaign, code=SPENT).count()
