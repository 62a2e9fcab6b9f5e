from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import DatabaseError, transaction
from django.utils import timezone

from accounts.models import User
from analytics import cadence, collecting
from analytics.models import ChannelPlan, ChannelSnapshot, CollectionPlan, CollectionRun, Snapshot
from analytics.queries import unread
from campaigns.models import Campaign
from networks.errors import Code, MissingCode, NeedsReconnect, Rejected, Unreachable
from networks.metrics import Metric
from networks.types import Cost, PostMetrics, Quota, RateLimit
from publishing.lifecycle import ChannelState, DeliveryState
from publishing.models import Channel
from tests.analytics.conftest import TellingAdapter
from tests.analytics.published import make_channel, published_delivery

Collect = Callable[[], list[CollectionRun | None]]
NOON = datetime(2026, 11, 20, 12, 0, 5, tzinfo=UTC)

pytestmark = [pytest.mark.django_db, pytest.mark.embedded]


def test_a_published_post_is_asked_for_and_its_answer_kept(
    network: TellingAdapter, campaign: Campaign, channel: Channel, carla: User, collect: Collect
) -> None:
    delivery = published_delivery(campaign, channel, carla, remote_ids=["a"])
    network.tell("a", reactions=12, shares=3)
    collect()
    snapshot = Snapshot.objects.get()
    assert (snapshot.reactions, snapshot.shares, snapshot.views) == (12, 3, None)
    delivery.refresh_from_db()
    assert delivery.latest == {"reactions": 12, "shares": 3}
    assert delivery.latest_at == snapshot.captured_at


def test_a_post_is_first_asked_for_when_the_burst_in_which_it_went_out_is_over(
    network: TellingAdapter, campaign: Campaign, channel: Channel, carla: User, collect: Collect
) -> None:
    network.tell("a", reactions=12)
    with time_machine.travel(NOON, tick=False) as clock:
        published_delivery(campaign, channel, carla, at=NOON, remote_ids=["a"])
        collect()
        clock.shift(cadence.FIRST - timedelta(seconds=1))
        collect()
        assert not Snapshot.objects.exists()
        clock.shift(cadence.SLOT)
        collect()
    assert Snapshot.objects.get().reactions == 12


def test_the_account_is_asked_too_and_its_followers_stand_on_the_channel(
    network: TellingAdapter, channel: Channel, collect: Collect
) -> None:
    collect()
    channel.refresh_from_db()
    assert channel.followers == 120
    assert ChannelSnapshot.objects.get().followers == 120


def test_a_retired_counter_is_null_with_its_reason_and_the_rest_arrive(
    network: TellingAdapter, campaign: Campaign, channel: Channel, carla: User, collect: Collect
) -> None:
    published_delivery(campaign, channel, carla, remote_ids=["a"])
    network.tell("a", views=None, reactions=4, missing={Metric.VIEWS: MissingCode.RETIRED})
    collect()
    snapshot = Snapshot.objects.get()
    assert (snapshot.views, snapshot.reactions, snapshot.missing) == (None, 4, {"views": "retired"})


def test_a_senseless_number_is_nothing_and_costs_only_itself(
    network: TellingAdapter, campaign: Campaign, channel: Channel, carla: User, collect: Collect
) -> None:
    published_delivery(campaign, channel, carla, remote_ids=["a"])
    network.tell("a", views=-1, reactions=4)
    collect()
    snapshot = Snapshot.objects.get()
    assert (snapshot.views, snapshot.reactions, snapshot.missing) == (None, 4, {"views": "unreadable"})


@pytest.mark.parametrize("fault", [Rejected(Code.NOT_FOUND), ValueError("an adapter's mistake")])
def test_one_broken_post_does_not_cost_the_others(
    fault: Exception, network: TellingAdapter, campaign: Campaign, channel: Channel, carla: User, collect: Collect
) -> None:
    network.metrics_batch = 3 if isinstance(fault, Rejected) else 1
    for name in "abcd":
        published_delivery(campaign, channel, carla, remote_ids=[name])
        network.tell(name, reactions=1)
    network.fails["b"] = fault
    (run,) = collect()
    assert run is not None
    assert set(Snapshot.objects.values_list("part__remote_id", flat=True)) == {"a", "c", "d"}
    broken = CollectionPlan.objects.get(part__remote_id="b")
    assert broken.code in ("not_found", "unexpected")
    assert broken.next_at is not None
    assert broken.next_at > timezone.now()
    assert (run.asked, run.answered) == (4, 3)
    assert run.finished_at is not None


