"""Owns the environment that the embedded default gives to Sanad's processes: nothing configured, all on loopback.

A value that the person set is never overruled; the networks are named by the sandbox's own dialect files.
"""

import os
from collections.abc import Mapping
from pathlib import Path

from ops.console import Problem
from ops.processes import ROOT

SPEED = "60"
"""To the demonstration's readers, and to the collecting of their reactions, a minute counts as an hour."""

THREADS = {"OMP_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "2", "PYTHONUNBUFFERED": "1"}


def var_folder() -> Path:
    return Path(os.environ.get("SANAD_VAR") or ROOT / "var").resolve()


def embedded(var: Path, ports: Mapping[str, int], given: Mapping[str, str]) -> dict[str, str]:
    """`given` with what is missing filled in. Raises Problem where it describes a production machine."""
    if given.get("SANAD_ENV") == "production":
        raise Problem(
            "SANAD_ENV is production: `make run` is the demonstration on one machine.\n"
            "The command lines for production are in docs/operations.md."
        )
    sandbox = f"http://127.0.0.1:{ports['SANDBOX_PORT']}"
    defaults = {
        **THREADS,
        "SANAD_VAR": str(var),
        "SANAD_BASE_URL": f"http://127.0.0.1:{ports['PORT']}",
        "PORT": str(ports["PORT"]),
        "SANDBOX_URL": sandbox,
        "REDIS_URL": f"redis://127.0.0.1:{ports['BROKER_PORT']}/0",
        "EMAIL_URL": f"smtp://127.0.0.1:{ports['SMTP_PORT']}",
        "NETWORKS_ALLOW_PRIVATE_HOSTS": "1",
        "METRICS_CADENCE_SPEED": SPEED,
        **{f"NETWORK_{slug.upper()}_URL": f"{sandbox}/{slug}" for slug in sandbox_networks()},
    }
    return {**defaults, **{name: value for name, value in given.items() if value}}


def sandbox_networks() -> list[str]:
    """The slugs of the networks that the sandbox imitates."""
    files = (ROOT / "sandbox" / "dialects").glob("[a-z]*.py")
    return sorted(file.stem for file in files if file.stem != "base")
