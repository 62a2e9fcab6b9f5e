"""Owns the versions of a status on the simulated Mastodon: each edit keeps what stood there before it.

Sources (read 2026-11): https://docs.joinmastodon.org/methods/statuses/#history, /entities/StatusEdit/
"""

from __future__ import annotations

from typing import Any

from sandbox.dialects import _mastodon_entities as entities
from sandbox.dialects._mastodon_entities import SLUG, Json
from sandbox.dialects.base import Setting
from sandbox.posttext import as_html
from sandbox.records import Account, Post
from sandbox.world import World


def version(world: World, post: Post) -> dict[str, Any]:
    """What stands there now, to be kept when it is changed."""
    found = [media for item in post.extra["media_ids"] if (media := world.media(SLUG, item)) is not None]
    return {
        "text": post.text, "spoiler_text": post.extra["spoiler_text"], "sensitive": post.extra["sensitive"],
        "media": {str(media.id): media.description for media in found}, "at": post.edited_at or post.created_at,
    }  # fmt: skip


def kept(world: World, post: Post) -> dict[str, Any]:
    """The field of an edited status that remembers all before the edit."""
    return {"versions": [*post.extra.get("versions", ()), version(world, post)]}


def edits_json(setting: Setting, base: str, account: Account, post: Post) -> list[Json]:
    """The oldest first, the present one last; figures of the account are those of today."""
    author = entities.account_json(setting, base, account)
    versions = [*post.extra.get("versions", ()), version(setting.world, post)]
    return [_edit(setting, base, one) | {"account": author} for one in versions]


def _edit(setting: Setting, base: str, told: dict[str, Any]) -> Json:
    found = [(setting.world.media(SLUG, item), words) for item, words in told["media"].items()]
    attached = [
        entities.media_json(base, media, ready=True) | {"description": words or None}
        for media, words in found
        if media is not None
    ]
    return {
        "content": as_html(told["text"], entities.links(setting, base)), "spoiler_text": told["spoiler_text"],
        "sensitive": told["sensitive"], "created_at": entities.moment(told["at"]), "media_attachments": attached,
        "emojis": [],
    }  # fmt: skip
