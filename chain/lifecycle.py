"""What a state table is. Each app keeps its own tables, as data, in its lifecycle.py."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Lifecycle:
    """`moves[state]` are the states reachable from it; `name` begins the trail's verbs (`delivery.published`)."""

    name: str
    moves: Mapping[str, frozenset[str]]

    def allows(self, old: str, new: str) -> bool:
        return new in self.moves.get(old, frozenset())
