"""Owns the simulated Telegram: a bot that is administrator of a public channel, over the documented Bot API.

Written from https://core.telegram.org/bots/api only (read 2026-11; each method names its section). Bots see neither
views nor forwards nor a channel's history, so there are none here; a post has no alternative text for its pictures.
"""

from __future__ import annotations

import io
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from PIL import Image
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from sandbox.dialects._telegram_access import (
    SLUG,
    Bot,
    Json,
    Refused,
    SendLimit,
    account_of,
    bot_id,
    bot_json,
    token_of,
    wait_in_body,
)
from sandbox.dialects._telegram_messages import (
    FILE_PREFIX,
    administrator_json,
    full_chat_json,
    message_json,
)
from sandbox.dialects._telegram_text import CAPTION_LENGTH, TEXT_LENGTH, checked, read
from sandbox.dialects._telegram_updates import Updates, reactions
from sandbox.dialects.base import Dialect, Picture, Refusal, Setting, ShownPost
from sandbox.engagement import followers_of
from sandbox.params import UnreadableBody, Upload, read_params
from sandbox.posttext import Links, as_html
from sandbox.records import Account, Post
from sandbox.world import World

PHOTO_BYTES = 10 * 1024 * 1024
PHOTO_SIDES = 10_000
PHOTO_RATIO = 20
GROUP = (2, 10)
BAD_PHOTO = "Bad Request: IMAGE_PROCESS_FAILED"
SAME = (
    "Bad Request: message is not modified: specified new message content and reply markup are exactly the same"
    " as a current content and reply markup of the message"
)

Method = Callable[[Bot], Awaitable[Any]]


def make_post_id(world: World, _at: float) -> str:
    """Message numbers rise by one; here over all channels, where the network has a row for each."""
    return str(world.last_number(SLUG) + 1)


