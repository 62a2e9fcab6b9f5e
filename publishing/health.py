"""Health: what /healthz and /readyz say, and what the watchdog looks at. All of it is read from the database."""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.utils import timezone

from chain import heartbeats
from chain.models import Unsealed
from publishing.dispatching import due
from publishing.lifecycle import DeliveryState
from publishing.models import Delivery
from publishing.sweeping import LEASED

QUEUES = ("clock", "publishing", "metrics", "default")


@dataclass(frozen=True)
class Readiness:
    """Ages in seconds; None means never. `problems` is empty when the product is ready."""

    problems: list[str]
    heartbeat_age: dict[str, float | None]
    overdue: int
    oldest_overdue: float
    unconfirmed: int
    stuck: int
    unsealed: int


def age(at: datetime | None) -> float | None:
    return round((timezone.now() - at).total_seconds(), 1) if at else None


def readiness() -> Readiness:
    names = ["watchdog", *(f"worker:{queue}" for queue in QUEUES)]
    ages = {name: age(heartbeats.last_beat(name)) for name in names}
    overdue, oldest = overdue_now()
    lapsed = timezone.now() - timedelta(seconds=settings.HEARTBEAT_STALE_SECONDS)
    stuck = Delivery.objects.filter(state__in=LEASED, lease_until__lt=lapsed).count()
    silent = [name for name, seconds in ages.items() if seconds is None or seconds > settings.HEARTBEAT_STALE_SECONDS]
    problems = [f"{name} is silent" for name in silent]
    if overdue:
        problems.append(f"overdue deliveries: {overdue}")
    if stuck:
        problems.append(f"stuck deliveries: {stuck}")
    return Readiness(
        problems=problems,
        heartbeat_age=ages,
        overdue=overdue,
        oldest_overdue=oldest,
        unconfirmed=Delivery.objects.filter(state=DeliveryState.UNCONFIRMED).count(),
        stuck=stuck,
        unsealed=Unsealed.objects.count(),
    )


def overdue_now() -> tuple[int, float]:
    """How many due deliveries still wait past the alert's age, and the age of the oldest (seconds)."""
    limit = timezone.now() - timedelta(seconds=settings.PUBLISHING_OVERDUE_ALERT_SECONDS)
    late = due().filter(due_at__lt=limit).order_by("due_at")
    first = late.first()
    return late.count(), age(first.due_at) or 0.0 if first else 0.0


def healthz(request: HttpRequest) -> JsonResponse:
    """The process answers; nothing else is asked."""
    return JsonResponse({"status": "ok"})


def readyz(request: HttpRequest) -> JsonResponse:
    """200 while everything that must run shows life and nothing is overdue; else 503 and what is wrong."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        found = readiness()
    except DatabaseError:
        return JsonResponse({"status": "not ready", "problems": ["the database does not answer"]}, status=503)
    status = "not ready" if found.problems else "ready"
    return JsonResponse({"status": status, **asdict(found)}, status=503 if found.problems else 200)
