"""The engine, the trail and its seals: one writer of states, and nobody rewrites what happened."""

from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.test import Client

from chain import sealing
from chain.engine import IllegalMove, advance
from chain.errors import StaleState
from chain.models import Event, Seal, Unsealed
from chain.trail import record
from publishing.models import Channel
from tests.deliveries import make_channel
from tests.people import People, actor_of, sign_in
from tests.triggers import without_triggers

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.embedded]


@pytest.fixture
def channel(people: People) -> Channel:
    return make_channel(people.rabita, people.carla)


def test_a_move_writes_its_event_with_who_and_why(channel: Channel, people: People) -> None:
    advance(channel, "held", actor=actor_of(people.carla), why="الملف لا يسمّي المؤسسة")
    event = Event.objects.get()
    assert (event.verb, event.state_from, event.state_to) == ("channel.held", "connected", "held")
    assert (event.user, event.why) == (people.carla, "الملف لا يسمّي المؤسسة")


def test_a_move_that_the_table_does_not_have_is_a_bug_and_changes_nothing(channel: Channel, people: People) -> None:
    with pytest.raises(IllegalMove):
        advance(channel, "connected", actor=actor_of(people.carla))
    assert not Event.objects.exists()


def test_of_two_who_move_the_same_row_only_one_does(channel: Channel, people: People) -> None:
    other = Channel.objects.get(pk=channel.pk)
    advance(channel, "held", actor=actor_of(people.carla))
    with pytest.raises(StaleState):
        advance(other, "disconnected", actor=actor_of(people.mounir))
    assert Event.objects.count() == 1


def test_a_move_that_is_rolled_back_leaves_no_event(channel: Channel, people: People) -> None:
    with transaction.atomic():
        advance(channel, "held", actor=actor_of(people.carla))
        transaction.set_rollback(True)
    channel.refresh_from_db()
    assert channel.state == "connected"
    assert not Event.objects.exists()


@pytest.mark.parametrize("statement", ["UPDATE chain_event SET why = 'x'", "DELETE FROM chain_event"])
def test_the_database_refuses_to_change_or_delete_an_event(channel: Channel, people: People, statement: str) -> None:
    record("channel.seen", channel, actor=actor_of(people.carla))
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert Event.objects.get().why == ""


def sealed(channel: Channel, people: People, n: int = 5) -> None:
    for i in range(n):
        record("channel.seen", channel, actor=actor_of(people.carla), data={"i": i})
    assert sealing.seal_batch() == n


def test_the_sealer_links_every_event_without_gaps_and_the_chain_verifies(channel: Channel, people: People) -> None:
    sealed(channel, people)
    sealed(channel, people, 3)
    assert list(Seal.objects.order_by("number").values_list("number", flat=True)) == list(range(1, 9))
    assert not Unsealed.objects.exists()
    verdict = sealing.verify()
    assert (verdict.breaks, verdict.events, verdict.head) == ([], 8, sealing.head_hash())


def test_a_changed_event_is_found(channel: Channel, people: People) -> None:
    sealed(channel, people)
    without_triggers(
        "chain_event", "UPDATE chain_event SET actor_name = 'غيره' WHERE id = (SELECT min(id) FROM chain_event)"
    )
    assert any("was changed" in line for line in sealing.verify().breaks)


def test_a_deleted_event_leaves_a_gap_that_is_found(channel: Channel, people: People) -> None:
    sealed(channel, people)
    third = Seal.objects.get(number=3)
    without_triggers("chain_seal", "DELETE FROM chain_seal WHERE number = 3")
    without_triggers("chain_event", f"DELETE FROM chain_event WHERE id = {third.event_id}")
    assert any("gap" in line for line in sealing.verify().breaks)


def test_a_rewritten_seal_breaks_the_chain(channel: Channel, people: People) -> None:
    sealed(channel, people)
    without_triggers("chain_seal", f"UPDATE chain_seal SET hash = '{'f' * 64}' WHERE number = 2")
    assert sealing.verify().breaks


def test_an_event_slipped_in_unsealed_and_unqueued_is_found(channel: Channel, people: People) -> None:
    record("channel.seen", channel, actor=actor_of(people.carla))
    Unsealed.objects.all().delete()
    assert any("neither a seal" in line for line in sealing.verify().breaks)


def test_verify_audit_fails_loudly(channel: Channel, people: People, capsys: Any) -> None:
    sealed(channel, people)
    call_command("verify_audit")
    assert "holds" in capsys.readouterr().out
    without_triggers("chain_event", "UPDATE chain_event SET why = 'x'")
    with pytest.raises(CommandError):
        call_command("verify_audit")


def test_the_audit_page_shows_ones_own_house_to_a_manager_only(
    channel: Channel, people: People, client: Client
) -> None:
    record("channel.connected", channel, actor=actor_of(people.carla), why="سبب لا يراه الغريب")
    assert "سبب لا يراه الغريب" in sign_in(client, people.mounir).get("/audit/").content.decode()
    assert sign_in(Client(), people.alice).get("/audit/").status_code == 403
    outside = sign_in(Client(), people.charlie).get("/audit/")
    assert outside.status_code == 200
    assert "سبب لا يراه الغريب" not in outside.content.decode()


@pytest.mark.parametrize("query", ["?person=x", "?page=999", "?subject=nonsense", "?q=channel", "?subject=a:b:c"])
def test_odd_addresses_of_the_audit_page_are_answered(query: str, people: People, client: Client) -> None:
    assert sign_in(client, people.mounir).get(f"/audit/{query}").status_code == 200
