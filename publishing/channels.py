"""Channels: disclosed accounts of the institution, connected by a token that the network itself confirms.

Owns the building of adapters: base URL, credentials and HTTP client come from here, and an adapter reads no setting.
"""

import threading
from contextlib import suppress
from typing import BinaryIO

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.capabilities import Capability
from accounts.models import Organisation
from campaigns import media
from chain.actors import Actor, system_actor
from chain.engine import advance, begin
from chain.errors import Invalid, StaleState
from chain.trail import record
from networks.base import Adapter
from networks.errors import NeedsReconnect, NetworkError
from networks.limits import Limits
from networks.registry import adapter_class, all_adapters, label_in
from networks.types import Connection, Profile
from outgoing.client import Client
from publishing import credentials
from publishing.lifecycle import ChannelState, DeliveryState, HoldReason
from publishing.models import Channel, Delivery
from publishing.telling import tell_about_channel

PROFILE = ("handle", "display_name", "profile_url", "limits", "checked_at")
"""What a profile says of a channel: the only columns that reading one writes."""

_clients = threading.local()


class StoredMedia:
    """Opens the stored final bytes of an institution's media, by hash."""

    def __init__(self, organisation_id: int) -> None:
        self.organisation_id = organisation_id

    def open(self, sha256: str) -> BinaryIO:
        return media.open_stored(self.organisation_id, sha256)


def http_client() -> Client:
    """One guarded client per thread, so that connections are reused and never shared between threads."""
    if not hasattr(_clients, "client"):
        _clients.client = Client(
            allow_private=settings.NETWORKS_ALLOW_PRIVATE_HOSTS,
            connect_timeout=settings.PUBLISHING_CONNECT_TIMEOUT,
            read_timeout=settings.PUBLISHING_READ_TIMEOUT,
        )
    client: Client = _clients.client
    return client


def adapter_for(channel: Channel) -> Adapter:
    """The channel's adapter, ready to use.

    Raises NeedsReconnect where its access cannot be opened, KeyError for a network that is no longer installed.
    """
    limits = Limits.from_json(channel.limits) if channel.limits else None
    try:
        access_token = credentials.reveal(channel).get("access_token", "")
    except Invalid as error:
        raise NeedsReconnect("sealed") from error
    connection = Connection(
        base_url=channel.server_url,
        access_token=access_token,
        remote_id=channel.remote_id or None,
        handle=channel.handle or None,
        limits=limits,
    )
    return adapter_class(channel.network)(connection, http_client(), StoredMedia(channel.organisation_id))


def networks_on_offer() -> list[tuple[str, str, str]]:
    """(slug, label, server address that this installation proposes) of every installed adapter."""
    return [
        (cls.slug, label_in(cls.slug, get_language()), settings.NETWORK_URLS.get(cls.slug, ""))
        for cls in all_adapters()
    ]


def read_profile(network: str, server_url: str, token: str, organisation_id: int) -> Profile:
    """Ask the network whose token this is. Raises Invalid with a sentence where it does not say."""
    try:
        cls = adapter_class(network)
    except KeyError as error:
        raise Invalid(_("This network is not installed here."), field="network") from error
    connection = Connection(base_url=server_url.rstrip("/"), access_token=token)
    try:
        return cls(connection, http_client(), StoredMedia(organisation_id)).get_profile()
    except NeedsReconnect as error:
        raise Invalid(
            _("The network refuses this token. Make a new one with the rights to read and write, and paste it whole."),
            code=error.code,
            field="token",
        ) from error
    except NetworkError as error:
        raise Invalid(
            _("The server at this address did not answer as expected. Check the address, or try again in a minute."),
            code=error.code,
            field="server_url",
        ) from error


def names_institution(profile: Profile, organisation: Organisation) -> bool:
    """Whether the profile says whose account it is: a name of the institution, or a link to this installation."""
    shown = " ".join([profile.display_name, profile.bio, *profile.links]).casefold()
    names = [organisation.name, organisation.name_fr, organisation.name_en, settings.BASE_URL]
    return any(name.strip().casefold() in shown for name in names if name.strip())


def refuse_undisclosed(profile: Profile, organisation: Organisation) -> None:
    if not names_institution(profile, organisation):
        raise Invalid(
            _("The account's public profile does not name your institution. Add the name, then connect."),
            code="undisclosed",
            field="token",
        )


