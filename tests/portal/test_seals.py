"""The seals of the days: kept once, mailed to managers, and enough to verify the chain without trusting us."""

import csv
import hashlib
import io
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from django.db import DatabaseError, connection, transaction
from django.test import Client

from chain import sealing
from chain.models import DayHead, Notice, Seal
from chain.trail import record
from portal.tasks import keep_heads
from publishing.models import Channel
from tests.deliveries import make_channel
from tests.people import People, actor_of
from tests.triggers import without_triggers

pytestmark = [pytest.mark.django_db, pytest.mark.embedded]
FIRST_DAY = datetime(2026, 11, 24, 23, 30, tzinfo=UTC)
NEXT_DAY = datetime(2026, 11, 25, 0, 30, tzinfo=UTC)


@pytest.fixture
def channel(people: People) -> Channel:
    """Three acts on the first day, one early on the next, all sealed."""
    with time_machine.travel(FIRST_DAY, tick=False):
        channel = make_channel(people.rabita, people.carla)
        for _ in range(3):
            record("channel.seen", channel, actor=actor_of(people.carla))
        sealing.seal_batch()
    with time_machine.travel(NEXT_DAY, tick=False):
        record("channel.seen", channel, actor=actor_of(people.carla))
        sealing.seal_batch()
        keep_heads()
    return channel


def test_a_day_has_its_head_only_once_it_is_over(channel: Channel) -> None:
    head = DayHead.objects.get()
    assert (str(head.day), head.number) == ("2026-11-24", 3)
    assert head.hash == Seal.objects.get(number=3).hash
    with time_machine.travel(NEXT_DAY, tick=False):
        keep_heads()
    assert DayHead.objects.count() == 1


def test_managers_are_mailed_each_head_once(channel: Channel, people: People) -> None:
    told = Notice.objects.filter(kind="day_head", organisation=people.rabita)
    assert {notice.user for notice in told} == {people.mounir}
    assert DayHead.objects.get().hash in told.get().body
    with time_machine.travel(NEXT_DAY, tick=False):
        keep_heads()
    assert told.count() == 1


@pytest.mark.parametrize("statement", ["UPDATE chain_dayhead SET number = 1", "DELETE FROM chain_dayhead"])
def test_the_database_refuses_to_change_a_head(channel: Channel, statement: str) -> None:
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_whoever_has_the_days_file_can_verify_the_chain_alone(channel: Channel) -> None:
    answer: Any = Client().get("/seals/2026-11-24.csv")
    text = b"".join(answer.streaming_content).decode().removeprefix("\ufeff")
    previous = "0" * 64
    for row in csv.DictReader(io.StringIO(text)):
        previous = hashlib.sha256(f"{previous}:{row['number']}:{row['content_hash']}".encode()).hexdigest()
        assert previous == row["hash"]
    (day,) = Client().get("/seals/seals.json").json()["days"]
    assert (day["day"], day["hash"]) == ("2026-11-24", previous)


def test_the_page_and_the_ledger_show_the_head(channel: Channel, people: People) -> None:
    head = DayHead.objects.get()
    assert head.hash in Client().get("/seals/").content.decode()
    assert head.hash[:32] in Client().get(f"/ledger/{people.rabita.slug}/").content.decode()


@pytest.mark.parametrize("day", ["2026-11-25", "2031-01-01", "yesterday"])
def test_a_day_without_a_head_has_no_file(channel: Channel, day: str) -> None:
    assert Client().get(f"/seals/{day}.csv").status_code == 404


@pytest.mark.django_db(transaction=True)
def test_a_chain_rewritten_behind_a_head_is_found_out(channel: Channel) -> None:
    without_triggers("chain_seal", f"UPDATE chain_seal SET hash = '{'e' * 64}' WHERE number = 3")
    assert any("2026-11-24" in line for line in sealing.verify().breaks)


def test_an_installation_on_its_first_day_says_so(db: Any, people: People) -> None:
    assert Client().get("/seals/").status_code == 200
    assert Client().get(f"/ledger/{people.rabita.slug}/").status_code == 200
