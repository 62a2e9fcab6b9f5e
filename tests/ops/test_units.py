"""The systemd units and compose.yaml: one source of command lines, and units whose processes start, work and end.

compose.yaml is only parsed: no container engine is started by the tests.
"""

import configparser
import contextlib
import json
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings
from django.db import connection, transaction

from ops import processes, run
from ops.leash import signal_group, spawn
from ops.ports import free_port
from tests.faults.crew import broker_answers, database_address, forget_keys

FOLDER = processes.ROOT / "deploy" / "systemd"
INSTALLED = "/srv/sanad"
LONG_RUNNING = ("web", "worker@clock", "worker@publishing", "worker@metrics", "worker@default", "beat", "watchdog")
DEADLINE = 90.0


def unit(name: str) -> configparser.ConfigParser:
    """`worker@clock` is read from its template."""
    file = FOLDER / f"sanad-{re.sub('@.*', '@', name)}.service"
    parsed = configparser.ConfigParser(interpolation=None, strict=False)
    parsed.optionxform = str  # type: ignore[assignment,method-assign]
    parsed.read(file)
    return parsed


def command_of(name: str) -> list[str]:
    """What systemd would run, with the repository where the release is installed."""
    line = unit(name)["Service"]["ExecStart"].replace("%i", name.partition("@")[2]).replace("%%", "%")
    program, *words = shlex.split(line)
    assert program == f"{INSTALLED}/.venv/bin/python"
    return [sys.executable, *words]


def wait_until(happened: Callable[[], object], what: Callable[[], str]) -> None:
    deadline = time.monotonic() + DEADLINE
    while not happened():
        assert time.monotonic() < deadline, what()
        time.sleep(0.1)


def ask(port: int, path: str) -> tuple[int, str]:
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers={"Host": "sanad.test"})
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()
    except OSError as error:
        return 0, str(error)


