"""Log lines: one JSON object each in production, plain on a person's own machine; never a secret in either.

The filter takes secrets out of the message and of the exception's text; each line says what it belongs to.
"""

import json
import logging
import re
from datetime import UTC, datetime
from functools import lru_cache
from traceback import format_exception

from django.conf import settings

from chain.following import followed
from outgoing import redact

HIDDEN = "[redacted]"
SHAPES = (
    re.compile(r"(?i)(\b(?:authorization|cookie|x-csrftoken|idempotency-key)[\"']?\s*[:=]\s*[\"']?)[^\"'\n]+"),
    re.compile(r"(?i)(\b(?:\w*token|\w*secret|password|passwd|sessionid|api_?key)[\"']?\s*[:=]\s*[\"']?)[^\s\"'&,;)]+"),
    re.compile(r"(\w+://[^\s/:@]*:)[^\s/@]+(?=@)"),
    re.compile(r"((?:\w+:/|\s|^|['\"(=])/[^\s?'\"]*\?)[^\s'\")]+"),
    re.compile(r"(/(?:invitation|reset/key|confirm-email)/)[^\s/'\"?]+"),
)
"""Headers, named values, passwords in addresses, query strings, and the addresses whose last word is a secret."""


@lru_cache(maxsize=1)
def known_secrets() -> tuple[str, ...]:
    """Those of this installation, whatever shape they stand in."""
    keys = [settings.SECRET_KEY, *settings.CREDENTIALS_KEY.split(","), settings.METRICS_TOKEN]
    given = [*keys, settings.EMAIL_HOST_PASSWORD, settings.DATABASES["default"].get("PASSWORD")]
    return tuple(str(secret).strip() for secret in given if secret and len(str(secret)) >= 8)


def redacted(text: str) -> str:
    for shape in SHAPES:
        text = shape.sub(rf"\1{HIDDEN}", text)
    return redact(text, known_secrets())


class Redact(logging.Filter):
    """On the handler, so that no formatter and no library can be forgotten."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = redacted(record.getMessage()), None
        if record.exc_info:
            record.exc_text = redacted("".join(format_exception(*record.exc_info)).rstrip())
        if record.stack_info:
            record.stack_info = redacted(record.stack_info)
        return True


def belongings(record: logging.LogRecord) -> dict[str, str | int]:
    """Django speaks of a bad answer when all middleware is behind it: then the request itself says its id."""
    identity = getattr(getattr(record, "request", None), "identity", None)
    return {**({"request": identity} if identity else {}), **followed()}


class PlainLine(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        ids = " ".join(f"{name}={value}" for name, value in belongings(record).items())
        line = super().format(record)
        return f"{line} [{ids}]" if ids and not record.exc_text else line


class JsonLine(logging.Formatter):
    """`at` in UTC, `level`, `logger`, `message`, what it belongs to, and the exception with its trace."""

    def format(self, record: logging.LogRecord) -> str:
        said: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            **belongings(record),
        }
        said |= getattr(record, "figures", {})
        if record.exc_info and record.exc_info[0]:
            said["exception"] = record.exc_info[0].__name__
        if record.exc_text:
            said["trace"] = record.exc_text
        if record.stack_info:
            said["stack"] = record.stack_info
        return json.dumps(said, ensure_ascii=False, default=str)
