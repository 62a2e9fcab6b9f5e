"""The state of a post as people see it: one pure function of what people decided and what the machine did.

The same table is also given as SQL, so that counts and the words beside an entry can never disagree.
"""

from collections.abc import Mapping

from django.db.models import Case, CharField, Q, TextChoices, Value, When
from django.utils.translation import gettext_lazy as _

from campaigns.lifecycle import VariantState
from campaigns.models import Variant
from publishing.lifecycle import DeliveryState, HoldReason


class Status(TextChoices):
    PLANNED = "planned", _("Planned")
    DRAFT = "draft", _("Being written")
    REVIEW = "review", _("In review")
    CHANGES = "changes", _("Changes requested")
    READY = "ready", _("Signed, not released")
    SCHEDULED = "scheduled", _("Signed and scheduled")
    ON_ITS_WAY = "on_its_way", _("On its way")
    ASSISTED = "assisted", _("To be posted by hand")
    PUBLISHED = "published", _("Published")
    UNCONFIRMED = "unconfirmed", _("Unconfirmed")
    FAILED = "failed", _("Failed")
    HELD = "held", _("Held")
    LATE = "late", _("Late")
    CANCELLED = "cancelled", _("Cancelled")
    TAKEN_DOWN = "taken_down", _("Taken down")


S, D, V = Status, DeliveryState, VariantState

OF_DELIVERY: dict[str, Status] = {
    D.PENDING: S.SCHEDULED,
    D.PREPARING: S.ON_ITS_WAY,
    D.SENDING: S.ON_ITS_WAY,
    D.PROCESSING: S.ON_ITS_WAY,
    D.PUBLISHED: S.PUBLISHED,
    D.UNCONFIRMED: S.UNCONFIRMED,
    D.FAILED: S.FAILED,
    D.HELD: S.HELD,
    D.MISSED: S.LATE,
    D.CANCELLED: S.CANCELLED,
    D.DELETING: S.TAKEN_DOWN,
    D.DELETED: S.TAKEN_DOWN,
    D.GONE: S.TAKEN_DOWN,
}
OF_VARIANT: dict[str, Status] = {
    V.DRAFT: S.DRAFT,
    V.IN_REVIEW: S.REVIEW,
    V.CHANGES: S.CHANGES,
    V.APPROVED: S.READY,
    V.REVOKED: S.CHANGES,
    V.EXPIRED: S.CHANGES,
    V.WITHDRAWN: S.PLANNED,
}
BY_HAND = "by_hand"
"""The reason of a delivery that lies in a person's hands (publishing/recording.py)."""
CALLS = frozenset({S.CHANGES, S.UNCONFIRMED, S.FAILED, S.HELD, S.LATE})
"""What asks for a person: said in words beside the entry."""


def status_of(variant: str, delivery: str, hold_reason: str = "", reason: str = "") -> Status:
    """Of a released post. What waits for its hour without its signature is held, whatever the machine has noticed."""
    if delivery == D.PENDING and variant != V.APPROVED:
        return S.HELD
    if (delivery, reason) == (D.PROCESSING, BY_HAND):
        return S.ASSISTED
    return S.LATE if (delivery, hold_reason) == (D.HELD, HoldReason.LATE) else OF_DELIVERY[delivery]


def status_of_slot(variant: str | None) -> Status:
    """Of planned work: how far the text meant for it has come."""
    return OF_VARIANT[variant] if variant else S.PLANNED


def delivery_status(house: int) -> Case:
    """`status_of` as SQL over the deliveries of one institution. The versions that are not signed are the few."""
    unsigned = Variant.objects.filter(organisation_id=house, state__in=[one for one in V if one != V.APPROVED])
    return Case(
        When(Q(state=D.PENDING, variant__in=unsigned), then=Value(S.HELD.value)),
        When(state=D.PROCESSING, reason=BY_HAND, then=Value(S.ASSISTED.value)),
        When(state=D.HELD, hold_reason=HoldReason.LATE, then=Value(S.LATE.value)),
        *(When(state__in=states, then=Value(status.value)) for status, states in by_status(OF_DELIVERY)),
        output_field=CharField(),
    )


def slot_status() -> Case:
    """`status_of_slot` as SQL over slots."""
    return Case(
        *(
            When(variant__state__in=states, then=Value(status.value))
            for status, states in by_status(OF_VARIANT)
            if status != S.PLANNED
        ),
        default=Value(S.PLANNED.value),
        output_field=CharField(),
    )


def by_status(table: Mapping[str, Status]) -> list[tuple[Status, list[str]]]:
    return [
        (status, [state for state, said in table.items() if said == status]) for status in dict.fromkeys(table.values())
    ]
