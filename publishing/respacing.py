"""Respacing: after an outage or a freeze what was kept back is listed with new times, apart from each other and in
order, which a person looks at, changes and releases in one act.

Nothing here goes out by itself: the times are a proposal until somebody with the right to release takes them.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.capabilities import Capability
from campaigns.lifecycle import VariantState
from chain.actors import Actor
from chain.errors import DomainError, Invalid, NotFound, StaleState
from chain.models import Hold
from publishing.access import allow, deliveries_of
from publishing.claiming import read_for_decision
from publishing.clearing import channel_ready, forbidden
from publishing.freezing import STILL_WAITING, in_force
from publishing.lifecycle import DeliveryState, HoldReason
from publishing.models import Delivery
from publishing.pacing import spacing_of
from publishing.reasons import reason_of
from publishing.scheduling import move
from publishing.scoping import covers
from publishing.timing import refuse_outside

KEPT_BACK = Q(state=DeliveryState.HELD, hold_reason__in=[HoldReason.LATE, HoldReason.INCIDENT])
SHOWN = 50
SOON = timedelta(minutes=5)
"""The first proposed time leaves this long for looking at the list."""
Words = str | Promise


@dataclass(frozen=True)
class Proposal:
    """A post that was kept back, and the time proposed for it; None where `why_not` says what must come first."""

    delivery: Delivery
    due_at: datetime | None
    why_not: Words = ""


@dataclass(frozen=True)
class Released:
    """The deliveries that got their times, and the sentence for each that did not."""

    moved: list[int]
    refused: dict[int, str]


def kept_back(actor: Actor, freeze_id: int | None = None) -> QuerySet[Delivery]:
    """What an outage or a freeze kept back, the first due first; of one freeze where its id is given."""
    allow(actor, Capability.VIEW_DELIVERIES)
    found = deliveries_of(actor).filter(KEPT_BACK).order_by("due_at", "pk")
    return found.filter(reason_params__hold=freeze_id) if freeze_id else found


def propose(deliveries: Sequence[Delivery]) -> list[Proposal]:
    """Times for these deliveries of one institution: in their order, apart from each other and from what is scheduled.

    A time that is still to come is kept where it is free. The queries do not grow with the deliveries.
    """
    if not deliveries:
        return []
    holds = list(in_force(deliveries[0].organisation_id))
    taken = times_taken({delivery.channel_id for delivery in deliveries})
    return [proposal_for(delivery, holds, taken) for delivery in deliveries]


def proposal_for(delivery: Delivery, holds: list[Hold], taken: dict[int, list[datetime]]) -> Proposal:
    if why_not := hindrance(delivery, holds):
        return Proposal(delivery, None, why_not)
    times = taken.setdefault(delivery.channel_id, [])
    due_at = first_free(times, max(timezone.now() + SOON, delivery.due_at), spacing_of(delivery.channel))
    try:
        refuse_outside(delivery.campaign, due_at)
    except Invalid as refused:
        return Proposal(delivery, None, refused.message)
    times.append(due_at)
    return Proposal(delivery, due_at)


def hindrance(delivery: Delivery, holds: Iterable[Hold]) -> Words:
    """What is known without asking further; all of it is looked at again when it is released and when it is sent."""
    if any(covers(hold, delivery) for hold in holds):
        return reason_of("incident").title
    if delivery.variant.state != VariantState.APPROVED or delivery.variant.payload_id != delivery.payload_id:
        return reason_of("approval_void").title
    obstacle = channel_ready(delivery)
    return reason_of(obstacle.code).title if obstacle else ""


def times_taken(channel_ids: Iterable[int]) -> dict[int, list[datetime]]:
    """When posts are already due on these channels from now on."""
    waiting = Delivery.objects.filter(
        channel_id__in=channel_ids, state__in=STILL_WAITING, due_at__gte=timezone.now() - timedelta(days=1)
    )
    found: dict[int, list[datetime]] = {}
    for channel_id, due_at in waiting.values_list("channel_id", "due_at"):
        found.setdefault(channel_id, []).append(due_at)
    return found


def first_free(taken: Iterable[datetime], at: datetime, gap: timedelta) -> datetime:
    """The first whole minute from `at` on that is `gap` away from all that is taken."""
    at = whole_minute(at)
    for other in sorted(taken):
        if abs(other - at) < gap:
            at = whole_minute(other + gap)
    return at


def whole_minute(at: datetime) -> datetime:
    down = at.replace(second=0, microsecond=0)
    return down if down == at else down + timedelta(minutes=1)


def release(*, wanted: Mapping[int, datetime], actor: Actor) -> Released:
    """Give each its time, each cleared again; what cannot go stays as it is and says why.

    Raises Invalid (none chosen), NotFound (one of another institution), NotAllowed, SecondFactorNeeded.
    """
    if not wanted:
        raise Invalid(_("Choose at least one post."), code="none_chosen", field="deliveries")
    own = {delivery.pk: delivery for delivery in deliveries_of(actor).filter(pk__in=wanted)}
    if set(own) != set(wanted):
        raise NotFound
    for delivery in own.values():
        actor.require(Capability.RELEASE, on=delivery)
    refused: dict[int, str] = {}
    for pk, due_at in sorted(wanted.items(), key=lambda item: (item[1], item[0])):
        try:
            release_one(pk, due_at, actor)
        except DomainError as error:
            refused[pk] = str(error)
    return Released([pk for pk in wanted if pk not in refused], refused)


@transaction.atomic
def release_one(delivery_id: int, due_at: datetime, actor: Actor) -> None:
    delivery = read_for_decision(delivery_id)
    if not Delivery.objects.filter(KEPT_BACK, pk=delivery_id).exists():
        raise StaleState(_("It was settled meanwhile: look at it again."), code="settled")
    if obstacle := forbidden(delivery):
        raise Invalid(reason_of(obstacle.code, obstacle.params).title, code=obstacle.code)
    refuse_crowding(delivery, due_at)
    move(delivery=delivery, due_at=due_at, actor=actor)


def refuse_crowding(delivery: Delivery, due_at: datetime) -> None:
    """Two posts nearer than the channel's distance would be the burst that this page is there to prevent."""
    gap = spacing_of(delivery.channel)
    near = Delivery.objects.filter(
        channel_id=delivery.channel_id, state__in=STILL_WAITING, due_at__gt=due_at - gap, due_at__lt=due_at + gap
    )
    if near.exclude(pk=delivery.pk).exists():
        raise Invalid(
            _("Another post of its channel is too near: choose a time further away."), code="too_near", field="due_at"
        )
