"""Owns the JSON shapes of Mastodon's entities as its documentation prints them.

Sources (read 2026-11): https://docs.joinmastodon.org/entities/{Account,Status,MediaAttachment,Instance,V1_Instance}/
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sandbox.dialects._mastodon_video import VIDEO_BYTES, VIDEO_FRAMES, VIDEO_MATRIX, meta_of, type_of
from sandbox.dialects.base import Setting
from sandbox.engagement import Reply, crowd_of, followers_of
from sandbox.posttext import Links, as_html, hashtags
from sandbox.records import Account, Media, Post

SLUG = "mastodon"
CHARACTERS = 500
URL_WEIGHT = 23
PICTURES = 4
IMAGE_BYTES = 16_777_216
IMAGE_MATRIX = 33_177_600
DESCRIPTION_CHARACTERS = 1500
MIME_TYPES = ("image/jpeg", "image/png", "image/gif", "image/webp", "video/webm", "video/mp4", "video/quicktime")
SOURCE = "https://github.com/mastodon/mastodon"

Json = dict[str, Any]


def moment(at: float) -> str:
    """Datetime as documented at https://docs.joinmastodon.org/api/datetime-format/ (milliseconds, UTC)."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def snowflake(at: float, low_bits: int) -> str:
    """Ids sort by time: milliseconds in the high bits, sixteen others below."""
    return str((int(at * 1000) << 16) | (low_bits & 0xFFFF))


def links(setting: Setting, base: str) -> Links:
    def account_url(handle: str) -> str | None:
        return f"{base}/@{handle}" if setting.world.account_by_handle(SLUG, handle) else None

    return Links(tag_url=lambda tag: f"{base}/tags/{tag}", account_url=account_url)


def account_json(setting: Setting, base: str, account: Account) -> Json:
    count, last_at = setting.world.posting_of(account)
    age = setting.age(account.created_at)
    fields = [{"name": "Web", "value": _field_link(account.website), "verified_at": None}] if account.website else []
    return _person(base, str(account.id), account.handle, account.display_name) | {
        "created_at": moment(account.created_at - account.created_at % 86400),
        "note": as_html(account.bio, links(setting, base)),
        "followers_count": followers_of(f"{SLUG}:{account.handle}", age, setting.speed),
        "following_count": 0,
        "statuses_count": count,
        "last_status_at": moment(last_at)[:10] if last_at else None,
        "fields": fields,
    }


def _field_link(url: str) -> str:
    return f'<a href="{url}" rel="me nofollow noopener" target="_blank" translate="no">{url}</a>'


def _person(base: str, account_id: str, handle: str, display_name: str) -> Json:
    avatar = f"{base}/avatars/original/missing.png"
    header = f"{base}/headers/original/missing.png"
    return {
        "id": account_id, "username": handle, "acct": handle, "display_name": display_name, "locked": False,
        "bot": False, "discoverable": True, "indexable": False, "group": False, "created_at": moment(1700000000),
        "note": "", "url": f"{base}/@{handle}", "uri": f"{base}/users/{handle}", "avatar": avatar,
        "avatar_static": avatar, "header": header, "header_static": header, "followers_count": 0,
        "following_count": 0, "statuses_count": 0, "last_status_at": None, "hide_collections": None, "noindex": False,
        "emojis": [], "roles": [], "fields": [],
    }  # fmt: skip


def own_account_json(setting: Setting, base: str, account: Account) -> Json:
    """CredentialAccount: the account with its `source`."""
    source = {
        "privacy": "public", "sensitive": False, "language": "ar", "note": account.bio,
        "fields": [{"name": "Web", "value": account.website, "verified_at": None}] if account.website else [],
        "follow_requests_count": 0, "hide_collections": None, "discoverable": True, "indexable": False,
    }  # fmt: skip
    role = {"id": "-99", "name": "", "permissions": "0", "color": "", "highlighted": False}
    return account_json(setting, base, account) | {"source": source, "role": role}


def media_json(base: str, media: Media, *, ready: bool) -> Json:
    url = f"{base}/media_attachments/{media.id}"
    return {
        "id": str(media.id), "type": type_of(media), "url": f"{url}/original" if ready else None,
        "preview_url": f"{url}/small", "remote_url": None, "preview_remote_url": None, "text_url": None,
        "meta": meta_of(media), "description": media.description or None, "blurhash": None,
    }  # fmt: skip


def status_json(setting: Setting, base: str, account: Account, post: Post, *, viewer: Account | None) -> Json:
    """Status; figures are those of the crowd at the post's present age, with our own replies added."""
    counts = crowd_of(post.id).counts(_visible_age(setting, post), setting.speed)
    replies = setting.world.replies_to(SLUG, post.id)
    found = [setting.world.media(SLUG, media_id) for media_id in post.extra["media_ids"]]
    parent = setting.world.post(SLUG, post.in_reply_to) if post.in_reply_to else None
    return (
        _status(base, post.id, account.handle, post.created_at)
        | {
            "in_reply_to_id": post.in_reply_to,
            "in_reply_to_account_id": str(parent.account_id) if parent else None,
            "sensitive": post.extra["sensitive"],
            "spoiler_text": post.extra["spoiler_text"],
            "visibility": post.extra["visibility"],
            "language": post.extra["language"],
            "replies_count": counts.replies + len(replies),
            "reblogs_count": counts.reblogs,
            "favourites_count": counts.favourites,
            "edited_at": moment(post.edited_at) if post.edited_at else None,
            "content": as_html(post.text, links(setting, base)),
            "account": account_json(setting, base, account),
            "media_attachments": [media_json(base, media, ready=True) for media in found if media],
            "tags": [{"name": tag, "url": f"{base}/tags/{tag}"} for tag in hashtags(post.text)],
            "mentions": [],
        }
        | (_own_fields(post) if viewer and viewer.id == account.id else {})
    )


