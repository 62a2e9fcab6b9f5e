"""/api/v1/ for publishing: channels, deliveries, freezes. Each act calls the pages' own action."""

from typing import ClassVar

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access import NeedsCapability
from accounts.api import actor_in, valid
from accounts.capabilities import Capability
from campaigns.models import Variant
from chain.errors import NotFound
from chain.models import Hold
from publishing import access, channels, freezing, scheduling, settling
from publishing.api_shapes import (
    ChannelShape,
    ConnectShape,
    DeliveryShape,
    DeliveryStoryShape,
    DueShape,
    FreezeShape,
    HoldShape,
    LinkShape,
    ReasonShape,
    ScheduleShape,
)
from publishing.models import Channel, Delivery

C = Capability
PK = r"[0-9]{1,18}"


class Channels(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Channel]):
    serializer_class = ChannelShape
    lookup_value_regex = PK
    permission_classes = [NeedsCapability]
    needs: ClassVar[dict[str, Capability]] = {"GET": C.VIEW_CHANNELS, "POST": C.CONNECT_CHANNEL}
    queryset = Channel.objects.none()

    def get_queryset(self) -> QuerySet[Channel]:
        return access.channels_of(actor_in(self.request))

    def get_object(self) -> Channel:
        return access.channel_or_404(actor_in(self.request), int(self.kwargs["pk"]))

    @extend_schema(request=ConnectShape, responses={201: ChannelShape})
    def create(self, request: Request) -> Response:
        """Connect the account that a token opens; the network is asked first."""
        channel = channels.connect(actor=actor_in(request), **valid(ConnectShape, request))
        return Response(ChannelShape(channel).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=ReasonShape, responses=ChannelShape)
    @action(detail=True, methods=["post"])
    def disconnect(self, request: Request, pk: str) -> Response:
        why = valid(ReasonShape, request)["why"]
        return Response(
            ChannelShape(channels.disconnect(channel=self.get_object(), actor=actor_in(request), why=why)).data
        )


class DeliveryFilter(filters.FilterSet):  # type: ignore[misc]  # the package has no types
    due_after = filters.IsoDateTimeFilter(field_name="due_at", lookup_expr="gte")
    due_before = filters.IsoDateTimeFilter(field_name="due_at", lookup_expr="lt")

    class Meta:
        model = Delivery
        fields: ClassVar[list[str]] = ["state", "campaign", "channel", "variant"]


class Deliveries(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Delivery]):
    serializer_class = DeliveryShape
    filterset_class = DeliveryFilter
    lookup_value_regex = PK
    permission_classes = [NeedsCapability]
    needs: ClassVar[dict[str, Capability]] = {
        "GET": C.VIEW_DELIVERIES,
        "hold": C.HOLD,
        "live": C.SETTLE,
        "POST": C.RELEASE,
    }
    queryset = Delivery.objects.none()

    def get_queryset(self) -> QuerySet[Delivery]:
        return access.deliveries_of(actor_in(self.request))

    def get_object(self) -> Delivery:
        return access.delivery_or_404(actor_in(self.request), int(self.kwargs["pk"]))

    def answer(self, delivery: Delivery, code: int = status.HTTP_200_OK) -> Response:
        found = access.delivery_or_404(actor_in(self.request), delivery.pk)
        return Response(DeliveryStoryShape(found).data, status=code)

    @extend_schema(responses=DeliveryStoryShape)
    def retrieve(self, request: Request, pk: str) -> Response:
        return self.answer(self.get_object())

    @extend_schema(request=ScheduleShape, responses={201: DeliveryStoryShape})
    def create(self, request: Request) -> Response:
        """Release a signed variant to go out once at `due_at`. Needs a fresh second factor; no token carries it."""
        wanted = valid(ScheduleShape, request)
        actor = actor_in(request)
        variant = Variant.objects.filter(organisation_id=actor.organisation_id or 0, pk=wanted["variant"]).first()
        if variant is None:
            raise NotFound
        made = scheduling.schedule(variant=variant, due_at=wanted["due_at"], actor=actor)
        return self.answer(made, status.HTTP_201_CREATED)

    @extend_schema(request=DueShape, responses=DeliveryStoryShape)
    @action(detail=True, methods=["post"])
    def move(self, request: Request, pk: str) -> Response:
        due_at = valid(DueShape, request)["due_at"]
        return self.answer(scheduling.move(delivery=self.get_object(), due_at=due_at, actor=actor_in(request)))

    @extend_schema(request=ReasonShape, responses=DeliveryStoryShape)
    @action(detail=True, methods=["post"])
    def hold(self, request: Request, pk: str) -> Response:
        why = valid(ReasonShape, request)["why"]
        return self.answer(scheduling.hold(delivery=self.get_object(), actor=actor_in(request), why=why))

    @extend_schema(request=ReasonShape, responses=DeliveryStoryShape)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: str) -> Response:
        why = valid(ReasonShape, request)["why"]
        return self.answer(scheduling.cancel(delivery=self.get_object(), actor=actor_in(request), why=why))

    @extend_schema(request=LinkShape, responses=DeliveryStoryShape)
    @action(detail=True, methods=["post"])
    def live(self, request: Request, pk: str) -> Response:
        """An unconfirmed post was seen on the account: here is its link."""
        link = valid(LinkShape, request)["permalink"]
        return self.answer(settling.confirm_live(delivery=self.get_object(), permalink=link, actor=actor_in(request)))

    @extend_schema(request=None, responses=DeliveryStoryShape)
    @action(detail=True, methods=["post"])
    def again(self, request: Request, pk: str) -> Response:
        """An unconfirmed post is not on the account: send it again."""
        return self.answer(settling.send_again(delivery=self.get_object(), actor=actor_in(request)))

    @extend_schema(request=ReasonShape, responses=DeliveryStoryShape)
    @action(detail=True, methods=["post"])
    def down(self, request: Request, pk: str) -> Response:
        """Delete a published post from its network; `why` is required."""
        why = valid(ReasonShape, request)["why"]
        return self.answer(settling.take_down(delivery=self.get_object(), actor=actor_in(request), why=why))


class Freezes(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Hold]):
    serializer_class = HoldShape
    lookup_value_regex = PK
    permission_classes = [NeedsCapability]
    needs: ClassVar[dict[str, Capability]] = {"GET": C.VIEW_DELIVERIES, "agree": C.RESUME, "POST": C.FREEZE}
    queryset = Hold.objects.none()

    def get_queryset(self) -> QuerySet[Hold]:
        access.allow(actor_in(self.request), C.VIEW_DELIVERIES)
        return Hold.objects.filter(organisation_id=actor_in(self.request).organisation_id or 0).order_by("-id")

    def get_object(self) -> Hold:
        return access.hold_or_404(actor_in(self.request), int(self.kwargs["pk"]))

    @extend_schema(request=FreezeShape, responses={201: HoldShape})
    def create(self, request: Request) -> Response:
        """Stop everything in a scope; `already_in` names what was being sent at that moment."""
        hold = freezing.freeze(actor=actor_in(request), **valid(FreezeShape, request))
        return Response(HoldShape(hold).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=None, responses=HoldShape)
    @action(detail=True, methods=["post"])
    def agree(self, request: Request, pk: str) -> Response:
        """Agree that publishing goes on; the second, different person lifts the freeze."""
        return Response(HoldShape(freezing.agree_to_resume(hold=self.get_object(), actor=actor_in(request))).data)
