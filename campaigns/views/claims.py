"""The claims that wait for an answer: the list by concept, recording one, editing it."""

from collections import defaultdict
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.access import needs
from accounts.actors import ActorRequest
from accounts.capabilities import Capability
from campaigns.access import contents_of
from campaigns.courses import course_of
from campaigns.lifecycle import VariantState
from campaigns.models import Content
from campaigns.views.chains import standing_of, thread_of
from campaigns.views.registers import Page, change
from chain.actors import Actor
from chain.errors import Invalid
from library.access import claim_or_404, claims_of, concepts_of, narratives_of
from library.concepts import concept_name
from library.folding import matching
from library.forms import ClaimForm, claim_as_typed, refused
from library.models import Claim
from library.narratives import add_claim, claim_text, edit_claim


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
    url: str
    rows: list[ClaimRow]


def form_for(actor: Actor, *args: Any, **more: Any) -> ClaimForm:
    return ClaimForm(
        *args,
        concepts=concepts_of(actor),
        narratives=narratives_of(actor),
        language=get_language() or "ar",
        **more,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Capability.VIEW_KNOWLEDGE)
def claims(request: ActorRequest) -> HttpResponse:
    if request.method != "POST":
        return show_claims(request, form_for(request.actor))
    form = form_for(request.actor, request.POST)
    if not form.is_valid():
        return show_claims(request, form, status=422)
    try:
        claim = add_claim(actor=request.actor, **form.given())
    except Invalid as error:
        refused(form, error)
        return show_claims(request, form, status=422)
    return redirect(f"{request.path}#claim-{claim.pk}")


def show_claims(request: ActorRequest, form: ClaimForm, *, status: int = 200) -> HttpResponse:
    words, only_open = request.GET.get("q", ""), bool(request.GET.get("open"))
    rows = claim_rows(request.actor)
    found = set(matching(claims_of(request.actor), words).values_list("pk", flat=True)) if words.strip() else None
    shown = [row for row in rows if (found is None or row.claim.pk in found) and not (only_open and row.is_answered)]
    page = {
        "groups": by_concept(shown),
        "lede": claims_lede(rows),
        "total": len(rows),
        "waiting": sum(not row.is_answered for row in rows),
        "words": words,
        "only_open": only_open,
        "can_write": request.actor.can(Capability.WRITE_CONTENT),
        "can_edit": request.actor.can(Capability.EDIT_KNOWLEDGE),
        "form": form,
    }
    return render(request, "library/claims.html", page, status=status)


def by_concept(rows: list[ClaimRow]) -> list[Group]:
    language = get_language() or "ar"
    ordered = sorted(rows, key=lambda row: (row.claim.concept.name_ar, row.is_answered, row.claim.pk))
    return [
        Group(concept_name(concept, language), reverse("concept", args=[concept.pk]), list(some))
        for concept, some in groupby(ordered, key=lambda row: row.claim.concept)
    ]


def claims_lede(rows: list[ClaimRow]) -> str:
    if not rows:
        return ""
    waiting = sum(not row.is_answered for row in rows)
    if not waiting:
        return _("Each of them has an approved answer.")
    said = ngettext("%(n)s claim has no approved answer yet.", "%(n)s claims have no approved answer yet.", waiting)
    return said % {"n": waiting}


def claim_rows(actor: Actor, **only: Any) -> list[ClaimRow]:
    """The institution's claims with how far their answers have come. Three queries, however many there are."""
    answers = defaultdict(list)
    for content in contents_of(actor).prefetch_related("variants__deliveries", "variants__channel"):
        answers[content.claim_id].append(content)
    return [claim_row(claim, answers[claim.pk]) for claim in claims_of(actor).filter(**only)]


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
    state = standing_of(course_of(content))
    return (order.index(VariantState(state)) if state in order else 0, content.pk)


def is_approved(content: Content) -> bool:
    return any(variant.state == VariantState.APPROVED for variant in content.variants.all())


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Capability.EDIT_KNOWLEDGE)
def claim_edit(request: ActorRequest, claim_id: int) -> HttpResponse:
    claim = claim_or_404(request.actor, claim_id)
    page = Page(_("Edit the claim"), claim_text(claim, get_language() or "ar"), reverse("claims"))

    def keep(form: ClaimForm, version: int) -> str:
        edit_claim(claim=claim, changes=form.given(), version=version, actor=request.actor)
        return f"{reverse('claims')}#claim-{claim.pk}"

    form = form_for(request.actor, request.POST or None, initial=claim_as_typed(claim))
    return change(request, page, form, claim, keep)
