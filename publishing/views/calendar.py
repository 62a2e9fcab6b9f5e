"""What goes out when, where, and what is in the way? A month, a week, a day or a list, narrowed by its address."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any
from urllib.parse import quote, urlencode
from zoneinfo import ZoneInfo

from csp.decorators import csp_update
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from accounts.access import needs
from accounts.actors import ActorRequest
from accounts.capabilities import Capability
from accounts.models import Language
from campaigns.access import campaigns_of
from chain.actors import Actor
from chain.compiled import by_actor
from publishing import agenda
from publishing.access import channels_of, deliveries_in_lists
from publishing.lifecycle import NEEDS_ME
from publishing.models import BulkKind, Delivery
from publishing.reasons import reason_of
from publishing.status import Status
from publishing.templatetags.deliveries import network_name

VIEWS = {"month": _("Month"), "week": _("Week"), "day": _("One day"), "list": _("List")}
EARLIEST, LATEST = date(1930, 1, 1), date(2070, 12, 31)
"""The days whose Hijri date is known."""
NEEDS_SHOWN = 3
TIGHT = 0.25
"""A channel of which no more than this is left of its quota is named."""
ARROWS = {"font-src": ["data:"]}
"""FullCalendar's own style brings its arrows along as a font."""


@dataclass(frozen=True)
class Asked:
    """What the address says. What cannot be read is left out, so that an old link still leads somewhere."""

    view: str
    on: date
    filters: agenda.Filters
    start: int = 0

    @property
    def first(self) -> date:
        if self.view == "week":
            return self.on - timedelta(days=self.on.weekday())
        return self.on if self.view == "day" else self.on.replace(day=1)

    @property
    def last(self) -> date:
        if self.view == "week":
            return self.first + timedelta(days=6)
        return self.on if self.view == "day" else (self.first + timedelta(days=31)).replace(day=1) - timedelta(days=1)

    @property
    def before(self) -> date:
        return max(EARLIEST, self.first - timedelta(days=1))

    @property
    def after(self) -> date:
        return min(LATEST, self.last + timedelta(days=1))

    @cached_property
    def back(self) -> str:
        """Its own address, to be carried in another one."""
        return quote(self.query())

    def on_day(self, day: date) -> str:
        """The address of one of its days."""
        before, after = self.around_a_day
        return f"{before}{day.isoformat()}{after}"

    @cached_property
    def around_a_day(self) -> tuple[str, str]:
        before, _day, after = self.query(view="day", on=EARLIEST, start=None).partition(EARLIEST.isoformat())
        return before, after

    def query(self, **other: Any) -> str:
        """The address of the same calendar, with something else about it."""
        said = {"view": self.view, "on": self.on, **asdict(self.filters), **other}
        return "?" + urlencode({name: value for name, value in said.items() if value})


def asked_for(query: QueryDict, today: date) -> Asked:
    view = query.get("view", "month")
    filters = agenda.Filters(
        campaign=whole(query.get("campaign")),
        channel=whole(query.get("channel")),
        network=query.get("network", "")[:30],
        status=query.get("status", "") if query.get("status") in Status.values else "",
        language=query.get("language", "") if query.get("language") in Language.values else "",
    )
    return Asked(view if view in VIEWS else "month", day_in(query, today), filters, whole(query.get("start")) or 0)


def whole(value: str | None) -> int | None:
    return int(value) if value and value.isascii() and value.isdigit() and len(value) < 19 else None  # noqa: PLR2004


def day_in(query: QueryDict, today: date) -> date:
    try:
        return min(max(date.fromisoformat(query.get("on", "")), EARLIEST), LATEST)
    except ValueError:
        return today


@require_GET
@needs(Capability.VIEW_DELIVERIES)
@csp_update(ARROWS)  # type: ignore[arg-type]  # our requests carry an actor
def calendar(request: ActorRequest) -> HttpResponse:
    actor = request.actor
    asked = asked_for(request.GET, timezone.localdate())
    a_day = agenda.A_DAY if asked.view == "month" else None
    shown = agenda.agenda(actor, asked.first, asked.last, asked.filters, a_day=a_day, start=asked.start)
    context = {
        "asked": asked,
        "agenda": shown,
        "weeks": weeks(shown.days) if asked.view == "month" else [],
        "today_here": timezone.localdate(timezone=ZoneInfo(shown.zone)),
        "now_here": timezone.localtime(timezone=ZoneInfo(shown.zone)),
        "zone": shown.zone,
        "views": [(view, words, asked.query(view=view)) for view, words in VIEWS.items()],
        "links": links(asked, shown),
        "may_schedule": actor.can(Capability.SCHEDULE),
        "may_bulk": actor.can(Capability.RELEASE) or actor.can(Capability.HOLD),
        "bulk_kinds": BulkKind.choices,
        "needs": calling(request),
        **choices(request),
    }
    return render(request, "publishing/calendar.html", context)


def links(asked: Asked, shown: agenda.Agenda) -> dict[str, str]:
    """Where one goes from here; `more` and `less` are the pages of a long list."""
    end = asked.start + shown.shown
    whole_span = asked.view != "month" and end < shown.total
    return {
        "before": asked.query(on=asked.before),
        "after": asked.query(on=asked.after),
        "today": asked.query(on=None),
        "clear": asked.query(**dict.fromkeys(asdict(asked.filters))),
        "more": asked.query(start=end) if whole_span else "",
        "less": asked.query(start=max(0, asked.start - agenda.SHOWN)) if asked.start else "",
    }


def weeks(days: list[agenda.Day]) -> list[list[agenda.Day | None]]:
    """Rows of seven from Monday; None before the first and after the last."""
    padded: list[agenda.Day | None] = [None] * days[0].date.weekday() + list(days)
    padded += [None] * (-len(padded) % 7)
    return [padded[n : n + 7] for n in range(0, len(padded), 7)]


def choices(request: ActorRequest) -> dict[str, Any]:
    """What each filter offers."""
    channels = list(channels_of(request.actor))
    left = {channel: channel.quota_share for channel in channels}
    networks = sorted({channel.network for channel in channels})
    return {
        "campaigns": campaigns_of(request.actor).select_related(None).prefetch_related(None).only("pk", "title"),
        "channels": channels,
        "tight": [channel for channel, share in left.items() if share is not None and share <= TIGHT],
        "networks": [(slug, network_name(slug)) for slug in networks],
        "statuses": Status.choices,
        "languages": Language.choices,
    }


def calling(request: ActorRequest) -> dict[str, Any]:
    """What needs a person, the oldest first: how many, and the first three with their reason."""
    if not request.actor.can(Capability.SETTLE):
        return {"total": 0, "first": []}
    first = [(one, reason_of(one.reason or "unconfirmed", one.reason_params)) for one in first_calling(request.actor)]
    return {"total": sum(row["n"] for row in how_many_call(request.actor)), "first": first}


def called(actor: Actor) -> QuerySet[Delivery]:
    return deliveries_in_lists(actor).filter(NEEDS_ME).order_by("due_at")


first_calling = by_actor(lambda actor: called(actor)[:NEEDS_SHOWN])
how_many_call: Callable[[Actor], list[Any]] = by_actor(
    lambda actor: called(actor).order_by().values("organisation").annotate(n=Count("pk"))
)


def back_of(request: HttpRequest) -> str:
    """The calendar that the person came from, as its query; only ever a calendar of ours."""
    query = request.POST.get("back") or request.GET.get("back", "")
    return query[:500] if query.startswith("?") else ""
