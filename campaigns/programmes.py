"""Programmes: what several campaigns serve together, with goals in order, each with its indicator and target."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.capabilities import Capability
from campaigns.brief_fields import MAX_GOALS
from campaigns.messengers import a_day
from campaigns.models import Programme, ProgrammeGoal
from chain.actors import Actor
from chain.errors import Invalid
from chain.trail import record
from library.registers import Reader, add, edit, house_of, line, prose, read

READERS: dict[str, Reader] = {
    "title": line(160, missing=_("Name the programme.")),
    "summary": prose(5_000),
    "starts_on": a_day,
    "ends_on": a_day,
}
GOAL: dict[str, Reader] = {
    "title": line(300, missing=_("Say the goal in a sentence.")),
    "indicator": line(300),
    "target": line(300),
    "reached": line(300),
}


def taken() -> Invalid:
    return Invalid(_("A programme of this name is recorded already."), code="programme_exists", field="title")


@transaction.atomic
def add_programme(*, actor: Actor, goals: Sequence[Mapping[str, Any]] = (), **given: Any) -> Programme:
    house = house_of(actor, Capability.EDIT_BRIEF)
    wanted = read_goals(goals)
    programme = Programme(organisation=house, **read(READERS, {"title": "", **given}))
    refuse_disorder(programme)
    add(programme, taken(), actor=actor)
    put_goals(programme, wanted)
    return programme


@transaction.atomic
def edit_programme(*, programme: Programme, changes: Mapping[str, Any], version: int, actor: Actor) -> Programme:
    """Edit; `goals` among the changes are all of them, in order."""
    actor.require(Capability.EDIT_BRIEF, on=programme)
    columns = {name: value for name, value in changes.items() if name != "goals"}
    done = edit(programme, read(READERS, columns), taken(), version=version, actor=actor)
    refuse_disorder(done)
    if "goals" in changes and (wanted := read_goals(changes["goals"])) != goals_of(done):
        put_goals(done, wanted)
        record("programme.edited", done, actor=actor, data={"fields": ["goals"]})
    return done


def refuse_disorder(programme: Programme) -> None:
    if programme.starts_on and programme.ends_on and programme.ends_on < programme.starts_on:
        raise Invalid(_("The last day is before the first."), code="dates_in_disorder", field="ends_on")


def today_in(programme: Programme) -> date:
    return timezone.localdate(timezone=ZoneInfo(programme.organisation.time_zone))


def read_goals(given: Any) -> list[dict[str, str]]:
    if not isinstance(given, list | tuple) or len(given) > MAX_GOALS:
        raise Invalid(_("Keep it to 12 goals."), code="too_many", field="goals")
    return [read(GOAL, {"title": "", "indicator": "", "target": "", "reached": "", **goal}) for goal in given]


def goals_of(programme: Programme) -> list[dict[str, str]]:
    found = ProgrammeGoal.objects.filter(programme=programme)
    return [{name: getattr(goal, name) for name in GOAL} for goal in found]


def put_goals(programme: Programme, goals: list[dict[str, str]]) -> None:
    """A goal keeps its row as long as it keeps its place. What is reached is of the day on which it was last said."""
    standing = {goal.position: goal for goal in ProgrammeGoal.objects.filter(programme=programme)}
    for position, goal in enumerate(goals, start=1):
        before = standing.get(position)
        said_on = before.reached_on if before and before.reached == goal["reached"] else today_in(programme)
        columns = {**goal, "reached_on": said_on if goal["reached"] else None}
        ProgrammeGoal.objects.update_or_create(programme=programme, position=position, defaults=columns)
    ProgrammeGoal.objects.filter(programme=programme, position__gt=len(goals)).delete()
