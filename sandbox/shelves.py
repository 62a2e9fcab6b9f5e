"""Owns small records of the networks that are neither posts nor media: a list of an account's, an entry of one.

Each is a JSON object under its network, kind and id; the World's `reset` forgets them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.world import World


@dataclass(frozen=True)
class Thing:
    id: str
    account_id: int
    body: Mapping[str, Any]
    made_at: float


class Shelf:
    """The things of one kind that a network keeps."""

    def __init__(self, world: World, network: str, kind: str) -> None:
        self.world = world
        self.network = network
        self.kind = kind

    def put(self, thing_id: str, account_id: int, body: Mapping[str, Any]) -> Thing:
        """New, or changed where the id is there: it keeps its moment and its place."""
        with self.world.transaction() as db:
            db.execute(
                "INSERT INTO things VALUES (?, ?, ?, ?, ?, ?)"
                " ON CONFLICT (network, kind, id) DO UPDATE SET body = excluded.body",
                (self.network, self.kind, thing_id, account_id, json.dumps(body), self.world.clock()),
            )
        made = self.get(thing_id)
        assert made is not None
        return made

    def get(self, thing_id: str) -> Thing | None:
        return next((thing for thing in self.all() if thing.id == thing_id), None)

    def all(self) -> list[Thing]:
        """In the order in which they were made."""
        with self.world.transaction() as db:
            rows = db.execute(
                "SELECT id, account_id, body, made_at FROM things WHERE network = ? AND kind = ? ORDER BY rowid",
                (self.network, self.kind),
            ).fetchall()
        return [Thing(row["id"], row["account_id"], json.loads(row["body"]), row["made_at"]) for row in rows]
