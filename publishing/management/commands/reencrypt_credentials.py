"""`manage.py reencrypt_credentials`: after a new first key in CREDENTIALS_KEY, before the old one is taken away."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts import adapter as second_factors
from publishing import credentials


class Command(BaseCommand):
    help = "Seal every stored access and every second factor again with the first key of CREDENTIALS_KEY."

    def handle(self, *args: Any, **options: Any) -> None:
        done, lost = credentials.reseal()
        factors, locked = second_factors.reseal()
        self.stdout.write(f"{done} accesses and {factors} second factors sealed with the first key.")
        if lost or locked:
            raise CommandError(
                f"No key of CREDENTIALS_KEY opens {lost} accesses (connect those channels again) "
                f"and {locked} second factors (their people set them up again)."
            )
