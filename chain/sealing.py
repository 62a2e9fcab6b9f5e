"""The sealer links events into one hash chain, in batches; `verify` walks the chain and says what does not hold.

One sealer at a time (advisory lock). Each seal is sha256(previous seal, number, event's content hash).
"""

import hashlib
from dataclasses import dataclass, field
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from chain import heads
from chain.locks import LockKind, try_lock
from chain.models import Event, Seal, Unsealed
from chain.trail import content_hash

BATCH = 2_000
FIRST = "0" * 64


@dataclass
class Verdict:
    """`breaks` are sentences for an operator; an empty list means that the trail holds."""

    events: int = 0
    head: str = FIRST
    unsealed: int = 0
    oldest_unsealed: timedelta = timedelta(0)
    breaks: list[str] = field(default_factory=list)


def seal_hash(previous: str, number: int, content: str) -> str:
    return hashlib.sha256(f"{previous}:{number}:{content}".encode()).hexdigest()


@transaction.atomic
def seal_batch() -> int:
    """Seal up to BATCH waiting events; the number sealed (0 when another sealer is at work)."""
    if not try_lock(LockKind.SEALER, 0):
        return 0
    waiting = list(Unsealed.objects.select_related("event").order_by("event_id")[:BATCH])
    if not waiting:
        return 0
    last = Seal.objects.order_by("-number").first()
    number, previous = (last.number, last.hash) if last else (0, FIRST)
    now, seals = timezone.now(), []
    for row in waiting:
        number += 1
        previous = seal_hash(previous, number, row.event.content_hash)
        seals.append(Seal(number=number, event=row.event, hash=previous, sealed_at=now))
    Seal.objects.bulk_create(seals)
    Unsealed.objects.filter(pk__in=[row.pk for row in waiting]).delete()
    return len(seals)


def head_hash() -> str:
    last = Seal.objects.order_by("-number").first()
    return last.hash if last else FIRST


def verify() -> Verdict:
    """Recompute every hash and link. Reports changed events, broken links, gaps, and what waits for its seal."""
    verdict = Verdict()
    expected = 1
    for seal in Seal.objects.select_related("event").order_by("number").iterator(chunk_size=BATCH):
        check_link(verdict, seal, expected)
        expected, verdict.head, verdict.events = seal.number + 1, seal.hash, verdict.events + 1
    check_unsealed(verdict)
    verdict.breaks += heads.contradicted()
    return verdict


def check_link(verdict: Verdict, seal: Seal, expected: int) -> None:
    if seal.number != expected:
        verdict.breaks.append(f"gap: seal {expected} is missing before seal {seal.number}")
    if content_hash(seal.event) != seal.event.content_hash:
        verdict.breaks.append(f"event {seal.event_id} (seal {seal.number}) was changed after it was written")
    if seal_hash(verdict.head, seal.number, seal.event.content_hash) != seal.hash:
        verdict.breaks.append(f"seal {seal.number} does not follow from the one before it")


def check_unsealed(verdict: Verdict) -> None:
    waiting = Unsealed.objects.select_related("event").order_by("event_id")
    verdict.unsealed = waiting.count()
    if first := waiting.first():
        verdict.oldest_unsealed = timezone.now() - first.event.at
    for row in waiting:
        if content_hash(row.event) != row.event.content_hash:
            verdict.breaks.append(f"event {row.event_id} (not sealed yet) was changed after it was written")
    lost = Event.objects.filter(seal__isnull=True).exclude(pk__in=Unsealed.objects.values("event_id"))
    verdict.breaks += [
        f"event {pk} has neither a seal nor a place in the queue" for pk in lost.values_list("pk", flat=True)
    ]
