"""How campaigns, contents, variants, pictures and remarks reach a view: one's own institution's, else not found."""

from typing import Any, TypeVar

from django.apps import apps
from django.db.models import Model, QuerySet

from accounts.capabilities import Capability
from campaigns.models import Campaign, Content, MediaFile, Remark, Variant
from chain.actors import Actor
from chain.errors import NotAllowed, NotFound

T = TypeVar("T", bound=Model)


def campaigns_of(actor: Actor) -> QuerySet[Campaign]:
    allow(actor, Capability.VIEW_CAMPAIGNS)
    return Campaign.objects.filter(organisation_id=house(actor)).select_related("organisation", "created_by")


def campaign_or_404(actor: Actor, pk: int) -> Campaign:
    return only(campaigns_of(actor), pk)


def contents_of(actor: Actor) -> QuerySet[Content]:
    allow(actor, Capability.VIEW_CONTENTS)
    return Content.objects.filter(organisation_id=house(actor)).select_related("campaign", "claim", "created_by")


def content_or_404(actor: Actor, pk: int) -> Content:
    return only(contents_of(actor), pk)


def variants_of(actor: Actor) -> QuerySet[Variant]:
    allow(actor, Capability.VIEW_CONTENTS)
    return Variant.objects.filter(organisation_id=house(actor)).select_related(
        "content__campaign", "content__claim", "content__created_by", "channel", "payload", "submitted_by"
    )


def variant_or_404(actor: Actor, pk: int) -> Variant:
    return only(variants_of(actor), pk)


def media_of(actor: Actor) -> QuerySet[MediaFile]:
    allow(actor, Capability.VIEW_CONTENTS)
    return MediaFile.objects.filter(organisation_id=house(actor)).order_by("id")


def media_or_404(actor: Actor, pk: int) -> MediaFile:
    return only(media_of(actor), pk)


def remarks_of(actor: Actor) -> QuerySet[Remark]:
    allow(actor, Capability.VIEW_CONTENTS)
    found = Remark.objects.filter(organisation_id=house(actor))
    return found.select_related("variant__content", "author", "settled_by").order_by("id")


def remark_or_404(actor: Actor, pk: int) -> Remark:
    return only(remarks_of(actor), pk)


def channels_of(actor: Actor) -> QuerySet[Any]:
    """The institution's channels (publishing.Channel, which campaigns knows by name only), to write for."""
    allow(actor, Capability.VIEW_CONTENTS)
    channel = apps.get_model("publishing", "Channel")
    return channel._default_manager.filter(organisation_id=house(actor)).order_by("network", "handle", "pk")


def channel_or_404(actor: Actor, pk: int) -> Any:
    return only(channels_of(actor), pk)


def house(actor: Actor) -> int:
    """No institution has the id 0: a stranger finds nothing."""
    return actor.organisation_id or 0


def allow(actor: Actor, capability: Capability) -> None:
    if not actor.can(capability):
        raise NotAllowed


def only(found: QuerySet[T], pk: int) -> T:
    thing = found.filter(pk=pk).first()
    if thing is None:
        raise NotFound
    return thing
