"""Dates as people here read them: Gregorian with Moroccan month names, Hijri beside it, twenty-four-hour times.

Owns every rule about calendars that a page shows; pages reach it through the template tags.
"""

from datetime import date, datetime, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from hijridate import Gregorian

MONTHS = (
    _("January"),
    _("February"),
    _("March"),
    _("April"),
    _("May"),
    _("June"),
    _("July"),
    _("August"),
    _("September"),
    _("October"),
    _("November"),
    _("December"),
)
WEEKDAYS = (_("Monday"), _("Tuesday"), _("Wednesday"), _("Thursday"), _("Friday"), _("Saturday"), _("Sunday"))
HIJRI_MONTHS = (
    _("Muharram"),
    _("Safar"),
    _("Rabi al-Awwal"),
    _("Rabi al-Thani"),
    _("Jumada al-Ula"),
    _("Jumada al-Akhira"),
    _("Rajab"),
    _("Shaaban"),
    _("Ramadan"),
    _("Shawwal"),
    _("Dhu al-Qaada"),
    _("Dhu al-Hijja"),
)
NARROW_SPACE = "\u202f"


def local(moment: datetime | date, zone: str | tzinfo | None = None) -> datetime | date:
    """A moment in the given zone (a name or tzinfo), else in this person's; a plain day stays itself."""
    if not isinstance(moment, datetime):
        return moment
    return timezone.localtime(moment, ZoneInfo(zone) if isinstance(zone, str) else zone)


def today(zone: str | tzinfo | None = None) -> date:
    return day_of(timezone.now(), zone)


def day_of(moment: datetime | date, zone: str | tzinfo | None = None) -> date:
    there = local(moment, zone)
    return there.date() if isinstance(there, datetime) else there


def gregorian(day: date, *, weekday: bool = False, year: bool = True) -> str:
    """`الخميس 4 فبراير 2027`. The first of a month in French is `1er`."""
    number = "1er" if day.day == 1 and get_language() == "fr" else str(day.day)
    words = [number, str(MONTHS[day.month - 1])]
    if weekday:
        words.insert(0, str(WEEKDAYS[day.weekday()]))
    if year:
        words.append(str(day.year))
    return " ".join(words)


def month(day: date) -> str:
    """`فبراير 2027`."""
    return f"{MONTHS[day.month - 1]} {day.year}"


def span(first: date, last: date) -> str:
    """`من 29 مارس إلى 4 أبريل 2027`; of one day, that day with its weekday."""
    if first == last:
        return gregorian(first, weekday=True)
    begun = gregorian(first, year=first.year != last.year)
    return gettext("%(first)s to %(last)s") % {"first": begun, "last": gregorian(last)}


def hijri_months(first: date, last: date) -> str:
    """The Hijri months that a span touches: `شعبان – رمضان 1448`."""
    (year, month_, _day), (last_year, last_month, _last) = hijri_parts(first), hijri_parts(last)
    end = f"{HIJRI_MONTHS[last_month - 1]} {last_year}"
    if (year, month_) == (last_year, last_month):
        return end
    begun = str(HIJRI_MONTHS[month_ - 1]) + (f" {year}" if year != last_year else "")
    return f"{begun} – {end}"


def hijri_cell(day: date) -> str:
    """The Hijri day beside a Gregorian one: with its month on the first and where a week begins, else the number."""
    _year, month, number = hijri_parts(day)
    return f"{number} {HIJRI_MONTHS[month - 1]}" if number == 1 or day.weekday() == 0 else str(number)


def is_ramadan(day: date) -> bool:
    return hijri_parts(day)[1] == 9  # noqa: PLR2004  (the ninth month)


def hijri_parts(day: date) -> tuple[int, int, int]:
    """Year, month and day. Months begin here when the crescent is seen, usually a day after the computed calendar:
    `HIJRI_OFFSET_DAYS` says by how many days the computed date is moved.

    Raises OverflowError outside 1343 to 1500 AH.
    """
    return computed(day.toordinal() + settings.HIJRI_OFFSET_DAYS)


@lru_cache(4096)
def computed(ordinal: int) -> tuple[int, int, int]:
    found = Gregorian.fromdate(date.fromordinal(ordinal)).to_hijri()
    return found.year, found.month, found.day


def hijri(day: date, *, year: bool = True) -> str:
    """`26 شعبان 1448`, with «expected» while the crescent that opens that month has not been sought."""
    hijri_year, month, number = hijri_parts(day)
    words = f"{number} {HIJRI_MONTHS[month - 1]}" + (f" {hijri_year}" if year else "")
    return gettext("%(date)s (expected)") % {"date": words} if is_expected(day) else words


def is_expected(day: date) -> bool:
    """Only a coming month is uncertain, and a coming thirtieth, since a month may have twenty-nine days."""
    now = today()
    if day <= now:
        return False
    year, month, number = hijri_parts(day)
    return (year, month) != hijri_parts(now)[:2] or number == 30


def clock(moment: datetime, zone: str | tzinfo | None = None) -> str:
    """`20:30`, in French `20 h 30`."""
    there = timezone.localtime(moment, ZoneInfo(zone) if isinstance(zone, str) else zone)
    return there.strftime(f"%-H{NARROW_SPACE}h{NARROW_SPACE}%M" if get_language() == "fr" else "%H:%M")


def when(moment: datetime, zone: str | tzinfo | None = None) -> str:
    """`اليوم 09:12`, `أمس 16:20`, else `الأحد 7 فبراير، 20:30` (with its year when it is not this one)."""
    day, now = day_of(moment, zone), today(zone)
    time = clock(moment, zone)
    near = {-1: _("yesterday %(time)s"), 0: _("today %(time)s"), 1: _("tomorrow %(time)s")}
    if (phrase := near.get((day - now).days)) is not None:
        return str(phrase) % {"time": time}
    return gettext("%(day)s, %(time)s") % {"day": gregorian(day, weekday=True, year=day.year != now.year), "time": time}
