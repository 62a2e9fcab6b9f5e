"""Recording: whatever the network answered is stored on its attempt, however late, and moves the delivery once.

The question each answer must settle is "may we send again?"; where we do not know, the answer is no until it was
looked up (reconciling.py) or a person decided (settling.py).
"""

import logging
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from chain.actors import Actor
from chain.compiled import update
from chain.engine import advance
from chain.trail import written_together
from networks.errors import Code, NeedsReconnect, NetworkError, NotSent, Rejected
from networks.types import Processing, Published
from publishing import breaking, channels, credentials, reading
from publishing.claiming import is_preparing, publisher, read_for_decision
from publishing.handing import hand_over
from publishing.lifecycle import ENDED, DeliveryState, HoldReason, PartState
from publishing.models import Attempt, Channel, Delivery, Outcome, Part
from publishing.quotas import sharers
from publishing.reached import remember
from publishing.removal_models import Copy, Removal
from publishing.telling import tell_about, tell_duplicate

log = logging.getLogger(__name__)
AT_REST = frozenset(
    {DeliveryState.PENDING, DeliveryState.PREPARING, DeliveryState.HELD, DeliveryState.FAILED}
    | {DeliveryState.UNCONFIRMED, DeliveryState.PROCESSING, DeliveryState.SENDING}
)
"""States from which an answer "it is published" moves the delivery to published."""

TAKEN_AWAY = (PartState.DELETED, PartState.GONE)


def record_answer(attempt: Attempt, part: Part, answer: Published | Processing) -> bool:
    """Store a success. True when the part is published and the next one may follow."""
    if isinstance(answer, Published):
        return record_published(attempt, part, answer)
    breaking.note_success(attempt.delivery.channel)
    record_processing(attempt, part, answer)
    return False


@transaction.atomic
def record_published(attempt: Attempt, part: Part, answer: Published) -> bool:
    [delivery] = reading.to_record(attempt.delivery_id)
    if delivery.has_failures:  # type: ignore[attr-defined]
        breaking.begin_anew(delivery.channel)
    others = lock_parts(delivery)
    part = others.pop(part.pk)
    close(attempt, Outcome.PUBLISHED, answer={"remote_id": answer.remote_id, "permalink": answer.permalink})
    if part.state == PartState.PUBLISHED:
        if part.remote_id != answer.remote_id:
            alarm_duplicate(delivery, part, [answer], first=part.permalink)
        return False
    if part.state in TAKEN_AWAY and part.remote_id == answer.remote_id:
        return False
    with written_together():
        settle_part(delivery, part, answer, publisher(delivery), others=others.values())
    if delivery.state in ENDED:
        revive(delivery)
    return delivery.state == DeliveryState.SENDING


def revive(delivery: Delivery) -> None:
    """Everybody took it for ended, and it is live after all: said, never denied. One being deleted is deleted on."""
    first = delivery.parts.order_by("position").first()
    at = first.published_at if first else None
    finish(delivery, at, publisher(delivery), why="live_after_all", reason="live_after_all")
    tell_about(delivery, code="live_after_all")


def settle_part(
    delivery: Delivery,
    part: Part,
    answer: Published,
    actor: Actor,
    why: str = "",
    others: Iterable[Part] | None = None,
) -> None:
    """Mark a part published; the delivery follows when it was the last. `delivery` must be locked."""
    advance(
        part,
        PartState.PUBLISHED,
        actor=actor,
        why=why,
        remote_id=answer.remote_id,
        permalink=answer.permalink,
        published_at=answer.published_at or timezone.now(),
    )
    others = list(delivery.parts.exclude(pk=part.pk) if others is None else others)
    if any(other.state != PartState.PUBLISHED for other in others):
        resume_thread(delivery, actor)
    elif delivery.state in AT_REST:
        first = min((part, *others), key=lambda one: one.position)
        finish(delivery, first.published_at, actor, why)


def resume_thread(delivery: Delivery, actor: Actor) -> None:
    """A thread whose unknown part turned out published goes on with the next one."""
    if delivery.state in (DeliveryState.UNCONFIRMED, DeliveryState.PROCESSING):
        free: dict[str, Any] = {"dispatched_until": None, "not_before": None, "check_after": None, "lease_until": None}
        advance(delivery, DeliveryState.PENDING, actor=actor, why="thread_goes_on", **free)


