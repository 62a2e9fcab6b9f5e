"""What the calendar repeats by the hundred: the days of a month, its posts and slots, the counts of a day.

Built in for all templates (settings TEMPLATES). Drawn here and not by templates, whose every name in a row costs as
much as such a row does here: a month has ninety of them. What a person wrote is escaped where it is set in; all else
that is set into these lines is ours.
"""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache

from django import template
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from config import dates, marks
from config.states import kind_of
from publishing.agenda import Day, Entry
from publishing.status import Status
from publishing.templatetags.deliveries import network_name
from publishing.views.calendar import Asked

register = template.Library()

DAY = """<td class="{classes}"{current} data-day="{iso}">
<p class="day"><a class="day-g" href="{there}"><span class="day-w">{weekday} </span>{number}{today}</a>{hijri}</p>
{entries}
{rest}
</td>"""
ENTRY = """<div class="entry is-{kind}{slot}" data-entry="{entry}" data-at="{at}"{moves}>
<p class="entry-top">{network}<time datetime="{due_at}">{clock}</time>{slot_words}{state}</p>
<a class="entry-t" href="{there}"><bdi>{title}</bdi></a>
{flag}
{act}</div>"""
SLOT = '<span class="entry-kind">{}</span>'
TODAY = ' <span class="today-tag">{}</span>'
MOVE = '<a class="entry-move" href="{}?back={}" data-act>{}<span class="sr"> <bdi>{}</bdi></span></a>'
ADDRESSES = {
    "delivery": ("/deliveries/{}/", "/calendar/posts/{}/move/"),
    "slot": ("/calendar/slots/{}/", "/calendar/slots/{}/move/"),
}


@register.simple_tag
def calendar_entry(entry: Entry, asked: Asked) -> SafeString:
    """Where, when, state, title; its link, and the dialog twin of dragging."""
    there, move = (address.format(entry.pk) for address in ADDRESSES[entry.kind])
    is_slot, kind, title = entry.kind == "slot", kind_of(entry.status.value), escape(entry.title)
    drawn = ENTRY.format(
        kind=kind,
        slot=" is-slot" if is_slot else "",
        entry=f"{entry.kind}-{entry.pk}",
        at=f"{entry.local:%Y-%m-%dT%H:%M:%S}",
        moves=why(entry.why_not) if entry.why_not else f' data-move="{move}" draggable="true"',
        network=marks.brand_mark(entry.network, network_name(entry.network), True),
        due_at=entry.due_at.isoformat(),
        clock=dates.clock(entry.local, entry.local.tzinfo),
        slot_words=SLOT.format(escape(_("slot"))) if is_slot else "",
        state=marks.hidden_state(kind, label_of(entry.status, get_language())),
        there=there,
        title=title,
        flag=flag_of(entry),
        act="" if entry.why_not else MOVE.format(move, asked.back, escape(_("Move")), title),
    )
    return mark_safe(drawn)  # noqa: S308


@lru_cache(256)
def why(sentence: str) -> SafeString:
    return format_html(' title="{}"', sentence)


@lru_cache(128)
def label_of(status: Status, language: str | None) -> str:
    return str(status.label)


def flag_of(entry: Entry) -> str:
    if not entry.is_overdue and not entry.calls:
        return ""
    words = _("its time has passed") if entry.is_overdue else label_of(entry.status, get_language())
    return f'<span class="entry-flag">{escape(words)}</span>'


@register.simple_tag
def month_day(day: Day, asked: Asked, today: date) -> SafeString:
    """One day of the month with its first entries, how many of each state it has, and the way to all of them."""
    entries = "".join(f"<li>{calendar_entry(entry, asked)}</li>" for entry in day.entries)
    there, is_today = escape(asked.on_day(day.date)), day.date == today
    drawn = DAY.format(
        classes=classes_of(day, today),
        current=' aria-current="date"' if is_today else "",
        iso=day.date.isoformat(),
        there=there,
        weekday=escape(str(dates.WEEKDAYS[day.date.weekday()])),
        number=day.date.day,
        today=TODAY.format(escape(_("Today"))) if is_today else "",
        hijri=hijri_of(day.date),
        entries=f'<ul class="entries">{entries}</ul>' if entries else "",
        rest=rest_of(day, there) if day.more else "",
    )
    return mark_safe(drawn)  # noqa: S308


def classes_of(day: Day, today: date) -> str:
    said = {
        "is-past ": day.date < today,
        "is-today ": day.date == today,
        "is-ramadan ": dates.is_ramadan(day.date),
        "is-bare": not day.total,
    }
    return "".join(name for name, holds in said.items() if holds)


def hijri_of(day: date) -> str:
    words = '<span class="day-h"><span class="day-hf">{}</span><span class="day-hc" aria-hidden="true">{}</span></span>'
    return words.format(escape(dates.hijri(day, year=False)), escape(dates.hijri_cell(day)))


def rest_of(day: Day, there: str) -> str:
    more, when = escape(more_words(day.more)), escape(dates.gregorian(day.date))
    return f'{day_counts(day.counts)}\n<a class="day-more" href="{there}">{more}<span class="sr">, {when}</span></a>'


def day_counts(counts: Mapping[Status, int]) -> str:
    """How many of each state, as shapes with a number."""
    language = get_language()
    states = (marks.hidden_state(kind_of(one.value), label_of(one, language), n) for one, n in counts.items())
    return f'<p class="day-counts">{"".join(states)}</p>'


@register.simple_tag
def more_words(n: int, is_least: bool = False) -> str:
    """`16 more`; `16+ more` of a list that is not read to its end."""
    return ngettext("%(n)s more", "%(n)s more", n) % {"n": f"{n}+" if is_least else n}
