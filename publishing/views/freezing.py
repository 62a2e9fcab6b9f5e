"""Stop publishing at once; agree that it may go on."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import needs
from accounts.actors import ActorRequest
from accounts.capabilities import Capability
from campaigns.models import Campaign
from chain.errors import Invalid
from chain.models import HoldState
from publishing import freezing
from publishing.access import channels_of, hold_or_404
from publishing.forms import FreezeForm
from publishing.templatetags.deliveries import network_name


@needs(Capability.FREEZE)
def freeze(request: ActorRequest) -> HttpResponse:
    form = FreezeForm(request.POST or None, initial={"scope": "everything"})
    if request.method == "POST" and form.is_valid():
        scope, scope_id = form.scope_parts()
        try:
            hold = freezing.freeze(
                actor=request.actor, scope=scope, scope_id=scope_id, reason=form.cleaned_data["reason"]
            )
        except Invalid as error:
            form.add_error("reason" if error.field == "reason" else None, str(error.message))
        else:
            return redirect("frozen", hold.pk)
    context = {
        "form": form,
        "chosen": request.POST.get("scope", "everything"),
        "scopes": scopes(request),
    }
    return render(request, "publishing/freeze.html", context, status=422 if request.method == "POST" else 200)


def scopes(request: ActorRequest) -> list[tuple[str, str]]:
    """What can be stopped, as (value of the form, words): everything, a network, a channel, a campaign."""
    channels = list(channels_of(request.actor))
    networks = sorted({channel.network for channel in channels})
    campaigns = Campaign.objects.filter(organisation_id=request.actor.organisation_id or 0)
    return [
        ("everything", _("Everything")),
        *((f"network:{slug}", f"{_('Network:')} {network_name(slug)}") for slug in networks),
        *((f"channel:{channel.pk}", f"{_('Channel:')} {channel.handle}") for channel in channels),
        *((f"campaign:{campaign.pk}", f"{_('Campaign:')} {campaign.title}") for campaign in campaigns),
    ]


@needs(Capability.VIEW_DELIVERIES)
def frozen(request: ActorRequest, pk: int) -> HttpResponse:
    """What the freeze stopped, and by name what had already entered the send."""
    hold = hold_or_404(request.actor, pk)
    return render(request, "publishing/frozen.html", {"hold": hold, "may_resume": request.actor.can(Capability.RESUME)})


@require_POST
@needs(Capability.RESUME)
def agree(request: ActorRequest, pk: int) -> HttpResponse:
    hold = freezing.agree_to_resume(hold=hold_or_404(request.actor, pk), actor=request.actor)
    if hold.state == HoldState.RELEASED:
        messages.success(request, _("Publishing goes on. Held posts stay held: look at each and give it a time."))
    else:
        messages.success(request, _("Your agreement is noted. A second person must agree too."))
    return redirect("deliveries")
