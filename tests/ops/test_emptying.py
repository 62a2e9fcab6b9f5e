"""The tables are emptied between two tests, and what goes wrong there costs no other test."""

import threading
from collections.abc import Iterator

import pytest
from django.db import DatabaseError, connection, transaction

from chain import heartbeats
from chain.models import Heartbeat
from tests import emptying

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def held() -> Iterator[threading.Event]:
    """Another thread is in the middle of writing a row until it is told to let go."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite empties its tables in Django's own way")
    heartbeats.beat("tick")
    holding, let_go = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            Heartbeat.objects.update(detail={"written": "late"})
            holding.set()
            let_go.wait(10)
        connection.close()

    thread = threading.Thread(target=hold)
    thread.start()
    assert holding.wait(10)
    yield let_go
    let_go.set()
    thread.join()


def test_tables_that_cannot_be_emptied_leave_the_connection_clean(
    held: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(emptying, "PATIENCE", "20ms")
    with pytest.raises(DatabaseError):
        emptying.delete_everything()
    assert Heartbeat.objects.count() == 1


def test_a_row_that_is_let_go_in_time_is_emptied_too(held: threading.Event, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(emptying, "PATIENCE", "20ms")
    real, tries = emptying.delete_from, []

    def at_the_second_try(filled: list[str]) -> None:
        tries.append(filled)
        if len(tries) == 2:
            held.set()
            monkeypatch.setattr(emptying, "PATIENCE", "10s")
        real(filled)

    monkeypatch.setattr(emptying, "delete_from", at_the_second_try)
    assert emptying.delete_everything()
    assert len(tries) == 2
    assert not Heartbeat.objects.exists()
