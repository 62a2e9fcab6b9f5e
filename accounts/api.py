"""/api/v1/ for people: me, members, role grants, invitations, tokens, notices. Each act calls the pages' own action."""

from typing import Any, ClassVar, cast

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import access, granting, inviting, preferences, tokens
from accounts.access import NeedsCapability
from accounts.api_shapes import (
    InvitationShape,
    InviteShape,
    MemberShape,
    MeShape,
    NewTokenShape,
    NoticeShape,
    PreferencesShape,
    ProposalShape,
    RoleGrantShape,
    TokenShape,
    TokenWishShape,
    WhyShape,
)
from accounts.capabilities import Capability
from accounts.models import ApiToken, Invitation, Membership, RoleGrant, User
from chain.actors import Actor
from chain.errors import NotAllowed
from chain.models import Notice


def actor_in(request: Request) -> Actor:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return actor


def here(request: Request) -> Membership:
    """The membership that acts. Raises NotAllowed for a person of no institution."""
    membership: Membership | None = request.membership  # type: ignore[attr-defined]
    if not membership:
        raise NotAllowed
    return membership


def valid(shape: type[serializers.Serializer[Any]], request: Request) -> dict[str, Any]:
    checked = shape(data=request.data)
    checked.is_valid(raise_exception=True)
    data: dict[str, Any] = checked.validated_data
    return data


class Me(APIView):
    @extend_schema(responses=MeShape)
    def get(self, request: Request) -> Response:
        """Who acts, where, with which roles, and what they may do now or after a second factor."""
        return Response(MeShape(self.me(request)).data)

    @extend_schema(request=PreferencesShape, responses=MeShape)
    def patch(self, request: Request) -> Response:
        """Change one's own language, time zone or byline. By session only."""
        wanted, actor, user = valid(PreferencesShape, request), actor_in(request), cast(User, request.user)
        if "language" in wanted:
            preferences.set_language(user=user, language=wanted["language"], actor=actor)
        if "time_zone" in wanted:
            preferences.set_time_zone(user=user, time_zone=wanted["time_zone"], actor=actor)
        if "byline_kind" in wanted:
            pen_name = wanted.get("pen_name", user.pen_name)
            preferences.choose_byline(user=user, kind=wanted["byline_kind"], pen_name=pen_name, actor=actor)
        return Response(MeShape(self.me(request)).data)

    def me(self, request: Request) -> dict[str, Any]:
        actor, membership = actor_in(request), request.membership  # type: ignore[attr-defined]
        return {
            "user": request.user,
            "organisation": membership.organisation if membership else None,
            "roles": membership.roles if membership else [],
            "via": actor.via.value,
            "capabilities": sorted(actor.capabilities),
            "awaiting_second_factor": sorted(actor.awaiting_second_factor),
        }


class Members(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Membership]):
    serializer_class = MemberShape
    lookup_value_regex = r"[0-9]{1,18}"
    permission_classes = [NeedsCapability]
    needs: ClassVar[dict[str, Capability]] = {
        "GET": Capability.VIEW_PEOPLE,
        "propose": Capability.MANAGE_PEOPLE,
        "deactivate": Capability.MANAGE_PEOPLE,
    }
    queryset = Membership.objects.none()
    filterset_fields: ClassVar[list[str]] = ["user"]
    ordering_fields: ClassVar[list[str]] = ["id", "joined_at"]

    def get_queryset(self) -> QuerySet[Membership]:
        return access.members_of(actor_in(self.request))

    def get_object(self) -> Membership:
        return access.member_or_404(actor_in(self.request), int(self.kwargs["pk"]))

    @extend_schema(request=ProposalShape, responses={201: RoleGrantShape})
    @action(detail=True, methods=["post"], url_path="roles")
    def propose(self, request: Request, pk: str) -> Response:
        """Give a role. `state` is `active`, or `proposed` when a second person must confirm it."""
        wanted = valid(ProposalShape, request)
        grant = granting.propose_role(membership=self.get_object(), actor=actor_in(request), **wanted)
        return Response(RoleGrantShape(grant).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=WhyShape, responses={204: None})
    @action(detail=True, methods=["post"])
    def deactivate(self, request: Request, pk: str) -> Response:
        wanted = valid(WhyShape, request)
        granting.deactivate_member(membership=self.get_object(), actor=actor_in(request), **wanted)
        return Response(status=status.HTTP_204_NO_CONTENT)


class RoleGrants(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[RoleGrant]):
    serializer_class = RoleGrantShape
    lookup_value_regex = r"[0-9]{1,18}"
    permission_classes = [NeedsCapability]
    needs: ClassVar[dict[str, Capability]] = {
        "GET": Capability.VIEW_PEOPLE,
        "confirm": Capability.CONFIRM_ROLES,
        "refuse": Capability.CONFIRM_ROLES,
        "revoke": Capability.MANAGE_PEOPLE,
    }
    queryset = RoleGrant.objects.none()
    filterset_fields: ClassVar[list[str]] = ["role", "state"]
    ordering_fields: ClassVar[list[str]] = ["id", "role", "state", "proposed_at"]

    def get_queryset(self) -> QuerySet[RoleGrant]:
        return access.grants_of(actor_in(self.request))

    def get_object(self) -> RoleGrant:
        return access.grant_or_404(actor_in(self.request), int(self.kwargs["pk"]))

    @extend_schema(request=None, responses=RoleGrantShape)
    @action(detail=True, methods=["post"])
    def confirm(self, request: Request, pk: str) -> Response:
        grant = granting.confirm_role(grant=self.get_object(), actor=actor_in(request))
        return Response(RoleGrantShape(grant).data)

    @extend_schema(request=WhyShape, responses=RoleGrantShape)
    @action(detail=True, methods=["post"])
    def refuse(self, request: Request, pk: str) -> Response:
        grant = granting.refuse_role(grant=self.get_object(), actor=actor_in(request), **valid(WhyShape, request))
        return Response(RoleGrantShape(grant).data)

    @extend_schema(request=WhyShape, responses=RoleGrantShape)
    @action(detail=True, methods=["post"])
    def revoke(self, request: Request, pk: str) -> Response:
        grant = granting.revoke_role(grant=self.get_object(), actor=actor_in(request), **valid(WhyShape, request))
        return Response(RoleGrantShape(grant).data)


