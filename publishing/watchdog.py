"""The watchdog: a process of its own, not a Celery task, that tells coordinators when the clock itself fails.

It reads heartbeats and the due-query from the database, mails by itself, and has a heartbeat that /readyz reads. What
stopped is told once, with what to do; that it runs again is told once too.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from chain import alarms, heartbeats, notices
from publishing import telling_of_stops as telling
from publishing.dispatching import due
from publishing.health import QUEUES, lapsed
from publishing.lifecycle import DeliveryState
from publishing.models import Delivery

SILENCE = "silence"
OVERDUE = "overdue"
UNWATCHED = "unwatched"


def look() -> list[str]:
    """One round: beat, find what is wrong, tell people once for each occurrence, mail. The alarms raised."""
    has_watched = begin_round() >= timedelta(seconds=settings.HEARTBEAT_STALE_SECONDS)
    heartbeats.forget_long_gone()
    raised = [*look_at_deliveries(), *(look_at_processes() if has_watched else [])]
    notices.mail_waiting()
    return raised


def begin_round() -> timedelta:
    """Beat; for how long it has watched without a gap. One that comes up with all the rest gives the rest a minute."""
    now = timezone.now()
    age, detail = heartbeats.last_word(heartbeats.WATCHDOG)
    goes_on = age is not None and age <= settings.HEARTBEAT_STALE_SECONDS
    since = str(detail.get("since") or "") if goes_on else ""
    heartbeats.beat(heartbeats.WATCHDOG, {"since": since or now.isoformat()})
    return now - datetime.fromisoformat(since) if since else timedelta(0)


# Deliveries


def overdue() -> QuerySet[Delivery]:
    """Due and not moving: never taken, left by a worker, or made to wait (outage, quota) beyond any single pause.

    What waits for its turn among late posts (pacing.py) is moving.
    """
    now = timezone.now()
    stuck = Q(pk__in=due().filter(due_at__lt=now - timedelta(seconds=settings.PUBLISHING_OVERDUE_ALERT_SECONDS)))
    patience = timedelta(seconds=settings.PUBLISHING_OVERDUE_ALERT_SECONDS + settings.PUBLISHING_RETRY_MAX_SECONDS)
    waiting = Q(due_at__lt=now - patience) & ~Q(reason="spaced")
    left = Q(pk__in=lapsed())
    return Delivery.objects.filter(((stuck | waiting) & Q(state=DeliveryState.PENDING)) | left).order_by("due_at")


@transaction.atomic
def look_at_deliveries() -> list[str]:
    """One alarm for each channel that stands; each institution is told of all its new ones at once."""
    found: dict[int, list[Delivery]] = {}
    for delivery in overdue().only("id", "due_at", "channel_id", "organisation_id"):
        found.setdefault(delivery.channel_id, []).append(delivery)
    change = alarms.settle(OVERDUE, {str(pk): late[0].organisation_id for pk, late in found.items()})
    for institution in sorted({alarm.organisation_id or 0 for alarm in change.raised}):
        own = [alarm for alarm in change.raised if alarm.organisation_id == institution]
        telling.tell_overdue(own, [one for alarm in own for one in found[int(alarm.subject)]])
    for institution in sorted({alarm.organisation_id or 0 for alarm in change.ended}):
        if not alarms.standing(OVERDUE, institution):
            telling.tell_none_overdue([alarm for alarm in change.ended if alarm.organisation_id == institution])
    return [OVERDUE] * bool(change.raised)


# Processes


def silent() -> list[str]:
    """What once lived and shows no life now: a new installation starts without an alarm.

    A worker whose process lives but gets no pulse while the clock stands is not silent: the clock is.
    """
    ages = heartbeats.ages()
    stale = {name for name, age in ages.items() if age > settings.HEARTBEAT_STALE_SECONDS}
    lives = {name.split(":")[1] for name in ages if name.startswith("process:") and name not in stale}
    stands = heartbeats.TICK in stale
    queues = [queue for queue in QUEUES if f"worker:{queue}" in stale and not (queue in lives and stands)]
    clock = [heartbeats.TICK] if stands and "clock" not in queues else []
    single = [name for name in sorted(stale) if name.startswith("process:") and name.split(":")[1] not in queues]
    return [*clock, *(f"worker:{queue}" for queue in queues), *single]


@transaction.atomic
def look_at_processes() -> list[str]:
    """Workers of the clock that come back tick a moment later: until then it is their silence that lasts."""
    found, clocks = silent(), "worker:clock"
    if alarms.is_open(SILENCE, clocks):
        found = [clocks if name == heartbeats.TICK else name for name in found]
    return tell_changes(SILENCE, found)


def look_at_the_watchdog() -> list[str]:
    """By a worker: whoever watches is watched."""
    age = heartbeats.ages().get(heartbeats.WATCHDOG, 0.0)
    with transaction.atomic():
        return tell_changes(UNWATCHED, [heartbeats.WATCHDOG] if age > settings.HEARTBEAT_STALE_SECONDS else [])


def tell_changes(kind: str, found: list[str]) -> list[str]:
    """What did not come back (a process taken away for good, a clock whose workers died too) ends without a word."""
    change = alarms.settle(kind, dict.fromkeys(found))
    alive = {name for name, age in heartbeats.ages().items() if age <= settings.HEARTBEAT_STALE_SECONDS}
    if change.raised:
        telling.tell_silence(change.raised)
    if back := [alarm for alarm in change.ended if alarm.subject in alive]:
        telling.tell_life(back)
    return [alarm.subject for alarm in change.raised]
