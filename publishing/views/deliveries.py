"""What needs me now? The list, one delivery with its whole story, and the decisions on it."""

import json
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.access import needs
from accounts.actors import ActorRequest
from accounts.capabilities import Capability
from campaigns.models import LatenessPolicy
from chain.errors import Invalid, StaleState
from publishing import correcting, queries, scheduling, settling
from publishing.access import delivery_or_404
from publishing.forms import LinkForm, ReasonForm, WhenForm
from publishing.freezing import stops
from publishing.frozen import body_of, is_intact, posts_of
from publishing.handing import last_handover
from publishing.lateness import set_lateness
from publishing.lifecycle import NEEDS_ME
from publishing.models import Delivery
from publishing.removal_models import Removal
from publishing.views.overdue import is_number


@require_GET
@needs(Capability.VIEW_DELIVERIES)
def deliveries(request: ActorRequest) -> HttpResponse:
    actor = request.actor
    only = request.GET.get("state", "")
    asked = queries.Asked(number(request, "campaign"), number(request, "channel"), only, request.GET.get("page", ""))
    groups = queries.needs_me(actor, asked)
    coming, gone_out = (queries.page_of(slug, actor, asked) for slug in ("coming", "gone_out"))
    unscheduled = queries.without_a_time(actor)
    shown = unscheduled[: asked.rows_of("unscheduled")]
    slugs = {group.slug for group in groups}
    context = {
        "groups": [group for group in groups if group.slug == only or only not in slugs],
        "all_groups": groups,
        "only": only,
        "waiting": sum(group.total for group in groups),
        "unscheduled": shown,
        "unscheduled_in_all": len(unscheduled),
        "unscheduled_more": len(unscheduled) - len(shown),
        "unscheduled_cut": len(unscheduled) >= queries.SHOWN,
        "in_hand": queries.in_hand(actor),
        "to_delete": queries.to_delete(actor),
        "coming": coming,
        "coming_more": queries.more_of(coming),
        "gone_out": gone_out,
        "gone_out_more": queries.more_of(gone_out),
        "by_itself": queries.by_itself(actor, timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)),
        "holds": stops(actor.organisation_id or 0),
        "now": timezone.now(),
        **rights(request),
    }
    return render(request, "publishing/deliveries.html", context)


def number(request: HttpRequest, name: str) -> int | None:
    value = request.GET.get(name, "")
    return int(value) if is_number(value) else None


def rights(request: ActorRequest) -> dict[str, Any]:
    actor = request.actor
    return {
        "may_release": actor.can(Capability.RELEASE),
        "may_settle": actor.can(Capability.SETTLE),
        "may_post": actor.can(Capability.POST_BY_HAND),
        "may_hold": actor.can(Capability.HOLD),
        "may_see_figures": actor.can(Capability.VIEW_FIGURES),
        "may_freeze": actor.can(Capability.FREEZE),
        "may_resume": actor.can(Capability.RESUME),
        "me": actor.user_id,
    }


@require_GET
@needs(Capability.VIEW_DELIVERIES)
def delivery(request: ActorRequest, pk: int) -> HttpResponse:
    return show(request, delivery_or_404(request.actor, pk))


def show(
    request: ActorRequest,
    found: Delivery,
    *,
    error: Exception | None = None,
    typed: str = "",
    when: WhenForm | None = None,
) -> HttpResponse:
    """One delivery; with `error` the sentence stands at its head and what was typed is kept."""
    found = next(
        iter(
            queries.with_story(
                Delivery.objects.filter(pk=found.pk).select_related(
                    "channel", "campaign", "variant__content__claim", "payload__revision", "scheduled_by"
                )
            )
        )
    )
    standing = correcting.standing_payload(found)
    intact = is_intact(standing)
    context: dict[str, Any] = {
        "delivery": found,
        "case": queries.case_of(found),
        "needs_person": Delivery.objects.filter(NEEDS_ME, pk=found.pk).exists(),
        "standing": standing,
        "corrections": found.corrections.select_related("by", "payload__revision"),
        "offer": correcting.offer(found),
        "posts": posts_of(standing) if intact else [],
        "body": body_of(standing) if intact else {},
        "intact": intact,
        "payload": json.dumps(body_of(standing), ensure_ascii=False, indent=1) if intact else "",
        "attempts": found.attempts.all(),
        "look_ups": found.look_ups.all(),
        "handover": last_handover(found),
        "removals": Removal.objects.filter(part__delivery=found).select_related("part", "person", "done_by"),
        "when": when or WhenForm(zone=found.campaign.time_zone, initial=initial_time(found)),
        "zone": found.campaign.time_zone,
        "policies": LatenessPolicy.choices,
        "is_movable": found.state in scheduling.MOVABLE,
        "error": error,
        "typed": typed,
        **rights(request),
    }
    return render(request, "publishing/delivery.html", context, status=getattr(error, "status", 200))


