"""The simulated WhatsApp is an application for people: it opens with the words, posts, and gives the link."""

import pytest
import requests

from sandbox.testing import SandboxClient
from tests.sandbox.conftest import picture

CODE = "0029VaDemo"


@pytest.fixture
def base(sandbox: SandboxClient) -> str:
    sandbox.add_account(
        network="whatsapp", handle=CODE, display_name="قناة الرابطة", bio="حساب رسمي", token="", scopes=""
    )
    return sandbox.base("whatsapp")


def test_it_opens_with_the_words_and_posts_them_by_hand(base: str) -> None:
    sheet = requests.get(f"{base}/", params={"text": "بِسْمِ & <b>"}, timeout=5).text
    assert "بِسْمِ &amp; &lt;b&gt;</textarea>" in sheet
    file = {"picture": ("x.png", picture(), "image/png")}
    posted = requests.post(f"{base}/", data={"channel": CODE, "text": "بِسْمِ ٱللَّهِ"}, files=file, timeout=5)
    assert posted.url.startswith(f"{base}/channel/{CODE}/")
    assert posted.url in posted.text
    assert "بِسْمِ ٱللَّهِ" in requests.get(f"{base}/channel/{CODE}", timeout=5).text


def test_nothing_is_posted_without_words_a_channel_or_from_another_site(base: str) -> None:
    for fields in ({"channel": CODE, "text": " "}, {"channel": "x", "text": "x"}):
        assert requests.post(f"{base}/", files={"x": ("", b"")}, data=fields, timeout=5).status_code == 422
    fields = {"channel": CODE, "text": "x"}
    abroad = {"Sec-Fetch-Site": "cross-site"}
    assert requests.post(f"{base}/", data=fields, headers=abroad, timeout=5).status_code == 403
    for path in (f"/channel/{CODE}/1", "/channel/x", "/pictures/1"):
        assert requests.get(base + path, timeout=5).status_code == 404
