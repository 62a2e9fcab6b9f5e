"""A passkey in Chromium, with the browser's own virtual authenticator: added, signed in with, asked for again."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.sessions.backends.db import SessionStore
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser, Page, expect

from accounts.models import User
from accounts.second_factor import RECORDS_KEY, is_fresh
from tests.browser import DESKTOP
from tests.people import make_institution, make_person, sign_in

pytestmark = pytest.mark.django_db(transaction=True)
AUTHENTICATOR = {
    "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
    "isUserVerified": True, "automaticPresenceSimulation": True,
}  # fmt: skip


@pytest.fixture(autouse=True)
def _async_is_safe_here(monkeypatch: pytest.MonkeyPatch, transactional_db: None) -> None:
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")


@pytest.fixture
def device(browser: Browser) -> Iterator[Page]:
    """A window on a machine that has a fingerprint reader of its own."""
    context = browser.new_context(viewport=DESKTOP, locale="ar")  # type: ignore[arg-type]
    page = context.new_page()
    desk = context.new_cdp_session(page)
    desk.send("WebAuthn.enable")
    desk.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    yield page
    page.wait_for_load_state("networkidle")
    context.close()


def session_of(page: Page) -> SessionStore:
    key = next(cookie["value"] for cookie in page.context.cookies() if cookie["name"] == "sessionid")
    return SessionStore(key)


def let_lapse(page: Page) -> None:
    """As if the second factor had been confirmed half an hour ago."""
    session = session_of(page)
    for record in session[RECORDS_KEY]:
        record["at"] -= 1800
    session.save()


@pytest.fixture
def bob_here() -> User:
    return make_person("Bob", ["reviewer"], make_institution())


def test_a_passkey_is_added_signs_in_and_confirms_again(device: Page, live_server: Any, bob_here: User) -> None:
    home = live_server.url.replace("127.0.0.1", "localhost")
    cookie = sign_in(Client(), bob_here).cookies["sessionid"]
    device.context.add_cookies([{"name": "sessionid", "value": cookie.value, "url": home}])
    device.goto(home + reverse("mfa_add_webauthn"))
    device.fill("[name=name]", "حاسوب المكتب")
    device.check("[name=passwordless]")
    device.click("#mfa_webauthn_add")
    expect(device).not_to_have_url(re.compile("webauthn/add"))
    assert Authenticator.objects.filter(user=bob_here, type=Authenticator.Type.WEBAUTHN).count() == 1

    device.context.clear_cookies()
    device.goto(home + reverse("account_login"))
    device.click("#passkey_login")
    expect(device).not_to_have_url(re.compile("login"))
    assert is_fresh(session_of(device))

    let_lapse(device)
    assert not is_fresh(session_of(device))
    device.goto(f"{home}{reverse('mfa_reauthenticate_webauthn')}?next={reverse('my-settings')}")
    device.click("#mfa_webauthn_reauthenticate")
    expect(device).to_have_url(home + reverse("my-settings"))
    assert is_fresh(session_of(device))
