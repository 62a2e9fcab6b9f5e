"""Who acts in this request: an Actor built from a session or an API token.

The only place where roles, scopes and the second factor become capabilities; actions get the Actor and never a request.
"""

from typing import Any

from django.http import HttpRequest

from accounts import second_factor
from accounts.capabilities import READ_ONLY_ROLES, READING, SENSITIVE, TOKEN_SCOPES, Capability
from accounts.models import ApiToken, Membership, User
from chain.actors import Actor, Via

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
    """The chosen active membership, else the oldest one."""
    held = list(
        Membership.objects.filter(user=user, is_active=True)
        .select_related("organisation", "user")
        .prefetch_related("grants")
        .order_by("joined_at", "id")
    )
    return next((m for m in held if m.organisation_id == organisation_id), held[0] if held else None)


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
    return set(membership.roles) <= READ_ONLY_ROLES or second_factor.has_one(membership.user)


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
