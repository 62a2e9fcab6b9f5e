"""What every test shares: the people of tests/people.py, cheap password hashes, plain names of static files."""

import gc
import shutil
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.db.backends.sqlite3.base import DatabaseOperations  # type: ignore[attr-defined]  # operations first is circular
from django.db.backends.sqlite3.creation import DatabaseCreation
from django.test import override_settings
from django.utils import translation

pytest_plugins = ["tests.machine", "tests.browser", "tests.coming_to_rest", "tests.grouping", "tests.people"]

PLAIN_STATIC = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}


@pytest.fixture(autouse=True, scope="session")
def _quick() -> Iterator[None]:
    """For the whole run: a page that still asks while its test ends meets the same settings as before."""
    with override_settings(
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
        STORAGES={**settings.STORAGES, "staticfiles": PLAIN_STATIC},
    ):
        yield


@pytest.fixture(autouse=True)
def _in_the_first_language() -> None:
    """A test begins in the language of the product, whichever one the last page was answered in."""
    translation.deactivate()


@pytest.fixture(scope="session", autouse=True)
def _pages_read() -> None:
    """All views are imported before a test puts something in another's place, else they would keep it for good."""
    import_module(settings.ROOT_URLCONF)


@pytest.fixture(scope="session", autouse=True)
def _collected_seldom(_pages_read: None) -> None:
    """What is loaded by now stays until the end: the collector need not look at it again after every few tests."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> Iterator[None]:
    """SQLite makes no database from another: the new file begins as a copy of the migrated one (ops/blueprint.py)."""
    template = settings.DATABASES["default"]["TEST"].get("TEMPLATE")
    if connection.vendor != "sqlite" or not template:
        yield
        return
    create = DatabaseCreation._create_test_db  # type: ignore[attr-defined]

    def copied(self: DatabaseCreation, *given: Any) -> str:
        name: str = create(self, *given)
        shutil.copyfile(template, name)
        return name

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(DatabaseCreation, "_create_test_db", copied)
        yield


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """What a test commits need not outlive a power cut: PostgreSQL does not wait for its disk."""
    if connection.vendor == "postgresql":
        with django_db_blocker.unblock(), connection.cursor() as cursor:
            cursor.execute("SELECT current_database()")
            (name,) = cursor.fetchone()
            cursor.execute(f"ALTER DATABASE {connection.ops.quote_name(name)} SET synchronous_commit = off")
            connection.close()


@pytest.fixture(scope="session", autouse=True)
def _emptying_sqlite_between_tests() -> Iterator[None]:
    """SQLite empties its tables by DELETE, which the triggers that keep the trail refuse: lift them for that moment.

    PostgreSQL truncates, which no row trigger sees.
    """
    if connection.vendor != "sqlite":
        yield
        return
    flush = DatabaseOperations.execute_sql_flush

    def lifted(self: DatabaseOperations, sql_list: list[str]) -> None:
        with self.connection.cursor() as cursor:
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
            triggers = cursor.fetchall()
            for name, _sql in triggers:
                cursor.execute(f'DROP TRIGGER "{name}"')
            flush(self, sql_list)
            for _name, sql in triggers:
                cursor.execute(sql)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(DatabaseOperations, "execute_sql_flush", lifted)
        yield
