"""`manage.py doctor`: looks at everything that an operator would look at, and says what to do.

Ends with 1 when something failed; warnings alone end with 0. Nothing it says holds a secret.
"""

import json
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from operating.doctor import examine
from operating.doctor.findings import Finding, Level

SIGNS = {Level.OK: "ok", Level.SKIPPED: "--", Level.WARNING: "!!", Level.FAILED: "XX"}


class Command(BaseCommand):
    help = "Look at settings, keys, database, broker, processes, channels, clocks, disk and mail; say what to do."
    requires_system_checks = ()
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="one JSON object instead of lines")

    def handle(self, *args: Any, **options: Any) -> None:
        found = examine()
        worst = Level.FAILED if any(one.level == Level.FAILED for one in found) else Level.OK
        if options["json"]:
            self.stdout.write(json.dumps({"status": worst, "findings": [asdict(one) for one in found]}, indent=1))
        else:
            self.say(found)
        if worst == Level.FAILED:
            raise SystemExit(1)

    def say(self, found: list[Finding]) -> None:
        for one in found:
            self.stdout.write(f"{SIGNS[one.level]}  {one.check}: {one.said}")
            if one.do:
                self.stdout.write(f"      → {one.do}")
        counted = {level: sum(one.level == level for one in found) for level in Level}
        self.stdout.write(f"\n{counted[Level.FAILED]} failed, {counted[Level.WARNING]} warnings")
