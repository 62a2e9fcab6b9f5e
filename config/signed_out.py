"""A sign-in that ran out under a page: a script gets 401 and keeps its words, instead of a sign-in page to swap in."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import resolve_url


class SignedOutMiddleware:
    """Stands outside the views that redirect a stranger to sign in. `static/js/shell.js` shows what to do."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if is_scripted(request) and leads_to_sign_in(response):
            return HttpResponse(status=401, headers={"Cache-Control": "no-store"})
        return response


def is_scripted(request: HttpRequest) -> bool:
    """Whether htmx or one of our modules asks; a browser itself sends `Sec-Fetch-Mode: navigate`."""
    return bool(getattr(request, "htmx", False)) or request.headers.get("X-Requested-With") == "sanad"


def leads_to_sign_in(response: HttpResponse) -> bool:
    return isinstance(response, HttpResponseRedirect) and response.url.startswith(resolve_url("account_login"))
