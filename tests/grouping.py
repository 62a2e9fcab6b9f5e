"""Tests that share running processes go to one worker of pytest-xdist: the drills, and the units' own start.

By address, since marks of a group no longer reach the scheduler (pytest-xdist 3.8 under pytest 9.2).
Loaded by tests/conftest.py.
"""

from typing import Any

import pytest

TOGETHER = ("tests/faults/", "tests/ops/test_units.py")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    if config.getvalue("dist") != "loadgroup":
        return None
    from xdist.scheduler import LoadScopeScheduling

    scheduler = LoadScopeScheduling(config, log)
    scheduler._split_scope = lambda address: TOGETHER[0] if address.startswith(TOGETHER) else address
    return scheduler
