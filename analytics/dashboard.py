"""The dashboard of a campaign: awareness, engagement and impact apart, harm by itself, all with what they rest on.

Nothing is shown that is not known: a figure without a value says why, and what nobody measures yet says what would.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from analytics import queries
from analytics.charts import Series, series_of
from analytics.measures import DEEP, INTERACTIONS, LABELS, NOT_ASKED, NOTHING_YET, reason_text, total_of
from analytics.models import CampaignDay
from analytics.periods import Period
from analytics.queries import Account, PostFigures, Withdrawn
from analytics.rollups import Detail, details_of
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


def dashboard(campaign: Campaign, period: Period, metric: str = "") -> Dashboard:
    """Everything the page and the API show. `metric` is what the chart follows; empty: whatever is told at all."""
    days = queries.campaign_days(campaign, period)
    posts = queries.posts_of(campaign, period)
    accounts = queries.accounts_of(campaign, period)
    now = days[-1] if days else None
    before = next((day for day in reversed(days) if period.first and day.day < period.first), None)
    totals = Totals(now, queries.gained(now, before))
    return Dashboard(
        campaign=campaign,
        period=period,
        published=now.published if now else 0,
        as_of=now.as_of if now else None,
        awareness=[totals.figure("views"), reach(totals, period), followers(accounts)],
        engagement=[interactions(posts), deep_share(posts), rate_on_views(posts)],
        hides=totals.figure("hides"),
        withdrawn=queries.withdrawn(campaign, period),
        posts=posts,
        series=series_of(days, period, metric, campaign.time_zone),
    )


@dataclass(frozen=True)
class Totals:
    """The campaign's figures in a period, from its days."""

    now: CampaignDay | None
    gained: dict[str, int | None]

    def figure(self, metric: str, **more: str | Promise) -> Figure:
        detail = details_of(self.now)[metric] if self.now else Detail(reason=NOT_ASKED)
        return Figure(
            code=metric,
            label=LABELS[metric],
            value=self.gained[metric],
            known=detail.known,
            published=self.now.published if self.now else 0,
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


def interactions(posts: list[PostFigures]) -> Figure:
    told = [post for post in posts if post.interactions is not None]
    return Figure(
        code="interactions",
        label=LABELS["interactions"],
        value=sum(post.interactions or 0 for post in told) if told else None,
        known=sum(told_of(post) for post in told),
        published=sum(post.published for post in posts),
        as_of=newest(told, INTERACTIONS),
        reason=why_not(posts, INTERACTIONS),
        note=_("Reactions, comments, shares, quotes and saves: those that each network tells."),
    )


def deep_share(posts: list[PostFigures]) -> Figure:
    """Among the posts of which a tap and something more than a tap are both told."""
    return rate(
        posts,
        code="deep_share",
        label=_("More than a tap"),
        numerator=lambda post: total_of(DEEP, post.figures) if post.figures.get("reactions") is not None else None,
        denominator=lambda post: post.interactions,
        note=_("Comments, shares, quotes and saves among all interactions."),
        needs=("reactions", *DEEP),
    )


def rate_on_views(posts: list[PostFigures]) -> Figure:
    return rate(
        posts,
        code="engagement_rate",
        label=_("Engagement rate on views"),
        numerator=lambda post: post.interactions,
        denominator=lambda post: post.figures.get("views"),
        note=_("Only posts whose views are told too."),
        needs=("views", *INTERACTIONS),
    )


Of = Callable[[PostFigures], int | None]


def rate(
    posts: list[PostFigures],
    *,
    code: str,
    label: str | Promise,
    numerator: Of,
    denominator: Of,
    note: str | Promise,
    needs: tuple[str, ...],
) -> Figure:
    """A share over the posts that tell both of its sides; without any, or of nothing, it is unknown."""
    both = [post for post in posts if numerator(post) is not None and denominator(post) is not None]
    above, below = sum(numerator(post) or 0 for post in both), sum(denominator(post) or 0 for post in both)
    return Figure(
        code=code,
        label=label,
        value=above / below if below > 0 else None,
        style="percent",
        numerator=above if both else None,
        denominator=below if both else None,
        known=sum(told_of(post) for post in both),
        published=sum(post.published for post in posts),
        as_of=newest(both, needs),
        reason=NOTHING_YET if both else why_not(posts, needs),
        note=note,
    )


def told_of(post: PostFigures) -> int:
    """How many of a delivery's posts told anything of what readers did."""
    return max(post.details[name].known for name in (*INTERACTIONS, "views"))


def newest(posts: Iterable[PostFigures], metrics: Iterable[str]) -> datetime | None:
    """When the newest of these counters was told."""
    names = tuple(metrics)
    return moment(max((post.details[name].as_of for post in posts for name in names), default=""))


def why_not(posts: list[PostFigures], needs: Iterable[str]) -> str:
    """The first reason that any post gives for one of the counters; none where nobody was asked yet."""
    found = (post.details[name].reason for name in needs for post in posts)
    return next((reason for reason in found if reason and reason != NOT_ASKED), NOT_ASKED)