def _visible_age(setting: Setting, post: Post) -> float:
    """A private mention or followers-only post has no public to react to it."""
    return setting.age(post.created_at) if post.extra["visibility"] in {"public", "unlisted"} else 0.0


def _own_fields(post: Post) -> Json:
    name = post.extra.get("application")
    application = {"name": name, "website": None} if name else None
    return {
        "favourited": False, "reblogged": False, "muted": False, "bookmarked": False, "pinned": False, "filtered": [],
        "application": application,
    }  # fmt: skip


def _status(base: str, status_id: str, handle: str, at: float) -> Json:
    return {
        "id": status_id, "created_at": moment(at), "in_reply_to_id": None, "in_reply_to_account_id": None,
        "sensitive": False, "spoiler_text": "", "visibility": "public", "language": None,
        "uri": f"{base}/users/{handle}/statuses/{status_id}", "url": f"{base}/@{handle}/{status_id}",
        "replies_count": 0, "reblogs_count": 0, "favourites_count": 0, "quotes_count": 0, "edited_at": None,
        "content": "", "reblog": None, "media_attachments": [], "mentions": [], "tags": [], "emojis": [],
        "card": None, "poll": None,
    }  # fmt: skip


def crowd_replies(setting: Setting, post: Post) -> list[tuple[str, Reply]]:
    """The simulated replies that a post has by now, each with its stable id."""
    replies = crowd_of(post.id).replies_by(_visible_age(setting, post), setting.speed)
    return [
        (snowflake(setting.moment_at(post.created_at, reply.after), _low_bits(post.id, reply)), reply)
        for reply in replies
    ]


def _low_bits(post_id: str, reply: Reply) -> int:
    return int.from_bytes(hashlib.sha256(f"{post_id}:{reply.position}".encode()).digest()[:2], "big")


def reply_json(setting: Setting, base: str, post: Post, reply_id: str, reply: Reply) -> Json:
    """A simulated reader's reply: a Status of an account that nobody here can sign in to."""
    handle = f"reader{reply.position + 1}"
    account = _person(base, f"9{reply.position:05d}", handle, reply.name)
    content = as_html(reply.text, links(setting, base))
    changes: Mapping[str, Any] = {
        "in_reply_to_id": post.id, "in_reply_to_account_id": str(post.account_id), "language": reply.language,
        "content": content, "account": account,
    }  # fmt: skip
    return _status(base, reply_id, handle, setting.moment_at(post.created_at, reply.after)) | dict(changes)


def instance_json(setting: Setting, base: str) -> Json:
    """GET /api/v2/instance (https://docs.joinmastodon.org/entities/Instance/, read 2026-11)."""
    return {
        "domain": base.split("/")[2], "title": "Sandbox", "version": "4.5.0", "source_url": SOURCE,
        "description": "A local simulator", "usage": {"users": {"active_month": len(setting.world.accounts())}},
        "thumbnail": {"url": f"{base}/preview.png"}, "icon": [], "languages": ["ar", "fr", "en"],
        "configuration": _configuration(base), "api_versions": {"mastodon": 7},
        "registrations": {"enabled": False, "approval_required": False, "message": None, "url": None},
        "contact": {"email": "sandbox@localhost", "account": None}, "rules": [],
    }  # fmt: skip


def _configuration(base: str) -> Json:
    return {
        "urls": {"streaming": base.replace("http", "ws", 1)},
        "vapid": {"public_key": ""},
        "accounts": {"max_featured_tags": 10, "max_pinned_statuses": 5},
        "statuses": {
            "max_characters": CHARACTERS, "max_media_attachments": PICTURES, "characters_reserved_per_url": URL_WEIGHT,
        },
        "media_attachments": {
            "supported_mime_types": list(MIME_TYPES), "description_limit": DESCRIPTION_CHARACTERS,
            "image_size_limit": IMAGE_BYTES, "image_matrix_limit": IMAGE_MATRIX, "video_size_limit": VIDEO_BYTES,
            "video_frame_rate_limit": VIDEO_FRAMES, "video_matrix_limit": VIDEO_MATRIX,
        },
        "polls": {
            "max_options": 4, "max_characters_per_option": 50, "min_expiration": 300, "max_expiration": 2_629_746,
        },
        "translation": {"enabled": False},
    }  # fmt: skip


def instance_v1_json(setting: Setting, base: str) -> Json:
    """GET /api/v1/instance (https://docs.joinmastodon.org/entities/V1_Instance/, read 2026-11)."""
    new = instance_json(setting, base)
    kept = ("accounts", "statuses", "media_attachments", "polls")
    configuration = {name: new["configuration"][name] for name in kept}
    posts = len(setting.world.all_posts(SLUG))
    return {
        "uri": new["domain"], "title": new["title"], "short_description": new["description"],
        "description": new["description"], "email": new["contact"]["email"], "version": new["version"],
        "urls": {"streaming_api": new["configuration"]["urls"]["streaming"]},
        "stats": {"user_count": len(setting.world.accounts()), "status_count": posts, "domain_count": 1},
        "thumbnail": new["thumbnail"]["url"], "languages": new["languages"], "registrations": False,
        "approval_required": False, "invites_enabled": False, "configuration": configuration,
        "contact_account": None, "rules": [],
    }  # fmt: skip
