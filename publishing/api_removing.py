"""/api/v1/ for taking back what is out: recalls of a content, posts deleted by hand, second copies."""

from typing import ClassVar

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, status, viewsets
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.access import NeedsCapability
from accounts.api import actor_in, valid
from accounts.capabilities import Capability
from campaigns.access import content_or_404
from chain.errors import NotFound
from publishing import access, copies, correcting, recalling, removing
from publishing.api_removing_shapes import CopyAnswerShape, CorrectShape, DeletedShape, RecallContentShape, RecallShape
from publishing.api_shapes import DeliveryStoryShape
from publishing.models import Delivery, Part
from publishing.removal_models import Recall

C = Capability


class Recalls(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Recall]):
    """Contents that were taken back, the newest first, with how far each has come."""

    serializer_class = RecallShape
    lookup_value_regex = r"[0-9]{1,18}"
    permission_classes = [NeedsCapability]
    needs: ClassVar[dict[str, Capability]] = {"GET": C.VIEW_DELIVERIES, "POST": C.RELEASE}
    queryset = Recall.objects.none()
    filterset_fields: ClassVar[list[str]] = ["content"]
    ordering_fields: ClassVar[list[str]] = ["id", "at"]

    def get_queryset(self) -> QuerySet[Recall]:
        return access.recalls_of(actor_in(self.request))

    def get_object(self) -> Recall:
        return access.recall_or_404(actor_in(self.request), int(self.kwargs["pk"]))

    @extend_schema(request=RecallContentShape, responses={201: RecallShape})
    def create(self, request: Request) -> Response:
        """Take back all that came of a content: live posts are deleted, what waits is cancelled, signatures are void.

        Needs a fresh second factor; no token carries it. `why` stands on the public ledger.
        """
        asked = valid(RecallContentShape, request)
        content = content_or_404(actor_in(request), asked["content"])
        made = recalling.recall(content=content, why=asked["why"], actor=actor_in(request))
        return Response(RecallShape(made).data, status=status.HTTP_201_CREATED)


class OnDelivery(APIView):
    """One act on a delivery of the actor's institution, which answers its whole story."""

    permission_classes = [NeedsCapability]

    def delivery(self, pk: int) -> Delivery:
        return access.delivery_or_404(actor_in(self.request), pk)

    def answer(self, pk: int) -> Response:
        return Response(DeliveryStoryShape(self.delivery(pk)).data)


class Deleted(OnDelivery):
    needs: ClassVar[dict[str, Capability]] = {"POST": C.POST_BY_HAND}

    @extend_schema(request=DeletedShape, responses=DeliveryStoryShape)
    def post(self, request: Request, pk: int) -> Response:
        """Say that one deleted a post on the network where no machine can, or that one could not."""
        delivery, answered = self.delivery(pk), valid(DeletedShape, request)
        part = Part.objects.filter(delivery=delivery, position=answered["position"]).first()
        if part is None:
            raise NotFound
        act = removing.confirm_deleted if answered["deleted"] else removing.cannot_delete
        act(delivery=delivery, part_id=part.pk, actor=actor_in(request))
        return self.answer(pk)


class Corrected(OnDelivery):
    needs: ClassVar[dict[str, Capability]] = {"POST": C.RELEASE}

    @extend_schema(request=CorrectShape, responses=DeliveryStoryShape)
    def post(self, request: Request, pk: int) -> Response:
        """Put the words of the newer signed version in the place of those that are live, where the network can.

        Needs a fresh second factor; no token carries it. A worker does it: `corrections` say how far it has come.
        """
        correcting.correct(delivery=self.delivery(pk), why=valid(CorrectShape, request)["why"], actor=actor_in(request))
        return self.answer(pk)


class Copies(OnDelivery):
    needs: ClassVar[dict[str, Capability]] = {"POST": C.SETTLE}

    @extend_schema(request=CopyAnswerShape, responses=DeliveryStoryShape)
    def post(self, request: Request, pk: int) -> Response:
        """Of two posts that stand for one: delete the `first` or the `second`, or say that it is `gone`, or both stay.

        Deleting needs a fresh second factor.
        """
        delivery, asked = self.delivery(pk), valid(CopyAnswerShape, request)
        actor, answer = actor_in(request), asked["answer"]
        if answer in ("first", "second"):
            copies.delete_one(delivery=delivery, copy_id=asked["copy"], is_first=answer == "first", actor=actor)
        else:
            copies.settle(delivery=delivery, copy_id=asked["copy"], is_gone=answer == "gone", actor=actor)
        return self.answer(pk)
