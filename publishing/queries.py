"""What the deliveries page asks: what needs me now, what is signed without a time, what goes by itself.

Query counts do not grow with rows.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache, partial
from typing import Any

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
from chain.compiled import by_actor
from publishing.access import allow, deliveries_in_lists, deliveries_of
from publishing.channels import reads_back
from publishing.lifecycle import COMING, NEEDS_ME, STILL_LIVE, DeliveryState, HoldReason
from publishing.models import Attempt, Delivery, Handover, LookUp, Part
from publishing.reasons import Reason, reason_of
from publishing.removal_models import Copy, Removal
from publishing.removing import open_removals

SHOWN, FEW = 15, 5
"""Rows of a list that was chosen, and of each at first sight."""
UNDATED = (
    "organisation", "state", "submitted_at", "channel__organisation", "channel__network", "channel__handle",
    "content__organisation", "content__title", "content__campaign__organisation", "content__campaign__title",
)  # fmt: skip


@dataclass(frozen=True)
class Group:
    """One section of the page: deliveries that need the same kind of decision. `total` counts those not shown too."""

    slug: str
    label: str | Promise
    note: str | Promise
    total: int
    page: Page[Delivery]
    cases: list["Case"]

    @property
    def more(self) -> int:
        return more_of(self.page)


@dataclass(frozen=True)
class Case:
    """One delivery that needs a person: what happened, what we did, what to do."""

    delivery: Delivery
    reason: Reason
    looks: list[LookUp]

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


WHICH = {slug: which for slug, _label, _note, which in GROUPS}


@dataclass(frozen=True)
class Asked:
    """What the page is narrowed to, and the page of the list that was chosen (`only`, "" for none)."""

    campaign_id: int | None = None
    channel_id: int | None = None
    only: str = ""
    page: str = ""

    def rows_of(self, slug: str) -> int:
        return SHOWN if slug == self.only else min(FEW, SHOWN)

    def is_plain(self, slug: str) -> bool:
        """Whether it is the first page of a list of the whole institution: what is asked most, so its text is kept."""
        is_first = slug != self.only or (self.page in ("", "1") and slug not in NOT_COUNTED)
        return is_first and not (self.campaign_id or self.channel_id)


def needs_me(actor: Actor, asked: Asked | None = None) -> list[Group]:
    """The deliveries that wait for a person, by kind; empty kinds are left out."""
    asked = asked or Asked()
    totals = totals_of(actor, asked)
    pages = {slug: page_of(slug, actor, asked, total) for slug, total in totals.items() if total}
    shown = [one for page in pages.values() for one in page]
    prefetch_related_objects(shown, LOOKS)
    prefetch_related_objects([one for one in shown if one.is_duplicate_alarm], COPIES)
    return [
        Group(slug, label, note, totals[slug], pages[slug], [case_of(one) for one in pages[slug]])
        for slug, label, note, _which in GROUPS
        if slug in pages
    ]


def totals_of(actor: Actor, asked: Asked) -> dict[str, int]:
    plain = not (asked.campaign_id or asked.channel_id)
    counted = all_totals(actor) if plain else list(totals_in(narrowed(deliveries_of(actor).filter(NEEDS_ME), asked)))
    return counted[0] if counted else dict.fromkeys(WHICH, 0)


def totals_in(found: QuerySet[Delivery]) -> QuerySet[Any, Any]:
    """One row, or none where nothing waits."""
    numbers = {slug: Count("pk", filter=which) for slug, which in WHICH.items()}
    counted: QuerySet[Any, Any] = found.order_by().values("organisation").annotate(**numbers).values(*WHICH)
    return counted


all_totals: Callable[[Actor], list[Any]] = by_actor(lambda actor: totals_in(deliveries_of(actor).filter(NEEDS_ME)))


def page_of(slug: str, actor: Actor, asked: Asked, total: int | None = None) -> Page[Delivery]:
    """Of a list the page that was asked for, or the nearest there is, else its first rows; `total` spares its query."""
    rows = asked.rows_of(slug)
    if asked.is_plain(slug):
        return first_page(slug, rows, actor, total)
    pages = Paginator(narrowed(lists()[slug](actor), asked), SHOWN)
    if total is not None:
        pages.count = total
    page = pages.get_page(asked.page if slug == asked.only else "")
    page.object_list = list(page.object_list[:rows])
    return page


def first_page(slug: str, rows: int, actor: Actor, total: int | None) -> Page[Delivery]:
    """Of a list that is not counted, it is only known whether there is more."""
    found = first_rows(slug, rows + 1)(actor) if slug in NOT_COUNTED else first_rows(slug, rows)(actor)
    if total is None:
        total = len(found) if slug in NOT_COUNTED else how_many(slug)(actor)
    known: Any = range(total)
    page: Page[Delivery] = Paginator(known, SHOWN).get_page(1)
    page.object_list = found[:rows]
    return page


def lists() -> dict[str, Callable[[Actor], QuerySet[Delivery]]]:
    return {**{slug: partial(waiting, which) for slug, which in WHICH.items()}, "coming": coming, "gone_out": gone_out}


def waiting(which: Q, actor: Actor) -> QuerySet[Delivery]:
    return deliveries_in_lists(actor).filter(NEEDS_ME).filter(which).order_by("due_at", "pk")


NOT_COUNTED = ("gone_out",)
"""Of what went out there are tens of thousands; it is reckoned from now, so that its text is made anew, too."""


@cache
def first_rows(slug: str, rows: int) -> Callable[[Actor], list[Delivery]]:
    found = lists()[slug]
    return (lambda actor: list(found(actor)[:rows])) if slug in NOT_COUNTED else by_actor(lambda a: found(a)[:rows])


@cache
def how_many(slug: str) -> Callable[[Actor], int]:
    found = lists()[slug]
    counted = by_actor(lambda a: found(a).order_by().values("organisation").annotate(n=Count("pk")).values("n"))
    return lambda actor: sum(row["n"] for row in counted(actor))


def more_of(page: Page[Delivery]) -> int:
    """How many a list has beyond its first rows, where it shows no whole page."""
    is_whole = len(page.object_list) >= min(page.paginator.per_page, page.end_index() - page.start_index() + 1)
    return 0 if is_whole else page.paginator.count - len(page.object_list)


def narrowed(found: QuerySet[Delivery], asked: Asked) -> QuerySet[Delivery]:
    if asked.campaign_id:
        found = found.filter(campaign_id=asked.campaign_id)
    return found.filter(channel_id=asked.channel_id) if asked.channel_id else found


LOOKS = Prefetch("look_ups", LookUp.objects.order_by("-id"))
COPIES = "parts__copies"


def with_story(found: QuerySet[Delivery]) -> QuerySet[Delivery]:
    attempts = Prefetch("attempts", Attempt.objects.order_by("-number"))
    return found.prefetch_related(attempts, LOOKS, COPIES).order_by("due_at", "pk")


def case_of(delivery: Delivery) -> Case:
    return Case(delivery, shown_reason(delivery), list(delivery.look_ups.all())[:4][::-1])


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
    return sorted(first_hands(SHOWN)(actor), key=lambda one: one.person_id != actor.user_id)


@cache
def first_hands(rows: int) -> Callable[[Actor], list[Handover]]:
    return by_actor(lambda actor: hands(actor)[:rows])


def hands(actor: Actor) -> QuerySet[Handover]:
    mine = deliveries_of(actor).filter(state=DeliveryState.PROCESSING)
    waiting = Handover.objects.filter(part__delivery__in=mine, until__isnull=False).select_related(
        "person", "part__delivery__channel", "part__delivery__variant__content"
    )
    heavy = ("part__delivery__variant__content__draft", "part__delivery__variant__content__folded")
    return waiting.defer(*heavy).order_by("until")


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


def without_a_time(actor: Actor) -> list[Variant]:
    """What was signed first of the versions that nobody has scheduled yet."""
    return first_undated(SHOWN)(actor)


@cache
def first_undated(rows: int) -> Callable[[Actor], list[Variant]]:
    return by_actor(lambda actor: undated(actor)[:rows])


def undated(actor: Actor) -> QuerySet[Variant]:
    allow(actor, Capability.VIEW_DELIVERIES)
    found = without_time(Variant.objects.filter(organisation_id=actor.organisation_id or 0))
    return found.select_related("content__campaign", "channel").only(*UNDATED).order_by("submitted_at")


def to_delete(actor: Actor) -> list[Removal]:
    return first_removals(SHOWN)(actor)


@cache
def first_removals(rows: int) -> Callable[[Actor], list[Removal]]:
    return by_actor(lambda actor: open_removals(actor)[:rows])
