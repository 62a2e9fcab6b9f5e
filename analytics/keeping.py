"""Keeping: puts what a network told into snapshots, and sets when each post is asked next.

All that follows from one answer is one transaction: snapshots, plans, the latest figures, the days to rebuild.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import F, Max, Q, QuerySet
from django.utils import timezone

from analytics import cadence
from analytics.measures import COLUMNS, interactions, together
from analytics.models import ChannelPlan, ChannelSnapshot, CollectionPlan, CollectionRun, Filled, Snapshot
from analytics.rollups import mark_stale
from chain.actors import system_actor
from networks.errors import MissingCode
from networks.metrics import Metric
from networks.types import AccountMetrics, PostMetrics
from publishing.models import Channel, Delivery
from publishing.recording import mark_gone

ChannelPlans = QuerySet[ChannelPlan]
ACCOUNT_COLUMNS = ("followers", "reach", "views", "profile_visits")
LARGEST = 2**63 - 1


def keep_posts(run: CollectionRun, plans: Sequence[CollectionPlan], answers: Mapping[str, PostMetrics]) -> None:
    """Take in one batch of answers. A post that was left out of them is asked again at its next turn."""
    told: list[tuple[CollectionPlan, Snapshot]] = []
    silent: list[CollectionPlan] = []
    gone: list[CollectionPlan] = []
    for plan in plans:
        answer = answers.get(plan.part.remote_id)
        if answer is None:
            silent.append(plan)
        elif answer.gone:
            gone.append(plan)
        else:
            told.append((plan, snapshot_of(run, plan, answer)))
    keep_told(run, told)
    postpone(silent, MissingCode.UNREADABLE)
    for plan in gone:
        let_go(run, plan)


def snapshot_of(run: CollectionRun, plan: CollectionPlan, answer: PostMetrics) -> Snapshot:
    values, missing = sound(answer.values, answer.missing)
    snapshot = Snapshot(captured_at=run.started_at, part=plan.part, run=run, missing=missing, extra=dict(answer.extra))
    for metric in COLUMNS:
        setattr(snapshot, metric, values.get(metric))
    return snapshot


def sound(
    values: Mapping[Metric, int | None], missing: Mapping[Metric, str]
) -> tuple[dict[str, int | None], dict[str, str]]:
    """The counters that can be kept, and why the others cannot: a senseless number is nothing, never zero."""
    kept: dict[str, int | None] = {}
    absent = {str(metric): str(code) for metric, code in missing.items()}
    for metric, value in values.items():
        is_sound = value is not None and 0 <= value <= LARGEST
        kept[str(metric)] = value if is_sound else None
        if not is_sound:
            absent.setdefault(str(metric), MissingCode.NOT_REPORTED if value is None else MissingCode.UNREADABLE)
    return kept, absent


@transaction.atomic
def keep_told(run: CollectionRun, told: Sequence[tuple[CollectionPlan, Snapshot]]) -> None:
    if not told:
        return
    Snapshot.objects.bulk_create([snapshot for _, snapshot in told], ignore_conflicts=True)
    for plan, snapshot in told:
        total = growth_figure(snapshot)
        plan.next_at = turn_after(plan, total)
        plan.last_at, plan.code = run.started_at, ""
        plan.last_total = total if total is not None else plan.last_total
    save_plans([plan for plan, _ in told])
    CollectionRun.objects.filter(pk=run.pk).update(answered=F("answered") + len(told))
    deliveries = {plan.part.delivery_id for plan, _ in told}
    refresh_latest(deliveries)
    mark_stale(Filled.DELIVERY, deliveries)


def growth_figure(snapshot: Snapshot) -> int | None:
    """What a post's growth is judged by: its interactions, else its views."""
    total = interactions({name: getattr(snapshot, name) for name in COLUMNS})
    return total if total is not None else snapshot.views


def turn_after(plan: CollectionPlan, total: int | None) -> datetime | None:
    now = timezone.now()
    age = now - (plan.part.published_at or now)
    wait = cadence.next_wait(age, plan.last_total, total)
    return None if wait is None else now + wait


def postpone(plans: Sequence[CollectionPlan], code: str) -> None:
    """Nothing came: ask at the next turn, and remember why."""
    for plan in plans:
        plan.next_at, plan.code = turn_after(plan, None), code
    save_plans(plans)


def save_plans(plans: Iterable[CollectionPlan]) -> None:
    rows = list(plans)
    if rows:
        CollectionPlan.objects.bulk_update(rows, ["next_at", "last_at", "last_total", "code"])


@transaction.atomic
def let_go(run: CollectionRun, plan: CollectionPlan) -> None:
    """The post is no longer on the network: publishing is told, and nobody asks for it again."""
    CollectionPlan.objects.filter(pk=plan.pk).update(next_at=None, code="gone", last_at=run.started_at)
    mark_gone(plan.part, system_actor("collector", run.channel.organisation_id))
    mark_stale(Filled.DELIVERY, [plan.part.delivery_id])


def refresh_latest(delivery_ids: Iterable[int]) -> None:
    """Write each delivery's newest figures beside it: {counter: figure}, without the counters that nobody told.

    A late answer does not put an older figure back.
    """
    standing: dict[int, list[Snapshot]] = {}
    for snapshot in newest_snapshots(delivery_ids):
        standing.setdefault(snapshot.part.delivery_id, []).append(snapshot)
    for delivery_id, snapshots in sorted(standing.items()):
        at = max(snapshot.captured_at for snapshot in snapshots)
        latest = {name: together(name, (getattr(one, name) for one in snapshots)) for name in COLUMNS}
        known = {name: value for name, value in latest.items() if value is not None}
        older = Q(latest_at=None) | Q(latest_at__lte=at)
        Delivery.objects.filter(older, pk=delivery_id).update(latest=known, latest_at=at)


def newest_snapshots(delivery_ids: Iterable[int]) -> list[Snapshot]:
    of_deliveries = Snapshot.objects.filter(part__delivery_id__in=list(delivery_ids))
    newest = dict(
        of_deliveries.order_by().values("part_id").annotate(at=Max("captured_at")).values_list("part_id", "at")
    )
    found = Snapshot.objects.filter(part_id__in=newest, captured_at__in=set(newest.values())).select_related("part")
    return [snapshot for snapshot in found if newest[snapshot.part_id] == snapshot.captured_at]


@transaction.atomic
def keep_account(run: CollectionRun, answer: AccountMetrics) -> None:
    values, missing = sound(answer.values, answer.missing)
    columns = {name: values.get(name) for name in ACCOUNT_COLUMNS}
    snapshot = ChannelSnapshot(
        captured_at=run.started_at, channel=run.channel, run=run, missing=missing, extra=dict(answer.extra), **columns
    )
    ChannelSnapshot.objects.bulk_create([snapshot], ignore_conflicts=True)
    if snapshot.followers is not None:
        Channel.objects.filter(pk=run.channel_id).update(followers=snapshot.followers)
