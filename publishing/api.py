"""/api/v1/ for publishing: channels, deliveries, freezes. Each act calls the pages' own action."""

from dataclasses import asdict
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.access import NeedsCapability
from accounts.api import actor_in, valid
from accounts.api_filters import MomentFilter, NumberedFilterSet, TrueOrFalseFilter
from accounts.capabilities import Capability
from campaigns.models import Variant
from campaigns.option_words import OPTION_WORDS
from chain.errors import NotFound
from chain.models import Hold
from networks.options import Option
from networks.registry import adapter_class
from publishing import access, aftermath, channels, checking, disclosing, freezing, matrix, scheduling, settling
from publishing.api_shapes import (
    AftermathShape,
    ChannelShape,
    ConnectByHandShape,
    ConnectShape,
    DeliveryShape,
    DeliveryStoryShape,
    DisclosureShape,
    DueShape,
    FreezeShape,
    HoldShape,
    LatenessShape,
    LinkShape,
    NetworkShape,
    ReasonShape,
    ScheduleShape,
    SpacingShape,
)
from publishing.connecting_by_hand import confirm_disclosure, connect_by_hand
from publishing.disclosing import Disclosure
from publishing.lateness import set_lateness
from publishing.lifecycle import NEEDS_ME
from publishing.models import Channel, Delivery

C = Capability
PK = r"[0-9]{1,18}"


class Channels(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Channel]):
    serializer_class = ChannelShape
    lookup_value_regex = PK
    permission_classes = [NeedsCapability]
    needs: ClassVar[dict[str, Capability]] = {
        "GET": C.VIEW_CHANNELS,
        "POST": C.CONNECT_CHANNEL,
        "disclosure": C.EDIT_DISCLOSURE,
        "disclosed": C.POST_BY_HAND,
    }
    queryset = Channel.objects.none()
    filterset_fields: ClassVar[list[str]] = ["network", "state", "language"]
    ordering_fields: ClassVar[list[str]] = [
        "id",
        "network",
        "handle",
        "state",
        "followers",
        "checked_at",
        "connected_at",
    ]

    def get_queryset(self) -> QuerySet[Channel]:
        return access.channels_of(actor_in(self.request)).prefetch_related("posters")

    def get_object(self) -> Channel:
        return access.channel_or_404(actor_in(self.request), int(self.kwargs["pk"]))

    @extend_schema(request=ConnectShape, responses={201: ChannelShape})
    def create(self, request: Request) -> Response:
        """Connect the account that a token opens; the network is asked first."""
        typed = valid(ConnectShape, request)
        disclosure = Disclosure(**typed.pop("disclosure"))
        channel = channels.connect(actor=actor_in(request), disclosure=disclosure, **typed)
        return Response(ChannelShape(channel).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=ReasonShape, responses=ChannelShape)
    @action(detail=True, methods=["post"])
    def disconnect(self, request: Request, pk: str) -> Response:
        why = valid(ReasonShape, request)["why"]
        return Response(
            ChannelShape(channels.disconnect(channel=self.get_object(), actor=actor_in(request), why=why)).data
        )

    @extend_schema(request=DisclosureShape, responses=ChannelShape)
    @action(detail=True, methods=["post"])
    def disclosure(self, request: Request, pk: str) -> Response:
        """Change who stands behind the channel; the public ledger prints it, and the trail keeps both wordings."""
        stated = Disclosure(**valid(DisclosureShape, request))
        channel = disclosing.disclose(channel=self.get_object(), actor=actor_in(request), disclosure=stated)
        return Response(ChannelShape(channel).data)

    @extend_schema(request=SpacingShape, responses=ChannelShape)
    @action(detail=True, methods=["post"])
    def spacing(self, request: Request, pk: str) -> Response:
        """How far apart late posts go out on it, so that an outage never ends in a burst."""
        minutes = valid(SpacingShape, request)["minutes"]
        channel = channels.set_spacing(channel=self.get_object(), minutes=minutes, actor=actor_in(request))
        return Response(ChannelShape(channel).data)

    @extend_schema(request=ConnectByHandShape, responses={201: ChannelShape})
    @action(detail=False, methods=["post"], url_path="by-hand")
    def by_hand(self, request: Request) -> Response:
        """Connect a channel that people post on by hand, by its public link; `people` in turn, the first first."""
        typed = valid(ConnectByHandShape, request)
        disclosure = Disclosure(**typed.pop("disclosure"))
        channel = connect_by_hand(actor=actor_in(request), disclosure=disclosure, **typed)
        return Response(ChannelShape(channel).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=None, responses=ChannelShape)
    @action(detail=True, methods=["post"])
    def disclosed(self, request: Request, pk: str) -> Response:
        """Say that one looked: the description of a channel posted on by hand names the institution."""
        return Response(ChannelShape(confirm_disclosure(channel=self.get_object(), actor=actor_in(request))).data)

    @extend_schema(request=None, responses={202: ChannelShape})
    @action(detail=True, methods=["post"])
    def check(self, request: Request, pk: str) -> Response:
        """Ask a worker to read the profile again; `checked_at` tells when it did."""
        asked = checking.ask(channel=self.get_object(), actor=actor_in(request))
        return Response(ChannelShape(asked).data, status=status.HTTP_202_ACCEPTED)


