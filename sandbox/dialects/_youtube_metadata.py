"""Owns what a video's metadata may be, and how a request's resource becomes it: parts are replaced whole.

Sources (read 2026-11): https://developers.google.com/youtube/v3/docs/videos (limits: title 100 characters, description
5000 bytes, tags 500 characters, no < and > in any), https://developers.google.com/youtube/v3/docs/videos/update (what a
named part leaves out is deleted, a left-out privacy becomes the default), .../videos/insert (defaults).
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

from sandbox.dialects._youtube_errors import GoogleError, bad
from sandbox.dialects._youtube_videos import PRIVACIES, PRIVATE, PUBLIC

PARTS = frozenset(
    {
        "contentDetails", "fileDetails", "id", "liveStreamingDetails", "localizations", "paidProductPlacementDetails",
        "player", "processingDetails", "recordingDetails", "snippet", "statistics", "status", "suggestions",
        "topicDetails",
    }
)  # fmt: skip
SETTABLE = frozenset({"snippet", "status"})
"""The parts that are imitated for writing."""
OTHERS = frozenset({"localizations", "paidProductPlacementDetails", "recordingDetails"})
SNIPPET = frozenset(
    {
        "publishedAt", "channelId", "title", "description", "thumbnails", "channelTitle", "tags", "categoryId",
        "liveBroadcastContent", "defaultLanguage", "localized", "defaultAudioLanguage",
    }
)  # fmt: skip
STATUS = frozenset(
    {
        "uploadStatus", "failureReason", "rejectionReason", "privacyStatus", "publishAt", "license", "embeddable",
        "publicStatsViewable", "madeForKids", "selfDeclaredMadeForKids", "containsSyntheticMedia",
    }
)  # fmt: skip
CATEGORIES = frozenset(str(number) for number in (1, 2, 10, 15, 17, *range(19, 21), *range(22, 30)))
"""Those to which a video may be assigned: https://developers.google.com/youtube/v3/docs/videoCategories/list"""
TITLE_CHARACTERS, DESCRIPTION_BYTES, TAG_CHARACTERS = 100, 5000, 500

