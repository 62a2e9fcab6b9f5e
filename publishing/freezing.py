"""Freezing: one act stops everything in a scope; lifting it takes two different people, and nothing goes out by itself.

The freeze takes the organisation's exclusive lock while a send enters under the shared one: after the click nothing new
can enter, and the answer lists by name what was already in.
"""

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.access import people_with
from accounts.capabilities import Capability
from campaigns.models import Campaign
from chain import notices
from chain.actors import Actor
from chain.engine import advance, begin
from chain.errors import Invalid, NotAllowed, NotFound, StaleState
from chain.locks import LockKind, lock_exclusive
from chain.models import Hold, HoldState
from chain.trail import record
from publishing.clearing import covers
from publishing.lifecycle import DeliveryState
from publishing.models import Channel, Delivery

SCOPES = {"everything", "campaign", "channel", "network"}


def in_force(organisation_id: int) -> QuerySet[Hold]:
    return Hold.objects.filter(organisation_id=organisation_id, state=HoldState.ACTIVE).select_related(
        "placed_by", "first_agreed_by"
    )


@transaction.atomic
def freeze(*, actor: Actor, scope: str, scope_id: str = "", reason: str) -> Hold:
    """Stop everything in a scope at once. `already_in` of the answer lists what was being sent at the click.

    Raises Invalid (no reason, unknown scope), NotFound (a scope of another institution), NotAllowed.
    """
    hold = Hold(
        organisation_id=actor.organisation_id or 0,
        scope=scope,
        scope_id=scope_id,
        reason=reason.strip(),
        placed_by_id=actor.user_id or 0,
        placed_at=timezone.now(),
    )
    actor.require(Capability.FREEZE, on=hold)
    refuse_odd_scope(hold)
    if not hold.reason:
        raise Invalid(_("Say in a sentence why publishing stops: everyone will read it."), field="reason")
    lock_exclusive(LockKind.SENDING, hold.organisation_id)
    hold.already_in = already_in(hold)
    begin(
        hold, actor=actor, why=hold.reason, data={"scope": scope, "scope_id": scope_id, "already_in": hold.already_in}
    )
    tell_everyone(hold)
    return hold


def refuse_odd_scope(hold: Hold) -> None:
    """Whoever freezes must be sure that it stops something: a scope that covers nothing of theirs is not found."""
    if hold.scope not in SCOPES or bool(hold.scope_id) == (hold.scope == "everything"):
        raise Invalid(_("Choose what to stop: everything, a campaign, a channel or a network."), field="scope")
    if hold.scope != "everything" and hold.scope_id not in own_scopes(hold.organisation_id, hold.scope):
        raise NotFound


def own_scopes(organisation_id: int, scope: str) -> set[str]:
    """The ids of an institution's campaigns or channels, or its networks' slugs, as clearing.covers reads them."""
    columns = {"campaign": (Campaign, "pk"), "channel": (Channel, "pk"), "network": (Channel, "network")}
    model, column = columns[scope]
    found = model._default_manager.filter(organisation_id=organisation_id)
    return {str(value) for value in found.values_list(column, flat=True)}


def already_in(hold: Hold) -> list[dict[str, object]]:
    """What is past the point of no return at this moment."""
    sending = Delivery.objects.filter(
        organisation_id=hold.organisation_id, state__in=(DeliveryState.SENDING, DeliveryState.PROCESSING)
    ).select_related("variant__content", "channel")
    return [
        {"delivery": d.pk, "title": d.variant.content.title, "channel": d.channel.handle}
        for d in sending
        if covers(hold, d)
    ]


def tell_everyone(hold: Hold) -> None:
    notices.tell(
        people_with(hold.organisation_id, Capability.VIEW_DELIVERIES),
        kind="freeze",
        title=_("Publishing is frozen"),
        body=hold.reason,
        link="/deliveries/",
        once=f"freeze:{hold.pk}",
        organisation_id=hold.organisation_id,
    )


@transaction.atomic
def agree_to_resume(*, hold: Hold, actor: Actor) -> Hold:
    """Agree that a freeze may be lifted. The second, different person lifts it; held posts stay held."""
    actor.require(Capability.RESUME, on=hold)
    if actor.user_id is None:
        raise NotAllowed
    hold = Hold.objects.select_for_update().get(pk=hold.pk)
    if hold.state != HoldState.ACTIVE:
        raise StaleState(_("This freeze was lifted already."))
    if hold.first_agreed_by_id == actor.user_id:
        raise NotAllowed(_("You agreed already: a second person must agree too."), code="needs_another")
    if hold.first_agreed_by_id is None:
        hold.first_agreed_by_id, hold.first_agreed_at = actor.user_id, timezone.now()
        hold.save(update_fields=["first_agreed_by", "first_agreed_at"])
        record("hold.agreed", hold, actor=actor)
        return hold
    return advance(hold, HoldState.RELEASED, actor=actor, released_by_id=actor.user_id, released_at=timezone.now())
