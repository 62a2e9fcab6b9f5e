"""Opens the demonstration's accounts on the simulated networks and connects them as a coordinator would.

The sandbox reads the accounts from var/demo-people.json; a network without a base address here is left out.
"""

import secrets
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from accounts.models import Organisation, User
from chain.actors import Actor
from demo import cast, people
from demo.cast import Voice
from networks.base import Adapter
from publishing import channels, connecting_by_hand, credentials, offers
from publishing.disclosing import Disclosure
from publishing.models import Channel

Account = dict[str, Any]


@dataclass(frozen=True)
class Seat:
    """One voice on one network: `handle` is what it is called there, `url` where the network is reached."""

    network: type[Adapter]
    url: str
    voice: Voice
    handle: str


def seats() -> list[Seat]:
    """Every voice where each account has a server of its own, the house's own where all or most share one server.

    There its name tells the network, so that a file of contents can name each channel by its handle.
    """
    found = []
    for network, url in offers.networks_given():
        if shares_a_server(network):
            voice = cast.VOICES[0]
            found.append(Seat(network, url, voice, f"{voice.handle}_{network.slug}"))
        else:
            found += [Seat(network, url, voice, voice.handle) for voice in cast.VOICES]
    return found


def shares_a_server(network: type[Adapter]) -> bool:
    return bool(network.default_url or network.usual_url)


def accounts(institution: Organisation) -> list[Account]:
    """What the sandbox opens: each seat with the token that its channel has already, and the channel by hand."""
    kept = {(one.get("network"), one.get("handle")): str(one.get("token", "")) for one in people.read()["accounts"]}
    seated = [
        {
            "network": seat.network.slug,
            "handle": seat.handle,
            "display_name": seat.voice.display_name,
            "bio": seat.voice.bio,
            "token": kept.get((seat.network.slug, seat.handle)) or token_in_use(institution, seat) or fresh_token(),
        }
        for seat in seats()
    ]
    by_hand = [
        {"network": slug, "handle": voice.handle, "display_name": voice.display_name, "bio": voice.bio}
        for slug, _url in networks_by_hand()
        for voice in (cast.BY_HAND,)
    ]
    return [*seated, *by_hand]


def fresh_token() -> str:
    """Digits, a colon, letters: the form that the strictest of the networks asks for."""
    return f"{secrets.randbelow(9 * 10**8) + 10**8}:{secrets.token_urlsafe(26)}"


def networks_by_hand() -> list[tuple[str, str]]:
    """(slug, base address) of every network without an interface that this installation gives an address."""
    offered = ((slug, settings.NETWORK_URLS.get(slug, "")) for slug, _label in connecting_by_hand.on_offer())
    return [(slug, url) for slug, url in offered if url]


def by_hand(institution: Organisation) -> Channel | None:
    return Channel.objects.filter(organisation=institution, display_name=cast.BY_HAND.display_name).first()


def connect_by_hand(institution: Organisation, *, actor: Actor) -> None:
    """The channel that people post on, in the hands of those whom the cast names; one that stands is left alone."""
    if by_hand(institution) is not None:
        return
    hands = [User.objects.get(email=player.email).pk for player in cast.HANDS]
    for network, url in networks_by_hand()[:1]:
        connecting_by_hand.connect_by_hand(
            actor=actor,
            network=network,
            name=cast.BY_HAND.display_name,
            link=f"{url.rstrip('/')}/channel/{cast.BY_HAND.handle}",
            people=hands,
            disclosure=Disclosure.proposed(institution),
            is_disclosed=True,
            language=cast.BY_HAND.language,
        )


def channels_of(institution: Organisation, seat: Seat) -> list[Channel]:
    """The channels on this seat; networks write a handle with or without its server, or as a name of its domain."""
    found = Channel.objects.filter(organisation=institution, network=seat.network.slug)
    return [channel for channel in found if bare(channel.handle) == seat.handle]


def elsewhere(institution: Organisation) -> list[Channel]:
    """The house's own channels on the networks where all or most share one server."""
    return [one for seat in seats() if shares_a_server(seat.network) for one in channels_of(institution, seat)]


def bare(handle: str) -> str:
    return handle.lstrip("@").partition("@")[0].partition(".")[0].replace("-", "_")


def token_in_use(institution: Organisation, seat: Seat) -> str:
    known = channels_of(institution, seat)
    return credentials.reveal(known[-1]).get("access_token", "") if known else ""


def connect_all(institution: Organisation, opened: list[Account], *, actor: Actor) -> None:
    """Connect the accounts that never were; one that a person disconnected stays so."""
    tokens = {(one["network"], one["handle"]): str(one.get("token", "")) for one in opened}
    for seat in seats():
        known = channels_of(institution, seat)
        if any(channel.server_url == seat.url.rstrip("/") for channel in known):
            continue
        channels.connect(
            actor=actor,
            network=seat.network.slug,
            server_url=seat.url,
            token=tokens[seat.network.slug, seat.handle],
            account=f"@{seat.handle}" if seat.network.names_account else "",
            language=seat.voice.language,
            disclosure=Disclosure.proposed(institution),
        )
