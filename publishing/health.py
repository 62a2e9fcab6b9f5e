"""Health: what /healthz and /readyz say, and what the watchdog looks at. All of it is read from the database."""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.models import QuerySet
from django.http import HttpRequest, JsonResponse
from django.utils import timezone

from chain import heartbeats
from chain.models import Unsealed
from publishing.dispatching import due
from publishing.lifecycle import DeliveryState
from publishing.models import Breaker, Delivery, HostBreaker
from publishing.sweeping import LEASED

QUEUES = ("clock", "publishing", "metrics", "default")


@dataclass(frozen=True)
class Readiness:
    """Ages in seconds; None means never. `failed` names the checks that failed, `problems` says so in words.

    An outage of theirs is no problem of ours. Counts and ages alone: a stranger may read them.
    """

    failed: list[str]
    problems: list[str]
    tick_age: float | None
    heartbeat_age: dict[str, float | None]
    workers: dict[str, int]
    queue_depth: dict[str, int] | None
    overdue: int
    oldest_overdue: float
    unconfirmed: int
    stuck: int
    unsealed: int
    channels_stopped: int
    servers_stopped: int


def age(at: datetime | None) -> float | None:
    return round((timezone.now() - at).total_seconds(), 1) if at else None


def readiness() -> Readiness:
    heard = heartbeats.ages()
    ages = {name: heard.get(name) for name in (heartbeats.WATCHDOG, *(f"worker:{queue}" for queue in QUEUES))}
    tick, depth, stuck = heard.get(heartbeats.TICK), depths(), lapsed().count()
    overdue, oldest = overdue_now()
    silent = [name for name, seconds in {heartbeats.TICK: tick, **ages}.items() if is_stale(seconds)]
    wrong = {name: f"{name} is silent" for name in silent}
    wrong |= {"broker": "the broker does not answer"} if depth is None else {}
    wrong |= {"overdue": f"overdue deliveries: {overdue}"} if overdue else {}
    wrong |= {"stuck": f"stuck deliveries: {stuck}"} if stuck else {}
    return Readiness(
        failed=list(wrong),
        problems=list(wrong.values()),
        tick_age=tick,
        heartbeat_age=ages,
        workers={queue: processes_of(queue, heard) for queue in QUEUES},
        queue_depth=depth,
        overdue=overdue,
        oldest_overdue=oldest,
        unconfirmed=Delivery.objects.filter(state=DeliveryState.UNCONFIRMED).count(),
        stuck=stuck,
        unsealed=Unsealed.objects.count(),
        channels_stopped=Breaker.objects.filter(opened_at__isnull=False).count(),
        servers_stopped=HostBreaker.objects.filter(opened_at__isnull=False).count(),
    )


def is_stale(seconds: float | None) -> bool:
    return seconds is None or seconds > settings.HEARTBEAT_STALE_SECONDS


def processes_of(queue: str, heard: dict[str, float]) -> int:
    """How many workers of the queue show life."""
    return sum(name.startswith(f"process:{queue}:") and not is_stale(seconds) for name, seconds in heard.items())


def lapsed() -> QuerySet[Delivery]:
    """Left behind by a worker, and by the sweeper too."""
    limit = timezone.now() - timedelta(seconds=settings.HEARTBEAT_STALE_SECONDS)
    return Delivery.objects.filter(state__in=LEASED, lease_until__lt=limit)


def depths() -> dict[str, int] | None:
    """Messages that wait in the broker, by queue; None when it does not answer within a second.

    A queue is a list under its name (kombu's Redis transport, for messages without a priority).
    """
    try:
        with redis.Redis.from_url(settings.REDIS_URL, socket_timeout=1, socket_connect_timeout=1) as broker:
            pipeline = broker.pipeline(transaction=False)
            for queue in QUEUES:
                pipeline.llen(settings.CELERY_BROKER_TRANSPORT_OPTIONS["global_keyprefix"] + queue)
            return dict(zip(QUEUES, pipeline.execute(), strict=True))
    except redis.RedisError:
        return None


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
        silent = {"failed": ["database"], "problems": ["the database does not answer"]}
        return JsonResponse({"status": "not ready", **silent}, status=503)
    status = "not ready" if found.problems else "ready"
    return JsonResponse({"status": status, **asdict(found)}, status=503 if found.problems else 200)
