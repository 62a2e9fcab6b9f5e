"""Another time for a post or a slot: the twin of dragging. It shows from when to when, then does it or says why not."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import needs
from accounts.actors import ActorRequest
from accounts.capabilities import Capability
from chain.errors import DomainError, Invalid, StaleState
from publishing import scheduling, slots
from publishing.access import delivery_or_404, slot_or_404
from publishing.forms import MoveForm
from publishing.models import Delivery, Slot
from publishing.timing import future_or_refuse, refuse_outside
from publishing.views.calendar import back_of

Thing = Delivery | Slot


@needs(Capability.RELEASE)
def move_delivery(request: ActorRequest, pk: int) -> HttpResponse:
    found = delivery_or_404(request.actor, pk)
    return moving(request, found, found.variant.content.title, scheduling.move, reverse("delivery", args=[pk]))


@needs(Capability.SCHEDULE)
def move_slot(request: ActorRequest, pk: int) -> HttpResponse:
    found = slot_or_404(request.actor, pk)
    return moving(request, found, found.title, slots.move, reverse("slot", args=[pk]))


def moving(request: ActorRequest, thing: Any, title: str, action: Callable[..., Any], there: str) -> HttpResponse:
    """Asked for with GET it shows what would be; posted it acts."""
    zone = thing.campaign.time_zone
    form = MoveForm(request.POST or typed(request) or None, zone=zone, initial=proposed(request, thing, zone))
    error = hindrance(thing, target(form)) if request.method == "GET" else None
    if request.method == "POST" and form.is_valid():
        try:
            action(**{kind_of(thing): thing}, actor=request.actor, **wish(form))
        except (Invalid, StaleState) as refused:
            error = refused
        else:
            messages.success(request, _("It has its new time."))
            return gone_to(request, reverse("calendar") + back_of(request))
    context = {
        "thing": thing,
        "title": title,
        "form": form,
        "zone": zone,
        "to": target(form),
        "error": error,
        "there": there,
        "address": request.path,
        "back": back_of(request),
    }
    refused_form = request.method == "POST" and (form.errors or error)
    return render(request, "publishing/move.html", context, status=422 if refused_form else 200)


def hindrance(thing: Thing, to: datetime | None) -> DomainError | None:
    """What the action would refuse, said before anyone presses; where it stands now is no wish yet."""
    try:
        if isinstance(thing, Delivery):
            scheduling.refuse_immovable(thing)
            scheduling.refuse_frozen(thing)
        if to and to != thing.due_at:
            future_or_refuse(to)
            refuse_outside(thing.campaign, to)
    except (Invalid, StaleState) as refused:
        return refused
    return None


def kind_of(thing: Thing) -> str:
    return "delivery" if isinstance(thing, Delivery) else "slot"


def typed(request: ActorRequest) -> Any:
    """The fields of the form while a person is still choosing."""
    return request.GET if "day" in request.GET else None


def wish(form: MoveForm) -> dict[str, Any]:
    return {"due_at": form.cleaned_data["due_at"], "seen": form.cleaned_data["seen"]}


def target(form: MoveForm) -> datetime | None:
    """The time that the form stands at, when it is one."""
    if form.is_bound:
        return form.cleaned_data.get("due_at") if form.is_valid() else None
    proposed_at: datetime = form.initial["moment"]
    return proposed_at


def proposed(request: ActorRequest, thing: Thing, zone: str) -> dict[str, Any]:
    """Where it was dropped (`to`, on the clock of `in`), else where it stands."""
    at = dropped(request.GET.get("to", ""), request.GET.get("in", "")) or max(thing.due_at, timezone.now())
    local = at.astimezone(ZoneInfo(zone))
    shown = {"day": local.date(), "time": local.time().replace(second=0, microsecond=0)}
    return {**shown, "moment": at, "seen": thing.due_at.isoformat()}


def dropped(to: str, zone: str) -> datetime | None:
    try:
        return datetime.fromisoformat(to).replace(tzinfo=ZoneInfo(zone))
    except (ValueError, ZoneInfoNotFoundError):
        return None


def gone_to(request: ActorRequest, address: str) -> HttpResponse:
    """Lead there, also from a dialog that htmx has posted."""
    if getattr(request, "htmx", False):
        return HttpResponse(status=204, headers={"HX-Redirect": address})
    return redirect(address)
