"""`manage.py backup FOLDER`: everything but the keys, in a new folder below FOLDER."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from operating.backing_up import back_up

KEYS = (
    "The keys are not in it, and without CREDENTIALS_KEY every channel must be connected again and every second factor "
    "set up anew. Keep the file with your settings apart from this folder, for instance sealed on paper or in another "
    "safe: whoever has both can post in your name."
)


class Command(BaseCommand):
    help = "Copy the database and the pictures into a new folder, with the hash of each file. The keys are not copied."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, help="where backups are kept")

    def handle(self, *args: Any, **options: Any) -> None:
        made = back_up(options["folder"])
        self.stdout.write(str(made))
        self.stderr.write(KEYS)
