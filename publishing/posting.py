"""Posting by hand: the package that a named person opens, and what the person answers: posted, could not, later.

The package is the signed payload and nothing else; what forbids a send closes it. What is live is never denied: an
answer "it is out" counts while the package is closed, and after the deadline.
"""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation, User
from campaigns import media
from campaigns.models import MediaFile
from chain.actors import Actor
from chain.engine import advance
from chain.errors import Invalid, NotFound, StaleState
from chain.trail import record
from networks.types import Published
from publishing.channels import adapter_for
from publishing.claiming import read_for_decision
from publishing.clearing import forbidden
from publishing.frozen import post_of
from publishing.handing import handover_in, last_handover, posters_of, require_named
from publishing.lifecycle import DeliveryState, PartState
from publishing.models import Delivery, Handover
from publishing.reasons import Reason, reason_of
from publishing.recording import lock_part, settle_part
from publishing.reminding import keep, stand_ins
from publishing.settling import remote_id_from
from publishing.telling import tell_about, tell_poster

LONGEST = timedelta(hours=24)
"""How long after it was handed over a post can be put off in all."""


@dataclass(frozen=True)
class Picture:
    """A file of the package: the signed bytes, by their access-checked address, and what to say for those who cannot
    see it."""

    media: MediaFile
    alt_text: str


@dataclass(frozen=True)
class Package:
    """What one person needs to post a part. Words, pictures and link are empty where `closed` says why."""

    delivery: Delivery
    handover: Handover
    is_waiting: bool
    closed: Reason | None = None
    text: str = ""
    share_link: str = ""
    pictures: list[Picture] = field(default_factory=list)
    others: list[User] = field(default_factory=list)
    is_in_application: bool = False
    """Whether the network holds the files already, where the person finishes the post."""


def open_package(*, delivery: Delivery, actor: Actor) -> Package:
    """The package as it stands now. Raises NotFound where the delivery was never in anybody's hands, NotAllowed."""
    require_named(delivery.channel, actor)
    handover = last_handover(delivery)
    if handover is None:
        raise NotFound
    waiting = handover_in(delivery)
    obstacle = forbidden(delivery)
    if waiting is None or obstacle is not None:
        closed = reason_of(obstacle.code, obstacle.params) if obstacle else None
        return Package(delivery, handover, is_waiting=waiting is not None, closed=closed)
    post, adapter = post_of(waiting.part), adapter_for(delivery.channel)
    return Package(
        delivery,
        handover,
        is_waiting=True,
        text=adapter.compose(post),
        share_link=adapter.share_link(post),
        pictures=pictures_of(delivery, {item.sha256: item.alt_text for item in post.media}),
        others=stand_ins(delivery, handover),
        is_in_application=adapter.is_finished_by_hand(post),
    )


def pictures_of(delivery: Delivery, alt_texts: dict[str, str]) -> list[Picture]:
    stored = MediaFile.objects.filter(organisation_id=delivery.organisation_id, sha256__in=alt_texts)
    by_hash = {one.sha256: one for one in stored}
    return [Picture(by_hash[sha256], alt) for sha256, alt in alt_texts.items() if sha256 in by_hash]


def confirm_posted(
    *,
    delivery: Delivery,
    actor: Actor,
    permalink: str = "",
    picture: media.Readable | None = None,
    picture_name: str = "",
) -> Delivery:
    """It is out: by the link of the post, or a picture of the screen that is kept as evidence, or both.

    Raises Invalid (neither, another channel's link, no whole picture), StaleState (answered already), NotAllowed.
    """
    require_named(delivery.channel, actor)
    permalink = permalink.strip()
    if not permalink and picture is None:
        raise Invalid(_("Paste the link of the post, or add a picture of the screen."), field="permalink")
    shot = media.reencoded(media.read_limited(picture)) if picture is not None else None
    with transaction.atomic():
        locked, handover = in_hand_or_stale(delivery)
        remote_id = remote_id_from(locked.channel, permalink) if permalink else ""
        evidence = keep_evidence(locked, shot, picture_name, actor) if shot else None
        found = Published(remote_id=remote_id, permalink=permalink, published_at=timezone.now())
        answered(handover, actor, evidence=evidence)
        settle_part(locked, lock_part(handover.part), found, actor, why="posted_by_hand")
    return locked


