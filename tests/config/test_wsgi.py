"""The process that answers pages keeps what the start made out of the collector's sight."""

import os
import subprocess
import sys

import pytest

SEEN = """
import gc, sys
before = gc.get_threshold()[0]
import config.wsgi
print(gc.get_freeze_count(), gc.get_threshold()[0] > before, "publishing.views.calendar" in sys.modules)
"""


def test_what_the_start_made_is_not_gone_through_again_with_the_pages_loaded() -> None:
    told = subprocess.run([sys.executable, "-c", SEEN], capture_output=True, text=True, check=True, timeout=60)  # noqa: S603
    frozen, comes_less_often, is_loaded = told.stdout.split()
    assert int(frozen) > 50_000
    assert (comes_less_often, is_loaded) == ("True", "True")


PLANS = """
import config.wsgi
from django.db import connections
print(connections["default"].settings_dict["OPTIONS"]["options"])
"""


@pytest.mark.parametrize(
    ("address", "ends_with"),
    [
        ("postgres://sanad@127.0.0.1/sanad", "plan_cache_mode=force_custom_plan"),
        ("postgres://sanad@127.0.0.1/sanad?options=-c%20jit%3Don", "jit=on"),
    ],
)
def test_a_page_s_questions_are_planned_for_what_they_ask_unless_the_address_says_otherwise(
    address: str, ends_with: str
) -> None:
    surroundings = {**os.environ, "DATABASE_URL": address}
    told = subprocess.run(  # noqa: S603
        [sys.executable, "-c", PLANS], capture_output=True, text=True, check=True, timeout=60, env=surroundings
    )
    assert told.stdout.strip().endswith(ends_with)
