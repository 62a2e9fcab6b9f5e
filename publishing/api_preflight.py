"""/api/v1/ for the pre-flight: what would keep a text from going out, and exactly what would be sent."""

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.access import NeedsCapability
from accounts.api import actor_in
from accounts.capabilities import Capability
from campaigns.access import variant_or_404
from publishing.access import delivery_or_404
from publishing.preflight import Finding, Preflight, of_delivery, of_variant

S = serializers


class FindingShape(S.Serializer[Finding]):
    """`mender` is the capability of those who can put it right."""

    code = S.CharField()
    level = S.ChoiceField(choices=(("block", "block"), ("warn", "warn"), ("ok", "ok")))
    what = S.CharField()
    how = S.CharField()
    mender = S.CharField()


class PreflightShape(S.Serializer[Any]):
    """`mend` has what blocks first; `texts` are the posts exactly as they would stand on the network."""

    mend = FindingShape(many=True)
    sound = FindingShape(many=True)
    texts = S.ListField(child=S.CharField())


def answer(found: Preflight) -> Response:
    return Response(PreflightShape(found).data)


class DeliveryPreflight(APIView):
    permission_classes = [NeedsCapability]
    needs: ClassVar[dict[str, Capability]] = {"GET": Capability.VIEW_DELIVERIES}

    @extend_schema(responses=PreflightShape)
    def get(self, request: Request, pk: int) -> Response:
        """What would keep a delivery from going out at its time. The network itself is not asked here."""
        return answer(of_delivery(delivery_or_404(actor_in(request), pk)))


class VariantPreflight(APIView):
    permission_classes = [NeedsCapability]
    needs: ClassVar[dict[str, Capability]] = {"GET": Capability.VIEW_CONTENTS}

    @extend_schema(responses=PreflightShape)
    def get(self, request: Request, pk: int) -> Response:
        """What would keep a variant from going out: what is up for signature, else its working copy as last saved."""
        return answer(of_variant(variant_or_404(actor_in(request), pk)))
