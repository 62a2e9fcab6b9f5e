"""How pictures and videos travel to Telegram: in the request that publishes, one of them or an album of both.

Written from https://core.telegram.org/bots/api (sending files, sendPhoto, sendVideo, sendMediaGroup, InputMediaPhoto,
InputMediaVideo; read 2026-11). The picture that stands for a video goes along as its `cover`: a `thumbnail` may have no
more than 320 pixels a side.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import Any, BinaryIO

from networks.limits import VideoLimits
from networks.types import Media, Post
from outgoing import FilePart, FormFile, Multipart

ALBUM = 10
VIDEO = VideoLimits(types=("video/mp4",), max_videos=ALBUM, mixes_with_pictures=True, max_bytes=50_000_000)
"""The page says MB; the smaller reading holds here."""
UPLOAD_SECONDS = 120.0
BYTES_IN_A_SECOND = 250_000
"""A line of 2 Mbit/s; a picture has its time in UPLOAD_SECONDS."""


def seconds(post: Post) -> float:
    """How much longer than a text this post may take."""
    films = sum(media.size for media in post.media if media.is_video)
    return UPLOAD_SECONDS + films / BYTES_IN_A_SECOND if post.media else 0.0


def message(media: Sequence[Media], caption: str) -> tuple[str, dict[str, str]]:
    """The method and its fields; an album has its caption on the first."""
    if len(media) == 1:
        about = {name: _said(value) for name, value in _about(media[0], 0).items()}
        return ("sendVideo" if media[0].is_video else "sendPhoto"), {**about, "caption": caption}
    album: list[dict[str, Any]] = [
        {"type": _kind(each), "media": f"attach://{_kind(each)}{position}", **_about(each, position)}
        for position, each in enumerate(media)
    ]
    album[0]["caption"] = caption
    return "sendMediaGroup", {"media": json.dumps(album, ensure_ascii=False)}


@contextmanager
def form(
    fields: dict[str, str], media: Sequence[Media], open_stored: Callable[[str], AbstractContextManager[BinaryIO]]
) -> Iterator[Multipart]:
    """The whole request, read from the files while it leaves."""
    with ExitStack() as opened:
        files: list[FormFile] = []
        for position, each in enumerate(media):
            name = _kind(each) if len(media) == 1 else f"{_kind(each)}{position}"
            file = opened.enter_context(open_stored(each.sha256))
            files.append(FormFile(name, _named(each), each.mime_type, FilePart(file, 0, each.size)))
            if each.poster:
                poster = opened.enter_context(open_stored(each.poster)).read()
                files.append(FormFile(f"cover{position}", f"{each.poster[:16]}.jpeg", "image/jpeg", poster))
        yield Multipart(fields, files)


def _kind(media: Media) -> str:
    return "video" if media.is_video else "photo"


def _named(media: Media) -> str:
    return f"{media.sha256[:16]}.{media.mime_type.partition('/')[2]}"


def _about(media: Media, position: int) -> dict[str, Any]:
    """What is said of a video, so that it plays while it loads and has its shape from the beginning."""
    if not media.is_video:
        return {}
    told: dict[str, Any] = {"width": media.width, "height": media.height, "supports_streaming": True}
    told |= {"duration": round(media.duration_ms / 1000)}
    return {**told, "cover": f"attach://cover{position}"} if media.poster else told


def _said(value: Any) -> str:
    return "true" if value is True else str(value)
