"""Who may do what: proposing, confirming, refusing and revoking roles, and seeing a member out.

A role that signs or changes people takes two: one proposes, another confirms. A revoked role has no effect from the
next request on, because rights are read from the grants each time.
"""

from collections.abc import Iterable

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from accounts.access import people_with
from accounts.capabilities import Capability, Role, needs_two
from accounts.models import (
    ApiToken,
    GrantState,
    Invitation,
    InvitationState,
    Membership,
    Organisation,
    RoleGrant,
    TokenState,
    User,
)
from chain.actors import Actor
from chain.engine import advance, begin
from chain.errors import Invalid, NotAllowed, StaleState
from chain.notices import tell
from chain.trail import record

NEVER_WITHOUT = (Role.ADMIN, Role.MANAGER)
"""An institution without one of these could not help itself."""

MEMBERS_PAGE = "/members/"
MY_PAGE = "/me/"


def propose_role(*, membership: Membership, role: str, actor: Actor, why: str = "") -> RoleGrant:
    """Give a role. It is in force at once unless it takes two, or the proposer would be giving it to themselves."""
    actor.require(Capability.MANAGE_PEOPLE, on=membership)
    if not membership.is_active:
        raise Invalid(_("This person is no longer a member."), code="not_a_member")
    if role not in Role.values:
        raise Invalid(_("There is no such role."), code="unknown_role", field="role")
    return open_grant(membership=membership, role=Role(role), proposed_by_id=actor.user_id, actor=actor, why=why)


@transaction.atomic
def open_grant(
    *, membership: Membership, role: Role, proposed_by_id: int | None, actor: Actor, why: str = ""
) -> RoleGrant:
    """The one place where a grant is made; the caller has checked the right to. `proposed_by_id` may never confirm."""
    grant = RoleGrant(membership=membership, role=role, proposed_by_id=proposed_by_id)
    try:
        with transaction.atomic():
            begin(grant, actor=actor, why=why, data={"role": role, "user": membership.user_id})
    except IntegrityError as error:
        message = _("This person already has this role, or it waits to be confirmed.")
        raise Invalid(message, code="already_held", field="role") from error
    if needs_two(role) or membership.user_id == proposed_by_id:
        _tell_confirmers(grant)
    else:
        advance(grant, GrantState.ACTIVE, actor=actor, why=why, data={"role": role})
        _tell_member(grant)
    return grant


@transaction.atomic
def confirm_role(*, grant: RoleGrant, actor: Actor) -> RoleGrant:
    """The second person's yes: never the proposer's, never the member's own."""
    _may_decide(grant, actor)
    data = {"role": grant.role, "user": grant.membership.user_id, "proposed_by": grant.proposed_by_id}
    now = timezone.now()
    advance(grant, GrantState.ACTIVE, actor=actor, data=data, confirmed_by_id=actor.user_id, confirmed_at=now)
    _tell_managers_done(grant, actor)
    _tell_member(grant)
    return grant


@transaction.atomic
def refuse_role(*, grant: RoleGrant, actor: Actor, why: str) -> RoleGrant:
    """The second person's no, with a reason that the proposer is told."""
    _may_decide(grant, actor)
    if not why.strip():
        raise Invalid(_("Say why, in a few words."), code="reason_missing", field="why")
    advance(grant, GrantState.REFUSED, actor=actor, why=why, ended_by_id=actor.user_id, ended_at=timezone.now())
    if grant.proposed_by:
        tell(
            [grant.proposed_by],
            kind="role_refused",
            title=format_lazy(
                _("{name} was not made {role}"), name=grant.membership.user.name, role=Role(grant.role).label
            ),
            body=format_lazy(_("{who} refused it: {why}"), who=actor.name, why=why),
            link=MEMBERS_PAGE,
            once=f"role_grant:{grant.pk}:refused",
            organisation_id=grant.organisation_id,
        )
    return grant


@transaction.atomic
def revoke_role(*, grant: RoleGrant, actor: Actor, why: str = "") -> RoleGrant:
    """Take a role back, or withdraw a proposal. Refused for the last administrator and the last manager."""
    actor.require(Capability.MANAGE_PEOPLE, on=grant)
    if grant.state not in (GrantState.ACTIVE, GrantState.PROPOSED):
        raise StaleState
    keep_one_of_each(grant.organisation_id, leaving=[grant])
    _end(grant, actor=actor, why=why)
    if grant.role == Role.ADMIN:
        _cancel_invitations_by(grant.membership, actor=actor)
    tell(
        [grant.membership.user],
        kind="role_revoked",
        title=format_lazy(_("You are no longer {role}"), role=Role(grant.role).label),
        body=why,
        link=MY_PAGE,
        once=f"role_grant:{grant.pk}:revoked",
        organisation_id=grant.organisation_id,
    )
    return grant


