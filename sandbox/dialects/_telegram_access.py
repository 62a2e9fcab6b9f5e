"""Owns how a bot is let in to the simulated Telegram: the token in the path, the envelope of each answer, refusals.

Source: https://core.telegram.org/bots/api#authorizing-your-bot and #making-requests (read 2026-11).
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any

from starlette.requests import Request

from sandbox.dialects.base import Setting, Wait
from sandbox.params import Params
from sandbox.records import Account, Token
from sandbox.world import World

SLUG = "telegram"
PERIOD = 300.0
FIRST_CHANNEL = -1_001_000_000_000
CALL = re.compile(r"/bot(?P<token>[^/]+)/(?P<method>\w+)$")

Json = dict[str, Any]


class Refused(Exception):
    """An answer with `ok` false: the HTTP status is its `error_code` too."""

    def __init__(self, status: int, description: str, parameters: Mapping[str, Any] | None = None) -> None:
        super().__init__(description)
        self.status = status
        self.body: Json = {"ok": False, "error_code": status, "description": description}
        if parameters:
            self.body["parameters"] = dict(parameters)


def token_of(request: Request) -> str | None:
    found = CALL.search(request.url.path)
    return found["token"] if found else None


def account_of(world: World, request: Request) -> Account | None:
    """The channel or supergroup in which the bot is."""
    found = world.token(SLUG, token_of(request) or "")
    return world.account(found.account_id) if found and found.account_id else None


def wait_in_body(_setting: Setting, seconds: float) -> Wait:
    """ResponseParameters.retry_after, https://core.telegram.org/bots/api#responseparameters, read 2026-11."""
    whole = int(seconds)
    return Wait(
        body={"description": f"Too Many Requests: retry after {whole}", "parameters": {"retry_after": whole}},
    )


def channel_id(account: Account) -> int:
    return FIRST_CHANNEL - account.id


def bot_id(token: str) -> int:
    """The number before the colon; of a token without one, a number that is always the same."""
    digits = token.partition(":")[0]
    return int(digits) if digits.isdecimal() else int.from_bytes(hashlib.sha256(token.encode()).digest()[:4], "big")


def bot_json(number: int, account: Account) -> Json:
    name = f"{re.sub(r'[^a-z0-9_]', '', account.handle.lower())}_bot"
    return {"id": number, "is_bot": True, "first_name": account.display_name, "username": name}


CHANNEL, GROUP = "channel", "supergroup"
CHANNEL_RIGHTS = ("can_post_messages", "can_edit_messages", "can_delete_messages")
GROUP_RIGHTS = ("can_delete_messages", "can_pin_messages", "can_manage_topics")
PERMISSIONS = {
    "can_send_messages": "text messages", "can_send_photos": "photos", "can_send_videos": "videos",
    "can_send_documents": "documents",
}  # fmt: skip
"""What a restricted member of a supergroup may be allowed to send, as the network's refusals call it."""


def kind_of(world: World, chat: Account) -> str:
    """A supergroup is an account whose bots were given that scope; any other is a channel."""
    return GROUP if any(GROUP in token.scopes for token in world.tokens_of(chat.id)) else CHANNEL


def rights_of(token: Token, kind: str) -> dict[str, bool]:
    """A bot opened with "write" may do all that an administrator may; else what its scopes name."""
    names = GROUP_RIGHTS if kind == GROUP else CHANNEL_RIGHTS
    return {name: "write" in token.scopes or name in token.scopes for name in names}


def status_of(token: Token, kind: str) -> str:
    """In a channel bots are administrators; in a supergroup also members, and restricted ones."""
    if kind == CHANNEL or any(rights_of(token, kind).values()):
        return "administrator"
    return "member" if "member" in token.scopes else "restricted"


class Bot:
    """One call's bot: its token, the channel or supergroup that it is in, and the call's parameters."""

    def __init__(self, world: World, request: Request, params: Params) -> None:
        raw = request.path_params["token"]
        found = world.token(SLUG, raw)
        account = world.account(found.account_id) if found and found.account_id else None
        if found is None or found.revoked or account is None:
            raise Refused(401, "Unauthorized")
        self.world = world
        self.token = found
        self.account = account
        self.request = request
        self.params = params

    def chat(self) -> Account:
        """The chat that `chat_id` names, by @username or by number, which must be the bot's own."""
        wanted = self.params.text("chat_id").lower()
        if not wanted:
            raise Refused(400, "Bad Request: chat_id is empty")
        if wanted in _names(self.account):
            return self.account
        other = next((one for one in self.world.accounts(SLUG) if wanted in _names(one)), None)
        if other is None:
            raise Refused(400, "Bad Request: chat not found")
        raise Refused(403, f"Forbidden: bot is not a member of the {kind_of(self.world, other)} chat")

    @property
    def is_in_group(self) -> bool:
        return kind_of(self.world, self.account) == GROUP

    def may(self, right: str) -> bool:
        return rights_of(self.token, GROUP if self.is_in_group else CHANNEL).get(right, False)

    def chat_with(self, right: str) -> Account:
        """A channel, in which the bot needs that right."""
        chat = self.chat()
        if not self.is_in_group and not self.may(right):
            raise Refused(400, "Bad Request: need administrator rights in the channel chat")
        return chat

    def chat_for(self, *permissions: str) -> Account:
        """Where the bot may send that: in a channel with the right to post, in a supergroup unless restricted."""
        chat = self.chat_with("can_post_messages")
        if self.is_in_group and status_of(self.token, GROUP) == "restricted":
            for permission in permissions:
                if permission not in self.token.scopes:
                    raise Refused(400, f"Bad Request: not enough rights to send {PERMISSIONS[permission]} to the chat")
        return chat

    def objects(self, name: str) -> list[Any]:
        """A list that came as JSON, or as a JSON text in a form field."""
        values = self.params.items(name)
        if len(values) == 1 and isinstance(values[0], str) and values[0].lstrip().startswith(("[", "{")):
            values = self._parsed(name, values[0])
        return values if isinstance(values, list) else [values]

    def object(self, name: str) -> Json:
        found = self.objects(name) if name in self.params else [{}]
        if not found or not isinstance(found[0], dict):
            raise Refused(400, f"Bad Request: can't parse {name} JSON object")
        return found[0]

    def _parsed(self, name: str, text: str) -> Any:
        try:
            return json.loads(text)
        except ValueError:
            raise Refused(400, f"Bad Request: can't parse {name} JSON object") from None


def _names(chat: Account) -> set[str]:
    return {f"@{chat.handle.lower()}", str(channel_id(chat))}


class SendLimit:
    """So many messages per channel and five minutes; then 429 with the seconds to wait."""

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self.window = -1
        self.spent: dict[int, int] = {}

    def spend(self, account: Account) -> None:
        now = self.setting.clock()
        window = int(now // PERIOD)
        if window != self.window:
            self.window, self.spent = window, {}
        self.spent[account.id] = self.spent.get(account.id, 0) + 1
        if self.spent[account.id] > self.setting.rate_limit:
            seconds = max(1, int((window + 1) * PERIOD - now))
            raise Refused(429, f"Too Many Requests: retry after {seconds}", {"retry_after": seconds})
