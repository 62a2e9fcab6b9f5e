"""One running product for all drills of a file, over rows that are committed; emptied when the processes have ended."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import override_settings

from sandbox.testing import SandboxClient, running_sandbox
from tests.faults.crew import SHORTENED, Crew, broker_answers, crew_at_work
from tests.faults.house import House, open_house

IN_PROCESS = {name: float(value) for name, value in SHORTENED.items()}


@pytest.fixture(scope="module")
def network() -> Iterator[SandboxClient]:
    with running_sandbox() as running:
        yield running


@pytest.fixture(scope="module")
def crew(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crew]:
    """The processes, over this run's test database. The database is open to the drills without a transaction."""
    if connection.vendor != "postgresql" or not broker_answers():
        pytest.skip("the drills need PostgreSQL and Redis")
    assert "test" in str(connection.settings_dict["NAME"]), "this is no database of a test"
    media_root = tmp_path_factory.getbasetemp() / "media"
    with django_db_blocker.unblock():
        try:
            with (
                override_settings(NETWORKS_ALLOW_PRIVATE_HOSTS=True, MEDIA_ROOT=media_root, **IN_PROCESS),
                crew_at_work(tmp_path_factory.mktemp("crew"), media_root) as running,
            ):
                yield running
        finally:
            call_command("flush", interactive=False, verbosity=0)


@pytest.fixture(scope="module")
def house(crew: Crew, network: SandboxClient) -> House:
    return open_house("drills", network)


@pytest.fixture
def transactional_db(crew: Crew) -> None:
    """In place of pytest-django's: what a drill writes is committed, and stays until the file is done."""


@pytest.fixture(autouse=True)
def _whole(transactional_db: None, crew: Crew, network: SandboxClient) -> Iterator[None]:
    """Each drill begins without faults and with every worker there."""
    network.disarm()
    crew.fill()
    yield
    network.disarm()
