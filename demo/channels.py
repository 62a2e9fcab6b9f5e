"""Opens the demonstration's accounts on the simulated networks and connects them as a coordinator would.

The sandbox reads the accounts from var/demo-people.json; a network without a base address here is left out.
"""

import secrets
from typing import Any

from accounts.models import Organisation
from chain.actors import Actor
from demo import cast, people
from demo.cast import Voice
from publishing import channels, credentials
from publishing.models import Channel

Account = dict[str, Any]


def networks() -> list[tuple[str, str]]:
    """(slug, base address) of every network that this installation gives an address."""
    return [(slug, url) for slug, _label, url in channels.networks_on_offer() if url]


def accounts(institution: Organisation) -> list[Account]:
    """What the sandbox opens: each voice on each network, with the token that its channel already has, if any."""
    kept = {(one.get("network"), one.get("handle")): str(one.get("token", "")) for one in people.read()["accounts"]}
    return [
        {
            "network": slug,
            "handle": voice.handle,
            "display_name": voice.display_name,
            "bio": voice.bio,
            "token": kept.get((slug, voice.handle))
            or token_in_use(institution, slug, voice)
            or secrets.token_urlsafe(),
            "scopes": "read write",
        }
        for slug, _url in networks()
        for voice in cast.VOICES
    ]


def channels_of(institution: Organisation, network: str, voice: Voice) -> list[Channel]:
    """The channels that speak with this voice; networks write a handle with or without its server."""
    found = Channel.objects.filter(organisation=institution, network=network)
    return [channel for channel in found if bare(channel.handle) == voice.handle]


def bare(handle: str) -> str:
    return handle.lstrip("@").partition("@")[0]


def token_in_use(institution: Organisation, network: str, voice: Voice) -> str:
    known = channels_of(institution, network, voice)
    return credentials.reveal(known[-1]).get("access_token", "") if known else ""


def connect_all(institution: Organisation, opened: list[Account], *, actor: Actor) -> None:
    """Connect the accounts that never were; one that a person disconnected stays so."""
    for network, url in networks():
        for voice in cast.VOICES:
            known = channels_of(institution, network, voice)
            if any(channel.server_url == url.rstrip("/") for channel in known):
                continue
            token = next(one["token"] for one in opened if (one["network"], one["handle"]) == (network, voice.handle))
            channels.connect(actor=actor, network=network, server_url=url, token=token, language=voice.language)
