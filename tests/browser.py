"""Chromium for the browser tests, and the accessibility check: pages of desktop and phone, in any of the languages.

Loaded by tests/conftest.py. Where there is no Chromium these tests are skipped, which `make test` names as missing.
"""

import os
import shutil
from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
ARGUMENTS = ["--disable-dev-shm-usage", "--disable-background-networking", "--disable-gpu"]


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whoever takes a page drives the browser: such tests carry the mark without saying so."""
    for item in items:
        if {"page", "browser", "context", "new_context"} & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.browser)


def browser_path() -> str:
    return os.environ.get("CHROMIUM") or next((path for name in BROWSERS if (path := shutil.which(name))), "")


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    path = browser_path()
    if not path:
        pytest.skip("no Chromium on this machine")
    as_root = ["--no-sandbox"] if os.getuid() == 0 else []
    return {**browser_type_launch_args, "executable_path": path, "args": [*ARGUMENTS, *as_root]}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    still = {"reduced_motion": "reduce"}
    return {**browser_context_args, **still, "viewport": DESKTOP, "locale": "ar", "timezone_id": "Africa/Casablanca"}


@pytest.fixture(scope="session")
def axe() -> Callable[[Page], None]:
    """Call it with a page: it fails with what stands in the way of people who cannot see, hear or point."""
    checker = Axe()

    def check(page: Page) -> None:
        options = {"runOnly": {"type": "tag", "values": RULES}, "resultTypes": ["violations"]}
        found = checker.run(page, options=options).response["violations"]
        lines = [_violation(one) for one in found]
        assert not lines, f"{page.url}\n" + "\n".join(lines)

    return check


def _violation(found: dict[str, Any]) -> str:
    places = "; ".join(str(node["html"])[:160] for node in found["nodes"][:4])
    return f"{found['id']} ({found['impact']}): {found['help']}: {places}"


@pytest.fixture
def no_overflow() -> Callable[[Page], None]:
    """Call it with a page: it fails where the page is wider than the window."""

    def check(page: Page) -> None:
        wide, window = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
        assert wide <= window, f"{page.url} is {wide} px wide in a window of {window} px"

    return check
