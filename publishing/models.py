"""Channels with their sealed credentials, deliveries with parts, attempts and look-ups, breakers."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from campaigns.models import LatenessPolicy
from chain.lifecycle import Lifecycle
from publishing.lifecycle import (
    CHANNEL,
    DELIVERY,
    PART,
    ChannelState,
    DeliveryState,
    HoldReason,
    PartState,
)

USER = settings.AUTH_USER_MODEL


class Channel(models.Model):
    """A disclosed account of the institution on one network. `limits` are what its own server said when last asked."""

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
    limits: Any = models.JSONField(default=dict)
    followers = models.PositiveBigIntegerField(null=True, blank=True)
    not_before = models.DateTimeField(null=True, blank=True)
    checked_at = models.DateTimeField(null=True)
    connected_by = models.ForeignKey(USER, models.PROTECT, related_name="+")
    connected_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar[list[str]] = ["network", "handle"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["organisation", "network", "server_url", "remote_id"], name="one_channel_per_account"
            )
        ]

    def __str__(self) -> str:
        return self.handle


class Credential(models.Model):
    """What opens a channel, encrypted with the installation's key; never shown, logged or exported."""

    channel = models.OneToOneField(Channel, models.CASCADE, related_name="credential")
    sealed = models.BinaryField()
    expires_at = models.DateTimeField(null=True, blank=True)
    updated_at = models.DateTimeField()


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
    check_after = models.DateTimeField(null=True, blank=True)
    latest: Any = models.JSONField(default=dict)
    latest_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["due_at", "id"]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["due_at"], name="delivery_due", condition=models.Q(state="pending")),
            models.Index(fields=["organisation", "state", "due_at"], name="delivery_by_state"),
            models.Index(fields=["campaign", "due_at"], name="delivery_by_campaign"),
            models.Index(
                fields=["lease_until"], name="delivery_leased", condition=models.Q(state__in=["preparing", "sending"])
            ),
            models.Index(
                fields=["check_after"],
                name="delivery_to_check",
                condition=models.Q(state__in=["processing", "unconfirmed"]),
            ),
        ]


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

    @property
    def organisation_id(self) -> int:
        return self.delivery.organisation_id


class Outcome(models.TextChoices):
    RUNNING = "running", _("Under way")
    PUBLISHED = "published", _("Published")
    PROCESSING = "processing", _("Being processed by the network")
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
