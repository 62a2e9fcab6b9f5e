"""What figures look like in /api/v1/. An unknown is null with its reason, never 0; times are UTC, ISO 8601."""

from typing import Any, ClassVar

from rest_framework import serializers

from analytics.measures import COLUMNS
from analytics.models import Snapshot

S = serializers


class FigureShape(S.Serializer[Any]):
    """`known` of `published` posts (or channels, see `unit`) told the figure; a rate has its two sides too."""

    code = S.CharField()
    label = S.CharField()  # type: ignore[assignment]
    value = S.FloatField(allow_null=True)
    style = S.ChoiceField(choices=["count", "percent"])  # type: ignore[assignment]
    numerator = S.IntegerField(allow_null=True)
    denominator = S.IntegerField(allow_null=True)
    known = S.IntegerField()
    published = S.IntegerField()
    unit = S.ChoiceField(choices=["posts", "channels"])
    as_of = S.DateTimeField(allow_null=True)
    reason = S.CharField()
    bound = S.IntegerField(allow_null=True, help_text="the most that all posts together can have reached")
    gain = S.IntegerField(allow_null=True)


class UnmeasuredShape(S.Serializer[Any]):
    code = S.CharField()
    label = S.CharField()  # type: ignore[assignment]
    would = S.CharField(help_text="what would measure it")


class WithdrawnShape(S.Serializer[Any]):
    published = S.IntegerField()
    deleted = S.IntegerField()
    gone = S.IntegerField()


class HarmShape(S.Serializer[Any]):
    hides = FigureShape()
    withdrawn = WithdrawnShape()
    unmeasured = UnmeasuredShape(many=True, source="harm_unmeasured")


class PointShape(S.Serializer[Any]):
    day = S.DateField()
    value = S.IntegerField(allow_null=True)
    gain = S.IntegerField(allow_null=True)
    known = S.IntegerField()
    published = S.IntegerField()


class SeriesShape(S.Serializer[Any]):
    metric = S.CharField()
    is_weekly = S.BooleanField()
    points = PointShape(many=True)


class PostFiguresShape(S.Serializer[Any]):
    """`figures` has every counter; null ones have their code in `missing`."""

    delivery = S.IntegerField(source="delivery.pk")
    channel = S.IntegerField(source="delivery.channel_id")
    permalink = S.CharField()
    published_at = S.DateTimeField(source="delivery.published_at")
    posts = S.IntegerField(source="published")
    as_of = S.DateTimeField(allow_null=True)
    figures = S.DictField(child=S.IntegerField(allow_null=True))
    missing = S.DictField(child=S.CharField())


class PeriodShape(S.Serializer[Any]):
    name = S.CharField()
    first = S.DateField(allow_null=True)
    last = S.DateField()


class DashboardShape(S.Serializer[Any]):
    """Figures of a campaign in a period; the three tiers and harm are never mixed."""

    campaign = S.IntegerField(source="campaign.pk")
    period = PeriodShape()
    published = S.IntegerField()
    as_of = S.DateTimeField(allow_null=True)
    unread = S.IntegerField(help_text="posts not asked for: the day's reads of their network are used up")
    awareness = FigureShape(many=True)
    engagement = FigureShape(many=True)
    impact = UnmeasuredShape(many=True)
    harm = HarmShape(source="*")
    series = SeriesShape()
    posts = PostFiguresShape(many=True)


class SnapshotShape(S.ModelSerializer[Snapshot]):
    """One answer of a network about one post. Null: not told; `missing` says why where it was expected."""

    position = S.IntegerField(source="part.position", help_text="which post of the delivery, from 0")
    missing = S.DictField(child=S.CharField())
    extra = S.DictField(child=S.IntegerField())

    class Meta:
        model = Snapshot
        fields: ClassVar[list[str]] = ["captured_at", "position", "source", *COLUMNS, "missing", "extra"]
