"""The channels: which cannot publish, and which will soon not be able to, with what depends on them."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import Count, Q
from django.utils import timezone

from operating.doctor.findings import Finding, failed, fine, skipped, warning
from publishing.lifecycle import ChannelState, DeliveryState
from publishing.models import Channel, Credential

SOON = timedelta(days=7)


def access() -> Iterator[Finding]:
    depends = Count("deliveries", filter=Q(deliveries__state__in=[DeliveryState.PENDING, DeliveryState.HELD]))
    living = Channel.objects.exclude(state=ChannelState.DISCONNECTED).annotate(depending=depends)
    wrong = [one for channel in living.select_related("credential", "breaker") if (one := trouble(channel))]
    yield from wrong
    if not wrong:
        counted = living.count()
        yield fine("channels", f"{counted} are connected") if counted else skipped("channels", "none is connected yet")


def trouble(channel: Channel) -> Finding | None:
    name = f"{channel.network} {channel.handle}"
    waiting = f"{channel.depending} posts depend on it"  # type: ignore[attr-defined]
    if channel.state == ChannelState.RECONNECT:
        do = "A coordinator connects it again, under Channels."
        return failed("channels", f"{name} must be connected again; {waiting}", do)
    if channel.state == ChannelState.HELD:
        return warning(
            "channels", f"{name} is held ({channel.state_reason}); {waiting}", "See Channels for the reason."
        )
    if getattr(channel, "breaker", None) and channel.breaker.opened_at:
        do = "It is asked again by itself; see Channels."
        return warning("channels", f"{name} is left alone after failures in a row; {waiting}", do)
    credential = getattr(channel, "credential", None)
    ends_at = expiry(credential) if credential else None
    if ends_at and ends_at < timezone.now() + SOON:
        days = (ends_at - timezone.now()).total_seconds() / 86_400
        ended = "its access has ended" if days < 0 else f"its access ends in {days:.1f} days"
        return (failed if days < 0 else warning)("channels", f"{name}: {ended}; {waiting}", "Connect it again.")
    if channel.checks_failed:
        do = "Its profile is read again by itself, ever more seldom; see Channels."
        return warning("channels", f"{name} could not be read {channel.checks_failed} times in a row", do)
    return None


def expiry(credential: Credential) -> datetime | None:
    """When a person will have to connect it again; None while it is renewed by itself."""
    is_renewed = credential.renew_at is not None and (credential.expires_at or timezone.now()) > timezone.now()
    return None if is_renewed else credential.expires_at
