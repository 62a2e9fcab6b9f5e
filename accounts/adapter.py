"""Where django-allauth asks us: who may sign up, how to prove oneself again, how secrets are kept.

Nobody signs up uninvited, and a second factor once set up is the only way to prove oneself again.
"""

import base64
import hashlib
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest

SEALED = frozenset({"secret", "seed", "migrated_codes"})
"""What allauth keeps encrypted in an authenticator's data."""


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never: people come in by invitation (accounts.inviting)."""
        return False

    def get_reauthentication_methods(self, user: AbstractBaseUser | AnonymousUser) -> list[dict[str, Any]]:
        """Whoever has a second factor proves themselves with it: a password typed again is worth nothing more."""
        methods: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        return [m for m in methods if m["id"].startswith("mfa_reauthenticate")] or methods


class MfaAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Keys of authenticator apps and recovery codes lie encrypted in the database."""

    def encrypt(self, text: str) -> str:
        return _fernet().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _fernet().decrypt(encrypted_text.encode()).decode()


def reseal() -> tuple[int, int]:
    """Encrypt the keys of all authenticator apps and recovery codes again with the first key; (done, unreadable).

    A row that changed meanwhile is left: whoever wrote it encrypted it with the first key.
    """
    from allauth.mfa.models import Authenticator  # allauth loads this module before its models are there

    done = lost = 0
    for row in Authenticator.objects.exclude(type=Authenticator.Type.WEBAUTHN):
        try:
            again = {name: _rotated(value) if name in SEALED else value for name, value in row.data.items()}
        except InvalidToken:
            lost += 1
        else:
            done += Authenticator.objects.filter(pk=row.pk, data=row.data).update(data=again)
    return done, lost


def _rotated(value: Any) -> Any:
    if isinstance(value, list):
        return [_rotated(one) for one in value]
    return _fernet().rotate(str(value).encode()).decode()


def _fernet() -> MultiFernet:
    """As with credentials, the first of the keys encrypts and all of them decrypt, so that a key can be changed."""
    keys = [key.strip() for key in settings.CREDENTIALS_KEY.split(",") if key.strip()]
    digests = [hashlib.sha256(b"second factors|" + key.encode()).digest() for key in keys]
    return MultiFernet([Fernet(base64.urlsafe_b64encode(digest)) for digest in digests])
