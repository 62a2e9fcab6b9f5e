"""What the deliveries page asks: what needs me now, what is signed without a time, what goes by itself.

Query counts do not grow with rows.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Count, Prefetch, Q, QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.capabilities import Capability
from campaigns.lifecycle import CampaignState, VariantState
from campaigns.models import Variant
from chain.actors import Actor
from publishing.access import allow, deliveries_of
from publishing.lifecycle import DeliveryState, HoldReason
from publishing.models import Attempt, Delivery, LookUp
from publishing.reasons import Reason, reason_of
from publishing.scheduling import ALIVE

SHOWN = 50


@dataclass(frozen=True)
class Group:
    """One section of the page: deliveries that need the same kind of decision. `total` counts those not shown too."""

    slug: str
    label: str | Promise
    note: str | Promise
    total: int
    cases: list["Case"] = field(default_factory=list)


@dataclass(frozen=True)
class Case:
    """One delivery that needs a person: what happened, what we did, what to do."""

    delivery: Delivery
    reason: Reason
    looks: list[LookUp]
    detail: str

    @property
    def may_go_again(self) -> bool:
        """Whether its bytes are still the signed ones; else only the new version can be scheduled."""
        variant = self.delivery.variant
        return variant.payload_id == self.delivery.payload_id and variant.state == VariantState.APPROVED


GROUPS: tuple[tuple[str, str | Promise, str | Promise, Q], ...] = (
    (
        "unconfirmed",
        _("Unconfirmed"),
        _("We do not know whether it is out. Look at the account and tell us."),
        Q(state=DeliveryState.UNCONFIRMED),
    ),
    ("failed", _("Failed"), _("We know for certain that it is not out."), Q(state=DeliveryState.FAILED)),
    (
        "late",
        _("Late"),
        _("Its time passed and it did not go out, so we kept it back."),
        Q(state=DeliveryState.HELD, hold_reason=HoldReason.LATE) | Q(state=DeliveryState.MISSED, settled_at=None),
    ),
    (
        "held",
        _("Held"),
        _("By a decision, not by a fault."),
        Q(state=DeliveryState.HELD) & ~Q(hold_reason=HoldReason.LATE),
    ),
)
NEEDS_ME = Q(state__in=[DeliveryState.UNCONFIRMED, DeliveryState.FAILED, DeliveryState.HELD]) | Q(
    state=DeliveryState.MISSED, settled_at=None
)


def needs_me(actor: Actor, *, campaign_id: int | None = None, channel_id: int | None = None) -> list[Group]:
    """The deliveries that wait for a person, by kind; empty kinds are left out."""
    waiting = narrowed(deliveries_of(actor), campaign_id, channel_id)
    totals = waiting.aggregate(**{slug: Count("pk", filter=which) for slug, _label, _note, which in GROUPS})
    return [
        Group(slug, label, note, totals[slug], [case_of(d) for d in with_story(waiting.filter(which))])
        for slug, label, note, which in GROUPS
        if totals[slug]
    ]


def narrowed(found: QuerySet[Delivery], campaign_id: int | None, channel_id: int | None) -> QuerySet[Delivery]:
    if campaign_id:
        found = found.filter(campaign_id=campaign_id)
    return found.filter(channel_id=channel_id) if channel_id else found


def with_story(found: QuerySet[Delivery]) -> QuerySet[Delivery]:
    story = (
        Prefetch("attempts", Attempt.objects.order_by("-number")),
        Prefetch("look_ups", LookUp.objects.order_by("-id")),
        "parts",
    )
    return found.prefetch_related(*story).order_by("due_at")[:SHOWN]


def case_of(delivery: Delivery) -> Case:
    attempts = list(delivery.attempts.all())
    return Case(
        delivery=delivery,
        reason=reason_of(delivery.reason or "unconfirmed", delivery.reason_params),
        looks=list(delivery.look_ups.all())[:4][::-1],
        detail=attempts[0].detail if attempts else "",
    )


@dataclass(frozen=True)
class ByItself:
    """Counts of what needs nobody."""

    retrying: int
    on_the_way: int
    published_today: int
    scheduled: int


def by_itself(actor: Actor, midnight: datetime) -> ByItself:
    counted = deliveries_of(actor).aggregate(
        retrying=Count("pk", filter=Q(state=DeliveryState.PENDING, not_before__gt=timezone.now())),
        on_the_way=Count(
            "pk", filter=Q(state__in=[DeliveryState.PREPARING, DeliveryState.SENDING, DeliveryState.PROCESSING])
        ),
        published_today=Count("pk", filter=Q(state=DeliveryState.PUBLISHED, published_at__gte=midnight)),
        scheduled=Count("pk", filter=Q(state=DeliveryState.PENDING)),
    )
    return ByItself(**counted)


def coming(actor: Actor) -> QuerySet[Delivery]:
    """What is on its way or will go out, the next first."""
    states = [DeliveryState.PENDING, DeliveryState.PREPARING, DeliveryState.SENDING, DeliveryState.PROCESSING]
    return deliveries_of(actor).filter(state__in=states).order_by("due_at")[:SHOWN]


def gone_out(actor: Actor) -> QuerySet[Delivery]:
    """What was published lately, the newest first; also what was taken down since."""
    states = [DeliveryState.PUBLISHED, DeliveryState.DELETING, DeliveryState.DELETED, DeliveryState.GONE]
    since = timezone.now() - timedelta(days=30)
    return (
        deliveries_of(actor)
        .filter(state__in=states, published_at__gte=since)
        .prefetch_related("parts")
        .order_by("-published_at")[:SHOWN]
    )


def without_a_time(actor: Actor) -> QuerySet[Variant]:
    """Signed variants that nobody has scheduled yet, in campaigns whose brief is signed."""
    allow(actor, Capability.VIEW_DELIVERIES)
    return (
        Variant.objects.filter(
            organisation_id=actor.organisation_id or 0,
            state=VariantState.APPROVED,
            content__campaign__state=CampaignState.SIGNED,
        )
        .exclude(deliveries__in=Delivery.objects.filter(state__in=ALIVE))
        .select_related("content__campaign", "content__claim", "channel", "payload")
        .order_by("submitted_at")[:SHOWN]
    )
