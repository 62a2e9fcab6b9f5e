"""Entering: figures that a person read off a post, where the network tells none, kept as any other snapshot.

A blank is a figure that nobody read: it stays missing, and never becomes zero. Each entry names who read it and when.
"""

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from io import StringIO

from django.db import transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from analytics.keeping import LARGEST, refresh_latest
from analytics.measures import COLUMNS, NOT_ENTERED
from analytics.models import Filled, Snapshot, Source
from analytics.rollups import mark_stale
from chain.actors import Actor
from chain.errors import DomainError, Invalid
from chain.trail import record
from networks.base import Capability as NetworkCapability
from networks.registry import adapter_class
from publishing.handing import require_named
from publishing.lifecycle import PartState
from publishing.models import Channel, Delivery, Part

LINK, READ_AT = "permalink", "read_at"
MOST_ROWS = 2000

Entered = Mapping[str, int | None]


def enterable(channel: Channel) -> list[str]:
    """The counters that a person can read off this channel's posts; none where the network tells them itself."""
    network = adapter_class(channel.network)
    if NetworkCapability.POST_METRICS in network.capabilities:
        return []
    return [name for name in COLUMNS if name in {str(metric) for metric in network.metrics}]


@transaction.atomic
def enter_figures(
    *, part: Part, figures: Entered, read_at: datetime, actor: Actor, source: Source = Source.MANUAL
) -> Snapshot:
    """Keep what the person read at `read_at`. Raises Invalid (nothing read, an impossible time, a senseless number)."""
    channel = part.delivery.channel
    require_named(channel, actor)
    refuse_senseless(part, figures, read_at)
    named = enterable(channel)
    snapshot = Snapshot(
        captured_at=read_at,
        part=part,
        source=source,
        entered_by_id=actor.user_id,
        missing={name: NOT_ENTERED for name in named if figures.get(name) is None},
        **{name: figures.get(name) for name in named},
    )
    if Snapshot.objects.filter(captured_at=read_at, part=part).exists():
        raise Invalid(_("Figures read at this very time are kept already."), code="entered", field=READ_AT)
    snapshot.save(force_insert=True)
    record("delivery.figures_entered", part.delivery, actor=actor, data={"at": read_at.isoformat(), **figures})
    refresh_latest([part.delivery_id])
    mark_stale(Filled.DELIVERY, [part.delivery_id])
    return snapshot


def refuse_senseless(part: Part, figures: Entered, read_at: datetime) -> None:
    named = enterable(part.delivery.channel)
    if not named:
        raise Invalid(_("The network tells this channel's figures itself."), code="told_by_network")
    if part.state != PartState.PUBLISHED or part.published_at is None:
        raise Invalid(_("Only what is published has figures."), code="not_published")
    if not part.published_at.replace(second=0, microsecond=0) <= read_at <= timezone.now():
        raise Invalid(
            _("Give the time at which you read them: after it was posted, and not later than now."), field=READ_AT
        )
    if all(value is None for value in figures.values()):
        raise Invalid(_("Enter at least one figure; leave blank what you could not read."), field=named[0])
    for name, value in figures.items():
        if name not in named or (value is not None and not 0 <= value <= LARGEST):
            raise Invalid(_("This is not a figure of this network's posts."), code="bad_figure", field=name)


# A whole file for one channel


@dataclass
class Line:
    """One row of the file: its number, the post it is about, what stands in its way."""

    number: int
    permalink: str
    figures: dict[str, int | None] = field(default_factory=dict)
    read_at: datetime | None = None
    part: Part | None = None
    said: str | Promise = ""


@dataclass(frozen=True)
class Report:
    lines: list[Line]
    is_kept: bool

    @property
    def is_sound(self) -> bool:
        return bool(self.lines) and not any(line.said for line in self.lines)


def import_figures(*, channel: Channel, content: str, actor: Actor, commit: bool) -> Report:
    """Read a CSV file (permalink, read_at, one column per counter). Without `commit`, or with a fault, keep nothing."""
    require_named(channel, actor)
    lines = read_lines(channel, content)
    try:
        with transaction.atomic():
            for line in lines:
                enter_line(line, actor)
            kept = commit and bool(lines) and not any(line.said for line in lines)
            if not kept:
                raise Undone
    except Undone:
        return Report(lines, is_kept=False)
    return Report(lines, is_kept=True)


class Undone(Exception):
    """Nothing of the file is kept."""


def read_lines(channel: Channel, content: str) -> list[Line]:
    try:
        return list(lines_of(channel, content.lstrip("\ufeff").replace("\0", "")))
    except csv.Error as error:
        raise Invalid(_("This file cannot be read: write it as comma-separated values."), field="file") from error


def lines_of(channel: Channel, content: str) -> Iterator[Line]:
    rows = csv.DictReader(StringIO(content))
    named = enterable(channel)
    if LINK not in (rows.fieldnames or ()) or READ_AT not in (rows.fieldnames or ()):
        raise Invalid(
            _("The file's first row must name its columns: permalink, read_at, and the figures."), field="file"
        )
    for number, row in zip(range(2, MOST_ROWS + 2), rows, strict=False):
        yield line_of(channel, named, number, row)


def line_of(channel: Channel, named: Sequence[str], number: int, row: Mapping[str, str | None]) -> Line:
    line = Line(number, (row.get(LINK) or "").strip())
    parts = Part.objects.filter(delivery__channel=channel, permalink=line.permalink).exclude(permalink="")
    line.part = parts.select_related("delivery__channel").first()
    try:
        line.read_at = moment_of(row.get(READ_AT) or "")
        line.figures = {name: figure_of(row.get(name) or "") for name in named}
    except ValueError:
        line.said = _("A time is written 2026-11-26T18:30+01:00, a figure in digits alone.")
    if line.part is None:
        line.said = _("No post of this channel has this link.")
    return line


def moment_of(text: str) -> datetime:
    """In UTC. Raises ValueError. A time without a zone is the institution's."""
    moment = datetime.fromisoformat(text.strip())
    try:
        return (moment if moment.tzinfo else timezone.make_aware(moment)).astimezone(UTC)
    except OverflowError as error:
        raise ValueError(text) from error


def figure_of(text: str) -> int | None:
    """None for a blank. Raises ValueError for what is no whole number."""
    digits = text.strip()
    if digits and not digits.isdecimal():
        raise ValueError(digits)
    return int(digits) if digits else None


def enter_line(line: Line, actor: Actor) -> None:
    if line.said or line.part is None or line.read_at is None:
        return
    try:
        enter_figures(part=line.part, figures=line.figures, read_at=line.read_at, actor=actor, source=Source.CSV)
    except DomainError as error:
        line.said = error.message


def part_with_figures(delivery: Delivery) -> Part | None:
    """The first part that is out: where a person enters what was read."""
    return delivery.parts.filter(state=PartState.PUBLISHED).select_related("delivery__channel").first()
