"""How figures reach a view: always within the actor's own institution, else not found."""

from django.db.models import QuerySet

from accounts.capabilities import Capability
from analytics.models import ChannelSnapshot, Snapshot
from campaigns.models import Campaign
from chain.actors import Actor
from chain.errors import NotAllowed, NotFound
from publishing.access import channel_or_404
from publishing.models import Delivery


def campaigns_of(actor: Actor, capability: Capability = Capability.VIEW_FIGURES) -> QuerySet[Campaign]:
    """Campaigns whose figures the actor may see (or export), newest first. Raises NotAllowed."""
    allow(actor, capability)
    return Campaign.objects.filter(organisation_id=actor.organisation_id or 0).order_by("-id")


def campaign_or_404(actor: Actor, pk: int, capability: Capability = Capability.VIEW_FIGURES) -> Campaign:
    campaign = campaigns_of(actor, capability).filter(pk=pk).first()
    if campaign is None:
        raise NotFound
    return campaign


def snapshots_of_delivery(actor: Actor, delivery_id: int) -> QuerySet[Snapshot]:
    """What was told of a delivery's posts, in the order of time. Raises NotAllowed, NotFound."""
    allow(actor, Capability.VIEW_FIGURES)
    deliveries = Delivery.objects.filter(organisation_id=actor.organisation_id or 0)
    if not deliveries.filter(pk=delivery_id).exists():
        raise NotFound
    found = Snapshot.objects.filter(part__delivery_id=delivery_id).select_related("part")
    return found.order_by("captured_at", "part_id")


def snapshots_of_channel(actor: Actor, channel_id: int) -> QuerySet[ChannelSnapshot]:
    """What was told of an account, newest first. Raises NotAllowed, NotFound."""
    allow(actor, Capability.VIEW_FIGURES)
    channel = channel_or_404(actor, channel_id)
    return ChannelSnapshot.objects.filter(channel=channel).select_related("entered_by").order_by("-captured_at")


def allow(actor: Actor, capability: Capability) -> None:
    if not actor.can(capability):
        raise NotAllowed
