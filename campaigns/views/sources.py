"""Sources: verses, hadiths, works and pages, each with who verified it, and what still waits for a second person."""

from dataclasses import dataclass

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import needs
from accounts.actors import ActorRequest
from accounts.capabilities import Capability
from campaigns.views.registers import Page, new
from chain.actors import Actor
from chain.errors import DomainError
from library.access import citation_or_404, citations_of
from library.citing import cite_source, label_of, verify_citation
from library.folding import matching
from library.forms import SOURCE_FORMS, Register, form_of
from library.models import Citation, CitationKind

PER_PAGE = 50
WAITING = Q(verified_at=None) & ~Q(kind=CitationKind.QURAN)


@dataclass(frozen=True)
class SourceRow:
    citation: Citation
    label: str
    can_verify: bool


@require_safe
@needs(Capability.VIEW_KNOWLEDGE)
def sources(request: ActorRequest) -> HttpResponse:
    words, chosen = request.GET.get("q", ""), request.GET.get("kind", "")
    everything = citations_of(request.actor)
    waiting = everything.filter(WAITING).count()
    shown = Paginator(matching(only(everything, chosen), words).order_by("-id"), PER_PAGE).get_page(
        request.GET.get("page")
    )
    page = {
        "rows": [row_of(citation, request.actor) for citation in shown],
        "page": shown,
        "words": words,
        "chosen": chosen,
        "kinds": CitationKind.choices,
        "waiting": waiting,
        "lede": lede(waiting),
        "can_edit": request.actor.can(Capability.EDIT_KNOWLEDGE),
        "new": [(kind, CitationKind(kind).label) for kind in SOURCE_FORMS],
    }
    return render(request, "library/sources.html", page)


def only(found: QuerySet[Citation], chosen: str) -> QuerySet[Citation]:
    if chosen == "waiting":
        return found.filter(WAITING)
    return found.filter(kind=chosen) if chosen in CitationKind.values else found


def lede(waiting: int) -> str:
    if not waiting:
        return _("Each of them was verified by a second person.")
    words = ngettext(
        "%(n)s source waits to be verified by a second person.",
        "%(n)s sources wait to be verified by a second person.",
        waiting,
    )
    return words % {"n": waiting}


def row_of(citation: Citation, actor: Actor) -> SourceRow:
    mine = citation.created_by_id == actor.user_id
    can_verify = actor.can(Capability.EDIT_KNOWLEDGE) and not citation.is_verified and not mine
    return SourceRow(citation, label_of(citation), can_verify)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Capability.EDIT_KNOWLEDGE)
def source_new(request: ActorRequest, kind: str) -> HttpResponse:
    if kind not in SOURCE_FORMS:
        raise Http404
    note = _("It stays “to be verified” until another person compared it with its original.")
    page = Page(_("Which source, and where in it?"), str(CitationKind(kind).label), reverse("sources"), note)

    def keep(form: Register) -> str:
        cite_source(kind=kind, actor=request.actor, **form.given())
        return reverse("sources")

    return new(request, page, form_of(kind)(request.POST or None), keep)


@require_POST
@needs(Capability.EDIT_KNOWLEDGE)
def verify(request: ActorRequest, citation_id: int) -> HttpResponse:
    citation = citation_or_404(request.actor, citation_id)
    try:
        verify_citation(citation=citation, actor=request.actor)
    except DomainError as error:
        messages.error(request, str(error.message))
    else:
        messages.success(request, _("It is noted that you compared it with its original."))
    return redirect(f"{reverse('sources')}?kind=waiting")
