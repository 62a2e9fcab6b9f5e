"""Collecting: asks the networks, channel by channel, what became of our posts, and never stands in publishing's way.

One broken post, counter or answer costs only itself; whatever failed is noted on the run and asked again by cadence.
"""

import logging
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, Subquery
from django.utils import timezone

from analytics import budget, cadence, keeping
from analytics.models import ChannelPlan, CollectionPlan, CollectionRun, Filled
from analytics.rollups import mark_stale
from chain.actors import system_actor
from networks.base import Adapter, Capability
from networks.errors import NeedsReconnect, NetworkError, NotSent, Rejected
from publishing import channels
from publishing.lifecycle import ChannelState, PartState
from publishing.models import Channel, Part

logger = logging.getLogger(__name__)

READABLE = (ChannelState.CONNECTED, ChannelState.HELD)
"""A channel that may not publish may still be read."""

CLAIM = timedelta(minutes=10)
"""How long a collector may be silent before another takes its channel."""

POSTS_PER_RUN = 400
POSTS_SEEN_AT_ONCE = 2000
RESERVE = 0.25
"""The share of a network's quota that figures never touch: it is for publishing."""


# What is due


def due_channels() -> list[int]:
    """Channels with something to ask about now, the longest due first. Takes newly published posts into the plan."""
    plan_new_channels()
    plan_new_posts()
    now = timezone.now()
    ripe = CollectionPlan.objects.filter(channel=OuterRef("channel"), next_at__lte=now)
    plans = free(ChannelPlan.objects.filter(channel__state__in=READABLE), now)
    plans = plans.filter(Q(account_next_at__lte=now) | Exists(ripe))
    longest_due = Subquery(ripe.order_by("next_at").values("next_at")[:1])
    plans = plans.order_by(longest_due.asc(nulls_last=True), "channel_id")
    return list(plans.values_list("channel_id", flat=True))


def free(plans: "keeping.ChannelPlans", now: datetime) -> "keeping.ChannelPlans":
    return plans.filter(Q(claimed_until=None) | Q(claimed_until__lte=now), Q(not_before=None) | Q(not_before__lte=now))


def plan_new_channels() -> None:
    new = Channel.objects.filter(state__in=READABLE).exclude(pk__in=ChannelPlan.objects.values("channel_id"))
    plans = [ChannelPlan(channel=channel, account_next_at=timezone.now()) for channel in new]
    ChannelPlan.objects.bulk_create(plans, ignore_conflicts=True)


def plan_new_posts() -> None:
    """Published posts that no plan knows yet. Their delivery's days count them from now on, with figures or without."""
    unplanned = ~Exists(CollectionPlan.objects.filter(part=OuterRef("pk")))
    new = Part.objects.filter(unplanned, state=PartState.PUBLISHED).exclude(remote_id="").select_related("delivery")
    parts = list(new.order_by("pk")[:POSTS_SEEN_AT_ONCE])
    plans = [CollectionPlan(part=part, channel_id=part.delivery.channel_id, next_at=first_at(part)) for part in parts]
    CollectionPlan.objects.bulk_create(plans, ignore_conflicts=True)
    mark_stale(Filled.DELIVERY, (part.delivery_id for part in parts))


def first_at(part: Part) -> datetime:
    """At once where the clock was set back since it went out: its own time would keep it waiting."""
    now = timezone.now()
    published_at = part.published_at or now
    return now if published_at > now else published_at + cadence.scaled(cadence.FIRST)


# One channel


def collect(channel_id: int) -> CollectionRun | None:
    """Ask one channel for all that is due. None when another does so, did so in this slot, or nothing may be asked."""
    channel = Channel.objects.filter(pk=channel_id, state__in=READABLE).first()
    claim = Claim(channel_id)
    if channel is None or not claim.take():
        return None
    try:
        run = open_run(channel)
        if run is not None:
            ask_all(run, claim)
            CollectionRun.objects.filter(pk=run.pk).update(finished_at=timezone.now(), code=run.code, asked=run.asked)
            run.refresh_from_db()
        return run
    finally:
        claim.release()


class Claim:
    """The right to ask a channel, held by one collector at a time; it lapses when its holder dies."""

    def __init__(self, channel_id: int) -> None:
        self.plan = ChannelPlan.objects.filter(channel_id=channel_id)
        self.until: datetime | None = None

    def take(self) -> bool:
        now = timezone.now()
        self.until = now + CLAIM
        return free(self.plan, now).update(claimed_until=self.until) == 1

    def renew(self) -> bool:
        """False when it lapsed and another holds it: then stop."""
        until = timezone.now() + CLAIM
        kept = self.plan.filter(claimed_until=self.until).update(claimed_until=until) == 1
        self.until = until if kept else None
        return kept

    def release(self) -> None:
        if self.until is not None:
            self.plan.filter(claimed_until=self.until).update(claimed_until=None)

    def pause(self, wait: timedelta) -> None:
        """Leave the channel alone for figures, no longer than the set bound. Publishing keeps its own time."""
        most = timedelta(seconds=settings.PUBLISHING_WAIT_MAX_SECONDS)
        self.plan.update(not_before=timezone.now() + min(wait, most))


def open_run(channel: Channel) -> CollectionRun | None:
    """This slot's run: new, or one that a dead collector left unfinished. None when the slot was used."""
    now = timezone.now()
    run, _ = CollectionRun.objects.get_or_create(channel=channel, slot=slot_of(now), defaults={"started_at": now})
    return run if run.finished_at is None else None


