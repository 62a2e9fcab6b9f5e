"""The tags that every page draws with: marks, states, the chain, scripture, figures and dates.

Built in for all templates (settings TEMPLATES), so no page loads it. docs/look.md shows each with an example.
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django import template
from django.forms import BoundField
from django.template import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from config import dates, figures, marks
from config.states import kind_of, label_of

register = template.Library()

EASTERN_DIGITS = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
THREAD_LENGTH = 6


@register.simple_tag
def icon(name: str, turn: bool = False, classes: str = "") -> SafeString:
    """A mark of the interface, always beside a word. `turn` mirrors it in right-to-left lines (chevrons, arrows)."""
    return marks.icon_svg(name, f"{classes} icon-turn".strip() if turn else classes)


@register.simple_tag
def brand(slug: str, label: str = "", quiet: bool = False) -> SafeString:
    """A network's mark with its name; `quiet` keeps the name for screen readers only."""
    return marks.brand_mark(slug, str(label), quiet)


@register.simple_tag
def state(subject: Any, label: str = "") -> SafeString:
    """Shape and word. `subject` is a row with a `state`, a state's value, or a kind of shape (config/states.py)."""
    return marks.state_mark(kind_of(subject), str(label or label_of(subject)))


@register.simple_tag
def shape(subject: Any) -> str:
    """The kind of shape alone (config/states.py), for the class of an element."""
    return kind_of(subject)


@register.simple_tag
def thread(steps: str | Iterable[str], label: str, caption: str = "") -> SafeString:
    """The six links of the chain on one line: `done signed now todo broken unknown held`. `label` is what it says to
    a screen reader; `caption` is the words beneath, when they should be seen."""
    kinds = steps.split() if isinstance(steps, str) else list(steps)
    missing = ["todo"] * (THREAD_LENGTH - len(kinds))
    return marks.thread_line((*kinds, *missing), str(label), str(caption))


@register.inclusion_tag("_chain/chain.html")
def chain(links: Iterable[Any], variant: str = "", label: str = "") -> dict[str, Any]:
    """The sanad of one item. Each link has `state` (done, signed, now, todo, broken), `kind`, `what`, and may have
    `who`, `initial`, `url`. `variant`: tight or short."""
    return {"links": links, "variant": variant, "label": label or _("Chain of transmission")}


@register.inclusion_tag("_scripture/verse.html")
def scripture(verse: Any, note: str = "") -> dict[str, Any]:
    """A locked verse. `verse` has `text`, `surah_name`, `ayah_from`, `ayah_to` and `riwaya`; its text is printed byte
    for byte."""
    last = getattr(verse, "ayah_to", None) or verse.ayah_from
    return {"verse": verse, "last": last, "marker": eastern(last), "note": note}


@register.filter
def eastern(number: int | str) -> str:
    """Eastern Arabic digits: for the markers of verses, and nowhere else."""
    return str(number).translate(EASTERN_DIGITS)


@register.simple_tag
def figure(value: figures.Number | None, style: figures.Style = "count", reason: str = "") -> SafeString:
    """A number, or, when nobody told us, those words with the reason beneath: never a zero."""
    if value is not None:
        return format_html('<span class="num">{}</span>', figures.written(value, style))
    unknown = format_html('<span class="unknown">{}</span>', _("Not reported by the platform"))
    return format_html('{} <span class="fig-n">{}</span>', unknown, reason) if reason else unknown


@register.filter
def number(value: figures.Number | None) -> str:
    return figures.grouped(value) if value is not None else _("Not reported by the platform")


@register.filter
def percent(share: figures.Number | None) -> str:
    return figures.percent(share) if share is not None else _("Not reported by the platform")


@register.simple_tag(takes_context=True)
def both_dates(
    context: Context, moment: datetime | date, time: bool = False, year: bool = False, zone: str = ""
) -> SafeString:
    """`الأحد 7 فبراير · 29 شعبان`, in the given zone, else the page's `zone` (a campaign's), else the person's."""
    where = zone or context.get("zone") or None
    day = dates.day_of(moment, where)
    words = dates.gregorian(day, weekday=True, year=year)
    if time and isinstance(moment, datetime):
        words = _("%(day)s, %(time)s") % {"day": words, "time": dates.clock(moment, where)}
    return format_html('<time datetime="{}">{}</time> · {}', moment.isoformat(), words, dates.hijri(day, year=year))


