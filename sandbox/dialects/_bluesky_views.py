"""Owns the views of the simulated Bluesky: profiles, posts with their figures, and threads with the readers' replies.

Sources (read 2026-11): https://github.com/bluesky-social/atproto/tree/main/lexicons/app/bsky ({actor,feed,embed}/defs,
embed/{images,external}), https://docs.bsky.app/docs/api/app-bsky-feed-get-post-thread.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from sandbox.dialects._bluesky_names import POST, SLUG, Json, did_of, moment, record_cid, rkey_of, tid, uri_of
from sandbox.dialects.base import Setting
from sandbox.engagement import Reply, crowd_of, followers_of
from sandbox.records import Account, Post

REPOSTS_PER_QUOTE = 7


def basic_json(account: Account) -> Json:
    """app.bsky.actor.defs#profileViewBasic."""
    return _person(account.handle, account.display_name, account.created_at)


def _person(handle: str, name: str, since: float) -> Json:
    return {
        "did": did_of(handle),
        "handle": handle,
        "displayName": name,
        "labels": [],
        "createdAt": moment(since),
    }


def profile_json(setting: Setting, account: Account) -> Json:
    """app.bsky.actor.defs#profileViewDetailed."""
    count, _last = setting.world.posting_of(account)
    age = setting.age(account.created_at)
    website = {"website": account.website} if account.website else {}
    return basic_json(account) | website | {
        "description": account.bio, "followsCount": 0, "postsCount": count, "indexedAt": moment(account.created_at),
        "followersCount": followers_of(f"{SLUG}:{account.handle}", age, setting.speed),
    }  # fmt: skip


def profile_record(account: Account) -> Json:
    return {
        "$type": "app.bsky.actor.profile", "displayName": account.display_name, "description": account.bio,
        "createdAt": moment(account.created_at),
    }  # fmt: skip


def figures(setting: Setting, post: Post) -> dict[str, int]:
    """What the network counts: replies, reposts, likes and quotes. It counts no views."""
    counts = crowd_of(post.id).counts(setting.age(post.created_at), setting.speed)
    ours = len(setting.world.replies_to(SLUG, post.id))
    return {
        "replyCount": counts.replies + ours,
        "repostCount": counts.reblogs,
        "likeCount": counts.favourites,
        "quoteCount": counts.reblogs // REPOSTS_PER_QUOTE,
        "bookmarkCount": 0,
    }


def post_json(setting: Setting, base: str, account: Account, post: Post) -> Json:
    """app.bsky.feed.defs#postView."""
    embed = _embed_json(base, did_of(account.handle), post.extra["record"].get("embed") or {})
    return {
        "uri": post.id, "cid": post.extra["cid"], "author": basic_json(account), "record": post.extra["record"],
        **({"embed": embed} if embed else {}), **figures(setting, post), "indexedAt": moment(post.received_at),
        "labels": [],
    }  # fmt: skip


def _embed_json(base: str, did: str, embed: Json) -> Json:
    if embed.get("$type") == "app.bsky.embed.images":
        images = [
            {
                "thumb": picture_url(base, did, image["image"], "feed_thumbnail"),
                "fullsize": picture_url(base, did, image["image"]),
                "alt": image["alt"],
                **({"aspectRatio": image["aspectRatio"]} if "aspectRatio" in image else {}),
            }
            for image in embed["images"]
        ]
        return {"$type": "app.bsky.embed.images#view", "images": images}
    if embed.get("$type") == "app.bsky.embed.external":
        external = {name: embed["external"][name] for name in ("uri", "title", "description")}
        if "thumb" in embed["external"]:
            external["thumb"] = picture_url(base, did, embed["external"]["thumb"], "feed_thumbnail")
        return {"$type": "app.bsky.embed.external#view", "external": external}
    return {}


def picture_url(base: str, did: str, blob: Json, size: str = "feed_fullsize") -> str:
    return f"{base}/img/{size}/plain/{did}/{blob['ref']['$link']}@jpeg"


def crowd_replies(setting: Setting, post: Post) -> Iterator[tuple[Reply, float]]:
    """The simulated replies that a post has by now, each with its time."""
    for reply in crowd_of(post.id).replies_by(setting.age(post.created_at), setting.speed):
        yield reply, setting.moment_at(post.created_at, reply.after)


def reply_json(post: Post, reply: Reply, at: float) -> Json:
    """A simulated reader's reply: a postView of an account that nobody here can sign in to."""
    handle = f"reader{reply.position + 1}.readers.test"
    low = int.from_bytes(hashlib.sha256(f"{post.id}:{reply.position}".encode()).digest()[:2], "big") & 1023
    here = {"uri": post.id, "cid": post.extra["cid"]}
    root = (post.extra["record"].get("reply") or {}).get("root", here)
    record = {
        "$type": POST, "text": reply.text, "createdAt": moment(at), "langs": [reply.language],
        "reply": {"root": root, "parent": here},
    }  # fmt: skip
    return {
        "uri": uri_of(handle, tid(at, low)), "cid": record_cid(record), "author": _person(handle, reply.name, 1.7e9),
        "record": record, "replyCount": 0, "repostCount": 0, "likeCount": 0, "quoteCount": 0, "bookmarkCount": 0,
        "indexedAt": moment(at), "labels": [],
    }  # fmt: skip


class Threads:
    """app.bsky.feed.defs#threadViewPost, up to its root and down to its replies."""

    def __init__(self, setting: Setting, base: str) -> None:
        self.setting = setting
        self.base = base

    def around(self, post: Post, depth: int, height: int) -> Json:
        above = self._above(post, height)
        return self._below(post, depth) | ({"parent": above} if above else {})

    def _above(self, post: Post, height: int) -> Json:
        reply = post.extra["record"].get("reply")
        if not reply or height < 1:
            return {}
        parent = self.setting.world.post(SLUG, reply["parent"]["uri"])
        if parent is None:
            return {"$type": "app.bsky.feed.defs#notFoundPost", "uri": reply["parent"]["uri"], "notFound": True}
        above = self._above(parent, height - 1)
        return self._view(parent) | ({"parent": above} if above else {})

    def _below(self, post: Post, depth: int) -> Json:
        if depth < 1:
            return self._view(post)
        ours = [self._below(child, depth - 1) for child in self.setting.world.replies_to(SLUG, post.id)]
        crowd = [
            {"$type": "app.bsky.feed.defs#threadViewPost", "post": reply_json(post, reply, at), "replies": []}
            for reply, at in crowd_replies(self.setting, post)
        ]
        return self._view(post) | {"replies": sorted(ours + crowd, key=lambda one: rkey_of(one["post"]["uri"]))}

    def _view(self, post: Post) -> Json:
        account = self.setting.world.account(post.account_id)
        assert account is not None
        view = post_json(self.setting, self.base, account, post)
        return {"$type": "app.bsky.feed.defs#threadViewPost", "post": view}
