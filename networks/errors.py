"""What can go wrong with a network, told by one question: may we send again?

Owns the codes; never prose. publishing/reasons.py gives each code its sentence and next step in three languages.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any


class Code(StrEnum):
    """Why a call did not end well. Which class carries a code depends on what was under way."""

    CONNECTION_REFUSED = "connection_refused"
    CONNECT_TIMED_OUT = "connect_timed_out"
    NAME_NOT_FOUND = "name_not_found"
    TLS_FAILED = "tls_failed"
    ADDRESS_REFUSED = "address_refused"
    RATE_LIMITED = "rate_limited"
    CREDIT_SPENT = "credit_spent"
    RENEWING_ACCESS = "renewing_access"

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
    NOT_A_MEMBER = "not_a_member"
    NOT_A_CHANNEL = "not_a_channel"
    APPLICATION_REFUSED = "application_refused"
    APPLICATION_NOT_AUDITED = "application_not_audited"
    CODE_REFUSED = "code_refused"

    POST_REFUSED = "post_refused"
    DUPLICATE_REFUSED = "duplicate_refused"
    POLICY_BLOCKED = "policy_blocked"
    POSTS_SPENT = "posts_spent"
    TEXT_LIKE_SPAM = "text_like_spam"
    AUDIENCE_REFUSED = "audience_refused"
    CANCELLED_THERE = "cancelled_there"
    GAVE_UP = "gave_up"
    MEDIA_REFUSED = "media_refused"
    MEDIA_FORMAT_REFUSED = "media_format_refused"
    MEDIA_LENGTH_REFUSED = "media_length_refused"
    MEDIA_FRAME_RATE_REFUSED = "media_frame_rate_refused"
    MEDIA_SIDES_REFUSED = "media_sides_refused"
    MEDIA_MISSING = "media_missing"
    MEDIA_CHANGED = "media_changed"
    MEDIA_NOT_FETCHED = "media_not_fetched"
    MEDIA_NEVER_FETCHED = "media_never_fetched"
    ADDRESS_NOT_VERIFIED = "address_not_verified"
    MEDIA_NOT_READY = "media_not_ready"
    REPLY_TARGET_GONE = "reply_target_gone"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not_found"
    EDIT_CHANGES_MEDIA = "edit_changes_media"
    DELETE_TOO_LATE = "delete_too_late"
    KEPT_PRIVATE = "kept_private"
    PLAYLIST_REFUSED = "playlist_refused"

    NOT_SUPPORTED = "not_supported"


class ProblemCode(StrEnum):
    """What `validate` finds before anything is sent."""

    TEXT_EMPTY = "text_empty"
    TEXT_TOO_LONG = "text_too_long"
    TEXT_TOO_MANY_BYTES = "text_too_many_bytes"
    HASHTAGS_TOO_MANY = "hashtags_too_many"
    MENTIONS_TOO_MANY = "mentions_too_many"
    LINKS_TOO_MANY = "links_too_many"
    LINK_NOT_FOLLOWED = "link_not_followed"
    MEDIA_TOO_MANY = "media_too_many"
    MEDIA_TYPE_NOT_ACCEPTED = "media_type_not_accepted"
    MEDIA_TOO_LARGE = "media_too_large"
    MEDIA_TOO_MANY_PIXELS = "media_too_many_pixels"
    MEDIA_TOO_LONG_SIDED = "media_too_long_sided"
    MEDIA_TOO_NARROW = "media_too_narrow"
    MEDIA_TOO_TALL = "media_too_tall"
    MEDIA_TOO_WIDE = "media_too_wide"
    MEDIA_TOO_SMALL = "media_too_small"
    MEDIA_NEEDED = "media_needed"
    MEDIA_MIXED = "media_mixed"
    VIDEO_NOT_OFFERED = "video_not_offered"
    VIDEO_TOO_MANY = "video_too_many"
    VIDEO_TYPE_NOT_ACCEPTED = "video_type_not_accepted"
    VIDEO_TOO_LARGE = "video_too_large"
    VIDEO_TOO_SHORT = "video_too_short"
    VIDEO_TOO_LONG = "video_too_long"
    VIDEO_CODEC_NOT_ACCEPTED = "video_codec_not_accepted"
    VIDEO_SOUND_NOT_ACCEPTED = "video_sound_not_accepted"
    VIDEO_TOO_TALL = "video_too_tall"
    VIDEO_TOO_WIDE = "video_too_wide"
    VIDEO_SIDES_TOO_SHORT = "video_sides_too_short"
    VIDEO_SIDES_TOO_LONG = "video_sides_too_long"
    VIDEO_TOO_MANY_PIXELS = "video_too_many_pixels"
    VIDEO_TOO_FAST = "video_too_fast"
    VIDEO_TOO_SLOW = "video_too_slow"
    VIDEO_TOO_DENSE = "video_too_dense"
    CAPTIONS_NOT_SHOWN = "captions_not_shown"
    VIDEO_ALT_TEXT_NOT_SHOWN = "video_alt_text_not_shown"
    ALT_TEXT_MISSING = "alt_text_missing"
    ALT_TEXT_TOO_LONG = "alt_text_too_long"
    ALT_TEXT_NOT_SHOWN = "alt_text_not_shown"
    VISIBILITY_NOT_OFFERED = "visibility_not_offered"
    CONTENT_WARNING_NOT_OFFERED = "content_warning_not_offered"
    REPLY_NOT_OFFERED = "reply_not_offered"
    OPTION_NOT_OFFERED = "option_not_offered"
    OPTION_VALUE_NOT_OFFERED = "option_value_not_offered"
    OPTION_TOO_LONG = "option_too_long"
    OPTION_MISSING = "option_missing"
    SIGNS_NOT_ACCEPTED = "signs_not_accepted"


class MissingCode(StrEnum):
    """Why a figure is absent; absent is never zero."""

    NOT_REPORTED = "not_reported"
    UNREADABLE = "unreadable"
    NO_PERMISSION = "no_permission"
    RETIRED = "retired"


ALL_CODES: tuple[str, ...] = (*Code, *ProblemCode, *MissingCode)


class NetworkError(Exception):
    """`code` and `params` are for people (through reasons.py); `detail` is the network's own words, redacted.

    `str()` gives the code alone, so that a log line or a traceback never carries what a network said. `saved` is what
    preparing reached all the same, where the next try must not go on from what the last one found.
    """

    saved: Mapping[str, Any] | None = None

    def __init__(self, code: str, *, params: Mapping[str, str | int] | None = None, detail: str = "") -> None:
        super().__init__(str(code))
        self.code = code
        self.params: Mapping[str, str | int] = dict(params or {})
        self.detail = detail

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.code}, {dict(self.params)})"


class NotSent(NetworkError):
    """Certainly nothing that readers could see was sent: it may be sent again, after `retry_after` seconds if given.

    `of_application`: the wait is asked of all channels of our application, not of this one alone.
    """

    def __init__(
        self,
        code: str,
        *,
        retry_after: float | None = None,
        params: Mapping[str, str | int] | None = None,
        detail: str = "",
        of_application: bool = False,
    ) -> None:
        super().__init__(code, params=params, detail=detail)
        self.retry_after = retry_after
        self.of_application = of_application


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
