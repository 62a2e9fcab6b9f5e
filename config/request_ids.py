"""Each request has an id, in its answer's X-Request-ID and on each log line: the proxy's, where that is a plain word.

One line says how it went: which page, by its name, never by its address, which may hold a secret.
"""

import logging
import re
import time
import uuid
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from chain.following import following

HEADER = "X-Request-ID"
PLAIN = re.compile(r"[A-Za-z0-9._-]{8,64}", re.ASCII)
QUIET = frozenset({"healthz", "readyz", "metrics"})
log = logging.getLogger("sanad.requests")


class RequestIdMiddleware:
    """First of all, so that what the others say is followed too."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        identity = identity_of(request.headers.get(HEADER, ""))
        request.identity = identity  # type: ignore[attr-defined]
        began = time.monotonic()
        with following(request=identity):
            response = self.get_response(request)
            say(request, response, time.monotonic() - began)
        response.headers[HEADER] = identity
        return response


def identity_of(given: str) -> str:
    return given if PLAIN.fullmatch(given) else uuid.uuid4().hex


def say(request: HttpRequest, response: HttpResponse, seconds: float) -> None:
    match = request.resolver_match
    page = match.view_name if match else "none"
    if page in QUIET:
        return
    figures = {"method": request.method, "page": page, "status": response.status_code, "ms": round(seconds * 1000)}
    log.info("%(method)s %(page)s %(status)s in %(ms)s ms", figures, extra={"figures": figures})
