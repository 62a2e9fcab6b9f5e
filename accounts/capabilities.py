"""What a person may do, and the one table that says which role carries what.

Owns the capabilities, which of them are sensitive, and the role→capability table; nothing else in the product maps
a role to a permission, and no view asks for a role.
"""

from collections.abc import Iterable
from enum import StrEnum

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Role(TextChoices):
    AUTHOR = "author", pgettext_lazy("role", "Author")
    REVIEWER = "reviewer", _("Reviewer")
    COORDINATOR = "coordinator", _("Coordinator")
    ANALYST = "analyst", _("Analyst")
    MANAGER = "manager", _("Manager")
    ADMIN = "admin", _("Administrator")


class Capability(StrEnum):
    VIEW_CONTENTS = "view_contents"
    VIEW_CAMPAIGNS = "view_campaigns"
    VIEW_KNOWLEDGE = "view_knowledge"
    VIEW_DELIVERIES = "view_deliveries"
    VIEW_CHANNELS = "view_channels"
    VIEW_FIGURES = "view_figures"
    VIEW_PEOPLE = "view_people"
    VIEW_AUDIT = "view_audit"
    EXPORT_FIGURES = "export_figures"
    WRITE_CONTENT = "write_content"
    COMMENT = "comment"
    EDIT_KNOWLEDGE = "edit_knowledge"
    EDIT_BRIEF = "edit_brief"
    IMPORT_CONTENTS = "import_contents"
    SIGN_SCIENTIFIC = "sign_scientific"
    SIGN_LANGUAGE = "sign_language"
    SIGN_BRIEF = "sign_brief"
    SCHEDULE = "schedule"
    RELEASE = "release"
    POST_BY_HAND = "post_by_hand"
    SETTLE = "settle"
    HOLD = "hold"
    FREEZE = "freeze"
    RESUME = "resume"
    CONNECT_CHANNEL = "connect_channel"
    EDIT_DISCLOSURE = "edit_disclosure"
    MANAGE_PEOPLE = "manage_people"
    CONFIRM_ROLES = "confirm_roles"
    MANAGE_TOKENS = "manage_tokens"


LABELS: dict[Capability, Promise] = {
    Capability.VIEW_CONTENTS: _("read contents"),
    Capability.VIEW_CAMPAIGNS: _("read campaigns"),
    Capability.VIEW_KNOWLEDGE: _("read claims and sources"),
    Capability.VIEW_DELIVERIES: _("see deliveries"),
    Capability.VIEW_CHANNELS: _("see channels"),
    Capability.VIEW_FIGURES: _("see figures"),
    Capability.VIEW_PEOPLE: _("see members"),
    Capability.VIEW_AUDIT: _("read the audit trail"),
    Capability.EXPORT_FIGURES: _("export figures"),
    Capability.WRITE_CONTENT: _("write contents"),
    Capability.COMMENT: _("comment"),
    Capability.EDIT_KNOWLEDGE: _("edit claims and sources"),
    Capability.EDIT_BRIEF: _("edit campaign briefs"),
    Capability.IMPORT_CONTENTS: _("import contents"),
    Capability.SIGN_SCIENTIFIC: _("sign the scientific review"),
    Capability.SIGN_LANGUAGE: _("sign the language review"),
    Capability.SIGN_BRIEF: _("sign campaign briefs"),
    Capability.SCHEDULE: _("plan dates"),
    Capability.RELEASE: _("release for publication"),
    Capability.POST_BY_HAND: _("post by hand what is ready"),
    Capability.SETTLE: _("settle failed and unconfirmed deliveries"),
    Capability.HOLD: _("hold a delivery"),
    Capability.FREEZE: _("stop all publishing"),
    Capability.RESUME: _("resume publishing"),
    Capability.CONNECT_CHANNEL: _("connect channels"),
    Capability.EDIT_DISCLOSURE: _("change who stands behind a channel"),
    Capability.MANAGE_PEOPLE: _("invite people and change their roles"),
    Capability.CONFIRM_ROLES: _("confirm sensitive roles"),
    Capability.MANAGE_TOKENS: _("make API tokens"),
}

