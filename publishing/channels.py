"""Channels: disclosed accounts of the institution, connected by a token that the network itself confirms.

Owns the building of a channel's adapter: base URL, credentials and HTTP client are handed to it.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, replace
from datetime import timedelta
from functools import partial

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.capabilities import Capability
from accounts.models import Organisation
from chain.actors import Actor
from chain.engine import advance, begin
from chain.errors import Invalid, StaleState
from chain.trail import record
from networks.base import Adapter
from networks.base import Capability as NetworkCapability
from networks.errors import Code, NeedsReconnect, NetworkError, Unreachable
from networks.limits import Limits
from networks.registry import adapter_class
from networks.types import AppCredentials, Connection, Profile, Tokens
from publishing import applications, credentials, offers
from publishing.access_models import EndedAccess
from publishing.disclosing import Disclosure, refuse_undisclosed
from publishing.lifecycle import ChannelState, DeliveryState, HoldReason
from publishing.models import Channel, Credential, Delivery
from publishing.offers import base_url, installed
from publishing.telling import tell_about_channel

PROFILE = ("handle", "display_name", "profile_url", "limits", "checked_at", "check_after")
"""What a profile says of a channel: the only columns that reading one writes."""


def adapter_for(channel: Channel) -> Adapter:
    """The channel's adapter, ready to use.

    Raises NeedsReconnect where its access cannot be opened, Unreachable while an access that ended is being renewed,
    KeyError for a network that is no longer installed.
    """
    held = credentials.held_now(channel)
    refuse_in_renewal(held)
    return adapter_by(channel, connection_of(channel, held))


def adapter_as_read(delivery: Delivery) -> Adapter:
    """The same by the access that reading.to_claim read in this transaction. Raises what `adapter_for` does."""
    held: Credential | None = getattr(delivery.channel, "credential", None)
    refuse_in_renewal(held)
    application = partial(applications.opened, delivery.application_sealed)  # type: ignore[attr-defined]
    return adapter_by(delivery.channel, opened(delivery.channel, held, application))


def refuse_in_renewal(held: Credential | None) -> None:
    if credentials.is_in_renewal(held):
        raise Unreachable(Code.RENEWING_ACCESS)


def adapter_by(channel: Channel, connection: Connection) -> Adapter:
    return adapter_class(channel.network)(connection, offers.http_client(), media_of(channel))


def media_of(channel: Channel) -> offers.StoredMedia:
    return offers.StoredMedia(channel.organisation_id)


def connection_of(channel: Channel, held: Credential | EndedAccess | None = None) -> Connection:
    """All that an adapter needs of the channel, opened. Raises NeedsReconnect where no key of ours opens it."""
    return opened(channel, held or credentials.held_now(channel), partial(applications.application_for, channel))


def opened(
    channel: Channel, held: Credential | EndedAccess | None, find: Callable[[], AppCredentials | None]
) -> Connection:
    try:
        secrets, application = credentials.opened(held), find()
    except Invalid as error:
        raise NeedsReconnect("sealed") from error
    return Connection(
        base_url=channel.server_url,
        access_token=secrets.get("access_token", ""),
        refresh_token=secrets.get("refresh_token") or None,
        app_credentials=application,
        remote_id=channel.remote_id or None,
        handle=channel.handle or None,
        limits=Limits.from_json(channel.limits) if channel.limits else None,
    )


def reads_back(channel: Channel) -> bool:
    """Whether the network lets us look for a post of ours; where it does not, an unknown outcome is a person's."""
    return NetworkCapability.FIND_PUBLISHED in adapter_class(channel.network).capabilities


def sign_in(cls: type[Adapter], pasted: Connection, organisation_id: int) -> tuple[Tokens, Profile]:
    """What to keep of a pasted token, and whose it is. Raises Invalid with a sentence where the network does not say.

    What was pasted is not kept where the network gives a session for it.
    """
    with in_words():
        tokens = offers.adapter_at(cls, pasted, organisation_id).sign_in()
    opened = replace(pasted, access_token=tokens.access_token, refresh_token=tokens.refresh_token)
    return tokens, read_profile(cls, opened, organisation_id)


