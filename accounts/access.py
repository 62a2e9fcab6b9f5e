"""How people's objects reach a view, and how a view says which capability it serves.

Everything is looked up within the actor's own institution: another's is NotFound, as if it did not exist.
"""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, TypeVar, cast

from django.contrib.auth.views import redirect_to_login
from django.db.models import Model, Prefetch, QuerySet
from django.http import HttpResponseBase
from django.utils.translation import gettext as _
from rest_framework.generics import GenericAPIView
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from accounts.capabilities import LABELS, SENSITIVE, Capability, roles_with
from accounts.models import ApiToken, GrantState, Invitation, InvitationState, Membership, RoleGrant, User
from chain.actors import Actor, Via
from chain.errors import NotAllowed, NotFound, SecondFactorNeeded

T = TypeVar("T", bound=Model)
V = TypeVar("V", bound=Callable[..., HttpResponseBase])
Wanted = Capability | tuple[Capability, ...]
Needs = Mapping[str, Wanted]
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def needs(capability: Capability) -> Callable[[V], V]:
    """Let a view be reached only by those with `capability`.

    Reading such a page is open without a fresh second factor (the page says that the act will ask for it); any other
    method raises SecondFactorNeeded then, which config.errors turns into a way to confirm it and come back.
    The action that the view calls still checks for itself, on the object.
    """

    def decorate(view: V) -> V:
        @wraps(view)
        def checked(request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            check(request.actor, capability, is_safe=request.method in SAFE)
            return view(request, *args, **kwargs)

        checked.capability = capability  # type: ignore[attr-defined]  # what tests/architecture/test_routes.py walks by
        return cast(V, checked)

    return decorate


def signed_in(view: V) -> V:
    """Let a view be reached by anyone who is signed in: for what concerns only themselves."""

    @wraps(view)
    def checked(request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        return view(request, *args, **kwargs)

    return cast(V, checked)


def check(actor: Actor, capability: str, *, is_safe: bool) -> None:
    """Raises NotAllowed, or SecondFactorNeeded where the act waits for one."""
    if not actor.can(capability):
        raise refusal(actor, capability)
    if not is_safe and capability not in actor.capabilities:
        raise SecondFactorNeeded


def refusal(actor: Actor, capability: str) -> NotAllowed:
    """Why a token is refused has nothing to do with a role: its owner is told what would help."""
    if actor.via != Via.TOKEN:
        return NotAllowed()
    if capability in SENSITIVE:
        sentence = _("No API token does this, whoever made it: do it signed in, with your second factor.")
        return NotAllowed(sentence, code="not_by_token")
    said = _("This API token may not do this: it was not given “%(what)s”, or you no longer hold it yourself.")
    return NotAllowed(said % {"what": LABELS[Capability(capability)]}, code="not_in_scopes")


class NeedsCapability(BasePermission):
    """For DRF views: `needs = {"list": Capability.X, "POST": Capability.Y}`, by action name or HTTP method.

    A tuple means that any one of them lets in (the action decides which on the object).

    On an object's address the object is looked up first: what is not one's own is not found, whatever was sent.
    """

    def has_permission(self, request: Request, view: APIView) -> bool:
        actor: Actor = request.actor  # type: ignore[attr-defined]
        if actor.user_id is None:
            return False
        table: Needs = view.needs  # type: ignore[attr-defined]
        wanted = table.get(getattr(view, "action", None) or "") or table.get(request.method or "")
        if wanted is not None:
            several = wanted if isinstance(wanted, tuple) else (wanted,)
            usual = next((one for one in several if one not in SENSITIVE), several[0])
            capability = next((one for one in several if actor.can(one)), usual)
            check(actor, capability, is_safe=request.method in SAFE)
        if getattr(view, "detail", False) and isinstance(view, GenericAPIView):
            view.get_object()
        return True


# People and their papers


def members_of(actor: Actor) -> QuerySet[Membership]:
    """Active members of the actor's institution, with their live grants, oldest first."""
    live = RoleGrant.objects.filter(state__in=[GrantState.PROPOSED, GrantState.ACTIVE])
    live = live.select_related("proposed_by", "membership").order_by("id")
    return (
        Membership.objects.filter(organisation_id=_house(actor), is_active=True)
        .select_related("user", "organisation")
        .prefetch_related(Prefetch("grants", queryset=live))
        .order_by("joined_at", "id")
    )


def member_or_404(actor: Actor, member_id: int) -> Membership:
    return _only(members_of(actor).filter(pk=member_id))


def grants_of(actor: Actor) -> QuerySet[RoleGrant]:
    grants = RoleGrant.objects.filter(membership__organisation_id=_house(actor))
    return grants.select_related("membership__user", "membership__organisation", "proposed_by").order_by("id")


def grant_or_404(actor: Actor, grant_id: int) -> RoleGrant:
    return _only(grants_of(actor).filter(pk=grant_id))


def invitations_of(actor: Actor) -> QuerySet[Invitation]:
    """Invitations still open, newest first."""
    open_ones = Invitation.objects.filter(organisation_id=_house(actor), state=InvitationState.SENT)
    return open_ones.select_related("organisation", "invited_by").order_by("-id")


def invitation_or_404(actor: Actor, invitation_id: int) -> Invitation:
    return _only(invitations_of(actor).filter(pk=invitation_id))


def tokens_of(actor: Actor) -> QuerySet[ApiToken]:
    """One's own tokens; those who manage people see everyone's in the institution."""
    tokens = ApiToken.objects.filter(membership__organisation_id=_house(actor))
    if not actor.can(Capability.MANAGE_PEOPLE):
        tokens = tokens.filter(membership__user_id=actor.user_id or 0)
    return tokens.select_related("membership__user", "membership__organisation").order_by("-id")


def token_or_404(actor: Actor, token_id: int) -> ApiToken:
    return _only(tokens_of(actor).filter(pk=token_id))


def people_with(organisation_id: int, capability: Capability) -> QuerySet[User]:
    """Who may do this here now: for notices, and for choosing a person. Names in order."""
    return people_in_roles(organisation_id, [str(role) for role in roles_with(capability)])


def people_in_roles(organisation_id: int, roles: list[str]) -> QuerySet[User]:
    holders = RoleGrant.objects.filter(
        state=GrantState.ACTIVE,
        role__in=roles,
        membership__organisation_id=organisation_id,
        membership__is_active=True,
    )
    return User.objects.filter(pk__in=holders.values("membership__user_id"), is_active=True).order_by("name", "id")


def _house(actor: Actor) -> int:
    """No institution has the id 0: a stranger finds nothing."""
    return actor.organisation_id or 0


def _only(found: QuerySet[T]) -> T:
    thing = found.first()
    if thing is None:
        raise NotFound
    return thing
