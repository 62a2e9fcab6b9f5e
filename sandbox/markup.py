"""Owns the frame of the simulator's human pages and the escaping of everything put into them."""

from __future__ import annotations

import html
from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import HTMLResponse

from sandbox.wording import LANGUAGES, NAMES, direction, say, when

# The project's own tokens and fonts, then the few rules of these pages.
STYLES = '<link rel="stylesheet" href="/_look/css/tokens.css"><link rel="stylesheet" href="/_static/sandbox.css">'


def esc(text: object) -> str:
    return html.escape(str(text))


def language_of(request: Request) -> str:
    """`?lang=` if it is one of ours, else the cookie of the last choice, else Arabic."""
    for wanted in (request.query_params.get("lang"), request.cookies.get("sandbox_lang")):
        if wanted in LANGUAGES:
            return str(wanted)
    return "ar"


def moment(at: float, language: str) -> str:
    machine = datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds")
    return f'<time datetime="{machine}">{esc(when(at, language))}</time>'


def head(title: str, lede: str, language: str) -> str:
    words = f'<h1>{esc(say(title, language))}</h1><p class="lede">{esc(say(lede, language))}</p>'
    return f'<header class="head">{words}</header>'


def page(
    request: Request, *, title: str, body: str, here: str = "", script: str = "", status: int = 200
) -> HTMLResponse:
    """One whole page; `here` is the menu entry it belongs to, `script` a file of /_static."""
    language = language_of(request)
    script_tag = f'<script src="/_static/{script}" defer></script>' if script else ""
    document = (
        f'<!doctype html><html lang="{language}" dir="{direction(language)}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><title>{esc(title)}</title>'
        f'<link rel="icon" href="/_look/img/sanad.svg" type="image/svg+xml">{STYLES}'
        f"{script_tag}</head><body>"
        f'{_bar(language, here)}<main id="main">{body}</main></body></html>'
    )
    response = HTMLResponse(document, status)
    if request.query_params.get("lang") in LANGUAGES:
        response.set_cookie("sandbox_lang", language, samesite="strict", httponly=True)
    return response


def _bar(language: str, here: str) -> str:
    entries = [("networks", "/"), ("phones", "/phone"), ("faults", "/faults")]
    links = "".join(
        f'<a href="{path}"{" aria-current=page" if key == here else ""}>{esc(say(f"to_{key}", language))}</a>'
        for key, path in entries
    )
    choices = "".join(
        f'<a href="?lang={code}"'
        f' lang="{code}" hreflang="{code}"{" aria-current=true" if code == language else ""}>{NAMES[code]}</a>'
        for code in LANGUAGES
    )
    return (
        f'<header class="bar"><nav class="places" aria-label="{say("pages", language)}">{links}</nav>'
        f'<nav class="langs" aria-label="{say("language", language)}">{choices}</nav></header>'
    )