@transaction.atomic
def deactivate_member(*, membership: Membership, actor: Actor, why: str = "") -> Membership:
    """See a member out: roles, tokens and the invitations they sent end with it. What they signed stays signed."""
    actor.require(Capability.MANAGE_PEOPLE, on=membership)
    if membership.user_id == actor.user_id:
        raise Invalid(_("You cannot remove yourself. Ask another administrator."), code="not_oneself")
    live = list(membership.grants.filter(state__in=[GrantState.PROPOSED, GrantState.ACTIVE]))
    keep_one_of_each(membership.organisation_id, leaving=live)
    now = timezone.now()
    touched = Membership.objects.filter(pk=membership.pk, is_active=True).update(is_active=False, left_at=now)
    if touched != 1:
        raise StaleState
    record("membership.ended", membership, actor=actor, why=why, data={"user": membership.user_id})
    for grant in live:
        _end(grant, actor=actor, why=why)
    for token in ApiToken.objects.filter(membership=membership, state=TokenState.ACTIVE):
        advance(token, TokenState.REVOKED, actor=actor, why=why, revoked_at=now)
    _cancel_invitations_by(membership, actor=actor)
    membership.is_active, membership.left_at = False, now
    return membership


def keep_one_of_each(organisation_id: int, *, leaving: Iterable[RoleGrant]) -> None:
    """Raises Invalid if an institution would be left without an administrator or a manager.

    Locks the institution's row, so that two departures at once cannot each count on the other.
    """
    Organisation.objects.select_for_update().get(pk=organisation_id)
    leaving = list(leaving)
    for role in NEVER_WITHOUT:
        if not any(grant.role == role and grant.state == GrantState.ACTIVE for grant in leaving):
            continue
        others = RoleGrant.objects.filter(
            role=role,
            state=GrantState.ACTIVE,
            membership__organisation_id=organisation_id,
            membership__is_active=True,
            membership__user__is_active=True,
        ).exclude(pk__in=[grant.pk for grant in leaving])
        if not others.exists():
            message = format_lazy(
                _("Nobody else here is {role}. Give the role to another person first."), role=role.label
            )
            raise Invalid(message, code="last_one")


def _may_decide(grant: RoleGrant, actor: Actor) -> None:
    actor.require(Capability.CONFIRM_ROLES, on=grant)
    if actor.user_id == grant.proposed_by_id:
        raise NotAllowed(_("You proposed this role: another person confirms it."), code="own_proposal")
    if actor.user_id == grant.membership.user_id:
        raise NotAllowed(_("Nobody confirms their own role."), code="own_role")
    if grant.state != GrantState.PROPOSED:
        raise StaleState


def _end(grant: RoleGrant, *, actor: Actor, why: str) -> None:
    data = {"role": grant.role, "user": grant.membership.user_id}
    advance(
        grant, GrantState.REVOKED, actor=actor, why=why, data=data, ended_by_id=actor.user_id, ended_at=timezone.now()
    )


def _cancel_invitations_by(membership: Membership, *, actor: Actor) -> None:
    """Nobody enters any more on the word of somebody who may no longer give it."""
    sent = Invitation.objects.filter(
        organisation_id=membership.organisation_id, invited_by_id=membership.user_id, state=InvitationState.SENT
    )
    for invitation in sent:
        advance(invitation, InvitationState.CANCELLED, actor=actor)


def _others_who_confirm(grant: RoleGrant, *but: int | None) -> Iterable[User]:
    return people_with(grant.organisation_id, Capability.CONFIRM_ROLES).exclude(pk__in=[pk for pk in but if pk])


def _tell_confirmers(grant: RoleGrant) -> None:
    tell(
        _others_who_confirm(grant, grant.proposed_by_id, grant.membership.user_id),
        kind="role_proposed",
        title=format_lazy(
            _("Confirm a role: {name}, {role}"), name=grant.membership.user.name, role=Role(grant.role).label
        ),
        body=_("This role signs or changes people, so a second person confirms it."),
        link=f"{MEMBERS_PAGE}#grant-{grant.pk}",
        once=f"role_grant:{grant.pk}:proposed",
        organisation_id=grant.organisation_id,
    )


def _tell_managers_done(grant: RoleGrant, actor: Actor) -> None:
    tell(
        _others_who_confirm(grant, actor.user_id),
        kind="role_confirmed",
        title=format_lazy(_("{name} is now {role}"), name=grant.membership.user.name, role=Role(grant.role).label),
        body=format_lazy(_("Confirmed by {who}."), who=actor.name),
        link=MEMBERS_PAGE,
        once=f"role_grant:{grant.pk}:confirmed",
        organisation_id=grant.organisation_id,
    )


def _tell_member(grant: RoleGrant) -> None:
    tell(
        [grant.membership.user],
        kind="role_granted",
        title=format_lazy(_("You are now {role}"), role=Role(grant.role).label),
        link=MY_PAGE,
        once=f"role_grant:{grant.pk}:granted",
        organisation_id=grant.organisation_id,
    )
