"""The calendar in Chromium: dragging and its twin, the list of a phone, nothing in anyone's way."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from playwright.sync_api import Browser, Page, expect

from publishing import slots
from publishing.models import Delivery
from tests.browser import DESKTOP, PHONE
from tests.deliveries import make_campaign, make_channel
from tests.people import People, actor_of, sign_in
from tests.publishing.agenda import make_post

pytestmark = pytest.mark.django_db(transaction=True)
ZONE = ZoneInfo("Africa/Casablanca")
NINE = datetime(2031, 5, 7, 9, tzinfo=ZONE)


@pytest.fixture(autouse=True)
def _async_is_safe_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")


@pytest.fixture
def post(people: People) -> Delivery:
    campaign, channel = make_campaign(people.rabita, people.carla), make_channel(people.rabita, people.carla)
    slots.plan(
        campaign=campaign, channel=channel, due_at=NINE + timedelta(hours=3), title="خاطرة الجمعة",
        actor=actor_of(people.carla),
    )  # fmt: skip
    return make_post(people, campaign, channel, NINE)


def enter(browser: Browser, people: People, address: str, size: dict[str, int], **more: Any) -> Page:
    context = browser.new_context(viewport=size, locale="ar", **more)  # type: ignore[arg-type]
    cookie = sign_in(Client(), people.carla).cookies["sessionid"]
    context.add_cookies([{"name": "sessionid", "value": cookie.value, "url": address}])
    return context.new_page()


def test_a_post_is_dragged_to_another_day_and_hour(
    browser: Browser, live_server: Any, people: People, post: Delivery
) -> None:
    page = enter(browser, people, live_server.url, DESKTOP)
    problems: list[str] = []
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    page.goto(f"{live_server.url}/calendar/?on=2031-05-07")
    page.locator(f'[data-entry="delivery-{post.pk}"]').drag_to(page.locator('td[data-day="2031-05-15"]'))
    dialog = page.locator("#act")
    expect(dialog.get_by_label("اليوم")).to_have_value("2031-05-15")
    dialog.get_by_role("button", name="غيّر الموعد").click()
    expect(page.locator('td[data-day="2031-05-15"] [data-entry]')).to_have_count(1)
    page.goto(f"{live_server.url}/calendar/?view=week&on=2031-05-15")
    drawn = page.locator(f'#grid [data-entry="delivery-{post.pk}"]')
    box, column = drawn.bounding_box(), page.locator('.fc-timegrid-col[data-date="2031-05-16"]').bounding_box()
    assert box
    assert column
    page.mouse.move(box["x"] + 30, box["y"] + 10)
    page.mouse.down()
    page.mouse.move(column["x"] + 40, box["y"] + 10, steps=6)
    page.mouse.up()
    expect(dialog.get_by_label("اليوم")).to_have_value("2031-05-16")
    page.keyboard.press("Escape")
    expect(dialog).not_to_be_visible()
    post.refresh_from_db()
    assert post.due_at == NINE + timedelta(days=8)
    assert problems == []


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_nothing_stands_in_the_way_on_the_calendar(
    browser: Browser,
    live_server: Any,
    people: People,
    post: Delivery,
    size: dict[str, int],
    axe: Callable[[Page], None],
    no_overflow: Callable[[Page], None],
) -> None:
    page = enter(browser, people, live_server.url, size, bypass_csp=True)
    for view in ("month", "week", "list"):
        page.goto(f"{live_server.url}/calendar/?view={view}&on=2031-05-07")
        axe(page)
        no_overflow(page)
    page.locator(f'#days [data-entry="delivery-{post.pk}"] .entry-move').click()
    expect(page.locator("#act")).to_be_visible()
    axe(page)
