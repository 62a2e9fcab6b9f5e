"""A suspended institution publishes nothing, its people only read, and reinstated it is still frozen."""

from collections.abc import Callable
from datetime import timedelta
from threading import Event as Signal
from threading import Thread

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from accounts.capabilities import READING, Capability
from accounts.models import Organisation, OrganisationState
from chain.errors import NotAllowed
from chain.locks import LockKind, lock_shared
from chain.models import Event, Hold, HoldState
from chain.trail import record
from networks.types import Published
from publishing import claiming, dispatching, freezing, publisher, recording, scheduling, suspending
from publishing.lifecycle import DeliveryState, HoldReason, PartState
from publishing.models import Delivery
from sandbox.testing import SandboxClient
from tests.deliveries import claimed
from tests.faults.crew import wait_until
from tests.people import People, actor_of, sign_in, token_client

pytestmark = pytest.mark.django_db(transaction=True)
Due = Callable[..., Delivery]
WHY = "طلبت الإدارة إيقاف كل شيء."


def suspend(people: People) -> Hold:
    return suspending.suspend(organisation=people.rabita, ordered_by=people.mounir, why=WHY)


def state_of(delivery: Delivery) -> str:
    delivery.refresh_from_db()
    return delivery.state


def test_what_waits_is_held_and_nothing_more_goes_out(due: Due, people: People, network: SandboxClient) -> None:
    waiting, later = due(), due(due_at=timezone.now() + timedelta(days=1))
    suspend(people)
    assert [state_of(one) for one in (waiting, later)] == [DeliveryState.HELD] * 2
    assert waiting.hold_reason == HoldReason.INCIDENT
    assert dispatching.mark_due() == []
    publisher.publish(waiting.pk)
    assert network.posts("mastodon") == []


@pytest.mark.skipif(connection.vendor != "postgresql", reason="there is one writer at a time on the other")
def test_a_worker_that_enters_a_send_at_that_moment_and_the_suspension_do_not_stop_each_other(
    due: Due, people: People
) -> None:
    delivery, began, ended = due(), Signal(), []

    def enter() -> None:
        try:
            with transaction.atomic():
                lock_shared(LockKind.SENDING, people.rabita.pk)
                began.set()
                wait_until(somebody_waits_for_a_lock, "the suspension waits")
                record("delivery.sending", delivery, actor=claiming.publisher(delivery))
            ended.append(True)
        finally:
            connection.close()

    worker = Thread(target=enter)
    worker.start()
    assert began.wait(10)
    suspend(people)
    worker.join(10)
    assert ended == [True]
    assert Organisation.objects.get(pk=people.rabita.pk).state == OrganisationState.SUSPENDED


def somebody_waits_for_a_lock() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks JOIN pg_database here ON here.oid = database"
            " WHERE locktype = 'advisory' AND NOT granted AND datname = current_database()"
        )
        return bool(cursor.fetchone()[0])


def test_what_is_in_the_send_is_recorded_as_it_ends(due: Due, people: People) -> None:
    delivery = due()
    attempt = claimed(delivery.pk)
    assert attempt is not None
    part = delivery.parts.get()
    assert publisher.enter_send(attempt, part)
    hold = suspend(people)
    assert [row["delivery"] for row in hold.already_in] == [delivery.pk]
    recording.record_answer(attempt, part, Published("1", "https://social.test/1", timezone.now()))
    assert state_of(delivery) == DeliveryState.PUBLISHED
    assert delivery.parts.get().state == PartState.PUBLISHED


def test_what_comes_back_to_the_queue_afterwards_is_not_sent(due: Due, people: People, network: SandboxClient) -> None:
    delivery = due()
    suspend(people)
    Delivery.objects.filter(pk=delivery.pk).update(state=DeliveryState.PENDING, hold_reason="", reason="")
    publisher.publish(delivery.pk)
    assert state_of(delivery) == DeliveryState.HELD
    assert network.posts("mastodon") == []


def test_its_people_and_their_tokens_read_and_do_nothing_else(due: Due, people: People, client: Client) -> None:
    delivery = due()
    program = token_client(people.carla, Capability.VIEW_DELIVERIES, Capability.RELEASE)
    hold = suspend(people)
    for person in people.members:
        held = actor_of(person).capabilities | actor_of(person).awaiting_second_factor
        assert held <= set(READING)
    sign_in(client, people.carla)
    assert client.get("/deliveries/").status_code == 200
    assert client.post(f"/deliveries/{delivery.pk}/cancel/").status_code == 403
    assert program.get("/api/v1/deliveries/").status_code == 200
    assert program.post(f"/api/v1/deliveries/{delivery.pk}/cancel/", {"why": "x"}).status_code == 403
    with pytest.raises(NotAllowed):
        scheduling.cancel(delivery=delivery, actor=actor_of(people.carla), why="x")
    with pytest.raises(NotAllowed):
        freezing.propose_resume(hold=hold, actor=actor_of(people.mounir))


def test_another_institution_works_on(people: People, due: Due) -> None:
    suspend(people)
    assert not freezing.in_force(people.elsewhere.pk).exists()
    assert str(Capability.RELEASE) in actor_of(people.charlie).capabilities


def test_reinstated_it_is_still_frozen_and_nothing_goes_out_by_itself(
    due: Due, people: People, network: SandboxClient
) -> None:
    delivery = due()
    hold = suspend(people)
    suspending.reinstate(organisation=people.rabita, why="انتهى السبب.")
    hold.refresh_from_db()
    assert hold.state == HoldState.ACTIVE
    freezing.propose_resume(hold=hold, actor=actor_of(people.mounir))
    freezing.confirm_resume(hold=hold, actor=actor_of(people.carla))
    for pk in dispatching.mark_due():
        publisher.publish(pk)
    assert state_of(delivery) == DeliveryState.HELD
    assert network.posts("mastodon") == []


def test_both_acts_stand_in_the_trail_with_their_reason(due: Due, people: People) -> None:
    suspend(people)
    suspending.reinstate(organisation=people.rabita, why="انتهى السبب.")
    acts = (
        Event.objects.filter(verb__startswith="organisation.").order_by("id").values_list("verb", "why", "actor_name")
    )
    assert list(acts) == [
        ("organisation.suspended", WHY, "operator"),
        ("organisation.active", "انتهى السبب.", "operator"),
    ]


def test_suspending_twice_changes_nothing_more(due: Due, people: People) -> None:
    first = suspend(people)
    assert suspend(people).pk == first.pk
    assert Event.objects.filter(verb="organisation.suspended").count() == 1
    assert Hold.objects.count() == 1


def test_an_operator_does_both_by_command(due: Due, people: People) -> None:
    call_command("suspend_institution", "rabita", by=people.mounir.email, why=WHY)
    assert Organisation.objects.get(pk=people.rabita.pk).state == OrganisationState.SUSPENDED
    call_command("suspend_institution", "rabita", why="انتهى السبب.", reinstate=True)
    assert Organisation.objects.get(pk=people.rabita.pk).state == OrganisationState.ACTIVE
    for words in ({"slug": "nowhere", "by": people.mounir.email}, {"slug": "rabita", "by": "nobody@rabita.test"}):
        with pytest.raises(CommandError):
            call_command("suspend_institution", words["slug"], by=words["by"], why=WHY)
    with pytest.raises(CommandError, match=r"."):
        call_command("suspend_institution", "rabita", why="x", reinstate=True)
