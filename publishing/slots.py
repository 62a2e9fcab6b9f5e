"""Slots: what people plan on the calendar before anything is signed. Nothing goes out by a slot, ever.

A slot is planned, filled with a variant, moved, removed; the release of that variant at that time fulfils it.
"""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.capabilities import Capability
from campaigns.lifecycle import CampaignState, VariantState
from campaigns.models import Campaign, Variant
from chain.actors import Actor
from chain.engine import advance, begin
from chain.errors import Invalid, StaleState
from chain.trail import record
from publishing.lifecycle import SlotState
from publishing.models import Channel, Delivery, Slot
from publishing.timing import future_or_refuse, refuse_outside

OPEN = (SlotState.PLANNED, SlotState.FILLED)


@transaction.atomic
def plan(
    *,
    campaign: Campaign,
    channel: Channel,
    due_at: datetime,
    title: str,
    actor: Actor,
    note: str = "",
    variant: Variant | None = None,
) -> Slot:
    """Put a plan on the calendar. Raises Invalid (past, outside the campaign, no title, campaign closed)."""
    actor.require(Capability.SCHEDULE, on=campaign)
    actor.require(Capability.SCHEDULE, on=channel)
    if campaign.state == CampaignState.CLOSED:
        raise Invalid(_("The campaign is closed: nothing more is planned for it."), code="closed", field="campaign")
    slot = Slot(
        organisation_id=campaign.organisation_id,
        campaign=campaign,
        channel=channel,
        due_at=checked(campaign, due_at),
        title=named(title),
        note=note,
        created_by_id=actor.user_id or 0,
        created_at=timezone.now(),
    )
    begin(slot, actor=actor, data={"due_at": slot.due_at.isoformat(), "title": slot.title})
    return fill(slot=slot, variant=variant, actor=actor) if variant else slot


@transaction.atomic
def rewrite(*, slot: Slot, title: str, note: str, actor: Actor) -> Slot:
    """Say otherwise what the slot is for."""
    return change(slot, actor, "slot.edited", title=named(title), note=note)


@transaction.atomic
def move(*, slot: Slot, due_at: datetime, actor: Actor, seen: datetime | None = None) -> Slot:
    """Plan it for another time. `seen` as in scheduling.move."""
    actor.require(Capability.SCHEDULE, on=slot)
    if seen is not None and seen != slot.due_at:
        raise StaleState(_("Somebody moved it meanwhile: look at where it stands now, then decide."), code="moved")
    return change(slot, actor, "slot.moved", due_at=checked(slot.campaign, due_at))


@transaction.atomic
def fill(*, slot: Slot, variant: Variant, actor: Actor) -> Slot:
    """Say which text is meant for it: one of this campaign, written for this channel."""
    actor.require(Capability.SCHEDULE, on=slot)
    actor.require(Capability.SCHEDULE, on=variant)
    refuse_settled(slot)
    if variant.channel_id != slot.channel_id or variant.content.campaign_id != slot.campaign_id:
        raise Invalid(
            _("This text is of another campaign, or written for another channel."), code="misfit", field="variant"
        )
    if variant.state == VariantState.WITHDRAWN:
        raise Invalid(_("This text was withdrawn. Choose another."), code="withdrawn", field="variant")
    if slot.state == SlotState.FILLED:
        return change(slot, actor, "slot.edited", variant=variant)
    return advance(slot, SlotState.FILLED, actor=actor, data={"variant": variant.pk}, variant_id=variant.pk)


@transaction.atomic
def empty(*, slot: Slot, actor: Actor) -> Slot:
    """Take its text away again; the plan stays."""
    actor.require(Capability.SCHEDULE, on=slot)
    refuse_settled(slot)
    if slot.state == SlotState.PLANNED:
        return slot
    return advance(slot, SlotState.PLANNED, actor=actor, variant_id=None)


@transaction.atomic
def remove(*, slot: Slot, actor: Actor, why: str = "") -> Slot:
    actor.require(Capability.SCHEDULE, on=slot)
    refuse_settled(slot)
    return advance(slot, SlotState.REMOVED, actor=actor, why=why)


def fulfil(delivery: Delivery, actor: Actor) -> None:
    """A variant was released: the slot it was meant for, at that minute, is fulfilled. Called by its release."""
    waiting = Slot.objects.filter(state=SlotState.FILLED, variant_id=delivery.variant_id, due_at=delivery.due_at)
    for slot in waiting:
        advance(slot, SlotState.FULFILLED, actor=actor, data={"delivery": delivery.pk}, delivery_id=delivery.pk)


def planned_for(variant: Variant) -> Slot | None:
    """The next slot that waits for this variant."""
    waiting = Slot.objects.filter(state=SlotState.FILLED, variant=variant, due_at__gt=timezone.now())
    return waiting.order_by("due_at").first()


def change(slot: Slot, actor: Actor, verb: str, **columns: Any) -> Slot:
    """Write columns of an open slot, and say so in the trail."""
    actor.require(Capability.SCHEDULE, on=slot)
    refuse_settled(slot)
    if Slot.objects.filter(pk=slot.pk, state=slot.state, due_at=slot.due_at).update(**columns) != 1:
        raise StaleState
    record(verb, slot, actor=actor, data={name: said(value) for name, value in columns.items()})
    for name, value in columns.items():
        setattr(slot, name, value)
    return slot


def said(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return value if isinstance(value, str) else value.pk


def refuse_settled(slot: Slot) -> None:
    if slot.state not in OPEN:
        raise StaleState(_("This slot was released or removed already."), code="settled")


def checked(campaign: Campaign, due_at: datetime) -> datetime:
    due_at = future_or_refuse(due_at)
    refuse_outside(campaign, due_at)
    return due_at


def named(title: str) -> str:
    title = title.strip()
    if not title:
        raise Invalid(_("Say in a few words what it is for."), code="no_title", field="title")
    return title
