"""Videos and cropped pictures in Chromium, under the pages' own content policy."""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Browser, Page, expect

from accounts.models import User
from campaigns.models import Content, Variant
from publishing.models import Channel
from tests.browser import DESKTOP
from tests.campaigns.conftest import document_in, make_picture
from tests.campaigns.test_pages_videos import LIMITS
from tests.films import SPOKEN_SRT, film, needs_ffmpeg
from tests.people import sign_in

PLAYED_FROM_ITS_MIDDLE = """video => new Promise((done) => {
  video.addEventListener("timeupdate", () => video.currentTime > 6.1 && done(video.currentTime));
  video.muted = true;
  video.currentTime = 6;
  video.play();
})"""
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _async_is_safe_here(monkeypatch: pytest.MonkeyPatch, transactional_db: None) -> None:
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")


@pytest.fixture
def sheet(browser: Browser, live_server: Any, content: Content, variant: Variant, channel: Channel, alice: User) -> Any:
    """The editor's page, open; what the browser complains of is an error."""
    channel.limits = LIMITS.to_json()
    channel.save(update_fields=["limits"])
    context = browser.new_context(viewport=DESKTOP, locale="ar")  # type: ignore[arg-type]
    cookie = sign_in(Client(), alice).cookies["sessionid"]
    context.add_cookies([{"name": "sessionid", "value": cookie.value, "url": live_server.url}])
    page, said = context.new_page(), []
    page.on("console", lambda line: said.append(line.text) if line.type == "error" else None)
    page.goto(f"{live_server.url}/contents/{content.pk}/")
    expect(page.locator("html.has-script")).to_be_attached()
    yield page
    page.wait_for_load_state("networkidle")
    context.close()
    assert said == []


def add(page: Page, file: Path, alt: str, captions: Path | None = None) -> None:
    page.click("[data-open=picture]")
    page.set_input_files("#picture", file)
    if captions:
        page.set_input_files("#picture-captions", captions)
    page.fill("#picture-alt", alt)
    page.click("#picture-dialog [data-send]")
    expect(page.locator("#picture-dialog")).to_be_hidden(timeout=20_000)


@needs_ffmpeg
def test_a_video_is_added_and_watched_from_its_middle(sheet: Page, content: Content, tmp_path: Path) -> None:
    moving, spoken = tmp_path / "film.webm", tmp_path / "film.srt"
    moving.write_bytes(film("webm", seconds=8))
    spoken.write_text(SPOKEN_SRT, encoding="utf-8")
    sheet.click("[data-open=picture]")
    expect(sheet.locator("#picture-captions")).to_be_hidden()
    sheet.click("#picture-dialog [data-close]")
    add(sheet, moving, "شيخ يتكلم", spoken)
    shown = sheet.locator("[data-preview] video")
    expect(shown).to_have_attribute("aria-label", "شيخ يتكلم", timeout=15_000)
    assert shown.evaluate(PLAYED_FROM_ITS_MIDDLE) > 6
    assert shown.evaluate("video => video.textTracks[0].cues.length") == 2
    expect(sheet.locator("#submit-form [name=base_version][value='1']")).to_be_attached(timeout=15_000)
    (placed,) = next(iter(document_in(content).variants.values())).media
    assert placed.captions is not None


def test_the_point_that_stays_is_chosen_on_the_picture(sheet: Page, content: Content, tmp_path: Path) -> None:
    wide = tmp_path / "wide.jpg"
    wide.write_bytes(make_picture((2000, 500), "JPEG"))
    add(sheet, wide, "لوحة")
    frame = sheet.locator("[data-frame]")
    expect(frame).to_have_attribute("d", "M0 0H2000V500H0ZM522 0v500h955v-500Z")
    box = sheet.locator("[data-crop]").bounding_box()
    assert box is not None
    sheet.mouse.click(box["x"] + 2, box["y"] + box["height"] / 2)
    expect(frame).to_have_attribute("d", "M0 0H2000V500H0ZM0 0v500h955v-500Z", timeout=15_000)
    slider = sheet.locator("[data-focus=x]")
    slider.focus()
    slider.press("End")
    expect(frame).to_have_attribute("d", "M0 0H2000V500H0ZM1045 0v500h955v-500Z", timeout=15_000)
    expect(sheet.locator("[data-preview] img").last).to_have_attribute("width", "955")
    expect(sheet.locator("#submit-form [name=base_version][value='0']")).to_have_count(0, timeout=15_000)
