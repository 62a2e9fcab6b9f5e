"""What the kept-back deliveries look like in /api/v1/."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from publishing.api_shapes import DeliveryShape
from publishing.respacing import SHOWN, Released

S = serializers


class ProposedTimeShape(S.Serializer[Any]):
    """`due_at` is null where `why_not` says what must come first."""

    delivery = DeliveryShape(read_only=True)
    due_at = S.DateTimeField(allow_null=True, read_only=True)
    why_not = S.CharField(read_only=True)


class TimeShape(S.Serializer[Any]):
    delivery = S.IntegerField(min_value=1, max_value=2**62)
    due_at = S.DateTimeField()


class ReleaseShape(S.Serializer[Any]):
    times = S.ListField(child=TimeShape(), min_length=1, max_length=SHOWN)


class RefusedShape(S.Serializer[Any]):
    delivery = S.IntegerField()
    sentence = S.CharField()


class ReleasedShape(S.Serializer[Released]):
    moved = S.ListField(child=S.IntegerField(), read_only=True)
    refused = S.SerializerMethodField()

    @extend_schema_field(RefusedShape(many=True))
    def get_refused(self, released: Released) -> list[dict[str, Any]]:
        return [{"delivery": pk, "sentence": said} for pk, said in released.refused.items()]
