"""The whole road in Chromium, in Arabic and French, on a desk and on a phone: from a claim to the figures."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from analytics.dashboard import dashboard
from analytics.periods import period_from
from campaigns.briefs import create_campaign, sign_brief, submit_brief
from campaigns.documents import Document, Text, Verse
from campaigns.drafting import create_content, save_draft
from campaigns.lifecycle import VariantState
from campaigns.models import Campaign, Content, Variant
from campaigns.reviewing import sign
from campaigns.submitting import submit_all
from library import scripture
from library.citing import cite_verse
from library.concepts import add_concept
from library.models import Claim
from library.narratives import add_claim
from publishing import channels, scheduling
from publishing.disclosing import Disclosure
from publishing.lifecycle import DeliveryState, HoldReason
from publishing.models import Channel, Delivery
from sandbox.testing import SandboxClient
from tests.browser import PHONE
from tests.journeys.conftest import (
    PASSWORD,
    TOKEN,
    House,
    Traveller,
    collect_figures,
    send_what_is_due,
    until,
)
from tests.knowledge import speaking
from tests.people import actor_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]
DESK = {"width": 1440, "height": 900}
SEEN: set[tuple[str, str]] = set()
"""The doors that were looked at already, by language and path."""


@dataclass(frozen=True)
class Words:
    """What is written, and one vowel of it changed."""

    title: str
    opening: str
    closing: str
    changed: str
    disclosure: str
    tag: str


ARABIC = Words(
    "باب واسع", "في سورة العنكبوت وعد لمن بذل جهده ابتغاء وجه الله:",
    "فالمجاهدة هنا بذل الوسع في طاعة الله.", "فالمجاهدة هنا بذل الوُسع في طاعة الله.",
    "تنشره رابطة العلماء.", "الجهاد",
)  # fmt: skip
FRENCH = Words(
    "Une large porte", "La sourate al-'Ankabût contient cette promesse\u202f:",
    "L'effort dont elle parle est à la portée de chacun.", "L'effort dont elle parle est a la portée de chacun.",
    "Publié par la Ligue des oulémas.", "jihad",
)  # fmt: skip
WORDS = {"ar": ARABIC, "fr": FRENCH}


@dataclass
class Stage:
    """The campaign that everybody works in: signed, with a channel and a claim. `faults` is what axe said, by page."""

    house: House
    language: str
    channel: Channel
    campaign: Campaign
    claim_id: int
    server: str
    faults: list[str] = field(default_factory=list)
    look: Callable[[Page], None] = lambda page: None

    @property
    def words(self) -> Words:
        return WORDS[self.language]


Open = Callable[[Traveller], Page]


@pytest.fixture
def stage(request: Any, make_house: Callable[[str], House], network: SandboxClient, live_server: Any) -> Stage:
    language: str = request.param
    house = make_house(language)
    coordinator, manager = actor_of(house.coordinator.user), actor_of(house.manager.user)
    channel = channels.connect(
        actor=coordinator,
        network="mastodon",
        server_url=network.base("mastodon"),
        token=TOKEN,
        language=language,
        disclosure=Disclosure("الرابطة", "الرابطة", "الرابطة"),
    )
    today = timezone.now().date()
    prose = dict.fromkeys(("goal", "segment", "message", "messenger", "call_to_action"), WORDS[language].closing)
    lines = {language: WORDS[language].disclosure}
    dates = {"starts_on": today, "ends_on": today + timedelta(days=30)}
    brief = {**prose, **dates, **speaking(house.coordinator.user), "languages": [language], "disclosure": lines}
    campaign = create_campaign(title="معان أصيلة", changes=brief, actor=coordinator)
    up = submit_brief(campaign=campaign, actor=coordinator)
    campaign = sign_brief(campaign=up, digest=up.digest, actor=manager)
    claim = add_claim(
        concept=add_concept(name_ar="الجهاد", actor=actor_of(house.author.user)),
        text_ar="دعوى أن الجهاد لا معنى له إلا القتال.",
        text_fr="L'argument selon lequel le jihad ne signifie rien d'autre que le combat.",
        actor=actor_of(house.author.user),
    )
    return Stage(house, language, channel, campaign, claim.pk, live_server.url)


@pytest.fixture
def size(request: Any) -> dict[str, int]:
    found: dict[str, int] = request.param
    return found


@pytest.fixture
def enter(
    browser: Browser,
    stage: Stage,
    size: dict[str, int],
    axe: Callable[[Page], None],
    no_overflow: Callable[[Page], None],
) -> Iterator[Open]:
    """Sign a person in on the real pages, in a browser of their own; every page is looked at by axe on its way."""
    opened: list[BrowserContext] = []

    def sign_in(person: Traveller) -> Page:
        context = browser.new_context(
            viewport=size,  # type: ignore[arg-type]
            locale=stage.language,
            timezone_id="Africa/Casablanca",
            bypass_csp=True,
            reduced_motion="reduce",
        )
        opened.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.goto(f"{stage.server}/")
        expect(page).to_have_url(re.compile("/account/login/"))
        inspect_once(page)
        page.fill("#id_login", person.email)
        page.fill("#id_password", PASSWORD)
        page.locator("form[action$='/account/login/'] button[type=submit].btn").first.click()
        expect(page).to_have_url(re.compile("/account/2fa/authenticate/"))
        inspect_once(page)
        page.fill("#id_code", person.code())
        page.locator("form:has(#id_code) button.btn").click()
        expect(page).to_have_url(f"{stage.server}/")
        expect(page.locator("html")).to_have_attribute("lang", stage.language)
        inspect(page)
        return page

    def inspect_once(page: Page) -> None:
        """The doors are the same for everybody who comes."""
        if (door := (stage.language, urlsplit(page.url).path)) not in SEEN:
            SEEN.add(door)
            inspect(page)

    def inspect(page: Page) -> None:
        for check in (axe, no_overflow):
            try:
                check(page)
            except AssertionError as error:
                stage.faults.append(str(error))

    stage.look = inspect
    yield sign_in
    for context in opened:
        for page in context.pages:
            page.wait_for_load_state("networkidle")  # the tables are emptied next: let the server come to rest
        context.close()


def go(stage: Stage, page: Page, path: str) -> None:
    """Open a page, which must be there, and look at it."""
    answer = page.goto(f"{stage.server}{path}")
    assert answer is not None
    assert answer.status == 200, path
    stage.look(page)


def shown(page: Page, selector: str) -> Locator:
    """Of the twins that a page has for desk and phone, the one that is to be seen."""
    return page.locator(f"{selector}:visible").first


# The road


def write(stage: Stage, page: Page) -> Content:
    """Answer the claim with a verse, adapt it for its channel."""
    words = stage.words
    go(stage, page, "/claims/")
    page.locator(f"#claim-{stage.claim_id} a.row-act").click()
    stage.look(page)
    page.select_option("#id_campaign", str(stage.campaign.pk))
    page.select_option("#id_language", stage.language)
    page.fill("#id_title", words.title)
    page.locator("input[name=channels]").check()
    page.locator("form.formpage button.btn").click()
    expect(page.locator("html.has-script")).to_be_attached()
    page.locator("#body textarea").first.fill(words.opening)
    lay_verse(page)
    page.locator("#body textarea").last.fill(words.closing)
    panel = page.locator("[data-variant]").first
    panel.locator("details.more > summary").first.click()
    panel.locator("[data-field=tags]").fill(words.tag)
    content = Content.objects.get()
    until(lambda: is_saved(content, words.closing, words.tag))
    expect(shown(page, "[data-submit]")).not_to_have_attribute("aria-disabled", "true")
    stage.look(page)
    return content


def lay_verse(page: Page) -> None:
    page.locator("[data-open='verse']").click()
    page.select_option("#surah", "29")
    page.fill("#ayah-from", "69")
    page.fill("#ayah-to", "69")
    expect(page.locator("#verse-dialog .ayah")).to_contain_text(scripture.passage(29, 69).text)
    page.locator("#verse-dialog [data-send]").click()
    expect(page.locator("#body [data-block=verse]")).to_have_count(1)


def is_saved(content: Content, *wanted: str) -> bool:
    content.refresh_from_db()
    return all(piece in str(content.draft) for piece in wanted)


def submit(stage: Stage, page: Page, content: Content) -> Variant:
    variant = content.variants.get()
    shown(page, "[data-submit]").click()
    until(lambda: state_of(variant) == VariantState.IN_REVIEW)
    page.wait_for_load_state()
    stage.look(page)
    return variant


def state_of(variant: Variant) -> str:
    variant.refresh_from_db()
    return variant.state


def put_seal(stage: Stage, page: Page, variant: Variant, gate: str) -> None:
    go(stage, page, "/review/")
    page.locator(f"a[href*='/review/{variant.pk}/']").first.click()
    stage.look(page)
    if (choice := page.locator(f"input[name=gate][type=radio][value={gate}]")).count():
        choice.check()
    for box in page.locator("[data-questions]:not([hidden]) input[type=checkbox]").all():
        box.check()
    page.locator("[data-sign]").click()
    expect(page.locator(".slot-seal.is-signed")).to_be_visible()
    stage.look(page)


def release(stage: Stage, page: Page, variant: Variant) -> Delivery:
    page.goto(f"{stage.server}/")
    page.locator(f"a[href*='/release/{variant.pk}/']:visible").first.click()
    stage.look(page)
    now = timezone.now().astimezone(ZoneInfo(stage.campaign.time_zone))
    page.fill("#id_day", now.strftime("%Y-%m-%d"))
    page.fill("#id_time", now.strftime("%H:%M"))
    page.locator("form:has(#id_time) button.btn").click()
    expect(page).to_have_url(re.compile(r"/deliveries/\d+/"))
    stage.look(page)
    return Delivery.objects.get(variant=variant)


SOME = pytest.mark.parametrize(("stage", "size"), [("ar", PHONE), ("fr", DESK)], indirect=True, ids=["ar", "fr"])
"""Each language at one width; the pages of tests/campaigns in a browser are looked at the other way round."""


@SOME
def test_the_road(stage: Stage, enter: Open, network: SandboxClient) -> None:
    house, words = stage.house, stage.words
    author = enter(house.author)
    content = write(stage, author)
    variant = submit(stage, author, content)
    put_seal(stage, enter(house.scientific), variant, "scientific")
    assert state_of(variant) == VariantState.IN_REVIEW
    put_seal(stage, enter(house.language), variant, "language")
    assert state_of(variant) == VariantState.APPROVED

    coordinator = enter(house.coordinator)
    delivery = release(stage, coordinator, variant)
    send_what_is_due()
    send_what_is_due()
    verse = scripture.passage(29, 69).quoted(stage.language)
    wanted = "\n\n".join([words.opening, verse, words.closing, words.disclosure])
    assert [post["text"].startswith(wanted) for post in network.posts("mastodon")] == [True]
    go(stage, coordinator, f"/deliveries/{delivery.pk}/")
    permalink = delivery.parts.get().permalink
    assert coordinator.locator(f"a[href='{permalink}']").count() >= 1

    manager = enter(house.manager)
    until(lambda: bool(sum_of_engagement(stage)), do=collect_figures)
    go(stage, manager, f"/dashboard/{stage.campaign.pk}/")
    expect(manager.locator(".tiers .fig-v").first).to_be_visible()
    assert re.search(r"[1-9٠-٩]", manager.locator(".tiers").inner_text())
    assert not stage.faults, "\n\n".join(stage.faults)


def sum_of_engagement(stage: Stage) -> int:
    board = dashboard(stage.campaign, period_from({}, stage.campaign), "")
    return int(sum(figure.value or 0 for figure in board.engagement))


# After signing


def signed_for_tomorrow(stage: Stage) -> Delivery:
    """The same text, written, signed and released by the same people through the actions."""
    house, words = stage.house, stage.words
    author = actor_of(house.author.user)
    verse = cite_verse(surah=29, ayah_from=69, actor=author)
    body = (Text(words.opening), Verse(verse.pk), Text(words.closing))
    claim = Claim.objects.get(pk=stage.claim_id)
    content = create_content(
        campaign=stage.campaign, claim=claim, title=words.title, language=stage.language,
        channels=[stage.channel], actor=author,
    )  # fmt: skip
    save_draft(content=content, document=Document(words.title, body), base_version=0, actor=author)
    (variant,) = submit_all(content=content, actor=author)
    for person, gate in ((house.scientific, "scientific"), (house.language, "language")):
        variant = sign(variant=variant, gate_code=gate, digest=variant.digest, actor=actor_of(person.user))
    due_at = timezone.now() + timedelta(days=1)
    return scheduling.schedule(variant=variant, due_at=due_at, actor=actor_of(house.coordinator.user))


@SOME
def test_one_letter_changed_in_the_editor_after_signing_is_held(
    stage: Stage, enter: Open, network: SandboxClient
) -> None:
    delivery = signed_for_tomorrow(stage)
    page = enter(stage.house.author)
    go(stage, page, f"/contents/{delivery.variant.content_id}/")
    page.on("dialog", lambda dialog: dialog.accept())
    page.locator("#body textarea").last.fill(stage.words.changed)
    until(lambda: is_saved(delivery.variant.content, stage.words.changed))
    delivery.refresh_from_db()
    assert (delivery.state, delivery.hold_reason) == (DeliveryState.HELD, HoldReason.APPROVAL_VOID)
    Delivery.objects.filter(pk=delivery.pk).update(due_at=timezone.now())
    send_what_is_due()
    assert network.posts("mastodon") == []
    coordinator = enter(stage.house.coordinator)
    go(stage, coordinator, "/deliveries/")
    expect(coordinator.locator(".case").first).to_contain_text(stage.words.title)
    assert not stage.faults, "\n\n".join(stage.faults)


PAGES = {
    "coordinator": (
        "/claims/", "/contents/", "/campaigns/", "/campaigns/new/", "/campaigns/{campaign}/",
        "/campaigns/{campaign}/brief/", "/contents/{content}/", "/review/", "/deliveries/", "/deliveries/{delivery}/",
        "/channels/", "/channels/connect/", "/freeze/", "/dashboard/{campaign}/", "/tokens/", "/notices/", "/me/",
    ),
    "manager": (
        "/campaigns/{campaign}/", "/members/", "/audit/",
        "/account/email/", "/account/2fa/", "/account/password/change/",
    ),
    "scientific": ("/review/{variant}/",),
}  # fmt: skip


@SOME
def test_nothing_stands_in_the_way_on_any_page(stage: Stage, enter: Open, network: SandboxClient) -> None:
    delivery = signed_for_tomorrow(stage)
    known = {
        "campaign": stage.campaign.pk,
        "content": delivery.variant.content_id,
        "variant": delivery.variant_id,
        "delivery": delivery.pk,
    }
    for who, paths in PAGES.items():
        page = enter(getattr(stage.house, who))
        for path in paths:
            go(stage, page, path.format(**known))
    assert not stage.faults, "\n\n".join(stage.faults)


def test_after_too_many_tries_the_page_says_what_to_do(client: Any, make_house: Callable[[str], House]) -> None:
    person = make_house("fr").author
    for _try in range(40):
        fields = {"login": person.email, "password": "faux"}
        answer = client.post("/account/login/", fields, headers={"accept-language": "fr"})
        if answer.status_code == 429:
            break
    assert answer.status_code == 429
    assert "peu de temps" in answer.content.decode()
