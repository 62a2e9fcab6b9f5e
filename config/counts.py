"""How many things wait for this person at each place of the index: a cheap count each, asked only when drawn."""

from accounts.capabilities import Capability
from campaigns import queries
from campaigns.access import variants_of
from chain.actors import Actor
from publishing.access import channels_of, deliveries_of
from publishing.lifecycle import ChannelState
from publishing.queries import NEEDS_ME

UNWELL = (ChannelState.HELD, ChannelState.RECONNECT)


def at_the_desk(actor: Actor) -> int:
    """What came back to me, what waits for my signature, and what is signed and waits for me to give it a time."""
    return came_back(actor) + to_sign(actor) + queries.to_plan(actor).count()


def came_back(actor: Actor) -> int:
    mine = variants_of(actor).filter(content__contributors=actor.user_id or 0)
    return mine.filter(state__in=queries.BACK).count()


def to_sign(actor: Actor) -> int:
    return queries.to_sign(actor).count()


def in_deliveries(actor: Actor) -> int:
    """Deliveries that need a decision, for those who may take it."""
    return deliveries_of(actor).filter(NEEDS_ME).count() if actor.can(Capability.SETTLE) else 0


def in_channels(actor: Actor) -> int:
    """Channels to connect again or to put right, for those who may."""
    return channels_of(actor).filter(state__in=UNWELL).count() if actor.can(Capability.CONNECT_CHANNEL) else 0