@register.simple_tag(takes_context=True)
def when(context: Context, moment: datetime | None, zone: str = "") -> SafeString | str:
    """`اليوم 09:12`, `أمس 16:20`, or the day in words."""
    if moment is None:
        return ""
    words = dates.when(moment, zone or context.get("zone") or None)
    return format_html('<time datetime="{}">{}</time>', moment.isoformat(), words)


@register.filter
def hijri(moment: datetime | date | None) -> str:
    return dates.hijri(dates.day_of(moment)) if moment else ""


@register.filter
def gregorian(moment: datetime | date | None) -> str:
    return dates.gregorian(dates.day_of(moment)) if moment else ""


@register.filter
def short_day(moment: datetime | date) -> str:
    """`18 نونبر`: for the axis of a chart, where the year stands elsewhere."""
    return dates.gregorian(dates.day_of(moment), year=False)


@register.filter
def short_hijri(moment: datetime | date) -> str:
    return dates.hijri(dates.day_of(moment), year=False)


@register.filter
def month_title(day: date) -> str:
    return dates.month(day)


@register.simple_tag
def span_title(first: date, last: date) -> str:
    return dates.span(first, last)


@register.simple_tag
def hijri_title(first: date, last: date) -> str:
    """The Hijri months beside a Gregorian title; of one day, its date."""
    return dates.hijri(first) if first == last else dates.hijri_months(first, last)


@register.filter
def weekday(day: date) -> str:
    return str(dates.WEEKDAYS[day.weekday()])


@register.filter
def is_ramadan(day: date) -> bool:
    return dates.is_ramadan(day)


@register.filter
def wall(moment: datetime) -> str:
    """`2027-02-04T11:00:00`, the clock on the wall, for a script."""
    return f"{moment:%Y-%m-%dT%H:%M:%S}"


@register.filter
def wall_clock(moment: datetime) -> str:
    """`20:30` by the zone that the moment itself carries."""
    return dates.clock(moment, moment.tzinfo)


@register.simple_tag
def day_there(moment: datetime, zone: str) -> str:
    """`2027-02-04`: the day of a moment in a zone, for an address."""
    return dates.day_of(moment, zone).isoformat()


@register.filter
def clock(moment: datetime | None) -> str:
    return dates.clock(moment) if moment else ""


@register.filter
def digest(value: str) -> SafeString:
    """A digest in groups of four: `7f3a 91c4 … e20b`, whole in its title."""
    if len(value) <= 12:  # noqa: PLR2004
        return format_html('<bdi class="ltr hash">{}</bdi>', value)
    short = f"{value[:4]} {value[4:8]} … {value[-4:]}"
    return format_html('<bdi class="ltr hash" title="{}">{}</bdi>', value, short)


@register.inclusion_tag("_form/field.html")
def field(bound: BoundField, label: str = "", kind: str = "", hint: str | None = None) -> dict[str, Any]:
    """A field under its label; hint and errors are told to a screen reader too. `kind`: is-ltr, is-code, is-text.
    Without `hint` the form's own help text stands there; an empty one silences it."""
    words = bound.help_text if hint is None else hint
    described = [f"{bound.auto_id}-hint"] if words else []
    if bound.errors:
        described.append(f"{bound.auto_id}-errors")
    widget_class = f"input {kind}".strip()
    attrs: dict[str, Any] = {"class": "vtext" if kind == "is-text" else widget_class}
    if kind == "is-code":
        attrs |= {"inputmode": "numeric", "placeholder": ""}
    if kind == "is-ltr":
        attrs["placeholder"] = ""
    if described:
        attrs["aria-describedby"] = " ".join(described)
    if bound.errors:
        attrs["aria-invalid"] = "true"
    return {
        "field": bound,
        "widget": bound.as_widget(attrs=attrs),
        "label": label or bound.label,
        "hint": words,
    }
