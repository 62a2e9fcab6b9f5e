"""What a chart repeats for each of its points: the marks on the line, the rows of the table beneath.

Built in for all templates (settings TEMPLATES); drawn here for the reason that agenda.py gives. Nothing that a person
wrote is set into these lines: numbers, dates and our own words.
"""

from django import template
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from analytics.charts import Drawing, Mark, Point, Series
from config import dates, figures

register = template.Library()

ROW = '<tr><th scope="row"><time datetime="{}">{}</time> <span class="quiet">{}</span></th>\n{}</tr>'
TOLD = "<td>{}</td><td>{}</td><td>{}</td>"
DOT = '<circle class="c-dot{}" cx="{}" cy="{}" r="{}"/>'
WORDS = '<text{} x="{}" y="{}" text-anchor="middle">{}</text>'


@register.simple_tag
def chart_rows(series: Series) -> SafeString:
    """The newest first."""
    first, silent = escape(_("first figure")), escape(_("Nothing was told"))
    rows = (row_of(point, first, silent) for point in reversed(series.points))
    return mark_safe("".join(rows))  # noqa: S308


def row_of(point: Point, first: str, silent: str) -> str:
    cells = f'<td colspan="3"><span class="unknown">{silent}</span></td>'
    if point.value is not None:
        gain = f'<span class="quiet">{first}</span>'
        if point.gain is not None:
            gain = f'<bdi class="ltr">{figures.grouped(point.gain)}</bdi>'
        cells = TOLD.format(figures.grouped(point.value), gain, escape(part_of(point.known, point.published)))
    return ROW.format(point.day.isoformat(), *short(point), cells)


@register.simple_tag
def part_of(part: figures.Number, whole: figures.Number) -> str:
    """`12 of 40`."""
    return _("%(n)s of %(of)s") % {"n": figures.grouped(part), "of": figures.grouped(whole)}


@register.simple_tag
def chart_marks(drawing: Drawing) -> SafeString:
    """A dot for each point that was told, the last with its number, and the dates along the axis."""
    return mark_safe("".join(mark_of(mark, drawing) for mark in drawing.marks))  # noqa: S308


def mark_of(mark: Mark, drawing: Drawing) -> str:
    drawn, value = "", mark.point.value
    if value is not None:
        drawn += DOT.format(" on" if mark.is_last else "", mark.x, mark.y, "5" if mark.is_last else "3.5")
    if value is not None and mark.is_last:
        drawn += WORDS.format(' class="t-green"', mark.x, mark.above, figures.grouped(value))
    if mark.has_label:
        day, hijri = short(mark.point)
        drawn += WORDS.format("", mark.x, drawing.label_y, day)
        drawn += WORDS.format("", mark.x, drawing.second_label_y, hijri)
    return drawn


def short(point: Point) -> tuple[str, str]:
    """Its day in both calendars, without the year."""
    return escape(dates.gregorian(point.day, year=False)), escape(dates.hijri(point.day, year=False))
