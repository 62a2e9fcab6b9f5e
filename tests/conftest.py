"""What every test shares: the people of tests/people.py, and cheap password hashes."""

import pytest

pytest_plugins = ["tests.people"]


@pytest.fixture(autouse=True)
def _cheap_passwords(settings: object) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # type: ignore[attr-defined]
