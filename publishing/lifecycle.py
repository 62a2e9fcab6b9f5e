"""State tables of channels, deliveries and parts, as data for chain.advance."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from chain.lifecycle import Lifecycle


class ChannelState(models.TextChoices):
    CONNECTED = "connected", _("Connected")
    HELD = "held", _("Held")
    RECONNECT = "reconnect", _("Needs to be connected again")
    DISCONNECTED = "disconnected", _("Disconnected")


CHANNEL = Lifecycle(
    "channel",
    {
        "connected": frozenset({"held", "reconnect", "disconnected"}),
        "held": frozenset({"connected", "reconnect", "disconnected"}),
        "reconnect": frozenset({"connected", "disconnected"}),
        "disconnected": frozenset({"connected"}),
    },
)


class DeliveryState(models.TextChoices):
    PENDING = "pending", _("Scheduled")
    PREPARING = "preparing", _("Being prepared")
    SENDING = "sending", _("Being sent")
    PUBLISHED = "published", _("Published")
    PROCESSING = "processing", _("Being processed by the network")
    FAILED = "failed", _("Failed")
    UNCONFIRMED = "unconfirmed", _("Unconfirmed")
    HELD = "held", _("Held")
    MISSED = "missed", _("Missed")
    CANCELLED = "cancelled", _("Cancelled")
    DELETING = "deleting", _("Being deleted")
    DELETED = "deleted", _("Deleted")
    GONE = "gone", _("No longer on the network")


DELIVERY = Lifecycle(
    "delivery",
    {
        "pending": frozenset({"preparing", "held", "missed", "cancelled", "published"}),
        "preparing": frozenset({"sending", "pending", "held", "failed", "missed", "cancelled", "published"}),
        "sending": frozenset({"published", "processing", "failed", "unconfirmed", "pending", "held"}),
        "processing": frozenset({"published", "failed", "unconfirmed", "pending", "held"}),
        "unconfirmed": frozenset({"published", "pending", "failed", "cancelled"}),
        "failed": frozenset({"pending", "cancelled", "published"}),
        "held": frozenset({"pending", "cancelled", "missed", "published"}),
        "missed": frozenset({"published"}),
        "cancelled": frozenset({"published"}),
        "published": frozenset({"deleting", "gone"}),
        "deleting": frozenset({"deleted", "published"}),
        "deleted": frozenset({"published"}),
        "gone": frozenset({"published"}),
    },
)
"""The moves to `published` from a state at rest are for answers that come late: what is live is never denied."""

ENDED = frozenset({DeliveryState.CANCELLED, DeliveryState.MISSED, DeliveryState.DELETED, DeliveryState.GONE})
NEEDS_A_PERSON = frozenset({DeliveryState.UNCONFIRMED, DeliveryState.FAILED, DeliveryState.HELD, DeliveryState.MISSED})


class HoldReason(models.TextChoices):
    APPROVAL_VOID = "approval_void", _("The text was changed or its signature withdrawn")
    NOT_APPROVED = "not_approved", _("Its signatures do not match what would go out")
    CHANNEL = "channel", _("The channel is not ready")
    DISCLOSURE = "disclosure", _("The channel does not name the institution")
    LATE = "late", _("It is later than the campaign allows")
    INCIDENT = "incident", _("Publishing is frozen")
    PERSON = "person", _("Held by a person")


class PartState(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    SENDING = "sending", _("Being sent")
    PROCESSING = "processing", _("Being processed by the network")
    PUBLISHED = "published", _("Published")
    UNKNOWN = "unknown", _("Unconfirmed")
    DELETED = "deleted", _("Deleted")
    GONE = "gone", _("No longer on the network")


PART = Lifecycle(
    "part",
    {
        "waiting": frozenset({"sending", "published"}),
        "sending": frozenset({"published", "processing", "unknown", "waiting"}),
        "processing": frozenset({"published", "unknown", "waiting"}),
        "unknown": frozenset({"published", "waiting"}),
        "published": frozenset({"deleted", "gone"}),
        "deleted": frozenset({"published"}),
        "gone": frozenset({"published"}),
    },
)


class SlotState(models.TextChoices):
    PLANNED = "planned", _("Planned")
    FILLED = "filled", _("Has its text")
    FULFILLED = "fulfilled", _("Released")
    REMOVED = "removed", _("Removed")


SLOT = Lifecycle(
    "slot",
    {
        "planned": frozenset({"filled", "removed"}),
        "filled": frozenset({"planned", "fulfilled", "removed"}),
    },
)


class BulkState(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    RUNNING = "running", _("Under way")
    FINISHED = "finished", _("Done")
    STOPPED = "stopped", _("Stopped")


BULK = Lifecycle(
    "bulk_act",
    {
        "waiting": frozenset({"running", "stopped"}),
        "running": frozenset({"finished", "stopped"}),
    },
)


STILL_LIVE = Q(state=DeliveryState.PUBLISHED, reason__in=["live_after_all", "delete_failed"])
"""Live although somebody ended it or wants it gone: a person must look."""
COMING = Q(state__in=[DeliveryState.PENDING, DeliveryState.PREPARING, DeliveryState.SENDING, DeliveryState.PROCESSING])
"""Deliveries that will go out or are on their way; an index has this very condition too."""
NEEDS_ME = (
    STILL_LIVE
    | Q(state__in=[DeliveryState.UNCONFIRMED, DeliveryState.FAILED, DeliveryState.HELD])
    | Q(state=DeliveryState.MISSED, settled_at=None)
    | Q(is_duplicate_alarm=True)
)
"""Deliveries that wait for a person. An index has this very condition: they are few among all that went out."""
