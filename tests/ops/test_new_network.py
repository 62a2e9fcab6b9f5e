"""What `make new-network` lays can be imported, declares itself, and fails its contract until it is filled in."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ops.new_network import Refused, lay

ROOT = Path(__file__).resolve().parents[2]
LOOK = """
from networks.registry import adapter_class
from sandbox.dialects import all_dialects
print(adapter_class("blue_sky").__name__, all_dialects()["blue_sky"].slug)
"""


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    for folder in ("networks", "outgoing", "sandbox", "tests/networks", "tests/outgoing"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "tests" / "__init__.py").touch()
    return tmp_path


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments], cwd=folder, capture_output=True, text=True, check=False, env={"PYTHONPATH": "."}
    )


def test_a_new_network_can_be_imported_and_fails_its_contract_until_it_is_written(copy: Path) -> None:
    laid = lay(copy, "blue_sky")
    assert len(laid) == 4
    found = run(copy, "-c", LOOK)
    assert found.stdout.split() == ["BlueSky", "blue_sky"], found.stderr
    contract = run(copy, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "tests/networks/test_blue_sky.py")
    assert contract.returncode == 1, contract.stdout + contract.stderr


def test_nothing_is_overwritten_and_a_wrong_name_is_refused(tmp_path: Path) -> None:
    written = lay(tmp_path, "paper")
    written[0].write_text("mine")
    for name in ("paper", "", "Paper", "../paper", "a b"):
        with pytest.raises(Refused):
            lay(tmp_path, name)
    assert written[0].read_text() == "mine"
