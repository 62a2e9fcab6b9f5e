"""Who acts in this request: an Actor built from a session or an API token.

The only place where roles, scopes and the second factor become capabilities; actions get the Actor and never a request.
"""

from typing import Any

from allauth.mfa.models import Authenticator
from django.db.models import Exists, F, FilteredRelation, OuterRef, Q, QuerySet
from django.http import HttpRequest

from accounts import second_factor
from accounts.capabilities import READ_ONLY_ROLES, READING, SENSITIVE, TOKEN_SCOPES, Capability
from accounts.models import ApiToken, GrantState, Membership, User
from chain.actors import Actor, Via
from chain.compiled import Compiled

ORGANISATION_KEY = "organisation_id"
"""Session key: the institution that a member of several is working in."""

NOBODY = Actor(name="", organisation_id=None, user_id=None, via=Via.SESSION)


class ActorRequest(HttpRequest):
    """What ActorMiddleware makes of a request, for annotations of views behind `@needs` or `@signed_in`.

    `membership` is None for a person of no institution.
    """

    user: User
    actor: Actor
    membership: Membership | None


def current_membership(user: User, organisation_id: int | None) -> Membership | None:
    """The chosen active membership, else the oldest one, with its roles in force and whether there is a second factor.

    One question with every request, whose text is made once: what was revoked a moment ago counts no more.
    """
    held: dict[int, Membership] = {}
    for row in memberships(user.pk):
        one = held.setdefault(row.pk, row)
        one.read_roles = (*(one.read_roles or ()), *([row.role] if row.role else []))
    chosen = (one for one in held.values() if one.organisation_id == organisation_id)
    return next(chosen, None) or next(iter(held.values()), None)


def memberships_of(user_id: int) -> QuerySet[Any]:
    """Active ones, the oldest first; one row for each role in force, or one without."""
    in_force = FilteredRelation("grants", condition=Q(grants__state=GrantState.ACTIVE))
    own = Authenticator.objects.filter(user_id=OuterRef("user_id"), type__in=second_factor.KEYS)
    found = Membership.objects.filter(user_id=user_id, is_active=True).select_related("organisation", "user")
    told = found.annotate(in_force=in_force, role=F("in_force__role"), has_factor=Exists(own))
    return told.order_by("joined_at", "id")


memberships: Compiled[Any] = Compiled(memberships_of)


def session_actor(membership: Membership, *, fresh: bool, works: bool | None = None) -> Actor:
    """A member at a browser. `fresh`: a second factor was confirmed in the last fifteen minutes.

    Without any second factor set up, a member may only read until there is one: `works` is may_work, where it is known.
    """
    held = membership.capabilities()
    if fresh:
        usable = held
    elif may_work(membership) if works is None else works:
        usable = held - SENSITIVE
    else:
        usable = held & READING
    return Actor(
        name=str(membership.user),
        organisation_id=membership.organisation_id,
        user_id=membership.user_id,
        via=Via.SESSION,
        capabilities=frozenset(str(c) for c in usable),
        awaiting_second_factor=frozenset(str(c) for c in held - usable),
    )


def may_work(membership: Membership) -> bool:
    """Whether this member has what their roles ask for: a second factor, unless they only read."""
    if set(membership.roles) <= READ_ONLY_ROLES:
        return True
    known: bool | None = getattr(membership, "has_factor", None)
    return second_factor.has_one(membership.user) if known is None else known


def token_actor(token: ApiToken) -> Actor:
    """A program: the token's scopes within what its member may do now, never a sensitive capability."""
    scopes = {Capability(scope) for scope in token.scopes}
    usable = scopes & TOKEN_SCOPES & token.membership.capabilities()
    return Actor(
        name=str(token.membership.user),
        organisation_id=token.organisation_id,
        user_id=token.membership.user_id,
        via=Via.TOKEN,
        capabilities=frozenset(str(c) for c in usable),
    )


def actor_for(request: Any) -> Actor:
    """The Actor of a Django or DRF request. A stranger, or a person of no institution, can do nothing."""
    if isinstance(token := getattr(request, "auth", None), ApiToken):
        return token_actor(token)
    if not request.user.is_authenticated:
        return NOBODY
    membership: Membership | None = request.membership
    if membership is None:
        return Actor(name=str(request.user), organisation_id=None, user_id=request.user.pk, via=Via.SESSION)
    request.may_work = may_work(membership)
    return session_actor(membership, fresh=second_factor.is_fresh(request.session), works=request.may_work)
