"""Owns the life of Sanad's processes on one machine: starts them, restarts what dies, stops them all together.

Used by the embedded default; a production machine has systemd or a container engine for it (docs/operations.md).
"""

import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import FrameType
from typing import IO

from ops.console import Problem
from ops.leash import signal_group, spawn
from ops.processes import ROOT, Process

STEADY_SECONDS = 60.0
LONGEST_WAIT = 30.0
LOG_BYTES = 5 * 1024 * 1024
LOUD = (" ERROR ", " CRITICAL ", "[ERROR]", "[CRITICAL]")


class Stopped(Exception):
    """The person pressed Ctrl-C, or the machine asked us to end."""


class Child:
    """One process under supervision, its log and its next start."""

    def __init__(self, process: Process, environment: Mapping[str, str], log: Path) -> None:
        self.process = process
        self.environment = {**environment, **process.extra}
        self.log = log
        self.failures = 0
        self.start_at = 0.0
        self.started_at = 0.0
        self.running: subprocess.Popen[str] | None = None

    def start(self) -> None:
        self.started_at = time.monotonic()
        self.running = spawn(
            self.process.command, environment=self.environment, folder=ROOT,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        assert self.running.stdout is not None
        threading.Thread(target=self._copy, args=(self.running.stdout,), daemon=True).start()

    def has_died(self) -> bool:
        return self.running is not None and self.running.poll() is not None

    def plan_restart(self) -> float:
        """Seconds until the next try: half a second, doubled at each early death, half a minute at most."""
        assert self.running is not None
        steady = time.monotonic() - self.started_at > STEADY_SECONDS
        self.failures = 1 if steady else self.failures + 1
        signal_group(self.running, signal.SIGKILL)
        self.running = None
        wait = min(0.5 * 2.0 ** min(self.failures - 1, 10), LONGEST_WAIT)
        self.start_at = time.monotonic() + wait
        return wait

    def answers(self) -> bool:
        if self.process.port is None:
            return self.running is not None
        with socket.socket() as one:
            one.settimeout(0.5)
            return one.connect_ex(("127.0.0.1", self.process.port)) == 0

    def _copy(self, stream: IO[str]) -> None:
        rotate(self.log)
        with self.log.open("a", encoding="utf-8") as file, stream:
            for line in stream:
                file.write(line)
                file.flush()
                if any(word in line for word in LOUD):
                    print(f"{self.process.name:>17} | {line.rstrip()[:160]}", flush=True)


class Supervisor:
    """Call `start` in the main thread, then `watch` until Stopped; `stop` ends everything, workers before broker."""

    def __init__(self, environment: Mapping[str, str], logs: Path) -> None:
        self.environment = environment
        self.logs = logs
        self.children: list[Child] = []
        self.is_stopping = False
        logs.mkdir(parents=True, exist_ok=True)

    def catch_signals(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._on_signal)

    def start(self, *processes: Process) -> list[Child]:
        added = [Child(one, self.environment, self.logs / f"{one.name}.log") for one in processes]
        for child in added:
            self.children.append(child)
            child.start()
        return added

    def wait_for(self, children: Sequence[Child], seconds: float) -> None:
        """Until all of them answer. Raises Problem with the end of the log of the one that does not."""
        deadline = time.monotonic() + seconds
        while waiting := [child for child in children if not child.answers()]:
            ended = [child for child in waiting if child.has_died()]
            if ended or time.monotonic() > deadline:
                raise Problem(_not_up((ended or waiting)[0]))
            self.pause(0.05)

    def run(self, name: str, command: Sequence[str], on_line: Callable[[str], None]) -> None:
        """Run a command to its end, as a child like the others. Raises Problem when it fails."""
        log = self.logs / f"{name}.log"
        with log.open("a", encoding="utf-8") as errors:
            one = spawn(command, environment=self.environment, folder=ROOT, stdout=subprocess.PIPE, stderr=errors)
            assert one.stdout is not None
            try:
                for line in one.stdout:
                    on_line(line.rstrip())
                code = one.wait()
            except Stopped:
                signal_group(one, signal.SIGTERM)
                one.wait()
                raise
        if code:
            raise Problem(f"{name} failed. The end of {shown(log)}:\n{tail(log)}")

    def watch(self) -> None:
        """Restart what dies, for ever; left by Stopped."""
        while True:
            self.look_after_all()
            self.pause(0.25)

    def look_after_all(self) -> None:
        for child in self.children:
            self._look_after(child)

    def _look_after(self, child: Child) -> None:
        if child.has_died():
            assert child.running is not None
            code = child.running.returncode
            wait = child.plan_restart()
            print(f"{child.process.name:>17} | ended ({_reason(code)}); starting again in {wait:g} s", flush=True)
        elif child.running is None and time.monotonic() >= child.start_at:
            child.start()

    def pause(self, seconds: float) -> None:
        time.sleep(seconds)

    def stop(self) -> None:
        """SIGTERM to all but the services, wait, SIGKILL what stays; then the services alike."""
        self.is_stopping = True
        services = {"broker", "sandbox"}
        for group in (
            [one for one in self.children if one.process.name not in services],
            [one for one in self.children if one.process.name in services],
        ):
            _end([child for child in group if child.running is not None])

    def _on_signal(self, number: int, _frame: FrameType | None) -> None:
        if self.is_stopping:
            for child in self.children:
                if child.running is not None:
                    signal_group(child.running, signal.SIGKILL)
            return
        self.is_stopping = True
        raise Stopped


def _end(children: Sequence[Child]) -> None:
    for child in children:
        assert child.running is not None
        signal_group(child.running, signal.SIGTERM)
    began = time.monotonic()
    for child in children:
        assert child.running is not None
        try:
            child.running.wait(timeout=max(0.1, child.process.grace - (time.monotonic() - began)))
        except subprocess.TimeoutExpired:
            print(f"{child.process.name:>17} | did not stop in {child.process.grace:g} s; ending it", flush=True)
        signal_group(child.running, signal.SIGKILL)
        child.running.wait()


def rotate(log: Path) -> None:
    if log.exists() and log.stat().st_size > LOG_BYTES:
        log.replace(log.with_suffix(".log.1"))


def tail(log: Path, lines: int = 15) -> str:
    return "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:]) if log.exists() else ""


def shown(path: Path) -> str:
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)


def _not_up(child: Child) -> str:
    time.sleep(0.3)
    return f"{child.process.name} did not come up. The end of {shown(child.log)}:\n{tail(child.log)}"


def _reason(code: int) -> str:
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
