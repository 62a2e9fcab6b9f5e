"""Queries whose text is made once in a process: on the busiest road, making it costs more than asking the database.

Owns the one place that leans on the inside of Django's compiler (5.2), and the plain updates of rows by equal columns;
docs/decisions/0019 has the figures.
"""

import copy
from collections.abc import Callable, Mapping
from functools import lru_cache
from threading import local
from typing import Any, Generic, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connection, connections, models
from django.db.transaction import TransactionManagementError

from chain.actors import Actor, Via

T = TypeVar("T")
MARK = -(2**62) - 1
"""Stands where the first value comes, the numbers below it for the next ones; no row has such a key."""
LARGEST = 2**63 - 1
"""Of a number beyond that, which an address may well name, no row can be found."""


class Compiled(Generic[T]):
    """`build` is given marks in place of so many numbers, and makes a queryset; asked with the numbers, a list of rows.

    Nothing but those numbers may differ from one time to the next: no times, no settings, no condition on the row asked
    for.
    """

    def __init__(self, build: "Callable[..., models.QuerySet[Any, T]]", numbers: int = 1) -> None:
        self.build = build
        self.marks = tuple(MARK - n for n in range(numbers))
        self.kept = local()

    def __call__(self, *numbers: int) -> list[T]:
        of_mark = dict(zip(self.marks, numbers, strict=True))
        queryset, compiler, text, given = self.made()
        if not text or any(abs(number) > LARGEST for number in numbers):
            return []
        if queryset.query.select_for_update and not connection.in_atomic_block:
            raise TransactionManagementError("What is locked must be locked in a transaction.")
        compiler = copy.copy(compiler)
        values = tuple(type(one)(of_mark[one]) if isinstance(one, int) and one in of_mark else one for one in given)
        compiler.as_sql = lambda *_args, **_more: (text, values)
        asked = queryset.all()
        asked.query.get_compiler = lambda *_args, **_more: compiler
        return list(asked)

    def made(self) -> tuple[Any, Any, str, tuple[Any, ...]]:
        """Of this thread, as its connection is; made anew for another database. No text where nothing can be found."""
        of = connections[DEFAULT_DB_ALIAS]
        if getattr(self.kept, "of", None) is not of:
            queryset = self.build(*self.marks)
            compiler = queryset.query.get_compiler(connection=of)
            try:
                text, given = compiler.as_sql()
            except EmptyResultSet:
                text, given = "", ()
            self.kept.made, self.kept.of = (queryset, compiler, text, tuple(given)), of
        made: tuple[Any, Any, str, tuple[Any, ...]] = self.kept.made
        return made


def by_actor(build: "Callable[..., models.QuerySet[Any, T]]", numbers: int = 0) -> Callable[..., list[T]]:
    """What `build` finds for an actor and so many numbers, its text made once for all who hold the same capabilities.

    Of the actor it may use only those (by `can`), the person and the institution.
    """

    @lru_cache(256)
    def made(held: frozenset[str]) -> Compiled[T]:
        def question(user: int, house: int, *given: int) -> "models.QuerySet[Any, T]":
            return build(Actor("", house, user, Via.SESSION, held), *given)

        return Compiled(question, numbers + 2)

    def asked(actor: Actor, *given: int) -> list[T]:
        question = made(actor.capabilities | actor.awaiting_second_factor)
        return question(actor.user_id or 0, actor.organisation_id or 0, *given)

    return asked


def update(model: type[models.Model], where: Mapping[str, Any], columns: Mapping[str, Any]) -> int:
    """How many rows it touched. `where` are columns that equal a value; values of fields, never expressions.

    A queryset takes ten times as long to come to the same text.
    """
    quoted = connection.ops.quote_name
    names, values = prepared(model, columns)
    conditions, equals = prepared(model, where)
    sets = ", ".join(f"{quoted(name)} = %s" for name in names)
    rows = " AND ".join(f"{quoted(name)} = %s" for name in conditions)
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {quoted(model._meta.db_table)} SET {sets} WHERE {rows}", [*values, *equals])
        return int(cursor.rowcount)


def prepared(model: type[models.Model], said: Mapping[str, Any]) -> tuple[list[str], list[Any]]:
    """The columns of these fields, and their values as the database takes them."""
    pairs: list[tuple[Any, Any]] = [(model._meta.get_field(name), value) for name, value in said.items()]
    given = [value.pk if isinstance(value, models.Model) else value for _field, value in pairs]
    return (
        [str(field.column) for field, _value in pairs],
        [field.get_db_prep_save(value, connection) for (field, _value), value in zip(pairs, given, strict=True)],
    )
