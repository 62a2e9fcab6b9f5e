"""The browser of the tests: it opens pages of this machine, and the accessibility check finds what is wrong."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

POLICY = "<meta http-equiv='Content-Security-Policy' content=\"default-src 'none'\">"


def test_the_accessibility_check_works_under_a_strict_policy_and_names_the_fault(
    page: Page, axe: Callable[[Page], None]
) -> None:
    page.set_content(
        f"<html lang=en><head>{POLICY}<title>Sound</title></head><body><main><h1>A</h1></main></body></html>"
    )
    axe(page)
    page.set_content(
        f"<html lang=en><head>{POLICY}<title>Bad</title></head><body><main><h1>A</h1><input></main></body></html>"
    )
    with pytest.raises(AssertionError, match="label"):
        axe(page)


def test_a_page_wider_than_its_window_is_found(page: Page, no_overflow: Callable[[Page], None]) -> None:
    page.set_content("<div style='width:5000px'>wide</div>")
    with pytest.raises(AssertionError, match="5000|50"):
        no_overflow(page)
