"""The audit trail: every act, by whom and why, written in the act's own transaction.

Events are hashed when written and chained afterwards by the one sealer (chain/sealing.py), so that a busy minute is
not serialised; the database refuses to change or delete them.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from django.db import models
from django.utils import timezone

from chain.actors import Actor
from chain.models import Event, Unsealed


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
