"""Scheduling: a signed variant is given a time, moved, held, cancelled. Releasing asks for a second factor.

Only people act here; what the machine does with a scheduled delivery is in publisher.py and recording.py.
"""

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.capabilities import Capability
from campaigns.lifecycle import CampaignState, VariantState
from campaigns.messengers import consent_lacking
from campaigns.models import Campaign, Variant
from chain.actors import Actor
from chain.engine import advance, begin
from chain.errors import Invalid, StaleState
from chain.reviewing import is_signed
from chain.trail import record
from publishing.claiming import publisher
from publishing.clearing import channel_ready, holds_over
from publishing.correction_models import Correction
from publishing.frozen import part_key, posts_of
from publishing.lifecycle import DeliveryState, HoldReason
from publishing.models import Delivery, Part
from publishing.recalling import is_recalled
from publishing.slots import fulfil
from publishing.telling import tell_about
from publishing.timing import future_or_refuse, refuse_outside

ALIVE = (
    DeliveryState.PENDING, DeliveryState.PREPARING, DeliveryState.SENDING, DeliveryState.PROCESSING,
    DeliveryState.UNCONFIRMED, DeliveryState.HELD, DeliveryState.FAILED, DeliveryState.PUBLISHED,
)  # fmt: skip
STILL_WAITING = (DeliveryState.PENDING, DeliveryState.PREPARING)
MOVABLE = (DeliveryState.PENDING, DeliveryState.HELD, DeliveryState.FAILED)
TAKEN_BACK = _("This version was taken back: correct it, and have the new one signed.")
VOID = _("Its text was changed after it was signed: schedule the new version once it is signed.")


@transaction.atomic
def schedule(*, variant: Variant, due_at: datetime, actor: Actor) -> Delivery:
    """Release a signed variant to go out once, at `due_at`.

    Raises Invalid (not signed, past time, brief unsigned, channel not ready), StaleState (it is scheduled already).
    """
    actor.require(Capability.RELEASE, on=variant)
    variant = (
        Variant.objects.select_for_update(of=("self",))
        .select_related("payload", "content__campaign", "content__claim", "channel")
        .get(pk=variant.pk)
    )
    refuse_unready(variant)
    due_at = future_or_refuse(due_at)
    refuse_outside(variant.content.campaign, due_at)
    if Delivery.objects.filter(variant=variant, payload=variant.payload, state__in=ALIVE).exists():
        raise StaleState(
            _("This version is scheduled already. Move it instead of scheduling it twice."), code="scheduled"
        )
    refuse_in_place(variant)
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


def refuse_in_place(variant: Variant, but: Delivery | None = None) -> None:
    """Raises StaleState where this version took the place of what went out, or is about to: it would stand twice."""
    there = Q(delivery__state=DeliveryState.PUBLISHED, payload=variant.payload)
    if Correction.objects.filter(there, ended_at=None, delivery__variant=variant).exclude(delivery=but).exists():
        raise StaleState(_("The post that is live was corrected with this version: it stands there."), code="in_place")


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
    fulfil(delivery, actor)
    return hold_if_frozen(delivery)


def hold_if_frozen(delivery: Delivery) -> Delivery:
    """What is released into the scope of a freeze is held from the start: lifting it must release nothing."""
    for hold in holds_over(delivery)[:1]:
        advance(
            delivery, DeliveryState.HELD, actor=publisher(delivery), why="incident", data={"hold": hold.pk},
            hold_reason=HoldReason.INCIDENT, reason="incident", reason_params={"hold": hold.pk},
        )  # fmt: skip
    return delivery


def refuse_frozen(delivery: Delivery) -> None:
    if holds_over(delivery):
        raise StaleState(
            _("Publishing is frozen here: it can be given a time once the freeze is lifted."), code="frozen"
        )


def refuse_unready(variant: Variant) -> None:
    if variant.state != VariantState.APPROVED or not is_signed(variant):
        raise Invalid(_("It is not signed at every gate yet, so it cannot be scheduled."), code="not_approved")
    if variant.content.campaign.state != CampaignState.SIGNED:
        raise Invalid(_("The campaign's brief is not signed. A manager must sign it first."), code="brief_not_signed")
    if variant.payload and is_recalled(variant.payload):
        raise Invalid(TAKEN_BACK, code="recalled")
    for lacks in consent_lacking(variant.content.campaign):
        raise Invalid(lacks.what, code=lacks.code)


