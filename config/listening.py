"""A worker that hears nothing while messages wait for it ends itself, and whoever runs Sanad starts another.

A consumer can lose its broker in a way that it does not notice, or come back to one without asking it for anything
(celery issues 8030, 8091, 10205; 2026-11-26): the process then stands, idle, and its queue grows. Its claims are leased
and its messages late-acknowledged, so that ending costs no post and doubles none.
"""

import logging
import os
import threading
import time
from collections.abc import Callable, Collection

from celery.worker import state
from django.conf import settings

log = logging.getLogger(__name__)
DEAF = 70
"""The exit status: an internal fault, in the words of sysexits.h."""


def end_now() -> None:
    """Without the ordinary way out, which waits for the consumer."""
    logging.shutdown()
    os._exit(DEAF)


class Listening(threading.Thread):
    """Watches over the consumer of this process until it is stopped.

    Deaf is: for `patience` seconds, at each look, messages waited, nothing was at work here, and none was heard.
    """

    def __init__(
        self,
        queues: Collection[str],
        depths: Callable[[], dict[str, int] | None],
        *,
        patience: float | None = None,
        end: Callable[[], None] = end_now,
    ) -> None:
        super().__init__(name="listening", daemon=True)
        self.queues, self.depths, self.end = tuple(queues), depths, end
        self.patience = settings.WORKER_DEAF_SECONDS if patience is None else patience
        self.stopped = threading.Event()
        self.heard = 0
        self.heard_at_last_look = 0
        self.well_at = time.monotonic()

    def hear(self) -> None:
        """A message of this worker's queues has come to it."""
        self.heard += 1

    def run(self) -> None:
        while not self.stopped.wait(self.patience / 6):
            self.look(time.monotonic())

    def look(self, now: float) -> None:
        if self.is_well():
            self.well_at = now
        elif now - self.well_at >= self.patience:
            log.error("%s: messages wait and none is heard; ending, to be started again", "/".join(self.queues))
            self.stopped.set()
            self.end()

    def is_well(self) -> bool:
        """Nothing said of a broker that does not answer: the consumer is looking for it, too."""
        before, self.heard_at_last_look = self.heard_at_last_look, self.heard
        if self.heard != before or state.active_requests:
            return True
        depths = self.depths()
        return depths is None or not any(depths.get(queue) for queue in self.queues)

    def stop(self) -> None:
        self.stopped.set()