class Networks(APIView):
    permission_classes = (NeedsCapability,)
    needs: ClassVar[dict[str, Capability]] = {"GET": C.VIEW_CHANNELS}

    @extend_schema(operation_id="networks", responses=NetworkShape(many=True))
    def get(self, request: Request) -> Response:
        """What each network can do, from its adapter: `offered` is null where the answer is a measure."""
        rows = matrix.matrix()
        found = [
            {
                "slug": slug,
                "name": name,
                "options": [as_option(option) for option in adapter_class(slug).options],
                "features": [as_feature(row, place) for row in rows],
            }
            for place, (slug, name) in enumerate(matrix.names())
        ]
        return Response(NetworkShape(found, many=True).data)


def as_feature(row: matrix.Row, place: int) -> dict[str, Any]:
    cell = row.cells[place]
    return {"label": row.label, "words": cell.words, "offered": cell.offered}


def as_option(option: Option) -> dict[str, Any]:
    words = OPTION_WORDS[option.name]
    choices = [{"value": value, "label": words.choices[value]} for value in option.choices]
    return {**asdict(option), "label": words.label, "help": words.help, "choices": choices}


class DeliveryFilter(NumberedFilterSet):
    due_after = MomentFilter(field_name="due_at", lookup_expr="gte")
    due_before = MomentFilter(field_name="due_at", lookup_expr="lt")
    needs_me = TrueOrFalseFilter(method="waiting")

    class Meta:
        model = Delivery
        fields: ClassVar[list[str]] = ["state", "campaign", "channel", "variant"]

    def waiting(self, found: QuerySet[Delivery], _name: str, value: bool) -> QuerySet[Delivery]:
        return found.filter(NEEDS_ME) if value else found.exclude(NEEDS_ME)