@transaction.atomic
def move(*, delivery: Delivery, due_at: datetime, actor: Actor, seen: datetime | None = None) -> Delivery:
    """Give another time to a delivery that nobody can have seen yet; a held or failed one goes back to the queue.

    `seen` is the time that the person saw it at: if it stands at another by now, somebody moved it meanwhile.
    """
    actor.require(Capability.RELEASE, on=delivery)
    refuse_immovable(delivery)
    if seen is not None and seen != delivery.due_at:
        raise StaleState(_("Somebody moved it meanwhile: look at where it stands now, then decide."), code="moved")
    due_at = future_or_refuse(due_at)
    refuse_outside(delivery.campaign, due_at)
    refuse_frozen(delivery)
    free: dict[str, Any] = {
        "due_at": due_at, "not_before": None, "dispatched_until": None, "hold_reason": "", "reason": "",
        "reason_params": {}, "looked_ahead_at": None,
    }  # fmt: skip
    said = {"due_at": due_at.isoformat(), "from": delivery.due_at.isoformat()}
    if delivery.state != DeliveryState.PENDING:
        return advance(delivery, DeliveryState.PENDING, actor=actor, why="moved", data=said, **free)
    here = Delivery.objects.filter(pk=delivery.pk, state=DeliveryState.PENDING, due_at=delivery.due_at)
    if here.update(**free) != 1:
        raise StaleState
    record("delivery.moved", delivery, actor=actor, data=said)
    delivery.refresh_from_db()
    return delivery


def refuse_immovable(delivery: Delivery) -> None:
    """Raises with the reason why this delivery cannot be given another time, whatever the time."""
    if delivery.state not in MOVABLE:
        raise StaleState(_("It can no longer be moved: it is on its way, or ended."), code="too_late")
    refuse_void(delivery)


def refuse_void(delivery: Delivery) -> None:
    """A delivery of bytes that are no longer the signed ones never goes back to the queue."""
    if delivery.variant.payload_id != delivery.payload_id or delivery.variant.state != VariantState.APPROVED:
        raise Invalid(VOID, code="void")


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


def hold_unwilling(campaign: Campaign, actor: Actor, why: str) -> None:
    """Registered with campaigns: a messenger withdrew their consent, so what still waits in the campaign is held."""
    hold_campaign(campaign, actor, why, code="consent_missing")


def hold_campaign(campaign: Campaign, actor: Actor, why: str, code: str = "brief_not_signed") -> None:
    """Registered with campaigns: the brief's signature is withdrawn, so what still waits under it is held."""
    for delivery in Delivery.objects.select_for_update().filter(campaign=campaign, state__in=STILL_WAITING):
        advance(
            delivery, DeliveryState.HELD, actor=actor, why=why, hold_reason=HoldReason.NOT_APPROVED,
            reason=code, dispatched_until=None, lease_until=None,
        )  # fmt: skip
        tell_about(delivery, code=code)


def void_deliveries(variant: Variant, actor: Actor, why: str) -> None:
    """Registered with campaigns: an approval is void, so what is still waiting is held, in the same transaction.

    One already being sent is left alone and labelled: the earlier signed version went out.
    """
    reason = "approval_expired" if variant.state == VariantState.EXPIRED else "approval_void"
    for delivery in Delivery.objects.select_for_update().filter(variant=variant, state__in=STILL_WAITING):
        advance(
            delivery, DeliveryState.HELD, actor=actor, why=why, hold_reason=HoldReason.APPROVAL_VOID,
            reason=reason, dispatched_until=None, lease_until=None,
        )  # fmt: skip
        tell_about(delivery, code=reason)
    gone_on = (DeliveryState.SENDING, DeliveryState.PROCESSING, DeliveryState.UNCONFIRMED, DeliveryState.PUBLISHED)
    Delivery.objects.filter(variant=variant, state__in=gone_on).update(superseded=True)
