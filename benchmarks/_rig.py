"""Owns a whole Sanad for a benchmark: an own database, an own corner of the broker, the simulated networks, processes.

PostgreSQL and Redis are used as found, else started; where they are to be killed they are the benchmark's own, with
PostgreSQL's default durability. Everything made here is removed, and nothing else is touched.
"""

import os
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from _memory import cpu_seconds, descendants, memory, sessions_of

from ops import environment, keys
from ops.own_servers import Broker, Cluster
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
    cluster: Cluster | None = None
    broker: Broker | None = None

    def start_product(self, publishers: int = 1) -> None:
        """Beat, watchdog and a worker per queue, as in production, of the publishing ones as many as asked; no web."""
        others = (worker(queue) for queue in WORKERS if queue != "publishing")
        self.supervisor.start(beat(self.folder), watchdog(), *others, *publishing_workers(publishers))

    def cpu(self) -> dict[str, float]:
        """Seconds that each process has used by now, PostgreSQL's for this database together."""
        running = [child for child in self.supervisor.children if child.running is not None]
        used = {c.process.name: cpu_seconds(descendants(c.running.pid)) for c in running if c.running is not None}
        database = urlsplit(os.environ["DATABASE_URL"]).path.lstrip("/")
        return {**used, "postgresql": cpu_seconds(sessions_of(database))}

    def memory(self) -> dict[str, float]:
        """Proportional set size of each process in MiB."""
        running = [child for child in self.supervisor.children if child.running is not None]
        return {
            child.process.name: round(memory(descendants(child.running.pid))[0], 1)
            for child in running
            if child.running is not None
        }


def publishing_workers(number: int) -> list[Process]:
    """Several of them keep the first one's name and add their number."""
    named = (worker("publishing") for _ in range(number))
    return [replace(one, name=f"{one.name}{f'-{n}' if n > 1 else ''}") for n, one in enumerate(named, start=1)]


@contextmanager
def rig(
    *,
    rate_limit: int,
    kept: str = "",
    more: Sequence[str] = (),
    settings: Mapping[str, str] | None = None,
    own_servers: bool = False,
) -> Iterator[Rig]:
    """Database migrated and networks up; this process's own environment becomes that of the product.

    `kept` names a database that is made where it is missing and left for the next run; else it is this run's alone.
    `more` are words for the simulator's command line. With `own_servers` PostgreSQL and the broker may be killed.
    Raises ops.supervise.Stopped inside the block when the benchmark is told to end.
    """
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="sanad-bench-")))
        ports = {name: free_port() for name in USUAL}
        cluster, broker = servers(stack) if own_servers else (None, None)
        at = (cluster.address, broker.address) if cluster and broker else found(stack)
        chosen = {**given(stack, folder, kept, *at), **(settings or {})}
        surroundings = environment.embedded(folder, ports, chosen)
        os.environ.clear()
        os.environ.update(surroundings)
        keys.ensure(folder)
        supervisor = Supervisor(surroundings, folder / "log")
        supervisor.catch_signals()
        stack.callback(supervisor.stop)
        simulator = sandbox(ports["SANDBOX_PORT"], ports["SMTP_PORT"], folder)
        words = ("--rate-limit", str(rate_limit), *more)
        networks = supervisor.start(replace(simulator, command=(*simulator.command, *words)))
        supervisor.run("migrate", (sys.executable, "manage.py", "migrate", "--no-input"), lambda line: None)
        supervisor.wait_for(networks, UP_SECONDS)
        desk = SandboxClient(surroundings["SANDBOX_URL"], ports["SMTP_PORT"])
        yield Rig(supervisor, desk, folder, cluster, broker)


def servers(stack: ExitStack) -> tuple[Cluster, Broker]:
    """Of our own, up, until the stack unwinds."""
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="sanad-bench-servers-")))
    folder.chmod(0o755)
    cluster, broker = Cluster(folder / "postgresql"), Broker(folder / "broker")
    cluster.make()
    stack.callback(cluster.stop)
    cluster.start()
    stack.callback(broker.stop)
    broker.start()
    return cluster, broker


def found(stack: ExitStack) -> tuple[str, str]:
    """The addresses of PostgreSQL and Redis as found, else started."""
    server = os.environ.get("DATABASE_URL", "")
    if not server.startswith(("postgres://", "postgresql://")):
        server = running_postgresql() or own_postgresql(stack)
    broker = os.environ.get("REDIS_URL") or running_redis() or own_redis(stack)
    if not server or not broker:
        sys.exit("This benchmark needs PostgreSQL and Redis: apt-get install postgresql redis-server")
    return server, broker


def given(stack: ExitStack, folder: Path, kept: str, server: str, broker: str) -> dict[str, str]:
    """What differs from the embedded default: a database, used as docs/operations.md says, a corner of the broker."""
    prefix = f"sanad-bench-{os.getpid()}:"
    stack.callback(forget_keys, broker, prefix)
    return {
        **{name: value for name, value in os.environ.items() if name in KEPT},
        "SANAD_VAR": str(folder),
        "DATABASE_PREPARED": os.environ.get("DATABASE_PREPARED", "1"),
        "DATABASE_URL": kept_database(server, kept) if kept else stack.enter_context(own_database(server)),
        "REDIS_URL": broker,
        "BROKER_PREFIX": prefix,
    }


@contextmanager
def own_database(server: str) -> Iterator[str]:
    """The address of a database made for this run, dropped at its end."""
    name = f"sanad_bench_{os.getpid()}"
    run_sql(server, [f"CREATE DATABASE {name}"])
    try:
        yield named(server, name)
    finally:
        run_sql(server, [f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"])


def kept_database(server: str, name: str) -> str:
    """The address of the database of that name, made now where there is none."""
    import psycopg
    from psycopg import errors, sql

    with psycopg.connect(server, autocommit=True, connect_timeout=5) as connection, suppress(errors.DuplicateDatabase):
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    return named(server, name)


def named(server: str, database: str) -> str:
    return urlunsplit(urlsplit(server)._replace(path=f"/{database}"))


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
