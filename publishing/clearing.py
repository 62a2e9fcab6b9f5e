"""Clearance: may this delivery go out now? Asked when it is claimed and again inside the send's own transaction.

An answer names the obstacle and what becomes of the row: held with a reason, missed, or waiting until a time.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from campaigns.lifecycle import CampaignState, VariantState
from campaigns.messengers import consent_lacking
from campaigns.models import LatenessPolicy
from chain.models import Hold, HoldState
from chain.reviewing import is_signed
from publishing.credentials import is_in_renewal
from publishing.frozen import is_intact
from publishing.lifecycle import ChannelState, DeliveryState, HoldReason, PartState
from publishing.models import Breaker, Delivery, HostBreaker
from publishing.quotas import next_call
from publishing.scoping import covers

RENEWAL = timedelta(seconds=10)
"""How long a row waits while the channel's access is renewed."""


@dataclass(frozen=True)
class Obstacle:
    """`to` is the state it must take; `not_before` only with `pending`; `code` keys publishing/reasons.py."""

    to: DeliveryState
    code: str
    hold_reason: str = ""
    not_before: datetime | None = None
    params: dict[str, Any] = field(default_factory=dict)


def clearance(delivery: Delivery) -> Obstacle | None:
    """The first thing in the way, or None. The delivery must have been read in the present transaction.

    What reading.py found out with the row is not asked again.
    Between two parts of a thread that has begun only a freeze or a quota may stop it: half a thread helps nobody.
    """
    if delivery.state == DeliveryState.SENDING:
        return incident(delivery) or waiting_time(delivery)
    return (
        incident(delivery)
        or approval(delivery)
        or channel_ready(delivery)
        or lateness(delivery)
        or waiting_time(delivery)
    )


def forbidden(delivery: Delivery) -> Obstacle | None:
    """What stops a post that is in a person's hands already: all that would stop a send, but time and pace."""
    return incident(delivery) or approval(delivery) or channel_ready(delivery)


def held(reason: HoldReason, code: str, **params: Any) -> Obstacle:
    return Obstacle(DeliveryState.HELD, code, hold_reason=reason, params=params)


def holds_over(delivery: Delivery) -> list[Hold]:
    """The holds in force whose scope covers this delivery."""
    if not getattr(delivery, "has_holds", True):
        return []
    in_force = Hold.objects.filter(organisation_id=delivery.organisation_id, state=HoldState.ACTIVE).order_by("pk")
    return [hold for hold in in_force if covers(hold, delivery)]


def incident(delivery: Delivery) -> Obstacle | None:
    over = holds_over(delivery)
    return held(HoldReason.INCIDENT, "incident", hold=over[0].pk) if over else None


def approval(delivery: Delivery) -> Obstacle | None:
    """The bytes must be the signed ones, every gate signed, unchanged, the brief signed, its messengers willing."""
    variant, payload = delivery.variant, delivery.payload
    if not is_intact(payload):
        return held(HoldReason.NOT_APPROVED, "bytes_changed")
    if variant.state != VariantState.APPROVED or variant.payload_id != payload.pk:
        return held(HoldReason.APPROVAL_VOID, "approval_void")
    variant.payload = payload
    if not (delivery.has_signatures if hasattr(delivery, "has_signatures") else is_signed(variant)):
        return held(HoldReason.NOT_APPROVED, "not_approved")
    if delivery.campaign.state != CampaignState.SIGNED:
        return held(HoldReason.NOT_APPROVED, "brief_not_signed")
    if getattr(delivery, "needs_consent", True) and any(consent_lacking(delivery.campaign)):
        return held(HoldReason.NOT_APPROVED, "consent_missing")
    return None


def channel_ready(delivery: Delivery) -> Obstacle | None:
    channel = delivery.channel
    if channel.state == ChannelState.HELD:
        return held(HoldReason.DISCLOSURE, "disclosure")
    if channel.state != ChannelState.CONNECTED:
        return held(HoldReason.CHANNEL, "channel_not_connected")
    return None


def lateness(delivery: Delivery) -> Obstacle | None:
    """What the policy says of one this late. A thread of which readers saw a part goes on: half of it helps nobody."""
    policy = delivery.lateness_policy or delivery.campaign.lateness_policy
    minutes = delivery.lateness_minutes
    minutes = delivery.campaign.lateness_minutes if minutes is None else minutes
    late_by = timezone.now() - delivery.due_at
    if policy == LatenessPolicy.PUBLISH or late_by <= timedelta(minutes=minutes):
        return None
    if delivery.parts.filter(state=PartState.PUBLISHED).exists():
        return None
    params = {"minutes": int(late_by.total_seconds() // 60)}
    if policy == LatenessPolicy.SKIP:
        return Obstacle(DeliveryState.MISSED, "late_skipped", params=params)
    return held(HoldReason.LATE, "late", **params)


def waiting_time(delivery: Delivery) -> Obstacle | None:
    """An open breaker (the server's, the channel's) or the channel's own quota: the row stays pending, and says why."""
    now = timezone.now()
    breaker: Breaker | None = getattr(delivery.channel, "breaker", None)
    if breaker is not None and breaker.opened_at is not None:
        return until_probed(breaker, "breaker_open")
    if host := stopped_host(delivery):
        return until_probed(host, "host_breaker_open")
    if is_in_renewal(getattr(delivery.channel, "credential", None)):
        return Obstacle(DeliveryState.PENDING, "renewing_access", not_before=now + RENEWAL)
    if delivery.channel.not_before and delivery.channel.not_before > now:
        return Obstacle(DeliveryState.PENDING, "rate_limited", not_before=delivery.channel.not_before)
    if (turn := next_call(delivery.channel)) and turn > now:
        return Obstacle(DeliveryState.PENDING, "quota_spread", not_before=turn)
    return None


def stopped_host(delivery: Delivery) -> HostBreaker | None:
    if not getattr(delivery, "has_stopped_host", True):
        return None
    return HostBreaker.objects.filter(server_url=delivery.channel.server_url, opened_at__isnull=False).first()


def until_probed(breaker: Breaker | HostBreaker, code: str) -> Obstacle:
    now = timezone.now()
    later = max(breaker.probe_after or now, now + timedelta(seconds=1))
    return Obstacle(DeliveryState.PENDING, code, not_before=later)
