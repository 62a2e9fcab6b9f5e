"""Drawn marks, read once from the installed packages and inlined: icons of the interface, marks of the networks."""

import re
from functools import cache
from pathlib import Path

from django.conf import settings
from django.utils.html import format_html
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


def icon_svg(name: str, classes: str = "") -> SafeString:
    return format_html(
        '<svg class="icon{}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-linecap="round" '
        'stroke-linejoin="round" aria-hidden="true" focusable="false">{}</svg>',
        f" {classes}" if classes else "",
        drawing("lucide", name),
    )


def brand_svg(slug: str) -> SafeString:
    return format_html(
        '<svg class="icon-fill" viewBox="0 0 24 24" aria-hidden="true" focusable="false">{}</svg>',
        drawing("brands", slug),
    )
