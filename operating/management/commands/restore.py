"""`manage.py restore FOLDER`: a backup into an empty database. Run it before any other process of Sanad is started."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from operating.restoring import restore


class Command(BaseCommand):
    help = "Fill an empty database and an empty media folder from a backup, verify the audit trail, hold what waited."
    requires_system_checks = ()
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, help="one backup: the folder with its manifest.json")

    def handle(self, *args: Any, **options: Any) -> None:
        done = restore(options["folder"])
        self.stdout.write(f"restored from {done.manifest.made_at}: {len(done.manifest.files)} files")
        if done.breaks:
            raise CommandError("The audit trail does not hold: " + "; ".join(done.breaks[:5]))
        self.stdout.write(f"the audit trail holds: {done.events} sealed events")
        self.stdout.write(f"held, because they may be out already: {done.held} posts; coordinators are told")
        self.stdout.write(
            "next: set the keys of that installation, run `python -m ops.prepare`, then `manage.py doctor`, then start"
        )
