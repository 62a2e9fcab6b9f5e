"""What is planned there? A slot is made, read, rewritten, given its text, removed."""

from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.access import needs
from accounts.actors import ActorRequest
from accounts.capabilities import Capability
from campaigns.access import campaigns_of, variant_or_404, variants_of
from campaigns.lifecycle import CampaignState, VariantState
from campaigns.models import Variant
from chain.errors import DomainError, Invalid, StaleState
from publishing import slots
from publishing.access import channels_of, slot_or_404
from publishing.forms import SlotForm
from publishing.models import Slot
from publishing.views.calendar import back_of, whole
from publishing.views.moving import dropped, gone_to

OFFERED = 50


@needs(Capability.SCHEDULE)
def new_slot(request: ActorRequest) -> HttpResponse:
    actor = request.actor
    form = SlotForm(
        request.POST or None,
        zone="UTC",
        initial=proposed(request),
        campaigns=campaigns_of(actor).exclude(state=CampaignState.CLOSED),
        channels=channels_of(actor),
    )
    error: DomainError | None = None
    if request.method == "POST" and form.is_valid():
        wanted = {name: form.cleaned_data[name] for name in ("campaign", "channel", "due_at", "title", "note")}
        try:
            slots.plan(**wanted, actor=actor)
        except Invalid as refused:
            error = refused
        else:
            messages.success(request, _("It stands on the calendar. Nothing goes out by a plan."))
            return gone_to(request, reverse("calendar") + back_of(request))
    context = {"form": form, "error": error, "back": back_of(request)}
    status = 422 if request.method == "POST" else 200
    return render(request, "publishing/slot_new.html", context, status=status)


def proposed(request: ActorRequest) -> dict[str, Any]:
    """The day and hour that were pressed, with the campaign and channel that the calendar is narrowed to."""
    at = dropped(request.GET.get("to", ""), request.GET.get("in", ""))
    wanted = {name: whole(request.GET.get(name)) for name in ("campaign", "channel")}
    if at is None:
        return wanted
    local = at.astimezone(ZoneInfo(request.GET.get("in", "UTC")))
    return {**wanted, "day": local.date(), "time": local.time()}


@require_GET
@needs(Capability.VIEW_DELIVERIES)
def slot(request: ActorRequest, pk: int) -> HttpResponse:
    return show(request, slot_or_404(request.actor, pk))


def show(request: ActorRequest, found: Slot, *, error: DomainError | None = None) -> HttpResponse:
    may = request.actor.can(Capability.SCHEDULE) and found.state in slots.OPEN
    variant = found.variant
    context = {
        "slot": found,
        "zone": found.campaign.time_zone,
        "error": error,
        "may_change": may,
        "may_release": may and request.actor.can(Capability.RELEASE) and is_ready(variant),
        "fitting": fitting(request, found) if may else [],
        "is_past": found.due_at < timezone.now(),
    }
    return render(request, "publishing/slot.html", context, status=error.status if error else 200)


def is_ready(variant: Variant | None) -> bool:
    return variant is not None and variant.state == VariantState.APPROVED


def fitting(request: ActorRequest, found: Slot) -> QuerySet[Variant]:
    """Texts of its campaign for its channel, the newest first."""
    same = variants_of(request.actor).filter(channel_id=found.channel_id, content__campaign_id=found.campaign_id)
    return same.exclude(state=VariantState.WITHDRAWN).order_by("-pk")[:OFFERED]


@require_POST
@needs(Capability.SCHEDULE)
def rewrite(request: ActorRequest, pk: int) -> HttpResponse:
    found, typed = slot_or_404(request.actor, pk), request.POST
    title, note = typed.get("title", "")[:160], typed.get("note", "").strip()[:2000]
    try:
        slots.rewrite(slot=found, title=title, note=note, actor=request.actor)
    except (Invalid, StaleState) as error:
        return show(request, found, error=error)
    messages.success(request, _("Noted."))
    return redirect("slot", pk)


@require_POST
@needs(Capability.SCHEDULE)
def fill(request: ActorRequest, pk: int) -> HttpResponse:
    """Its text; none chosen takes the text away again."""
    found, chosen = slot_or_404(request.actor, pk), whole(request.POST.get("variant"))
    try:
        if chosen:
            slots.fill(slot=found, variant=variant_or_404(request.actor, chosen), actor=request.actor)
        else:
            slots.empty(slot=found, actor=request.actor)
    except (Invalid, StaleState) as error:
        return show(request, found, error=error)
    messages.success(request, _("Noted."))
    return redirect("slot", pk)


@require_POST
@needs(Capability.SCHEDULE)
def remove(request: ActorRequest, pk: int) -> HttpResponse:
    found = slot_or_404(request.actor, pk)
    try:
        slots.remove(slot=found, actor=request.actor, why=request.POST.get("why", "").strip()[:500])
    except StaleState as error:
        return show(request, found, error=error)
    messages.success(request, _("It is off the calendar."))
    return redirect("calendar")
