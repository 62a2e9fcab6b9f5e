"""Channels with their sealed credentials, deliveries with parts, attempts and look-ups, breakers."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from campaigns.models import LatenessPolicy
from chain.lifecycle import Lifecycle
from publishing import indexes
from publishing.lifecycle import (
    BULK,
    CHANNEL,
    DELIVERY,
    PART,
    SLOT,
    BulkState,
    ChannelState,
    DeliveryState,
    HoldReason,
    PartState,
    SlotState,
)
from publishing.told import ToldQuota

USER = settings.AUTH_USER_MODEL


class Channel(ToldQuota):
    """A disclosed account of the institution on one network.

    `owner`, `sender` and `funder` stand in the public ledger; `limits` are what its own server said when last asked; no
    late post goes out before `late_not_before` (pacing.py).
    """

    lifecycle: ClassVar[Lifecycle] = CHANNEL

    organisation = models.ForeignKey("accounts.Organisation", models.PROTECT, related_name="channels")
    network = models.SlugField(max_length=30)
    server_url = models.URLField(max_length=300)
    state = models.CharField(max_length=20, choices=ChannelState, default=ChannelState.CONNECTED)
    state_reason = models.CharField(max_length=40, blank=True)
    remote_id = models.CharField(max_length=120)
    handle = models.CharField(max_length=200)
    display_name = models.CharField(max_length=200)
    profile_url = models.URLField(max_length=300, blank=True)
    language = models.CharField(max_length=5, default="ar")
    owner = models.CharField(max_length=200)
    sender = models.CharField(max_length=200)
    funder = models.CharField(max_length=200)
    limits: Any = models.JSONField(default=dict)
    followers = models.PositiveBigIntegerField(null=True, blank=True)
    not_before = models.DateTimeField(null=True, blank=True)
    spacing_minutes = models.PositiveSmallIntegerField(null=True, blank=True)
    """How far apart posts that are late go out; empty for what the installation says."""
    late_not_before = models.DateTimeField(null=True, blank=True)
    checked_at = models.DateTimeField(null=True)
    checked_by = models.ForeignKey(USER, models.PROTECT, null=True, blank=True, related_name="+")
    """Who read the profile last, where no machine can; empty where we read it ourselves."""
    check_after = models.DateTimeField(null=True, blank=True)
    checks_failed = models.PositiveSmallIntegerField(default=0)
    connected_by = models.ForeignKey(USER, models.PROTECT, related_name="+")
    connected_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar[list[str]] = ["network", "handle"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["organisation", "network", "server_url", "remote_id"], name="one_channel_per_account"
            ),
            models.CheckConstraint(
                condition=~models.Q(owner="") & ~models.Q(sender="") & ~models.Q(funder=""), name="channel_is_disclosed"
            ),
        ]

    def __str__(self) -> str:
        return self.handle


class Poster(models.Model):
    """One of those who post by hand on a channel, in turn: the first is asked first, the next when nothing is heard."""

    channel = models.ForeignKey(Channel, models.CASCADE, related_name="posters")
    user = models.ForeignKey(USER, models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering: ClassVar[list[str]] = ["position"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["channel", "position"], name="one_poster_per_position"),
            models.UniqueConstraint(fields=["channel", "user"], name="one_turn_per_poster"),
        ]


class Credential(models.Model):
    """What opens a channel, encrypted with the installation's key; never shown, logged or exported.

    `renew_at` is set only where the network gives new tokens for old ones; `renewing_until` is the lease of the worker
    that is about it.
    """

    channel = models.OneToOneField(Channel, models.CASCADE, related_name="credential")
    sealed = models.BinaryField()
    expires_at = models.DateTimeField(null=True, blank=True)
    renew_at = models.DateTimeField(null=True, blank=True, db_index=True)
    renewing_until = models.DateTimeField(null=True, blank=True)
    updated_at = models.DateTimeField()


class Application(models.Model):
    """The institution's own application on a network's server: its id and secret, sealed and never shown again."""

    organisation = models.ForeignKey("accounts.Organisation", models.PROTECT, related_name="applications")
    network = models.SlugField(max_length=30)
    server_url = models.URLField(max_length=300)
    sealed = models.BinaryField()
    set_by = models.ForeignKey(USER, models.PROTECT, related_name="+")
    set_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar[list[str]] = ["network", "server_url"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["organisation", "network", "server_url"], name="one_application_per_server")
        ]


class Consent(models.Model):
    """A person's way through the network's own page and back: short-lived, one code, one channel.

    `sealed` holds the state and PKCE verifier, and once granted the accounts that may be chosen with their tokens.
    """

    organisation = models.ForeignKey("accounts.Organisation", models.PROTECT, related_name="+")
    user = models.ForeignKey(USER, models.CASCADE, related_name="+")
    network = models.SlugField(max_length=30)
    server_url = models.URLField(max_length=300)
    redirect_uri = models.URLField(max_length=300)
    state_hash = models.CharField(max_length=64, unique=True)
    sealed = models.BinaryField()
    granted_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(db_index=True)


class Delivery(models.Model):
    """One signed payload that must go out once, at one time, on one channel. Its state is the machine's."""

    lifecycle: ClassVar[Lifecycle] = DELIVERY

    organisation = models.ForeignKey("accounts.Organisation", models.PROTECT, related_name="deliveries")
    campaign = models.ForeignKey("campaigns.Campaign", models.PROTECT, related_name="deliveries")
    variant = models.ForeignKey("campaigns.Variant", models.PROTECT, related_name="deliveries")
    payload = models.ForeignKey("campaigns.Payload", models.PROTECT, related_name="deliveries")
    channel = models.ForeignKey(Channel, models.PROTECT, related_name="deliveries")
    state = models.CharField(max_length=20, choices=DeliveryState, default=DeliveryState.PENDING)
    due_at = models.DateTimeField()
    not_before = models.DateTimeField(null=True, blank=True)
    dispatched_until = models.DateTimeField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    hold_reason = models.CharField(max_length=20, choices=HoldReason, blank=True)
    reason = models.CharField(max_length=60, blank=True)
    reason_params: Any = models.JSONField(default=dict)
    lateness_policy = models.CharField(max_length=10, choices=LatenessPolicy, blank=True)
    lateness_minutes = models.PositiveIntegerField(null=True, blank=True)
    attempts_made = models.PositiveIntegerField(default=0)
    superseded = models.BooleanField(default=False)
    is_duplicate_alarm = models.BooleanField(default=False)
    scheduled_by = models.ForeignKey(USER, models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    looked_ahead_at = models.DateTimeField(null=True, blank=True)
    check_after = models.DateTimeField(null=True, blank=True)
    latest: Any = models.JSONField(default=dict)
    latest_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["due_at", "id"]
        indexes: ClassVar[list[models.Index]] = indexes.DELIVERY


class Part(models.Model):
    """One post of a delivery (a thread has several), sent and recorded in order."""

    lifecycle: ClassVar[Lifecycle] = PART

    delivery = models.ForeignKey(Delivery, models.CASCADE, related_name="parts")
    position = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=20, choices=PartState, default=PartState.WAITING)
    key = models.CharField(max_length=64)
    remote_id = models.CharField(max_length=200, blank=True)
    permalink = models.URLField(max_length=500, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["position"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["delivery", "position"], name="one_part_per_position")
        ]
        indexes: ClassVar[list[models.Index]] = indexes.PART

    @property
    def organisation_id(self) -> int:
        return self.delivery.organisation_id


