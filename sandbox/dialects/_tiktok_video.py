"""Owns what the simulated TikTok refuses of a video file.

Source (read 2026-11): the restrictions of videos on
https://developers.tiktok.com/doc/content-posting-api-media-transfer-guide.
"""

from __future__ import annotations

from sandbox.films import MP4, QUICKTIME, WEBM, Film

SIDES = (360, 4096)
"""Pixels of width and of height."""
FRAMES = (23.0, 60.0)
"""Frames in a second; a rounding error is not one too few."""


def fail_reason(film: Film, longest: float) -> str:
    """The documented reason for which processing fails; empty for a file that will do. `longest` in seconds."""
    if film.mime != WEBM and (film.mime not in (MP4, QUICKTIME) or film.seconds is None):
        return "file_format_check_failed"
    if (film.seconds or 0.0) > longest:
        return "duration_check_failed"
    if film.frames and not FRAMES[0] <= round(film.frames, 1) <= FRAMES[1]:
        return "frame_rate_check_failed"
    if any(side and not SIDES[0] <= side <= SIDES[1] for side in (film.width, film.height)):
        return "picture_size_check_failed"
    return ""