def test_a_post_left_out_of_the_answer_is_asked_again_later(
    network: TellingAdapter, campaign: Campaign, channel: Channel, carla: User, collect: Collect
) -> None:
    published_delivery(campaign, channel, carla, remote_ids=["a"])
    collect()
    plan = CollectionPlan.objects.get()
    assert not Snapshot.objects.exists()
    assert plan.code == "unreadable"
    assert plan.next_at is not None
    assert plan.next_at > timezone.now()


def test_a_post_that_is_gone_is_told_to_publishing_and_never_asked_again(
    network: TellingAdapter, campaign: Campaign, channel: Channel, carla: User, collect: Collect
) -> None:
    delivery = published_delivery(campaign, channel, carla, remote_ids=["a"])
    network.told["a"] = PostMetrics("a", gone=True)
    collect()
    delivery.refresh_from_db()
    assert delivery.state == DeliveryState.GONE
    assert CollectionPlan.objects.get().next_at is None


def test_a_network_that_asks_for_patience_is_left_alone_for_that_long_and_posts_are_not(
    network: TellingAdapter, campaign: Campaign, channel: Channel, carla: User, collect: Collect
) -> None:
    published_delivery(campaign, channel, carla, remote_ids=["a"])
    network.tell("a", reactions=1)
    network.fails["a"] = Unreachable(Code.RATE_LIMITED, retry_after=900)
    with time_machine.travel(NOON, tick=False) as clock:
        (run,) = collect()
        assert run is not None
        assert run.code == "rate_limited"
        channel.refresh_from_db()
        assert channel.not_before is None
        network.fails.clear()
        clock.shift(timedelta(seconds=890))
        assert collect() == []
        clock.shift(timedelta(seconds=20))
        collect()
    assert Snapshot.objects.count() == 1


def test_the_last_quarter_of_a_quota_is_left_to_publishing(
    network: TellingAdapter, campaign: Campaign, channel: Channel, carla: User, collect: Collect
) -> None:
    network.metrics_batch = 1
    network.last_rate_limit = RateLimit(remaining=60, limit=300, resets_at=timezone.now() + timedelta(minutes=4))
    for name in "ab":
        published_delivery(campaign, channel, carla, remote_ids=[name])
        network.tell(name, reactions=1)
    collect()
    assert network.asked == [["a"]]
    not_before = ChannelPlan.objects.get().not_before
    assert not_before is not None
    assert not_before > timezone.now() + timedelta(minutes=3)


def test_a_refused_token_leaves_the_channel_to_a_person(
    network: TellingAdapter, campaign: Campaign, channel: Channel, carla: User, collect: Collect
) -> None:
    published_delivery(campaign, channel, carla, remote_ids=["a"])
    network.fails["a"] = NeedsReconnect(Code.TOKEN_INVALID)
    collect()
    channel.refresh_from_db()
    assert channel.state == ChannelState.RECONNECT
    assert collecting.due_channels() == []


def test_an_outage_on_one_channel_does_not_touch_another(
    network: TellingAdapter, campaign: Campaign, channel: Channel, carla: User, collect: Collect
) -> None:
    other = make_channel(channel.organisation, carla)
    published_delivery(campaign, channel, carla, remote_ids=["a"])
    published_delivery(campaign, other, carla, remote_ids=["b"])
    network.tell("b", reactions=1)
    network.fails["a"] = Unreachable(Code.CONNECT_TIMED_OUT)
    collect()
    assert Snapshot.objects.get().part.remote_id == "b"


