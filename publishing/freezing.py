"""Freezing: one act stops everything in a scope; lifting it takes two different people, and nothing goes out by itself.

The freeze takes the organisation's exclusive lock while a send enters under the shared one: after the click nothing new
can enter, and the answer lists by name what was already in. What waits in the scope is held by name, at the click and
as long as the freeze lasts, so that lifting it releases nothing.
"""

from django.db import transaction
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.access import people_with
from accounts.capabilities import Capability
from chain import notices
from chain.actors import Actor
from chain.compiled import Compiled
from chain.engine import advance, begin
from chain.errors import Invalid, NotAllowed, NotFound, StaleState
from chain.locks import LockKind, lock_exclusive
from chain.models import Hold, HoldState
from chain.trail import record
from publishing.claiming import publisher
from publishing.lifecycle import DeliveryState, HoldReason
from publishing.models import Attempt, Delivery, Outcome
from publishing.scoping import IN_THE_PAYLOAD, SCOPES, covers, folded_tag, is_own, label_of

STILL_WAITING = (DeliveryState.PENDING, DeliveryState.PREPARING)
BATCH = 50
AT_THE_CLICK = 50
"""So many posts are held before the click is answered; none of the others can enter a send, and beat holds them."""


def in_force(organisation_id: int) -> QuerySet[Hold]:
    return Hold.objects.filter(organisation_id=organisation_id, state=HoldState.ACTIVE).select_related(
        "placed_by", "first_agreed_by"
    )


stops = Compiled(in_force)
"""Those in force in an institution, as a list (chain/compiled.py)."""


def freeze(*, actor: Actor, scope: str, scope_id: str = "", reason: str) -> Hold:
    """Stop everything in a scope at once. `already_in` of the answer lists what was being sent at the click.

    Raises Invalid (no reason, unknown scope), NotFound (a scope of another institution), NotAllowed.
    """
    hold = place(
        Hold(
            organisation_id=actor.organisation_id or 0,
            scope=scope,
            scope_id=folded_tag(scope_id) if scope == "tag" else scope_id,
            reason=reason.strip(),
            placed_by_id=actor.user_id or 0,
            placed_at=timezone.now(),
        ),
        actor,
    )
    hold_waiting(hold, limit=AT_THE_CLICK)
    return hold


@transaction.atomic
def place(hold: Hold, actor: Actor) -> Hold:
    """From the moment the lock is ours nothing of this institution enters a send; at the commit the freeze stands."""
    actor.require(Capability.FREEZE, on=hold)
    refuse_odd_scope(hold)
    if not hold.reason:
        raise Invalid(_("Say in a sentence why publishing stops: everyone will read it."), field="reason")
    lock_exclusive(LockKind.SENDING, hold.organisation_id)
    hold.already_in = already_in(hold)
    said = {"scope": hold.scope, "scope_id": hold.scope_id, "already_in": hold.already_in}
    begin(hold, actor=actor, why=hold.reason, data=said)
    tell_everyone(hold)
    return hold


def refuse_odd_scope(hold: Hold) -> None:
    """Whoever freezes must be sure that it stops something: a scope that covers nothing of theirs is not found."""
    if hold.scope not in SCOPES or bool(hold.scope_id) == (hold.scope == "everything"):
        raise Invalid(_("Choose what to stop: everything, or a part of it."), field="scope")
    if not is_own(hold.organisation_id, hold.scope, hold.scope_id):
        raise NotFound


def already_in(hold: Hold) -> list[dict[str, object]]:
    """What is past the point of no return at this moment."""
    sending = within(hold, (DeliveryState.SENDING, DeliveryState.PROCESSING))
    return [{"delivery": d.pk, "title": d.variant.content.title, "channel": d.channel.handle} for d in sending]


def within(hold: Hold, states: tuple[DeliveryState, ...], limit: int | None = None) -> list[Delivery]:
    """The deliveries of the scope that are in one of these states, the next due first."""
    narrower: dict[str, Q] = {
        "network": Q(channel__network=hold.scope_id),
        "channel": Q(channel_id=hold.scope_id),
        "campaign": Q(campaign_id=hold.scope_id),
        "concept": Q(variant__content__claim__concept_id=hold.scope_id),
        "language": Q(payload__canonical__contains=f'"language":"{hold.scope_id}"'),
    }
    found = Delivery.objects.filter(narrower.get(hold.scope, Q()), organisation_id=hold.organisation_id)
    rows = found.filter(state__in=states).select_related("channel", "payload", "variant__content__claim")
    rows = rows.order_by("due_at", "pk")
    known = rows[:limit] if hold.scope not in IN_THE_PAYLOAD else rows
    return [delivery for delivery in known if covers(hold, delivery)][:limit]


