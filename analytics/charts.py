"""The line over time: its points from a campaign's days, and its places on the page for a drawing by class.

A day on which nobody told the figure has no point; the line is dotted across it. Time runs with reading.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import ceil, floor, log10
from zoneinfo import ZoneInfo

from django.utils.functional import Promise

from analytics.measures import COLUMNS, INTERACTIONS, LABELS, LARGEST_ONLY, total_of
from analytics.periods import Period
from analytics.queries import KeptDay

WIDTH, HEIGHT = 1120, 344
LEFT, RIGHT, TOP, BOTTOM = 24, 1056, 34, 284
INSET = 26
DAYS_APART_LIMIT = 45
LABELS_AT_MOST = 10
CHOICES = ("interactions", *(name for name in COLUMNS if name not in LARGEST_ONLY))


@dataclass(frozen=True)
class Point:
    """One day (or the week that ends on it). `value` None: not told; `known` of `published` posts told it."""

    day: date
    value: int | None
    known: int = 0
    published: int = 0
    gain: int | None = None


@dataclass(frozen=True)
class Series:
    """A counter's total over time. `choices` are the counters that any post told."""

    metric: str
    choices: tuple[str, ...]
    points: tuple[Point, ...]
    is_weekly: bool

    @property
    def label(self) -> str | Promise:
        return LABELS[self.metric]

    @property
    def choice_labels(self) -> list[tuple[str, str | Promise]]:
        return [(name, LABELS[name]) for name in self.choices]

    @property
    def told(self) -> list[Point]:
        return [point for point in self.points if point.value is not None]


def series_of(days: list[KeptDay], period: Period, metric: str, time_zone: str) -> Series:
    """The chosen counter, else the first that was told at all."""
    told = {name for day in days for name, value in zip(COLUMNS, day.figures, strict=True) if value is not None}
    choices = tuple(name for name in CHOICES if told.intersection(names_of(name)))
    chosen = metric if metric in CHOICES else next(iter(choices), CHOICES[0])
    kept, zone = {day.day: day for day in days}, ZoneInfo(time_zone)
    span = stretch(days, period)
    weekly = len(span) > DAYS_APART_LIMIT

    def point(day: date) -> Point:
        return point_of(kept[day], chosen, zone) if day in kept else Point(day, None)

    found = weeks(span, point) if weekly else [point(day) for day in span]
    return Series(chosen, choices, tuple(with_gains(found)), weekly)


def names_of(metric: str) -> tuple[str, ...]:
    return INTERACTIONS if metric == "interactions" else (metric,)


def point_of(row: KeptDay, metric: str, zone: ZoneInfo) -> Point:
    """A figure that was not told on the day itself is no point of that day."""
    names, detail = names_of(metric), row.detail
    told = [detail[name] for name in names if name in detail]
    as_of = max((one.get("as_of", "") for one in told), default="")
    is_fresh = bool(as_of) and datetime.fromisoformat(as_of).astimezone(zone).date() == row.day
    known = max((one.get("known", 0) for one in told), default=0)
    total = total_of(names, dict(zip(COLUMNS, row.figures, strict=True))) if is_fresh else None
    return Point(row.day, total, known, row.published)


def stretch(days: list[KeptDay], period: Period) -> list[date]:
    """The days of the chart: those of the period, or from the campaign's first to its last."""
    if not days:
        return []
    first = max(period.first or days[0].day, days[0].day)
    last = days[-1].day if period.is_whole else period.last
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def weeks(days: list[date], point: Callable[[date], Point]) -> list[Point]:
    """Weeks that end with the last day; a week's figure is the last that was told in it."""
    found = []
    for end in range(len(days), 0, -7):
        backwards = days[max(end - 7, 0) : end][::-1]
        last = next((one for one in map(point, backwards) if one.value is not None), None) or point(backwards[0])
        found.append(Point(backwards[0], last.value, last.known, last.published))
    return found[::-1]