def finish(delivery: Delivery, at: datetime | None, actor: Actor, why: str = "", reason: str = "") -> None:
    """`at` is when its first part went out."""
    now = timezone.now()
    advance(
        delivery,
        DeliveryState.PUBLISHED,
        actor=actor,
        why=why,
        published_at=at or now,
        settled_at=now,
        lease_until=None,
        dispatched_until=None,
        check_after=None,
        not_before=None,
        hold_reason="",
        reason=reason,
        reason_params={},
    )


@transaction.atomic
def record_processing(attempt: Attempt, part: Part, answer: Processing) -> None:
    delivery = read_for_decision(attempt.delivery_id)
    outcome = Outcome.HANDED if answer.check_after is None else Outcome.PROCESSING
    close(attempt, outcome, answer={"ref": answer.ref})
    if not still_sending(delivery, attempt):
        return
    advance(lock_part(part), PartState.PROCESSING, actor=publisher(delivery))
    if answer.check_after is None:
        leave_send(delivery, DeliveryState.PROCESSING, code="by_hand")
        hand_over(delivery, part)
        return
    check_after = timezone.now() + timedelta(seconds=answer.check_after)
    leave_send(delivery, DeliveryState.PROCESSING, code="processing", check_after=check_after)


def record_not_sent(attempt: Attempt, part: Part, error: NotSent) -> None:
    """Certainly not sent: back to the queue, not before the network allows. What was prepared may be of no more use."""
    if error.saved is not None:
        remember(attempt, part, error.saved)
    back_to_queue(
        attempt, part, code=error.code, retry_after=error.retry_after, detail=error.detail, of_all=error.of_application
    )


def record_woke_too_late(attempt: Attempt, part: Part) -> None:
    """This worker slept through its own lease before it sent anything: the sweeper's verdict stands."""
    back_to_queue(attempt, part, code="woke_too_late", retry_after=0.0)


@transaction.atomic
def back_to_queue(
    attempt: Attempt, part: Part, *, code: str, retry_after: float | None, detail: str = "", of_all: bool = False
) -> None:
    delivery = read_for_decision(attempt.delivery_id)
    close(attempt, Outcome.NOT_SENT, code=code, detail=detail)
    if not still_sending(delivery, attempt):
        return
    advance(lock_part(part), PartState.WAITING, actor=publisher(delivery), why=code)
    wait_in_queue(delivery, code, retry_after, of_all=of_all)


def wait_in_queue(delivery: Delivery, code: str, retry_after: float | None, *, of_all: bool = False) -> None:
    """Pending again: for as long as the network names, within the set bound; where that is shorter, people are told."""
    most: float = settings.PUBLISHING_WAIT_MAX_SECONDS
    asked = None if retry_after is None else max(0.0, retry_after)
    named = None if asked is None else min(asked, most)
    if code == Code.RENEWING_ACCESS:
        credentials.renew_now(delivery.channel)
    note_refusal(delivery.channel, code, named, of_all=of_all)
    until = timezone.now() + timedelta(seconds=waiting_seconds(delivery, named))
    if asked == named:
        leave_send(delivery, DeliveryState.PENDING, code=code, not_before=until)
        return
    params = {"hours": round(most / 3600)}
    leave_send(delivery, DeliveryState.PENDING, code="wait_shortened", params=params, not_before=until)
    tell_about(delivery, code="wait_shortened")


def note_refusal(channel: Channel, code: str, retry_after: float | None, *, of_all: bool = False) -> None:
    """A quota belongs to the channel, whose other posts wait with it, or to all of our application (`of_all`);
    anything else counts for the breaker."""
    if retry_after is None:
        breaking.note_failure(channel, code)
    elif retry_after > 0:
        until = timezone.now() + timedelta(seconds=retry_after)
        sharers(channel, of_application=of_all).update(not_before=until)


