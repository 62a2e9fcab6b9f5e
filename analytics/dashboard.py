"""The dashboard of a campaign: awareness, engagement and impact apart, harm by itself, all with what they rest on.

Nothing is shown that is not known: a figure without a value says why, and what nobody measures yet says what would.
"""

from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Literal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from analytics import queries
from analytics.charts import Series, series_of
from analytics.details import Detail, details_of
from analytics.measures import LABELS, NOT_ASKED, NOT_COUNTED, NOTHING_YET, reason_text
from analytics.models import CampaignDay
from analytics.periods import Period
from analytics.queries import Account, PostFigures, Withdrawn
from analytics.sides import SHARES, Sides, kept_in
from campaigns.models import Campaign
from networks.errors import MissingCode

Style = Literal["count", "percent"]


@dataclass(frozen=True)
class Figure:
    """One figure with its numerator and denominator (of a rate), its coverage (`known` of `published` posts) and date.

    Without a value, `reason` says why; `note` is a sentence that belongs beside it either way. `unit` names what
    coverage counts: posts or channels.
    """

    code: str
    label: str | Promise
    value: int | float | None
    style: Style = "count"
    numerator: int | None = None
    denominator: int | None = None
    known: int = 0
    published: int = 0
    unit: Literal["posts", "channels"] = "posts"
    as_of: datetime | None = None
    reason: str = ""
    note: str | Promise = ""
    bound: int | None = None
    gain: int | None = None

    @property
    def reason_text(self) -> str | Promise:
        return reason_text(self.reason or MissingCode.NOT_REPORTED)


@dataclass(frozen=True)
class Unmeasured:
    """What nobody measures yet, and what would measure it."""

    code: str
    label: str | Promise
    would: str | Promise


@dataclass(frozen=True)
class Dashboard:
    campaign: Campaign
    period: Period
    published: int
    as_of: datetime | None
    awareness: list[Figure]
    engagement: list[Figure]
    hides: Figure
    withdrawn: Withdrawn
    posts: list[PostFigures]
    series: Series
    unread: int
    """Posts whose figures wait because the network's reads of the day are used up."""
    impact: tuple[Unmeasured, ...] = field(default_factory=lambda: IMPACT)
    harm_unmeasured: tuple[Unmeasured, ...] = field(default_factory=lambda: HARM_UNMEASURED)

    @property
    def interactions(self) -> Figure:
        return self.engagement[0]


IMPACT: tuple[Unmeasured, ...] = (
    Unmeasured(
        "constructive_comments",
        _("Constructive comments"),
        _("A coded sample of the comments would measure it: two coders, apart, with their agreement."),
    ),
    Unmeasured(
        "message_take_out",
        _("Understood the message"),
        _("A test with people of the segment would measure it: one open question, answered in their own words."),
    ),
    Unmeasured(
        "reuse",
        _("Partners who reused the material"),
        _("Statements by the partners would measure it."),
    ),
)
HARM_UNMEASURED: tuple[Unmeasured, ...] = (
    Unmeasured(
        "pro_extremist_comments",
        _("Comments in favour of extremism"),
        _("A coded sample of the comments would measure it."),
    ),
    Unmeasured(
        "adjacency",
        _("Unsafe neighbours"),
        _("A monthly look at what is recommended beside our posts, in a clean session, would measure it."),
    ),
)


def dashboard(campaign: Campaign, period: Period, metric: str = "", newest: int | None = None) -> Dashboard:
    """Everything the page and the API show. `metric` is what the chart follows; empty: whatever is told at all.

    `newest`: of the posts only so many; else all of them.
    """
    days = queries.campaign_days(campaign, period)
    accounts = queries.accounts_of(campaign, period)
    now = days[-1] if days else None
    before = next((day for day in reversed(days) if period.first and day.day < period.first), None)
    totals = Totals(now.row() if now else None, before.row() if before else None)
    return Dashboard(
        campaign=campaign,
        period=period,
        published=now.published if now else 0,
        as_of=now.as_of if now else None,
        awareness=[totals.figure("views"), reach(totals, period), followers(accounts)],
        engagement=[interactions(totals), deep_share(totals), rate_on_views(totals)],
        hides=totals.figure("hides"),
        withdrawn=queries.withdrawn(campaign, period, totals.published),
        posts=list(queries.posts_of(campaign, period) if newest is None else queries.newest(campaign, period, newest)),
        series=series_of(days, period, metric, campaign.time_zone),
        unread=queries.unread(campaign),
    )


