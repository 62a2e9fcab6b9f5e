"""One's own settings: language, clock, byline, second factor, and which institution one works in now."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from accounts import preferences, second_factor
from accounts.access import signed_in
from accounts.actors import ORGANISATION_KEY, ActorRequest
from accounts.capabilities import LABELS, Capability
from accounts.forms import BylineForm, TimeZoneForm, refused
from accounts.models import Language, Membership
from chain.errors import Invalid, NotFound


@require_safe
@signed_in
def my_settings(request: ActorRequest) -> HttpResponse:
    return show_settings(request)


def show_settings(
    request: ActorRequest, *, byline: BylineForm | None = None, clock: TimeZoneForm | None = None
) -> HttpResponse:
    me = request.user
    held = request.membership.capabilities() if request.membership else frozenset()
    page = {
        "byline": byline or BylineForm(initial={"byline_kind": me.byline_kind, "pen_name": me.pen_name}),
        "clock": clock or TimeZoneForm(initial={"time_zone": me.time_zone}),
        "languages": Language.choices,
        "has_second_factor": second_factor.has_one(me),
        "memberships": Membership.objects.filter(user=me, is_active=True).select_related("organisation"),
        "can_do": [LABELS[capability] for capability in Capability if capability in held],
    }
    return render(request, "accounts/me.html", page, status=422 if byline or clock else 200)


@require_POST
def set_language(request: ActorRequest) -> HttpResponse:
    """For a stranger the choice is a cookie; for a member it is theirs on every machine."""
    language = request.POST.get("language", "")
    if request.user.is_authenticated:
        preferences.set_language(user=request.user, language=language, actor=request.actor)
    answer = redirect(_back(request))
    if language in Language.values:
        answer.set_cookie(
            settings.LANGUAGE_COOKIE_NAME, language, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE
        )
    return answer


def _back(request: HttpRequest) -> str:
    wanted = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if is_ours else "/"


@require_POST
@signed_in
def choose_byline(request: ActorRequest) -> HttpResponse:
    form = BylineForm(request.POST)
    if not form.is_valid():
        return show_settings(request, byline=form)
    kind, pen_name = form.cleaned_data["byline_kind"], form.cleaned_data["pen_name"]
    try:
        preferences.choose_byline(user=request.user, kind=kind, pen_name=pen_name, actor=request.actor)
    except Invalid as error:
        refused(form, error)
        return show_settings(request, byline=form)
    messages.success(request, str(_("Saved. It holds for what you write from now on.")))
    return redirect("my-settings")


@require_POST
@signed_in
def set_time_zone(request: ActorRequest) -> HttpResponse:
    form = TimeZoneForm(request.POST)
    if not form.is_valid():
        return show_settings(request, clock=form)
    try:
        preferences.set_time_zone(user=request.user, time_zone=form.cleaned_data["time_zone"], actor=request.actor)
    except Invalid as error:
        refused(form, error)
        return show_settings(request, clock=form)
    messages.success(request, str(_("Saved.")))
    return redirect("my-settings")


@require_POST
@signed_in
def choose_institution(request: ActorRequest) -> HttpResponse:
    wanted = request.POST.get("organisation", "")
    mine = Membership.objects.filter(user=request.user, is_active=True)
    chosen = mine.filter(organisation_id=int(wanted)).first() if wanted.isdecimal() else None
    if chosen is None:
        raise NotFound
    request.session[ORGANISATION_KEY] = chosen.organisation_id
    return redirect("/")


@require_safe
@signed_in
def second_factor_first(request: ActorRequest) -> HttpResponse:
    """Where a member without a second factor is led: what it is for, and the two ways to set one up."""
    if second_factor.has_one(request.user):
        return redirect("/")
    return render(request, "accounts/second_factor_first.html")
