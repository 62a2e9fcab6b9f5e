"""Campaigns with their brief, contents with immutable revisions, media, variants per channel, the payloads signed."""

import hashlib
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from campaigns.lifecycle import CAMPAIGN, VARIANT, CampaignState, VariantState
from campaigns.media_models import MediaFile as MediaFile
from campaigns.media_models import Rendition as Rendition
from chain.lifecycle import Lifecycle
from chain.trail import canonical
from library.models import Kept

USER = settings.AUTH_USER_MODEL


class LatenessPolicy(models.TextChoices):
    PUBLISH = "publish", _("Publish when possible")
    HOLD = "hold", _("Hold for a person")
    SKIP = "skip", _("Skip")


class Programme(Kept):
    """What several campaigns serve together, with its goals in order."""

    verb: ClassVar[str] = "programme"
    SEARCHED: ClassVar[tuple[str, ...]] = ("title", "summary")

    organisation = models.ForeignKey("accounts.Organisation", models.PROTECT, related_name="programmes")
    title = models.CharField(max_length=160)
    summary = models.TextField(blank=True)
    starts_on = models.DateField(null=True, blank=True)
    ends_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["organisation", "title"], name="one_programme_per_title")
        ]

    def __str__(self) -> str:
        return self.title


class ProgrammeGoal(models.Model):
    """One goal: by which indicator it is known, and how much of it is wanted and (on which day) reached, in words."""

    programme = models.ForeignKey(Programme, models.CASCADE, related_name="goals")
    position = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=300)
    indicator = models.CharField(max_length=300, blank=True)
    target = models.CharField(max_length=300, blank=True)
    reached = models.CharField(max_length=300, blank=True, default="")
    reached_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["position"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["programme", "position"], name="one_goal_per_position")
        ]

    def __str__(self) -> str:
        return self.title


class Segment(Kept):
    """A group that campaigns speak to. Never a person: no name, address, number or account stands in it."""

    verb: ClassVar[str] = "segment"
    SEARCHED: ClassVar[tuple[str, ...]] = ("name", "description")

    organisation = models.ForeignKey("accounts.Organisation", models.PROTECT, related_name="segments")
    name = models.CharField(max_length=120)
    description = models.TextField()
    languages = models.JSONField(default=list)
    networks = models.JSONField(default=list)

    class Meta:
        ordering: ClassVar[list[str]] = ["name", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["organisation", "name"], name="one_segment_per_name")
        ]

    def __str__(self) -> str:
        return self.name

    def said(self) -> list[Any]:
        """What a signed brief says of it."""
        return [self.pk, self.name, self.description, self.languages, self.networks]


class MessengerKind(models.TextChoices):
    PERSON = "person", _("A person")
    INSTITUTION = "institution", _("The institution itself")


class Messenger(Kept):
    """Who speaks. A person is known by the name that stands in public, or a pen name, and by a consent in force.

    The consent is no part of what a brief's signature covers: it has its own dates, and is asked for again each time
    that something goes out.
    """

    verb: ClassVar[str] = "messenger"
    SEARCHED: ClassVar[tuple[str, ...]] = ("public_name", "basis")

    organisation = models.ForeignKey("accounts.Organisation", models.PROTECT, related_name="messengers")
    kind = models.CharField(max_length=20, choices=MessengerKind, default=MessengerKind.PERSON)
    public_name = models.CharField(max_length=120)
    is_pen_name = models.BooleanField(default=False)
    basis = models.TextField()
    consent_on = models.DateField(null=True, blank=True)
    consent_scope = models.TextField(blank=True)
    consent_until = models.DateField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_why = models.TextField(blank=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["public_name", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["organisation", "public_name"], name="one_messenger_per_name")
        ]

    def __str__(self) -> str:
        return self.public_name

    def said(self) -> list[Any]:
        """What a signed brief says of them."""
        return [self.pk, self.kind, self.public_name, self.basis]


