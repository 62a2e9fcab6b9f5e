"""Credentials at rest: encrypted with the installation's key, opened only to build an adapter.

`CREDENTIALS_KEY` may name several Fernet keys separated by commas: the first encrypts, all decrypt (rotation).
"""

import json
from collections.abc import Mapping
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chain.errors import Invalid
from publishing.models import Channel, Credential


@lru_cache(maxsize=4)
def vault(keys: str) -> MultiFernet:
    return MultiFernet([Fernet(key.strip()) for key in keys.split(",")])


def store(channel: Channel, secrets: Mapping[str, str]) -> None:
    """Seal `secrets` (access_token…) for the channel. An empty value never overwrites one that we hold."""
    kept = {**held_already(channel), **{name: value for name, value in secrets.items() if value}}
    sealed = vault(settings.CREDENTIALS_KEY).encrypt(json.dumps(kept).encode())
    Credential.objects.update_or_create(channel=channel, defaults={"sealed": sealed, "updated_at": timezone.now()})


def held_already(channel: Channel) -> dict[str, str]:
    """What a lost key sealed is lost: a new access takes its place, or nobody could ever connect again."""
    try:
        return reveal(channel)
    except Invalid:
        return {}


def reveal(channel: Channel) -> dict[str, str]:
    """The secrets of a channel, or {} when it has none. Raises Invalid when the key does not open them."""
    row = Credential.objects.filter(channel=channel).first()
    if row is None:
        return {}
    try:
        opened = vault(settings.CREDENTIALS_KEY).decrypt(bytes(row.sealed))
    except InvalidToken as error:
        raise Invalid(
            _("The stored access cannot be opened with this installation's key. Connect the channel again."),
            code="sealed",
        ) from error
    return {str(name): str(value) for name, value in json.loads(opened).items()}


def forget(channel: Channel) -> None:
    Credential.objects.filter(channel=channel).delete()
