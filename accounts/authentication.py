"""How a caller of /api/v1/ proves who it is: the browser's session, or an API token.

A token is sent as `Authorization: Bearer sanad_…` (RFC 6750); only its SHA-256 is stored.
"""

import hashlib
from datetime import timedelta

from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework import authentication, exceptions
from rest_framework.request import Request

from accounts.actors import token_actor
from accounts.models import ApiToken, User

KEYWORD = "Bearer"
USED_EVERY = timedelta(minutes=1)


def hash_of(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


class ApiTokenAuthentication(authentication.BaseAuthentication):
    """Sets `request.user`, `request.auth` (the ApiToken) and `request.actor`.

    A program that asks for no language is answered in that of the person whose token it is.
    """

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        kind, _space, secret = request.headers.get("Authorization", "").partition(" ")
        if kind.lower() != KEYWORD.lower():
            return None
        token = usable_token(secret.strip())
        request._request.actor = token_actor(token)  # type: ignore[attr-defined]
        request._request.membership = token.membership  # type: ignore[attr-defined]
        if "Accept-Language" not in request.headers:
            translation.activate(token.membership.user.language)
        return token.membership.user, token

    def authenticate_header(self, request: Request) -> str:
        return f'{KEYWORD} realm="api"'


def usable_token(secret: str) -> ApiToken:
    """Raises AuthenticationFailed for one that is unknown, revoked, expired, or of somebody who has left."""
    tokens = ApiToken.objects.select_related("membership__user", "membership__organisation")
    token = tokens.prefetch_related("membership__grants").filter(token_hash=hash_of(secret)).first()
    if token is None or not token.is_usable() or not token.membership.is_active or not token.membership.user.is_active:
        raise exceptions.AuthenticationFailed(_("This API token is unknown, revoked or expired."))
    now = timezone.now()
    if token.last_used_at is None or now - token.last_used_at > USED_EVERY:
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
    return token


class SessionAuthentication(authentication.SessionAuthentication):
    """The signed-in browser, with its CSRF check. Acts that need a second factor are done this way only."""


class ApiTokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "accounts.authentication.ApiTokenAuthentication"
    name = "apiToken"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "description": str(_("An API token, made on the tokens page."))}


class SessionScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "accounts.authentication.SessionAuthentication"
    name = "session"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        return {"type": "apiKey", "in": "cookie", "name": "sessionid"}