class Campaign(models.Model):
    """A campaign and its brief. The brief is signed by a manager as one digest; an edit voids the signature.

    `LATER` are parts that briefs signed long ago did not have: the digest names them only where they are written, so
    that those signatures stand.
    """

    lifecycle: ClassVar[Lifecycle] = CAMPAIGN
    review_kind: ClassVar[str] = "brief"
    BRIEF: ClassVar[tuple[str, ...]] = (
        "title", "goal", "segment", "message", "messenger", "call_to_action", "languages", "time_zone",
        "disclosure", "starts_on", "ends_on", "lateness_policy", "lateness_minutes",
    )  # fmt: skip

    LATER: ClassVar[tuple[str, ...]] = ("theory_of_change", "medium", "measurement", "risks")

    organisation = models.ForeignKey("accounts.Organisation", models.PROTECT, related_name="campaigns")
    programme = models.ForeignKey(Programme, models.PROTECT, null=True, blank=True, related_name="campaigns")
    serves = models.PositiveSmallIntegerField(null=True, blank=True)
    """Which of the programme's goals, by its number."""
    segments: "models.ManyToManyField[Any, Any]" = models.ManyToManyField(Segment, related_name="campaigns")
    messengers: "models.ManyToManyField[Any, Any]" = models.ManyToManyField(Messenger, related_name="campaigns")
    state = models.CharField(max_length=20, choices=CampaignState, default=CampaignState.DRAFT)
    code = models.SlugField(max_length=40)
    title = models.CharField(max_length=160)
    goal = models.TextField(blank=True)
    segment = models.TextField(blank=True)
    message = models.TextField(blank=True)
    messenger = models.TextField(blank=True)
    call_to_action = models.TextField(blank=True)
    theory_of_change = models.TextField(blank=True, default="")
    medium = models.TextField(blank=True, default="")
    measurement = models.TextField(blank=True, default="")
    risks = models.TextField(blank=True, default="")
    languages = models.JSONField(default=list)
    time_zone = models.CharField(max_length=60, default="Africa/Casablanca")
    disclosure = models.JSONField(default=dict)
    starts_on = models.DateField(null=True, blank=True)
    ends_on = models.DateField(null=True, blank=True)
    lateness_policy = models.CharField(max_length=10, choices=LatenessPolicy, default=LatenessPolicy.HOLD)
    lateness_minutes = models.PositiveIntegerField(default=60)
    version = models.PositiveIntegerField(default=1)
    created_by = models.ForeignKey(USER, models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    contributors: "models.ManyToManyField[Any, Any]" = models.ManyToManyField(USER, related_name="+")

    class Meta:
        ordering: ClassVar[list[str]] = ["-id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["organisation", "code"], name="one_campaign_per_code")
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def digest(self) -> str:
        """sha256 (hex) of the brief exactly as it stands: what a manager signs."""
        brief = {name: getattr(self, name) for name in self.BRIEF}
        dates = {name: brief[name].isoformat() if brief[name] else None for name in ("starts_on", "ends_on")}
        return hashlib.sha256(canonical({**brief, **dates, **self.later()})).hexdigest()

    def later(self) -> dict[str, Any]:
        """The later parts of the brief, those that are written."""
        parts = {
            **{name: getattr(self, name) for name in self.LATER},
            "programme": self.programme_id,
            "serves": self.serves,
            "segments": [row.said() for row in sorted(self.segments.all(), key=lambda row: row.pk)],
            "messengers": [row.said() for row in sorted(self.messengers.all(), key=lambda row: row.pk)],
        }
        return {name: part for name, part in parts.items() if part}

    def contributor_ids(self) -> set[int]:
        return set(self.contributors.values_list("pk", flat=True))


class Content(models.Model):
    """One answer to one claim. `draft` is the working copy (see campaigns/documents.py for its shape).

    `draft_version` counts saves: a save must name the version it began from, so that two people never overwrite.
    `reference` is the name that an imported file gives it; empty for what was begun here. `folded` is for searching.
    """

    organisation = models.ForeignKey("accounts.Organisation", models.PROTECT, related_name="contents")
    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="contents")
    claim = models.ForeignKey("library.Claim", models.PROTECT, related_name="contents")
    title = models.CharField(max_length=160)
    reference = models.CharField(max_length=80, blank=True)
    language = models.CharField(max_length=5, default="ar")
    draft: Any = models.JSONField(default=dict)
    folded = models.TextField(blank=True, default="")
    draft_version = models.PositiveIntegerField(default=0)
    draft_saved_at = models.DateTimeField(null=True)
    draft_saved_by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+")
    created_by = models.ForeignKey(USER, models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    contributors: "models.ManyToManyField[Any, Any]" = models.ManyToManyField(USER, related_name="+")

    class Meta:
        ordering: ClassVar[list[str]] = ["-id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["campaign", "reference", "language"],
                condition=~models.Q(reference=""),
                name="one_content_per_reference",
            )
        ]

    def __str__(self) -> str:
        return self.title


class Revision(models.Model):
    """A content as it stood at one moment. Never changed: the database refuses it."""

    content = models.ForeignKey(Content, models.PROTECT, related_name="revisions")
    number = models.PositiveIntegerField()
    document: Any = models.JSONField()
    created_by = models.ForeignKey(USER, models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar[list[str]] = ["number"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["content", "number"], name="one_revision_per_number")
        ]

    def __str__(self) -> str:
        return f"{self.content_id}/{self.number}"


class Variant(models.Model):
    """A content as it will stand on one channel. Its state is the people's: written, reviewed, signed.

    `planned_at` is a wish (of an import, say) that the schedule form offers; nothing goes out by it.
    """

    lifecycle: ClassVar[Lifecycle] = VARIANT
    review_kind: ClassVar[str] = "variant"

    organisation = models.ForeignKey("accounts.Organisation", models.PROTECT, related_name="variants")
    content = models.ForeignKey(Content, models.PROTECT, related_name="variants")
    channel = models.ForeignKey("publishing.Channel", models.PROTECT, related_name="variants")
    state = models.CharField(max_length=20, choices=VariantState, default=VariantState.DRAFT)
    payload = models.ForeignKey("campaigns.Payload", models.PROTECT, null=True, blank=True, related_name="+")
    submitted_by = models.ForeignKey(USER, models.PROTECT, null=True, blank=True, related_name="+")
    submitted_at = models.DateTimeField(null=True, blank=True)
    planned_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["content", "channel"], name="one_variant_per_channel")
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["organisation", "state"], name="variant_by_state")
        ]

    def __str__(self) -> str:
        return f"{self.content} → {self.channel}"

    @property
    def digest(self) -> str:
        """The digest of the payload that is up for signature; empty while nothing is."""
        return self.payload.digest if self.payload else ""

    def contributor_ids(self) -> set[int]:
        return set(self.content.contributors.values_list("pk", flat=True))


