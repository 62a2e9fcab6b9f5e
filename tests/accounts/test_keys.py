"""Changing CREDENTIALS_KEY: authenticator apps that were set up under the old key go on working."""

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.utils import decrypt
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command

from accounts.adapter import MfaAdapter
from tests.people import TOTP_SECRET, People


def test_a_second_factor_survives_a_change_of_the_key(settings: Any) -> None:
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    settings.CREDENTIALS_KEY = old
    kept = MfaAdapter().encrypt("JBSWY3DPEHPK3PXP")
    settings.CREDENTIALS_KEY = f"{new},{old}"
    assert MfaAdapter().decrypt(kept) == "JBSWY3DPEHPK3PXP"


@pytest.mark.django_db
def test_the_old_key_may_go_once_everything_is_sealed_with_the_new_one(people: People, settings: Any) -> None:
    codes = RecoveryCodes.activate(people.alice)
    expected, old, new = codes.generate_codes(), settings.CREDENTIALS_KEY, Fernet.generate_key().decode()
    settings.CREDENTIALS_KEY = f"{new},{old}"
    call_command("reencrypt_credentials")
    settings.CREDENTIALS_KEY = new
    app = Authenticator.objects.get(user=people.alice, type=Authenticator.Type.TOTP)
    assert decrypt(app.data["secret"]) == TOTP_SECRET
    assert RecoveryCodes(Authenticator.objects.get(pk=codes.instance.pk)).generate_codes() == expected


@pytest.mark.django_db
def test_a_second_factor_that_no_key_opens_is_named(people: People, settings: Any) -> None:
    settings.CREDENTIALS_KEY = Fernet.generate_key().decode()
    with pytest.raises(CommandError, match="second factors"):
        call_command("reencrypt_credentials")
