"""The claims that wait for an answer: recording one, and beginning its answer in a campaign."""

from collections import defaultdict
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.access import needs
from accounts.actors import ActorRequest
from accounts.capabilities import Capability
from campaigns.access import contents_of
from campaigns.forms import ClaimForm, refused
from campaigns.lifecycle import VariantState
from campaigns.models import Content
from campaigns.views.chains import in_play, standing_of, thread_of
from chain.actors import Actor
from chain.errors import Invalid
from library.access import claims_of
from library.citing import add_claim, claim_text
from library.models import Claim


@dataclass(frozen=True)
class ClaimRow:
    claim: Claim
    text: str
    meta: str
    steps: list[str]
    caption: str
    is_answered: bool


@dataclass(frozen=True)
class Group:
    concept: str
    rows: list[ClaimRow]


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Capability.VIEW_KNOWLEDGE)
def claims(request: ActorRequest) -> HttpResponse:
    if request.method != "POST":
        return show_claims(request, ClaimForm())
    form = ClaimForm(request.POST)
    if not form.is_valid():
        return show_claims(request, form, status=422)
    try:
        claim = add_claim(actor=request.actor, **form.cleaned_data)
    except Invalid as error:
        refused(form, error)
        return show_claims(request, form, status=422)
    return redirect(f"{request.path}#claim-{claim.pk}")


def show_claims(request: ActorRequest, form: ClaimForm, *, status: int = 200) -> HttpResponse:
    rows = claim_rows(request.actor)
    ordered = sorted(rows, key=lambda row: (row.claim.concept, row.is_answered, row.claim.pk))
    groups = [Group(concept, list(some)) for concept, some in groupby(ordered, key=lambda row: row.claim.concept)]
    page = {
        "groups": groups,
        "lede": claims_lede(rows),
        "can_write": request.actor.can(Capability.WRITE_CONTENT),
        "form": form if request.actor.can(Capability.EDIT_KNOWLEDGE) else None,
    }
    return render(request, "library/claims.html", page, status=status)


def claims_lede(rows: list[ClaimRow]) -> str:
    if not rows:
        return ""
    waiting = sum(not row.is_answered for row in rows)
    if not waiting:
        return _("Each of them has an approved answer.")
    said = ngettext("%(n)s claim has no approved answer yet.", "%(n)s claims have no approved answer yet.", waiting)
    return said % {"n": waiting}


def claim_rows(actor: Actor) -> list[ClaimRow]:
    """Every claim of the institution with how far its answers have come. Three queries, however many there are."""
    answers = defaultdict(list)
    for content in contents_of(actor).prefetch_related("variants__deliveries", "variants__channel"):
        answers[content.claim_id].append(content)
    return [claim_row(claim, answers[claim.pk]) for claim in claims_of(actor)]


def claim_row(claim: Claim, answers: list[Content]) -> ClaimRow:
    said: dict[str, Any] = {"claim": claim, "text": claim_text(claim, get_language() or "ar")}
    if not answers:
        waits = _("awaits its author")
        return ClaimRow(
            meta=_("No answer yet"), steps=["done", "todo", "now"], caption=waits, is_answered=False, **said
        )
    furthest = max(answers, key=how_far)
    thread = thread_of(furthest)
    count = ngettext("%(n)s answer", "%(n)s answers", len(answers)) % {"n": len(answers)}
    meta = _("%(count)s, the furthest: %(title)s") % {"count": count, "title": furthest.title}
    return ClaimRow(meta=meta, steps=thread.steps, caption=thread.caption, is_answered=is_approved(furthest), **said)


def how_far(content: Content) -> tuple[int, int]:
    order = [VariantState.DRAFT, VariantState.CHANGES, VariantState.IN_REVIEW, VariantState.APPROVED]
    state = standing_of(in_play(content))
    return (order.index(VariantState(state)) if state in order else 0, content.pk)


def is_approved(content: Content) -> bool:
    return any(variant.state == VariantState.APPROVED for variant in content.variants.all())
