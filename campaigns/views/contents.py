"""The list of contents, and beginning one: an answer to a claim, in a campaign."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, ngettext
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import needs
from accounts.actors import ActorRequest
from accounts.capabilities import Capability
from campaigns import drafting
from campaigns.access import campaign_or_404, campaigns_of, channel_or_404, channels_of, contents_of
from campaigns.forms import AnswerForm
from campaigns.lifecycle import CampaignState, VariantState
from campaigns.models import Content
from campaigns.views.chains import by_standing
from campaigns.views.rows import content_rows, in_rows
from chain.actors import Actor
from chain.errors import DomainError
from library.access import claim_or_404
from library.concepts import concept_name
from library.folding import matching
from library.forms import refused
from library.models import Claim
from library.narratives import claim_text

PER_PAGE = 30
SHOWN = (
    VariantState.DRAFT,
    VariantState.CHANGES,
    VariantState.IN_REVIEW,
    VariantState.APPROVED,
    VariantState.REVOKED,
    VariantState.EXPIRED,
)


@dataclass(frozen=True)
class Option:
    value: str
    label: str
    count: int


@require_safe
@needs(Capability.VIEW_CONTENTS)
def contents(request: ActorRequest) -> HttpResponse:
    words = request.GET.get("q", "")
    everything = matching(contents_of(request.actor), words).annotate(standing=by_standing())
    by_state = Counter(dict(everything.order_by().values_list("standing").annotate(n=Count("pk"))))
    wanted = request.GET.get("state", "")
    chosen = wanted if wanted in set(SHOWN) else ""
    found = everything.filter(standing=chosen) if chosen else everything
    page = Paginator(in_rows(found), PER_PAGE).get_page(request.GET.get("page"))
    shown = {
        "page": page,
        "rows": content_rows(page, request.actor),
        "options": [Option(state, str(state.label), by_state[state]) for state in SHOWN if by_state[state]],
        "chosen": chosen,
        "words": words,
        "total": by_state.total(),
        "lede": lede(by_state, by_state.total()),
        "can_write": request.actor.can(Capability.WRITE_CONTENT),
    }
    return render(request, "campaigns/contents.html", shown)


def lede(by_state: Counter[str], total: int) -> str:
    if not total:
        return ""
    signed = by_state[VariantState.APPROVED]
    words = ngettext("%(n)s content, %(signed)s of them signed.", "%(n)s contents, %(signed)s of them signed.", total)
    return words % {"n": total, "signed": signed}


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Capability.WRITE_CONTENT)
def answer(request: ActorRequest, claim_id: int) -> HttpResponse:
    """Choose the campaign in which a claim is answered; then the sheet opens."""
    claim = claim_or_404(request.actor, claim_id)
    form = answer_form(request, claim)
    if request.method != "POST":
        return show_answer(request, claim, form)
    if not form.is_valid():
        return show_answer(request, claim, form, status=422)
    try:
        content = begin(request.actor, claim, **form.cleaned_data)
    except DomainError as error:
        if error.field is None:
            raise
        refused(form, error)
        return show_answer(request, claim, form, status=422)
    return redirect("content", content.pk)


def begin(actor: Actor, claim: Claim, *, campaign: int, language: str, title: str, channels: list[int]) -> Content:
    return drafting.create_content(
        campaign=campaign_or_404(actor, campaign),
        claim=claim,
        title=title,
        language=language,
        channels=[channel_or_404(actor, channel) for channel in channels],
        actor=actor,
    )


def answer_form(request: ActorRequest, claim: Claim) -> AnswerForm:
    open_ones = campaigns_of(request.actor).exclude(state=CampaignState.CLOSED)
    language = get_language() or "ar"
    first: dict[str, Any] = {"language": "ar", "title": claim_text(claim, language)[:160]}
    first["channels"] = one_per_network(channels_of(request.actor))
    return AnswerForm(request.POST or None, campaigns=open_ones, channels=channels_of(request.actor), initial=first)


def one_per_network(channels: Any) -> list[int]:
    """Two accounts of one network never say the same words: only the first of each is chosen beforehand."""
    first: dict[str, int] = {}
    for channel in channels:
        first.setdefault(channel.network, channel.pk)
    return list(first.values())


def show_answer(request: ActorRequest, claim: Claim, form: AnswerForm, *, status: int = 200) -> HttpResponse:
    page = {
        "concept": concept_name(claim.concept, get_language() or "ar"),
        "claim_text": claim_text(claim, get_language() or "ar"),
        "form": form,
        "has_campaigns": campaigns_of(request.actor).exclude(state=CampaignState.CLOSED).exists(),
    }
    return render(request, "campaigns/answer.html", page, status=status)
