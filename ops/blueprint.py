"""Owns the migrated database that the tests' own databases are copied from, so that each run does not migrate anew.

One per state of the migrations, kept in the server under a name that says so; those unused for two days are dropped.
SQLite's is a file; only the newest is kept.
"""

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

ROOT = Path(__file__).resolve().parent.parent
PREFIX = "sanad_blueprint_"
KEPT = timedelta(days=2)
LOCK = 5_342_906_117
"""Of pg_advisory_lock: one run makes a blueprint while the others wait for it."""


def blueprint(address: str) -> str:
    """The name of the database to copy, made on the server of `address` unless it is there.

    Raises CalledProcessError where the migrations themselves fail.
    """
    name = PREFIX + fingerprint()
    with psycopg.connect(address, autocommit=True) as server:
        server.execute("SELECT pg_advisory_lock(%s)", (LOCK,))
        drop_unused(server, name)
        if not is_there(server, name):
            make(server, address, name)
        comment = sql.SQL("COMMENT ON DATABASE {} IS {}")
        server.execute(comment.format(sql.Identifier(name), sql.Literal(datetime.now(UTC).isoformat())))
    return name


def blueprint_file(folder: Path) -> Path:
    """SQLite's, made in `folder` unless it is there."""
    path = folder / f"{PREFIX}{fingerprint()}.sqlite3"
    if not path.exists():
        for old in folder.glob(f"{PREFIX}*"):
            old.unlink(missing_ok=True)
        unfinished = folder / f"{PREFIX}unfinished_{os.getpid()}.sqlite3"
        migrate(f"sqlite:///{unfinished}")
        unfinished.rename(path)
    return path


def fingerprint() -> str:
    """Of all migrations, ours and those of the packages."""
    digest = hashlib.sha256((ROOT / "requirements.txt").read_bytes())
    for path in migrations():
        digest.update(f"{path.relative_to(ROOT)}\n".encode() + path.read_bytes())
    return digest.hexdigest()[:12]


def migrations() -> Iterator[Path]:
    yield from (path for path in sorted(ROOT.glob("*/migrations/*.py")) if path.parts[-3] != "var")


def is_there(server: "psycopg.Connection[tuple[object, ...]]", name: str) -> bool:
    return server.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone() is not None


def make(server: "psycopg.Connection[tuple[object, ...]]", address: str, name: str) -> None:
    """Under another name until it is whole: a run that is broken off leaves nothing that passes for finished."""
    unfinished = f"{name}_unfinished"
    server.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(unfinished)))
    server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(unfinished)))
    at = urlunsplit(urlsplit(address)._replace(path=f"/{unfinished}"))
    migrate(at)
    rename = sql.SQL("ALTER DATABASE {} RENAME TO {}")
    server.execute(rename.format(sql.Identifier(unfinished), sql.Identifier(name)))


def migrate(address: str) -> None:
    command = (sys.executable, "manage.py", "migrate", "--verbosity", "0")
    subprocess.run(command, cwd=ROOT, env={**os.environ, "DATABASE_URL": address}, stdin=subprocess.DEVNULL, check=True)


def drop_unused(server: "psycopg.Connection[tuple[object, ...]]", kept: str) -> None:
    found = server.execute(
        "SELECT datname, shobj_description(oid, 'pg_database') FROM pg_database WHERE datname LIKE %s ORDER BY datname",
        (PREFIX.replace("_", r"\_") + "%",),
    ).fetchall()
    for name, said in found:
        if name != kept and is_old(str(said or "")):
            server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(str(name))))


def is_old(said: str) -> bool:
    """Without a readable date it is what a broken run left."""
    try:
        return datetime.now(UTC) - datetime.fromisoformat(said) > KEPT
    except ValueError:
        return True
