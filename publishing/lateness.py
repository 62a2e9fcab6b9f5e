"""What becomes of a delivery that is late: as its campaign's brief says, or as a person says of this one."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.capabilities import Capability
from campaigns.models import LatenessPolicy
from chain.actors import Actor
from chain.errors import Invalid, StaleState
from chain.trail import record
from publishing.models import Delivery
from publishing.scheduling import MOVABLE

AT_MOST = 10_080
"""A week, in minutes."""


@transaction.atomic
def set_lateness(*, delivery: Delivery, policy: str, minutes: int | None = None, actor: Actor) -> Delivery:
    """Say it of this delivery; an empty `policy` leaves it to the campaign. `minutes` counts for hold and skip.

    Raises Invalid (no such policy, no minutes), StaleState (on its way, or ended).
    """
    actor.require(Capability.RELEASE, on=delivery)
    refuse_odd(policy, minutes)
    own_minutes = minutes if policy in (LatenessPolicy.HOLD, LatenessPolicy.SKIP) else None
    before = said(delivery)
    still = Delivery.objects.filter(pk=delivery.pk, state__in=MOVABLE)
    if still.update(lateness_policy=policy, lateness_minutes=own_minutes) != 1:
        raise StaleState(_("It can no longer be changed: it is on its way, or ended."), code="too_late")
    delivery.lateness_policy, delivery.lateness_minutes = policy, own_minutes
    record("delivery.lateness_set", delivery, actor=actor, data={"from": before, "to": said(delivery)})
    return delivery


def refuse_odd(policy: str, minutes: int | None) -> None:
    if policy and policy not in LatenessPolicy.values:
        raise Invalid(_("Choose what becomes of it when it is late."), code="no_policy", field="policy")
    if policy in (LatenessPolicy.HOLD, LatenessPolicy.SKIP) and not (minutes is not None and 0 <= minutes <= AT_MOST):
        raise Invalid(_("Say after how many minutes, at most a week."), code="no_minutes", field="minutes")


def said(delivery: Delivery) -> list[Any]:
    return [delivery.lateness_policy, delivery.lateness_minutes]
