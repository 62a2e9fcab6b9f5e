"""The supervisor with real processes: what dies comes back, what is told to stop stops, and nothing is left behind."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ops.console import Problem
from ops.leash import signal_group, spawn
from ops.processes import ROOT, Process
from ops.supervise import Supervisor

FOR_EVER = "import time, os; print(os.getpid(), flush=True)\nwhile True: time.sleep(0.1)"
STUBBORN = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + FOR_EVER


def script(name: str, text: str, grace: float = 5.0) -> Process:
    return Process(name, (sys.executable, "-u", "-c", text), grace=grace)


def until(condition: Callable[[], object], seconds: float = 15.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come about in time"
        time.sleep(0.02)


def is_running(pid: int) -> bool:
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False


@pytest.fixture
def supervisor(tmp_path: Path) -> Iterator[Supervisor]:
    one = Supervisor(os.environ, tmp_path / "log")
    yield one
    one.stop()


def test_what_dies_is_started_again_after_a_growing_wait(supervisor: Supervisor) -> None:
    child = supervisor.start(script("brief", "print('once')"))[0]
    waits = []
    for _ in range(3):
        until(child.has_died)
        waits.append(child.plan_restart())
        child.start()
    assert waits == [0.5, 1.0, 2.0]


def test_a_killed_process_comes_back_under_another_number(supervisor: Supervisor) -> None:
    child = supervisor.start(script("steady", FOR_EVER))[0]
    assert child.running is not None
    first = child.running.pid
    os.kill(first, signal.SIGKILL)

    def is_back() -> bool:
        supervisor.look_after_all()
        return child.running is not None and child.running.pid != first

    until(is_back)


def test_stopping_ends_the_stubborn_after_their_grace(supervisor: Supervisor) -> None:
    child = supervisor.start(script("stubborn", STUBBORN, grace=0.5))[0]
    assert child.running is not None
    until(lambda: child.log.exists() and child.log.read_text().strip())
    supervisor.stop()
    assert child.running.poll() == -signal.SIGKILL


def test_a_process_that_ends_at_once_is_named_with_the_end_of_its_log(supervisor: Supervisor) -> None:
    broken = Process("web", (sys.executable, "-c", "raise SystemExit('no such table')"), port=1)
    children = supervisor.start(broken)
    with pytest.raises(Problem, match="web did not come up(.|\n)*no such table"):
        supervisor.wait_for(children, 10)


def test_nothing_outlives_a_killed_supervisor(tmp_path: Path) -> None:
    program = f"""
        import os, sys
        from pathlib import Path
        from ops.processes import Process
        from ops.supervise import Supervisor
        one = Supervisor(os.environ, Path({str(tmp_path)!r}))
        child = one.start(Process("child", (sys.executable, "-c", {FOR_EVER!r})))[0]
        print(child.running.pid, flush=True)
        one.watch()
    """
    boss = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(program)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert boss.stdout is not None
    child = int(boss.stdout.readline())
    assert is_running(child)
    boss.kill()
    boss.wait()
    boss.stdout.close()
    until(lambda: not is_running(child))


def test_a_number_that_another_process_has_by_now_is_not_signalled(tmp_path: Path) -> None:
    ended = spawn((sys.executable, "-c", ""), environment=os.environ, folder=tmp_path)
    ended.wait()
    stranger = spawn((sys.executable, "-c", FOR_EVER), environment=os.environ, folder=tmp_path)
    ended.pid = stranger.pid
    signal_group(ended, signal.SIGKILL)
    assert stranger.poll() is None
    signal_group(stranger, signal.SIGKILL)
    assert stranger.wait() == -signal.SIGKILL
