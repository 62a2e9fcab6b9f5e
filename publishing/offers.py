"""Which networks can be connected here, where each is reached, and the client that reaches them.

Owns the base addresses: an adapter reads no setting, and no code asks whether an address is the simulator's.
"""

import threading
from typing import Any, BinaryIO

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from campaigns import media
from chain.errors import Invalid
from networks.base import Adapter, Auth
from networks.registry import adapter_class, all_adapters
from networks.types import Connection
from outgoing.client import Client
from publishing import public_files

_clients = threading.local()


class StoredMedia:
    """Opens the stored final bytes of an institution's media, by hash, or says where a network may fetch them."""

    def __init__(self, organisation_id: int) -> None:
        self.organisation_id = organisation_id

    def open(self, sha256: str) -> BinaryIO:
        return media.open_stored(self.organisation_id, sha256)

    def address(self, sha256: str) -> str:
        return public_files.address(self.organisation_id, sha256)


def http_client() -> Client:
    """One guarded client per thread, so that connections are reused and never shared between threads.

    It is made anew when the settings that it was made by are others: what it may reach is never an old answer.
    """
    wanted: dict[str, Any] = {
        "allow_private": settings.NETWORKS_ALLOW_PRIVATE_HOSTS,
        "connect_timeout": settings.PUBLISHING_CONNECT_TIMEOUT,
        "read_timeout": settings.PUBLISHING_READ_TIMEOUT,
    }
    if getattr(_clients, "made_by", None) != wanted:
        _clients.client, _clients.made_by = Client(**wanted), wanted
    client: Client = _clients.client
    return client


def adapter_at(cls: type[Adapter], connection: Connection, organisation_id: int) -> Adapter:
    return cls(connection, http_client(), StoredMedia(organisation_id))


def networks_given() -> list[tuple[type[Adapter], str]]:
    """Each network that is connected by an access and that this installation gives an address of its own."""
    given = settings.NETWORK_URLS
    return [(cls, given[cls.slug]) for cls in all_adapters() if given.get(cls.slug) and Auth.ASSISTED not in cls.auth]


def proposed_url(cls: type[Adapter]) -> str:
    """NETWORK_<SLUG>_URL, else the network's own one address, or that of most accounts; empty where there is none."""
    proposed: str = settings.NETWORK_URLS.get(cls.slug, "") or cls.default_url or cls.usual_url
    return proposed


def installed(network: str) -> type[Adapter]:
    try:
        return adapter_class(network)
    except KeyError as error:
        raise Invalid(_("This network is not installed here."), field="network") from error


def base_url(cls: type[Adapter], typed: str = "") -> str:
    """Where the network is reached: its one address, or the server that the person names.

    NETWORK_<SLUG>_URL stands for a network's one address, and proposes the server of a network that has many.
    """
    proposed = proposed_url(cls)
    address = (proposed if cls.default_url else typed.strip() or proposed).rstrip("/")
    if not address:
        raise Invalid(_("Write the address of the account's server."), field="server_url")
    return address
