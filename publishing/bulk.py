"""One act on many deliveries: moved, held or cancelled one after the other, each through the single act's own action.

The row says how far it has come; a worker only carries its id. Nothing is done twice, and a lost worker's act goes on.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from accounts.actors import session_actor
from accounts.capabilities import Capability
from accounts.models import Membership, User
from chain.actors import Actor, Via
from chain.engine import advance, begin
from chain.errors import DomainError, Invalid, NotFound, StaleState
from publishing import scheduling
from publishing.lifecycle import BulkState
from publishing.models import BulkAct, BulkKind, Delivery
from publishing.timing import shifted

NEEDS = {
    BulkKind.MOVE: Capability.RELEASE,
    BulkKind.HOLD: Capability.HOLD,
    BulkKind.CANCEL: Capability.RELEASE,
}
AT_MOST = 5000
UNDER_WAY = (BulkState.WAITING, BulkState.RUNNING)


@transaction.atomic
def ask(
    *, kind: str, delivery_ids: Sequence[int], actor: Actor, days: int = 0, hours: int = 0, why: str = ""
) -> BulkAct:
    """Note the act down; a worker does it. Ids of another institution are refused one by one, as if they were not."""
    act = BulkAct(
        organisation_id=actor.organisation_id or 0,
        kind=kind,
        delivery_ids=list(dict.fromkeys(delivery_ids)),
        days=days,
        hours=hours,
        why=why.strip(),
        by_id=actor.user_id or 0,
        via=actor.via.value,
        created_at=timezone.now(),
        lease_until=timezone.now(),
    )
    actor.require(NEEDS[BulkKind(kind)], on=act)
    refuse_senseless(act)
    said = {"kind": kind, "deliveries": act.total, "days": days, "hours": hours}
    return begin(act, actor=actor, why=act.why, data=said)


def refuse_senseless(act: BulkAct) -> None:
    if not act.delivery_ids:
        raise Invalid(_("Choose at least one post."), code="none_chosen", field="deliveries")
    if act.total > AT_MOST:
        raise Invalid(
            _("These are too many at once. Narrow the filter, then go on with the rest."), code="too_many",
            field="deliveries",
        )  # fmt: skip
    if act.kind == BulkKind.MOVE and not act.days and not act.hours:
        raise Invalid(_("Say by how many days or hours they move."), code="no_distance", field="days")
    if act.kind == BulkKind.CANCEL and not act.why:
        raise Invalid(_("Say in a sentence why they are cancelled."), code="no_reason", field="why")


@transaction.atomic
def stop(*, act: BulkAct, actor: Actor) -> BulkAct:
    """Let the rest be. What is done already stays done."""
    actor.require(NEEDS[BulkKind(act.kind)], on=act)
    act = BulkAct.objects.select_for_update().get(pk=act.pk)
    if act.state not in UNDER_WAY:
        raise StaleState(_("It has ended already."), code="ended")
    return advance(act, BulkState.STOPPED, actor=actor, ended_at=timezone.now())


def run(act_id: int) -> None:
    """Do what is left of it, unless another worker holds it."""
    if not claim(act_id):
        return
    while step(act_id):
        pass


def claim(act_id: int) -> bool:
    """Take the lease of an act that nobody holds."""
    ours = BulkAct.objects.filter(pk=act_id, state__in=UNDER_WAY, lease_until__lte=timezone.now())
    return ours.update(lease_until=lease()) == 1


def lease() -> datetime:
    return timezone.now() + timedelta(seconds=settings.PUBLISHING_BULK_LEASE_SECONDS)


def unheld() -> list[int]:
    """Acts that no worker holds: new ones, and those whose worker was lost."""
    return list(
        BulkAct.objects.filter(state__in=UNDER_WAY, lease_until__lte=timezone.now()).values_list("pk", flat=True)
    )


@transaction.atomic
def step(act_id: int) -> bool:
    """Do the next delivery and say so, in one transaction; False when there is nothing more to do."""
    act = BulkAct.objects.select_for_update().get(pk=act_id)
    if act.state not in UNDER_WAY:
        return False
    actor = acting(act)
    if act.state == BulkState.WAITING:
        advance(act, BulkState.RUNNING, actor=actor)
    if act.position >= act.total:
        advance(act, BulkState.FINISHED, actor=actor, ended_at=timezone.now(), data={"refused": len(act.refusals)})
        return False
    refusal = refusal_of(act, act.delivery_ids[act.position], actor)
    act.position += 1
    act.refusals = [*act.refusals, refusal] if refusal else act.refusals
    act.lease_until = lease()
    act.save(update_fields=["position", "refusals", "lease_until"])
    return True


def refusal_of(act: BulkAct, delivery_id: int, actor: Actor) -> dict[str, object] | None:
    """Do it to one delivery; None when it was done, else which, and the sentence that says why not."""
    delivery = (
        Delivery.objects.filter(organisation_id=act.organisation_id, pk=delivery_id)
        .select_related("campaign", "channel", "variant__content", "payload")
        .first()
    )
    try:
        if delivery is None:
            raise NotFound
        with transaction.atomic():
            ACTS[BulkKind(act.kind)](act, delivery, actor)
    except DomainError as refused:
        return {
            "delivery": delivery_id,
            "title": delivery.variant.content.title if delivery else "",
            "code": refused.code,
            "sentence": in_the_language_of(act.by, refused),
        }
    return None


def in_the_language_of(user: User, refused: DomainError) -> str:
    with translation.override(user.language):
        return str(refused)


def move_one(act: BulkAct, delivery: Delivery, actor: Actor) -> None:
    due_at = shifted(delivery.due_at, delivery.campaign.time_zone, days=act.days, hours=act.hours)
    scheduling.move(delivery=delivery, due_at=due_at, actor=actor)


def hold_one(act: BulkAct, delivery: Delivery, actor: Actor) -> None:
    scheduling.hold(delivery=delivery, actor=actor, why=act.why)


def cancel_one(act: BulkAct, delivery: Delivery, actor: Actor) -> None:
    scheduling.cancel(delivery=delivery, actor=actor, why=act.why)


ACTS: dict[BulkKind, Callable[[BulkAct, Delivery, Actor], None]] = {
    BulkKind.MOVE: move_one,
    BulkKind.HOLD: hold_one,
    BulkKind.CANCEL: cancel_one,
}


def acting(act: BulkAct) -> Actor:
    """Who asked, with what they may still do here: the second factor was confirmed when they asked for the act."""
    seat = Membership.objects.filter(user_id=act.by_id, organisation_id=act.organisation_id, is_active=True)
    membership = seat.select_related("user", "organisation").prefetch_related("grants").first()
    if membership is None:
        return Actor(str(act.by), act.organisation_id, act.by_id, Via(act.via))
    return replace(session_actor(membership, fresh=True), via=Via(act.via))