def connect(*, actor: Actor, network: str, server_url: str, token: str, language: str = "ar") -> Channel:
    """Connect (or connect again) the account that the token opens. The network is asked before anything is saved."""
    organisation = Organisation.objects.get(pk=actor.organisation_id or 0)
    actor.require(Capability.CONNECT_CHANNEL, on=organisation)
    if not token.strip():
        raise Invalid(_("Paste the token that the network gave you."), field="token")
    profile = read_profile(network, server_url, token.strip(), organisation.pk)
    refuse_undisclosed(profile, organisation)
    return save_connected(actor, organisation, network, server_url.rstrip("/"), token.strip(), language, profile)


@transaction.atomic
def save_connected(
    actor: Actor, organisation: Organisation, network: str, server_url: str, token: str, language: str, profile: Profile
) -> Channel:
    known = Channel.objects.filter(
        organisation=organisation, network=network, server_url=server_url, remote_id=profile.remote_id
    ).first()
    channel = known or Channel(
        organisation=organisation,
        network=network,
        server_url=server_url,
        remote_id=profile.remote_id,
        language=language,
        connected_by_id=actor.user_id or 0,
        connected_at=timezone.now(),
    )
    take_profile(channel, profile)
    if known is None:
        begin(channel, actor=actor, data={"handle": channel.handle})
    else:
        channel.save(update_fields=PROFILE)
        reconnected(channel, actor)
    credentials.store(channel, {"access_token": token})
    return channel


def take_profile(channel: Channel, profile: Profile) -> None:
    channel.handle, channel.display_name = profile.handle, profile.display_name
    channel.profile_url, channel.limits = profile.url, profile.limits.to_json()
    channel.checked_at = timezone.now()


def reconnected(channel: Channel, actor: Actor) -> None:
    """The channel works again: its posts that waited for it go back to the queue, each cleared again when claimed."""
    if channel.state == ChannelState.CONNECTED:
        record("channel.token_replaced", channel, actor=actor)
        return
    advance(channel, ChannelState.CONNECTED, actor=actor, state_reason="")
    reasons = (HoldReason.CHANNEL, HoldReason.DISCLOSURE)
    for delivery in Delivery.objects.filter(channel=channel, state=DeliveryState.HELD, hold_reason__in=reasons):
        advance(
            delivery, DeliveryState.PENDING, actor=actor, why="channel_connected",
            hold_reason="", reason="", reason_params={}, not_before=None, dispatched_until=None,
        )  # fmt: skip


@transaction.atomic
def disconnect(*, channel: Channel, actor: Actor, why: str = "") -> Channel:
    """Forget the channel's access. What was scheduled on it will be held when due. A second click changes nothing."""
    actor.require(Capability.CONNECT_CHANNEL, on=channel)
    if channel.state == ChannelState.DISCONNECTED:
        return channel
    credentials.forget(channel)
    return advance(channel, ChannelState.DISCONNECTED, actor=actor, why=why, state_reason="disconnected")


def needs_reconnect(channel: Channel, *, actor: Actor, code: str) -> None:
    """The network refuses our access: the channel waits for a person, who is told once.

    Several workers learn it at one time: the first moves the channel, the others must still record their own answers.
    """
    channel.refresh_from_db()
    if channel.state not in (ChannelState.CONNECTED, ChannelState.HELD):
        return
    with suppress(StaleState):
        advance(channel, ChannelState.RECONNECT, actor=actor, why=code, state_reason=code)
        tell_about_channel(channel, code=code, occurrence=timezone.now().date().isoformat())


def check(channel: Channel) -> None:
    """Read the profile again: limits, name, disclosure. A failure to answer changes nothing."""
    actor = system_actor("channel check", channel.organisation_id)
    try:
        profile = adapter_for(channel).get_profile()
    except NeedsReconnect as error:
        needs_reconnect(channel, actor=actor, code=error.code)
        return
    except NetworkError:
        return
    take_profile(channel, profile)
    channel.save(update_fields=PROFILE)
    weigh_disclosure(channel, profile, actor)


def weigh_disclosure(channel: Channel, profile: Profile, actor: Actor) -> None:
    disclosed = names_institution(profile, channel.organisation)
    if not disclosed and channel.state == ChannelState.CONNECTED:
        advance(channel, ChannelState.HELD, actor=actor, why="undisclosed", state_reason="undisclosed")
        tell_about_channel(channel, code="undisclosed", occurrence=timezone.now().date().isoformat())
    elif disclosed and channel.state == ChannelState.HELD:
        reconnected(channel, actor)
