"""What /metrics says. All of it is read from the database (and the broker) when it is asked for.

So it is the same from every process and machine, survives restarts, and no process has figures of its own to lose.
Labels name networks, states and queues: never an institution, a channel or a person.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import accumulate
from typing import Any

from django.db.models import Case, Count, DurationField, ExpressionWrapper, F, Min, SmallIntegerField, Sum, When
from django.db.models.functions import Greatest
from django.utils import timezone
from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from analytics.collecting import READABLE
from analytics.models import CollectionPlan
from chain import heartbeats
from chain.models import Alarm, Notice
from publishing.health import readiness
from publishing.models import Attempt, Channel, Delivery

BOUNDS = (0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 300.0, 900.0, 3600.0)
NOT_OUT = -1
LATE = ExpressionWrapper(F("published_at") - F("due_at"), output_field=DurationField())


class FromTheDatabase(Collector):
    """For the library's writer: what there is to tell at this moment."""

    def collect(self) -> Iterator[Metric]:
        yield from of_deliveries()
        yield from of_attempts()
        yield from of_processes()
        yield from of_figures()
        yield from of_people()


def registry() -> CollectorRegistry:
    found = CollectorRegistry(auto_describe=False)
    found.register(FromTheDatabase())
    return found


def of_deliveries() -> Iterator[Metric]:
    """One pass over the deliveries for states and lateness together."""
    states: Counter[tuple[str, str]] = Counter()
    late: dict[str, Lateness] = {}
    networks = dict(Channel.objects.values_list("pk", "network"))
    for row in by_channel_state_and_bucket():
        network = networks[row["channel_id"]]
        states[network, row["state"]] += row["number"]
        late.setdefault(network, Lateness()).add(row["bucket"], row["number"], row["late"])
    deliveries = GaugeMetricFamily("sanad_deliveries", "Deliveries by network and state.", labels=["network", "state"])
    for labels, number in states.items():
        deliveries.add_metric(labels, number)
    yield deliveries
    said = "Seconds from the due time to the publication, of everything that ever went out."
    lateness = HistogramMetricFamily("sanad_delivery_lateness_seconds", said, labels=["network"])
    for network, one in sorted(late.items()):
        lateness.add_metric([network], one.buckets(), sum_value=one.seconds)
    yield lateness


@dataclass
class Lateness:
    """How many of one network went out within each bound, and by how many seconds late altogether."""

    within: list[int] = field(default_factory=lambda: [0] * (len(BOUNDS) + 1))
    seconds: float = 0.0

    def add(self, bucket: int, number: int, late: timedelta | None) -> None:
        if bucket != NOT_OUT:
            self.within[bucket] += number
            self.seconds += late.total_seconds() if late else 0.0

    def buckets(self) -> list[tuple[str, float]]:
        """Each bound as it is written, and how many went out within it."""
        written = [*map(str, BOUNDS), "+Inf"]
        return [(bound, float(below)) for bound, below in zip(written, accumulate(self.within), strict=True)]


def by_channel_state_and_bucket() -> list[dict[str, Any]]:
    """Each row is put into one bucket, rather than counted again for each bound."""
    within = (When(lateness__lte=timedelta(seconds=bound), then=place) for place, bound in enumerate(BOUNDS))
    bucket = Case(When(published_at=None, then=NOT_OUT), *within, default=len(BOUNDS), output_field=SmallIntegerField())
    late = Greatest("lateness", timedelta(0), output_field=DurationField())
    rows = Delivery.objects.order_by().annotate(lateness=LATE).annotate(bucket=bucket)
    return [
        dict(row) for row in rows.values("channel_id", "state", "bucket").annotate(number=Count("pk"), late=Sum(late))
    ]


def of_attempts() -> Iterator[Metric]:
    networks = dict(Channel.objects.values_list("pk", "network"))
    counted: Counter[tuple[str, str]] = Counter()
    rows = Attempt.objects.order_by().values_list("delivery__channel_id", "outcome").annotate(number=Count("pk"))
    for channel_id, outcome, number in rows:
        counted[networks[channel_id], outcome] += number
    said = "Attempts to publish, by network and outcome."
    attempts = CounterMetricFamily("sanad_attempts", said, labels=["network", "outcome"])
    for labels, number in counted.items():
        attempts.add_metric(labels, number)
    yield attempts


def of_processes() -> Iterator[Metric]:
    found = readiness()
    ages = {heartbeats.TICK: found.tick_age, **found.heartbeat_age}
    heard = {name: seconds for name, seconds in ages.items() if seconds is not None}
    yield gauge("sanad_ready", "1 while /readyz answers 200.", not found.problems)
    yield labelled("sanad_heartbeat_age_seconds", "Seconds since each last showed life.", "name", heard)
    yield labelled("sanad_workers", "Workers that show life, by queue.", "queue", found.workers)
    yield labelled("sanad_queue_depth", "Messages that wait in the broker.", "queue", found.queue_depth or {})
    yield gauge("sanad_broker_up", "1 while the broker answers.", found.queue_depth is not None)
    yield gauge("sanad_overdue_deliveries", "Due for longer than the alert's age and not moving.", found.overdue)
    yield gauge("sanad_overdue_oldest_seconds", "Age of the oldest of them.", found.oldest_overdue)
    yield gauge("sanad_stuck_deliveries", "Left behind by a worker and not swept up.", found.stuck)
    yield gauge("sanad_unconfirmed_deliveries", "Nobody knows yet whether they are out.", found.unconfirmed)
    yield gauge("sanad_unsealed_events", "Acts that wait for their seal.", found.unsealed)
    yield gauge("sanad_channels_stopped", "Left alone after failures in a row.", found.channels_stopped)
    yield gauge("sanad_servers_stopped", "Servers left alone for all their channels.", found.servers_stopped)


def of_figures() -> Iterator[Metric]:
    now = timezone.now()
    due = CollectionPlan.objects.filter(next_at__lte=now, channel__state__in=READABLE)
    found = due.aggregate(number=Count("pk"), first=Min("next_at"))
    lag = (now - found["first"]).total_seconds() if found["first"] else 0.0
    yield gauge("sanad_collection_lag_seconds", "How long the longest due post waits to be asked about.", lag)
    yield gauge("sanad_collection_waiting", "Posts that are due to be asked about.", found["number"])


def of_people() -> Iterator[Metric]:
    rows = Channel.objects.order_by().values("network", "state").annotate(number=Count("pk"))
    channels = GaugeMetricFamily("sanad_channels", "Channels by network and state.", labels=["network", "state"])
    for row in rows:
        channels.add_metric([row["network"], row["state"]], row["number"])
    yield channels
    unmailed = Notice.objects.filter(mailed_at=None).count()
    yield gauge("sanad_notices_unmailed", "Notices that have not left by mail.", unmailed)
    alarms = Alarm.objects.filter(ended_at=None).order_by().values("kind").annotate(number=Count("pk"))
    standing = {row["kind"]: float(row["number"]) for row in alarms}
    yield labelled("sanad_alarms", "Alarms that were raised and stand.", "kind", standing)


def gauge(name: str, said: str, value: float) -> Metric:
    return GaugeMetricFamily(name, said, value=float(value))


def labelled(name: str, said: str, label: str, values: Mapping[str, float]) -> Metric:
    family = GaugeMetricFamily(name, said, labels=[label])
    for key, value in values.items():
        family.add_metric([key], value)
    return family
