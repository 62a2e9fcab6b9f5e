"""What becomes of posts when the network takes them and says so badly, late or never; all of it at one time.

Each fault strikes an account of its own while the others go on, so that what one meets can also be seen not to touch
its neighbours. The timeline is the judge.
"""

from dataclasses import dataclass, field
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from chain.models import Notice
from publishing.lifecycle import DeliveryState
from publishing.models import Delivery, Outcome
from sandbox.testing import SandboxClient
from tests.faults.crew import Crew, wait_until
from tests.faults.house import House, open_house
from tests.faults.judging import seen, state_of

pytestmark = pytest.mark.faults

STRUCK: dict[str, dict[str, Any]] = {
    "dropped": {"kind": "drop_answer", "route": "publish"},
    "silent": {"kind": "delay", "route": "publish", "seconds": 3.0},
    "garbled": {"kind": "not_json", "route": "publish"},
    "asked": {"kind": "rate_limited", "route": "publish", "seconds": 3},
    "limited": {"kind": "rate_limited", "route": "publish", "seconds": 900, "count": None},
    "voiceless": {"kind": "drop_answer", "route": "publish"},
}
"""Account → its fault. `voiceless` is on the network that cannot be asked."""
REFUSE_TO_WRITE = """
CREATE SEQUENCE drill_once;
CREATE FUNCTION drill_refuse() RETURNS trigger AS $$
BEGIN
  IF NEW.channel_id = {channel} AND NEW.state = 'published' AND nextval('drill_once') = 1 THEN
    RAISE EXCEPTION 'the disk is full';
  END IF;
  RETURN NEW;
END $$ LANGUAGE plpgsql;
CREATE TRIGGER drill_refuse BEFORE UPDATE ON publishing_delivery FOR EACH ROW EXECUTE FUNCTION drill_refuse();
"""
AT_REST = (DeliveryState.PUBLISHED, DeliveryState.UNCONFIRMED)


@dataclass
class Storm:
    """What became of one post on each struck account, and of six on an account that nothing struck."""

    struck: dict[str, Delivery] = field(default_factory=dict)
    calm: list[Delivery] = field(default_factory=list)


@pytest.fixture(scope="module")
def storm(crew: Crew, network: SandboxClient) -> Storm:
    names = {name: "telegram" if name == "voiceless" else "mastodon" for name in (*STRUCK, "unwritten", "calm")}
    houses = {name: open_house(name, network, speaks) for name, speaks in names.items()}
    for account, fault in STRUCK.items():
        network.arm_fault(account=account, **fault)
    refuse_the_first_record(houses["unwritten"])
    struck = {name: house.deliver() for name, house in houses.items() if name != "calm"}
    found = Storm(struck, [houses["calm"].deliver() for _ in range(6)])
    found.struck["limited next"] = houses["limited"].deliver()
    for name in ("dropped", "silent", "garbled", "asked", "unwritten", "voiceless"):
        wait_until(lambda d=found.struck[name]: has_come_to_rest(d), f"{name} has come to rest")  # type: ignore[misc]
    return found


def refuse_the_first_record(house: House) -> None:
    with connection.cursor() as cursor:
        cursor.execute(REFUSE_TO_WRITE.format(channel=house.channel.pk))


def has_come_to_rest(delivery: Delivery) -> bool:
    """Published, or waiting for a person and for nothing else."""
    state_of(delivery)
    return delivery.state in AT_REST and delivery.check_after is None


@pytest.mark.parametrize("name", ["dropped", "silent", "garbled", "unwritten"])
def test_a_post_whose_answer_was_lost_stands_once_and_is_found_by_its_look_up(
    name: str, storm: Storm, network: SandboxClient
) -> None:
    delivery = storm.struck[name]
    assert state_of(delivery) == DeliveryState.PUBLISHED
    (post,) = seen(network, delivery)
    part = delivery.parts.get()
    assert (part.remote_id, delivery.attempts_made) == (str(post["id"]), 1)
    assert delivery.look_ups.filter(found_remote_id=part.remote_id).exists()


def test_a_lost_answer_of_a_network_that_cannot_be_asked_is_put_before_a_person(
    storm: Storm, network: SandboxClient
) -> None:
    delivery = storm.struck["voiceless"]
    assert state_of(delivery) == DeliveryState.UNCONFIRMED
    assert len(seen(network, delivery)) == 1
    assert delivery.attempts.get().outcome == Outcome.UNKNOWN
    assert Notice.objects.filter(organisation=delivery.organisation, link__contains=f"/{delivery.pk}/").exists()


def test_a_429_is_waited_out_to_the_second(storm: Storm, network: SandboxClient) -> None:
    delivery = storm.struck["asked"]
    assert state_of(delivery) == DeliveryState.PUBLISHED
    refused, sent = delivery.attempts.order_by("number")
    (post,) = seen(network, delivery)
    assert refused.answered_at is not None
    assert post["received_at"] - refused.answered_at.timestamp() >= 2.9
    assert sent.number == 2


def test_a_429_of_fifteen_minutes_holds_its_channel_and_nobody_else(storm: Storm, network: SandboxClient) -> None:
    first, second = storm.struck["limited"], storm.struck["limited next"]
    for waiting in (first, second):
        assert state_of(waiting) == DeliveryState.PENDING
        assert waiting.not_before is not None
        assert 600 < (waiting.not_before - timezone.now()).total_seconds() <= 900
        assert waiting.reason == "rate_limited"
    assert all(waiting.attempts.count() <= 1 for waiting in (first, second)), "nothing was tried again"


def test_the_neighbours_of_a_struck_account_go_out_on_time(storm: Storm, network: SandboxClient) -> None:
    for delivery in storm.calm:
        assert state_of(delivery) == DeliveryState.PUBLISHED
        (post,) = seen(network, delivery)
        assert post["received_at"] - delivery.due_at.timestamp() < 8
