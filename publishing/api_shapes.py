"""What channels, deliveries and freezes look like in /api/v1/. Times are UTC, ISO 8601; no secret is ever answered."""

from typing import Any, ClassVar

from rest_framework import serializers

from accounts.models import Language
from campaigns.models import LatenessPolicy
from chain.models import Hold
from networks.options import OptionKind
from publishing.aftermath import Aftermath
from publishing.correction_models import Correction
from publishing.models import Attempt, Channel, Delivery, LookUp, Part
from publishing.reasons import REASONS, reason_of
from publishing.removal_models import Copy
from publishing.scoping import SCOPES

S = serializers


class ChannelShape(S.ModelSerializer[Channel]):
    """`people` are those who post on it by hand, in turn; none where the network takes posts itself."""

    people = S.SerializerMethodField()

    class Meta:
        model = Channel
        fields: ClassVar[list[str]] = [
            "id", "network", "server_url", "state", "state_reason", "handle", "display_name", "profile_url", "language",
            "owner", "sender", "funder", "people", "limits", "followers", "not_before", "spacing_minutes",
            "checked_at", "connected_at",
        ]  # fmt: skip

    def get_people(self, channel: Channel) -> list[int]:
        return [poster.user_id for poster in channel.posters.all()]


class SpacingShape(S.Serializer[Any]):
    """Null for what the installation says, 0 for no distance."""

    minutes = S.IntegerField(min_value=0, max_value=1440, allow_null=True)


class DisclosureShape(S.Serializer[Any]):
    """Who owns the account, in whose name it speaks, who pays: public in the ledger."""

    owner = S.CharField(max_length=200)
    sender = S.CharField(max_length=200)
    funder = S.CharField(max_length=200)


class ConnectShape(S.Serializer[Any]):
    network = S.SlugField(max_length=30)
    server_url = S.URLField(max_length=300, allow_blank=True, default="")
    token = S.CharField(max_length=2000, write_only=True)
    account = S.CharField(max_length=200, allow_blank=True, default="")
    disclosure = DisclosureShape()
    language = S.ChoiceField(choices=Language.choices, default="ar")


class ConnectByHandShape(S.Serializer[Any]):
    network = S.SlugField(max_length=30)
    name = S.CharField(max_length=200)
    link = S.CharField(max_length=300)
    people = S.ListField(child=S.IntegerField(min_value=1, max_value=2**62), max_length=20)
    is_disclosed = S.BooleanField()
    disclosure = DisclosureShape()
    language = S.ChoiceField(choices=Language.choices, default="ar")


class FeatureShape(S.Serializer[Any]):
    label = S.CharField()  # type: ignore[assignment]
    words = S.CharField()
    offered = S.BooleanField(allow_null=True)


class ChoiceShape(S.Serializer[Any]):
    value = S.CharField()
    label = S.CharField()  # type: ignore[assignment]


class OptionShape(S.Serializer[Any]):
    """What may be chosen for each post, as `variants.<id>.options` of a sheet names it. `default` needs no saying."""

    name = S.CharField()
    kind = S.ChoiceField(choices=[str(kind) for kind in OptionKind])
    label = S.CharField()  # type: ignore[assignment]
    help = S.CharField()
    default = S.CharField()
    choices = ChoiceShape(many=True)
    max_length = S.IntegerField(allow_null=True)
    required = S.BooleanField()  # type: ignore[assignment]


class NetworkShape(S.Serializer[Any]):
    slug = S.CharField()
    name = S.CharField()
    options = OptionShape(many=True)
    features = FeatureShape(many=True)


class CopyShape(S.ModelSerializer[Copy]):
    """A second post of a part; settled once `gone_at` or `kept_at` is set."""

    class Meta:
        model = Copy
        fields: ClassVar[list[str]] = [
            "id",
            "remote_id",
            "permalink",
            "found_at",
            "asked_at",
            "code",
            "gone_at",
            "kept_at",
        ]


class PartShape(S.ModelSerializer[Part]):
    copies = CopyShape(many=True, read_only=True)

    class Meta:
        model = Part
        fields: ClassVar[list[str]] = ["position", "state", "remote_id", "permalink", "published_at", "copies"]


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
            "reason", "reason_text", "next_step", "lateness_policy", "lateness_minutes", "digest", "superseded",
            "is_duplicate_alarm", "attempts_made",
            "published_at", "created_at",
        ]  # fmt: skip

    def get_reason_text(self, delivery: Delivery) -> str:
        return str(reason_of(delivery.reason, delivery.reason_params).title) if delivery.reason in REASONS else ""

    def get_next_step(self, delivery: Delivery) -> str:
        return str(reason_of(delivery.reason).next_step) if delivery.reason in REASONS else ""


class CorrectionShape(S.ModelSerializer[Correction]):
    """Newer words for what is live: under way until `done_at`, or `ended_at` with the code of what stood in the way."""

    digest = S.CharField(source="payload.digest", read_only=True)

    class Meta:
        model = Correction
        fields: ClassVar[list[str]] = ["digest", "why", "by", "asked_at", "code", "done_at", "ended_at"]


class DeliveryStoryShape(DeliveryShape):
    """One delivery with its parts, attempts, look-ups and corrections."""

    parts = PartShape(many=True, read_only=True)
    attempts = AttemptShape(many=True, read_only=True)
    look_ups = LookUpShape(many=True, read_only=True)
    corrections = CorrectionShape(many=True, read_only=True)

    class Meta(DeliveryShape.Meta):
        fields: ClassVar[list[str]] = [*DeliveryShape.Meta.fields, "parts", "attempts", "look_ups", "corrections"]


class ScheduleShape(S.Serializer[Any]):
    variant = S.IntegerField(min_value=1, max_value=2**62)
    due_at = S.DateTimeField()


class DueShape(S.Serializer[Any]):
    due_at = S.DateTimeField()
    seen = S.DateTimeField(required=False)


class LatenessShape(S.Serializer[Any]):
    """An empty `policy` leaves it to the campaign; `minutes` counts for hold and skip."""

    policy = S.ChoiceField(choices=LatenessPolicy.choices, allow_blank=True)
    minutes = S.IntegerField(min_value=0, max_value=10_080, allow_null=True, default=None)


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


class MomentShape(S.Serializer[Any]):
    """`delivery` is the post that it is about, null for the freeze itself."""

    at = S.DateTimeField()
    who = S.CharField()
    what = S.CharField()
    delivery = S.IntegerField(allow_null=True)
    title = S.CharField()
    why = S.CharField()


class AftermathShape(S.Serializer[Any]):
    """`last_out_after` is in seconds from the stop to the last post that still went out; null where none did."""

    held = S.IntegerField()
    moved = S.IntegerField()
    still_held = S.IntegerField()
    out = S.SerializerMethodField()
    last_out_after = S.FloatField(allow_null=True)
    moments = MomentShape(many=True)

    def get_out(self, found: Aftermath) -> list[int]:
        return [delivery.pk for delivery in found.out]


class FreezeShape(S.Serializer[Any]):
    scope = S.ChoiceField(choices=list(SCOPES))
    scope_id = S.CharField(max_length=60, allow_blank=True, default="")
    reason = S.CharField(max_length=500)
