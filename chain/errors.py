"""Domain errors: what an action raises when it refuses. Each carries a sentence for the person and a code for a program."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class DomainError(Exception):
    """An action refused. `message` is shown to the person, `code` is stable, `field` names what to mend, if one thing."""

    status = 422
    code = "refused"

    def __init__(self, message: str | Promise, *, code: str | None = None, field: str | None = None) -> None:
        super().__init__(code or self.code)
        self.message = message
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

    def __init__(
        self, message: str | Promise = _("You may not do this here. Ask a manager of your institution."), **more: str
    ) -> None:
        super().__init__(message, **more)


class SecondFactorNeeded(NotAllowed):
    code = "second_factor_needed"

    def __init__(
        self, message: str | Promise = _("Confirm your second factor first: this act is signed."), **more: str
    ) -> None:
        super().__init__(message, **more)


class NotFound(DomainError):
    status = 404
    code = "not_found"

    def __init__(self, message: str | Promise = _("There is nothing at this address for you."), **more: str) -> None:
        super().__init__(message, **more)


class StaleState(DomainError):
    """Somebody else moved it first: nothing was changed."""

    status = 409
    code = "stale"

    def __init__(
        self,
        message: str | Promise = _(
            "Somebody changed this meanwhile. Look at it again, then decide; nothing was changed."
        ),
        **more: str,
    ) -> None:
        super().__init__(message, **more)
