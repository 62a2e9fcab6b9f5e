"""Institutions, people, what each may do where, and the invitations and tokens that let them in.

A person is one User with one Membership per institution; rights come from active RoleGrants and from nowhere else.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from accounts.capabilities import READING, Capability, Role, capabilities_of
from accounts.lifecycle import API_TOKEN, INVITATION, ORGANISATION, ROLE_GRANT
from chain.lifecycle import Lifecycle


class Language(models.TextChoices):
    AR = "ar", "العربية"
    FR = "fr", "Français"
    EN = "en", "English"


class OrganisationState(models.TextChoices):
    ACTIVE = "active", _("At work")
    SUSPENDED = "suspended", _("Suspended")


class Organisation(models.Model):
    """An institution: everything in the product belongs to exactly one.

    Suspended, its people read and do nothing else (publishing/suspending.py).
    """

    lifecycle: ClassVar[Lifecycle] = ORGANISATION

    state = models.CharField(max_length=12, choices=OrganisationState, db_default=OrganisationState.ACTIVE)
    name = models.CharField(max_length=200)
    name_fr = models.CharField(max_length=200, blank=True)
    name_en = models.CharField(max_length=200, blank=True)
    slug = models.SlugField(max_length=60, unique=True)
    default_language = models.CharField(max_length=2, choices=Language, default=Language.AR)
    time_zone = models.CharField(max_length=60, default="Africa/Casablanca")
    created_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        by_language = {"fr": self.name_fr, "en": self.name_en}
        return by_language.get((get_language() or "")[:2], "") or self.name

    @property
    def organisation_id(self) -> int:
        """An institution belongs to itself, so that `actor.require(…, on=organisation)` reads like any other."""
        return self.pk


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """A person with a lower-case address; no password means that only a passkey or a reset can let them in."""
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email__iexact=username)


class Byline(models.TextChoices):
    NAME = "name", _("My name")
    PEN_NAME = "pen_name", _("A pen name")
    INSTITUTION = "institution", _("The institution alone")


class User(AbstractBaseUser):
    """A person. There is no superuser and no staff flag: rights come from role grants."""

    email = models.EmailField(max_length=254, unique=True)
    name = models.CharField(max_length=120)
    language = models.CharField(max_length=2, choices=Language, default=Language.AR)
    time_zone = models.CharField(max_length=60, blank=True)
    byline_kind = models.CharField(max_length=12, choices=Byline, default=Byline.NAME)
    pen_name = models.CharField(max_length=120, blank=True)
    is_active = models.BooleanField(default=True)
    date_joined = models.DateTimeField(default=timezone.now)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]
    objects: ClassVar[UserManager] = UserManager()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(Lower("email"), name="one_user_per_address"),
        ]

    def __str__(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name

    def byline_in(self, organisation: Organisation) -> str:
        """The name that readers see; reviewers and the audit trail always see the real one."""
        if self.byline_kind == Byline.PEN_NAME and self.pen_name:
            return self.pen_name
        return str(organisation) if self.byline_kind == Byline.INSTITUTION else self.name


class Membership(models.Model):
    """A person's place in an institution. An inactive one gives no rights, whatever its grants say."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="memberships")
    user = models.ForeignKey(User, models.PROTECT, related_name="memberships")
    is_active = models.BooleanField(default=True)
    joined_at = models.DateTimeField(default=timezone.now)
    left_at = models.DateTimeField(null=True, blank=True)

    read_roles: tuple[str, ...] | None = None
    """The roles in force, where they were read in one question with this row (accounts/actors.py)."""

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["organisation", "user"], name="one_membership_per_person")
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.organisation}"

    @property
    def roles(self) -> list[Role]:
        """Active roles, in the order of the table. Reads prefetched `grants` where there are any."""
        held: Iterable[str] | None = self.read_roles
        if held is None:
            held = {grant.role for grant in self.grants.all() if grant.state == GrantState.ACTIVE}
        return [role for role in Role if role in held]

    def capabilities(self) -> frozenset[Capability]:
        held = capabilities_of(self.roles) if self.is_active else frozenset()
        return held & READING if self.organisation.state == OrganisationState.SUSPENDED else held


