"""/api/v1/ for connecting by consent: applications, and the way through the network's page and back.

All of it needs a session with a fresh second factor; no token carries it, and no secret is ever answered.
"""

from typing import Any, ClassVar

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access import NeedsCapability
from accounts.api import actor_in, valid
from accounts.capabilities import Capability
from accounts.models import Language
from publishing import access, applications, consenting
from publishing.api_shapes import ChannelShape, DisclosureShape
from publishing.disclosing import Disclosure
from publishing.models import Application, Consent
from publishing.views.connecting import redirect_uri

S = serializers
PK = r"[0-9]{1,18}"


class ApplicationShape(S.ModelSerializer[Application]):
    class Meta:
        model = Application
        fields: ClassVar[list[str]] = ["id", "network", "server_url", "set_by", "set_at"]


class SetApplicationShape(S.Serializer[Any]):
    network = S.SlugField(max_length=30)
    server_url = S.URLField(max_length=300, allow_blank=True, default="")
    client_id = S.CharField(max_length=500, write_only=True)
    client_secret = S.CharField(max_length=500, write_only=True)


class AccountShape(S.Serializer[Any]):
    """One of the accounts that a consent opens."""

    remote_id = S.CharField()
    handle = S.CharField()
    display_name = S.CharField()


class ConsentShape(S.ModelSerializer[Consent]):
    """`address` is the network's page, until it was granted; then `accounts` may be chosen from."""

    address = S.SerializerMethodField()
    accounts = S.SerializerMethodField()

    class Meta:
        model = Consent
        fields: ClassVar[list[str]] = ["id", "network", "server_url", "expires_at", "address", "accounts"]

    def get_address(self, consent: Consent) -> str:
        return "" if consent.granted_at else consenting.address_of(consent)

    @extend_schema_field(AccountShape(many=True))
    def get_accounts(self, consent: Consent) -> Any:
        return AccountShape(consenting.choices(consent), many=True).data


class BeginShape(S.Serializer[Any]):
    network = S.SlugField(max_length=30)
    server_url = S.URLField(max_length=300, allow_blank=True, default="")


class AcceptShape(S.Serializer[Any]):
    state = S.CharField(max_length=200)
    code = S.CharField(max_length=2000, write_only=True)


class FinishShape(S.Serializer[Any]):
    remote_id = S.CharField(max_length=120)
    language = S.ChoiceField(choices=Language.choices, default="ar")
    disclosure = DisclosureShape()


class Applications(mixins.ListModelMixin, mixins.DestroyModelMixin, viewsets.GenericViewSet[Application]):
    serializer_class = ApplicationShape
    lookup_value_regex = PK
    permission_classes = [NeedsCapability]
    needs: ClassVar[dict[str, Capability]] = dict.fromkeys(("GET", "POST", "DELETE"), Capability.CONNECT_CHANNEL)
    queryset = Application.objects.none()
    filterset_fields: ClassVar[list[str]] = ["network"]
    ordering_fields: ClassVar[list[str]] = ["id", "network", "set_at"]

    def get_queryset(self) -> QuerySet[Application]:
        return access.applications_of(actor_in(self.request))

    def get_object(self) -> Application:
        return access.application_or_404(actor_in(self.request), int(self.kwargs["pk"]))

    @extend_schema(request=SetApplicationShape, responses={201: ApplicationShape})
    def create(self, request: Request) -> Response:
        """Keep the application's id and secret, in place of the ones before."""
        kept = applications.set_application(actor=actor_in(request), **valid(SetApplicationShape, request))
        return Response(ApplicationShape(kept).data, status=status.HTTP_201_CREATED)

    def perform_destroy(self, instance: Application) -> None:
        applications.forget_application(application=instance, actor=actor_in(self.request))


class Consents(viewsets.GenericViewSet[Consent]):
    serializer_class = ConsentShape
    lookup_value_regex = PK
    permission_classes = [NeedsCapability]
    needs: ClassVar[dict[str, Capability]] = dict.fromkeys(("GET", "POST"), Capability.CONNECT_CHANNEL)
    queryset = Consent.objects.none()

    def get_object(self) -> Consent:
        return access.consent_or_404(actor_in(self.request), int(self.kwargs["pk"]))

    @extend_schema(request=BeginShape, responses={201: ConsentShape})
    def create(self, request: Request) -> Response:
        """Begin: the answer's `address` is where the person consents; the network sends them back to our page."""
        begun = consenting.begin(actor=actor_in(request), redirect_uri=redirect_uri(), **valid(BeginShape, request))
        return Response(ConsentShape(begun).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=AcceptShape, responses=ConsentShape)
    @action(detail=False, methods=["post"])
    def accept(self, request: Request) -> Response:
        """Spend the code and state that came back; the answer names the accounts to choose from."""
        return Response(ConsentShape(consenting.accept(actor=actor_in(request), **valid(AcceptShape, request))).data)

    @extend_schema(request=FinishShape, responses={201: ChannelShape})
    @action(detail=True, methods=["post"])
    def finish(self, request: Request, pk: str) -> Response:
        """Connect one of the accounts."""
        chosen = valid(FinishShape, request)
        disclosure = Disclosure(**chosen.pop("disclosure"))
        channel = consenting.finish(actor=actor_in(request), consent=self.get_object(), disclosure=disclosure, **chosen)
        return Response(ChannelShape(channel).data, status=status.HTTP_201_CREATED)
