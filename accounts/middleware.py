"""Each request knows who acts, in whose language and by which clock.

Also leads a member who may do more than read to set up a second factor before anything else.
"""

import zoneinfo
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.actors import ORGANISATION_KEY, actor_for, current_membership
from accounts.models import Membership, User

OPEN_PREFIXES = ("account_", "mfa_")
OPEN_VIEWS = frozenset(
    {"set-language", "choose-institution", "invitation", "second-factor-first", "healthz", "readyz", "metrics"}
)
"""Pages that a member without a second factor still reaches: those that set one up, and those that need no rights."""


class ActorMiddleware:
    """Adds `request.membership` (None for a stranger) and `request.actor`. A stranger costs no query."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.membership = _membership(request)  # type: ignore[attr-defined]
        request.actor = actor_for(request)  # type: ignore[attr-defined]
        try:
            _speak_their_language(request)
            return self.get_response(request)
        finally:
            timezone.deactivate()

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        if not request.user.is_authenticated or _is_open(request):
            return None
        membership: Membership | None = request.membership  # type: ignore[attr-defined]
        if not membership or request.may_work:  # type: ignore[attr-defined]
            return None
        return _second_factor_first(request)


def _membership(request: HttpRequest) -> Membership | None:
    if not isinstance(request.user, User):
        return None
    return current_membership(request.user, request.session.get(ORGANISATION_KEY))


def _speak_their_language(request: HttpRequest) -> None:
    if not request.user.is_authenticated:
        return
    translation.activate(request.user.language)
    request.LANGUAGE_CODE = request.user.language
    zone = request.user.time_zone
    if not zone and request.membership:  # type: ignore[attr-defined]
        zone = request.membership.organisation.time_zone  # type: ignore[attr-defined]
    timezone.activate(zoneinfo.ZoneInfo(zone or "UTC"))


def _is_open(request: HttpRequest) -> bool:
    name = (request.resolver_match.url_name if request.resolver_match else None) or ""
    return name.startswith(OPEN_PREFIXES) or name in OPEN_VIEWS


def _second_factor_first(request: HttpRequest) -> HttpResponse:
    if request.path.startswith("/api/"):
        body = {
            "type": "about:blank#second_factor_setup_needed",
            "title": _("This could not be done."),
            "status": 403,
            "detail": _("Set up a second factor first, on your settings page."),
            "code": "second_factor_setup_needed",
        }
        return JsonResponse(body, status=403, content_type="application/problem+json")
    back = request.get_full_path() if request.method == "GET" else "/"
    return redirect(f"{reverse('second-factor-first')}?{urlencode({'next': back})}")
