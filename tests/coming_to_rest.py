"""The tables are emptied after a browser test only when the live server answers nobody any more.

A page may still save or count in the moment in which its test ends; emptying the tables beneath it would deadlock.
Loaded by tests/conftest.py.
"""

import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management.commands.flush import Command
from django.core.signals import request_finished, request_started

from tests.emptying import delete_everything

DEADLINE = 5.0


class Answering:
    """The threads, other than the test's own (those of the live server), that are answering a request now.

    One that broke off tells nobody: it counts until its thread ends or answers the next request.
    """

    def __init__(self) -> None:
        self.threads: set[threading.Thread] = set()
        self.changed = threading.Condition()

    def begin(self, **_: Any) -> None:
        if threading.current_thread() is not threading.main_thread():
            with self.changed:
                self.threads.add(threading.current_thread())

    def end(self, **_: Any) -> None:
        with self.changed:
            self.threads.discard(threading.current_thread())
            self.changed.notify_all()

    def are_done(self) -> bool:
        return not any(thread.is_alive() for thread in self.threads)

    def wait(self) -> None:
        deadline = time.monotonic() + DEADLINE
        with self.changed:
            while not self.are_done() and time.monotonic() < deadline:
                self.changed.wait(timeout=0.05)
            self.threads.clear()


@pytest.fixture(scope="session", autouse=True)
def _emptied_at_rest() -> Iterator[None]:
    answering, handle = Answering(), Command.handle

    def at_rest(self: Command, **options: Any) -> Any:
        answering.wait()
        return None if delete_everything() else handle(self, **options)

    request_started.connect(answering.begin, weak=False)
    request_finished.connect(answering.end, weak=False)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Command, "handle", at_rest)
        yield
    request_started.disconnect(answering.begin)
    request_finished.disconnect(answering.end)
