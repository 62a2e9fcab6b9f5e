import random
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from accounts.models import User
from analytics import campaign_days, delivery_days, rollups
from analytics.details import details_of
from analytics.models import CampaignDay, DeliveryDay, Filled, FillState, Snapshot
from campaigns.models import Campaign
from publishing.models import Channel, Delivery, Part
from tests.analytics.figures import roll_up, tell
from tests.analytics.published import make_campaign, published_delivery

pytestmark = [pytest.mark.django_db, pytest.mark.embedded]
START = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


def days(campaign: Campaign) -> list[tuple[date, int | None]]:
    return list(CampaignDay.objects.filter(campaign=campaign).order_by("day").values_list("day", "reactions"))


@pytest.fixture
def delivery(campaign: Campaign, channel: Channel, carla: User) -> Delivery:
    return published_delivery(campaign, channel, carla, at=START)


def test_a_day_keeps_its_last_figure_and_what_was_gained_in_it(campaign: Campaign, delivery: Delivery) -> None:
    tell(delivery, START + timedelta(hours=1), reactions=3)
    tell(delivery, START + timedelta(hours=5), reactions=8)
    tell(delivery, START + timedelta(days=1), reactions=11)
    roll_up()
    assert days(campaign) == [(date(2026, 11, 2), 8), (date(2026, 11, 3), 11)]
    assert [details_of(row)["reactions"].gain for row in DeliveryDay.objects.order_by("day")] == [8, 3]


def test_what_nobody_told_is_null_with_its_reason_and_never_zero(campaign: Campaign, delivery: Delivery) -> None:
    tell(delivery, START + timedelta(hours=1), reactions=3, missing={"views": "retired"})
    roll_up()
    row = CampaignDay.objects.get()
    assert row.views is None
    assert row.saves is None
    assert details_of(row)["views"].reason == "retired"
    assert details_of(row)["saves"].reason == "not_reported"
    assert details_of(row)["views"].known == 0


def test_a_counter_that_is_retired_later_keeps_its_last_figure_with_its_own_date(
    campaign: Campaign, delivery: Delivery
) -> None:
    tell(delivery, START + timedelta(hours=1), views=40)
    tell(delivery, START + timedelta(days=2), reactions=1, missing={"views": "retired"})
    roll_up()
    row = CampaignDay.objects.get(day=date(2026, 11, 4))
    detail = details_of(row)["views"]
    assert (row.views, detail.reason) == (40, "retired")
    assert datetime.fromisoformat(detail.as_of) == START + timedelta(hours=1)
    assert detail.gain == 0


def test_coverage_counts_the_posts_that_told_among_those_that_are_out(
    campaign: Campaign, channel: Channel, carla: User, delivery: Delivery
) -> None:
    published_delivery(campaign, channel, carla, at=START)
    tell(delivery, START + timedelta(hours=1), reactions=3)
    rollups.mark_everything_stale()
    roll_up()
    row = CampaignDay.objects.get()
    assert (details_of(row)["reactions"].known, row.published) == (1, 2)


def test_reach_is_the_widest_posts_and_never_a_sum(
    campaign: Campaign, channel: Channel, carla: User, delivery: Delivery
) -> None:
    other = published_delivery(campaign, channel, carla, at=START)
    tell(delivery, START + timedelta(hours=1), reach=100)
    tell(other, START + timedelta(hours=1), reach=60)
    roll_up()
    row = CampaignDay.objects.get()
    assert row.reach == 100
    assert details_of(row)["reach"].bound == 160


def test_what_was_last_known_stands_while_another_post_is_told(
    campaign: Campaign, channel: Channel, carla: User, delivery: Delivery
) -> None:
    other = published_delivery(campaign, channel, carla, at=START)
    tell(delivery, START + timedelta(hours=1), reactions=5)
    tell(other, START + timedelta(days=1), reactions=2)
    roll_up()
    assert days(campaign) == [(date(2026, 11, 2), 5), (date(2026, 11, 3), 7)]


