"""Supergroups on the simulated Telegram and what a bot may do in them, against https://core.telegram.org/bots/api."""

from __future__ import annotations

import json

import pytest
import requests

from sandbox.testing import ManualClock, SandboxClient
from tests.sandbox.boxes import mp4
from tests.sandbox.conftest import picture
from tests.sandbox.telegram import Bot

DAY = 86_400


def opened(sandbox: SandboxClient, scopes: str, handle: str = "halaqa") -> Bot:
    token = f"88:{handle}"
    sandbox.add_account(
        network="telegram", handle=handle, display_name="حلقة", bio="مجموعة", token=token, scopes=f"supergroup {scopes}"
    )
    return Bot(sandbox.base("telegram"), token, f"@{handle}")


def photo() -> dict[str, tuple[str, bytes, str]]:
    return {"photo": ("a.png", picture(), "image/png")}


def film() -> dict[str, tuple[str, bytes, str]]:
    return {"video": ("a.mp4", mp4(), "video/mp4")}


def test_a_supergroup_says_so_and_its_messages_are_from_the_bot(sandbox: SandboxClient) -> None:
    bot = opened(sandbox, "write")
    chat, me = bot.ask("getChat"), bot.ask("getMe")
    assert (chat["type"], chat["username"], chat["permissions"]["can_send_videos"]) == ("supergroup", "halaqa", True)
    sent = bot.ask("sendMessage", text="نص")
    assert (sent["chat"]["type"], sent["from"]["id"], sent["from"]["is_bot"]) == ("supergroup", me["id"], True)
    assert "sender_chat" not in sent
    assert bot.ask("sendVideo", files=film())["chat"]["id"] == chat["id"]
    page = requests.get(f"{bot.base}/halaqa/{sent['message_id']}", timeout=5)
    assert (page.status_code, "نص" in page.text) == (200, True)


@pytest.mark.parametrize(
    ("scopes", "status"), [("write", "administrator"), ("member", "member"), ("can_send_messages", "restricted")]
)
def test_a_bot_has_its_standing_in_a_supergroup(sandbox: SandboxClient, scopes: str, status: str) -> None:
    bot = opened(sandbox, scopes)
    told = bot.ask("getChatMember", user_id=bot.ask("getMe")["id"])
    assert told["status"] == status
    if status == "administrator":
        assert told["can_delete_messages"] is True
        assert "can_post_messages" not in told
    if status == "restricted":
        assert (told["can_send_messages"], told["can_send_videos"], told["is_member"]) == (True, False, True)
    assert bot.ask("sendMessage", text="نص")


def test_a_restricted_bot_sends_what_it_may(sandbox: SandboxClient) -> None:
    bot = opened(sandbox, "can_send_photos")
    said = "Bad Request: not enough rights to send {} to the chat"
    assert bot.ask("sendPhoto", files=photo())
    assert bot.refused("sendMessage", text="نص") == (400, said.format("text messages"))
    assert bot.refused("sendVideo", files=film()) == (400, said.format("videos"))
    media = json.dumps([{"type": "photo", "media": "attach://photo"}, {"type": "video", "media": "attach://video"}])
    assert bot.refused("sendMediaGroup", media=media, files={**photo(), **film()}) == (400, said.format("videos"))


def test_a_member_corrects_its_own_and_deletes_it_for_two_days(sandbox: SandboxClient, clock: ManualClock) -> None:
    bot = opened(sandbox, "member")
    first, second = (bot.ask("sendMessage", text=text)["message_id"] for text in ("أول", "ثان"))
    assert bot.ask("editMessageText", message_id=first, text="صواب")["text"] == "صواب"
    assert bot.ask("deleteMessage", message_id=first) is True
    clock.advance(2 * DAY + 1)
    assert bot.refused("deleteMessage", message_id=second) == (400, "Bad Request: message can't be deleted")


def test_an_administrator_deletes_what_is_older(sandbox: SandboxClient, clock: ManualClock) -> None:
    bot = opened(sandbox, "write")
    message = bot.ask("sendMessage", text="نص")["message_id"]
    clock.advance(3 * DAY)
    assert bot.ask("deleteMessage", message_id=message) is True


def test_a_bot_that_is_not_in_the_group_is_told_so(sandbox: SandboxClient) -> None:
    opened(sandbox, "write")
    stranger = Bot(sandbox.base("telegram"), sandbox.token("rabita_demo", "telegram"), "@halaqa")
    forbidden = (403, "Forbidden: bot is not a member of the supergroup chat")
    assert stranger.refused("sendMessage", text="نص") == forbidden


def test_reactions_are_counted_where_they_are_anonymous(sandbox: SandboxClient, clock: ManualClock) -> None:
    bot = opened(sandbox, "write")
    bot.ask("sendMessage", text="نص")
    clock.advance(6000)
    assert bot.ask("getUpdates", allowed_updates=["message_reaction_count"]) == []


def test_a_person_opens_a_group_on_the_networks_page(sandbox: SandboxClient) -> None:
    asked = {"network": "telegram:supergroup", "handle": "majlisgroup", "display_name": "المجلس", "bio": "مجموعة"}
    form = requests.get(f"{sandbox.url}/accounts/new", params={"lang": "en"}, timeout=5).text
    assert 'value="telegram:supergroup">Telegram · group<' in form
    assert requests.post(f"{sandbox.url}/accounts/new", data=asked, timeout=5).status_code == 200
    bot = Bot(sandbox.base("telegram"), sandbox.token("majlisgroup"), "@majlisgroup")
    assert bot.ask("getChat")["type"] == "supergroup"
    refused = {**asked, "network": "mastodon:supergroup", "handle": "elsewhere"}
    assert requests.post(f"{sandbox.url}/accounts/new", data=refused, timeout=5).status_code == 422
