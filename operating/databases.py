"""The database as one file and back: pg_dump and pg_restore for PostgreSQL, SQLite's own backup for the embedded one.

Sessions and the cache are left out: whoever finds a backup must not be signed in by it.
"""

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Sequence
from pathlib import Path

from django.core.management.base import CommandError
from django.db import connection

LEFT_OUT = ("django_session", "chain_cache")
OPTIONS = ("--no-owner", "--no-privileges")


def file_name() -> str:
    return "database.dump" if connection.vendor == "postgresql" else "database.sqlite3"


def write_to(file: Path) -> None:
    """A copy of one moment, while everything runs. Raises CommandError."""
    if connection.vendor == "postgresql":
        without = [f"--exclude-table-data={table}" for table in LEFT_OUT]
        run("pg_dump", "--format=custom", *OPTIONS, *without, "--file", str(file))
    else:
        _copy_sqlite(file)


def read_from(file: Path) -> None:
    """Fill the empty database; nothing of it stays when a part of it fails (PostgreSQL). Raises CommandError."""
    if connection.vendor == "postgresql":
        connection.close()
        name = str(connection.settings_dict["NAME"])
        run(
            "pg_restore",
            *OPTIONS,
            "--no-comments",
            "--exit-on-error",
            "--single-transaction",
            "--dbname",
            name,
            str(file),
        )
        return
    connection.ensure_connection()
    with sqlite3.connect(file) as source:
        source.backup(connection.connection)
    source.close()


def is_empty() -> bool:
    return not connection.introspection.table_names()


def run(program: str, *arguments: str) -> None:
    if not shutil.which(program):
        raise CommandError(f"{program} is not installed. On Debian: apt-get install postgresql-client.")
    done = subprocess.run([program, *arguments], env=surroundings(), capture_output=True, text=True, check=False)
    if done.returncode:
        raise CommandError(f"{program} failed: {last_lines(done.stderr.splitlines())}")


def surroundings() -> dict[str, str]:
    """Where the database is and how to enter, in the environment: a command line can be read by anybody."""
    at = connection.settings_dict
    named = {"PGHOST": at["HOST"], "PGPORT": at["PORT"], "PGUSER": at["USER"], "PGPASSWORD": at["PASSWORD"]}
    options = at.get("OPTIONS") or {}
    asked = {"PGSSLMODE": options.get("sslmode"), "PGSSLROOTCERT": options.get("sslrootcert")}
    given = {name: str(value) for name, value in {**named, **asked}.items() if value}
    return {**os.environ, **given, "PGDATABASE": str(at["NAME"])}


def last_lines(lines: Sequence[str]) -> str:
    return " ".join(lines[-3:])[-600:]


def _copy_sqlite(file: Path) -> None:
    connection.ensure_connection()
    target = sqlite3.connect(file)
    connection.connection.backup(target)
    target.execute("PRAGMA journal_mode=DELETE")
    tables = {name for (name,) in target.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    for table in set(LEFT_OUT) & tables:
        target.execute(f'DELETE FROM "{table}"')
    target.commit()
    target.execute("VACUUM")
    target.close()
