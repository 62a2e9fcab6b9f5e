"""Owns the JSON shapes of X's objects: posts, users, media, and what `fields` and `expansions` add to them.

Source (read 2026-11): https://docs.x.com/x-api/fundamentals/data-dictionary, /x-api/fundamentals/metrics
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sandbox.dialects import _x_text
from sandbox.dialects._x_access import ABOUT, SLUG
from sandbox.dialects.base import Setting, picture_size
from sandbox.engagement import Counts, Reply, crowd_of, followers_of
from sandbox.params import Params
from sandbox.records import Account, Media, Post

EPOCH_MS = 1_288_834_974_657
FIRST_USER = 1_700_000_000_000_000_000
FIRST_MEDIA = 1_880_000_000_000_000_000
FIRST_READER = 1_600_000_000_000_000_000
KEYS = {"tweet_video": "7", "dm_video": "7", "amplify_video": "13", "tweet_gif": "16", "dm_gif": "16"}
PRIVATE_SECONDS = 30 * 86_400.0
"""For so long after a post its figures that are not public are told."""
WATCHED = {"25": 0.7, "50": 0.45, "75": 0.3, "100": 0.2}
"""Part of those who start a video that sees each quarter of it."""

Json = dict[str, Any]


def snowflake(at: float, low_bits: int) -> str:
    """Ids sort by time: milliseconds since X's own epoch, twenty-two bits below."""
    return str(((int(at * 1000) - EPOCH_MS) << 22) | (low_bits & 0x3FFFFF))


