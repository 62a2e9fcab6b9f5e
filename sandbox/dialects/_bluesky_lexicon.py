"""Owns what the simulated Bluesky takes for a valid `app.bsky.feed.post`, and the words in which it refuses the rest.

Sources (read 2026-11): https://github.com/bluesky-social/atproto/tree/main/lexicons (app/bsky/feed/post,
app/bsky/richtext/facet, app/bsky/embed/{images,external,defs}, com/atproto/{repo/strongRef,label/defs}) and
https://atproto.com/specs/lexicon; how a refusal is worded: https://github.com/williamsdb/php2Bluesky/issues/40.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from wcwidth import iter_graphemes

from sandbox.dialects._bluesky_names import AT_URI, POST

Check = Callable[[Any, str], None]

FORMATS = {
    "DID": re.compile(r"did:[a-z]+:[A-Za-z0-9._:%-]*[A-Za-z0-9._-]"),
    "at-uri": AT_URI,
    "CID string": re.compile(r"b[a-z2-7]{58,}"),
    "uri": re.compile(r"[a-z][a-z0-9+.-]*:[^\s]+", re.IGNORECASE),
    "language": re.compile(r"(?:i|[A-Za-z]{2,3})(?:-[A-Za-z0-9]{1,8})*"),
    "datetime": re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,20})?(?:Z|(?!-00:00)[+-]\d\d:\d\d)"),
}


class Invalid(ValueError):
    """What is wrong and where, as the server says it."""


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) < 256 else f"{text[:255]}…"


def _fits(kind: str, size: int, most: int | None, path: str) -> None:
    if most is not None and size > most:
        raise Invalid(f"{kind} too big (maximum {most}, got {size}) at {path}")


def text(most_bytes: int | None = None, most_graphemes: int | None = None, form: str = "") -> Check:
    """A string; `maxLength` of a lexicon counts bytes of UTF-8, `maxGraphemes` what a reader takes for a letter."""

    def check(value: Any, path: str) -> None:
        if not isinstance(value, str):
            raise Invalid(f"Expected string value type (got {_shown(value)}) at {path}")
        _fits("string", len(value.encode(errors="surrogatepass")), most_bytes, path)
        _fits("grapheme", sum(1 for _ in iter_graphemes(value)), most_graphemes, path)
        if form and not (FORMATS[form].fullmatch(value) and (form != "datetime" or _is_a_moment(value))):
            raise Invalid(f"Invalid {form} (got {_shown(value)}) at {path}")

    return check


def _is_a_moment(value: str) -> bool:
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return False
    return True


def whole(least: int) -> Check:
    def check(value: Any, path: str) -> None:
        if not isinstance(value, int) or isinstance(value, bool):
            raise Invalid(f"Expected integer value type (got {_shown(value)}) at {path}")
        if value < least:
            raise Invalid(f"integer too small (minimum {least}, got {value}) at {path}")

    return check


def many(item: Check, most: int | None = None) -> Check:
    def check(value: Any, path: str) -> None:
        if not isinstance(value, list):
            raise Invalid(f"Expected array value type (got {_shown(value)}) at {path}")
        _fits("array", len(value), most, path)
        for position, one in enumerate(value):
            item(one, f"{path}[{position}]")

    return check


def thing(required: Mapping[str, Check], optional: Mapping[str, Check] | None = None) -> Check:
    """An object; fields that the lexicon does not name are let pass."""
    fields = dict(required) | dict(optional or {})

    def check(value: Any, path: str) -> None:
        if not isinstance(value, dict):
            raise Invalid(f"Expected object value type (got {_shown(value)}) at {path}")
        for name in required:
            if name not in value:
                raise Invalid(f'Missing required key "{name}" at {path}')
        for name, rule in fields.items():
            if name in value:
                rule(value[name], f"{path}.{name}")

    return check


def union(known: Mapping[str, Check]) -> Check:
    """An open union: an object of another `$type` is let pass, one without is not."""

    def check(value: Any, path: str) -> None:
        if not isinstance(value, dict) or not isinstance(value.get("$type"), str):
            said = 'an object which includes the "$type" property'
            raise Invalid(f"Expected {said} value type (got {_shown(value)}) at {path}")
        if value["$type"] in known:
            known[value["$type"]](value, path)

    return check


def blob(value: Any, path: str) -> None:
    """The answer of uploadBlob, unchanged; its size and kind are compared with the upload later."""
    if not isinstance(value, dict) or value.get("$type") != "blob":
        raise Invalid(f"Expected blob value type (got {_shown(value)}) at {path}")
    link = thing({"$link": text(form="CID string")})
    thing({"ref": link, "mimeType": text(), "size": whole(0)})(value, path)


FACET = thing(
    {
        "index": thing({"byteStart": whole(0), "byteEnd": whole(0)}),
        "features": many(
            union(
                {
                    "app.bsky.richtext.facet#mention": thing({"did": text(form="DID")}),
                    "app.bsky.richtext.facet#link": thing({"uri": text(form="uri")}),
                    "app.bsky.richtext.facet#tag": thing({"tag": text(640, 64)}),
                }
            )
        ),
    }
)
STRONG_REF = thing({"uri": text(form="at-uri"), "cid": text(form="CID string")})
RATIO = thing({"width": whole(1), "height": whole(1)})
IMAGE = thing({"image": blob, "alt": text()}, {"aspectRatio": RATIO})
EXTERNAL = thing({"uri": text(form="uri"), "title": text(), "description": text()}, {"thumb": blob})
EMBED = union(
    {
        "app.bsky.embed.images": thing({"images": many(IMAGE, 4)}),
        "app.bsky.embed.external": thing({"external": EXTERNAL}),
    }
)
SELF_LABELS = thing({"values": many(thing({"val": text(128)}), 10)})
POST_RECORD = thing(
    {"text": text(3000, 300), "createdAt": text(form="datetime")},
    {
        "facets": many(FACET),
        "reply": thing({"root": STRONG_REF, "parent": STRONG_REF}),
        "embed": EMBED,
        "langs": many(text(form="language"), 3),
        "labels": union({"com.atproto.label.defs#selfLabels": SELF_LABELS}),
        "tags": many(text(640, 64), 8),
    },
)


def check_post(record: Any) -> None:
    """Raises Invalid."""
    try:
        POST_RECORD(record, "$.record")
    except Invalid as wrong:
        raise Invalid(f"Invalid {POST} record: {wrong}") from None
