"""Domain errors as pages: a clear sentence in the user's language, with the right status.

The API's twin of this is config/api/problems.py.
"""

from collections.abc import Callable
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from chain.errors import DomainError, SecondFactorNeeded


class DomainErrorMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, DomainError):
            return None
        if isinstance(exception, SecondFactorNeeded):
            return second_factor_first(request)
        return render(request, "refused.html", {"error": exception}, status=exception.status)


def second_factor_first(request: HttpRequest) -> HttpResponse:
    """Send the person to confirm the second factor, and back to the page they acted from."""
    back = request.get_full_path() if request.method == "GET" else request.META.get("HTTP_REFERER", "/")
    address = f"{reverse('mfa_reauthenticate')}?{urlencode({'next': back})}"
    if getattr(request, "htmx", False):
        return HttpResponse(status=403, headers={"HX-Redirect": address})
    return redirect(address)