def keep_evidence(delivery: Delivery, shot: tuple[bytes, str, int, int], name: str, actor: Actor) -> MediaFile:
    kept = media.store(Organisation.objects.get(pk=delivery.organisation_id), shot, name, actor)
    record("delivery.evidence", delivery, actor=actor, data={"sha256": kept.sha256})
    return kept


@transaction.atomic
def could_not(*, delivery: Delivery, actor: Actor, why: str) -> Delivery:
    """It is certainly not out: the person did not post it, and says why. Where it may not go out now it is held."""
    require_named(delivery.channel, actor)
    if not why.strip():
        raise Invalid(_("Say in a sentence what stood in the way."), field="why")
    locked, handover = in_hand_or_stale(delivery)
    obstacle = forbidden(locked) if locked.state == DeliveryState.PROCESSING else None
    code = obstacle.code if obstacle else "by_hand_could_not"
    answered(handover, actor)
    advance(lock_part(handover.part), PartState.WAITING, actor=actor, why=code)
    advance(
        locked,
        obstacle.to if obstacle else DeliveryState.FAILED,
        actor=actor,
        why=why.strip()[:500],
        reason=code,
        reason_params=obstacle.params if obstacle else {},
        hold_reason=obstacle.hold_reason if obstacle else "",
        check_after=None,
        dispatched_until=None,
    )
    tell_about(locked, code=code)
    return locked


@transaction.atomic
def pass_on(*, delivery: Delivery, to: int, actor: Actor) -> Handover:
    """Put it into another named person's hands; the deadline stays."""
    require_named(delivery.channel, actor)
    locked, handover = in_hand_or_stale(delivery)
    person = next((user for user in posters_of(locked.channel) if user.pk == to), None)
    if person is None:
        raise Invalid(_("Choose one of the people who are named for this channel."), field="to")
    remind_at = timezone.now() + timedelta(seconds=settings.PUBLISHING_HAND_REMIND_SECONDS)
    keep(handover, person=person, remind_at=remind_at if handover.until else None)
    record("delivery.passed_on", locked, actor=actor, data={"to": person.pk})
    tell_poster(locked, handover, [person], kind="passed_on")
    return handover


@transaction.atomic
def put_off(*, delivery: Delivery, actor: Actor) -> Handover:
    """An hour later: reminder, alert and deadline move; not further than a day after it was handed over."""
    require_named(delivery.channel, actor)
    locked, handover = in_hand_or_stale(delivery)
    step = timedelta(seconds=settings.PUBLISHING_HAND_LATER_SECONDS)
    if handover.until is None or handover.until + step > handover.handed_at + LONGEST:
        raise Invalid(_("It cannot be put off any further: post it, or say that you cannot."), code="put_off_enough")
    moved: dict[str, Any] = {
        name: at + step for name in ("remind_at", "alert_at", "until") if (at := getattr(handover, name))
    }
    keep(handover, **moved)
    record("delivery.put_off", locked, actor=actor, data={"until": handover.until.isoformat()})
    return handover


def in_hand_or_stale(delivery: Delivery) -> tuple[Delivery, Handover]:
    """The locked delivery and its handover that waits. Raises StaleState: somebody answered before."""
    locked = read_for_decision(delivery.pk)
    handover = handover_in(locked)
    if handover is None:
        raise StaleState(_("It was answered already: look at what became of it."), code="answered")
    return locked, handover


def answered(handover: Handover, actor: Actor, **columns: Any) -> None:
    closed = {"remind_at": None, "alert_at": None, "until": None, "answered_at": timezone.now()}
    keep(handover, answered_by_id=actor.user_id, **closed, **columns)
