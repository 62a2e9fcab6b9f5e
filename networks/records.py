"""Records of the AT Protocol: their addresses and keys, the links that people know them by, and what is read of them.

Written from https://atproto.com/specs/at-uri-scheme, /specs/tid, /specs/record-key and the lexicons app.bsky.feed.defs
and app.bsky.embed.images (read 2026-11).
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from networks.answers import count_of, objects, section, words
from networks.metrics import Metric
from networks.types import AccountMetrics, Media, PostMetrics

POST = "app.bsky.feed.post"
PROFILE = "app.bsky.actor.profile"
FIGURES = {
    Metric.REACTIONS: "likeCount",
    Metric.SHARES: "repostCount",
    Metric.COMMENTS: "replyCount",
    Metric.QUOTES: "quoteCount",
}
_POST_LINK = re.compile(r"/profile/(?P<repo>[^/]+)/post/(?P<key>[A-Za-z0-9._~:-]+)/?$")
_PROFILE_LINK = re.compile(r"/profile/(?P<repo>[^/]+)")
_INVISIBLE = "\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


@dataclass(frozen=True)
class RecordAddress:
    """at://repo/collection/key; `repo` is an account's DID, or its handle where a person gave a link with it."""

    repo: str
    collection: str
    key: str

    def __str__(self) -> str:
        return f"at://{self.repo}/{self.collection}/{self.key}"

    def as_params(self) -> dict[str, str]:
        return {"repo": self.repo, "collection": self.collection, "rkey": self.key}


_ADDRESS = re.compile(r"at://([\w.:%-]+)/([\w.-]+)/([\w.~:-]+)", re.ASCII)


def record_address(uri: str) -> RecordAddress | None:
    found = _ADDRESS.fullmatch(uri)
    return RecordAddress(*found.groups()) if found else None


_DIGITS = "234567abcdefghijklmnopqrstuvwxyz"
_FIRST = int(datetime(2023, 1, 1, tzinfo=UTC).timestamp()) * 1_000_000
_SPAN = 3 * 365 * 86_400 * 1_000_000


def record_key(key: str) -> str:
    """The same TID for the same key of ours: 13 characters, 57 bits of its hash.

    A TID reads as microseconds and ten bits of a clock's number. These lie in the years from 2023 to 2025 for every
    post: no time is meant, but none is in the future and none of a shape that a server could find odd.
    """
    drawn = int.from_bytes(hashlib.sha256(key.encode()).digest()[:16], "big")
    number = (_FIRST + drawn % _SPAN) << 10 | (drawn // _SPAN) % 1024
    return "".join(_DIGITS[(number >> shift) & 31] for shift in range(60, -1, -5))


# Links and names, as people see them


def post_in(link: str) -> RecordAddress | None:
    """The post that a link of the network's pages leads to; None for another page."""
    found = _POST_LINK.search(_path(link))
    return RecordAddress(found["repo"], POST, found["key"]) if found else None


def may_be_same_account(link: str, profile_url: str) -> bool:
    """Both name an account, and the same one; a lasting id and a handle cannot be compared, and pass."""
    found = [_PROFILE_LINK.search(_path(url)) for url in (link, profile_url)]
    names = [one["repo"].lower() for one in found if one]
    return len(names) == 2 and (names[0] == names[1] or names[0].startswith("did:") != names[1].startswith("did:"))


def _path(url: str) -> str:
    """The path of an address, or nothing where it cannot be read as one."""
    try:
        return urlsplit(url).path
    except ValueError:
        return ""


def bare_handle(name: str) -> str:
    """A handle as a person writes or pastes it, without its @, marks of direction, or the address of its profile."""
    plain = name.strip().strip(_INVISIBLE).strip().rstrip("/")
    return plain.rpartition("/profile/")[2].removeprefix("@").strip(_INVISIBLE)


# What is written into records and read out of the index


def image(blob: Mapping[str, Any], media: Media) -> dict[str, Any]:
    return {"image": blob, "alt": media.alt_text, "aspectRatio": {"width": media.width, "height": media.height}}


def figures(remote_id: str, view: Mapping[str, Any]) -> PostMetrics:
    read = {metric: count_of(view, name) for metric, name in FIGURES.items()}
    return PostMetrics(
        remote_id=remote_id,
        values={metric: value for metric, (value, _) in read.items()},
        missing={metric: why for metric, (_, why) in read.items() if why},
    )


def answers_below(thread: Mapping[str, Any], *, but_of: str | None) -> Iterator[Mapping[str, Any]]:
    """The posts under the first, without the account's own; what is deleted, or hidden by a block, has none to show."""
    waiting = objects(thread, "replies")
    while waiting:
        answer = waiting.pop()
        post = section(answer, "post")
        if words(post, "uri") and words(section(post, "author"), "did") != but_of:
            yield post
        waiting += objects(answer, "replies")


def account_figures(account: Mapping[str, Any]) -> AccountMetrics:
    followers, why = count_of(account, "followersCount")
    told = ((name, count_of(account, name)[0]) for name in ("followsCount", "postsCount"))
    extra = {name: value for name, value in told if value is not None}
    return AccountMetrics({Metric.FOLLOWERS: followers}, {Metric.FOLLOWERS: why} if why else {}, extra)
