"""Owns the services that the tests need: PostgreSQL, a Redis and Chromium, used as found, else started or installed.

What this starts it ends; what ran before it is never restarted, flushed or dropped.
"""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from ops.own_servers import Broker, Cluster, postgresql_programs

BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
"""The first has no window of its own to draw and costs the least."""
APT_SECONDS = 900


@dataclass
class Services:
    """Where the services are (as environment), and in words what could not be had."""

    environment: dict[str, str] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)


@contextmanager
def services() -> Iterator[Services]:
    """All that can be had, for the length of a run."""
    found = Services()
    with ExitStack() as stack:
        database = os.environ.get("TEST_DATABASE_URL") or running_postgresql() or own_postgresql(stack)
        if database:
            found.environment["DATABASE_URL"] = database
        else:
            found.missing.append("PostgreSQL: the tests ran on SQLite alone (apt-get install postgresql)")
        found.environment["REDIS_URL"] = os.environ.get("TEST_REDIS_URL") or running_redis() or own_redis(stack)
        browser = chromium()
        if browser:
            found.environment["CHROMIUM"] = browser
        else:
            found.missing.append("Chromium: the browser tests were skipped (apt-get install chromium)")
        if not film_tools():
            found.missing.append("ffmpeg: the tests of videos were skipped (apt-get install ffmpeg)")
        yield found


def running_postgresql(port: int = 5432) -> str:
    """The address of a server on loopback that lets us make databases, or nothing."""
    import psycopg

    for user in dict.fromkeys(("postgres", pwd.getpwuid(os.getuid()).pw_name)):
        address = f"postgresql://{user}@127.0.0.1:{port}/postgres"
        try:
            with psycopg.connect(address, connect_timeout=3) as connection:
                row = connection.execute("SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user")
                if (row.fetchone() or [False])[0]:
                    return address
        except psycopg.Error:
            continue
    return ""


def own_postgresql(stack: ExitStack) -> str:
    """A cluster of our own in a temporary folder, as an ordinary user; what it holds need not outlive a power cut."""
    if not postgresql_programs() and not (apt_install("postgresql") and postgresql_programs()):
        return ""
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="sanad-postgresql-")))
    folder.chmod(0o755)
    cluster = Cluster(folder / "cluster", options=("-c", "fsync=off"))
    cluster.make()
    stack.callback(cluster.stop)
    cluster.start()
    return cluster.address


def running_redis(port: int = 6379) -> str:
    """The address of a Redis or Valkey on loopback, or nothing."""
    import redis

    try:
        redis.Redis(port=port, socket_timeout=2).ping()
    except redis.RedisError:
        return ""
    return f"redis://127.0.0.1:{port}/9"


def own_redis(stack: ExitStack) -> str:
    """A Redis of our own on a free port, or the Valkey that the broker's wheel brings."""
    broker = Broker(Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="sanad-redis-"))))
    stack.callback(broker.stop)
    broker.start()
    return broker.address


def chromium() -> str:
    """The path of a Chromium, installed with apt where there is none and we may."""
    found = os.environ.get("CHROMIUM") or _browser()
    if not found and (apt_install(BROWSERS[0]) or apt_install("chromium")):
        found = _browser()
    return found


def _browser() -> str:
    return next((path for name in BROWSERS if (path := shutil.which(name))), "")


def film_tools() -> bool:
    """Whether ffmpeg and ffprobe are there, installed with apt where they are not and we may."""
    return _film_tools() or (apt_install("ffmpeg") and _film_tools())


def _film_tools() -> bool:
    return all(shutil.which(name) for name in ("ffmpeg", "ffprobe"))


def apt_install(*packages: str) -> bool:
    """Whether the packages are there now: apt-get as root or with a sudo that asks nothing, else not at all."""
    if not shutil.which("apt-get"):
        return False
    before = [] if os.getuid() == 0 else ["sudo", "-n"]
    if before and (not shutil.which("sudo") or subprocess.run([*before, "true"], capture_output=True).returncode):
        return False
    print(f"Installing {', '.join(packages)} with apt-get", flush=True)
    return _apt(before, "update") and _apt(before, "install", "--yes", "--no-install-recommends", *packages)


def _apt(before: Sequence[str], *words: str) -> bool:
    settings = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    command = [*before, "apt-get", "-qq", *words]
    try:
        done = subprocess.run(
            command, env=settings, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=APT_SECONDS
        )
    except subprocess.TimeoutExpired:
        print(f"apt-get {words[0]} did not end in {APT_SECONDS} s")
        return False
    if done.returncode:
        print(f"apt-get {words[0]} failed: {done.stderr.strip()[-400:]}")
    return done.returncode == 0
