"""Settling: what a person decides where the machine must not: it is live, send it again, take it down.

What no machine can delete goes on in removing.py.
"""

from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.capabilities import Capability
from chain.actors import Actor, system_actor
from chain.engine import advance
from chain.errors import Invalid, StaleState
from chain.trail import record
from networks.errors import NetworkError
from networks.registry import adapter_class
from networks.types import Published
from publishing.channels import adapter_for
from publishing.claiming import read_for_decision
from publishing.lifecycle import STILL_LIVE, DeliveryState, PartState
from publishing.models import Channel, Delivery, Part
from publishing.recording import leave_send, lock_part, settle_part
from publishing.removal_models import Copy, Removal
from publishing.removing import ask_person, by_hand_only, refused_for_good, waits_for_person
from publishing.scheduling import refuse_void
from publishing.telling import tell_about

TAKING_DOWN = timedelta(minutes=5)
"""A worker that took this long to delete a delivery's posts is dead: another may begin again."""


@transaction.atomic
def confirm_live(*, delivery: Delivery, permalink: str, actor: Actor) -> Delivery:
    """A person saw the unconfirmed post on the account and gives its link."""
    actor.require(Capability.SETTLE, on=delivery)
    locked, part = unconfirmed_part(delivery)
    remote_id = remote_id_from(locked.channel, permalink.strip())
    found = Published(remote_id=remote_id, permalink=permalink.strip(), published_at=timezone.now())
    settle_part(locked, part, found, actor, why="seen_by_person")
    return locked


def remote_id_from(channel: Channel, permalink: str) -> str:
    """The network's id in the link of a post. Raises Invalid for a link that is not of this channel's server."""
    network = adapter_class(channel.network)
    remote_id = network.remote_id_in(permalink)
    if remote_id is None or not network.is_on_account(permalink, channel.profile_url or channel.server_url):
        raise Invalid(
            _("This is not the link of a post on this channel. Open the post on the account and copy its address."),
            code="foreign_link",
            field="permalink",
        )
    if Part.objects.filter(delivery__channel=channel, remote_id=remote_id).exists():
        raise Invalid(_("This link belongs to another delivery already."), code="known_link", field="permalink")
    return remote_id


@transaction.atomic
def send_again(*, delivery: Delivery, actor: Actor) -> Delivery:
    """A person looked at the account, the post is not there, and it shall be sent again."""
    actor.require(Capability.RELEASE, on=delivery)
    locked, part = unconfirmed_part(delivery)
    refuse_void(locked)
    advance(part, PartState.WAITING, actor=actor, why="absent_says_person")
    advance(
        locked, DeliveryState.PENDING, actor=actor, why="absent_says_person",
        reason="", reason_params={}, not_before=None, dispatched_until=None, check_after=None, due_at=timezone.now(),
    )  # fmt: skip
    return locked


def unconfirmed_part(delivery: Delivery) -> tuple[Delivery, Part]:
    locked = read_for_decision(delivery.pk)
    part = locked.parts.filter(state=PartState.UNKNOWN).first()
    if locked.state != DeliveryState.UNCONFIRMED or part is None:
        raise StaleState(_("It was settled meanwhile: look at it again."), code="settled")
    return locked, lock_part(part)


@transaction.atomic
def put_aside(*, delivery: Delivery, actor: Actor) -> Delivery:
    """A person has seen that it was missed, or is live against all expectation; nothing else changes."""
    actor.require(Capability.SETTLE, on=delivery)
    own = Delivery.objects.filter(pk=delivery.pk)
    missed = own.filter(state=DeliveryState.MISSED, settled_at=None).update(settled_at=timezone.now())
    live = own.filter(STILL_LIVE).update(reason="", reason_params={})
    if missed + live == 1:
        record("delivery.put_aside", delivery, actor=actor)
    return delivery


@transaction.atomic
def take_down(*, delivery: Delivery, actor: Actor, why: str) -> Delivery:
    """Ask for a published post to be deleted from its network. A worker does it; the row stays, with the reason."""
    actor.require(Capability.RELEASE, on=delivery)
    if not why.strip():
        raise Invalid(_("Say in a sentence why it is taken down: the ledger keeps it."), field="why")
    if delivery.state != DeliveryState.PUBLISHED:
        raise StaleState(_("Only what is published can be taken down."), code="not_published")
    advance(delivery, DeliveryState.DELETING, actor=actor, why=why)
    return delivery


def claim_deletions() -> list[int]:
    """What is to be taken down and no worker is at, each claimed: two at once could contradict each other.

    What waits for a person to delete it is left to that person.
    """
    now = timezone.now()
    free = Delivery.objects.filter(Q(dispatched_until=None) | Q(dispatched_until__lt=now), state=DeliveryState.DELETING)
    ids = list(free.exclude(waits_for_person()).values_list("pk", flat=True))
    return [pk for pk in ids if free.filter(pk=pk).update(dispatched_until=now + TAKING_DOWN)]


def delete(delivery_id: int) -> None:
    """Delete the parts of a delivery that is being taken down, the last first. Deleting twice does no harm."""
    delivery = Delivery.objects.select_related("channel").get(pk=delivery_id)
    if delivery.state != DeliveryState.DELETING:
        return
    actor = system_actor("publisher", delivery.organisation_id)
    asked = set(Removal.objects.filter(part__delivery=delivery, done_at=None).values_list("part_id", flat=True))
    while part := delivery.parts.filter(state=PartState.PUBLISHED).exclude(pk__in=asked).order_by("-position").first():
        try:
            code = by_hand_only(delivery.channel, part) or delete_there(delivery, part, actor)
        except NetworkError as error:
            stop_deleting(delivery.pk, error.code)
            return
        if code:
            put_in_hands(delivery.pk, part, code)
            asked.add(part.pk)
    end_deletion(delivery.pk, actor)


def delete_there(delivery: Delivery, part: Part, actor: Actor) -> str:
    """Delete it by the network; empty when it is gone, the code where only a person can. Raises NetworkError."""
    try:
        adapter_for(delivery.channel).delete_post(part.remote_id)
    except NetworkError as error:
        if refused_for_good(error):
            return str(error.code)
        raise
    advance(part, PartState.DELETED, actor=actor)
    return ""


@transaction.atomic
def put_in_hands(delivery_id: int, part: Part, code: str) -> None:
    delivery = read_for_decision(delivery_id)
    if delivery.state == DeliveryState.DELETING:
        ask_person(delivery, part, code)


@transaction.atomic
def stop_deleting(delivery_id: int, code: str) -> None:
    delivery = read_for_decision(delivery_id)
    if delivery.state == DeliveryState.DELETING:
        leave_send(delivery, DeliveryState.PUBLISHED, code="delete_failed", params={"network": code})
        tell_about(delivery, code="delete_failed")


@transaction.atomic
def end_deletion(delivery_id: int, actor: Actor) -> None:
    """Deleted, unless a post waits for a person, or a late answer has told of another: deleted at the next turn."""
    delivery = read_for_decision(delivery_id)
    Copy.objects.filter(part__delivery=delivery, gone_at=None, asked_at=None).update(asked_at=timezone.now())
    if delivery.state != DeliveryState.DELETING:
        return
    if delivery.parts.filter(state=PartState.PUBLISHED).exists():
        Delivery.objects.filter(pk=delivery.pk).update(dispatched_until=None)
        return
    advance(delivery, DeliveryState.DELETED, actor=actor, settled_at=timezone.now(), dispatched_until=None)