def waiting_seconds(delivery: Delivery, retry_after: float | None) -> float:
    """Retry-After where the network says it; else the pause doubles with each attempt, up to the set maximum."""
    if retry_after is not None:
        return retry_after
    doubled = settings.PUBLISHING_RETRY_SECONDS * 2 ** min(delivery.attempts_made - 1, 10)
    return float(min(doubled, settings.PUBLISHING_RETRY_MAX_SECONDS))


@transaction.atomic
def record_rejected(attempt: Attempt, part: Part, error: Rejected) -> None:
    """The network refused these bytes: sending them again would not help, a person must."""
    delivery = read_for_decision(attempt.delivery_id)
    close(attempt, Outcome.REJECTED, code=error.code, detail=error.detail)
    breaking.note_answer(delivery.channel)
    if not still_sending(delivery, attempt):
        return
    advance(lock_part(part), PartState.WAITING, actor=publisher(delivery), why=error.code)
    leave_send(delivery, DeliveryState.FAILED, code=error.code, params=dict(error.params))
    tell_about(delivery, code=error.code)


@transaction.atomic
def record_needs_reconnect(attempt: Attempt, part: Part, error: NeedsReconnect) -> None:
    """The channel's access is gone: its posts wait for a person to connect it again."""
    delivery = read_for_decision(attempt.delivery_id)
    close(attempt, Outcome.RECONNECT, code=error.code, detail=error.detail)
    breaking.note_answer(delivery.channel)
    channels.needs_reconnect(delivery.channel, actor=publisher(delivery), code=error.code)
    if not still_sending(delivery, attempt):
        return
    advance(lock_part(part), PartState.WAITING, actor=publisher(delivery), why=error.code)
    leave_send(delivery, DeliveryState.HELD, code="channel_not_connected", hold_reason=HoldReason.CHANNEL)
    tell_about(delivery, code="channel_not_connected")


@transaction.atomic
def record_unknown(attempt: Attempt, part: Part, code: str, detail: str = "") -> None:
    """The post may be out or not: never sent again before it was looked up or a person decided."""
    delivery = read_for_decision(attempt.delivery_id)
    close(attempt, Outcome.UNKNOWN, code=code, detail=detail)
    breaking.note_failure(delivery.channel, code)
    if still_sending(delivery, attempt):
        become_unconfirmed(delivery, part, code)


def become_unconfirmed(delivery: Delivery, part: Part, code: str) -> None:
    """`delivery` must be locked and sending. The first look comes after the lease and the read timeout have passed."""
    advance(lock_part(part), PartState.UNKNOWN, actor=publisher(delivery), why=code)
    lease_end = delivery.lease_until or timezone.now()
    check_after = lease_end + timedelta(seconds=settings.PUBLISHING_READ_TIMEOUT)
    leave_send(delivery, DeliveryState.UNCONFIRMED, code=code, check_after=min(check_after, first_look(delivery)))


def first_look(delivery: Delivery) -> datetime:
    """Looking early costs nothing where the post is there; its absence only counts later (reconciling.py)."""
    return timezone.now() + timedelta(seconds=settings.PUBLISHING_FIRST_LOOK_SECONDS)


def leave_send(delivery: Delivery, to: DeliveryState, *, code: str, params: Any = None, **columns: Any) -> None:
    at_rest = {"not_before": None, "check_after": None, "hold_reason": "", **columns}
    advance(
        delivery,
        to,
        actor=publisher(delivery),
        why=code,
        reason=code,
        reason_params=params or {},
        dispatched_until=None,
        **at_rest,
    )


def still_sending(delivery: Delivery, attempt: Attempt) -> bool:
    return delivery.state == DeliveryState.SENDING and delivery.attempts_made == attempt.number


def lock_part(part: Part) -> Part:
    """The part as it stands now, locked."""
    return Part.objects.select_for_update(of=("self",)).select_related("delivery").get(pk=part.pk)


def lock_parts(delivery: Delivery) -> dict[int, Part]:
    """All parts of a locked delivery as they stand now, locked too, by number of their rows."""
    parts = {part.pk: part for part in reading.lock_parts_of(delivery.pk)}
    for part in parts.values():
        part.delivery = delivery
    return parts


