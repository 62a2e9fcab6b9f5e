"""The human pages of the simulator, and where it refuses to run."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from sandbox.server import InProduction, create_app
from sandbox.sockets import Connections, NotLoopback, SandboxServer
from sandbox.testing import ManualClock, SandboxClient, free_port
from tests.sandbox.conftest import Reader


def page(sandbox: SandboxClient, path: str, **query: str) -> str:
    answer = requests.get(sandbox.url + path, params=query, timeout=5)
    assert answer.status_code == 200
    return answer.text


def test_a_timeline_shows_each_post_once(sandbox: SandboxClient, author: Reader, clock: ManualClock) -> None:
    media = author.upload(description="وصف الصورة").json()
    clock.advance(2)
    status = author.post("نص <b>المنشور</b>", media_ids=[media["id"]]).json()
    html = page(sandbox, "/mastodon/@rabita_demo")
    assert html.count('<article class="post"') == 1
    assert "نص &lt;b&gt;المنشور" in html
    assert 'alt="وصف الصورة"' in html
    assert status["url"] in html


def test_a_permalink_shows_the_thread(sandbox: SandboxClient, author: Reader, clock: ManualClock) -> None:
    first = author.post("أول").json()
    author.post("تتمة", in_reply_to_id=first["id"])
    clock.advance(24 * 60)
    html = page(sandbox, f"/mastodon/@rabita_demo/{first['id']}")
    assert "تتمة" in html
    assert 'class="comment"' in html


def test_private_mentions_are_on_no_public_page(sandbox: SandboxClient, author: Reader) -> None:
    author.post("سر", visibility="direct")
    assert "سر</p>" not in page(sandbox, "/mastodon/@rabita_demo")


@pytest.mark.parametrize(("language", "side"), [("ar", "rtl"), ("fr", "ltr"), ("en", "ltr")])
@pytest.mark.parametrize("path", ["/", "/accounts/new", "/mastodon/@rabita_demo", "/phone", "/faults"])
def test_each_page_speaks_three_languages(sandbox: SandboxClient, path: str, language: str, side: str) -> None:
    html = page(sandbox, path, lang=language)
    assert f'<html lang="{language}" dir="{side}">' in html
    assert not re.search(r"<script(?! src)|<style| style=| on\w+=", html)


def test_arabic_is_the_first_language_and_a_choice_is_kept(sandbox: SandboxClient) -> None:
    assert 'lang="ar" dir="rtl"' in page(sandbox, "/")
    browser = requests.Session()
    browser.get(f"{sandbox.url}/", params={"lang": "fr"}, timeout=5)
    assert 'lang="fr"' in browser.get(f"{sandbox.url}/phone", timeout=5).text


def test_the_index_gives_the_address_and_token_to_connect_with(sandbox: SandboxClient) -> None:
    html = page(sandbox, "/")
    assert sandbox.base("mastodon") in html
    assert sandbox.token("rabita_demo") in html


NEW = {"network": "telegram", "handle": "rabitanew", "display_name": "قناة جديدة", "bio": "قناة الرابطة"}


def test_a_person_opens_an_account_and_finds_what_connects_it(sandbox: SandboxClient) -> None:
    opened = requests.post(f"{sandbox.url}/accounts/new", data=NEW, timeout=5)
    assert opened.url == f"{sandbox.url}/#telegram-rabitanew"
    assert sandbox.token("rabitanew") in opened.text
    assert "قناة الرابطة" in page(sandbox, "/telegram/@rabitanew")


def test_a_channel_for_people_shows_its_public_link_and_no_token(sandbox: SandboxClient) -> None:
    requests.post(f"{sandbox.url}/accounts/new", data=NEW | {"network": "whatsapp"}, timeout=5)
    assert f"{sandbox.base('whatsapp')}/channel/rabitanew" in page(sandbox, "/")
    assert next(one for one in sandbox.accounts() if one["handle"] == "rabitanew")["tokens"] == []


@pytest.mark.parametrize("wrong", [{"handle": "rabita_demo"}, {"handle": "../x"}, {"network": "nowhere"}])
def test_a_handle_that_is_taken_or_will_not_do_opens_nothing(sandbox: SandboxClient, wrong: dict[str, str]) -> None:
    before = page(sandbox, "/").count('<li class="row"')
    refused = requests.post(f"{sandbox.url}/accounts/new", data=NEW | wrong, timeout=5)
    assert refused.status_code == 422
    assert "role=alert" in refused.text
    assert page(sandbox, "/").count('<li class="row"') == before


def test_another_site_opens_no_account(sandbox: SandboxClient) -> None:
    abroad = {"Sec-Fetch-Site": "cross-site"}
    assert requests.post(f"{sandbox.url}/accounts/new", data=NEW, headers=abroad, timeout=5).status_code == 403


@pytest.mark.parametrize("path", ["/mastodon/@nobody", "/mastodon/@rabita_demo/1", "/phone/nobody@x.example"])
def test_an_unknown_page_says_so(sandbox: SandboxClient, path: str) -> None:
    assert requests.get(sandbox.url + path, timeout=5).status_code == 404


def test_a_foreign_host_name_reaches_nothing(sandbox: SandboxClient) -> None:
    answer = requests.get(f"{sandbox.url}/phone.json", headers={"Host": "evil.example"}, timeout=5)
    assert answer.status_code == 400


def test_control_takes_json_only(sandbox: SandboxClient, author: Reader) -> None:
    author.post("نص")
    for path, body in (("/_control/outage", "seconds=9"), ("/_control/faults", "kind=hang_up")):
        assert requests.post(sandbox.url + path, data=body, timeout=5).status_code == 415
    assert sandbox.faults() == []


def test_it_refuses_production(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SANAD_ENV", "production")
    with pytest.raises(InProduction):
        create_app(tmp_path)


def test_it_serves_the_loopback_only(tmp_path: Path) -> None:
    with pytest.raises(NotLoopback):
        SandboxServer(create_app(tmp_path), Connections(), host="0.0.0.0", port=free_port())


def test_the_command_refuses_another_address(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "sandbox", "--host", "0.0.0.0", "--port", "1", "--data", str(tmp_path)]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=60, cwd=Path(__file__).parents[2], check=False
    )
    assert done.returncode == 2
    assert "loopback" in done.stderr
