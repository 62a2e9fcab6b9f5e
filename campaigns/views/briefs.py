"""Writing a campaign's brief, putting it before a manager, signing it or sending it back."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import needs, signed_in
from accounts.actors import ActorRequest
from accounts.capabilities import Capability, Role
from accounts.models import Language
from campaigns import briefs
from campaigns.access import campaign_or_404, messengers_of, programmes_of, segments_of
from campaigns.forms import BriefForm, brief_as_typed
from campaigns.models import Campaign, LatenessPolicy
from campaigns.views.kept import confirm_first, keep
from chain.errors import DomainError, Invalid, NotAllowed, SecondFactorNeeded, StaleState
from library.forms import refused


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Capability.EDIT_BRIEF)
def new(request: ActorRequest) -> HttpResponse:
    if request.method != "POST":
        return show_brief(request, BriefForm(initial=blank(request), rows=rows_for(request)), None)
    form = BriefForm(request.POST, rows=rows_for(request))
    if not form.is_valid():
        return show_brief(request, form, None, status=422)
    given = form.brief()
    try:
        campaign = briefs.create_campaign(title=given.pop("title"), actor=request.actor, changes=given)
    except Invalid as error:
        refused(form, error)
        return show_brief(request, form, None, status=422)
    return redirect("campaign", campaign.pk)


def rows_for(request: ActorRequest) -> dict[str, Any]:
    """What a brief may point at. A messenger who withdrew is not offered."""
    actor = request.actor
    willing = messengers_of(actor).filter(withdrawn_at=None)
    return {"programmes": programmes_of(actor), "segments": segments_of(actor), "messengers": willing}


def blank(request: ActorRequest) -> dict[str, Any]:
    zone = request.membership.organisation.time_zone if request.membership else "UTC"
    first = {"languages": [Language.AR], "lateness_policy": LatenessPolicy.HOLD, "lateness_minutes": 60}
    return {**first, "time_zone": zone}


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Capability.EDIT_BRIEF)
def brief(request: ActorRequest, campaign_id: int) -> HttpResponse:
    campaign = campaign_or_404(request.actor, campaign_id)
    if request.method != "POST":
        return show_brief(request, BriefForm(initial=brief_as_typed(campaign), rows=rows_for(request)), campaign)
    form = BriefForm(request.POST, rows=rows_for(request))
    if not form.is_valid():
        return show_brief(request, form, campaign, status=422)
    try:
        version = form.cleaned_data["version"] or 0
        edited = briefs.edit_brief(campaign=campaign, changes=form.brief(), version=version, actor=request.actor)
    except (Invalid, StaleState) as error:
        refused(form, error)
        return show_brief(request, upon_newest(form, campaign), campaign, status=error.status)
    if edited.was_signed:
        messages.warning(request, _("The brief changed, so its signature is void: submit it again."))
    return redirect("campaign", campaign.pk)


def upon_newest(form: BriefForm, campaign: Campaign) -> BriefForm:
    """What was typed, ready to be saved upon the version that stands now, with what is wrong said on top."""
    campaign.refresh_from_db()
    typed = QueryDict(mutable=True)
    for name in form.data:
        typed.setlist(name, form.data.getlist(name))  # type: ignore[attr-defined]
    typed["version"] = str(campaign.version)
    form.data = typed
    return form


def show_brief(request: ActorRequest, form: BriefForm, campaign: Campaign | None, *, status: int = 200) -> HttpResponse:
    return render(request, "campaigns/brief.html", {"form": form, "campaign": campaign}, status=status)


@require_POST
@needs(Capability.EDIT_BRIEF)
def submit(request: ActorRequest, campaign_id: int) -> HttpResponse:
    campaign = campaign_or_404(request.actor, campaign_id)
    try:
        briefs.submit_brief(campaign=campaign, actor=request.actor)
    except (Invalid, StaleState) as error:
        messages.error(request, str(error.message))
    else:
        messages.success(request, _("The brief is before the managers for signature."))
    return redirect("campaign", campaign.pk)


@require_POST
@signed_in
def sign(request: ActorRequest, campaign_id: int) -> HttpResponse:
    campaign = campaign_or_404(request.actor, campaign_id)
    try:
        briefs.sign_brief(campaign=campaign, digest=request.POST.get("digest", ""), actor=request.actor)
    except SecondFactorNeeded:
        return confirm(request, campaign)
    except DomainError as error:
        return sent_back(request, campaign, error)
    messages.success(request, _("Your seal is on this brief."))
    return redirect("campaign", campaign.pk)


@require_POST
@signed_in
def return_brief(request: ActorRequest, campaign_id: int) -> HttpResponse:
    campaign = campaign_or_404(request.actor, campaign_id)
    asked = {"digest": request.POST.get("digest", ""), "note": request.POST.get("note", "")}
    try:
        briefs.request_brief_changes(campaign=campaign, actor=request.actor, **asked)
    except SecondFactorNeeded:
        return confirm(request, campaign)
    except DomainError as error:
        return sent_back(request, campaign, error)
    messages.success(request, _("The brief went back to its writers with your words."))
    return redirect("campaign", campaign.pk)


@require_POST
@signed_in
def withdraw(request: ActorRequest, campaign_id: int) -> HttpResponse:
    campaign = campaign_or_404(request.actor, campaign_id)
    try:
        briefs.withdraw_brief_signature(campaign=campaign, why=request.POST.get("why", "")[:500], actor=request.actor)
    except SecondFactorNeeded:
        return confirm(request, campaign)
    except DomainError as error:
        return sent_back(request, campaign, error)
    messages.success(request, _("Your signature is withdrawn. What was to go out under it is held."))
    return redirect("campaign", campaign.pk)


def confirm(request: ActorRequest, campaign: Campaign) -> HttpResponse:
    what = _("The brief of “%(title)s”, version %(version)s") % {"title": campaign.title, "version": campaign.version}
    back, role = reverse("campaign", args=[campaign.pk]), str(Role.MANAGER.label)
    return confirm_first(request, back=back, what=what, role=role, digest=campaign.digest)


def sent_back(request: ActorRequest, campaign: Campaign, error: DomainError) -> HttpResponse:
    """The page again, with the sentence and all that was typed. Who may not sign at all is refused plainly."""
    if isinstance(error, NotAllowed) and error.code == NotAllowed.code:
        raise error
    messages.error(request, str(error.message))
    back = reverse("campaign", args=[campaign.pk])
    keep(request, back)
    return redirect(back)
