"""Reminding: what lies in people's hands is looked after until somebody says what became of it.

First the person is reminded and the stand-in asked, then the coordinators are alerted; past the deadline nobody knows
whether it is out, and the delivery says so. Each is told once: under the delivery's lock its time is emptied.
"""

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from chain.engine import advance
from publishing.claiming import publisher, read_for_decision
from publishing.clearing import forbidden
from publishing.handing import handover_in, posters_of
from publishing.lifecycle import DeliveryState, PartState
from publishing.models import Delivery, Handover
from publishing.recording import leave_send, lock_part
from publishing.telling import tell_about, tell_closed, tell_poster, tell_unanswered


def look_after_all() -> int:
    """Look after everything that is in somebody's hands; how many."""
    in_hand = Handover.objects.filter(until__isnull=False, part__state=PartState.PROCESSING)
    ids = list(in_hand.order_by("until").values_list("part__delivery_id", flat=True))
    return sum(look_after(delivery_id) for delivery_id in ids)


@transaction.atomic
def look_after(delivery_id: int) -> bool:
    delivery = read_for_decision(delivery_id)
    handover = handover_in(delivery)
    if delivery.state != DeliveryState.PROCESSING or handover is None or handover.until is None:
        return False
    now = timezone.now()
    if handover.until <= now:
        give_up(delivery, handover)
        return True
    say_whether_open(delivery, handover)
    if handover.remind_at and handover.remind_at <= now:
        remind(delivery, handover)
    if handover.alert_at and handover.alert_at <= now:
        keep(handover, alert_at=None)
        tell_unanswered(delivery, handover)
    return True


def keep(handover: Handover, **columns: object) -> None:
    Handover.objects.filter(pk=handover.pk).update(**columns)
    for name, value in columns.items():
        setattr(handover, name, value)


def say_whether_open(delivery: Delivery, handover: Handover) -> None:
    """A freeze or a void signature closes the package: whoever may be posting it is told at once, and when it opens."""
    obstacle = forbidden(delivery)
    code = obstacle.code if obstacle else ""
    if code == handover.closed_code:
        return
    keep(handover, closed_code=code)
    people = posters_of(delivery.channel)
    if code:
        tell_closed(delivery, handover, people, code=code)
    else:
        tell_poster(delivery, handover, people, kind="opened")


def remind(delivery: Delivery, handover: Handover) -> None:
    keep(handover, remind_at=None)
    if handover.closed_code:
        return
    tell_poster(delivery, handover, [handover.person] if handover.person else [], kind="reminded")
    tell_poster(delivery, handover, stand_ins(delivery, handover)[:1], kind="stand_in")


def stand_ins(delivery: Delivery, handover: Handover) -> list[User]:
    """Those whose turn comes after the person who has it, round to the first."""
    posters = posters_of(delivery.channel)
    at = next((place for place, user in enumerate(posters) if user.pk == handover.person_id), -1)
    return [user for user in (*posters[at + 1 :], *posters[: max(at, 0)]) if user.pk != handover.person_id]


def give_up(delivery: Delivery, handover: Handover) -> None:
    """Nobody said anything: it may be out or not, and a person must look."""
    keep(handover, remind_at=None, alert_at=None, until=None)
    advance(lock_part(handover.part), PartState.UNKNOWN, actor=publisher(delivery), why="by_hand_unanswered")
    leave_send(delivery, DeliveryState.UNCONFIRMED, code="by_hand_unanswered")
    tell_about(delivery, code="by_hand_unanswered")
