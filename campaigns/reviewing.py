"""Reviewing: reading, signing at a gate, asking for changes, withdrawing a signature.

What is signed is a payload's digest; chain.reviewing has the rules (never one's own work, never two gates).
Gates are rows of each institution: scientific, then language, for a variant; one for a brief.
"""

from collections.abc import Mapping, Sequence

from django.db import transaction
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from accounts.access import people_with
from accounts.capabilities import Capability
from accounts.models import User
from campaigns.lifecycle import VariantState
from campaigns.models import Content, Look, Payload, Remark, Variant
from campaigns.voiding import void
from chain import notices, reviewing
from chain.actors import Actor
from chain.engine import advance
from chain.errors import NotFound, StaleState
from chain.models import Decision, Gate, Verdict

GATES: dict[str, tuple[tuple[str, Capability], ...]] = {
    "variant": (("scientific", Capability.SIGN_SCIENTIFIC), ("language", Capability.SIGN_LANGUAGE)),
    "brief": (("brief", Capability.SIGN_BRIEF),),
}


def ensure_gates(organisation_id: int, kind: str) -> list[Gate]:
    """The institution's gates of that kind; the usual ones are made where it has none yet."""
    found = reviewing.gates_of(organisation_id, kind)
    if found:
        return found
    for position, (code, capability) in enumerate(GATES[kind], start=1):
        Gate.objects.get_or_create(
            organisation_id=organisation_id,
            kind=kind,
            code=code,
            defaults={"position": position, "capability": str(capability)},
        )
    return reviewing.gates_of(organisation_id, kind)


def gate_or_404(organisation_id: int, kind: str, code: str) -> Gate:
    gate = next((gate for gate in ensure_gates(organisation_id, kind) if gate.code == code), None)
    if gate is None:
        raise NotFound(_("There is no such gate."))
    return gate


def look(*, variant: Variant, actor: Actor) -> Payload | None:
    """Note that this person has the present payload before them; the other one they looked at last, if any."""
    if actor.user_id is None or variant.payload_id is None:
        return None
    Look.objects.get_or_create(
        user_id=actor.user_id, variant=variant, payload_id=variant.payload_id, defaults={"at": timezone.now()}
    )
    before = Look.objects.filter(user_id=actor.user_id, variant=variant).exclude(payload_id=variant.payload_id)
    last = before.select_related("payload").order_by("-at", "-id").first()
    return last.payload if last else None


def locked(variant: Variant) -> Variant:
    """The row as it is now, held until the transaction ends: no edit and no other signature comes between."""
    rows = Variant.objects.select_for_update(of=("self",))
    return rows.select_related("payload", "content__campaign", "content__created_by", "channel").get(pk=variant.pk)


@transaction.atomic
def sign(
    *, variant: Variant, gate_code: str, digest: str, actor: Actor, answers: Sequence[Mapping[str, str]] = ()
) -> Variant:
    """Sign the payload of that digest at a gate. With the last gate the variant is approved.

    `answers` (campaigns/questions.py) are kept with the decision.

    Raises NotAllowed (own work, second gate, capability), SecondFactorNeeded, StaleState (changed, or signed already).
    """
    found = locked(variant)
    gate = gate_or_404(found.organisation_id, Variant.review_kind, gate_code)
    actor.require(gate.capability, on=found)
    refuse_not_up(found, (VariantState.IN_REVIEW, VariantState.APPROVED))
    decision = reviewing.decide(
        subject=found, gate=gate, digest=digest, verdict=Verdict.APPROVED, actor=actor, answers=answers
    )
    tell_signer(decision, found)
    settle_if_signed(found, actor=actor)
    return found


def refuse_not_up(variant: Variant, states: tuple[VariantState, ...]) -> None:
    if variant.state not in states:
        raise StaleState(
            _("This text is not up for signature now. Look at where it stands; nothing was changed."),
            code="not_in_review",
        )


