"""Owns the records that the simulated networks keep, and how each is read from its row."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Account:
    id: int
    network: str
    handle: str
    display_name: str
    bio: str
    website: str
    created_at: float


@dataclass(frozen=True)
class App:
    id: int
    network: str
    name: str
    website: str | None
    redirect_uris: tuple[str, ...]
    scopes: tuple[str, ...]
    client_id: str
    client_secret: str


@dataclass(frozen=True)
class Token:
    token: str
    network: str
    account_id: int | None
    app_id: int | None
    scopes: tuple[str, ...]
    created_at: float
    revoked: bool


@dataclass(frozen=True)
class Grant:
    code: str
    app_id: int
    account_id: int
    scopes: tuple[str, ...]
    redirect_uri: str
    challenge: str
    created_at: float
    used: bool


@dataclass(frozen=True)
class Post:
    """A stored post; `extra` holds what only its network knows (visibility, media ids, …)."""

    id: str
    network: str
    account_id: int
    text: str
    extra: Mapping[str, Any]
    in_reply_to: str | None
    created_at: float
    received_at: float
    edited_at: float | None
    deleted_at: float | None


@dataclass(frozen=True)
class Media:
    """An uploaded file; it is still processing while `ready_at` lies ahead (for ever when infinite)."""

    id: int
    network: str
    account_id: int
    mime: str
    description: str
    extra: Mapping[str, Any]
    content: bytes
    ready_at: float
    post_id: str | None


@dataclass(frozen=True)
class StoredMail:
    id: int
    received_at: float
    recipients: tuple[str, ...]
    content: bytes


def account_from(row: sqlite3.Row) -> Account:
    return Account(**dict(row))


def app_from(row: sqlite3.Row) -> App:
    values = dict(row)
    values["redirect_uris"] = tuple(json.loads(values["redirect_uris"]))
    values["scopes"] = tuple(values["scopes"].split())
    return App(**values)


def token_from(row: sqlite3.Row) -> Token:
    values = dict(row)
    values["scopes"] = tuple(values["scopes"].split())
    values["revoked"] = bool(values["revoked"])
    return Token(**values)


def grant_from(row: sqlite3.Row) -> Grant:
    values = dict(row)
    values["scopes"] = tuple(values["scopes"].split())
    values["used"] = bool(values["used"])
    return Grant(**values)


def post_from(row: sqlite3.Row) -> Post:
    values = dict(row)
    values["extra"] = json.loads(values["extra"])
    return Post(**values)


def media_from(row: sqlite3.Row) -> Media:
    values = dict(row)
    values["extra"] = json.loads(values["extra"])
    return Media(**values)
