"""Owns the choice of ports on 127.0.0.1: the asked one or a plain refusal, else the usual one, else a free one.

A port that was chosen is kept in var/ports.json, so that addresses in the demo data stay good over a restart.
"""

import json
import os
import socket
from pathlib import Path

from ops.console import Problem

USUAL = {"PORT": 8000, "SANDBOX_PORT": 8010, "SMTP_PORT": 8025, "BROKER_PORT": 8379}


def choose(var: Path) -> dict[str, int]:
    """A free port under each name of USUAL. Raises Problem when one that was asked for is taken."""
    file = var / "ports.json"
    kept: dict[str, int] = json.loads(file.read_text()) if file.exists() else {}
    chosen: dict[str, int] = {}
    for name, usual in USUAL.items():
        chosen[name] = _one(name, kept.get(name, usual), set(chosen.values()))
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps({name: port for name, port in chosen.items() if name != "PORT"}))
    return chosen


def _one(name: str, usual: int, taken: set[int]) -> int:
    asked = os.environ.get(name, "")
    if asked and not (asked.isdigit() and 0 < int(asked) < 65536):
        raise Problem(f"{name}={asked} is not a port number.")
    port = int(asked or usual)
    if port not in taken and is_free(port):
        return port
    if asked or name == "PORT":
        raise Problem(
            f"Port {port} on 127.0.0.1 is taken by another program.\n"
            f"Stop that program, or choose another port: {name}={free_port()} make run"
        )
    return free_port()


def is_free(port: int) -> bool:
    with socket.socket() as one:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            one.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
