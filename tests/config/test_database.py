"""What the settings make of the database's address and of what is said about its connections."""

import json
import os
import subprocess
import sys
from typing import Any

import pytest
from django.conf import settings

ASK = "import json; from django.conf import settings; print(json.dumps(settings.DATABASES['default']['OPTIONS']))"


def options(**said: str) -> dict[str, Any]:
    """As a process reads them that is started with these words in its environment."""
    kept = {name: value for name, value in os.environ.items() if name != "DATABASE_PREPARED"}
    surroundings = {**kept, "DJANGO_SETTINGS_MODULE": "config.settings", **said}
    done = subprocess.run(
        (sys.executable, "-c", ASK), cwd=settings.BASE_DIR, env=surroundings, capture_output=True, text=True, check=True
    )
    read: dict[str, Any] = json.loads(done.stdout)
    return read


@pytest.mark.parametrize("said", [{}, {"DATABASE_PREPARED": "0"}])
def test_statements_are_prepared_only_where_that_is_asked_for(said: dict[str, str]) -> None:
    """Behind a pooler that hands a connection on after each transaction they would be mixed up."""
    assert "prepare_threshold" not in options(DATABASE_URL="postgresql://a:b@127.0.0.1/c", **said)


def test_prepared_statements_are_bound_by_the_server() -> None:
    asked = options(DATABASE_URL="postgresql://a:b@127.0.0.1/c", DATABASE_PREPARED="1")
    assert asked["server_side_binding"] is True
    assert asked["prepare_threshold"] == 3


def test_sqlite_takes_no_notice() -> None:
    assert "server_side_binding" not in options(DATABASE_URL="sqlite:///:memory:", DATABASE_PREPARED="1")
