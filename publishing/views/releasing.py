"""When does it go out? Giving a signed variant its time."""

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import needs
from accounts.actors import ActorRequest
from accounts.capabilities import Capability
from campaigns.models import Payload, Variant
from campaigns.option_words import said_in
from campaigns.views.sheets import media_of
from chain.errors import Invalid, NotFound, StaleState
from publishing import scheduling
from publishing.forms import WhenForm
from publishing.frozen import body_of, posts_of
from publishing.lifecycle import DeliveryState
from publishing.models import Delivery
from publishing.slots import planned_for


def variant_to_release(request: ActorRequest, pk: int) -> Variant:
    found = (
        Variant.objects.filter(organisation_id=request.actor.organisation_id or 0, pk=pk)
        .select_related("content__campaign", "content__claim", "channel", "payload")
        .first()
    )
    if found is None:
        raise NotFound
    return found


@needs(Capability.RELEASE)
def release(request: ActorRequest, pk: int) -> HttpResponse:
    variant = variant_to_release(request, pk)
    zone = variant.content.campaign.time_zone
    form = WhenForm(request.POST or None, zone=zone, initial=proposed(variant, zone))
    error: Exception | None = None
    if request.method == "POST" and form.is_valid():
        try:
            made = scheduling.schedule(variant=variant, due_at=form.cleaned_data["due_at"], actor=request.actor)
        except (Invalid, StaleState) as refused:
            error = refused
        else:
            messages.success(request, said_of(made))
            return redirect("delivery", made.pk)
    context: dict[str, Any] = {
        "variant": variant,
        "form": form,
        "zone": zone,
        **(what_goes_out(variant, variant.payload) if variant.payload else {}),
        "error": error,
    }
    return render(request, "publishing/release.html", context, status=getattr(error, "status", 200))


def what_goes_out(variant: Variant, payload: Payload) -> dict[str, Any]:
    """Its posts, what is to be looked at in them, and what was chosen for the network."""
    body, posts = body_of(payload), posts_of(payload)
    return {
        "posts": posts,
        "pictures": media_of(variant.organisation_id, posts),
        "chosen": list(said_in(body["parts"][0], body["language"]).values()),
    }


def said_of(made: Delivery) -> str:
    if made.state == DeliveryState.HELD:
        return _("It is noted and held: publishing is frozen here. It gets its time once the freeze is lifted.")
    return _("It is scheduled, and goes out once.")


def proposed(variant: Variant, zone: str) -> dict[str, Any]:
    """The time that was planned while writing, if it is still to come; else the next full hour."""
    now = timezone.now()
    slot = planned_for(variant)
    planned = slot.due_at if slot else variant.planned_at
    local = (planned if planned and planned > now else now).astimezone(ZoneInfo(zone))
    if not (planned and planned > now):
        local = (local + timedelta(hours=1)).replace(minute=0)
    return {"day": local.date(), "time": local.time().replace(second=0, microsecond=0)}
