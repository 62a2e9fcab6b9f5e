"""The tables are emptied after a browser test only when the live server answers nobody any more.

A page may still save or count in the moment in which its test ends; emptying the tables beneath it would deadlock.
Loaded by tests/conftest.py.
"""

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management.commands.flush import Command
from django.core.signals import request_finished, request_started

DEADLINE = 15.0


class Answering:
    """Counts the requests that other threads than the test's own (the live server's) are answering now."""

    def __init__(self) -> None:
        self.count = 0
        self.changed = threading.Condition()

    def begin(self, **_: Any) -> None:
        self.add(1)

    def end(self, **_: Any) -> None:
        self.add(-1)

    def add(self, step: int) -> None:
        if threading.current_thread() is not threading.main_thread():
            with self.changed:
                self.count = max(0, self.count + step)
                self.changed.notify_all()

    def wait(self) -> None:
        with self.changed:
            self.changed.wait_for(lambda: self.count == 0, timeout=DEADLINE)


@pytest.fixture(scope="session", autouse=True)
def _emptied_at_rest() -> Iterator[None]:
    answering, handle = Answering(), Command.handle

    def at_rest(self: Command, **options: Any) -> Any:
        answering.wait()
        return handle(self, **options)

    request_started.connect(answering.begin, weak=False)
    request_finished.connect(answering.end, weak=False)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Command, "handle", at_rest)
        yield
    request_started.disconnect(answering.begin)
    request_finished.disconnect(answering.end)
