"""Owns the JSON shapes of Telegram's objects: chats, messages, photos, members.

Source: https://core.telegram.org/bots/api#available-types (read 2026-11).
"""

from __future__ import annotations

from sandbox.dialects._telegram_access import SLUG, Bot, Json, bot_json, channel_id, rights_of
from sandbox.dialects.base import picture_size
from sandbox.records import Account, Media, Post
from sandbox.world import World

FILE_PREFIX = "AgACAgQAAx"


def file_id(media: Media) -> str:
    return f"{FILE_PREFIX}{media.id}"


def chat_json(channel: Account) -> Json:
    return {
        "id": channel_id(channel), "title": channel.display_name, "username": channel.handle, "type": "channel",
    }  # fmt: skip


def full_chat_json(channel: Account) -> Json:
    """ChatFullInfo, https://core.telegram.org/bots/api#chatfullinfo, read 2026-11."""
    described = {"description": channel.bio} if channel.bio else {}
    return chat_json(channel) | described | {
        "active_usernames": [channel.handle], "accent_color_id": 0, "max_reaction_count": 11,
        "has_visible_history": True,
        "accepted_gift_types": {
            "unlimited_gifts": True, "limited_gifts": True, "unique_gifts": True, "premium_subscription": False,
        },
    }  # fmt: skip


def administrator_json(bot: Bot) -> Json:
    """ChatMemberAdministrator, https://core.telegram.org/bots/api#chatmemberadministrator, read 2026-11."""
    others = (
        "can_be_edited", "is_anonymous", "can_manage_video_chats", "can_restrict_members", "can_promote_members",
        "can_change_info", "can_invite_users", "can_post_stories", "can_edit_stories", "can_delete_stories",
    )  # fmt: skip
    return {
        "status": "administrator", "user": bot_json(bot.token.token, bot.account), "can_manage_chat": True,
        **dict.fromkeys(others, False), **rights_of(bot.token),
    }  # fmt: skip


def message_json(world: World, channel: Account, post: Post) -> Json:
    """Message, https://core.telegram.org/bots/api#message, read 2026-11. A channel's posts have no `from`."""
    said: Json = {"message_id": int(post.id), "sender_chat": chat_json(channel), "chat": chat_json(channel)}
    said["date"] = int(post.created_at)
    if post.edited_at:
        said["edit_date"] = int(post.edited_at)
    parent = world.post(SLUG, post.in_reply_to) if post.in_reply_to else None
    if parent is not None:
        said["reply_to_message"] = message_json(world, channel, parent)
    return said | _content(world, post)


def _content(world: World, post: Post) -> Json:
    photo = next((found for one in post.extra["media_ids"] if (found := world.media(SLUG, one))), None)
    name, marks = ("text", "entities") if photo is None else ("caption", "caption_entities")
    said: Json = {name: post.text} if post.text or photo is None else {}
    if post.extra["entities"]:
        said[marks] = post.extra["entities"]
    if photo is not None:
        said["photo"] = [photo_json(photo)]
    kept = ("media_group_id", "link_preview_options", "show_caption_above_media", "has_protected_content")
    return said | {field: post.extra[field] for field in kept if post.extra.get(field)}


def photo_json(media: Media) -> Json:
    width, height = picture_size(media)
    return {
        "file_id": file_id(media), "file_unique_id": f"AQAD{media.id}", "file_size": len(media.content),
        "width": width, "height": height,
    }  # fmt: skip
