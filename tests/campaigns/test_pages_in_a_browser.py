"""The editor in Chromium: nothing typed is lost by a dropped line, an expired sign-in, a crash or a second editor."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Dialog, Page, expect

from accounts.models import User
from campaigns.lifecycle import VariantState
from campaigns.models import Content, Variant
from chain.models import Decision
from library.scripture import passage
from tests.browser import DESKTOP, PHONE
from tests.campaigns.conftest import document_in, up, verse, write
from tests.people import sign_in

pytestmark = pytest.mark.django_db(transaction=True)
WORDS = "شاع في بعض الخطاب حصر الجهاد في القتال."
SAVED = "[data-saved]:not(.is-rubric)"


@pytest.fixture(autouse=True)
def _async_is_safe_here(monkeypatch: pytest.MonkeyPatch, transactional_db: None) -> None:
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")


@pytest.fixture
def windows(browser: Browser) -> Iterator[Callable[..., BrowserContext]]:
    opened = []

    def window(user: User, address: str, size: dict[str, int] | None = None) -> BrowserContext:
        context = browser.new_context(viewport=size or DESKTOP, locale="ar", bypass_csp=True)  # type: ignore[arg-type]
        opened.append(context)
        enter(context, user, address)
        return context

    yield window
    for context in opened:
        context.set_offline(False)
        for page in context.pages:
            page.wait_for_load_state("networkidle")  # the tables are emptied next: let the server come to rest
        context.close()


def enter(context: BrowserContext, user: User, address: str) -> None:
    cookie = sign_in(Client(), user).cookies["sessionid"]
    context.add_cookies([{"name": "sessionid", "value": cookie.value, "url": address}])


def open_sheet(context: BrowserContext, live_server: Any, content: Content) -> Page:
    page = context.new_page()
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto(f"{live_server.url}/contents/{content.pk}/")
    expect(page.locator("html.has-script")).to_be_attached()
    return page


def paragraph(page: Page) -> Any:
    return page.locator("#body textarea").first


def saved_text(content: Content) -> str:
    return "\n".join(getattr(block, "text", "") for block in document_in(content).body)


def wait_saved(page: Page, version: int) -> None:
    expect(page.locator(f"#submit-form [name=base_version][value='{version}']")).to_be_attached(timeout=10_000)


def test_what_is_typed_saves_itself_and_is_counted_by_the_server(
    live_server: Any, windows: Any, content: Content, variant: Variant, alice: User
) -> None:
    page = open_sheet(windows(alice, live_server.url), live_server, content)
    paragraph(page).fill(WORDS)
    wait_saved(page, 1)
    assert saved_text(content) == WORDS
    expect(page.locator(f"[data-preview='{variant.pk}']")).to_contain_text(WORDS)
    assert page.evaluate("Object.keys(localStorage).filter(key => key.startsWith('sanad:')).length") == 0
    paragraph(page).fill("ا" * 600)
    expect(page.locator("[data-submit][aria-disabled='true']").first).to_be_attached()
    expect(page.locator(f"[data-preview='{variant.pk}'] .over")).not_to_have_count(0)


def test_a_signed_text_that_is_corrected_may_be_submitted_at_once(
    live_server: Any, windows: Any, content: Content, variant: Variant, alice: User
) -> None:
    write(content, alice, WORDS)
    up(variant, alice)
    page = open_sheet(windows(alice, live_server.url), live_server, content)
    button = page.locator("[data-submit]:visible")
    expect(button).to_have_attribute("aria-disabled", "true")
    paragraph(page).fill(f"{WORDS} كلمة.")
    expect(button).not_to_have_attribute("aria-disabled", "true", timeout=10_000)
    button.click()
    expect(page.get_by_role("status").first).to_contain_text("للتوقيع")
    variant.refresh_from_db()
    assert (variant.state, variant.content.revisions.count()) == (VariantState.IN_REVIEW, 2)


def test_a_dropped_line_keeps_the_words_in_this_browser_and_tries_again(
    live_server: Any, windows: Any, content: Content, alice: User
) -> None:
    page = open_sheet(windows(alice, live_server.url), live_server, content)
    page.route("**/save/", lambda route: route.abort())
    paragraph(page).fill(WORDS)
    expect(page.locator("[data-saved].is-rubric")).to_be_visible(timeout=10_000)
    assert WORDS in page.evaluate("Object.values(localStorage).join()")
    assert saved_text(content) == ""
    page.unroute("**/save/")
    page.evaluate("window.dispatchEvent(new Event('online'))")
    wait_saved(page, 1)
    assert saved_text(content) == WORDS


def test_after_a_crash_the_browsers_copy_is_offered(
    live_server: Any, windows: Any, content: Content, alice: User
) -> None:
    context = windows(alice, live_server.url)
    page = open_sheet(context, live_server, content)
    context.set_offline(True)
    paragraph(page).fill(WORDS)
    page.wait_for_function("Object.keys(localStorage).some(key => key.startsWith('sanad:'))")
    page.close()
    assert saved_text(content) == ""
    context.set_offline(False)
    again = open_sheet(context, live_server, content)
    expect(again.locator("#browser-copy")).to_be_visible()
    again.locator("[data-bring]").click()
    expect(paragraph(again)).to_have_value(WORDS)
    wait_saved(again, 1)
    assert saved_text(content) == WORDS


def test_an_expired_sign_in_keeps_the_words_and_goes_on_after_signing_in_elsewhere(
    live_server: Any, windows: Any, content: Content, alice: User
) -> None:
    context = windows(alice, live_server.url)
    page = open_sheet(context, live_server, content)
    context.clear_cookies()
    paragraph(page).fill(WORDS)
    expect(page.locator("#expired")).to_be_visible(timeout=10_000)
    expect(paragraph(page)).to_have_value(WORDS)
    enter(context, alice, live_server.url)
    other = context.new_page()
    other.goto(f"{live_server.url}/")
    page.bring_to_front()
    page.locator("#expired [data-close]").click()
    wait_saved(page, 1)
    assert saved_text(content) == WORDS


@pytest.mark.parametrize(
    ("choice", "stands", "aside"), [("theirs", "كلمة المنسقة", WORDS), ("mine", WORDS, "كلمة المنسقة")]
)
def test_two_editors_lose_nothing(
    choice: str, stands: str, aside: str, live_server: Any, windows: Any, content: Content, alice: User, carla: User
) -> None:
    page = open_sheet(windows(alice, live_server.url), live_server, content)
    write(content, carla, "كلمة المنسقة")
    paragraph(page).fill(WORDS)
    dialog = page.locator("#conflict-dialog")
    expect(dialog).to_be_visible(timeout=10_000)
    expect(dialog.locator("[data-theirs]")).to_contain_text("كلمة المنسقة")
    expect(dialog.locator("[data-mine]")).to_contain_text(WORDS)
    dialog.locator(f"[data-take-{choice}]").click()
    expect(dialog).to_be_hidden()
    expect(paragraph(page)).to_have_value(stands)
    if choice == "mine":
        wait_saved(page, 2)
    assert stands in saved_text(content)
    assert aside in page.locator("#kept-copies textarea").input_value()
    page.reload()
    assert aside in page.locator("#kept-copies textarea").input_value()


def test_leaving_with_words_that_are_not_saved_warns(
    live_server: Any, windows: Any, content: Content, alice: User
) -> None:
    context = windows(alice, live_server.url)
    page = context.new_page()
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    page.goto(f"{live_server.url}/contents/{content.pk}/")
    page.route("**/save/", lambda route: route.abort())
    paragraph(page).click()
    page.keyboard.type(WORDS)
    page.close(run_before_unload=True)
    page.wait_for_timeout(300)
    assert asked == ["beforeunload"]


def test_a_verse_is_shown_then_laid_in_where_the_caret_was(
    live_server: Any, windows: Any, content: Content, alice: User
) -> None:
    page = open_sheet(windows(alice, live_server.url, PHONE), live_server, content)
    paragraph(page).fill("قبلها\nبعدها")
    paragraph(page).evaluate("area => area.setSelectionRange(6, 6)")
    page.locator("[data-open='verse']").click()
    page.locator("#surah").select_option("29")
    page.locator("#ayah-to").fill("69")
    page.locator("#ayah-from").fill("69")
    expect(page.locator("#verse-dialog .ayah")).to_contain_text(passage(29, 69).text)
    page.locator("#verse-dialog [data-send]").click()
    expect(page.locator("#body [data-block]")).to_have_count(3)
    expect(page.locator("#body [data-block]").nth(1).locator("textarea")).to_have_count(0)
    wait_saved(page, 1) if saved_text(content) == "" else None
    expect(page.locator(SAVED)).to_be_visible()
    page.wait_for_function("document.querySelector('#submit-form [name=base_version]').value >= 1")
    page.locator("[data-act='up']").first.click()
    page.wait_for_timeout(2500)
    kinds = [type(block).__name__ for block in document_in(content).body]
    assert kinds == ["Verse", "Text", "Text"]


def test_a_channel_may_have_its_own_text_that_starts_from_the_sheet(
    live_server: Any, windows: Any, content: Content, variant: Variant, alice: User
) -> None:
    write(content, alice, WORDS)
    page = open_sheet(windows(alice, live_server.url), live_server, content)
    page.locator(f"#v-{variant.pk} [data-own]").check()
    area = page.locator(f"#v-{variant.pk} textarea[data-value]").first
    expect(area).to_have_value(WORDS)
    area.fill("نص القناة")
    wait_saved(page, 2) if page.locator("#submit-form [name=base_version]").input_value() == "1" else None
    expect(page.locator(f"[data-preview='{variant.pk}']")).to_contain_text("نص القناة")
    assert saved_text(content) == WORDS


@pytest.mark.parametrize(("language", "size"), [("ar", DESKTOP), ("fr", PHONE)], ids=["ar", "fr"])
def test_nothing_stands_in_the_way_on_these_pages(
    size: dict[str, int],
    language: str,
    live_server: Any,
    windows: Any,
    content: Content,
    variant: Variant,
    alice: User,
    bob: User,
    mounir: User,
    carla: User,
    axe: Callable[[Page], None],
    no_overflow: Callable[[Page], None],
) -> None:
    User.objects.update(language=language)
    write(content, alice, WORDS, verses=[verse(alice)])
    up(variant, alice)
    paths = {
        alice: ["/", "/contents/", f"/contents/{content.pk}/", "/claims/", f"/claims/{content.claim_id}/answer/"],
        bob: ["/", "/review/", f"/review/{variant.pk}/"],
        carla: ["/campaigns/", f"/campaigns/{content.campaign_id}/", f"/campaigns/{content.campaign_id}/brief/"],
    }
    for user, pages in paths.items():
        page = windows(user, live_server.url, size).new_page()
        for path in pages:
            page.goto(f"{live_server.url}{path}")
            axe(page)
            no_overflow(page)


def test_a_reviewer_answers_and_signs_on_a_phone(
    live_server: Any, windows: Any, content: Content, variant: Variant, alice: User, bob: User
) -> None:
    write(content, alice, WORDS)
    up(variant, alice)
    page = windows(bob, live_server.url, PHONE).new_page()
    page.goto(f"{live_server.url}/review/{variant.pk}/")
    expect(page.locator("[data-sign][aria-disabled='true']")).to_be_attached()
    for box in page.locator("#sign-form .ticks:not([hidden]) input").all():
        box.check()
    page.locator("[data-sign]").click()
    expect(page.locator(".slot-seal.is-signed")).to_be_visible()
    assert Decision.objects.filter(user=bob, subject_type="campaigns.variant").count() == 1
    variant.refresh_from_db()
    assert variant.state == VariantState.IN_REVIEW


def test_what_the_network_lets_one_choose_is_saved_by_itself(
    live_server: Any, windows: Any, content: Content, variant: Variant, alice: User
) -> None:
    page = open_sheet(windows(alice, live_server.url), live_server, content)
    page.locator(f"#option-{variant.pk}-silent").check()
    page.locator(f"#option-{variant.pk}-who_may_reply").select_option("followed")
    page.locator(f"#visibility-{variant.pk}-visibility").select_option("unlisted")
    expect(page.locator(SAVED)).to_be_visible()
    page.wait_for_function("document.querySelector('#submit-form [name=base_version]').value > 0")
    page.wait_for_load_state("networkidle")
    said = document_in(content).of(variant.pk)
    assert (said.visibility, said.options) == ("unlisted", {"silent": "on", "who_may_reply": "followed"})


def test_a_text_that_is_too_long_becomes_a_thread_whose_borders_the_author_moves(
    live_server: Any, windows: Any, content: Content, variant: Variant, alice: User, axe: Any
) -> None:
    page = open_sheet(windows(alice, live_server.url), live_server, content)
    paragraph(page).fill("\n".join([f"{WORDS} " * 10] * 3))
    page.locator("[data-thread]").click()
    own_text = page.locator(f"[data-blocks='v{variant.pk}']")
    expect(own_text.locator("[data-block='break']")).to_have_count(2)
    cards = page.locator(f"[data-preview='{variant.pk}'] .thread-posts > li")
    expect(cards).to_have_count(3)
    expect(page.locator("[data-thread]")).to_have_count(0)
    axe(page)
    own_text.locator("[data-block='break']").last.locator("[data-act='remove']").click()
    expect(cards).to_have_count(2)
    own_text.locator("textarea").first.evaluate("area => { area.focus(); area.setSelectionRange(40, 40); }")
    page.locator(f"#v-{variant.pk} [data-break]").click()
    expect(cards).to_have_count(3)
    expect(page.locator(SAVED)).to_be_visible()
    page.wait_for_load_state("networkidle")
