"""Owns the refusals of the simulated Threads' publishing.

https://developers.facebook.com/docs/threads/ (read 2026-11) lists the states of a container, troubleshooting, and names
errors only by words; what an answer looks like is told by graph-api/guides/error-handling. The numbers of the first two
rows are those that developers report (github.com/fbsamples/threads_api issue 70, github.com/gitroomhq/postiz-app issue
1364); those of the others stand in the table of the house's network for pictures, instagram-platform/
instagram-graph-api/reference/error-codes, from which the second row's number comes as well.
"""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.dialects._graph_access import GraphError

NO_MEDIA, NOT_FETCHED, TOO_LARGE, FORMAT, RATIO = 4279009, 2207052, 2207004, 2207005, 2207009
CAROUSEL, NOT_MADE, QUOTA = 2207028, 2207032, 2207042


@dataclass(frozen=True)
class Words:
    """`said` is the user message, with names of what it tells in braces."""

    code: int
    message: str
    title: str
    said: str


TABLE: dict[int, Words] = {
    NO_MEDIA: Words(
        24, "The requested resource does not exist", "Media Not Found", "The media with id {media} cannot be found."
    ),
    NOT_FETCHED: Words(
        1, "An unknown error occurred", "Media download has failed.",
        "The media could not be fetched from this URI: {uri}",
    ),
    TOO_LARGE: Words(
        36000, "The image size is too large.", "Image size too large",
        "The image is too large to download. It should be less than 8 MiB.",
    ),
    FORMAT: Words(
        36001, "The image format is not supported.", "Unsupported image format",
        "The image format {current} is not supported. Supported formats are: JPEG, PNG.",
    ),
    RATIO: Words(
        36003, "The aspect ratio is not supported.", "Aspect ratio not supported",
        "The submitted image with aspect ratio {ratio} cannot be published.",
    ),
    CAROUSEL: Words(
        100, "Invalid parameter", "Carousel is not valid",
        "Carousels need at least 2 photos/videos and no more than 20 photos/videos.",
    ),
    NOT_MADE: Words(-1, "Fatal", "Create media failed", "Create media fail, please try to re-create media"),
    QUOTA: Words(
        9, "Application request limit reached", "Maximum reached",
        "You reached maximum number of posts that is allowed to be published by Content Publishing API.",
    ),
}  # fmt: skip


def refused(subcode: int, **words: object) -> GraphError:
    row = TABLE[subcode]
    more = {"is_transient": False, "error_user_title": row.title, "error_user_msg": row.said.format(**words)}
    return GraphError(row.code, row.message, subcode=subcode, more=more)


def wrong(said: str) -> GraphError:
    """A parameter that is not as the reference asks for it."""
    return GraphError(100, said)
