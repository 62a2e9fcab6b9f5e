"""How channels, deliveries and holds reach a view: always within the actor's own institution, else not found."""

from django.db.models import QuerySet

from accounts.capabilities import Capability
from chain.actors import Actor
from chain.errors import NotAllowed, NotFound
from chain.models import Hold
from publishing.consenting import own
from publishing.lifecycle import DeliveryState, SlotState
from publishing.models import Application, BulkAct, Channel, Consent, Delivery, Handover, Slot
from publishing.removal_models import Recall

BESIDE = (
    "channel__organisation", "channel__network", "channel__server_url", "channel__state", "channel__handle",
    "channel__display_name", "channel__profile_url", "channel__language", "variant__organisation", "variant__state",
    "variant__payload", "variant__channel", "variant__content__organisation", "variant__content__campaign",
    "variant__content__title", "variant__content__language",
)  # fmt: skip
COLUMNS = (
    *(field.name for field in Delivery._meta.concrete_fields), *BESIDE, "campaign__organisation", "campaign__title",
    "campaign__time_zone", "campaign__state", "campaign__lateness_policy", "campaign__lateness_minutes",
)  # fmt: skip
"""What a row reads: a brief, a draft and a payload weigh more than all else, and no list shows them."""


def channels_of(actor: Actor) -> QuerySet[Channel]:
    allow(actor, Capability.VIEW_CHANNELS)
    return Channel.objects.filter(organisation_id=actor.organisation_id or 0)


def channel_or_404(actor: Actor, pk: int) -> Channel:
    channel = channels_of(actor).filter(pk=pk).first()
    if channel is None:
        raise NotFound
    return channel


def applications_of(actor: Actor) -> QuerySet[Application]:
    allow(actor, Capability.CONNECT_CHANNEL)
    return Application.objects.filter(organisation_id=actor.organisation_id or 0).select_related("set_by")


def application_or_404(actor: Actor, pk: int) -> Application:
    application = applications_of(actor).filter(pk=pk).first()
    if application is None:
        raise NotFound
    return application


def consent_or_404(actor: Actor, pk: int) -> Consent:
    """One's own consent that has not ended: nobody finishes what a colleague began."""
    allow(actor, Capability.CONNECT_CHANNEL)
    consent = own(actor).filter(pk=pk).select_related("organisation").first()
    if consent is None:
        raise NotFound
    return consent


def deliveries_of(actor: Actor) -> QuerySet[Delivery]:
    allow(actor, Capability.VIEW_DELIVERIES)
    return Delivery.objects.filter(organisation_id=actor.organisation_id or 0).select_related(
        "channel", "campaign", "variant__content__claim", "payload"
    )


def deliveries_in_lists(actor: Actor) -> QuerySet[Delivery]:
    """Deliveries with those columns alone that a row reads."""
    beside = ("channel", "campaign", "variant__content")
    return deliveries_of(actor).select_related(None).select_related(*beside).only(*COLUMNS)


def delivery_or_404(actor: Actor, pk: int) -> Delivery:
    delivery = deliveries_of(actor).filter(pk=pk).first()
    if delivery is None:
        raise NotFound
    return delivery


def hands_of(actor: Actor) -> QuerySet[Handover]:
    """What waits in people's hands, first what must be answered first."""
    allow(actor, Capability.POST_BY_HAND)
    return every_hand(actor).filter(part__delivery__state=DeliveryState.PROCESSING, until__isnull=False)


def hand_or_404(actor: Actor, delivery_id: int) -> Handover:
    """The delivery's last handover, answered or not."""
    allow(actor, Capability.POST_BY_HAND)
    hand = every_hand(actor).filter(part__delivery_id=delivery_id).order_by("-part__position").first()
    if hand is None:
        raise NotFound
    return hand


def every_hand(actor: Actor) -> QuerySet[Handover]:
    found = Handover.objects.filter(part__delivery__organisation_id=actor.organisation_id or 0)
    found = found.select_related("person", "part__delivery__channel", "part__delivery__variant__content")
    return found.order_by("until", "id")


def slots_of(actor: Actor) -> QuerySet[Slot]:
    """Slots that still stand on the calendar: neither fulfilled nor removed."""
    allow(actor, Capability.VIEW_DELIVERIES)
    return Slot.objects.filter(
        organisation_id=actor.organisation_id or 0, state__in=(SlotState.PLANNED, SlotState.FILLED)
    ).select_related("channel", "campaign", "variant__content")


def slot_or_404(actor: Actor, pk: int) -> Slot:
    """A slot in any state: its own address outlives it."""
    allow(actor, Capability.VIEW_DELIVERIES)
    found = Slot.objects.filter(organisation_id=actor.organisation_id or 0, pk=pk)
    slot = found.select_related("channel", "campaign", "variant__content", "delivery").first()
    if slot is None:
        raise NotFound
    return slot


def bulk_acts_of(actor: Actor) -> QuerySet[BulkAct]:
    allow(actor, Capability.VIEW_DELIVERIES)
    return BulkAct.objects.filter(organisation_id=actor.organisation_id or 0).select_related("by")


def bulk_act_or_404(actor: Actor, pk: int) -> BulkAct:
    act = bulk_acts_of(actor).filter(pk=pk).first()
    if act is None:
        raise NotFound
    return act


def hold_or_404(actor: Actor, pk: int) -> Hold:
    allow(actor, Capability.VIEW_DELIVERIES)
    hold = Hold.objects.filter(organisation_id=actor.organisation_id or 0, pk=pk).first()
    if hold is None:
        raise NotFound
    return hold


def recalls_of(actor: Actor) -> QuerySet[Recall]:
    allow(actor, Capability.VIEW_DELIVERIES)
    return Recall.objects.filter(organisation_id=actor.organisation_id or 0).order_by("-id")


def recall_or_404(actor: Actor, pk: int) -> Recall:
    made = recalls_of(actor).filter(pk=pk).first()
    if made is None:
        raise NotFound
    return made


def allow(actor: Actor, capability: Capability) -> None:
    if not actor.can(capability):
        raise NotAllowed
