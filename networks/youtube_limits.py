"""What YouTube takes of a video and of its words, and what a channel that is not verified may upload.

Written from https://developers.google.com/youtube/v3/docs/videos, /docs/channels (longUploadsStatus) and
https://support.google.com/youtube/answer/71673 (read 2026-11): 256 GB or twelve hours, a quarter of an hour where the
channel's telephone is not confirmed. The pages say GB; the smaller reading holds here.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from networks.answers import section, words
from networks.length import TextUnit
from networks.limits import Limits, VideoLimits
from networks.youtube_videos import MAX_DESCRIPTION_BYTES

HOUR_MS = 3_600_000
UNVERIFIED_MS = HOUR_MS // 4
LIMITS = Limits(
    max_text=MAX_DESCRIPTION_BYTES,
    text_unit=TextUnit.CODE_POINTS,
    max_text_bytes=MAX_DESCRIPTION_BYTES,
    max_media=1,
    needs_media=True,
    video=VideoLimits(
        types=("video/mp4", "video/quicktime", "video/webm"),
        max_bytes=256_000_000_000,
        max_duration_ms=12 * HOUR_MS,
        captions=("application/x-subrip", "text/vtt"),
    ),
)
"""A description is limited in bytes: an Arabic letter takes two of them."""


def limits_of(channel: Mapping[str, Any]) -> Limits:
    """Of this channel, as far as it says so: what is not told is taken for allowed."""
    state = words(section(channel, "status"), "longUploadsStatus")
    if LIMITS.video is None or state in ("", "allowed", "longUploadsUnspecified"):
        return LIMITS
    return replace(LIMITS, video=replace(LIMITS.video, max_duration_ms=UNVERIFIED_MS))
