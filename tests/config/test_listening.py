"""A worker that hears nothing while messages wait ends itself; any other does not."""

from types import SimpleNamespace

import pytest
from celery.worker import state

from config import celery
from config.listening import Listening

PATIENCE = 60.0


class Worker:
    """A listener whose broker and clock are the test's."""

    def __init__(self) -> None:
        self.depths: dict[str, int] | None = {"clock": 0, "publishing": 0}
        self.ended = 0
        self.listener = Listening(["clock"], lambda: self.depths, patience=PATIENCE, end=self.end)
        self.now = self.listener.well_at

    def end(self) -> None:
        self.ended += 1

    def look_for(self, seconds: float) -> None:
        for _ in range(int(seconds / 10)):
            self.now += 10
            self.listener.look(self.now)


@pytest.fixture
def worker() -> Worker:
    return Worker()


def test_it_ends_when_messages_waited_the_whole_time_and_none_was_heard(
    worker: Worker, caplog: pytest.LogCaptureFixture
) -> None:
    worker.look_for(100)
    worker.depths = {"clock": 1463, "publishing": 0}
    worker.look_for(50)
    assert worker.ended == 0
    worker.look_for(10)
    assert worker.ended == 1
    assert "clock: messages wait and none is heard" in caplog.text


def test_what_waits_for_others_is_no_sign(worker: Worker) -> None:
    worker.depths = {"clock": 0, "publishing": 900}
    worker.look_for(600)
    assert worker.ended == 0


def test_one_that_hears_or_works_stays(worker: Worker, monkeypatch: pytest.MonkeyPatch) -> None:
    worker.depths = {"clock": 500}
    for _ in range(20):
        worker.listener.hear()
        worker.look_for(30)
    monkeypatch.setattr(state, "active_requests", {"a long one"})
    worker.look_for(600)
    assert worker.ended == 0


def test_a_broker_that_is_away_ends_nobody_and_the_wait_begins_when_it_is_back(worker: Worker) -> None:
    worker.depths = None
    worker.look_for(600)
    worker.depths = {"clock": 3}
    worker.look_for(50)
    assert worker.ended == 0
    worker.look_for(10)
    assert worker.ended == 1


@pytest.mark.django_db(transaction=True)
def test_each_worker_has_one_from_its_start_until_it_drains() -> None:
    consumer = SimpleNamespace(task_consumer=SimpleNamespace(queues=celery.app.conf.task_queues), hostname="all@here")
    celery.first_beat(sender=consumer)
    try:
        celery.first_beat(sender=consumer)
        [ear] = celery.ears
        celery.hear()
        assert (ear.is_alive(), ear.heard) == (True, 1)
        celery.hush()
        ear.join(10)
        assert not ear.is_alive()
        assert celery.ears == []
    finally:
        celery.last_word()