class Undated(models.Model):
    """A version that may lack a time. Kept by triggers (publishing's migration 0012), so that those few are found
    without looking through all that went out; whoever asks still looks at the version's state and its deliveries."""

    variant = models.OneToOneField(Variant, models.CASCADE, primary_key=True, related_name="undated")


class Payload(models.Model):
    """Everything that publish() will get for one variant, as canonical JSON: exactly what is signed and sent.

    digest = sha256(canonical.encode()). Never changed: the database refuses it, and the publisher recomputes.
    """

    organisation = models.ForeignKey("accounts.Organisation", models.PROTECT, related_name="+")
    variant = models.ForeignKey(Variant, models.PROTECT, related_name="payloads")
    revision = models.ForeignKey(Revision, models.PROTECT, related_name="payloads")
    digest = models.CharField(max_length=64)
    canonical = models.TextField()
    created_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar[list[str]] = ["id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["variant", "digest"], name="one_payload_per_digest")
        ]

    def __str__(self) -> str:
        return self.digest[:16]


class Remark(models.Model):
    """A reviewer's words about one version, open until somebody settles them."""

    organisation = models.ForeignKey("accounts.Organisation", models.PROTECT, related_name="+")
    variant = models.ForeignKey(Variant, models.CASCADE, related_name="remarks")
    payload = models.ForeignKey(Payload, models.PROTECT, null=True, related_name="+")
    author = models.ForeignKey(USER, models.PROTECT, related_name="+")
    text = models.TextField()
    quote = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.ForeignKey(USER, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering: ClassVar[list[str]] = ["id"]

    def __str__(self) -> str:
        return self.text[:80]


class Look(models.Model):
    """The last payload of a variant that a reviewer looked at: what "changed since my last look" is measured from."""

    user = models.ForeignKey(USER, models.CASCADE, related_name="+")
    variant = models.ForeignKey(Variant, models.CASCADE, related_name="looks")
    payload = models.ForeignKey(Payload, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["user", "variant", "payload"], name="one_look_per_version")
        ]

    def __str__(self) -> str:
        return f"{self.user_id} → {self.payload_id}"
