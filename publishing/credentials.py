"""Credentials at rest: encrypted with the installation's key, opened only to build an adapter.

`CREDENTIALS_KEY` may name several Fernet keys separated by commas: the first encrypts, all decrypt (rotation).
"""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chain.errors import Invalid
from networks.base import Capability
from networks.registry import adapter_class, all_adapters
from networks.types import Tokens
from publishing.access_models import EndedAccess
from publishing.models import Application, Channel, Consent, Credential

RENEW_AT_MOST_AHEAD = timedelta(days=7)


@lru_cache(maxsize=4)
def vault(keys: str) -> MultiFernet:
    return MultiFernet([Fernet(key.strip()) for key in keys.split(",")])


def seal(secrets: Mapping[str, Any]) -> bytes:
    return vault(settings.CREDENTIALS_KEY).encrypt(json.dumps(secrets).encode())


def unseal(sealed: bytes | memoryview) -> dict[str, Any]:
    """What was sealed. Raises Invalid when no key of ours opens it."""
    try:
        opened: dict[str, Any] = json.loads(vault(settings.CREDENTIALS_KEY).decrypt(bytes(sealed)))
    except InvalidToken as error:
        raise Invalid(
            _("The stored access cannot be opened with this installation's key. Connect the channel again."),
            code="sealed",
        ) from error
    return opened


def keep(channel: Channel, tokens: Tokens) -> None:
    """Seal what a network gave, with the time at which it must be renewed, where the network renews."""
    renews = Capability.REFRESH_TOKEN in adapter_class(channel.network).capabilities
    store(
        channel,
        {"access_token": tokens.access_token, "refresh_token": tokens.refresh_token or ""},
        expires_at=tokens.expires_at,
        renew_at=renewal_of(tokens.expires_at) if renews and tokens.expires_at else None,
    )


def renewal_of(expires_at: datetime) -> datetime:
    """A quarter of its life before the end, at most a week: two hours are renewed after ninety minutes."""
    return expires_at - min((expires_at - timezone.now()) / 4, RENEW_AT_MOST_AHEAD)


def renew_now(channel: Channel) -> None:
    """The network says that the access has ended, before its time by our clock: the next tick renews it."""
    now = timezone.now()
    Credential.objects.filter(channel=channel, renew_at__isnull=False).update(expires_at=now, renew_at=now)


def store(
    channel: Channel,
    secrets: Mapping[str, str],
    *,
    expires_at: datetime | None = None,
    renew_at: datetime | None = None,
) -> None:
    """Seal `secrets` (access_token…) for the channel. An empty value never overwrites one that we hold."""
    kept = {**held_already(channel), **{name: value for name, value in secrets.items() if value}}
    columns = {"sealed": seal(kept), "expires_at": expires_at, "renew_at": renew_at, "renewing_until": None}
    Credential.objects.update_or_create(channel=channel, defaults={**columns, "updated_at": timezone.now()})


def held_already(channel: Channel) -> dict[str, str]:
    """What a lost key sealed is lost: a new access takes its place, or nobody could ever connect again."""
    return opened_or_nothing(held_now(channel))


def opened_or_nothing(row: Credential | EndedAccess | None) -> dict[str, str]:
    try:
        return opened(row)
    except Invalid:
        return {}


def reveal(channel: Channel) -> dict[str, str]:
    """The secrets of a channel, or {} when it has none. Raises Invalid when the key does not open them."""
    return opened(held_now(channel))


def held_now(channel: Channel) -> Credential | None:
    """The row as it stands: tokens are renewed at any time."""
    return Credential.objects.filter(channel=channel).first()


def opened(row: Credential | EndedAccess | None) -> dict[str, str]:
    """Raises Invalid when the key does not open it."""
    return {} if row is None else {name: str(value) for name, value in unseal(row.sealed).items()}


def is_in_renewal(row: Credential | None) -> bool:
    """Whether the access has ended and new tokens are on their way: whoever wants to use it comes back in a moment."""
    now = timezone.now()
    return bool(row and row.expires_at and row.renew_at and row.expires_at <= now and row.renew_at <= now)


def end(channel: Channel) -> None:
    """Nothing of ours uses the channel's access any more; where its network can end it too, a worker asks for that."""
    held = Credential.objects.filter(channel=channel)
    if can_be_revoked(channel.network):
        now = timezone.now()
        for sealed in held.values_list("sealed", flat=True):
            EndedAccess.objects.create(channel=channel, sealed=sealed, ended_at=now, ask_after=now)
    held.delete()


def can_be_revoked(network: str) -> bool:
    """Not where the network is no longer installed."""
    return any(one.slug == network and Capability.REVOKE_TOKEN in one.capabilities for one in all_adapters())


def reseal() -> tuple[int, int]:
    """Seal all that is sealed again with the first key; (done, those that no key of ours opens).

    A row that changed meanwhile is left: whoever wrote it sealed it with the first key.
    """
    done = lost = 0
    for model in (Credential, EndedAccess, Application, Consent):
        for pk, sealed in model._default_manager.values_list("pk", "sealed"):
            try:
                again = vault(settings.CREDENTIALS_KEY).rotate(bytes(sealed))
            except InvalidToken:
                lost += 1
            else:
                done += model._default_manager.filter(pk=pk, sealed=sealed).update(sealed=again)
    return done, lost
