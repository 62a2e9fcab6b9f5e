"""Between two tests that commit, the tables are emptied: only those that hold something, row by row.

Emptying by TRUNCATE takes new files for every table of the product, and telling every app afterwards that it was
migrated writes its content types again; together that took longer than most tests.
"""

from django.db import connection

KEPT = {"django_content_type", "auth_permission"}
"""Written by migrations alone."""


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
            deletes = "; ".join(f"DELETE FROM {quoted(name)}" for name in filled)
            cursor.execute(f"BEGIN; SET LOCAL session_replication_role = replica; {deletes}; COMMIT")
    return True


def quoted(name: str) -> str:
    return connection.ops.quote_name(name)
