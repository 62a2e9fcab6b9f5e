"""What stands ready on a Mastodon server before a post is published: its pictures, or its video with a still picture.

Owns what the server says that it takes of both. Written from https://docs.joinmastodon.org/methods/media/,
/entities/Instance/#media_attachments and /user/posting/#media (read 2026-11): a video is answered with 202 and
asked for until it no longer says 206; a post may name it only then.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, BinaryIO

from networks.answers import limit_of, object_with, section
from networks.calls import Answer, Stake, timestamp
from networks.errors import Code, Rejected
from networks.limits import Limits, VideoLimits
from networks.types import Media, Post, Ready, Waiting
from networks.uploads import Upload, still_there
from outgoing import FilePart, FormFile, Multipart

CHECK_SECONDS, CHECK_VIDEO_SECONDS = 3.0, 10.0
KEPT = timedelta(hours=12)
"""An upload that no post uses is removed by the server's clean-up after a day; before that we upload it again."""
SECONDS, BYTES_IN_A_SECOND = 120.0, 125_000
VIDEO = VideoLimits(
    types=("video/mp4", "video/quicktime", "video/webm"),
    max_bytes=99 * 1024 * 1024,
    max_frame_rate=120_000,
    has_alt_text=True,
)


def limits_of(server: Mapping[str, Any], published: Limits) -> Limits:
    """What the server's `configuration` says, and the published limit where it says nothing usable."""
    configuration = section(server, "configuration")
    statuses, media = section(configuration, "statuses"), section(configuration, "media_attachments")
    return replace(
        published,
        max_text=limit_of(statuses, "max_characters", published.max_text),
        url_weight=limit_of(statuses, "characters_reserved_per_url", published.url_weight or 0),
        max_media=limit_of(statuses, "max_media_attachments", published.max_media),
        media_types=_types(media, "image/") or published.media_types,
        max_media_bytes=limit_of(media, "image_size_limit", published.max_media_bytes or 0) or None,
        max_pixels=limit_of(media, "image_matrix_limit", published.max_pixels or 0) or None,
        max_alt_text=limit_of(media, "description_limit", published.max_alt_text or 0) or None,
        video=_video(media),
    )


def _types(media: Mapping[str, Any], kind: str) -> tuple[str, ...]:
    told = media.get("supported_mime_types")
    return tuple(str(one) for one in told if str(one).startswith(kind)) if isinstance(told, list) else ()


def _video(media: Mapping[str, Any]) -> VideoLimits | None:
    """None where the server lists what it takes and no video is among it."""
    types = _types(media, "video/")
    if not types and _types(media, ""):
        return None
    return replace(
        VIDEO,
        types=types or VIDEO.types,
        max_bytes=limit_of(media, "video_size_limit", VIDEO.max_bytes or 0),
        max_pixels=limit_of(media, "video_matrix_limit", 0) or None,
        max_frame_rate=limit_of(media, "video_frame_rate_limit", 0) * 1000 or VIDEO.max_frame_rate,
    )


@dataclass(frozen=True)
class MastodonMedia:
    """`saved` = {"media": [{"sha256", "id", "is_ready", "uploaded_at"}]}, in the order of the post's media."""

    call: Callable[..., Answer]
    read_media: Callable[[Media], bytes]
    open_stored: Callable[[str], AbstractContextManager[BinaryIO]]

    def prepared(self, post: Post, saved: Mapping[str, object]) -> Ready | Waiting:
        kept = still_there(saved, post.media, _is_young)
        uploads = [self._settled(earlier, media) if earlier else self._upload(media) for earlier, media in kept]
        state = {"media": uploads}
        if all(upload["is_ready"] for upload in uploads):
            return Ready(post=post, saved=state)
        moves = any(media.is_video for media in post.media)
        return Waiting(saved=state, check_after=CHECK_VIDEO_SECONDS if moves else CHECK_SECONDS)

    def _upload(self, media: Media) -> Upload:
        answer = self._send_video(media) if media.is_video else self._send_picture(media)
        told = object_with(answer, Stake.HIDDEN, "id")
        if told.get("type") == "unknown":
            raise Rejected(Code.MEDIA_REFUSED, params={"status": answer.status})
        return {
            "sha256": media.sha256,
            "id": str(told["id"]),
            "is_ready": answer.status != 202,
            "uploaded_at": datetime.now(UTC).isoformat(),
        }

    def _send_picture(self, media: Media) -> Answer:
        return self._post(
            SECONDS,
            files={"file": (_name(media), self.read_media(media), media.mime_type)},
            data={"description": media.alt_text},
        )

    def _send_video(self, media: Media) -> Answer:
        """Read from the file while it leaves, and given more time the larger it is."""
        with self._form(media) as form:
            seconds = SECONDS + media.size / BYTES_IN_A_SECOND
            return self._post(seconds, data=form, headers={"Content-Type": form.content_type})

    @contextmanager
    def _form(self, media: Media) -> Iterator[Multipart]:
        """The video, and the poster that the reviewers saw as its thumbnail."""
        with ExitStack() as opened:
            film = opened.enter_context(self.open_stored(media.sha256))
            files = [FormFile("file", _name(media), media.mime_type, FilePart(film, 0, media.size))]
            if media.poster:
                poster = opened.enter_context(self.open_stored(media.poster)).read()
                files.append(FormFile("thumbnail", f"{media.poster[:16]}.jpeg", "image/jpeg", poster))
            yield Multipart({"description": media.alt_text}, files)

    def _post(self, seconds: float, **content: Any) -> Answer:
        return self.call(
            Stake.HIDDEN, "POST", "/api/v2/media", refused=Code.MEDIA_REFUSED, total_timeout=seconds, **content
        )

    def _settled(self, upload: Upload, media: Media) -> Upload:
        """206 while the server is still at work; an upload that it no longer has is made again."""
        if upload["is_ready"]:
            return upload
        try:
            answer = self.call(Stake.HIDDEN, "GET", f"/api/v1/media/{upload['id']}", refused=Code.MEDIA_REFUSED)
        except Rejected as error:
            if error.code == Code.NOT_FOUND:
                return self._upload(media)
            error.saved = {}  # it could not be processed: whoever tries again uploads it anew
            raise
        return {**upload, "is_ready": answer.status == 200}


def _name(media: Media) -> str:
    return f"{media.sha256[:16]}.{media.mime_type.partition('/')[2]}"


def _is_young(upload: Upload) -> bool:
    uploaded_at = timestamp(upload["uploaded_at"])
    return uploaded_at is not None and uploaded_at > datetime.now(UTC) - KEPT