class Outcome(models.TextChoices):
    RUNNING = "running", _("Under way")
    PUBLISHED = "published", _("Published")
    PROCESSING = "processing", _("Being processed by the network")
    HANDED = "handed", _("Put into a person's hands")
    NOT_SENT = "not_sent", _("Not sent")
    REJECTED = "rejected", _("Refused by the network")
    RECONNECT = "reconnect", _("The channel must be connected again")
    UNKNOWN = "unknown", _("Unknown")
    LAPSED = "lapsed", _("No answer was recorded")


class Attempt(models.Model):
    """One try to prepare and send a delivery.

    `saved` is what preparing has reached; `answer` is what came back, redacted.
    An answer is always written here, however late it comes.
    """

    delivery = models.ForeignKey(Delivery, models.CASCADE, related_name="attempts")
    number = models.PositiveIntegerField()
    part = models.ForeignKey(Part, models.SET_NULL, null=True, related_name="attempts")
    outcome = models.CharField(max_length=20, choices=Outcome, default=Outcome.RUNNING)
    worker = models.CharField(max_length=120)
    started_at = models.DateTimeField()
    send_started_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    saved: Any = models.JSONField(default=dict)
    answer: Any = models.JSONField(default=dict)
    code = models.CharField(max_length=60, blank=True)
    detail = models.TextField(blank=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["number"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["delivery", "number"], name="one_attempt_per_number")
        ]


