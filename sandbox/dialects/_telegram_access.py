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
    """The channel whose administrator the bot is."""
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


def bot_json(token: str, account: Account) -> Json:
    name = f"{re.sub(r'[^a-z0-9_]', '', account.handle.lower())}_bot"
    return {"id": bot_id(token), "is_bot": True, "first_name": account.display_name, "username": name}


def rights_of(token: Token) -> dict[str, bool]:
    """A bot opened with "write" may do all that an administrator of a channel may; else what its scopes name."""
    names = ("can_post_messages", "can_edit_messages", "can_delete_messages")
    return {name: "write" in token.scopes or name in token.scopes for name in names}


class Bot:
    """One call's bot: its token, the channel that it administers, and the call's parameters."""

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

    def channel(self) -> Account:
        """The chat that `chat_id` names, by @username or by number, which must be the bot's own."""
        wanted = self.params.text("chat_id")
        if not wanted:
            raise Refused(400, "Bad Request: chat_id is empty")
        named = {f"@{self.account.handle.lower()}", str(channel_id(self.account))}
        if wanted.lower() in named:
            return self.account
        others = [one for one in self.world.accounts() if one.network == SLUG]
        if any(wanted.lower() in {f"@{one.handle.lower()}", str(channel_id(one))} for one in others):
            raise Refused(403, "Forbidden: bot is not a member of the channel chat")
        raise Refused(400, "Bad Request: chat not found")

    def channel_with(self, right: str) -> Account:
        channel = self.channel()
        if not rights_of(self.token)[right]:
            raise Refused(400, "Bad Request: need administrator rights in the channel chat")
        return channel

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
