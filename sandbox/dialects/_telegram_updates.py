"""Owns what the simulated Telegram tells an administrator bot unasked: that the reactions to a post have grown.

Source: https://core.telegram.org/bots/api#getting-updates and #messagereactioncountupdated (read 2026-11).
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

from sandbox.dialects._telegram_access import GROUP, Bot, Json, Refused, kind_of
from sandbox.dialects._telegram_messages import chat_json
from sandbox.dialects.base import Setting
from sandbox.engagement import crowd_of
from sandbox.records import Account, Post

KEPT_SECONDS = 24 * 3600
NUMBERED_FROM = 1_700_000_000
POLL_SECONDS = 0.2
REACTIONS = (("👍", 55), ("❤", 30), ("🙏", 15))


def reactions(setting: Setting, post: Post) -> list[Json]:
    """ReactionCount entries by now, most frequent first; the emoji of a post keep their shares as it ages."""
    total = crowd_of(post.id).counts(setting.age(post.created_at), setting.speed).favourites
    counts = [(emoji, total * share // 100) for emoji, share in REACTIONS]
    return [{"type": {"type": "emoji", "emoji": emoji}, "total_count": count} for emoji, count in counts if count]


@dataclass
class Inbox:
    """One bot's updates that it has not confirmed, and the counts that it was last told."""

    allowed: tuple[str, ...] = ()
    told: dict[str, list[Json]] = field(default_factory=dict)
    waiting: list[tuple[float, Json]] = field(default_factory=list)
    last_id: int = 0


class Updates:
    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self.inboxes: dict[str, Inbox] = {}

    async def get(self, bot: Bot) -> list[Json]:
        """getUpdates: an offset confirms all that came before it; `allowed_updates` stays until it is given again."""
        inbox = self.inboxes.setdefault(bot.token.token, Inbox())
        if "allowed_updates" in bot.params:
            inbox.allowed = tuple(str(kind) for kind in bot.objects("allowed_updates"))
        offset, limit = _number(bot, "offset", 0), min(100, max(1, _number(bot, "limit", 100)))
        self._confirm(inbox, offset)
        left = float(_number(bot, "timeout", 0))
        while True:
            self._collect(inbox, bot.account)
            if inbox.waiting or left <= 0:
                break
            await asyncio.sleep(POLL_SECONDS)
            left -= POLL_SECONDS
        found = [update for _, update in inbox.waiting]
        return found[offset:] if offset < 0 else found[:limit]

    def _confirm(self, inbox: Inbox, offset: int) -> None:
        oldest = self.setting.clock() - KEPT_SECONDS
        inbox.waiting = [
            (at, update)
            for at, update in inbox.waiting
            if at > oldest and (offset <= 0 or update["update_id"] >= offset)
        ]

    def _collect(self, inbox: Inbox, channel: Account) -> None:
        """Grouped: one update per post for all that has happened since the last; only where reactions are anonymous."""
        if "message_reaction_count" not in inbox.allowed or kind_of(self.setting.world, channel) == GROUP:
            return
        for post in reversed(self.setting.world.posts_of(channel)):
            now = reactions(self.setting, post)
            if now and now != inbox.told.get(post.id):
                inbox.told[post.id] = now
                self._add(inbox, channel, post, now)

    def _add(self, inbox: Inbox, channel: Account, post: Post, counts: list[Json]) -> None:
        """Numbered by the clock, so that the numbers go on rising when the simulator starts again."""
        at = self.setting.clock()
        inbox.last_id = max(inbox.last_id + 1, int((at - NUMBERED_FROM) * 5))
        changed: dict[str, Any] = {
            "chat": chat_json(self.setting.world, channel), "message_id": int(post.id), "date": int(at),
            "reactions": counts,
        }  # fmt: skip
        inbox.waiting.append((at, {"update_id": inbox.last_id, "message_reaction_count": changed}))


def _number(bot: Bot, name: str, otherwise: int) -> int:
    text = bot.params.text(name)
    try:
        return int(text) if text else otherwise
    except ValueError:
        raise Refused(400, f"Bad Request: invalid {name}") from None
