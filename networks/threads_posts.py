"""What Threads is told of a post, what may be chosen for it, and its containers.

Written from, under https://developers.facebook.com/documentation/threads/, posts, posts/accessibility,
reply-management, reference/publishing, create-posts/text-attachments (how links are counted) and troubleshooting (read
2026-11).

One topic stands above a post. A tag in the text becomes it where none is named; it is then shown without its sign. The
link of a post that is text alone gets a card; beside pictures it is only part of the text.
"""

from collections.abc import Iterator, Mapping
from typing import ClassVar
from urllib.parse import urlsplit

from networks.calls import DETAIL_LENGTH
from networks.containers import Containers
from networks.errors import Code, NetworkError, NotSent, ProblemCode, Rejected
from networks.length import TextUnit
from networks.limits import Limits, VideoLimits
from networks.options import choice, value_of
from networks.options import words as text
from networks.tweet_text import LINK
from networks.types import Media, Post, Problem, Severity
from outgoing import redact

LIMITS = Limits(
    max_text=500,
    text_unit=TextUnit.EMOJI_BYTES,
    max_media=20,
    media_types=("image/jpeg", "image/png"),
    max_media_bytes=8_000_000,
    max_ratio=10,
    max_alt_text=1_000,
    video=VideoLimits(
        types=("video/mp4", "video/quicktime"),
        max_videos=20,
        mixes_with_pictures=True,
        max_bytes=1_000_000_000,
        max_duration_ms=300_000,
        codecs=("h264", "hevc"),
        audio_codecs=("aac",),
        min_aspect=0.01,
        max_aspect=10,
        max_side=1_920,
        min_frame_rate=23_000,
        max_frame_rate=60_000,
        max_bit_rate=100_000_000,
        has_alt_text=True,
    ),
)
"""Of a video's sides the page limits the width alone. In which unit the 500 are counted it says of emoji only: code
points are never fewer than letters. One client counts every letter by its bytes, from what was refused to it
(https://github.com/gitroomhq/postiz-app/pull/1946): no page says so, and such a refusal comes before it is out."""
MAX_LINKS = 5
MAX_TOPIC = 50
TOPIC, WHO_MAY_REPLY = "topic", "who_may_reply"
OPTIONS = (
    choice(WHO_MAY_REPLY, "everyone", "followed", "mentioned", "followers", is_for_every_part=False),
    text(TOPIC, MAX_TOPIC, is_for_every_part=False),
)
REPLY_CONTROL = {"followed": "accounts_you_follow", "mentioned": "mentioned_only", "followers": "followers_only"}
FAILURES: Mapping[str, Code] = {
    "FAILED_PROCESSING_AUDIO": Code.MEDIA_REFUSED,
    "FAILED_PROCESSING_VIDEO": Code.MEDIA_REFUSED,
    "INVALID_ASPEC_RATIO": Code.MEDIA_SIDES_REFUSED,
    "INVALID_ASPECT_RATIO": Code.MEDIA_SIDES_REFUSED,
    "INVALID_BIT_RATE": Code.MEDIA_REFUSED,
    "INVALID_DURATION": Code.MEDIA_LENGTH_REFUSED,
    "INVALID_FRAME_RATE": Code.MEDIA_FRAME_RATE_REFUSED,
    "INVALID_AUDIO_CHANNELS": Code.MEDIA_REFUSED,
    "INVALID_AUDIO_CHANNEL_LAYOUT": Code.MEDIA_REFUSED,
}
"""The page spells the ratio so; both spellings are understood."""
NOT_FETCHED = "FAILED_DOWNLOADING_VIDEO"


def problems_of(post: Post, composed: str) -> Iterator[Problem]:
    """Links are counted once each, also without a scheme."""
    links = len({link.group() for link in LINK.finditer(composed)})
    if links > MAX_LINKS:
        yield Problem(ProblemCode.LINKS_TOO_MANY, {"count": links, "limit": MAX_LINKS}, Severity.BLOCK, "text")
    topic = post.options.get(TOPIC, "")
    if topic and (not _topic(post) or set(topic) & set(".&\n")):
        params = {"option": TOPIC, "value": topic}
        yield Problem(ProblemCode.OPTION_VALUE_NOT_OFFERED, params, Severity.BLOCK, f"options.{TOPIC}")


def _topic(post: Post) -> str:
    return value_of(OPTIONS, post.options, TOPIC).strip().removeprefix("#")


def said_of(post: Post, composed: str) -> dict[str, str]:
    """Who may reply, and the topic, are said by the first of a thread alone."""
    said = {"text": composed} if composed else {}
    if post.link and not post.media:
        said["link_attachment"] = post.link
    if post.reply_to:
        return {**said, "reply_to_id": post.reply_to}
    if audience := REPLY_CONTROL.get(post.options.get(WHO_MAY_REPLY, "")):
        said["reply_control"] = audience
    return {**said, "topic_tag": _topic(post)} if _topic(post) else said


class ThreadsContainers(Containers):
    edge: ClassVar[str] = "threads"
    state: ClassVar[str] = "status"
    status: ClassVar[str] = "error_message"

    def alone(self, post: Post) -> dict[str, str]:
        return self.file(post.media[0]) if post.media else {"media_type": "TEXT"}

    def file(self, media: Media) -> dict[str, str]:
        kind, name = ("VIDEO", "video_url") if media.is_video else ("IMAGE", "image_url")
        described = {"alt_text": media.alt_text} if media.alt_text else {}
        return {"media_type": kind, name: self.address(media.sha256), **described}

    def _make(self, form: Mapping[str, str]) -> str:
        """Of all that it names only the post that it answers may be gone."""
        try:
            return super()._make(form)
        except Rejected as error:
            if error.code != Code.NOT_FOUND or "reply_to_id" not in form:
                raise
            failure = Rejected(Code.REPLY_TARGET_GONE, params=error.params, detail=error.detail)
        raise failure

    def why_not(self, state: str, status: str) -> NetworkError:
        """What it does not name, and an end by age, may fare better in another container."""
        detail, params = redact(f"{state} {status}".strip())[:DETAIL_LENGTH], {"reason": status}
        if code := FAILURES.get(status):
            return Rejected(code, params=params, detail=detail)
        later = Code.MEDIA_NOT_FETCHED if status == NOT_FETCHED else Code.MEDIA_NOT_READY
        return NotSent(later, params=params, detail=detail)


# Its links


def parts_of(link: str) -> tuple[str, list[str]]:
    """Host and path; both names of the network are one. ("", []) for what is no address."""
    try:
        found = urlsplit(link)
        host = (found.hostname or "").removeprefix("www.")
    except ValueError:
        return "", []
    is_web = found.scheme in ("https", "http")
    known = "threads.com" if host == "threads.net" else host
    return (known, [part for part in found.path.split("/") if part]) if is_web else ("", [])


def is_of_account(link: str, profile_url: str) -> bool:
    """On the same host and, where the link names an account, on the same one."""
    (host, path), (home, own) = parts_of(link), parts_of(profile_url)
    names = [[part.lower() for part in parts if part.startswith("@")][:1] for parts in (path, own)]
    return bool(host) and host == home and names[0] in ([], names[1])