class Invitations(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Invitation]):
    """Open invitations. The link is only ever in the letter."""

    serializer_class = InvitationShape
    lookup_value_regex = r"[0-9]{1,18}"
    permission_classes = [NeedsCapability]
    needs: ClassVar[dict[str, Capability]] = {"GET": Capability.MANAGE_PEOPLE, "POST": Capability.MANAGE_PEOPLE}
    queryset = Invitation.objects.none()
    filterset_fields: ClassVar[list[str]] = ["email", "invited_by"]
    ordering_fields: ClassVar[list[str]] = ["id", "email", "invited_at", "expires_at"]

    def get_queryset(self) -> QuerySet[Invitation]:
        return access.invitations_of(actor_in(self.request))

    def get_object(self) -> Invitation:
        return access.invitation_or_404(actor_in(self.request), int(self.kwargs["pk"]))

    @extend_schema(request=InviteShape, responses={201: InvitationShape})
    def create(self, request: Request) -> Response:
        wanted, organisation = valid(InviteShape, request), here(request).organisation
        wanted.setdefault("language", organisation.default_language)
        invitation = inviting.invite(organisation=organisation, actor=actor_in(request), **wanted)
        return Response(InvitationShape(invitation).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=None, responses=InvitationShape)
    @action(detail=True, methods=["post"])
    def resend(self, request: Request, pk: str) -> Response:
        return Response(InvitationShape(inviting.resend(invitation=self.get_object(), actor=actor_in(request))).data)

    @extend_schema(request=None, responses=InvitationShape)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: str) -> Response:
        return Response(InvitationShape(inviting.cancel(invitation=self.get_object(), actor=actor_in(request))).data)


class Tokens(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[ApiToken]):
    """API tokens. No token makes or revokes a token: that needs a person at a browser's session."""

    serializer_class = TokenShape
    lookup_value_regex = r"[0-9]{1,18}"
    permission_classes = [NeedsCapability]
    needs: ClassVar[dict[str, Capability]] = {"GET": Capability.MANAGE_TOKENS, "create": Capability.MANAGE_TOKENS}
    queryset = ApiToken.objects.none()
    filterset_fields: ClassVar[list[str]] = ["state"]
    ordering_fields: ClassVar[list[str]] = ["id", "name", "created_at", "expires_at", "last_used_at"]

    def get_queryset(self) -> QuerySet[ApiToken]:
        return access.tokens_of(actor_in(self.request))

    def get_object(self) -> ApiToken:
        return access.token_or_404(actor_in(self.request), int(self.kwargs["pk"]))

    @extend_schema(request=TokenWishShape, responses={201: NewTokenShape})
    def create(self, request: Request) -> Response:
        """The answer's `secret` is shown this once."""
        wanted = valid(TokenWishShape, request)
        made = tokens.create_token(membership=here(request), actor=actor_in(request), **wanted)
        body = {**TokenShape(made.token).data, "secret": made.secret}
        return Response(body, status=status.HTTP_201_CREATED, headers={"Cache-Control": "no-store"})

    @extend_schema(request=None, responses=TokenShape)
    @action(detail=True, methods=["post"])
    def revoke(self, request: Request, pk: str) -> Response:
        return Response(TokenShape(tokens.revoke_token(token=self.get_object(), actor=actor_in(request))).data)


class Notices(mixins.ListModelMixin, viewsets.GenericViewSet[Notice]):
    """What one was told, newest first."""

    serializer_class = NoticeShape
    lookup_value_regex = r"[0-9]{1,18}"
    queryset = Notice.objects.none()
    filterset_fields: ClassVar[dict[str, list[str]]] = {"kind": ["exact"], "read_at": ["isnull"]}
    ordering_fields: ClassVar[list[str]] = ["id", "kind", "created_at", "read_at"]

    def get_queryset(self) -> QuerySet[Notice]:
        return Notice.objects.filter(user_id=actor_in(self.request).user_id or 0)

    @extend_schema(request=None, responses=NoticeShape)
    @action(detail=True, methods=["post"])
    def read(self, request: Request, pk: str) -> Response:
        notice = self.get_object()
        Notice.objects.filter(pk=notice.pk, read_at=None).update(read_at=timezone.now())
        notice.refresh_from_db()
        return Response(NoticeShape(notice).data)

    @extend_schema(request=None, responses={204: None}, filters=False)
    @action(detail=False, methods=["post"], url_path="read-all", pagination_class=None)
    def read_all(self, request: Request) -> Response:
        Notice.objects.filter(user_id=actor_in(request).user_id or 0, read_at=None).update(read_at=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)
