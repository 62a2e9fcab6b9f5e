"""The shell and the sign-in pages in Chromium: no obstacle for anyone, nothing wider than the window."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Browser, Page

from accounts.models import User
from tests.browser import DESKTOP, PHONE
from tests.people import make_institution, make_person, sign_in

pytestmark = pytest.mark.django_db(transaction=True)
WIDTHS = {"desktop": DESKTOP, "phone": PHONE}
CLOSED = ["/account/login/", "/account/signup/", "/account/password/reset/", "/nowhere/"]
OPEN = ["/account/2fa/", "/account/2fa/webauthn/add/", "/account/password/change/", "/account/email/", "/nowhere/"]


@pytest.fixture(autouse=True)
def _async_is_safe_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")


@pytest.fixture
def bob_here(transactional_db: None) -> User:
    return make_person("Bob", ["reviewer"], make_institution(name_fr="Ligue des oulémas"))


@pytest.fixture(params=list(WIDTHS))
def window(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport=WIDTHS[request.param], locale="ar", bypass_csp=True)  # type: ignore[arg-type]
    yield context.new_page()
    context.close()


def enter(window: Page, address: str, user: User) -> None:
    cookie = sign_in(Client(), user).cookies["sessionid"]
    window.context.add_cookies([{"name": "sessionid", "value": cookie.value, "url": address}])


def test_nothing_stands_in_the_way_before_sign_in(
    window: Page, live_server: Any, bob_here: User, axe: Callable[[Page], None], no_overflow: Callable[[Page], None]
) -> None:
    for path in CLOSED:
        window.goto(f"{live_server.url}{path}")
        axe(window)
        no_overflow(window)


@pytest.mark.parametrize("language", ["ar", "fr"])
def test_nothing_stands_in_the_way_on_ones_own_pages(
    window: Page,
    live_server: Any,
    bob_here: User,
    language: str,
    axe: Callable[[Page], None],
    no_overflow: Callable[[Page], None],
) -> None:
    User.objects.filter(pk=bob_here.pk).update(language=language)
    enter(window, live_server.url, bob_here)
    for path in OPEN:
        window.goto(f"{live_server.url}{path}")
        axe(window)
        no_overflow(window)


def test_the_whole_index_is_reached_on_a_phone(browser: Browser, live_server: Any, bob_here: User) -> None:
    context = browser.new_context(viewport=PHONE, locale="ar")  # type: ignore[arg-type]
    window = context.new_page()
    enter(window, live_server.url, bob_here)
    window.goto(f"{live_server.url}/account/2fa/")
    assert not window.locator("#chapters").is_visible()
    window.get_by_role("link", name="الفهرس").click()
    window.locator("#chapters").get_by_role("link", name="الأعضاء").click()
    assert window.url.endswith("/members/")
    context.close()


def test_an_expired_sign_in_keeps_the_page_and_asks_to_sign_in_again(
    browser: Browser, live_server: Any, bob_here: User
) -> None:
    context = browser.new_context(locale="ar")
    window = context.new_page()
    refused: list[str] = []
    window.on("console", lambda message: refused.append(message.text) if "Content Security" in message.text else None)
    enter(window, live_server.url, bob_here)
    window.goto(f"{live_server.url}/account/2fa/")
    context.clear_cookies()
    window.evaluate("htmx.ajax('GET', '/notices/', {target: '#main'})")
    window.get_by_role("dialog").get_by_text("كلامك محفوظٌ في هذا المتصفح").wait_for()
    assert "كيف تُثبت أنك أنت" in window.locator("h1").inner_text()
    window.get_by_role("button", name="دخلتُ، أتابع").click()
    assert not window.get_by_role("dialog").is_visible()
    assert refused == []
    context.close()
