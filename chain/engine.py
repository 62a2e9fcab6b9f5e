"""The state engine: the only writer of any state column.

A move is a conditional UPDATE that must touch exactly one row, with its audit event in the same transaction.
"""

from collections.abc import Mapping
from typing import Any, ClassVar, Protocol, TypeVar

from django.db import models, transaction

from chain.actors import Actor
from chain.errors import StaleState
from chain.lifecycle import Lifecycle
from chain.trail import record


class Stateful(Protocol):
    lifecycle: ClassVar[Lifecycle]
    state: Any
    pk: Any


T = TypeVar("T", bound=models.Model)


class IllegalMove(Exception):
    """A programmer's error: the table has no such move. Never shown to a person."""


def begin(obj: T, *, actor: Actor, why: str = "", data: Mapping[str, Any] | None = None) -> T:
    """Save a new row in its first state, with its `<name>.created` event."""
    lifecycle: Lifecycle = obj.lifecycle  # type: ignore[attr-defined]
    with transaction.atomic():
        obj.save(force_insert=True)
        record(f"{lifecycle.name}.created", obj, actor=actor, why=why, data=data)
    return obj


def advance(
    obj: T, to: str, *, actor: Actor, why: str = "", data: Mapping[str, Any] | None = None, **columns: Any
) -> T:
    """Move `obj` to state `to`, writing `columns` with it, and say who and why.

    Raises IllegalMove when the table has no such move, StaleState when another got there first (nothing is changed).
    `obj` is updated in memory only once the row was.
    """
    lifecycle: Lifecycle = obj.lifecycle  # type: ignore[attr-defined]
    old: str = obj.state  # type: ignore[attr-defined]
    if not lifecycle.allows(old, to):
        raise IllegalMove(f"{lifecycle.name}: {old} → {to}")
    with transaction.atomic():
        touched = type(obj)._default_manager.filter(pk=obj.pk, state=old).update(state=to, **columns)
        if touched != 1:
            raise StaleState
        record(f"{lifecycle.name}.{to}", obj, actor=actor, why=why, data=data, moved=(old, to))
    obj.state = to  # type: ignore[attr-defined]
    for name, value in columns.items():
        setattr(obj, name, value)
    return obj
