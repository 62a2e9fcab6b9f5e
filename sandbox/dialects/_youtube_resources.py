"""Owns the JSON shapes of the simulated YouTube's channels and videos, and of the lists that they come in.

Sources (read 2026-11): https://developers.google.com/youtube/v3/docs/channels, /youtube/v3/docs/videos,
https://developers.google.com/youtube/v3/docs/thumbnails. Numbers of people are strings there, and so here.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sandbox.dialects._youtube_access import SLUG
from sandbox.dialects._youtube_videos import PUBLIC, Video
from sandbox.dialects.base import Setting
from sandbox.engagement import followers_of
from sandbox.records import Account, Post

Json = dict[str, Any]
SIZES = (("default", 120, 90), ("medium", 320, 180), ("high", 480, 360))


def moment(at: float) -> str:
    return datetime.fromtimestamp(int(at), UTC).isoformat().replace("+00:00", "Z")


def duration(seconds: float) -> str:
    """ISO 8601: PT1H2M3S; P0D where it is not known."""
    if seconds < 1:
        return "P0D"
    hours, rest = divmod(int(seconds), 3600)
    pieces = ((hours, "H"), (rest // 60, "M"), (rest % 60, "S"))
    return "PT" + "".join(f"{number}{unit}" for number, unit in pieces if number)


def etag(body: object) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(json.dumps(body).encode()).digest()[:20]).decode().rstrip("=")


def channel_id(account: Account) -> str:
    """UC and twenty-two letters; the list of its uploads has the same with UU."""
    drawn = hashlib.sha256(f"{SLUG}:{account.id}:{account.handle}".encode()).digest()
    return "UC" + base64.urlsafe_b64encode(drawn[:16]).decode()[:22]


def uploads_id(account: Account) -> str:
    return "UU" + channel_id(account)[2:]


def chosen(resource: Mapping[str, Any], parts: Sequence[str]) -> Json:
    """kind, etag, id, and the parts that were asked for and are there."""
    body = {name: resource[name] for name in parts if name in resource and name != "id"}
    return {"kind": resource["kind"], "etag": etag(body), "id": resource["id"], **body}


def listed(
    kind: str, items: Sequence[Json], *, total: int | None = None, size: int | None = None,
    tokens: Mapping[str, str] | None = None,
) -> Json:  # fmt: skip
    """One page of a list; all there is, unless `total` says more."""
    info = {"totalResults": len(items) if total is None else total, "resultsPerPage": size or len(items)}
    return {
        "kind": f"youtube#{kind}ListResponse",
        "etag": etag(list(items)),
        **(tokens or {}),
        "items": items,
        "pageInfo": info,
    }


class Teller:
    """The resources of one request: `base` is where the simulated network stands, `viewer` who asks."""

    def __init__(self, setting: Setting, base: str, viewer: Account | None = None) -> None:
        self.setting = setting
        self.world = setting.world
        self.base = base
        self.viewer = viewer

    def video_of(self, post: Post) -> Video:
        return Video(self.setting, post)

    def owner(self, post: Post) -> Account:
        account = self.world.account(post.account_id)
        assert account is not None
        return account

    def watch_url(self, video_id: str) -> str:
        return f"{self.base}/watch?v={video_id}"

    def thumbnails(self, video_id: str) -> Json:
        return {
            name: {"url": f"{self.base}/vi/{video_id}/{name}.jpg", "width": width, "height": height}
            for name, width, height in SIZES
        }

    # Channels

    def channel(self, account: Account) -> Json:
        about = {"title": account.display_name, "description": account.bio}
        face = {"url": f"{self.base}/face/{account.handle}.jpg", "width": 88, "height": 88}
        return {
            "kind": "youtube#channel", "id": channel_id(account),
            "snippet": {
                **about, "customUrl": f"@{account.handle.lower()}", "publishedAt": moment(account.created_at),
                "thumbnails": {"default": face}, "localized": about,
            },
            "contentDetails": {"relatedPlaylists": {"likes": "", "uploads": uploads_id(account)}},
            "statistics": self._channel_statistics(account),
            "status": {
                "privacyStatus": PUBLIC, "isLinked": True, "longUploadsStatus": "allowed", "madeForKids": False,
            },
            "brandingSettings": {"channel": about},
        }  # fmt: skip

    def _channel_statistics(self, account: Account) -> Json:
        """Subscribers are told in three digits only, as for everybody but the owner on the site."""
        videos = [self.video_of(post) for post in self.world.posts_of(account)]
        age = self.setting.age(account.created_at)
        exact = followers_of(f"{SLUG}:{account.handle}", age, self.setting.speed)
        step = 10 ** max(0, len(str(exact)) - 3)
        return {
            "viewCount": str(sum(video.figures().views for video in videos)),
            "subscriberCount": str(exact // step * step), "hiddenSubscriberCount": False,
            "videoCount": str(sum(video.is_shown and video.privacy == PUBLIC for video in videos)),
        }  # fmt: skip

    # Videos

    def may_see(self, post: Post) -> bool:
        return self._is_own(post) or self.video_of(post).is_shown

    def _is_own(self, post: Post) -> bool:
        return self.viewer is not None and self.viewer.id == post.account_id

    def video(self, post: Post) -> Json:
        video = self.video_of(post)
        body: Json = {
            "kind": "youtube#video", "id": post.id, "snippet": self._snippet(video), "status": self._status(video),
            "contentDetails": self._content(video), "statistics": self._statistics(video),
            "player": {"embedHtml": f'<iframe width="480" height="270" src="{self.base}/embed/{post.id}"></iframe>'},
        }  # fmt: skip
        if self._is_own(post):
            body |= {"processingDetails": self._processing(video), "fileDetails": self._file(video)}
        return body

    def _snippet(self, video: Video) -> Json:
        owner, extra = self.owner(video.post), video.extra
        words = {"title": video.title, "description": video.post.text}
        optional = {
            "tags": extra["tags"], "defaultLanguage": extra["language"], "defaultAudioLanguage": extra["audio_language"]
        }  # fmt: skip
        return {
            "publishedAt": moment(video.public_since or video.post.created_at), "channelId": channel_id(owner), **words,
            "thumbnails": self.thumbnails(video.id), "channelTitle": owner.display_name,
            "categoryId": extra["category"], "liveBroadcastContent": "none", "localized": words,
            **{name: value for name, value in optional.items() if value},
        }  # fmt: skip

    def _status(self, video: Video) -> Json:
        extra, status = video.extra, video.upload_status
        body = {
            "uploadStatus": status, "privacyStatus": video.privacy, "license": extra["license"],
            "embeddable": extra["embeddable"], "publicStatsViewable": extra["stats_viewable"],
            "madeForKids": bool(extra["kids"]),
        }  # fmt: skip
        if status in {"failed", "rejected"}:
            name = "failureReason" if status == "failed" else "rejectionReason"
            body[name] = extra["failure"] or extra["rejection"]
        if not self._is_own(video.post):
            return body
        if video.scheduled_for is not None:
            body["publishAt"] = moment(video.scheduled_for)
        own = {"selfDeclaredMadeForKids": extra["kids"], "containsSyntheticMedia": extra["synthetic"]}
        return body | {name: value for name, value in own.items() if value is not None}

    def _content(self, video: Video) -> Json:
        """The length is known once the processing is over."""
        known = video.extra["seconds"] if video.upload_status == "processed" else 0.0
        has_captions = any(one.extra.get("kind") == "caption" for one in self.world.media_of_post(SLUG, video.id))
        return {
            "duration": duration(known), "dimension": "2d", "definition": "hd", "caption": str(has_captions).lower(),
            "licensedContent": False, "contentRating": {}, "projection": "rectangular",
        }  # fmt: skip

    def _statistics(self, video: Video) -> Json:
        now = video.figures()
        return {
            "viewCount": str(now.views), "likeCount": str(now.likes), "favoriteCount": "0",
            "commentCount": str(now.comments), **({"dislikeCount": "0"} if self._is_own(video.post) else {}),
        }  # fmt: skip

    def _processing(self, video: Video) -> Json:
        states = {"uploaded": "processing", "processed": "succeeded", "failed": "failed", "rejected": "terminated"}
        state = states[video.upload_status]
        rest = "available" if state == "succeeded" else "notReady" if state == "processing" else "unavailable"
        body: Json = {
            "processingStatus": state, "fileDetailsAvailability": "available", "thumbnailsAvailability": rest,
            "processingIssuesAvailability": rest, "tagSuggestionsAvailability": rest,
            "editorSuggestionsAvailability": rest,
        }  # fmt: skip
        if state == "processing":
            ready_at = video.extra["ready_at"]
            left = {} if ready_at is None else {"timeLeftMs": str(int(max(0.0, ready_at - video.now) * 1000))}
            body["processingProgress"] = {"partsTotal": "1000", "partsProcessed": "100", **left}
        if state == "failed":
            body["processingFailureReason"] = "transcodeFailed"
        return body

    def _file(self, video: Video) -> Json:
        extra = video.extra
        return {
            "fileName": "unknown", "fileSize": str(extra["size"]),
            "fileType": "video" if extra["container"] else "other", "container": extra["container"],
            "durationMs": str(int(extra["seconds"] * 1000)),
        }  # fmt: skip
