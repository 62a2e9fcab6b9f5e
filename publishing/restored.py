"""After a restore: what waited to go out when the backup was made may have gone out since, and nobody can tell.

All of it is held, each with its event; a person looks at the account and gives it a new time, or cancels it.
"""

from django.db import transaction

from accounts.models import Organisation
from chain.actors import system_actor
from chain.engine import advance
from publishing.lifecycle import DeliveryState, HoldReason
from publishing.models import Delivery
from publishing.scheduling import STILL_WAITING
from publishing.telling_of_stops import tell_restored


def hold_what_waited() -> int:
    """How many were held. What was in the send is looked up by the sweeper as after any crash."""
    return sum(hold_of(organisation) for organisation in Organisation.objects.all())


@transaction.atomic
def hold_of(organisation: Organisation) -> int:
    actor = system_actor("restore", organisation.pk)
    waiting = list(Delivery.objects.select_for_update().filter(organisation=organisation, state__in=STILL_WAITING))
    for delivery in waiting:
        advance(
            delivery, DeliveryState.HELD, actor=actor, why="restored", hold_reason=HoldReason.PERSON,
            reason="restored", dispatched_until=None, lease_until=None,
        )  # fmt: skip
    if waiting:
        tell_restored(organisation, waiting)
    return len(waiting)
