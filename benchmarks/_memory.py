"""Owns reading from the kernel what processes use: memory, proportional (PSS) and resident, and the processor."""

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path


def descendants(pid: int) -> list[int]:
    """`pid` and all that it started, and all that those started."""
    found = [pid]
    for one in found:
        for task in Path(f"/proc/{one}/task").glob("*/children"):
            found += [int(child) for child in task.read_text().split()]
    return found


def memory(pids: Iterable[int]) -> tuple[float, float]:
    """Proportional and resident set size in MiB, over all the processes."""
    sums = {"Pss:": 0, "Rss:": 0}
    for pid in pids:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            name, value = (line.split() + ["", ""])[:2]
            if name in sums:
                sums[name] += int(value)
    return sums["Pss:"] / 1024, sums["Rss:"] / 1024


def processor_ms(pids: Iterable[int]) -> float:
    """What these processes have used of the processor so far; those that have ended count nothing."""
    ticks = 0
    for pid in pids:
        with suppress(OSError):
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12])
    return ticks * 1000 / os.sysconf("SC_CLK_TCK")


def cpu_seconds(pids: Iterable[int]) -> float:
    """User and system time of these processes and of their children that have ended; gone ones count nothing."""
    ticks = 0
    for pid in pids:
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        ticks += sum(int(value) for value in fields[11:15])
    return ticks / os.sysconf("SC_CLK_TCK")


def sessions_of(database: str) -> list[int]:
    """The processes of PostgreSQL that serve this database."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_text()
        except OSError:
            continue
        if command.startswith("postgres:") and f" {database} " in command:
            found.append(int(folder.name))
    return found


def own_memory(name: str) -> float:
    """Of this process in MiB: VmRSS is what it holds now, VmHWM the most that it held since `forget_peak`."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) / 1024
    raise LookupError(name)


def forget_peak() -> None:
    """From now on VmHWM counts anew."""
    Path("/proc/self/clear_refs").write_text("5")
