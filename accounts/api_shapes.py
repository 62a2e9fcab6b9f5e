"""What people look like in /api/v1/: the shapes of answers and of wishes. Times are UTC, ISO 8601."""

from typing import Any, ClassVar

from rest_framework import serializers

from accounts.capabilities import TOKEN_SCOPES, Role
from accounts.models import ApiToken, Byline, Invitation, Language, Membership, Organisation, RoleGrant, User
from accounts.tokens import LIFETIMES
from chain.models import Notice

S = serializers


class OrganisationShape(S.ModelSerializer[Organisation]):
    class Meta:
        model = Organisation
        fields: ClassVar[list[str]] = ["id", "slug", "name", "name_fr", "name_en", "default_language", "time_zone"]


class UserShape(S.ModelSerializer[User]):
    class Meta:
        model = User
        fields: ClassVar[list[str]] = ["id", "email", "name", "language", "time_zone", "byline_kind", "pen_name"]


class MeShape(S.Serializer[Any]):
    user = UserShape()
    organisation = OrganisationShape(allow_null=True)
    roles = S.ListField(child=S.ChoiceField(choices=Role.choices))
    via = S.CharField()
    capabilities = S.ListField(child=S.CharField())
    awaiting_second_factor = S.ListField(child=S.CharField())


class PreferencesShape(S.Serializer[Any]):
    language = S.ChoiceField(choices=Language.choices, required=False)
    time_zone = S.CharField(max_length=60, allow_blank=True, required=False)
    byline_kind = S.ChoiceField(choices=Byline.choices, required=False)
    pen_name = S.CharField(max_length=120, allow_blank=True, required=False)


class RoleGrantShape(S.ModelSerializer[RoleGrant]):
    member = S.IntegerField(source="membership_id", read_only=True)

    class Meta:
        model = RoleGrant
        fields: ClassVar[list[str]] = [
            "id",
            "member",
            "role",
            "state",
            "proposed_by",
            "proposed_at",
            "confirmed_by",
            "confirmed_at",
        ]


class MemberShape(S.ModelSerializer[Membership]):
    """`grants` are the live ones: in force, or waiting for a second person."""

    name = S.CharField(source="user.name", read_only=True)
    email = S.EmailField(source="user.email", read_only=True)
    user = S.IntegerField(source="user_id", read_only=True)
    roles = S.ListField(child=S.ChoiceField(choices=Role.choices), read_only=True)
    grants = RoleGrantShape(many=True, read_only=True)

    class Meta:
        model = Membership
        fields: ClassVar[list[str]] = ["id", "user", "name", "email", "roles", "grants", "joined_at"]


class ProposalShape(S.Serializer[Any]):
    role = S.ChoiceField(choices=Role.choices)
    why = S.CharField(max_length=500, required=False, allow_blank=True, default="")


class WhyShape(S.Serializer[Any]):
    why = S.CharField(max_length=500, required=False, allow_blank=True, default="")


class InviteShape(S.Serializer[Any]):
    email = S.CharField(max_length=254)
    roles = S.ListField(child=S.ChoiceField(choices=Role.choices))
    language = S.ChoiceField(choices=Language.choices, required=False)


class InvitationShape(S.ModelSerializer[Invitation]):
    class Meta:
        model = Invitation
        fields: ClassVar[list[str]] = [
            "id",
            "email",
            "roles",
            "language",
            "state",
            "invited_by",
            "invited_at",
            "expires_at",
            "mailed_at",
        ]


class TokenShape(S.ModelSerializer[ApiToken]):
    member = S.IntegerField(source="membership_id", read_only=True)

    class Meta:
        model = ApiToken
        fields: ClassVar[list[str]] = [
            "id",
            "member",
            "name",
            "prefix",
            "scopes",
            "state",
            "created_at",
            "expires_at",
            "last_used_at",
            "revoked_at",
        ]


class TokenWishShape(S.Serializer[Any]):
    name = S.CharField(max_length=80)
    scopes = S.ListField(child=S.ChoiceField(choices=sorted(str(scope) for scope in TOKEN_SCOPES)))
    days = S.ChoiceField(choices=list(LIFETIMES))


class NewTokenShape(TokenShape):
    secret = S.CharField()

    class Meta(TokenShape.Meta):
        fields: ClassVar[list[str]] = [*TokenShape.Meta.fields, "secret"]


class NoticeShape(S.ModelSerializer[Notice]):
    class Meta:
        model = Notice
        fields: ClassVar[list[str]] = ["id", "kind", "title", "body", "link", "created_at", "read_at"]
