"""/api/v1/ for the calendar: the feed of a span, slots, acts on many deliveries. Each calls the pages' own action."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.access import NeedsCapability
from accounts.api import actor_in, valid
from accounts.api_filters import asked
from accounts.capabilities import Capability
from campaigns.access import campaign_or_404, variant_or_404
from publishing import access, agenda, bulk, slots
from publishing.api_agenda_shapes import (
    AgendaShape,
    AskBulkShape,
    BulkActShape,
    FillShape,
    PlanShape,
    RewriteShape,
    SlotShape,
    SpanShape,
)
from publishing.api_shapes import DueShape, ReasonShape
from publishing.models import BulkAct, Slot

C = Capability
PK = r"[0-9]{1,18}"


class Calendar(APIView):
    permission_classes = [NeedsCapability]
    needs: ClassVar[dict[str, Capability]] = {"GET": C.VIEW_DELIVERIES}

    @extend_schema(parameters=[SpanShape], responses=AgendaShape)
    def get(self, request: Request) -> Response:
        """What goes out when. `month`: counts of each state and at most three entries a day; else the entries."""
        wanted = asked(SpanShape, request)
        first, last, view, start = (wanted.pop(name) for name in ("first", "last", "view", "start"))
        a_day = agenda.A_DAY if view == "month" else None
        found = agenda.agenda(actor_in(request), first, last, agenda.Filters(**wanted), a_day=a_day, start=start)
        return Response(AgendaShape(found).data)


class Slots(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Slot]):
    """Plans on the calendar. Nothing goes out by a slot."""

    serializer_class = SlotShape
    lookup_value_regex = PK
    permission_classes = [NeedsCapability]
    needs: ClassVar[dict[str, Capability]] = {"GET": C.VIEW_DELIVERIES, "POST": C.SCHEDULE, "PATCH": C.SCHEDULE}
    queryset = Slot.objects.none()
    ordering_fields: ClassVar[list[str]] = ["id", "due_at", "title", "campaign", "channel", "created_at"]
    filterset_fields: ClassVar[list[str]] = ["state", "campaign", "channel", "variant"]

    def get_queryset(self) -> QuerySet[Slot]:
        return access.slots_of(actor_in(self.request))

    def get_object(self) -> Slot:
        return access.slot_or_404(actor_in(self.request), int(self.kwargs["pk"]))

    @extend_schema(request=PlanShape, responses={201: SlotShape})
    def create(self, request: Request) -> Response:
        wanted, actor = valid(PlanShape, request), actor_in(request)
        variant = wanted.pop("variant")
        made = slots.plan(
            campaign=campaign_or_404(actor, wanted.pop("campaign")),
            channel=access.channel_or_404(actor, wanted.pop("channel")),
            variant=variant_or_404(actor, variant) if variant else None,
            actor=actor,
            **wanted,
        )
        return Response(SlotShape(made).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=RewriteShape, responses=SlotShape)
    def partial_update(self, request: Request, pk: str) -> Response:
        wanted = valid(RewriteShape, request)
        return Response(SlotShape(slots.rewrite(slot=self.get_object(), actor=actor_in(request), **wanted)).data)

    @extend_schema(request=DueShape, responses=SlotShape)
    @action(detail=True, methods=["post"])
    def move(self, request: Request, pk: str) -> Response:
        wanted = valid(DueShape, request)
        return Response(SlotShape(slots.move(slot=self.get_object(), actor=actor_in(request), **wanted)).data)

    @extend_schema(request=FillShape, responses=SlotShape)
    @action(detail=True, methods=["post"])
    def fill(self, request: Request, pk: str) -> Response:
        """Say which text is meant for it; null takes it away again."""
        wanted, actor, slot = valid(FillShape, request)["variant"], actor_in(request), self.get_object()
        if wanted is None:
            return Response(SlotShape(slots.empty(slot=slot, actor=actor)).data)
        filled = slots.fill(slot=slot, variant=variant_or_404(actor, wanted), actor=actor)
        return Response(SlotShape(filled).data)

    @extend_schema(request=ReasonShape, responses=SlotShape)
    @action(detail=True, methods=["post"])
    def remove(self, request: Request, pk: str) -> Response:
        why = valid(ReasonShape, request)["why"]
        return Response(SlotShape(slots.remove(slot=self.get_object(), actor=actor_in(request), why=why)).data)


class BulkActs(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[BulkAct]):
    """One act on many deliveries: ask for it, then look at its row until it has ended."""

    serializer_class = BulkActShape
    lookup_value_regex = PK
    permission_classes = [NeedsCapability]
    needs: ClassVar[dict[str, Any]] = {"GET": C.VIEW_DELIVERIES, "POST": (C.RELEASE, C.HOLD)}
    queryset = BulkAct.objects.none()
    filterset_fields: ClassVar[list[str]] = ["kind", "state"]
    ordering_fields: ClassVar[list[str]] = ["id", "kind", "state", "created_at", "ended_at"]

    def get_queryset(self) -> QuerySet[BulkAct]:
        return access.bulk_acts_of(actor_in(self.request))

    def get_object(self) -> BulkAct:
        return access.bulk_act_or_404(actor_in(self.request), int(self.kwargs["pk"]))

    @extend_schema(request=AskBulkShape, responses={202: BulkActShape})
    def create(self, request: Request) -> Response:
        wanted = valid(AskBulkShape, request)
        act = bulk.ask(delivery_ids=wanted.pop("deliveries"), actor=actor_in(request), **wanted)
        return Response(BulkActShape(act).data, status=status.HTTP_202_ACCEPTED)

    @extend_schema(request=None, responses=BulkActShape)
    @action(detail=True, methods=["post"])
    def stop(self, request: Request, pk: str) -> Response:
        """Let the rest be; what is done stays done."""
        return Response(BulkActShape(bulk.stop(act=self.get_object(), actor=actor_in(request))).data)
