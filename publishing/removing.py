"""Taking live posts away: by the network where it can delete, else by a named person who says so, one by one.

Owns which posts a person must delete, the card for it, and what is said when it is done.
"""

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from chain.actors import Actor
from chain.engine import advance
from chain.errors import StaleState
from networks.base import Capability as NetworkCapability
from networks.errors import NetworkError, NotSupported, Rejected
from networks.registry import adapter_class
from publishing.access import deliveries_of
from publishing.claiming import read_for_decision
from publishing.handing import last_handover, posters_of, require_named
from publishing.lifecycle import DeliveryState, PartState
from publishing.models import Channel, Delivery, Part
from publishing.recording import leave_send, lock_part
from publishing.removal_models import Removal
from publishing.telling import tell_about, tell_remover


def by_hand_only(channel: Channel, part: Part) -> str:
    """Why no machine can delete this post, as a code; empty where one can."""
    if NetworkCapability.DELETE_POST not in adapter_class(channel.network).capabilities:
        return "delete_by_hand"
    return "" if part.remote_id else "delete_without_link"


def refused_for_good(error: NetworkError) -> bool:
    """Whether trying again could not help: the network said no, or has no such function."""
    return isinstance(error, (Rejected, NotSupported))


def ask_person(delivery: Delivery, part: Part, code: str) -> Removal:
    """Put the deletion of one post into a named person's hands. `delivery` is locked and being taken down."""
    removal, is_new = Removal.objects.get_or_create(
        part=part, defaults={"person": asked_first(delivery), "code": code, "asked_at": timezone.now()}
    )
    if not is_new and removal.done_at is not None:
        Removal.objects.filter(pk=removal.pk).update(done_at=None, done_by=None, asked_at=timezone.now(), code=code)
        removal.refresh_from_db()
    tell_remover(delivery, removal)
    return removal


def asked_first(delivery: Delivery) -> User | None:
    """Whoever posted it by hand, if still named for the channel; else the first of those who are."""
    named = posters_of(delivery.channel)
    handover = last_handover(delivery)
    posted = handover.answered_by_id if handover else None
    return next((user for user in named if user.pk == posted), named[0] if named else None)


def open_removals(actor: Actor) -> QuerySet[Removal]:
    """Posts that wait for somebody to delete them, the longest waiting first."""
    mine = deliveries_of(actor).filter(state=DeliveryState.DELETING)
    found = Removal.objects.filter(part__delivery__in=mine, done_at=None)
    return found.select_related("person", "part__delivery__channel", "part__delivery__variant__content").order_by("id")


@transaction.atomic
def confirm_deleted(*, delivery: Delivery, part_id: int, actor: Actor) -> Delivery:
    """A person deleted it on the network and says so. Raises StaleState (said before), NotFound, NotAllowed."""
    locked, removal = locked_removal(delivery, part_id, actor)
    Removal.objects.filter(pk=removal.pk).update(done_by_id=actor.user_id, done_at=timezone.now())
    advance(lock_part(removal.part), PartState.DELETED, actor=actor, why="deleted_by_hand")
    if not locked.parts.filter(state=PartState.PUBLISHED).exists():
        advance(
            locked, DeliveryState.DELETED, actor=actor, why="deleted_by_hand", settled_at=timezone.now(),
            dispatched_until=None, reason="", reason_params={},
        )  # fmt: skip
    return locked


@transaction.atomic
def cannot_delete(*, delivery: Delivery, part_id: int, actor: Actor) -> Delivery:
    """A person tried and could not: it stands, and those who settle deliveries are told."""
    locked, removal = locked_removal(delivery, part_id, actor)
    Removal.objects.filter(part__delivery=locked, done_at=None).delete()
    leave_send(locked, DeliveryState.PUBLISHED, code="delete_failed")
    tell_about(locked, code="delete_failed")
    return locked


def locked_removal(delivery: Delivery, part_id: int, actor: Actor) -> tuple[Delivery, Removal]:
    require_named(delivery.channel, actor)
    locked = read_for_decision(delivery.pk)
    found = Removal.objects.select_related("part").filter(part__delivery=locked, part_id=part_id, done_at=None)
    removal = found.first()
    if removal is None or locked.state != DeliveryState.DELETING:
        raise StaleState(_("It was answered already: look at what became of it."), code="answered")
    return locked, removal


def waits_for_person() -> Exists:
    """Of deliveries: whether one of their posts waits for somebody to delete it."""
    return Exists(Removal.objects.filter(part__delivery=OuterRef("pk"), done_at=None))
