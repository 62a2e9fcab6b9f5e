"""/api/v1/ for what people post by hand: what lies in whose hands, the package, the answers, connecting such a channel.

Each act calls the pages' own action.
"""

from typing import Any, ClassVar

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access import NeedsCapability
from accounts.api import actor_in, valid
from accounts.api_files import UploadedField
from accounts.capabilities import Capability
from publishing import access, posting
from publishing.api_shapes import DeliveryStoryShape, ReasonShape
from publishing.models import Delivery, Handover
from publishing.posting import Package

S = serializers


class HandShape(S.ModelSerializer[Handover]):
    """Who has it; `until` is null once it was answered. `closed_code` is why it may not go out now, else empty."""

    delivery = S.IntegerField(source="part.delivery_id", read_only=True)
    title = S.CharField(source="part.delivery.variant.content.title", read_only=True)
    channel = S.IntegerField(source="part.delivery.channel_id", read_only=True)
    handle = S.CharField(source="part.delivery.channel.handle", read_only=True)
    due_at = S.DateTimeField(source="part.delivery.due_at", read_only=True)
    name = S.CharField(source="person.name", read_only=True, default="")

    class Meta:
        model = Handover
        fields: ClassVar[list[str]] = [
            "delivery", "title", "channel", "handle", "due_at", "person", "name", "handed_at", "until", "closed_code",
            "answered_by", "answered_at",
        ]  # fmt: skip


class ClosedShape(S.Serializer[Any]):
    title = S.CharField()
    next_step = S.CharField()


class PictureShape(S.Serializer[Any]):
    """`media` is the id of its file (`/api/v1/media/{id}/file/`)."""

    media = S.IntegerField(source="media.pk")
    alt_text = S.CharField()


class OtherShape(S.Serializer[Any]):
    id = S.IntegerField(source="pk")
    name = S.CharField()


class PackageShape(S.Serializer[Any]):
    """What to post, byte for byte what was signed; empty where `closed` says why, or once it was answered."""

    hand = HandShape(source="handover")
    is_waiting = S.BooleanField()
    closed = ClosedShape(allow_null=True)
    text = S.CharField(trim_whitespace=False)
    share_link = S.CharField()
    is_in_application = S.BooleanField()
    pictures = PictureShape(many=True)
    others = OtherShape(many=True)


class PostedShape(S.Serializer[Any]):
    """The link of the post, or a picture of the screen, or both."""

    permalink = S.CharField(max_length=500, required=False, allow_blank=True, default="")
    picture = UploadedField(required=False, allow_null=True, default=None)


class PostedLinkShape(S.Serializer[Any]):
    permalink = S.CharField(max_length=500)


class PassOnShape(S.Serializer[Any]):
    to = S.IntegerField(min_value=1, max_value=2**62)


class Hands(mixins.ListModelMixin, viewsets.GenericViewSet[Handover]):
    """What waits in people's hands to be posted. In an address the number is the delivery's."""

    serializer_class = HandShape
    lookup_value_regex = r"[0-9]{1,18}"
    permission_classes = [NeedsCapability]
    needs: ClassVar[dict[str, Capability]] = dict.fromkeys(("GET", "POST"), Capability.POST_BY_HAND)
    queryset = Handover.objects.none()
    filterset_fields: ClassVar[list[str]] = ["person"]
    ordering_fields: ClassVar[list[str]] = ["until", "handed_at", "person"]

    def get_queryset(self) -> QuerySet[Handover]:
        return access.hands_of(actor_in(self.request))

    def get_object(self) -> Handover:
        return access.hand_or_404(actor_in(self.request), int(self.kwargs["pk"]))

    def delivery(self) -> Delivery:
        return access.delivery_or_404(actor_in(self.request), int(self.kwargs["pk"]))

    def package(self) -> Package:
        return posting.open_package(delivery=self.delivery(), actor=actor_in(self.request))

    def story(self) -> Response:
        return Response(DeliveryStoryShape(self.delivery()).data)

    @extend_schema(responses=PackageShape)
    def retrieve(self, request: Request, pk: str) -> Response:
        """The package, for those who are named for the channel and those who settle deliveries."""
        return Response(PackageShape(self.package()).data)

    @extend_schema(
        request={"application/json": PostedLinkShape, "multipart/form-data": PostedShape}, responses=DeliveryStoryShape
    )
    @action(detail=True, methods=["post"])
    def posted(self, request: Request, pk: str) -> Response:
        """It is out: by the link of the post, or a picture of the screen that is kept as evidence."""
        given = valid(PostedShape, request)
        picture = given["picture"]
        posting.confirm_posted(
            delivery=self.delivery(),
            actor=actor_in(request),
            permalink=given["permalink"],
            picture=picture,
            picture_name=picture.name if picture else "",
        )
        return self.story()

    @extend_schema(request=ReasonShape, responses=DeliveryStoryShape)
    @action(detail=True, methods=["post"], url_path="could-not")
    def could_not(self, request: Request, pk: str) -> Response:
        """It is certainly not out; `why` is required."""
        posting.could_not(delivery=self.delivery(), actor=actor_in(request), why=valid(ReasonShape, request)["why"])
        return self.story()

    @extend_schema(request=PassOnShape, responses=PackageShape)
    @action(detail=True, methods=["post"], url_path="pass-on")
    def pass_on(self, request: Request, pk: str) -> Response:
        """Put it into the hands of another who is named for the channel, or take it into one's own."""
        posting.pass_on(delivery=self.delivery(), to=valid(PassOnShape, request)["to"], actor=actor_in(request))
        return Response(PackageShape(self.package()).data)

    @extend_schema(request=None, responses=PackageShape)
    @action(detail=True, methods=["post"])
    def later(self, request: Request, pk: str) -> Response:
        """An hour more, at most a day in all."""
        posting.put_off(delivery=self.delivery(), actor=actor_in(request))
        return Response(PackageShape(self.package()).data)
