"""Owns the judgement of a run: by the network's own timeline first, then by what stands in our database.

Import it only after django.setup().
"""

import hashlib
import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Count

from chain import sealing
from chain.models import Event
from networks.registry import adapter_class
from publishing.channels import adapter_for
from publishing.frozen import post_of, posts_of
from publishing.lifecycle import DeliveryState
from publishing.models import Attempt, Delivery, Outcome
from sandbox.testing import SandboxClient

UNDER_WAY = (DeliveryState.PENDING, DeliveryState.PREPARING, DeliveryState.SENDING, DeliveryState.PROCESSING)
NOT_OUT = (DeliveryState.FAILED, DeliveryState.HELD, DeliveryState.MISSED, DeliveryState.CANCELLED)


@dataclass(frozen=True)
class Seen:
    """What a network shows of one delivery: how often, and when first (its own clock, epoch seconds; None: nowhere)."""

    copies: int
    first_at: float | None


Look = Callable[[Sequence[Delivery]], dict[int, Seen]]


def on_simulator(network: SandboxClient, dialect: str) -> Look:
    """By the simulator's timeline, which knows the microsecond at which each request came in."""

    def look(deliveries: Sequence[Delivery]) -> dict[int, Seen]:
        times: dict[str, list[float]] = {}
        for post in network.posts(dialect):
            times.setdefault(post["text"], []).append(float(post["received_at"]))
        found = {d.pk: times.get(posts_of(d.payload)[0].text, []) for d in deliveries}
        return {pk: Seen(len(at), min(at, default=None)) for pk, at in found.items()}

    return look


def by_asking(deliveries: Sequence[Delivery]) -> dict[int, Seen]:
    """By what a foreign network lists of the account, read back through the product's own adapter."""
    seen = {}
    for delivery in deliveries:
        part = delivery.parts.select_related("delivery__payload", "delivery__channel").get(position=0)
        since = delivery.due_at - timedelta(minutes=5)
        found = adapter_for(delivery.channel).find_published(post_of(part), part.key, since)
        posts = [post for post in (found.found, *found.others) if post]
        seen[delivery.pk] = Seen(len(posts), min((p.published_at.timestamp() for p in posts), default=None))
    return seen


def reads_back(dialect: str) -> bool:
    return "find_published" in adapter_class(dialect).capabilities


@dataclass(frozen=True)
class Verdict:
    """Counts of deliveries, but for `attempts`. `settled` once none is under way."""

    posts: int
    once: int
    lost: int
    doubled: int
    unconfirmed: int
    failed: int
    wrongly_failed: int
    wrongly_published: int
    under_way: int
    attempts: int
    reconciled: int

    @property
    def is_settled(self) -> bool:
        return not self.under_way and not self.unconfirmed


def judge(deliveries: Sequence[Delivery], look: Look) -> Verdict:
    """`lost`: nowhere on the network, and its state tells no person so; `wrongly_…`: our word against the network's."""
    states = dict(Delivery.objects.filter(pk__in=[d.pk for d in deliveries]).values_list("pk", "state"))
    seen = look(deliveries)
    at = Counter(states.values())
    absent = [pk for pk in states if not seen[pk].copies]
    out = [pk for pk in states if seen[pk].copies]
    return Verdict(
        posts=len(deliveries),
        once=sum(seen[pk].copies == 1 for pk in states),
        lost=sum(states[pk] not in (*NOT_OUT, *UNDER_WAY, DeliveryState.UNCONFIRMED) for pk in absent),
        doubled=sum(seen[pk].copies > 1 for pk in states),
        unconfirmed=at[DeliveryState.UNCONFIRMED],
        failed=at[DeliveryState.FAILED],
        wrongly_failed=sum(states[pk] in NOT_OUT for pk in out)
        + sum(states[pk] == DeliveryState.FAILED for pk in absent),
        wrongly_published=sum(states[pk] == DeliveryState.PUBLISHED for pk in absent),
        under_way=sum(at[state] for state in UNDER_WAY),
        attempts=Attempt.objects.filter(delivery__in=deliveries).count(),
        reconciled=Delivery.objects.filter(pk__in=states, look_ups__found_remote_id__gt="").distinct().count(),
    )


def verified(deliveries: Sequence[Delivery]) -> dict[str, Any]:
    """What the trail, the attempts and the digests say, by count; each must agree with the others."""
    ids = [str(delivery.pk) for delivery in deliveries]
    told = Event.objects.filter(subject_type="publishing.delivery", subject_id__in=ids, verb="delivery.published")
    trail = sealing.verify()
    sent = Attempt.objects.filter(delivery__in=deliveries, outcome=Outcome.PUBLISHED)
    return {
        "events_published": told.count(),
        "told_twice": told.values("subject_id").annotate(n=Count("id")).filter(n__gt=1).count(),
        "attempts_published": sent.count(),
        "digests_intact": sum(is_intact(delivery) for delivery in deliveries),
        "audit_breaks": len(trail.breaks),
        "audit_unsealed": trail.unsealed,
    }


def is_intact(delivery: Delivery) -> bool:
    return hashlib.sha256(delivery.payload.canonical.encode()).hexdigest() == delivery.payload.digest


def percentile(values: Sequence[float], share: float) -> float:
    """Nearest rank: a value that was really measured. NaN where nothing was."""
    ordered = sorted(values)
    return round(ordered[max(0, math.ceil(share * len(ordered)) - 1)], 3) if ordered else math.nan


def spans(deliveries: Sequence[Delivery], seen: dict[int, Seen]) -> dict[str, float]:
    """Medians in seconds: due to claimed, to the start of the send, to the network, to the record of the answer."""
    first: dict[int, Attempt] = {}
    for attempt in Attempt.objects.filter(delivery__in=deliveries).order_by("-number"):
        first[attempt.delivery_id] = attempt
    rows = [
        (d.due_at.timestamp(), a.started_at.timestamp(), a.send_started_at.timestamp(), at, a.answered_at.timestamp())
        for d in deliveries
        if (a := first.get(d.pk)) and (at := seen[d.pk].first_at) and a.send_started_at and a.answered_at
    ]
    names = ("due_to_claimed", "claimed_to_entered", "entered_to_received", "received_to_recorded")
    return {name: percentile([row[n + 1] - row[n] for row in rows], 0.5) for n, name in enumerate(names)}
