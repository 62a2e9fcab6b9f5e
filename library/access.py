"""How claims and citations reach a view: always within the actor's own institution, else not found."""

from django.db.models import QuerySet

from accounts.capabilities import Capability
from chain.actors import Actor
from chain.errors import NotAllowed, NotFound
from library.models import Citation, Claim


def claims_of(actor: Actor) -> QuerySet[Claim]:
    allow(actor)
    return Claim.objects.filter(organisation_id=actor.organisation_id or 0).order_by("id")


def claim_or_404(actor: Actor, pk: int) -> Claim:
    claim = claims_of(actor).filter(pk=pk).first()
    if claim is None:
        raise NotFound
    return claim


def citations_of(actor: Actor) -> QuerySet[Citation]:
    allow(actor)
    found = Citation.objects.filter(organisation_id=actor.organisation_id or 0)
    return found.select_related("created_by", "verified_by").order_by("id")


def citation_or_404(actor: Actor, pk: int) -> Citation:
    citation = citations_of(actor).filter(pk=pk).first()
    if citation is None:
        raise NotFound
    return citation


def allow(actor: Actor) -> None:
    if not actor.can(Capability.VIEW_KNOWLEDGE):
        raise NotAllowed