def close(attempt: Attempt, outcome: Outcome, *, answer: Any = None, code: str = "", detail: str = "") -> None:
    """Write what came back on the attempt; the adapter has redacted it. An answer to an earlier part stays."""
    told = {} if answer is None else {"answer": answer}
    came = {"outcome": outcome, "code": code, "detail": detail[:500], "answered_at": timezone.now(), **told}
    update(Attempt, {"id": attempt.pk}, came)
    said = {"delivery": attempt.delivery_id, "attempt": attempt.number, "outcome": outcome.value, "code": code}
    log.info(
        "attempt %s of delivery %s: %s", attempt.number, attempt.delivery_id, outcome.value, extra={"figures": said}
    )


def alarm_duplicate(delivery: Delivery, part: Part, others: Sequence[Published], *, first: str) -> None:
    """Keep the further copies of a part, so that a person can say which of them goes."""
    Delivery.objects.filter(pk=delivery.pk).update(is_duplicate_alarm=True)
    for other in others:
        known = {"permalink": other.permalink, "found_at": timezone.now()}
        Copy.objects.get_or_create(part=part, remote_id=other.remote_id, defaults=known)
    tell_duplicate(delivery, [first, *(other.permalink for other in others)])


def is_fruitless(delivery: Delivery) -> bool:
    """Whether preparing failed, or stopped its worker, as often as it may since the time that a person last gave it."""
    tries = delivery.attempts.filter(started_at__gte=delivery.due_at, send_started_at=None)
    refused = Q(outcome=Outcome.NOT_SENT, answered_at__isnull=False)
    most: int = settings.PUBLISHING_PREPARE_TRIES
    return tries.filter(refused | Q(outcome=Outcome.LAPSED)).count() >= most


def has_waited_too_long(delivery: Delivery) -> bool:
    """Whether the network has been at work on its files for longer than it may, since a person last gave it."""
    since = timezone.now() - timedelta(seconds=settings.PUBLISHING_READY_DEADLINE_SECONDS)
    waits = delivery.attempts.filter(started_at__gte=delivery.due_at, send_started_at=None, outcome=Outcome.PROCESSING)
    return waits.filter(started_at__lt=since).exists()


@transaction.atomic
def record_prepare_failure(attempt: Attempt, error: NetworkError) -> None:
    """Nothing of this part is visible, so it may be tried again, unless bytes or access were refused, or too often."""
    delivery = read_for_decision(attempt.delivery_id)
    if not is_preparing(delivery, attempt):
        return
    outcome = Outcome.REJECTED if isinstance(error, Rejected) else Outcome.NOT_SENT
    close(attempt, outcome, code=error.code, detail=error.detail)
    if isinstance(error, NeedsReconnect):
        channels.needs_reconnect(delivery.channel, actor=publisher(delivery), code=error.code)
        leave_send(delivery, DeliveryState.HELD, code="channel_not_connected", hold_reason=HoldReason.CHANNEL)
        tell_about(delivery, code="channel_not_connected")
    elif isinstance(error, Rejected) or is_fruitless(delivery):
        leave_send(delivery, DeliveryState.FAILED, code=error.code, params=dict(error.params))
        tell_about(delivery, code=error.code)
    else:
        refused = error if isinstance(error, NotSent) else NotSent(error.code)
        wait_in_queue(delivery, error.code, refused.retry_after, of_all=refused.of_application)


@transaction.atomic
def mark_gone(part: Part, actor: Actor) -> None:
    """A published post that the network no longer has."""
    delivery = read_for_decision(part.delivery_id)
    part = lock_part(part)
    if part.state != PartState.PUBLISHED:
        return
    advance(part, PartState.GONE, actor=actor, why="gone")
    Removal.objects.filter(part=part, done_at=None).update(done_at=timezone.now())
    if delivery.state == DeliveryState.DELETING and not delivery.parts.filter(state=PartState.PUBLISHED).exists():
        advance(delivery, DeliveryState.DELETED, actor=actor, why="gone", settled_at=timezone.now())
    if delivery.state == DeliveryState.PUBLISHED:
        advance(delivery, DeliveryState.GONE, actor=actor, why="gone", reason="gone")
        tell_about(delivery, code="gone")