class Api:
    """Below /bot<token>/; each method here is one method of the Bot API, whose names know no upper and lower case."""

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self.world = setting.world
        self.limit = SendLimit(setting)
        self.updates = Updates(setting)
        methods: dict[str, Method] = {
            "getMe": self.get_me,
            "getChat": self.get_chat,
            "getChatMember": self.get_chat_member,
            "getChatMemberCount": self.get_chat_member_count,
            "getUpdates": self.updates.get,
            "sendMessage": self.send_message,
            "sendPhoto": self.send_photo,
            "sendMediaGroup": self.send_media_group,
            "editMessageText": self.edit_message_text,
            "editMessageCaption": self.edit_message_caption,
            "deleteMessage": self.delete_message,
        }
        self.methods = {name.lower(): method for name, method in methods.items()}

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/bot{token}/{method}", self.call, methods=["GET", "POST"]),
            Route("/file/photos/{id:int}", self.photo),
        ]

    async def call(self, request: Request) -> Response:
        """https://core.telegram.org/bots/api#making-requests: GET or POST; query, form, multipart or JSON."""
        try:
            method = self.methods.get(request.path_params["method"].lower())
            if method is None:
                raise Refused(404, "Not Found")
            result = await method(Bot(self.world, request, await read_params(request)))
        except Refused as refusal:
            return JSONResponse(refusal.body, refusal.status)
        except UnreadableBody:
            return JSONResponse(Refused(400, "Bad Request: can't parse the request").body, 400)
        return JSONResponse({"ok": True, "result": result})

    async def photo(self, request: Request) -> Response:
        """The picture as the channel's public page shows it."""
        media = self.world.media(SLUG, str(request.path_params["id"]))
        return Response(media.content, media_type=media.mime) if media else Response(status_code=404)

    async def get_me(self, bot: Bot) -> Json:
        """https://core.telegram.org/bots/api#getme"""
        abilities = ("can_join_groups", "can_read_all_group_messages", "supports_inline_queries", "has_main_web_app")
        return bot_json(bot.token.token, bot.account) | {**dict.fromkeys(abilities, False), "can_join_groups": True}

    async def get_chat(self, bot: Bot) -> Json:
        """https://core.telegram.org/bots/api#getchat"""
        return full_chat_json(bot.channel())

    async def get_chat_member(self, bot: Bot) -> Json:
        """https://core.telegram.org/bots/api#getchatmember; here only the bot itself can be asked about."""
        bot.channel()
        if bot.params.text("user_id") != str(bot_id(bot.token.token)):
            raise Refused(400, "Bad Request: user not found")
        return administrator_json(bot)

    async def get_chat_member_count(self, bot: Bot) -> int:
        """https://core.telegram.org/bots/api#getchatmembercount"""
        channel = bot.channel()
        age = self.setting.age(channel.created_at)
        return followers_of(f"{SLUG}:{channel.handle}", age, self.setting.speed)

    async def send_message(self, bot: Bot) -> Json:
        """https://core.telegram.org/bots/api#sendmessage"""
        channel = self._sending(bot)
        text, entities = self._words(bot, "text", TEXT_LENGTH)
        extra = {"entities": entities, "link_preview_options": bot.object("link_preview_options")}
        return self._answer(channel, self._add(bot, text, extra))

    async def send_photo(self, bot: Bot) -> Json:
        """https://core.telegram.org/bots/api#sendphoto"""
        channel = self._sending(bot)
        caption, entities = self._words(bot, "caption", CAPTION_LENGTH)
        photo = self._photo(bot, bot.params.uploads.get("photo"), bot.params.text("photo"))
        return self._answer(channel, self._add(bot, caption, {"entities": entities, "media_ids": [photo]}))

    async def send_media_group(self, bot: Bot) -> list[Json]:
        """https://core.telegram.org/bots/api#sendmediagroup: 2 to 10 items, all or none; one message for each."""
        channel = self._sending(bot)
        items = bot.objects("media")
        if not GROUP[0] <= len(items) <= GROUP[1]:
            raise Refused(400, "Bad Request: wrong number of messages in the album")
        ready = [self._album_item(bot, item) for item in items]
        with self.world.transaction():
            group = make_post_id(self.world, self.setting.clock())
            shared = {"media_group_id": f"1{group}"}
            posts = [self._add(bot, caption, {**extra, **shared}) for caption, extra in ready]
        return [self._answer(channel, post) for post in posts]

    def _album_item(self, bot: Bot, item: Any) -> tuple[str, dict[str, Any]]:
        if not isinstance(item, dict) or item.get("type") != "photo":
            raise Refused(501, "The sandbox imitates albums of photos only")
        caption, entities = read(
            str(item.get("caption") or ""), str(item.get("parse_mode") or ""), item.get("caption_entities") or []
        )
        source = str(item.get("media") or "")
        file = bot.params.uploads.get(source.removeprefix("attach://")) if source.startswith("attach://") else None
        extra = {"entities": entities, "media_ids": [self._photo(bot, file, source)]}
        return checked(caption, CAPTION_LENGTH, name="caption"), extra

    async def edit_message_text(self, bot: Bot) -> Json:
        """https://core.telegram.org/bots/api#editmessagetext"""
        return self._edit(bot, "text", TEXT_LENGTH)

    async def edit_message_caption(self, bot: Bot) -> Json:
        """https://core.telegram.org/bots/api#editmessagecaption"""
        return self._edit(bot, "caption", CAPTION_LENGTH)

    def _edit(self, bot: Bot, name: str, limit: int) -> Json:
        channel = bot.channel_with("can_edit_messages")
        post = self._own(bot, "message to edit not found")
        if bool(post.extra["media_ids"]) != (name == "caption"):
            raise Refused(400, f"Bad Request: there is no {name} in the message to edit")
        text, entities = self._words(bot, name, limit)
        changed: dict[str, Any] = {"entities": entities}
        if "link_preview_options" in bot.params:
            changed["link_preview_options"] = bot.object("link_preview_options")
        if text == post.text and dict(post.extra) | changed == dict(post.extra):
            raise Refused(400, SAME)
        self.world.edit_post(SLUG, post.id, text=text, extra=dict(post.extra) | changed)
        return self._answer(channel, self._own(bot, "message to edit not found"))

    async def delete_message(self, bot: Bot) -> bool:
        """https://core.telegram.org/bots/api#deletemessage; an administrator may delete any message of its channel."""
        bot.channel_with("can_delete_messages")
        self.world.delete_post(SLUG, self._own(bot, "message to delete not found").id)
        return True

    def _sending(self, bot: Bot) -> Account:
        channel = bot.channel_with("can_post_messages")
        self.limit.spend(channel)
        return channel

    def _words(self, bot: Bot, name: str, limit: int) -> tuple[str, list[Json]]:
        given = bot.objects("entities" if name == "text" else "caption_entities")
        text, entities = read(bot.params.text(name), bot.params.text("parse_mode"), given)
        return checked(text, limit, name=name), entities

    def _add(self, bot: Bot, text: str, extra: Mapping[str, Any]) -> Post:
        now = self.setting.clock()
        with self.world.transaction():
            post = Post(
                id=make_post_id(self.world, now), network=SLUG, account_id=bot.account.id, text=text,
                extra=past({}) | {"silent": bot.params.flag("disable_notification")} | dict(extra),
                in_reply_to=self._answered(bot), created_at=now,
                received_at=bot.request.scope.get("sandbox.received_at", now), edited_at=None, deleted_at=None,
            )  # fmt: skip
            self.world.add_post(post)
        return post

    def _answered(self, bot: Bot) -> str | None:
        """https://core.telegram.org/bots/api#replyparameters"""
        wanted = bot.object("reply_parameters")
        if not wanted:
            return None
        parent = self.world.post(SLUG, str(wanted.get("message_id", "")))
        if parent is not None and parent.account_id == bot.account.id:
            return parent.id
        if wanted.get("allow_sending_without_reply"):
            return None
        raise Refused(400, "Bad Request: message to be replied not found")

    def _own(self, bot: Bot, otherwise: str) -> Post:
        post = self.world.post(SLUG, bot.params.text("message_id"))
        if post is None or post.account_id != bot.account.id:
            raise Refused(400, f"Bad Request: {otherwise}")
        return post

    def _photo(self, bot: Bot, file: Upload | None, source: str) -> str:
        """An upload, or the file_id of an earlier one, https://core.telegram.org/bots/api#sending-files."""
        if file is None and source.startswith(("http://", "https://")):
            raise Refused(501, "The sandbox fetches nothing from the internet")
        if file is None:
            known = self.world.media(SLUG, source.removeprefix(FILE_PREFIX))
            if not source.startswith(FILE_PREFIX) or known is None:
                raise Refused(400, "Bad Request: there is no photo in the request")
            return str(known.id)
        size = _measured(file)
        made = self.world.add_media(
            network=SLUG, account_id=bot.account.id, mime=file.mime, description="", extra=size,
            content=file.content, ready_at=self.setting.clock(),
        )  # fmt: skip
        return str(made)

    def _answer(self, channel: Account, post: Post) -> Json:
        return message_json(self.world, channel, post)


