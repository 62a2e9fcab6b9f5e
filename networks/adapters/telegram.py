"""Telegram: a channel that a bot, made its administrator, writes in, or a group that it is a member of.

Written from https://core.telegram.org/bots/api (making requests, sendMessage, editMessageText, editMessageCaption,
deleteMessage, deleteMessages, getChat, getChatMember, ChatPermissions, getChatMemberCount, LinkPreviewOptions,
ResponseParameters) and https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this (read 2026-11);
the files are in telegram_files. Why not python-telegram-bot: docs/decisions/0008.

In a group the bot speaks under its own name. Only a supergroup is taken: messages of a basic group have no links, and
its number changes when it grows into one.

What it cannot do: a bot cannot read a channel back, so a lost answer is for a person to settle. It is told no views.
Reactions come only as updates that are dropped after a day and handed out once, to whoever reads them first: without a
store they would be wrong now and then, so no figures of posts are declared. Photos have no description of their own.
"""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar
from urllib.parse import quote, urlsplit

from networks import telegram_files as files
from networks.answers import count_of, object_with, section, words
from networks.base import Adapter, Auth, Capability, MediaSource
from networks.calls import Answer, Caller, Stake, lost
from networks.errors import Code, NeedsReconnect, NetworkError, Rejected
from networks.length import URL, TextUnit
from networks.limits import Limits
from networks.metrics import Metric
from networks.options import OFF, ON, Option, switch
from networks.types import (
    AccountMetrics,
    Connection,
    Cost,
    Post,
    Profile,
    Published,
    Quota,
    Ready,
    Visibility,
)
from outgoing import Client

RIGHT = "can_post_messages"
"""The right of a channel's administrator (ChatMemberAdministrator) to post, and change and delete its own posts."""
GROUP_RIGHT = "can_send_messages"
"""What members of a group may do (ChatPermissions), or one of them who was restricted (ChatMemberRestricted)."""
SHORT = 25.0
PRIVATE = re.compile(r"t\.me/c/([0-9]+)", re.ASCII)
NOT_THERE = "message to delete not found"
UNCHANGED = "message is not modified"
MEANINGS: tuple[tuple[type[NetworkError], Code, tuple[str, ...]], ...] = (
    (NeedsReconnect, Code.NOT_A_MEMBER, ("chat not found", "not a member", "channel_private")),
    (NeedsReconnect, Code.MISSING_SCOPE, ("not enough rights", "administrator rights", "chat_admin_required")),
    (NeedsReconnect, Code.MISSING_SCOPE, ("chat_write_forbidden", "have no rights")),
    (Rejected, Code.REPLY_TARGET_GONE, ("to be replied not found", "replied message not found")),
    (Rejected, Code.EDIT_CHANGES_MEDIA, ("there is no text in", "there is no caption in")),
    (Rejected, Code.NOT_FOUND, ("message to edit not found",)),
    (Rejected, Code.DELETE_TOO_LATE, ("message can't be deleted",)),
    (Rejected, Code.MEDIA_REFUSED, ("image_process_failed", "photo_", "video_", "file must be non-empty")),
    (Rejected, Code.MEDIA_REFUSED, ("wrong file", "entity too large", "file is too big", "can't parse inputmedia")),
)
"""A 400 says what is wrong only in words (its `description`); these are the ones with a next step of their own."""


