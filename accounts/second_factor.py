"""Whether a person has a second factor, and whether they confirmed it lately in this session.

A second factor is a code of an authenticator app, a passkey or a recovery code; a password typed again is not one.
"""

import time
from collections.abc import Iterable, Mapping
from typing import Any, Final

from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.mfa.models import Authenticator
from django.conf import settings

from accounts.models import User

RECORDS_KEY: Final = AUTHENTICATION_METHODS_SESSION_KEY
"""Where allauth keeps, per session, how the person proved who they are: a list of {"method", "at" (epoch), "type"…}.

A sign-in or a reauthentication with a second factor appends {"method": "mfa", "at": …, "type": "totp"|"webauthn"|
"recovery_codes"} (https://docs.allauth.org/en/latest/account/authentication.html, read 2026-11).
"""

FACTORS = frozenset(Authenticator.Type.values)
KEYS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


def confirmed_at(records: Iterable[Mapping[str, Any]]) -> float | None:
    """Epoch seconds at which a second factor was last confirmed in this session."""
    times = [float(r["at"]) for r in records if r.get("method") == "mfa" and r.get("type") in FACTORS]
    return max(times, default=None)


def is_fresh(session: Mapping[str, Any]) -> bool:
    """Whether a second factor was confirmed in the last SECOND_FACTOR_SECONDS (fifteen minutes)."""
    at = confirmed_at(session.get(RECORDS_KEY, []))
    limit: float = settings.SECOND_FACTOR_SECONDS
    return at is not None and 0 <= time.time() - at < limit


def has_one(user: User) -> bool:
    """Recovery codes alone do not count: they only stand in for an app or a passkey."""
    return bool(Authenticator.objects.filter(user_id=user.pk, type__in=KEYS).exists())
