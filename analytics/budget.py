"""The budget of reads: how much a network may be asked about in one UTC day, over all channels of the installation.

NETWORK_<SLUG>_READS_PER_DAY sets it; else the network's own quota for an application; else, where reading costs money,
METRICS_PAID_READS_PER_DAY. A post or an account asked about is one read, counted before it is asked.
"""

from datetime import UTC, datetime, time, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from analytics.models import ReadsTaken
from networks.base import Adapter

DAY_SECONDS = 86_400
SPENT = "reads_spent"


def per_day(network: str, adapter: Adapter) -> int | None:
    """None: nothing bounds it but the network's own answers."""
    if network in settings.NETWORK_READS_PER_DAY:
        return int(settings.NETWORK_READS_PER_DAY[network])
    declared = [q for q in adapter.quotas if q.of in ("reads", "calls") and q.scope == "application"]
    bounds = [quota.limit * DAY_SECONDS // quota.seconds for quota in declared]
    if adapter.cost.per_read > 0:
        bounds.append(settings.METRICS_PAID_READS_PER_DAY)
    return min(bounds, default=None)


@transaction.atomic
def take(network: str, adapter: Adapter, wanted: int) -> int:
    """How many of the `wanted` reads may be made now; they count as made."""
    budget = per_day(network, adapter)
    if budget is None:
        return wanted
    today = timezone.now().astimezone(UTC).date()
    ReadsTaken.objects.get_or_create(network=network, day=today)
    row = ReadsTaken.objects.select_for_update().get(network=network, day=today)
    granted = max(0, min(wanted, budget - row.taken))
    ReadsTaken.objects.filter(pk=row.pk).update(taken=row.taken + granted)
    return granted


def until_renewed() -> timedelta:
    """The time to the next UTC day."""
    now = timezone.now().astimezone(UTC)
    return datetime.combine(now.date() + timedelta(days=1), time(0), UTC) - now