class Deliveries(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Delivery]):
    serializer_class = DeliveryShape
    filterset_class = DeliveryFilter
    lookup_value_regex = PK
    permission_classes = [NeedsCapability]
    needs: ClassVar[dict[str, Capability]] = {
        "GET": C.VIEW_DELIVERIES,
        "hold": C.HOLD,
        "live": C.SETTLE,
        "aside": C.SETTLE,
        "POST": C.RELEASE,
    }
    queryset = Delivery.objects.none()
    ordering_fields: ClassVar[list[str]] = [
        "id",
        "due_at",
        "published_at",
        "state",
        "campaign",
        "channel",
        "created_at",
    ]

    def get_queryset(self) -> QuerySet[Delivery]:
        return access.deliveries_of(actor_in(self.request))

    def get_object(self) -> Delivery:
        return access.delivery_or_404(actor_in(self.request), int(self.kwargs["pk"]))

    def answer(self, delivery: Delivery, code: int = status.HTTP_200_OK) -> Response:
        found = access.delivery_or_404(actor_in(self.request), delivery.pk)
        return Response(DeliveryStoryShape(found).data, status=code)

    @extend_schema(responses=DeliveryStoryShape)
    def retrieve(self, request: Request, pk: str) -> Response:
        return self.answer(self.get_object())

    @extend_schema(request=ScheduleShape, responses={201: DeliveryStoryShape})
    def create(self, request: Request) -> Response:
        """Release a signed variant to go out once at `due_at`. Needs a fresh second factor; no token carries it."""
        wanted = valid(ScheduleShape, request)
        actor = actor_in(request)
        variant = Variant.objects.filter(organisation_id=actor.organisation_id or 0, pk=wanted["variant"]).first()
        if variant is None:
            raise NotFound
        made = scheduling.schedule(variant=variant, due_at=wanted["due_at"], actor=actor)
        return self.answer(made, status.HTTP_201_CREATED)

    @extend_schema(request=DueShape, responses=DeliveryStoryShape)
    @action(detail=True, methods=["post"])
    def move(self, request: Request, pk: str) -> Response:
        """Give it another time. With `seen`, the time you saw it at: 409 where somebody moved it meanwhile."""
        wanted = valid(DueShape, request)
        return self.answer(scheduling.move(delivery=self.get_object(), actor=actor_in(request), **wanted))

    @extend_schema(request=LatenessShape, responses=DeliveryStoryShape)
    @action(detail=True, methods=["post"])
    def lateness(self, request: Request, pk: str) -> Response:
        """What becomes of this one when it is late, whatever its campaign says."""
        wanted = valid(LatenessShape, request)
        return self.answer(set_lateness(delivery=self.get_object(), actor=actor_in(request), **wanted))

    @extend_schema(request=None, responses=DeliveryStoryShape)
    @action(detail=True, methods=["post"])
    def now(self, request: Request, pk: str) -> Response:
        """Send it now instead of at its time."""
        return self.answer(scheduling.move(delivery=self.get_object(), due_at=timezone.now(), actor=actor_in(request)))

    @extend_schema(request=ReasonShape, responses=DeliveryStoryShape)
    @action(detail=True, methods=["post"])
    def hold(self, request: Request, pk: str) -> Response:
        why = valid(ReasonShape, request)["why"]
        return self.answer(scheduling.hold(delivery=self.get_object(), actor=actor_in(request), why=why))

    @extend_schema(request=ReasonShape, responses=DeliveryStoryShape)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: str) -> Response:
        why = valid(ReasonShape, request)["why"]
        return self.answer(scheduling.cancel(delivery=self.get_object(), actor=actor_in(request), why=why))

    @extend_schema(request=LinkShape, responses=DeliveryStoryShape)
    @action(detail=True, methods=["post"])
    def live(self, request: Request, pk: str) -> Response:
        """An unconfirmed post was seen on the account: here is its link."""
        link = valid(LinkShape, request)["permalink"]
        return self.answer(settling.confirm_live(delivery=self.get_object(), permalink=link, actor=actor_in(request)))

    @extend_schema(request=None, responses=DeliveryStoryShape)
    @action(detail=True, methods=["post"])
    def again(self, request: Request, pk: str) -> Response:
        """An unconfirmed post is not on the account: send it again."""
        return self.answer(settling.send_again(delivery=self.get_object(), actor=actor_in(request)))

    @extend_schema(request=ReasonShape, responses=DeliveryStoryShape)
    @action(detail=True, methods=["post"])
    def down(self, request: Request, pk: str) -> Response:
        """Delete a published post from its network; `why` is required."""
        why = valid(ReasonShape, request)["why"]
        return self.answer(settling.take_down(delivery=self.get_object(), actor=actor_in(request), why=why))

    @extend_schema(request=None, responses=DeliveryStoryShape)
    @action(detail=True, methods=["post"])
    def aside(self, request: Request, pk: str) -> Response:
        """A person has seen that it was missed, or is live against all expectation; nothing else changes."""
        return self.answer(settling.put_aside(delivery=self.get_object(), actor=actor_in(request)))


class Freezes(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Hold]):
    serializer_class = HoldShape
    lookup_value_regex = PK
    permission_classes = [NeedsCapability]
    needs: ClassVar[dict[str, Capability]] = {
        "GET": C.VIEW_DELIVERIES,
        "propose": C.RESUME,
        "confirm": C.RESUME,
        "POST": C.FREEZE,
    }
    queryset = Hold.objects.none()
    filterset_fields: ClassVar[list[str]] = ["state", "scope"]
    ordering_fields: ClassVar[list[str]] = ["id", "scope", "state", "placed_at"]

    def get_queryset(self) -> QuerySet[Hold]:
        access.allow(actor_in(self.request), C.VIEW_DELIVERIES)
        return Hold.objects.filter(organisation_id=actor_in(self.request).organisation_id or 0).order_by("-id")

    def get_object(self) -> Hold:
        return access.hold_or_404(actor_in(self.request), int(self.kwargs["pk"]))

    @extend_schema(request=FreezeShape, responses={201: HoldShape})
    def create(self, request: Request) -> Response:
        """Stop everything in a scope; `already_in` names what was being sent at that moment."""
        hold = freezing.freeze(actor=actor_in(request), **valid(FreezeShape, request))
        return Response(HoldShape(hold).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=None, responses=HoldShape)
    @action(detail=True, methods=["post"])
    def propose(self, request: Request, pk: str) -> Response:
        """Propose that publishing goes on. Needs a fresh second factor; no token carries it."""
        return Response(HoldShape(freezing.propose_resume(hold=self.get_object(), actor=actor_in(request))).data)

    @extend_schema(request=None, responses=HoldShape)
    @action(detail=True, methods=["post"])
    def confirm(self, request: Request, pk: str) -> Response:
        """Lift the freeze that another person proposed to lift. What it held stays held."""
        return Response(HoldShape(freezing.confirm_resume(hold=self.get_object(), actor=actor_in(request))).data)

    @extend_schema(responses=AftermathShape)
    @action(detail=True, methods=["get"])
    def aftermath(self, request: Request, pk: str) -> Response:
        """What the freeze came to: what was stopped, what still went out and when, and every act since, in order."""
        return Response(AftermathShape(aftermath.after(self.get_object())).data)