def with_gains(points: list[Point]) -> Iterator[Point]:
    before: int | None = None
    for point in points:
        gain = point.value - before if point.value is not None and before is not None else None
        before = point.value if point.value is not None else before
        yield Point(point.day, point.value, point.known, point.published, gain)


# Where things stand on the page. Numbers are written here, since a template would write them in the reader's language.


@dataclass(frozen=True)
class Mark:
    x: str
    y: str
    point: Point
    is_last: bool
    has_label: bool

    @property
    def above(self) -> str:
        return px(float(self.y) - 14)


@dataclass(frozen=True)
class Grid:
    y: str
    text_y: str
    value: int


@dataclass(frozen=True)
class Drawing:
    """What the chart's template draws: all in the units of a `WIDTH` by `HEIGHT` box."""

    width: int
    height: int
    left: str
    right: str
    label_x: str
    label_y: str
    second_label_y: str
    grid: tuple[Grid, ...]
    marks: tuple[Mark, ...]
    lines: tuple[str, ...]
    gaps: tuple[str, ...]


def px(number: float) -> str:
    return f"{number:.1f}"


def drawing_of(series: Series, *, rtl: bool) -> Drawing:
    """Where a series stands; mirrored for languages read from the right."""
    ceiling, step = scale(max((point.value or 0 for point in series.told), default=0))
    ys = [(value, BOTTOM - (BOTTOM - TOP) * value / ceiling) for value in range(0, ceiling + 1, step)]
    marks = tuple(marks_of(series, ceiling, rtl))
    return Drawing(
        width=WIDTH,
        height=HEIGHT,
        left=px(side(LEFT, rtl)),
        right=px(side(RIGHT, rtl)),
        label_x=px(side(LEFT - 10, rtl)),
        label_y=px(BOTTOM + 24),
        second_label_y=px(BOTTOM + 45),
        grid=tuple(Grid(px(y), px(y + 5), value) for value, y in ys),
        marks=marks,
        lines=tuple(" ".join(f"{mark.x},{mark.y}" for mark in run) for run in runs(marks) if len(run) > 1),
        gaps=tuple(gaps_of(marks)),
    )


def side(x: float, rtl: bool) -> float:
    """From reading's start: LEFT is where time begins. The axis labels need the margin at that side."""
    margin = WIDTH - RIGHT - LEFT
    return WIDTH - x - margin if rtl else x + margin


def scale(highest: int) -> tuple[int, int]:
    """A round ceiling and the step of its lines: whole numbers, three to five of them."""
    rough = max(highest, 4) / 4
    power = 10 ** floor(log10(rough))
    step = max(1, next(int(power * factor) for factor in (1, 2, 2.5, 5, 10) if power * factor >= rough))
    return max(1, ceil(max(highest, 1) / step)) * step, step


def marks_of(series: Series, ceiling: int, rtl: bool) -> Iterator[Mark]:
    count = len(series.points)
    every = ceil(count / LABELS_AT_MOST) if count else 1
    last = next((at for at in range(count - 1, -1, -1) if series.points[at].value is not None), -1)
    for at, point in enumerate(series.points):
        share = at / (count - 1) if count > 1 else 0.5
        x = side(LEFT + INSET + share * (RIGHT - LEFT - 2 * INSET), rtl)
        y = BOTTOM - (BOTTOM - TOP) * (point.value or 0) / ceiling
        yield Mark(px(x), px(y), point, at == last, (count - 1 - at) % every == 0)


def runs(marks: tuple[Mark, ...]) -> list[list[Mark]]:
    """Unbroken stretches of days that were told."""
    found: list[list[Mark]] = [[]]
    for mark in marks:
        if mark.point.value is not None:
            found[-1].append(mark)
        elif found[-1]:
            found.append([])
    return [run for run in found if run]


def gaps_of(marks: tuple[Mark, ...]) -> Iterator[str]:
    stretches = runs(marks)
    for before, after in zip(stretches, stretches[1:], strict=False):
        yield f"M{before[-1].x} {before[-1].y}L{after[0].x} {after[0].y}"
