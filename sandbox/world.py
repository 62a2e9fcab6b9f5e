"""Owns everything the simulated networks remember: accounts, tokens, posts, media, mails, in one SQLite file.

Each method is one short transaction under a lock, so that HTTP routes and the SMTP thread may share one `World`.
"""

from __future__ import annotations

import json
import secrets
import shutil
import sqlite3
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sandbox.clock import Clock
from sandbox.records import (
    Account,
    App,
    Grant,
    Media,
    Post,
    StoredMail,
    Token,
    account_from,
    app_from,
    grant_from,
    media_from,
    post_from,
    token_from,
)  # fmt: skip

SCHEMA = """
CREATE TABLE IF NOT EXISTS accounts (
    id INTEGER PRIMARY KEY, network TEXT NOT NULL, handle TEXT NOT NULL, display_name TEXT NOT NULL, bio TEXT NOT NULL,
    website TEXT NOT NULL, created_at REAL NOT NULL, UNIQUE (network, handle));
CREATE TABLE IF NOT EXISTS apps (
    id INTEGER PRIMARY KEY, network TEXT NOT NULL, name TEXT NOT NULL, website TEXT, redirect_uris TEXT NOT NULL,
    scopes TEXT NOT NULL, client_id TEXT NOT NULL UNIQUE, client_secret TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS tokens (
    token TEXT PRIMARY KEY, network TEXT NOT NULL, account_id INTEGER, app_id INTEGER, scopes TEXT NOT NULL,
    created_at REAL NOT NULL, revoked INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS grants (
    code TEXT PRIMARY KEY, app_id INTEGER NOT NULL, account_id INTEGER NOT NULL, scopes TEXT NOT NULL,
    redirect_uri TEXT NOT NULL, challenge TEXT NOT NULL, created_at REAL NOT NULL, used INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS posts (
    id TEXT NOT NULL, network TEXT NOT NULL, account_id INTEGER NOT NULL, text TEXT NOT NULL, extra TEXT NOT NULL,
    in_reply_to TEXT, created_at REAL NOT NULL, received_at REAL NOT NULL, edited_at REAL, deleted_at REAL,
    PRIMARY KEY (network, id));
CREATE INDEX IF NOT EXISTS posts_by_account ON posts (network, account_id, created_at);
CREATE TABLE IF NOT EXISTS media (
    id INTEGER PRIMARY KEY, network TEXT NOT NULL, account_id INTEGER NOT NULL, mime TEXT NOT NULL,
    description TEXT NOT NULL, extra TEXT NOT NULL, content BLOB NOT NULL, ready_at REAL NOT NULL, post_id TEXT);
CREATE TABLE IF NOT EXISTS things (
    network TEXT NOT NULL, kind TEXT NOT NULL, id TEXT NOT NULL, account_id INTEGER NOT NULL, body TEXT NOT NULL,
    made_at REAL NOT NULL, PRIMARY KEY (network, kind, id));
CREATE TABLE IF NOT EXISTS idempotency (
    network TEXT NOT NULL, account_id INTEGER NOT NULL, key TEXT NOT NULL, post_id TEXT NOT NULL,
    stored_at REAL NOT NULL, PRIMARY KEY (network, account_id, key));
CREATE TABLE IF NOT EXISTS choices (
    network TEXT NOT NULL, subject TEXT NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL,
    PRIMARY KEY (network, subject, name));
CREATE TABLE IF NOT EXISTS mails (
    id INTEGER PRIMARY KEY, received_at REAL NOT NULL, recipients TEXT NOT NULL, content BLOB NOT NULL);
"""


