"""Clearance: may this delivery go out now? Asked when it is claimed and again inside the send's own transaction.

An answer names the obstacle and what becomes of the row: held with a reason, missed, or waiting until a time.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from campaigns.lifecycle import CampaignState, VariantState
from campaigns.models import LatenessPolicy
from chain.models import Hold, HoldState
from chain.reviewing import is_signed
from publishing.frozen import is_intact
from publishing.lifecycle import ChannelState, DeliveryState, HoldReason
from publishing.models import Breaker, Delivery


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


def held(reason: HoldReason, code: str, **params: Any) -> Obstacle:
    return Obstacle(DeliveryState.HELD, code, hold_reason=reason, params=params)


def holds_over(delivery: Delivery) -> list[Hold]:
    """The holds in force whose scope covers this delivery."""
    in_force = Hold.objects.filter(organisation_id=delivery.organisation_id, state=HoldState.ACTIVE)
    return [hold for hold in in_force if covers(hold, delivery)]


def covers(hold: Hold, delivery: Delivery) -> bool:
    scopes = {
        "everything": "",
        "campaign": str(delivery.campaign_id),
        "channel": str(delivery.channel_id),
        "network": delivery.channel.network,
    }
    return hold.scope in scopes and hold.scope_id == scopes[hold.scope]


def incident(delivery: Delivery) -> Obstacle | None:
    return held(HoldReason.INCIDENT, "incident") if holds_over(delivery) else None


def approval(delivery: Delivery) -> Obstacle | None:
    """The bytes must be the signed ones, every gate signed, the text unchanged since, the brief signed."""
    variant, payload = delivery.variant, delivery.payload
    if not is_intact(payload):
        return held(HoldReason.NOT_APPROVED, "bytes_changed")
    if variant.state != VariantState.APPROVED or variant.payload_id != payload.pk:
        return held(HoldReason.APPROVAL_VOID, "approval_void")
    if not is_signed(variant):
        return held(HoldReason.NOT_APPROVED, "not_approved")
    if delivery.campaign.state != CampaignState.SIGNED:
        return held(HoldReason.NOT_APPROVED, "brief_not_signed")
    return None


def channel_ready(delivery: Delivery) -> Obstacle | None:
    channel = delivery.channel
    if channel.state == ChannelState.HELD:
        return held(HoldReason.DISCLOSURE, "disclosure")
    if channel.state != ChannelState.CONNECTED:
        return held(HoldReason.CHANNEL, "channel_not_connected")
    return None


def lateness(delivery: Delivery) -> Obstacle | None:
    policy = delivery.lateness_policy or delivery.campaign.lateness_policy
    minutes = delivery.lateness_minutes
    minutes = delivery.campaign.lateness_minutes if minutes is None else minutes
    late_by = timezone.now() - delivery.due_at
    if policy == LatenessPolicy.PUBLISH or late_by <= timedelta(minutes=minutes):
        return None
    params = {"minutes": int(late_by.total_seconds() // 60)}
    if policy == LatenessPolicy.SKIP:
        return Obstacle(DeliveryState.MISSED, "late_skipped", params=params)
    return held(HoldReason.LATE, "late", **params)


def waiting_time(delivery: Delivery) -> Obstacle | None:
    """An open breaker or the channel's own quota: the row stays pending, and says why."""
    now = timezone.now()
    breaker = Breaker.objects.filter(channel_id=delivery.channel_id, opened_at__isnull=False).first()
    if breaker:
        later = max(breaker.probe_after or now, now + timedelta(seconds=1))
        return Obstacle(DeliveryState.PENDING, "breaker_open", not_before=later)
    if delivery.channel.not_before and delivery.channel.not_before > now:
        return Obstacle(DeliveryState.PENDING, "rate_limited", not_before=delivery.channel.not_before)
    return None
