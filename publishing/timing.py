"""When may something go out: a day and an hour read in their own zone, never in the past, within the campaign's days.

Clocks are changed here every year around Ramadan, so an hour may be missing from a day, or come twice.
"""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from campaigns.models import Campaign
from chain.errors import Invalid

GRACE = timedelta(minutes=1)
"""A time this little in the past is "now": people type minutes."""


def moment(day: date, at: time, zone: str, *, second: bool | None = None) -> datetime:
    """The instant that the clock on the wall shows then. `second` says which of two, where the hour comes twice.

    Raises Invalid with the code `gap` (there is no such hour on that day) or `twice` (say which).
    """
    wall = datetime.combine(day, at.replace(tzinfo=None))
    first, later = (wall.replace(tzinfo=ZoneInfo(zone), fold=fold) for fold in (0, 1))
    if first.utcoffset() == later.utcoffset():
        return first
    if first.astimezone(UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None) != wall:
        raise Invalid(
            _("There is no such hour on that day: the clocks go forward then. Choose a later one."),
            code="gap", field="time",
        )  # fmt: skip
    if second is None:
        raise Invalid(
            _("This hour comes twice on that day: the clocks go back then. Say which you mean."),
            code="twice", field="second",
        )  # fmt: skip
    return later if second else first


def shifted(at: datetime, zone: str, *, days: int = 0, hours: int = 0) -> datetime:
    """So many days on by the clock on the wall (18:00 stays 18:00 when clocks are changed), then so many hours."""
    there = at.astimezone(ZoneInfo(zone))
    moved = moment(there.date() + timedelta(days=days), there.time(), zone, second=bool(there.fold))
    return moved.astimezone(UTC) + timedelta(hours=hours)


def future_or_refuse(due_at: datetime) -> datetime:
    now = timezone.now()
    if due_at < now - GRACE:
        raise Invalid(_("This time is past. Choose one that is still to come."), code="past_time", field="due_at")
    return max(due_at, now)


def refuse_outside(campaign: Campaign, due_at: datetime) -> None:
    """A campaign's own days, as its signed brief gives them, bound what goes out for it."""
    day = due_at.astimezone(ZoneInfo(campaign.time_zone)).date()
    if campaign.starts_on and day < campaign.starts_on:
        raise Invalid(
            _("The campaign has not begun on that day: its brief says from when."), code="before_campaign", field="day"
        )
    if campaign.ends_on and day > campaign.ends_on:
        raise Invalid(
            _("The campaign is over on that day: its brief says until when."), code="after_campaign", field="day"
        )
