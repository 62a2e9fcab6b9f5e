"""Owns how a micro-blog weighs and shows a post's plain text: graphemes, links of a fixed weight, safe HTML.

Text is never changed on the way in: counting and showing work on copies.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from dataclasses import dataclass

from wcwidth import iter_graphemes

# A link needs its scheme and a dotted host with a letter domain; brackets and closing punctuation end it.
URL = re.compile(
    r"(?<![A-Za-z0-9@＠$#＃])https?://(?:[^\W_](?:[\w-]*[^\W_])?\.)+[^\W\d_]{2,}(?::\d+)?"
    r"(?:/(?:[^\s<>()?]*\([^\s<>()]*\)|[^\s<>()?]*[^\s<>()?!*\"'「」;:=,.$%\[\]~&|@])?)?"
    r"(?:\?[\w!?*'();:&=+$/%#\[\]\-.,~|@]*[\w&=#/\-])?"
)
HASHTAG = re.compile(r"(?<![\w/)])[#＃]([\w·]*[^\W\d_][\w·]*)")
MENTION = re.compile(r"(?<![\w/])@(\w+(?:[\w.-]*\w)?)(?:@[\w.-]+\w)?")


@dataclass(frozen=True)
class Links:
    """Where hashtags and mentions of a text lead; `account_url` answers None for a handle nobody has."""

    tag_url: Callable[[str], str]
    account_url: Callable[[str], str | None]


def weigh(text: str, *, url_weight: int) -> int:
    """Length in graphemes, each link counting `url_weight` and a remote mention only its local part."""
    shortened = MENTION.sub(lambda match: "@" + match[1], URL.sub("x" * url_weight, text))
    return sum(1 for _ in iter_graphemes(shortened))


def hashtags(text: str) -> list[str]:
    seen: dict[str, str] = {}
    for match in HASHTAG.finditer(URL.sub(" ", text)):
        seen.setdefault(match[1].lower(), match[1])
    return list(seen)


def as_html(text: str, links: Links) -> str:
    """Paragraphs at blank lines, breaks at single ones, links shortened in spans as readers of the network see them."""
    paragraphs = re.split(r"\n{2,}", text.strip().replace("\r\n", "\n"))
    return "".join(f"<p>{_inline(paragraph, links)}</p>" for paragraph in paragraphs if paragraph)


def _inline(paragraph: str, links: Links) -> str:
    parts: list[str] = []
    end = 0
    for match in URL.finditer(paragraph):
        parts += [_words(paragraph[end : match.start()], links), _link(match[0])]
        end = match.end()
    parts.append(_words(paragraph[end:], links))
    return "".join(parts).replace("\n", "<br />")


def _link(url: str) -> str:
    prefix = re.match(r"https?://(?:www\.)?", url)
    start = prefix.end() if prefix else 0
    shown, rest = url[start : start + 30], url[start + 30 :]
    return (
        f'<a href="{html.escape(url)}" target="_blank" rel="nofollow noopener" translate="no">'
        f'<span class="invisible">{html.escape(url[:start])}</span>'
        f'<span class="{"ellipsis" if rest else ""}">{html.escape(shown)}</span>'
        f'<span class="invisible">{html.escape(rest)}</span></a>'
    )


def _words(text: str, links: Links) -> str:
    parts: list[str] = []
    end = 0
    for match in re.finditer(f"(?:{HASHTAG.pattern})|(?:{MENTION.pattern})", text):
        linked = _hashtag(match[1], links) if match[1] else _mention(match[2], links)
        parts += [html.escape(text[end : match.start()]), linked or html.escape(match[0])]
        end = match.end()
    return "".join([*parts, html.escape(text[end:])])


def _hashtag(name: str, links: Links) -> str:
    url = html.escape(links.tag_url(name.lower()))
    return f'<a href="{url}" class="mention hashtag" rel="tag">#<span>{html.escape(name)}</span></a>'


def _mention(handle: str, links: Links) -> str | None:
    url = links.account_url(handle)
    if url is None:
        return None
    link = f'<a href="{html.escape(url)}" class="u-url mention">@<span>{html.escape(handle)}</span></a>'
    return f'<span class="h-card" translate="no">{link}</span>'
