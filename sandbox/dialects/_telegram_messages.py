"""Owns the JSON shapes of Telegram's objects: chats, messages, photos, videos, members.

Source: https://core.telegram.org/bots/api#available-types (read 2026-11).
"""

from __future__ import annotations

from sandbox.dialects._telegram_access import (
    CHANNEL,
    GROUP,
    PERMISSIONS,
    SLUG,
    Bot,
    Json,
    bot_id,
    bot_json,
    channel_id,
    kind_of,
    rights_of,
    status_of,
)
from sandbox.dialects.base import picture_size
from sandbox.records import Account, Media, Post
from sandbox.world import World

PREFIXES = {"photo": "AgACAgQAAx", "video": "BAACAgQAAx", "document": "BQACAgQAAx"}


def kind_of_file(media: Media) -> str:
    return str(media.extra.get("kind", "photo"))


def file_id(media: Media) -> str:
    return f"{PREFIXES[kind_of_file(media)]}{media.id}"


def chat_json(world: World, chat: Account) -> Json:
    return {
        "id": channel_id(chat), "title": chat.display_name, "username": chat.handle, "type": kind_of(world, chat),
    }  # fmt: skip


def full_chat_json(world: World, chat: Account) -> Json:
    """ChatFullInfo, https://core.telegram.org/bots/api#chatfullinfo, read 2026-11."""
    described: Json = {"description": chat.bio} if chat.bio else {}
    if kind_of(world, chat) == GROUP:
        described["permissions"] = dict.fromkeys((*PERMISSIONS, *OTHER_PERMISSIONS), True)
    return chat_json(world, chat) | described | {
        "active_usernames": [chat.handle], "accent_color_id": 0, "max_reaction_count": 11,
        "has_visible_history": True,
        "accepted_gift_types": {
            "unlimited_gifts": True, "limited_gifts": True, "unique_gifts": True, "premium_subscription": False,
        },
    }  # fmt: skip


OTHER_PERMISSIONS = (
    "can_send_audios", "can_send_video_notes", "can_send_voice_notes", "can_send_polls", "can_send_other_messages",
    "can_add_web_page_previews", "can_change_info", "can_invite_users", "can_pin_messages", "can_manage_topics",
)  # fmt: skip
"""Of ChatPermissions and ChatMemberRestricted, beside what a bot sends here."""


def member_json(bot: Bot) -> Json:
    """ChatMember, https://core.telegram.org/bots/api#chatmember, read 2026-11: of the bot itself."""
    kind = GROUP if bot.is_in_group else CHANNEL
    status = status_of(bot.token, kind)
    said: Json = {"status": status, "user": bot_json(bot_id(bot.token.token), bot.account)}
    if status == "member":
        return said
    if status == "restricted":
        allowed = {name: name in bot.token.scopes for name in PERMISSIONS}
        return said | {"is_member": True, "until_date": 0, **dict.fromkeys(OTHER_PERMISSIONS, False), **allowed}
    others = (
        "can_be_edited", "is_anonymous", "can_manage_video_chats", "can_restrict_members", "can_promote_members",
        "can_change_info", "can_invite_users", "can_post_stories", "can_edit_stories", "can_delete_stories",
    )  # fmt: skip
    return said | {"can_manage_chat": True, **dict.fromkeys(others, False), **rights_of(bot.token, kind)}


def message_json(world: World, chat: Account, post: Post) -> Json:
    """Message, https://core.telegram.org/bots/api#message, read 2026-11. A channel's posts have no `from`."""
    shown = chat_json(world, chat)
    said: Json = {"message_id": int(post.id), **_sender(chat, post, shown), "chat": shown}
    said["date"] = int(post.created_at)
    if post.edited_at:
        said["edit_date"] = int(post.edited_at)
    parent = world.post(SLUG, post.in_reply_to) if post.in_reply_to else None
    if parent is not None:
        said["reply_to_message"] = message_json(world, chat, parent)
    return said | _content(world, post)


def _sender(chat: Account, post: Post, shown: Json) -> Json:
    if shown["type"] == CHANNEL:
        return {"sender_chat": shown}
    return {"from": bot_json(int(post.extra.get("bot", 0)), chat)}


def _content(world: World, post: Post) -> Json:
    media = next((found for one in post.extra["media_ids"] if (found := world.media(SLUG, one))), None)
    name, marks = ("text", "entities") if media is None else ("caption", "caption_entities")
    said: Json = {name: post.text} if post.text or media is None else {}
    if post.extra["entities"]:
        said[marks] = post.extra["entities"]
    if media is not None:
        said |= {kind_of_file(media): _file_json(media)}
    kept = (
        "media_group_id", "link_preview_options", "show_caption_above_media", "has_media_spoiler",
        "has_protected_content",
    )  # fmt: skip
    return said | {field: post.extra[field] for field in kept if post.extra.get(field)}


def _file_json(media: Media) -> Json | list[Json]:
    if kind_of_file(media) == "photo":
        return [photo_json(media)]
    return video_json(media) if kind_of_file(media) == "video" else document_json(media)


def video_json(media: Media) -> Json:
    """Video, https://core.telegram.org/bots/api#video, read 2026-11: measured as its sender says."""
    width, height = picture_size(media)
    return {**document_json(media), "width": width, "height": height, "duration": int(media.extra["seconds"])}


def document_json(media: Media) -> Json:
    """Document, https://core.telegram.org/bots/api#document, read 2026-11."""
    extra = media.extra
    thumbnail = {"thumbnail": _thumbnail_json(media)} if media.content else {}
    return {
        "file_id": file_id(media), "file_unique_id": f"AgAD{media.id}", "file_name": extra["name"],
        "mime_type": media.mime, "file_size": int(extra["size"]), **thumbnail,
    }  # fmt: skip


def _thumbnail_json(media: Media) -> Json:
    width, height = media.extra["thumbnail"]
    return {
        "file_id": f"AAMCBAADX{media.id}", "file_unique_id": f"AQADX{media.id}", "file_size": len(media.content),
        "width": width, "height": height,
    }  # fmt: skip


def photo_json(media: Media) -> Json:
    width, height = picture_size(media)
    return {
        "file_id": file_id(media), "file_unique_id": f"AQAD{media.id}", "file_size": len(media.content),
        "width": width, "height": height,
    }  # fmt: skip
