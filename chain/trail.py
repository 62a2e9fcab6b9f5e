"""The audit trail: every act, by whom and why, written in the act's own transaction.

Events are hashed when written and chained afterwards by the one sealer (chain/sealing.py), so that a busy minute is
not serialised; the database refuses to change or delete them.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.db import connection, models
from django.utils import timezone

from chain.actors import Actor
from chain.models import Event, Unsealed

COLUMNS = [field for field in Event._meta.concrete_fields if not field.primary_key]
ADD = (
    f"WITH added AS (INSERT INTO {Event._meta.db_table} ({', '.join(str(field.column) for field in COLUMNS)})"
    f" VALUES {{rows}} RETURNING id) INSERT INTO {Unsealed._meta.db_table} (event_id) SELECT id FROM added"
)
_together: ContextVar[list[Event] | None] = ContextVar("events to be written together", default=None)


@contextmanager
def written_together() -> Iterator[None]:
    """The events of the block are written at its end, in order, by one statement. Keep it within one transaction.

    For the machine's own busy moves; an event that `record` returns has no number then.
    """
    events: list[Event] = []
    token = _together.set(events)
    try:
        yield
    finally:
        _together.reset(token)
    if events:
        write(events)


def write(events: list[Event]) -> None:
    """The events, and their places in the sealer's queue."""
    if connection.vendor != "postgresql":
        Event.objects.bulk_create(events)
        Unsealed.objects.bulk_create([Unsealed(event=event) for event in events])
        return
    row = f"({', '.join(['%s'] * len(COLUMNS))})"
    values = [
        field.get_db_prep_save(getattr(event, field.attname), connection) for event in events for field in COLUMNS
    ]
    with connection.cursor() as cursor:
        cursor.execute(ADD.format(rows=", ".join([row] * len(events))), values)


def record(
    verb: str,
    subject: models.Model,
    *,
    actor: Actor,
    why: str = "",
    data: Mapping[str, Any] | None = None,
    moved: tuple[str, str] = ("", ""),
) -> Event:
    """Write one event. Call it inside the transaction of the act that it records."""
    event = Event(
        at=timezone.now(),
        organisation_id=organisation_of(subject, actor),
        user_id=actor.user_id,
        actor_name=actor.name,
        via=actor.via.value,
        verb=verb,
        subject_type=subject._meta.label_lower,
        subject_id=str(subject.pk),
        state_from=moved[0],
        state_to=moved[1],
        why=why,
        data=dict(data or {}),
    )
    event.content_hash = content_hash(event)
    if (together := _together.get()) is not None:
        together.append(event)
        return event
    event.save(force_insert=True)
    Unsealed.objects.create(event=event)
    return event


def organisation_of(subject: models.Model, actor: Actor) -> int | None:
    owner: int | None = getattr(subject, "organisation_id", None)
    return owner if owner is not None else actor.organisation_id


def content_hash(event: Event) -> str:
    """sha256 over everything the event says, in one fixed order (hex)."""
    said = [
        event.at.isoformat(),
        event.organisation_id,
        event.user_id,
        event.actor_name,
        event.via,
        event.verb,
        event.subject_type,
        event.subject_id,
        event.state_from,
        event.state_to,
        event.why,
        event.data,
    ]
    return hashlib.sha256(canonical(said)).hexdigest()


def canonical(value: Any) -> bytes:
    """Canonical JSON: sorted keys, no spaces, UTF-8, text as given (never normalised)."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
