"""Makes a person who can sign in: the user with a verified address, as allauth wants it.

Only an accepted invitation and the set-up commands come here; there is no open sign-up.
"""

from allauth.account.models import EmailAddress
from django.db import transaction

from accounts.models import User


@transaction.atomic
def register(*, email: str, name: str, password: str | None = None, language: str = "ar") -> User:
    """A new person whose address is known to be theirs. Without a password only a passkey or a reset lets them in."""
    user = User.objects.create_user(email, password, name=name, language=language)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user
