"""The calendar's pages through their addresses: what is seen, moved, planned, done to many, and refused in words."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from campaigns.models import Campaign, Content
from publishing import bulk
from publishing.lifecycle import DeliveryState
from publishing.models import BulkAct, Channel, Delivery, Slot
from tests.deliveries import make_campaign, make_channel
from tests.people import People, sign_in, stale
from tests.publishing.agenda import make_post

pytestmark = pytest.mark.django_db
ZONE = ZoneInfo("Africa/Casablanca")
DAY = "2031-05-07"
NINE = datetime(2031, 5, 7, 9, tzinfo=ZONE)


@pytest.fixture
def campaign(people: People) -> Campaign:
    return make_campaign(people.rabita, people.carla)


@pytest.fixture
def channel(people: People) -> Channel:
    return make_channel(people.rabita, people.carla)


@pytest.fixture
def carla(people: People, client: Client) -> Client:
    people.carla.language = "en"
    people.carla.save()
    return sign_in(client, people.carla)


@pytest.fixture
def post(people: People, campaign: Campaign, channel: Channel) -> Delivery:
    return make_post(people, campaign, channel, NINE)


def page(client: Client, query: str) -> str:
    return client.get(f"/calendar/?{query}").content.decode()


@pytest.mark.parametrize("view", ["month", "week", "day", "list"])
def test_every_view_shows_the_post_in_both_calendars(carla: Client, post: Delivery, view: str) -> None:
    shown = page(carla, f"view={view}&on={DAY}")
    assert f'data-entry="delivery-{post.pk}"' in shown
    assert f'href="/deliveries/{post.pk}/"' in shown
    assert "1453" in shown
    assert "May 2031" in shown


@pytest.mark.parametrize("view", ["month", "week", "day", "list"])
def test_what_a_person_wrote_is_text_and_never_markup(carla: Client, post: Delivery, view: str) -> None:
    Content.objects.filter(pk=post.variant.content_id).update(title='<b onclick="x">الرفق</b>')
    shown = page(carla, f"view={view}&on={DAY}")
    assert "&lt;b onclick=&quot;x&quot;&gt;الرفق&lt;/b&gt;" in shown
    assert "<b onclick" not in shown


@pytest.mark.parametrize("view", ["month", "week", "day", "list"])
def test_the_dialogs_script_runs_once_in_every_view(carla: Client, view: str) -> None:
    """The grid of week and day imports it: named by the page too, it would open every dialog twice."""
    has_grid = view in ("week", "day")
    shown = page(carla, f"view={view}&on={DAY}")
    assert ("js/calendar-grid" in shown, "js/calendar.js" in shown) == (has_grid, not has_grid)


def test_a_crowded_day_leads_to_itself(
    carla: Client, people: People, campaign: Campaign, channel: Channel, post: Delivery
) -> None:
    for hour in range(1, 6):
        make_post(people, campaign, channel, NINE + timedelta(hours=hour))
    shown = page(carla, f"on={DAY}&campaign={campaign.pk}")
    assert "3 more" in shown
    assert shown.count("data-entry=") == 3
    assert f"view=day&amp;on={DAY}&amp;campaign={campaign.pk}" in shown


def test_nothing_yet_says_what_to_do_next_and_an_odd_address_still_leads_somewhere(carla: Client) -> None:
    assert 'href="/deliveries/#unscheduled"' in page(carla, "view=list")
    assert carla.get("/calendar/?view=x&on=2031-99-01&campaign=x&status=x&start=-1").status_code == 200


def test_the_pages_queries_do_not_grow(
    carla: Client, people: People, campaign: Campaign, channel: Channel, post: Delivery
) -> None:
    def cost(view: str) -> int:
        with CaptureQueriesContext(connection) as seen:
            page(carla, f"view={view}&on={DAY}")
        return len(seen)

    before = [cost(view) for view in ("month", "list")]
    for n in range(5):
        make_post(people, campaign, channel, NINE + timedelta(days=n))
    assert [cost(view) for view in ("month", "list")] == before


def test_a_move_shows_from_when_to_when_then_does_it(carla: Client, post: Delivery) -> None:
    address = f"/calendar/posts/{post.pk}/move/"
    asked = carla.get(f"{address}?to=2031-05-09T09:00:00&in=Africa/Casablanca").content.decode()
    assert "Friday 9 May" in asked
    form = {"day": "2031-05-09", "time": "09:00", "seen": NINE.isoformat(), "back": f"?view=month&on={DAY}"}
    done = carla.post(address, form)
    assert done["Location"] == f"/calendar/?view=month&on={DAY}"
    post.refresh_from_db()
    assert post.due_at == NINE + timedelta(days=2)
    late = carla.post(address, form)
    assert late.status_code == 422
    assert "Somebody moved it meanwhile" in late.content.decode()


def test_a_move_that_cannot_be_is_refused_in_a_sentence(carla: Client, post: Delivery) -> None:
    address = f"/calendar/posts/{post.pk}/move/"
    assert "This time is past." in carla.get(f"{address}?to=2020-05-09T09:00:00&in=Africa/Casablanca").content.decode()
    Delivery.objects.update(state=DeliveryState.PUBLISHED)
    form = {"day": "2031-05-09", "time": "09:00", "seen": NINE.isoformat()}
    refused = carla.post(address, form)
    assert refused.status_code == 422
    assert "It can no longer be moved" in refused.content.decode()
    assert "It is out." in page(carla, f"view=day&on={DAY}")


def test_the_clocks_change_of_the_campaigns_zone_is_said(carla: Client, people: People, channel: Channel) -> None:
    paris = make_campaign(people.rabita, people.carla, code="paris", time_zone="Europe/Paris")
    post = make_post(people, paris, channel, NINE)
    address = f"/calendar/posts/{post.pk}/move/"
    gap = carla.post(address, {"day": "2032-03-28", "time": "02:30"})
    assert "There is no such hour on that day" in gap.content.decode()
    on_its_page = carla.post(f"/deliveries/{post.pk}/move/", {"day": "2032-03-28", "time": "02:30"})
    assert "There is no such hour on that day" in on_its_page.content.decode()
    twice = carla.post(address, {"day": "2031-10-26", "time": "02:30"}).content.decode()
    assert 'name="second"' in twice
    assert carla.post(address, {"day": "2031-10-26", "time": "02:30", "second": "yes"}).status_code == 302


def test_moving_asks_for_the_second_factor(carla: Client, post: Delivery) -> None:
    asked = stale(carla).post(f"/calendar/posts/{post.pk}/move/", {}, headers={"hx-request": "true"})
    assert asked.status_code == 403
    assert "reauthenticate" in asked["HX-Redirect"]


def test_a_slot_is_planned_read_and_removed(carla: Client, campaign: Campaign, channel: Channel) -> None:
    form = {"title": "خاطرة", "day": DAY, "time": "11:00", "campaign": campaign.pk, "channel": channel.pk}
    assert carla.post("/calendar/slots/new/", {**form, "title": ""}).status_code == 422
    assert carla.post("/calendar/slots/new/", form).status_code == 302
    slot = Slot.objects.get()
    assert slot.due_at == NINE + timedelta(hours=2)
    assert f'data-entry="slot-{slot.pk}"' in page(carla, f"on={DAY}")
    assert carla.post(f"/calendar/slots/{slot.pk}/edit/", {"title": "خاطرتان"}).status_code == 302
    assert carla.post(f"/calendar/slots/{slot.pk}/fill/", {"variant": ""}).status_code == 302
    assert "خاطرتان" in carla.get(f"/calendar/slots/{slot.pk}/").content.decode()
    assert carla.post(f"/calendar/slots/{slot.pk}/remove/", {"why": "x"}).status_code == 302
    assert f'data-entry="slot-{slot.pk}"' not in page(carla, f"on={DAY}")


def test_many_posts_are_moved_by_the_filter_with_a_report(carla: Client, post: Delivery) -> None:
    back = f"?view=list&on={DAY}"
    asked = carla.post("/calendar/many/", {"kind": "move", "days": "1", "all": "yes", "back": back})
    act = BulkAct.objects.get()
    assert asked["Location"] == f"/calendar/many/{act.pk}/"
    assert "every 1s" in carla.get(f"/calendar/many/{act.pk}/").content.decode()
    bulk.run(act.pk)
    ended = carla.get(f"/calendar/many/{act.pk}/", headers={"hx-request": "true"}).content.decode()
    assert "every 1s" not in ended
    post.refresh_from_db()
    assert post.due_at == NINE + timedelta(days=1)
    assert carla.post(f"/calendar/many/{act.pk}/stop/").status_code == 409


def test_a_wish_without_a_choice_leads_back_with_a_sentence(carla: Client, post: Delivery) -> None:
    answer = carla.post("/calendar/many/", {"kind": "hold", "back": "?view=list"}, follow=True)
    assert "Choose at least one post." in answer.content.decode()
    assert carla.post("/calendar/many/", {"kind": "hold", "id": [post.pk]}).status_code == 302
    assert BulkAct.objects.get().delivery_ids == [post.pk]
