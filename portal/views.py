"""Who published what, where, in whose name, and who paid for it? For anybody, without an account."""

from collections.abc import Iterator
from datetime import date

from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from accounts.models import Organisation
from chain.errors import NotFound
from chain.models import DayHead
from portal import ledger, opendata

A_PAGE = 50
HOUR = 3_600


@require_safe
def ledgers(request: HttpRequest) -> HttpResponse:
    """The institutions of this installation; one's own, or the only one, at once."""
    actor = getattr(request, "actor", None)
    own = Organisation.objects.filter(pk=actor.organisation_id or 0) if actor else Organisation.objects.none()
    houses = list(own) or list(Organisation.objects.order_by("name"))
    if len(houses) == 1:
        return redirect("ledger", slug=houses[0].slug)
    return render(request, "portal/ledgers.html", {"houses": houses})


@require_safe
def the_ledger(request: HttpRequest, slug: str) -> HttpResponse:
    house = ledger.institution_or_404(slug)
    words, channel = request.GET.get("q", "").strip()[:100], chosen(request.GET.get("channel", ""))
    found = ledger.parts_of(house, words=words, channel_id=channel)
    page = Paginator(found, A_PAGE).get_page(request.GET.get("page"))
    context = {
        "house": house,
        "head": DayHead.objects.first(),
        "channels": [(one, ledger.is_disclosed(one)) for one in ledger.accounts_of(house)],
        "campaigns": ledger.campaigns_of(house),
        "page": page,
        "posts": ledger.posts_from(page.object_list),
        "corrections": ledger.corrections_of(house),
        "words": words,
        "query": urlencode({"q": words, "channel": channel or ""}) if words or channel else "",
        "chosen": channel,
        "licence": opendata.LICENCE_URL,
        "licence_name": opendata.LICENCE,
    }
    return render(request, "portal/ledger.html", context)


def chosen(value: str) -> int | None:
    return int(value) if value.isdecimal() and len(value) < 19 else None


@require_safe
def seals(request: HttpRequest) -> HttpResponse:
    page = Paginator(DayHead.objects.all(), A_PAGE).get_page(request.GET.get("page"))
    return render(request, "portal/seals.html", {"page": page, "rule": opendata.RULE})


@require_safe
@cache_control(public=True, max_age=HOUR)
def posts_csv(request: HttpRequest, slug: str) -> HttpResponseBase:
    house = ledger.institution_or_404(slug)
    rows = (opendata.post_row(post) for post in opendata.posts(ledger.parts_of(house)))
    return csv_file(opendata.csv_of(opendata.POST_FIELDS, rows), f"{slug}-posts.csv")


@require_safe
@cache_control(public=True, max_age=HOUR)
def accounts_csv(request: HttpRequest, slug: str) -> HttpResponseBase:
    house = ledger.institution_or_404(slug)
    rows = (opendata.account_row(channel) for channel in ledger.accounts_of(house))
    return csv_file(opendata.csv_of(opendata.ACCOUNT_FIELDS, rows), f"{slug}-accounts.csv")


@require_safe
@cache_control(public=True, max_age=HOUR)
def everything_json(request: HttpRequest, slug: str) -> HttpResponseBase:
    house = ledger.institution_or_404(slug)
    return StreamingHttpResponse(opendata.json_of(house), content_type="application/json; charset=utf-8")


@require_safe
@cache_control(public=True, max_age=HOUR)
def feed(request: HttpRequest, slug: str) -> HttpResponse:
    house = ledger.institution_or_404(slug)
    address = f"{settings.BASE_URL.rstrip('/')}{reverse('ledger', kwargs={'slug': slug})}"
    return HttpResponse(opendata.feed_of(house, address), content_type="application/atom+xml; charset=utf-8")


@require_safe
@cache_control(public=True, max_age=HOUR)
def seals_json(request: HttpRequest) -> HttpResponse:
    return JsonResponse(opendata.heads_document(), json_dumps_params={"indent": 1})


@require_safe
@cache_control(public=True, max_age=HOUR)
def day_csv(request: HttpRequest, day: str) -> HttpResponseBase:
    """The seals of one day, once it is over."""
    head = DayHead.objects.filter(day=day_in(day)).first()
    if head is None:
        raise NotFound
    return csv_file(opendata.csv_of(("number", "content_hash", "hash"), opendata.seals_of(head.day)), f"{day}.csv")


def day_in(value: str) -> date:
    try:
        return date.fromisoformat(value)
    except ValueError as error:
        raise NotFound from error


def csv_file(lines: Iterator[str], name: str) -> StreamingHttpResponse:
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
