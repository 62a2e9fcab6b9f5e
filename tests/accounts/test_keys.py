"""Changing CREDENTIALS_KEY: authenticator apps that were set up under the old key go on working."""

from typing import Any

from cryptography.fernet import Fernet

from accounts.adapter import MfaAdapter


def test_a_second_factor_survives_a_change_of_the_key(settings: Any) -> None:
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    settings.CREDENTIALS_KEY = old
    kept = MfaAdapter().encrypt("JBSWY3DPEHPK3PXP")
    settings.CREDENTIALS_KEY = f"{new},{old}"
    assert MfaAdapter().decrypt(kept) == "JBSWY3DPEHPK3PXP"
