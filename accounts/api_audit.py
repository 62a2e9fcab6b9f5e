"""/api/v1/audit/: the institution's audit trail, read only, as the audit page shows it.

Here and not in chain, which knows no role and therefore serves no API of its own.
"""

from typing import Any, ClassVar

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access import Needs, NeedsCapability
from accounts.api import actor_in
from accounts.capabilities import Capability
from chain.models import Event, Seal, Unsealed

S = serializers


class EventShape(S.ModelSerializer[Event]):
    seal_number = S.IntegerField(source="seal.number", allow_null=True, default=None)

    class Meta:
        model = Event
        fields: ClassVar[list[str]] = [
            "id", "at", "actor_name", "user", "via", "verb", "subject_type", "subject_id", "state_from", "state_to",
            "why", "content_hash", "seal_number",
        ]  # fmt: skip


class HeadShape(S.Serializer[Any]):
    number = S.IntegerField()
    hash = S.CharField(help_text="sha256 of the last seal; empty before the first one")
    sealed_at = S.DateTimeField(allow_null=True)
    waiting = S.IntegerField(help_text="events that the sealer has not reached yet")


class Audit(mixins.ListModelMixin, viewsets.GenericViewSet[Event]):
    serializer_class = EventShape
    permission_classes = [NeedsCapability]
    needs: ClassVar[Needs] = {"GET": Capability.VIEW_AUDIT}
    filterset_fields: ClassVar[list[str]] = ["verb", "subject_type", "subject_id", "user"]
    queryset = Event.objects.none()
    ordering_fields: ClassVar[list[str]] = ["id", "at", "verb"]

    def get_queryset(self) -> QuerySet[Event]:
        """The newest first."""
        house = actor_in(self.request).organisation_id or 0
        return Event.objects.filter(organisation_id=house).select_related("seal").order_by("-id")

    @extend_schema(responses=HeadShape, filters=False)
    @action(detail=False, methods=["get"], pagination_class=None, url_path="head")
    def newest(self, request: Request) -> Response:
        """The head of the chain: whoever keeps it can prove later that nothing before it was rewritten."""
        last = Seal.objects.order_by("-number").first()
        found = {
            "number": last.number if last else 0,
            "hash": last.hash if last else "",
            "sealed_at": last.sealed_at if last else None,
            "waiting": Unsealed.objects.count(),
        }
        return Response(HeadShape(found).data)
