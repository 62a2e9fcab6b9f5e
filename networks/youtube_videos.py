"""What YouTube's Data API answers about videos: their words and state, their figures, the comments under them.

Written from https://developers.google.com/youtube/v3/docs: videos, commentThreads, channels, and
https://developers.google.com/youtube/v3/docs/videoCategories (read 2026-11). Counts come as text.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import parse_qs, urlsplit

from networks.answers import created, only, section, words
from networks.calls import Stake, lost, timestamp
from networks.errors import Code, MissingCode
from networks.fingerprint import fingerprint
from networks.metrics import Metric
from networks.options import choice
from networks.options import words as written
from networks.types import AccountMetrics, Comment, Post, PostMetrics, Published, Visibility

TITLE, MADE_FOR_KIDS, CATEGORY, PLAYLIST = "title", "made_for_kids", "category", "playlist"
MAX_TITLE, MAX_DESCRIPTION_BYTES = 100, 5_000
SIGNS = "<>"
"""Neither a title nor a description may hold them."""
CATEGORIES = {"people": "22", "education": "27", "nonprofits": "29", "news": "25", "science": "28", "howto": "26"}
"""Those of an institution's use; the network takes the first where it is told none."""
OPTIONS = (
    written(TITLE, MAX_TITLE, required=True),
    choice(MADE_FOR_KIDS, "no", "yes", required=True),
    choice(CATEGORY, *CATEGORIES),
    written(PLAYLIST, 200),
)
PRIVACY = {Visibility.PUBLIC: "public", Visibility.UNLISTED: "unlisted"}
VIDEO_ID = re.compile(r"[\w-]{6,20}", re.ASCII)
PLAYLIST_ID = re.compile(r"(?:PL|FL|OL|UU)[\w-]{8,60}", re.ASCII)
PLACES = ("shorts", "live", "embed", "v")
READERS = frozenset({"www.youtube.com", "youtube.com", "m.youtube.com", "youtu.be"})
FIGURES = {Metric.VIEWS: "viewCount", Metric.REACTIONS: "likeCount", Metric.COMMENTS: "commentCount"}
Figure = tuple[int | None, str]


def category_of(post: Post) -> str:
    return CATEGORIES.get(post.options.get(CATEGORY, ""), CATEGORIES["people"])


def playlist_of(post: Post) -> str:
    """The playlist's id, given as such or in its address; '' where none is named, or it cannot be read."""
    said = post.options.get(PLAYLIST, "").strip()
    try:
        in_address = parse_qs(urlsplit(said).query).get("list", [said])[0]
    except ValueError:
        return ""
    return in_address if PLAYLIST_ID.fullmatch(in_address) else ""


def id_in(permalink: str) -> str | None:
    """/watch?v=ID, youtu.be/ID, /shorts/ID and the like."""
    try:
        address = urlsplit(permalink)
        asked = parse_qs(address.query).get("v", [""])[0]
    except ValueError:
        return None
    parts = [part for part in address.path.split("/") if part]
    if parts and parts[-1] == "watch":
        found = asked
    elif address.hostname == "youtu.be" and len(parts) == 1:
        found = parts[0]
    else:
        found = parts[-1] if len(parts) >= 2 and parts[-2] in PLACES else ""
    return found if VIDEO_ID.fullmatch(found) else None


def is_private(told: Mapping[str, Any]) -> bool:
    return words(section(told, "status"), "privacyStatus") == "private"


def has_words_of(told: Mapping[str, Any], title: str, description: str) -> bool:
    """A title or a description may come back with its spaces set otherwise."""
    snippet = section(told, "snippet")
    there = (words(snippet, "title"), words(snippet, "description"))
    return all(fingerprint(a) == fingerprint(b) for a, b in zip(there, (title, description), strict=True))


