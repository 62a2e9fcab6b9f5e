"""Owns the tie between a child process and its parent: no child outlives the parent, however that one ends.

Each child leads its own process group, so that all it started can be signalled at once.
"""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def spawn(
    command: Sequence[str], *, environment: Mapping[str, str], folder: Path, **pipes: Any
) -> "subprocess.Popen[str]":
    """Start `command` on the leash. Call it from the main thread: the kernel ties the child to the calling thread."""
    parent = os.getpid()

    def before_exec() -> None:
        if LIBC is not None:
            LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
            if os.getppid() != parent:
                os._exit(1)

    return subprocess.Popen(
        command, env=dict(environment), cwd=folder, stdin=subprocess.DEVNULL,
        start_new_session=True, preexec_fn=before_exec, text=True, **pipes,
    )  # fmt: skip


def signal_group(child: "subprocess.Popen[str]", number: signal.Signals) -> None:
    """Signal the child and all it started; nothing happens where they have ended.

    Its number stays taken while anything of its group runs; where another process has that number, the group is gone.
    """
    if child.returncode is not None and is_running(child.pid):
        return
    try:
        os.killpg(child.pid, number)
    except (ProcessLookupError, PermissionError):
        return


def is_running(number: int) -> bool:
    """Whether any process has that number now."""
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