class World:
    """The memory of all simulated networks under one directory."""

    def __init__(self, data_dir: Path, clock: Clock = time.time) -> None:
        data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.clock = clock
        self.files = data_dir / "files"
        """What is too large for a row; each network has a folder of its own there."""
        self._lock = threading.RLock()
        self._db = sqlite3.connect(data_dir / "sandbox.sqlite3", check_same_thread=False, isolation_level=None)
        self._db.row_factory = sqlite3.Row
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = NORMAL")
        self._db.executescript(SCHEMA)

    def close(self) -> None:
        with self._lock:
            self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """One atomic step, alone; nests."""
        with self._lock:
            if self._db.in_transaction:
                yield self._db
                return
            with self._db:
                self._db.execute("BEGIN IMMEDIATE")
                yield self._db

    def _one(self, sql: str, *values: object) -> sqlite3.Row | None:
        with self._lock:
            row: sqlite3.Row | None = self._db.execute(sql, values).fetchone()
            return row

    def _all(self, sql: str, *values: object) -> list[sqlite3.Row]:
        with self._lock:
            return self._db.execute(sql, values).fetchall()

    def _do(self, sql: str, *values: object) -> int:
        with self.transaction() as db:
            return int(db.execute(sql, values).lastrowid or 0)

    def reset(self) -> None:
        """Forget posts, media, mails, choices and idempotency keys; accounts, apps and tokens stay (unrevoked)."""
        with self.transaction() as db:
            for table in ("posts", "media", "things", "mails", "idempotency", "grants"):
                db.execute(f"DELETE FROM {table}")  # noqa: S608 (names from the line above)
            db.execute("UPDATE tokens SET revoked = 0")
            db.execute("DELETE FROM choices")
        shutil.rmtree(self.files, ignore_errors=True)

    def chosen(self, network: str, subject: str) -> dict[str, str]:
        """What people set on the network's own pages for an account, an application, …"""
        rows = self._all("SELECT name, value FROM choices WHERE network = ? AND subject = ?", network, subject)
        return {row["name"]: row["value"] for row in rows}

    def choose(self, network: str, subject: str, name: str, value: str) -> None:
        self._do("INSERT OR REPLACE INTO choices VALUES (?, ?, ?, ?)", network, subject, name, value)

    # Accounts

    def put_account(self, *, network: str, handle: str, display_name: str, bio: str, website: str = "") -> Account:
        """Create the account, or rename the one that is there."""
        self._do(
            "INSERT INTO accounts (network, handle, display_name, bio, website, created_at) VALUES (?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (network, handle) DO UPDATE SET display_name = excluded.display_name, bio = excluded.bio,"
            " website = excluded.website",
            network, handle, display_name, bio, website, self.clock(),
        )  # fmt: skip
        found = self.account_by_handle(network, handle)
        assert found is not None
        return found

    def account_by_handle(self, network: str, handle: str) -> Account | None:
        row = self._one("SELECT * FROM accounts WHERE network = ? AND handle = ?", network, handle)
        return account_from(row) if row else None

    def account(self, account_id: int) -> Account | None:
        row = self._one("SELECT * FROM accounts WHERE id = ?", account_id)
        return account_from(row) if row else None

    def accounts(self, network: str | None = None) -> list[Account]:
        rows = self._all("SELECT * FROM accounts WHERE ? IS NULL OR network = ? ORDER BY id", network, network)
        return [account_from(row) for row in rows]

    # Applications and tokens

    def add_app(
        self, *, network: str, name: str, website: str | None, redirect_uris: list[str], scopes: str,
        client_id: str = "", client_secret: str | None = None,
    ) -> App:  # fmt: skip
        """Id and secret are drawn unless given; a secret of "" is that of an application not yet seen with one."""
        client_id = client_id or secrets.token_urlsafe(32)
        client_secret = secrets.token_urlsafe(32) if client_secret is None else client_secret
        self._do(
            "INSERT INTO apps (network, name, website, redirect_uris, scopes, client_id, client_secret)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            network, name, website, json.dumps(redirect_uris), scopes, client_id, client_secret,
        )  # fmt: skip
        found = self.app_by_client_id(network, client_id)
        assert found is not None
        return found

    def app_by_client_id(self, network: str, client_id: str) -> App | None:
        row = self._one("SELECT * FROM apps WHERE network = ? AND client_id = ?", network, client_id)
        return app_from(row) if row else None

    def apps(self, network: str) -> list[App]:
        return [app_from(row) for row in self._all("SELECT * FROM apps WHERE network = ? ORDER BY id", network)]

    def app(self, app_id: int) -> App | None:
        row = self._one("SELECT * FROM apps WHERE id = ?", app_id)
        return app_from(row) if row else None

    def change_app(self, app_id: int, *, redirect_uris: Sequence[str], client_secret: str) -> None:
        uris = json.dumps(list(redirect_uris))
        self._do("UPDATE apps SET redirect_uris = ?, client_secret = ? WHERE id = ?", uris, client_secret, app_id)

    def put_token(
        self, *, network: str, token: str, account_id: int | None, scopes: str, app_id: int | None = None
    ) -> Token:
        self._do(
            "INSERT INTO tokens (token, network, account_id, app_id, scopes, created_at) VALUES (?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (token) DO UPDATE SET account_id = excluded.account_id, scopes = excluded.scopes",
            token, network, account_id, app_id, scopes, self.clock(),
        )  # fmt: skip
        found = self.token(network, token)
        assert found is not None
        return found

    def token(self, network: str, token: str) -> Token | None:
        row = self._one("SELECT * FROM tokens WHERE network = ? AND token = ?", network, token)
        return token_from(row) if row else None

    def tokens_of(self, account_id: int) -> list[Token]:
        """Those that open its network's API; what only renews them is kept under a name of its own."""
        rows = self._all(
            "SELECT tokens.* FROM tokens JOIN accounts ON accounts.id = account_id"
            " WHERE accounts.network = tokens.network AND account_id = ? AND revoked = 0 ORDER BY tokens.created_at",
            account_id,
        )  # fmt: skip
        return [token_from(row) for row in rows]

    def revoke_token(self, network: str, token: str) -> None:
        self._do("UPDATE tokens SET revoked = 1 WHERE network = ? AND token = ?", network, token)

    def revoke_tokens(self, network: str, *, account_id: int, app_id: int) -> None:
        """All that an application holds of an account."""
        self._do(
            "UPDATE tokens SET revoked = 1 WHERE network = ? AND account_id = ? AND app_id = ?",
            network, account_id, app_id,
        )  # fmt: skip

    def has_token(self, network: str, *, account_id: int, app_id: int) -> bool:
        """One that was not taken back."""
        found = self._one(
            "SELECT 1 FROM tokens WHERE network = ? AND account_id = ? AND app_id = ? AND revoked = 0",
            network, account_id, app_id,
        )  # fmt: skip
        return found is not None

    def add_grant(self, *, app_id: int, account_id: int, scopes: str, redirect_uri: str, challenge: str) -> str:
        code = secrets.token_urlsafe(32)
        self._do(
            "INSERT INTO grants (code, app_id, account_id, scopes, redirect_uri, challenge, created_at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            code, app_id, account_id, scopes, redirect_uri, challenge, self.clock(),
        )  # fmt: skip
        return code

    def take_grant(self, code: str) -> Grant | None:
        """Spend the code: the first caller gets it, every later one None."""
        with self.transaction() as db:
            row = db.execute("SELECT * FROM grants WHERE code = ? AND used = 0", (code,)).fetchone()
            db.execute("UPDATE grants SET used = 1 WHERE code = ?", (code,))
        return grant_from(row) if row else None

    # Posts

    def add_post(self, post: Post) -> None:
        self._do(
            "INSERT INTO posts (id, network, account_id, text, extra, in_reply_to, created_at, received_at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            post.id, post.network, post.account_id, post.text, json.dumps(post.extra), post.in_reply_to,
            post.created_at, post.received_at,
        )  # fmt: skip

    def edit_post(self, network: str, post_id: str, *, text: str, extra: Mapping[str, Any]) -> None:
        self._do(
            "UPDATE posts SET text = ?, extra = ?, edited_at = ? WHERE network = ? AND id = ?",
            text, json.dumps(extra), self.clock(), network, post_id,
        )  # fmt: skip

    def free_post_id(self, network: str, post_id: str) -> None:
        """Let a new post take the id of a deleted one, which is kept under its id and the time it was received."""
        self._do(
            "UPDATE posts SET id = id || '#' || received_at"
            " WHERE network = ? AND id = ? AND deleted_at IS NOT NULL", network, post_id,
        )  # fmt: skip

    def delete_post(self, network: str, post_id: str) -> None:
        """Mark it deleted; its media may be attached to another post."""
        with self.transaction():
            self._do("UPDATE posts SET deleted_at = ? WHERE network = ? AND id = ?", self.clock(), network, post_id)
            self._do("UPDATE media SET post_id = NULL WHERE network = ? AND post_id = ?", network, post_id)

    def post(self, network: str, post_id: str) -> Post | None:
        row = self._one("SELECT * FROM posts WHERE network = ? AND id = ? AND deleted_at IS NULL", network, post_id)
        return post_from(row) if row else None

    def posts_of(self, account: Account) -> list[Post]:
        """Newest first, without the deleted."""
        rows = self._all(
            "SELECT * FROM posts WHERE network = ? AND account_id = ? AND deleted_at IS NULL"
            " ORDER BY created_at DESC, id DESC", account.network, account.id,
        )  # fmt: skip
        return [post_from(row) for row in rows]

    def posting_of(self, account: Account) -> tuple[int, float | None]:
        """How many posts the account has and when the last was made."""
        row = self._one(
            "SELECT COUNT(*), MAX(created_at) FROM posts WHERE network = ? AND account_id = ? AND deleted_at IS NULL",
            account.network, account.id,
        )  # fmt: skip
        assert row is not None
        return int(row[0]), row[1]

    def replies_to(self, network: str, post_id: str) -> list[Post]:
        rows = self._all(
            "SELECT * FROM posts WHERE network = ? AND in_reply_to = ? AND deleted_at IS NULL ORDER BY created_at, id",
            network, post_id,
        )  # fmt: skip
        return [post_from(row) for row in rows]

    def all_posts(self, network: str | None = None) -> list[Post]:
        """Every post ever accepted, deleted ones included, in the order in which they were received."""
        rows = self._all(
            "SELECT * FROM posts WHERE ? IS NULL OR network = ? ORDER BY received_at, id", network, network
        )
        return [post_from(row) for row in rows]

    def last_number(self, network: str) -> int:
        """The highest id of a network that numbers its posts; 0 before the first."""
        row = self._one("SELECT MAX(CAST(id AS INTEGER)) FROM posts WHERE network = ?", network)
        return int(row[0] or 0) if row else 0

    def remembered(self, network: str, account_id: int, key: str, *, newer_than: float) -> str | None:
        """The post that this idempotency key made, if it was stored after `newer_than`."""
        row = self._one(
            "SELECT post_id FROM idempotency WHERE network = ? AND account_id = ? AND key = ? AND stored_at > ?",
            network, account_id, key, newer_than,
        )  # fmt: skip
        return str(row["post_id"]) if row else None

    def remember(self, network: str, account_id: int, key: str, post_id: str) -> None:
        self._do(
            "INSERT OR REPLACE INTO idempotency VALUES (?, ?, ?, ?, ?)",
            network, account_id, key, post_id, self.clock(),
        )  # fmt: skip

    # Media

    def add_media(
        self, *, network: str, account_id: int, mime: str, description: str, extra: Mapping[str, Any],
        content: bytes, ready_at: float,
    ) -> int:  # fmt: skip
        return self._do(
            "INSERT INTO media (network, account_id, mime, description, extra, content, ready_at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            network, account_id, mime, description, json.dumps(extra), content, ready_at,
        )  # fmt: skip

    def media(self, network: str, media_id: str) -> Media | None:
        row = self._one("SELECT * FROM media WHERE network = ? AND CAST(id AS TEXT) = ?", network, media_id)
        return media_from(row) if row else None

    def media_marked(self, network: str, account_id: int, mark: str, value: str) -> Media | None:
        """The newest upload of the account whose `extra` says so."""
        row = self._one(
            "SELECT * FROM media WHERE network = ? AND account_id = ? AND json_extract(extra, '$.' || ?) = ?"
            " ORDER BY id DESC LIMIT 1", network, account_id, mark, value,
        )  # fmt: skip
        return media_from(row) if row else None

    def media_of_post(self, network: str, post_id: str) -> list[Media]:
        """What is attached to the post, in the order in which it came."""
        rows = self._all("SELECT * FROM media WHERE network = ? AND post_id = ? ORDER BY id", network, post_id)
        return [media_from(row) for row in rows]

    def all_marked(self, network: str, account_id: int, mark: str) -> list[Media]:
        """The uploads of the account whose `extra` says anything of it, the oldest first."""
        rows = self._all(
            "SELECT * FROM media WHERE network = ? AND account_id = ? AND json_extract(extra, '$.' || ?) IS NOT NULL"
            " ORDER BY id", network, account_id, mark,
        )  # fmt: skip
        return [media_from(row) for row in rows]

    def describe_media(self, media_id: int, description: str) -> None:
        self._do("UPDATE media SET description = ? WHERE id = ?", description, media_id)

    def fill_media(self, media_id: int, *, content: bytes, extra: Mapping[str, Any], ready_at: float) -> None:
        """Give an upload that was only announced its content."""
        self._do(
            "UPDATE media SET content = ?, extra = ?, ready_at = ? WHERE id = ?",
            content, json.dumps(extra), ready_at, media_id,
        )  # fmt: skip

    def attach_media(self, media_id: int, post_id: str) -> None:
        self._do("UPDATE media SET post_id = ? WHERE id = ?", post_id, media_id)

    def delete_media(self, media_id: int) -> None:
        self._do("DELETE FROM media WHERE id = ?", media_id)

    # Mails

    def add_mail(self, recipients: list[str], content: bytes) -> int:
        return self._do(
            "INSERT INTO mails (received_at, recipients, content) VALUES (?, ?, ?)",
            self.clock(), json.dumps(recipients), content,
        )  # fmt: skip

    def mails(self) -> list[StoredMail]:
        """Newest first."""
        rows = self._all("SELECT * FROM mails ORDER BY id DESC")
        return [StoredMail(r["id"], r["received_at"], tuple(json.loads(r["recipients"])), r["content"]) for r in rows]