def initial_time(found: Delivery) -> dict[str, Any]:
    local = max(found.due_at, timezone.now()).astimezone(ZoneInfo(found.campaign.time_zone))
    return {"day": local.date(), "time": local.time()}


@require_POST
@needs(Capability.RELEASE)
def move(request: ActorRequest, pk: int) -> HttpResponse:
    found = delivery_or_404(request.actor, pk)
    form = WhenForm(request.POST, zone=found.campaign.time_zone)
    try:
        if not form.is_valid():
            raise Invalid(_("Give a day and a time."), field="day")
        scheduling.move(delivery=found, due_at=form.cleaned_data["due_at"], actor=request.actor)
    except (Invalid, StaleState) as error:
        return show(request, found, error=error, when=form)
    messages.success(request, _("It has its new time."))
    return redirect("delivery", pk)


@require_POST
@needs(Capability.RELEASE)
def send_now(request: ActorRequest, pk: int) -> HttpResponse:
    found = delivery_or_404(request.actor, pk)
    try:
        scheduling.move(delivery=found, due_at=timezone.now(), actor=request.actor)
    except (Invalid, StaleState) as error:
        return show(request, found, error=error)
    messages.success(request, _("It goes out now."))
    return redirect("delivery", pk)


@require_POST
@needs(Capability.RELEASE)
def lateness(request: ActorRequest, pk: int) -> HttpResponse:
    """What becomes of this one when it is late."""
    found = delivery_or_404(request.actor, pk)
    typed = request.POST.get("minutes", "")
    minutes = int(typed) if is_number(typed) else None
    try:
        set_lateness(delivery=found, policy=request.POST.get("policy", ""), minutes=minutes, actor=request.actor)
    except (Invalid, StaleState) as error:
        return show(request, found, error=error)
    messages.success(request, _("Noted: it holds for this post only."))
    return redirect("delivery", pk)


@require_POST
@needs(Capability.HOLD)
def hold(request: ActorRequest, pk: int) -> HttpResponse:
    found = delivery_or_404(request.actor, pk)
    try:
        scheduling.hold(delivery=found, actor=request.actor, why=request.POST.get("reason", "").strip()[:500])
    except (Invalid, StaleState) as error:
        return show(request, found, error=error)
    messages.success(request, _("It is held: it does not go out before you give it a time."))
    return redirect("delivery", pk)


@require_POST
@needs(Capability.RELEASE)
def cancel(request: ActorRequest, pk: int) -> HttpResponse:
    found = delivery_or_404(request.actor, pk)
    try:
        scheduling.cancel(delivery=found, actor=request.actor, why=request.POST.get("reason", "").strip()[:500])
    except (Invalid, StaleState) as error:
        return show(request, found, error=error)
    messages.success(request, _("It is cancelled."))
    return redirect("delivery", pk)


@require_POST
@needs(Capability.SETTLE)
def confirm_live(request: ActorRequest, pk: int) -> HttpResponse:
    found = delivery_or_404(request.actor, pk)
    form = LinkForm(request.POST)
    try:
        if not form.is_valid():
            raise Invalid(_("Paste the link of the post as it stands on the account."), field="permalink")
        settling.confirm_live(delivery=found, permalink=form.cleaned_data["permalink"], actor=request.actor)
    except (Invalid, StaleState) as error:
        return show(request, found, error=error, typed=request.POST.get("permalink", ""))
    messages.success(request, _("Noted: it is live, with its link."))
    return redirect("delivery", pk)


@require_POST
@needs(Capability.RELEASE)
def send_again(request: ActorRequest, pk: int) -> HttpResponse:
    found = delivery_or_404(request.actor, pk)
    try:
        settling.send_again(delivery=found, actor=request.actor)
    except (Invalid, StaleState) as error:
        return show(request, found, error=error)
    messages.success(request, _("It is sent again."))
    return redirect("delivery", pk)


@require_POST
@needs(Capability.RELEASE)
def take_down(request: ActorRequest, pk: int) -> HttpResponse:
    found = delivery_or_404(request.actor, pk)
    form = ReasonForm(request.POST)
    try:
        if not form.is_valid():
            raise Invalid(_("Say in a sentence why it is taken down: the ledger keeps it."), field="reason")
        settling.take_down(delivery=found, actor=request.actor, why=form.cleaned_data["reason"])
    except (Invalid, StaleState) as error:
        return show(request, found, error=error)
    messages.success(request, _("It is being taken down."))
    return redirect("delivery", pk)


@require_POST
@needs(Capability.SETTLE)
def put_aside(request: ActorRequest, pk: int) -> HttpResponse:
    """A missed delivery was seen by a person: it leaves the list."""
    found = delivery_or_404(request.actor, pk)
    settling.put_aside(delivery=found, actor=request.actor)
    return redirect("deliveries")