@pytest.fixture
def surroundings(tmp_path: Path, transactional_db: None) -> Iterator[dict[str, str]]:
    """As /etc/sanad.env would have it, over this test's database and a corner of the broker.

    Celery warns whoever starts it as root, which some machines that run tests do.
    """
    if connection.vendor != "postgresql" or not broker_answers():
        pytest.skip("the units need PostgreSQL and Redis")
    prefix = f"sanad-units-{os.getpid()}:"
    yield {
        **{name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG"}},
        "SANAD_ENV": "production", "SANAD_VAR": str(tmp_path), "WEB_PORT": str(free_port()), "WEB_PROCESSES": "1",
        "DATABASE_URL": database_address(), "REDIS_URL": settings.REDIS_URL, "BROKER_PREFIX": prefix,
        "SECRET_KEY": settings.SECRET_KEY, "CREDENTIALS_KEY": settings.CREDENTIALS_KEY,
        "SANAD_BASE_URL": "https://sanad.test", "BEHIND_PROXY": "1",
        "PYTHONWARNINGS": "default" if os.getuid() else "ignore", "ALLOWED_HOSTS": "sanad.test", "EMAIL_URL": "dummymail://",
    }  # fmt: skip
    forget_keys(prefix)


@pytest.fixture
def started(surroundings: dict[str, str], tmp_path: Path) -> Iterator[dict[str, "subprocess.Popen[str]"]]:
    running: dict[str, subprocess.Popen[str]] = {}
    try:
        for name in LONG_RUNNING:
            with (tmp_path / f"{name}.log").open("w") as log:
                running[name] = spawn(
                    command_of(name), environment=surroundings, folder=processes.ROOT, stdout=log, stderr=log
                )
        yield running
    finally:
        for one in running.values():
            signal_group(one, signal.SIGKILL)
            one.wait()


@pytest.mark.faults
def test_what_the_units_start_is_ready_answers_what_it_has_begun_and_ends_when_told(
    started: dict[str, "subprocess.Popen[str]"], surroundings: dict[str, str], tmp_path: Path
) -> None:
    port = int(surroundings["WEB_PORT"])
    ended = {name: one.poll() for name, one in started.items() if one.poll() is not None}
    assert ended == {}
    wait_until(lambda: ask(port, "/readyz")[0] == 200, lambda: f"{ask(port, '/readyz')} {logs(tmp_path)}")
    assert answer_to_a_request_under_way(started["web"], port).startswith("HTTP/1.1 200 OK")
    assert started["web"].wait(20) == 0
    for name, one in started.items():
        one.send_signal(signal.SIGTERM)
        seconds = float(unit(name)["Service"]["TimeoutStopSec"])
        assert one.wait(seconds) == 0, (name, logs(tmp_path))
    lines = [(file.name, line) for file in tmp_path.glob("*.log") for line in file.read_text().splitlines()]
    plain = {line for _name, line in lines if line.strip() and not line.startswith("{")}
    assert plain <= {"worker: Warm shutdown (MainProcess)"}  # printed by Celery past every logger
    assert any(json.loads(line).get("page") == "seals-json" for name, line in lines if name == "web.log")


def answer_to_a_request_under_way(web: "subprocess.Popen[str]", port: int) -> str:
    """The page waits for a table that we hold; meanwhile the process is told to end, and then the table is let go.

    Nothing else reads that table within minutes.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("LOCK TABLE chain_dayhead IN ACCESS EXCLUSIVE MODE")
        caller = socket.create_connection(("127.0.0.1", port), timeout=30)
        caller.sendall(b"GET /seals/seals.json HTTP/1.1\r\nHost: sanad.test\r\nX-Forwarded-Proto: https\r\n\r\n")
        wait_until(lambda: waits_for(cursor, "chain_dayhead"), lambda: "the page reached the table")
        listening = sockets_of(web.pid)
        web.send_signal(signal.SIGTERM)
        wait_until(lambda: sockets_of(web.pid) < listening, lambda: "it listens no more")
    with contextlib.closing(caller):
        return b"".join(iter(lambda: caller.recv(4096), b"")).decode()


def waits_for(cursor: Any, table: str) -> bool:
    cursor.execute("SELECT count(*) FROM pg_locks WHERE relation = %s::regclass AND NOT granted", [table])
    return bool(cursor.fetchone()[0])


def sockets_of(pid: int) -> int:
    fds = Path(f"/proc/{pid}/fd").iterdir()
    return sum(1 for fd in fds if fd.is_symlink() and os.readlink(fd).startswith("socket:"))


def logs(folder: Path) -> str:
    return "\n".join(f"{file.name}: {file.read_text()[-800:]}" for file in sorted(folder.glob("*.log")))


def test_units_and_containers_start_everything_by_the_one_list_of_command_lines() -> None:
    from_units = {name: command_of(name)[1:] for name in LONG_RUNNING}
    assert all(words[:2] == ["-m", "ops.run"] for words in from_units.values())
    product = {process.name: process.command for process in processes.product(8000, Path("/var/lib/sanad"))}
    given = {"WEB_PROCESSES": "1"}
    started = [run.chosen(words[2:], given) for words in from_units.values()]
    assert {one.name for one in started if one} == set(product)
    assert [one for one in started if one and one.name != "beat" and product[one.name] != one.command] == []


def test_a_machine_may_have_several_workers_of_a_queue_under_names_of_their_own() -> None:
    second = run.chosen(["worker", "publishing-2"], {"WORKER_THREADS": "16"})
    assert second is not None
    words = list(second.command)
    assert (words[words.index("-Q") + 1], words[words.index("-n") + 1]) == ("publishing", "publishing-2@%h")
    assert words[words.index("-c") + 1] == "16"
    assert run.chosen(["worker", "no-such-queue"], {}) is None


def test_systemd_finds_nothing_wrong_with_the_units(tmp_path: Path) -> None:
    if not shutil.which("systemd-analyze"):
        pytest.skip("systemd is not installed")
    for file in FOLDER.iterdir():
        text = file.read_text().replace(f"{INSTALLED}/.venv/bin/python", sys.executable)
        (tmp_path / file.name).write_text(text.replace(f"file://{INSTALLED}", f"file://{processes.ROOT}"))
    (tmp_path / "sanad-worker@publishing.service").write_text((tmp_path / "sanad-worker@.service").read_text())
    units = [str(tmp_path / file.name) for file in FOLDER.iterdir() if "@" not in file.name]
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *units, str(tmp_path / "sanad-worker@publishing.service")],
        capture_output=True, text=True, check=False, timeout=60,
        env={**os.environ, "SYSTEMD_UNIT_PATH": f"{tmp_path}:"},
    )  # fmt: skip
    ours = [line for line in done.stderr.splitlines() if "sanad" in line]
    assert ours == []


@pytest.mark.parametrize("name", [*LONG_RUNNING, "prepare", "backup"])
def test_every_unit_runs_as_its_own_user_and_may_write_nowhere_but_its_folder(name: str) -> None:
    service = unit(name)["Service"]
    assert (service["User"], service["ProtectSystem"], service["NoNewPrivileges"]) == ("sanad", "strict", "yes")
    assert (service["StateDirectory"], service["UMask"]) == ("sanad", "0077")


@pytest.mark.parametrize("name", LONG_RUNNING)
def test_a_unit_that_ends_comes_back_and_gets_the_time_to_finish_what_it_has_in_hand(name: str) -> None:
    service = unit(name)["Service"]
    process = run.chosen(command_of(name)[3:], {})
    assert process is not None
    assert service["Restart"] == "always"
    assert float(service["TimeoutStopSec"]) > process.grace


def test_compose_is_whole_when_parsed() -> None:
    parsed = yaml.safe_load((processes.ROOT / "compose.yaml").read_text())
    services = parsed["services"]
    ours = {name: one for name, one in services.items() if one.get("image") == "sanad"}
    lines = {name: one["command"] for name, one in ours.items()}
    assert lines.pop("prepare") == ["python", "-m", "ops.prepare"]
    product = {process.name for process in processes.product(8000, Path("/var"))}
    started = [run.chosen(line[3:], {}) for line in lines.values() if line[:3] == ["python", "-m", "ops.run"]]
    assert {one.name for one in started if one} == product
    assert set(services) - set(ours) == {"database", "broker"}
    for name, one in services.items():
        for needed in one.get("depends_on", {}):
            assert needed in services, (name, needed)
    volumes = {volume.split(":")[0] for one in services.values() for volume in one.get("volumes", [])}
    assert volumes == set(parsed["volumes"])


def test_the_image_starts_web_by_the_same_line() -> None:
    lines = (processes.ROOT / "Dockerfile").read_text().splitlines()
    (start,) = [line for line in lines if line.startswith("CMD ")]
    assert start == 'CMD ["python", "-m", "ops.run", "web"]'
