"""What the desk and the lists ask: what should I mend, sign, write or plan next, and how far has each thing come.

The number of queries does not grow with rows.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import (
    Count,
    Exists,
    F,
    FilteredRelation,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    prefetch_related_objects,
)

from accounts.capabilities import Capability
from campaigns.access import campaigns_of, contents_of, house, variants_of
from campaigns.lifecycle import CampaignState, VariantState
from campaigns.models import Campaign, Content, Remark, Variant
from chain.actors import Actor
from chain.compiled import Compiled, by_actor
from chain.models import Decision, Gate, Verdict
from chain.reviewing import Standing

SHOWN = 25
ON_ITS_WAY = ("pending", "preparing", "sending", "processing")
BACK = (VariantState.CHANGES, VariantState.REVOKED, VariantState.EXPIRED)
REMARKS = Prefetch("remarks", Remark.objects.select_related("author").order_by("id"))
TOLD = (
    REMARKS,
    "content__variants__deliveries",
    "content__variants__channel",
)
"""What is read beside a variant for a task or a row."""
COLUMNS = (
    "organisation", "state", "submitted_at", "submitted_by", "planned_at", "payload__digest",
    "channel__network", "channel__handle", "channel__display_name", "channel__state", "channel__organisation",
    "content__organisation", "content__title", "content__language", "content__draft", "content__draft_saved_at",
    "content__created_at", "content__created_by__name", "content__created_by__byline_kind",
    "content__created_by__pen_name", "content__claim__text_ar", "content__claim__text_fr", "content__claim__text_en",
    "content__claim__organisation", "content__campaign__organisation", "content__campaign__state",
    "content__campaign__title", "content__campaign__time_zone", "content__campaign__created_at",
)  # fmt: skip


@dataclass(frozen=True)
class Task:
    """One thing that waits for this person. `kind` is fix, sign, sign_brief, fix_brief, write or plan.

    Of `content`, `variant` and `campaign` those are set that the task is about; `remark` is the last open one.
    """

    kind: str
    at: datetime | None
    campaign: Campaign
    content: Content | None = None
    variant: Variant | None = None
    remark: Remark | None = None


@dataclass(frozen=True)
class Desk:
    """Tasks by what is asked of me, each list oldest first; `first` is the single next thing."""

    fix: list[Task] = field(default_factory=list)
    sign: list[Task] = field(default_factory=list)
    briefs: list[Task] = field(default_factory=list)
    write: list[Task] = field(default_factory=list)
    plan: list[Task] = field(default_factory=list)
    waiting: list[Task] = field(default_factory=list)

    @property
    def first(self) -> Task | None:
        return next((tasks[0] for tasks in (self.fix, self.sign, self.briefs, self.write, self.plan) if tasks), None)

    @property
    def count(self) -> int:
        """How many things wait for me; what waits for others is not counted."""
        return sum(len(tasks) for tasks in (self.fix, self.sign, self.briefs, self.write, self.plan))


def desk(actor: Actor) -> Desk:
    if not actor.can(Capability.VIEW_CONTENTS):
        return Desk()
    mine = mine_by_state(actor) if actor.can(Capability.WRITE_CONTENT) else {}
    back = [variant for state in BACK for variant in mine.get(state, [])]
    prefetch_related_objects(back, REMARKS)
    return Desk(
        fix=in_order([task_of("fix", variant) for variant in back]),
        sign=[task_of("sign", variant) for variant in few_to_sign(actor)],
        briefs=brief_tasks(actor),
        write=in_order(writing(actor, mine)),
        plan=[task_of("plan", variant) for variant in few_to_plan(actor)],
        waiting=in_order([task_of("waiting", variant) for variant in mine.get(VariantState.IN_REVIEW, [])]),
    )


def in_order(tasks: list[Task]) -> list[Task]:
    return sorted(tasks, key=lambda task: (task.at is None, task.at))


def task_of(kind: str, variant: Variant) -> Task:
    remarks = [r for r in variant.remarks.all() if r.settled_at is None] if kind == "fix" else []
    return Task(
        kind=kind,
        at=variant.submitted_at or variant.content.created_at,
        campaign=variant.content.campaign,
        content=variant.content,
        variant=variant,
        remark=remarks[-1] if remarks else None,
    )


def in_lists(actor: Actor) -> QuerySet[Variant]:
    """Variants with those columns alone that a task or a row reads: a brief and a payload weigh more than the row."""
    beside = ("content__campaign", "content__claim", "content__created_by", "channel", "payload")
    return variants_of(actor).select_related(None).select_related(*beside).only(*COLUMNS)


def told(variants: QuerySet[Variant]) -> QuerySet[Variant]:
    """With all that a task or a row reads of a variant."""
    return variants.prefetch_related(*TOLD)


def mine_by_state(actor: Actor) -> dict[str, list[Variant]]:
    """The variants of contents in which I had a hand, in open campaigns, by state."""
    by_state: dict[str, list[Variant]] = {}
    for variant in mine_in_work(actor):
        by_state.setdefault(variant.state, []).append(variant)
    return by_state


def in_work(actor: Actor) -> QuerySet[Variant]:
    own = in_lists(actor).filter(content__contributors=actor.user_id or 0)
    states = [*BACK, VariantState.DRAFT, VariantState.IN_REVIEW]
    found = own.filter(state__in=states).exclude(content__campaign__state=CampaignState.CLOSED)
    return found.order_by("-content__draft_saved_at", "-id")[: SHOWN * 4]


def writing(actor: Actor, mine: dict[str, list[Variant]]) -> list[Task]:
    """One task per content of mine that is being written: with a draft on some channel, or without any channel yet."""
    tasks = {variant.content_id: task_of("write", variant) for variant in mine.get(VariantState.DRAFT, [])}
    for content in mine_without_channel(actor):
        tasks[content.pk] = Task("write", content.created_at, content.campaign, content)
    return list(tasks.values())


def without_channel(actor: Actor) -> QuerySet[Content]:
    bare = contents_of(actor).filter(contributors=actor.user_id or 0, variants__isnull=True)
    return bare.exclude(campaign__state=CampaignState.CLOSED)[:SHOWN]


def my_gates(actor: Actor) -> list[str]:
    return [c for c in (Capability.SIGN_SCIENTIFIC, Capability.SIGN_LANGUAGE) if actor.can(c)]


def to_sign(actor: Actor) -> QuerySet[Variant]:
    """Versions under review with an open gate that this person may sign: not their own text, no second gate."""
    gates = my_gates(actor)
    if not gates:
        return Variant.objects.none()
    in_force = Decision.objects.filter(
        revoked_at__isnull=True, subject_type="campaigns.variant", organisation_id=house(actor)
    )
    by_me = in_force.filter(digest=OuterRef("payload__digest"), user_id=actor.user_id or 0, verdict=Verdict.APPROVED)
    signature = in_force.filter(digest=OuterRef(OuterRef("payload__digest")), verdict=Verdict.APPROVED)
    mine = Gate.objects.filter(organisation_id=house(actor), kind=Variant.review_kind, capability__in=gates)
    open_gate = mine.exclude(Exists(signature.filter(gate_id=OuterRef("pk"))))
    found = in_lists(actor).filter(state=VariantState.IN_REVIEW).exclude(content__contributors=actor.user_id)
    return found.exclude(Exists(by_me)).filter(Exists(open_gate)).order_by("submitted_at", "id")


def under_review(actor: Actor) -> QuerySet[Variant]:
    """All versions that await a signature, whoever's."""
    return told(in_lists(actor).filter(state=VariantState.IN_REVIEW).order_by("submitted_at", "id"))


