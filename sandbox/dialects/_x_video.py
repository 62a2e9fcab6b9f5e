"""Owns what the simulated X takes of each kind of media: types, categories, sizes, and why its processing fails.

Sources (read 2026-11): https://docs.x.com/x-api/media/quickstart/best-practices (limits of an account without Premium,
which all accounts here are), /x-api/media/initialize-media-upload (types and categories), and for the words of a
failure https://developer.x.com/en/docs/media/upload-media/api-reference/get-media-upload-status and
https://twittercommunity.com/t/announcement-uploading-long-videos/92845; the pages of version 2 print none.
"""

from __future__ import annotations

import math
from typing import Any

from sandbox.dialects._x_access import Refused, forbidden, invalid, problem
from sandbox.films import MP4, QUICKTIME, TRANSPORT, WEBM, Film
from sandbox.records import Media

MEGA, GIGA = 1024 * 1024, 1024**3
IMAGE, GIF, VIDEO = "image", "gif", "video"
IMAGES = frozenset({"image/jpeg", "image/png", "image/webp", "image/bmp", "image/tiff", "image/pjpeg"})
VIDEOS = frozenset({MP4, QUICKTIME, WEBM, TRANSPORT})
MOST = {IMAGE: 5 * MEGA, GIF: 15 * MEGA, VIDEO: 8 * GIGA, "dm_video": 512 * MEGA}
CATEGORIES = {
    "tweet_image": IMAGE, "tweet_gif": GIF, "tweet_video": VIDEO, "amplify_video": VIDEO, "dm_image": IMAGE,
    "dm_gif": GIF, "dm_video": VIDEO,
}  # fmt: skip
LEAST_SECONDS = 0.5
POST_MINUTES, PREMIUM_MINUTES, DM_SECONDS = 20, 125, 140
MOST_FRAMES = 60
LEAST_SIDE, LONG_SIDE, SHORT_SIDE = 32, 1280, 1024
WIDEST = 3.0
BAD_FILE = "media type unrecognized."
PENDING_SHARE = 0.25

Json = dict[str, Any]
INVALID: Json = {"code": 1, "name": "InvalidMedia", "message": "Unsupported video format"}


def kind_of(mime: str) -> str:
    """Raises Refused for a type that is not taken."""
    kind = IMAGE if mime in IMAGES else GIF if mime == "image/gif" else VIDEO if mime in VIDEOS else ""
    if not kind:
        raise invalid(BAD_FILE, media_type=[mime])
    return kind


def category_of(mime: str, asked: str) -> str:
    """What the upload is for: that of a post where nothing is said. Raises Refused."""
    kind = kind_of(mime)
    if asked == "subtitles":
        raise problem(501, "Not Implemented", "The sandbox does not imitate subtitles")
    category = asked or f"tweet_{kind}"
    if CATEGORIES.get(category) != kind:
        raise invalid(f"media_category [{asked}] does not fit media_type [{mime}]", media_category=[asked])
    return category


def most_bytes(category: str) -> int:
    return MOST.get(category, MOST[CATEGORIES[category]])


def is_moving(media: Media) -> bool:
    """It is processed after its upload, and stands alone in a post."""
    return CATEGORIES.get(media.extra.get("category", ""), IMAGE) != IMAGE


def failure(film: Film, mime: str, category: str) -> Json | None:
    """Why processing fails; None for a video that will do. Of some types no more than the type is read."""
    family = {MP4, QUICKTIME}
    if film.mime != mime and not {film.mime, mime} <= family:
        return INVALID
    if film.seconds is None:
        return INVALID if film.mime in family else None
    longest = DM_SECONDS if category == "dm_video" else PREMIUM_MINUTES * 60
    if film.seconds > longest:
        said = f"Duration {_spelled(film.seconds)} exceeds max duration of {_spelled(longest)}"
        return {"code": 3, "name": "UnsupportedMedia", "message": said}
    return None if film.seconds >= LEAST_SECONDS and _fits(film) else INVALID


def _fits(film: Film) -> bool:
    short, long = sorted((film.width, film.height))
    is_sized = short >= LEAST_SIDE and long <= LONG_SIDE and short <= SHORT_SIDE and long <= WIDEST * short
    return is_sized and round(film.frames) <= MOST_FRAMES and film.sound in {"", "mp4a"}


def _spelled(seconds: float) -> str:
    minutes, rest = divmod(round(seconds * 1000), 60_000)
    hours, minutes = divmod(minutes, 60)
    whole, thousandths = divmod(rest, 1000)
    parts = {"hours": hours, "minutes": minutes, "seconds": whole, "milliseconds": thousandths}
    return "+".join(f"{number}.{name}" for name, number in parts.items() if number)


def too_long_for_a_post(media: Media) -> Refused | None:
    """An upload may succeed, and its post still be refused."""
    if (media.extra.get("seconds") or 0.0) <= POST_MINUTES * 60:
        return None
    return forbidden(f"This user is not allowed to post a video longer than {POST_MINUTES} minutes.")


def processing(media: Media, now: float) -> Json | None:
    """`processing_info` of what is processed: pending, in_progress, then succeeded or failed; None for a picture."""
    if not is_moving(media):
        return None
    left = media.ready_at - now
    if left <= 0 and media.extra.get("failure"):
        return {"state": "failed", "progress_percent": 100, "error": media.extra["failure"]}
    if left <= 0:
        return {"state": "succeeded", "progress_percent": 100}
    wait = 1 if math.isinf(left) else max(1, math.ceil(left))
    passed = now - media.extra["finalized_at"]
    share = 0.5 * (passed > 0) if math.isinf(left) else passed / (passed + left)
    if share < PENDING_SHARE:
        return {"state": "pending", "check_after_secs": wait}
    return {"state": "in_progress", "check_after_secs": wait, "progress_percent": math.floor(share * 100)}
