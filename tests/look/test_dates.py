"""Two calendars: Moroccan month names, months that begin with the crescent, and «expected» for what is to come."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
import time_machine
from django.utils import timezone, translation

from config import dates

NOW = datetime(2027, 2, 4, 11, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _on_the_day_of_the_design() -> Any:
    with time_machine.travel(NOW, tick=False), timezone.override("Africa/Casablanca"), translation.override("ar"):
        yield


def test_gregorian_months_have_their_moroccan_names() -> None:
    named = [dates.gregorian(date(2026, month, 2), year=False) for month in (5, 7, 8, 9, 11, 12)]
    assert named == ["2 ماي", "2 يوليوز", "2 غشت", "2 شتنبر", "2 نونبر", "2 دجنبر"]


def test_the_first_of_a_month_is_written_as_french_writes_it() -> None:
    with translation.override("fr"):
        assert dates.gregorian(date(2027, 2, 1), weekday=True) == "lundi 1er février 2027"


def test_today_has_its_hijri_date_moved_by_the_sighting() -> None:
    assert dates.hijri(date(2027, 2, 4)) == "26 شعبان 1448"


def test_the_offset_of_the_sighting_is_a_setting(settings: Any) -> None:
    settings.HIJRI_OFFSET_DAYS = 0
    assert dates.hijri(date(2027, 2, 4)) == "27 شعبان 1448"


def test_a_month_to_come_is_only_expected() -> None:
    assert dates.hijri(date(2027, 2, 9), year=False) == "1 رمضان (متوقَّع)"


def test_a_day_left_in_this_month_is_certain_but_a_thirtieth_is_not() -> None:
    assert not dates.is_expected(date(2027, 2, 7))
    assert dates.is_expected(date(2027, 2, 8))


def test_a_past_date_is_never_expected() -> None:
    assert not dates.is_expected(date(2026, 12, 1))


def test_near_moments_are_named_by_their_day() -> None:
    assert dates.when(datetime(2027, 2, 4, 9, 12, tzinfo=UTC)) == "اليوم 10:12"
    assert dates.when(datetime(2027, 2, 3, 16, 20, tzinfo=UTC)) == "أمس 17:20"
    assert dates.when(datetime(2027, 2, 6, 19, 30, tzinfo=UTC)) == "السبت 6 فبراير، 20:30"


def test_french_writes_hours_with_an_h() -> None:
    with translation.override("fr"):
        assert dates.clock(datetime(2027, 2, 4, 19, 30, tzinfo=UTC)) == "20\u202fh\u202f30"


def test_the_clock_of_ramadan_is_the_one_that_morocco_keeps_then() -> None:
    assert dates.clock(datetime(2027, 2, 8, 19, 30, tzinfo=UTC)) == "19:30"
