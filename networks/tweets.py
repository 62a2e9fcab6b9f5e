"""What X's API v2 answers: posts with their words as they were typed, pictures and figures, and why it refuses.

After https://docs.x.com/x-api/fundamentals/data-dictionary and https://docs.x.com/x-api/fundamentals/metrics (read
2026-11). The API shows a text with `&`, `<` and `>` escaped, each link as a t.co address, and one such address more at
the end for the pictures.
"""

import html
from collections.abc import Mapping, Sequence
from typing import Any

import regex

from networks.answers import count_of, dated_objects, object_with, objects, section, words
from networks.calls import Answer, Stake, lost
from networks.errors import Code, MissingCode, NeedsReconnect, NetworkError, Rejected
from networks.fingerprint import fingerprint
from networks.metrics import Metric
from networks.options import choice
from networks.tweet_text import LINK
from networks.types import Media, Post, PostMetrics

FIGURES = {
    Metric.VIEWS: "impression_count",
    Metric.REACTIONS: "like_count",
    Metric.SHARES: "retweet_count",
    Metric.COMMENTS: "reply_count",
    Metric.QUOTES: "quote_count",
    Metric.SAVES: "bookmark_count",
}
OPTIONS = (choice("who_may_reply", "everyone", "followed", "mentioned", "verified", is_for_every_part=False),)
REPLY_SETTINGS = {"followed": "following", "mentioned": "mentionedUsers", "verified": "verified"}
_SCHEME = regex.compile(r"https?://", regex.IGNORECASE)
_LEADING_MENTIONS = regex.compile(r"^(?:@\w+\s+)+")
_MISSING = {"resource-not-found": "", "not-authorized-for-resource": MissingCode.NO_PERMISSION}


def data_of(answer: Answer, stake: Stake, needed: str) -> dict[str, Any]:
    """The object under `data`, which must have `needed`."""
    told = object_with(answer, stake, "data")["data"]
    if not isinstance(told, dict) or told.get(needed) in (None, ""):
        raise lost(stake, Code.ANSWER_UNREADABLE, params={"status": answer.status})
    return told


def page_of(answer: Answer) -> tuple[list[dict[str, Any]], Mapping[str, Any], str | None]:
    """The posts of a list, what came with them, and the token of the next page; only `meta` says that it is empty."""
    told = object_with(answer, Stake.READ, "meta")
    counted = count_of(section(told, "meta"), "result_count")[0]
    posts = dated_objects(told.get("data", [] if counted == 0 else None))
    return posts, section(told, "includes"), words(section(told, "meta"), "next_token") or None


def reply_settings(post: Post) -> str | None:
    """Who may reply, https://docs.x.com/x-api/posts/create-post (read 2026-11); None for everyone. A post that answers
    another has none of its own: the first of a thread says it."""
    return None if post.reply_to else REPLY_SETTINGS.get(post.options.get("who_may_reply", ""))


def shown_text(tweet: Mapping[str, Any]) -> str:
    """The words with their links written out and without the address of the pictures; all of a long post."""
    whole = section(tweet, "note_tweet") or tweet
    text = words(whole, "text")
    links = [*objects(section(whole, "entities"), "urls"), *objects(section(tweet, "entities"), "urls")]
    for link in links:
        written = "" if link.get("media_key") else words(link, "expanded_url", "url")
        text = text.replace(words(link, "url") or written, written)
    return html.unescape(text).strip()


def with_links(told: Mapping[str, Any], text: str, field: str) -> str:
    """A profile's text, its short links written out."""
    for link in objects(section(section(told, "entities"), field), "urls"):
        text = text.replace(words(link, "url") or "\0", words(link, "expanded_url", "url"))
    return text


def text_fingerprint(text: str) -> str:
    """Links count as links, with or without a scheme, and not by their address."""
    return fingerprint(LINK.sub("https://t.co/a", text))


def has_words_of(tweet: Mapping[str, Any], text: str) -> bool:
    """Twice compared, so that neither a link that only X sees nor one that X writes in another way hides a post."""
    shown = shown_text(tweet)
    return any(
        text_fingerprint(said) == text_fingerprint(text)
        or fingerprint(_SCHEME.sub("", said)) == fingerprint(_SCHEME.sub("", text))
        for said in (shown, _LEADING_MENTIONS.sub("", shown))
    )


def has_media_of(tweet: Mapping[str, Any], media: Mapping[str, Mapping[str, Any]], post: Post) -> bool:
    """As many, of the same kind, with the same alt texts as far as they are shown. `media` by media key."""
    keys = section(tweet, "attachments").get("media_keys")
    shown = [media.get(str(key), {}) for key in keys] if isinstance(keys, list) else []
    return len(shown) == len(post.media) and all(map(_is_shown_as, shown, post.media))


def _is_shown_as(shown: Mapping[str, Any], media: Media) -> bool:
    kind, said = words(shown, "type"), words(shown, "alt_text")
    is_kind = not kind or (kind == "photo") is not media.is_video
    return is_kind and (not said or fingerprint(said) == fingerprint(media.alt_text))


def answered(tweet: Mapping[str, Any]) -> str | None:
    """The id of the post that this one answers."""
    told = (words(one, "id") for one in objects(tweet, "referenced_tweets") if one.get("type") == "replied_to")
    return next(told, None)


def figures(tweet: Mapping[str, Any]) -> PostMetrics:
    read = {metric: count_of(section(tweet, "public_metrics"), name) for metric, name in FIGURES.items()}
    return PostMetrics(
        remote_id=str(tweet["id"]),
        values={metric: value for metric, (value, _) in read.items()},
        missing={metric: why for metric, (_, why) in read.items() if why},
    )


def unseen(remote_id: str, problem: Mapping[str, Any] | None) -> PostMetrics:
    """A post that an answer left out, with the problem that it named for it, if it did."""
    why = _MISSING.get(words(problem or {}, "type").rpartition("/")[2], MissingCode.NOT_REPORTED)
    if not why:
        return PostMetrics(remote_id, gone=True)
    return PostMetrics(remote_id, values=dict.fromkeys(FIGURES), missing=dict.fromkeys(FIGURES, why))


def why_forbidden(said: str, scopes: Sequence[str]) -> NetworkError | None:
    """The kinds of 403 by their `type` and `detail`; a bare "Forbidden" is how a token without the scope is refused."""
    told = said.lower()
    if "duplicate content" in told:
        return Rejected(Code.DUPLICATE_REFUSED, detail=said)
    if "deleted or not visible" in told:
        return Rejected(Code.REPLY_TARGET_GONE, detail=said)
    if "not allowed to post a video longer" in told:
        return Rejected(Code.MEDIA_LENGTH_REFUSED, detail=said)
    if "suspended" in told or "locked" in told:
        return NeedsReconnect(Code.ACCOUNT_DISABLED, detail=said)
    if "client-forbidden" in told or "client-not-enrolled" in told:
        return Rejected(Code.APPLICATION_REFUSED, detail=said)
    if told == "forbidden about:blank" or "scope" in told or "unsupported-authentication" in told:
        return NeedsReconnect(Code.MISSING_SCOPE, params={"scopes": " ".join(scopes)}, detail=said)
    return None
