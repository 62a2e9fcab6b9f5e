"""What the deliveries page asks: what needs me now, what is signed without a time, what goes by itself.

Query counts do not grow with rows.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.core.paginator import Page, Paginator
from django.db.models import Count, Prefetch, Q, QuerySet, prefetch_related_objects
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.capabilities import Capability
from campaigns.lifecycle import VariantState
from campaigns.models import Variant
from campaigns.queries import without_time
from chain.actors import Actor
from publishing.access import allow, deliveries_in_lists, deliveries_of
from publishing.channels import reads_back
from publishing.lifecycle import COMING, NEEDS_ME, STILL_LIVE, DeliveryState, HoldReason
from publishing.models import Attempt, Delivery, Handover, LookUp, Part
from publishing.reasons import Reason, reason_of
from publishing.removal_models import Copy

SHOWN = 15
BRIEF = ("goal", "segment", "message", "messenger", "call_to_action", "theory_of_change", "measurement", "risks")


@dataclass(frozen=True)
class Group:
    """One section of the page: deliveries that need the same kind of decision. `total` counts those not shown too."""

    slug: str
    label: str | Promise
    note: str | Promise
    total: int
    page: Page[Delivery]
    cases: list["Case"]


@dataclass(frozen=True)
class Case:
    """One delivery that needs a person: what happened, what we did, what to do."""

    delivery: Delivery
    reason: Reason
    looks: list[LookUp]
    detail: str

    @property
    def standing_twice(self) -> list[tuple[Part, list[Copy]]]:
        """Each part that has copies nobody has settled, with them."""
        parts = [(part, [one for one in part.copies.all() if not one.gone_at and not one.kept_at])
                 for part in self.delivery.parts.all()] if self.delivery.is_duplicate_alarm else []  # fmt: skip
        return [(part, copies) for part, copies in parts if copies]

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
    ("live", _("Live after all"), _("It stands on the network although it should not."), STILL_LIVE),
    ("twice", _("Standing twice"), _("Open both links, then say which one goes."), Q(is_duplicate_alarm=True)),
)


def needs_me(
    actor: Actor, *, campaign_id: int | None = None, channel_id: int | None = None, only: str = "", page: str = ""
) -> list[Group]:
    """The deliveries that wait for a person, by kind; empty kinds are left out. `page` is of the kind `only`."""
    waiting = narrowed(deliveries_in_lists(actor).filter(NEEDS_ME), campaign_id, channel_id)
    totals = waiting.aggregate(**{slug: Count("pk", filter=which) for slug, _label, _note, which in GROUPS})
    pages = {
        slug: paged(waiting.filter(which).order_by("due_at", "pk"), page if slug == only else "", totals[slug])
        for slug, _label, _note, which in GROUPS
        if totals[slug]
    }
    prefetch_related_objects([one for shown in pages.values() for one in shown], *STORY)
    return [
        Group(slug, label, note, totals[slug], pages[slug], [case_of(one) for one in pages[slug]])
        for slug, label, note, _which in GROUPS
        if slug in pages
    ]


def paged(found: QuerySet[Delivery], page: str, total: int | None = None) -> Page[Delivery]:
    """The page of that number, or the nearest there is; `total` where it is known spares its query."""
    pages = Paginator(found, SHOWN)
    if total is not None:
        pages.count = total
    shown = pages.get_page(page)
    shown.object_list = list(shown.object_list)
    return shown


def narrowed(found: QuerySet[Delivery], campaign_id: int | None, channel_id: int | None) -> QuerySet[Delivery]:
    if campaign_id:
        found = found.filter(campaign_id=campaign_id)
    return found.filter(channel_id=channel_id) if channel_id else found


STORY = (
    Prefetch("attempts", Attempt.objects.order_by("-number")),
    Prefetch("look_ups", LookUp.objects.order_by("-id")),
    "parts__copies",
)


def with_story(found: QuerySet[Delivery]) -> QuerySet[Delivery]:
    return found.prefetch_related(*STORY).order_by("due_at", "pk")


def case_of(delivery: Delivery) -> Case:
    attempts = list(delivery.attempts.all())
    return Case(
        delivery=delivery,
        reason=shown_reason(delivery),
        looks=list(delivery.look_ups.all())[:4][::-1],
        detail=attempts[0].detail if attempts else "",
    )


OUT = (DeliveryState.PUBLISHED, DeliveryState.DELETING, DeliveryState.DELETED, DeliveryState.GONE)


def shown_reason(delivery: Delivery) -> Reason:
    """The delivery's reason; where its network cannot be asked, no look-up is promised: a person looks."""
    if delivery.is_duplicate_alarm and delivery.state in OUT and not delivery.reason:
        return reason_of("standing_twice")
    reason = reason_of(delivery.reason or "unconfirmed", delivery.reason_params)
    if delivery.state == DeliveryState.UNCONFIRMED and not reads_back(delivery.channel):
        return replace(reason, next_step=reason_of("unconfirmed").next_step)
    return reason


