"""Answers to the editor's own requests: JSON in, JSON out, and every refusal a sentence with its code."""

import json
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpResponse, JsonResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from accounts.actors import ActorRequest
from campaigns.drafting import EditedByAnother
from chain.errors import DomainError, Invalid, NotAllowed

View = Callable[..., dict[str, Any]]


def answers_json(view: View) -> Callable[..., HttpResponse]:
    """A POST view that returns a dict. Signed out is 401; a domain error is its own status with message and code."""

    @require_POST
    @wraps(view)
    def answering(request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.is_authenticated:
            return _uncached({"code": "signed_out"}, 401)
        try:
            return _uncached(view(request, *args, **kwargs), 200)
        except DomainError as error:
            return _uncached(refusal(error), error.status)

    return answering


def refusal(error: DomainError) -> dict[str, Any]:
    """What the page's script shows; where another edited, also what stands now, so that both texts can be read."""
    said = {"code": error.code, "message": str(error.message), "field": error.field}
    if isinstance(error, EditedByAnother):
        return {**said, "version": error.version, "document": error.document}
    return said


def _uncached(answer: dict[str, Any], status: int) -> JsonResponse:
    return JsonResponse(answer, status=status, headers={"Cache-Control": "no-store, private"})


def sent(request: ActorRequest) -> dict[str, Any]:
    """The JSON object of the request's body. Raises Invalid."""
    try:
        body = json.loads(request.body)
    except ValueError as error:
        raise Invalid(_("This was not sent by the editor's page. Open it again; your words are kept.")) from error
    if not isinstance(body, dict):
        raise Invalid(_("This was not sent by the editor's page. Open it again; your words are kept."))
    return body


def same_person(request: ActorRequest, body: dict[str, Any]) -> None:
    """The words of one person are never saved under another's name, who signed in meanwhile in another tab."""
    if body.get("user") != request.user.pk:
        message = _("Another person is signed in now. Sign in as yourself again: your words are kept in this browser.")
        raise NotAllowed(message, code="other_person")


def whole(text: Any) -> int:
    """A number typed or sent by a page. Raises Invalid."""
    digits = "" if text is None else str(text).strip()
    if not digits.isdecimal() or len(digits) > 9:  # noqa: PLR2004
        raise Invalid(_("Write a whole number."))
    return int(digits)
