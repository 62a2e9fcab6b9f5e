"""Many posts at once: asking for the act, and how far it has come."""

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.access import needs
from accounts.actors import ActorRequest
from accounts.capabilities import Capability
from chain.errors import Invalid, StaleState
from publishing import agenda, bulk
from publishing.access import bulk_act_or_404
from publishing.forms import BulkForm
from publishing.models import BulkAct, BulkKind
from publishing.views.calendar import asked_for, back_of, whole


@require_POST
@needs(Capability.HOLD)
def ask(request: ActorRequest) -> HttpResponse:
    """Move, hold or cancel the chosen posts. The action asks for the right that each kind needs."""
    form = BulkForm(request.POST)
    try:
        if not form.is_valid():
            raise Invalid(_("Say what to do, with whole numbers of days and hours."))
        said = form.cleaned_data
        act = bulk.ask(
            kind=said["kind"],
            delivery_ids=chosen(request),
            days=said["days"] or 0,
            hours=said["hours"] or 0,
            why=said["why"],
            actor=request.actor,
        )
    except Invalid as error:
        messages.error(request, str(error))
        return redirect(reverse("calendar") + back_of(request))
    return redirect("bulk", act.pk)


def chosen(request: ActorRequest) -> list[int]:
    """The ticked posts, or all that the calendar which one came from shows."""
    if not request.POST.get("all"):
        return [pk for value in request.POST.getlist("id") if (pk := whole(value))]
    asked = asked_for(QueryDict(back_of(request)[1:]), timezone.localdate())
    rows = agenda.matching(request.actor, asked.first, asked.last, asked.filters)
    return list(rows.order_by("due_at", "pk").values_list("pk", flat=True)[: bulk.AT_MOST + 1])


@require_GET
@needs(Capability.VIEW_DELIVERIES)
def act(request: ActorRequest, pk: int) -> HttpResponse:
    return show(request, bulk_act_or_404(request.actor, pk))


def show(request: ActorRequest, found: BulkAct, *, error: StaleState | None = None) -> HttpResponse:
    context = {
        "act": found,
        "is_under_way": found.state in bulk.UNDER_WAY,
        "may_stop": request.actor.can(bulk.NEEDS[BulkKind(found.kind)]),
        "error": error,
    }
    template = "publishing/_bulk.html" if getattr(request, "htmx", False) else "publishing/bulk.html"
    return render(request, template, context, status=error.status if error else 200)


@require_POST
@needs(Capability.HOLD)
def stop(request: ActorRequest, pk: int) -> HttpResponse:
    found = bulk_act_or_404(request.actor, pk)
    try:
        bulk.stop(act=found, actor=request.actor)
    except StaleState as error:
        return show(request, bulk_act_or_404(request.actor, pk), error=error)
    return redirect("bulk", pk)
