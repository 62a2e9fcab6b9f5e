"""What the desk and the lists ask: what should I mend, sign, write or plan next, and how far has each thing come.

The number of queries does not grow with rows.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import cast

from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet

from accounts.capabilities import Capability
from campaigns.access import campaigns_of, contents_of, house, variants_of
from campaigns.lifecycle import CampaignState, VariantState
from campaigns.models import Campaign, Content, Remark, Variant
from chain.actors import Actor
from chain.models import Decision, Gate, Verdict
from chain.reviewing import Standing

SHOWN = 50
BACK = (VariantState.CHANGES, VariantState.REVOKED, VariantState.EXPIRED)


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
    back = [task_of("fix", variant) for state in BACK for variant in mine.get(state, [])]
    return Desk(
        fix=in_order(back),
        sign=[task_of("sign", variant) for variant in to_sign(actor)[:SHOWN]],
        briefs=brief_tasks(actor),
        write=in_order(writing(actor, mine)),
        plan=[task_of("plan", variant) for variant in to_plan(actor)[:SHOWN]],
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


def told(variants: QuerySet[Variant]) -> QuerySet[Variant]:
    """With all that a task or a row reads of a variant."""
    remarks = Remark.objects.select_related("author").order_by("id")
    return variants.prefetch_related(
        Prefetch("remarks", remarks), "deliveries", "content__variants__deliveries", "content__variants__channel"
    )


def mine_by_state(actor: Actor) -> dict[str, list[Variant]]:
    """The variants of contents in which I had a hand, in open campaigns, by state."""
    own = variants_of(actor).filter(content__contributors=actor.user_id or 0)
    states = [*BACK, VariantState.DRAFT, VariantState.IN_REVIEW]
    found = told(own.filter(state__in=states).exclude(content__campaign__state=CampaignState.CLOSED))
    by_state: dict[str, list[Variant]] = {}
    for variant in found.order_by("-content__draft_saved_at", "-id")[: SHOWN * 4]:
        by_state.setdefault(variant.state, []).append(variant)
    return by_state


def writing(actor: Actor, mine: dict[str, list[Variant]]) -> list[Task]:
    """One task per content of mine that is being written: with a draft on some channel, or without any channel yet."""
    tasks = {variant.content_id: task_of("write", variant) for variant in mine.get(VariantState.DRAFT, [])}
    bare = contents_of(actor).filter(contributors=actor.user_id or 0, variants__isnull=True)
    for content in bare.exclude(campaign__state=CampaignState.CLOSED).prefetch_related("variants")[:SHOWN]:
        tasks[content.pk] = Task("write", content.created_at, content.campaign, content)
    return list(tasks.values())


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
    found = variants_of(actor).filter(state=VariantState.IN_REVIEW).exclude(content__contributors=actor.user_id)
    return told(found.exclude(Exists(by_me)).filter(Exists(open_gate)).order_by("submitted_at", "id"))


def under_review(actor: Actor) -> QuerySet[Variant]:
    """All versions that await a signature, whoever's."""
    return told(variants_of(actor).filter(state=VariantState.IN_REVIEW).order_by("submitted_at", "id"))


def to_plan(actor: Actor) -> QuerySet[Variant]:
    """Signed at every gate, in a campaign with a signed brief, without any time yet: for those who release."""
    if not actor.can(Capability.RELEASE):
        return Variant.objects.none()
    signed = variants_of(actor).filter(state=VariantState.APPROVED, content__campaign__state=CampaignState.SIGNED)
    planned = Q(deliveries__payload_id__isnull=False) & ~Q(deliveries__state__in=("cancelled", "missed"))
    return told(signed.exclude(pk__in=Variant.objects.filter(planned).values("pk")).order_by("planned_at", "id"))


def brief_tasks(actor: Actor) -> list[Task]:
    """Briefs that await my signature, then those of mine that came back or are not finished."""
    open_ones = campaigns_of(actor).filter(state__in=(CampaignState.IN_REVIEW, CampaignState.DRAFT))
    found = open_ones.annotate(is_mine=Exists(hand_in(actor))).order_by("id")[:SHOWN]
    tasks = []
    for campaign in found:
        if campaign.state == CampaignState.IN_REVIEW and actor.can(Capability.SIGN_BRIEF) and not campaign.is_mine:
            tasks.append(Task("sign_brief", campaign.created_at, campaign))
        elif campaign.state == CampaignState.DRAFT and actor.can(Capability.EDIT_BRIEF) and campaign.is_mine:
            tasks.append(Task("fix_brief", campaign.created_at, campaign))
    return sorted(tasks, key=lambda task: task.kind != "sign_brief")


def hand_in(actor: Actor) -> QuerySet[Campaign]:
    return Campaign.objects.filter(pk=OuterRef("pk"), contributors=actor.user_id or 0)


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
    """By campaign id, two queries however many there are. A campaign without contents has zeros, which are true."""
    ids = [campaign.pk for campaign in campaigns]
    state = Q(variants__state=VariantState.WITHDRAWN)
    counted = Content.objects.filter(campaign_id__in=ids).values("campaign_id").order_by("campaign_id")
    people = counted.annotate(
        contents=Count("pk", distinct=True),
        written=Count("variants", filter=~state, distinct=True),
        in_review=Count("variants", filter=Q(variants__state=VariantState.IN_REVIEW), distinct=True),
        signed=Count("variants", filter=Q(variants__state=VariantState.APPROVED), distinct=True),
    )
    machine = counted.annotate(
        scheduled=Count(
            "variants__deliveries",
            filter=Q(variants__deliveries__state__in=("pending", "preparing", "sending", "processing")),
            distinct=True,
        ),
        published=Count("variants__deliveries", filter=Q(variants__deliveries__state="published"), distinct=True),
    )
    rows: dict[int, dict[str, int]] = {pk: {} for pk in ids}
    for row in (*people, *machine):
        rows[row["campaign_id"]].update(cast(dict[str, int], row))
    return {pk: progress_of(row) for pk, row in rows.items()}


def progress_of(row: dict[str, int]) -> Progress:
    names = ("contents", "written", "in_review", "signed", "scheduled", "published")
    return Progress(**{name: row.get(name, 0) for name in names})


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
