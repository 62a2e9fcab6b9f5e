"""Second copies: where one post stands twice, a person says which of the two goes, and a worker deletes that one."""

from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.capabilities import Capability
from chain.actors import Actor, system_actor
from chain.errors import NotFound, StaleState
from chain.trail import record
from networks.errors import NetworkError
from publishing.channels import adapter_for
from publishing.models import Delivery, Part
from publishing.recording import lock_part
from publishing.removal_models import Copy

CLAIMED = timedelta(minutes=5)


@transaction.atomic
def delete_one(*, delivery: Delivery, copy_id: int, is_first: bool, actor: Actor) -> Copy:
    """Ask for one of the two to be deleted: the copy, or with `is_first` the one we took for the post until now."""
    actor.require(Capability.RELEASE, on=delivery)
    copy = open_copy(delivery, copy_id)
    if is_first:
        change_places(copy)
    Copy.objects.filter(pk=copy.pk).update(asked_at=timezone.now(), code="")
    said = {"deleting": copy.remote_id, "keeping": copy.part.remote_id}
    record("delivery.copy_chosen", delivery, actor=actor, data=said)
    return copy


def change_places(copy: Copy) -> None:
    """The copy becomes the delivery's post, and what was its post becomes the copy."""
    part = lock_part(copy.part)
    kept = {"remote_id": copy.remote_id, "permalink": copy.permalink}
    copy.remote_id, copy.permalink = part.remote_id, part.permalink
    copy.save(update_fields=["remote_id", "permalink"])
    Part.objects.filter(pk=part.pk).update(**kept)
    copy.part.remote_id, copy.part.permalink = kept["remote_id"], kept["permalink"]


@transaction.atomic
def settle(*, delivery: Delivery, copy_id: int, is_gone: bool, actor: Actor) -> Copy:
    """A person looked: the copy is gone from the network, or both may stand (two links of one post, say)."""
    actor.require(Capability.SETTLE, on=delivery)
    copy = open_copy(delivery, copy_id)
    column = "gone_at" if is_gone else "kept_at"
    Copy.objects.filter(pk=copy.pk).update(**{column: timezone.now()}, settled_by_id=actor.user_id, asked_at=None)
    record(
        "delivery.copy_gone" if is_gone else "delivery.copy_kept", delivery, actor=actor, data={"copy": copy.remote_id}
    )
    end_alarm(delivery.pk)
    return copy


def open_copy(delivery: Delivery, copy_id: int) -> Copy:
    """Raises NotFound, StaleState: settled before."""
    rows = Copy.objects.select_for_update(of=("self",)).select_related("part__delivery")
    copy = rows.filter(part__delivery_id=delivery.pk, pk=copy_id).first()
    if copy is None:
        raise NotFound
    if copy.gone_at or copy.kept_at:
        raise StaleState(_("It was settled meanwhile: look at it again."), code="settled")
    return copy


def end_alarm(delivery_id: int) -> None:
    """Once no copy waits for anybody the alarm is over."""
    if not Copy.objects.filter(part__delivery_id=delivery_id, gone_at=None, kept_at=None).exists():
        Delivery.objects.filter(pk=delivery_id).update(is_duplicate_alarm=False)


def claim_deletions() -> list[int]:
    """The copies that a person chose to delete, each claimed for one worker."""
    now = timezone.now()
    free = Copy.objects.filter(
        Q(claimed_until=None) | Q(claimed_until__lt=now), asked_at__isnull=False, gone_at=None, code=""
    )
    ids = list(free.values_list("pk", flat=True)[:100])
    return [pk for pk in ids if free.filter(pk=pk).update(claimed_until=now + CLAIMED)]


def delete(copy_id: int) -> bool:
    """Delete a claimed copy on its network; where that fails the card says why, and a person goes on."""
    copy = Copy.objects.select_related("part__delivery__channel").get(pk=copy_id)
    delivery = copy.part.delivery
    try:
        adapter_for(delivery.channel).delete_post(copy.remote_id)
    except NetworkError as error:
        Copy.objects.filter(pk=copy.pk).update(code=error.code, asked_at=None, claimed_until=None)
        return False
    with transaction.atomic():
        Copy.objects.filter(pk=copy.pk).update(gone_at=timezone.now(), claimed_until=None)
        actor = system_actor("publisher", delivery.organisation_id)
        record("delivery.copy_gone", delivery, actor=actor, data={"copy": copy.remote_id})
        end_alarm(delivery.pk)
    return True