def moment(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def user_id(account_id: int) -> str:
    return str(FIRST_USER + account_id)


def media_key(media: Media) -> str:
    """By its category, as in the examples of the pages: 3_, 7_, 13_, 16_."""
    return f"{KEYS.get(media.extra.get('category', ''), '3')}_{FIRST_MEDIA + media.id}"


def not_found(value: str, parameter: str, kind: str = "tweet") -> Json:
    return {
        "value": value, "detail": f"Could not find {kind} with {parameter}: [{value}].", "title": "Not Found Error",
        "resource_type": kind, "parameter": parameter, "resource_id": value, "type": f"{ABOUT}resource-not-found",
    }  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """What a request wants beside the default fields. The newest pages say `post.fields` for `tweet.fields`."""

    tweet: frozenset[str]
    user: frozenset[str]
    media: frozenset[str]
    expansions: frozenset[str]

    @classmethod
    def of(cls, params: Params) -> Asked:
        def names(*given: str) -> frozenset[str]:
            return frozenset(one.strip() for name in given for one in params.text(name).split(",") if one.strip())

        return cls(
            names("tweet.fields", "post.fields"), names("user.fields"), names("media.fields"), names("expansions")
        )


@dataclass(frozen=True)
class Readers:
    """What the crowd makes of a post by now; impressions lead the rest, quotes and bookmarks follow it."""

    counts: Counts

    @property
    def impressions(self) -> int:
        return self.counts.favourites * 37 + self.counts.reblogs * 61 + self.counts.replies * 11

    def public(self, own_replies: int) -> Json:
        return {
            "retweet_count": self.counts.reblogs, "reply_count": self.counts.replies + own_replies,
            "like_count": self.counts.favourites, "quote_count": self.counts.reblogs // 6,
            "bookmark_count": self.counts.favourites // 9, "impression_count": self.impressions,
        }  # fmt: skip

    def private(self) -> Json:
        return {
            "impression_count": self.impressions, "user_profile_clicks": self.counts.favourites // 8,
            "url_link_clicks": self.counts.reblogs // 2 + self.counts.favourites // 12,
        }  # fmt: skip


class Entities:
    """The objects of one request: `base` is where people's pages are, `viewer` who asks."""

    def __init__(self, setting: Setting, base: str, viewer: Account | None) -> None:
        self.setting = setting
        self.world = setting.world
        self.base = base
        self.viewer = viewer

    def url(self, account: Account, post_id: str) -> str:
        return f"{self.base}/{account.handle}/status/{post_id}"

    def readers(self, post: Post) -> Readers:
        age = self.setting.age(post.created_at)
        return Readers(crowd_of(post.id).counts(age, self.setting.speed))

    def replies(self, post: Post) -> list[tuple[str, Reply]]:
        """The simulated replies that a post has by now, each with its stable id."""
        found = crowd_of(post.id).replies_by(self.setting.age(post.created_at), self.setting.speed)
        return [
            (snowflake(self.setting.moment_at(post.created_at, reply.after), _low_bits(post.id, reply)), reply)
            for reply in found
        ]

    def author(self, post: Post) -> Account:
        account = self.world.account(post.account_id)
        assert account is not None
        return account

    def media_of(self, post: Post) -> list[Media]:
        found = [self.world.media(SLUG, media_id) for media_id in post.extra.get("media_ids", ())]
        return [media for media in found if media is not None]

    def root(self, post: Post) -> str:
        while post.in_reply_to and (above := self.world.post(SLUG, post.in_reply_to)):
            post = above
        return post.in_reply_to or post.id

    def shown(self, post: Post) -> _x_text.Shown:
        media = self.media_of(post)
        kind = "video" if any(one.mime.startswith("video/") for one in media) else "photo"
        url = self.url(self.author(post), post.id)
        keys = [media_key(one) for one in media]
        return _x_text.show(post.text, post_url=url, media_url=f"{url}/{kind}/1", media_keys=keys)

    def tweet(self, post: Post, asked: Asked) -> Json:
        shown = self.shown(post)
        body = {"id": post.id, "text": shown.text, "edit_history_tweet_ids": [post.id]}
        return body | self._chosen(self._fields(post, shown), asked)

    def _fields(self, post: Post, shown: _x_text.Shown) -> Json:
        author, media = self.author(post), self.media_of(post)
        readers, own = self.readers(post), self.world.replies_to(SLUG, post.id)
        parent = self.world.post(SLUG, post.in_reply_to) if post.in_reply_to else None
        is_own = self.viewer is not None and self.viewer.id == author.id
        return {
            "created_at": moment(post.created_at), "author_id": user_id(author.id),
            "conversation_id": self.root(post), "lang": post.extra.get("language") or "ar",
            "possibly_sensitive": False, "reply_settings": post.extra.get("reply_settings") or "everyone",
            "public_metrics": readers.public(len(own)),
            "non_public_metrics": readers.private() if is_own else None,
            "entities": shown.entities or None,
            "attachments": {"media_keys": [media_key(one) for one in media]} if media else None,
            "referenced_tweets": [{"type": "replied_to", "id": post.in_reply_to}] if post.in_reply_to else None,
            "in_reply_to_user_id": user_id(parent.account_id) if parent else None,
        }  # fmt: skip

    def reply(self, post: Post, reply_id: str, reply: Reply, asked: Asked) -> Json:
        """A simulated reader's answer."""
        mention = {"start": 0, "end": len(self.author(post).handle) + 1, "username": self.author(post).handle}
        body = {
            "id": reply_id, "text": f"@{self.author(post).handle} {reply.text}", "edit_history_tweet_ids": [reply_id],
        }  # fmt: skip
        fields = {
            "created_at": moment(self.setting.moment_at(post.created_at, reply.after)),
            "author_id": str(FIRST_READER + reply.position),
            "conversation_id": self.root(post), "lang": reply.language, "possibly_sensitive": False,
            "reply_settings": "everyone", "public_metrics": Readers(Counts(0, 0, 0)).public(0),
            "entities": {"mentions": [mention]}, "in_reply_to_user_id": user_id(post.account_id),
            "referenced_tweets": [{"type": "replied_to", "id": post.id}],
        }  # fmt: skip
        return body | self._chosen(fields, asked)

    def _chosen(self, fields: Json, asked: Asked) -> Json:
        """A field is told when it is asked for and has something to say; expansions bring their own along."""
        brings = {
            "author_id": "author_id", "attachments.media_keys": "attachments",
            "referenced_tweets.id": "referenced_tweets", "in_reply_to_user_id": "in_reply_to_user_id",
        }  # fmt: skip
        wanted = asked.tweet | {brings[name] for name in asked.expansions & set(brings)}
        return {name: value for name, value in fields.items() if name in wanted and value is not None}

    def user(self, account: Account, asked: Asked) -> Json:
        count, _ = self.world.posting_of(account)
        age = self.setting.age(account.created_at)
        followers = followers_of(f"{SLUG}:{account.handle}", age, self.setting.speed)
        fields = {
            "created_at": moment(account.created_at), "description": account.bio, "protected": False,
            "verified": False, "verified_type": "none", "location": "",
            "profile_image_url": f"{self.base}/profile_images/{account.handle}.png",
            "url": _x_text.shorten(account.website) if account.website else "",
            "entities": _site(account.website) if account.website else None,
            "public_metrics": {
                "followers_count": followers, "following_count": 0, "tweet_count": count, "listed_count": 0,
                "like_count": 0, "media_count": 0,
            },
        }  # fmt: skip
        chosen = {name: value for name, value in fields.items() if name in asked.user and value is not None}
        return {"id": user_id(account.id), "name": account.display_name, "username": account.handle, **chosen}

    def reader(self, reply: Reply) -> Json:
        return {"id": str(FIRST_READER + reply.position), "name": reply.name, "username": reader_name(reply)}

    def media(self, media: Media, post: Post, asked: Asked) -> Json:
        width, height = picture_size(media)
        kind = {"7": "video", "13": "video", "16": "animated_gif"}.get(media_key(media).split("_")[0], "photo")
        url = f"{self.base}/media/{media.id}"
        fields: Json = {
            "url": url if kind == "photo" else None, "width": width, "height": height,
            "alt_text": media.description or None, "preview_image_url": None if kind == "photo" else f"{url}/preview",
            "variants": None if kind == "photo" else [{"content_type": media.mime, "url": url}],
        }  # fmt: skip
        fields |= self._played(media, post) if kind == "video" else {}
        chosen = {name: value for name, value in fields.items() if name in asked.media and value is not None}
        return {"media_key": media_key(media), "type": kind, **chosen}

    def _played(self, media: Media, post: Post) -> Json:
        """How long a video plays, and its figures: those of its only post, as a file stands in one alone."""
        age = self.setting.age(post.created_at)
        seen = crowd_of(post.id).audience(age, self.setting.speed)
        is_own = self.viewer is not None and self.viewer.id == post.account_id
        is_told = is_own and self.setting.clock() - post.created_at <= PRIVATE_SECONDS
        played = {"playback_0_count": seen.readers} | {
            f"playback_{part}_count": int(seen.readers * share) for part, share in WATCHED.items()
        }
        seconds = media.extra.get("seconds")
        return {
            "duration_ms": None if seconds is None else round(seconds * 1000),
            "public_metrics": {"view_count": seen.views}, "non_public_metrics": played if is_told else None,
        }  # fmt: skip

    def includes(self, posts: Sequence[Post], asked: Asked, readers: Iterable[Reply] = ()) -> Json:
        """What `expansions` bring beside the posts; {} without any."""
        found: dict[str, list[Json]] = {"users": [], "media": [], "tweets": []}
        if "author_id" in asked.expansions:
            authors = {post.account_id: self.author(post) for post in posts}
            found["users"] = [self.user(author, asked) for author in authors.values()]
            found["users"] += list({reply.position: self.reader(reply) for reply in readers}.values())
        if "attachments.media_keys" in asked.expansions:
            found["media"] = [self.media(media, post, asked) for post in posts for media in self.media_of(post)]
        if "referenced_tweets.id" in asked.expansions:
            above = {post.in_reply_to: self.world.post(SLUG, post.in_reply_to) for post in posts if post.in_reply_to}
            found["tweets"] = [self.tweet(post, asked) for post in above.values() if post]
        whole = {name: objects for name, objects in found.items() if objects}
        return {"includes": whole} if whole else {}


def reader_name(reply: Reply) -> str:
    return f"reader{reply.position + 1}"


def _low_bits(post_id: str, reply: Reply) -> int:
    return int.from_bytes(hashlib.sha256(f"{post_id}:{reply.position}".encode()).digest()[:2], "big")


def _site(website: str) -> Json:
    short = _x_text.shorten(website)
    shown = website.partition("://")[2] or website
    return {
        "url": {"urls": [{"start": 0, "end": len(short), "url": short, "expanded_url": website, "display_url": shown}]}
    }
