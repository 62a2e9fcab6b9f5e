"""What channels, deliveries and freezes look like in /api/v1/. Times are UTC, ISO 8601; no secret is ever answered."""

from typing import Any, ClassVar

from rest_framework import serializers

from accounts.models import Language
from chain.models import Hold
from publishing.models import Attempt, Channel, Delivery, LookUp, Part
from publishing.reasons import REASONS, reason_of

S = serializers


class ChannelShape(S.ModelSerializer[Channel]):
    class Meta:
        model = Channel
        fields: ClassVar[list[str]] = [
            "id", "network", "server_url", "state", "state_reason", "handle", "display_name", "profile_url", "language",
            "limits", "followers", "not_before", "checked_at", "connected_at",
        ]  # fmt: skip


class ConnectShape(S.Serializer[Any]):
    network = S.SlugField(max_length=30)
    server_url = S.URLField(max_length=300)
    token = S.CharField(max_length=2000, write_only=True)
    language = S.ChoiceField(choices=Language.choices, default="ar")


class PartShape(S.ModelSerializer[Part]):
    class Meta:
        model = Part
        fields: ClassVar[list[str]] = ["position", "state", "remote_id", "permalink", "published_at"]


class AttemptShape(S.ModelSerializer[Attempt]):
    class Meta:
        model = Attempt
        fields: ClassVar[list[str]] = [
            "number", "outcome", "code", "detail", "started_at", "send_started_at", "answered_at",
        ]  # fmt: skip


class LookUpShape(S.ModelSerializer[LookUp]):
    class Meta:
        model = LookUp
        fields: ClassVar[list[str]] = ["at", "is_complete", "looked_at", "found_remote_id", "code"]


class DeliveryShape(S.ModelSerializer[Delivery]):
    content = S.IntegerField(source="variant.content_id", read_only=True)
    title = S.CharField(source="variant.content.title", read_only=True)
    digest = S.CharField(source="payload.digest", read_only=True)
    reason_text = S.SerializerMethodField()
    next_step = S.SerializerMethodField()

    class Meta:
        model = Delivery
        fields: ClassVar[list[str]] = [
            "id", "campaign", "content", "title", "variant", "channel", "state", "due_at", "not_before", "hold_reason",
            "reason", "reason_text", "next_step", "digest", "superseded", "is_duplicate_alarm", "attempts_made",
            "published_at", "created_at",
        ]  # fmt: skip

    def get_reason_text(self, delivery: Delivery) -> str:
        return str(reason_of(delivery.reason, delivery.reason_params).title) if delivery.reason in REASONS else ""

    def get_next_step(self, delivery: Delivery) -> str:
        return str(reason_of(delivery.reason).next_step) if delivery.reason in REASONS else ""


class DeliveryStoryShape(DeliveryShape):
    """One delivery with its parts, attempts and look-ups."""

    parts = PartShape(many=True, read_only=True)
    attempts = AttemptShape(many=True, read_only=True)
    look_ups = LookUpShape(many=True, read_only=True)

    class Meta(DeliveryShape.Meta):
        fields: ClassVar[list[str]] = [*DeliveryShape.Meta.fields, "parts", "attempts", "look_ups"]


class ScheduleShape(S.Serializer[Any]):
    variant = S.IntegerField(min_value=1, max_value=2**62)
    due_at = S.DateTimeField()


class DueShape(S.Serializer[Any]):
    due_at = S.DateTimeField()


class ReasonShape(S.Serializer[Any]):
    why = S.CharField(max_length=500, allow_blank=True, default="")


class LinkShape(S.Serializer[Any]):
    permalink = S.CharField(max_length=500)


class HoldShape(S.ModelSerializer[Hold]):
    class Meta:
        model = Hold
        fields: ClassVar[list[str]] = [
            "id", "scope", "scope_id", "state", "reason", "placed_by", "placed_at", "first_agreed_by",
            "first_agreed_at", "released_by", "released_at", "already_in",
        ]  # fmt: skip


class FreezeShape(S.Serializer[Any]):
    scope = S.ChoiceField(choices=["everything", "campaign", "channel", "network"])
    scope_id = S.CharField(max_length=60, allow_blank=True, default="")
    reason = S.CharField(max_length=500)
