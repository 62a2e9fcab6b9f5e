"""The calendar's feed: what it counts and shows, for whom, in which zone, at what cost."""

from datetime import UTC, date, datetime, timedelta
from itertools import product
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from campaigns.lifecycle import VariantState
from campaigns.models import Campaign, Variant
from publishing import slots
from publishing.agenda import Filters, agenda
from publishing.lifecycle import DeliveryState, HoldReason
from publishing.models import Channel, Delivery
from publishing.status import Status, delivery_status, status_of
from tests.deliveries import make_campaign, make_channel
from tests.people import People, actor_of, api_client
from tests.publishing.agenda import make_post

pytestmark = [pytest.mark.django_db, pytest.mark.embedded]
ZONE = ZoneInfo("Africa/Casablanca")
DAY = date(2031, 5, 7)


@pytest.fixture
def campaign(people: People) -> Campaign:
    return make_campaign(people.rabita, people.carla)


@pytest.fixture
def channel(people: People) -> Channel:
    return make_channel(people.rabita, people.carla)


def at(hour: int, minute: int = 0, day: date = DAY) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZONE)


def test_the_status_in_words_and_in_sql_never_disagree(people: People, campaign: Campaign, channel: Channel) -> None:
    delivery = make_post(people, campaign, channel, at(9))
    why = [("", ""), (HoldReason.LATE, "late"), ("", "by_hand")]
    for variant, state, (hold, reason) in product(["approved", "draft"], DeliveryState.values, why):
        Variant.objects.filter(pk=delivery.variant_id).update(state=variant)
        Delivery.objects.filter(pk=delivery.pk).update(state=state, hold_reason=hold, reason=reason)
        found = Delivery.objects.annotate(status=delivery_status(delivery.organisation_id)).get()
        assert found.status == status_of(variant, state, hold, reason), (variant, state, hold, reason)


def test_a_month_counts_every_state_and_shows_three_entries_of_a_day(
    people: People, campaign: Campaign, channel: Channel
) -> None:
    for hour in range(9, 14):
        make_post(people, campaign, channel, at(hour))
    make_post(people, campaign, channel, at(8), state=DeliveryState.PUBLISHED)
    slots.plan(campaign=campaign, channel=channel, due_at=at(8, 30), title="خاطرة", actor=actor_of(people.carla))
    found = agenda(actor_of(people.carla), DAY, DAY, Filters(), a_day=3).days[0]
    assert found.counts == {Status.PLANNED: 1, Status.SCHEDULED: 5, Status.PUBLISHED: 1}
    assert [f"{entry.local:%H:%M}" for entry in found.entries] == ["08:00", "08:30", "09:00"]
    assert [entry.kind for entry in found.entries] == ["delivery", "slot", "delivery"]
    assert found.more == 4


def test_days_are_those_of_the_campaigns_zone(people: People, channel: Channel) -> None:
    far = make_campaign(people.rabita, people.carla, code="far", time_zone="Asia/Riyadh")
    make_post(people, far, channel, datetime(2031, 5, 7, 22, 30, tzinfo=UTC))
    of_house = agenda(actor_of(people.carla), DAY, DAY + timedelta(days=1), Filters())
    of_campaign = agenda(actor_of(people.carla), DAY, DAY + timedelta(days=1), Filters(campaign=far.pk))
    assert [day.total for day in of_house.days] == [1, 0]
    assert of_house.days[0].entries[0].own_zone == "Asia/Riyadh"
    assert [day.total for day in of_campaign.days] == [0, 1]


