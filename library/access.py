"""How concepts, narratives, claims and citations reach a view: one's own institution's, else not found."""

from typing import TypeVar

from django.db.models import Model, QuerySet

from accounts.capabilities import Capability
from chain.actors import Actor
from chain.errors import NotAllowed, NotFound
from library.models import Citation, Claim, Concept, Narrative

T = TypeVar("T", bound=Model)


def concepts_of(actor: Actor) -> QuerySet[Concept]:
    allow(actor)
    return Concept.objects.filter(organisation_id=house(actor)).order_by("name_ar", "id")


def concept_or_404(actor: Actor, pk: int) -> Concept:
    return only(concepts_of(actor), pk)


def narratives_of(actor: Actor) -> QuerySet[Narrative]:
    allow(actor)
    return Narrative.objects.filter(organisation_id=house(actor)).order_by("id")


def narrative_or_404(actor: Actor, pk: int) -> Narrative:
    return only(narratives_of(actor), pk)


def claims_of(actor: Actor) -> QuerySet[Claim]:
    allow(actor)
    found = Claim.objects.filter(organisation_id=house(actor))
    return found.select_related("concept", "narrative").order_by("id")


def claim_or_404(actor: Actor, pk: int) -> Claim:
    return only(claims_of(actor), pk)


def citations_of(actor: Actor) -> QuerySet[Citation]:
    allow(actor)
    found = Citation.objects.filter(organisation_id=house(actor))
    return found.select_related("created_by", "verified_by").order_by("id")


def citation_or_404(actor: Actor, pk: int) -> Citation:
    return only(citations_of(actor), pk)


def house(actor: Actor) -> int:
    """No institution has the id 0: a stranger finds nothing."""
    return actor.organisation_id or 0


def only(found: QuerySet[T], pk: int) -> T:
    thing = found.filter(pk=pk).first()
    if thing is None:
        raise NotFound
    return thing


def allow(actor: Actor) -> None:
    if not actor.can(Capability.VIEW_KNOWLEDGE):
        raise NotAllowed
