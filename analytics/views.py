"""What reached whom, did they engage, did it help, did it harm? The dashboard's page and its file."""

from urllib.parse import urlencode

from django.http import HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language_bidi

from accounts.access import needs
from accounts.actors import ActorRequest
from accounts.capabilities import Capability
from analytics import exporting, queries
from analytics.access import campaign_or_404, campaigns_of
from analytics.charts import drawing_of
from analytics.dashboard import dashboard
from analytics.periods import NAMED, period_from

POSTS_SHOWN, AT_FIRST = 50, 15
"""Rows of the table on the page, and those of them at first sight; the file has them all."""


@needs(Capability.VIEW_FIGURES)
def newest(request: ActorRequest) -> HttpResponse:
    """The campaign that one would ask about: of which a post went out last, else the newest; or a sentence for none."""
    campaign = queries.spoke_last(campaigns_of(request.actor), request.actor.organisation_id or 0)
    if campaign is None:
        return render(request, "analytics/none.html")
    return redirect("dashboard", pk=campaign.pk)


@needs(Capability.VIEW_FIGURES)
def campaign_dashboard(request: ActorRequest, pk: int) -> HttpResponse:
    campaign = campaign_or_404(request.actor, pk)
    period = period_from(request.GET, campaign)
    rows = POSTS_SHOWN if request.GET.get("posts") == "more" else min(AT_FIRST, POSTS_SHOWN)
    board = dashboard(campaign, period, request.GET.get("metric", ""), newest=rows)
    in_all = queries.count_of(campaign, period)
    context = {
        "board": board,
        "campaign": campaign,
        "zone": campaign.time_zone,
        "period": period,
        "periods": [(name, label) for name, (_, label) in NAMED.items()],
        "metric": request.GET.get("metric", ""),
        "campaigns": campaigns_of(request.actor).only("pk", "title")[:50],
        "drawing": drawing_of(board.series, rtl=get_language_bidi()),
        "posts_in_all": in_all,
        "posts_left": max(0, min(POSTS_SHOWN, in_all) - rows),
        "may_export": request.actor.can(Capability.EXPORT_FIGURES),
    }
    return render(request, "analytics/dashboard.html", context)


@needs(Capability.VIEW_FIGURES)
def chosen(request: ActorRequest) -> HttpResponseRedirect:
    """Where the form at the head leads: to the campaign's own address, with the period and the counter kept.

    A period of the list takes the place of days that were chosen before.
    """
    given = request.GET.get("campaign", "")
    at = reverse("dashboard", args=[int(given)]) if given.isascii() and given.isdigit() else reverse("dashboards")
    names = ("period", "metric") if request.GET.get("period") else ("from", "to", "metric")
    kept = {name: value for name in names if (value := request.GET.get(name))}
    return redirect(f"{at}?{urlencode(kept)}" if kept else at)


@needs(Capability.EXPORT_FIGURES)
def export(request: ActorRequest, pk: int) -> StreamingHttpResponse:
    campaign = campaign_or_404(request.actor, pk, Capability.EXPORT_FIGURES)
    return exporting.campaign_file(campaign, period_from(request.GET, campaign))
