"""What stands ready on X before a post is published: its pictures, each in one request, or its video.

Written from https://docs.x.com/x-api/media/upload-media, /x-api/media/create-media-metadata and
/x-api/media/get-media-upload-status (read 2026-11).
"""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, BinaryIO

from networks.calls import Caller, Stake, timestamp
from networks.errors import Code, Rejected
from networks.tweet_video import FilmUpload, earlier, is_ready, usable_until
from networks.tweets import data_of
from networks.types import Media, Post, Ready, Waiting
from networks.uploads import Upload, still_there

CHECK_SECONDS = 3.0
SECONDS = 120.0


@dataclass(frozen=True)
class TweetMedia:
    """`saved` = {"media": [{"sha256", "id", "is_ready", "expires_at"…}]}, in the order of the post's media."""

    caller: Caller
    read_media: Callable[[Media], bytes]
    open_media: Callable[[Media], AbstractContextManager[BinaryIO]]

    def prepared(self, post: Post, saved: Mapping[str, object]) -> Ready | Waiting:
        if post.media and post.media[0].is_video:
            return self._video(post, saved)
        kept = still_there(saved, post.media, _is_young)
        uploads = [self._settled(before) if before else self._upload(media) for before, media in kept]
        state = {"media": uploads}
        if all(upload["is_ready"] for upload in uploads):
            return Ready(post=post, saved=state)
        return Waiting(saved=state, check_after=CHECK_SECONDS)

    def _video(self, post: Post, saved: Mapping[str, object]) -> Ready | Waiting:
        media = post.media[0]
        upload = FilmUpload(self.caller, media, earlier(saved, media), self.open_media)
        wait = upload.go_on()
        return Ready(post=post, saved=upload.saved) if wait is None else Waiting(saved=upload.saved, check_after=wait)

    def _upload(self, media: Media) -> Upload:
        name = f"{media.sha256[:16]}.{media.mime_type.partition('/')[2]}"
        answer = self.caller.call(
            Stake.HIDDEN,
            "POST",
            "/2/media/upload",
            files={"media": (name, self.read_media(media), media.mime_type)},
            data={"media_category": "tweet_image", "media_type": media.mime_type},
            refused=Code.MEDIA_REFUSED,
            total_timeout=SECONDS,
        )
        told = data_of(answer, Stake.HIDDEN, "id")
        self._describe(str(told["id"]), media.alt_text)
        return {
            "sha256": media.sha256,
            "id": str(told["id"]),
            "is_ready": is_ready(told),
            "expires_at": usable_until(told),
        }

    def _describe(self, upload: str, alt_text: str) -> None:
        content = {"id": upload, "metadata": {"alt_text": {"text": alt_text}}}
        self.caller.call(Stake.HIDDEN, "POST", "/2/media/metadata", json=content, refused=Code.MEDIA_REFUSED)

    def _settled(self, upload: dict[str, Any]) -> Upload:
        """Pictures are ready at once as a rule."""
        if upload["is_ready"]:
            return upload
        asked = {"command": "STATUS", "media_id": upload["id"]}
        try:
            answer = self.caller.call(Stake.HIDDEN, "GET", "/2/media/upload", params=asked, refused=Code.MEDIA_REFUSED)
            return {**upload, "is_ready": is_ready(data_of(answer, Stake.HIDDEN, "id"))}
        except Rejected as error:
            error.saved = {}  # it failed, or is no longer there: whoever tries again uploads it anew
            raise


def _is_young(upload: Upload) -> bool:
    until = timestamp(upload["expires_at"])
    return until is not None and until > datetime.now(UTC)
