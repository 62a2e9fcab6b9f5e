"""/api/v1/ for figures: a campaign's dashboard, and what the networks told of a delivery. Read only."""

from typing import ClassVar

from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import generics
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.access import NeedsCapability
from accounts.capabilities import Capability
from analytics.access import campaign_or_404, snapshots_of_delivery
from analytics.api_shapes import DashboardShape, SnapshotShape
from analytics.charts import CHOICES
from analytics.dashboard import dashboard
from analytics.models import Snapshot
from analytics.periods import NAMED, period_from

PERIOD = [
    OpenApiParameter("period", str, enum=list(NAMED), description="`all` unless given."),
    OpenApiParameter("from", OpenApiTypes.DATE, description="First day, in the campaign's time zone."),
    OpenApiParameter("to", OpenApiTypes.DATE, description="Last day, included."),
    OpenApiParameter("metric", str, enum=list(CHOICES), description="What `series` follows."),
]


class CampaignFigures(APIView):
    permission_classes = (NeedsCapability,)
    needs: ClassVar[dict[str, Capability]] = {"GET": Capability.VIEW_FIGURES}

    @extend_schema(operation_id="campaign_figures", parameters=PERIOD, responses=DashboardShape)
    def get(self, request: Request, pk: int) -> Response:
        """Awareness, engagement, impact and harm of a campaign, with coverage and date of each figure."""
        campaign = campaign_or_404(request.actor, pk)  # type: ignore[attr-defined]
        period = period_from(request.query_params, campaign)
        board = dashboard(campaign, period, request.query_params.get("metric", ""))
        return Response(DashboardShape(board).data)


@extend_schema_view(get=extend_schema(operation_id="delivery_snapshots"))
class DeliverySnapshots(generics.ListAPIView[Snapshot]):
    """What the networks told of a delivery's posts, in the order of time."""

    permission_classes = (NeedsCapability,)
    needs: ClassVar[dict[str, Capability]] = {"GET": Capability.VIEW_FIGURES}
    serializer_class = SnapshotShape
    filter_backends = ()

    def get_queryset(self) -> QuerySet[Snapshot]:
        if getattr(self, "swagger_fake_view", False):
            return Snapshot.objects.none()
        return snapshots_of_delivery(self.request.actor, self.kwargs["pk"])  # type: ignore[attr-defined]
