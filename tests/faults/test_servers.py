"""What becomes of posts when the product's own servers and processes go away; judged by the network's timeline."""

import signal

import pytest

from campaigns.models import LatenessPolicy
from chain.models import Notice
from ops import processes
from publishing.health import readiness
from publishing.lifecycle import DeliveryState, HoldReason
from publishing.models import Delivery
from sandbox.testing import SandboxClient, running_sandbox
from tests.faults.crew import Crew, wait_until
from tests.faults.house import House, open_house
from tests.faults.judging import seen, state_of, wait_published

pytestmark = pytest.mark.faults


def once(network: SandboxClient, deliveries: list[Delivery]) -> bool:
    wait_published(*deliveries)
    return [len(seen(network, delivery)) for delivery in deliveries] == [1] * len(deliveries)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGQUIT], ids=["in order", "cut off"])
def test_posts_in_flight_while_the_database_restarts_stand_once(
    how: signal.Signals, crew: Crew, house: House, network: SandboxClient
) -> None:
    network.arm_fault("delay", route="publish", seconds=1.0, count=4)
    deliveries = [house.deliver() for _ in range(8)]
    wait_until(lambda: seen(network, deliveries[0]) or seen(network, deliveries[1]), "the network took one")
    crew.restart_database(how)
    assert once(network, deliveries)
    assert all(delivery.attempts_made == 1 for delivery in deliveries if delivery.look_ups.exists())


def test_a_broker_that_lost_everything_loses_no_post(crew: Crew, house: House, network: SandboxClient) -> None:
    network.arm_fault("delay", route="publish", seconds=0.4, count=None)
    deliveries = [house.deliver() for _ in range(24)]
    wait_until(lambda: network.posts("mastodon") and seen(network, deliveries[0]), "the first went out")
    crew.broker.flush()
    assert once(network, deliveries)


def test_posts_due_while_the_broker_is_away_go_out_once_it_is_back(
    crew: Crew, house: House, network: SandboxClient
) -> None:
    missed = crew.missed_broker()
    crew.broker.stop()
    deliveries = [house.deliver() for _ in range(6)]
    wait_until(lambda: crew.missed_broker() >= missed + 4, "every process has noticed")
    assert not any(seen(network, delivery) for delivery in deliveries)
    crew.broker.start()

    def are_out() -> bool:
        crew.fill()
        return all(state_of(delivery) == DeliveryState.PUBLISHED for delivery in deliveries)

    wait_until(are_out, "all are published")
    assert once(network, deliveries)


def test_two_beats_and_two_clocks_send_each_post_once(crew: Crew, house: House, network: SandboxClient) -> None:
    folder = crew.folder / "second"
    folder.mkdir()
    crew.also(processes.beat(folder), processes.worker("clock"))
    try:
        network.arm_fault("delay", route="publish", seconds=0.3, count=None)
        deliveries = [house.deliver(after=2.0) for _ in range(24)]
        assert once(network, deliveries)
        assert {delivery.attempts_made for delivery in deliveries} == {1}
    finally:
        crew.without_guests()


def test_an_outage_of_the_network_fails_nothing_and_makes_a_handful_of_unknowns(crew: Crew) -> None:
    with running_sandbox(knows_keys=False) as elsewhere:
        house = open_house("outage", elsewhere)
        elsewhere.outage(4.0)
        deliveries = [house.deliver() for _ in range(20)]
        assert once(elsewhere, deliveries)
        tried = sum(delivery.attempts_made - 1 for delivery in deliveries)
        assert tried <= 3 + 2 * processes.WORKERS["publishing"]


def test_a_channel_disconnected_while_it_is_sending_ends_the_one_in_flight_and_holds_the_rest(
    crew: Crew, network: SandboxClient
) -> None:
    house = open_house("leaving", network)
    network.arm_fault("delay", route="publish", account="leaving", seconds=1.0)
    first = house.deliver()
    wait_until(lambda: seen(network, first), "the network took the first")
    house.disconnect()
    second = house.deliver()
    wait_published(first)
    wait_until(lambda: state_of(second) == DeliveryState.HELD, "the second is held")
    assert second.hold_reason == HoldReason.CHANNEL
    assert (len(seen(network, first)), len(seen(network, second))) == (1, 0)


def test_after_workers_were_away_people_were_told_and_each_post_follows_its_policy(
    crew: Crew, network: SandboxClient
) -> None:
    house = open_house("away", network)
    crew.end_publishers()
    policies = (LatenessPolicy.PUBLISH, LatenessPolicy.HOLD, LatenessPolicy.SKIP)
    published, held, missed = (house.deliver(after=-90.0, lateness_policy=one, lateness_minutes=1) for one in policies)
    crew.also(processes.watchdog())
    try:
        told = Notice.objects.filter(organisation=house.channel.organisation, kind="overdue")
        wait_until(told.exists, "people were told")
        assert readiness().overdue == 3
    finally:
        crew.without_guests()
    crew.fill()
    wait_published(published)
    wait_until(lambda: (state_of(held), state_of(missed)) == (DeliveryState.HELD, DeliveryState.MISSED), "settled")
    assert held.hold_reason == HoldReason.LATE
    assert [len(seen(network, delivery)) for delivery in (published, held, missed)] == [1, 0, 0]