def test_a_late_answer_goes_to_the_day_that_it_speaks_of(campaign: Campaign, delivery: Delivery) -> None:
    tell(delivery, START + timedelta(days=2), reactions=9)
    roll_up()
    tell(delivery, START + timedelta(hours=3), reactions=4)
    roll_up()
    assert days(campaign) == [(date(2026, 11, 2), 4), (date(2026, 11, 4), 9)]
    assert [details_of(row)["reactions"].gain for row in DeliveryDay.objects.order_by("day")] == [4, 5]


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        # Morocco is at UTC+1, and at UTC+0 in Ramadan: in 2027 from 7 February to 14 March.
        (datetime(2027, 2, 5, 22, 59, tzinfo=UTC), date(2027, 2, 5)),
        (datetime(2027, 2, 5, 23, 1, tzinfo=UTC), date(2027, 2, 6)),
        (datetime(2027, 2, 10, 23, 1, tzinfo=UTC), date(2027, 2, 10)),
        (datetime(2027, 2, 11, 0, 1, tzinfo=UTC), date(2027, 2, 11)),
        (datetime(2027, 3, 20, 23, 1, tzinfo=UTC), date(2027, 3, 21)),
    ],
)
def test_a_day_ends_at_the_campaigns_midnight_also_when_ramadan_moves_the_clock(
    moment: datetime, day: date, campaign: Campaign, channel: Channel, carla: User
) -> None:
    delivery = published_delivery(campaign, channel, carla, at=datetime(2027, 2, 1, tzinfo=UTC))
    tell(delivery, moment, reactions=1)
    roll_up()
    assert CampaignDay.objects.get(reactions=1).day == day


def test_a_rebuild_gives_the_same_days_again(campaign: Campaign, delivery: Delivery) -> None:
    for hours in range(0, 90, 7):
        tell(delivery, START + timedelta(hours=hours), reactions=hours)
    roll_up()
    first = list(CampaignDay.objects.order_by("day").values())
    call_command("rebuild_rollups", campaign=campaign.pk)
    call_command("rebuild_rollups")
    again = list(CampaignDay.objects.order_by("day").values())
    assert [{**row, "id": 0} for row in again] == [{**row, "id": 0} for row in first]


def written(campaign: Campaign) -> list[dict[str, Any]]:
    rows = CampaignDay.objects.filter(campaign=campaign).order_by("day").values()
    return [{name: value for name, value in row.items() if name != "id"} for row in rows]


@pytest.mark.parametrize("seed", range(4))
def test_days_kept_up_piece_by_piece_are_those_of_a_rebuild(
    seed: int, campaign: Campaign, channel: Channel, carla: User
) -> None:
    draw = random.Random(seed)  # noqa: S311
    out = [
        published_delivery(campaign, channel, carla, at=START + timedelta(days=n), parts=1 + n % 2) for n in range(5)
    ]
    rollups.mark_everything_stale()
    for _ in range(10):
        for delivery in draw.sample(out, 2):
            counters = draw.sample(["views", "reach", "reactions", "comments", "shares"], 3)
            tell(
                delivery,
                START + timedelta(seconds=draw.randrange(20 * 86_400)),
                position=draw.randrange(delivery.parts.count()),
                missing={name: draw.choice(["retired", "no_permission"]) for name in ("views", "saves")},
                **{name: draw.randrange(1000) for name in counters},
            )
        roll_up()
    kept_up = written(campaign)
    call_command("rebuild_rollups")
    assert written(campaign) == kept_up


