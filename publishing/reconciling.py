"""Reconciling: an unconfirmed post is looked up on its network, never guessed.

Found → published. Absent → sent again only after two complete look-ups at least a set gap apart, the first of them
later than the end of the send's lease plus the read timeout. Where the network cannot be asked, a person decides.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from chain.engine import advance
from networks.base import Adapter
from networks.errors import NetworkError, Rejected
from networks.types import Lookup, Processing, Published
from publishing.channels import adapter_for, reads_back
from publishing.claiming import publisher, read_for_decision
from publishing.frozen import post_of, upload_seconds
from publishing.handing import hand_over
from publishing.lifecycle import DeliveryState, PartState
from publishing.models import Attempt, Delivery, LookUp, Part
from publishing.reached import remember
from publishing.recording import alarm_duplicate, leave_send, lock_part, settle_part
from publishing.telling import tell_about

LOOK_BACK = timedelta(minutes=2)
"""How far before the send a look-up reads: clocks differ."""


def reconcile(delivery_id: int) -> None:
    """One look for the unknown part of an unconfirmed delivery."""
    delivery = Delivery.objects.select_related("channel", "payload").get(pk=delivery_id)
    part = delivery.parts.filter(state=PartState.UNKNOWN).first()
    if delivery.state != DeliveryState.UNCONFIRMED or part is None:
        return
    if not reads_back(delivery.channel):
        give_to_person(delivery)
        return
    started_at = timezone.now()
    try:
        found = look(adapter_for(delivery.channel), part)
    except NetworkError as error:
        LookUp.objects.create(delivery=delivery, part=part, at=started_at, is_complete=False, code=error.code)
        give_to_person_when_hopeless(delivery)
        return
    conclude(delivery, part, found, started_at)


def give_to_person(delivery: Delivery) -> None:
    """Nothing to look at: a person is asked at once, and nothing looks again."""
    Delivery.objects.filter(pk=delivery.pk, state=DeliveryState.UNCONFIRMED).update(check_after=None)
    tell_about(delivery, code="unconfirmed")


def look(adapter: Adapter, part: Part) -> Lookup:
    """Raises NetworkError where the network cannot be asked, or does not answer."""
    return without_known(part, adapter.find_published(post_of(part), part.key, send_started(part) - LOOK_BACK))


def without_known(part: Part, lookup: Lookup) -> Lookup:
    """Leave out posts that are another delivery's: the same words may rightly stand twice on an account."""
    seen = [post for post in (lookup.found, *lookup.others) if post]
    known = set(
        Part.objects.filter(delivery__channel_id=part.delivery.channel_id, remote_id__in=[p.remote_id for p in seen])
        .exclude(pk=part.pk)
        .values_list("remote_id", flat=True)
    )
    ours = [post for post in seen if post.remote_id not in known]
    return replace(lookup, found=ours[0] if ours else None, others=tuple(ours[1:]))


def send_started(part: Part) -> datetime:
    attempt = Attempt.objects.filter(part=part, send_started_at__isnull=False).order_by("number").last()
    return (attempt.send_started_at if attempt else None) or part.delivery.due_at


@transaction.atomic
def conclude(delivery: Delivery, part: Part, lookup: Lookup, at: datetime) -> None:
    locked, part = read_for_decision(delivery.pk), lock_part(part)
    LookUp.objects.create(
        delivery=locked,
        part=part,
        at=at,
        is_complete=lookup.complete,
        looked_at=lookup.looked_at_count,
        found_remote_id=lookup.found.remote_id if lookup.found else "",
    )
    if locked.state != DeliveryState.UNCONFIRMED or part.state != PartState.UNKNOWN:
        return
    if lookup.found and lookup.others:
        alarm_duplicate(locked, part, lookup.others, first=lookup.found.permalink)
    if lookup.found:
        settle_part(locked, part, lookup.found, publisher(locked), why="found_on_network")
    elif is_proved_absent(part):
        send_again(locked, part)
    else:
        give_to_person_when_hopeless(locked)