def read_profile(cls: type[Adapter], connection: Connection, organisation_id: int) -> Profile:
    """Ask the network whose token this is. Raises Invalid with a sentence where it does not say."""
    with in_words():
        return offers.adapter_at(cls, connection, organisation_id).get_profile()


@contextmanager
def in_words() -> Iterator[None]:
    """A network's refusal while an account is being connected, as a sentence beside the field that it is about."""
    try:
        yield
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


def connect(
    *,
    actor: Actor,
    network: str,
    disclosure: Disclosure,
    token: str,
    server_url: str = "",
    account: str = "",
    language: str = "ar",
) -> Channel:
    """Connect (or connect again) the account that a pasted token opens. The network is asked before anything is saved.

    `account` names it where the token does not say (Adapter.names_account); `server_url` where each has its own server.
    """
    organisation = Organisation.objects.get(pk=actor.organisation_id or 0)
    actor.require(Capability.CONNECT_CHANNEL, on=organisation)
    stated = disclosure.complete()
    cls = installed(network)
    if not token.strip():
        raise Invalid(_("Paste the token that the network gave you."), field="token")
    if cls.names_account and not account.strip():
        raise Invalid(_("Write the account's name as the network shows it."), field="account")
    opened = Connection(base_url=base_url(cls, server_url), access_token=token.strip(), handle=account.strip() or None)
    tokens, profile = sign_in(cls, opened, organisation.pk)
    refuse_undisclosed(profile, organisation)
    return save_connected(actor, organisation, cls.slug, opened.base_url, tokens, profile, stated, language)


@transaction.atomic
def save_connected(
    actor: Actor,
    organisation: Organisation,
    network: str,
    server_url: str,
    tokens: Tokens,
    profile: Profile,
    disclosure: Disclosure,
    language: str,
) -> Channel:
    """Keep the channel and what opens it. One that is known keeps its history and its posts go on."""
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
        **asdict(disclosure),
    )
    take_profile(channel, profile)
    if known is None:
        begin(channel, actor=actor, data={"handle": channel.handle, **asdict(disclosure)})
    else:
        channel.save(update_fields=PROFILE)
        reconnected(channel, actor)
    credentials.keep(channel, tokens)
    return channel


def take_profile(channel: Channel, profile: Profile) -> None:
    channel.handle, channel.display_name = profile.handle, profile.display_name
    channel.profile_url, channel.limits = profile.url, profile.limits.to_json()
    channel.checked_at = timezone.now()
    channel.check_after = channel.checked_at + timedelta(seconds=settings.CHANNEL_CHECK_SECONDS)


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
    """End the channel's access. What was scheduled on it will be held when due. A second click changes nothing."""
    actor.require(Capability.CONNECT_CHANNEL, on=channel)
    if channel.state == ChannelState.DISCONNECTED:
        return channel
    credentials.end(channel)
    return advance(channel, ChannelState.DISCONNECTED, actor=actor, why=why, state_reason="disconnected")


@transaction.atomic
def set_spacing(*, channel: Channel, minutes: int | None, actor: Actor) -> Channel:
    """How far apart late posts go out here; None for what the installation says, 0 for no distance."""
    actor.require(Capability.CONNECT_CHANNEL, on=channel)
    if minutes is not None and not 0 <= minutes <= 1440:
        raise Invalid(_("Between 0 minutes and a day."), code="odd_spacing", field="minutes")
    said = {"from": channel.spacing_minutes, "to": minutes}
    channel.spacing_minutes = minutes
    channel.save(update_fields=["spacing_minutes"])
    record("channel.spacing_set", channel, actor=actor, data=said)
    return channel


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
