"""Gates and decisions: who must sign a thing, and what each person decided about one exact digest of it.

It knows nothing of what is signed: a Reviewable only tells its digest and everyone who ever had a hand in it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Protocol

from django.db import IntegrityError, models, transaction
from django.db.models.functions import Cast
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chain.actors import Actor
from chain.errors import Invalid, NotAllowed, StaleState
from chain.models import Decision, Gate, Verdict
from chain.trail import record


class Reviewable(Protocol):
    """A thing to be signed. `digest` is the sha256 (hex) of exactly what is signed."""

    review_kind: ClassVar[str]

    @property
    def organisation_id(self) -> int: ...
    @property
    def digest(self) -> str: ...
    def contributor_ids(self) -> set[int]: ...


@dataclass(frozen=True)
class Standing:
    """One gate and the decision that stands at it for the digest asked about, if any."""

    gate: Gate
    decision: Decision | None

    @property
    def is_signed(self) -> bool:
        return self.decision is not None and self.decision.verdict == Verdict.APPROVED


def gates_of(organisation_id: int, kind: str) -> list[Gate]:
    return list(Gate.objects.filter(organisation_id=organisation_id, kind=kind).order_by("position"))


def standings(subject: Reviewable) -> list[Standing]:
    """Every gate of the subject with its last decision about the present digest that was not revoked."""
    last: dict[int, Decision] = {}
    for decision in decisions_about(subject).filter(digest=subject.digest, revoked_at=None).order_by("id"):
        last[decision.gate_id] = decision
    return [Standing(gate, last.get(gate.pk)) for gate in gates_of(subject.organisation_id, subject.review_kind)]


def is_signed(subject: Reviewable) -> bool:
    """Whether every gate is signed for the present digest. False where an institution has no gate for it at all."""
    gates = Gate.objects.filter(organisation_id=subject.organisation_id, kind=subject.review_kind)
    ids = list(gates.values_list("pk", flat=True))
    standing = decisions_about(subject).filter(digest=subject.digest, revoked_at=None).order_by("id")
    last = dict(standing.values_list("gate_id", "verdict"))
    return bool(ids) and all(last.get(gate_id) == Verdict.APPROVED for gate_id in ids)


def all_signed(model: type[models.Model], *, organisation: str, pk: str, digest: str) -> "models.Q":
    """What `is_signed` says, within a query of another table: its columns name institution, subject and digest."""
    gates = Gate.objects.filter(organisation_id=models.OuterRef(organisation), kind=model.review_kind)  # type: ignore[attr-defined]
    outer = {name: models.OuterRef(models.OuterRef(column)) for name, column in (("pk", pk), ("digest", digest))}
    about = Decision.objects.filter(
        gate_id=models.OuterRef("pk"),
        organisation_id=models.OuterRef("organisation_id"),
        subject_type=model._meta.label_lower,
        subject_id=Cast(outer["pk"], models.CharField()),
        digest=outer["digest"],
        revoked_at=None,
    )
    last = models.Subquery(about.order_by("-id").values("verdict")[:1])
    unsigned = gates.annotate(last=last).filter(models.Q(last=None) | ~models.Q(last=Verdict.APPROVED))
    return models.Q(models.Exists(gates)) & ~models.Q(models.Exists(unsigned))


def decisions_about(subject: Reviewable) -> "models.QuerySet[Decision]":
    row: models.Model = subject  # type: ignore[assignment]
    return Decision.objects.filter(
        subject_type=row._meta.label_lower, subject_id=str(row.pk), organisation_id=subject.organisation_id
    ).select_related("user", "gate")


@transaction.atomic
def decide(
    *,
    subject: Reviewable,
    gate: Gate,
    digest: str,
    verdict: Verdict,
    actor: Actor,
    note: str = "",
    role_label: str = "",
    answers: Sequence[Mapping[str, str]] = (),
) -> Decision:
    """Record a person's decision at a gate about the digest that they saw.

    `answers` are the questions that the person answered with yes: their code, and the text as it was put.

    Raises NotAllowed (own work, second gate, no capability), StaleState (the digest moved on meanwhile), Invalid.
    """
    actor.require(gate.capability, on=subject)
    refuse_improper(subject, gate, digest, verdict, actor, note)
    row: models.Model = subject  # type: ignore[assignment]
    decision = Decision(
        organisation_id=subject.organisation_id,
        gate=gate,
        digest=digest,
        subject_type=row._meta.label_lower,
        subject_id=str(row.pk),
        verdict=verdict,
        user_id=actor.user_id or 0,
        role_label=role_label,
        note=note,
        answers=[dict(answer) for answer in answers],
        at=timezone.now(),
    )
    try:
        with transaction.atomic():
            decision.save(force_insert=True)
    except IntegrityError as error:
        raise StaleState(_("This gate was signed already. Nothing was signed twice."), code="already_signed") from error
    record(f"gate.{verdict}", row, actor=actor, why=note, data={"gate": gate.code, "digest": digest})
    return decision


def refuse_improper(subject: Reviewable, gate: Gate, digest: str, verdict: Verdict, actor: Actor, note: str) -> None:
    if actor.user_id is None or actor.user_id in subject.contributor_ids():
        raise NotAllowed(_("You had a hand in this text: somebody else must sign it."), code="own_work")
    if digest != subject.digest:
        raise StaleState(
            _("The text changed since you opened it. Read the new version, then decide."), code="stale_digest"
        )
    if gate.organisation_id != subject.organisation_id or gate.kind != subject.review_kind:
        raise Invalid(_("This gate does not belong to this work."))
    if verdict == Verdict.CHANGES and not note.strip():
        raise Invalid(_("Say in a sentence what should change."), field="note")
    refuse_at_signed_gates(standings(subject), gate, verdict, actor)


def refuse_at_signed_gates(found: Iterable[Standing], gate: Gate, verdict: Verdict, actor: Actor) -> None:
    """A signed gate takes no decision until its signature is withdrawn: two would stand against each other for good."""
    for standing in found:
        if not standing.is_signed or standing.decision is None:
            continue
        if standing.gate.pk == gate.pk:
            raise StaleState(_("This gate was signed already. Nothing was signed twice."), code="already_signed")
        if verdict == Verdict.APPROVED and standing.decision.user_id == actor.user_id:
            raise NotAllowed(
                _("You signed another gate of this version: this one needs somebody else."), code="two_gates"
            )


@transaction.atomic
def revoke(*, decision: Decision, actor: Actor, why: str) -> Decision:
    """Withdraw one's signature (or, with the gate's capability, another's). The row stays, marked."""
    actor.require(decision.gate.capability, on=decision)
    if not why.strip():
        raise Invalid(_("Say in a sentence why you withdraw the signature."), field="why")
    touched = Decision.objects.filter(pk=decision.pk, revoked_at=None).update(
        revoked_at=timezone.now(), revoked_by_id=actor.user_id, revoked_why=why
    )
    if touched != 1:
        raise StaleState
    record("gate.revoked", decision, actor=actor, why=why, data={"gate": decision.gate.code, "digest": decision.digest})
    decision.refresh_from_db()
    return decision
