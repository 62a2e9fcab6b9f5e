"""`manage.py watchdog`: runs until it is told to stop (SIGTERM, Ctrl-C)."""

import logging
import signal
import threading
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.db import DatabaseError, close_old_connections

from publishing import watchdog

log = logging.getLogger(__name__)


class Command(BaseCommand):
    help = "Watch the clock of publishing and tell people when it fails."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="look once and stop")

    def handle(self, *args: Any, **options: Any) -> None:
        stop = threading.Event()
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, lambda *_: stop.set())
        while not stop.is_set():
            self.look()
            if options["once"]:
                return
            stop.wait(settings.WATCHDOG_INTERVAL_SECONDS)

    def look(self) -> None:
        close_old_connections()
        try:
            for alert in watchdog.look():
                log.warning("alert: %s", alert)
        except DatabaseError:
            log.exception("the database does not answer")