def test_filters_narrow_posts_and_slots_alike(people: People, campaign: Campaign, channel: Channel) -> None:
    other = make_channel(people.rabita, people.carla, remote_id="2", handle="@autre", language="fr")
    make_post(people, campaign, channel, at(9), title="أول")
    make_post(people, campaign, other, at(10), title="ثان", state=DeliveryState.FAILED)
    slots.plan(campaign=campaign, channel=other, due_at=at(11), title="ثالث", actor=actor_of(people.carla))

    def titles(**wanted: object) -> list[str]:
        found = agenda(actor_of(people.carla), DAY, DAY, Filters(**wanted))  # type: ignore[arg-type]
        return [entry.title for entry in found.days[0].entries]

    assert titles(channel=other.pk) == ["ثان", "ثالث"]
    assert titles(status="failed") == ["ثان"]
    assert titles(status="planned") == ["ثالث"]
    assert titles(language="fr") == ["ثالث"]
    assert titles(network="nowhere") == []


def test_each_entry_says_whether_it_may_be_moved_and_why_not(
    people: People, campaign: Campaign, channel: Channel
) -> None:
    make_post(people, campaign, channel, at(9))
    make_post(people, campaign, channel, at(10), state=DeliveryState.SENDING)
    void = make_post(people, campaign, channel, at(11))
    Variant.objects.filter(pk=void.variant_id).update(state=VariantState.DRAFT)
    address = f"/api/v1/calendar/?first={DAY}&last={DAY}&view=day"
    people.carla.language = people.alice.language = "en"
    people.carla.save()
    people.alice.save()
    first, second, third = (
        api_client(people.carla).get(address, headers={"accept-language": "en"}).json()["days"][0]["entries"]
    )
    assert (first["may_move"], first["why_not"], first["local"]) == (True, "", "2031-05-07T09:00:00")
    assert second["why_not"] == "It is being sent at this moment."
    assert third["status"] == "held"
    assert "Its text was changed" in third["why_not"]
    of_author = api_client(people.alice).get(address, headers={"accept-language": "en"}).json()["days"][0]["entries"][0]
    assert of_author["why_not"] == "Only those who release posts may move one."


def test_the_outsiders_calendar_is_empty(people: People, campaign: Campaign, channel: Channel) -> None:
    make_post(people, campaign, channel, at(9))
    answer = api_client(people.charlie).get(f"/api/v1/calendar/?first={DAY}&last={DAY}&campaign={campaign.pk}").json()
    assert answer["total"] == 0


def test_a_span_has_an_end(people: People) -> None:
    answer = api_client(people.carla).get("/api/v1/calendar/?first=2031-01-01&last=2031-12-31")
    assert answer.status_code == 400


@pytest.mark.parametrize("a_day", [3, None])
def test_the_queries_do_not_grow_with_the_posts(
    people: People, campaign: Campaign, channel: Channel, a_day: int | None
) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as seen:
            agenda(actor_of(people.carla), DAY, DAY + timedelta(days=27), Filters(), a_day=a_day)
        return len(seen)

    make_post(people, campaign, channel, at(9))
    slots.plan(campaign=campaign, channel=channel, due_at=at(10), title="خاطرة", actor=actor_of(people.carla))
    before = cost()
    for n in range(6):
        make_post(people, campaign, channel, at(9) + timedelta(days=n))
        slots.plan(campaign=campaign, channel=channel, due_at=at(10), title="خاطرة", actor=actor_of(people.carla))
    assert cost() == before


def test_pages_of_the_list_follow_each_other(people: People, campaign: Campaign, channel: Channel) -> None:
    for hour in range(9, 13):
        make_post(people, campaign, channel, at(hour))
    carla = actor_of(people.carla)
    pages = [agenda(carla, DAY, DAY, Filters(), start=start, shown=3).days[0].entries for start in (0, 3)]
    assert [[f"{e.local:%H}" for e in page] for page in pages] == [["09", "10", "11"], ["12"]]


def test_what_is_overdue_is_marked(people: People, campaign: Campaign, channel: Channel) -> None:
    make_post(people, campaign, channel, timezone.now() - timedelta(hours=2))
    today = timezone.localtime(timezone.now() - timedelta(hours=2), ZONE).date()
    found = agenda(actor_of(people.carla), today, today, Filters())
    assert found.days[0].entries[0].is_overdue
