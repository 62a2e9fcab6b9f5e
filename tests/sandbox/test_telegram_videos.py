"""Videos and albums on the simulated Telegram, against https://core.telegram.org/bots/api (2026-11)."""

from __future__ import annotations

import json
from typing import Any

import pytest
import requests

from sandbox.dialects import _telegram_files
from sandbox.testing import SandboxClient
from tests.sandbox.boxes import headless, mp4
from tests.sandbox.conftest import picture
from tests.sandbox.telegram import Bot

FILM = mp4(seconds=65.4, size=(1280, 720), pad=5000)


@pytest.fixture
def bot(sandbox: SandboxClient) -> Bot:
    return Bot(sandbox.base("telegram"), sandbox.token("rabita_demo", "telegram"))


def attached(content: bytes = FILM, name: str = "درس.mp4", mime: str = "video/mp4") -> tuple[str, bytes, str]:
    return name, content, mime


def shown(bot: Bot) -> str:
    return requests.get(f"{bot.base}/rabita_demo", params={"lang": "en"}, timeout=5).text


def test_a_video_comes_back_measured_and_can_be_sent_again_by_its_id(bot: Bot) -> None:
    sent = bot.ask("sendVideo", caption="تعليق #سند", supports_streaming="true", files={"video": attached()})
    video = sent["video"]
    assert (video["width"], video["height"], video["duration"]) == (1280, 720, 65)
    assert (video["file_name"], video["mime_type"], video["file_size"]) == ("درس.mp4", "video/mp4", len(FILM))
    assert "thumbnail" not in video
    assert (sent["caption"], sent["caption_entities"][0]["type"]) == ("تعليق #سند", "hashtag")
    assert bot.ask("sendVideo", video=video["file_id"])["video"] == video
    assert requests.get(f"{bot.base}/file/videos/1", timeout=5).content == FILM
    assert bot.ask("editMessageCaption", message_id=1, caption="مصحح")["caption"] == "مصحح"


def test_its_sender_says_how_large_and_how_long_it_is(bot: Bot) -> None:
    files = {"clip": attached(), "still": ("s.jpg", picture((320, 180), "JPEG"), "image/jpeg")}
    sent = bot.ask(
        "sendVideo", video="attach://clip", thumbnail="attach://still", width=640, height=360, duration=66, files=files
    )
    video = sent["video"]
    assert (video["width"], video["height"], video["duration"]) == (640, 360, 66)
    assert (video["thumbnail"]["width"], video["thumbnail"]["height"]) == (320, 180)
    html = shown(bot)
    assert f'poster="{bot.base}/file/thumbnails/1"' in html
    assert "1:06" in html
    assert requests.get(f"{bot.base}/file/thumbnails/1", timeout=5).content == picture((320, 180), "JPEG")


@pytest.mark.parametrize(
    "still", [picture((321, 180), "JPEG"), picture((320, 180)), b"no picture", bytes(200 * 1024)],
    ids=["wide", "png", "no picture", "large"],
)  # fmt: skip
def test_a_thumbnail_is_a_small_jpeg_or_passed_over(bot: Bot, still: bytes) -> None:
    sent = bot.ask("sendVideo", files={"video": attached(), "thumbnail": ("s.jpg", still, "image/jpeg")})
    assert "thumbnail" not in sent["video"]


@pytest.mark.parametrize(
    ("content", "mime"),
    [(mp4(brand=b"qt  "), "video/quicktime"), (b"not a film", "application/octet-stream"), (headless(), "video/mp4")],
    ids=["quicktime", "no film", "headless"],
)
def test_what_is_no_mpeg4_film_is_sent_as_a_document(bot: Bot, content: bytes, mime: str) -> None:
    sent = bot.ask("sendVideo", caption="نص", files={"video": attached(content)})
    assert "video" not in sent
    assert (sent["document"]["mime_type"], sent["document"]["file_size"]) == (mime, len(content))
    assert ("<video" in shown(bot)) == (mime != "application/octet-stream")
    assert shown(bot).count("درس.mp4") == 1


