"""How often /api/v1/ may be asked: strangers by their address, people by who they are, uploads apart.

The rates are the settings' (`API_ANONYMOUS_RATE`, `API_RATE`, `API_UPLOAD_RATE`). A person's tokens and sessions count
together; an upload counts as a request too.
"""

from typing import Any

from rest_framework.request import Request
from rest_framework.throttling import AnonRateThrottle, UserRateThrottle


class Strangers(AnonRateThrottle):
    scope = "anonymous"


class People(UserRateThrottle):
    scope = "person"

    def get_cache_key(self, request: Request, view: Any) -> str | None:
        return super().get_cache_key(request, view) if request.user and request.user.is_authenticated else None


class Uploads(People):
    scope = "upload"

    def get_cache_key(self, request: Request, view: Any) -> str | None:
        is_upload = request.method != "GET" and (request.content_type or "").startswith("multipart/form-data")
        return super().get_cache_key(request, view) if is_upload else None
