"""Take back or correct what is out: a whole content, one post, one of two copies."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.access import needs
from accounts.actors import ActorRequest
from accounts.capabilities import Capability
from campaigns.access import content_or_404
from campaigns.models import Content
from chain.errors import Invalid, NotFound, StaleState
from publishing import copies, correcting, recalling, removing
from publishing.access import delivery_or_404
from publishing.forms import ReasonForm
from publishing.removal_models import Recall
from publishing.views import deliveries
from publishing.views.overdue import is_number


@require_GET
@needs(Capability.VIEW_DELIVERIES)
def recall(request: ActorRequest, content_id: int) -> HttpResponse:
    """What of a content is out or waits; and once it was taken back, how far that has come."""
    return show(request, content_or_404(request.actor, content_id))


def show(request: ActorRequest, content: Content, error: Exception | None = None) -> HttpResponse:
    made = Recall.objects.filter(content=content).select_related("by").first()
    found = recalling.touched(content).select_related("channel", "variant__content").prefetch_related("parts")
    context = {
        "content": content,
        "made": made,
        "progress": recalling.progress(made) if made else None,
        "deliveries": found.order_by("due_at", "pk"),
        "form": ReasonForm(request.POST or None),
        "error": error,
        "may_release": request.actor.can(Capability.RELEASE),
        "may_post": request.actor.can(Capability.POST_BY_HAND),
    }
    return render(request, "publishing/recall.html", context, status=getattr(error, "status", 200))


@require_POST
@needs(Capability.RELEASE)
def take_back(request: ActorRequest, content_id: int) -> HttpResponse:
    content = content_or_404(request.actor, content_id)
    try:
        recalling.recall(content=content, why=request.POST.get("reason", ""), actor=request.actor)
    except (Invalid, StaleState) as error:
        return show(request, content, error)
    messages.success(request, _("It is being taken back: see below how far it has come."))
    return redirect("content-recall", content_id)


@require_POST
@needs(Capability.POST_BY_HAND)
def deleted(request: ActorRequest, pk: int) -> HttpResponse:
    """A person deleted a post on the network, or could not."""
    delivery = delivery_or_404(request.actor, pk)
    act = removing.cannot_delete if "could-not" in request.POST else removing.confirm_deleted
    act(delivery=delivery, part_id=number_in(request, "part"), actor=request.actor)
    said = _("Noted: it stands, and coordinators are told.") if "could-not" in request.POST else _("Noted: it is gone.")
    messages.success(request, said)
    return redirect("delivery", pk)


@require_POST
@needs(Capability.RELEASE)
def correct(request: ActorRequest, pk: int) -> HttpResponse:
    """The newer signed words take the place of the ones that are live."""
    delivery, form = delivery_or_404(request.actor, pk), ReasonForm(request.POST)
    why = form.cleaned_data["reason"] if form.is_valid() else ""
    try:
        correcting.correct(delivery=delivery, why=why, actor=request.actor)
    except (Invalid, StaleState) as error:
        return deliveries.show(request, delivery, error=error, typed=request.POST.get("reason", ""))
    messages.success(request, _("It is being corrected on the network: this page says when it is done."))
    return redirect("delivery", pk)


@require_POST
@needs(Capability.SETTLE)
def copy(request: ActorRequest, pk: int) -> HttpResponse:
    """Two posts of one: which goes, or that both may stand, or that one is gone already."""
    delivery, copy_id = delivery_or_404(request.actor, pk), number_in(request, "copy")
    answer = request.POST.get("answer", "")
    if answer in ("first", "second"):
        copies.delete_one(delivery=delivery, copy_id=copy_id, is_first=answer == "first", actor=request.actor)
        messages.success(request, _("It is being deleted; the other one stays."))
    elif answer in ("gone", "both"):
        copies.settle(delivery=delivery, copy_id=copy_id, is_gone=answer == "gone", actor=request.actor)
        messages.success(request, _("Noted."))
    else:
        raise NotFound
    return redirect("delivery", pk)


def number_in(request: ActorRequest, name: str) -> int:
    typed = request.POST.get(name, "")
    return int(typed) if is_number(typed) else 0