def settle_if_signed(variant: Variant, *, actor: Actor, why: str = "") -> None:
    """Approve a variant under review whose every gate is signed for the present bytes, and tell those who wait."""
    if variant.state != VariantState.IN_REVIEW or not reviewing.is_signed(variant):
        return
    advance(variant, VariantState.APPROVED, actor=actor, why=why, data={"digest": variant.digest})
    people = {variant.content.created_by, *people_with(variant.organisation_id, Capability.RELEASE)}
    notices.tell(
        people,
        kind="signed",
        title=format_lazy(_("Signed at every gate: {title}"), title=variant.content.title),
        body=_("It may now be given a time."),
        link=f"/contents/{variant.content_id}/",
        once=f"approved:{variant.pk}:{stamp()}",
        organisation_id=variant.organisation_id,
    )


def stamp() -> int:
    """Tells one occurrence of a notice from the next; within one transaction it is used once."""
    return int(timezone.now().timestamp() * 1000)


def tell_signer(decision: Decision, variant: Variant) -> None:
    """A letter at each signature in one's name: whoever did not sign learns of it."""
    notices.tell(
        [User.objects.get(pk=decision.user_id)],
        kind="signature",
        title=format_lazy(_("You signed: {title}"), title=variant.content.title),
        body=format_lazy(
            _("Your signature was put under the version {digest}. If it was not you, withdraw it at once."),
            digest=decision.digest[:16],
        ),
        link=f"/review/{variant.pk}/",
        once=f"signature:{decision.pk}",
        organisation_id=variant.organisation_id,
    )


@transaction.atomic
def request_changes(*, variant: Variant, gate_code: str, digest: str, note: str, actor: Actor) -> Variant:
    """Send the text back with a sentence, which stays as an open remark until it is settled."""
    found = locked(variant)
    gate = gate_or_404(found.organisation_id, Variant.review_kind, gate_code)
    actor.require(gate.capability, on=found)
    refuse_not_up(found, (VariantState.IN_REVIEW,))
    reviewing.decide(subject=found, gate=gate, digest=digest, verdict=Verdict.CHANGES, actor=actor, note=note.strip())
    Remark.objects.create(
        organisation_id=found.organisation_id,
        variant=found,
        payload_id=found.payload_id,
        author_id=actor.user_id or 0,
        text=note.strip(),
        created_at=timezone.now(),
    )
    advance(found, VariantState.CHANGES, actor=actor, why=note.strip())
    tell_writers(found, note)
    return found


def tell_writers(variant: Variant, note: str) -> None:
    content: Content = variant.content
    notices.tell(
        content.contributors.filter(is_active=True),
        kind="changes",
        title=format_lazy(_("Changes are requested: {title}"), title=content.title),
        body=note.strip(),
        link=f"/contents/{content.pk}/",
        once=f"changes:{variant.pk}:{stamp()}",
        organisation_id=variant.organisation_id,
    )


@transaction.atomic
def withdraw_signature(*, variant: Variant, decision_id: int, why: str, actor: Actor) -> Variant:
    """Withdraw a signature in force. An approved text is no longer approved, and what waited under it is held."""
    found = locked(variant)
    decision = reviewing.decisions_about(found).filter(pk=decision_id, verdict=Verdict.APPROVED).first()
    if decision is None:
        raise NotFound
    reviewing.revoke(decision=decision, actor=actor, why=why)
    if found.state == VariantState.APPROVED and decision.digest == found.digest:
        advance(found, VariantState.REVOKED, actor=actor, why=why, data={"gate": decision.gate.code})
        void(found, actor=actor, why="revoked")
        tell_withdrawn(found, why)
    return found


def tell_withdrawn(variant: Variant, why: str) -> None:
    people = {
        *variant.content.contributors.filter(is_active=True),
        *people_with(variant.organisation_id, Capability.RELEASE),
    }
    notices.tell(
        people,
        kind="revoked",
        title=format_lazy(_("A signature was withdrawn: {title}"), title=variant.content.title),
        body=why,
        link=f"/contents/{variant.content_id}/",
        once=f"revoked:{variant.pk}:{stamp()}",
        organisation_id=variant.organisation_id,
    )
