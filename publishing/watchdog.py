"""The watchdog: a process of its own, not a Celery task, that tells coordinators when the clock itself fails.

It reads heartbeats and the due-query from the database, mails by itself, and has a heartbeat that /readyz reads.
"""

from datetime import timedelta

from django.conf import settings
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.access import people_with
from accounts.capabilities import Capability
from accounts.models import Organisation
from chain import heartbeats, notices
from publishing.dispatching import due
from publishing.health import QUEUES, age
from publishing.lifecycle import DeliveryState
from publishing.models import Delivery


def look() -> list[str]:
    """One round: beat, find what is wrong, tell people once for each occurrence, mail. The alerts raised."""
    heartbeats.beat("watchdog")
    alerts = [*overdue_alerts(), *silence_alerts()]
    notices.mail_waiting()
    return alerts


def overdue() -> QuerySet[Delivery]:
    """Due and not moving, or made to wait (an outage, a quota) for longer than any single pause; the newest first."""
    now = timezone.now()
    stuck = Q(pk__in=due().filter(due_at__lt=now - timedelta(seconds=settings.PUBLISHING_OVERDUE_ALERT_SECONDS)))
    patience = timedelta(seconds=settings.PUBLISHING_OVERDUE_ALERT_SECONDS + settings.PUBLISHING_RETRY_MAX_SECONDS)
    waiting = Q(due_at__lt=now - patience)
    return Delivery.objects.filter(stuck | waiting, state=DeliveryState.PENDING).order_by("-due_at")


def overdue_alerts() -> list[str]:
    told = []
    for delivery in overdue()[:50]:
        told += notices.tell(
            people_with(delivery.organisation_id, Capability.SETTLE),
            kind="overdue",
            title=_("A post is overdue and has not gone out"),
            body=_(
                "Open deliveries to see why; if nothing moves, tell your administrator that the workers are silent."
            ),
            link=reverse("delivery", args=[delivery.pk]),
            once=f"overdue:{delivery.pk}:{delivery.due_at.isoformat()}",
            organisation_id=delivery.organisation_id,
        )
    return ["overdue"] * bool(told)


def silence_alerts() -> list[str]:
    return [f"worker:{queue}" for queue in QUEUES if is_silent(queue) and tell_silence(queue)]


def is_silent(queue: str) -> bool:
    """Only a worker that once lived can fall silent: a new installation starts without an alarm."""
    seconds = age(heartbeats.last_beat(f"worker:{queue}"))
    return seconds is not None and seconds > settings.HEARTBEAT_STALE_SECONDS


def tell_silence(queue: str) -> bool:
    last = heartbeats.last_beat(f"worker:{queue}")
    told = []
    for organisation in Organisation.objects.all():
        told += notices.tell(
            people_with(organisation.pk, Capability.SETTLE),
            kind="silence",
            title=_("Part of the system that publishes is silent"),
            body=_("Posts may be late. Tell your administrator to look at the workers; nothing is lost meanwhile."),
            link=reverse("deliveries"),
            once=f"silence:{queue}:{last.isoformat() if last else ''}",
            organisation_id=organisation.pk,
        )
    return bool(told)
