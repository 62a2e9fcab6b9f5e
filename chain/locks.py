"""Locks that live in the database: PostgreSQL's advisory locks. On SQLite a transaction holds the write lock anyway.

Each takes its place among the others by a two-number key, so that two uses never meet by accident.
"""

from enum import IntEnum

from django.db import connection, models


class LockKind(IntEnum):
    SEALER = 1
    SENDING = 2
    CHANNEL = 3


def lock_exclusive(kind: LockKind, key: int) -> None:
    """Wait for the exclusive lock until the transaction ends. Call inside a transaction."""
    run("pg_advisory_xact_lock", kind, key)


def lock_shared(kind: LockKind, key: int) -> None:
    """Wait for a shared lock until the transaction ends: many may hold it, none while the exclusive one is held."""
    run("pg_advisory_xact_lock_shared", kind, key)


def lock_shared_of(kind: LockKind, model: type[models.Model], pk: int) -> None:
    """The shared lock of the institution whose row that is, by one statement; none where there is no such row.

    Read the row itself after it: what this statement sees is older than the lock.
    """
    if connection.vendor == "postgresql":
        table = connection.ops.quote_name(model._meta.db_table)
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT pg_advisory_xact_lock_shared(%s, organisation_id::int) FROM {table} WHERE id = %s",
                [int(kind), pk],
            )


def try_lock(kind: LockKind, key: int) -> bool:
    """Take the exclusive lock if it is free, without waiting."""
    if connection.vendor != "postgresql":
        return True
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [int(kind), key])
        return bool(cursor.fetchone()[0])


def run(function: str, kind: LockKind, key: int) -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {function}(%s, %s)", [int(kind), key])