@dataclass(frozen=True)
class ByItself:
    """Counts of what needs nobody."""

    retrying: int
    on_the_way: int
    published_today: int
    scheduled: int


def by_itself(actor: Actor, midnight: datetime) -> ByItself:
    going = COMING | Q(state=DeliveryState.PUBLISHED, published_at__gte=midnight)
    counted = (
        deliveries_of(actor)
        .filter(going)
        .aggregate(
            retrying=Count("pk", filter=Q(state=DeliveryState.PENDING, not_before__gt=timezone.now())),
            on_the_way=Count(
                "pk", filter=Q(state__in=[DeliveryState.PREPARING, DeliveryState.SENDING, DeliveryState.PROCESSING])
            ),
            published_today=Count("pk", filter=Q(state=DeliveryState.PUBLISHED, published_at__gte=midnight)),
            scheduled=Count("pk", filter=Q(state=DeliveryState.PENDING)),
        )
    )
    return ByItself(**counted)


def in_hand(actor: Actor) -> list[Handover]:
    """What lies in people's hands, the actor's own first, then what must be answered first."""
    mine = deliveries_of(actor).filter(state=DeliveryState.PROCESSING)
    waiting = Handover.objects.filter(part__delivery__in=mine, until__isnull=False).select_related(
        "person", "part__delivery__channel", "part__delivery__variant__content"
    )
    waiting = waiting.defer("part__delivery__variant__content__draft", "part__delivery__variant__content__folded")
    return sorted(waiting.order_by("until")[:SHOWN], key=lambda one: one.person_id != actor.user_id)


def coming(actor: Actor) -> QuerySet[Delivery]:
    """What is on its way or will go out, the next first."""
    return deliveries_in_lists(actor).filter(COMING).exclude(reason="by_hand").order_by("due_at", "pk")


def gone_out(actor: Actor) -> QuerySet[Delivery]:
    """What was published lately, the newest first; also what was taken down since."""
    states = [DeliveryState.PUBLISHED, DeliveryState.DELETING, DeliveryState.DELETED, DeliveryState.GONE]
    since = timezone.now() - timedelta(days=30)
    return (
        deliveries_in_lists(actor)
        .filter(state__in=states, published_at__gte=since)
        .prefetch_related("parts")
        .order_by("-published_at", "-pk")
    )


def waiting_their_turn(actor: Actor) -> int:
    """Late posts that go out by themselves, at their channel's distance."""
    return deliveries_of(actor).filter(state=DeliveryState.PENDING, reason="spaced").count()


def without_a_time(actor: Actor) -> QuerySet[Variant]:
    """What was signed first of the versions that nobody has scheduled yet."""
    allow(actor, Capability.VIEW_DELIVERIES)
    found = without_time(Variant.objects.filter(organisation_id=actor.organisation_id or 0))
    heavy = ("payload__canonical", "content__draft", "content__folded", *(f"content__campaign__{one}" for one in BRIEF))
    beside = ("content__campaign", "content__claim", "channel", "payload")
    return found.select_related(*beside).defer(*heavy).order_by("submitted_at")[:SHOWN]
