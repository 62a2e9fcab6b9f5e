"""How many things wait for this person at each place of the index: one cheap query each, asked only when drawn."""

from django.db.models import Exists, OuterRef

from accounts.capabilities import Capability
from campaigns.lifecycle import VariantState
from campaigns.models import Variant
from chain.actors import Actor
from chain.models import Decision, Gate, Verdict
from publishing.lifecycle import ChannelState, DeliveryState
from publishing.models import Channel, Delivery

NEEDS_A_PERSON = (DeliveryState.FAILED, DeliveryState.UNCONFIRMED, DeliveryState.HELD, DeliveryState.MISSED)


def at_the_desk(actor: Actor) -> int:
    """One's own texts that came back, and those that wait for one's signature."""
    mine = Variant.objects.filter(organisation_id=actor.organisation_id, state=VariantState.CHANGES)
    return mine.filter(content__created_by_id=actor.user_id).count() + to_sign(actor)


def to_sign(actor: Actor) -> int:
    """Versions under review with a gate still open that this person may sign: not their own text, no second gate."""
    mine = [c for c in (Capability.SIGN_SCIENTIFIC, Capability.SIGN_LANGUAGE) if actor.can(c)]
    if not mine:
        return 0
    in_force = Decision.objects.filter(revoked_at__isnull=True)
    by_me = in_force.filter(digest=OuterRef("payload__digest"), user_id=actor.user_id)
    signature = in_force.filter(digest=OuterRef(OuterRef("payload__digest")), verdict=Verdict.APPROVED)
    gates = Gate.objects.filter(organisation_id=actor.organisation_id, kind=Variant.review_kind, capability__in=mine)
    open_gate = gates.exclude(Exists(signature.filter(gate_id=OuterRef("pk"))))
    return (
        Variant.objects.filter(organisation_id=actor.organisation_id, state=VariantState.IN_REVIEW)
        .exclude(content__contributors=actor.user_id)
        .exclude(Exists(by_me))
        .filter(Exists(open_gate))
        .count()
    )


def in_deliveries(actor: Actor) -> int:
    if not actor.can(Capability.SETTLE):
        return 0
    return Delivery.objects.filter(organisation_id=actor.organisation_id, state__in=NEEDS_A_PERSON).count()


def in_channels(actor: Actor) -> int:
    """Channels that someone must connect again or put right."""
    unwell = (ChannelState.HELD, ChannelState.RECONNECT)
    return Channel.objects.filter(organisation_id=actor.organisation_id, state__in=unwell).count()
