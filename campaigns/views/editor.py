"""The editor: one content's sheet, saved by itself, measured while it is written, submitted when nothing blocks it."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import needs
from accounts.actors import ActorRequest
from accounts.capabilities import Capability
from campaigns import drafting, submitting
from campaigns.access import channels_of, content_or_404
from campaigns.checks import Checks, check, in_play, read_once
from campaigns.documents import Document
from campaigns.drafting import EditedByAnother
from campaigns.forms import sheet_as_posted
from campaigns.lifecycle import CampaignState, VariantState
from campaigns.models import Content, Remark
from campaigns.queries import held_by_edit
from campaigns.rendering import document_given, document_of
from campaigns.splitting import as_thread
from campaigns.views.answers import answers_json, same_person, sent, whole
from campaigns.views.chains import citations_in, links_of
from campaigns.views.knowledge import terms_of
from campaigns.views.sheets import Sheet, sheet_of
from chain.actors import Actor
from chain.errors import DomainError
from chain.reviewing import standings
from library.citing import told_of
from library.forms import source_forms
from library.models import Citation
from library.narratives import claim_text
from library.scripture import surahs


@dataclass(frozen=True)
class Tally:
    block: int
    warn: int
    ok: int


@dataclass(frozen=True)
class Submission:
    """Whether the button is open, and the sentence beneath it."""

    can_submit: bool
    why: str


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Capability.VIEW_CONTENTS)
def editor(request: ActorRequest, content_id: int) -> HttpResponse:
    content = content_or_404(request.actor, content_id)
    if request.method == "POST":
        return save_form(request, content)
    return show_editor(request, content, document_of(content))


def save_form(request: ActorRequest, content: Content) -> HttpResponse:
    """Saving without script. Where another saved meanwhile, both texts are on the page and nothing is lost."""
    living = {str(variant.pk) for variant in in_play(content)}
    posted = sheet_as_posted(request.POST, [int(pk) for pk in living])
    kept = {pk: own for pk, own in document_of(content).to_json()["variants"].items() if pk not in living}
    posted["variants"] |= kept
    try:
        if request.POST.get("thread"):
            written = document_given(content, posted)
            posted = as_thread(content, written, whole(request.POST.get("thread"))).to_json()
        base = whole(request.POST.get("base_version"))
        saved = drafting.save_draft(content=content, document=posted, base_version=base, actor=request.actor)
    except EditedByAnother as error:
        messages.error(request, str(error.message))
        return show_editor(
            request, content, document_given(content, posted), theirs=error.document, status=error.status
        )
    messages.success(request, _("Saved."))
    if held := held_by_edit(saved.voided):
        messages.warning(request, render_to_string("campaigns/editor/_held.html", {"held": held}, request))
    return redirect("content", content.pk)


def show_editor(
    request: ActorRequest, content: Content, document: Document, *, theirs: Any = None, status: int = 200
) -> HttpResponse:
    """`theirs` is what another saved meanwhile, shown beside the sheet to take from."""
    can_write = request.actor.can(Capability.WRITE_CONTENT) and content.campaign.state != CampaignState.CLOSED
    found = check(content, document)
    sheet = sheet_of(content, document, found, can_write=can_write)
    page = {
        **laid(content, document, sheet, can_write),
        **checked(found, sheet),
        "claim_text": claim_text(content.claim, get_language() or "ar"),
        "version_line": version_line(content),
        "compares": [] if not sheet.variants else compares(sheet),
        "remarks": open_remarks(content),
        "flights": in_play(content),
        "addable": addable(request.actor, content) if can_write else [],
        "links": links(content, sheet),
        "terms": terms_of(content.claim.concept, get_language() or "ar"),
        "surahs": surahs(),
        "source_forms": source_forms() if request.actor.can(Capability.EDIT_KNOWLEDGE) else [],
        "words": words(),
        "theirs": "\n\n".join(block.get("text", "﴿…﴾") for block in theirs["body"]) if theirs else "",
    }
    return render(request, "campaigns/editor.html", page, status=status)


def laid(content: Content, document: Document, sheet: Sheet, can_write: bool) -> dict[str, Any]:
    return {
        "content": content,
        "written": document,
        "blocks": sheet.blocks,
        "variants": sheet.variants,
        "withdrawn": sheet.withdrawn,
        "sources": sheet.sources,
        "can_write": can_write,
    }


def checked(found: Checks, sheet: Sheet) -> dict[str, Any]:
    shown = read_once(found, {v.id: v.handle for v in sheet.variants})
    tally = Tally(len(shown.blocks), len(shown.warnings), len(shown.sound))
    return {"checks": shown, "tally": tally, "submission": submission(found, sheet)}


def submission(found: Checks, sheet: Sheet) -> Submission:
    waiting = [v for v in sheet.variants if v.variant.state not in submitting.UP_ALREADY]
    if not waiting:
        return Submission(False, _("Every channel's version is under review or signed. An edit makes a new version."))
    if any(found.blocking(v.id) for v in waiting):
        return Submission(False, _("Opens when nothing blocks it any more."))
    return Submission(True, _("This version is then frozen; any edit makes a new one and voids its signatures."))


def version_line(content: Content) -> str:
    number = content.revisions.count()
    if not number:
        return _("Draft, never submitted")
    return _("Last version submitted: %(n)s") % {"n": number}


def compares(sheet: Sheet) -> list[dict[str, str]]:
    """A way to read each version that is up, as its reviewers see it."""
    up = [v for v in sheet.variants if v.variant.payload_id is not None]
    return [
        {"url": reverse("review", args=[v.id]), "label": _("As submitted for %(channel)s") % {"channel": v.handle}}
        for v in up
    ]


def open_remarks(content: Content) -> list[Remark]:
    found = Remark.objects.filter(variant__content=content, settled_at=None).exclude(
        variant__state=VariantState.WITHDRAWN
    )
    return list(found.select_related("author"))


def addable(actor: Actor, content: Content) -> list[Any]:
    return list(channels_of(actor).exclude(pk__in=content.variants.values("channel_id")).exclude(state="disconnected"))


def links(content: Content, sheet: Sheet) -> Any:
    up = next((v.variant for v in sheet.variants if v.variant.payload_id), None)
    cited = Citation.objects.filter(organisation_id=content.organisation_id, pk__in=citations_in(content.draft))
    named = [told_of(citation) for citation in cited]
    text = claim_text(content.claim, get_language() or "ar")
    return links_of(content, text, standings(up) if up else [], sources=named)


def words() -> dict[str, str]:
    """The sentences that the page's script says."""
    return {
        "saved": _("Every word saved, %(time)s") % {"time": "%(time)s"},
        "writing": _("Being written…"),
        "saving": _("Being saved…"),
        "kept": _("The line dropped. Your words are kept in this browser; we go on trying."),
        "notKept": _("The line dropped, and this browser keeps nothing. Do not close the page; we go on trying."),
        "refused": _("Not saved: %(why)s") % {"why": "%(why)s"},
        "dropped": _("The line dropped. Try again; nothing on the sheet is lost."),
        "newer": _("This text was saved meanwhile. Your words are kept here: compare them."),
        "yours": _("Your words, set aside"),
        "theirs": _("The saved words, set aside"),
    }


