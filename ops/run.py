"""Owns how a production machine starts one process of Sanad: by the command lines of ops/processes.py, and no others.

`python -m ops.run web|worker NAME|beat|watchdog` becomes that process (exec), so that signals reach it itself. What
differs between machines is in the environment: WEB_HOST, WEB_PORT, WEB_PROCESSES, WORKER_THREADS.
"""

import os
import sys
from collections.abc import Mapping, Sequence

from ops.environment import THREADS, var_folder
from ops.processes import ROOT, WORKERS, Process, beat, watchdog, web, worker


def main(arguments: Sequence[str]) -> int:
    process = chosen(arguments, os.environ)
    if process is None:
        print(__doc__, f"NAME is one of {', '.join(WORKERS)}, with -2, -3… for more on a machine.", file=sys.stderr)
        return 2
    os.chdir(ROOT)
    os.execve(process.command[0], list(process.command), {**THREADS, **os.environ})
    raise AssertionError("execve does not return")


def chosen(arguments: Sequence[str], given: Mapping[str, str]) -> Process | None:
    match list(arguments):
        case ["web"]:
            port, processes = int(given.get("WEB_PORT", "8000")), int(given.get("WEB_PROCESSES", "2"))
            return web(port, processes, given.get("WEB_HOST", "127.0.0.1"))
        case ["worker", name] if name.split("-")[0] in WORKERS:
            return worker(name, int(given.get("WORKER_THREADS", "0")) or None)
        case ["beat"]:
            return beat(var_folder())
        case ["watchdog"]:
            return watchdog()
    return None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
