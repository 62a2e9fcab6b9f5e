"""The product's own processes for the drills, by their production command lines, with every time shortened.

Two workers publish, so that one is there when the other is killed. They have a PostgreSQL cluster and a broker of their
own; only processes started here are ever signalled.
"""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import redis
from django.conf import settings
from django.db import connection

from ops import processes
from ops.leash import signal_group, spawn
from ops.own_servers import Broker, Cluster
from publishing.models import Delivery

SHORTENED = {
    "PUBLISHING_TICK_SECONDS": "0.2",
    "PUBLISHING_SWEEP_SECONDS": "0.3",
    "PUBLISHING_DISPATCH_SECONDS": "2",
    "PUBLISHING_PREPARE_LEASE_SECONDS": "1.5",
    "PUBLISHING_CONNECT_TIMEOUT": "0.5",
    "PUBLISHING_READ_TIMEOUT": "2.0",
    "PUBLISHING_SEND_MARGIN_SECONDS": "0.5",
    "PUBLISHING_FIRST_LOOK_SECONDS": "0.3",
    "PUBLISHING_RECONCILE_GAP_SECONDS": "1.0",
    "PUBLISHING_RETRY_SECONDS": "0.5",
    "PUBLISHING_BREAKER_PROBE_SECONDS": "1.0",
    "PUBLISHING_OVERDUE_ALERT_SECONDS": "2.0",
    "HEARTBEAT_STALE_SECONDS": "30.0",
    "WATCHDOG_INTERVAL_SECONDS": "0.5",
    "WORKER_DEAF_SECONDS": "12.0",
}
DEADLINE = 40.0
PUBLISHERS = 2


def wait_until(happened: Callable[[], object], what: str) -> None:
    """Look again and again until it happened; fails after the deadline."""
    deadline = time.monotonic() + DEADLINE
    while not happened():
        assert time.monotonic() < deadline, f"did not happen in {DEADLINE:g} s: {what}"
        time.sleep(0.02)


@dataclass
class Crew:
    """Beat, the clock's worker and two that publish, over a database and a broker of their own."""

    environment: dict[str, str]
    folder: Path
    cluster: Cluster
    broker: Broker
    publishers: "list[subprocess.Popen[str]]" = field(default_factory=list)
    others: "list[subprocess.Popen[str]]" = field(default_factory=list)
    guests: "list[subprocess.Popen[str]]" = field(default_factory=list)

    def start(self) -> None:
        self.fill()

    def run(self, process: processes.Process) -> "subprocess.Popen[str]":
        with (self.folder / f"{process.name}.log").open("a") as log:
            return spawn(process.command, environment=self.environment, folder=processes.ROOT, stdout=log, stderr=log)

    def also(self, *more: processes.Process) -> None:
        """Run these too, until `without_guests`."""
        self.guests += [self.run(one) for one in more]

    def without_guests(self) -> None:
        end(self.guests)
        self.guests = []

    def end_publishers(self) -> None:
        """Nobody publishes until `fill`."""
        end(self.publishers)

    def fill(self) -> None:
        """Replace what has ended, as whoever runs Sanad does (systemd, compose, `make run`)."""
        for number, process in enumerate((processes.beat(self.folder), processes.worker("clock"))):
            if number >= len(self.others):
                self.others.append(self.run(process))
            elif self.others[number].poll() is not None:
                self.others[number] = self.run(process)
        self.publishers = [one for one in self.publishers if one.poll() is None]
        while len(self.publishers) < PUBLISHERS:
            self.publishers.append(self.run(processes.worker("publishing")))

    def worker_of(self, delivery: Delivery) -> "subprocess.Popen[str]":
        """The process that made the last attempt at this delivery."""
        attempt = delivery.attempts.order_by("-number").first()
        assert attempt is not None
        pid = int(attempt.worker.split(":")[1])
        return next(one for one in self.publishers if one.pid == pid)

    def kill(self, worker: "subprocess.Popen[str]") -> None:
        signal_group(worker, signal.SIGKILL)
        worker.wait(DEADLINE)
        self.fill()

    def restart_database(self, number: signal.Signals) -> None:
        """Every session is cut, this process's own too."""
        self.cluster.restart(number)
        connection.close()

    def stop(self) -> None:
        end([*self.others, *self.publishers, *self.guests])

    def missed_broker(self) -> int:
        """How often a process has said that its broker refused it."""
        return sum(file.read_text().count("Error 111") for file in self.folder.glob("*.log"))

    def log(self) -> str:
        return "\n".join(file.read_text()[-2000:] for file in sorted(self.folder.glob("*.log")))


def end(group: "list[subprocess.Popen[str]]") -> None:
    running = [one for one in group if one.poll() is None]
    for one in running:
        signal_group(one, signal.SIGCONT)
        signal_group(one, signal.SIGTERM)
    for one in running:
        with contextlib.suppress(subprocess.TimeoutExpired):
            one.wait(15)
        signal_group(one, signal.SIGKILL)
        one.wait()


@contextmanager
def crew_at_work(folder: Path, media_root: Path, cluster: Cluster, broker: Broker) -> Iterator[Crew]:
    crew = Crew({**surroundings(media_root, broker), "SANAD_VAR": str(folder)}, folder, cluster, broker)
    try:
        crew.start()
        yield crew
    finally:
        crew.stop()
        print(crew.log())


def surroundings(media_root: Path, broker: Broker) -> dict[str, str]:
    return {
        **{name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG", "LC_ALL"}},
        **SHORTENED,
        "DATABASE_URL": database_address(),
        "REDIS_URL": broker.address,
        "SECRET_KEY": settings.SECRET_KEY,
        "CREDENTIALS_KEY": settings.CREDENTIALS_KEY,
        "MEDIA_ROOT": str(media_root),
        "NETWORKS_ALLOW_PRIVATE_HOSTS": "1",
        "EMAIL_URL": "dummymail://",
        "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
    }


def database_address() -> str:
    """Where this process's database is, for another process."""
    at = connection.settings_dict
    password = f":{at['PASSWORD']}" if at["PASSWORD"] else ""
    return f"postgresql://{at['USER']}{password}@{at['HOST']}:{at['PORT'] or 5432}/{at['NAME']}"


def forget_keys(prefix: str) -> None:
    client = redis.Redis.from_url(settings.REDIS_URL)
    for key in client.scan_iter(match=f"{prefix}*"):
        client.delete(key)


def broker_answers() -> bool:
    try:
        return bool(redis.Redis.from_url(settings.REDIS_URL, socket_timeout=2).ping())
    except redis.RedisError:
        return False


@contextmanager
def connected_to(cluster: Cluster) -> Iterator[None]:
    """This process's database is the cluster's own, in every thread, until the block ends."""
    before = dict(connection.settings_dict)
    own = {"NAME": "postgres", "USER": "postgres", "PASSWORD": "", "HOST": "127.0.0.1", "PORT": str(cluster.port)}
    connection.close()
    connection.settings_dict.update(own)
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict.update(before)
