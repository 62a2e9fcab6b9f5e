"""The process that answers pages keeps what the start made out of the collector's sight."""

import subprocess
import sys

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
