"""/api/v1/ for citations and verses. Each act calls the pages' own action."""

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
from library.api_search import SEARCHED
from library.api_shapes import (
    CitationShape,
    NewHadithShape,
    NewPageShape,
    NewVerseShape,
    NewWorkShape,
    PassageShape,
)
from library.models import Citation, CitationKind


def actor_in(request: Request) -> Actor:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return actor


def valid(shape: type[serializers.Serializer[Any]], data: Any) -> dict[str, Any]:
    checked = shape(data=data)
    checked.is_valid(raise_exception=True)
    wanted: dict[str, Any] = checked.validated_data
    return wanted


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
    ordering_fields: ClassVar[list[str]] = ["id", "kind", "title", "verified_at"]
    filter_backends = SEARCHED
    filterset_fields: ClassVar[dict[str, list[str]]] = {
        "kind": ["exact"],
        "grade": ["exact"],
        "verified_at": ["isnull"],
    }

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
        return self.added(request, CitationKind.WORK, NewWorkShape)

    @extend_schema(request=NewHadithShape, responses={201: CitationShape})
    @action(detail=False, methods=["post"])
    def hadiths(self, request: Request) -> Response:
        """Add a hadith by its collection, number and grade, to be verified by another person."""
        return self.added(request, CitationKind.HADITH, NewHadithShape)

    @extend_schema(request=NewPageShape, responses={201: CitationShape})
    @action(detail=False, methods=["post"])
    def pages(self, request: Request) -> Response:
        """Add a page of the web with the day on which it was read, to be verified by another person."""
        return self.added(request, CitationKind.PAGE, NewPageShape)

    def added(self, request: Request, kind: CitationKind, shape: type[serializers.Serializer[Any]]) -> Response:
        citation = citing.cite_source(kind=kind, actor=actor_in(request), **valid(shape, request.data))
        return Response(CitationShape(citation).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=None, responses=CitationShape)
    @action(detail=True, methods=["post"])
    def verify(self, request: Request, pk: str) -> Response:
        """Say that one compared the source with its original."""
        return Response(CitationShape(citing.verify_citation(citation=self.get_object(), actor=actor_in(request))).data)


class Verses(APIView):
    permission_classes = [NeedsCapability]
    needs: ClassVar[dict[str, Capability]] = {"GET": Capability.VIEW_KNOWLEDGE}

    @extend_schema(responses=PassageShape)
    def get(self, request: Request, surah: int, ayah_from: int, ayah_to: int | None = None) -> Response:
        """Verses of one surah from the installed text."""
        return Response(PassageShape(scripture.passage(surah, ayah_from, ayah_to)).data)
