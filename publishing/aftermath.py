"""After a freeze: its timeline from the audit trail, what had already entered the send and what became of it.

Owns the figure of how long after the click something could still go out, read off the recorded answers.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from chain.models import Event, Hold
from publishing.lifecycle import DeliveryState
from publishing.models import Delivery, Part
from publishing.scoping import label_of

Words = str | Promise


@dataclass(frozen=True)
class Moment:
    """One line of the timeline: when, who, what; `delivery` is the post that it is about, None for the freeze."""

    at: datetime
    who: str
    what: Words
    delivery: int | None = None
    title: str = ""
    why: str = ""


@dataclass(frozen=True)
class Aftermath:
    """`last_out_after` is in seconds from the click to the last post that still went out; None where none did."""

    moments: list[Moment]
    held: int
    moved: int
    still_held: int
    out: list[Delivery]
    last_out_after: float | None


OF_THE_FREEZE: dict[str, Words] = {
    "hold.created": _("Publishing was stopped"),
    "hold.proposed": _("It was proposed that publishing goes on"),
    "hold.agreed": _("It was proposed that publishing goes on"),
    "hold.released": _("The freeze was lifted"),
}
OF_A_POST: dict[str, Words] = {
    DeliveryState.HELD: _("Held by the freeze"),
    DeliveryState.PENDING: _("Given a new time"),
    DeliveryState.CANCELLED: _("Cancelled"),
    DeliveryState.PUBLISHED: _("Went out"),
}
BY_A_PERSON = Q(user__isnull=False, state_to__in=[DeliveryState.PENDING, DeliveryState.CANCELLED])
LATER = BY_A_PERSON | Q(state_to=DeliveryState.PUBLISHED)


def after(hold: Hold) -> Aftermath:
    held = list(held_by(hold))
    ids = sorted({int(event.subject_id) for event in held} | {int(str(row["delivery"])) for row in hold.already_in})
    later = list(events_on(Delivery._meta.label_lower, ids, hold).filter(LATER))
    titles = titles_of(ids)
    own = events_on(hold._meta.label_lower, [hold.pk], hold)
    moments = [moment_of_freeze(hold, event) for event in own if event.verb in OF_THE_FREEZE]
    moments += [moment_of_post(event, titles) for event in (*held, *later)]
    out = list(Delivery.objects.filter(pk__in=[row["delivery"] for row in hold.already_in]).order_by("pk"))
    return Aftermath(
        moments=sorted(moments, key=lambda moment: moment.at),
        held=len({event.subject_id for event in held}),
        moved=len({event.subject_id for event in later if event.state_to == DeliveryState.PENDING}),
        still_held=Delivery.objects.filter(pk__in=ids, state=DeliveryState.HELD).count(),
        out=out,
        last_out_after=last_out_after(hold, out),
    )


def held_by(hold: Hold) -> QuerySet[Event]:
    """The events by which the freeze held posts, oldest first."""
    found = Event.objects.filter(
        organisation_id=hold.organisation_id, subject_type=Delivery._meta.label_lower, at__gte=hold.placed_at,
        state_to=DeliveryState.HELD, data__hold=hold.pk,
    )  # fmt: skip
    return found.order_by("id")


def events_on(subject_type: str, ids: list[int], hold: Hold) -> QuerySet[Event]:
    subjects = [str(pk) for pk in ids]
    found = Event.objects.filter(subject_type=subject_type, subject_id__in=subjects, at__gte=hold.placed_at)
    return found.order_by("id")


def titles_of(ids: list[int]) -> dict[str, str]:
    rows = Delivery.objects.filter(pk__in=ids).values_list("pk", "variant__content__title")
    return {str(pk): title for pk, title in rows}


def who_did(event: Event) -> str:
    """A person by name; what nobody did was done by the product itself."""
    return event.actor_name if event.user_id else gettext("Sanad")


def moment_of_freeze(hold: Hold, event: Event) -> Moment:
    why = f"{label_of(hold)}: {hold.reason}" if event.verb == "hold.created" else event.why
    return Moment(event.at, who_did(event), OF_THE_FREEZE[event.verb], why=why)


def moment_of_post(event: Event, titles: dict[str, str]) -> Moment:
    return Moment(
        event.at,
        who_did(event),
        OF_A_POST[event.state_to],
        delivery=int(event.subject_id),
        title=titles.get(event.subject_id, ""),
    )


def last_out_after(hold: Hold, out: list[Delivery]) -> float | None:
    """Seconds from the click to the last answer "published" of a post that was already in."""
    times = Part.objects.filter(delivery__in=out, published_at__gte=hold.placed_at).values_list(
        "published_at", flat=True
    )
    return max(((at - hold.placed_at).total_seconds() for at in times if at), default=None)


FIELDS = ("at", "who", "what", "delivery", "title", "why")


def rows_of(found: Aftermath) -> Iterator[list[str]]:
    """The timeline for a spreadsheet: times in UTC, ISO 8601."""
    for one in found.moments:
        yield [one.at.isoformat(), one.who, str(one.what), str(one.delivery or ""), one.title, one.why]