class Telegram(Adapter):
    slug: ClassVar[str] = "telegram"
    label: ClassVar[str] = "Telegram"
    labels: ClassVar[Mapping[str, str]] = {"ar": "تيليغرام"}
    auth: ClassVar[tuple[Auth, ...]] = (Auth.TOKEN,)
    scopes: ClassVar[tuple[str, ...]] = (RIGHT,)
    default_url: ClassVar[str] = "https://api.telegram.org"
    consent_host: ClassVar[str] = "https://t.me"
    names_account: ClassVar[bool] = True
    limits: ClassVar[Limits] = Limits(
        max_text=4096,
        text_unit=TextUnit.UTF16_UNITS,
        max_text_with_media=1024,
        max_media=files.ALBUM,
        media_types=("image/jpeg", "image/png", "image/webp"),
        max_media_bytes=10_000_000,
        max_sides=10_000,
        max_ratio=20,
        video=files.VIDEO,
    )
    visibilities: ClassVar[tuple[Visibility, ...]] = (Visibility.PUBLIC,)
    options: ClassVar[tuple[Option, ...]] = (switch("silent", default=OFF), switch("link_preview", default=ON))
    metrics: ClassVar[frozenset[Metric]] = frozenset()
    account_metrics: ClassVar[frozenset[Metric]] = frozenset({Metric.FOLLOWERS})
    capabilities: ClassVar[frozenset[Capability]] = frozenset(
        {Capability.EDIT_POST, Capability.DELETE_POST, Capability.REPLY, Capability.ACCOUNT_METRICS}
    )
    cost: ClassVar[Cost] = Cost()
    quotas: ClassVar[tuple[Quota, ...]] = (
        Quota("posts", 1, 1, "channel"),
        Quota("posts", 20, 60, "channel"),
        Quota("calls", 30, 1, "application"),
    )

    def __init__(self, connection: Connection, http: Client, media: MediaSource) -> None:
        super().__init__(connection, http, media)
        self._caller = Caller(
            http, connection.base_url, secrets=connection.secrets, forbidden=_why_forbidden, wait=_asked_to_wait
        )

    def _call(self, stake: Stake, method: str, **content: Any) -> Answer:
        """The token stands in the path, so that no address of a call may be stored, shown or logged."""
        path = f"/bot{quote(self.connection.access_token, safe=':')}/{method}"
        try:
            return self._caller.call(stake, "GET" if stake is Stake.READ else "POST", path, **content)
        except Rejected as error:
            failure = _meant(error)
        raise failure

    def _ask(self, method: str, needed: str, **params: str) -> dict[str, Any]:
        answer = self._call(Stake.READ, method, params=params)
        return object_with(_result(answer, Stake.READ), Stake.READ, needed)

    @property
    def _chat(self) -> str:
        """How calls name the channel: by its id once that is known, before that as the person named it."""
        return self.connection.remote_id or _chat_named(self.connection.handle or "")

    # Connecting

    def get_profile(self) -> Profile:
        """The channel or group, not the bot; raises NeedsReconnect where the bot may not write there."""
        bot = self._ask("getMe", "id")
        chat = self._ask("getChat", "id", chat_id=self._chat)
        _require_place(chat)
        _require_rights(chat, self._ask("getChatMember", "status", chat_id=self._chat, user_id=str(bot["id"])))
        bio, name = words(chat, "description"), words(chat, "username")
        return Profile(
            remote_id=str(chat["id"]),
            handle=f"@{name}" if name else str(chat["id"]),
            display_name=words(chat, "title"),
            bio=bio,
            url=self._page(chat),
            links=tuple(dict.fromkeys(link.group() for link in URL.finditer(bio))),
            limits=self.limits,
            avatar_url="",
        )

    def probe(self) -> None:
        self._ask("getChat", "id", chat_id=self._chat)

    # Publishing

    def prepare(self, post: Post, saved: Mapping[str, object]) -> Ready:
        """Nothing is uploaded beforehand: only whether the stored files are still the signed ones."""
        for media in post.media:
            for sha256 in (media.sha256, media.poster):
                if sha256:
                    with self.open_stored(sha256):
                        pass
        return Ready(post=post, saved={})

    @classmethod
    def upload_seconds(cls, post: Post) -> float:
        return files.seconds(post)

    def publish(self, ready: Ready, key: str) -> Published:
        """There are no keys here: the same post sent twice stands twice."""
        post = ready.post
        given = {"chat_id": self._chat}
        if self.option(post, "silent") == ON:
            given["disable_notification"] = "true"
        if post.reply_to:
            given["reply_parameters"] = json.dumps({"message_id": int(_ids(post.reply_to)[0])})
        return self._published(_messages(self._send(post, given)))

    def _send(self, post: Post, given: dict[str, str]) -> Answer:
        text = self.compose(post)
        if not post.media:
            return self._call(Stake.VISIBLE, "sendMessage", data={**given, "text": text, **self._preview(post)})
        method, fields = files.message(post.media, text)
        with files.form({**given, **fields}, post.media, self.open_stored) as form:
            headers, seconds = {"Content-Type": form.content_type}, SHORT + files.seconds(post)
            return self._call(Stake.VISIBLE, method, data=form, headers=headers, total_timeout=seconds)

    def _preview(self, post: Post) -> dict[str, str]:
        """Only a message without files has a preview, and a correction says again that there is none."""
        wanted = self.option(post, "link_preview") == ON
        return {} if wanted else {"link_preview_options": json.dumps({"is_disabled": True})}

    def _published(self, messages: Sequence[Mapping[str, Any]]) -> Published:
        """An album is one post of several messages: its id is all of theirs, its link leads to the first."""
        ids = [str(message["message_id"]) for message in messages]
        return Published(
            remote_id=",".join(ids),
            permalink=f"{self._page(section(messages[0], 'chat'))}/{ids[0]}",
            published_at=_moment(messages[0].get("edit_date") or messages[0].get("date")),
            raw={"message_ids": ids, "date": messages[0].get("date")},
        )

    def _page(self, chat: Mapping[str, Any]) -> str:
        """https://core.telegram.org/api/links#message-links: by its name, or for a private channel by its number."""
        known = chat or {"username": _name_in(self.connection.handle or ""), "id": self._chat}
        number = words(known, "id").removeprefix("-100")
        return f"{self.consent_url}/{words(known, 'username') or f'c/{number}'}"

    @classmethod
    def remote_id_in(cls, permalink: str) -> str | None:
        """t.me/name/12 or t.me/c/123/12; of an album, the id of the message whose link it is."""
        try:
            steps = [step for step in urlsplit(permalink).path.split("/") if step]
        except ValueError:
            return None
        is_post = len(steps) > 1 and steps[-1].isascii() and steps[-1].isdigit() and steps[-2] != "c"
        return steps[-1] if is_post else None

    def edit_post(self, remote_id: str, post: Post) -> Published:
        ids = _ids(remote_id)
        if len(ids) != max(len(post.media), 1):
            raise Rejected(Code.EDIT_CHANGES_MEDIA)
        method, name = ("editMessageCaption", "caption") if post.media else ("editMessageText", "text")
        given = {"chat_id": self._chat, "message_id": ids[0], name: self.compose(post)}
        given |= {} if post.media else self._preview(post)
        try:
            messages = _messages(self._call(Stake.VISIBLE, method, data=given))
        except Rejected as error:
            if UNCHANGED not in error.detail:
                raise
            messages = [{"message_id": ids[0]}]
        edited = self._published(messages)
        return Published(remote_id, edited.permalink, edited.published_at, edited.raw)

    def delete_post(self, remote_id: str) -> None:
        """Refused once it is 48 hours old, as Rejected(DELETE_TOO_LATE). Of an album, what is gone is passed over."""
        ids = _ids(remote_id)
        method, given = "deleteMessage", {"message_id": ids[0]}
        if len(ids) > 1:
            method, given = "deleteMessages", {"message_ids": f"[{','.join(ids)}]"}
        try:
            answer = self._call(Stake.VISIBLE, method, data={"chat_id": self._chat, **given})
        except Rejected as error:
            if NOT_THERE in error.detail:
                return
            raise
        _result(answer, Stake.VISIBLE)

    # Measuring

    def get_account_metrics(self) -> AccountMetrics:
        answer = self._call(Stake.READ, "getChatMemberCount", params={"chat_id": self._chat})
        members, why = count_of({"members": _result(answer, Stake.READ).content}, "members")
        return AccountMetrics({Metric.FOLLOWERS: members}, {Metric.FOLLOWERS: why} if why else {})


