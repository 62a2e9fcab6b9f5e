"""When something may go out: clocks that are changed, times that are past, days outside the campaign."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from chain.errors import Invalid, StaleState
from publishing import scheduling
from publishing.lifecycle import DeliveryState
from publishing.timing import moment, shifted
from tests.deliveries import make_campaign, make_channel
from tests.people import People, actor_of
from tests.publishing.agenda import make_post

PARIS, CASABLANCA = "Europe/Paris", "Africa/Casablanca"
FORWARD, BACK = date(2031, 3, 30), date(2031, 10, 26)


def test_an_hour_that_is_missing_from_the_day_is_refused() -> None:
    with pytest.raises(Invalid) as refused:
        moment(FORWARD, time(2, 30), PARIS)
    assert refused.value.code == "gap"


def test_an_hour_that_comes_twice_asks_which() -> None:
    with pytest.raises(Invalid) as refused:
        moment(BACK, time(2, 30), PARIS)
    assert refused.value.code == "twice"
    first, second = (moment(BACK, time(2, 30), PARIS, second=which) for which in (False, True))
    assert second - first == timedelta(0)  # the same wall clock …
    assert second.astimezone(UTC) - first.astimezone(UTC) == timedelta(hours=1)  # … an hour apart


def test_a_day_further_keeps_the_clock_on_the_wall() -> None:
    before = datetime(2031, 3, 29, 18, tzinfo=ZoneInfo(PARIS))
    after = shifted(before, PARIS, days=1)
    assert after.astimezone(ZoneInfo(PARIS)).hour == 18
    assert after - before.astimezone(UTC) == timedelta(hours=23)


def test_moroccos_clock_goes_back_for_ramadan_and_forward_after_it() -> None:
    """By the published table of tzdata: 7 February and 14 March 2027."""
    with pytest.raises(Invalid) as twice:
        moment(date(2027, 2, 7), time(2, 30), CASABLANCA)
    with pytest.raises(Invalid) as gap:
        moment(date(2027, 3, 14), time(2, 30), CASABLANCA)
    assert (twice.value.code, gap.value.code) == ("twice", "gap")


@pytest.mark.parametrize(("day", "hours"), [(date(2027, 2, 4), 7 * 24 + 1), (date(2027, 3, 11), 7 * 24 - 1)])
def test_a_week_over_moroccos_change_keeps_the_hour_before_the_evening_prayer(day: date, hours: int) -> None:
    before = moment(day, time(18, 45), CASABLANCA)
    after = shifted(before, CASABLANCA, days=7)
    assert after.astimezone(ZoneInfo(CASABLANCA)).time() == time(18, 45)
    assert after - before.astimezone(UTC) == timedelta(hours=hours)


@pytest.mark.django_db
def test_a_move_out_of_the_campaigns_days_or_into_the_past_is_refused(people: People) -> None:
    today = timezone.now()
    campaign = make_campaign(people.rabita, people.carla, ends_on=(today + timedelta(days=10)).date())
    post = make_post(people, campaign, make_channel(people.rabita, people.carla), today + timedelta(days=1))
    for days, code in ((30, "after_campaign"), (-2, "past_time")):
        with pytest.raises(Invalid) as refused:
            scheduling.move(delivery=post, due_at=today + timedelta(days=days), actor=actor_of(people.carla))
        assert refused.value.code == code
    post.refresh_from_db()
    assert post.due_at == today + timedelta(days=1)


@pytest.mark.django_db
@pytest.mark.embedded
def test_a_move_of_what_somebody_moved_meanwhile_is_refused(people: People) -> None:
    soon = timezone.now() + timedelta(days=1)
    post = make_post(
        people, make_campaign(people.rabita, people.carla), make_channel(people.rabita, people.carla), soon
    )
    carla = actor_of(people.carla)
    scheduling.move(delivery=post, due_at=soon + timedelta(hours=1), actor=carla, seen=soon)
    with pytest.raises(StaleState) as refused:
        scheduling.move(delivery=post, due_at=soon + timedelta(hours=2), actor=carla, seen=soon)
    assert refused.value.code == "moved"
    post.refresh_from_db()
    assert (post.state, post.due_at) == (DeliveryState.PENDING, soon + timedelta(hours=1))