def test_two_collectors_at_once_do_not_double(
    network: TellingAdapter, campaign: Campaign, channel: Channel, carla: User, collect: Collect
) -> None:
    published_delivery(campaign, channel, carla, remote_ids=["a"])
    network.tell("a", reactions=1)
    second: list[CollectionRun | None] = []
    network.meanwhile = lambda: second.append(collecting.collect(channel.pk))
    collect()
    assert second == [None]
    assert network.asked == [["a"]]
    assert (Snapshot.objects.count(), CollectionRun.objects.count()) == (1, 1)


def test_a_channel_is_asked_once_in_a_slot(
    network: TellingAdapter, campaign: Campaign, channel: Channel, carla: User, collect: Collect
) -> None:
    published_delivery(campaign, channel, carla, remote_ids=["a"])
    network.tell("a", reactions=1)
    with time_machine.travel(NOON, tick=False):
        collect()
        CollectionPlan.objects.update(next_at=timezone.now())
        assert collecting.collect(channel.pk) is None
    assert Snapshot.objects.count() == 1


def test_what_a_dead_collector_began_is_finished_by_the_next_and_nothing_is_written_twice(
    network: TellingAdapter, campaign: Campaign, channel: Channel, carla: User, collect: Collect, settings: object
) -> None:
    settings.METRICS_CADENCE_SPEED = 1 / 60  # type: ignore[attr-defined]  # a slot of an hour outlives the dead one's claim
    network.metrics_batch = 1
    for name in "ab":
        published_delivery(campaign, channel, carla, remote_ids=[name])
        network.tell(name, reactions=1)
    network.fails["b"] = SystemExit()  # type: ignore[assignment]  # the process dies here
    with time_machine.travel(NOON, tick=False) as clock:
        with pytest.raises(SystemExit):
            collect()
        ChannelPlan.objects.update(claimed_until=timezone.now() + collecting.CLAIM)  # a killed one releases nothing
        network.fails.clear()
        clock.shift(timedelta(minutes=5))
        assert collect() == []
        clock.shift(timedelta(minutes=6))
        CollectionPlan.objects.update(next_at=timezone.now())  # as if the first part's turn had not been saved
        collect()
    run = CollectionRun.objects.get()
    assert run.finished_at is not None
    assert {snapshot.captured_at for snapshot in Snapshot.objects.all()} == {run.started_at}
    assert Snapshot.objects.count() == 2


def test_a_late_answer_does_not_put_an_older_figure_back(
    network: TellingAdapter, campaign: Campaign, channel: Channel, carla: User, collect: Collect
) -> None:
    from analytics import keeping

    delivery = published_delivery(campaign, channel, carla, remote_ids=["a"])
    network.tell("a", reactions=9)
    with time_machine.travel(NOON, tick=False):
        collect()
    late = CollectionRun.objects.create(
        channel=channel, slot=NOON - timedelta(hours=2), started_at=NOON - timedelta(hours=2)
    )
    plans = list(CollectionPlan.objects.select_related("part__delivery"))
    keeping.keep_posts(late, plans, {"a": PostMetrics("a", values={Metric.REACTIONS: 2})})
    delivery.refresh_from_db()
    assert delivery.latest == {"reactions": 9}
    assert Snapshot.objects.count() == 2


def test_a_thread_is_counted_as_one_and_its_reach_is_never_summed(
    network: TellingAdapter, campaign: Campaign, channel: Channel, carla: User, collect: Collect
) -> None:
    delivery = published_delivery(campaign, channel, carla, parts=2, remote_ids=["a", "b"])
    network.tell("a", reactions=5, reach=100)
    network.tell("b", reactions=2, reach=80)
    collect()
    delivery.refresh_from_db()
    assert delivery.latest == {"reactions": 7, "reach": 100}


@pytest.mark.parametrize(
    ("age", "wait"),
    [
        (timedelta(hours=1), timedelta(minutes=15)),
        (timedelta(hours=10), timedelta(hours=1)),
        (timedelta(days=5), timedelta(hours=6)),
        (timedelta(days=40), timedelta(days=1)),
        (timedelta(days=91), None),
    ],
)
def test_a_post_is_asked_less_often_as_it_ages_and_at_last_not_at_all(
    age: timedelta,
    wait: timedelta | None,
    network: TellingAdapter,
    campaign: Campaign,
    channel: Channel,
    carla: User,
    collect: Collect,
) -> None:
    with time_machine.travel(NOON, tick=False):
        published_delivery(campaign, channel, carla, at=NOON - age, remote_ids=["a"])
        network.tell("a", reactions=1)
        collect()
        assert CollectionPlan.objects.get().next_at == (NOON + wait if wait else None)


