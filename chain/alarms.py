"""Alarms: what stopped and what runs again. Each is raised once and ended once, whoever looks and however often."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.utils import timezone

from chain.models import Alarm


@dataclass(frozen=True)
class Change:
    """What this look raised, and what it ended."""

    raised: list[Alarm] = field(default_factory=list)
    ended: list[Alarm] = field(default_factory=list)


def settle(kind: str, standing: Mapping[str, int | None]) -> Change:
    """Bring the alarms of `kind` in line with what stands now: subject → the institution it concerns, None for all."""
    open_now = {alarm.subject: alarm for alarm in Alarm.objects.filter(kind=kind, ended_at=None)}
    new = [(subject, institution) for subject, institution in standing.items() if subject not in open_now]
    return Change(
        raised=[alarm for subject, institution in new if (alarm := _raise(kind, subject, institution))],
        ended=[alarm for subject, alarm in open_now.items() if subject not in standing and _end(alarm)],
    )


def standing(kind: str, organisation_id: int) -> bool:
    return Alarm.objects.filter(kind=kind, organisation_id=organisation_id, ended_at=None).exists()


def is_open(kind: str, subject: str) -> bool:
    return Alarm.objects.filter(kind=kind, subject=subject, ended_at=None).exists()


def _raise(kind: str, subject: str, organisation_id: int | None) -> Alarm | None:
    """None when another watchdog raised it in the same moment."""
    alarm, is_new = Alarm.objects.get_or_create(
        kind=kind,
        subject=subject,
        ended_at=None,
        defaults={"organisation_id": organisation_id, "raised_at": timezone.now()},
    )
    return alarm if is_new else None


def _end(alarm: Alarm) -> bool:
    return Alarm.objects.filter(pk=alarm.pk, ended_at=None).update(ended_at=timezone.now()) == 1
