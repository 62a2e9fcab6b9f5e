"""`manage.py verify_audit`: walks the audit trail and fails loudly when it does not hold."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from chain import sealing


class Command(BaseCommand):
    help = "Recompute every hash of the audit trail; report breaks, gaps and what waits for its seal."

    def handle(self, *args: Any, **options: Any) -> None:
        verdict = sealing.verify()
        self.stdout.write(f"sealed events: {verdict.events}\nhead: {verdict.head}")
        seconds = int(verdict.oldest_unsealed.total_seconds())
        self.stdout.write(f"waiting for the sealer: {verdict.unsealed} (oldest {seconds} s)")
        for line in verdict.breaks:
            self.stderr.write(f"BROKEN: {line}")
        if verdict.breaks:
            raise CommandError(f"the audit trail does not hold: {len(verdict.breaks)} break(s)")
        self.stdout.write("the audit trail holds")
