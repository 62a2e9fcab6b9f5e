"""Owns how the simulated YouTube refuses: the codes, the reasons and the envelope of Google's APIs.

Sources (read 2026-11): https://developers.google.com/youtube/v3/docs/errors (reasons by method),
https://developers.google.com/youtube/v3/docs/core_errors (reasons of every Google API, `global` and `usageLimits`),
https://cloud.google.com/apis/design/errors (`status` beside `code`). Messages are only described there; these are ours.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

STATUSES = {
    400: "INVALID_ARGUMENT", 401: "UNAUTHENTICATED", 403: "PERMISSION_DENIED", 404: "NOT_FOUND", 409: "ALREADY_EXISTS",
    410: "NOT_FOUND", 413: "INVALID_ARGUMENT", 429: "RESOURCE_EXHAUSTED", 500: "INTERNAL", 503: "UNAVAILABLE",
}  # fmt: skip


class GoogleError(Exception):
    """A refusal: the HTTP status, the `reason` that a program reads, its domain, and words for people."""

    def __init__(
        self, code: int, reason: str, message: str, *, domain: str = "global", location: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> None:  # fmt: skip
        super().__init__(message)
        self.code = code
        self.reason = reason
        self.message = message
        self.domain = domain
        self.location = location
        self.headers = dict(headers or {})

    @property
    def body(self) -> dict[str, Any]:
        """{error: {code, message, errors: [{message, domain, reason}], status}}."""
        detail = {"message": self.message, "domain": self.domain, "reason": self.reason}
        if self.location:
            kind = "header" if self.location == "Authorization" else "parameter"
            detail |= {"location": self.location, "locationType": kind}
        error = {"code": self.code, "message": self.message, "errors": [detail], "status": STATUSES[self.code]}
        return {"error": error}


class OAuthError(Exception):
    """A refusal of the token endpoints: {error, error_description}."""

    def __init__(self, error: str, description: str, status: int = 400) -> None:
        super().__init__(description)
        self.status = status
        self.body = {"error": error, "error_description": description}


def bad(reason: str, message: str, *, domain: str = "youtube.video", location: str = "") -> GoogleError:
    return GoogleError(400, reason, message, domain=domain, location=location)


def unauthenticated() -> GoogleError:
    """A token that is unknown, old or taken back: all look alike."""
    return GoogleError(
        401, "authError", "Request had invalid authentication credentials. Expected OAuth 2 access token.",
        location="Authorization", headers={"WWW-Authenticate": 'Bearer realm="https://accounts.google.com/"'},
    )  # fmt: skip


def insufficient() -> GoogleError:
    return GoogleError(403, "insufficientPermissions", "Request had insufficient authentication scopes.")


def quota_exceeded() -> GoogleError:
    said = "The request cannot be completed because you have exceeded your quota."
    return GoogleError(403, "quotaExceeded", said, domain="youtube.quota")


def too_fast() -> GoogleError:
    """core_errors has `rateLimitExceeded` twice, under 403 and under 429; this is the second."""
    said = "Too many requests have been sent within a given time span."
    return GoogleError(429, "rateLimitExceeded", said, domain="usageLimits")


def upload_limit() -> GoogleError:
    return bad("uploadLimitExceeded", "The user has exceeded the number of videos they may upload.")


def no_body() -> GoogleError:
    return bad("mediaBodyRequired", "The request does not include the video content.")


def bad_content(mime: str, accepted: str) -> GoogleError:
    said = f"Media type '{mime}' is not supported. Valid media types: [{accepted}]"
    return bad("badContent", said, domain="global")


def missing(what: str, kind: str = "video") -> GoogleError:
    said = f"The {kind} identified by the request's {what} parameter cannot be found."
    return GoogleError(404, f"{kind}NotFound", said, domain=f"youtube.{kind}", location=what)


def forbidden(message: str, *, reason: str = "forbidden", domain: str = "youtube.video") -> GoogleError:
    return GoogleError(403, reason, message, domain=domain)


def needed(parameter: str) -> GoogleError:
    said = f"No value for the required parameter {parameter}."
    return bad("missingRequiredParameter", said, domain="youtube.parameter", location=parameter)
