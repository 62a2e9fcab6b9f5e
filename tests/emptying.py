"""Between two tests that commit, the tables are emptied: only those that hold something, row by row.

Emptying by TRUNCATE takes new files for every table of the product, and telling every app afterwards that it was
migrated writes its content types again; together that took longer than most tests.
"""

from collections.abc import Sequence

from django.db import DatabaseError, connection, transaction

KEPT = {"django_content_type", "auth_permission"}
"""Written by migrations alone."""
ATTEMPTS = 5
PATIENCE = "5s"
"""For a lock that a thread of the last test still holds; after it the tables are emptied anew."""


def delete_everything() -> bool:
    """False where this user may not lift the triggers: then Django's own way, which is slower."""
    tables = sorted(set(connection.introspection.django_table_names(only_existing=True)) - KEPT)
    if connection.vendor == "sqlite":
        return False
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        if not (cursor.fetchone() or [False])[0]:
            return False
        cursor.execute(" UNION ALL ".join(f"(SELECT '{name}' FROM {quoted(name)} LIMIT 1)" for name in tables))
        filled = [name for (name,) in cursor.fetchall()]
    if filled:
        persist(filled)
    return True


def persist(filled: Sequence[str]) -> None:
    """A thread that outlived its test may write into the same rows: the transaction that lost is made again.

    Whatever comes of it, the connection is left clean: else every later test of this process would fail with it.
    """
    left = ATTEMPTS
    while left:
        left -= 1
        try:
            delete_from(filled)
        except DatabaseError:
            connection.close()
            if not left:
                raise
        else:
            left = 0


def delete_from(filled: Sequence[str]) -> None:
    deletes = "; ".join(f"DELETE FROM {quoted(name)}" for name in filled)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            f"SET LOCAL lock_timeout = '{PATIENCE}'; SET LOCAL session_replication_role = replica; {deletes}"
        )


def quoted(name: str) -> str:
    return connection.ops.quote_name(name)
