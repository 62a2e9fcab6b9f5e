"""What the calendar repeats by the hundred: one post or slot, the counts of a day.

Built in for all templates (settings TEMPLATES). Drawn here and not by a template, whose every name in a row costs as
much as the whole row does so: a month has ninety of them.
"""

from collections.abc import Mapping
from datetime import date

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from config import dates, marks
from config.states import kind_of
from publishing.agenda import Entry
from publishing.status import Status
from publishing.templatetags.deliveries import network_name
from publishing.views.calendar import Asked

register = template.Library()

ENTRY = """<div class="entry is-{kind}{slot}" data-entry="{entry}" data-at="{at}"{moves}>
<p class="entry-top">{network}<time datetime="{due_at}">{clock}</time>{slot_words}{state}</p>
<a class="entry-t" href="{there}"><bdi>{title}</bdi></a>
{flag}
{act}</div>"""
ADDRESSES = {
    "delivery": ("/deliveries/{}/", "/calendar/posts/{}/move/"),
    "slot": ("/calendar/slots/{}/", "/calendar/slots/{}/move/"),
}


@register.simple_tag
def calendar_entry(entry: Entry, asked: Asked) -> SafeString:
    """Where, when, state, title; its link, and the dialog twin of dragging."""
    there, move = (address.format(entry.pk) for address in ADDRESSES[entry.kind])
    is_slot = entry.kind == "slot"
    return format_html(
        ENTRY,
        kind=kind_of(entry.status.value),
        slot=" is-slot" if is_slot else "",
        entry=f"{entry.kind}-{entry.pk}",
        at=f"{entry.local:%Y-%m-%dT%H:%M:%S}",
        moves=format_html(' title="{}"', entry.why_not) if entry.why_not else grip(move),
        network=marks.brand_mark(entry.network, network_name(entry.network), True),
        due_at=entry.due_at.isoformat(),
        clock=dates.clock(entry.local, entry.local.tzinfo),
        slot_words=format_html('<span class="entry-kind">{}</span>', _("slot")) if is_slot else "",
        state=marks.hidden_state(kind_of(entry.status.value), str(entry.status.label)),
        there=there,
        title=entry.title,
        flag=flag_of(entry),
        act="" if entry.why_not else mover(move, entry.title, asked),
    )


def grip(move: str) -> SafeString:
    return format_html(' data-move="{}" draggable="true"', move)


def flag_of(entry: Entry) -> SafeString | str:
    if not entry.is_overdue and not entry.calls:
        return ""
    words = _("its time has passed") if entry.is_overdue else entry.status.label
    return format_html('<span class="entry-flag">{}</span>', words)


def mover(move: str, title: str, asked: Asked) -> SafeString:
    act = '<a class="entry-move" href="{}?back={}" data-act>{}<span class="sr"> <bdi>{}</bdi></span></a>'
    return format_html(act, move, asked.back, _("Move"), title)


@register.simple_tag
def day_counts(counts: Mapping[Status, int]) -> SafeString:
    """How many of each state, as shapes with a number."""
    drawn = ((marks.hidden_state(kind_of(status.value), str(status.label), n),) for status, n in counts.items())
    return format_html('<p class="day-counts">{}</p>', format_html_join("", "{}", drawn))


@register.simple_tag
def day_address(asked: Asked, day: date) -> str:
    """That day in the same calendar (publishing/views/calendar.py)."""
    return asked.on_day(day)


@register.simple_tag
def more_words(n: int) -> str:
    return ngettext("%(n)s more", "%(n)s more", n) % {"n": n}
