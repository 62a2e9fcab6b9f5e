"""Owns the demo people that the phone page shows, read from a JSON file that may appear or change at any time.

The file holds passwords and second-factor secrets of a demo on this machine, so it must be readable by its owner only.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import logging
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send

log = logging.getLogger("sandbox.people")

TOTP_SECONDS = 30
Accounts = list[dict[str, Any]]


@dataclass(frozen=True)
class Person:
    """`totp_secret` is base32, as authenticator apps take it; empty where the person has no second factor yet."""

    name: str
    email: str
    role_label: Mapping[str, str]
    password: str
    totp_secret: str


def totp(secret: str, at: float) -> tuple[str, int]:
    """The six-digit code at `at` and the seconds it still lasts (RFC 6238: SHA-1, 30 s)."""
    padded = secret.replace(" ", "").upper()
    key = base64.b32decode(padded + "=" * (-len(padded) % 8))
    digest = hmac.digest(key, struct.pack(">Q", int(at) // TOTP_SECONDS), hashlib.sha1)
    offset = digest[-1] & 0x0F
    number = struct.unpack(">I", digest[offset : offset + 4])[0] & 0x7FFFFFFF
    return f"{number % 1_000_000:06d}", TOTP_SECONDS - int(at) % TOTP_SECONDS


class PeopleFile:
    """The people and network accounts of the file, re-read when it changes; a broken file keeps the last good one."""

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self._people: list[Person] = []
        self._accounts: Accounts = []
        self._seen: tuple[int, int] | None = None
        self._tell: Callable[[Accounts], None] | None = None

    def on_accounts(self, tell: Callable[[Accounts], None]) -> None:
        """Call `tell` with the file's network accounts now and after each change."""
        self._tell = tell
        self.refresh()

    def people(self) -> list[Person]:
        self.refresh()
        return self._people

    def refresh(self) -> None:
        mark = self._mark()
        if mark is None or mark == self._seen or self.path is None:
            return
        self._seen = mark
        try:
            if self.path.stat().st_mode & 0o077:
                log.warning("people file %s can be read by others on this machine; make it 0600", self.path)
            data = json.loads(self.path.read_text(encoding="utf-8"))
            self._people = [_person(item) for item in data.get("people", [])]
            self._accounts = list(data.get("accounts", []))
        except (OSError, ValueError, KeyError, AttributeError) as error:
            log.warning("people file not read: %s", error)
            return
        if self._tell is not None:
            self._tell(self._accounts)

    def _mark(self) -> tuple[int, int] | None:
        try:
            found = self.path.stat() if self.path is not None else None
        except OSError:
            return None
        return (found.st_mtime_ns, found.st_size) if found else None


def _person(item: dict[str, Any]) -> Person:
    label = item.get("role_label") or {}
    labels = label if isinstance(label, dict) else {"ar": str(label)}
    return Person(
        name=str(item["name"]), email=str(item["email"]).lower(), role_label=labels,
        password=str(item.get("password", "")), totp_secret=str(item.get("totp_secret") or ""),
    )  # fmt: skip


class FreshPeople:
    """Looks at the file before each request, so that an account added to it is there at once."""

    def __init__(self, app: ASGIApp, people: PeopleFile) -> None:
        self.app = app
        self.people = people

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            self.people.refresh()
        await self.app(scope, receive, send)
