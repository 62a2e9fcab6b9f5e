"""What happened, by whom and why? The audit trail of one institution, and whether it holds."""

from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from chain.actors import Actor
from chain.errors import NotAllowed
from chain.models import Event, Seal, Unsealed
from chain.verbs import THINGS

VIEW_AUDIT = "view_audit"
PAGE = 50


@require_GET
def audit(request: HttpRequest) -> HttpResponse:
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if not actor.can(VIEW_AUDIT):
        raise NotAllowed
    found = events_of(actor, request.GET)
    context = {
        "page": Paginator(found, PAGE).get_page(request.GET.get("page")),
        "last": Seal.objects.order_by("-number").first(),
        "unsealed": Unsealed.objects.count(),
        "chosen": {name: request.GET.get(name, "") for name in ("subject", "person", "q")},
        "people": people_in(actor),
        "kinds": THINGS.items(),
    }
    return render(request, "chain/audit.html", context)


audit.capability = VIEW_AUDIT  # type: ignore[attr-defined]  # what tests/architecture/test_routes.py walks by


def events_of(actor: Actor, chosen: Any) -> QuerySet[Event]:
    """The institution's events, the newest first, narrowed by row (`subject`), person, and kind of thing (`q`)."""
    found = Event.objects.filter(organisation_id=actor.organisation_id or 0).select_related("user", "seal")
    if subject := chosen.get("subject"):
        label, _colon, pk = subject.partition(":")
        found = found.filter(subject_type=label, **({"subject_id": pk} if pk else {}))
    if (person := chosen.get("person", "")).isascii() and person.isdigit():
        found = found.filter(user_id=int(person))
    if verb := chosen.get("q", "").strip():
        found = found.filter(verb__startswith=f"{verb[:40]}.")
    return found.order_by("-id")


def people_in(actor: Actor) -> list[tuple[int, str]]:
    """Those who ever acted here: (id, name as written then)."""
    rows = Event.objects.filter(organisation_id=actor.organisation_id or 0, user__isnull=False)
    return sorted({(pk, name) for pk, name in rows.values_list("user_id", "actor_name").distinct()[:200] if pk})
