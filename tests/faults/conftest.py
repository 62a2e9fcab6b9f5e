"""One running product for all drills, over a PostgreSQL cluster and a broker that are its own and end with it."""

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import override_settings

from ops.own_servers import Broker, Cluster, postgresql_programs
from sandbox.testing import SandboxClient, running_sandbox
from tests.faults.crew import SHORTENED, Crew, connected_to, crew_at_work
from tests.faults.house import House, open_house

IN_PROCESS = {name: float(value) for name, value in SHORTENED.items()}


@pytest.fixture(scope="package")
def network() -> Iterator[SandboxClient]:
    """The judge. It reads over idempotency keys, so that nothing but our own care keeps a post from standing twice."""
    with running_sandbox(knows_keys=False) as running:
        yield running


@pytest.fixture(scope="package")
def crew(django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory, network: SandboxClient) -> Iterator[Crew]:
    """The processes, their servers and this process's own connection to them, which writes without a transaction."""
    if connection.vendor != "postgresql" or postgresql_programs() is None:
        pytest.skip("the drills need PostgreSQL's programs")
    with ExitStack() as stack:
        servers = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="sanad-drills-")))
        servers.chmod(0o755)
        cluster, broker = Cluster(servers / "postgresql"), Broker(servers / "broker")
        for server in (cluster, broker):
            stack.callback(server.stop)
        cluster.make()
        cluster.start()
        broker.start()
        media_root = tmp_path_factory.getbasetemp() / "media"
        urls = {"telegram": network.base("telegram")}
        changed = {"NETWORKS_ALLOW_PRIVATE_HOSTS": True, "MEDIA_ROOT": media_root, "NETWORK_URLS": urls, **IN_PROCESS}
        stack.enter_context(override_settings(**changed))
        stack.enter_context(django_db_blocker.unblock())
        stack.enter_context(connected_to(cluster))
        call_command("migrate", interactive=False, verbosity=0)
        yield stack.enter_context(crew_at_work(tmp_path_factory.mktemp("crew"), media_root, cluster, broker))


@pytest.fixture(scope="package")
def house(crew: Crew, network: SandboxClient) -> House:
    return open_house("drills", network)


@pytest.fixture
def transactional_db(crew: Crew) -> None:
    """In place of pytest-django's: what a drill writes is committed, and stays until the last drill is done."""


@pytest.fixture(autouse=True)
def _whole(transactional_db: None, crew: Crew, network: SandboxClient) -> Iterator[None]:
    """Each drill begins without faults and with every process there."""
    network.disarm()
    crew.fill()
    yield
    network.disarm()