LANGUAGE = re.compile(r"|[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
"""A BCP-47 tag, as far as its letters go."""

Json = dict[str, Any]


def parts_of(asked: str, known: frozenset[str] = PARTS) -> list[str]:
    """The names of `part`; refuses one that is unknown, or none."""
    names = [name.strip() for name in asked.split(",") if name.strip()]
    if not names:
        said = "No value for the required parameter part."
        raise bad("missingRequiredParameter", said, domain="youtube.parameter", location="part")
    if unknown := [name for name in names if name not in known]:
        raise bad("unknownPart", f"'{unknown[0]}'", domain="youtube.part", location="part")
    return names


def checked(resource: Json) -> Json:
    """Refuses names that the resource does not have, and parts that the simulator does not imitate."""
    read_only = PARTS - SETTABLE - OTHERS
    _refuse_unknown(resource, SETTABLE | OTHERS | read_only | {"kind", "etag"}, "video")
    for part, names in (("snippet", SNIPPET), ("status", STATUS)):
        _refuse_unknown(_object(resource, part), names, f"video.{part}")
    if imitated := sorted(set(resource) & OTHERS):
        raise GoogleError(400, "notImplemented", f"The sandbox does not imitate {imitated[0]}")
    return resource


def _refuse_unknown(found: Json, names: frozenset[str] | set[str], where: str) -> None:
    if unknown := sorted(set(found) - names):
        said = f"Invalid JSON payload received. Unknown name \"{unknown[0]}\" at '{where}': Cannot find field."
        raise bad("badRequest", said, domain="global")


def _object(resource: Json, name: str) -> Json:
    found = resource.get(name, {})
    if not isinstance(found, dict):
        raise bad("badRequest", f"Invalid value at '{name}'", domain="global")
    return found


def snippet_of(resource: Json, *, is_new: bool) -> Json:
    """{text, title, tags, category, …} for the part `snippet`; a new video may go without title and category."""
    given = _object(resource, "snippet")
    title, category = given.get("title", "unknown" if is_new else ""), given.get("categoryId", "22" if is_new else "")
    if not isinstance(title, str) or not title.strip() or len(title) > TITLE_CHARACTERS or _has_brackets(title):
        raise bad("invalidTitle", "The request metadata specifies an invalid or empty video title.")
    description = given.get("description", "")
    if not isinstance(description, str) or len(description.encode()) > DESCRIPTION_BYTES or _has_brackets(description):
        raise bad("invalidDescription", "The request metadata specifies an invalid video description.")
    if str(category) not in CATEGORIES:
        raise bad("invalidCategoryId", "The snippet.categoryId property specifies an invalid category ID.")
    return {
        "text": description, "title": title, "tags": _tags(given.get("tags", [])), "category": str(category),
        "language": _language(given, "defaultLanguage"), "audio_language": _language(given, "defaultAudioLanguage"),
    }  # fmt: skip


def _has_brackets(text: str) -> bool:
    return "<" in text or ">" in text


def _tags(given: object) -> list[str]:
    """The limit counts the comma between two tags, and two quotes around one with a space."""
    found = given if isinstance(given, list) else [None]
    tags = [tag for tag in found if isinstance(tag, str) and tag.strip() and not _has_brackets(tag)]
    length = sum(len(tag) + 2 * int(" " in tag) for tag in tags) + max(0, len(tags) - 1)
    if len(tags) < len(found) or length > TAG_CHARACTERS:
        raise bad("invalidTags", "The request metadata specifies invalid video keywords.")
    return tags


def _language(given: Json, name: str) -> str:
    found = given.get(name, "")
    if not isinstance(found, str) or not LANGUAGE.fullmatch(found):
        raise bad("invalidVideoMetadata", f"The request metadata is invalid: snippet.{name}")
    return found


def status_of(resource: Json, now: float, *, was_public: bool) -> Json:
    """{privacy, publish_at, license, …} for the part `status`."""
    given = _object(resource, "status")
    privacy, license_ = given.get("privacyStatus", PUBLIC), given.get("license", "youtube")
    if privacy not in PRIVACIES:
        raise bad("invalidVideoMetadata", "The request metadata is invalid: status.privacyStatus")
    if license_ not in {"youtube", "creativeCommon"}:
        raise bad("invalidVideoMetadata", "The request metadata is invalid: status.license")
    flags = ("embeddable", "publicStatsViewable", "selfDeclaredMadeForKids", "containsSyntheticMedia")
    if wrong := [name for name in flags if not isinstance(given.get(name, False), bool)]:
        raise bad("badRequest", f"Invalid value at 'video.status.{wrong[0]}'", domain="global")
    publish_at = _publish_at(given, str(privacy), was_public=was_public)
    is_due = publish_at is not None and publish_at <= now
    return {
        "privacy": PUBLIC if is_due else privacy, "publish_at": None if is_due else publish_at, "license": license_,
        "embeddable": given.get("embeddable", True), "stats_viewable": given.get("publicStatsViewable", True),
        "kids": given.get("selfDeclaredMadeForKids"), "synthetic": given.get("containsSyntheticMedia"),
    }  # fmt: skip


def _publish_at(given: Json, privacy: str, *, was_public: bool) -> float | None:
    """Only for what is private and never was public; a moment that is over publishes at once."""
    if given.get("publishAt") is None:
        return None
    refusal = bad("invalidPublishAt", "The request metadata specifies an invalid scheduled publishing time.")
    if privacy != PRIVATE or was_public:
        raise refusal
    try:
        at = datetime.fromisoformat(str(given["publishAt"]))
    except ValueError as error:
        raise refusal from error
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()
