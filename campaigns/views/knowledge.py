"""Concepts and narratives: what each is, what to say and to avoid, and which of its claims have no approved answer."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import needs
from accounts.actors import ActorRequest
from accounts.capabilities import Capability
from campaigns.views.claims import ClaimRow, claim_rows
from campaigns.views.registers import Page, change, new
from library.access import concept_or_404, concepts_of, narrative_or_404, narratives_of
from library.concepts import add_concept, concept_name, edit_concept
from library.folding import matching
from library.forms import ConceptForm, NarrativeForm, concept_as_typed
from library.models import Concept, Narrative
from library.narratives import add_narrative, edit_narrative, narrative_title
from library.registers import in_language


@dataclass(frozen=True)
class KnowledgeRow:
    url: str
    title: str
    meta: str
    kind: str = ""


@dataclass(frozen=True)
class Terms:
    """What to say and what to avoid of a concept, in the reader's language, else in Arabic."""

    name: str
    url: str
    definition: str
    say: list[str]
    avoid: list[str]

    @property
    def is_empty(self) -> bool:
        return not (self.definition.strip() or self.say or self.avoid)


def terms_of(concept: Concept, language: str) -> Terms:
    return Terms(
        concept_name(concept, language),
        reverse("concept", args=[concept.pk]),
        in_language(concept, "definition", language),
        concept.say.get(language) or concept.say.get("ar", []),
        concept.avoid.get(language) or concept.avoid.get("ar", []),
    )


def said_of(waiting: int, total: int) -> str:
    """How many claims a concept or a narrative has, and how many of them nobody answered."""
    count = ngettext("%(n)s claim", "%(n)s claims", total) % {"n": total}
    if not total:
        return _("No claim yet")
    if not waiting:
        return _("%(count)s, each with an approved answer") % {"count": count}
    lacks = ngettext("%(n)s without an approved answer", "%(n)s without an approved answer", waiting) % {"n": waiting}
    return _("%(count)s, %(lacks)s") % {"count": count, "lacks": lacks}


def found(request: ActorRequest, rows: QuerySet[Any]) -> tuple[str, list[Any]]:
    words = request.GET.get("q", "")
    return words, list(matching(rows, words))


def listed(request: ActorRequest, template: str, rows: list[KnowledgeRow], words: str) -> HttpResponse:
    page = {"rows": rows, "words": words, "can_edit": request.actor.can(Capability.EDIT_KNOWLEDGE)}
    return render(request, template, page)


@require_safe
@needs(Capability.VIEW_KNOWLEDGE)
def concepts(request: ActorRequest) -> HttpResponse:
    language, all_claims = get_language() or "ar", claim_rows(request.actor)
    total = Counter(row.claim.concept_id for row in all_claims)
    waiting = Counter(row.claim.concept_id for row in all_claims if not row.is_answered)
    words, some = found(request, concepts_of(request.actor))
    rows = [
        KnowledgeRow(reverse("concept", args=[c.pk]), concept_name(c, language), said_of(waiting[c.pk], total[c.pk]))
        for c in some
    ]
    return listed(request, "library/concepts.html", rows, words)


@require_safe
@needs(Capability.VIEW_KNOWLEDGE)
def concept(request: ActorRequest, concept_id: int) -> HttpResponse:
    shown = concept_or_404(request.actor, concept_id)
    page = {
        "concept": shown,
        "terms": terms_of(shown, get_language() or "ar"),
        "names": [name for name in (shown.name_ar, shown.name_fr, shown.name_en) if name],
        **claims_in(request, claim_rows(request.actor, concept=shown)),
    }
    return render(request, "library/concept.html", page)


def claims_in(request: ActorRequest, rows: list[ClaimRow]) -> dict[str, Any]:
    return {
        "rows": sorted(rows, key=lambda row: (row.is_answered, row.claim.pk)),
        "lede": said_of(sum(not row.is_answered for row in rows), len(rows)),
        "can_write": request.actor.can(Capability.WRITE_CONTENT),
        "can_edit": request.actor.can(Capability.EDIT_KNOWLEDGE),
    }


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Capability.EDIT_KNOWLEDGE)
def concept_new(request: ActorRequest) -> HttpResponse:
    page = Page(_("Which concept, and how do we speak of it?"), "", reverse("concepts"))

    def keep(form: ConceptForm) -> str:
        return reverse("concept", args=[add_concept(actor=request.actor, **form.given()).pk])

    return new(request, page, ConceptForm(request.POST or None), keep)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Capability.EDIT_KNOWLEDGE)
def concept_edit(request: ActorRequest, concept_id: int) -> HttpResponse:
    row = concept_or_404(request.actor, concept_id)
    back = reverse("concept", args=[row.pk])
    page = Page(_("How do we speak of it?"), concept_name(row, get_language() or "ar"), back)

    def keep(form: ConceptForm, version: int) -> str:
        edit_concept(concept=row, changes=form.given(), version=version, actor=request.actor)
        return back

    return change(request, page, ConceptForm(request.POST or None, initial=concept_as_typed(row)), row, keep)


@require_safe
@needs(Capability.VIEW_KNOWLEDGE)
def narratives(request: ActorRequest) -> HttpResponse:
    language, all_claims = get_language() or "ar", claim_rows(request.actor)
    total = Counter(row.claim.narrative_id for row in all_claims)
    waiting = Counter(row.claim.narrative_id for row in all_claims if not row.is_answered)
    words, some = found(request, narratives_of(request.actor))
    rows = [
        KnowledgeRow(
            reverse("narrative", args=[n.pk]), narrative_title(n, language), said_of(waiting[n.pk], total[n.pk]),
            str(n.get_kind_display()),
        )
        for n in some
    ]  # fmt: skip
    return listed(request, "library/narratives.html", rows, words)


@require_safe
@needs(Capability.VIEW_KNOWLEDGE)
def narrative(request: ActorRequest, narrative_id: int) -> HttpResponse:
    shown, language = narrative_or_404(request.actor, narrative_id), get_language() or "ar"
    page = {
        "narrative": shown,
        "title": narrative_title(shown, language),
        "summary": in_language(shown, "summary", language),
        **claims_in(request, claim_rows(request.actor, narrative=shown)),
    }
    return render(request, "library/narrative.html", page)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Capability.EDIT_KNOWLEDGE)
def narrative_new(request: ActorRequest) -> HttpResponse:
    page = Page(_("Which narrative, in our own neutral words?"), "", reverse("narratives"))

    def keep(form: NarrativeForm) -> str:
        return reverse("narrative", args=[add_narrative(actor=request.actor, **form.given()).pk])

    return new(request, page, NarrativeForm(request.POST or None), keep)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Capability.EDIT_KNOWLEDGE)
def narrative_edit(request: ActorRequest, narrative_id: int) -> HttpResponse:
    row = narrative_or_404(request.actor, narrative_id)
    back = reverse("narrative", args=[row.pk])
    page = Page(_("What does this narrative say?"), narrative_title(row, get_language() or "ar"), back)
    initial = {name: getattr(row, name) for name in (*Narrative.SEARCHED, "kind", "version")}

    def keep(form: NarrativeForm, version: int) -> str:
        edit_narrative(narrative=row, changes=form.given(), version=version, actor=request.actor)
        return back

    return change(request, page, NarrativeForm(request.POST or None, initial=initial), row, keep)
