"""How campaigns, contents, variants, pictures and remarks reach a view: one's own institution's, else not found."""

from typing import Any, TypeVar

from django.apps import apps
from django.db.models import Model, QuerySet

from accounts.capabilities import Capability
from campaigns.models import Campaign, Content, MediaFile, Messenger, Programme, Remark, Segment, Variant
from chain.actors import Actor
from chain.compiled import by_actor
from chain.errors import NotAllowed, NotFound

T = TypeVar("T", bound=Model)


def campaigns_of(actor: Actor) -> QuerySet[Campaign]:
    allow(actor, Capability.VIEW_CAMPAIGNS)
    found = Campaign.objects.filter(organisation_id=house(actor))
    return found.select_related("organisation", "created_by").prefetch_related("segments", "messengers")


def programmes_of(actor: Actor) -> QuerySet[Programme]:
    allow(actor, Capability.VIEW_CAMPAIGNS)
    return Programme.objects.filter(organisation_id=house(actor)).prefetch_related("goals")


def programme_or_404(actor: Actor, pk: int) -> Programme:
    return only(programmes_of(actor), pk)


def segments_of(actor: Actor) -> QuerySet[Segment]:
    allow(actor, Capability.VIEW_CAMPAIGNS)
    return Segment.objects.filter(organisation_id=house(actor))


def segment_or_404(actor: Actor, pk: int) -> Segment:
    return only(segments_of(actor), pk)


def messengers_of(actor: Actor) -> QuerySet[Messenger]:
    allow(actor, Capability.VIEW_CAMPAIGNS)
    return Messenger.objects.filter(organisation_id=house(actor))


def messenger_or_404(actor: Actor, pk: int) -> Messenger:
    return only(messengers_of(actor), pk)


def named_in_brief(actor: Actor, given: dict[str, Any]) -> dict[str, Any]:
    """The rows of the actor's own institution that the ids in a brief name; else NotFound."""
    readers = {"segments": segment_or_404, "messengers": messenger_or_404}
    named = {name: [one(actor, pk) for pk in given[name]] for name, one in readers.items() if name in given}
    if given.get("programme") is not None:
        named["programme"] = programme_or_404(actor, given["programme"])  # type: ignore[assignment]
    return {**given, **named}


def campaign_or_404(actor: Actor, pk: int) -> Campaign:
    return only_one(campaign_by_key(actor, pk))


campaign_by_key = by_actor(lambda actor, pk: campaigns_of(actor).filter(pk=pk), numbers=1)


def contents_of(actor: Actor) -> QuerySet[Content]:
    allow(actor, Capability.VIEW_CONTENTS)
    return Content.objects.filter(organisation_id=house(actor)).select_related(
        "campaign", "claim__concept", "created_by"
    )


def content_or_404(actor: Actor, pk: int) -> Content:
    return only(contents_of(actor), pk)


def variants_of(actor: Actor) -> QuerySet[Variant]:
    allow(actor, Capability.VIEW_CONTENTS)
    return Variant.objects.filter(organisation_id=house(actor)).select_related(
        "content__campaign", "content__claim__concept", "content__created_by", "channel", "payload", "submitted_by"
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
    return only_one(list(found.filter(pk=pk)[:1]))


def only_one(found: list[T]) -> T:
    if not found:
        raise NotFound
    return found[0]
