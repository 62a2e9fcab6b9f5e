"""Where do we speak, and is each account ready?"""

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts.access import needs
from accounts.actors import ActorRequest
from accounts.capabilities import Capability
from chain.errors import Invalid
from networks.limits import Limits
from publishing import channels as actions
from publishing import tasks
from publishing.access import channel_or_404, channels_of
from publishing.forms import ConnectForm
from publishing.lifecycle import DeliveryState
from publishing.models import Channel
from publishing.reasons import REASONS


@needs(Capability.VIEW_CHANNELS)
def channels(request: ActorRequest) -> HttpResponse:
    waiting = Count("deliveries", filter=Q(deliveries__state__in=[DeliveryState.PENDING, DeliveryState.HELD]))
    found = channels_of(request.actor).select_related("connected_by", "breaker").annotate(waiting=waiting)
    rows = [(channel, limits_of(channel), REASONS.get(channel.state_reason)) for channel in found]
    context = {"rows": rows, "may_connect": request.actor.can(Capability.CONNECT_CHANNEL)}
    return render(request, "publishing/channels.html", context)


def limits_of(channel: Channel) -> Limits | None:
    return Limits.from_json(channel.limits) if channel.limits else None


@never_cache
@needs(Capability.CONNECT_CHANNEL)
def connect(request: ActorRequest) -> HttpResponse:
    form = ConnectForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            channel = actions.connect(actor=request.actor, **form.cleaned_data)
        except Invalid as error:
            form.add_error(error.field if error.field in form.fields else None, str(error.message))
        else:
            messages.success(request, _("%(handle)s is connected.") % {"handle": channel.handle})
            return redirect("channels")
    status = 422 if request.method == "POST" else 200
    return render(request, "publishing/connect.html", {"form": form}, status=status)


@require_POST
@needs(Capability.CONNECT_CHANNEL)
def disconnect(request: ActorRequest, pk: int) -> HttpResponse:
    channel = channel_or_404(request.actor, pk)
    actions.disconnect(channel=channel, actor=request.actor, why=request.POST.get("reason", "").strip()[:500])
    messages.success(request, _("%(handle)s is disconnected. Its posts wait.") % {"handle": channel.handle})
    return redirect("channels")


@require_POST
@needs(Capability.CONNECT_CHANNEL)
def check(request: ActorRequest, pk: int) -> HttpResponse:
    """Ask a worker to read the profile again."""
    channel = channel_or_404(request.actor, pk)
    tasks.check_channel.delay(channel.pk)
    messages.success(request, _("We are looking at %(handle)s again. Reload in a moment.") % {"handle": channel.handle})
    return redirect("channels")
