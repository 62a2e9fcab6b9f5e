"""Errors of /api/v1/ as problem details (RFC 9457, application/problem+json).

Shape: {"type": "about:blank#<code>", "title", "status", "detail", "code", "errors"?: {field: [sentence]}}. What is
wrong in the address is 400, what is wrong in a body that could be read is 422.
"""

import json
import math
from typing import Any

from django.core.exceptions import BadRequest, PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import is_valid_path
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.csrf import csrf_exempt
from django.views.defaults import server_error as server_error_page
from rest_framework import exceptions, status
from rest_framework.response import Response
from rest_framework.views import set_rollback

from accounts.api_filters import BadParameters
from chain.errors import DomainError
from config.api.throttling import Strangers

CONTENT_TYPE = "application/problem+json"
PREFIX = "/api/v1/"


def problem(
    *,
    status_code: int,
    code: str,
    detail: str,
    errors: dict[str, Any] | None = None,
    headers: dict[str, str] | None = None,
) -> Response:
    body = problem_body(status_code=status_code, code=code, detail=detail)
    if errors:
        body["errors"] = errors
    return Response(body, status=status_code, headers=headers, content_type=CONTENT_TYPE)


def problem_body(*, status_code: int, code: str, detail: str) -> dict[str, Any]:
    return {
        "type": f"about:blank#{code}",
        "title": _("This could not be done."),
        "status": status_code,
        "detail": detail,
        "code": code,
    }


def problem_page(*, status_code: int, code: str, detail: str) -> HttpResponse:
    """The same, where no view of the API answers."""
    body = problem_body(status_code=status_code, code=code, detail=detail)
    return HttpResponse(json.dumps(body, ensure_ascii=False), status=status_code, content_type=CONTENT_TYPE)


def problem_response(exc: Exception, context: dict[str, Any]) -> Response | None:
    set_rollback()
    if isinstance(exc, DomainError):
        errors = {exc.field: [str(exc.message)]} if exc.field else None
        return problem(status_code=exc.status, code=exc.code, detail=str(exc.message), errors=errors)
    if isinstance(exc, Http404):
        return problem(status_code=404, code="not_found", detail=_("There is nothing at this address for you."))
    if isinstance(exc, PermissionDenied):
        return problem(status_code=403, code="not_allowed", detail=_("You may not do this."))
    if isinstance(exc, BadRequest | SuspiciousOperation):
        return unread(exc)
    if isinstance(exc, BadParameters):
        return misasked(exc)
    if isinstance(exc, exceptions.ValidationError):
        return invalid(exc)
    if isinstance(exc, exceptions.APIException):
        return refused(slowed_down(exc, context))
    return None


def misasked(exc: BadParameters) -> Response:
    errors = dict(exc.detail) if isinstance(exc.detail, dict) else {}
    name, said = next(iter(errors.items()))
    sentence = said[0] if isinstance(said, list) else said
    detail = _("“%(name)s” in the address: %(sentence)s") % {"name": name, "sentence": sentence}
    return problem(status_code=exc.status_code, code=exc.default_code, detail=detail, errors=errors)


def unread(exc: Exception) -> Response:
    if isinstance(exc, RequestDataTooBig):
        return problem(status_code=413, code="too_large", detail=_("This is more than a request may carry."))
    return problem(status_code=400, code="body_unreadable", detail=_("The body could not be read."))


def invalid(exc: exceptions.ValidationError) -> Response:
    errors = exc.detail if isinstance(exc.detail, dict) else {"": exc.detail}
    detail = _("Some fields need mending.")
    return problem(status_code=status.HTTP_422_UNPROCESSABLE_ENTITY, code="invalid", detail=detail, errors=dict(errors))


def slowed_down(exc: exceptions.APIException, context: dict[str, Any]) -> exceptions.APIException:
    """A caller who does not prove who it is is refused before any view looks: such tries are counted here."""
    if not isinstance(exc, exceptions.NotAuthenticated | exceptions.AuthenticationFailed):
        return exc
    throttle = Strangers()
    if throttle.allow_request(context["request"], context["view"]):
        return exc
    return exceptions.Throttled(throttle.wait())


def refused(exc: exceptions.APIException) -> Response:
    if isinstance(exc, exceptions.Throttled):
        return too_many(max(1, math.ceil(getattr(exc, "wait", None) or 0)))
    headers: dict[str, str] = {}
    if getattr(exc, "auth_header", None):
        headers["WWW-Authenticate"] = exc.auth_header  # type: ignore[attr-defined]
    code = str(exc.get_codes()) if isinstance(exc.get_codes(), str) else "refused"
    return problem(status_code=exc.status_code, code=code, detail=str(exc.detail), headers=headers)


def too_many(seconds: int) -> Response:
    said = ngettext(
        "Too many requests: ask again in %(n)s second.", "Too many requests: ask again in %(n)s seconds.", seconds
    )
    headers = {"Retry-After": str(seconds)}
    return problem(status_code=429, code="throttled", detail=said % {"n": seconds}, headers=headers)


@csrf_exempt
def nothing_here(request: HttpRequest) -> HttpResponse:
    """Every address under /api/v1/ that leads nowhere; reading one that only lacks its last `/` leads on."""
    path = request.path_info
    if not path.endswith("/") and leads_somewhere(f"{path}/"):
        if request.method in {"GET", "HEAD"}:
            query = request.META.get("QUERY_STRING", "")
            return HttpResponseRedirect(f"{path}/?{query}" if query else f"{path}/", status=308)
        detail = _("Addresses of the API end in “/”: ask again at the one with it.")
        return problem_page(status_code=404, code="no_such_address", detail=detail)
    detail = _("The API has no such address. All of them are described at /api/v1/docs/.")
    return problem_page(status_code=404, code="no_such_address", detail=detail)


def leads_somewhere(path: str) -> bool:
    found = is_valid_path(path)
    return bool(found) and found.func is not nothing_here  # type: ignore[union-attr]


def server_error(request: HttpRequest) -> HttpResponse:
    """The answer to what we did not foresee: a problem under /api/v1/, else the page."""
    if not request.path_info.startswith(PREFIX):
        return server_error_page(request)
    detail = _("Something broke on our side. Look whether it was done before you ask again.")
    return problem_page(status_code=500, code="server_error", detail=detail)
