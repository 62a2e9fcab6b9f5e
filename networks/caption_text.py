"""Hashtags and mentions as Instagram counts them against its limits.

Owns one rule: https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-user/media (read
2026-11) allows 30 hashtags and 20 @ tags in a caption. It does not say what ends one; where that is open we count more
rather than fewer, so that no caption is refused at its due minute.
"""

import regex

HASHTAG = regex.compile(r"(?<!&)[#＃][\p{L}\p{M}\p{N}_\p{Extended_Pictographic}]")
MENTION = regex.compile(r"(?<![A-Za-z0-9_.+@-])[@＠][A-Za-z0-9_.]*[A-Za-z0-9_]")


def hashtags(text: str) -> int:
    """How many hashtags stand in the text, a repeated one each time."""
    return sum(1 for _ in HASHTAG.finditer(text))


def mentions(text: str) -> int:
    """How many accounts are named, a repeated one each time; an e-mail address names none."""
    return sum(1 for _ in MENTION.finditer(text))