def _require_place(chat: Mapping[str, Any]) -> None:
    """Never a person, and no basic group."""
    if words(chat, "type") not in ("channel", "supergroup"):
        raise NeedsReconnect(Code.NOT_A_CHANNEL)


def _require_rights(chat: Mapping[str, Any], member: Mapping[str, Any]) -> None:
    """An administrator of a channel needs a right of its own; in a group members write, as far as it lets them."""
    state = words(member, "status")
    if state in ("left", "kicked") or (state == "restricted" and member.get("is_member") is not True):
        raise NeedsReconnect(Code.NOT_A_MEMBER)
    if words(chat, "type") == "channel":
        right, may_write = RIGHT, state == "administrator" and member.get(RIGHT) is True
    else:
        allowed = {"administrator": True, "restricted": member.get(GROUP_RIGHT)}
        right = GROUP_RIGHT
        may_write = allowed.get(state, section(chat, "permissions").get(GROUP_RIGHT)) is True
    if not may_write:
        raise NeedsReconnect(Code.MISSING_SCOPE, params={"scopes": right})


def _why_forbidden(said: str) -> NetworkError:
    """A bot that was blocked, removed from the channel or deprived of its rights."""
    code = Code.MISSING_SCOPE if "rights" in said else Code.NOT_A_MEMBER
    return NeedsReconnect(code, params={"scopes": RIGHT}, detail=said)


