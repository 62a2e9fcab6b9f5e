"""Putting one's seal on a version, asking for changes, withdrawing a signature: always about one exact digest."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import signed_in
from accounts.actors import ActorRequest
from campaigns import reviewing
from campaigns.access import variant_or_404
from campaigns.models import Variant
from campaigns.questions import refuse_unanswered
from campaigns.views.answers import whole
from campaigns.views.chains import gate_label
from campaigns.views.kept import confirm_first, keep
from chain.actors import Actor
from chain.errors import DomainError, NotAllowed, SecondFactorNeeded


def able(actor: Actor, variant: Variant, gate_code: str) -> None:
    """Who may not sign at all is refused before anything else is said."""
    gate = reviewing.gate_or_404(variant.organisation_id, Variant.review_kind, gate_code)
    actor.require(gate.capability, on=variant)


@require_POST
@signed_in
def sign(request: ActorRequest, variant_id: int) -> HttpResponse:
    variant = variant_or_404(request.actor, variant_id)
    gate, digest = request.POST.get("gate", ""), request.POST.get("digest", "")

    def act() -> str:
        able(request.actor, variant, gate)
        answers = refuse_unanswered(gate, request.POST.getlist("answer"))
        reviewing.sign(variant=variant, gate_code=gate, digest=digest, answers=answers, actor=request.actor)
        return _("Your seal is on this version. A letter tells you of it.")

    return done(request, variant, act, gate)


@require_POST
@signed_in
def request_changes(request: ActorRequest, variant_id: int) -> HttpResponse:
    variant = variant_or_404(request.actor, variant_id)
    gate, digest = request.POST.get("gate", ""), request.POST.get("digest", "")

    def act() -> str:
        note = request.POST.get("note", "")
        reviewing.request_changes(variant=variant, gate_code=gate, digest=digest, note=note, actor=request.actor)
        return _("The text went back to its writers with your words.")

    return done(request, variant, act, gate)


@require_POST
@signed_in
def withdraw(request: ActorRequest, variant_id: int) -> HttpResponse:
    variant = variant_or_404(request.actor, variant_id)
    decision, why = whole(request.POST.get("decision")), request.POST.get("why", "")

    def act() -> str:
        reviewing.withdraw_signature(variant=variant, decision_id=decision, why=why, actor=request.actor)
        return _("Your signature is withdrawn. What was to go out under it is held.")

    return done(request, variant, act, "")


def done(request: ActorRequest, variant: Variant, act: Callable[[], str], gate: str) -> HttpResponse:
    """Act and say so; or go and confirm the second factor; or come back with the sentence and all that was typed."""
    back = reverse("review", args=[variant.pk])
    try:
        messages.success(request, act())
    except SecondFactorNeeded:
        return confirm_first(request, back=back, what=what(variant), role=gate_label(gate), digest=variant.digest)
    except DomainError as error:
        if isinstance(error, NotAllowed) and error.code == NotAllowed.code:
            raise
        messages.error(request, str(error.message))
        keep(request, back)
    return redirect(back)


def what(variant: Variant) -> str:
    number = variant.payload.revision.number if variant.payload else 0
    return _("Version %(n)s of “%(title)s”") % {"n": number, "title": variant.content.title}
