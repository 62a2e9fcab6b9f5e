"""Our own clock is set back or forward: nothing early, nothing twice, nothing lost."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from campaigns.models import LatenessPolicy
from publishing import dispatching, publisher, reconciling, recording, sweeping
from publishing.lifecycle import DeliveryState
from publishing.models import Delivery
from sandbox.testing import SandboxClient

Due = Callable[..., Delivery]
HOUR = timedelta(hours=1)
pytestmark = pytest.mark.django_db


def one_turn() -> None:
    """What beat does at one moment."""
    sweeping.sweep_lapsed()
    for waiting in sweeping.claim_checks():
        reconciling.reconcile(waiting.pk)
    for delivery_id in dispatching.mark_due():
        publisher.publish(delivery_id)


def state_of(delivery: Delivery) -> str:
    delivery.refresh_from_db()
    return delivery.state


def test_a_clock_set_back_sends_nothing_early_and_nothing_again(due: Due, network: SandboxClient) -> None:
    now = timezone.now()
    sent, later = due(), due(texts=("بعد حين",), due_at=now + timedelta(minutes=1))
    one_turn()
    with time_machine.travel(now - HOUR):
        one_turn()
        assert state_of(later) == DeliveryState.PENDING
    assert state_of(sent) == DeliveryState.PUBLISHED
    assert len(network.posts()) == 1
    with time_machine.travel(now + timedelta(minutes=1, seconds=1)):
        one_turn()
    assert state_of(later) == DeliveryState.PUBLISHED
    assert len(network.posts()) == 2


def test_an_unknown_outcome_outlives_a_clock_set_back(due: Due, network: SandboxClient) -> None:
    now = timezone.now()
    delivery = due(lateness_policy=LatenessPolicy.PUBLISH)
    network.arm_fault("drop_answer", route="publish")
    one_turn()
    assert state_of(delivery) == DeliveryState.UNCONFIRMED
    for at in (now - HOUR, now + timedelta(minutes=2)):
        with time_machine.travel(at):
            one_turn()
    assert state_of(delivery) == DeliveryState.PUBLISHED
    assert len(network.posts()) == 1


def test_a_clock_set_forward_in_the_middle_of_a_send_makes_no_second_post(due: Due, network: SandboxClient) -> None:
    now = timezone.now()
    delivery = due(lateness_policy=LatenessPolicy.PUBLISH)
    attempt, entered = publisher.take(delivery.pk)
    assert attempt is not None
    assert entered is not None
    answer = entered.adapter.publish(entered.ready, entered.part.key)
    for minutes in (120, 122, 124):
        with time_machine.travel(now + timedelta(minutes=minutes)):
            one_turn()
    assert state_of(delivery) == DeliveryState.PUBLISHED
    recording.record_answer(attempt, entered.part, answer)
    assert state_of(delivery) == DeliveryState.PUBLISHED
    assert len(network.posts()) == 1
    assert not delivery.is_duplicate_alarm


def test_a_worker_that_finds_its_clock_moved_before_it_sent_does_not_send(due: Due, network: SandboxClient) -> None:
    delivery = due(lateness_policy=LatenessPolicy.PUBLISH)
    attempt, entered = publisher.take(delivery.pk)
    assert attempt is not None
    assert entered is not None
    with time_machine.travel(timezone.now() + HOUR):
        assert not publisher.send(entered.adapter, attempt, entered.part, entered.ready)
    assert not network.posts()
    assert state_of(delivery) == DeliveryState.PENDING
