"""/api/v1/ for what was kept back: the proposed times, and the one act that releases them."""

from typing import ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.access import NeedsCapability
from accounts.api import actor_in, valid
from accounts.capabilities import Capability
from publishing import respacing
from publishing.api_overdue_shapes import ProposedTimeShape, ReleasedShape, ReleaseShape


class Overdue(APIView):
    permission_classes = [NeedsCapability]
    needs: ClassVar[dict[str, Capability]] = {"GET": Capability.VIEW_DELIVERIES, "POST": Capability.RELEASE}

    @extend_schema(operation_id="overdue", responses=ProposedTimeShape(many=True))
    def get(self, request: Request) -> Response:
        """What an outage or a freeze kept back, the first due first (at most 50), each with a proposed time.

        The times keep the order and each channel's distance. Nothing goes out before it is released.
        """
        kept = list(respacing.kept_back(actor_in(request))[: respacing.SHOWN])
        return Response(ProposedTimeShape(respacing.propose(kept), many=True).data)

    @extend_schema(operation_id="overdue_release", request=ReleaseShape, responses=ReleasedShape)
    def post(self, request: Request) -> Response:
        """Give each its time in one act. What cannot go stays held; `refused` says why. Needs a fresh second factor."""
        wanted = {row["delivery"]: row["due_at"] for row in valid(ReleaseShape, request)["times"]}
        return Response(ReleasedShape(respacing.release(wanted=wanted, actor=actor_in(request))).data)