def slot_of(moment: datetime) -> datetime:
    length = cadence.scaled(cadence.SLOT).total_seconds()
    return datetime.fromtimestamp(moment.timestamp() // length * length, UTC)


def ask_all(run: CollectionRun, claim: Claim) -> None:
    try:
        adapter = channels.adapter_for(run.channel)
    except NetworkError as error:
        heed(run, claim, error)
        return
    if not ask_account(run, adapter, claim):
        return
    for due in batches(due_posts(run, adapter), adapter.metrics_batch):
        plans = affordable(run, adapter, claim, due)
        if not plans:
            return
        run.asked += len(plans)
        try:
            goes_on = ask_batch(run, adapter, claim, plans)
        except Exception:  # noqa: BLE001  the one loop here that survives anything: an adapter's fault costs its batch
            logger.exception("collecting from channel %s failed", run.channel_id)
            goes_on = give_up_on(run, plans, "unexpected")
        if not goes_on or not spares_publishing(adapter, claim) or not claim.renew():
            return


def due_posts(run: CollectionRun, adapter: Adapter) -> list[CollectionPlan]:
    plans = CollectionPlan.objects.filter(channel=run.channel_id, next_at__lte=timezone.now())
    if Capability.POST_METRICS not in adapter.capabilities:
        plans.update(next_at=None, code="not_supported")
        return []
    return list(plans.select_related("part__delivery").order_by("next_at", "part_id")[:POSTS_PER_RUN])


def batches(plans: Sequence[CollectionPlan], size: int) -> Iterator[Sequence[CollectionPlan]]:
    return (plans[at : at + size] for at in range(0, len(plans), max(size, 1)))


def affordable(
    run: CollectionRun, adapter: Adapter, claim: Claim, plans: Sequence[CollectionPlan]
) -> Sequence[CollectionPlan]:
    """As many of them, the longest due first, as the day's budget of reads allows; the rest is said and stays due."""
    granted = budget.take(run.channel.network, adapter, len(plans))
    if granted < len(plans):
        say_spent(run, claim)
        waiting = CollectionPlan.objects.filter(channel=run.channel_id, next_at__lte=timezone.now())
        waiting.exclude(pk__in=[plan.pk for plan in plans[:granted]]).update(code=budget.SPENT)
    return plans[:granted]


def say_spent(run: CollectionRun, claim: Claim) -> None:
    run.code = budget.SPENT
    claim.pause(budget.until_renewed())


def ask_batch(run: CollectionRun, adapter: Adapter, claim: Claim, plans: Sequence[CollectionPlan]) -> bool:
    """True when the next batch may be asked. A refused batch is halved until the post at fault stands alone."""
    try:
        answers = adapter.get_post_metrics([plan.part.remote_id for plan in plans])
    except Rejected as error:
        if len(plans) == 1:
            return give_up_on(run, plans, error.code)
        half = len(plans) // 2
        return ask_batch(run, adapter, claim, plans[:half]) and ask_batch(run, adapter, claim, plans[half:])
    except NetworkError as error:
        return heed(run, claim, error)
    keeping.keep_posts(run, plans, answers)
    return True


def ask_account(run: CollectionRun, adapter: Adapter, claim: Claim) -> bool:
    """The account's own figures, when they are due. True when its posts may be asked about too."""
    now = timezone.now()
    due = ChannelPlan.objects.filter(channel=run.channel_id, account_next_at__lte=now)
    if due.update(account_next_at=now + cadence.scaled(cadence.ACCOUNT_EVERY)) == 0:
        return True
    if Capability.ACCOUNT_METRICS not in adapter.capabilities:
        return True
    if not budget.take(run.channel.network, adapter, 1):
        say_spent(run, claim)
        return True
    try:
        keeping.keep_account(run, adapter.get_account_metrics())
    except Rejected as error:
        run.code = error.code
    except NetworkError as error:
        return heed(run, claim, error)
    return True


# When it goes wrong


def heed(run: CollectionRun, claim: Claim, error: NetworkError) -> bool:
    """The whole channel is concerned: note why, and leave it alone. Always False."""
    run.code = error.code
    if isinstance(error, NeedsReconnect):
        actor = system_actor("collector", run.channel.organisation_id)
        channels.needs_reconnect(run.channel, actor=actor, code=error.code)
        return False
    named = error.retry_after if isinstance(error, NotSent) else None
    most: float = settings.PUBLISHING_WAIT_MAX_SECONDS
    claim.pause(timedelta(seconds=min(named, most)) if named is not None else cadence.scaled(cadence.PAUSE))
    return False


def give_up_on(run: CollectionRun, plans: Sequence[CollectionPlan], code: str) -> bool:
    """These posts gave nothing this time; they are asked again at their next turn. Always True."""
    run.code = code
    keeping.postpone(plans, code)
    return True


def spares_publishing(adapter: Adapter, claim: Claim) -> bool:
    """Stop while the network's quota still has room for posts; go on when it is renewed."""
    rate = adapter.last_rate_limit
    if rate is None or rate.remaining is None or not rate.limit or rate.remaining > rate.limit * RESERVE:
        return True
    claim.pause((rate.resets_at - timezone.now()) if rate.resets_at else cadence.scaled(cadence.PAUSE))
    return False
