"""Reads the demonstration's campaign out of brief.toml: its brief, and the claims that it answers."""

import tomllib
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from campaigns.models import LatenessPolicy

FILE = Path(__file__).parent / "brief.toml"
CODE = "mafahim-demo"
LASTS = timedelta(days=60)


@cache
def words() -> dict[str, Any]:
    return tomllib.loads(FILE.read_text(encoding="utf-8"))


def claims() -> list[dict[str, str]]:
    """`concept`, `text_ar`, `text_fr`, `text_en` of each."""
    found: list[dict[str, str]] = words()["claims"]
    return found


def title() -> str:
    return str(words()["title"])


def brief(today: date) -> dict[str, Any]:
    """The brief of a campaign that begins today and lasts two months."""
    return {
        **words()["prose"],
        "disclosure": words()["disclosure"],
        "languages": ["ar", "fr", "en"],
        "starts_on": today,
        "ends_on": today + LASTS,
        "lateness_policy": LatenessPolicy.HOLD,
        "lateness_minutes": 60,
    }
