"""Reading what a network answered, without trusting its shape.

Owns the small readers that every adapter shares: an object with what is needed, a section, a count, a time.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from networks.calls import Answer, Stake, lost, timestamp
from networks.errors import Code, MissingCode


def object_with(answer: Answer, stake: Stake, needed: str) -> dict[str, Any]:
    """The answer as an object that has `needed`; anything else tells us nothing, whatever its status."""
    content = answer.content
    if not isinstance(content, dict) or content.get(needed) in (None, ""):
        raise lost(stake, Code.ANSWER_UNREADABLE, params={"status": answer.status})
    return content


def dated_objects(found: object, time: str = "created_at") -> list[dict[str, Any]]:
    """A list whose every entry has its `id` and its `time`: a list read by half would pass for absence."""
    entries: list[Any] = found if isinstance(found, list) else [None]
    if any(not isinstance(entry, dict) or not entry.get("id") or not timestamp(entry.get(time)) for entry in entries):
        raise lost(Stake.READ, Code.ANSWER_UNREADABLE)
    return entries


def section(told: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """The object under `name`, or an empty one."""
    found = told.get(name)
    return found if isinstance(found, dict) else {}


def objects(told: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    """The objects in the list under `name`, or none."""
    found = told.get(name)
    return [entry for entry in found if isinstance(entry, dict)] if isinstance(found, list) else []


def words(told: Mapping[str, Any], *names: str) -> str:
    """The first of `names` that has something to say, as text; else ''."""
    return next((str(told[name]) for name in names if told.get(name)), "")


def created(told: Mapping[str, Any], time: str = "created_at") -> datetime:
    """When it was made, or now for what has just been made."""
    return timestamp(told.get(time)) or datetime.now(UTC)


def count_of(told: Mapping[str, Any], name: str) -> tuple[int | None, str]:
    """A count, or None with the MissingCode that says why; never 0 for want of an answer."""
    value = told.get(name)
    if value is None:
        return None, MissingCode.NOT_REPORTED
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        return None, MissingCode.UNREADABLE
    return value, ""


def limit_of(told: Mapping[str, Any], name: str, otherwise: int) -> int:
    """A limit above zero, or the one that holds otherwise."""
    return count_of(told, name)[0] or otherwise


def only(told: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    """The part of an answer that may be stored."""
    return {name: told[name] for name in names if name in told}
