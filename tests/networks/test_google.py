"""What Google's services have in common: whose clock counts, and when a day's quota begins anew."""

import os
import time
from datetime import UTC, datetime

import pytest

from networks.google import clock_of, next_midnight


@pytest.mark.parametrize("zone", ["GMT", "-0000", "+0000"])
def test_the_network_s_clock_is_read_alike_wherever_we_are(monkeypatch: pytest.MonkeyPatch, zone: str) -> None:
    monkeypatch.setitem(os.environ, "TZ", "Africa/Casablanca")
    time.tzset()
    try:
        assert clock_of({"Date": f"Tue, 24 Nov 2026 07:45:00 {zone}"}) == datetime(2026, 11, 24, 7, 45, tzinfo=UTC)
    finally:
        monkeypatch.undo()
        time.tzset()


@pytest.mark.parametrize("told", [{}, {"Date": "yesterday"}])
def test_where_it_tells_none_our_own_clock_counts(told: dict[str, str]) -> None:
    before = datetime.now(UTC)
    assert before <= clock_of(told) <= datetime.now(UTC)


def test_the_day_begins_anew_at_midnight_in_california() -> None:
    assert next_midnight(datetime(2026, 11, 24, 7, 45, tzinfo=UTC)) == datetime(2026, 11, 24, 8, tzinfo=UTC)
    assert next_midnight(datetime(2026, 7, 1, 7, tzinfo=UTC)) == datetime(2026, 7, 2, 7, tzinfo=UTC)