class LookUp(models.Model):
    """One look for an unconfirmed part on its network: when, whether complete, what was found."""

    delivery = models.ForeignKey(Delivery, models.CASCADE, related_name="look_ups")
    part = models.ForeignKey(Part, models.CASCADE, related_name="look_ups")
    at = models.DateTimeField()
    is_complete = models.BooleanField()
    looked_at = models.PositiveIntegerField(default=0)
    found_remote_id = models.CharField(max_length=200, blank=True)
    code = models.CharField(max_length=60, blank=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["id"]


class Breaker(models.Model):
    """Counts refusals and unknowns in a row on one channel; open, it lets nothing be sent until a probe succeeds."""

    channel = models.OneToOneField(Channel, models.CASCADE, related_name="breaker")
    failures = models.PositiveIntegerField(default=0)
    opened_at = models.DateTimeField(null=True, blank=True)
    probe_after = models.DateTimeField(null=True, blank=True)
    code = models.CharField(max_length=60, blank=True)


class Handover(models.Model):
    """One part in a person's hands, to be posted by hand: who has it, and what is still to be told when.

    Each time is emptied by whoever tells it, so that it is told once; all are empty once it is answered. `evidence` is
    the picture by which the person showed that it is out, kept by its hash.
    """

    part = models.OneToOneField(Part, models.CASCADE, related_name="handover")
    person = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+")
    handed_at = models.DateTimeField()
    remind_at = models.DateTimeField(null=True)
    alert_at = models.DateTimeField(null=True)
    until = models.DateTimeField(null=True)
    closed_code = models.CharField(max_length=60, blank=True)
    evidence = models.ForeignKey("campaigns.MediaFile", models.PROTECT, null=True, related_name="+")
    answered_by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["until"], name="handover_open", condition=models.Q(until__isnull=False))
        ]

    @property
    def is_in_nobodys_hands(self) -> bool:
        return self.person_id is None and self.answered_at is None


class HostBreaker(models.Model):
    """The same for a server that several channels use: counts what is the server's fault, over all of them."""

    server_url = models.URLField(max_length=300, unique=True)
    failures = models.PositiveIntegerField(default=0)
    opened_at = models.DateTimeField(null=True, blank=True)
    probe_after = models.DateTimeField(null=True, blank=True)
    code = models.CharField(max_length=60, blank=True)


class Slot(models.Model):
    """A place on the calendar for work that is not signed yet: a plan, by which nothing ever goes out.

    Filled, a variant is meant for it; releasing that variant at that time fulfils it by `delivery`.
    """

    lifecycle: ClassVar[Lifecycle] = SLOT

    organisation = models.ForeignKey("accounts.Organisation", models.PROTECT, related_name="slots")
    campaign = models.ForeignKey("campaigns.Campaign", models.PROTECT, related_name="slots")
    channel = models.ForeignKey(Channel, models.PROTECT, related_name="slots")
    state = models.CharField(max_length=20, choices=SlotState, default=SlotState.PLANNED)
    due_at = models.DateTimeField()
    title = models.CharField(max_length=160)
    note = models.TextField(blank=True)
    variant = models.ForeignKey("campaigns.Variant", models.PROTECT, null=True, blank=True, related_name="slots")
    delivery = models.ForeignKey(Delivery, models.PROTECT, null=True, blank=True, related_name="slots")
    created_by = models.ForeignKey(USER, models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar[list[str]] = ["due_at", "id"]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["organisation", "due_at"],
                name="slot_by_time",
                condition=models.Q(state__in=["planned", "filled"]),
            )
        ]

    def __str__(self) -> str:
        return self.title


class BulkKind(models.TextChoices):
    MOVE = "move", _("Move")
    HOLD = "hold", _("Hold")
    CANCEL = "cancel", _("Cancel")


class BulkAct(models.Model):
    """One act of a person on many deliveries, done one after the other by a worker.

    `position` counts what is behind it in `delivery_ids`, refusals included; a worker that was lost is followed by
    another, from there. `refusals` name each delivery that was left as it was, with the sentence that says why.
    """

    lifecycle: ClassVar[Lifecycle] = BULK

    organisation = models.ForeignKey("accounts.Organisation", models.PROTECT, related_name="bulk_acts")
    kind = models.CharField(max_length=10, choices=BulkKind)
    state = models.CharField(max_length=20, choices=BulkState, default=BulkState.WAITING)
    delivery_ids: Any = models.JSONField(default=list)
    days = models.IntegerField(default=0)
    hours = models.IntegerField(default=0)
    why = models.CharField(max_length=500, blank=True)
    position = models.PositiveIntegerField(default=0)
    refusals: Any = models.JSONField(default=list)
    by = models.ForeignKey(USER, models.PROTECT, related_name="+")
    via = models.CharField(max_length=10)
    created_at = models.DateTimeField()
    lease_until = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-id"]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["lease_until"], name="bulk_act_leased", condition=models.Q(state__in=["waiting", "running"])
            )
        ]

    @property
    def total(self) -> int:
        return len(self.delivery_ids)

    @property
    def done(self) -> int:
        return self.position - len(self.refusals)


from publishing import access_models as _access_models  # noqa: E402, F401  # Django finds models by this module
from publishing import correction_models as _correction_models  # noqa: E402, F401
from publishing import removal_models as _removal_models  # noqa: E402, F401
