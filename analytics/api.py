"""/api/v1/ for figures: a campaign's dashboard, and what the networks told of a delivery. Read only."""

from typing import ClassVar

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import generics
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.access import NeedsCapability
from accounts.api_filters import BadParameters, FilterBackend, Ordering
from accounts.capabilities import Capability
from analytics.access import campaign_or_404, snapshots_of_delivery
from analytics.api_shapes import DashboardShape, SnapshotShape
from analytics.charts import CHOICES
from analytics.dashboard import dashboard
from analytics.models import Snapshot
from analytics.periods import NAMED, Period, period_from
from campaigns.models import Campaign
from chain.errors import Invalid

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
        board = dashboard(campaign, period_asked(request, campaign), metric_asked(request))
        return Response(DashboardShape(board).data)


def period_asked(request: Request, campaign: Campaign) -> Period:
    try:
        return period_from(request.query_params, campaign)
    except Invalid as error:
        raise BadParameters({error.field or "period": [str(error.message)]}) from error


def metric_asked(request: Request) -> str:
    metric = request.query_params.get("metric", "")
    if metric and metric not in CHOICES:
        raise BadParameters({"metric": [_("Choose one of: %(names)s.") % {"names": ", ".join(CHOICES)}]})
    return metric


@extend_schema_view(get=extend_schema(operation_id="delivery_snapshots"))
class DeliverySnapshots(generics.ListAPIView[Snapshot]):
    """What the networks told of a delivery's posts, in the order of time."""

    permission_classes = (NeedsCapability,)
    needs: ClassVar[dict[str, Capability]] = {"GET": Capability.VIEW_FIGURES}
    serializer_class = SnapshotShape
    filter_backends = (FilterBackend, Ordering)
    filterset_fields: ClassVar[list[str]] = ["source"]
    ordering_fields: ClassVar[list[str]] = ["captured_at"]

    def get_queryset(self) -> QuerySet[Snapshot]:
        if getattr(self, "swagger_fake_view", False):
            return Snapshot.objects.none()
        return snapshots_of_delivery(self.request.actor, self.kwargs["pk"])  # type: ignore[attr-defined]
