"""Heartbeats: each long-lived process writes when it last lived; the watchdog and /readyz read them."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from chain.models import Heartbeat


def beat(name: str, detail: Mapping[str, Any] | None = None) -> None:
    Heartbeat.objects.update_or_create(name=name, defaults={"at": timezone.now(), "detail": dict(detail or {})})


def last_beat(prefix: str) -> datetime | None:
    """The newest heartbeat among the names that begin with `prefix`."""
    row = Heartbeat.objects.filter(name__startswith=prefix).order_by("-at").first()
    return row.at if row else None


def is_alive(prefix: str, within: timedelta) -> bool:
    at = last_beat(prefix)
    return at is not None and timezone.now() - at <= within
