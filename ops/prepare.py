"""Owns what must be true of an installation before its processes start: tables, static files, demonstration data.

`python -m ops.prepare [--demo]`: one process, each step named on its own line, idempotent; nothing is done twice.
"""

import hashlib
import os
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NETWORKS_SECONDS = 30.0


def main(arguments: list[str]) -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()
    print("Bringing the database up to date", flush=True)
    _quietly("migrate", interactive=False)
    _quietly("createcachetable")
    collect_static()
    if "--demo" in arguments:
        print("Laying the demonstration", flush=True)
        wait_for_networks(os.environ["SANDBOX_URL"])
        _aloud("demo", networks=os.environ["SANDBOX_URL"])
    return 0


def wait_for_networks(address: str) -> None:
    """The demonstration's accounts are opened on the simulated networks, which come up at the same time as this."""
    deadline = time.monotonic() + NETWORKS_SECONDS
    while True:
        try:
            urllib.request.urlopen(f"{address}/healthz", timeout=5).close()
            return
        except OSError:
            if time.monotonic() > deadline:
                sys.exit(f"The simulated networks do not answer on {address}: see sandbox.log beside this file.")
            time.sleep(0.1)


def collect_static() -> None:
    """Gather and compress the static files, unless they are those of the last time."""
    from django.conf import settings

    stamp = Path(settings.STATIC_ROOT) / ".sources"
    wanted = fingerprint(ROOT / "static")
    if stamp.exists() and stamp.read_text() == wanted:
        return
    print("Gathering the static files", flush=True)
    _quietly("collectstatic", interactive=False, clear=True)
    stamp.write_text(wanted)


def fingerprint(folder: Path) -> str:
    """Names, sizes and times of the files below `folder`, and the packages that bring their own."""
    digest = hashlib.sha256((ROOT / "requirements.txt").read_bytes())
    for path in _files(folder):
        found = path.stat()
        digest.update(f"{path.relative_to(folder)}|{found.st_size}|{found.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file())


def _aloud(command: str, **options: object) -> None:
    from django.core.management import call_command

    call_command(command, **options)


def _quietly(command: str, **options: object) -> None:
    from django.core.management import call_command

    with open(os.devnull, "w") as nowhere:
        call_command(command, stdout=nowhere, verbosity=0, **options)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
