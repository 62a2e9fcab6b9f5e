"""Errors of /api/v1/ as problem details (RFC 9457, application/problem+json).

Shape: {"type": "about:blank#<code>", "title", "status", "detail", "code", "errors"?: {field: [sentence]}}.
"""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework import exceptions, status
from rest_framework.response import Response
from rest_framework.views import set_rollback

from chain.errors import DomainError

CONTENT_TYPE = "application/problem+json"


def problem(
    *,
    status_code: int,
    code: str,
    detail: str,
    errors: dict[str, Any] | None = None,
    headers: dict[str, str] | None = None,
) -> Response:
    body: dict[str, Any] = {
        "type": f"about:blank#{code}",
        "title": _("This could not be done."),
        "status": status_code,
        "detail": detail,
        "code": code,
    }
    if errors:
        body["errors"] = errors
    return Response(body, status=status_code, headers=headers, content_type=CONTENT_TYPE)


def problem_response(exc: Exception, context: dict[str, Any]) -> Response | None:
    set_rollback()
    if isinstance(exc, DomainError):
        errors = {exc.field: [str(exc.message)]} if exc.field else None
        return problem(status_code=exc.status, code=exc.code, detail=str(exc.message), errors=errors)
    if isinstance(exc, Http404):
        return problem(status_code=404, code="not_found", detail=_("There is nothing at this address for you."))
    if isinstance(exc, PermissionDenied):
        return problem(status_code=403, code="not_allowed", detail=_("You may not do this."))
    if isinstance(exc, exceptions.ValidationError):
        return invalid(exc)
    if isinstance(exc, exceptions.APIException):
        return refused(exc)
    return None


def invalid(exc: exceptions.ValidationError) -> Response:
    errors = exc.detail if isinstance(exc.detail, dict) else {"": exc.detail}
    detail = _("Some fields need mending.")
    return problem(status_code=status.HTTP_422_UNPROCESSABLE_ENTITY, code="invalid", detail=detail, errors=dict(errors))


def refused(exc: exceptions.APIException) -> Response:
    headers: dict[str, str] = {}
    if getattr(exc, "auth_header", None):
        headers["WWW-Authenticate"] = exc.auth_header  # type: ignore[attr-defined]
    if getattr(exc, "wait", None):
        headers["Retry-After"] = str(int(exc.wait))  # type: ignore[attr-defined]
    code = str(exc.get_codes()) if isinstance(exc.get_codes(), str) else "refused"
    return problem(status_code=exc.status_code, code=code, detail=str(exc.detail), headers=headers)