def to_plan(actor: Actor) -> QuerySet[Variant]:
    """Signed and without a time, for those who release."""
    if not actor.can(Capability.RELEASE):
        return Variant.objects.none()
    return without_time(in_lists(actor)).order_by("planned_at", "id")


def without_time(variants: QuerySet[Variant]) -> QuerySet[Variant]:
    """Signed at every gate, in a campaign with a signed brief, without any time yet: looked for among the undated."""
    signed = variants.filter(
        undated__isnull=False, state=VariantState.APPROVED, content__campaign__state=CampaignState.SIGNED
    )
    planned = FilteredRelation("deliveries", condition=~Q(deliveries__state__in=("cancelled", "missed")))
    return signed.annotate(planned=planned).filter(planned__isnull=True)


def brief_tasks(actor: Actor) -> list[Task]:
    """Briefs that await my signature, then those of mine that came back or are not finished."""
    tasks = []
    for campaign in unsigned_briefs(actor):
        if campaign.state == CampaignState.IN_REVIEW and actor.can(Capability.SIGN_BRIEF) and not campaign.is_mine:
            tasks.append(Task("sign_brief", campaign.created_at, campaign))
        elif campaign.state == CampaignState.DRAFT and actor.can(Capability.EDIT_BRIEF) and campaign.is_mine:
            tasks.append(Task("fix_brief", campaign.created_at, campaign))
    return sorted(tasks, key=lambda task: task.kind != "sign_brief")


