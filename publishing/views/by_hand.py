"""Post it now by hand: the package on a phone, the person's answers, and connecting a channel of that kind."""

from dataclasses import asdict
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from accounts.access import needs, people_with
from accounts.actors import ActorRequest
from accounts.capabilities import Capability
from accounts.models import Organisation
from chain.errors import Invalid, StaleState
from publishing import connecting_by_hand, posting
from publishing.access import channel_or_404, delivery_or_404
from publishing.connecting_forms import ConnectByHandForm
from publishing.disclosing import Disclosure
from publishing.forms import PostedForm
from publishing.models import Delivery


@never_cache
@require_GET
@needs(Capability.POST_BY_HAND)
def hand(request: ActorRequest, pk: int) -> HttpResponse:
    return show(request, delivery_or_404(request.actor, pk))


def show(request: ActorRequest, found: Delivery, *, error: Any = None) -> HttpResponse:
    """The package; with `error` its sentence stands at the field it is about and what was typed is kept."""
    package = posting.open_package(delivery=found, actor=request.actor)
    context = {
        "package": package,
        "delivery": package.delivery,
        "zone": package.delivery.campaign.time_zone,
        "error": error,
        "typed": request.POST.get("permalink", ""),
        "why": request.POST.get("why", ""),
        "may_settle": request.actor.can(Capability.SETTLE),
    }
    return render(request, "publishing/hand.html", context, status=getattr(error, "status", 200))


@require_POST
@needs(Capability.POST_BY_HAND)
def posted(request: ActorRequest, pk: int) -> HttpResponse:
    found = delivery_or_404(request.actor, pk)
    form = PostedForm(request.POST, request.FILES)
    try:
        if not form.is_valid():
            raise Invalid(_("This file is empty. Choose the picture again."), field="picture")
        picture = form.cleaned_data["picture"]
        posting.confirm_posted(
            delivery=found,
            actor=request.actor,
            permalink=form.cleaned_data["permalink"],
            picture=picture,
            picture_name=picture.name if picture else "",
        )
    except (Invalid, StaleState) as error:
        return show(request, delivery_or_404(request.actor, pk), error=error)
    messages.success(request, _("Noted: it is out, and stands in the record."))
    return redirect("hand", pk)


@require_POST
@needs(Capability.POST_BY_HAND)
def could_not(request: ActorRequest, pk: int) -> HttpResponse:
    found = delivery_or_404(request.actor, pk)
    try:
        posting.could_not(delivery=found, actor=request.actor, why=request.POST.get("why", ""))
    except (Invalid, StaleState) as error:
        return show(request, delivery_or_404(request.actor, pk), error=error)
    messages.success(request, _("Noted: it is not out. The coordinators are told."))
    return redirect("hand", pk)


@require_POST
@needs(Capability.POST_BY_HAND)
def pass_on(request: ActorRequest, pk: int) -> HttpResponse:
    found = delivery_or_404(request.actor, pk)
    to = request.POST.get("to", "")
    try:
        wanted = int(to) if to.isascii() and to.isdigit() else 0
        handover = posting.pass_on(delivery=found, to=wanted, actor=request.actor)
    except (Invalid, StaleState) as error:
        return show(request, found, error=error)
    messages.success(request, _("It is in the hands of %(name)s now.") % {"name": handover.person})
    return redirect("hand", pk)


@require_POST
@needs(Capability.POST_BY_HAND)
def put_off(request: ActorRequest, pk: int) -> HttpResponse:
    found = delivery_or_404(request.actor, pk)
    try:
        posting.put_off(delivery=found, actor=request.actor)
    except (Invalid, StaleState) as error:
        return show(request, found, error=error)
    messages.success(request, _("You have more time: the new time stands above."))
    return redirect("hand", pk)


@never_cache
@needs(Capability.CONNECT_CHANNEL)
def connect(request: ActorRequest) -> HttpResponse:
    able = people_with(request.actor.organisation_id or 0, Capability.POST_BY_HAND)
    house = Organisation.objects.get(pk=request.actor.organisation_id or 0)
    form = ConnectByHandForm(
        request.POST or None,
        people=[(user.pk, str(user)) for user in able],
        initial=asdict(Disclosure.proposed(house)),
    )
    if request.method == "POST" and form.is_valid():
        try:
            channel = connecting_by_hand.connect_by_hand(actor=request.actor, **form.wanted())
        except Invalid as error:
            form.add_error("first" if error.field == "people" else error.field, str(error.message))
        else:
            messages.success(request, _("%(handle)s is connected.") % {"handle": channel.handle})
            return redirect("channels")
    status = 422 if request.method == "POST" else 200
    return render(request, "publishing/connect_by_hand.html", {"form": form}, status=status)


@require_POST
@needs(Capability.POST_BY_HAND)
def disclosed(request: ActorRequest, pk: int) -> HttpResponse:
    channel = channel_or_404(request.actor, pk)
    connecting_by_hand.confirm_disclosure(channel=channel, actor=request.actor)
    messages.success(request, _("Noted: you looked, and the profile names the institution."))
    return redirect("channels")
