"""`Idempotency-Key` on every unsafe request of /api/v1/: a request that is repeated is done once.

draft-ietf-httpapi-idempotency-key-header-07 (https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/,
15 October 2025, looked up 2026-11): the key is a quoted string (we take it bare too); 409 while the first request is
under way, 422 for another request under the same key. What is kept, and for how long, is accounts.repeating's.
"""

import hashlib
import json
import re
from collections.abc import Callable

from django.core.exceptions import BadRequest, SuspiciousOperation
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.http.request import RawPostDataException
from django.utils.translation import gettext as _
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from accounts import repeating
from accounts.authentication import ApiTokenAuthentication
from accounts.models import Membership, User
from accounts.repeating import Answer
from chain.errors import DomainError
from config.api.problems import problem_page

HEADER = "Idempotency-Key"
REPLAYED = "Idempotent-Replayed"
KEY = r"^[A-Za-z0-9._:~+/=-]{1,200}$"
UNSAFE = frozenset({"POST", "PUT", "PATCH", "DELETE"})


class KeyMalformed(DomainError):
    status = 400
    code = "idempotency_key_malformed"


class BodyUnreadable(DomainError):
    status = 400
    code = "body_unreadable"


class IdempotencyMiddleware:
    """Stands inside ActorMiddleware, which says who asks by session."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        is_keyed = request.path.startswith("/api/v1/") and request.method in UNSAFE and HEADER in request.headers
        caller = caller_of(request) if is_keyed else ""
        if not caller:
            return self.get_response(request)
        try:
            return self.once(request, caller)
        except DomainError as refusal:
            return refused(refusal)

    def once(self, request: HttpRequest, caller: str) -> HttpResponseBase:
        key, digest = key_of(request), digest_of(request)
        claimed = repeating.claim(caller=caller, key=key, digest=digest)
        if claimed is None:
            return replayed(repeating.answer_before(caller=caller, key=key, digest=digest))
        response = self.get_response(request)
        repeating.settle(claimed, answer_in(response))
        return response


def caller_of(request: HttpRequest) -> str:
    """Institution, person and way in; empty for a stranger, whom the view refuses."""
    try:
        by_token = ApiTokenAuthentication().authenticate(Request(request))
    except AuthenticationFailed:
        return ""
    if by_token:
        user, token = by_token
        return f"{token.organisation_id}/{user.pk}/token-{token.pk}"
    if not isinstance(request.user, User):
        return ""
    membership: Membership | None = request.membership  # type: ignore[attr-defined]
    return f"{membership.organisation_id if membership else 0}/{request.user.pk}/session"


def key_of(request: HttpRequest) -> str:
    key = request.headers[HEADER].strip()
    if len(key) > 1 and key[0] == key[-1] == '"':
        key = key[1:-1]
    if not re.match(KEY, key):
        raise KeyMalformed(
            _("An idempotency key is 1 to 200 letters, digits and signs of . _ : ~ + / = - as in a UUID.")
        )
    return key


def digest_of(request: HttpRequest) -> str:
    """sha256 over method, address and body. A form's parts are digested, since its boundary changes at every try."""
    digest = hashlib.sha256(f"{request.method} {request.get_full_path()}\n".encode())
    try:
        if request.method == "POST" and request.content_type == "multipart/form-data":
            digest.update(json.dumps(parts_of(request)).encode())
        else:
            digest.update(request.body)
    except (BadRequest, SuspiciousOperation, RawPostDataException) as unreadable:
        raise BodyUnreadable(_("The body could not be read.")) from unreadable
    return digest.hexdigest()


def parts_of(request: HttpRequest) -> list[list[str]]:
    fields = [[name, value] for name, values in request.POST.lists() for value in values if isinstance(value, str)]
    for name, files in request.FILES.lists():
        for file in files:
            content = hashlib.sha256()
            for chunk in file.chunks():
                content.update(chunk)
            file.seek(0)
            fields.append([name, file.name or "", content.hexdigest()])
    return sorted(fields)


def answer_in(response: HttpResponseBase) -> Answer:
    """`Cache-Control: no-store` marks an answer that shows a secret once."""
    content_type = response.headers.get("Content-Type", "")
    body = response.content.decode() if isinstance(response, HttpResponse) else ""
    return Answer(response.status_code, content_type, body, "no-store" in response.headers.get("Cache-Control", ""))


def replayed(answer: Answer) -> HttpResponse:
    response = HttpResponse(answer.body, status=answer.status, content_type=answer.content_type or None)
    if not answer.content_type:
        del response["Content-Type"]
    response[REPLAYED] = "true"
    return response


def refused(refusal: DomainError) -> HttpResponse:
    return problem_page(status_code=refusal.status, code=refusal.code, detail=str(refusal.message))
