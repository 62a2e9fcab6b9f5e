"""What can go wrong with a network, told by one question: may we send again?

Owns the codes; never prose. publishing/reasons.py gives each code its sentence and next step in three languages.
"""

from collections.abc import Mapping
from enum import StrEnum


class Code(StrEnum):
    """Why a call did not end well. Which class carries a code depends on what was under way."""

    CONNECTION_REFUSED = "connection_refused"
    CONNECT_TIMED_OUT = "connect_timed_out"
    NAME_NOT_FOUND = "name_not_found"
    TLS_FAILED = "tls_failed"
    ADDRESS_REFUSED = "address_refused"
    RATE_LIMITED = "rate_limited"

    ANSWER_TIMED_OUT = "answer_timed_out"
    CONNECTION_BROKEN = "connection_broken"
    SERVER_ERROR = "server_error"
    ANSWER_UNREADABLE = "answer_unreadable"
    ANSWER_TOO_LARGE = "answer_too_large"
    REDIRECTED = "redirected"
    UNEXPECTED_STATUS = "unexpected_status"

    TOKEN_INVALID = "token_invalid"
    MISSING_SCOPE = "missing_scope"
    ACCOUNT_DISABLED = "account_disabled"
    APPLICATION_REFUSED = "application_refused"
    CODE_REFUSED = "code_refused"

    POST_REFUSED = "post_refused"
    MEDIA_REFUSED = "media_refused"
    MEDIA_MISSING = "media_missing"
    MEDIA_CHANGED = "media_changed"
    REPLY_TARGET_GONE = "reply_target_gone"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not_found"
    EDIT_CHANGES_MEDIA = "edit_changes_media"

    NOT_SUPPORTED = "not_supported"


class ProblemCode(StrEnum):
    """What `validate` finds before anything is sent."""

    TEXT_EMPTY = "text_empty"
    TEXT_TOO_LONG = "text_too_long"
    TEXT_TOO_MANY_BYTES = "text_too_many_bytes"
    MEDIA_TOO_MANY = "media_too_many"
    MEDIA_TYPE_NOT_ACCEPTED = "media_type_not_accepted"
    MEDIA_TOO_LARGE = "media_too_large"
    MEDIA_TOO_MANY_PIXELS = "media_too_many_pixels"
    ALT_TEXT_MISSING = "alt_text_missing"
    ALT_TEXT_TOO_LONG = "alt_text_too_long"
    VISIBILITY_NOT_OFFERED = "visibility_not_offered"
    CONTENT_WARNING_NOT_OFFERED = "content_warning_not_offered"
    REPLY_NOT_OFFERED = "reply_not_offered"


class MissingCode(StrEnum):
    """Why a figure is absent; absent is never zero."""

    NOT_REPORTED = "not_reported"
    UNREADABLE = "unreadable"
    NO_PERMISSION = "no_permission"
    RETIRED = "retired"


ALL_CODES: tuple[str, ...] = (*Code, *ProblemCode, *MissingCode)


class NetworkError(Exception):
    """`code` and `params` are for people (through reasons.py); `detail` is the network's own words, redacted.

    `str()` gives the code alone, so that a log line or a traceback never carries what a network said.
    """

    def __init__(self, code: str, *, params: Mapping[str, str | int] | None = None, detail: str = "") -> None:
        super().__init__(str(code))
        self.code = code
        self.params: Mapping[str, str | int] = dict(params or {})
        self.detail = detail

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.code}, {dict(self.params)})"


class NotSent(NetworkError):
    """Certainly nothing that readers could see was sent: it may be sent again, after `retry_after` seconds if given."""

    def __init__(
        self,
        code: str,
        *,
        retry_after: float | None = None,
        params: Mapping[str, str | int] | None = None,
        detail: str = "",
    ) -> None:
        super().__init__(code, params=params, detail=detail)
        self.retry_after = retry_after


class Rejected(NetworkError):
    """The network said no to this post: sending the same again will not help."""


class NeedsReconnect(NetworkError):
    """The network no longer lets this account act: the channel waits for a person."""


class OutcomeUnknown(NetworkError):
    """It may or may not be live: look it up; never send again on this alone."""


class Unreachable(NotSent):
    """A read got no usable answer: nothing is known, nothing was changed, try later."""


class NotSupported(NetworkError):
    """The network has no such function; `capabilities` says so beforehand."""

    def __init__(self, what: str) -> None:
        super().__init__(Code.NOT_SUPPORTED, params={"what": what})