class GrantState(models.TextChoices):
    PROPOSED = "proposed", _("Waiting for a second person")
    ACTIVE = "active", _("In force")
    REFUSED = "refused", _("Refused")
    REVOKED = "revoked", _("Revoked")


class RoleGrant(models.Model):
    """One role of one member: who proposed it, who confirmed it, and whether it is in force."""

    lifecycle: ClassVar[Lifecycle] = ROLE_GRANT

    membership = models.ForeignKey(Membership, models.PROTECT, related_name="grants")
    role = models.CharField(max_length=12, choices=Role)
    state = models.CharField(max_length=10, choices=GrantState, default=GrantState.PROPOSED)
    proposed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    proposed_at = models.DateTimeField(default=timezone.now)
    confirmed_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["membership", "role"],
                condition=models.Q(state__in=["proposed", "active"]),
                name="one_live_grant_per_role",
            ),
            models.CheckConstraint(
                condition=models.Q(confirmed_by__isnull=True) | ~models.Q(confirmed_by=models.F("proposed_by")),
                name="nobody_confirms_their_own_grant",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.membership}: {self.get_role_display()}"

    @property
    def organisation_id(self) -> int:
        return self.membership.organisation_id


class InvitationState(models.TextChoices):
    SENT = "sent", pgettext_lazy("invitation", "Sent")
    ACCEPTED = "accepted", pgettext_lazy("invitation", "Accepted")
    CANCELLED = "cancelled", pgettext_lazy("invitation", "Cancelled")


class Invitation(models.Model):
    """A letter with a link that lets one address in, once.

    The link's secret is derived from `nonce` and the installation's key, so that a letter can be sent again after a
    failure, and a copy of the database alone opens nothing.
    """

    lifecycle: ClassVar[Lifecycle] = INVITATION

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="invitations")
    email = models.EmailField(max_length=254)
    roles = models.JSONField(default=list)
    language = models.CharField(max_length=2, choices=Language, default=Language.AR)
    nonce = models.CharField(max_length=43)
    token_hash = models.CharField(max_length=64, unique=True)
    mailed_at = models.DateTimeField(null=True, blank=True)
    state = models.CharField(max_length=10, choices=InvitationState, default=InvitationState.SENT)
    invited_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    invited_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    accepted_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    accepted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                "organisation", Lower("email"), condition=models.Q(state="sent"), name="one_open_invitation_per_address"
            )
        ]

    def __str__(self) -> str:
        return f"{self.email} → {self.organisation}"

    @property
    def role_labels(self) -> list[str]:
        return [str(Role(role).label) for role in self.roles]

    def is_expired(self, now: datetime | None = None) -> bool:
        return self.expires_at <= (now or timezone.now())


class TokenState(models.TextChoices):
    ACTIVE = "active", _("In force")
    REVOKED = "revoked", _("Revoked")


class ApiToken(models.Model):
    """A program's way in, for one member in one institution. Only the hash is kept; the token is shown once."""

    lifecycle: ClassVar[Lifecycle] = API_TOKEN

    membership = models.ForeignKey(Membership, models.PROTECT, related_name="tokens")
    name = models.CharField(max_length=80)
    prefix = models.CharField(max_length=12)
    token_hash = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField(default=list)
    state = models.CharField(max_length=10, choices=TokenState, default=TokenState.ACTIVE)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    @property
    def organisation_id(self) -> int:
        return self.membership.organisation_id

    def is_usable(self, now: datetime | None = None) -> bool:
        return self.state == TokenState.ACTIVE and self.expires_at > (now or timezone.now())


class KeptAnswer(models.Model):
    """What the API answered to one Idempotency-Key of one caller; `status` is null while the request is under way.

    `caller` is institution, person and way in, so that nobody is answered with what another was. A body that shows a
    secret once is never here: `is_secret` stands in its place.
    """

    caller = models.CharField(max_length=80)
    key = models.CharField(max_length=200)
    request_digest = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    content_type = models.CharField(max_length=60, blank=True)
    body = models.TextField(blank=True)
    is_secret = models.BooleanField(default=False)
    began_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["caller", "key"], name="one_answer_per_key"),
        ]
