"""One finding of a check: what was looked at, how it is, what was seen, what to do. It never holds a secret."""

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    OK = "ok"
    SKIPPED = "skipped"
    WARNING = "warning"
    FAILED = "failed"


@dataclass(frozen=True)
class Finding:
    check: str
    level: Level
    said: str
    do: str = ""


def fine(check: str, said: str) -> Finding:
    return Finding(check, Level.OK, said)


def skipped(check: str, said: str) -> Finding:
    return Finding(check, Level.SKIPPED, said)


def warning(check: str, said: str, do: str) -> Finding:
    return Finding(check, Level.WARNING, said, do)


def failed(check: str, said: str, do: str) -> Finding:
    return Finding(check, Level.FAILED, said, do)
