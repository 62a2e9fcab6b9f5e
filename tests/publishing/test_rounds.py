"""What one message carries: posts of one channel that a worker takes one after the other, and what it leaves."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from campaigns.models import Campaign
from config import celery
from publishing import claiming, dispatching, publisher, rounds
from publishing.lifecycle import DeliveryState
from publishing.models import Channel, Delivery
from sandbox.testing import SandboxClient
from tests.deliveries import make_channel, make_variant, sign
from tests.deliveries import make_delivery as made
from tests.people import People

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.embedded]
Due = Callable[..., Delivery]


@pytest.fixture(autouse=True)
def stays(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Nothing of a worker that was told to end is left to other tests."""
    monkeypatch.setattr(dispatching, "MESSAGES", 1)
    yield
    rounds.ending.clear()


@pytest.fixture
def three(due: Due) -> list[int]:
    return [due(texts=(f"الرفق {number}",)).pk for number in range(3)]


def texts(network: SandboxClient) -> list[str]:
    return [post["text"] for post in network.posts("mastodon")]


def marked() -> set[int]:
    return set(Delivery.objects.exclude(dispatched_until=None).values_list("pk", flat=True))


def test_a_burst_is_handed_out_in_rounds_of_one_channel_the_oldest_first(
    due: Due, people: People, campaign: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dispatching, "ROUND", 2)
    now = timezone.now()
    other: Channel = make_channel(people.rabita, people.carla, remote_id="2")

    def elsewhere(seconds: int) -> Delivery:
        variant = sign(make_variant(campaign, other, people.alice), people.bob, people.basma)
        return made(variant, people.carla, due_at=now - timedelta(seconds=seconds))

    ours = [due(due_at=now - timedelta(seconds=seconds)).pk for seconds in (50, 30, 10)]
    theirs = [elsewhere(seconds).pk for seconds in (40, 20)]
    assert dispatching.mark_rounds() == [tuple(ours[:2]), tuple(theirs), (ours[2],)]
    assert dispatching.mark_rounds() == []


def test_a_few_posts_are_handed_out_one_by_one_so_that_they_go_out_together(
    three: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dispatching, "MESSAGES", 2)
    assert dispatching.mark_rounds() == [(pk,) for pk in three]


def test_each_post_of_a_round_goes_out_once(three: list[int], network: SandboxClient) -> None:
    [ids] = dispatching.mark_rounds()
    rounds.publish_each(ids)
    rounds.publish_each(ids)
    assert sorted(texts(network)) == ["الرفق 0", "الرفق 1", "الرفق 2"]


def test_an_error_that_comes_out_of_one_is_raised_after_the_others_had_their_turn(
    three: list[int], network: SandboxClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cleared(delivery_id: int) -> Delivery | None:
        if delivery_id == three[0]:
            raise RuntimeError("no such thing")
        return claiming.cleared(delivery_id)

    monkeypatch.setattr(publisher, "cleared", cleared)
    with pytest.raises(RuntimeError):
        rounds.publish_each(three)
    assert sorted(texts(network)) == ["الرفق 1", "الرفق 2"]


def test_a_worker_that_is_told_to_end_finishes_the_post_in_hand_and_gives_the_others_back(
    three: list[int], network: SandboxClient
) -> None:
    [ids] = dispatching.mark_rounds()
    celery.finish_what_is_in_hand()
    rounds.publish_each(ids)
    assert texts(network) == ["الرفق 0"]
    assert marked() & set(three[1:]) == set()
    assert dispatching.mark_due() == three[1:]


def test_what_takes_longer_than_the_marks_hold_is_left_to_whom_it_was_handed_anew(
    three: list[int], network: SandboxClient, settings: Any
) -> None:
    settings.PUBLISHING_DISPATCH_SECONDS = 0.0
    rounds.publish_each(three)
    assert texts(network) == ["الرفق 0"]
    assert set(Delivery.objects.filter(pk__in=three[1:]).values_list("state", flat=True)) == {DeliveryState.PENDING}
