"""What a brief may hold: each field read strictly, with a sentence for what is wrong with it."""

from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Any
from zoneinfo import available_timezones

from django.utils.translation import gettext_lazy as _

from accounts.models import Language
from campaigns.models import Campaign, LatenessPolicy, Messenger, Programme, Segment
from chain.errors import Invalid

PROSE = ("goal", "segment", "message", "messenger", "call_to_action", *Campaign.LATER)
MAX_PROSE = 5_000
MAX_DISCLOSURE = 300
MAX_LATENESS = 10_080
MAX_GOALS = 12
RELATIONS = ("segments", "messengers")


def read_brief(given: Mapping[str, Any]) -> dict[str, Any]:
    """The given fields, each checked. Raises Invalid with the field."""
    return {name: READERS[name](name, value) if name in READERS else unknown(name) for name, value in given.items()}


def unknown(name: str) -> Any:
    raise Invalid(_("A brief has no such field."), code="unknown_field", field=name)


def read_title(name: str, value: Any) -> str:
    if not isinstance(value, str) or not value.strip() or len(value) > 160 or "\n" in value or "\x00" in value:
        raise Invalid(_("Give it a title of one line, up to 160 characters."), code="bad_title", field=name)
    return value


def read_prose(name: str, value: Any) -> str:
    if not isinstance(value, str) or len(value) > MAX_PROSE or "\x00" in value:
        raise Invalid(_("Keep this under 5,000 characters."), code="too_long", field=name)
    return value.replace("\r\n", "\n").replace("\r", "\n")


def read_languages(name: str, value: Any) -> list[str]:
    if not isinstance(value, list | tuple) or any(code not in Language.values for code in value):
        raise Invalid(_("Choose among Arabic, French and English."), code="bad_language", field=name)
    return [code for code in Language.values if code in value]


def read_time_zone(name: str, value: Any) -> str:
    if value not in zones():
        raise Invalid(
            _("There is no time zone of this name; for example Africa/Casablanca."), code="bad_time_zone", field=name
        )
    return str(value)


@cache
def zones() -> frozenset[str]:
    return frozenset(available_timezones())


def read_disclosure(name: str, value: Any) -> dict[str, str]:
    lines: dict[Any, Any] = value if isinstance(value, dict) else {"": None}
    for code, line in lines.items():
        if code not in Language.values or not isinstance(line, str) or "\x00" in line:
            raise Invalid(_("Give one disclosure line per language."), code="bad_disclosure", field=name)
        if len(line) > MAX_DISCLOSURE:
            raise Invalid(_("Keep the disclosure line under 300 characters."), code="too_long", field=f"{name}_{code}")
    return {code: line.replace("\r\n", "\n").replace("\r", "\n") for code, line in lines.items() if line.strip()}


def read_date(name: str, value: Any) -> date | None:
    if value is not None and type(value) is not date:
        raise Invalid(_("Write a date as year-month-day."), code="bad_date", field=name)
    return value


def read_programme(name: str, value: Any) -> Programme | None:
    if value is not None and not isinstance(value, Programme):
        raise Invalid(_("Choose one of the offered values."), code="bad_choice", field=name)
    return value


def read_serves(name: str, value: Any) -> int | None:
    if value is not None and (isinstance(value, bool) or value not in range(1, MAX_GOALS + 1)):
        raise Invalid(_("Give the number of one of the programme's goals."), code="bad_goal", field=name)
    return value


def read_rows(name: str, value: Any) -> list[Any]:
    wanted = Segment if name == "segments" else Messenger
    if not isinstance(value, list | tuple) or not all(isinstance(row, wanted) for row in value):
        raise Invalid(_("Choose one of the offered values."), code="bad_choice", field=name)
    return list(value)


def read_policy(name: str, value: Any) -> str:
    if value not in LatenessPolicy.values:
        raise Invalid(_("Choose what happens to a late post."), code="bad_policy", field=name)
    return str(value)


def read_minutes(name: str, value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= MAX_LATENESS:
        raise Invalid(_("Choose between 0 minutes and 7 days (10080)."), code="bad_minutes", field=name)
    return value


READERS: dict[str, Any] = {
    "title": read_title,
    **dict.fromkeys(PROSE, read_prose),
    **dict.fromkeys(RELATIONS, read_rows),
    "programme": read_programme,
    "serves": read_serves,
    "languages": read_languages,
    "time_zone": read_time_zone,
    "disclosure": read_disclosure,
    "starts_on": read_date,
    "ends_on": read_date,
    "lateness_policy": read_policy,
    "lateness_minutes": read_minutes,
}


def refuse_disorder(campaign: Campaign) -> None:
    if campaign.serves and not (campaign.programme and campaign.programme.goals.filter(position=campaign.serves)):
        raise Invalid(_("The programme has no goal of this number."), code="no_such_goal", field="serves")
    if campaign.starts_on and campaign.ends_on and campaign.ends_on < campaign.starts_on:
        raise Invalid(_("The last day is before the first."), code="dates_in_disorder", field="ends_on")
