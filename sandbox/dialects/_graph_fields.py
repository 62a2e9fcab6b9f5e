"""Owns how Graph's `fields` parameter is read: names, modifiers and the fields of what a field holds.

Source: https://developers.facebook.com/docs/graph-api/field-expansion (read 2026-11).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sandbox.dialects._graph_access import GraphError, Json

NAME = re.compile(r"\s*([A-Za-z_][A-Za-z0-9_]*)")
MODIFIER = re.compile(r"\.([a-z_]+)\(([^()]*)\)")


@dataclass(frozen=True)
class Field:
    """`comments.limit(5).summary(true){message}` has the name, the modifiers by name, and the fields within."""

    name: str
    modifiers: Mapping[str, str] = field(default_factory=dict)
    within: tuple[Field, ...] = ()

    def limit(self, most: int) -> int:
        asked = self.modifiers.get("limit", "")
        return min(int(asked), most) if asked.isdecimal() else min(25, most)


Tellers = Mapping[str, Callable[[Field], Any]]


def read_fields(text: str) -> tuple[Field, ...]:
    """Raises GraphError (#2500) where the expression cannot be read."""
    found, rest = _read_list(text)
    if rest.strip():
        raise GraphError(2500, f"Syntax error \"Expected end of string instead of '{rest[:1]}'.\" at fields")
    return found


def _read_list(text: str) -> tuple[tuple[Field, ...], str]:
    found: list[Field] = []
    while match := NAME.match(text):
        name, text = match[1], text[match.end() :]
        modifiers: dict[str, str] = {}
        while given := MODIFIER.match(text):
            modifiers[given[1]], text = given[2], text[given.end() :]
        within: tuple[Field, ...] = ()
        if text.startswith("{"):
            within, text = _read_list(text[1:])
            if not text.startswith("}"):
                raise GraphError(2500, 'Syntax error "Expected "}"" at fields')
            text = text[1:]
        found.append(Field(name, modifiers, within))
        if not text.lstrip().startswith(","):
            break
        text = text.lstrip()[1:]
    return tuple(found), text


def told(kind: str, tellers: Tellers, wanted: tuple[Field, ...], always: tuple[str, ...]) -> Json:
    """The fields asked for, or those that come without asking; an empty one is left out, as Graph does."""
    answer: Json = {}
    for one in wanted or tuple(Field(name) for name in always):
        if one.name not in tellers:
            message = f"(#100) Tried accessing nonexisting field ({one.name}) on node type ({kind})"
            raise GraphError(100, message)
        value = tellers[one.name](one)
        if value is not None and value != "":
            answer[one.name] = value
    return {**answer, "id": tellers["id"](Field("id"))}
