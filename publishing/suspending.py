"""Suspending an institution: an operator's act, when a house must stop at once as a whole.

Everything of it is frozen, so that what waits is held and what is in the send at that moment is recorded as it ends;
its people and its tokens read and do nothing else. Reinstated, it is still frozen: two people of its own lift that.
"""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.capabilities import Capability
from accounts.models import Organisation, OrganisationState, User
from chain.actors import Actor, Via, system_actor
from chain.engine import advance
from chain.errors import Invalid, StaleState
from chain.models import Hold
from publishing import freezing


def suspend(*, organisation: Organisation, ordered_by: User, why: str) -> Hold:
    """The freeze that stands, ours or one from before. Safe to repeat after it was broken off."""
    if not why.strip():
        raise Invalid(_("Say in a sentence why publishing stops: everyone will read it."), field="reason")
    hold = begin_suspension(organisation, ordered_by, why.strip())
    freezing.hold_waiting(hold)
    return hold


@transaction.atomic
def begin_suspension(organisation: Organisation, ordered_by: User, why: str) -> Hold:
    organisation = locked(organisation)
    hold = freezing.in_force(organisation.pk).filter(scope="everything").first()
    if hold is None:
        fresh = Hold(organisation=organisation, scope="everything", reason=why, placed_by=ordered_by)
        fresh.placed_at = timezone.now()
        hold = freezing.place(fresh, orderer(organisation, ordered_by))
    if organisation.state != OrganisationState.SUSPENDED:
        said = {"ordered_by": ordered_by.pk, "hold": hold.pk}
        operator = system_actor("operator", organisation.pk)
        advance(organisation, OrganisationState.SUSPENDED, actor=operator, why=why, data=said)
    return hold


def locked(organisation: Organisation) -> Organisation:
    """Its row, for one operator at a time. Not for itself alone: whoever enters a send writes events that name it, and
    a freeze waits for them under the institution's lock."""
    return Organisation.objects.select_for_update(no_key=True).get(pk=organisation.pk)


def orderer(organisation: Organisation, person: User) -> Actor:
    """Who ordered it need not be a member: the operator's own account will do."""
    freezes = frozenset({str(Capability.FREEZE)})
    return Actor(str(person), organisation.pk, person.pk, Via.SYSTEM, freezes)


@transaction.atomic
def reinstate(*, organisation: Organisation, why: str) -> Organisation:
    """Its people may work again. The freeze stays until two of them lift it, and then nothing goes out by itself."""
    organisation = locked(organisation)
    if organisation.state != OrganisationState.SUSPENDED:
        raise StaleState(_("This institution is not suspended."), code="not_suspended")
    operator = system_actor("operator", organisation.pk)
    return advance(organisation, OrganisationState.ACTIVE, actor=operator, why=why.strip())
