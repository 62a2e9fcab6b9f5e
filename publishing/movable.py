"""May this be given another time, and if not, why not: in a sentence, asked of rows already read."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.capabilities import Capability
from chain.actors import Actor
from publishing.lifecycle import DeliveryState
from publishing.models import Slot
from publishing.scheduling import VOID

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


def why_not(state: str, is_signed: bool, actor: Actor) -> str:
    """Empty when the actor may move a delivery in that state; `is_signed`: its bytes are still those that were signed.
    What publishing.scheduling refuses, said beforehand."""
    if sentence := ENDED.get(state):
        return str(sentence)
    if not is_signed:
        return str(VOID)
    return "" if actor.can(Capability.RELEASE) else str(_("Only those who release posts may move one."))


def why_not_slot(slot: Slot, actor: Actor) -> str:
    return "" if actor.can(Capability.SCHEDULE) else str(_("Only those who plan dates may move a slot."))