def unsigned(actor: Actor) -> QuerySet[Campaign]:
    open_ones = campaigns_of(actor).filter(state__in=(CampaignState.IN_REVIEW, CampaignState.DRAFT))
    return open_ones.annotate(is_mine=Exists(hand_in(actor))).order_by("id")[:SHOWN]


def hand_in(actor: Actor) -> QuerySet[Campaign]:
    return Campaign.objects.filter(pk=OuterRef("pk"), contributors=actor.user_id or 0)


mine_in_work = by_actor(in_work)
mine_without_channel = by_actor(without_channel)
few_to_sign = by_actor(lambda actor: to_sign(actor)[:SHOWN])
few_to_plan = by_actor(lambda actor: to_plan(actor)[:SHOWN])
unsigned_briefs: Callable[[Actor], list[Any]] = by_actor(unsigned)


@dataclass(frozen=True)
class Progress:
    """A campaign's chain in numbers. Counts of variants, but for `contents`."""

    contents: int
    written: int
    in_review: int
    signed: int
    scheduled: int
    published: int


def progress(campaigns: Iterable[Campaign]) -> dict[int, Progress]:
    """By campaign id, three queries however many there are. A campaign without contents has zeros, which are true."""
    ids = [campaign.pk for campaign in campaigns]
    asked = [table(ids[0]) for table in OF_ONE] if len(ids) == 1 else [table(*ids) for table in NUMBERS]
    rows: dict[int, dict[str, int]] = {pk: {} for pk in ids}
    for row in (row for table in asked for row in table):
        rows[row["pk"]].update(row)
    return {pk: progress_of(row) for pk, row in rows.items()}


def contents_counted(*ids: int) -> QuerySet[Any, Any]:
    return Campaign.objects.filter(pk__in=ids).order_by("pk").values("pk", count=Count("contents"))


def variants_counted(*ids: int) -> QuerySet[Any, Any]:
    variants = Variant.objects.filter(content__campaign_id__in=ids).order_by("content__campaign_id")
    return variants.values(pk=F("content__campaign_id")).annotate(
        written=Count("pk", filter=~Q(state=VariantState.WITHDRAWN)),
        in_review=Count("pk", filter=Q(state=VariantState.IN_REVIEW)),
        signed=Count("pk", filter=Q(state=VariantState.APPROVED)),
    )


def deliveries_counted(*ids: int) -> QuerySet[Any, Any]:
    chosen = Campaign.objects.filter(pk__in=ids).order_by("pk").values("pk")
    return chosen.annotate(
        scheduled=Count("deliveries", filter=Q(deliveries__state__in=ON_ITS_WAY)),
        published=Count("deliveries", filter=Q(deliveries__state="published")),
    )


NUMBERS = (contents_counted, variants_counted, deliveries_counted)
OF_ONE: tuple[Compiled[Any], ...] = tuple(Compiled(table) for table in NUMBERS)


def progress_of(row: dict[str, int]) -> Progress:
    names = ("written", "in_review", "signed", "scheduled", "published")
    return Progress(contents=row.get("count", 0), **{name: row.get(name, 0) for name in names})


def standings_of(variants: list[Variant]) -> dict[int, list[Standing]]:
    """The gates of many variants at once, each with its last decision in force about the present digest."""
    if not variants:
        return {}
    owner = variants[0].organisation_id
    gates = list(Gate.objects.filter(organisation_id=owner, kind=Variant.review_kind).order_by("position"))
    decisions = Decision.objects.filter(
        organisation_id=owner,
        subject_type="campaigns.variant",
        subject_id__in=[str(variant.pk) for variant in variants],
        revoked_at=None,
    )
    last: dict[tuple[str, str, int], Decision] = {}
    for decision in decisions.select_related("user", "gate").order_by("id"):
        last[decision.subject_id, decision.digest, decision.gate_id] = decision
    return {v.pk: [Standing(g, last.get((str(v.pk), v.digest, g.pk))) for g in gates] for v in variants}


def held_by_edit(voided: Iterable[Variant]) -> list[Any]:
    """The deliveries of variants that an edit made drafts again, held because their text changed; the next first."""
    held: list[Any] = []
    for variant in voided:
        held += variant.deliveries.filter(state="held", reason="approval_void").select_related("channel")
    return sorted(held, key=lambda delivery: delivery.due_at)