@pytest.mark.parametrize(("reactions", "wait"), [(10, 120), (11, 60), (30, 30)])
def test_a_still_post_waits_longer_and_a_growing_one_less(
    reactions: int,
    wait: int,
    network: TellingAdapter,
    campaign: Campaign,
    channel: Channel,
    carla: User,
    collect: Collect,
) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        published_delivery(campaign, channel, carla, at=NOON - timedelta(hours=10), remote_ids=["a"])
        network.tell("a", reactions=10)
        collect()
        clock.shift(timedelta(hours=1))
        network.tell("a", reactions=reactions)
        collect()
        assert CollectionPlan.objects.get().next_at == NOON + timedelta(hours=1, minutes=wait)


def test_the_speed_shortens_every_wait(
    network: TellingAdapter, campaign: Campaign, channel: Channel, carla: User, collect: Collect, settings: object
) -> None:
    settings.METRICS_CADENCE_SPEED = 60  # type: ignore[attr-defined]
    with time_machine.travel(NOON, tick=False):
        published_delivery(campaign, channel, carla, at=NOON - timedelta(hours=1), remote_ids=["a"])
        network.tell("a", reactions=1)
        collect()
        assert CollectionPlan.objects.get().next_at == NOON + timedelta(seconds=15)


def test_the_database_refuses_to_change_or_delete_a_snapshot(
    network: TellingAdapter, campaign: Campaign, channel: Channel, carla: User, collect: Collect
) -> None:
    published_delivery(campaign, channel, carla, remote_ids=["a"])
    network.tell("a", reactions=1)
    collect()
    with pytest.raises(DatabaseError), transaction.atomic():
        Snapshot.objects.update(reactions=99)
    with pytest.raises(DatabaseError), transaction.atomic():
        Snapshot.objects.all().delete()


def test_the_search_for_what_is_due_does_not_grow_with_the_posts(
    network: TellingAdapter, campaign: Campaign, channel: Channel, carla: User, django_assert_num_queries: object
) -> None:
    for _ in range(3):
        published_delivery(campaign, channel, carla)
    collecting.due_channels()
    with django_assert_num_queries(3):  # type: ignore[operator]
        collecting.due_channels()
    for _ in range(3):
        published_delivery(campaign, channel, carla)
    collecting.due_channels()
    with django_assert_num_queries(3):  # type: ignore[operator]
        collecting.due_channels()


@pytest.mark.parametrize("bound", ["setting", "price", "quota"])
def test_no_more_is_read_in_a_day_than_its_budget_and_what_waited_is_said_and_read_first(
    network: TellingAdapter,
    campaign: Campaign,
    channel: Channel,
    carla: User,
    collect: Collect,
    settings: Any,
    bound: str,
) -> None:
    settings.NETWORK_READS_PER_DAY = {channel.network: 3} if bound == "setting" else {}
    settings.METRICS_PAID_READS_PER_DAY = 3
    network.cost = Cost(per_read=0.5) if bound == "price" else Cost()
    network.quotas = (Quota("calls", 3, 86_400, "application"),) if bound == "quota" else ()
    ids = ["a", "b", "c", "d"]
    for remote_id in ids:
        published_delivery(campaign, channel, carla, remote_ids=[remote_id])
        network.tell(remote_id, reactions=1)
    with time_machine.travel(NOON, tick=False) as clock:
        (run,) = collect()
        assert run is not None
        assert (run.code, run.asked) == ("reads_spent", 2)
        assert network.asked == [["a", "b"]]
        assert unread(campaign) == 2
        clock.shift(timedelta(hours=1))
        assert collect() == []
        clock.shift(timedelta(hours=11))
        collect()
    assert network.asked[1][:2] == ["c", "d"]