C = Capability

SIGNING = frozenset({C.SIGN_SCIENTIFIC, C.SIGN_LANGUAGE, C.SIGN_BRIEF})
"""Capabilities that put a person's name under a digest."""

PEOPLE_CHANGING = frozenset({C.MANAGE_PEOPLE, C.CONFIRM_ROLES})

SENSITIVE = SIGNING | PEOPLE_CHANGING | {C.RELEASE, C.CONNECT_CHANNEL, C.EDIT_DISCLOSURE, C.RESUME, C.MANAGE_TOKENS}
"""Need a second factor confirmed in the last fifteen minutes, and no API token ever carries them."""

READING = frozenset(
    {
        C.VIEW_CONTENTS,
        C.VIEW_CAMPAIGNS,
        C.VIEW_KNOWLEDGE,
        C.VIEW_DELIVERIES,
        C.VIEW_CHANNELS,
        C.VIEW_FIGURES,
        C.VIEW_PEOPLE,
        C.VIEW_AUDIT,
        C.EXPORT_FIGURES,
    }
)

_HOUSE = READING - {C.VIEW_AUDIT, C.EXPORT_FIGURES}
"""What everyone who works here may read."""

ROLE_CAPABILITIES: dict[Role, frozenset[Capability]] = {
    Role.AUTHOR: _HOUSE | {C.WRITE_CONTENT, C.COMMENT, C.EDIT_KNOWLEDGE, C.POST_BY_HAND},
    Role.REVIEWER: _HOUSE | {C.COMMENT, C.EDIT_KNOWLEDGE, C.SIGN_SCIENTIFIC, C.SIGN_LANGUAGE, C.HOLD},
    Role.COORDINATOR: _HOUSE
    | {
        C.EXPORT_FIGURES,
        C.WRITE_CONTENT,
        C.COMMENT,
        C.EDIT_BRIEF,
        C.IMPORT_CONTENTS,
        C.SCHEDULE,
        C.RELEASE,
        C.POST_BY_HAND,
        C.SETTLE,
        C.HOLD,
        C.FREEZE,
        C.RESUME,
        C.CONNECT_CHANNEL,
        C.MANAGE_TOKENS,
    },
    Role.ANALYST: _HOUSE | {C.EXPORT_FIGURES},
    Role.MANAGER: READING
    | {C.COMMENT, C.EDIT_BRIEF, C.SIGN_BRIEF, C.HOLD, C.FREEZE, C.RESUME, C.CONNECT_CHANNEL, C.CONFIRM_ROLES}
    | {C.MANAGE_TOKENS},
    Role.ADMIN: READING
    | {C.MANAGE_PEOPLE, C.CONFIRM_ROLES, C.CONNECT_CHANNEL, C.EDIT_DISCLOSURE, C.FREEZE, C.MANAGE_TOKENS},
}

TWO_PERSON = SIGNING | PEOPLE_CHANGING
TWO_PERSON_ROLES = frozenset(role for role, carried in ROLE_CAPABILITIES.items() if carried & TWO_PERSON)
"""Roles that one person proposes and another confirms."""

READ_ONLY_ROLES = frozenset(role for role, carried in ROLE_CAPABILITIES.items() if carried <= READING)
"""Roles that may work without a second factor."""

TOKEN_SCOPES = frozenset(Capability) - SENSITIVE
"""All that an API token can be given, before the member's own roles narrow it."""


def capabilities_of(roles: Iterable[str]) -> frozenset[Capability]:
    """The capabilities that these roles carry together."""
    return frozenset().union(*(ROLE_CAPABILITIES[Role(role)] for role in roles))


def roles_with(capability: Capability) -> list[Role]:
    return [role for role, carried in ROLE_CAPABILITIES.items() if capability in carried]


def needs_two(role: str) -> bool:
    return Role(role) in TWO_PERSON_ROLES
