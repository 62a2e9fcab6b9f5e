"""What recalls, deletions by hand and second copies look like in /api/v1/."""

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from publishing.recalling import Progress, progress
from publishing.removal_models import Recall

S = serializers
ANSWERS = (("first", "first"), ("second", "second"), ("gone", "gone"), ("both", "both"))


class ProgressShape(S.Serializer[Progress]):
    """In posts that were live: `by_hand` wait for a person; `on_the_way` are deliveries whose outcome is not known."""

    total = S.IntegerField()
    deleted = S.IntegerField()
    by_hand = S.IntegerField()
    failed = S.IntegerField()
    on_the_way = S.IntegerField()
    is_done = S.BooleanField()


class RecallShape(S.ModelSerializer[Recall]):
    progress = S.SerializerMethodField()

    class Meta:
        model = Recall
        fields: ClassVar[list[str]] = ["id", "content", "why", "by", "at", "progress"]

    @extend_schema_field(ProgressShape)
    def get_progress(self, made: Recall) -> dict[str, Any]:
        return dict(ProgressShape(progress(made)).data)


class RecallContentShape(S.Serializer[Any]):
    content = S.IntegerField(min_value=1, max_value=2**62)
    why = S.CharField(max_length=500)


class CorrectShape(S.Serializer[Any]):
    why = S.CharField(max_length=500)


class DeletedShape(S.Serializer[Any]):
    """`position` of the post in its delivery, 0 for the first."""

    position = S.IntegerField(min_value=0, max_value=1000)
    deleted = S.BooleanField(default=True)


class CopyAnswerShape(S.Serializer[Any]):
    copy = S.IntegerField(min_value=1, max_value=2**62)
    answer = S.ChoiceField(choices=ANSWERS)