def _meant(error: Rejected) -> NetworkError:
    """404 means that no bot has this token: the token is part of the address."""
    if error.code == Code.NOT_FOUND:
        return NeedsReconnect(Code.TOKEN_INVALID, params=error.params, detail=error.detail)
    said = error.detail.lower()
    for kind, code, phrases in MEANINGS:
        if any(phrase in said for phrase in phrases):
            return kind(code, params={**error.params, "scopes": RIGHT}, detail=error.detail)
    return error


def _asked_to_wait(told: Any) -> float | None:
    """ResponseParameters.retry_after, in seconds."""
    seconds, _why = count_of(section(told, "parameters"), "retry_after") if isinstance(told, dict) else (None, "")
    return float(seconds) if seconds else None


def _result(answer: Answer, stake: Stake) -> Answer:
    """What stands under `result` of an answer that is `ok`; anything else tells us nothing, whatever its status."""
    told = answer.content
    if not isinstance(told, dict) or told.get("ok") is not True or "result" not in told:
        raise lost(stake, Code.ANSWER_UNREADABLE, params={"status": answer.status})
    return Answer(answer.status, told["result"], answer.headers)


def _messages(answer: Answer) -> list[dict[str, Any]]:
    """The message, or those of an album, each with its id; one that cannot be read leaves the outcome unknown."""
    content = _result(answer, Stake.VISIBLE).content
    messages = content if isinstance(content, list) else [content]
    if not messages or any(not isinstance(one, dict) or not one.get("message_id") for one in messages):
        raise lost(Stake.VISIBLE, Code.ANSWER_UNREADABLE, params={"status": answer.status})
    return messages


def _ids(remote_id: str) -> list[str]:
    """The message ids of a post, all digits: they go into JSON."""
    ids = remote_id.split(",")
    if not all(one.isascii() and one.isdigit() for one in ids):
        raise Rejected(Code.NOT_FOUND, params={"remote_id": remote_id})
    return ids


def _chat_named(handle: str) -> str:
    """What a person may have typed, as calls take it: @name, or the number of a private channel or group, which also
    stands in the links of its messages (t.me/c/NUMBER/MESSAGE)."""
    if private := PRIVATE.search(handle):
        return f"-100{private[1]}"
    return f"@{name}" if (name := _name_in(handle)) else handle.strip()


def _name_in(handle: str) -> str:
    """`name` out of name, @name or https://t.me/name; '' for a number."""
    name = handle.strip().rstrip("/").rpartition("/")[2].removeprefix("@")
    return "" if name.removeprefix("-").isdigit() else name


def _moment(told: object) -> datetime:
    """Unix time, or now for what has just been made."""
    is_time = isinstance(told, int) and not isinstance(told, bool) and told > 0
    return datetime.fromtimestamp(told, UTC) if is_time else datetime.now(UTC)  # type: ignore[arg-type]
