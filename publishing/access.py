"""How channels, deliveries and holds reach a view: always within the actor's own institution, else not found."""

from django.db.models import QuerySet

from accounts.capabilities import Capability
from chain.actors import Actor
from chain.errors import NotAllowed, NotFound
from chain.models import Hold
from publishing.models import Channel, Delivery


def channels_of(actor: Actor) -> QuerySet[Channel]:
    allow(actor, Capability.VIEW_CHANNELS)
    return Channel.objects.filter(organisation_id=actor.organisation_id or 0)


def channel_or_404(actor: Actor, pk: int) -> Channel:
    channel = channels_of(actor).filter(pk=pk).first()
    if channel is None:
        raise NotFound
    return channel


def deliveries_of(actor: Actor) -> QuerySet[Delivery]:
    allow(actor, Capability.VIEW_DELIVERIES)
    return Delivery.objects.filter(organisation_id=actor.organisation_id or 0).select_related(
        "channel", "campaign", "variant__content__claim", "payload"
    )


def delivery_or_404(actor: Actor, pk: int) -> Delivery:
    delivery = deliveries_of(actor).filter(pk=pk).first()
    if delivery is None:
        raise NotFound
    return delivery


def hold_or_404(actor: Actor, pk: int) -> Hold:
    allow(actor, Capability.VIEW_DELIVERIES)
    hold = Hold.objects.filter(organisation_id=actor.organisation_id or 0, pk=pk).first()
    if hold is None:
        raise NotFound
    return hold


def allow(actor: Actor, capability: Capability) -> None:
    if not actor.can(capability):
        raise NotAllowed
