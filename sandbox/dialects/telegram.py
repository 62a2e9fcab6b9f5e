"""Owns the simulated Telegram: a bot in a public channel or supergroup, over the documented Bot API.

Written from https://core.telegram.org/bots/api only (read 2026-11; each method names its section). Bots see neither
views nor forwards nor a channel's history, so there are none here; a post has no alternative text for its pictures.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from sandbox.dialects._telegram_access import (
    GROUP,
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
from sandbox.dialects._telegram_files import BAD_PHOTO, BAD_VIDEO, Files, Source
from sandbox.dialects._telegram_messages import full_chat_json, kind_of_file, member_json, message_json
from sandbox.dialects._telegram_text import CAPTION_LENGTH, TEXT_LENGTH, checked, read
from sandbox.dialects._telegram_updates import Updates, reactions
from sandbox.dialects.base import Dialect, Picture, Refusal, Setting, ShownPost
from sandbox.engagement import followers_of
from sandbox.params import UnreadableBody, read_params
from sandbox.posttext import Links, as_html
from sandbox.records import Account, Media, Post
from sandbox.world import World

GROUP_OF = range(2, 11)
"""How many pictures and films make an album."""
AT_ONCE = 100
TOO_MANY = "Bad Request: too many message identifiers specified"
DELETABLE_SECONDS = 48 * 3600.0
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
        self.files = Files(setting)
        methods: dict[str, Method] = {
            "getMe": self.get_me,
            "getChat": self.get_chat,
            "getChatMember": self.get_chat_member,
            "getChatMemberCount": self.get_chat_member_count,
            "getUpdates": self.updates.get,
            "sendMessage": self.send_message,
            "sendPhoto": self.send_photo,
            "sendVideo": self.send_video,
            "sendMediaGroup": self.send_media_group,
            "editMessageText": self.edit_message_text,
            "editMessageCaption": self.edit_message_caption,
            "deleteMessage": self.delete_message,
            "deleteMessages": self.delete_messages,
        }
        self.methods = {name.lower(): method for name, method in methods.items()}

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/bot{token}/{method}", self.call, methods=["GET", "POST"]),
            *self.files.routes(),
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

    async def get_me(self, bot: Bot) -> Json:
        """https://core.telegram.org/bots/api#getme"""
        abilities = ("can_join_groups", "can_read_all_group_messages", "supports_inline_queries", "has_main_web_app")
        me = bot_json(bot_id(bot.token.token), bot.account)
        return me | {**dict.fromkeys(abilities, False), "can_join_groups": True}

    async def get_chat(self, bot: Bot) -> Json:
        """https://core.telegram.org/bots/api#getchat"""
        return full_chat_json(self.world, bot.chat())

    async def get_chat_member(self, bot: Bot) -> Json:
        """https://core.telegram.org/bots/api#getchatmember; here only the bot itself can be asked about."""
        bot.chat()
        if bot.params.text("user_id") != str(bot_id(bot.token.token)):
            raise Refused(400, "Bad Request: user not found")
        return member_json(bot)

    async def get_chat_member_count(self, bot: Bot) -> int:
        """https://core.telegram.org/bots/api#getchatmembercount"""
        chat = bot.chat()
        age = self.setting.age(chat.created_at)
        return followers_of(f"{SLUG}:{chat.handle}", age, self.setting.speed)

    async def send_message(self, bot: Bot) -> Json:
        """https://core.telegram.org/bots/api#sendmessage"""
        chat = self._sending(bot, "can_send_messages")
        text, entities = self._words(bot, "text", TEXT_LENGTH)
        extra = {"entities": entities, "link_preview_options": bot.object("link_preview_options")}
        return self._answer(chat, self._add(bot, text, extra))

    async def send_photo(self, bot: Bot) -> Json:
        """https://core.telegram.org/bots/api#sendphoto"""
        chat = self._sending(bot, "can_send_photos")
        caption, entities = self._words(bot, "caption", CAPTION_LENGTH)
        media = self.files.photo(bot, Source.of_field(bot, "photo"))
        return self._answer(chat, self._add(bot, caption, _with_media(entities, media, bot.params.flag)))

    async def send_video(self, bot: Bot) -> Json:
        """https://core.telegram.org/bots/api#sendvideo: at most 50 MB; what is no MPEG-4 becomes a document."""
        chat = self._sending(bot, "can_send_videos")
        caption, entities = self._words(bot, "caption", CAPTION_LENGTH)
        media = self.files.video(bot, Source.of_field(bot, "video"))
        return self._answer(chat, self._add(bot, caption, _with_media(entities, media, bot.params.flag)))

    async def send_media_group(self, bot: Bot) -> list[Json]:
        """https://core.telegram.org/bots/api#sendmediagroup: 2 to 10 items, all or none; one message for each."""
        items = bot.objects("media")
        chat = self._sending(bot, *(SENDS.get(_type_of(item), "can_send_documents") for item in items))
        if len(items) not in GROUP_OF:
            raise Refused(400, "Bad Request: wrong number of messages in the album")
        ready = [self._album_item(bot, item, number) for number, item in enumerate(items, 1)]
        with self.world.transaction():
            group = make_post_id(self.world, self.setting.clock())
            shared = {"media_group_id": f"1{group}"}
            posts = [self._add(bot, caption, {**extra, **shared}) for caption, extra in ready]
        return [self._answer(chat, post) for post in posts]

    def _album_item(self, bot: Bot, item: Any, number: int) -> tuple[str, dict[str, Any]]:
        """A picture or a film, mixed as one likes; each with a caption of its own."""
        kind = _type_of(item)
        if kind not in SENDS:
            raise Refused(501, "The sandbox imitates albums of photos and videos only")
        caption, entities = read(
            str(item.get("caption") or ""), str(item.get("parse_mode") or ""), item.get("caption_entities") or []
        )
        checked(caption, CAPTION_LENGTH, name="caption")
        source = Source.of_item(bot, item)
        media = self.files.photo(bot, source) if kind == "photo" else self.files.album_video(bot, source, number)
        return caption, _with_media(entities, media, item.get)

    async def edit_message_text(self, bot: Bot) -> Json:
        """https://core.telegram.org/bots/api#editmessagetext"""
        return self._edit(bot, "text", TEXT_LENGTH)

    async def edit_message_caption(self, bot: Bot) -> Json:
        """https://core.telegram.org/bots/api#editmessagecaption"""
        return self._edit(bot, "caption", CAPTION_LENGTH)

    def _edit(self, bot: Bot, name: str, limit: int) -> Json:
        chat = bot.chat_with("can_edit_messages")
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
        return self._answer(chat, self._own(bot, "message to edit not found"))

    async def delete_message(self, bot: Bot) -> bool:
        """https://core.telegram.org/bots/api#deletemessage: any with the right; in a supergroup its own of 48 hours."""
        bot.chat_with("can_delete_messages")
        post = self._own(bot, "message to delete not found")
        if not self._may_go(bot, post):
            raise Refused(400, "Bad Request: message can't be deleted")
        self.world.delete_post(SLUG, post.id)
        return True

    async def delete_messages(self, bot: Bot) -> bool:
        """https://core.telegram.org/bots/api#deletemessages: 1 to 100; those that are not found are passed over."""
        bot.chat_with("can_delete_messages")
        ids = bot.objects("message_ids") if "message_ids" in bot.params else []
        if not 1 <= len(ids) <= AT_ONCE:
            raise Refused(400, "Bad Request: message identifiers are not specified" if not ids else TOO_MANY)
        found = [post for one in ids if (post := self.world.post(SLUG, str(one))) and post.account_id == bot.account.id]
        if not all(self._may_go(bot, post) for post in found):
            raise Refused(400, "Bad Request: message can't be deleted")
        for post in found:
            self.world.delete_post(SLUG, post.id)
        return True

    def _may_go(self, bot: Bot, post: Post) -> bool:
        return bot.may("can_delete_messages") or self.setting.clock() <= post.created_at + DELETABLE_SECONDS

    def _sending(self, bot: Bot, *permissions: str) -> Account:
        chat = bot.chat_for(*permissions)
        self.limit.spend(chat)
        return chat

    def _words(self, bot: Bot, name: str, limit: int) -> tuple[str, list[Json]]:
        given = bot.objects("entities" if name == "text" else "caption_entities")
        text, entities = read(bot.params.text(name), bot.params.text("parse_mode"), given)
        return checked(text, limit, name=name), entities

    def _add(self, bot: Bot, text: str, extra: Mapping[str, Any]) -> Post:
        now = self.setting.clock()
        with self.world.transaction():
            post = Post(
                id=make_post_id(self.world, now), network=SLUG, account_id=bot.account.id, text=text,
                extra=past({}) | _said_of_all(bot) | dict(extra),
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

    def _answer(self, chat: Account, post: Post) -> Json:
        return message_json(self.world, chat, post)


SENDS = {"photo": "can_send_photos", "video": "can_send_videos"}


def _type_of(item: Any) -> str:
    return str(item.get("type", "")) if isinstance(item, dict) else ""


def _with_media(entities: list[Json], media: str, given: Callable[[str], Any]) -> dict[str, Any]:
    return {
        "entities": entities, "media_ids": [media], "has_media_spoiler": bool(given("has_spoiler")),
        "show_caption_above_media": bool(given("show_caption_above_media")),
    }  # fmt: skip


def _said_of_all(bot: Bot) -> dict[str, Any]:
    """Of every message of one call; whose bot it was is told in supergroups."""
    return {
        "silent": bot.params.flag("disable_notification"), "has_protected_content": bot.params.flag("protect_content"),
        "bot": bot_id(bot.token.token),
    }  # fmt: skip


def past(fields: Mapping[str, Any]) -> dict[str, Any]:
    text = str(fields.get("text", ""))
    return {"media_ids": [], "entities": read(text, "", [])[1], "silent": False}


def show(setting: Setting, base: str, account: Account, post: Post) -> ShownPost:
    """The message as the chat's public page shows it."""
    links = Links(tag_url=lambda tag: f"{base}/{account.handle}", account_url=lambda _handle: None)
    found = [setting.world.media(SLUG, media_id) for media_id in post.extra["media_ids"]]
    pictures = [shown(base, media) for media in found if media]
    total = sum(entry["total_count"] for entry in reactions(setting, post))
    return ShownPost(
        id=post.id, permalink=f"{base}/{account.handle}/{post.id}", text=post.text, html=as_html(post.text, links),
        language="", warning="", visibility="public", at=post.created_at, edited_at=post.edited_at, pictures=pictures,
        figures=[("reactions", total)], in_reply_to=post.in_reply_to, marks=marks(post),
    )  # fmt: skip


def shown(base: str, media: Media) -> Picture:
    if kind_of_file(media) == "photo":
        return Picture(f"{base}/file/photos/{media.id}", "", media.mime)
    poster = f"{base}/file/thumbnails/{media.id}"
    name = str(media.extra["name"]) if kind_of_file(media) == "document" else ""
    return Picture(f"{base}/file/videos/{media.id}", name, media.mime, poster, float(media.extra["seconds"]))


def _refusal_of(kind: str, request: Request) -> Refusal | None:
    is_video = request.url.path.lower().endswith("/sendvideo")
    return Refusal(400, Refused(400, BAD_VIDEO).body) if kind == "media_refused" and is_video else None


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
        "delete": (BOTH, "/bot*/deleteMessage*"),
        "media": (BOTH, "/bot*/send[PMV][hei][od]*"),
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
    refusal_of=_refusal_of,
    kinds={GROUP: "supergroup"},
)
