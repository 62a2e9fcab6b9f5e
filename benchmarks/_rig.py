"""Owns a whole Sanad for a benchmark: an own database, an own corner of the broker, the simulated networks, processes.

PostgreSQL and Redis are used as found, else started; everything made here is removed, and nothing else is touched.
"""

import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from _memory import descendants, memory

from ops import environment, keys
from ops.ports import USUAL, free_port
from ops.processes import WORKERS, Process, beat, sandbox, watchdog, worker
from ops.services import own_postgresql, own_redis, running_postgresql, running_redis
from ops.supervise import Supervisor
from sandbox.testing import SandboxClient

KEPT = frozenset({"PATH", "HOME", "LANG", "LC_ALL", "TMPDIR"})
UP_SECONDS = 30.0


@dataclass(frozen=True)
class Rig:
    """The running whole. `network` is the control desk of the simulated networks."""

    supervisor: Supervisor
    network: SandboxClient
    folder: Path

    def start_product(self) -> None:
        """Beat, watchdog and a worker per queue, as in production; no web."""
        self.supervisor.start(beat(self.folder), watchdog(), *(worker(queue) for queue in WORKERS))

    def memory(self) -> dict[str, float]:
        """Proportional set size of each process in MiB."""
        running = [child for child in self.supervisor.children if child.running is not None]
        return {
            child.process.name: round(memory(descendants(child.running.pid))[0], 1)
            for child in running
            if child.running is not None
        }


@contextmanager
def rig(*, rate_limit: int) -> Iterator[Rig]:
    """Database migrated and networks up; this process's own environment becomes that of the product.

    Raises ops.supervise.Stopped inside the block when the benchmark is told to end.
    """
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="sanad-bench-")))
        ports = {name: free_port() for name in USUAL}
        surroundings = environment.embedded(folder, ports, given(stack, folder))
        os.environ.clear()
        os.environ.update(surroundings)
        keys.ensure(folder)
        supervisor = Supervisor(surroundings, folder / "log")
        supervisor.catch_signals()
        stack.callback(supervisor.stop)
        networks = supervisor.start(limited(sandbox(ports["SANDBOX_PORT"], ports["SMTP_PORT"], folder), rate_limit))
        supervisor.run("migrate", (sys.executable, "manage.py", "migrate", "--no-input"), lambda line: None)
        supervisor.wait_for(networks, UP_SECONDS)
        yield Rig(supervisor, SandboxClient(surroundings["SANDBOX_URL"], ports["SMTP_PORT"]), folder)


def limited(process: Process, rate_limit: int) -> Process:
    return replace(process, command=(*process.command, "--rate-limit", str(rate_limit)))


def given(stack: ExitStack, folder: Path) -> dict[str, str]:
    """What differs from the embedded default: a database and a corner of the broker for this run alone."""
    server = os.environ.get("DATABASE_URL", "")
    if not server.startswith(("postgres://", "postgresql://")):
        server = running_postgresql() or own_postgresql(stack)
    broker = os.environ.get("REDIS_URL") or running_redis() or own_redis(stack)
    if not server or not broker:
        sys.exit("This benchmark needs PostgreSQL and Redis: apt-get install postgresql redis-server")
    prefix = f"sanad-bench-{os.getpid()}:"
    stack.callback(forget_keys, broker, prefix)
    return {
        **{name: value for name, value in os.environ.items() if name in KEPT},
        "SANAD_VAR": str(folder),
        "DATABASE_URL": stack.enter_context(own_database(server)),
        "REDIS_URL": broker,
        "BROKER_PREFIX": prefix,
    }


@contextmanager
def own_database(server: str) -> Iterator[str]:
    """The address of a database made for this run, dropped at its end."""
    name = f"sanad_bench_{os.getpid()}"
    run_sql(server, [f"CREATE DATABASE {name}"])
    try:
        yield urlunsplit(urlsplit(server)._replace(path=f"/{name}"))
    finally:
        run_sql(server, [f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"])


def run_sql(server: str, statements: Sequence[str]) -> None:
    import psycopg

    with psycopg.connect(server, autocommit=True, connect_timeout=5) as connection:
        for statement in statements:
            connection.execute(statement.encode())


def forget_keys(broker: str, prefix: str) -> None:
    import redis

    client = redis.Redis.from_url(broker)
    for key in client.scan_iter(match=f"{prefix}*"):
        client.delete(key)
