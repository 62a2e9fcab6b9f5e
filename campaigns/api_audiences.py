"""/api/v1/ for programmes, segments and messengers. Each act calls the pages' own action."""

from typing import ClassVar

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access import Needs, NeedsCapability
from accounts.api_shapes import WhyShape
from accounts.capabilities import Capability
from campaigns import access, api_audience_shapes, audiences, messengers, programmes
from campaigns.models import Messenger, Programme, Segment
from library.api import actor_in, valid
from library.api_search import SEARCHED

shapes = api_audience_shapes
NEEDS: Needs = {"GET": Capability.VIEW_CAMPAIGNS, "POST": Capability.EDIT_BRIEF, "PATCH": Capability.EDIT_BRIEF}


class Programmes(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Programme]):
    serializer_class = shapes.ProgrammeShape
    lookup_value_regex = r"[0-9]{1,18}"
    permission_classes = [NeedsCapability]
    filter_backends = SEARCHED
    needs: ClassVar[Needs] = NEEDS
    queryset = Programme.objects.none()
    filterset_fields: ClassVar[list[str]] = ["created_by"]
    ordering_fields: ClassVar[list[str]] = ["id", "title", "created_at"]

    def get_queryset(self) -> QuerySet[Programme]:
        return access.programmes_of(actor_in(self.request))

    def get_object(self) -> Programme:
        return access.programme_or_404(actor_in(self.request), int(self.kwargs["pk"]))

    @extend_schema(request=shapes.NewProgrammeShape, responses={201: shapes.ProgrammeShape})
    def create(self, request: Request) -> Response:
        made = programmes.add_programme(actor=actor_in(request), **valid(shapes.NewProgrammeShape, request.data))
        return Response(shapes.ProgrammeShape(made).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=shapes.ProgrammeEditShape, responses=shapes.ProgrammeShape)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Edit it, built upon `version`; 409 where that is no longer the last."""
        changes, actor = valid(shapes.ProgrammeEditShape, request.data), actor_in(request)
        version = changes.pop("version")
        programmes.edit_programme(programme=self.get_object(), changes=changes, version=version, actor=actor)
        return Response(shapes.ProgrammeShape(self.get_object()).data)


class Segments(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Segment]):
    serializer_class = shapes.SegmentShape
    lookup_value_regex = r"[0-9]{1,18}"
    permission_classes = [NeedsCapability]
    filter_backends = SEARCHED
    needs: ClassVar[Needs] = NEEDS
    queryset = Segment.objects.none()
    filterset_fields: ClassVar[list[str]] = ["created_by"]
    ordering_fields: ClassVar[list[str]] = ["id", "name", "created_at"]

    def get_queryset(self) -> QuerySet[Segment]:
        return access.segments_of(actor_in(self.request))

    def get_object(self) -> Segment:
        return access.segment_or_404(actor_in(self.request), int(self.kwargs["pk"]))

    @extend_schema(request=shapes.NewSegmentShape, responses={201: shapes.SegmentShape})
    def create(self, request: Request) -> Response:
        made = audiences.add_segment(actor=actor_in(request), **valid(shapes.NewSegmentShape, request.data))
        return Response(shapes.SegmentShape(made).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=shapes.SegmentEditShape, responses=shapes.SegmentShape)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Edit it, built upon `version`; 409 where that is no longer the last."""
        changes, actor = valid(shapes.SegmentEditShape, request.data), actor_in(request)
        version = changes.pop("version")
        audiences.edit_segment(segment=self.get_object(), changes=changes, version=version, actor=actor)
        return Response(shapes.SegmentShape(self.get_object()).data)


class Messengers(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Messenger]):
    serializer_class = shapes.MessengerShape
    lookup_value_regex = r"[0-9]{1,18}"
    permission_classes = [NeedsCapability]
    filter_backends = SEARCHED
    needs: ClassVar[Needs] = NEEDS
    queryset = Messenger.objects.none()
    filterset_fields: ClassVar[list[str]] = ["kind"]
    ordering_fields: ClassVar[list[str]] = ["id", "public_name", "created_at"]

    def get_queryset(self) -> QuerySet[Messenger]:
        return access.messengers_of(actor_in(self.request))

    def get_object(self) -> Messenger:
        return access.messenger_or_404(actor_in(self.request), int(self.kwargs["pk"]))

    @extend_schema(request=shapes.NewMessengerShape, responses={201: shapes.MessengerShape})
    def create(self, request: Request) -> Response:
        made = messengers.add_messenger(actor=actor_in(request), **valid(shapes.NewMessengerShape, request.data))
        return Response(shapes.MessengerShape(made).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=shapes.MessengerEditShape, responses=shapes.MessengerShape)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Edit it, built upon `version`; 409 where that is no longer the last."""
        changes, actor = valid(shapes.MessengerEditShape, request.data), actor_in(request)
        version = changes.pop("version")
        messengers.edit_messenger(messenger=self.get_object(), changes=changes, version=version, actor=actor)
        return Response(shapes.MessengerShape(self.get_object()).data)

    @extend_schema(request=WhyShape, responses=shapes.MessengerShape)
    @action(detail=True, methods=["post"], url_path="withdraw-consent")
    def withdraw_consent(self, request: Request, pk: str) -> Response:
        """End the consent at once; what waits in this messenger's campaigns is held."""
        why = valid(WhyShape, request.data)
        done = messengers.withdraw_consent(messenger=self.get_object(), actor=actor_in(request), **why)
        return Response(shapes.MessengerShape(done).data)