def test_a_video_that_is_not_there_or_too_large_is_refused(bot: Bot, monkeypatch: pytest.MonkeyPatch) -> None:
    assert bot.refused("sendVideo") == (400, "Bad Request: there is no video in the request")
    wrong = "Bad Request: wrong file identifier/HTTP URL specified"
    photo = bot.ask("sendPhoto", files={"photo": ("a.png", picture(), "image/png")})["photo"][0]["file_id"]
    for named in (photo, "BAACAgQAAx999", "nothing"):
        assert bot.refused("sendVideo", video=named) == (400, wrong)
    assert bot.refused("sendVideo", files={"video": attached(b"")}) == (400, "Bad Request: file must be non-empty")
    monkeypatch.setattr(_telegram_files, "VIDEO_BYTES", len(FILM) - 1)
    assert bot.refused("sendVideo", files={"video": attached()}) == (413, "Request Entity Too Large")
    too_long = bot.refused("sendVideo", caption="ا" * 1025, files={"video": attached()})
    assert too_long == (400, "Bad Request: message caption is too long")


def album(*kinds: str, **of_first: Any) -> str:
    items: list[dict[str, Any]] = [{"type": kind, "media": f"attach://{n}"} for n, kind in enumerate(kinds)]
    items[0] |= of_first
    return json.dumps(items)


def test_an_album_mixes_pictures_and_films(bot: Bot) -> None:
    files = {"0": attached(), "1": ("a.png", picture(), "image/png"), "2": attached(mp4(seconds=5))}
    media = album("video", "photo", "video", caption="<b>ألبوم</b>", parse_mode="HTML", has_spoiler=True, duration=64)
    sent = bot.ask("sendMediaGroup", media=media, files=files)
    assert [("video" in message, "photo" in message) for message in sent] == [
        (True, False),
        (False, True),
        (True, False),
    ]
    assert len({message["media_group_id"] for message in sent}) == 1
    assert (sent[0]["caption"], sent[0]["has_media_spoiler"], sent[0]["video"]["duration"]) == ("ألبوم", True, 64)
    assert shown(bot).count("<video") == 2


def test_an_album_is_sent_whole_or_not_at_all(bot: Bot, sandbox: SandboxClient) -> None:
    files = {"0": ("a.png", picture(), "image/png"), "1": attached(b"not a film")}
    status, said = bot.refused("sendMediaGroup", media=album("photo", "video"), files=files)
    assert (status, "failed to send message #2" in said) == (400, True)
    long_caption = album("video", "photo", caption="ا" * 1025)
    files = {"0": attached(), "1": ("a.png", picture(), "image/png")}
    assert bot.refused("sendMediaGroup", media=long_caption, files=files)[0] == 400
    assert bot.refused("sendMediaGroup", media=album("video", "audio"), files=files)[0] == 501
    assert sandbox.posts("telegram") == []


@pytest.mark.parametrize(
    ("kind", "status", "said"),
    [
        ("rate_limited", 429, "Too Many Requests: retry after 900"),
        ("media_refused", 400, "Bad Request: VIDEO_CONTENT_TYPE_INVALID"),
        ("missing_scope", 400, "Bad Request: need administrator rights in the channel chat"),
    ],
)
def test_the_faults_strike_a_video_too(sandbox: SandboxClient, bot: Bot, kind: str, status: int, said: str) -> None:
    sandbox.arm_fault(kind, network="telegram", route="media", seconds=900)
    assert bot.refused("sendVideo", files={"video": attached()}) == (status, said)
    assert sandbox.posts("telegram") == []


def test_a_lost_answer_hides_a_video_that_exists(sandbox: SandboxClient, bot: Bot) -> None:
    sandbox.arm_fault("drop_answer", route="publish", network="telegram")
    with pytest.raises(requests.ConnectionError):
        bot.call("sendVideo", caption="نص", files={"video": attached()})
    assert [post["text"] for post in sandbox.posts("telegram")] == ["نص"]
