"""What programmes, segments and messengers look like in /api/v1/."""

from typing import Any, ClassVar

from rest_framework import serializers

from accounts.models import Language
from campaigns.models import Messenger, MessengerKind, Programme, ProgrammeGoal, Segment
from library.api_shapes import WROTE, line, prose

S = serializers


class GoalShape(S.ModelSerializer[ProgrammeGoal]):
    class Meta:
        model = ProgrammeGoal
        fields: ClassVar[list[str]] = ["title", "indicator", "target", "reached", "reached_on"]
        read_only_fields: ClassVar[list[str]] = ["reached_on"]


class ProgrammeShape(S.ModelSerializer[Programme]):
    """`goals` in their order."""

    goals = GoalShape(many=True)

    class Meta:
        model = Programme
        fields: ClassVar[list[str]] = ["id", "title", "summary", "starts_on", "ends_on", "goals", *WROTE]


class ProgrammeEditShape(S.Serializer[Any]):
    version = S.IntegerField(min_value=1)
    title, summary = line(160), prose()
    starts_on = S.DateField(required=False, allow_null=True)
    ends_on = S.DateField(required=False, allow_null=True)
    goals = GoalShape(many=True, required=False)


class NewProgrammeShape(ProgrammeEditShape):
    version = None  # type: ignore[assignment]
    title = S.CharField(max_length=160)


class SegmentShape(S.ModelSerializer[Segment]):
    languages = S.ListField(child=S.ChoiceField(choices=Language.choices))
    networks = S.ListField(child=S.CharField())

    class Meta:
        model = Segment
        fields: ClassVar[list[str]] = ["id", "name", "description", "languages", "networks", *WROTE]


class SegmentEditShape(S.Serializer[Any]):
    """What names or reaches a person is refused with `personal_data`."""

    version = S.IntegerField(min_value=1)
    name, description = line(120), prose()
    languages = S.ListField(child=S.ChoiceField(choices=Language.choices), required=False)
    networks = S.ListField(child=S.CharField(max_length=40), required=False)


class NewSegmentShape(SegmentEditShape):
    version = None  # type: ignore[assignment]
    name = S.CharField(max_length=120)
    description = S.CharField(max_length=5000, trim_whitespace=False)


class MessengerShape(S.ModelSerializer[Messenger]):
    class Meta:
        model = Messenger
        fields: ClassVar[list[str]] = [
            "id", "kind", "public_name", "is_pen_name", "basis", "consent_on", "consent_scope", "consent_until",
            "withdrawn_at", "withdrawn_why", *WROTE,
        ]  # fmt: skip


class MessengerEditShape(S.Serializer[Any]):
    version = S.IntegerField(min_value=1)
    kind = S.ChoiceField(choices=MessengerKind.choices, required=False)
    public_name, basis, consent_scope = line(120), prose(), prose()
    is_pen_name = S.BooleanField(required=False)
    consent_on = S.DateField(required=False, allow_null=True)
    consent_until = S.DateField(required=False, allow_null=True)


class NewMessengerShape(MessengerEditShape):
    version = None  # type: ignore[assignment]
    public_name = S.CharField(max_length=120)
    basis = S.CharField(max_length=5000, trim_whitespace=False)