def is_made_of(told: Mapping[str, Any], size: int) -> bool:
    """Whether a file of this size was taken. The network tells no hash: of an untold size it may be another file."""
    is_taken = words(section(told, "status"), "uploadStatus") in ("uploaded", "processed")
    return is_taken and count_in(section(told, "fileDetails"), "fileSize")[0] == size


def published(told: Mapping[str, Any], home: str) -> Published:
    """`publishedAt` is when the video was shown, not when it was uploaded; a change of its state does not tell it."""
    remote_id = words(told, "id")
    return Published(
        remote_id=remote_id,
        permalink=f"{home}/watch?v={remote_id}",
        published_at=created(section(told, "snippet"), "publishedAt"),
        raw={**only(told, ("id", "etag")), "privacy": words(section(told, "status"), "privacyStatus")},
    )


def count_in(told: Mapping[str, Any], name: str) -> Figure:
    """A count that comes as text, or None with the MissingCode that says why."""
    value = told.get(name)
    if value is None:
        return None, MissingCode.NOT_REPORTED
    is_number = isinstance(value, int) and not isinstance(value, bool)
    text = str(value) if isinstance(value, str) or is_number else ""
    return (int(text), "") if text.isascii() and text.isdigit() and len(text) < 19 else (None, MissingCode.UNREADABLE)


def video_figures(told: Mapping[str, Any], watched: Mapping[Metric, Figure], extra: Mapping[str, int]) -> PostMetrics:
    """Its own counts and those of the report. Comments that are switched off are not counted as none."""
    statistics = section(told, "statistics")
    figures = {metric: count_in(statistics, name) for metric, name in FIGURES.items()} | dict(watched)
    dislikes = count_in(statistics, "dislikeCount")[0]
    return PostMetrics(
        remote_id=words(told, "id"),
        values={metric: value for metric, (value, _) in figures.items()},
        missing={metric: why for metric, (_, why) in figures.items() if why},
        extra={**extra, **({"dislikes": dislikes} if dislikes is not None else {})},
    )


def channel_figures(told: Mapping[str, Any]) -> AccountMetrics:
    """Subscribers are told rounded to three digits, and not at all where the channel hides them."""
    statistics = section(told, "statistics")
    is_hidden = statistics.get("hiddenSubscriberCount") is True
    followers, why = (None, MissingCode.NOT_REPORTED) if is_hidden else count_in(statistics, "subscriberCount")
    others = {"view_count": "viewCount", "video_count": "videoCount"}
    extra = {ours: count_in(statistics, name)[0] for ours, name in others.items()}
    return AccountMetrics(
        {Metric.FOLLOWERS: followers},
        {Metric.FOLLOWERS: why} if why else {},
        {name: value for name, value in extra.items() if value is not None},
    )


def comments_in(threads: Sequence[Mapping[str, Any]], remote_id: str, home: str) -> list[Comment]:
    """Each thread's first comment, then the answers that came with it."""
    found: list[Comment] = []
    for thread in threads:
        top = section(section(thread, "snippet"), "topLevelComment")
        found.append(comment(top, remote_id, remote_id, home))
        answers = section(thread, "replies").get("comments")
        for answer in answers if isinstance(answers, list) else []:
            found.append(comment(answer, words(top, "id"), remote_id, home))
    return found


def comment(told: object, reply_to: str, remote_id: str, home: str) -> Comment:
    """As plain text. Raises Unreachable where it has no id or no time."""
    told = told if isinstance(told, dict) else {}
    snippet = section(told, "snippet")
    at = timestamp(snippet.get("publishedAt"))
    if at is None or not told.get("id"):
        raise lost(Stake.READ, Code.ANSWER_UNREADABLE)
    return Comment(
        remote_id=words(told, "id"),
        reply_to=reply_to,
        author=words(snippet, "authorDisplayName"),
        text=words(snippet, "textOriginal", "textDisplay"),
        created_at=at,
        permalink=f"{home}/watch?v={remote_id}&lc={words(told, 'id')}",
    )
