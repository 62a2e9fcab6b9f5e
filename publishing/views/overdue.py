"""What was kept back, and when does it go out now? Looked at, changed and released in one act."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import ngettext

from accounts.access import needs
from accounts.actors import ActorRequest
from accounts.capabilities import Capability
from chain.errors import Invalid
from publishing import respacing
from publishing.access import deliveries_of
from publishing.forms import WhenForm
from publishing.models import Delivery
from publishing.pacing import spacing_of
from publishing.queries import waiting_their_turn


@dataclass(frozen=True)
class Row:
    """A post of the list; `form` is None where something must come first."""

    delivery: Delivery
    form: WhenForm | None
    why_not: Any
    minutes_apart: int


@needs(Capability.RELEASE)
def overdue(request: ActorRequest) -> HttpResponse:
    if request.method == "POST":
        return released(request)
    kept = respacing.kept_back(request.actor, number(request, "freeze"))
    page = Paginator(kept, respacing.SHOWN).get_page(request.GET.get("page"))
    rows = [row_of(proposal) for proposal in respacing.propose(list(page))]
    return show(request, rows, page=page)


def number(request: HttpRequest, name: str) -> int | None:
    value = request.GET.get(name, "")
    return int(value) if is_number(value) else None


def is_number(typed: str) -> bool:
    return typed.isascii() and typed.isdigit() and len(typed) < 19


def row_of(proposal: respacing.Proposal) -> Row:
    form = form_for(proposal.delivery, initial=proposal.due_at) if proposal.due_at else None
    return row(proposal.delivery, form, proposal.why_not)


def row(delivery: Delivery, form: WhenForm | None, why_not: Any) -> Row:
    return Row(delivery, form, why_not, int(spacing_of(delivery.channel).total_seconds() // 60))


def form_for(delivery: Delivery, *, initial: datetime | None = None, data: Any = None) -> WhenForm:
    zone = delivery.campaign.time_zone
    local = initial.astimezone(ZoneInfo(zone)) if initial else None
    first = {"day": local.date(), "time": local.time()} if local else {}
    return WhenForm(data, zone=zone, initial=first, prefix=str(delivery.pk))


def released(request: ActorRequest) -> HttpResponse:
    """Release the chosen rows, and show again only those that stayed, with the sentence beside each."""
    chosen = {int(typed) for typed in request.POST.getlist("deliveries") if is_number(typed)}
    kept = list(deliveries_of(request.actor).filter(pk__in=chosen).order_by("due_at", "pk"))
    forms = {delivery.pk: form_for(delivery, data=request.POST) for delivery in kept}
    wanted = {pk: form.cleaned_data["due_at"] for pk, form in forms.items() if form.is_valid()}
    try:
        done = respacing.release(wanted=wanted, actor=request.actor)
    except Invalid as error:
        messages.error(request, str(error))
        done = respacing.Released([], {})
    if done.moved:
        tell(request, len(done.moved))
    left = [row(d, forms[d.pk], done.refused.get(d.pk, "")) for d in kept if d.pk not in done.moved]
    return show(request, left, status=422) if left else redirect(request.get_full_path())


def tell(request: HttpRequest, moved: int) -> None:
    said = ngettext("%(n)d post has its new time.", "%(n)d posts have their new times.", moved)
    messages.success(request, said % {"n": moved})


def show(request: ActorRequest, rows: Sequence[Row], *, page: Any = None, status: int = 200) -> HttpResponse:
    context = {"rows": rows, "page": page, "spaced": waiting_their_turn(request.actor)}
    return render(request, "publishing/overdue.html", context, status=status)
