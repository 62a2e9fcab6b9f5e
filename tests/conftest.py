"""What every test shares: the people of tests/people.py, cheap password hashes, plain names of static files."""

from typing import Any

import pytest

pytest_plugins = ["tests.machine", "tests.browser", "tests.people"]

PLAIN_STATIC = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}


@pytest.fixture(autouse=True)
def _quick(settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.STORAGES = {**settings.STORAGES, "staticfiles": PLAIN_STATIC}
