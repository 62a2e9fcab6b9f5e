"""The state engine: the only writer of any state column.

A move is a conditional UPDATE that must touch exactly one row, with its audit event in the same transaction.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import pairwise
from typing import Any, ClassVar, Protocol, TypeVar

from django.db import models, transaction

from chain.actors import Actor
from chain.compiled import update
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


@contextmanager
def one_transaction() -> Iterator[None]:
    """The transaction that is open, else one of its own: a move that failed has written nothing to roll back to."""
    if transaction.get_connection().in_atomic_block:
        yield
        return
    with transaction.atomic():
        yield


def advance(
    obj: T,
    to: str,
    *,
    actor: Actor,
    why: str = "",
    data: Mapping[str, Any] | None = None,
    through: tuple[str, ...] = (),
    **columns: Any,
) -> T:
    """Move `obj` to state `to`, writing `columns` with it, and say who and why.

    `through` names states between, each a move of the table with its own event, where all are one transaction anyway.

    Raises IllegalMove when the table has no such move, StaleState when another got there first (nothing is changed).
    `obj` is updated in memory only once the row was.
    """
    lifecycle: Lifecycle = obj.lifecycle  # type: ignore[attr-defined]
    old: str = obj.state  # type: ignore[attr-defined]
    moves = list(pairwise((old, *through, to)))
    for before, after in moves:
        if not lifecycle.allows(before, after):
            raise IllegalMove(f"{lifecycle.name}: {before} → {after}")
    with one_transaction():
        touched = update(type(obj), {type(obj)._meta.pk.name: obj.pk, "state": old}, {"state": to, **columns})
        if touched != 1:
            raise StaleState
        for before, after in moves:
            record(f"{lifecycle.name}.{after}", obj, actor=actor, why=why, data=data, moved=(before, after))
    obj.state = to  # type: ignore[attr-defined]
    for name, value in columns.items():
        setattr(obj, name, value)
    return obj
