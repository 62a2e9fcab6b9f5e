"""What is laid into a sheet: verses by reference, pictures with their description, and channels."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from accounts.access import needs
from accounts.actors import ActorRequest
from accounts.capabilities import Capability
from campaigns import drafting, media
from campaigns.access import channel_or_404, content_or_404, variant_or_404
from campaigns.checks import in_play
from campaigns.views.answers import answers_json, whole
from campaigns.views.sheets import ShownVerse, picture_as
from chain.errors import Invalid, NotAllowed
from library.citing import cite_verse, passage_of
from library.scripture import passage


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
def add_picture(request: ActorRequest, content_id: int) -> dict[str, Any]:
    """Take a picture in for every channel of the sheet; each may then leave it out or describe it its own way."""
    content = content_or_404(request.actor, content_id)
    file, alt = request.FILES.get("picture"), request.POST.get("alt", "")
    if file is None:
        raise Invalid(gettext_lazy("Choose a picture first."), field="picture")
    if not alt.strip():
        raise Invalid(gettext_lazy("Describe the picture for those who cannot see it."), field="alt")
    stored = media.upload(
        organisation=content.campaign.organisation, file=file, name=file.name or "", actor=request.actor
    )
    picture = picture_as(stored, alt)
    drawn = {
        str(variant.pk): render_to_string(
            "campaigns/editor/_picture.html", {"picture": picture, "variant_id": variant.pk}, request
        )
        for variant in in_play(content)
    }
    return {"media": stored.pk, "variants": drawn}


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
