"""Connecting a channel that people post on by hand: its public link, who posts in turn, and that it names its owner.

Nobody can read such a profile for us: a person looks, says so, and is asked again every week; unanswered, the channel
is held like any other that does not name the institution.
"""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.access import people_with
from accounts.capabilities import Capability
from accounts.models import Organisation
from chain.actors import Actor, system_actor
from chain.engine import advance, begin
from chain.errors import Invalid
from chain.trail import record
from networks.base import Adapter, Auth
from networks.errors import NetworkError
from networks.registry import adapter_class, all_adapters, label_in
from networks.types import Connection, Profile
from publishing.channels import reconnected
from publishing.disclosing import Disclosure
from publishing.handing import posters_of, require_named
from publishing.lifecycle import ChannelState
from publishing.models import Channel, Poster
from publishing.offers import StoredMedia, base_url, http_client
from publishing.telling import tell_about_channel, tell_to_look


def on_offer() -> list[tuple[str, str]]:
    """(slug, label) of the networks on which people post by hand."""
    return [(cls.slug, label_in(cls.slug, get_language())) for cls in all_adapters() if is_by_hand(cls)]


def is_by_hand(network: type[Adapter]) -> bool:
    return Auth.ASSISTED in network.auth


@transaction.atomic
def connect_by_hand(
    *,
    actor: Actor,
    network: str,
    name: str,
    link: str,
    people: Sequence[int],
    disclosure: Disclosure,
    is_disclosed: bool,
    language: str = "ar",
) -> Channel:
    """Connect (or connect again) a channel by its public link. `people` post on it, the first first.

    Raises Invalid (unknown network, not the link of a channel, nobody able named, not said to name the institution).
    """
    organisation = Organisation.objects.get(pk=actor.organisation_id or 0)
    actor.require(Capability.CONNECT_CHANNEL, on=organisation)
    stated = asdict(disclosure.complete())
    here, profile = profile_at(network, link.strip(), organisation.pk)
    refuse_unsaid(name, people, organisation.pk, is_disclosed=is_disclosed)
    known = Channel.objects.filter(organisation=organisation, network=network, remote_id=profile.remote_id).first()
    channel = known or Channel(
        organisation=organisation,
        network=network,
        remote_id=profile.remote_id,
        connected_by_id=actor.user_id or 0,
        connected_at=timezone.now(),
        **stated,
    )
    channel.server_url, channel.language = here, language
    channel.handle = channel.display_name = name.strip()
    channel.profile_url, channel.limits = profile.url, profile.limits.to_json()
    channel.checked_at, channel.checked_by_id = timezone.now(), actor.user_id
    if known is None:
        begin(channel, actor=actor, data={"handle": channel.handle, **stated})
    else:
        channel.save()
        reconnected(channel, actor)
    name_posters(channel, people, actor)
    return channel


def profile_at(network: str, link: str, organisation_id: int) -> tuple[str, Profile]:
    """The base address here of a network without an interface, and what the channel's own link says of it."""
    if network not in dict(on_offer()):
        raise Invalid(_("This network is not installed here."), field="network")
    cls = adapter_class(network)
    here = base_url(cls)
    adapter = cls(Connection(base_url=here, handle=link), http_client(), StoredMedia(organisation_id))
    try:
        return here, adapter.get_profile()
    except NetworkError as error:
        raise Invalid(
            _("This is not the public link of a channel. Open the channel, choose its link, and paste it whole."),
            code=error.code,
            field="link",
        ) from error


def refuse_unsaid(name: str, people: Sequence[int], organisation_id: int, *, is_disclosed: bool) -> None:
    if not name.strip():
        raise Invalid(_("Give the channel's name, as its readers see it."), field="name")
    able = set(people_with(organisation_id, Capability.POST_BY_HAND).values_list("pk", flat=True))
    if not people or not set(people) <= able:
        raise Invalid(_("Name at least one person who may post by hand."), field="people")
    if not is_disclosed:
        raise Invalid(
            _("The channel's description must name your institution. Add the name, look at it, then say so here."),
            code="undisclosed",
            field="is_disclosed",
        )


def name_posters(channel: Channel, people: Sequence[int], actor: Actor) -> None:
    """These people, in this order, instead of those named before."""
    in_turn = list(dict.fromkeys(people))
    Poster.objects.filter(channel=channel).delete()
    Poster.objects.bulk_create(
        Poster(channel=channel, user_id=user_id, position=place) for place, user_id in enumerate(in_turn)
    )
    record("channel.posters_named", channel, actor=actor, data={"people": in_turn})


@transaction.atomic
def confirm_disclosure(*, channel: Channel, actor: Actor) -> Channel:
    """A person has looked: the channel's description names the institution. A channel held for want of it goes on."""
    require_named(channel, actor)
    if not is_by_hand(adapter_class(channel.network)):
        raise Invalid(_("We read this channel's profile ourselves."), code="read_by_itself")
    channel.checked_at, channel.checked_by_id = timezone.now(), actor.user_id
    channel.save(update_fields=["checked_at", "checked_by"])
    record("channel.disclosure_confirmed", channel, actor=actor)
    if channel.state == ChannelState.HELD:
        reconnected(channel, actor)
    return channel


@transaction.atomic
def ask_to_look(channel: Channel) -> None:
    """A week after the last look its people are asked again; a day later, unanswered, the channel is held."""
    age = timezone.now() - (channel.checked_at or channel.connected_at)
    asked_after = timedelta(seconds=settings.CHANNEL_DISCLOSURE_SECONDS)
    if age < asked_after:
        return
    occurrence = (channel.checked_at or channel.connected_at).date().isoformat()
    tell_to_look(channel, posters_of(channel), occurrence=occurrence)
    grace = timedelta(seconds=settings.CHANNEL_DISCLOSURE_GRACE_SECONDS)
    if age >= asked_after + grace and channel.state == ChannelState.CONNECTED:
        actor = system_actor("channel check", channel.organisation_id)
        code = "disclosure_to_confirm"
        advance(channel, ChannelState.HELD, actor=actor, why=code, state_reason=code)
        tell_about_channel(channel, code=code, occurrence=occurrence)
