"""The pages of a normal day ask at most 25 questions of the database, and no more of them for more rows."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from analytics import rollups
from campaigns.models import Campaign
from tests.analytics.published import published_delivery
from tests.deliveries import make_campaign, make_channel, make_delivery, make_variant, sign
from tests.people import People, sign_in

pytestmark = pytest.mark.django_db
MOST = 25
PAGES = ("/", "/calendar/?view=month", "/deliveries/", "/campaigns/{pk}/", "/dashboard/{pk}/")


@pytest.fixture
def campaign(people: People) -> Campaign:
    return make_campaign(people.rabita, people.carla)


def more(people: People, campaign: Campaign, start: int) -> None:
    """Of everything a little: planned, failed, out, signed without a time."""
    channel = make_channel(people.rabita, people.carla, remote_id=f"account-{start}")
    for n in range(start, start + 3):
        waiting = make_variant(campaign, channel, people.alice, texts=(f"نص {n}",))
        sign(waiting, people.bob, people.basma)
        for state in ("pending", "failed", "held"):
            variant = make_variant(campaign, channel, people.alice, texts=(f"نص {n} {state}",))
            sign(variant, people.bob, people.basma)
            make_delivery(variant, people.carla, state=state)
        published_delivery(campaign, channel, people.carla)
    rollups.mark_everything_stale()
    while rollups.fill_stale():
        pass


@pytest.mark.parametrize("path", PAGES)
def test_a_page_asks_few_questions_and_no_more_for_more_rows(
    path: str, people: People, campaign: Campaign, client: Client
) -> None:
    carla = sign_in(client, people.carla)

    def cost() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert carla.get(path.format(pk=campaign.pk)).status_code == 200
        return len(seen)

    more(people, campaign, 0)
    cost()
    before = cost()
    more(people, campaign, 10)
    assert cost() <= before <= MOST


@pytest.mark.skipif(connection.vendor != "postgresql", reason="the other database plans in another way")
def test_the_database_does_not_search_all_orders_of_a_pages_joins() -> None:
    with connection.cursor() as cursor:
        names = ("join_collapse_limit", "jit", "random_page_cost")
        cursor.execute("SELECT current_setting(%s), current_setting(%s), current_setting(%s)", names)
        assert cursor.fetchone() == ("4", "off", "2")