def hold_waiting(hold: Hold, limit: int | None = None) -> int:
    """Hold by name what waits in the scope; how many. A row that a worker has locked at this moment is left to beat."""
    ids = [delivery.pk for delivery in within(hold, STILL_WAITING, limit)]
    return sum(hold_some(hold, ids[start : start + BATCH]) for start in range(0, len(ids), BATCH))


@transaction.atomic
def hold_some(hold: Hold, ids: list[int]) -> int:
    waiting = Delivery.objects.select_for_update(of=("self",), skip_locked=True)
    found = list(waiting.filter(pk__in=ids, state__in=STILL_WAITING).order_by("due_at", "pk"))
    for delivery in found:
        hold_one(hold, delivery)
    return len(found)


def hold_one(hold: Hold, delivery: Delivery) -> None:
    """`delivery` is locked. A worker that is preparing it loses it: its send never begins."""
    if delivery.state == DeliveryState.PREPARING:
        running = Attempt.objects.filter(delivery=delivery, number=delivery.attempts_made, outcome=Outcome.RUNNING)
        running.update(outcome=Outcome.NOT_SENT, code="incident")
    advance(
        delivery, DeliveryState.HELD, actor=publisher(delivery), why="incident", data={"hold": hold.pk},
        hold_reason=HoldReason.INCIDENT, reason="incident", reason_params={"hold": hold.pk},
        not_before=None, dispatched_until=None, lease_until=None,
    )  # fmt: skip


def hold_all() -> int:
    """For beat: what came into the scope of a freeze meanwhile, by whatever road, is held too."""
    return sum(hold_waiting(hold) for hold in Hold.objects.filter(state=HoldState.ACTIVE).order_by("pk"))


def tell_everyone(hold: Hold) -> None:
    notices.tell(
        people_with(hold.organisation_id, Capability.VIEW_DELIVERIES),
        kind="freeze",
        title=_("Publishing is frozen"),
        body=hold.reason,
        link=reverse("frozen", args=[hold.pk]),
        once=f"freeze:{hold.pk}",
        organisation_id=hold.organisation_id,
    )


@transaction.atomic
def propose_resume(*, hold: Hold, actor: Actor) -> Hold:
    """The first of two: say that publishing may go on. Nothing changes before another person confirms it."""
    hold = locked(hold, actor)
    if hold.first_agreed_by_id is not None:
        raise StaleState(_("It was proposed already: another person must confirm it."), code="proposed")
    hold.first_agreed_by_id, hold.first_agreed_at = actor.user_id, timezone.now()
    hold.save(update_fields=["first_agreed_by", "first_agreed_at"])
    record("hold.proposed", hold, actor=actor)
    tell_to_confirm(hold)
    return hold


@transaction.atomic
def confirm_resume(*, hold: Hold, actor: Actor) -> Hold:
    """The second, different person lifts the freeze. What waits in its scope is held by name first, and stays held."""
    hold = locked(hold, actor)
    if hold.first_agreed_by_id is None:
        raise StaleState(_("Nobody has proposed that publishing goes on: that comes first."), code="not_proposed")
    if hold.first_agreed_by_id == actor.user_id:
        raise NotAllowed(_("You proposed it: a second person must confirm."), code="needs_another")
    lock_exclusive(LockKind.SENDING, hold.organisation_id)
    hold_the_last(hold)
    return advance(hold, HoldState.RELEASED, actor=actor, released_by_id=actor.user_id, released_at=timezone.now())


def hold_the_last(hold: Hold) -> None:
    """Whatever still waits, also what a worker has locked: nobody can enter a send now, so it is free in a moment."""
    for delivery in within(hold, STILL_WAITING):
        mine = Delivery.objects.select_for_update(of=("self",)).get(pk=delivery.pk)
        if mine.state in STILL_WAITING:
            hold_one(hold, mine)


def locked(hold: Hold, actor: Actor) -> Hold:
    actor.require(Capability.RESUME, on=hold)
    if actor.user_id is None:
        raise NotAllowed
    hold = Hold.objects.select_for_update().get(pk=hold.pk)
    if hold.state != HoldState.ACTIVE:
        raise StaleState(_("This freeze was lifted already."), code="lifted")
    return hold


def tell_to_confirm(hold: Hold) -> None:
    others = people_with(hold.organisation_id, Capability.RESUME).exclude(pk=hold.first_agreed_by_id or 0)
    notices.tell(
        others,
        kind="freeze",
        title=_("Someone proposes that publishing goes on"),
        body=label_of(hold),
        link=reverse("frozen", args=[hold.pk]),
        once=f"freeze:{hold.pk}:proposed",
        organisation_id=hold.organisation_id,
    )
