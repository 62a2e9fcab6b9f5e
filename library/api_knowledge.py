"""/api/v1/ for concepts, narratives and claims. Each act calls the pages' own action."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, status, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access import Needs, NeedsCapability
from accounts.capabilities import Capability
from chain.actors import Actor
from library import access, api_shapes, concepts, narratives
from library.api import actor_in, valid
from library.api_search import SEARCHED
from library.models import Claim, Concept, Narrative

shapes = api_shapes
ID = r"[0-9]{1,18}"
NEEDS: Needs = {
    "GET": Capability.VIEW_KNOWLEDGE,
    "POST": Capability.EDIT_KNOWLEDGE,
    "PATCH": Capability.EDIT_KNOWLEDGE,
}


class Concepts(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Concept]):
    serializer_class = shapes.ConceptShape
    lookup_value_regex = ID
    permission_classes = [NeedsCapability]
    filter_backends = SEARCHED
    needs: ClassVar[Needs] = NEEDS
    queryset = Concept.objects.none()
    filterset_fields: ClassVar[list[str]] = ["created_by"]
    ordering_fields: ClassVar[list[str]] = ["id", "name_ar", "name_fr", "name_en", "created_at"]

    def get_queryset(self) -> QuerySet[Concept]:
        return access.concepts_of(actor_in(self.request))

    def get_object(self) -> Concept:
        return access.concept_or_404(actor_in(self.request), int(self.kwargs["pk"]))

    @extend_schema(request=shapes.NewConceptShape, responses={201: shapes.ConceptShape})
    def create(self, request: Request) -> Response:
        made = concepts.add_concept(actor=actor_in(request), **valid(shapes.NewConceptShape, request.data))
        return Response(shapes.ConceptShape(made).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=shapes.ConceptEditShape, responses=shapes.ConceptShape)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Edit a concept, built upon `version`; 409 where that is no longer the last."""
        changes = valid(shapes.ConceptEditShape, request.data)
        version = changes.pop("version")
        done = concepts.edit_concept(
            concept=self.get_object(), changes=changes, version=version, actor=actor_in(request)
        )
        return Response(shapes.ConceptShape(done).data)


class Narratives(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Narrative]):
    serializer_class = shapes.NarrativeShape
    lookup_value_regex = ID
    permission_classes = [NeedsCapability]
    filter_backends = SEARCHED
    filterset_fields: ClassVar[list[str]] = ["kind"]
    needs: ClassVar[Needs] = NEEDS
    queryset = Narrative.objects.none()
    ordering_fields: ClassVar[list[str]] = ["id", "kind", "title_ar", "created_at"]

    def get_queryset(self) -> QuerySet[Narrative]:
        return access.narratives_of(actor_in(self.request))

    def get_object(self) -> Narrative:
        return access.narrative_or_404(actor_in(self.request), int(self.kwargs["pk"]))

    @extend_schema(request=shapes.NewNarrativeShape, responses={201: shapes.NarrativeShape})
    def create(self, request: Request) -> Response:
        made = narratives.add_narrative(actor=actor_in(request), **valid(shapes.NewNarrativeShape, request.data))
        return Response(shapes.NarrativeShape(made).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=shapes.NarrativeEditShape, responses=shapes.NarrativeShape)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Edit a narrative, built upon `version`; 409 where that is no longer the last."""
        changes = valid(shapes.NarrativeEditShape, request.data)
        version = changes.pop("version")
        done = narratives.edit_narrative(
            narrative=self.get_object(), changes=changes, version=version, actor=actor_in(request)
        )
        return Response(shapes.NarrativeShape(done).data)


class Claims(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Claim]):
    serializer_class = shapes.ClaimShape
    lookup_value_regex = ID
    permission_classes = [NeedsCapability]
    filter_backends = SEARCHED
    filterset_fields: ClassVar[list[str]] = ["concept", "narrative", "distortion", "prevalence", "harm"]
    needs: ClassVar[Needs] = NEEDS
    queryset = Claim.objects.none()
    ordering_fields: ClassVar[list[str]] = ["id", "concept", "narrative", "prevalence", "harm", "created_at"]

    def get_queryset(self) -> QuerySet[Claim]:
        return access.claims_of(actor_in(self.request))

    def get_object(self) -> Claim:
        return access.claim_or_404(actor_in(self.request), int(self.kwargs["pk"]))

    @extend_schema(request=shapes.NewClaimShape, responses={201: shapes.ClaimShape})
    def create(self, request: Request) -> Response:
        actor = actor_in(request)
        made = narratives.add_claim(actor=actor, **named(actor, valid(shapes.NewClaimShape, request.data)))
        return Response(shapes.ClaimShape(made).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=shapes.ClaimEditShape, responses=shapes.ClaimShape)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Edit a claim, built upon `version`; 409 where that is no longer the last."""
        changes = named(actor_in(request), valid(shapes.ClaimEditShape, request.data))
        version = changes.pop("version")
        done = narratives.edit_claim(claim=self.get_object(), changes=changes, version=version, actor=actor_in(request))
        return Response(shapes.ClaimShape(done).data)


def named(actor: Actor, given: dict[str, Any]) -> dict[str, Any]:
    """The rows that the given ids name, of the actor's own institution; else 404."""
    if "concept" in given:
        given["concept"] = access.concept_or_404(actor, given["concept"])
    if given.get("narrative") is not None:
        given["narrative"] = access.narrative_or_404(actor, given["narrative"])
    return given
