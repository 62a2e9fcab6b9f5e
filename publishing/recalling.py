"""Recalling a content: one act with a reason takes back every live post that came from it and stops what still waits.

Where a post is on its way at that moment it is followed until it is known, and then taken down too.
"""

from collections import Counter
from dataclasses import dataclass

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.capabilities import Capability
from campaigns.lifecycle import VariantState
from campaigns.models import Content, Payload
from campaigns.voiding import back_to_draft, void
from chain.actors import Actor, system_actor
from chain.engine import advance
from chain.errors import Invalid
from chain.trail import record
from publishing.lifecycle import DeliveryState
from publishing.models import Delivery, Part
from publishing.removal_models import Recall

WAITING = (DeliveryState.PENDING, DeliveryState.PREPARING, DeliveryState.HELD, DeliveryState.FAILED)
ON_THE_WAY = (DeliveryState.SENDING, DeliveryState.PROCESSING, DeliveryState.UNCONFIRMED)
LIVE = (DeliveryState.PUBLISHED, DeliveryState.DELETING)
AT_MOST = 500


@transaction.atomic
def recall(*, content: Content, why: str, actor: Actor) -> Recall:
    """Take a content back. Its signatures are void; every live post is deleted, or put into a person's hands.

    Raises Invalid (no reason, nothing to take back), NotFound, NotAllowed, SecondFactorNeeded.
    """
    actor.require(Capability.RELEASE, on=content)
    why = why.strip()[:AT_MOST]
    if not why:
        raise Invalid(_("Say in a sentence why it is taken back: the ledger keeps it."), code="no_reason", field="why")
    content = Content.objects.select_for_update(of=("self",)).get(pk=content.pk)
    list(content.variants.select_for_update().order_by("pk"))  # before their deliveries, as every other act locks them
    deliveries = list(touched(content).select_for_update(of=("self",)).order_by("pk"))
    if not deliveries:
        raise Invalid(_("Nothing of it is out or on its way."), code="nothing_out")
    made = Recall.objects.create(
        organisation_id=content.organisation_id, content=content, why=why, by_id=actor.user_id or 0, at=timezone.now()
    )
    counted = Counter(str(delivery.state) for delivery in deliveries)
    record("content.recalled", content, actor=actor, why=why, data={"recall": made.pk, "deliveries": dict(counted)})
    for delivery in deliveries:
        take_back(delivery, actor, why)
    withdraw_approvals(content, actor, why)
    return made


def touched(content: Content) -> QuerySet[Delivery]:
    """The deliveries of a content that are live, on their way or waiting."""
    return Delivery.objects.filter(variant__content=content, state__in=(*WAITING, *ON_THE_WAY, *LIVE))


def take_back(delivery: Delivery, actor: Actor, why: str) -> None:
    """What is live is taken down, what waits is cancelled; what is on its way is followed (follow_all)."""
    if delivery.state == DeliveryState.PUBLISHED:
        advance(delivery, DeliveryState.DELETING, actor=actor, why=why, reason="", reason_params={})
    elif delivery.state in WAITING:
        advance(
            delivery, DeliveryState.CANCELLED, actor=actor, why=why, settled_at=timezone.now(), lease_until=None,
            dispatched_until=None, not_before=None,
        )  # fmt: skip


def withdraw_approvals(content: Content, actor: Actor, why: str) -> None:
    """A recalled text goes out no more: it is corrected and signed anew."""
    for variant in content.variants.select_for_update(of=("self",)).select_related("payload"):
        if variant.state == VariantState.APPROVED:
            advance(variant, VariantState.REVOKED, actor=actor, why=why)
            void(variant, actor=actor, why="recalled")
        elif variant.state in (VariantState.IN_REVIEW, VariantState.CHANGES):
            back_to_draft(variant, actor=actor, why="recalled")


def is_recalled(payload: Payload) -> bool:
    """Whether these very bytes were taken back: they go out no more, whoever signs them again."""
    return Recall.objects.filter(content__variants=payload.variant_id, at__gte=payload.created_at).exists()


def follow_all() -> int:
    """For beat: what has come to rest since its content was recalled is taken back too. A failed deletion is a
    person's."""
    late = Delivery.objects.filter(
        state__in=(*WAITING, DeliveryState.PUBLISHED), variant__content__recalls__at__gte=F("payload__created_at")
    ).exclude(reason="delete_failed")
    return sum(follow(pk) for pk in list(late.values_list("pk", flat=True).distinct()[:AT_MOST]))


@transaction.atomic
def follow(delivery_id: int) -> bool:
    delivery = Delivery.objects.select_for_update(of=("self",)).select_related("variant").get(pk=delivery_id)
    latest = Recall.objects.filter(content=delivery.variant.content_id).first()
    if latest is None or delivery.state not in (*WAITING, DeliveryState.PUBLISHED):
        return False
    take_back(delivery, system_actor("recall", delivery.organisation_id), latest.why)
    return True


@dataclass(frozen=True)
class Progress:
    """How far a recall has come, in posts that were ever live of the recalled versions and in what is still unknown."""

    total: int
    deleted: int
    by_hand: int
    failed: int
    on_the_way: int
    parts: list[Part]

    @property
    def is_done(self) -> bool:
        return self.deleted == self.total and not self.on_the_way


def progress(made: Recall) -> Progress:
    found = Part.objects.filter(
        delivery__variant__content_id=made.content_id, delivery__payload__created_at__lte=made.at,
        published_at__isnull=False,
    )  # fmt: skip
    rows = found.select_related("delivery__channel", "removal__person", "removal__done_by")
    parts = list(rows.order_by("delivery_id", "position"))
    standing = [part for part in parts if part.state == "published"]
    waiting = Delivery.objects.filter(
        variant__content_id=made.content_id, payload__created_at__lte=made.at, state__in=ON_THE_WAY
    )
    return Progress(
        total=len(parts),
        deleted=len(parts) - len(standing),
        by_hand=sum(1 for part in standing if hasattr(part, "removal") and part.removal.done_at is None),
        failed=sum(1 for part in standing if part.delivery.reason == "delete_failed"),
        on_the_way=waiting.count(),
        parts=parts,
    )
