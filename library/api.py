"""/api/v1/ for claims, citations and verses. Each act calls the pages' own action."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.access import Needs, NeedsCapability
from accounts.capabilities import Capability
from chain.actors import Actor
from library import access, citing, scripture
from library.api_shapes import CitationShape, ClaimShape, NewClaimShape, NewVerseShape, NewWorkShape, PassageShape
from library.models import Citation, Claim


def actor_in(request: Request) -> Actor:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return actor


def valid(shape: type[serializers.Serializer[Any]], data: Any) -> dict[str, Any]:
    checked = shape(data=data)
    checked.is_valid(raise_exception=True)
    wanted: dict[str, Any] = checked.validated_data
    return wanted


class Claims(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Claim]):
    serializer_class = ClaimShape
    lookup_value_regex = r"[0-9]{1,18}"
    permission_classes = [NeedsCapability]
    needs: ClassVar[Needs] = {"GET": Capability.VIEW_KNOWLEDGE, "POST": Capability.EDIT_KNOWLEDGE}
    queryset = Claim.objects.none()

    def get_queryset(self) -> QuerySet[Claim]:
        return access.claims_of(actor_in(self.request))

    def get_object(self) -> Claim:
        return access.claim_or_404(actor_in(self.request), int(self.kwargs["pk"]))

    @extend_schema(request=NewClaimShape, responses={201: ClaimShape})
    def create(self, request: Request) -> Response:
        claim = citing.add_claim(actor=actor_in(request), **valid(NewClaimShape, request.data))
        return Response(ClaimShape(claim).data, status=status.HTTP_201_CREATED)


class Citations(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Citation]):
    serializer_class = CitationShape
    lookup_value_regex = r"[0-9]{1,18}"
    permission_classes = [NeedsCapability]
    needs: ClassVar[Needs] = {
        "GET": Capability.VIEW_KNOWLEDGE,
        "POST": (Capability.EDIT_KNOWLEDGE, Capability.WRITE_CONTENT),
        "verify": Capability.EDIT_KNOWLEDGE,
    }
    queryset = Citation.objects.none()

    def get_queryset(self) -> QuerySet[Citation]:
        return access.citations_of(actor_in(self.request))

    def get_object(self) -> Citation:
        return access.citation_or_404(actor_in(self.request), int(self.kwargs["pk"]))

    @extend_schema(request=NewVerseShape, responses=CitationShape)
    @action(detail=False, methods=["post"])
    def verses(self, request: Request) -> Response:
        """Cite verses by reference. The same verses give the same citation."""
        citation = citing.cite_verse(actor=actor_in(request), **valid(NewVerseShape, request.data))
        return Response(CitationShape(citation).data)

    @extend_schema(request=NewWorkShape, responses={201: CitationShape})
    @action(detail=False, methods=["post"])
    def works(self, request: Request) -> Response:
        """Add a work, to be verified by another person before anything that rests on it goes out."""
        citation = citing.cite_work(actor=actor_in(request), **valid(NewWorkShape, request.data))
        return Response(CitationShape(citation).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=None, responses=CitationShape)
    @action(detail=True, methods=["post"])
    def verify(self, request: Request, pk: str) -> Response:
        """Say that one compared the work with the print."""
        return Response(CitationShape(citing.verify_citation(citation=self.get_object(), actor=actor_in(request))).data)


class Verses(APIView):
    permission_classes = [NeedsCapability]
    needs: ClassVar[dict[str, Capability]] = {"GET": Capability.VIEW_KNOWLEDGE}

    @extend_schema(responses=PassageShape)
    def get(self, request: Request, surah: int, ayah_from: int, ayah_to: int | None = None) -> Response:
        """Verses of one surah from the installed text."""
        return Response(PassageShape(scripture.passage(surah, ayah_from, ayah_to)).data)
