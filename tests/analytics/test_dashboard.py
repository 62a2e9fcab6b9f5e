import csv
import io
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.models import User
from analytics.charts import WIDTH, drawing_of
from analytics.dashboard import dashboard
from analytics.models import CampaignDay, ChannelSnapshot, DeliveryDay
from analytics.periods import Period, period_from
from campaigns.models import Campaign, Content
from chain.errors import Invalid
from chain.spreadsheets import safe
from publishing.models import Channel, Delivery
from tests.analytics.figures import roll_up, tell
from tests.analytics.published import make_campaign, published_delivery
from tests.people import People, api_client, sign_in, token_client

pytestmark = [pytest.mark.django_db, pytest.mark.embedded]
START = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
NOW = datetime(2026, 11, 12, 12, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _now() -> Any:
    with time_machine.travel(NOW, tick=True):
        yield


@pytest.fixture
def told(campaign: Campaign, channel: Channel, carla: User) -> list[Delivery]:
    """Two posts of which one is told, over ten days, and a third that nobody was asked about."""
    first = published_delivery(campaign, channel, carla, at=START, title="الجهاد")
    second = published_delivery(campaign, channel, carla, at=START + timedelta(days=1), title="العهد")
    published_delivery(campaign, channel, carla, at=START + timedelta(days=2))
    for day in (0, 1, 2, 3, 6, 9):
        tell(
            first,
            START + timedelta(days=day, hours=1),
            reactions=10 * (day + 1),
            comments=day,
            missing={"views": "retired"},
        )
    tell(second, START + timedelta(days=1, hours=2), reactions=5, comments=5)
    from analytics.rollups import mark_everything_stale

    mark_everything_stale()
    roll_up()
    return [first, second]


def whole(campaign: Campaign) -> Period:
    return period_from({}, campaign)


def test_a_figure_has_its_sides_its_coverage_and_its_date(campaign: Campaign, told: list[Delivery]) -> None:
    board = dashboard(campaign, whole(campaign))
    figure = board.interactions
    assert (figure.value, figure.known, figure.published) == (100 + 9 + 5 + 5, 2, 3)
    assert figure.as_of == START + timedelta(days=9, hours=1)
    deep = board.engagement[1]
    assert (deep.numerator, deep.denominator) == (14, 119)


def test_what_no_network_tells_has_no_value_and_says_why(campaign: Campaign, told: list[Delivery]) -> None:
    board = dashboard(campaign, whole(campaign))
    views = board.awareness[0]
    assert (views.value, views.known) == (None, 0)
    assert views.reason in ("retired", "not_reported")
    assert board.engagement[2].value is None
    assert board.hides.value is None


def test_a_period_shows_what_was_gained_in_it(campaign: Campaign, told: list[Delivery]) -> None:
    period = period_from({"from": "2026-11-04", "to": "2026-11-08"}, campaign)
    board = dashboard(campaign, period)
    assert board.interactions.value == (70 + 6) - (20 + 1)
    posts = {post.delivery.pk: post.interactions for post in board.posts}
    assert (posts[told[0].pk], posts[told[1].pk]) == (55, 0)


def test_the_followers_of_several_accounts_are_not_added(
    campaign: Campaign, channel: Channel, told: list[Delivery]
) -> None:
    ChannelSnapshot.objects.create(captured_at=START, channel=channel, followers=100)
    ChannelSnapshot.objects.create(captured_at=NOW - timedelta(hours=2), channel=channel, followers=130)
    followers = dashboard(campaign, period_from({"period": "7"}, campaign)).awareness[2]
    assert (followers.value, followers.gain, followers.known, followers.published) == (130, 30, 1, 1)


def test_a_day_on_which_nobody_told_has_no_point(campaign: Campaign, told: list[Delivery]) -> None:
    points = dashboard(campaign, whole(campaign)).series.points
    assert len(points) == 10
    assert [point.day.day for point in points if point.value is None] == [6, 7, 9, 10]


@pytest.mark.parametrize("given", [{"period": "5"}, {"from": "soon"}, {"from": "2026-11-09", "to": "2026-11-02"}])
def test_a_senseless_period_is_refused_with_a_sentence(given: dict[str, str], campaign: Campaign) -> None:
    with pytest.raises(Invalid):
        period_from(given, campaign)


@pytest.mark.parametrize("language", ["ar", "fr", "en"])
def test_the_page_says_unknown_in_words_and_never_zero(
    language: str, client: Client, campaign: Campaign, told: list[Delivery], nadia: User
) -> None:
    User.objects.filter(pk=nadia.pk).update(language=language)
    page = sign_in(client, nadia).get(reverse("dashboard", args=[campaign.pk]))
    words = page.content.decode()
    assert page.status_code == 200
    assert 'class="fig-v is-unknown"' in words
    assert 'class="c-gap"' in words
    assert 'id="numbers"' in words
    assert reverse("delivery", args=[told[0].pk]) in words
    assert "style=" not in words
    if language == "ar":
        assert 'dir="rtl"' in words


def test_the_page_of_a_campaign_with_nothing_out_says_so(client: Client, campaign: Campaign, nadia: User) -> None:
    page = sign_in(client, nadia).get(reverse("dashboard", args=[campaign.pk]))
    assert 'class="empty"' in page.content.decode()


def test_the_dashboard_without_a_campaign_leads_to_the_newest(client: Client, campaign: Campaign, nadia: User) -> None:
    newest = make_campaign(campaign.organisation, nadia)
    assert sign_in(client, nadia).get(reverse("dashboards")).headers["Location"] == reverse(
        "dashboard", args=[newest.pk]
    )


def test_the_dashboard_without_a_campaign_leads_to_the_one_that_spoke_last(
    client: Client, campaign: Campaign, told: list[Delivery], nadia: User
) -> None:
    make_campaign(campaign.organisation, nadia)
    answer = sign_in(client, nadia).get(reverse("dashboards"))
    assert answer.headers["Location"] == reverse("dashboard", args=[campaign.pk])


@pytest.mark.parametrize(
    ("network", "said"),
    [("mastodon", "Not asked yet"), ("telegram", "Not reported by the platform"), ("whatsapp", "Not entered yet")],
)
def test_a_post_without_any_figure_says_why(
    client: Client, campaign: Campaign, told: list[Delivery], nadia: User, network: str, said: str
) -> None:
    Channel.objects.update(network=network)
    DeliveryDay.objects.update(as_of=None)
    User.objects.filter(pk=nadia.pk).update(language="en")
    page = sign_in(client, nadia).get(reverse("dashboard", args=[campaign.pk])).content.decode()
    table = page[page.index("<table") :]
    assert f'<span class="unknown">{said}</span>' in table


def test_a_house_without_campaigns_is_told_so(client: Client, nadia: User) -> None:
    assert sign_in(client, nadia).get(reverse("dashboards")).status_code == 200


def test_the_query_count_does_not_grow_with_posts_and_days(
    campaign: Campaign, channel: Channel, carla: User, told: list[Delivery], django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(7):
        dashboard(campaign, period_from({"period": "7"}, campaign))
    for number in range(5):
        more = published_delivery(campaign, channel, carla, at=START)
        tell(more, START + timedelta(days=number), reactions=1)
    roll_up()
    with django_assert_num_queries(7):
        dashboard(campaign, period_from({"period": "7"}, campaign))


def test_the_page_reads_no_snapshot(
    client: Client, campaign: Campaign, told: list[Delivery], nadia: User, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(40) as captured:
        sign_in(client, nadia).get(reverse("dashboard", args=[campaign.pk]))
    assert not [query for query in captured if '"analytics_snapshot"' in query["sql"]]


def rows_of(client: Client, campaign: Campaign, query: str = "") -> list[dict[str, str]]:
    answer = client.get(reverse("dashboard-export", args=[campaign.pk]) + query)
    assert answer.status_code == 200
    text = answer.getvalue().decode()
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


def test_the_file_leaves_unknown_cells_empty_and_says_why(
    client: Client, campaign: Campaign, told: list[Delivery], nadia: User
) -> None:
    User.objects.filter(pk=nadia.pk).update(language="en")
    rows = {row["Delivery"]: row for row in rows_of(sign_in(client, nadia), campaign)}
    row = rows[str(told[0].pk)]
    assert (row["Reactions"], row["Views"]) == ("100", "")
    assert "withdrawn this figure" in row["Why cells are empty"]
    assert row["Published at"] == "2026-11-02 10:00"


def test_no_cell_of_the_file_is_a_formula(
    client: Client, campaign: Campaign, told: list[Delivery], nadia: User
) -> None:
    User.objects.filter(pk=nadia.pk).update(language="en")
    Content.objects.update(title='=HYPERLINK("http://evil.example","x")')
    Campaign.objects.update(title="@SUM(1)")
    for row in rows_of(sign_in(client, nadia), campaign):
        assert row["Content"].startswith("'=")
        assert row["Campaign"].startswith("'@")


@pytest.mark.parametrize("cell", ["=1", "+1", "-1", "@x", "\tx", " =1", "＝1"])
def test_text_that_a_spreadsheet_would_run_becomes_plain(cell: str) -> None:
    assert safe(cell) == f"'{cell}"


def test_numbers_and_plain_words_stay_as_they_are() -> None:
    assert [safe(-3), safe("الجهاد"), safe("a-b")] == [-3, "الجهاد", "a-b"]


def test_an_outsider_finds_nothing(client: Client, campaign: Campaign, told: list[Delivery], charlie: User) -> None:
    sign_in(client, charlie)
    for name in ("dashboard", "dashboard-export"):
        assert client.get(reverse(name, args=[campaign.pk])).status_code == 404
    api = api_client(charlie)
    assert api.get(reverse("api-campaign-figures", args=[campaign.pk])).status_code == 404
    assert api.get(reverse("api-delivery-snapshots", args=[told[0].pk])).status_code == 404


def test_a_stranger_is_asked_to_sign_in(client: Client, campaign: Campaign) -> None:
    assert client.get(reverse("dashboard", args=[campaign.pk])).status_code == 302
    assert client.get(reverse("api-campaign-figures", args=[campaign.pk])).status_code in (401, 403)


def test_who_may_see_figures_but_not_take_them_away_is_refused_the_file(
    client: Client, campaign: Campaign, told: list[Delivery], people: People
) -> None:
    sign_in(client, people.alice)
    page = client.get(reverse("dashboard", args=[campaign.pk]))
    assert page.status_code == 200
    assert "export.csv" not in page.content.decode()
    assert client.get(reverse("dashboard-export", args=[campaign.pk])).status_code == 403


def test_the_api_tells_what_the_page_tells(campaign: Campaign, told: list[Delivery], nadia: User) -> None:
    answer = token_client(nadia, "view_figures").get(
        reverse("api-campaign-figures", args=[campaign.pk]), {"period": "all"}
    )
    assert answer.status_code == 200
    body = answer.json()
    assert body["engagement"][0]["value"] == 119
    assert body["awareness"][0] | {"label": ""} == {
        **body["awareness"][0],
        "label": "",
        "value": None,
        "known": 0,
        "published": 3,
    }
    assert body["harm"]["withdrawn"] == {"published": 3, "deleted": 0, "gone": 0}
    post = next(post for post in body["posts"] if post["delivery"] == told[0].pk)
    assert post["figures"]["views"] is None
    assert post["missing"]["views"] == "retired"


def test_a_senseless_period_is_a_problem_with_a_sentence_in_the_api(campaign: Campaign, nadia: User) -> None:
    answer = api_client(nadia).get(reverse("api-campaign-figures", args=[campaign.pk]), {"period": "5"})
    assert answer.status_code == 400
    assert answer.json()["errors"]["period"]


def test_the_api_lists_what_was_told_of_a_delivery(told: list[Delivery], nadia: User) -> None:
    body = api_client(nadia).get(reverse("api-delivery-snapshots", args=[told[0].pk])).json()
    assert body["count"] == 6
    first = body["results"][0]
    assert (first["reactions"], first["views"], first["missing"]) == (10, None, {"views": "retired"})


def test_a_token_without_the_scope_is_refused(campaign: Campaign, nadia: User) -> None:
    answer = token_client(nadia, "view_campaigns").get(reverse("api-campaign-figures", args=[campaign.pk]))
    assert answer.status_code == 403


def test_the_form_at_the_head_keeps_period_and_counter(client: Client, campaign: Campaign, nadia: User) -> None:
    sign_in(client, nadia)
    at = reverse("dashboard", args=[campaign.pk])
    given: dict[str, str | int] = {"campaign": campaign.pk, "period": "7", "metric": "shares", "from": "2026-11-01"}
    assert client.get(reverse("dashboard-of"), given).headers["Location"] == f"{at}?period=7&metric=shares"
    given["period"] = ""
    assert client.get(reverse("dashboard-of"), given).headers["Location"] == f"{at}?from=2026-11-01&metric=shares"


def test_a_post_taken_down_or_missing_is_counted_as_harm_is(campaign: Campaign, told: list[Delivery]) -> None:
    told[0].parts.update(state="gone")
    told[1].parts.update(state="deleted")
    lost = dashboard(campaign, whole(campaign)).withdrawn
    assert (lost.lost, lost.gone, lost.deleted, lost.published) == (2, 1, 1, 3)


def test_the_chart_runs_with_reading(campaign: Campaign, told: list[Delivery]) -> None:
    series = dashboard(campaign, whole(campaign)).series
    left, right = (float(drawing_of(series, rtl=rtl).marks[0].x) for rtl in (False, True))
    assert left < WIDTH / 2 < right


@pytest.mark.parametrize("campaign_id", ["²", "٧", "x", ""])
def test_a_choice_that_is_no_campaign_leads_to_the_newest(client: Client, nadia: User, campaign_id: str) -> None:
    answer = sign_in(client, nadia).get(reverse("dashboard-of"), {"campaign": campaign_id})
    assert answer.headers["Location"] == reverse("dashboards")


@pytest.mark.parametrize("given", [{}, {"period": "7"}, {"from": "2026-11-03", "to": "2026-11-04"}])
def test_the_sums_kept_with_the_days_are_those_of_the_posts(
    given: dict[str, str], campaign: Campaign, channel: Channel, carla: User, told: list[Delivery]
) -> None:
    third = published_delivery(campaign, channel, carla, at=START)
    for day in range(8):
        tell(third, START + timedelta(days=day), reactions=3 * day, shares=day, views=100 * day)
    roll_up()
    board = dashboard(campaign, period_from(given, campaign))
    assert board.interactions.value == sum(post.interactions or 0 for post in board.posts)
    both = [post for post in board.posts if post.figures["views"] is not None]
    rate = board.engagement[2]
    assert (rate.numerator, rate.denominator) == (
        sum(post.interactions or 0 for post in both),
        sum(post.figures["views"] or 0 for post in both),
    )
    assert (rate.known, rate.published, board.engagement[1].known) == (1, 4, 3)


def test_days_counted_before_the_sums_were_kept_have_no_rate_and_say_so(
    client: Client, campaign: Campaign, told: list[Delivery], nadia: User
) -> None:
    for row in CampaignDay.objects.filter(campaign=campaign):
        row.detail.pop("sides")
        row.save(update_fields=["detail"])
    board = dashboard(campaign, whole(campaign))
    assert [(figure.value, figure.reason) for figure in board.engagement] == [(None, "not_counted")] * 3
    assert sign_in(client, nadia).get(reverse("dashboard", args=[campaign.pk])).status_code == 200


def test_the_table_begins_with_a_few_posts_and_leads_to_more(
    client: Client, campaign: Campaign, told: list[Delivery], nadia: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("analytics.views.AT_FIRST", 1)
    at = reverse("dashboard", args=[campaign.pk])
    page = sign_in(client, nadia).get(at)
    assert len(page.context["board"].posts) == 1
    assert "&amp;posts=more#posts-h" in page.content.decode()
    whole = client.get(f"{at}?posts=more")
    assert len(whole.context["board"].posts) == 3
    assert "posts=more#posts-h" not in whole.content.decode()


def test_the_page_reads_the_newest_posts_only_and_the_file_has_them_all(
    client: Client, campaign: Campaign, told: list[Delivery], nadia: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("analytics.views.POSTS_SHOWN", 2)
    monkeypatch.setattr("analytics.queries.BATCH", 1)
    page = sign_in(client, nadia).get(reverse("dashboard", args=[campaign.pk]))
    assert [post.delivery.pk for post in page.context["board"].posts][-1] == told[1].pk
    assert 'class="hint"' in page.content.decode()
    assert len(rows_of(client, campaign)) == 3
