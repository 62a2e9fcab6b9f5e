"""What TikTok is told of a post, what it lets its creator choose, and what became of a posting.

Written from, under https://developers.tiktok.com/doc/, content-posting-api-reference-direct-post,
-reference-photo-post, -reference-query-creator-info, -reference-get-video-status and content-sharing-guidelines (read
2026-11).

The guidelines want a person to say who sees a post, with no value chosen beforehand, and comments, duets and stitches
off unless a person turns them on: each post tells all of it. What the account itself has turned off stays off.

A post may also go to the inbox of the account's application, where a person chooses all of that and posts it: this is
the way of an application that TikTok has not audited. A video goes there without its words (the pages have no field for
them), so that the person needs them at hand; a post of pictures takes them along.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from networks.answers import words
from networks.errors import Code, ProblemCode, Rejected
from networks.options import OFF, ON, choice, switch, value_of
from networks.options import words as text
from networks.types import Post, Problem, Processing, Published, Severity

CHECKED_AGAIN_SECONDS = 60.0
"""The check of a post mostly ends within a minute."""
EVERYONE = "everyone"
ON_THE_PHONE = "on_the_phone"
AUDIENCES = {
    EVERYONE: "PUBLIC_TO_EVERYONE",
    "mutual_followers": "MUTUAL_FOLLOW_FRIENDS",
    "followers": "FOLLOWER_OF_CREATOR",
    "nobody": "SELF_ONLY",
}
OF_VIDEOS = ("duets", "stitches", "made_by_ai", "cover_second")
"""The page for pictures has no such fields: a post of pictures cannot say them."""
OPTIONS = (
    choice("audience", *AUDIENCES, ON_THE_PHONE, required=True),
    switch("comments", default=OFF),
    switch("duets", default=OFF),
    switch("stitches", default=OFF),
    switch("own_promotion", default=OFF),
    switch("paid_partnership", default=OFF),
    switch("made_by_ai", default=OFF),
    text("cover_second", 6),
)
CLOSED = {"comments": "comment_disabled", "duets": "duet_disabled", "stitches": "stitch_disabled"}
"""What the account itself may have turned off, by the option it makes void."""
FAILURES: Mapping[str, Code] = {
    "file_format_check_failed": Code.MEDIA_FORMAT_REFUSED,
    "duration_check_failed": Code.MEDIA_LENGTH_REFUSED,
    "frame_rate_check_failed": Code.MEDIA_FRAME_RATE_REFUSED,
    "picture_size_check_failed": Code.MEDIA_SIDES_REFUSED,
    "video_pull_failed": Code.MEDIA_NEVER_FETCHED,
    "photo_pull_failed": Code.MEDIA_NEVER_FETCHED,
    "publish_cancelled": Code.CANCELLED_THERE,
    "auth_removed": Code.TOKEN_INVALID,
    "spam_risk_too_many_posts": Code.POSTS_SPENT,
    "spam_risk_user_banned_from_posting": Code.POLICY_BLOCKED,
    "spam_risk_text": Code.TEXT_LIKE_SPAM,
    "spam_risk": Code.POLICY_BLOCKED,
    "internal": Code.GAVE_UP,
}


def said(post: Post, name: str) -> str:
    return value_of(OPTIONS, post.options, name)


def is_on(post: Post, name: str) -> bool:
    return said(post, name) == ON


def is_video(post: Post) -> bool:
    return bool(post.media) and post.media[0].is_video


def goes_to_inbox(post: Post) -> bool:
    return said(post, "audience") == ON_THE_PHONE


def failure(reason: str) -> Rejected:
    """What a posting that ended as FAILED says of it; a reason without a name here is a refusal all the same."""
    return Rejected(FAILURES.get(reason, Code.POST_REFUSED), params={"reason": reason}, detail=reason)


# Before it is sent


def problems_of(post: Post) -> Iterator[Problem]:
    """What its own options cannot say together."""
    if is_on(post, "paid_partnership") and said(post, "audience") == "nobody":
        yield _not_offered("audience", "nobody")
    if (cover := said(post, "cover_second")) and not _is_second_of(post, cover):
        yield _not_offered("cover_second", cover)
    for name in (name for name in _void_in(post) if name in post.options):
        yield Problem(ProblemCode.OPTION_NOT_OFFERED, {"option": name}, Severity.BLOCK, f"options.{name}")


def _void_in(post: Post) -> tuple[str, ...]:
    """The options that this post cannot say: they are chosen on the phone, or there is no field for them."""
    if goes_to_inbox(post):
        return tuple(option.name for option in OPTIONS if option.name != "audience")
    return OF_VIDEOS if post.media and not is_video(post) else ()


def _not_offered(name: str, value: str) -> Problem:
    params = {"option": name, "value": value}
    return Problem(ProblemCode.OPTION_VALUE_NOT_OFFERED, params, Severity.BLOCK, f"options.{name}")


def _is_second_of(post: Post, cover: str) -> bool:
    """Whether it is a number, with or without a fraction, within the video."""
    if not (cover.isascii() and cover.replace(".", "", 1).isdigit()):
        return False
    return not is_video(post) or float(cover) * 1000 <= post.media[0].duration_ms


def refuse_unfit(post: Post, creator: Mapping[str, Any]) -> None:
    """Raises Rejected for what the account cannot post today; `creator` answers creator_info/query."""
    offered = creator.get("privacy_level_options")
    audience = AUDIENCES.get(said(post, "audience"), "")
    if not isinstance(offered, list) or audience not in offered:
        raise Rejected(Code.AUDIENCE_REFUSED, params={"audience": said(post, "audience")})
    longest = creator.get("max_video_post_duration_sec")
    if is_video(post) and isinstance(longest, int) and 0 < longest * 1000 < post.media[0].duration_ms:
        raise Rejected(Code.MEDIA_LENGTH_REFUSED, params={"limit": longest})


def closed_in(creator: Mapping[str, Any]) -> list[str]:
    """The options that the account itself makes void."""
    return [name for name, field in CLOSED.items() if creator.get(field) is True]


# What is sent


def video_info(post: Post, caption: str, closed: list[str]) -> dict[str, Any]:
    """`post_info` of a video. Without a second for its cover the first frame is shown."""
    cover = said(post, "cover_second")
    at = {"video_cover_timestamp_ms": round(float(cover) * 1000)} if cover else {}
    return {
        "title": caption,
        **_shared(post, closed),
        "disable_duet": not is_on(post, "duets") or "duets" in closed,
        "disable_stitch": not is_on(post, "stitches") or "stitches" in closed,
        "is_aigc": is_on(post, "made_by_ai"),
        **at,
    }


def photo_request(post: Post, caption: str, closed: list[str], address: Callable[[str], str]) -> dict[str, Any]:
    """A post of pictures: its words are the `description` (the `title` above it holds 90 units); no music is added."""
    chosen = {} if goes_to_inbox(post) else {**_shared(post, closed), "auto_add_music": False}
    return {
        "media_type": "PHOTO",
        "post_mode": "MEDIA_UPLOAD" if goes_to_inbox(post) else "DIRECT_POST",
        "post_info": {"description": caption, **chosen},
        "source_info": {
            "source": "PULL_FROM_URL",
            "photo_images": [address(media.sha256) for media in post.media],
            "photo_cover_index": 0,
        },
    }


def _shared(post: Post, closed: list[str]) -> dict[str, Any]:
    return {
        "privacy_level": AUDIENCES[said(post, "audience")],
        "disable_comment": not is_on(post, "comments") or "comments" in closed,
        "brand_content_toggle": is_on(post, "paid_partnership"),
        "brand_organic_toggle": is_on(post, "own_promotion"),
    }


# What became of it


def reference(publish_id: str, post: Post) -> str:
    """What a posting is asked for by later: its id, and who sees the post."""
    return f"{publish_id}#{said(post, 'audience')}"


def read_reference(ref: str) -> tuple[str, str]:
    """The posting's id, and who sees the post: only where everyone does it has a public id in the end."""
    publish_id, _, audience = ref.partition("#")
    return publish_id, audience


def public_id(told: Mapping[str, Any]) -> str:
    """The id of the post once it is public, under the name that the page spells so; "" before."""
    for name in ("publicaly_available_post_id", "publicly_available_post_id"):
        ids = told.get(name)
        if isinstance(ids, list) and ids:
            return words({"id": ids[0]}, "id")
    return ""


def over_there(ref: str, publish_id: str, audience: str) -> Published | Processing:
    """What TikTok has done its part for, without a public id yet; what not everyone sees never has one, nor a link."""
    if audience == ON_THE_PHONE:
        return Processing(ref, None)
    if audience == EVERYONE:
        return Processing(ref, CHECKED_AGAIN_SECONDS)
    return Published(publish_id, "", datetime.now(UTC), {"publish_id": publish_id})
