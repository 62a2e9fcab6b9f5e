"""Quotas as the networks tell them with each answer: kept on the channel, shown there, and not run against a wall.

The last tenth is spread over what is left of its time, so that a burst ends in a trickle and not in refusals; where
nothing is left, nothing is sent before the network takes calls again. A channel's own quota never delays another's;
what counts for our whole application on a server delays all of its channels there.
"""

from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.utils import timezone

from networks.types import RateLimit
from publishing.models import Channel

SPREAD_SHARE = 10
"""One part in so many is spread."""
FRESH = ((2, timedelta(seconds=30)), (SPREAD_SHARE, timedelta(seconds=1)))
"""While more than one part in so many is left, what was said is written no more often than this: all posts of a channel
write the same row. In the share that is spread each answer counts."""
UNSAID, WINDOW = timedelta(minutes=15), timedelta(hours=1)
"""Where the network does not say until when: what is used up is left alone so long, what is left counts for an hour.

Shares of a rolling hour have no end (networks/graph.py).
"""


def sharers(channel: Channel, *, of_application: bool) -> "QuerySet[Channel]":
    """The channel, or all that share its application: those of its institution on its server."""
    if not of_application:
        return Channel.objects.filter(pk=channel.pk)
    same = {"network": channel.network, "server_url": channel.server_url}
    return Channel.objects.filter(organisation_id=channel.organisation_id, **same)


def note(channel: Channel, said: RateLimit | None) -> None:
    """Keep what an answer said. `channel` as it was read for this send."""
    if said is None or said.remaining is None or not said.limit:
        return
    now = timezone.now()
    if channel.quota_at and now - channel.quota_at < fresh_for(
        min(said.remaining, channel.quota_left or 0), said.limit
    ):
        return
    until = said.resets_at or now + (WINDOW if said.remaining else UNSAID)
    told = {"quota_left": said.remaining, "quota_of": said.limit, "quota_until": until, "quota_at": now}
    sharers(channel, of_application=said.of_application).update(**told)


def fresh_for(left: int, limit: int) -> timedelta:
    """For how long it need not be written again, by the smaller of what was left then and what is now."""
    return next((seconds for share, seconds in FRESH if left * share > limit), timedelta(0))


def next_call(channel: Channel) -> datetime | None:
    """Not before when the channel's next post may go out, by what is left; None where nothing holds it back."""
    until, at, left = channel.quota_until, channel.quota_at, channel.quota_left
    if until is None or at is None or left is None or until <= timezone.now():
        return None
    if left == 0:
        return until
    if left * SPREAD_SHARE > (channel.quota_of or 0):
        return None
    return at + (until - at) / (left + 1)
