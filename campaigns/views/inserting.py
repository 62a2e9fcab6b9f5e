"""What is laid into a sheet: verses by reference, other sources, pictures and videos, and channels."""

from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from accounts.access import needs
from accounts.actors import ActorRequest
from accounts.capabilities import Capability
from campaigns import drafting, uploading
from campaigns.access import channel_or_404, content_or_404, variant_or_404
from campaigns.captions import VTT, broken
from campaigns.checks import in_play
from campaigns.documents import CENTRE
from campaigns.models import Content, MediaFile, Variant
from campaigns.rendering import adapter_of
from campaigns.views.answers import answers_json, whole
from campaigns.views.sheets import ShownVerse, cropped, picture_as, shown_source
from chain.errors import Invalid, NotAllowed
from library.access import citation_or_404, citations_of
from library.citing import cite_source, cite_verse, passage_of
from library.folding import matching
from library.forms import form_of
from library.models import Citation, CitationKind
from library.scripture import passage

FOUND = 20


def numbers(request: ActorRequest) -> tuple[int, int, int]:
    surah, first, last = (whole(request.POST.get(name)) for name in ("surah", "ayah_from", "ayah_to"))
    return surah, first, last


@answers_json
def look(request: ActorRequest) -> dict[str, Any]:
    """The verses as they would be laid in. Reads the installed text and writes nothing."""
    if not request.actor.can(Capability.WRITE_CONTENT):
        raise NotAllowed
    found = passage(*numbers(request))
    return {"html": render_to_string("campaigns/editor/_look.html", {"verse": found}, request)}


@answers_json
def cite(request: ActorRequest, content_id: int) -> dict[str, Any]:
    content = content_or_404(request.actor, content_id)
    request.actor.require(Capability.WRITE_CONTENT, on=content)
    surah, first, last = numbers(request)
    citation = cite_verse(surah=surah, ayah_from=first, ayah_to=last, actor=request.actor)
    verse = ShownVerse(citation.pk, passage_of(citation))
    page = {"verse": verse, "prefix": "body"}
    return {"citation": citation.pk, "html": render_to_string("campaigns/editor/_verse.html", page, request)}


@answers_json
def find_source(request: ActorRequest) -> dict[str, Any]:
    """Hadiths, works and pages with all the words that were typed, the newest first. Writes nothing."""
    if not request.actor.can(Capability.WRITE_CONTENT):
        raise NotAllowed
    found = matching(citations_of(request.actor).exclude(kind=CitationKind.QURAN), request.POST.get("q", ""))
    shown = [shown_source(citation) for citation in found.order_by("-id")[:FOUND]]
    return {"html": render_to_string("campaigns/editor/_found.html", {"sources": shown}, request)}


@answers_json
def add_source(request: ActorRequest, content_id: int) -> dict[str, Any]:
    """A recorded source, or one that is recorded now, as the sheet draws it; the sheet's own save keeps it there."""
    content = content_or_404(request.actor, content_id)
    request.actor.require(Capability.WRITE_CONTENT, on=content)
    citation = chosen_source(request)
    page = {"source": shown_source(citation), "can_write": True}
    return {"citation": citation.pk, "html": render_to_string("campaigns/editor/_source.html", page, request)}


def chosen_source(request: ActorRequest) -> Citation:
    if request.POST.get("citation"):
        return citation_or_404(request.actor, whole(request.POST["citation"]))
    kind = request.POST.get("kind", "")
    form = form_of(kind)(request.POST)
    if not form.is_valid():
        field, errors = next(iter(form.errors.items()))
        raise Invalid(str(errors[0]), code="invalid", field=field)
    return cite_source(kind=kind, actor=request.actor, **form.given())


@answers_json
def add_picture(request: ActorRequest, content_id: int) -> dict[str, Any]:
    """Take a picture or video in for the chosen channels, or all; each may then describe it its own way.

    Captions come with a video alone.
    """
    content = content_or_404(request.actor, content_id)
    file, alt = request.FILES.get("picture"), request.POST.get("alt", "")
    if file is None:
        raise Invalid(gettext_lazy("Choose a picture or a video first."), field="picture")
    if not alt.strip():
        raise Invalid(gettext_lazy("Describe what it shows for those who cannot see it."), field="alt")
    variants = chosen_variants(request, content)
    stored = taken_in(request, content, file)
    if not stored.is_picture and not stored.is_video:
        raise Invalid(gettext_lazy("Choose a picture or a video first."), field="picture")
    words = request.FILES.get("captions")
    spoken = taken_in(request, content, words) if words and stored.is_video else None
    if spoken and spoken.mime_type != VTT:
        raise broken()
    picture = picture_as(stored, alt, spoken)
    drawn = {}
    for variant in variants:
        limits = adapter_of(variant.channel).effective_limits
        page = {"picture": cropped(picture, stored, limits, CENTRE), "variant_id": variant.pk}
        drawn[str(variant.pk)] = render_to_string("campaigns/editor/_picture.html", page, request)
    return {"media": stored.pk, "variants": drawn}


def chosen_variants(request: ActorRequest, content: Content) -> list[Variant]:
    """Those ticked; all where none was offered to tick."""
    variants, ticked = in_play(content), request.POST.getlist("to")
    chosen = [variant for variant in variants if not ticked or str(variant.pk) in ticked]
    if variants and not chosen:
        raise Invalid(gettext_lazy("Choose at least one channel for it."), field="to")
    return chosen


def taken_in(request: ActorRequest, content: Content, file: "UploadedFile[Any]") -> MediaFile:
    house = content.campaign.organisation
    return uploading.upload(organisation=house, file=file, name=file.name or "", actor=request.actor)


@require_POST
@needs(Capability.WRITE_CONTENT)
def add_channel(request: ActorRequest, content_id: int) -> HttpResponse:
    content = content_or_404(request.actor, content_id)
    channel = channel_or_404(request.actor, whole(request.POST.get("channel")))
    try:
        variant = drafting.add_variant(content=content, channel=channel, actor=request.actor)
    except Invalid as error:
        messages.error(request, str(error.message))
        return redirect("content", content.pk)
    messages.success(request, _("The sheet is now written for %(channel)s too.") % {"channel": channel.handle})
    return redirect(f"/contents/{content.pk}/#v-{variant.pk}")


@require_POST
@needs(Capability.WRITE_CONTENT)
def withdraw(request: ActorRequest, variant_id: int) -> HttpResponse:
    variant = variant_or_404(request.actor, variant_id)
    drafting.withdraw_variant(variant=variant, actor=request.actor, why="withdrawn by its writers")
    messages.success(request, _("The version for %(channel)s is withdrawn.") % {"channel": variant.channel.handle})
    return redirect("content", variant.content_id)
