"""Owns .venv: made once, and its packages installed again only when a requirements file has changed."""

import hashlib
import subprocess
import sys
from pathlib import Path

from ops.console import Problem

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / ".venv"
PYTHON = FOLDER / "bin" / "python"
MISSING_VENV = (
    "This Python cannot make a virtual environment (its `venv` or `ensurepip` is missing).\n"
    "On Debian and Ubuntu: apt-get install python3-venv. Then start again."
)


def ensure(requirements: str) -> None:
    """Make .venv with the packages of `requirements` (a file at the root). Raises Problem."""
    if not PYTHON.exists():
        _make()
    stamp = FOLDER / f".{requirements}.sha256"
    wanted = _digest(requirements)
    if stamp.exists() and stamp.read_text() == wanted:
        return
    _install(requirements)
    stamp.write_text(wanted)


def is_current(requirements: str) -> bool:
    stamp = FOLDER / f".{requirements}.sha256"
    return PYTHON.exists() and stamp.exists() and stamp.read_text() == _digest(requirements)


def _make() -> None:
    done = subprocess.run([sys.executable, "-m", "venv", str(FOLDER)], capture_output=True, text=True, check=False)
    if done.returncode:
        raise Problem(f"{MISSING_VENV}\n{_tail(done.stdout + done.stderr)}")


def _install(requirements: str) -> None:
    command = [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", requirements]
    done = subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Problem(
            f"pip could not install the packages of {requirements}.\n"
            "Check the network (or your pip proxy settings) and start again: what is installed already is kept.\n"
            f"pip said:\n{_tail(done.stderr)}"
        )


def _digest(requirements: str) -> str:
    """Of the file, of the files it includes, and of the Python that made the environment."""
    digest = hashlib.sha256()
    for line in (ROOT / requirements).read_text().splitlines():
        if line.startswith("-r "):
            digest.update(_digest(line[3:].strip()).encode())
        digest.update(line.encode() + b"\n")
    config = FOLDER / "pyvenv.cfg"
    digest.update(config.read_bytes() if config.exists() else b"")
    return digest.hexdigest()


def _tail(text: str) -> str:
    return "\n".join(text.strip().splitlines()[-8:])