# What the page's script asks


@answers_json
def save(request: ActorRequest, content_id: int) -> dict[str, Any]:
    content, body = content_or_404(request.actor, content_id), sent(request)
    same_person(request, body)
    saved = drafting.save_draft(
        content=content,
        document=body.get("document"),
        base_version=whole(body.get("base_version")),
        actor=request.actor,
    )
    at = render_to_string("campaigns/editor/_at.html", {"at": saved.saved_at}, request).strip()
    held = held_by_edit(saved.voided)
    said = render_to_string("campaigns/editor/_held.html", {"held": held}, request) if held else ""
    return {"version": saved.version, "at": at, "voided": [variant.pk for variant in saved.voided], "held": said}


@answers_json
def measure(request: ActorRequest, content_id: int) -> dict[str, Any]:
    """Counts, previews and checks of what stands on the sheet now, saved or not."""
    content = content_or_404(request.actor, content_id)
    request.actor.require(Capability.WRITE_CONTENT, on=content)
    document = document_given(content, sent(request).get("document"))
    found = check(content, document)
    sheet = sheet_of(content, document, found, can_write=True)
    page = checked(found, sheet)
    said: Submission = page["submission"]
    return {
        "variants": {str(variant.id): shown_parts(request, variant) for variant in sheet.variants},
        "checks": render_to_string("campaigns/editor/_checks.html", page, request),
        "tally": render_to_string("campaigns/editor/_tally.html", page, request),
        "can_submit": said.can_submit,
        "why": said.why,
    }


def shown_parts(request: ActorRequest, variant: Any) -> dict[str, Any]:
    shown = {"shown": variant.shown}
    return {
        "count": render_to_string("campaigns/editor/_count.html", shown, request),
        "meter": render_to_string("campaigns/editor/_meter.html", shown, request),
        "preview": variant.preview,
        "is_over": variant.shown.is_over,
        "frames": {str(picture.id): picture.frame for picture in variant.pictures if picture.crop},
    }


@answers_json
def lay(request: ActorRequest, content_id: int) -> dict[str, Any]:
    """The sheet drawn anew with a given document: another's saved text, or words that the browser kept."""
    content = content_or_404(request.actor, content_id)
    request.actor.require(Capability.WRITE_CONTENT, on=content)
    document = document_given(content, sent(request).get("document"))
    found = check(content, document)
    sheet = sheet_of(content, document, found, can_write=True)
    return {"html": render_to_string("campaigns/editor/_laid.html", laid(content, document, sheet, True), request)}


@answers_json
def thread(request: ActorRequest, content_id: int) -> dict[str, Any]:
    """One channel's text cut into a thread, drawn as its own text. Writes nothing."""
    content, body = content_or_404(request.actor, content_id), sent(request)
    request.actor.require(Capability.WRITE_CONTENT, on=content)
    document = document_given(content, body.get("document"))
    variant_id = whole(body.get("variant"))
    made = as_thread(content, document, variant_id)
    sheet = sheet_of(content, made, check(content, made), can_write=True)
    variant = next(one for one in sheet.variants if one.id == variant_id)
    laid = {"blocks": variant.blocks, "prefix": variant.prefix, "language": variant.language}
    return {"html": render_to_string("campaigns/editor/_blocks.html", laid, request)}


@require_POST
@needs(Capability.WRITE_CONTENT)
def submit(request: ActorRequest, content_id: int) -> HttpResponse:
    content = content_or_404(request.actor, content_id)
    try:
        base = whole(request.POST.get("base_version"))
        up = submitting.submit_all(content=content, actor=request.actor, base_version=base)
    except DomainError as error:
        messages.error(request, str(error.message))
        return redirect("content", content.pk)
    done = ngettext("%(n)s version is up for signature.", "%(n)s versions are up for signature.", len(up))
    messages.success(request, done % {"n": len(up)})
    return redirect("content", content.pk)
