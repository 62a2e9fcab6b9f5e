"""Handing over: what no machine can post is put into a named person's hands, with the times at which others are told.

Owns who those people are, in turn, and who of them may answer for a post.
"""

from datetime import timedelta

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.access import people_with
from accounts.capabilities import Capability
from accounts.models import User
from chain.actors import Actor
from chain.errors import NotAllowed
from publishing.lifecycle import PartState
from publishing.models import Channel, Delivery, Handover, Part, Poster
from publishing.telling import tell_poster, tell_unanswered

IN_HAND = (PartState.PROCESSING, PartState.UNKNOWN)
"""While a part is in one of these, the person who has it may still say what became of it."""


def posters_of(channel: Channel) -> list[User]:
    """Who posts by hand on this channel, in turn: those named for it who may still do so."""
    named = Poster.objects.filter(channel=channel).order_by("position").values_list("user_id", flat=True)
    able = {user.pk: user for user in people_with(channel.organisation_id, Capability.POST_BY_HAND)}
    return [able[user_id] for user_id in named if user_id in able]


def require_named(channel: Channel, actor: Actor) -> None:
    """Raises NotFound, NotAllowed: only those who are named for the channel, and those who settle deliveries."""
    actor.require(Capability.POST_BY_HAND, on=channel)
    if actor.can(Capability.SETTLE) or Poster.objects.filter(channel=channel, user_id=actor.user_id or 0).exists():
        return
    raise NotAllowed(_("This channel's posts are in other hands: ask a coordinator to name you."), code="not_named")


def hand_over(delivery: Delivery, part: Part) -> Handover:
    """Ask the first person. `delivery` is locked and has just become `processing`; the part too."""
    asked = posters_of(delivery.channel)
    now = timezone.now()
    handover, _new = Handover.objects.update_or_create(
        part=part,
        defaults={
            "person": asked[0] if asked else None,
            "handed_at": now,
            "remind_at": now + timedelta(seconds=settings.PUBLISHING_HAND_REMIND_SECONDS),
            "alert_at": now + timedelta(seconds=settings.PUBLISHING_HAND_ALERT_SECONDS),
            "until": now + timedelta(seconds=settings.PUBLISHING_HAND_DEADLINE_SECONDS),
            "closed_code": "",
            "answered_by": None,
            "answered_at": None,
        },
    )
    if asked:
        tell_poster(delivery, handover, asked[:1], kind="asked")
    else:
        tell_unanswered(delivery, handover)
    return handover


def handover_in(delivery: Delivery) -> Handover | None:
    """The delivery's handover that waits for an answer."""
    waiting = Handover.objects.filter(part__delivery=delivery, part__state__in=IN_HAND)
    return waiting.select_related("part__delivery__payload", "person").order_by("part__position").first()


def last_handover(delivery: Delivery) -> Handover | None:
    """The one that waits, else the last that was answered; None where it never was in anybody's hands."""
    every = Handover.objects.filter(part__delivery=delivery).select_related("part", "person", "evidence", "answered_by")
    return handover_in(delivery) or every.order_by("-part__position").first()
