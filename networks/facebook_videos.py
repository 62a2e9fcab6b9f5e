"""Videos and reels on a Facebook page: what they may be, what is told of them, and how their links look.

Written from https://developers.facebook.com/docs/graph-api/reference/video, /reference/video-status,
/reference/page/video_reels, /documentation/video-api/guides/reels-publishing and, for the size, length and shape of a
video in the feed, /documentation/video-api/reference/error-codes (read 2026-11).
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import SplitResult, parse_qsl

from networks.answers import created, objects, only, section, words
from networks.calls import DETAIL_LENGTH
from networks.errors import Code, ProblemCode, Rejected
from networks.limits import VideoLimits
from networks.options import choice
from networks.types import Post, Problem, Processing, Published, Severity
from outgoing import redact

AS, VIDEO, REEL = "post_as", "video", "reel"
OPTION = choice(AS, VIDEO, REEL)
IN_FEED = VideoLimits(
    types=("video/mp4",),
    max_bytes=2_000_000_000,
    min_duration_ms=1_000,
    max_duration_ms=40 * 60_000,
    min_aspect=0.55,
    max_aspect=1.79,
)
"""The upload takes MP4 alone. The pages say GB; the smaller reading holds here. From 9 by 16 to 16 by 9, with room for
sides that an encoder rounds."""
AS_REEL = VideoLimits(
    types=("video/mp4",),
    max_bytes=2_000_000_000,
    min_duration_ms=3_000,
    max_duration_ms=90_000,
    codecs=("h264", "hevc", "vp9", "av1"),
    audio_codecs=("aac",),
    min_aspect=0.55,
    max_aspect=0.57,
    min_side=540,
    min_frame_rate=23_900,
    max_frame_rate=60_000,
)
"""9 by 16, with the same room; 24 frames a second, with room for film's 23.976."""
FIELDS = "id,status,published,created_time,permalink_url,post_id"
LOOK_AGAIN_SECONDS = 20.0
FAILED = frozenset({"error", "expired", "upload_failed"})
PHASES = {
    "uploading_phase": Code.MEDIA_REFUSED,
    "processing_phase": Code.MEDIA_REFUSED,
    "publishing_phase": Code.POST_REFUSED,
}
LINK = re.compile(r"/(?:reel|videos(?:/[^/]+)?)/([0-9]+)/?$", re.ASCII)
ID = re.compile(r"v([0-9]+)", re.ASCII)
"""How a video is named where the post that shows it is not known: its number alone could be a post's."""


def is_film(post: Post) -> bool:
    return any(media.is_video for media in post.media)


def is_reel(post: Post) -> bool:
    return is_film(post) and post.options.get(AS) == REEL


def problems(post: Post) -> Iterator[Problem]:
    """Only a video can be a reel."""
    if AS in post.options and not is_film(post):
        yield Problem(ProblemCode.OPTION_NOT_OFFERED, {"option": AS}, Severity.BLOCK, f"options.{AS}")


def state_of(told: Mapping[str, Any], home: str, page: str) -> Published | Processing:
    """What became of a video; raises Rejected where the network could not use it, for then nobody sees it.

    "ready" is said of a draft too: `published` tells them apart. `home` is where people read.
    """
    status = section(told, "status")
    state, video = words(status, "video_status"), words(told, "id")
    for name, code in PHASES.items():
        phase = section(status, name)
        if words(phase, "status") == "error":
            raise Rejected(code, detail=_said(phase))
    if state in FAILED:
        raise Rejected(Code.MEDIA_REFUSED, detail=state)
    if state != "ready" or told.get("published") is False:
        return Processing(video, LOOK_AGAIN_SECONDS)
    return Published(
        remote_id=_post_of(told, page) or f"v{video}",
        permalink=_link(told, home, page),
        published_at=created(told, "created_time"),
        raw=only(told, ("id", "post_id", "created_time", "permalink_url")),
    )


def _said(phase: Mapping[str, Any]) -> str:
    errors = [section(phase, "error"), *objects(phase, "errors")]
    return redact(" ".join(words(one, "message") for one in errors if one))[:DETAIL_LENGTH]


def _post_of(told: Mapping[str, Any], page: str) -> str:
    number = words(told, "post_id")
    return f"{page}_{number}" if number and "_" not in number and page else number


def _link(told: Mapping[str, Any], home: str, page: str) -> str:
    """A video's own link is told without its host."""
    link = words(told, "permalink_url") or f"/{page}/videos/{words(told, 'id')}/"
    return f"{home}{link}" if link.startswith("/") else link


def id_in(address: SplitResult) -> str | None:
    """PAGE/videos/NUMBER, /reel/NUMBER or /watch/?v=NUMBER."""
    found = LINK.search(address.path)
    number = found[1] if found else ""
    if address.path.rstrip("/").endswith("/watch"):
        number = dict(parse_qsl(address.query)).get("v", "")
    return f"v{number}" if number.isascii() and number.isdigit() else None


def shown(told: Mapping[str, Any]) -> tuple[int, tuple[str, ...]]:
    """Of a post: how many pictures, and the ids of its videos ("" where one is not told).

    What is behind a link, another's video among it, is shared ("share", "video_share_youtube") and not the post's own.
    """
    items = [item for item in objects(section(told, "attachments"), "data") if "share" not in words(item, "type")]
    inside = [part for item in items for part in objects(section(item, "subattachments"), "data") or [item]]
    pictures = sum(1 for item in inside if item.get("media_type") == "photo")
    videos = [words(section(item, "target"), "id") for item in inside if item.get("media_type") == "video"]
    return pictures, tuple(videos)


def has_files_of(told: Mapping[str, Any], post: Post) -> bool:
    pictures, films = shown(told)
    wanted = sum(media.is_video for media in post.media)
    return (pictures, len(films)) == (len(post.media) - wanted, wanted)
