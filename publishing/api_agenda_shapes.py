"""What the calendar, its slots and acts on many posts look like in /api/v1/."""

from typing import Any, ClassVar

from django.utils.translation import gettext as _
from rest_framework import serializers

from publishing.models import BulkAct, BulkKind, Slot
from publishing.status import Status

S = serializers
ENTRY_KINDS = [("delivery", "delivery"), ("slot", "slot")]


class EntryShape(S.Serializer[Any]):
    """One delivery or slot. `local` is its hour in the calendar's zone; `why_not` is empty when you may move it."""

    kind = S.ChoiceField(choices=ENTRY_KINDS)
    id = S.IntegerField(source="pk")
    title = S.CharField()
    campaign = S.IntegerField(source="campaign_id")
    campaign_title = S.CharField(source="campaign")
    channel = S.IntegerField(source="channel_id")
    handle = S.CharField(source="channel")
    network = S.CharField()
    language = S.CharField()
    status = S.ChoiceField(choices=Status.choices)
    status_label = S.CharField(source="status.label")
    due_at = S.DateTimeField()
    local = S.SerializerMethodField()
    is_overdue = S.BooleanField()
    variant = S.IntegerField(source="variant_id", allow_null=True)
    may_move = S.SerializerMethodField()
    why_not = S.CharField()

    def get_local(self, entry: Any) -> str:
        return f"{entry.local:%Y-%m-%dT%H:%M:%S}"

    def get_may_move(self, entry: Any) -> bool:
        return not entry.why_not


class DayShape(S.Serializer[Any]):
    date = S.DateField()
    counts = S.DictField(child=S.IntegerField())
    total = S.IntegerField()
    more = S.IntegerField()
    entries = EntryShape(many=True)


class AgendaShape(S.Serializer[Any]):
    """Every day of the span in its zone; `counts` cover all, `entries` those that the kind of answer shows."""

    zone = S.CharField()
    first = S.DateField()
    last = S.DateField()
    total = S.IntegerField()
    shown = S.IntegerField()
    days = DayShape(many=True)


class SpanShape(S.Serializer[Any]):
    """What is asked: a span of at most 62 days, both ends included, and what to narrow it to."""

    first = S.DateField()
    last = S.DateField()
    view = S.ChoiceField(choices=["month", "week", "day", "list"], default="month")
    campaign = S.IntegerField(min_value=1, max_value=2**62, required=False)
    channel = S.IntegerField(min_value=1, max_value=2**62, required=False)
    network = S.SlugField(max_length=30, required=False, default="")
    status = S.ChoiceField(choices=Status.choices, required=False, default="")
    language = S.CharField(max_length=5, required=False, default="")
    start = S.IntegerField(min_value=0, max_value=1_000_000, default=0)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not 0 <= (attrs["last"] - attrs["first"]).days <= 62:  # noqa: PLR2004
            raise S.ValidationError({"last": _("Ask for at most 62 days, the first before the last.")})
        return attrs


class SlotShape(S.ModelSerializer[Slot]):
    class Meta:
        model = Slot
        fields: ClassVar[list[str]] = [
            "id", "campaign", "channel", "state", "due_at", "title", "note", "variant", "delivery", "created_by",
            "created_at",
        ]  # fmt: skip


class PlanShape(S.Serializer[Any]):
    campaign = S.IntegerField(min_value=1, max_value=2**62)
    channel = S.IntegerField(min_value=1, max_value=2**62)
    due_at = S.DateTimeField()
    title = S.CharField(max_length=160)
    note = S.CharField(max_length=2000, allow_blank=True, default="")
    variant = S.IntegerField(min_value=1, max_value=2**62, allow_null=True, default=None)


class RewriteShape(S.Serializer[Any]):
    title = S.CharField(max_length=160)
    note = S.CharField(max_length=2000, allow_blank=True, default="")


class FillShape(S.Serializer[Any]):
    """`variant` null takes the text away again."""

    variant = S.IntegerField(min_value=1, max_value=2**62, allow_null=True)


class BulkActShape(S.ModelSerializer[BulkAct]):
    total = S.IntegerField(read_only=True)
    done = S.IntegerField(read_only=True)

    class Meta:
        model = BulkAct
        fields: ClassVar[list[str]] = [
            "id", "kind", "state", "days", "hours", "why", "total", "position", "done", "refusals", "by", "created_at",
            "ended_at",
        ]  # fmt: skip


class AskBulkShape(S.Serializer[Any]):
    kind = S.ChoiceField(choices=BulkKind.choices)
    deliveries = S.ListField(child=S.IntegerField(min_value=1, max_value=2**62), max_length=5000)
    days = S.IntegerField(min_value=-366, max_value=366, default=0)
    hours = S.IntegerField(min_value=-240, max_value=240, default=0)
    why = S.CharField(max_length=500, allow_blank=True, default="")
