"""Scheduling: a signed variant is given a time, moved, held, cancelled. Releasing asks for a second factor.

Only people act here; what the machine does with a scheduled delivery is in publisher.py and recording.py.
"""

from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.capabilities import Capability
from campaigns.lifecycle import CampaignState, VariantState
from campaigns.models import Variant
from chain.actors import Actor
from chain.engine import advance, begin
from chain.errors import Invalid, StaleState
from chain.reviewing import is_signed
from chain.trail import record
from publishing.clearing import channel_ready
from publishing.frozen import part_key, posts_of
from publishing.lifecycle import DeliveryState, HoldReason
from publishing.models import Delivery, Part
from publishing.telling import tell_about

ALIVE = (
    DeliveryState.PENDING, DeliveryState.PREPARING, DeliveryState.SENDING, DeliveryState.PROCESSING,
    DeliveryState.UNCONFIRMED, DeliveryState.HELD, DeliveryState.FAILED, DeliveryState.PUBLISHED,
)  # fmt: skip
GRACE = timedelta(minutes=1)
"""A time this little in the past is "now": people type minutes."""


@transaction.atomic
def schedule(*, variant: Variant, due_at: datetime, actor: Actor) -> Delivery:
    """Release a signed variant to go out once, at `due_at`.

    Raises Invalid (not signed, past time, brief unsigned, channel not ready), StaleState (it is scheduled already).
    """
    actor.require(Capability.RELEASE, on=variant)
    variant = (
        Variant.objects.select_for_update(of=("self",))
        .select_related("payload", "content__campaign", "channel")
        .get(pk=variant.pk)
    )
    refuse_unready(variant)
    due_at = future_or_refuse(due_at)
    if Delivery.objects.filter(variant=variant, payload=variant.payload, state__in=ALIVE).exists():
        raise StaleState(
            _("This version is scheduled already. Move it instead of scheduling it twice."), code="scheduled"
        )
    delivery = Delivery(
        organisation_id=variant.organisation_id,
        campaign=variant.content.campaign,
        variant=variant,
        payload=variant.payload,
        channel=variant.channel,
        due_at=due_at,
        scheduled_by_id=actor.user_id or 0,
        created_at=timezone.now(),
    )
    if obstacle := channel_ready(delivery):
        raise Invalid(_("The channel is not ready: connect it again first."), code=obstacle.code)
    return save_with_parts(delivery, actor)


def save_with_parts(delivery: Delivery, actor: Actor) -> Delivery:
    try:
        with transaction.atomic():
            begin(
                delivery, actor=actor, data={"due_at": delivery.due_at.isoformat(), "digest": delivery.payload.digest}
            )
    except IntegrityError as error:
        raise Invalid(_("It lacks a signature. Ask its reviewers."), code="not_approved") from error
    for position in range(len(posts_of(delivery.payload))):
        Part.objects.create(delivery=delivery, position=position, key=part_key(delivery, position))
    return delivery


def refuse_unready(variant: Variant) -> None:
    if variant.state != VariantState.APPROVED or not is_signed(variant):
        raise Invalid(_("It is not signed at every gate yet, so it cannot be scheduled."), code="not_approved")
    if variant.content.campaign.state != CampaignState.SIGNED:
        raise Invalid(_("The campaign's brief is not signed. A manager must sign it first."), code="brief_not_signed")


def future_or_refuse(due_at: datetime) -> datetime:
    now = timezone.now()
    if due_at < now - GRACE:
        raise Invalid(_("This time is past. Choose one that is still to come."), code="past_time", field="due_at")
    return max(due_at, now)


@transaction.atomic
def move(*, delivery: Delivery, due_at: datetime, actor: Actor) -> Delivery:
    """Give another time to a delivery that nobody can have seen yet; a held or failed one goes back to the queue."""
    actor.require(Capability.RELEASE, on=delivery)
    due_at = future_or_refuse(due_at)
    free: dict[str, Any] = {
        "due_at": due_at, "not_before": None, "dispatched_until": None, "hold_reason": "", "reason": "",
        "reason_params": {},
    }  # fmt: skip
    if delivery.state == DeliveryState.PENDING:
        touched = Delivery.objects.filter(pk=delivery.pk, state=DeliveryState.PENDING).update(**free)
        if touched != 1:
            raise StaleState
        record("delivery.moved", delivery, actor=actor, data={"due_at": due_at.isoformat()})
        delivery.refresh_from_db()
        return delivery
    if delivery.state not in (DeliveryState.HELD, DeliveryState.FAILED):
        raise StaleState(_("It can no longer be moved: it is on its way, or ended."), code="too_late")
    refuse_void(delivery)
    return advance(
        delivery, DeliveryState.PENDING, actor=actor, why="moved", data={"due_at": due_at.isoformat()}, **free
    )


def refuse_void(delivery: Delivery) -> None:
    """A delivery of bytes that are no longer the signed ones never goes back to the queue."""
    if delivery.variant.payload_id != delivery.payload_id or delivery.variant.state != VariantState.APPROVED:
        raise Invalid(
            _("Its text was changed after it was signed: schedule the new version once it is signed."), code="void"
        )


@transaction.atomic
def hold(*, delivery: Delivery, actor: Actor, why: str) -> Delivery:
    actor.require(Capability.HOLD, on=delivery)
    if delivery.state != DeliveryState.PENDING:
        raise StaleState(_("It can no longer be held: it is on its way, or ended."), code="too_late")
    return advance(
        delivery, DeliveryState.HELD, actor=actor, why=why, hold_reason=HoldReason.PERSON, reason="held_by_person",
        dispatched_until=None,
    )  # fmt: skip


@transaction.atomic
def cancel(*, delivery: Delivery, actor: Actor, why: str = "") -> Delivery:
    actor.require(Capability.RELEASE, on=delivery)
    if delivery.state not in (DeliveryState.PENDING, DeliveryState.HELD, DeliveryState.FAILED):
        raise StaleState(_("It can no longer be cancelled: it is on its way, or ended."), code="too_late")
    return advance(delivery, DeliveryState.CANCELLED, actor=actor, why=why, settled_at=timezone.now())


def void_deliveries(variant: Variant, actor: Actor, why: str) -> None:
    """Registered with campaigns: an approval is void, so what is still waiting is held, in the same transaction.

    One already being sent is left alone and labelled: the earlier signed version went out.
    """
    waiting = (DeliveryState.PENDING, DeliveryState.PREPARING)
    for delivery in Delivery.objects.select_for_update().filter(variant=variant, state__in=waiting):
        advance(
            delivery, DeliveryState.HELD, actor=actor, why=why, hold_reason=HoldReason.APPROVAL_VOID,
            reason="approval_void", dispatched_until=None, lease_until=None,
        )  # fmt: skip
        tell_about(delivery, code="approval_void")
    gone_on = (DeliveryState.SENDING, DeliveryState.PROCESSING, DeliveryState.UNCONFIRMED, DeliveryState.PUBLISHED)
    Delivery.objects.filter(variant=variant, state__in=gone_on).update(superseded=True)
