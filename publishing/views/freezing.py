"""Stop publishing at once; two people let it go on; what came of it."""

from django.contrib import messages
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.access import needs
from accounts.actors import ActorRequest
from accounts.capabilities import Capability
from chain.errors import Invalid, NotFound
from chain.spreadsheets import BYTE_ORDER_MARK, csv_line
from publishing import aftermath, freezing, scoping
from publishing.access import hold_or_404
from publishing.forms import FreezeForm


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
        except NotFound:
            form.add_error("tag" if scope == "tag" else None, _("Nothing of the institution is in this scope."))
        else:
            return redirect("frozen", hold.pk)
    context = {
        "form": form,
        "chosen": request.POST.get("scope", "everything"),
        "scopes": scoping.offered(request.actor.organisation_id or 0),
    }
    return render(request, "publishing/freeze.html", context, status=422 if request.method == "POST" else 200)


@needs(Capability.VIEW_DELIVERIES)
def frozen(request: ActorRequest, pk: int) -> HttpResponse:
    """What the freeze stopped, by name what had already entered the send, and all that came of it."""
    hold = hold_or_404(request.actor, pk)
    context = {"hold": hold, "found": aftermath.after(hold), **lifting(request)}
    return render(request, "publishing/frozen.html", context)


def lifting(request: ActorRequest) -> dict[str, object]:
    actor = request.actor
    may = {"may_resume": actor.can(Capability.RESUME), "may_release": actor.can(Capability.RELEASE)}
    return {**may, "me": actor.user_id}


@require_GET
@needs(Capability.VIEW_DELIVERIES)
def timeline(request: ActorRequest, pk: int) -> StreamingHttpResponse:
    """The timeline as a file for a spreadsheet."""
    hold = hold_or_404(request.actor, pk)
    lines = [BYTE_ORDER_MARK + csv_line(aftermath.FIELDS), *map(csv_line, aftermath.rows_of(aftermath.after(hold)))]
    answer = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="freeze-{hold.pk}.csv"'
    return answer


@require_POST
@needs(Capability.RESUME)
def propose(request: ActorRequest, pk: int) -> HttpResponse:
    freezing.propose_resume(hold=hold_or_404(request.actor, pk), actor=request.actor)
    messages.success(request, _("Your proposal is noted, and those who may confirm it are told."))
    return redirect("frozen", pk)


@require_POST
@needs(Capability.RESUME)
def confirm(request: ActorRequest, pk: int) -> HttpResponse:
    freezing.confirm_resume(hold=hold_or_404(request.actor, pk), actor=request.actor)
    messages.success(request, _("Publishing goes on. Held posts stay held: look at each and give it a time."))
    return redirect("frozen", pk)
