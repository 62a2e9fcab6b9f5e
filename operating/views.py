"""/metrics: for the institution's own monitoring, by its token or from its own addresses, and for nobody else."""

import hmac
import ipaddress

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotFound
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client.exposition import choose_encoder

from operating.metrics import registry

PASSED_ON = ("HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO", "HTTP_FORWARDED", "HTTP_VIA", "HTTP_X_REAL_IP")


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """To strangers there is nothing here."""
    if not (has_token(request) or is_near(request)):
        return HttpResponseNotFound("Not found\n", content_type="text/plain")
    written, content_type = choose_encoder(request.headers.get("Accept", ""))
    return HttpResponse(written(registry()), content_type=content_type)


def has_token(request: HttpRequest) -> bool:
    kind, _space, given = request.headers.get("Authorization", "").partition(" ")
    expected = settings.METRICS_TOKEN
    return bool(expected) and kind.lower() == "bearer" and hmac.compare_digest(given.encode(), expected.encode())


def is_near(request: HttpRequest) -> bool:
    """Whoever comes through a proxy has the proxy's address: then only the token counts."""
    if any(name in request.META for name in PASSED_ON):
        return False
    try:
        address = ipaddress.ip_address(request.META.get("REMOTE_ADDR", ""))
    except ValueError:
        return False
    return any(address in network for network in settings.METRICS_ALLOWED)
