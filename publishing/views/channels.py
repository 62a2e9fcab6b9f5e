"""Where do we speak, and is each account ready?"""

from dataclasses import asdict

from django.conf import settings
from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import needs
from accounts.actors import ActorRequest
from accounts.capabilities import Capability
from chain.errors import Invalid
from networks.limits import Limits
from publishing import channels as actions
from publishing import checking, matrix
from publishing.access import channel_or_404, channels_of
from publishing.breaking import servers_stopped
from publishing.connecting_by_hand import on_offer
from publishing.connecting_forms import DisclosureForm
from publishing.disclosing import Disclosure, disclose
from publishing.lifecycle import DeliveryState
from publishing.models import Channel
from publishing.reasons import REASONS


@needs(Capability.VIEW_CHANNELS)
def channels(request: ActorRequest) -> HttpResponse:
    waiting = Count("deliveries", filter=Q(deliveries__state__in=[DeliveryState.PENDING, DeliveryState.HELD]))
    found = channels_of(request.actor).select_related("connected_by", "checked_by", "breaker").annotate(waiting=waiting)
    found = found.prefetch_related("posters__user")
    by_hand = dict(on_offer())
    rows = [
        (
            channel,
            limits_of(channel),
            REASONS.get(channel.state_reason),
            [poster.user for poster in channel.posters.all()] if channel.network in by_hand else None,
        )
        for channel in found
    ]
    context = {
        "rows": rows,
        "stopped": servers_stopped(),
        "may_connect": request.actor.can(Capability.CONNECT_CHANNEL),
        "may_disclose": request.actor.can(Capability.EDIT_DISCLOSURE),
        "usual_minutes": int(settings.PUBLISHING_SPACING_SECONDS // 60),
        "may_post": request.actor.can(Capability.POST_BY_HAND),
    }
    return render(request, "publishing/channels.html", context)


def limits_of(channel: Channel) -> Limits | None:
    return Limits.from_json(channel.limits) if channel.limits else None


@needs(Capability.VIEW_CHANNELS)
def networks(request: ActorRequest) -> HttpResponse:
    """What each network can do, from its adapter."""
    return render(request, "publishing/networks.html", {"names": matrix.names(), "rows": matrix.matrix()})


@needs(Capability.EDIT_DISCLOSURE)
def disclosure(request: ActorRequest, pk: int) -> HttpResponse:
    """Who stands behind the channel: the page of the administrator."""
    channel = channel_or_404(request.actor, pk)
    form = DisclosureForm(request.POST or None, initial=asdict(Disclosure.of(channel)))
    if request.method == "POST" and form.is_valid():
        disclose(channel=channel, actor=request.actor, disclosure=form.disclosure())
        messages.success(request, _("The ledger says so from now on."))
        return redirect("channels")
    status = 422 if request.method == "POST" else 200
    return render(request, "publishing/disclosure.html", {"form": form, "channel": channel}, status=status)


@require_POST
@needs(Capability.CONNECT_CHANNEL)
def disconnect(request: ActorRequest, pk: int) -> HttpResponse:
    channel = channel_or_404(request.actor, pk)
    actions.disconnect(channel=channel, actor=request.actor, why=request.POST.get("reason", "").strip()[:500])
    messages.success(request, _("%(handle)s is disconnected. Its posts wait.") % {"handle": channel.handle})
    return redirect("channels")


@require_POST
@needs(Capability.CONNECT_CHANNEL)
def spacing(request: ActorRequest, pk: int) -> HttpResponse:
    """How far apart late posts go out on it; empty for what the installation says."""
    channel = channel_or_404(request.actor, pk)
    typed = request.POST.get("minutes", "").strip()
    minutes = int(typed) if typed.isascii() and typed.isdigit() else -1
    try:
        actions.set_spacing(channel=channel, minutes=minutes if typed else None, actor=request.actor)
    except Invalid as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Noted for %(handle)s.") % {"handle": channel.handle})
    return redirect("channels")


@require_POST
@needs(Capability.CONNECT_CHANNEL)
def check(request: ActorRequest, pk: int) -> HttpResponse:
    """Ask a worker to read the profile again."""
    channel = channel_or_404(request.actor, pk)
    checking.ask(channel=channel, actor=request.actor)
    messages.success(request, _("We are looking at %(handle)s again. Reload in a moment.") % {"handle": channel.handle})
    return redirect("channels")
