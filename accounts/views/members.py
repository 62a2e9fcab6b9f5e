"""Who is here and what each may do; confirming, refusing and revoking roles; seeing a member out."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from accounts import access, granting
from accounts.access import needs
from accounts.actors import ActorRequest
from accounts.capabilities import LABELS, ROLE_CAPABILITIES, TWO_PERSON_ROLES, Capability, Role
from accounts.models import GrantState, Membership, RoleGrant
from chain.actors import Actor
from chain.errors import Invalid


@dataclass(frozen=True)
class Waiting:
    """A proposed role, and why this person cannot decide it, if they cannot."""

    grant: RoleGrant
    why_not: str | Promise


@needs(Capability.VIEW_PEOPLE)
@require_safe
def members(request: ActorRequest) -> HttpResponse:
    actor = request.actor
    everyone = list(access.members_of(actor))
    manages = actor.can(Capability.MANAGE_PEOPLE)
    page: dict[str, Any] = {
        "members": everyone,
        "waiting": waiting_for(actor, everyone),
        "manages": manages,
        "invitations": access.invitations_of(actor) if manages else [],
        "role_table": [(role, carried_words(role), role in TWO_PERSON_ROLES) for role in Role],
    }
    return render(request, "accounts/members.html", page)


def waiting_for(actor: Actor, everyone: list[Membership]) -> list[Waiting]:
    grants = [grant for member in everyone for grant in member.grants.all() if grant.state == GrantState.PROPOSED]
    return [Waiting(grant, why_not(actor, grant)) for grant in grants]


def why_not(actor: Actor, grant: RoleGrant) -> str | Promise:
    if not actor.can(Capability.CONFIRM_ROLES):
        return _("A manager or an administrator confirms it.")
    if grant.proposed_by_id == actor.user_id:
        return _("You proposed this role: another person confirms it.")
    if grant.membership.user_id == actor.user_id:
        return _("Nobody confirms their own role.")
    return ""


def carried_words(role: Role) -> list[Promise]:
    """What a role lets people do, beyond reading, in the order of the table."""
    carried = ROLE_CAPABILITIES[role]
    return [LABELS[capability] for capability in Capability if capability in carried and capability[:5] != "view_"]


@needs(Capability.VIEW_PEOPLE)
@require_safe
def member(request: ActorRequest, member_id: int) -> HttpResponse:
    return show_member(request, access.member_or_404(request.actor, member_id))


def show_member(request: ActorRequest, one: Membership, *, error: Invalid | None = None) -> HttpResponse:
    live = list(one.grants.all())
    page = {
        "member": one,
        "grants": live,
        "manages": request.actor.can(Capability.MANAGE_PEOPLE),
        "is_me": one.user_id == request.actor.user_id,
        "can_do": [LABELS[c] for c in Capability if c in one.capabilities()],
        "free_roles": [r for r in Role if r not in {grant.role for grant in live}],
        "error": error,
        "why": request.POST.get("why", ""),
    }
    return render(request, "accounts/member.html", page, status=error.status if error else 200)


@require_POST
@needs(Capability.MANAGE_PEOPLE)
def propose(request: ActorRequest, member_id: int) -> HttpResponse:
    one = access.member_or_404(request.actor, member_id)
    try:
        grant = granting.propose_role(
            membership=one, role=request.POST.get("role", ""), actor=request.actor, why=request.POST.get("why", "")
        )
    except Invalid as error:
        return show_member(request, one, error=error)
    if grant.state == GrantState.ACTIVE:
        said = _("{name} is now {role}.")
    else:
        said = _("{name} will be {role} once another person confirms it; they have been told.")
    messages.success(request, str(format_lazy(said, name=one.user.name, role=grant.get_role_display())))
    return redirect("member", member_id=one.pk)


@require_POST
@needs(Capability.CONFIRM_ROLES)
def confirm(request: ActorRequest, grant_id: int) -> HttpResponse:
    grant = access.grant_or_404(request.actor, grant_id)
    granting.confirm_role(grant=grant, actor=request.actor)
    said = format_lazy(_("{name} is now {role}."), name=grant.membership.user.name, role=grant.get_role_display())
    messages.success(request, str(said))
    return redirect("members")


@require_POST
@needs(Capability.CONFIRM_ROLES)
def refuse(request: ActorRequest, grant_id: int) -> HttpResponse:
    grant = access.grant_or_404(request.actor, grant_id)
    try:
        granting.refuse_role(grant=grant, actor=request.actor, why=request.POST.get("why", ""))
    except Invalid as error:
        messages.error(request, str(error.message))
    else:
        messages.success(request, str(_("Refused. The person who proposed it has been told why.")))
    return redirect("members")


@require_POST
@needs(Capability.MANAGE_PEOPLE)
def revoke(request: ActorRequest, grant_id: int) -> HttpResponse:
    grant = access.grant_or_404(request.actor, grant_id)
    try:
        granting.revoke_role(grant=grant, actor=request.actor, why=request.POST.get("why", ""))
    except Invalid as error:
        return show_member(request, access.member_or_404(request.actor, grant.membership_id), error=error)
    messages.success(request, str(_("The role has no effect from now on.")))
    return redirect("member", member_id=grant.membership_id)


@require_POST
@needs(Capability.MANAGE_PEOPLE)
def deactivate(request: ActorRequest, member_id: int) -> HttpResponse:
    one = access.member_or_404(request.actor, member_id)
    try:
        granting.deactivate_member(membership=one, actor=request.actor, why=request.POST.get("why", ""))
    except Invalid as error:
        return show_member(request, one, error=error)
    messages.success(request, str(format_lazy(_("{name} is no longer a member."), name=one.user.name)))
    return redirect("members")
