"""Founds an institution: its first administrator and its first manager, two different people.

The only grants that no second person confirms: whoever runs commands on the machine makes them; the trail says so.
"""

from dataclasses import dataclass

from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from accounts.capabilities import Role
from accounts.models import GrantState, Membership, Organisation, RoleGrant, User
from accounts.registering import register
from chain.actors import Actor, system_actor
from chain.engine import advance, begin
from chain.errors import Invalid
from chain.trail import record


@dataclass(frozen=True)
class Founder:
    email: str
    name: str


@transaction.atomic
def found_institution(*, name: str, slug: str, admin: Founder, manager: Founder, language: str = "ar") -> Organisation:
    """A new institution whose two founders set their passwords through "forgotten password". Raises Invalid."""
    if slug != slugify(slug) or Organisation.objects.filter(slug=slug).exists():
        raise Invalid(_("The short name is taken, or not made of plain letters, digits and dashes."), code="bad_slug")
    if admin.email.strip().lower() == manager.email.strip().lower():
        raise Invalid(_("The administrator and the manager are two people."), code="one_person")
    organisation = Organisation.objects.create(name=name, slug=slug, default_language=language)
    actor = system_actor("found_institution", organisation.pk)
    record("organisation.founded", organisation, actor=actor)
    for founder, role in ((admin, Role.ADMIN), (manager, Role.MANAGER)):
        _seat(organisation, founder, role, language, actor)
    return organisation


def _seat(organisation: Organisation, founder: Founder, role: Role, language: str, actor: Actor) -> None:
    known = User.objects.filter(email=founder.email.strip().lower()).first()
    user = known or register(email=founder.email, name=founder.name, language=language)
    membership = Membership.objects.create(organisation=organisation, user=user)
    grant = begin(RoleGrant(membership=membership, role=role), actor=actor, data={"role": role, "user": user.pk})
    advance(grant, GrantState.ACTIVE, actor=actor, data={"role": role, "user": user.pk})
