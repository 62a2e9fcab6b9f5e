"""Programmes with their goals, segments of the audience, messengers with their consent: lists, forms, withdrawal."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import needs
from accounts.actors import ActorRequest
from accounts.capabilities import Capability
from accounts.models import Language
from campaigns.access import (
    messenger_or_404,
    messengers_of,
    programme_or_404,
    programmes_of,
    segment_or_404,
    segments_of,
)
from campaigns.audiences import add_segment, edit_segment
from campaigns.messengers import add_messenger, consent_problem, edit_messenger, withdraw_consent
from campaigns.models import Segment
from campaigns.programmes import add_programme, edit_programme
from campaigns.register_forms import MessengerForm, ProgrammeForm, SegmentForm, programme_as_typed
from campaigns.views.goals import programme_page
from campaigns.views.knowledge import KnowledgeRow, found
from campaigns.views.registers import Page, change, new
from chain.errors import DomainError
from networks.registry import label_in


def page_of(request: ActorRequest, words: str, rows: list[Any]) -> dict[str, Any]:
    return {"rows": rows, "words": words, "can_edit": request.actor.can(Capability.EDIT_BRIEF)}


@require_safe
@needs(Capability.VIEW_CAMPAIGNS)
def programmes(request: ActorRequest) -> HttpResponse:
    words, some = found(request, programmes_of(request.actor))
    rows = [
        KnowledgeRow(
            reverse("programme", args=[one.pk]),
            one.title,
            ngettext("%(n)s goal", "%(n)s goals", len(one.goals.all())) % {"n": len(one.goals.all())},
        )
        for one in some
    ]
    return render(request, "campaigns/programmes.html", page_of(request, words, rows))


@require_safe
@needs(Capability.VIEW_CAMPAIGNS)
def programme(request: ActorRequest, programme_id: int) -> HttpResponse:
    shown = programme_or_404(request.actor, programme_id)
    return render(request, "campaigns/programme.html", programme_page(shown, request.actor))


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Capability.EDIT_BRIEF)
def programme_new(request: ActorRequest) -> HttpResponse:
    page = Page(_("Which programme, and to which goals?"), "", reverse("programmes"))

    def keep(form: ProgrammeForm) -> str:
        return reverse("programme", args=[add_programme(actor=request.actor, **form.given()).pk])

    return new(request, page, ProgrammeForm(request.POST or None), keep)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Capability.EDIT_BRIEF)
def programme_edit(request: ActorRequest, programme_id: int) -> HttpResponse:
    row = programme_or_404(request.actor, programme_id)
    back = reverse("programme", args=[row.pk])
    page = Page(_("Which programme, and to which goals?"), row.title, back)

    def keep(form: ProgrammeForm, version: int) -> str:
        edit_programme(programme=row, changes=form.given(), version=version, actor=request.actor)
        return back

    return change(request, page, ProgrammeForm(request.POST or None, initial=programme_as_typed(row)), row, keep)


@require_safe
@needs(Capability.VIEW_CAMPAIGNS)
def segments(request: ActorRequest) -> HttpResponse:
    words, some = found(request, segments_of(request.actor))
    rows = [KnowledgeRow(reverse("segment-edit", args=[one.pk]), one.name, segment_words(one)) for one in some]
    return render(request, "campaigns/segments.html", page_of(request, words, rows))


def segment_words(segment: Segment) -> str:
    languages = [str(Language(code).label) for code in segment.languages]
    return _(", ").join([*languages, *(label_in(slug, get_language()) for slug in segment.networks)])


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Capability.EDIT_BRIEF)
def segment_new(request: ActorRequest) -> HttpResponse:
    page = Page(_("Which group do we speak to?"), "", reverse("segments"))

    def keep(form: SegmentForm) -> str:
        add_segment(actor=request.actor, **form.given())
        return reverse("segments")

    return new(request, page, SegmentForm(request.POST or None), keep)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Capability.EDIT_BRIEF)
def segment_edit(request: ActorRequest, segment_id: int) -> HttpResponse:
    row = segment_or_404(request.actor, segment_id)
    page = Page(_("Which group do we speak to?"), row.name, reverse("segments"), voids())
    initial = {name: getattr(row, name) for name in SegmentForm.base_fields}

    def keep(form: SegmentForm, version: int) -> str:
        edit_segment(segment=row, changes=form.given(), version=version, actor=request.actor)
        return reverse("segments")

    return change(request, page, SegmentForm(request.POST or None, initial=initial), row, keep)


def voids() -> str:
    return _("Signed briefs that name it must be signed anew when what they say of it changes.")


@require_safe
@needs(Capability.VIEW_CAMPAIGNS)
def messengers(request: ActorRequest) -> HttpResponse:
    words, some = found(request, messengers_of(request.actor))
    today = timezone.localdate()
    rows = [{"messenger": one, "problem": consent_problem(one, today)} for one in some]
    return render(request, "campaigns/messengers.html", page_of(request, words, rows))


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Capability.EDIT_BRIEF)
def messenger_new(request: ActorRequest) -> HttpResponse:
    page = Page(_("Who speaks, and to what did they consent?"), "", reverse("messengers"))

    def keep(form: MessengerForm) -> str:
        add_messenger(actor=request.actor, **form.given())
        return reverse("messengers")

    return new(request, page, MessengerForm(request.POST or None), keep)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Capability.EDIT_BRIEF)
def messenger_edit(request: ActorRequest, messenger_id: int) -> HttpResponse:
    row = messenger_or_404(request.actor, messenger_id)
    page = Page(_("Who speaks, and to what did they consent?"), row.public_name, reverse("messengers"), voids())
    initial = {name: getattr(row, name) for name in MessengerForm.base_fields}

    def keep(form: MessengerForm, version: int) -> str:
        edit_messenger(messenger=row, changes=form.given(), version=version, actor=request.actor)
        return reverse("messengers")

    return change(request, page, MessengerForm(request.POST or None, initial=initial), row, keep)


@require_POST
@needs(Capability.EDIT_BRIEF)
def messenger_withdraw(request: ActorRequest, messenger_id: int) -> HttpResponse:
    messenger = messenger_or_404(request.actor, messenger_id)
    try:
        withdraw_consent(messenger=messenger, why=request.POST.get("why", ""), actor=request.actor)
    except DomainError as error:
        messages.error(request, str(error.message))
    else:
        messages.success(request, _("The consent is withdrawn, and what was waiting in these campaigns is held."))
    return redirect("messengers")
