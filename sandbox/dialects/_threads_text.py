"""Owns how the simulated Threads counts a text, finds its links and its topic, and what it refuses of them.

Source (read 2026-11): https://developers.facebook.com/docs/threads/posts (limitations, topic tags, links).
"""

from __future__ import annotations

import re
import unicodedata

from wcwidth import iter_graphemes, wcwidth

from sandbox.dialects._threads_errors import wrong

MOST = 500
LINKS = 5
TOPIC = 50
TOO_MANY_LINKS = "THREADS_API__LINK_LIMIT_EXCEEDED"
URL = re.compile(r"(?<![\w@.])(?:https?://|www\.)[^\s<>«»\"]+", re.IGNORECASE)
AT_THE_END = ".,;:!?،؛؟)]}'’…"
IN_TEXT = re.compile(r"(?<![\w&])#([^\s.&@!?,;:#]{1,50})")
SHOWN_AS_PICTURE = "\ufe0f"
CJK = range(0x3000, 0x3400)
PICTURES, IDEOGRAPHS = 0x1F000, 0x20000
FLAGS = range(0x1F1E6, 0x1F200)


def length(text: str) -> int:
    """Characters, each emoji as many as it has bytes in UTF-8."""
    return sum(len(one.encode()) if _is_emoji(one) else len(one) for one in iter_graphemes(text))


def _is_emoji(grapheme: str) -> bool:
    """What is shown as a picture: by itself, as a flag, or because the character after it says so."""
    return SHOWN_AS_PICTURE in grapheme or any(_is_pictured(one) for one in grapheme)


def _is_pictured(character: str) -> bool:
    """Wide symbols but for those of East Asian writing; of the newest ones the category may not be known here."""
    number = ord(character)
    is_symbol = number >= PICTURES or (unicodedata.category(character) == "So" and number not in CJK)
    return (is_symbol and wcwidth(character) == 2 and number < IDEOGRAPHS) or number in FLAGS


def links_in(text: str) -> list[str]:
    """Each once, in their order."""
    return list(dict.fromkeys(found[0].rstrip(AT_THE_END) for found in URL.finditer(text)))


def topic_in(text: str) -> str:
    """The first tag in the text; a whole number after the sign is none."""
    found = (match[1] for match in IN_TEXT.finditer(URL.sub(" ", text)))
    return next((tag for tag in found if not tag.isdecimal()), "")


def check_text(text: str, link: str) -> None:
    """Raises GraphError: too long, or with too many links."""
    if length(text) > MOST:
        raise wrong(f"Param text must be at most {MOST} characters long.")
    if len({*links_in(text), *([link] if link else [])}) > LINKS:
        raise wrong(TOO_MANY_LINKS)


def check_topic(topic: str) -> None:
    if len(topic) > TOPIC or "." in topic or "&" in topic:
        raise wrong(f"Param topic_tag must be 1 to {TOPIC} characters long, without periods and ampersands.")