def is_proved_absent(part: Part) -> bool:
    """Two complete look-ups since the last send that found nothing, far enough apart and late enough."""
    late_enough = send_started(part) + timedelta(
        seconds=settings.PUBLISHING_CONNECT_TIMEOUT
        + settings.PUBLISHING_READ_TIMEOUT * 2
        + settings.PUBLISHING_SEND_MARGIN_SECONDS
        + upload_seconds(part)
    )
    complete = part.look_ups.filter(is_complete=True, found_remote_id="", at__gt=late_enough).order_by("at")
    times = list(complete.values_list("at", flat=True))
    return bool(times) and times[-1] - times[0] >= timedelta(seconds=settings.PUBLISHING_RECONCILE_GAP_SECONDS)


def send_again(delivery: Delivery, part: Part) -> None:
    advance(part, PartState.WAITING, actor=publisher(delivery), why="proved_absent")
    leave_send(delivery, DeliveryState.PENDING, code="proved_absent")


def give_to_person_when_hopeless(delivery: Delivery) -> None:
    """After several looks without a conclusion a person is asked, once; looking goes on, ever more rarely."""
    looks = delivery.look_ups.count()
    wait = settings.PUBLISHING_RECONCILE_GAP_SECONDS * min(2 ** max(looks - 2, 0), 120)
    Delivery.objects.filter(pk=delivery.pk, state=DeliveryState.UNCONFIRMED).update(
        check_after=timezone.now() + timedelta(seconds=wait)
    )
    if looks >= settings.PUBLISHING_LOOK_UPS_BEFORE_CARD:
        tell_about(delivery, code="unconfirmed")


def check_processing(delivery_id: int) -> None:
    """Ask what became of a post that the network took for processing; past the deadline it is unconfirmed."""
    delivery = Delivery.objects.select_related("channel").get(pk=delivery_id)
    part = delivery.parts.filter(state=PartState.PROCESSING).first()
    attempt = delivery.attempts.order_by("-number").first()
    if delivery.state != DeliveryState.PROCESSING or part is None or attempt is None:
        return
    try:
        answer = adapter_for(delivery.channel).check_status(attempt.answer["ref"])
    except Rejected as error:
        remember(attempt, part, {})  # the network could not use it: whoever tries again brings it anew
        processing_ended(delivery, part, DeliveryState.FAILED, error.code)
    except NetworkError as error:
        still_processing(delivery, part, attempt, error.code, settings.PUBLISHING_RECONCILE_GAP_SECONDS)
    else:
        settle_processing(delivery, part, attempt, answer)


def settle_processing(delivery: Delivery, part: Part, attempt: Attempt, answer: Published | Processing) -> None:
    if isinstance(answer, Published):
        processing_published(delivery, part, answer)
    elif answer.check_after is None:
        processing_handed_over(delivery, part)
    else:
        still_processing(delivery, part, attempt, "processing", answer.check_after)


@transaction.atomic
def processing_handed_over(delivery: Delivery, part: Part) -> None:
    """The network has done its part, and a person finishes it in its application: from now on nobody there is asked."""
    locked = read_for_decision(delivery.pk)
    if locked.state != DeliveryState.PROCESSING:
        return
    locked.check_after, locked.reason = None, "by_hand"
    locked.save(update_fields=["check_after", "reason"])
    hand_over(locked, lock_part(part))


@transaction.atomic
def processing_published(delivery: Delivery, part: Part, answer: Published) -> None:
    locked = read_for_decision(delivery.pk)
    settle_part(locked, lock_part(part), answer, publisher(locked), why="processed")


def still_processing(delivery: Delivery, part: Part, attempt: Attempt, code: str, pause: float) -> None:
    deadline = timedelta(seconds=settings.PUBLISHING_PROCESSING_DEADLINE_SECONDS)
    if timezone.now() - (attempt.send_started_at or attempt.started_at) > deadline:
        processing_ended(delivery, part, DeliveryState.UNCONFIRMED, code)
        return
    Delivery.objects.filter(pk=delivery.pk, state=DeliveryState.PROCESSING).update(
        check_after=timezone.now() + timedelta(seconds=pause)
    )


@transaction.atomic
def processing_ended(delivery: Delivery, part: Part, to: DeliveryState, code: str) -> None:
    locked = read_for_decision(delivery.pk)
    if locked.state != DeliveryState.PROCESSING:
        return
    part_to = PartState.UNKNOWN if to == DeliveryState.UNCONFIRMED else PartState.WAITING
    advance(lock_part(part), part_to, actor=publisher(locked), why=code)
    check_after = timezone.now() if to == DeliveryState.UNCONFIRMED else None
    leave_send(locked, to, code=code, check_after=check_after)
    tell_about(locked, code=code)
