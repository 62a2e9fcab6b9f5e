"""The look at each channel's profile: weekly while all is well, sooner and then ever later while it is not.

Owns when a channel is looked at again and what its profile means for it.
"""

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.capabilities import Capability
from chain.actors import Actor, system_actor
from chain.engine import advance
from networks.errors import NeedsReconnect, NetworkError
from networks.types import Profile
from publishing.channels import PROFILE, adapter_for, needs_reconnect, reconnected, take_profile
from publishing.disclosing import names_institution
from publishing.lifecycle import ChannelState
from publishing.models import Channel
from publishing.telling import tell_about_channel

log = logging.getLogger(__name__)
LOOKED_AT = (ChannelState.CONNECTED, ChannelState.HELD)
AT_MOST = timedelta(days=1)


def claim_checks() -> list[int]:
    """The channels to look at now, each claimed for one worker by moving its next look on."""
    now = timezone.now()
    due = Channel.objects.filter(Q(check_after=None) | Q(check_after__lte=now), state__in=LOOKED_AT)
    return [
        channel.pk
        for channel in due
        if Channel.objects.filter(pk=channel.pk, check_after=channel.check_after).update(check_after=sooner(channel))
    ]


def ask(*, channel: Channel, actor: Actor) -> Channel:
    """A person wants it looked at again, now."""
    actor.require(Capability.CONNECT_CHANNEL, on=channel)
    Channel.objects.filter(pk=channel.pk).update(check_after=None)
    transaction.on_commit(lambda: enqueue(channel.pk))
    return channel


def enqueue(channel_id: int) -> None:
    """Hand it to a worker at once; if the broker is away, the next tick finds it."""
    from publishing.tasks import check_channel

    try:
        check_channel.apply_async((channel_id,), retry=False)
    except check_channel.OperationalError:
        log.warning("broker away: channel %d waits for the next tick", channel_id)


def sooner(channel: Channel) -> datetime:
    """An hour after the first trouble, then two, four… at most a day."""
    return timezone.now() + min(timedelta(hours=2 ** min(channel.checks_failed, 5)), AT_MOST)


def check(channel: Channel) -> None:
    """Read the profile again: limits, name, disclosure. A failure to answer changes nothing but the next look."""
    actor = system_actor("channel check", channel.organisation_id)
    try:
        profile = adapter_for(channel).get_profile()
    except NeedsReconnect as error:
        needs_reconnect(channel, actor=actor, code=error.code)
        return
    except NetworkError:
        look_sooner(channel)
        return
    take_profile(channel, profile)
    channel.save(update_fields=PROFILE)
    weigh_disclosure(channel, profile, actor)


def look_sooner(channel: Channel) -> None:
    again = {"check_after": sooner(channel), "checks_failed": min(channel.checks_failed + 1, 100)}
    Channel.objects.filter(pk=channel.pk).update(**again)


def weigh_disclosure(channel: Channel, profile: Profile, actor: Actor) -> None:
    disclosed = names_institution(profile, channel.organisation)
    if not disclosed and channel.state == ChannelState.CONNECTED:
        advance(channel, ChannelState.HELD, actor=actor, why="undisclosed", state_reason="undisclosed")
        tell_about_channel(channel, code="undisclosed", occurrence=timezone.now().date().isoformat())
    elif disclosed and channel.state == ChannelState.HELD:
        reconnected(channel, actor)
    if disclosed:
        Channel.objects.filter(pk=channel.pk).update(checks_failed=0)
    else:
        look_sooner(channel)