@dataclass(frozen=True)
class Totals:
    """The campaign's figures in a period, from its days: the last of it, and the last before it."""

    now: CampaignDay | None
    before: CampaignDay | None

    @cached_property
    def gained(self) -> dict[str, int | None]:
        return queries.gained(self.now, self.before)

    @property
    def published(self) -> int:
        return self.now.published if self.now else 0

    def sides(self, code: str) -> Sides | None:
        """What was gained of both sides; None while the days have to be counted again."""
        ends = [kept_in(day, code) if day else Sides() for day in (self.now, self.before)]
        return ends[0].since(ends[1]) if ends[0] and ends[1] else None

    def why_not(self, code: str) -> str:
        """The first reason that any post gives for one of the counters; none where nobody was asked yet."""
        details = details_of(self.now) if self.now else {}
        found = (details[name].reason for name in SHARES[code].needs if name in details)
        return next((reason for reason in found if reason and reason != NOT_ASKED), NOT_ASKED)

    def figure(self, metric: str, **more: str | Promise) -> Figure:
        detail = details_of(self.now)[metric] if self.now else Detail(reason=NOT_ASKED)
        return Figure(
            code=metric,
            label=LABELS[metric],
            value=self.gained[metric],
            known=detail.known,
            published=self.published,
            as_of=moment(detail.as_of),
            reason=detail.reason,
            bound=detail.bound,
            **more,  # type: ignore[arg-type]
        )


def moment(iso: str) -> datetime | None:
    return datetime.fromisoformat(iso) if iso else None


def reach(totals: Totals, period: Period) -> Figure:
    note = _("Accounts. Reach is never summed: people are in several posts.")
    if not period.is_whole:
        note = _("Accounts, since each post went out: reach cannot be divided into days, and is never summed.")
    figure = totals.figure("reach", note=note)
    return Figure(**{**figure.__dict__, "label": _("Reach of the widest post")})


def followers(accounts: list[Account]) -> Figure:
    """Of the largest account: the same people follow several, so that they are not added."""
    told = [account for account in accounts if account.followers is not None]
    largest = told[0] if told else None
    gain = None
    if largest and largest.followers is not None and largest.before is not None:
        gain = largest.followers - largest.before
    return Figure(
        code="followers",
        label=_("Followers of the largest account"),
        value=largest.followers if largest else None,
        known=len(told),
        published=len(accounts),
        unit="channels",
        as_of=largest.as_of if largest else None,
        reason="" if largest else NOT_ASKED,
        note=_("Accounts are not added up: the same people follow several."),
        gain=gain,
    )


def interactions(totals: Totals) -> Figure:
    sides = totals.sides("interactions")
    told = sides or Sides()
    return Figure(
        code="interactions",
        label=LABELS["interactions"],
        value=told.above if told.known else None,
        known=told.known,
        published=totals.published,
        as_of=moment(told.as_of),
        reason=totals.why_not("interactions") if sides else NOT_COUNTED,
        note=_("Reactions, comments, shares, quotes and saves: those that each network tells."),
    )


def deep_share(totals: Totals) -> Figure:
    """Among the posts of which a tap and something more than a tap are both told."""
    note = _("Comments, shares, quotes and saves among all interactions.")
    return rate(totals, "deep_share", _("More than a tap"), note)


def rate_on_views(totals: Totals) -> Figure:
    return rate(totals, "engagement_rate", _("Engagement rate on views"), _("Only posts whose views are told too."))


def rate(totals: Totals, code: str, label: str | Promise, note: str | Promise) -> Figure:
    """A share over the posts that tell both of its sides; without any, or of nothing, it is unknown."""
    sides = totals.sides(code)
    told = sides or Sides()
    reason = NOTHING_YET if told.known else totals.why_not(code)
    return Figure(
        code=code,
        label=label,
        value=told.above / told.below if told.below > 0 else None,
        style="percent",
        numerator=told.above if told.known else None,
        denominator=told.below if told.known else None,
        known=told.known,
        published=totals.published,
        as_of=moment(told.as_of),
        reason=reason if sides else NOT_COUNTED,
        note=note,
    )