def _measured(file: Upload) -> dict[str, int]:
    """At most 10 MB, width and height 10,000 together, and a ratio of 20."""
    if len(file.content) > PHOTO_BYTES:
        raise Refused(400, "Bad Request: file is too big")
    try:
        with Image.open(io.BytesIO(file.content)) as picture:
            width, height = picture.size
    except (OSError, Image.DecompressionBombError):
        raise Refused(400, BAD_PHOTO) from None
    if width + height > PHOTO_SIDES or max(width, height) > PHOTO_RATIO * min(width, height):
        raise Refused(400, "Bad Request: PHOTO_INVALID_DIMENSIONS")
    return {"width": width, "height": height}


def past(fields: Mapping[str, Any]) -> dict[str, Any]:
    text = str(fields.get("text", ""))
    return {"media_ids": [], "entities": read(text, "", [])[1], "silent": False}


def show(setting: Setting, base: str, account: Account, post: Post) -> ShownPost:
    """The message as the channel's public page shows it."""
    links = Links(tag_url=lambda tag: f"{base}/{account.handle}", account_url=lambda _handle: None)
    found = [setting.world.media(SLUG, media_id) for media_id in post.extra["media_ids"]]
    pictures = [Picture(f"{base}/file/photos/{media.id}", "", media.mime) for media in found if media]
    total = sum(entry["total_count"] for entry in reactions(setting, post))
    return ShownPost(
        id=post.id, permalink=f"{base}/{account.handle}/{post.id}", text=post.text, html=as_html(post.text, links),
        language="", warning="", visibility="public", at=post.created_at, edited_at=post.edited_at, pictures=pictures,
        figures=[("reactions", total)], in_reply_to=post.in_reply_to, marks=marks(post),
    )  # fmt: skip


def marks(post: Post) -> list[str]:
    """disable_notification and LinkPreviewOptions.is_disabled, as the network's readers would notice them."""
    unseen = dict(post.extra.get("link_preview_options") or {}).get("is_disabled")
    return ["sent_silently"] * bool(post.extra.get("silent")) + ["no_link_preview"] * bool(unseen)


DEFAULT_ACCOUNTS = (
    {
        "handle": "rabita_demo",
        "display_name": "الرابطة المحمدية للعلماء · قناة تجريبية",
        "bio": "قناة على محاكٍ محلي، باسم «الرابطة المحمدية للعلماء · عرض تجريبي». ما ينشر هنا مدوَّن في السجل العلني.",
        "token": "7000000001:sandbox-bot-of-rabita-demo-channel1",
        "scopes": "read write",
    },
)


def _routes(setting: Setting) -> Sequence[BaseRoute]:
    return Api(setting).routes()


BOTH = frozenset({"GET", "POST"})

DIALECT = Dialect(
    slug=SLUG,
    name={"ar": "تلغرام", "fr": "Telegram", "en": "Telegram"},
    routes=_routes,
    api_paths=("/bot*/*",),
    acts={
        "publish": (BOTH, "/bot*/send*"),
        "metrics": (BOTH, "/bot*/getUpdates"),
        "edit": (BOTH, "/bot*/editMessage*"),
        "delete": (BOTH, "/bot*/deleteMessage"),
        "media": (BOTH, "/bot*/send[PM][he][od]*"),
        "profile": (BOTH, "/bot*/get[MC][eh]*"),
    },
    refusals={
        "rate_limited": Refusal(429, Refused(429, "Too Many Requests").body),
        "revoked_token": Refusal(401, Refused(401, "Unauthorized").body),
        "missing_scope": Refusal(400, Refused(400, "Bad Request: need administrator rights in the channel chat").body),
        "media_refused": Refusal(400, Refused(400, BAD_PHOTO).body),
        "broken": Refusal(500, Refused(500, "Internal Server Error").body),
    },
    account_of=account_of,
    show=show,
    make_post_id=make_post_id,
    past=past,
    default_accounts=DEFAULT_ACCOUNTS,
    token_of=token_of,
    wait=wait_in_body,
    permalinks=("/{handle}", "/{handle}/{post_id:int}", "/s/{handle}"),
)
