"""API tokens: made for oneself, shown once, narrowed to scopes, revoked at once.

No token is ever given a sensitive capability, whatever its maker may do at a browser.
"""

import secrets
from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.authentication import hash_of
from accounts.capabilities import TOKEN_SCOPES, Capability
from accounts.models import ApiToken, Membership, TokenState
from chain.actors import Actor, Via
from chain.engine import advance, begin
from chain.errors import Invalid, NotAllowed, NotFound

LIFETIMES = (7, 30, 90, 365)
"""Days that a token may live."""


@dataclass(frozen=True)
class NewToken:
    """`secret` is nowhere else, and never again."""

    token: ApiToken
    secret: str


def scopes_for(membership: Membership) -> list[Capability]:
    """What this member could give a token today, in the order of the table."""
    held = membership.capabilities() & TOKEN_SCOPES
    return [capability for capability in Capability if capability in held]


def create_token(*, membership: Membership, name: str, scopes: list[str], days: int, actor: Actor) -> NewToken:
    """A token for oneself. Raises Invalid with the field to mend."""
    actor.require(Capability.MANAGE_TOKENS, on=membership)
    if membership.user_id != actor.user_id:
        raise NotAllowed(_("Everyone makes their own tokens."), code="not_own")
    if not name.strip():
        raise Invalid(_("Name the program that will use it."), code="name_missing", field="name")
    if not scopes or not set(scopes) <= {str(scope) for scope in scopes_for(membership)}:
        raise Invalid(_("Choose what the program may do, from what you may do."), code="bad_scopes", field="scopes")
    if days not in LIFETIMES:
        raise Invalid(_("Choose how long it lives."), code="bad_lifetime", field="days")
    secret = f"sanad_{secrets.token_urlsafe(32)}"
    token = ApiToken(
        membership=membership,
        name=name.strip()[:80],
        prefix=secret[:12],
        token_hash=hash_of(secret),
        scopes=sorted(set(scopes)),
        expires_at=timezone.now() + timedelta(days=days),
    )
    begin(token, actor=actor, data={"scopes": token.scopes, "prefix": token.prefix})
    return NewToken(token, secret)


def revoke_token(*, token: ApiToken, actor: Actor) -> ApiToken:
    """One's own, or anyone's for those who manage people. Needs no second factor: stopping is always safe."""
    if token.organisation_id != actor.organisation_id:
        raise NotFound
    if actor.via is not Via.SESSION or not (
        token.membership.user_id == actor.user_id or actor.can(Capability.MANAGE_PEOPLE)
    ):
        raise NotAllowed
    return advance(token, TokenState.REVOKED, actor=actor, revoked_at=timezone.now())
