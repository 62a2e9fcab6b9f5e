"""Owns reading the memory of a tree of processes from the kernel: proportional (PSS) and resident set size."""

from collections.abc import Iterable
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
