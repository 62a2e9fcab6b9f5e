"""The pages that lead through connecting, on a phone: each network's guide stays within its window."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from networks.registry import all_adapters
from tests.browser import PHONE
from tests.people import People
from tests.publishing.test_calendar_in_a_browser import enter

pytestmark = pytest.mark.django_db(transaction=True)


def test_every_networks_guide_stays_within_a_phone(
    browser: Browser, live_server: Any, people: People, no_overflow: Callable[[Page], None]
) -> None:
    page = enter(browser, people, live_server.url, PHONE)
    for network in sorted(adapter.slug for adapter in all_adapters()):
        answer = page.goto(f"{live_server.url}/channels/connect/{network}/")
        assert answer is not None
        assert answer.status == 200, network
        no_overflow(page)
