"""May this be given another time, and if not, why not: in a sentence, asked of rows already read."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.capabilities import Capability
from chain.actors import Actor
from chain.errors import DomainError
from publishing.lifecycle import DeliveryState
from publishing.models import Delivery, Slot
from publishing.scheduling import refuse_immovable

D = DeliveryState
ENDED: dict[str, str | Promise] = {
    D.PREPARING: _("It is being prepared for sending at this moment."),
    D.SENDING: _("It is being sent at this moment."),
    D.PROCESSING: _("The network has it already."),
    D.UNCONFIRMED: _("We do not know whether it is out: settle that first."),
    D.PUBLISHED: _("It is out."),
    D.MISSED: _("Its time passed, and the campaign's rule was to skip it."),
    D.CANCELLED: _("It is cancelled."),
    D.DELETING: _("It is being taken down."),
    D.DELETED: _("It was out, and was taken down."),
    D.GONE: _("It was out, and is gone from the network."),
}


def why_not(delivery: Delivery, actor: Actor) -> str:
    """Empty when the actor may move it. `delivery.variant` must have been read with it."""
    if sentence := ENDED.get(delivery.state):
        return str(sentence)
    try:
        refuse_immovable(delivery)
    except DomainError as refused:
        return str(refused)
    return "" if actor.can(Capability.RELEASE) else str(_("Only those who release posts may move one."))


def why_not_slot(slot: Slot, actor: Actor) -> str:
    return "" if actor.can(Capability.SCHEDULE) else str(_("Only those who plan dates may move a slot."))
