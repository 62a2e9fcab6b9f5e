"""What becomes of posts when real workers are killed, frozen or told to end; judged by the network's own timeline."""

import signal
import time

import pytest

from chain.models import Event
from ops.leash import signal_group
from publishing import freezing
from publishing.lifecycle import DeliveryState, HoldReason
from publishing.models import Attempt, Outcome
from sandbox.testing import SandboxClient
from tests.faults.crew import SHORTENED, Crew, wait_until
from tests.faults.house import House, open_house
from tests.faults.judging import is_in_request, seen, state_of, wait_published
from tests.people import actor_of

pytestmark = pytest.mark.faults
AFTER_THE_CLICK = 300.0
"""Seconds: due so late that the stop comes first, however slow the machine."""


def test_a_worker_killed_after_the_network_took_the_post_is_settled_by_a_look_up(
    crew: Crew, house: House, network: SandboxClient
) -> None:
    network.arm_fault("delay", route="publish", seconds=1.5)
    delivery = house.deliver()
    wait_until(lambda: seen(network, delivery), "the network took the post")
    assert state_of(delivery) == DeliveryState.SENDING
    crew.kill(crew.worker_of(delivery))
    wait_published(delivery)
    (post,) = seen(network, delivery)
    part = delivery.parts.get()
    assert (part.remote_id, delivery.attempts_made) == (str(post["id"]), 1)
    assert delivery.look_ups.filter(found_remote_id=part.remote_id).exists()
    assert delivery.attempts.get().outcome == Outcome.LAPSED


def test_a_worker_killed_before_the_network_took_the_post_is_followed_by_one_send_after_two_looks(
    crew: Crew, house: House, network: SandboxClient
) -> None:
    network.arm_fault("endless", route="publish", accepted=False)
    delivery = house.deliver()
    wait_until(lambda: is_in_request(delivery) and not network.faults(), "the request reached the network")
    crew.kill(crew.worker_of(delivery))
    wait_published(delivery)
    assert len(seen(network, delivery)) == 1
    assert delivery.attempts_made == 2
    absent = list(delivery.look_ups.filter(is_complete=True, found_remote_id="").order_by("at"))
    gap = float(SHORTENED["PUBLISHING_RECONCILE_GAP_SECONDS"])
    assert (absent[-1].at - absent[0].at).total_seconds() >= gap


def test_a_worker_killed_while_preparing_is_followed_by_one_send_soon_after_its_lease(
    crew: Crew, house: House, network: SandboxClient
) -> None:
    network.arm_fault("delay", route="media", seconds=1.0)
    delivery = house.deliver(with_picture=True)
    wait_until(lambda: state_of(delivery) == DeliveryState.PREPARING and not network.faults(), "the upload began")
    crew.kill(crew.worker_of(delivery))
    killed_at = time.time()
    wait_published(delivery)
    (post,) = seen(network, delivery)
    assert delivery.attempts_made == 2
    assert post["received_at"] - killed_at < 10
    assert not delivery.look_ups.exists()


def test_a_worker_told_to_end_finishes_what_is_in_flight(crew: Crew, house: House, network: SandboxClient) -> None:
    network.arm_fault("delay", route="publish", seconds=1.0, count=3)
    deliveries = [house.deliver() for _ in range(3)]
    wait_until(lambda: all(seen(network, delivery) for delivery in deliveries), "all three are in the request")
    ending = crew.worker_of(deliveries[0])
    signal_group(ending, signal.SIGTERM)
    assert ending.wait(20) == 0
    wait_published(*deliveries)
    assert [len(seen(network, delivery)) for delivery in deliveries] == [1, 1, 1]
    assert [delivery.attempts.get().outcome for delivery in deliveries] == [Outcome.PUBLISHED] * 3


def test_a_worker_frozen_past_its_lease_never_sends_again_and_keeps_what_it_finds_on_waking(
    crew: Crew, house: House, network: SandboxClient
) -> None:
    network.arm_fault("delay", route="publish", seconds=1.0)
    delivery = house.deliver()
    wait_until(lambda: seen(network, delivery), "the network took the post")
    frozen = crew.worker_of(delivery)
    signal_group(frozen, signal.SIGSTOP)
    try:
        wait_published(delivery)
        assert delivery.attempts.get().outcome == Outcome.LAPSED
    finally:
        signal_group(frozen, signal.SIGCONT)
    wait_until(lambda: delivery.attempts.get().answered_at, "what came of it is written on the attempt")
    assert delivery.attempts.get().outcome == Outcome.PUBLISHED
    assert delivery.attempts.get().answer["remote_id"] == delivery.parts.get().remote_id
    assert state_of(delivery) == DeliveryState.PUBLISHED
    assert len(seen(network, delivery)) == 1
    assert not delivery.is_duplicate_alarm


def test_after_a_freeze_nothing_enters_and_what_was_in_is_listed(crew: Crew, network: SandboxClient) -> None:
    house = open_house("frozen", network)
    network.arm_fault("delay", route="publish", account="frozen", seconds=1.0, count=None)
    deliveries = [house.deliver() for _ in range(24)]
    deliveries.append(house.deliver(after=AFTER_THE_CLICK))
    wait_until(lambda: any(seen(network, delivery) for delivery in deliveries), "the first is at the network")
    hold = freezing.freeze(actor=actor_of(house.carla), scope="everything", reason="حادث")
    clicked = Event.objects.get(verb="hold.created", subject_id=str(hold.pk)).at
    at_rest = (DeliveryState.PUBLISHED, DeliveryState.HELD)
    wait_until(lambda: all(state_of(delivery) in at_rest for delivery in deliveries), "all have come to rest")
    sends = Attempt.objects.filter(delivery__in=deliveries, send_started_at__isnull=False)
    assert all(attempt.send_started_at <= clicked for attempt in sends if attempt.send_started_at)
    listed = {int(str(row["delivery"])) for row in hold.already_in}
    still_in = {a.delivery_id for a in sends if a.answered_at is None or a.answered_at > clicked}
    assert still_in
    assert still_in <= listed <= {attempt.delivery_id for attempt in sends}
    for delivery in deliveries:
        is_out = delivery.state == DeliveryState.PUBLISHED  # one that could not connect in time entered, and went back
        assert len(seen(network, delivery)) == int(is_out)
        assert is_out or delivery.hold_reason == HoldReason.INCIDENT
    assert deliveries[-1].state == DeliveryState.HELD