def test_only_the_days_from_the_first_that_changed_are_written_again(
    campaign: Campaign, channel: Channel, carla: User, delivery: Delivery, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = published_delivery(campaign, channel, carla, at=START)
    for day in range(6):
        tell(delivery, START + timedelta(days=day), reactions=day, reach=100 - day)
        tell(other, START + timedelta(days=day), reactions=1, reach=40)
    roll_up()
    asked: list[date] = []
    whole = campaign_days.days_from

    def noted(campaign: Campaign, since: date) -> list[CampaignDay]:
        asked.append(since)
        return whole(campaign, since)

    monkeypatch.setattr(campaign_days, "days_from", noted)
    tell(delivery, START + timedelta(days=5, hours=1), reactions=9, reach=30)
    roll_up()
    assert asked == [date(2026, 11, 7)]
    assert days(campaign)[-2:] == [(date(2026, 11, 6), 5), (date(2026, 11, 7), 10)]
    assert CampaignDay.objects.get(day=date(2026, 11, 7)).reach == 40
    rollups.mark_stale(Filled.DELIVERY, [delivery.pk, other.pk])
    roll_up()
    assert len(asked) == 1


def test_a_rebuild_drops_the_days_that_another_time_zone_made(campaign: Campaign, delivery: Delivery) -> None:
    tell(delivery, datetime(2026, 11, 2, 23, 30, tzinfo=UTC), reactions=1)
    roll_up()
    assert days(campaign)[-1][0] == date(2026, 11, 3)
    Campaign.objects.filter(pk=campaign.pk).update(time_zone="America/Montreal")
    call_command("rebuild_rollups", campaign=campaign.pk)
    assert days(campaign) == [(date(2026, 11, 2), 1)]


def test_a_rebuild_of_one_campaign_leaves_the_others_alone(
    campaign: Campaign, channel: Channel, carla: User, delivery: Delivery
) -> None:
    other = make_campaign(campaign.organisation, carla)
    tell(published_delivery(other, channel, carla, at=START), START, reactions=1)
    roll_up()
    CampaignDay.objects.filter(campaign=other).update(reactions=77)
    call_command("rebuild_rollups", campaign=campaign.pk)
    assert CampaignDay.objects.get(campaign=other).reactions == 77
    with pytest.raises(CommandError):
        call_command("rebuild_rollups", campaign=10**6)


def test_ten_thousand_snapshots_are_rebuilt_from_where_a_dead_rebuild_stopped(
    campaign: Campaign, channel: Channel, carla: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    deliveries = [published_delivery(campaign, channel, carla, at=START) for _ in range(20)]
    parts = Part.objects.filter(delivery__in=deliveries)
    Snapshot.objects.bulk_create(
        Snapshot(captured_at=START + timedelta(hours=n), part=part, reactions=n) for part in parts for n in range(500)
    )
    rollups.mark_everything_stale(campaign.pk)
    monkeypatch.setitem(rollups.AT_ONCE, Filled.DELIVERY, 4)
    filled: list[int] = []
    whole = delivery_days.rebuild

    def dies_at_the_eighth(delivery_ids: Sequence[int]) -> dict[int, date]:
        first = whole(delivery_ids)
        if len(filled) == 4:
            raise SystemExit
        filled.extend(delivery_ids)
        return first

    monkeypatch.setattr(delivery_days, "rebuild", dies_at_the_eighth)
    with pytest.raises(SystemExit):
        rollups.fill_stale()
    stale = FillState.objects.filter(kind=Filled.DELIVERY, stale_since__isnull=False)
    assert stale.count() == 16

    def survives(delivery_ids: Sequence[int]) -> dict[int, date]:
        filled.extend(delivery_ids)
        return whole(delivery_ids)

    monkeypatch.setattr(delivery_days, "rebuild", survives)
    call_command("rebuild_rollups", resume=True)
    assert len(filled) == len(set(filled)) == 20
    last = CampaignDay.objects.order_by("-day").first()
    assert last is not None
    assert last.reactions == 20 * 499
    assert not FillState.objects.filter(stale_since__isnull=False).exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="one writer at a time elsewhere")
def test_two_rebuilders_do_not_rebuild_the_same_delivery(campaign: Campaign, delivery: Delivery) -> None:
    from concurrent.futures import ThreadPoolExecutor

    from django.db import connections, transaction

    tell(delivery, START, reactions=1)
    fill = FillState.objects.get(kind=Filled.DELIVERY)

    def other() -> int:
        try:
            return rollups.fill([fill.pk])
        finally:
            connections.close_all()

    with transaction.atomic():
        FillState.objects.select_for_update().get(pk=fill.pk)
        with ThreadPoolExecutor(1) as pool:
            assert pool.submit(other).result(timeout=10) == 0
    assert rollups.fill([fill.pk]) == 1
