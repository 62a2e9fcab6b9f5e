"""The simulated Telegram, against https://core.telegram.org/bots/api (2026-11)."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
import requests

from sandbox.testing import ManualClock, SandboxClient, running_sandbox
from tests.sandbox.conftest import picture
from tests.sandbox.telegram import Bot

BASMALA = "بِسْمِ ٱللَّهِ ٱلرَّحْمَٰنِ ٱلرَّحِيمِ"
GRINNING = "😀"
COUNTS = {"allowed_updates": ["message_reaction_count"]}


@pytest.fixture
def bot(sandbox: SandboxClient) -> Bot:
    return Bot(sandbox.base("telegram"), sandbox.token("rabita_demo", "telegram"))


def test_the_token_says_which_bot_and_its_rights_in_the_channel(bot: Bot) -> None:
    me = bot.ask("getMe")
    assert (me["is_bot"], str(me["id"])) == (True, bot.token.split(":")[0])
    member = bot.ask("getChatMember", user_id=me["id"])
    assert (member["status"], member["can_post_messages"]) == ("administrator", True)
    chat = bot.ask("getChat")
    assert (chat["type"], chat["username"]) == ("channel", "rabita_demo")
    assert "السجل" not in chat["title"]
    assert "سجل" in chat["description"]
    assert bot.ask("getChat", chat_id=chat["id"])["id"] == chat["id"]
    assert bot.ask("getchatmembercount") > 1000


@pytest.mark.parametrize("token", ["1234567890:AAEhBOweik6ad9r_QXMENQjcrGbqCr4K-ab", "any-token-at-all"])
def test_any_token_of_the_people_file_is_a_bot_that_may_post(tmp_path: Path, token: str) -> None:
    people = tmp_path / "people.json"
    channel = {"network": "telegram", "handle": "majlis", "display_name": "المجلس", "token": token}
    people.write_text(json.dumps({"accounts": [channel]}))
    people.chmod(0o600)
    with running_sandbox(people_file=people) as sandbox:
        bot = Bot(sandbox.base("telegram"), token)
        assert bot.ask("sendMessage", chat_id="@majlis", text=BASMALA)["chat"]["title"] == "المجلس"
        assert [post["text"] for post in sandbox.posts("telegram")] == [BASMALA]


def test_a_message_comes_back_with_its_number_time_and_entities(bot: Bot, clock: ManualClock) -> None:
    message = bot.ask(
        "sendMessage", text=f"{GRINNING} انظر https://rabita.example/a ثم #سند", disable_notification=True
    )
    assert (message["message_id"], message["date"]) == (1, int(clock()))
    assert message["entities"] == [
        {"type": "url", "offset": 8, "length": 24},
        {"type": "hashtag", "offset": 36, "length": 4},
    ]
    assert "from" not in message
    assert bot.ask("sendMessage", text="ثان")["message_id"] == 2


def test_marked_up_text_is_counted_after_its_marks_are_read(bot: Bot) -> None:
    words = "ا" * 4094
    sent = bot.ask("sendMessage", text=f'<b>{words}</b>&lt;<a href="https://a.example">ب</a>', parse_mode="HTML")
    assert sent["text"] == f"{words}<ب"
    assert {entity["type"]: entity["length"] for entity in sent["entities"]} == {"bold": 4094, "text_link": 1}


@pytest.mark.parametrize("text", ["ا" * 4097, GRINNING * 2049, "بِ" * 2048 + "x"])
def test_one_over_the_limit_is_refused(bot: Bot, text: str, sandbox: SandboxClient) -> None:
    assert bot.refused("sendMessage", text=text) == (400, "Bad Request: message is too long")
    assert bot.ask("sendMessage", text=text[: len(text) - 1])
    assert len(sandbox.posts("telegram")) == 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("<i>x", 'Can\'t find end tag corresponding to start tag "i"'),
        ("<h1>x</h1>", 'Unsupported start tag "h1"'),
        ("<b><i>x</b></i>", 'Unexpected end tag "b"'),
    ],
)
def test_broken_mark_up_is_refused(bot: Bot, text: str, said: str) -> None:
    status, description = bot.refused("sendMessage", text=text, parse_mode="HTML")
    assert (status, description) == (400, f"Bad Request: can't parse entities: {said}")


def test_what_a_bot_may_not_do_is_refused_in_the_networks_words(bot: Bot, sandbox: SandboxClient) -> None:
    sandbox.add_account(network="telegram", handle="charlie_channel", token="55:charlie", scopes="read")
    charlie = Bot(bot.base, "55:charlie")
    forbidden = "Forbidden: bot is not a member of the channel chat"
    assert charlie.refused("sendMessage", text="x") == (403, forbidden)
    no_right = "Bad Request: need administrator rights in the channel chat"
    assert charlie.refused("sendMessage", chat_id="@charlie_channel", text="x") == (400, no_right)
    assert bot.refused("sendMessage", chat_id="@nobody", text="x") == (400, "Bad Request: chat not found")
    assert bot.refused("sendMessage", text=" \n") == (400, "Bad Request: message text is empty")
    assert bot.refused("getViews") == (404, "Not Found")
    assert Bot(bot.base, "1:wrong").refused("getMe") == (401, "Unauthorized")


def test_a_photo_has_a_caption_and_can_be_sent_again_by_its_id(bot: Bot, sandbox: SandboxClient) -> None:
    sent = bot.ask("sendPhoto", caption="تعليق", files={"photo": ("a.png", picture(), "image/png")})
    photo = sent["photo"][-1]
    assert (sent["caption"], photo["width"], photo["height"]) == ("تعليق", 40, 30)
    assert bot.ask("sendPhoto", photo=photo["file_id"])["photo"] == sent["photo"]
    page = requests.get(f"{bot.base}/rabita_demo/1", timeout=5).text
    assert "تعليق" in page
    assert requests.get(f"{bot.base}/file/photos/1", timeout=5).content == picture()
    too_long = bot.refused("sendPhoto", photo=photo["file_id"], caption="ا" * 1025)
    assert too_long == (400, "Bad Request: message caption is too long")


def test_an_album_is_sent_whole_or_not_at_all(bot: Bot, sandbox: SandboxClient) -> None:
    media = [
        {"type": "photo", "media": "attach://one", "caption": "ألبوم"},
        {"type": "photo", "media": "attach://two"},
    ]
    files = {name: (f"{name}.png", picture(), "image/png") for name in ("one", "two")}
    sent = bot.ask("sendMediaGroup", media=json.dumps(media), files=files)
    assert [message.get("caption") for message in sent] == ["ألبوم", None]
    assert len({message["media_group_id"] for message in sent}) == 1
    bad = {**files, "two": ("two.png", b"not a picture", "image/png")}
    assert bot.refused("sendMediaGroup", media=json.dumps(media), files=bad) == (
        400,
        "Bad Request: IMAGE_PROCESS_FAILED",
    )
    assert bot.refused("sendMediaGroup", media=json.dumps(media[:1]), files=files)[0] == 400
    assert len(sandbox.posts("telegram")) == 2


def test_a_message_continues_another(bot: Bot) -> None:
    bot.ask("sendMessage", text="أول")
    second = bot.ask("sendMessage", text="تتمة", reply_parameters={"message_id": 1})
    assert second["reply_to_message"]["message_id"] == 1
    lost = bot.refused("sendMessage", text="x", reply_parameters={"message_id": 77})
    assert lost == (400, "Bad Request: message to be replied not found")


def test_words_are_edited_and_the_same_words_are_no_edit(bot: Bot, clock: ManualClock) -> None:
    bot.ask("sendMessage", text="خطأ")
    bot.ask("sendPhoto", caption="قديم", files={"photo": ("a.png", picture(), "image/png")})
    clock.advance(60)
    edited = bot.ask("editMessageText", message_id=1, text="صواب")
    assert (edited["text"], edited["edit_date"]) == ("صواب", int(clock()))
    assert bot.ask("editMessageCaption", message_id=2, caption="جديد")["caption"] == "جديد"
    assert "message is not modified" in bot.refused("editMessageText", message_id=1, text="صواب")[1]
    assert "no text in the message" in bot.refused("editMessageText", message_id=2, text="x")[1]
    assert "message to edit not found" in bot.refused("editMessageText", message_id=9, text="x")[1]


def test_a_deleted_message_is_gone(bot: Bot) -> None:
    bot.ask("sendMessage", text="نص")
    assert bot.ask("deleteMessage", message_id=1) is True
    assert bot.refused("deleteMessage", message_id=1) == (400, "Bad Request: message to delete not found")
    assert requests.get(f"{bot.base}/rabita_demo/1", timeout=5).status_code == 404


def test_messages_are_deleted_together_and_what_is_gone_already_is_passed_over(
    bot: Bot, sandbox: SandboxClient
) -> None:
    for text in ("أول", "ثان", "ثالث"):
        bot.ask("sendMessage", text=text)
    bot.ask("deleteMessage", message_id=1)
    assert bot.ask("deleteMessages", message_ids="[1,2,77]") is True
    assert [post["text"] for post in sandbox.posts("telegram") if post["deleted_at"] is None] == ["ثالث"]
    assert bot.refused("deleteMessages", message_ids=json.dumps([*range(101)]))[0] == 400
    assert bot.refused("deleteMessages")[0] == 400


def test_reactions_come_as_updates_once_they_are_asked_for(bot: Bot, clock: ManualClock) -> None:
    bot.ask("sendMessage", text="نص")
    clock.advance(600)
    assert bot.ask("getUpdates") == []
    first = bot.ask("getUpdates", **COUNTS)
    told = first[0]["message_reaction_count"]
    assert (told["message_id"], told["chat"]["username"]) == (1, "rabita_demo")
    assert told["reactions"][0]["type"] == {"type": "emoji", "emoji": "👍"}
    assert bot.ask("getUpdates") == first
    after = first[-1]["update_id"] + 1
    assert bot.ask("getUpdates", offset=after) == []
    clock.advance(6000)
    later = bot.ask("getUpdates", offset=after)
    assert later[0]["update_id"] >= after
    total = sum(entry["total_count"] for entry in later[0]["message_reaction_count"]["reactions"])
    assert total > sum(entry["total_count"] for entry in told["reactions"])
    assert "view" not in json.dumps(later)


def test_a_long_poll_waits_for_news(bot: Bot) -> None:
    before = time.monotonic()
    assert bot.ask("getUpdates", timeout=1, **COUNTS) == []
    assert time.monotonic() - before >= 0.8


def test_too_many_messages_are_told_how_long_to_wait(clock: ManualClock) -> None:
    with running_sandbox(clock=clock, rate_limit=2) as sandbox:
        bot = Bot(sandbox.base("telegram"), sandbox.token("rabita_demo", "telegram"))
        bot.ask("sendMessage", text="1")
        bot.ask("sendMessage", text="2")
        refused = bot.call("sendMessage", text="3").json()
        seconds = refused["parameters"]["retry_after"]
        assert refused["description"] == f"Too Many Requests: retry after {seconds}"
        clock.advance(seconds + 1)
        bot.ask("sendMessage", text="3")


@pytest.mark.parametrize(
    ("kind", "status", "said"),
    [
        ("revoked_token", 401, "Unauthorized"),
        ("missing_scope", 400, "Bad Request: need administrator rights in the channel chat"),
        ("rate_limited", 429, "Too Many Requests: retry after 900"),
        ("media_refused", 400, "Bad Request: IMAGE_PROCESS_FAILED"),
    ],
)
def test_each_armed_fault_speaks_as_the_network_does(
    sandbox: SandboxClient, bot: Bot, kind: str, status: int, said: str
) -> None:
    sandbox.arm_fault(kind, network="telegram", account="rabita_demo", seconds=900)
    bot.ask("sendMessage", text="نص") if kind == "media_refused" else None
    files = {"photo": ("a.png", picture(), "image/png")}
    answer = bot.call("sendPhoto", files=files)
    assert (answer.status_code, answer.json()["description"]) == (status, said)
    assert answer.json().get("parameters") == ({"retry_after": 900} if kind == "rate_limited" else None)
    if kind == "revoked_token":
        assert bot.refused("getMe") == (401, "Unauthorized")


def test_a_lost_answer_hides_a_message_that_exists(sandbox: SandboxClient, bot: Bot) -> None:
    sandbox.arm_fault("drop_answer", route="publish", network="telegram")
    bot.ask("getMe")
    with pytest.raises(requests.ConnectionError):
        bot.call("sendMessage", text="نص")
    assert [post["text"] for post in sandbox.posts("telegram")] == ["نص"]


def test_the_channels_public_page_shows_each_message_with_its_reactions(
    sandbox: SandboxClient, bot: Bot, clock: ManualClock
) -> None:
    bot.ask("sendMessage", text="نص <b>منشور</b>")
    sandbox.add_post(network="telegram", account="rabita_demo", text="قديم", created_at=clock() - 86400)
    clock.advance(3600)
    for path in ("/rabita_demo", "/@rabita_demo", "/s/rabita_demo"):
        html = requests.get(bot.base + path, params={"lang": "ar"}, timeout=5).text
        assert html.count('<article class="post"') == 2
        assert "نص &lt;b&gt;منشور" in html
        assert "التفاعلات" in html
        assert f'href="{bot.base}/rabita_demo/1"' in html


def test_a_silent_message_without_a_preview_says_so_on_the_channels_page(bot: Bot) -> None:
    bot.ask("sendMessage", text="نص", disable_notification=True, link_preview_options={"is_disabled": True})
    page = requests.get(f"{bot.base}/rabita_demo?lang=en", timeout=5).text
    assert "Sent silently" in page
    assert "Without a preview of its link" in page
