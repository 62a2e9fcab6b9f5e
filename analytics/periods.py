"""The stretch of days that a dashboard looks at, read from its address and written back into it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from campaigns.models import Campaign
from chain.errors import Invalid

WHOLE = "all"
NAMED: dict[str, tuple[int | None, Promise]] = {
    WHOLE: (None, _("The whole campaign")),
    "7": (7, _("The last 7 days")),
    "28": (28, _("The last 28 days")),
    "90": (90, _("The last 90 days")),
}


@dataclass(frozen=True)
class Period:
    """From `first` (None: from the beginning) to `last`, both included, as days of the campaign's time zone.

    `name` is one of NAMED, or empty for days that somebody chose.
    """

    name: str
    first: date | None
    last: date

    @property
    def query(self) -> str:
        """What stands after the `?` of an address, so that a view can be kept and sent on."""
        if self.name:
            return f"period={self.name}"
        return f"from={self.first}&to={self.last}"

    @property
    def is_whole(self) -> bool:
        return self.name == WHOLE


def period_from(given: Mapping[str, str], campaign: Campaign) -> Period:
    """`?period=7`, or `?from=2027-01-01&to=2027-01-31`. Raises Invalid with a sentence for days that make no sense."""
    today = timezone.now().astimezone(ZoneInfo(campaign.time_zone)).date()
    if given.get("from") or given.get("to"):
        return chosen(given.get("from", ""), given.get("to", ""), today)
    name = given.get("period") or WHOLE
    if name not in NAMED:
        raise Invalid(_("There is no such period. Choose one of the list."), code="unknown_period", field="period")
    days = NAMED[name][0]
    return Period(name, None if days is None else today - timedelta(days=days - 1), today)


def chosen(first: str, last: str, today: date) -> Period:
    try:
        period = Period("", date.fromisoformat(first) if first else None, date.fromisoformat(last) if last else today)
    except ValueError as error:
        raise Invalid(
            _("Write days as year-month-day, for example 2027-02-04."), code="bad_day", field="from"
        ) from error
    if period.first is not None and period.first > period.last:
        raise Invalid(_("The period ends before it begins."), code="bad_period", field="from")
    return period
