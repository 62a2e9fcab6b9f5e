"""Reads what the demonstration says out of its files: programme, knowledge, and the briefs of its campaigns."""

import tomllib
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from campaigns.models import LatenessPolicy

FOLDER = Path(__file__).parent
CODE = "mafahim-demo"
LASTS = timedelta(days=60)


@cache
def words() -> dict[str, Any]:
    """The present campaign's own."""
    return tomllib.loads((FOLDER / "brief.toml").read_text(encoding="utf-8"))


@cache
def programme() -> dict[str, Any]:
    """What all campaigns share, and the campaigns beside the present one."""
    return tomllib.loads((FOLDER / "programme.toml").read_text(encoding="utf-8"))


def concepts() -> list[dict[str, Any]]:
    """The six of the think unit: names and definitions in three languages, what to say and what to avoid."""
    found: list[dict[str, Any]] = programme()["concepts"]
    return found


def claims() -> list[dict[str, Any]]:
    """`concept` and `narrative` by name and key, `text_ar`, `text_fr`, `text_en`, and our estimate of each."""
    found: list[dict[str, Any]] = programme()["claims"]
    return found


def title() -> str:
    return str(words()["title"])


def brief(begins: date, ends: date | None = None) -> dict[str, Any]:
    """The present campaign's brief but for the rows that it points at; it lasts two months unless `ends` is given."""
    own = {**words()["prose"], "serves": words()["serves"]}
    return {**own, "languages": ["ar", "fr", "en"], **common(begins, ends or begins + LASTS)}


def another(name: str, begins: date, ends: date) -> dict[str, Any]:
    """The brief of a campaign beside it: `first`, `next` or `draft`; with its `title` and `code`."""
    return {**programme()["campaigns"][name], **common(begins, ends)}


def common(begins: date, ends: date) -> dict[str, Any]:
    return {
        "disclosure": words()["disclosure"],
        "starts_on": begins,
        "ends_on": ends,
        "lateness_policy": LatenessPolicy.HOLD,
        "lateness_minutes": 60,
    }
