"""Drawn marks, inlined: icons of the interface and marks of the networks out of the installed packages, the shapes of
states, the chain on one line. Rows repeat them by the hundred, so each is drawn once in a process; `typed`, because a
text that is safe as it stands and one that is not are equal.
"""

import re
from functools import cache, lru_cache
from pathlib import Path

from django.conf import settings
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

_DRAWING = re.compile(r"<svg[^>]*>(.*)</svg>", re.DOTALL)


@cache
def drawing(folder: str, name: str) -> SafeString:
    """The shapes inside one installed SVG, empty when the front-end packages are not there.

    Safe to print as it is: the files come from packages pinned by hash, never from a user.
    """
    if not re.fullmatch(r"[a-z0-9-]+", name):
        raise ValueError(name)
    for root in (Path(settings.BASE_DIR) / "static", Path(settings.STATIC_ROOT)):
        file = root / "vendor" / "icons" / folder / f"{name}.svg"
        if file.exists():
            found = _DRAWING.search(file.read_text(encoding="utf-8"))
            inner = re.sub(r"<title>.*?</title>|\s*\n\s*", " ", found[1] if found else "").strip()
            return mark_safe(inner)  # noqa: S308
    return SafeString("")


@lru_cache(512)
def icon_svg(name: str, classes: str = "") -> SafeString:
    return format_html(
        '<svg class="icon{}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-linecap="round" '
        'stroke-linejoin="round" aria-hidden="true" focusable="false">{}</svg>',
        f" {classes}" if classes else "",
        drawing("lucide", name),
    )


@lru_cache(512, typed=True)
def brand_mark(slug: str, label: str, quiet: bool) -> SafeString:
    words = format_html('<span class="sr">{}</span>' if quiet else "<span>{}</span>", label) if label else ""
    return format_html('<span class="net">{}{}</span>', brand_svg(slug), words)


def brand_svg(slug: str) -> SafeString:
    return format_html(
        '<svg class="icon-fill" viewBox="0 0 24 24" aria-hidden="true" focusable="false">{}</svg>',
        drawing("brands", slug),
    )


@lru_cache(512, typed=True)
def state_mark(kind: str, label: str) -> SafeString:
    return format_html('<span class="state is-{}"><i aria-hidden="true"></i>{}</span>', kind, label)


@lru_cache(2048, typed=True)
def hidden_state(kind: str, label: str, number: int | str = "") -> SafeString:
    """The shape with its words for screen readers only, and a number beside it."""
    words = '<span class="state is-{}"><i aria-hidden="true"></i><span class="sr">{}</span>{}</span>'
    return format_html(words, kind, label, number)


@lru_cache(512, typed=True)
def thread_line(kinds: tuple[str, ...], label: str, caption: str) -> SafeString:
    links = format_html_join("", '<i class="k-{}"></i>', ((kind,) for kind in kinds))
    words = format_html('<span aria-hidden="true">{}</span>', caption) if caption else ""
    return format_html('<span class="thread" role="img" aria-label="{}">{}</span>{}', label, links, words)
