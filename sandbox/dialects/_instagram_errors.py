"""Owns the refusals of the simulated Instagram's publishing, in the words of its own table.

Source (read 2026-11):
https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/error-codes
"""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.dialects._graph_access import GraphError


@dataclass(frozen=True)
class Words:
    """`said` is the user message, with names of what it tells in braces."""

    code: int
    title: str
    said: str


TABLE: dict[int, Words] = {
    2207003: Words(-2, "Timeout", "It takes too long to download the media."),
    2207006: Words(24, "Media not found", "The media with {media} cannot be found"),
    2207008: Words(
        24, "Media builder not found",
        "The media builder with creation id = {creation} does not exist or has been expired.",
    ),
    2207010: Words(
        36004, "Caption too long",
        "The submitted image's caption was {length} characters long. The maximum number of characters permitted for a"
        " caption is {most}. Please submit media with a shorter caption.",
    ),
    2207023: Words(100, "Unknown media type", "The media type {kind} is unknown."),
    2207026: Words(
        352, "Unsupported format", "The video format is not supported. Please check spec for supported video format"
    ),
    2207027: Words(9007, "Media not ready", "The media is not ready for publishing, please wait for a moment"),
    2207028: Words(
        100, "Carousel is not valid",
        "Your post won't work as a carousel. Carousels need at least 2 photos/videos and no more than 10"
        " photos/videos.",
    ),
    2207032: Words(-1, "Create media failed", "Create media fail, please try to re-create media"),
    2207040: Words(100, "Too many tags", "Cannot use more than {most} tags per created media."),
    2207042: Words(
        9, "Maximum reached",
        "You reached maximum number of posts that is allowed to be published by Content Publishing API.",
    ),
    2207004: Words(
        36000, "Image size too large", "The image is too large to download. It should be less than {size}."
    ),
    2207005: Words(
        36001, "Unsupported image format",
        "The image format {current} is not supported. Supported formats are: JPEG.",
    ),
    2207009: Words(
        36003, "Aspect ratio not supported",
        "The submitted image with aspect ratio {ratio} cannot be published. Please submit an image with a valid"
        " aspect ratio.",
    ),
    2207052: Words(9004, "Media download has failed", "The media could not be fetched from this uri: {uri}"),
    2207057: Words(
        1, "Thumbnail offset out of bounds",
        "Thumbnail offset must be greater than or equal to 0 and less than video duration",
    ),
}  # fmt: skip


def refused(subcode: int, **words: object) -> GraphError:
    """The refusal that the table lists under the subcode, in the form of its sample response."""
    row = TABLE[subcode]
    more = {
        "is_transient": False,
        "error_user_title": row.title,
        "error_user_msg": row.said.format(**words),
    }
    return GraphError(row.code, row.title, subcode=subcode, more=more)


def told_in_status(error: GraphError) -> str:
    """How a container tells that its file was refused after the answer: by the subcode, in a sentence."""
    return f"Error: Media upload has failed with error code {error.body['error']['error_subcode']}"
