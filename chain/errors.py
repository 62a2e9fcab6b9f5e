"""Domain errors: what an action raises when it refuses.

Each carries a sentence for the person and a code for a program.
"""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class DomainError(Exception):
    """An action refused. `message` is for the person, `code` is stable, `field` names the one thing to mend, if any."""

    status = 422
    code = "refused"
    sentence: str | Promise = ""

    def __init__(
        self, message: str | Promise | None = None, *, code: str | None = None, field: str | None = None
    ) -> None:
        super().__init__(code or self.code)
        self.message = self.sentence if message is None else message
        self.code = code or self.code
        self.field = field

    def __str__(self) -> str:
        return str(self.message)


class Invalid(DomainError):
    """The input is wrong; the message says what and how to mend it."""

    code = "invalid"


class NotAllowed(DomainError):
    status = 403
    code = "not_allowed"
    sentence = _("You may not do this here. Ask a manager of your institution.")


class SecondFactorNeeded(NotAllowed):
    code = "second_factor_needed"
    sentence = _("Confirm your second factor first: this act is signed.")


class NotFound(DomainError):
    status = 404
    code = "not_found"
    sentence = _("There is nothing at this address for you.")


class StaleState(DomainError):
    """Somebody else moved it first: nothing was changed."""

    status = 409
    code = "stale"
    sentence = _("Somebody changed this meanwhile. Look at it again, then decide; nothing was changed.")
