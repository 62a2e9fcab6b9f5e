"""Log redaction: tokens, keys and passwords never reach a log line."""

import logging
import re

SECRET = re.compile(
    r"(?i)(bearer\s+|basic\s+|access_token[\"']?[=:]\s*[\"']?|token[\"']?[=:]\s*[\"']?"
    r"|client_secret[\"']?[=:]\s*[\"']?|password[\"']?[=:]\s*[\"']?)[^\s\"'&,;]+"
)


def redacted(text: str) -> str:
    return SECRET.sub(r"\1[redacted]", text)


class Redact(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = redacted(record.getMessage()), None
        return True
